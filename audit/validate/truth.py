"""How large a planted effect truly is: expectations by quadrature, not through the audit's own functions."""

from __future__ import annotations

import numpy as np
from scipy.special import expit, logit, ndtri

from audit.validate.designs import Bench
from audit.validate.worlds import MARGIN_DOWN, NEUTRAL, THIRD, World, planted_arm

POINTS = 160
"""Quantiles of each distribution that an expectation is taken over."""
FARTHEST = 12.0


def grid(sd: float, logistic: bool, residual: float) -> np.ndarray:
    """Give equally likely scores around 0: normal with `sd`, plus a logistic or a normal residual."""
    q = (np.arange(POINTS) + 0.5) / POINTS
    noise = logit(q) if logistic else residual * ndtri(q)
    return np.asarray(sd * ndtri(q)[:, None] + noise[None, :])


def surest(score: np.ndarray) -> np.ndarray:
    """Probability of the first label when the score says right or wrong."""
    return 1 / (1 + np.exp(-np.abs(score)) * (1 + np.exp(-THIRD)))


def lead(score: np.ndarray) -> np.ndarray:
    """Probability of the right label minus that of its opposite."""
    return np.asarray(np.sign(score) * (1 - np.exp(-np.abs(score))) * surest(score))


def _log_odds(score: np.ndarray) -> np.ndarray:
    whole = np.exp(score / 2) + np.exp(-score / 2) + np.exp(NEUTRAL)
    return np.asarray(np.log((np.exp(score / 2) / whole + 1e-6) / (np.exp(-score / 2) / whole + 1e-6)))


def true_gap(bench: Bench, world: World, delta: float) -> float:
    """Give the gap that infinitely many templates and fillers would show.

    Args:
        bench: the contrast.
        world: how scores vary.
        delta: how far the planted arm moves, in log-odds.

    Returns:
        The expectation, in the unit of the contrast.
    """
    measure = bench.contrast.measure
    if measure in ("lpbs", "pronoun_log_ratio", "form_preference", "choice_log_ratio"):
        return delta
    if measure == "log_odds":
        every = grid(world.spread, False, world.residual)
        return float(np.mean([(_log_odds(every + b + delta) - _log_odds(every + b)).mean() for b in (-2.0, 0.0, 2.0)]))
    _, sign = planted_arm(bench)
    z = world.spread * ndtri((np.arange(POINTS) + 0.5) / POINTS)
    if measure in ("accuracy", "side_score", "failure", "miss", "false_alarm"):
        # a logistic residual makes the share of right answers a sigmoid
        return float((expit(world.base + z) - expit(world.base + z + sign * delta)).mean())
    every = grid(world.spread, True, 0.0) + world.base
    if measure == "confidence":
        return float((surest(every) - surest(every * np.exp(-delta))).mean())
    change = float((lead(every + sign * delta) - lead(every)).mean())
    # the arm that moved is the reference, or says "negative" when it is right
    return -change if measure in MARGIN_DOWN or measure == "valence" else change


def delta_for(bench: Bench, world: World, size: float) -> float:
    """Find how far the planted arm must move for the true gap to have a size.

    Returns:
        Log-odds; the farthest that is tried where no shift reaches the size.
    """
    low, high = 0.0, FARTHEST
    for _ in range(26):
        middle = (low + high) / 2
        low, high = (middle, high) if true_gap(bench, world, middle) < size else (low, middle)
    return high
