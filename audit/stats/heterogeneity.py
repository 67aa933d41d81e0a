"""How far the gap in one template is from that in another, and what a template of somebody else may show."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import stdtrit

from audit.stats.design import Floats, Part
from audit.stats.spread import template_gaps
from audit.stats.strata import is_stratified
from audit.stats.twoway import Gap, nesting

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class NewTemplate:
    """What to expect of a template that is not among these."""

    sd: float = NAN
    """Standard deviation of the gap between templates, without the noise of their cells."""
    low: float = NAN
    high: float = NAN
    """95 % prediction interval of the gap in a new template (Higgins, Thompson & Spiegelhalter 2009)."""
    nested: bool = False
    """Whether it is a new filler (a term with templates of its own) rather than a new template."""


def new_template(parts: Sequence[Part], gap: Gap, level: float = 0.95) -> NewTemplate:
    """Predict the gap in a template, or a term where templates belong to one, that somebody else writes.

    gap +- t_{k-1} sqrt(tau^2 + se^2), tau^2 the variance of the k templates' gaps less the mean noise of their cells.

    Args:
        parts: see `audit.stats.solve`.
        gap: the estimate over all.
        level: coverage asked for.

    Returns:
        NaN with fewer than three templates (or terms).
    """
    if not gap.defined or not parts:
        return NewTemplate()
    nested = nesting(parts) == "filler" and gap.fillers > 1
    if nested:
        parts = [replace(p, template=p.filler, filler=p.template) for p in parts]
    apart = nested and len(parts) > 1 and is_stratified(parts)
    # strata whose terms are others: a new term of each
    found = [_between([p]) for p in parts] if apart else [_between(parts)]
    if any(k < 3 for _, k in found):
        return NewTemplate(nested=nested)
    tau2 = sum(v for v, _ in found)
    df = sum(k - 1 for _, k in found)
    half = float(stdtrit(df, 0.5 + level / 2)) * math.sqrt(tau2 + gap.se**2)
    low, high = gap.value - half, gap.value + half
    if gap.rate:
        low, high = max(low, -1.0), min(high, 1.0)
    return NewTemplate(math.sqrt(tau2), low, high, nested)


def _between(parts: Sequence[Part]) -> tuple[float, int]:
    """Variance of the templates' gaps without their noise, and how many templates there are."""
    gaps = template_gaps(parts)
    if len(gaps) < 2:
        return NAN, len(gaps)
    noise = np.mean([_noise(p) for p in parts]) * sum(p.sign**2 for p in parts)
    return max(float(gaps.var(ddof=1)) - float(noise), 0.0), len(gaps)


def _noise(part: Part) -> float:
    """Mean variance that the cells of a template give to its mean: residual mean square over cells a template."""
    n_t, n_f = int(part.template.max()) + 1, int(part.filler.max()) + 1
    rest, levels = part.value - part.value.mean(), 0
    for codes, n in ((part.template, n_t), (part.filler, n_f)):
        count = np.bincount(codes, minlength=n)
        if (count > 1).any() and (count > 0).sum() > 1:
            rest = rest - _means(codes, rest, n)[codes]
            levels += int((count > 0).sum()) - 1
    df = len(part.value) - levels - 1
    counts = np.bincount(part.template)
    return float((rest**2).sum()) / df * float(np.mean(1.0 / counts[counts > 0])) if df > 0 else 0.0


def _means(codes: np.ndarray, values: Floats, n: int) -> Floats:
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.nan_to_num(np.bincount(codes, values, n) / np.bincount(codes, minlength=n))
