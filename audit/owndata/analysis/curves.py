"""Curves: reliability, accuracy against coverage, and what a threshold on the score would miss."""

from __future__ import annotations

from collections.abc import Collection, Iterator

import numpy as np

from audit.owndata.analysis.calibrating import equal_mass
from audit.owndata.analysis.figures import FEW_OF_LABEL, Share, likeness
from audit.owndata.analysis.sides import RIGHT, ROWS, worth_of
from audit.owndata.analysis.sums import STEPS, Floats, Grouping, Sums
from audit.owndata.analysis.suppress import Hidden
from audit.schema import LABELS, SMALL, Curve, CurvePoint
from audit.stats import wilson

COVERAGES = tuple(share / 20 for share in range(1, 21))
THRESHOLDS = tuple(step / 20 for step in range(1, 20))
FEWEST = 20
"""Rows of a point of the coverage curve."""


def curves_of(sums: Sums, hidden: Hidden) -> tuple[Curve, ...]:
    """Give the curves of the whole and of every group that is shown; crossings have none."""
    found: list[Curve] = []
    alone = LABELS[0] in sums.labels
    for grouping in sums.groupings.values():
        if len(grouping.columns) > 1:
            continue
        for group in sorted(grouping.values):
            reason = hidden.reason(grouping.by, group)
            if reason:
                found += [Curve(kind, grouping.by, group, (), reason) for kind in KINDS]
            else:
                found += _curves(grouping, grouping.place(group), group, hidden.without(grouping.by, group), alone)
    return tuple(found)


KINDS = ("reliability", "coverage", "threshold", "alarms")


def _curves(grouping: Grouping, code: int, group: str, without: Collection[str], alone: bool) -> Iterator[Curve]:
    by, worth = grouping.by, worth_of_row(grouping, code)
    histogram = grouping.histogram[code]
    reason = "" if histogram[:, 0].sum() >= 2 * FEWEST else f"fewer than {2 * FEWEST} rows"
    yield Curve("reliability", by, group, () if reason else tuple(_reliability(histogram, worth)), reason)
    yield Curve("coverage", by, group, () if reason else tuple(_coverage(histogram, worth)), reason)
    scores = grouping.scores[code]
    for kind, column, rate in (("threshold", 1, "miss"), ("alarms", 0, "false_alarm")):
        few = FEW_OF_LABEL if rate in without or scores[:, column].sum() < SMALL else ""
        few = few if alone else "no label of the file means negative alone"
        yield Curve(kind, by, group, () if few else tuple(_threshold(scores[:, column], kind, worth)), few)


def worth_of_row(grouping: Grouping, code: int) -> float:
    """Give what a row of a cell is worth beside an independent one: 1 over the design effect of its accuracy."""
    accuracy = Share("accuracy", RIGHT, ROWS)
    found = worth_of(grouping.own(code), [(RIGHT, ROWS, 1.0)], likeness(grouping, accuracy))
    return found.count / found.rows if found.rows else 1.0


def _point(x: float, right: float, n: float, worth: float) -> CurvePoint:
    low, high = wilson(right / n, max(n * worth, 1.0))
    return CurvePoint(x, right / n, low, high, int(round(n)))


def _reliability(histogram: Floats, worth: float) -> Iterator[CurvePoint]:
    for n, right, confidence in equal_mass(histogram):
        yield _point(confidence / n, right, n, worth)


def _coverage(histogram: Floats, worth: float) -> Iterator[CurvePoint]:
    """Accuracy among the surest rows (selective prediction, El-Yaniv & Wiener 2010)."""
    surest = np.cumsum(histogram[::-1], axis=0)
    total = surest[-1, 0]
    last = 0.0
    for share in COVERAGES:
        row = surest[np.searchsorted(surest[:, 0], share * total - 1e-9)]
        if row[0] >= FEWEST and row[0] > last:
            last = float(row[0])
            yield _point(float(row[0] / total), float(row[1]), float(row[0]), worth)


def _threshold(counts: Floats, kind: str, worth: float) -> Iterator[CurvePoint]:
    """Share with a score under (misses) or over (alarms) each threshold."""
    total = float(counts.sum())
    under = np.cumsum(counts)
    for threshold in THRESHOLDS:
        below = float(under[int(round(threshold * STEPS)) - 1])
        yield _point(threshold, below if kind == "threshold" else total - below, total, worth)
