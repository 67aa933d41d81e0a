"""Sums -> figures with intervals: accuracy, macro-F1, precision, recall, confidence, calibration, by cell.

Shares are ratios a.S / b.S of sums S, with the cluster-robust variance of a ratio (Cochran 1977, 6.4: linearised;
G / (G - 1) over G clusters). Their interval is Wilson's with the effective number of rows, at most the rows (as for
suites, docs/method.md section 4). Means get a t interval with G - 1 degrees of freedom. Macro-F1: the delta method.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np

from audit.owndata.analysis.calibrating import expected_calibration_error
from audit.owndata.analysis.sums import BRIER, CONFIDENCE, FEATURES, Floats, Grouping, Sums
from audit.owndata.analysis.suppress import Hidden
from audit.schema import LABELS, SMALL, Estimate
from audit.stats import Gap, share_interval

NAN = math.nan
SUITE = "data"
FEW_OF_LABEL = f"fewer than {SMALL} rows behind it"
NO_CLUSTERS = "needs two or more writers or rows"


@dataclass(frozen=True, slots=True)
class Share:
    """A figure that is one sum over another."""

    name: str
    top: Floats
    bottom: Floats
    rate: bool = True
    """Whether single rows count 0 or 1."""
    low: float = 0.0
    high: float = 1.0


def _vector(*places: int) -> Floats:
    out = np.zeros(FEATURES)
    out[list(places)] = 1.0
    return out


ROWS = _vector(*range(9))
RIGHT = _vector(0, 4, 8)
NEGATIVE = 0


def _labelled(code: int) -> Floats:
    return _vector(*(3 * code + j for j in range(3)))


def _predicted(code: int) -> Floats:
    return _vector(*(3 * i + code for i in range(3)))


def shares(labels: tuple[str, ...]) -> list[Share]:
    """Give the shares that are reported for a model with these labels."""
    codes = [LABELS.index(name) for name in labels]
    negative, others = _labelled(NEGATIVE), ROWS - _labelled(NEGATIVE)
    found = [
        Share("accuracy", RIGHT, ROWS),
        *(Share(f"precision:{LABELS[c]}", _vector(4 * c), _predicted(c)) for c in codes),
        *(Share(f"recall:{LABELS[c]}", _vector(4 * c), _labelled(c)) for c in codes),
        Share("miss", negative - _vector(0), negative),
        Share("false_alarm", _predicted(NEGATIVE) - _vector(0), others),
        Share("flagged", _predicted(NEGATIVE), ROWS),
        Share("confidence", _vector(CONFIDENCE), ROWS, rate=False),
        Share("overconfidence", _vector(CONFIDENCE) - RIGHT, ROWS, rate=False, low=-1.0),
        Share("brier", _vector(BRIER), ROWS, rate=False),
    ]
    return found


def ratio(share: Share, sums: Floats) -> tuple[float, Floats]:
    """Give a share and its gradient in the sums."""
    below = float(share.bottom @ sums)
    if below <= 0:
        return NAN, np.zeros(FEATURES)
    value = float(share.top @ sums) / below
    return value, (share.top - value * share.bottom) / below


def macro_f1(sums: Floats) -> tuple[float, Floats]:
    """Give the mean of the F1 of the labels that are given or predicted, and its gradient; NaN without rows.

    F1 = 2 TP / (2 TP + FP + FN). A label that neither a row nor an answer has is no part of the mean, as in
    scikit-learn's `f1_score(average="macro")`.
    """
    found = []
    for code in range(len(LABELS)):
        bottom = _labelled(code) + _predicted(code)
        if float(bottom @ sums) > 0:
            found.append(ratio(Share("f1", 2 * _vector(4 * code), bottom), sums))
    if not found:
        return NAN, np.zeros(FEATURES)
    gradient: Floats = np.mean([slope for _, slope in found], axis=0)
    return math.fsum(value for value, _ in found) / len(found), gradient


def gap_of(value: float, variance: float, clusters: int, rows: int, rate: bool) -> Gap:
    """Wrap a figure as the statistics have it."""
    se = math.sqrt(max(variance * clusters / (clusters - 1), 0.0)) if clusters > 1 else NAN
    reason = "" if clusters > 1 else NO_CLUSTERS
    return Gap(value, se, max(clusters - 1, 0), clusters, clusters, clusters, rows, "clusters", reason, rate)


def estimates_of(sums: Sums, hidden: Hidden, for_owner: bool = False) -> Iterator[Estimate]:
    """Give every figure of every cell, overall first.

    A group that is hidden is listed with the reason. A crossing that is hidden is not: it looks like an empty one.

    Args:
        sums: of the rows.
        hidden: cells that are not shown.
        for_owner: also shares with fewer than ten rows behind them: their interval says how little these tell. Means
            keep the ten rows, as theirs does not.
    """
    for grouping in sums.groupings.values():
        for group in sorted(grouping.values):
            reason = hidden.reason(grouping.by, group)
            if not (reason and len(grouping.columns) > 1):
                yield from cell_estimates(sums, grouping, group, reason, for_owner)


def cell_estimates(
    sums: Sums, grouping: Grouping, group: str, hidden: str, for_owner: bool = False
) -> Iterator[Estimate]:
    """Give the figures of one cell; undefined ones with the reason."""
    code = grouping.place(group)
    own = grouping.sums[code]
    n = int(grouping.rows[code])
    for share in shares(sums.labels):
        if hidden:
            yield Estimate(SUITE, share.name, grouping.by, group, NAN, NAN, NAN, 0, 0, reason=hidden)
            continue
        behind = int(round(float(share.bottom @ own)))
        if grouping.columns and behind < SMALL and not (for_owner and share.rate):
            yield Estimate(SUITE, share.name, grouping.by, group, NAN, NAN, NAN, 0, 0, reason=FEW_OF_LABEL)
            continue
        yield _estimate(grouping, code, share, behind)
    yield _macro(grouping, code, group, n, hidden or (FEW_OF_LABEL if for_owner and n < SMALL else ""))
    yield _ece(grouping, code, group, n, hidden)


def _estimate(grouping: Grouping, code: int, share: Share, behind: int) -> Estimate:
    group = grouping.values[code]
    value, gradient = ratio(share, grouping.sums[code])
    if math.isnan(value):
        return Estimate(SUITE, share.name, grouping.by, group, NAN, NAN, NAN, 0, 0, reason="no rows of this kind")
    clusters = grouping.clusters(code, share.bottom)
    gap = gap_of(value, float(gradient @ grouping.moments[code] @ gradient), clusters, behind, share.rate)
    low, high = interval(gap, share, behind)
    return Estimate(SUITE, share.name, grouping.by, group, value, low, high, behind, clusters, reason=gap.reason)


def interval(gap: Gap, share: Share, rows: int) -> tuple[float, float]:
    """Give the 95 % interval of a share or mean."""
    if share.rate:
        return share_interval(gap, rows)
    low, high = gap.interval()
    return max(low, share.low), min(high, share.high)


def _macro(grouping: Grouping, code: int, group: str, n: int, hidden: str) -> Estimate:
    if hidden:
        return Estimate(SUITE, "macro_f1", grouping.by, group, NAN, NAN, NAN, 0, 0, reason=hidden)
    value, gradient = macro_f1(grouping.sums[code])
    clusters = grouping.clusters(code, ROWS)
    gap = gap_of(value, float(gradient @ grouping.moments[code] @ gradient), clusters, n, False)
    low, high = gap.interval()
    return Estimate(
        SUITE, "macro_f1", grouping.by, group, value, max(low, 0.0), min(high, 1.0), n, clusters, reason=gap.reason
    )


def _ece(grouping: Grouping, code: int, group: str, n: int, hidden: str) -> Estimate:
    if hidden:
        return Estimate(SUITE, "ece", grouping.by, group, NAN, NAN, NAN, 0, 0, reason=hidden)
    value = expected_calibration_error(grouping.histogram[code])
    reason = "" if not math.isnan(value) else "needs 100 rows: with fewer it measures little but noise"
    clusters = grouping.clusters(code, ROWS)
    return Estimate(SUITE, "ece", grouping.by, group, value, NAN, NAN, n, clusters, reason=reason)
