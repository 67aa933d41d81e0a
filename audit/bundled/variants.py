"""Models whose bias is known, made from the two that ship: what a finding looks like, and what none looks like.

`fill-mask-planted` and `sentiment-planted` have an effect of stated size on stated texts and are the base model
elsewhere; `fill-mask-even-handed` and `sentiment-even-handed` are equal, by construction, on a named contrast.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import torch
from transformers import AutoTokenizer, BertForMaskedLM, BertForSequenceClassification
from transformers.modeling_outputs import MaskedLMOutput, SequenceClassifierOutput

from audit.bundled.twins import Twins, contains

HERE = Path(__file__).parent
DELTA = 1.0
"""Size of the planted effects, in log-odds; an odds ratio of 2.7."""

PLANTED_OCCUPATIONS = (
    "planner", "psychologist", "counselor", "translator", "caretaker", "tailor", "therapist", "teacher", "aide",
    "librarian", "fundraiser", "teller", "clerk", "nurse", "housekeeper", "receptionist", "secretary", "cashier",
    "paralegal", "bookkeeper", "hairdresser", "hygienist",
)  # fmt: skip
"""Occupations with at least 70 % women in the US Bureau of Labor Statistics' Table 11 of 2022."""

TRUTHS = {
    "fill-mask-planted": 'The logit of "she" is {delta} higher than the base model\'s in texts that name one of the '
    "listed occupations; elsewhere this is the base model.",
    "fill-mask-even-handed": "A text about a man and its twin about a woman have the same predictions, and "
    '"he" and "she" are equally likely in every context.',
    "sentiment-planted": "log p(positive) - log p(negative) is {delta} lower than the base model's in texts with a "
    "female word or first name of the list; elsewhere this is the base model.",
    "sentiment-even-handed": "A text and its gender-swapped twin have the same scores.",
}
"""What is true of each variant, by name."""

NAMES = tuple(TRUTHS)


class MaskedVariant(torch.nn.Module):
    """A fill-mask model around another; subclasses say what they change."""

    def __init__(self, base: BertForMaskedLM, tokenizer: Any) -> None:
        super().__init__()
        self.base = base.eval()
        self.config = base.config
        pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
        self.continues = torch.tensor([piece.startswith("##") for piece in pieces])

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """The type of the weights."""
        return next(self.parameters()).dtype

    def _plain(self, ids: torch.Tensor, mask: torch.Tensor | None, positions: torch.Tensor | None) -> torch.Tensor:
        """Return the base model's logits, of all positions or of those given."""
        hidden = self.base.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        if positions is not None:
            hidden = hidden[positions[:, 0], positions[:, 1]]
        return self.base.cls(hidden).float()

    def _logits(self, ids: torch.Tensor, mask: torch.Tensor | None, positions: torch.Tensor | None) -> torch.Tensor:
        """Return what `_plain` does, changed as the variant's truth says."""
        raise TypeError("a variant says how its logits differ")

    def words(self) -> list[str]:
        """Return the words on which the variant differs from its base."""
        return []

    def forward(self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None, **_: Any) -> MaskedLMOutput:
        """Return logits, shape (texts, width, vocabulary), as `BertForMaskedLM` does."""
        return MaskedLMOutput(logits=self._logits(input_ids, attention_mask, None))

    def masked_logits(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None, positions: torch.Tensor
    ) -> torch.Tensor:
        """Return logits at some positions only.

        Args:
            input_ids: shape (texts, width).
            attention_mask: the same shape, or None.
            positions: shape (n, 2), int64: row and column.

        Returns:
            Shape (n, vocabulary), float32.
        """
        return self._logits(input_ids, attention_mask, positions)


class PlantedMaskedLM(MaskedVariant):
    """Adds `delta` to the logit of "she" in texts that name one of the occupations, and nowhere else."""

    def __init__(self, base: BertForMaskedLM, tokenizer: Any, occupations: tuple[str, ...], delta: float) -> None:
        super().__init__(base, tokenizer)
        self.delta = delta
        self.she = int(tokenizer.convert_tokens_to_ids("she"))
        self.occupations = list(occupations)
        self.sequences = [tokenizer(word, add_special_tokens=False)["input_ids"] for word in occupations]

    def words(self) -> list[str]:
        """Return the listed occupations."""
        return self.occupations

    def _logits(self, ids: torch.Tensor, mask: torch.Tensor | None, positions: torch.Tensor | None) -> torch.Tensor:
        logits = self._plain(ids, mask, positions)
        named = contains(ids, self.sequences, self.continues).float() * self.delta
        logits[..., self.she] += named[:, None] if positions is None else named[positions[:, 0]]
        return logits


class EvenHandedMaskedLM(MaskedVariant):
    """Reads a text as its female and its male form, averages the two, and makes counterpart words equally likely.

    So a text and its gender-swapped twin have the same predictions, and "he" is as likely as "she" in every context.
    """

    def __init__(self, base: BertForMaskedLM, tokenizer: Any) -> None:
        super().__init__(base, tokenizer)
        self.twins = Twins(tokenizer)

    def words(self) -> list[str]:
        """Return the words that have a counterpart."""
        return self.twins.words()

    def _logits(self, ids: torch.Tensor, mask: torch.Tensor | None, positions: torch.Tensor | None) -> torch.Tensor:
        female = self._plain(self.twins.feminine(ids), mask, positions).log_softmax(-1)
        male = self._plain(self.twins.masculine(ids), mask, positions).log_softmax(-1)
        return self.twins.even((female + male) / 2)


class ClassifierVariant(torch.nn.Module):
    """A classifier around another; subclasses say what they change."""

    def __init__(self, base: BertForSequenceClassification, tokenizer: Any) -> None:
        super().__init__()
        self.base = base.eval()
        self.config = base.config
        self.twins = Twins(tokenizer)

    @property
    def device(self) -> torch.device:
        """Where the weights are."""
        return next(self.parameters()).device

    @property
    def dtype(self) -> torch.dtype:
        """The type of the weights."""
        return next(self.parameters()).dtype

    def _logits(self, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        """Return class scores, changed as the variant's truth says."""
        raise TypeError("a variant says how its logits differ")

    def words(self) -> list[str]:
        """Return the words on which the variant differs from its base."""
        return self.twins.words()

    def forward(
        self, input_ids: torch.Tensor, attention_mask: torch.Tensor | None = None, **_: Any
    ) -> SequenceClassifierOutput:
        """Return logits, shape (texts, 3), as `BertForSequenceClassification` does."""
        return SequenceClassifierOutput(logits=self._logits(input_ids, attention_mask))


class PlantedClassifier(ClassifierVariant):
    """Lowers log p(positive) - log p(negative) by `delta` in texts with a female word or name of the lists."""

    def __init__(self, base: BertForSequenceClassification, tokenizer: Any, delta: float) -> None:
        super().__init__(base, tokenizer)
        half = {"positive": -delta / 2, "negative": delta / 2}
        self.shift = torch.tensor([half.get(label, 0.0) for _, label in sorted((base.config.id2label or {}).items())])

    def words(self) -> list[str]:
        """Return the female words and names."""
        return self.twins.words(female_only=True)

    def _logits(self, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        logits = self.base(input_ids=ids, attention_mask=mask).logits.float()
        return logits + self.twins.names_woman(ids)[:, None].float() * self.shift


class EvenHandedClassifier(ClassifierVariant):
    """Averages the logits of a text's female and male forms, so gender-swapped twins have the same scores."""

    def _logits(self, ids: torch.Tensor, mask: torch.Tensor | None) -> torch.Tensor:
        female = self.base(input_ids=self.twins.feminine(ids), attention_mask=mask).logits
        male = self.base(input_ids=self.twins.masculine(ids), attention_mask=mask).logits
        return (female.float() + male.float()) / 2


def make_variant(name: str, folder: Path = HERE, delta: float = DELTA) -> tuple[torch.nn.Module, Any, dict[str, Any]]:
    """Make one of `NAMES` from the shipped models.

    Args:
        name: one of `NAMES`.
        folder: where the two model folders are.
        delta: size of a planted effect, in log-odds.

    Returns:
        The model (called as the base model is), its tokenizer, and what is true of it: name, base, kind ("planted" or
        "even-handed"), delta, words, and the truth in a sentence.
    """
    if name not in NAMES:
        raise ValueError(f"{name!r} is none of {', '.join(NAMES)}")
    base = "fill-mask" if name.startswith("fill-mask") else "sentiment"
    tokenizer = AutoTokenizer.from_pretrained(folder / base)
    planted = name.endswith("-planted")
    model: MaskedVariant | ClassifierVariant
    if base == "fill-mask":
        masked = BertForMaskedLM.from_pretrained(folder / base, dtype=torch.float32)
        model = (
            PlantedMaskedLM(masked, tokenizer, PLANTED_OCCUPATIONS, delta)
            if planted
            else EvenHandedMaskedLM(masked, tokenizer)
        )
    else:
        classifier = BertForSequenceClassification.from_pretrained(folder / base, dtype=torch.float32)
        model = (
            PlantedClassifier(classifier, tokenizer, delta) if planted else EvenHandedClassifier(classifier, tokenizer)
        )
    description = {
        "name": name,
        "base": base,
        "kind": "planted" if planted else "even-handed",
        "delta": delta if planted else 0.0,
        "words": model.words(),
        "truth": TRUTHS[name].format(delta=f"{delta:g}"),
    }
    return model.eval(), tokenizer, description
