"""Objects of the user's own as models: a transformers pipeline, a scikit-learn pipeline, a function; files with code.

Loading a `.joblib` file or naming a function runs code of whoever wrote it, so the command line does it only when told
to, and neither the page nor a repository on the Hub can ask for it.
"""

from __future__ import annotations

import copy
import hashlib
import importlib
import re
import sys
from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path
from typing import Any

from audit.models import labels, loading
from audit.models.base import LoadedModel
from audit.models.function import FunctionModel
from audit.models.rule import RuleModel
from audit.schema import LABELS, CaveatError, ModelInfo, ModelUnavailable, ModelUnsupported

_FUNCTION = re.compile(r"[A-Za-z_]\w*(?:\.\w+)*:[A-Za-z_]\w*")
_TASKS = {
    "text-classification": loading.CLASSIFIER,
    "sentiment-analysis": loading.CLASSIFIER,
    "fill-mask": loading.MASKED_LM,
    "text-generation": loading.CAUSAL_LM,
}
_POLES = {"negative": -1.0, "neutral": 0.0, "positive": 1.0}

Wrap = Callable[[Any, Any, ModelInfo, Mapping[str, str] | None], LoadedModel]


def is_code(name: str) -> bool:
    """Say whether loading what a name stands for runs code: a `.joblib` file or "package.module:function"."""
    return name.lower().endswith((".joblib", ".pkl", ".pickle")) or bool(_FUNCTION.fullmatch(name))


def from_code(name: str, user: Mapping[str, str] | None, allowed: bool) -> LoadedModel:
    """Load a `.joblib` file or a function by name.

    Raises:
        CaveatError: when code is not allowed, or there is no such thing.
    """
    if not allowed:
        raise CaveatError(
            f"{name} runs code of whoever wrote it: add --allow-code if you trust it with all that you can do yourself"
        )
    if not _FUNCTION.fullmatch(name):
        path = Path(name)
        if not path.is_file():
            raise ModelUnavailable(f"there is no file {name}: check the path")
        import joblib

        try:
            made = joblib.load(path)
        except Exception as error:
            first = (str(error).strip().splitlines() or [""])[0]
            raise ModelUnavailable(f"{name} could not be read ({type(error).__name__}: {first})") from None
        return from_object(made, hashlib.sha256(path.read_bytes()).hexdigest(), user, name=path.name)
    module, _, attribute = name.partition(":")
    # As with `python -m`: a module in the folder that the command is given in is found.
    sys.path.insert(0, str(Path.cwd()))
    try:
        made = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError) as error:
        raise ModelUnavailable(f"{name} is not there ({error}): check the name and the folder") from None
    finally:
        sys.path.remove(str(Path.cwd()))
    return from_object(made, None, user, name=name)


def from_object(
    made: Any, revision: str | None, user: Mapping[str, str] | None, wrap: Wrap | None = None, name: str = ""
) -> LoadedModel:
    """Make a model of an object.

    Args:
        made: a transformers pipeline, a scikit-learn estimator that takes texts, or a function: texts -> a row of
            probabilities each (negative, positive, or with neutral between), or a label each.
        revision: what tells it from another one of its name; found out when None.
        user: its labels -> negative, neutral or positive.
        wrap: puts a torch model behind the protocol.
        name: what the audit calls it; its own name when empty.

    Raises:
        CaveatError: for an object that is none of these.
    """
    if hasattr(made, "tokenizer") and hasattr(made, "task") and hasattr(made, "model"):
        if wrap is None:
            raise CaveatError(f"{name} holds a pipeline of transformers: save its model as a folder and give that")
        return _pipeline(made, revision, user, wrap)
    if hasattr(made, "predict") and hasattr(made, "classes_"):
        return _estimator(made, revision, user, name or type(made).__name__)
    if callable(made):
        return _function(made, revision, user, name or getattr(made, "__name__", type(made).__name__))
    raise CaveatError(
        f"{name or type(made).__name__} is no model: give a name, a folder, a transformers pipeline, a fitted "
        "scikit-learn pipeline that takes texts, or a function"
    )


def _pipeline(made: Any, revision: str | None, user: Mapping[str, str] | None, wrap: Wrap) -> LoadedModel:
    """Take the model and the tokenizer of a pipeline; its own batching, cutting and rounding are left behind."""
    import torch

    from audit.models.padding import settle

    kind = _TASKS.get(made.task)
    if kind is None:
        raise ModelUnsupported(f"a pipeline for {made.task} cannot be audited: make one for {', '.join(_TASKS)}")
    shared = {id(one): one for one in (*made.model.parameters(), *made.model.buffers())}
    # The settings are changed while a model is audited, and the user's own must stay; the weights are shared.
    model = copy.deepcopy(made.model, shared)
    if any(one.dtype != torch.float32 or one.device.type != "cpu" for one in model.parameters()):
        model = copy.deepcopy(made.model).to("cpu", torch.float32)
    settle(model)
    digest = hashlib.sha256()
    if revision is None:
        for key, values in sorted(model.state_dict().items()):
            digest.update(key.encode() + values.contiguous().cpu().numpy().tobytes())
    info = ModelInfo(
        id=str(getattr(model, "name_or_path", "") or "pipeline"),
        kind=kind,
        revision=revision or digest.hexdigest(),
        tasks=loading.TASKS[kind],
        parameters=sum(one.numel() for one in model.parameters()),
        architecture=type(model).__name__,
        notes=("It was given as a pipeline of transformers; model and tokenizer are used, and nothing else of it.",),
    )
    return wrap(model.eval(), made.tokenizer, info, user)


def _estimator(made: Any, revision: str | None, user: Mapping[str, str] | None, name: str) -> LoadedModel:
    """Ask an estimator of scikit-learn for probabilities, or for labels where it has none."""
    own = [str(label) for label in made.classes_]
    mapped = labels.resolve(own, name, user)
    if revision is None:
        import joblib

        revision = str(joblib.hash(made))
    notes = ("A model of scikit-learn.", *([mapped.note] if mapped.note else []))
    known = dict(zip(own, mapped.classes, strict=True))
    if not hasattr(made, "predict_proba"):
        return _labelled(lambda texts: list(made.predict(texts)), known, revision, name, notes)

    def classify(texts: list[str]) -> list[list[float]]:
        rows = made.predict_proba(texts).tolist()
        return [
            [sum(p for p, is_ in zip(row, mapped.classes, strict=True) if is_ == label) for label in mapped.labels]
            for row in rows
        ]

    model = FunctionModel(name, classify=classify, labels=mapped.labels, notes=notes)
    model.info = replace(
        model.info, revision=revision, labels=mapped.polarity, label_source=mapped.source, architecture=_parts(made)
    )
    return model


def _parts(made: Any) -> str:
    steps = [type(step).__name__ for _, step in getattr(made, "steps", ())]
    return "scikit-learn: " + (", ".join(steps) or type(made).__name__)


def _function(made: Callable[..., Any], revision: str | None, user: Mapping[str, str] | None, name: str) -> LoadedModel:
    """Find out by one text whether a function gives probabilities or labels."""
    try:
        (answer,) = made(["It is late."])
    except Exception as error:
        first = (str(error).strip().splitlines() or [""])[0]
        raise CaveatError(
            f"{name} failed on a list of one text ({type(error).__name__}: {first}): it must take a list of texts and "
            "give as many answers"
        ) from None
    if isinstance(answer, str):
        known = labels.checked(user) if user else {label: label for label in LABELS}
        digest = FunctionModel(name, classify=made).info.revision
        return _labelled(lambda texts: list(made(texts)), known, revision or digest, name, ("A Python function.",))
    width = len(answer) if isinstance(answer, Sequence) or hasattr(answer, "__len__") else 0
    if width not in (2, 3):
        raise CaveatError(
            f"{name} gave {answer!r} for a text: give a row of probabilities (negative, positive, or negative, "
            "neutral, positive) or a label"
        )
    if user:
        raise CaveatError(f"--labels does not go with {name}: its columns are negative, neutral if three, positive")
    model = FunctionModel(name, classify=made, labels=LABELS if width == 3 else (LABELS[0], LABELS[-1]))
    if revision is not None:
        model.info = replace(model.info, revision=revision)
    return model


def _labelled(
    ask: Callable[[list[str]], Sequence[Any]], known: Mapping[str, str], revision: str, name: str, notes: Sequence[str]
) -> RuleModel:
    """Make a model of something that gives labels only."""

    def judge(texts: list[str]) -> list[tuple[str, float]]:
        answers = [str(answer) for answer in ask(texts)]
        stray = next((answer for answer in answers if not known.get(answer)), None)
        if stray is not None:
            raise CaveatError(f"{name} gave the label {stray!r}, whose polarity is not known: say it with --labels")
        return [(known[answer], _POLES[known[answer]]) for answer in answers]

    present = tuple(label for label in LABELS if label in {*known.values(), "negative", "positive"})
    own = {label: polarity for label, polarity in known.items() if polarity}
    return RuleModel(name, judge, revision, notes, present, "labels only", own)
