"""An upper bound of an error rate, from rows of writers who have several each.

Clopper and Pearson's bound over the independent rows that the rows are worth (Korn & Graubard 1998). Their design
effect alone can fall when errors are added, and with it the bound; so it is the largest that any part of the errors
would have: more errors can only give a higher bound.
"""

from __future__ import annotations

import numpy as np
from scipy.special import betaincinv, ndtri, stdtrit

from audit.owndata.analysis.sides import SLIGHT
from audit.owndata.analysis.sums import Floats

FEWEST_WRITERS = 40.0
"""Effective number of writers,"""
LARGEST = 0.025
"""largest share of the rows that one of them may have,"""
WITH_ERRORS = 6
"""and writers with an error, within which the bound held in 93 % of runs, simulated world by world
(docs/simulations.md). All are those of the rows above the threshold in the checked half."""
RULE = (
    f"where rows of one writer repeat, a bound is given from {FEWEST_WRITERS:.0f} writers of equal size on, none with "
    f"more than {100 * LARGEST:g} % of the rows, and {WITH_ERRORS} with an error"
)
PARTS = 300
"""Numbers of errors, up to those that there are, for which the design effect is worked out."""


def exact_bound(wrong: float, n: float, level: float = 0.95) -> float:
    """Upper bound of Clopper & Pearson (1934); rows need not be whole."""
    return float(betaincinv(wrong + 1, n - wrong, level)) if wrong < n else 1.0


def effective_writers(sizes: Floats, alone: float) -> float:
    """Effective number of clusters (Kish 1965): rows squared over the sum of squares of rows by cluster."""
    return float((sizes.sum() + alone) ** 2 / max((sizes**2).sum() + alone, 1e-12))


def upper_bound(sizes: Floats, errors: Floats, alone: tuple[float, float] = (0.0, 0.0), level: float = 0.95) -> float:
    """Upper bound of the error rate of rows of which some are of one cluster.

    Args:
        sizes: (clusters,) rows of each cluster that has several.
        errors: (clusters,) errors among them.
        alone: rows and errors of the rows that are alone in their cluster.
        level: of the one-sided bound.

    Returns:
        Never less than the bound of independent rows, and never less than with fewer errors.
    """
    n, wrong = float(sizes.sum()) + alone[0], float(errors.sum()) + alone[1]
    least = exact_bound(wrong, n, level)
    if not len(sizes) or wrong >= n:
        return least
    effective = effective_writers(sizes, alone[0])
    if n / effective <= SLIGHT:
        return max(least, exact_bound(wrong / n * effective, effective, level))
    if wrong < 1:
        return least
    with_errors = errors > 0
    b = np.concatenate([sizes[with_errors], np.ones(round(alone[1]))])
    t = np.concatenate([errors[with_errors], np.ones(round(alone[1]))])
    squares = float((sizes**2).sum()) + alone[0]
    g = len(sizes) + alone[0]
    # As in the jackknife, with the largest cluster's share of the rows for all: it must not depend on the errors.
    widened = ((g - 1) / g / (1 - float(sizes.max()) / n)) ** 2
    parts = np.unique(np.linspace(1, wrong, int(min(wrong, PARTS))).round())
    shares = parts / n
    spread = np.array([_most(t, b, k, p) for k, p in zip(parts, shares, strict=True)]) + shares**2 * squares
    effect = np.maximum(widened * spread / (n * shares * (1 - shares)), 1.0)
    narrow = (ndtri(level) / stdtrit(max(effective - 1, 1.0), level)) ** 2
    rows = n / effect * narrow
    return max(least, float(betaincinv(shares * rows + 1, rows * (1 - shares), level).max()))


def _most(t: Floats, b: Floats, k: float, share: float) -> float:
    """The most that k of the errors can add to the sum of squared deviations of clusters, or a little more.

    A cluster with t errors of b rows adds t^2 - 2 share t b. Errors are taken from the clusters that add most for each,
    the last of them in part, on the chord: an upper limit that only grows when a cluster has more errors.
    """
    slope = t - 2 * share * b
    order = np.argsort(-slope, kind="stable")
    left = k - np.concatenate([[0.0], np.cumsum(t[order])[:-1]])
    return float(np.clip(left, 0.0, t[order]) @ slope[order])


def why_no_bound(sizes: Floats, errors: Floats, alone: tuple[float, float] = (0.0, 0.0)) -> str:
    """Say why no bound is given; "" where there is one.

    Args:
        sizes: see `upper_bound`.
        errors: see there.
        alone: see there.
    """
    n = float(sizes.sum()) + alone[0]
    if not len(sizes) or n <= 0:
        return ""
    effective = effective_writers(sizes, alone[0])
    if n / effective <= SLIGHT:
        return ""
    with_errors, largest = int((errors > 0).sum()) + round(alone[1]), float(sizes.max()) / n
    if effective >= FEWEST_WRITERS and largest <= LARGEST and with_errors >= WITH_ERRORS:
        return ""
    here = (
        f"here they are worth {effective:.0f}, the largest has {100 * largest:.1f} %, and {with_errors} have an error"
    )
    return f"no bound: {RULE}; {here}"
