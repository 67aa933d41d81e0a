"""Crossings of two group columns: is a cell read worse, or better, than the two columns lead one to expect?

A model may read both women and men, and both languages, equally well, and still fail women who write in one of them.
The accuracies of the cells are fitted by the sum of an effect of each column; a cell's deviation from that is tested,
and shown shrunken as far as chance explains it.
"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass

import numpy as np

from audit.owndata.analysis.figures import Share, likeness
from audit.owndata.analysis.sides import RIGHT, ROWS, Worth, vector, worth_of
from audit.owndata.analysis.sums import Floats, Grouping, Sums
from audit.owndata.analysis.suppress import Hidden
from audit.owndata.classes import PLACES
from audit.schema import SMALL
from audit.stats import ShareGap, spread_between

MOST_CELLS = 400
"""Cells of a pair of columns; of more none is tested."""


@dataclass(frozen=True, slots=True)
class Crossing:
    """A cell of two columns."""

    grouping: Grouping
    group: str
    rows: int
    gap: ShareGap
    """Observed minus additive accuracy, labels taken as they are in the whole."""
    additive: float
    shrunken: float
    """The additive accuracy plus the shrunken deviation."""
    tested: bool
    """Whether it is in the family: a 2 x 2 table has one deviation, seen from four sides."""


def crossings_of(sums: Sums, hidden: Hidden) -> list[Crossing]:
    """Give every cell that is shown, of every pair of columns that has an interaction to look at."""
    return [
        crossing
        for grouping in sums.groupings.values()
        if len(grouping.columns) == 2
        for crossing in _pair(sums, grouping, hidden)
    ]


def _pair(sums: Sums, grouping: Grouping, hidden: Hidden) -> list[Crossing]:
    rho = likeness(grouping, Share("accuracy", RIGHT, ROWS))
    recalls = _recalls(sums)
    names, worths, shares = [], [], []
    for group in sorted(grouping.values):
        if hidden.reason(grouping.by, group):
            continue
        side = grouping.own(grouping.place(group))
        found = worth_of(side, [(RIGHT, ROWS, 1.0)], rho)
        if found.rows >= SMALL and not found.writers.too_few:
            names.append(group)
            worths.append(found)
            shares.append(min(max(found.share + _owed_to_labels(side.sums, sums, recalls), 0.0), 1.0))
    if not 4 <= len(names) <= MOST_CELLS:
        return []
    p = np.array(shares)
    counts = np.array([worth.count for worth in worths])
    away = _deviations(grouping, names, counts)
    spent = int(round(len(names) - np.trace(away)))
    if spent >= len(names):
        return []
    deviation = away @ p
    fitted = _inside(p - deviation, counts, float(counts @ p / counts.sum()))
    noise = fitted * (1 - fitted) / counts
    variance = away**2 @ noise
    moves = np.sqrt((away**2).sum(1)) > 1e-6
    between = spread_between(deviation[moves], variance[moves], max(int(moves.sum()) - (len(names) - spent), 2))
    shrunk = np.where(moves, deviation * between / np.maximum(between + variance, 1e-12), 0.0)
    tested = _distinct(away)
    return [
        Crossing(
            grouping,
            names[j],
            worths[j].rows,
            _gap(away[j], p, counts, fitted, worths),
            float(p[j] - deviation[j]),
            float(p[j] - deviation[j] + shrunk[j]),
            j in tested,
        )
        for j in np.flatnonzero(moves).tolist()
    ]


def _recalls(sums: Sums) -> Mapping[int, float]:
    """How often each label is read right, in the whole."""
    whole = sums.overall.sums[0]
    found = {}
    for name in sums.labels:
        code = PLACES[name]
        n = float(whole[3 * code : 3 * code + 3].sum())
        found[code] = float(whole[4 * code]) / n if n else 0.0
    return found


def _owed_to_labels(own: Floats, sums: Sums, recalls: Mapping[int, float]) -> float:
    """How much the labels of a cell lower its accuracy (indirect standardisation: expected from the recalls of all)."""
    whole = sums.overall.sums[0]
    expected = sum(recalls[code] * float(own[3 * code : 3 * code + 3].sum()) for code in recalls)
    return float(whole @ vector(0, 4, 8) / whole[:9].sum()) - expected / float(own[:9].sum())


def _deviations(grouping: Grouping, names: list[str], counts: Floats) -> Floats:
    """(cells, cells): what takes accuracies to their deviations from the additive fit, weighted by the rows."""
    columns = []
    for place in (0, 1):
        values = sorted({grouping.parts[name][place] for name in names})
        columns.append(np.array([[float(grouping.parts[name][place] == value) for value in values] for name in names]))
    design = np.column_stack(columns)
    fit: Floats = design @ np.linalg.pinv(design.T @ (counts[:, None] * design)) @ (design.T * counts)
    return np.eye(len(names)) - fit


def _inside(fitted: Floats, counts: Floats, middle: float) -> Floats:
    """Fitted accuracies as shares that can vary: one row of the whole is added to each cell."""
    found: Floats = (np.clip(fitted, 0, 1) * counts + middle) / (counts + 1)
    return found


def _distinct(away: Floats) -> set[int]:
    """Cells with a test of their own; of those that are one and the same test, the first."""
    size = np.sqrt((away**2).sum(1))
    keep = np.flatnonzero(size > 1e-6)
    scaled = away[keep] / size[keep, None]
    first = scaled[np.arange(len(keep)), np.argmax(np.abs(scaled) > 1e-6, axis=1)]
    _, places = np.unique((scaled * np.sign(first)[:, None]).round(6) + 0.0, axis=0, return_index=True)
    return set(keep[places].tolist())


def _gap(weights: Floats, p: Floats, counts: Floats, fitted: Floats, worths: list[Worth]) -> ShareGap:
    used = np.flatnonzero(np.abs(weights) > 1e-9).tolist()
    parts = [float(weights[i] ** 2 * fitted[i] * (1 - fitted[i]) / counts[i]) for i in used]
    below = sum(v * v / worths[i].df for v, i in zip(parts, used, strict=True))
    df = sum(parts) ** 2 / below if below > 0 else math.inf
    clusters = [worths[i].writers.number for i in used]
    return ShareGap(
        float(weights @ p), math.sqrt(sum(parts)), df if math.isfinite(df) else max(sum(clusters) - len(used), 1),
        min(clusters), sum(clusters), min(clusters), sum(worths[i].rows for i in used), "score", "", True,
        weights=tuple(float(weights[i]) for i in used), shares=tuple(float(p[i]) for i in used),
        counts=tuple(float(counts[i]) for i in used), null=tuple(float(fitted[i]) for i in used),
        dfs=tuple(worths[i].df for i in used), test_df=df,
    )  # fmt: skip
