"""Fixed parts of a contrast: averaged, with the variance taken within them (docs/method.md, section 4).

A stratum is a part that nobody drew from many: polarity, level, form, gender of a name. Its own level is then no
uncertainty of the mean. Cochran (1977), Sampling Techniques, chapter 5: the variance of a mean of strata is the sum of
the squared weights times the variances within; where strata share templates, these are averaged over strata first.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from audit.stats.design import Layout, Part, cell_part, differences


def halves(strata: Sequence[tuple[pd.DataFrame, str, str]]) -> Layout:
    """Arrange the strata of a paired contrast as one estimate, the plain mean of theirs.

    Args:
        strata: (observations sorted by `ordered`, group, reference) of each.

    Returns:
        One part a stratum, with weight 1/strata; one part in all where the strata cover the same cells, so that what
        they share in a cell (how readily a model says positive under one cue) cancels there.
    """
    found = [differences(*one) for one in strata]
    template, templates = pd.factorize(np.concatenate([x.template for x in found]), sort=True)
    filler, fillers = pd.factorize(np.concatenate([x.filler for x in found]), sort=True)
    weight = 1.0 / len(found)
    parts, start = [], 0
    for x in found:
        place = slice(start, start + len(x.value))
        parts.append(cell_part(template[place], filler[place], x.value, len(fillers), weight))
        start += len(x.value)
    if len(parts) > 1 and all(_same_cells(parts[0], other) for other in parts[1:]):
        mean = np.mean([p.value for p in parts], axis=0)
        parts = [replace(parts[0], value=mean, sign=1.0, each=sum(p.each for p in parts))]
    seen = sum(int(cells["group"].isin((group, reference)).sum()) for cells, group, reference in strata)
    pairs = sum(len(x.value) for x in found)
    return Layout(tuple(parts), tuple(map(str, templates)), tuple(map(str, fillers)), seen, pairs)


def _same_cells(one: Part, two: Part) -> bool:
    return np.array_equal(one.template, two.template) and np.array_equal(one.filler, two.filler)


def is_stratified(parts: Sequence[Part]) -> bool:
    """Whether parts are strata of one estimate rather than groups or a control that is taken off."""
    return len(parts) > 1 and not any(p.other for p in parts) and all(p.sign > 0 for p in parts)
