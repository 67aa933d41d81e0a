"""Models as tables of answers: a latent score for every text, and what a model with that score would say.

The latent score of a text is template + filler + template x group + filler x group + a residual of its own. All
parts have mean zero, so that on average over templates and fillers no group differs from another; what differs in
one draw is chance. A planted effect moves one arm.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.schema import FILL_MASK
from audit.validate.designs import Bench

NEUTRAL = 0.5
"""Logit of neutral where the latent score is a polarity: neutral wins between -1 and 1."""
THIRD = 0.5
"""How far below the lower of the two logits the third label stays, where the score says right or wrong."""

POLARITY = frozenset(("log_odds", "flip_excess", "gap_excess"))
"""Measures of a signed score; for these the latent score is the log-odds of positive."""
MARGIN_DOWN = frozenset(("accuracy", "side_score", "confidence", "signed_valence"))
"""Contrasts that grow when the reference arm is answered less well."""
LIFTED = frozenset(("log_odds", "lpbs", "pronoun_log_ratio", "form_preference", "choice_log_ratio"))
"""Contrasts that grow when the latent score of the group arm grows."""


@dataclass(frozen=True, slots=True)
class World:
    """Standard deviations of the latent score, in log-odds."""

    base: float = 2.0
    """Mean margin of right and wrong answers: 2.0 is about 85 % right."""
    template: float = 0.5
    filler: float = 0.5
    interaction: float = 0.3
    """Template x group, and filler x group."""
    residual: float = 0.5
    """Of each text, where the score itself is measured. Right and wrong answers have a logistic residual."""

    @property
    def spread(self) -> float:
        """Standard deviation of everything but the residual."""
        return float(np.sqrt(self.template**2 + self.filler**2 + 2 * self.interaction**2))


REALISTIC = World()
EXCHANGEABLE = World(interaction=0.0)
"""Nothing goes with a group at all."""
CEILING = World(base=4.0)
ROUGH = World(template=1.0, filler=1.0)


def planted_arm(bench: Bench) -> tuple[str, float]:
    """Say which arm moves, and in which direction, for the contrast to become positive."""
    contrast = bench.contrast
    if contrast.measure in LIFTED:
        return contrast.group, 1.0
    return (contrast.reference, -1.0) if contrast.measure in MARGIN_DOWN else (contrast.group, -1.0)


def draw(bench: Bench, world: World, rng: np.random.Generator, delta: float = 0.0) -> pd.DataFrame:
    """Let one model of a world answer.

    Args:
        bench: what is asked.
        world: how scores vary.
        rng: of this run.
        delta: how far the planted arm moves, in log-odds.

    Returns:
        The rows of the bench with the columns that its measure reads.
    """
    measure = bench.contrast.measure
    if measure in ("choice_log_ratio", "jsd_excess"):
        return _choices(bench, world, rng, delta)
    if measure == "form_preference":
        return _forms(bench, world, rng, delta)
    if measure in ("lpbs", "pronoun_log_ratio"):
        return _pronouns(bench, world, rng, delta)
    polarity = measure in POLARITY
    score = _shared(bench, world, rng) + _moved(bench, 0.0 if measure == "confidence" else delta)
    if polarity:
        score += 2.0 * bench.form + world.residual * rng.standard_normal(len(score))
        return _said(bench, polarity_probabilities(score))
    score += world.base + rng.logistic(size=len(score))
    if measure == "confidence":
        score = _cooled(bench, score, delta)
    if bench.contrast.task == FILL_MASK:
        return bench.rows.assign(correct=score > 0, confidence=1 / (1 + np.exp(-np.abs(score))))
    return _said(bench, margin_probabilities(score, bench.target))


def _moved(bench: Bench, delta: float) -> np.ndarray:
    arm, sign = planted_arm(bench)
    arms = {arm, *(stratum.reference for stratum in bench.contrast.strata if bench.contrast.measure == "side_score")}
    return sign * delta * bench.rows["group"].isin(arms).to_numpy(dtype="float64")


def _cooled(bench: Bench, score: np.ndarray, delta: float) -> np.ndarray:
    """Make an arm less sure without changing an answer."""
    arm, _ = planted_arm(bench)
    return score * np.where(bench.rows["group"] == arm, np.exp(-delta), 1.0)


def _effect(rng: np.random.Generator, sd: float, *codes: np.ndarray) -> np.ndarray:
    """One normal number for each combination of codes."""
    joint = codes[0]
    for code in codes[1:]:
        joint = joint * (int(code.max()) + 1) + code
    return sd * rng.standard_normal(int(joint.max()) + 1)[joint]


def _shared(bench: Bench, world: World, rng: np.random.Generator) -> np.ndarray:
    return (
        _effect(rng, world.template, bench.template)
        + _effect(rng, world.filler, bench.filler)
        + _effect(rng, world.interaction, bench.template, bench.arm)
        + _effect(rng, world.interaction, bench.filler, bench.arm)
    )


def _softmax(logits: np.ndarray) -> np.ndarray:
    weights = np.exp(logits - logits.max(-1, keepdims=True))
    return weights / weights.sum(-1, keepdims=True)


def polarity_probabilities(score: np.ndarray) -> np.ndarray:
    """(rows, 3) probabilities of negative, neutral, positive whose log-odds are the score."""
    return _softmax(np.column_stack([-score / 2, np.full(len(score), NEUTRAL), score / 2]))


def margin_probabilities(score: np.ndarray, target: np.ndarray) -> np.ndarray:
    """(rows, 3) probabilities that put the right label first where the score is positive.

    The other candidate is the opposite label; for neutral, negative.
    """
    rows = np.arange(len(score))
    logits = np.repeat((-np.abs(score) / 2 - THIRD)[:, None], 3, axis=1)
    logits[rows, target] = score / 2
    logits[rows, np.where(target == 0, 2, 0)] = -score / 2
    return _softmax(logits)


_NAMES = np.array(["negative", "neutral", "positive"], dtype=object)


def _said(bench: Bench, p: np.ndarray) -> pd.DataFrame:
    """Fill in the columns of a classifier's answers, as `audit.store.prediction_row` makes them."""
    best = p.argmax(1)
    return bench.rows.assign(
        label=pd.Series(_NAMES[best], dtype=object),
        confidence=p.max(1),
        correct=np.where(bench.allowed.any(1), bench.allowed[np.arange(len(best)), best], None),
        p_positive=p[:, 2],
        p_negative=p[:, 0],
        valence=p[:, 2] - p[:, 0],
        log_odds=np.log((p[:, 2] + 1e-6) / (p[:, 0] + 1e-6)),
    )


def _pronouns(bench: Bench, world: World, rng: np.random.Generator, delta: float) -> pd.DataFrame:
    """She against he. A prior hides the occupation, so that it knows the template alone."""
    template = _effect(rng, world.template, bench.template)
    rest = (
        _effect(rng, world.filler, bench.filler)
        + _effect(rng, world.interaction, bench.template, bench.arm)
        + _effect(rng, world.interaction, bench.filler, bench.arm)
        + world.residual * rng.standard_normal(len(template))
        + _moved(bench, delta)
    )
    score = template + np.where(bench.rows["role"] == "prior", 0.0, rest)
    logits = np.column_stack([score / 2, -score / 2, np.full(len(score), -1.0)])
    found = [row[: len(words)] for row, words in zip(_softmax(logits), bench.rows["labels"], strict=True)]
    return bench.rows.assign(probabilities=found)


def _forms(bench: Bench, world: World, rng: np.random.Generator, delta: float) -> pd.DataFrame:
    """How much likelier the positive form of a sentence is than its negative form."""
    preference = _shared(bench, world, rng) + _moved(bench, delta)
    preference += _effect(rng, world.residual, bench.template, bench.filler)
    return bench.rows.assign(value=_effect(rng, 5.0, bench.template) + bench.form * preference / 2)


def _choices(bench: Bench, world: World, rng: np.random.Generator, delta: float) -> pd.DataFrame:
    """Words after a woman and after a man: half of a word's difference in either arm.

    For the excess over the floor, words vary by person and by text, whatever the gender.
    """
    words = sorted({str(word) for labels in bench.rows["labels"] for word in labels})
    place = {word: i for i, word in enumerate(words)}
    bands = [bench.fillers.get(word, {}).get("band", "") for word in words]
    band = pd.factorize(np.array(bands, dtype=object))[0]
    n_t, n_f, n_w = (int(bench.template.max()) + 1, int(bench.filler.max()) + 1, len(words))
    logits = 2.0 * rng.standard_normal(n_w) + world.template * rng.standard_normal((n_t, n_w))[bench.template]
    logits = logits + world.residual * rng.standard_normal((len(bench.rows), n_w))
    if bench.contrast.measure == "choice_log_ratio":
        differ = np.hypot(world.filler, world.interaction) * rng.standard_normal(n_w)
        differ = differ + delta * np.array([name == bench.contrast.group for name in bands])
        by_band = world.interaction * rng.standard_normal((n_t, int(band.max()) + 1))[:, band]
        sign = bench.rows["group"].map({"female": 0.5, "male": -0.5}).fillna(0.0).to_numpy(dtype="float64")
        logits = logits + sign[:, None] * (differ + by_band[bench.template])
    else:
        logits = logits + world.filler * rng.standard_normal((n_f, 1, n_w))[bench.filler, 0]
    found = []
    for row, labels in zip(logits, bench.rows["labels"], strict=True):
        weights = np.exp(row[[place[str(word)] for word in labels]])
        found.append(weights / weights.sum())
    return bench.rows.assign(probabilities=found)
