"""Variances of the contrasts of a suite, shrunk toward one another (Smyth 2004, moderated t).

A contrast whose cells happen to agree exactly has a standard error of 0, and one whose cells differ by 1e-6 a t of a
million; both are luck of few cells. What the other contrasts of the suite vary by says how far to trust it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
from scipy.special import digamma, polygamma

NOTHING = 1e-4
"""A variance under this share of the median is no spread of its own: it counts as 0 does, which has no logarithm."""

FEWEST = 3
"""Contrasts with a variance of their own that a common one is estimated from."""


@dataclass(frozen=True, slots=True)
class Prior:
    """Scaled inverse chi-squared distribution of the variances of a suite's contrasts."""

    variance: float
    df: float
    """Degrees of freedom that it is worth; infinite where the variances differ by no more than chance."""


def trigamma_inverse(value: float) -> float:
    """Solve trigamma(x) = value by Newton's method (Smyth 2004, appendix)."""
    if value > 1e7:
        return 1.0 / math.sqrt(value)
    if value < 1e-6:
        return 1.0 / value
    x = 0.5 + 1.0 / value
    for _ in range(50):
        tri = float(polygamma(1, x))
        step = tri * (1 - tri / value) / float(polygamma(2, x))
        x += step
        if -step / x < 1e-8:
            break
    return x


def fit_prior(variances: Sequence[float], df: Sequence[float]) -> Prior | None:
    """Estimate the prior from the variances at hand, by the moments of their logarithms (Smyth 2004, section 6.2).

    Args:
        variances: estimated, each of one unit (a cluster); those of nothing that varies are left out (`NOTHING`).
        df: degrees of freedom of each.

    Returns:
        None with fewer than `FEWEST` positive variances.
    """
    v, d = np.asarray(variances, dtype="float64"), np.asarray(df, dtype="float64")
    used = (v > 0) & np.isfinite(v) & (d > 0)
    used &= v > NOTHING * np.median(v[used]) if used.any() else False
    v, d = v[used], d[used]
    if len(v) < FEWEST:
        return None
    logs = np.log(v) - digamma(d / 2) + np.log(d / 2)
    spare = float(logs.var(ddof=1) - polygamma(1, d / 2).mean())
    center = float(logs.mean())
    if spare <= 0:
        return Prior(math.exp(center), math.inf)
    worth = 2 * trigamma_inverse(spare)
    return Prior(math.exp(center + float(digamma(worth / 2)) - math.log(worth / 2)), worth)


def moderate(variances: Sequence[float], df: Sequence[float]) -> list[tuple[float, float]]:
    """Shrink variances toward their common one.

    Args:
        variances: of one unit each, on one scale.
        df: degrees of freedom.

    Returns:
        (variance, degrees of freedom) of each: (d0 s0^2 + d s^2)/(d0 + d) with d0 + d of them, at most as many as all
        together have; as given where there are too few to learn from.
    """
    prior = fit_prior(variances, df)
    if prior is None:
        return list(zip(map(float, variances), map(float, df), strict=True))
    most = float(sum(d for d in df if d > 0))
    out = []
    for v, d in zip(variances, df, strict=True):
        worth = min(prior.df, most)
        out.append(((worth * prior.variance + d * v) / (worth + d), min(d + worth, most)))
    return out
