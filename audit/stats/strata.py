"""Fixed parts of a contrast: averaged, with the variance taken within them (docs/method.md, section 4).

A stratum is a part that nobody drew from many: polarity, level, form, gender of a name. Its own level is then no
uncertainty of the mean. Cochran (1977), Sampling Techniques, chapter 5: the variance of a mean of strata is the sum of
the squared weights times the variances within; where strata share templates, these are averaged over strata first.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

import numpy as np
import pandas as pd

from audit.stats.design import Layout, Part, cell_part, differences
from audit.stats.twoway import Gap, balanced, cluster, nesting, satterthwaite, widest


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


def solve_strata(parts: Sequence[Part], base: Gap) -> Gap:
    """Give the standard error of a mean of strata.

    Args:
        parts: see `halves`.
        base: estimate and sizes.

    Returns:
        `base` with se, degrees of freedom and clusters. Fillers of different strata are different draws: their number
        is that of all, less one for each stratum whose mean is taken off.
    """
    spent = len(parts) - 1
    fillers, templates = base.fillers, base.templates
    own_fillers = sum(len(np.unique(p.filler)) for p in parts) == fillers
    own_templates = sum(len(np.unique(p.template)) for p in parts) == templates
    df_f = fillers - (len(parts) if own_fillers else 1)
    df_t = templates - (len(parts) if own_templates else 1)
    outer = nesting(parts)
    if outer or templates < 2 or fillers < 2:
        by = "filler" if outer == "filler" or templates < 2 else "template"
        df = df_f if by == "filler" else df_t
        if df < 1:
            return replace(base, clusters=1, reason="fewer than two templates and fillers a stratum")
        se = math.sqrt(cluster(parts, by))
        return replace(base, se=se, df=df, clusters=df + 1, method=f"strata, nested in {by}")
    if min(df_t, df_f) < 1:
        return replace(base, clusters=1, reason="fewer than two templates and fillers a stratum")
    v_t, v_f, v_e = _components(parts, own_fillers)
    v = widest(v_t, v_f, v_e)
    free = satterthwaite((v_t, df_t), (v_f, df_f), (v_e, df_t * df_f), sizes=(templates, fillers - spent))
    return replace(base, se=math.sqrt(v), df=free, clusters=min(df_t, df_f) + 1, method="strata")


def _components(parts: Sequence[Part], own_fillers: bool) -> tuple[float, float, float]:
    """V_T, V_F and V_E: by moments where every stratum is a full table over the same templates, else by clusters."""
    templates = [np.unique(p.template) for p in parts]
    sizes = [len(np.unique(p.filler)) for p in parts]
    shared = all(np.array_equal(templates[0], other) for other in templates[1:])
    full = all(len(p.value) == len(t) * n for p, t, n in zip(parts, templates, sizes, strict=True))
    if not (own_fillers and shared and full):
        v_t, v_f, v_tf = (cluster(parts, by) for by in ("template", "filler", "both"))
        return v_t, v_f, v_tf
    tables = [p.value.reshape(len(templates[0]), n) for p, n in zip(parts, sizes, strict=True)]
    each = [balanced(table) for table in tables]
    rows = sum(p.sign * table.mean(1) for p, table in zip(parts, tables, strict=True))
    n_t = len(templates[0])
    v_t = float(np.var(rows, ddof=1)) / n_t
    v_f = sum(p.sign**2 * v.filler for p, v in zip(parts, each, strict=True))
    v_e = sum(p.sign**2 * v.error for p, v in zip(parts, each, strict=True))
    return v_t, v_f, v_e
