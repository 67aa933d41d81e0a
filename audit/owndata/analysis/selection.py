"""Which rows need no human: a confidence threshold chosen on one half of the clusters and checked on the other.

A threshold chosen and judged on the same rows looks better than it is. The halves are split by cluster, so that no
writer is in both. The bound is Clopper and Pearson's where every row is its own cluster, else a one-sided t bound on
the cluster-robust error rate, and 1 - .05^(1/G) where none of G clusters has an error.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np

from audit.owndata.analysis.sums import BINS, Floats, Ints, Sums, sum_by
from audit.owndata.table import read_batches
from audit.schema import DataSettings, Selection

TARGETS = (0.05, 0.02)
FEWEST = 30
"""Rows kept in either half, below which nothing is said."""
ASSUMES = (
    "Rows to come are like the checked half: the same kind of writers, the same kind of texts, "
    "labelled in the same way."
)


def selections_of(rows: Any, sums: Sums, settings: DataSettings) -> tuple[Selection, ...]:
    """Choose and check a threshold for the error rate asked for, and for two stricter ones."""
    targets = tuple(dict.fromkeys((settings.target_error, *TARGETS)))
    chosen = np.zeros((BINS, 2))
    for batch in _halves(rows, sums, settings.seed):
        mine = ~batch["checked"]
        for column, weight in ((0, None), (1, batch["wrong"][mine])):
            chosen[:, column] += np.bincount(batch["bin"][mine], weight, BINS)
    places = [_choose(chosen, target) for target in targets]
    kept: list[list[tuple[Ints, Floats]]] = [[] for _ in targets]
    total = 0
    for batch in _halves(rows, sums, settings.seed):
        total += int(batch["checked"].sum())
        for out, place in zip(kept, places, strict=True):
            mine = batch["checked"] & (batch["bin"] >= place) if place is not None else np.zeros_like(batch["checked"])
            values = np.column_stack([np.ones(int(mine.sum())), batch["wrong"][mine]])
            if sums.clustered:
                out.append(sum_by(batch["cluster"][mine], values))
            else:
                out.append((np.zeros(1, dtype=np.int64), values.sum(0, keepdims=True)))
    return tuple(
        _selection(target, place, found, total, sums.clustered)
        for target, place, found in zip(targets, places, kept, strict=True)
    )


def _halves(rows: Any, sums: Sums, seed: int) -> Any:
    """Judged rows: which half, histogram bin, whether wrong, cluster."""
    names = ["label", "predicted", "confidence", "cluster"]
    for batch in read_batches(rows, names):
        found = {name: batch.column(name).to_numpy(zero_copy_only=False) for name in names}
        judged = found["label"] >= 0
        if "neutral" not in sums.labels:
            judged &= found["label"] != 1
        cluster = found["cluster"][judged].astype(np.int64)
        confidence = found["confidence"][judged].astype(np.float64)
        yield {
            "checked": half_of(cluster, seed),
            "bin": np.minimum((confidence * BINS).astype(np.int64), BINS - 1),
            "wrong": (found["label"] != found["predicted"])[judged].astype(np.float64),
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


def _selection(
    target: float, place: int | None, found: Sequence[tuple[Ints, Floats]], total: int, clustered: bool
) -> Selection:
    nan = float("nan")
    if place is None:
        reason = f"no threshold kept {FEWEST} rows with so few errors in the half on which it is chosen"
        return Selection(target, nan, nan, nan, nan, 0, 0, ASSUMES, reason)
    keys = np.concatenate([keys for keys, _ in found]) if found else np.zeros(0, dtype=np.int64)
    values = np.concatenate([values for _, values in found]) if found else np.zeros((0, 2))
    n, wrong = values.sum(0) if len(values) else (0.0, 0.0)
    coverage = n / total if total else nan
    if n < FEWEST:
        reason = f"fewer than {FEWEST} rows of the checked half lie above the threshold"
        return Selection(target, place / BINS, coverage, nan, nan, int(n), 0, ASSUMES, reason)
    clusters = int(n)
    if clustered:
        _, values = sum_by(keys, values)
        clusters = len(values)
    bound = upper_bound(values, float(n), float(wrong), clusters, clustered)
    reason = "" if clusters > 1 else "needs two or more clusters"
    return Selection(target, place / BINS, coverage, wrong / n, bound, int(n), clusters, ASSUMES, reason)


def upper_bound(values: Floats, n: float, wrong: float, clusters: int, clustered: bool, level: float = 0.95) -> float:
    """Upper bound of an error rate.

    Args:
        values: (clusters, 2) rows and errors of each cluster; not read where every row is a cluster.
        n: rows.
        wrong: errors.
        clusters: how many.
        clustered: whether clusters hold more than one row.
        level: of the one-sided bound.
    """
    from scipy.stats import beta, t

    if not clustered:
        return float(beta.ppf(level, wrong + 1, n - wrong)) if wrong < n else 1.0
    if clusters < 2:
        return float("nan")
    if wrong == 0:
        return float(1 - (1 - level) ** (1 / clusters))
    rate = wrong / n
    influence = (values[:, 1] - rate * values[:, 0]) / n
    se = float(np.sqrt((influence**2).sum() * clusters / (clusters - 1)))
    return float(min(1.0, rate + t.ppf(level, clusters - 1) * se))
