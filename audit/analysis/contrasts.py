"""The declared contrasts of a suite -> drafts of findings, with the examples that show them best."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd

from audit.analysis import beside
from audit.analysis.arranging import Arranged, arranged, within
from audit.analysis.axes import axis_draft
from audit.analysis.costs import SIDES, cost_of
from audit.analysis.frame import NO_SHARES, UNREADABLE, SuiteRows
from audit.findings import COMPATIBILITY, Draft
from audit.measures import MEASURES, feature
from audit.measures.base import COMPARED
from audit.schema import TEXT_CLASSIFICATION, Contrast, Part
from audit.stats import Layout, bootstrap_interval, differences, flips, generator, new_template, solve, spread

EVIDENCE_TWINS = 3

_ON_VALENCE = {
    "log_odds": "valence",
    "signed_log_odds": "signed_valence",
    "group_effect": "group_effect_valence",
}


def drafts(found: SuiteRows, seed: int) -> list[Draft]:
    """Measure every contrast of a suite that the model can do.

    Args:
        found: rows of the suite.
        seed: of the run.
    """
    return [draft(found, contrast, seed) for contrast in found.suite.contrasts if contrast.task in found.tasks]


def draft(found: SuiteRows, contrast: Contrast, seed: int) -> Draft:
    """Measure one contrast."""
    declared = found.tests(contrast.task, contrast.tests)
    tests = tuple(name for name in declared if name not in found.unreadable)
    harm = contrast.harm or next((t.harm for t in found.suite.tests if t.name in declared), "")
    cells = found.cells(contrast.measure, tests)
    if contrast.design == "groups":
        return replace(axis_draft(found, contrast, cells, tests, seed), harm=harm)
    made = arranged(cells, contrast, found.rows)
    whole = made.whole
    gap = solve(whole, is_rate(contrast))
    if not gap.defined:
        reason = UNREADABLE if declared and not tests else gap.reason
        reason = reason if found.can(contrast.measure) else NO_SHARES
        return Draft(found.suite.name, contrast, gap, harm=harm, reason=reason, n=whole.observations)
    name = (found.suite.name, contrast.name)
    n, pairs = _size(found.rows, cells, contrast, whole)
    flipped = flips(whole.parts, generator(seed, *name, "flip"))
    return Draft(
        suite=found.suite.name,
        contrast=contrast,
        gap=gap,
        spread=spread(whole.parts, gap.value),
        valence_gap=_valence_gap(found, contrast, tests),
        bootstrap=bootstrap_interval(whole.parts, generator(seed, *name, "bootstrap")),
        p_sign_flip=flipped.p,
        least_p=flipped.least,
        n=n,
        pairs=pairs,
        evidence=evidence(found.rows, cells, contrast, gap.value, made),
        harm=harm,
        reason=COMPATIBILITY if found.suite.compatibility else "",
        strata=strata_of(made, contrast),
        new=new_template(whole.parts, gap),
        cost=cost_of(found.rows, cells, made) if contrast.measure == SIDES else None,
        notes=beside.notes(found.rows, found.cells("valence", tests), made, gap.value)
        if contrast.measure == SIDES and contrast.primary
        else (),
    )


def is_rate(contrast: Contrast) -> bool:
    """Whether single values of a contrast are 0 or 1, or differences of such."""
    return MEASURES[contrast.measure].rate or contrast.measure == "flip_excess"


def strata_of(made: Arranged, contrast: Contrast) -> tuple[Part, ...]:
    """Give each stratum with its own interval."""
    out = []
    for stratum, layout in made.strata:
        gap = solve(layout, is_rate(contrast))
        out.append(Part(stratum.name, stratum.label, gap.value, *gap.interval(), gap.clusters))
    return tuple(out)


def _size(rows: pd.DataFrame, cells: pd.DataFrame, contrast: Contrast, made: Layout) -> tuple[int, int]:
    """Examples and pairs behind a contrast; a value of some measures is made from two examples."""
    if not MEASURES[contrast.measure].twins:
        return made.observations, made.pairs
    arms = cells["group"].isin([contrast.group, contrast.reference])
    used = cells[arms.to_numpy()] if contrast.reference else cells
    # many words may be looked up in the same two sentences
    pairs = used[["frame", "pair", "example"]].drop_duplicates()
    if contrast.measure == "choice_log_ratio":
        subjects = rows["template"].isin(pairs["frame"]) & rows["group"].isin(["female", "male"])
        n = int((subjects & rows["role"].isin(COMPARED)).sum())
        return n, n // 2
    return 2 * len(pairs), len(pairs)


def _valence_gap(found: SuiteRows, contrast: Contrast, tests: tuple[str, ...]) -> float:
    if contrast.task != TEXT_CLASSIFICATION or contrast.measure not in _ON_VALENCE:
        return math.nan
    cells = found.cells(_ON_VALENCE[contrast.measure], tests)
    return solve(arranged(cells, contrast, found.rows).whole).value


def evidence(
    rows: pd.DataFrame, cells: pd.DataFrame, contrast: Contrast, gap: float, made: Arranged | None = None
) -> tuple[str, ...]:
    """Choose up to three twins that show a gap most clearly, each from another template where possible.

    Args:
        rows: predictions of the suite.
        cells: observations of the contrast's measure, sorted by `ordered`.
        contrast: what is compared.
        gap: its value; twins that go the same way come first.
        made: its strata, where it has any; the twins are those of the one that goes furthest the same way.

    Returns:
        Example ids, two by two: group first, reference second.
    """
    sign = -1.0 if gap < 0 else 1.0
    if not contrast.reference or contrast.design == "mean":
        return _with_twins(rows, cells, sign)
    if contrast.design == "unpaired":
        return _across(rows, cells, contrast, sign)
    arms = (contrast.group, contrast.reference)
    if made is not None and made.strata:
        stratum, _ = max(made.strata, key=lambda one: sign * sum(p.sign * p.mean for p in one[1].parts))
        arms, cells = (stratum.group, stratum.reference), within(cells, stratum, rows)
    twins = differences(cells, *arms)
    best = _one_per_template(twins.template, sign * twins.value)
    return tuple(str(x) for i in best for x in (twins.first[i], twins.second[i]))


def _one_per_template(template: np.ndarray, telling: np.ndarray) -> list[int]:
    order = np.argsort(-telling, kind="stable")
    seen: dict[str, int] = {}
    for i in order:
        seen.setdefault(template[i], int(i))
    first = list(seen.values())[:EVIDENCE_TWINS]
    rest = [int(i) for i in order if int(i) not in first]
    return [*first, *rest[: EVIDENCE_TWINS - len(first)]]


def _across(rows: pd.DataFrame, cells: pd.DataFrame, contrast: Contrast, sign: float) -> tuple[str, ...]:
    """Per frame, the extreme example of either group; frames with the widest gap first, each template once.

    A template with forms (positive, neutral, negative) is as many frames: only like is set beside like.
    """
    form = dict(zip(rows["example"], feature(rows, "form"), strict=True))
    signed = cells.assign(value=sign * cells["value"], form=cells["example"].map(form).fillna(""))
    frame = ["template", "form"]
    one = signed[(signed["group"] == contrast.group).to_numpy()].sort_values("value", ascending=False, kind="stable")
    two = signed[(signed["group"] == contrast.reference).to_numpy()].sort_values("value", kind="stable")
    both = one.drop_duplicates(frame).merge(two.drop_duplicates(frame), on=frame, suffixes=("", "_2"))
    both = both.assign(telling=both["value"] - both["value_2"])
    both = both.sort_values(["telling", "template"], ascending=[False, True], kind="stable")
    both = both.drop_duplicates("template").head(EVIDENCE_TWINS)
    if (both["example"] == both["example_2"]).any():
        return _with_twins(rows, both, 1.0)
    return tuple(str(x) for row in both.itertuples(index=False) for x in (row.example, row.example_2))


def _with_twins(rows: pd.DataFrame, cells: pd.DataFrame, sign: float) -> tuple[str, ...]:
    """The largest observations, each with another example of its pair: one with another label if there is one."""
    floor = rows["example"][(feature(rows, "contrast") == "floor").to_numpy()]
    cells = cells[~cells["example"].isin(floor).to_numpy()]
    best = _one_per_template(cells["template"].to_numpy(), sign * cells["value"].to_numpy())
    near = rows[rows["pair"].isin(cells["pair"].iloc[best]) & (rows["pair"] != "") & (rows["role"] != "prior")]
    labels = dict(zip(rows["example"], rows["label"], strict=True))
    out: list[str] = []
    for i in best:
        example = str(cells["example"].iloc[i])
        others = near[((near["pair"] == cells["pair"].iloc[i]) & (near["example"] != example)).to_numpy()]
        changed = others[(others["label"] != labels.get(example)).to_numpy()]
        twin = next(iter((changed if len(changed) else others)["example"]), None)
        out += [str(x) for x in (example, twin) if x is not None and x not in out]
    return tuple(out)
