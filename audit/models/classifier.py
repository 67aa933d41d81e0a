"""Sequence classifiers: two or three classes, stars, emotions, one output or several independent ones."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from audit.models import padding
from audit.models.base import Request, Response, Row, RowResult
from audit.models.labels import LabelMap
from audit.schema import CaveatError, ModelInfo, Operation


class Classifier:
    """A sequence classifier behind the `LoadedModel` protocol."""

    operations: frozenset[Operation] = frozenset({"score"})

    def __init__(self, model: Any, tokenizer: Any, info: ModelInfo, max_length: int, labels: LabelMap) -> None:
        """Wrap a loaded model.

        Args:
            model: module with the forward signature of `AutoModelForSequenceClassification`.
            tokenizer: its tokenizer, fast or not.
            info: what the audit records of it.
            max_length: longest sequence in pieces, special tokens included.
            labels: how its classes are read, in the order of its outputs.
        """
        self.max_length = max_length
        self._model = model
        self._tokenizer = tokenizer
        self._map = labels
        self._special = frozenset(tokenizer.all_special_ids)
        self._independent = getattr(model.config, "problem_type", None) == "multi_label_classification"
        self._facts: dict[Request, tuple[int, int, bool]] = {}
        samples = [row.ids for row, _ in self._planned([Request(text) for text in padding.SAMPLES])]
        self._padding = padding.measured(info.id, model, tokenizer, samples, padding.classifier(model))
        self.info = replace(info, notes=(*info.notes, *padding.notes(self._padding, model)))

    @property
    def network(self) -> Any:
        """The torch module, for looking inside (`audit.models.attention`)."""
        return self._model

    @property
    def raw_tokenizer(self) -> Any:
        """The tokenizer that it came with."""
        return self._tokenizer

    def prepare(self, requests: Sequence[Request]) -> list[list[Row]]:
        """Tokenise: one row a text, cut at its end where it is longer than the model reads."""
        if not requests:
            return []
        wrong = next((request for request in requests if request.operation != "score"), None)
        if wrong is not None:
            raise CaveatError(f"{self.info.id} is a classifier: it has no {wrong.operation}, only score")
        planned = self._planned(requests)
        self._facts.update((request, facts) for request, (_, facts) in zip(requests, planned, strict=True))
        return [[row] for row, _ in planned]

    def _planned(self, requests: Sequence[Request]) -> list[tuple[Row, tuple[int, int, bool]]]:
        """Give the row of each request, its pieces without special tokens, its unknown ones, and whether it was cut."""
        whole = self._tokenizer([request.text for request in requests], return_token_type_ids=False)["input_ids"]
        framing = self._tokenizer.num_special_tokens_to_add(pair=False)
        found = []
        for ids in whole:
            kept = self._cut(ids)
            unknown = sum(id_ == self._tokenizer.unk_token_id for id_ in kept)
            found.append((Row(tuple(kept)), (len(kept) - framing, unknown, len(kept) < len(ids))))
        return found

    def _cut(self, ids: list[int]) -> list[int]:
        """Shorten a text from its end; the special tokens there stay.

        Not left to the tokenizer: its truncation is a setting that threads of the page would share.
        """
        if len(ids) <= self.max_length:
            return ids
        tail = 0
        while tail < len(ids) and ids[-1 - tail] in self._special:
            tail += 1
        return ids[: self.max_length - tail] + ids[len(ids) - tail :]

    def forward(self, rows: Sequence[Row]) -> list[RowResult]:
        """Run one batch in float32."""
        import torch

        results: list[RowResult] = [RowResult()] * len(rows)
        with torch.inference_mode():
            for places in self._padding.groups([len(row.ids) for row in rows]):
                inputs = self._padding.inputs([rows[at].ids for at in places])
                logits = padding.exact(self._model(**inputs).logits).tolist()
                for at, scores in zip(places, logits, strict=True):
                    results[at] = RowResult(logits=tuple(scores))
        return results

    def finish(self, request: Request, rows: Sequence[Row], results: Sequence[RowResult]) -> Response:
        """Turn the scores of the model's classes into probabilities over polarity, and the valence."""
        facts = self._facts.pop(request, None)
        tokens, unknown, cut = facts or self._planned([request])[0][1]
        labels, probabilities, valence = polarity(results[0].logits, self._map, self._independent)
        mass = understood(results[0].logits, self._map, self._independent)
        return Response(labels, probabilities, mass, valence, tokens, unknown, (), cut)


def polarity(
    logits: Sequence[float], labels: LabelMap, independent: bool = False
) -> tuple[tuple[str, ...], tuple[float, ...], float]:
    """Turn class scores into probabilities over polarity (docs/method.md, section 2).

    Args:
        logits: one raw score a class, in the model's order.
        labels: how the classes are read.
        independent: whether each class has a sigmoid of its own (multi-label heads).

    Returns:
        Polarity labels, their probabilities (adding to 1), and the valence: p(positive) - p(negative), or for stars
        the sum of p_k (k - 3) / 2. A class whose meaning is not known is left out, and the others rescaled.
    """
    if len(logits) == 1:
        (own,) = labels.classes
        p = _sigmoid(logits[0])
        positive = p if own == "positive" else 1.0 - p
        return ("negative", "positive"), (1.0 - positive, positive), 2.0 * positive - 1.0
    known = [logit if name else -math.inf for logit, name in zip(logits, labels.classes, strict=True)]
    if independent:
        weights = [_sigmoid(logit) for logit in known]
    else:
        highest = max(known)
        weights = [math.exp(logit - highest) for logit in known]
    total = math.fsum(weights)
    shares = [weight / total for weight in weights]
    probabilities = tuple(
        math.fsum(share for share, name in zip(shares, labels.classes, strict=True) if name == label)
        for label in labels.labels
    )
    valence = math.fsum(share * value for share, value in zip(shares, labels.values, strict=True))
    return labels.labels, probabilities, valence


def understood(logits: Sequence[float], labels: LabelMap, independent: bool = False) -> float:
    """Give the mass of an answer: the share that the classes with a known meaning hold, 1 where all have one."""
    if "" not in labels.classes:
        return 1.0
    highest = max(logits)
    weights = [_sigmoid(logit) if independent else math.exp(logit - highest) for logit in logits]
    known = (weight for weight, name in zip(weights, labels.classes, strict=True) if name)
    return math.fsum(known) / math.fsum(weights)


def _sigmoid(x: float) -> float:
    return 1.0 / (1.0 + math.exp(-x)) if x >= 0 else math.exp(x) / (1.0 + math.exp(x))
