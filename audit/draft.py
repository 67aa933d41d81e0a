"""The numbers of a contrast before it is judged, and the sizes from which they are of interest."""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass, field, replace

import numpy as np
from numpy.typing import NDArray

from audit.schema import TEXT_CLASSIFICATION, Contrast, Part
from audit.stats import Gap, NewTemplate, Spread
from audit.stats.axis import Axis

UNIT_THRESHOLDS: Mapping[str, float] = {
    "points": 0.05,
    "log-odds": math.log(1.5),
    "valence": 0.05,
    "share": 0.05,
    "bits": 0.01,
    "slope": 0.05,
}
"""Smallest effects of interest (provisional). 0.01 bits: an odds ratio of 1.5 turns an even choice between two
words into 55 to 45 against 45 to 55, whose Jensen-Shannon divergence is 0.007 bits; rounded up."""

MEASURE_THRESHOLDS: Mapping[str, float] = {"flip_excess": 0.02}
"""Measures whose smallest effect of interest is not that of their unit."""

COMPATIBILITY = "compatibility result: a benchmark of others, given for comparison with published figures"
"""Why the contrasts of a third-party benchmark get no verdict; they are no part of the multiple testing either."""
COMPATIBILITY_WORDS = "It stands beside published figures of the same benchmark and gets no verdict."

VALENCE_THRESHOLD = 0.05
"""Log-odds move freely where a classifier is saturated, so that its valence must move as well."""


KNOWN = 0.85
"""Balanced accuracy on the plain texts under which a cost gets no verdict: what is not known cannot be lost."""

HEDGES = 0.5
"""A share of a cost from which on neutral answers make most of it."""


@dataclass(frozen=True, slots=True)
class Cost:
    """What stands beside the cost of a change of wording."""

    plain: float
    """Balanced accuracy on the plain texts, neutral counted 1/2."""
    neutral: float
    """Share of the cost that comes from changed texts that are answered neutral."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The numbers of one contrast, before it is corrected for the other contrasts."""

    suite: str
    contrast: Contrast
    gap: Gap
    spread: Spread = field(default_factory=Spread)
    valence_gap: float = math.nan
    """The same contrast on valence; needed for log-odds of a classifier only."""
    bootstrap: tuple[float, float] = (math.nan, math.nan)
    p_sign_flip: float = math.nan
    n: int = 0
    """Examples in all arms."""
    pairs: int = 0
    """Matched twins, 0 where the design has none."""
    evidence: tuple[str, ...] = ()
    harm: str = ""
    reason: str = ""
    """Why there can be no verdict, whatever the numbers are."""
    least_p: float = 0.0
    """Smallest p that flipping the signs of so few clusters can give."""
    strata: tuple[Part, ...] = ()
    """The fixed parts that the gap is the mean of."""
    new: NewTemplate | None = None
    """What to expect of a template that somebody else writes; None where that is not asked."""
    cost: Cost | None = None
    """Costs only."""
    axis: Axis | None = None
    """Design "groups": the whole axis; `gap` is its furthest group."""
    groups: tuple[str, ...] = ()
    """Names of the groups of the axis."""
    valences: tuple[float, ...] = ()
    """Effect of each group on valence, where the axis is in log-odds of a classifier."""
    notes: tuple[str, ...] = ()
    """Sentences that stand beside the finding."""
    people: NDArray[np.float64] | None = None
    """Design "groups": the furthest group's gap, rank by rank of its people."""

    @property
    def furthest(self) -> str:
        """Name of the group of an axis that is furthest from the others; "" for other contrasts."""
        return self.groups[self.axis.furthest.group] if self.axis is not None and self.gap.defined else ""

    @property
    def p(self) -> float:
        """The larger p of t and of sign flips; of an axis, of F and of dealing its groups out again."""
        if self.axis is not None and self.gap.defined:
            return self.axis.p
        return replace(self.gap, p_flip=self.p_sign_flip).p

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Interval of the gap; that of an axis holds for all its groups at once (Bonferroni)."""
        groups = len(self.groups)
        return self.gap.interval(1 - (1 - level) / groups if groups > 2 else level)


def threshold_of(contrast: Contrast) -> float:
    """Give the smallest effect of interest: the contrast's own, else the measure's, else the unit's."""
    if contrast.threshold is not None:
        return contrast.threshold
    return MEASURE_THRESHOLDS.get(contrast.measure, UNIT_THRESHOLDS[contrast.unit])


def moves(draft: Draft) -> bool:
    """Tell whether a classifier's valence moves along with its log-odds; True where that is not asked."""
    asked = draft.contrast.unit == "log-odds" and draft.contrast.task == TEXT_CLASSIFICATION
    return not asked or not abs(draft.valence_gap) < VALENCE_THRESHOLD
