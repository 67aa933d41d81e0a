"""Models that need no torch: what they answer is a plain function of the text."""

from __future__ import annotations

import math
import zlib
from collections.abc import Sequence

from audit.models.base import Request, Response, Row, RowResult
from audit.schema import FILL_MASK, LABELS, TEXT_CLASSIFICATION, ModelInfo


class FakeClassifier:
    """Sentiment by counting a few words; remembers every batch it was given."""

    operations = frozenset({"score"})
    max_length = 512
    good = ("good", "great", "love", "loved", "wonderful", "happy", "excellent", "enjoyed", "glad", "perfect")
    bad = ("bad", "awful", "hate", "hated", "terrible", "sad", "horrible", "boring", "angry", "ruined")

    def __init__(self) -> None:
        self.info = ModelInfo(id="fake-classifier", kind="function", revision="0" * 40, tasks=(TEXT_CLASSIFICATION,))
        self.batches: list[int] = []

    def prepare(self, requests: Sequence[Request]) -> list[list[Row]]:
        return [[Row(ids=tuple(r.text.encode()))] for r in requests]

    def forward(self, rows: Sequence[Row]) -> list[RowResult]:
        self.batches.append(len(rows))
        return [self._one(bytes(row.ids).decode()) for row in rows]

    def _one(self, text: str) -> RowResult:
        words = [word.strip(".,!?").lower() for word in text.split()]
        tone = sum(w in self.good for w in words) - sum(w in self.bad for w in words)
        noise = zlib.crc32(text.encode()) / 2**32 - 0.5
        return RowResult(logits=(-2.0 * tone + noise, 0.5, 2.0 * tone))

    def finish(self, request: Request, rows: Sequence[Row], results: Sequence[RowResult]) -> Response:
        (result,) = results
        top = max(result.logits)
        weights = [math.exp(value - top) for value in result.logits]
        return Response(
            labels=LABELS,
            probabilities=tuple(w / sum(weights) for w in weights),
            tokens=len(rows[0].ids),
        )


class FakeMaskedLM:
    """Each target's log-probability is a hash of the text and the target."""

    operations = frozenset({"score"})
    max_length = 512

    def __init__(self) -> None:
        self.info = ModelInfo(id="fake-masked-lm", kind="function", revision="1" * 40, tasks=(FILL_MASK,))
        self.ran: list[Row] = []

    def prepare(self, requests: Sequence[Request]) -> list[list[Row]]:
        return [
            [
                Row(
                    ids=tuple(r.text.encode()),
                    positions=(0,),
                    targets=(tuple(zlib.crc32(c.encode()) for c in r.choices),),
                    top_k=r.top_k,
                )
            ]
            for r in requests
        ]

    def forward(self, rows: Sequence[Row]) -> list[RowResult]:
        self.ran += rows
        return [
            RowResult(
                log_probs=tuple(tuple(-1 - (sum(row.ids) * t % 97) / 97 for t in targets) for targets in row.targets),
                top=tuple((k, 1 / (k + 2)) for k in range(row.top_k)),
            )
            for row in rows
        ]

    def finish(self, request: Request, rows: Sequence[Row], results: Sequence[RowResult]) -> Response:
        (result,) = results
        p = [math.exp(value) for value in result.log_probs[0]]
        return Response(
            labels=request.choices,
            probabilities=tuple(value / sum(p) for value in p),
            mass=sum(p),
            top=tuple((str(word), value) for word, value in result.top),
        )
