"""Extremes over the groups of a column, beside what chance alone would give.

The worst-to-best gap of many equal groups is far from 0 (docs/method.md, section 4), so each extreme stands beside
the range that it has when all groups are equal and have the standard errors that they have here. The differences are
defined as in fairlearn: demographic parity over the share called negative, equalised odds as the larger of the range
of the true positive rate and that of the false positive rate, with "negative" as the class that one would act on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from audit.owndata.analysis.figures import SUITE, Share, gap_of, ratio, shares
from audit.owndata.analysis.sums import Floats, Grouping, Sums
from audit.owndata.analysis.suppress import Hidden
from audit.schema import SMALL, Estimate
from audit.stats import generator

DRAWS = 4000
MEASURES = {
    "worst_gap": ("accuracy",),
    "demographic_parity_difference": ("flagged",),
    "equalized_odds_difference": ("miss", "false_alarm"),
}


def parities_of(sums: Sums, hidden: Hidden, seed: int) -> Iterator[Estimate]:
    """Give the extremes of every column with two or more groups to compare."""
    known = {share.name: share for share in shares(sums.labels)}
    for grouping in sums.groupings.values():
        if len(grouping.columns) != 1:
            continue
        for name, parts in MEASURES.items():
            yield _extreme(grouping, hidden, name, [known[part] for part in parts], seed)


def _extreme(grouping: Grouping, hidden: Hidden, name: str, parts: list[Share], seed: int) -> Estimate:
    groups, values, errors = [], [], []
    clusters, rows = 0, 0
    for group in sorted(grouping.values):
        found = None if hidden.reason(grouping.by, group) else _rates(grouping, grouping.place(group), parts)
        if found is not None:
            groups.append(group)
            values.append(found[0])
            errors.append(found[1])
            rows += found[2]
            clusters = min(clusters, found[3]) if clusters else found[3]
    nan = float("nan")
    if len(groups) < 2:
        why = "needs two groups with ten rows and two writers each"
        return Estimate(SUITE, name, grouping.by, "", nan, nan, nan, 0, 0, reason=why)
    rates, noise = np.array(values), np.array(errors)
    rng = generator(seed, SUITE, grouping.by, name)
    shocks = rng.standard_normal((DRAWS, *rates.shape)) * noise
    weights = 1 / np.maximum(noise, 1e-6) ** 2
    level = (rates * weights).sum(0) / weights.sum(0)
    gap = _spread(rates[None])[0]
    null = _spread(np.clip(level + shocks, 0, 1))
    low, high = np.quantile(_spread(np.clip(rates + shocks, 0, 1)), [0.025, 0.975])
    column = int(np.argmax(np.ptp(rates, axis=0)))
    extra = {
        "null_low": f"{np.quantile(null, 0.05):.6g}",
        "null_median": f"{np.quantile(null, 0.5):.6g}",
        "null_high": f"{np.quantile(null, 0.95):.6g}",
        "p": f"{(1 + int((null >= gap * (1 - 1e-9)).sum())) / (1 + DRAWS):.4g}",
        "lowest": groups[int(rates[:, column].argmin())],
        "highest": groups[int(rates[:, column].argmax())],
        "groups": str(len(groups)),
        "of": parts[column].name,
    }
    return Estimate(SUITE, name, grouping.by, "", float(gap), float(low), float(high), rows, clusters, extra=extra)


def _spread(rates: Floats) -> Floats:
    """(draws, groups, parts) -> (draws,) the larger of the ranges of the parts."""
    found: Floats = np.ptp(rates, axis=1).max(1)
    return found


def _rates(grouping: Grouping, code: int, parts: list[Share]) -> tuple[list[float], list[float], int, int] | None:
    """Rates and standard errors of a group; None when it has too few rows of a kind."""
    values, errors, rows, clusters = [], [], 0, 0
    for share in parts:
        behind = int(round(float(share.bottom @ grouping.sums[code])))
        found = grouping.clusters(code, share.bottom)
        if behind < SMALL or found < 2:
            return None
        value, gradient = ratio(share, grouping.sums[code])
        gap = gap_of(value, float(gradient @ grouping.moments[code] @ gradient), found, behind, True)
        values.append(value)
        errors.append(gap.se)
        rows += behind
        clusters = min(clusters, found) if clusters else found
    return values, errors, rows, clusters
