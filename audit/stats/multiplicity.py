"""Corrections for having asked more than once."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np


def holm(p: Sequence[float], weights: Sequence[float] | None = None) -> list[float]:
    """Adjusted p of the weighted step-down procedure (Holm 1979); the family-wise error stays below alpha.

    Args:
        p: unadjusted; NaN (not tested) stays NaN and takes no share.
        weights: positive; equal weights give the plain procedure.

    Returns:
        Adjusted p, in the order given.
    """
    found = np.asarray(p, dtype="float64")
    w = np.ones(len(found)) if weights is None else np.asarray(weights, dtype="float64")
    out = np.full(len(found), np.nan)
    tested = np.flatnonzero(np.isfinite(found))
    order = tested[np.argsort(found[tested] / w[tested], kind="stable")]
    left = float(w[tested].sum())
    highest = 0.0
    for i in order:
        highest = max(highest, min(1.0, float(found[i]) / w[i] * left))
        out[i] = highest
        left -= float(w[i])
    return [float(x) for x in out]


def benjamini_hochberg(p: Sequence[float]) -> list[float]:
    """Adjusted p that bound the false discovery rate (Benjamini & Hochberg 1995), by statsmodels; NaN stays NaN."""
    from statsmodels.stats.multitest import multipletests

    found = np.asarray(p, dtype="float64")
    tested = np.isfinite(found)
    out = np.full(len(found), np.nan)
    if tested.any():
        out[tested] = multipletests(found[tested], method="fdr_bh")[1]
    return [float(x) for x in out]


def suite_weights(suites: Sequence[str], units: Sequence[str] | None = None) -> list[float]:
    """Weights for `holm`: each suite has 1, shared evenly by its units, and a unit's share by its primary endpoints.

    Args:
        suites: the suite of each primary endpoint that was tested.
        units: what shares evenly in a suite, such as an axis; by default every endpoint is a unit of its own.
    """
    named = list(zip(suites, units or [str(i) for i in range(len(suites))], strict=True))
    each = {suite: len({unit for other, unit in named if other == suite}) for suite in suites}
    return [1.0 / each[suite] / named.count((suite, unit)) for suite, unit in named]
