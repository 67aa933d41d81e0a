"""How much a gap depends on single templates."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np

from audit.stats.design import Floats, Part

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Spread:
    """What the templates say one by one."""

    sd: float = NAN
    """Standard deviation of the templates' gaps, sampling noise included."""
    same_sign: float = NAN
    """Share of the templates whose gap is not 0 that have the sign of the whole."""
    low: float = NAN
    """Smallest gap when one template is left out."""
    high: float = NAN
    apart: int = 0
    """Templates whose gap is not 0."""
    alike: int = 0
    """Templates whose gap is 0."""


NOTHING = 1e-12
"""A gap of a template that is smaller is 0: sums of the same values in another order differ by less."""


def template_gaps(parts: Sequence[Part]) -> Floats:
    """Give the gap within each template that every part has cells of, in the order of the templates.

    A template without a control is left out, because its own gap is not known.
    """
    n = max(int(p.template.max()) for p in parts) + 1
    total = np.zeros(n)
    for p in parts:
        count = np.bincount(p.template, minlength=n)
        with np.errstate(invalid="ignore", divide="ignore"):
            total += p.sign * np.bincount(p.template, p.value, minlength=n) / count
    return total[np.isfinite(total)]


def spread(parts: Sequence[Part], value: float) -> Spread:
    """Summarise how templates differ.

    Args:
        parts: see `audit.stats.solve`.
        value: the gap over all.

    Returns:
        NaN for what needs more templates than there are.
    """
    if not parts or any(len(p.value) == 0 for p in parts):
        return Spread()
    gaps = template_gaps(parts)
    apart = gaps[np.abs(gaps) > NOTHING]
    agree = float((np.sign(apart) == np.sign(value)).mean()) if len(apart) and value else NAN
    low, high = leave_one_out(parts)
    sd = float(gaps.std(ddof=1)) if len(gaps) > 1 else NAN
    return Spread(sd, agree, low, high, len(apart), len(gaps) - len(apart))


def leave_one_out(parts: Sequence[Part]) -> tuple[float, float]:
    """Range of the gap when each template in turn is left out; NaN with one template."""
    levels = np.unique(np.concatenate([p.template for p in parts]))
    if len(levels) < 2:
        return NAN, NAN
    n = int(levels.max()) + 1
    total = np.zeros(n)
    for p in parts:
        with np.errstate(invalid="ignore", divide="ignore"):
            left = len(p.value) - np.bincount(p.template, minlength=n)
            total += p.sign * (p.value.sum() - np.bincount(p.template, p.value, minlength=n)) / left
    kept = total[levels]
    kept = kept[np.isfinite(kept)]
    return (float(kept.min()), float(kept.max())) if len(kept) else (NAN, NAN)
