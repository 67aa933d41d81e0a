"""Sums -> figures with intervals: accuracy, macro-F1, precision, recall, confidence, calibration, by cell.

Shares are ratios a.S / b.S of sums S. Their interval is Wilson's with the independent rows that they are worth, means
and macro-F1 get a t interval from the jackknife by cluster (`audit.owndata.analysis.sides`). Accuracies of many groups
also stand shrunken toward their mean, so that the worst of twenty is not simply the one with the most bad luck.
"""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np

from audit.owndata.analysis.calibrating import expected_calibration_error
from audit.owndata.analysis.sides import RIGHT, ROWS, Writers, alike, jackknife, vector, worth_of, writers_of
from audit.owndata.analysis.sums import BRIER, CONFIDENCE, FEATURES, Floats, Grouping, Side, Sums
from audit.owndata.analysis.suppress import Hidden
from audit.owndata.classes import PLACES
from audit.schema import LABELS, SMALL, Estimate
from audit.stats import quantile, shrunken, wilson_limits

NAN = math.nan
SUITE = "data"
MACRO = "macro_f1"
FEW_OF_LABEL = f"fewer than {SMALL} rows behind it, or needed to keep such a figure hidden"


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


NEGATIVE = 0


def _labelled(code: int) -> Floats:
    return vector(*(3 * code + j for j in range(3)))


def _predicted(code: int) -> Floats:
    return vector(*(3 * i + code for i in range(3)))


def shares(labels: tuple[str, ...]) -> list[Share]:
    """Give the shares that are reported for classes of a file that a model can give.

    Misses, false alarms and what is called negative there are only where negative is a class by itself.
    """
    codes = [PLACES[name] for name in labels]
    negative, others = _labelled(NEGATIVE), ROWS - _labelled(NEGATIVE)
    of_negative = [
        Share("miss", negative - vector(0), negative),
        Share("false_alarm", _predicted(NEGATIVE) - vector(0), others),
        Share("flagged", _predicted(NEGATIVE), ROWS),
    ]
    found = [
        Share("accuracy", RIGHT, ROWS),
        *(Share(f"precision:{name}", vector(4 * c), _predicted(c)) for name, c in zip(labels, codes, strict=True)),
        *(Share(f"recall:{name}", vector(4 * c), _labelled(c)) for name, c in zip(labels, codes, strict=True)),
        *(of_negative if LABELS[NEGATIVE] in labels else ()),
        *(Share(f"labelled:{name}", _labelled(c), ROWS) for name, c in zip(labels, codes, strict=True)),
        Share("confidence", vector(CONFIDENCE), ROWS, rate=False),
        Share("overconfidence", vector(CONFIDENCE) - RIGHT, ROWS, rate=False, low=-1.0),
        Share("brier", vector(BRIER), ROWS, rate=False),
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
            found.append(ratio(Share("f1", 2 * vector(4 * code), bottom), sums))
    if not found:
        return NAN, np.zeros(FEATURES)
    gradient: Floats = np.mean([slope for _, slope in found], axis=0)
    return math.fsum(value for value, _ in found) / len(found), gradient


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
        rho = {share.name: likeness(grouping, share) for share in shares(sums.labels) if share.rate}
        found = []
        for group in sorted(grouping.values):
            reason = hidden.reason(grouping.by, group)
            if not (reason and len(grouping.columns) > 1):
                found += list(cell_estimates(sums, grouping, group, hidden, rho, for_owner))
        yield from _with_shrunken(found) if len(grouping.columns) == 1 else found


def likeness(grouping: Grouping, share: Share) -> float:
    """Give how alike rows of a writer are in a share, over the groups of a column."""
    if not len(grouping.keys):
        return 0.0
    return alike([grouping.own(code) for code in range(len(grouping.values))], share.top, share.bottom)


def cell_estimates(
    sums: Sums, grouping: Grouping, group: str, hiding: Hidden, rho: Mapping[str, float], for_owner: bool = False
) -> Iterator[Estimate]:
    """Give the figures of one cell; undefined ones with the reason."""
    code = grouping.place(group)
    side = grouping.own(code)
    n = int(grouping.rows[code])
    hidden, without = hiding.reason(grouping.by, group), hiding.without(grouping.by, group)
    for share in shares(sums.labels):
        if hidden:
            yield Estimate(SUITE, share.name, grouping.by, group, NAN, NAN, NAN, 0, 0, reason=hidden)
            continue
        behind = int(round(float(share.bottom @ side.sums)))
        few = share.name in without or (grouping.columns and behind < SMALL)
        if few and not (for_owner and share.rate):
            yield Estimate(SUITE, share.name, grouping.by, group, NAN, NAN, NAN, 0, 0, reason=FEW_OF_LABEL)
            continue
        yield _estimate(grouping, group, side, share, behind, rho)
    yield _macro(
        grouping, side, group, n, hidden or (FEW_OF_LABEL if MACRO in without or (for_owner and n < SMALL) else "")
    )
    yield _ece(grouping, code, side, group, n, hidden)


def _estimate(
    grouping: Grouping, group: str, side: Side, share: Share, behind: int, rho: Mapping[str, float]
) -> Estimate:
    value, gradient = ratio(share, side.sums)
    if math.isnan(value):
        return Estimate(SUITE, share.name, grouping.by, group, NAN, NAN, NAN, 0, 0, reason="no rows of this kind")
    writers = writers_of(side, share.bottom)
    low = high = NAN
    if share.rate:
        worth = worth_of(side, [(share.top, share.bottom, 1.0)], rho[share.name])
        if not writers.too_few:
            low, high = (float(x) for x in wilson_limits(value, worth.count, quantile(worth.df, 0.975)))
    elif not writers.too_few:
        low, high = interval_of_mean(value, jackknife(side, value, gradient, share.bottom).variance, writers)
        if share.name == "overconfidence":
            wide = _over(side, value, rho["accuracy"])
            low, high = min(low, wide[0]), max(high, wide[1])
        low, high = max(low, share.low), min(high, share.high)
    return Estimate(
        SUITE, share.name, grouping.by, group, value, low, high, behind, writers.number, reason=writers.too_few
    )


def _over(side: Side, value: float, rho: float) -> tuple[float, float]:
    """Interval of confidence less accuracy from that of each (Zou & Donner 2008).

    Rows of a small group that happen to be all right say nothing of how accuracy varies; Wilson's limits do.
    """
    sure = vector(CONFIDENCE)
    mean, slope = ratio(Share("confidence", sure, ROWS, rate=False), side.sums)
    found = jackknife(side, mean, slope, ROWS)
    half = quantile(found.writers.df, 0.975) * math.sqrt(max(found.variance, 0.0))
    accuracy = worth_of(side, [(RIGHT, ROWS, 1.0)], rho)
    low, high = wilson_limits(accuracy.share, accuracy.count, quantile(accuracy.df, 0.975))
    return value - math.hypot(half, float(high) - accuracy.share), value + math.hypot(half, accuracy.share - float(low))


def interval_of_mean(value: float, variance: float, writers: Writers) -> tuple[float, float]:
    """Give the 95 % t interval of a mean."""
    half = quantile(writers.df, 0.975) * math.sqrt(max(variance, 0.0))
    return value - half, value + half


def _with_shrunken(found: Sequence[Estimate]) -> Iterator[Estimate]:
    """Give the accuracies of the groups of a column with what they shrink to, the other figures as they are."""
    shown = [e for e in found if e.measure == "accuracy" and math.isfinite(e.low)]
    variances = [((e.high - e.low) / (2 * quantile(math.inf, 0.975))) ** 2 for e in shown]
    values = shrunken([e.value for e in shown], variances)
    extra = {e.group: {"shrunken": f"{value:.6g}"} for e, value in zip(shown, values, strict=True)}
    for estimate in found:
        more = extra.get(estimate.group, {}) if estimate.measure == "accuracy" and len(shown) > 2 else {}
        yield replace(estimate, extra={**estimate.extra, **more}) if more else estimate


def _macro(grouping: Grouping, side: Side, group: str, n: int, hidden: str) -> Estimate:
    if hidden:
        return Estimate(SUITE, MACRO, grouping.by, group, NAN, NAN, NAN, 0, 0, reason=hidden)
    value, gradient = macro_f1(side.sums)
    found = jackknife(side, value, gradient, ROWS)
    low = high = NAN
    if not found.writers.too_few:
        low, high = interval_of_mean(value, found.variance, found.writers)
    return Estimate(
        SUITE, MACRO, grouping.by, group, value, max(low, 0.0), min(high, 1.0), n, found.writers.number,
        reason=found.writers.too_few,
    )  # fmt: skip


def _ece(grouping: Grouping, code: int, side: Side, group: str, n: int, hidden: str) -> Estimate:
    if hidden:
        return Estimate(SUITE, "ece", grouping.by, group, NAN, NAN, NAN, 0, 0, reason=hidden)
    value = expected_calibration_error(grouping.histogram[code])
    reason = "" if not math.isnan(value) else "needs 100 rows: with fewer it measures little but noise"
    clusters = writers_of(side, ROWS).number
    return Estimate(SUITE, "ece", grouping.by, group, value, NAN, NAN, n, clusters, reason=reason)
