"""Extremes over the groups of a column, beside what chance alone would give.

The worst-to-best gap of many equal groups is far from 0 (docs/method.md, section 4), so each extreme stands beside the
range that dealing the rows out to the groups again would give: groups of the size they have, one rate for all. The
differences are defined as in fairlearn: demographic parity over the share called negative, equalised odds as the larger
of the range of the true positive rate and that of the false positive rate, with "negative" as the class that one would
act on.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np

from audit.owndata.analysis.figures import SUITE, Share, likeness, shares
from audit.owndata.analysis.sides import Worth, worth_of, writers_of
from audit.owndata.analysis.sums import Floats, Grouping, Sums
from audit.owndata.analysis.suppress import Hidden
from audit.schema import SMALL, Estimate
from audit.stats import generator, quantile, wilson_limits

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
            if all(part in known for part in parts):
                yield _extreme(grouping, hidden, name, [known[part] for part in parts], seed)


def _extreme(grouping: Grouping, hidden: Hidden, name: str, parts: list[Share], seed: int) -> Estimate:
    rho = [likeness(grouping, share) for share in parts]
    found: dict[str, list[Worth]] = {}
    for group in sorted(grouping.values):
        without = hidden.without(grouping.by, group)
        kept = not hidden.reason(grouping.by, group) and not any(share.name in without for share in parts)
        worths = _worths(grouping, grouping.place(group), parts, rho) if kept else None
        if worths is not None:
            found[group] = worths
    nan = float("nan")
    if len(found) < 2:
        why = "needs two groups with ten rows each, and twenty writers where rows of a writer repeat"
        return Estimate(SUITE, name, grouping.by, "", nan, nan, nan, 0, 0, reason=why)
    groups = list(found)
    rates = np.array([[worth.share for worth in worths] for worths in found.values()])
    counts = np.array([[worth.count for worth in worths] for worths in found.values()])
    dfs = np.array([[worth.df for worth in worths] for worths in found.values()])
    rng = generator(seed, SUITE, grouping.by, name)
    gap = float(np.ptp(rates, axis=0).max())
    null = np.max([dealt(rates[:, k], counts[:, k], rng, DRAWS) for k in range(len(parts))], axis=0)
    low, high = range_interval(rates, counts, dfs)
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
    every = [worth for worths in found.values() for worth in worths]
    rows, clusters = sum(worth.rows for worth in every), min(worth.writers.number for worth in every)
    return Estimate(SUITE, name, grouping.by, "", gap, low, high, rows, clusters, extra=extra)


def _worths(grouping: Grouping, code: int, parts: list[Share], rho: list[float]) -> list[Worth] | None:
    """Rates of a group and the rows they are worth; None when it has too few rows of a kind."""
    side, found = grouping.own(code), []
    for share, alike in zip(parts, rho, strict=True):
        if float(share.bottom @ side.sums) < SMALL or writers_of(side, share.bottom).too_few:
            return None
        found.append(worth_of(side, [(share.top, share.bottom, 1.0)], alike))
    return found


def dealt(rates: Floats, counts: Floats, rng: np.random.Generator, draws: int) -> Floats:
    """Deal the rows out to the groups again: the ranges of their rates when groups mean nothing.

    With one rate for all, the number of rows of the kind in each group is multivariate hypergeometric, which is what
    permuting the group labels gives. Each group's own variance would be 0 where it has no error.

    Args:
        rates: (groups,) as seen.
        counts: (groups,) rows, or the independent rows that they are worth; rounded.
        rng: from `generator`.
        draws: how many deals.

    Returns:
        (draws,) largest minus smallest rate.
    """
    sizes = np.maximum(np.rint(counts), 1).astype(np.int64)
    of_kind = int(round(float(rates @ counts / counts.sum() * sizes.sum())))
    drawn = rng.multivariate_hypergeometric(sizes, of_kind, size=draws, method="marginals")
    found: Floats = np.ptp(drawn / sizes, axis=1)
    return found


def range_interval(rates: Floats, counts: Floats, dfs: Floats) -> tuple[float, float]:
    """Give a 95 % interval of the range of true rates.

    Intervals of all pairs that hold together (Newcombe's, each at 95 % corrected for their number by Bonferroni): the
    range is at least the largest of their lower limits, and at most the largest of their upper ones.

    Args:
        rates: (groups, parts).
        counts: (groups, parts) rows.
        dfs: (groups, parts) degrees of freedom of the counts; infinite where they were counted.
    """
    groups, parts = rates.shape
    level = 1 - 0.05 / (parts * groups * (groups - 1) / 2)
    z = np.vectorize(lambda df: quantile(float(df), 0.5 + level / 2))(dfs)
    low, high = wilson_limits(rates, counts, z)
    gap = rates[:, None] - rates[None, :]
    down, up = (rates - low) ** 2, (high - rates) ** 2
    bottom = gap - np.sqrt(down[:, None] + up[None, :])
    top = gap + np.sqrt(up[:, None] + down[None, :])
    return max(float(bottom.max()), 0.0), min(float(top.max()), 1.0)
