"""An axis of groups -> one draft: a global test over all of them, and an effect of each."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from audit.analysis.frame import NO_SHARES, UNREADABLE, SuiteRows
from audit.findings import COMPATIBILITY, Draft
from audit.measures import feature
from audit.schema import TEXT_CLASSIFICATION, Contrast
from audit.stats import Gap, NewTemplate, Spread, generator
from audit.stats.axis import Axis, Cells, solve_axis

VALENCE = {"log_odds": "valence"}
"""Measures whose effects are given on valence as well."""


def axis_draft(found: SuiteRows, contrast: Contrast, cells: pd.DataFrame, tests: tuple[str, ...], seed: int) -> Draft:
    """Measure the groups of an axis."""
    suite = found.suite.name
    names = [group for group, _ in contrast.groups if (cells["group"] == group).any()] if len(cells) else []
    used = cells[cells["group"].isin(names).to_numpy()] if names else cells
    if len(names) < 2:
        declared = found.tests(contrast.task, contrast.tests)
        reason = UNREADABLE if declared and not tests else "no rows to compare"
        reason = reason if found.can(contrast.measure) else NO_SHARES
        return Draft(suite, contrast, axis_gap(None), reason=reason, n=len(used))
    coded = axis_cells(used, names, found.suite.fillers)
    axis = solve_axis(coded, generator(seed, suite, contrast.name, "deal"))
    if axis.reason:
        return Draft(suite, contrast, axis_gap(None), reason=axis.reason, n=len(used))
    furthest = axis.furthest.group
    gaps = _by(coded.template, coded, furthest)
    agree = float((np.sign(gaps[gaps != 0]) == np.sign(axis.furthest.value)).mean()) if (gaps != 0).any() else np.nan
    valence: tuple[float, ...] = ()
    if contrast.task == TEXT_CLASSIFICATION and contrast.measure in VALENCE:
        beside = found.cells(VALENCE[contrast.measure], tests)
        beside = beside[beside["group"].isin(names).to_numpy()]
        level = solve_axis(axis_cells(beside, names, found.suite.fillers), generator(seed, "beside"), 1)
        valence = tuple(effect.raw for effect in level.effects)
    sd = float(gaps.std(ddof=1)) if len(gaps) > 1 else np.nan
    return Draft(
        suite=suite,
        contrast=contrast,
        gap=axis_gap(axis),
        spread=Spread(sd, agree),
        valence_gap=valence[furthest] if valence else math.nan,
        p_sign_flip=axis.p_dealt,
        least_p=axis.least,
        n=len(used),
        pairs=0,
        evidence=_evidence(found.rows, used, names[furthest], axis.furthest.value),
        reason=COMPATIBILITY if found.suite.compatibility else "",
        axis=axis,
        groups=tuple(names),
        valences=valence,
        people=_by(coded.rank, coded, furthest),
        new=_new(gaps, axis),
    )


def axis_cells(cells: pd.DataFrame, names: list[str], fillers: object) -> Cells:
    """One value a person and template: forms and repeats are averaged, each as often as the others."""
    about: dict[str, dict[str, str]] = dict(fillers)  # type: ignore[call-overload]
    keys = ["template", "filler", "group"]
    mean = cells.groupby(keys, sort=True)["value"].mean().reset_index()
    rank = [about.get(str(name), {}).get("rank", str(name)) for name in mean["filler"]]
    return Cells(
        pd.factorize(mean["template"], sort=True)[0],
        pd.factorize(np.array(rank, dtype=object), sort=True)[0],
        np.array([names.index(group) for group in mean["group"]]),
        mean["value"].to_numpy(dtype="float64"),
    )


def _by(codes: np.ndarray, cells: Cells, group: int) -> np.ndarray:
    """The group minus the mean of the others, level by level of a factor, where both are there."""
    out = []
    for code in np.unique(codes):
        here = codes == code
        own, others = here & (cells.group == group), here & (cells.group != group)
        if own.any() and others.any():
            means = [cells.value[others & (cells.group == g)].mean() for g in np.unique(cells.group[others])]
            out.append(cells.value[own].mean() - float(np.mean(means)))
    return np.array(out)


def _new(gaps: np.ndarray, axis: Axis) -> NewTemplate:
    """What the furthest group may show in a template of somebody else; the noise of its people is not taken off."""
    if len(gaps) < 3:
        return NewTemplate()
    from scipy.special import stdtrit

    sd, value = float(gaps.std(ddof=1)), axis.furthest.value
    half = float(stdtrit(len(gaps) - 1, 0.975)) * (sd**2 + axis.se**2) ** 0.5
    return NewTemplate(sd, value - half, value + half)


def axis_gap(axis: Axis | None) -> Gap:
    """The furthest group as a gap, so that it can be printed and judged as one."""
    if axis is None:
        return Gap(np.nan, np.nan, np.nan, 0, 0, 0, 0, "groups of an axis", "no rows to compare")
    people = axis.people[axis.furthest.group]
    clusters = min(axis.templates, people)
    cells = axis.templates * sum(axis.people)
    return Gap(
        axis.furthest.value,
        axis.se,
        axis.df,
        axis.templates,
        people,
        clusters,
        cells,
        "groups of an axis",
        p_flip=axis.p,
    )


def _evidence(rows: pd.DataFrame, cells: pd.DataFrame, group: str, value: float) -> tuple[str, ...]:
    """Texts about the furthest group beside the other group that is furthest from it in the same template and form."""
    sign = -1.0 if value < 0 else 1.0
    form = dict(zip(rows["example"], feature(rows, "form"), strict=True))
    signed = cells.assign(value=sign * cells["value"], form=cells["example"].map(form).fillna(""))
    frame = ["template", "form"]
    own = (signed["group"] == group).to_numpy()
    one = signed[own].sort_values("value", ascending=False, kind="stable").drop_duplicates(frame)
    two = signed[~own].sort_values("value", kind="stable").drop_duplicates(frame)
    both = one.merge(two, on=frame, suffixes=("", "_2"))
    both = both.assign(telling=both["value"] - both["value_2"])
    both = both.sort_values(["telling", "template"], ascending=[False, True], kind="stable")
    both = both.drop_duplicates("template").head(3)
    return tuple(str(x) for row in both.itertuples(index=False) for x in (row.example, row.example_2))
