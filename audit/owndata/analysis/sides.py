"""How sure a figure of some rows is, when rows of one writer are alike.

Variances are jackknife ones: each cluster is left out in turn (CR3; MacKinnon, Nielsen & Webb 2023), which for a ratio
of sums needs only the sums of each cluster. Degrees of freedom are the effective number of clusters less one: (sum of
m)^2 / sum of m^2 over their m rows (Kish 1965). A share gets the number of independent rows that it is worth: its rows
over the design effect.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audit.owndata.analysis.sums import FEATURES, Floats, Side

FEWEST_WRITERS = 20.0
LARGEST = 0.2
"""Share of the rows that one writer may have."""
SLIGHT = 1.25
"""Rows over effective clusters, up to which each cluster is counted as one row: nothing need be estimated then."""
MOST_OUT = 0.5
"""Share of the rows of a class that leaving out one cluster may take away in the formula."""


def vector(*places: int) -> Floats:
    """Give (features,) with ones at some places."""
    out = np.zeros(FEATURES)
    out[list(places)] = 1.0
    return out


ROWS = vector(*range(9))
RIGHT = vector(0, 4, 8)


@dataclass(frozen=True, slots=True)
class Writers:
    """Clusters behind a figure."""

    number: int
    effective: float
    largest: float
    """Share of the rows that the largest has."""
    independent: bool
    """Whether no two rows are of one cluster."""
    copies: float = 0.0
    """Rows of each cluster, where all have as many, all alike; else 0."""

    @property
    def df(self) -> float:
        """Degrees of freedom of a variance."""
        return max(self.effective - 1, 1.0)

    @property
    def counted(self) -> bool:
        """Whether the independent rows can be counted, so that no variance has to be estimated."""
        return self.independent or self.copies > 0

    @property
    def too_few(self) -> str:
        """Say why there is no interval; "" where there is one."""
        if self.number < 2:
            return "needs two or more writers or rows"
        if self.counted:
            return ""
        if self.effective < FEWEST_WRITERS:
            return (
                f"no interval: rows of one writer, or copies of one text, are alike, and these are worth "
                f"{self.effective:.0f} writers of equal size; {FEWEST_WRITERS:.0f} are needed"
            )
        if self.largest > LARGEST:
            return f"no interval: one writer has {100 * self.largest:.0f} % of these rows; at most a fifth is allowed"
        return ""


def writers_of(side: Side, bottom: Floats) -> Writers:
    """Count the clusters behind a figure.

    Args:
        side: rows.
        bottom: (features,) which rows count.
    """
    sizes = side.clusters @ bottom
    sizes = sizes[sizes > 0.5]
    alone = float(side.alone @ bottom)
    rows, squares = alone + float(sizes.sum()), alone + float((sizes**2).sum())
    if rows <= 0:
        return Writers(0, 0.0, 0.0, True)
    largest = max(float(sizes.max()) if len(sizes) else 0.0, min(alone, 1.0))
    return Writers(
        int(round(alone)) + len(sizes), rows**2 / squares, largest / rows, not (sizes > 1.5).any(), _copies(side, alone)
    )


def _copies(side: Side, alone: float) -> float:
    cells = side.clusters[:, :9]
    sizes = cells.sum(1)
    if alone > 0.5 or not len(sizes) or (cells.max(1) < sizes - 0.5).any() or np.ptp(sizes) > 0.5:
        return 0.0
    return float(sizes[0])


@dataclass(frozen=True, slots=True)
class Mean:
    """A figure with its variance."""

    value: float
    variance: float
    writers: Writers
    moves: Floats
    """(clusters of the side,) by how much leaving each out moves the figure, scaled so that squares add up."""


def jackknife(side: Side, value: float, gradient: Floats, bottom: Floats) -> Mean:
    """Variance of a figure by leaving out each cluster.

    For a ratio a.S / b.S of sums S it is exact: leaving out cluster g moves it by -gradient . S_g / (1 - b.S_g / b.S).
    For macro-F1 that is the linear part, with the share of the rows as b.S_g / b.S.

    Args:
        side: rows.
        value: the figure.
        gradient: (features,) in the sums.
        bottom: (features,) which rows count.
    """
    writers = writers_of(side, bottom)
    below = float(side.sums @ bottom)
    g = writers.number
    if g < 2 or below <= 0:
        return Mean(value, math.nan, writers, np.zeros(len(side.ids)))
    scale = math.sqrt((g - 1) / g)
    out = 1 - np.minimum(side.clusters @ bottom / below, MOST_OUT)
    moves = scale * (side.clusters @ gradient) / out
    alone = (scale * below / (below - 1)) ** 2 * float(gradient @ side.moments @ gradient)
    return Mean(value, alone + float((moves**2).sum()), writers, moves)


def together(one: Mean, two: Mean, here: Side, there: Side) -> float:
    """Covariance of two figures, from clusters that are on both sides."""
    _, mine, theirs = np.intersect1d(here.ids, there.ids, assume_unique=True, return_indices=True)
    return float(one.moves[mine] @ two.moves[theirs])


Strata = Sequence[tuple[Floats, Floats, float]]
"""(right, rows, weight): (features,), (features,), and what the stratum counts for; weights add up to 1."""


@dataclass(frozen=True, slots=True)
class Worth:
    """A share, standardised over strata, and the independent rows that it is worth."""

    share: float
    rows: int
    count: float
    df: float
    """Infinite where rows are independent."""
    writers: Writers
    moves: Floats
    variance: float


def worth_of(side: Side, strata: Strata, rho: float, rates: Sequence[float] | None = None) -> Worth:
    """Give a share and the independent rows that it is worth.

    The rows over two factors, each at least 1: what weighting the strata costs, and the design effect, which is the
    larger of the one seen here (jackknife variance over that of independent rows) and of the one that rows of a writer
    have on average over the whole data (an intraclass correlation). A small group has too few errors to tell its own.

    Args:
        side: rows.
        strata: of which the share is the weighted mean; one with weight 1 for a plain share.
        rho: how alike rows of a writer are (`alike`).
        rates: of each stratum if the null were true; those of the side itself where none are given.
    """
    bottom = np.sum([below for _, below, _ in strata], axis=0)
    rows = int(round(float(side.sums @ bottom)))
    writers = writers_of(side, bottom)
    share = variance = under_null = alone = 0.0
    moves = np.zeros(len(side.ids))
    for place, (above, below, weight) in enumerate(strata):
        n = float(side.sums @ below)
        if weight == 0 or n <= 0:
            continue
        rate = float(side.sums @ above) / n
        share += weight * rate
        variance += weight**2 * rate * (1 - rate) / n
        supposed = rate if rates is None else rates[place]
        under_null += weight**2 * supposed * (1 - supposed) / n
        out = 1 - np.minimum(side.clusters @ below / n, MOST_OUT)
        moves += weight * (side.clusters @ above - rate * (side.clusters @ below)) / n / out
        right, every = float(side.alone @ above), float(side.alone @ below)
        alone += weight**2 * (right * (1 - rate) ** 2 + (every - right) * rate**2) / n**2
    share = min(max(share, 0.0), 1.0)
    plain = float(rows)
    if rates is not None and under_null > 0:
        supposed = sum(weight * rate for (_, _, weight), rate in zip(strata, rates, strict=True))
        plain = min(plain, supposed * (1 - supposed) / under_null)
    if writers.independent or rows == 0:
        return Worth(share, rows, plain, math.inf, writers, moves, variance)
    spread = rows / writers.effective
    if writers.copies:
        return Worth(share, rows, plain / writers.copies, math.inf, writers, moves, variance * writers.copies)
    if spread <= SLIGHT:
        return Worth(share, rows, plain / spread, math.inf, writers, moves, variance * spread)
    moves = moves * (writers.number - 1) / writers.number
    seen = (alone + float((moves**2).sum())) / variance if variance > 0 else 1.0
    effect = min(max(seen, 1 + rho * (spread - 1), 1.0), float(rows))
    return Worth(share, rows, plain / effect, writers.df, writers, moves, variance * effect)


def alike(whole: Sequence[Side], top: Floats, bottom: Floats) -> float:
    """Give how alike rows of one cluster are: intraclass correlation of a share, between 0 and 1.

    Products of the deviations of two rows of a cluster, over what they would be if rows of a cluster were the same
    (Fleiss & Cuzick 1979, their estimator of moments); 1 where nothing varies, for want of evidence.
    """
    seen = most = 0.0
    for side in whole:
        n = float(side.sums @ bottom)
        if n <= 0:
            continue
        rate = float(side.sums @ top) / n
        above, below = side.clusters @ top, side.clusters @ bottom
        own = above * (1 - rate) ** 2 + (below - above) * rate**2
        seen += float(((above - rate * below) ** 2 - own).sum())
        most += float((below**2 - below).sum()) * rate * (1 - rate)
    return min(max(seen / most, 0.0), 1.0) if most > 0 else 1.0


def correlation(one: Worth, two: Worth, here: Side, there: Side) -> float:
    """Correlation of two shares, from clusters that are on both sides; within -.95 and .95."""
    if not len(here.ids) or not len(there.ids):
        return 0.0
    _, mine, theirs = np.intersect1d(here.ids, there.ids, assume_unique=True, return_indices=True)
    both = math.sqrt(one.variance * two.variance)
    if not len(mine) or both <= 0:
        return 0.0
    return min(max(float(one.moves[mine] @ two.moves[theirs]) / both, -0.95), 0.95)
