"""A random sample of rows that grows with the stream, and what the model answers to their rewritings.

The sample is the rows with the smallest numbers of a seeded hash of the row number (bottom-k sampling, Cohen & Kaplan
2007): it depends on the seed and the row numbers alone, not on chunks or their order, and a resumed run draws the same.
"""

from __future__ import annotations

import heapq
from collections import Counter
from collections.abc import Callable, Sequence

import numpy as np
from numpy.typing import NDArray

from audit.owndata.perturb.core import KINDS, LONGEST
from audit.owndata.perturb.making import PER_TEXT, rewrites
from audit.owndata.perturb.rates import Answer, Outcome, estimates
from audit.schema.result import Skipped

ROWS = 2000
"""Rows that are rewritten; with up to `PER_TEXT` rewritings each, the cost is bounded whatever the size of the file."""

Score = Callable[[Sequence[str]], tuple[Sequence[int], Sequence[float]]]
"""Texts -> predicted class of each (0 negative, 1 neutral, 2 positive) and its valence."""


def order(rows: Sequence[int], seed: int) -> NDArray[np.uint64]:
    """Give every row a number that looks random (splitmix64, Steele, Lea & Flood 2014).

    Args:
        rows: row numbers, (n,).
        seed: of the run.

    Returns:
        (n,) numbers over all 64 bits; the same row and seed give the same number.
    """
    with np.errstate(over="ignore"):
        z = np.asarray(rows, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15)
        z += np.uint64((seed * 0xD1B54A32D192ED03 + 0x9E3779B97F4A7C15) % 2**64)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        return z ^ (z >> np.uint64(31))


class Sample:
    """Rows to rewrite, taken from a stream of chunks."""

    def __init__(self, seed: int = 0, rows: int = ROWS, per_text: int = PER_TEXT, kinds: Sequence[str] = KINDS) -> None:
        """Start empty.

        Args:
            seed: of the run.
            rows: size of the sample.
            per_text: most rewritings of a text.
            kinds: kinds of rewriting.
        """
        self._seed, self._rows, self._per_text, self._kinds = seed, rows, per_text, tuple(kinds)
        self._kept: list[tuple[int, int, str, int]] = []
        self._seen = 0
        self._long = 0

    @property
    def seen(self) -> int:
        """Rows offered so far."""
        return self._seen

    def add(self, rows: Sequence[int], texts: Sequence[str], clusters: Sequence[int]) -> None:
        """Offer a chunk; rows may come in any order, each once.

        Args:
            rows: row numbers, (n,).
            texts: (n,); empty ones are never drawn, those over `LONGEST` characters are counted instead.
            clusters: code of each row's cluster, (n,); the row number where there are no clusters.
        """
        self._seen += len(texts)
        for key, row, text, cluster in zip(order(rows, self._seed), rows, texts, clusters, strict=True):
            if len(text) > LONGEST:
                self._long += 1
                continue
            if not text or (len(self._kept) == self._rows and -int(key) <= self._kept[0][0]):
                continue
            item = (-int(key), int(row), text, int(cluster))
            if len(self._kept) < self._rows:
                heapq.heappush(self._kept, item)
            else:
                heapq.heapreplace(self._kept, item)

    def measure(self, score: Score, progress: Callable[[int, int], None] | None = None, batch: int = 512) -> Outcome:
        """Rewrite the sample, ask the model, and estimate.

        Args:
            score: gives the model's answers; called with at most `batch` texts at a time.
            progress: called with texts done and texts in all.
            batch: texts a call.

        Returns:
            Estimates, the single answers for the review list, and what was left alone.
        """
        kept = sorted(self._kept, key=lambda item: item[1])
        texts = [item[2] for item in kept]
        left: Counter[tuple[str, str]] = Counter()
        made = rewrites(texts, self._kinds, self._per_text, left)
        used = sorted({rewrite.row for rewrite in made})
        asked = [texts[row] for row in used] + [rewrite.text for rewrite in made]
        codes, valences = _ask(asked, score, progress, batch)
        before = {row: place for place, row in enumerate(used)}
        answers = tuple(
            Answer(
                row=kept[rewrite.row][1],
                cluster=kept[rewrite.row][3],
                kind=rewrite.kind,
                direction=rewrite.direction,
                floor=rewrite.floor,
                expected=rewrite.expected,
                before=codes[before[rewrite.row]],
                after=codes[place],
                shift=valences[place] - valences[before[rewrite.row]],
            )
            for place, rewrite in enumerate(made, start=len(used))
        )
        return Outcome(estimates(answers), answers, self._skipped(left, len(texts)), len(texts))

    def _skipped(self, left: Counter[tuple[str, str]], drawn: int) -> tuple[Skipped, ...]:
        """Say what was not rewritten, most frequent reason first."""
        out = []
        if self._seen > drawn + self._long:
            out.append(
                Skipped(
                    "rewriting", f"a random sample of {drawn:,} rows was rewritten", self._seen - drawn - self._long
                )
            )
        if self._long:
            out.append(Skipped("rewriting", f"longer than {LONGEST:,} characters", self._long))
        for kind in self._kinds:
            reasons = [(n, reason) for (of, reason), n in sorted(left.items()) if of == kind]
            if reasons:
                why = "; ".join(f"{reason} ({n})" for n, reason in sorted(reasons, key=lambda r: -r[0]))
                reason = f"left alone where it might not be right: {why}"
                out.append(Skipped(f"rewriting/{kind}", reason, sum(n for n, _ in reasons)))
        return tuple(out)


def _ask(
    texts: Sequence[str], score: Score, progress: Callable[[int, int], None] | None, batch: int
) -> tuple[list[int], list[float]]:
    codes: list[int] = []
    valences: list[float] = []
    for start in range(0, len(texts), batch):
        some_codes, some_valences = score(texts[start : start + batch])
        codes += [int(code) for code in some_codes]
        valences += [float(valence) for valence in some_valences]
        if progress:
            progress(len(codes), len(texts))
    return codes, valences
