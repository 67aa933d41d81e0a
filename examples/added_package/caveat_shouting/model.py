"""A kind of model: anything with the three methods of `audit.models.LoadedModel`; here a function in its wrapper."""

from __future__ import annotations

from audit.models.function import FunctionModel
from audit.schema import CaveatError

KIND = ("good", "great", "nice", "helpful", "on time")


def load(rest: str) -> FunctionModel:
    """Give a model that reads capitals as anger.

    Args:
        rest: what the user wrote after "shouting:": how sure it is, between 0.5 and 1; "" for 0.8.
    """
    try:
        sure = float(rest or 0.8)
    except ValueError:
        sure = 0.0
    if not 0.5 <= sure < 1:
        raise CaveatError(f"shouting:{rest}: give how sure it is, from 0.5 to below 1, as in shouting:0.9")

    def classify(texts: list[str]) -> list[tuple[float, float]]:
        angry = [text.isupper() or not any(word in text.lower() for word in KIND) for text in texts]
        return [(sure, 1 - sure) if one else (1 - sure, sure) for one in angry]

    return FunctionModel(f"shouting:{sure:g}", classify=classify, labels=("negative", "positive"))
