"""Many estimates of one kind, drawn toward their mean as far as chance alone explains their spread."""

from __future__ import annotations

from collections.abc import Sequence

import numpy as np

STEPS = 60
"""Halvings of the range in which the spread is looked for."""


def spread_between(values: Sequence[float], variances: Sequence[float], spent: int = 1) -> float:
    """Give the variance between true values, beyond that of their estimates (Paule & Mandel 1982).

    It is the one with which the weighted squares of the deviations are as large as they would be by chance.

    Args:
        values: estimates, or deviations from a fit.
        variances: of each.
        spent: parameters that were fitted: 1 for a mean, which is taken off here; more for deviations from a larger
            fit, which are taken as they are.

    Returns:
        0 where chance explains all.
    """
    found, noise = np.asarray(values, dtype="float64"), np.maximum(np.asarray(variances, dtype="float64"), 1e-12)
    wanted = len(found) - spent
    if wanted < 1:
        return 0.0

    def squares(between: float) -> float:
        weights = 1 / (noise + between)
        middle = float(weights @ found / weights.sum()) if spent == 1 else 0.0
        return float(weights @ (found - middle) ** 2)

    low, high = 0.0, float(np.sum(found**2) + noise.max()) * 10
    if squares(low) <= wanted:
        return 0.0
    for _ in range(STEPS):
        middle = (low + high) / 2
        low, high = (middle, high) if squares(middle) > wanted else (low, middle)
    return (low + high) / 2


def shrunken(values: Sequence[float], variances: Sequence[float]) -> list[float]:
    """Draw estimates toward their weighted mean (empirical Bayes; Efron & Morris 1975, Morris 1983).

    Args:
        values: estimates.
        variances: of each.

    Returns:
        mean + between / (between + variance) * (value - mean), in the order given.
    """
    if len(values) < 2:
        return list(values)
    found, noise = np.asarray(values, dtype="float64"), np.maximum(np.asarray(variances, dtype="float64"), 1e-12)
    between = spread_between(values, variances)
    weights = 1 / (noise + between)
    mean = float(weights @ found / weights.sum())
    return [float(x) for x in mean + between / (between + noise) * (found - mean)]
