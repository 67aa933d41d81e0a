"""Which rows need no human: a confidence threshold chosen on one half of the clusters and checked on the other.

A threshold chosen and judged on the same rows looks better than it is. The halves are split by cluster, so that no
writer and no copy of a text is in both. The bound is that of `audit.owndata.analysis.bounds`.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

import numpy as np

from audit.owndata.analysis.bounds import upper_bound, why_no_bound
from audit.owndata.analysis.sums import BINS, Floats, Ints, Sums, sum_by
from audit.owndata.classes import Classes
from audit.owndata.table import read_batches
from audit.schema import DataSettings, Selection

TARGETS = (0.05, 0.02)
FEWEST = 30
"""Rows kept in either half, below which nothing is said."""
ASSUMES = (
    "Rows to come are like the checked half: the same kind of writers, the same kind of texts, "
    "labelled in the same way."
)


def selections_of(rows: Any, sums: Sums, classes: Classes, settings: DataSettings) -> tuple[Selection, ...]:
    """Choose and check a threshold for the error rate asked for, and for two stricter ones."""
    targets = tuple(dict.fromkeys((settings.target_error, *TARGETS)))
    chosen = np.zeros((BINS, 2))
    for batch in _halves(rows, sums, classes, settings.seed):
        mine = ~batch["checked"]
        for column, weight in ((0, None), (1, batch["wrong"][mine])):
            chosen[:, column] += np.bincount(batch["bin"][mine], weight, BINS)
    places = [_choose(chosen, target) for target in targets]
    kept = [_Kept() for _ in targets]
    total = 0
    for batch in _halves(rows, sums, classes, settings.seed):
        total += int(batch["checked"].sum())
        for found, place in zip(kept, places, strict=True):
            if place is not None:
                mine = batch["checked"] & (batch["bin"] >= place)
                found.add(batch["cluster"][mine], batch["wrong"][mine], sums.repeated)
    return tuple(
        _selection(target, place, found, total) for target, place, found in zip(targets, places, kept, strict=True)
    )


@dataclass
class _Kept:
    """Rows of the checked half above a threshold: sums by cluster of those that have several rows, and of the rest."""

    keys: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    values: Floats = field(default_factory=lambda: np.zeros((0, 2)))
    """(clusters, 2) rows and errors."""
    alone: Floats = field(default_factory=lambda: np.zeros(2))

    def add(self, clusters: Ints, wrong: Floats, repeated: Ints) -> None:
        values = np.column_stack([np.ones(len(wrong)), wrong])
        together = np.isin(clusters, repeated) if len(repeated) else np.zeros(len(clusters), dtype=bool)
        self.alone = self.alone + values[~together].sum(0)
        if together.any():
            keys, summed = sum_by(clusters[together], values[together])
            self.keys, self.values = sum_by(np.concatenate([self.keys, keys]), np.concatenate([self.values, summed]))


def _halves(rows: Any, sums: Sums, classes: Classes, seed: int) -> Any:
    """Judged rows: which half, histogram bin, whether wrong, cluster."""
    for batch in read_batches(rows, [*classes.columns, "cluster"]):
        label, predicted, sure = classes.judged(batch)
        judged = (label >= 0) & ~classes.left_out(label, "neutral" not in sums.labels)
        cluster = batch.column("cluster").to_numpy()[judged].astype(np.int64)
        confidence = sure[judged]
        yield {
            "checked": half_of(cluster, seed),
            "bin": np.minimum((confidence * BINS).astype(np.int64), BINS - 1),
            "wrong": (label != predicted)[judged].astype(np.float64),
            "cluster": cluster,
        }


def half_of(cluster: Ints, seed: int) -> np.ndarray:
    """Put clusters into halves by a hash of their number and the seed (splitmix64; Steele, Lea & Flood 2014)."""
    with np.errstate(over="ignore"):
        x = cluster.astype(np.uint64) + np.uint64((0x9E3779B97F4A7C15 * (seed + 1)) % 2**64)
        x = (x ^ (x >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        x = (x ^ (x >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
    found: np.ndarray = ((x ^ (x >> np.uint64(31))) & np.uint64(1)).astype(bool)
    return found


def _choose(histogram: Floats, target: float) -> int | None:
    """The lowest bin from which up the error rate is at most the target, with enough rows."""
    up = np.cumsum(histogram[::-1], axis=0)[::-1]
    with np.errstate(invalid="ignore", divide="ignore"):
        fits = (up[:, 0] >= FEWEST) & (up[:, 1] / up[:, 0] <= target)
    found = np.flatnonzero(fits)
    return int(found[0]) if len(found) else None


def _selection(target: float, place: int | None, kept: _Kept, total: int) -> Selection:
    nan = float("nan")
    if place is None:
        reason = f"no threshold kept {FEWEST} rows with so few errors in the half on which it is chosen"
        return Selection(target, nan, nan, nan, nan, 0, 0, ASSUMES, reason)
    n, wrong = kept.values.sum(0) + kept.alone
    coverage = n / total if total else nan
    if n < FEWEST:
        reason = f"fewer than {FEWEST} rows of the checked half lie above the threshold"
        return Selection(target, place / BINS, coverage, nan, nan, int(n), 0, ASSUMES, reason)
    clusters = len(kept.keys) + int(kept.alone[0])
    several_rows = kept.values[:, 0] > 1
    sizes, errors = kept.values[several_rows].T
    alone = kept.alone + kept.values[~several_rows].sum(0)
    single = (float(alone[0]), float(alone[1]))
    no_bound = why_no_bound(sizes, errors, single)
    bound = nan if no_bound else upper_bound(sizes, errors, single)
    return Selection(target, place / BINS, coverage, wrong / n, bound, int(n), clusters, ASSUMES, "", no_bound)
