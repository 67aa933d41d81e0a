"""Gaps between shares of few or unequally many rows: score intervals, the score test, and what the test can see.

A variance that is estimated in each group is 0 where a group has no errors, and then claims more than a handful of rows
can show. The intervals here come from Wilson's for each share (Newcombe 1998, method 10; for more than two shares Zou,
Huang & Zhang 2009), the test from the variance that equal shares would have, and what could be seen from the very rule
that judges. Where a group is small, the normal curve is no guide far out (of 80 tests of 20 rows, each at .05/80, one
would be a false alarm in 10 % of data sets), and the test is Fisher's as well.
"""

from __future__ import annotations

import math
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
from scipy.special import gammaln, ndtri, stdtr, stdtrit

from audit.stats.design import Floats
from audit.stats.twoway import Gap

EXACT_BELOW = 100
"""Rows of the smaller group, below which its binomial counts are summed: there the normal curve is a bad guide."""
GRID = 100
"""Gaps that are tried, in steps of 1 / GRID: whole points."""


def quantile(df: float, q: float) -> float:
    """Give a quantile of t, or of the normal curve where the degrees of freedom are infinite."""
    return float(ndtri(q) if math.isinf(df) else stdtrit(df, q))


def two_sided(z: float, df: float) -> float:
    """Give the two-sided p of a t or z statistic."""
    return float(2 * stdtr(df if math.isfinite(df) else 1e12, -abs(z)))


def wilson_limits(share: Any, n: Any, z: Any) -> tuple[Any, Any]:
    """Wilson's score interval (Wilson 1927), elementwise.

    Args:
        share: between 0 and 1.
        n: rows, need not be whole.
        z: quantile, that of t where n is an estimate.
    """
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * np.sqrt(share * (1 - share) / n + z * z / (4 * n * n))
    # Rounding must not take a share of 0 or 1 out of its own interval.
    return np.minimum(np.maximum(middle - half, 0.0), share), np.maximum(np.minimum(middle + half, 1.0), share)


@dataclass(frozen=True, slots=True)
class ShareGap(Gap):
    """A weighted sum of shares of separate groups, most often one share minus another.

    `se` is that of the test: the standard error if the null were true.
    """

    weights: tuple[float, ...] = (1.0, -1.0)
    shares: tuple[float, ...] = (math.nan, math.nan)
    counts: tuple[float, ...] = (math.nan, math.nan)
    """Rows behind each share, or the independent rows that they are worth."""
    null: tuple[float, ...] = (math.nan, math.nan)
    """The shares if the null were true; for two groups the pooled share twice."""
    dfs: tuple[float, ...] = (math.inf, math.inf)
    """Degrees of freedom of each count; infinite where it was counted and not estimated."""
    test_df: float = math.inf
    shared: float = 0.0
    """Correlation of two shares, from writers who stand in both groups."""

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Newcombe's interval (method 10; with writers in both groups, his method for pairs).

        For more than two shares: the same square-and-add of the limits of each (Zou, Huang & Zhang 2009).
        """
        if not self.defined:
            return math.nan, math.nan
        below, above = [], []
        for weight, share, n, df in zip(self.weights, self.shares, self.counts, self.dfs, strict=True):
            low, high = wilson_limits(share, n, quantile(df, 0.5 + level / 2))
            down, up = weight * (share - float(low)), weight * (float(high) - share)
            below.append(down if weight > 0 else -up)
            above.append(up if weight > 0 else -down)
        mixed = 2 * self.shared if len(self.weights) == 2 else 0.0
        low = self.value - math.sqrt(max(_squares(below) - mixed * below[0] * below[-1], 0.0))
        high = self.value + math.sqrt(max(_squares(above) - mixed * above[0] * above[-1], 0.0))
        return max(low, -1.0), min(high, 1.0)

    @property
    def p(self) -> float:
        """Two-sided p of the score test: the gap over its standard error if the null were true.

        With two groups of independent rows it is the chi-squared test of a 2 x 2 table, without a correction. Where the
        smaller one has under 100 rows, Fisher's exact p instead if that is larger.
        """
        if not self.defined:
            return math.nan
        if not self.se > 0:
            return 1.0
        found = two_sided(self.value / self.se, self.test_df)
        small = 0 if self.counts[0] <= self.counts[1] else 1
        if self.weights != (1.0, -1.0) or self.counts[small] >= EXACT_BELOW or self.shared > 0:
            return found
        n, other = (max(round(self.counts[k]), 1) for k in (small, 1 - small))
        right = round(self.shares[small] * n)
        total = right + round(self.shares[1 - small] * other)
        return max(found, float(fisher(n, other, np.array([total]))[0, right]))

    def half_width(self, level: float = 0.95) -> float:
        """Half the width of the interval."""
        low, high = self.interval(level)
        return (high - low) / 2

    def detectable(self, alpha: float = 0.05, power: float = 0.8) -> float:
        """Give the smallest true gap that is told apart with that power, by the rule that judges.

        It is told apart when the score test gives p < alpha and the 95 % interval leaves 0 out. The larger group keeps
        its share, the smaller one moves, up and down; of the two gaps the larger counts, or the one for which there is
        room. Below 100 rows of the smaller group the binomial counts are summed, else a normal curve stands for them.
        What writers in both groups make surer is left out: a gap that is not there yet would change it.

        Returns:
            A gap between 0 and 1; 1 where no gap can be seen.
        """
        if not self.defined:
            return math.nan
        if len(self.weights) != 2 or self.weights != (1.0, -1.0):
            return self._normal_of_sum(alpha, power)
        small = 0 if self.counts[0] <= self.counts[1] else 1
        n, other, base = self.counts[small], self.counts[1 - small], self.shares[1 - small]
        df = self.test_df
        if n < EXACT_BELOW:
            wide = quantile(self.dfs[small], 0.975), quantile(self.dfs[1 - small], 0.975)
            found = exact_detectable(
                max(round(n), 1), max(round(other), 1), base, alpha, power, quantile(df, 1 - alpha / 2), wide
            )
            return found
        gaps = np.arange(1, GRID + 1) / GRID
        seen = [gaps[ok] for ok in (self._seen(base + s * gaps, base, n, other, alpha, power) for s in (1.0, -1.0))]
        return float(max((x[0] for x in seen if len(x)), default=1.0))

    def _seen(self, moved: Floats, base: float, n: float, other: float, alpha: float, power: float) -> Any:
        room = (moved >= 0) & (moved <= 1)
        moved = np.clip(moved, 0, 1)
        return room & (_needed(moved, base, n, other, self.test_df, alpha, power) <= np.abs(moved - base))

    def _normal_of_sum(self, alpha: float, power: float) -> float:
        return min((quantile(self.test_df, 1 - alpha / 2) + quantile(self.test_df, power)) * self.se, 1.0)

    def times(self, wanted: float, alpha: float, power: float = 0.8) -> float:
        """Give how many times as many rows of both groups would show a gap of a wanted size (two groups)."""
        small = 0 if self.counts[0] <= self.counts[1] else 1
        base = self.shares[1 - small]
        moved = base - wanted if base >= 0.5 else base + wanted
        needed = _needed(np.array([moved]), base, self.counts[small], self.counts[1 - small], math.inf, alpha, power)
        return float(needed[0] / wanted) ** 2


def _squares(values: list[float]) -> float:
    return sum(value * value for value in values)


def _needed(moved: Floats, base: float, n: float, other: float, df: float, alpha: float, power: float) -> Floats:
    """Give the gap that a normal curve asks for: quantile * null standard error + quantile * true one (Fleiss 1981)."""
    pooled = (n * moved + other * base) / (n + other)
    null = pooled * (1 - pooled) * (1 / n + 1 / other)
    true = moved * (1 - moved) / n + base * (1 - base) / other
    found: Floats = quantile(df, 1 - alpha / 2) * np.sqrt(null) + quantile(df, power) * np.sqrt(true)
    return found


def fisher(n: int, other: int, totals: Any) -> Floats:
    """Two-sided p of Fisher's exact test, for every count that the smaller of two groups can have.

    Two-sided: all counts that are at most as likely as the one seen.

    Args:
        n: rows of the smaller group.
        other: rows of the larger one.
        totals: (totals,) rows of the kind in both groups.

    Returns:
        (totals, n + 1) p, by count in the smaller group; 1 where there is no such table.
    """
    total, count = np.asarray(totals, dtype=float)[:, None], np.arange(n + 1.0)[None, :]
    left = total - count
    possible = (left >= 0) & (left <= other)
    left = np.clip(left, 0, other)

    def choose(size: Any, some: Any) -> Any:
        return gammaln(size + 1) - gammaln(some + 1) - gammaln(size - some + 1)

    chance = np.where(possible, np.exp(choose(n, count) + choose(other, left) - choose(n + other, total)), 0.0)
    rarer = chance[:, None, :] <= chance[:, :, None] * (1 + 1e-7)
    found: Floats = np.minimum((rarer * chance[:, None, :]).sum(2), 1.0)
    return np.where(possible, found, 1.0)


def score_z(one: Any, n: float, two: Any, other: float) -> Any:
    """Score statistic of shares one and two of n and other rows; 0 where all rows of both agree."""
    pooled = (n * one + other * two) / (n + other)
    with np.errstate(invalid="ignore", divide="ignore"):
        z = (one - two) / np.sqrt(pooled * (1 - pooled) * (1 / n + 1 / other))
    return np.where(np.isfinite(z), z, 0.0)


@lru_cache(maxsize=256)
def exact_detectable(
    n: int, other: int, base: float, alpha: float, power: float, critical: float, wide: tuple[float, float]
) -> float:
    """Give the smallest gap that a small group shows with some power, summed over the counts that there can be.

    Args:
        n: rows of the smaller group, whose share moves.
        other: rows of the larger one.
        base: its share.
        alpha: level of the test.
        power: asked for.
        critical: quantile that the score statistic must pass.
        wide: quantiles of the two 95 % intervals.

    Returns:
        See `ShareGap.detectable`.
    """
    from scipy.stats import binom

    # A larger group of some size stands still: its count moves the result by less than a point.
    counts = np.arange(other + 1.0) if other < EXACT_BELOW else np.array([base * other])
    weight = binom.pmf(counts, other, base) if other < EXACT_BELOW else np.ones(1)
    told = _told(np.arange(n + 1) / n, n, counts / other, other, critical, wide)
    right = np.arange(n + 1)[:, None] + np.rint(counts).astype(np.int64)[None, :]
    totals = np.unique(right)
    exact = fisher(n, other, totals)[np.searchsorted(totals, right), np.arange(n + 1)[:, None]]
    told = (told * (exact < alpha)) @ weight
    gaps = np.arange(1, GRID + 1) / GRID
    found = []
    for sign in (1.0, -1.0):
        moved = base + sign * gaps
        room = (moved >= -1e-12) & (moved <= 1 + 1e-12)
        seen = binom.pmf(np.arange(n + 1), n, np.clip(moved[room], 0, 1)[:, None]) @ told >= power
        # From which on it is seen always: the power of counts goes up in steps, and sometimes down a little.
        place = len(seen) - int(np.argmin(seen[::-1])) if not seen.all() else 0
        if place < len(seen):
            found.append(float(gaps[room][place]))
    return max(found, default=1.0)


def _told(one: Floats, n: int, two: Floats, other: int, critical: float, wide: tuple[float, float]) -> Floats:
    """(counts of one, counts of two) 1 where the rule tells the shares apart."""
    here, there = one[:, None], two[None, :]
    gap = here - there
    z = score_z(here, n, there, other)
    (low, high), (low2, high2) = wilson_limits(here, n, wide[0]), wilson_limits(there, other, wide[1])
    bottom = gap - np.sqrt((here - low) ** 2 + (high2 - there) ** 2)
    top = gap + np.sqrt((high - here) ** 2 + (there - low2) ** 2)
    return np.asarray((np.abs(z) > critical) & ((bottom > 0) | (top < 0)), dtype=float)


def share_gap(
    shares: tuple[float, float],
    counts: tuple[float, float],
    dfs: tuple[float, float] = (math.inf, math.inf),
    shared: float = 0.0,
    rows: tuple[int, int] = (0, 0),
    clusters: tuple[int, int] = (0, 0),
) -> ShareGap:
    """Compare two shares.

    Args:
        shares: of the first and the second group.
        counts: rows behind each, or the independent rows that they are worth.
        dfs: degrees of freedom of each count; infinite where rows are independent.
        shared: correlation of the two shares.
        rows: of each group, for the record.
        clusters: of each group, for the record.
    """
    (one, two), (n, other) = shares, counts
    pooled = (n * one + other * two) / (n + other)
    parts = [pooled * (1 - pooled) / count for count in counts]
    total = sum(parts) - 2 * shared * math.sqrt(parts[0] * parts[1])
    below = sum(v * v / df for v, df in zip(parts, dfs, strict=True))
    df = sum(parts) ** 2 / below if below > 0 else math.inf
    clusters = (clusters[0] or round(n), clusters[1] or round(other))
    fewest = min(clusters)
    return ShareGap(
        one - two, math.sqrt(max(total, 0.0)), df if math.isfinite(df) else max(sum(clusters) - 2, 1), *clusters,
        fewest, sum(rows), "score", "", True, shares=shares, counts=counts, null=(pooled, pooled), dfs=dfs,
        test_df=df, shared=shared,
    )  # fmt: skip
