"""The true gap of a planted model on a suite: plain means of expectations over its examples."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from functools import lru_cache

import numpy as np
from scipy.special import expit, ndtr, ndtri

from audit.models.labels import resolve
from audit.schema import Contrast, Example, Stratum, Suite
from audit.validate.oracle import SHAPES, Plant, center, class_scores, is_signed
from audit.validate.truth import POINTS, grid, lead, surest
from audit.validate.worlds import World

RATES = ("accuracy", "side_score", "failure", "miss", "false_alarm")


def expected_gap(suite: Suite, contrast: Contrast, plant: Plant, world: World, shape: str) -> float:
    """Give the gap of a contrast that a planted model has, noise averaged out.

    Returns:
        NaN for measures without a formula here (values made of twins), and where an arm has no example.
    """
    if contrast.measure == "choice_log_ratio":
        return _words(suite, contrast, plant)
    if contrast.design == "groups":
        return _furthest(suite, contrast, plant, world, shape)
    if contrast.strata:
        parts = [(_within(suite, stratum), _part(contrast, stratum)) for stratum in contrast.strata]
        return float(np.mean([expected_gap(kept, part, plant, world, shape) for kept, part in parts]))
    arms = [(contrast.group, 1.0), (contrast.reference, -1.0)]
    if contrast.control is not None:
        arms += [(contrast.control[0], -1.0), (contrast.control[1], 1.0)]
    total = 0.0
    for arm, sign in arms:
        used = [
            example
            for example in suite.examples
            if example.group == arm
            and example.test in contrast.tests
            and example.role in ("item", "control")
            and (contrast.measure not in RATES or not _left_out(example, shape))
            and (contrast.measure != "side_score" or _has_side(example))
        ]
        if not used:
            return math.nan
        total += sign * float(np.mean([expected(suite.name, e, contrast.measure, plant, world, shape) for e in used]))
    return total


def _part(contrast: Contrast, stratum: Stratum) -> Contrast:
    tests = stratum.tests or contrast.tests
    return replace(contrast, strata=(), group=stratum.group, reference=stratum.reference, tests=tests)


def _within(suite: Suite, stratum: Stratum) -> Suite:
    key, value = stratum.where
    return replace(suite, examples=tuple(e for e in suite.examples if not key or e.features.get(key) == value))


def _furthest(suite: Suite, contrast: Contrast, plant: Plant, world: World, shape: str) -> float:
    """The group of an axis that is furthest from the mean of the others."""
    means = []
    for group, _ in contrast.groups:
        used = [e for e in suite.examples if e.group == group and e.test in contrast.tests]
        if used:
            means.append(float(np.mean([expected(suite.name, e, contrast.measure, plant, world, shape) for e in used])))
    apart = len(means) / (len(means) - 1) * (np.array(means) - np.mean(means))
    return float(apart[np.argmax(np.abs(apart))])


def _left_out(example: Example, shape: str) -> bool:
    neutral_only = example.allowed is not None and set(example.allowed) == {"neutral"}
    return neutral_only and shape == "two classes"


def _has_side(example: Example) -> bool:
    return len((example.allowed or frozenset()) - {"neutral"}) == 1


def _words(suite: Suite, contrast: Contrast, plant: Plant) -> float:
    words: Sequence[str] = sorted({w for e in suite.examples if e.test in contrast.tests for w in e.choices})
    bands = {w: suite.fillers.get(w, {}).get("band", "") for w in words}
    mean = [np.mean([plant.word(w) for w in words if bands[w] == b]) for b in (contrast.group, contrast.reference)]
    return float(mean[0] - mean[1])


def expected(suite: str, example: Example, measure: str, plant: Plant, world: World, shape: str) -> float:
    """Give the mean of a measure on one example over the noise of a world."""
    if measure in ("lpbs", "pronoun_log_ratio", "form_preference"):
        return plant.shift(example)
    if measure == "they":
        # mean of log(2 cosh(score / 2)) over the noise, minus the logit of "they"
        sd = math.hypot(world.spread, world.residual)
        score = plant.shift(example) + sd * ndtri((np.arange(POINTS) + 0.5) / POINTS)
        return float(np.log(2 * np.cosh(score / 2)).mean() + 1.0 - plant.they(example))
    score = center(suite, example, world) + plant.shift(example)
    target = _polar(example)
    if is_signed(suite, example):
        return _signed(measure, round(score, 6), target, world, shape)
    value = _margin(measure, round(score, 6), round(plant.cool(example), 6), world)
    return -value if measure == "valence" and target < 0 else value


def _polar(example: Example) -> int:
    allowed = example.allowed or frozenset()
    return 1 if "positive" in allowed else -1 if "negative" in allowed else 0


@lru_cache(maxsize=4096)
def _margin(measure: str, score: float, cool: float, world: World) -> float:
    right = float(expit(score + world.spread * ndtri((np.arange(POINTS) + 0.5) / POINTS)).mean())
    if measure in ("accuracy", "side_score"):
        return right
    if measure in RATES:
        return 1 - right
    every = (score + grid(world.spread, True, 0.0)) * math.exp(-cool)
    if measure == "confidence":
        return float(surest(every).mean())
    return float(lead(every).mean()) if measure in ("valence", "signed_valence") else math.nan


@lru_cache(maxsize=4096)
def _signed(measure: str, score: float, target: int, world: World, shape: str) -> float:
    if measure in RATES:
        # neutral wins within 1 of the middle; three classes only
        sd = math.hypot(world.spread, world.residual)
        above, under = float(ndtr((score - 1) / sd)), float(ndtr((-1 - score) / sd))
        if measure in ("miss", "false_alarm"):
            return 1 - under if measure == "miss" else under
        return 1 - {1: above, -1: under, 0: 1 - above - under}[target]
    if measure != "log_odds":
        return math.nan
    every = (score + grid(world.spread, False, world.residual)).ravel()
    raw = class_scores(shape, every)
    p = 1 / (1 + np.exp(-raw)) if shape == "independent outputs" else np.exp(raw - raw.max(1, keepdims=True))
    p = p / p.sum(1, keepdims=True)
    named = np.array(resolve(SHAPES[shape], "").classes)
    positive, negative = p[:, named == "positive"].sum(1), p[:, named == "negative"].sum(1)
    return float(np.log((positive + 1e-6) / (negative + 1e-6)).mean())
