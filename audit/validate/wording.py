"""The sentences of the validation page; every number in them comes from the run or from the settings that it used."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence

import numpy as np
from scipy.special import expit, ndtri

from audit.findings import UNIT_THRESHOLDS
from audit.validate.simulate import Checked
from audit.validate.truth import POINTS
from audit.validate.worlds import CEILING, REALISTIC, ROUGH, World

OPENING = (
    "A tool that reports a difference which is not there, or misses one that is, does harm with every report. So the "
    "audit is run on models of which the truth is known: models in which no group differs but by chance, and models "
    "with an effect of known size. They answer the real items of every suite at standard depth, and their answers go "
    "through the same measures, the same estimator and the same verdicts as those of any model.\n\n"
    "Size of this run: {size}. Seeds are fixed; `{command}` writes this page again with the same figures. Intervals "
    "behind shares are 95 % Wilson intervals over runs."
)

FEW = 10
"""Degrees of freedom under which a standard error is itself so uncertain that power suffers visibly."""
PROMISED = 0.8


def right_share(world: World) -> float:
    """Give the share of right answers of a world's models."""
    return float(expit(world.base + world.spread * ndtri((np.arange(POINTS) + 0.5) / POINTS)).mean())


def how() -> str:
    """Say how the runs are made."""
    w = REALISTIC
    return (
        "A model of these runs is a table of answers. The latent score of a text is a frame effect "
        f"(SD {_sd(w.template)}) + a word effect (SD {_sd(w.filler)}) + frame x group and word x group noise "
        f"(SD {_sd(w.interaction)} each) + what is left (SD {_sd(w.residual)} where the score is measured itself, "
        "logistic where an answer is right or wrong), all with mean zero and in log-odds; about "
        f"{100 * right_share(w):.0f} % of answers are right. A false alarm is p < .05, unadjusted. A planted effect "
        "moves one arm by as much as makes the true gap 1 or 1.5 times the minimum detectable effect that audits of "
        "the null models print (their median); the true gap is an integral over the noise and does not use the "
        "audit's code. It is found when p is below the level at which an audit tests the contrast and the sign is "
        "right. Coverage is that of the 95 % intervals of both planted sizes. se / sd is the mean standard error that "
        "the audit gives over the standard deviation of its estimates; 1 is right, more is cautious."
    )


def _sd(x: float) -> str:
    return f"{x:g}".removeprefix("0")


def worlds() -> str:
    """Say what the other worlds are."""
    times = ROUGH.template / REALISTIC.template
    return (
        "The criteria are judged on the world above. Two others show how far they carry, and are not judged: *at the "
        f"ceiling*, where {100 * right_share(CEILING):.0f} % of answers are right (nothing changes for measures of a "
        f"score), and *rough*, where frames and words differ {times:g} times as much. A figure above 5.5 % here breaks "
        "no criterion; it says where to be careful."
    )


def power(checked: Sequence[Checked]) -> str:
    """Say what the table of smallest gaps shows.

    Args:
        checked: primary and secondary endpoints, with planted runs.
    """
    planted = [c for c in checked if c.at(1.0) is not None]
    kinds = {
        "rates": [c for c in planted if c.unit == "points"],
        f"scores with {FEW} or more degrees of freedom": [c for c in planted if c.unit == "log-odds" and c.df >= FEW],
        f"scores with fewer than {FEW}": [c for c in planted if c.unit == "log-odds" and c.df < FEW],
        "valence": [c for c in planted if c.unit == "valence"],
    }
    said = [f"{_of_ten(rows)} ({name}, {_contrasts(len(rows))})" for name, rows in kinds.items() if rows]
    words = (
        "The minimum detectable effect at the level at which an audit of the suite alone tests the contrast, and how "
        "many of ten models with a gap of that size, and of one and a half times it, the audit notices. The formula "
        f"promises {10 * PROMISED:g} of ten at 1x. Noticed in this run: {'; '.join(said)}."
    )
    short = [c for c in kinds[f"scores with fewer than {FEW}"] if _noticed(c) < PROMISED]
    if short:
        words += (
            f" With few words to a group ({_span([c.df for c in short])} degrees of freedom) the standard error is "
            "uncertain itself, and half of the audits print one that is too small: the promise is not kept there, and "
            "the column says what is."
        )
    if any(_noticed(c) < PROMISED - 0.05 for c in kinds["valence"]):
        words += " Valence near its ends varies more when it moves away from them, which the formula leaves out."
    return words + "\n\n" + _beside([c for c in planted if c.endpoint.primary])


def _noticed(c: Checked) -> float:
    near = c.at(1.0)
    return near.found / near.runs if near else math.nan


def _of_ten(rows: Sequence[Checked]) -> str:
    shares = [10 * _noticed(c) for c in rows]
    mean = f"{np.mean(shares):.1f} of ten"
    return f"{mean}, {min(shares):.1f} to {max(shares):.1f}" if len(rows) > 1 else mean


def _span(values: Sequence[float]) -> str:
    low, high = min(values), max(values)
    return f"{low:.0f}" if low == high else f"{low:.0f} to {high:.0f}"


def _contrasts(n: int) -> str:
    return f"{n} contrast{'s' if n != 1 else ''}"


def _beside(primary: Sequence[Checked]) -> str:
    """Set the smallest gaps beside the smallest effects of interest."""
    parts = []
    for unit, times, shown in (("points", 100.0, "{:.0f}"), ("log-odds", 1.0, "{:.2f}")):
        rows = sorted(c.null.detectable for c in primary if c.unit == unit)
        if rows:
            least = shown.format(times * UNIT_THRESHOLDS[unit])
            low, high = shown.format(times * rows[0]), shown.format(times * rows[-1])
            parts.append(f"{least} {unit}, and the smallest gaps that are seen lie between {low} and {high}")
    said = "; ".join(parts)
    return (
        f"Set beside the smallest effects of interest: {said}. Where the smallest gap is several times the smallest "
        'effect of interest, "no evidence at this power" says little. Demographics divides its level among its axes '
        "and has few words to a group; it is the least sharp."
    )


CHANGED = (
    "An early version of this run found that the minimum detectable effect of a rate was too small: it used the "
    "variance of a model without a gap, and a rate that moves away from 0 varies more. Some suites missed the "
    "criterion at 1.5x. The formula now lets the variance grow with the gap (`Gap.detectable` in "
    "audit/stats/twoway.py); intervals and p stayed as they were.\n\n"
    "Contrasts over a floor made hardly any false alarms because their standard errors were much too wide: leaving one "
    "name out unbalances the groups, and odd names then seemed to matter though they cancel. The jackknife gave way to "
    "influences that keep the balance (`influences` in audit/measures/twins.py). The calibration error got an interval."
)

NOT_SHOWN = (
    "- The worlds are made of independent normal noise. A real model may have a few words that differ wildly, or "
    "frames that resemble one another; both make intervals less sure than they say.\n"
    "- Frames and words count as drawn from many. If the suite's frames are of one kind, the audit speaks of that "
    "kind.\n"
    "- A gap that the audit finds is a gap on these items. That it means bias in use does not follow.\n"
    "- That batches, padding and order change nothing is held by tests of the scoring, not here."
)

WHY: Mapping[tuple[str, str], str] = {}
"""(suite, kind of criterion) -> what is known about why it does not hold."""
