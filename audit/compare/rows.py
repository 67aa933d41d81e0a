"""Somebody's own rows in two audits: the same rows, answered twice."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from typing import Any

import numpy as np

from audit.compare.words import rows_sentence
from audit.findings import ALPHA, UNIT_THRESHOLDS, verdict_of
from audit.owndata.analysis import NO_NEUTRAL
from audit.owndata.baselines import Sample, compare
from audit.owndata.classes import Classes, classes_of
from audit.owndata.table import GROUP
from audit.schema import SMALL, Answers, CaveatError, Change, Comparison, DataResult, Skipped
from audit.stats import Gap, benjamini_hochberg, holm

SUITE = "data"


def compare_rows(
    base: DataResult, other: DataResult, names: tuple[str, str], for_owner: bool = False
) -> tuple[list[Change], Answers, list[Skipped]]:
    """Compare two audits of one file, row by row.

    Args:
        base: the first audit.
        other: the second, of the same file.
        names: of the two.
        for_owner: also groups that the report hides, where they have ten rows; never to be written or shown.

    Returns:
        Changes of accuracy and macro-F1 overall and of accuracy by group, how many answers differ, and what was left
        out. Overall accuracy is the primary one; the rest is corrected by Benjamini-Hochberg.

    Raises:
        CaveatError: when the audits are not of the same file.
    """
    if base.source.digest != other.source.digest:
        raise CaveatError(
            f"{names[0]} and {names[1]} are audits of different files ({base.source.name}, {other.source.name}): "
            "rows cannot be paired. Run both on one file."
        )
    one, two = _table(base), _table(other)
    both = one.join(two, "row", right_suffix="_2", join_type="inner").sort_by("row")
    wanted = ("label", "label_2", "predicted", "predicted_2", "cluster")
    columns = {name: both.column(name).to_numpy() for name in wanted}
    classes = classes_of(base.source.labels.values())
    left = [Skipped("rows", f"of {names[0]} that {names[1]} did not score", one.num_rows - both.num_rows)]
    alike = columns["label"] == columns["label_2"]
    left.append(Skipped("rows", "whose label the two audits read in different ways", int((~alike).sum())))
    labelled = (columns["label"] >= 0) & alike
    # Rows that both read alike have labels of the first audit, so its classes judge both.
    columns |= {name: classes.places[columns[name].astype(np.int64)] for name in ("label", "predicted", "predicted_2")}
    judged, note = _judged(both, columns["label"], labelled, names, classes)
    if note:
        left.append(Skipped(NO_NEUTRAL, note, int((labelled & ~judged).sum())))
    answers = _answers(columns, judged)
    left = [one for one in left if one.n]
    if not judged.any():
        return [], answers, [*left, Skipped("rows", "none is left that both were judged on")]
    found = []
    for title, mine in _cells(base, both, judged, for_owner):
        sample = Sample([], *(columns[name][mine].astype(np.int64) for name in ("label", "predicted_2", "cluster")))
        first = columns["predicted"][mine].astype(np.int64)
        for result in compare(sample, first, names[0]):
            if result.measure == "accuracy" or not title:
                found.append((title, result, len(np.unique(sample.cluster))))
    return list(_settled(found, names, note)), answers, left


def _judged(
    both: Any, label: np.ndarray, labelled: np.ndarray, names: tuple[str, str], classes: Classes
) -> tuple[np.ndarray, str]:
    """Give the rows that both can be judged on; without a neutral class, a neutral row is none. And say so."""
    without = [name for name, p in zip(names, ("p_neutral", "p_neutral_2"), strict=True) if _all_nan(both.column(p))]
    judged = labelled & ~classes.left_out(label, bool(without))
    if not (labelled & ~judged).any():
        return judged, ""
    of = f"{int(judged.sum()):,} of {int(labelled.sum()):,} labelled rows"
    if len(without) == 2:
        return judged, f"neither {names[0]} nor {names[1]} has a neutral class; each was judged on {of}"
    return judged, f"{without[0]} has no neutral class and was judged on {of}; both are compared on these"


def _all_nan(column: Any) -> bool:
    return bool(np.isnan(column.to_numpy()).all())


def _table(result: DataResult) -> Any:
    names = ["row", "label", "predicted", "cluster", "p_neutral", *(GROUP + name for name in result.source.groups)]
    table = result.rows.to_table(columns=names)
    for name in result.source.groups:
        place = table.column_names.index(GROUP + name)
        table = table.set_column(place, GROUP + name, table.column(GROUP + name).cast("string"))
    return table


def _cells(base: DataResult, both: Any, judged: np.ndarray, every: bool) -> Iterator[tuple[str, np.ndarray]]:
    """The whole, and each group that the first audit shows, or each that is not small."""
    yield "", judged
    hidden = {(e.by, e.group) for e in base.estimates if e.measure == "accuracy" and e.value != e.value}
    for name in base.source.groups:
        values = np.array(both.column(GROUP + name).to_pylist(), dtype=object)
        for group in sorted(set(values.tolist())):
            mine = judged & (values == group)
            if (every or (name, group) not in hidden) and int(mine.sum()) >= SMALL:
                yield f"{name} is {group}", mine


def _settled(found: list[tuple[str, Comparison, int]], names: tuple[str, str], note: str) -> Iterator[Change]:
    primary = [not title and result.measure == "accuracy" for title, result, _ in found]
    adjusted = [float("nan")] * len(found)
    first = [i for i, named in enumerate(primary) if named]
    for i, p in zip(first, holm([found[i][1].p for i in first]), strict=True):
        adjusted[i] = p
    rest = [i for i, named in enumerate(primary) if not named]
    for i, p in zip(rest, benjamini_hochberg([found[i][1].p for i in rest]), strict=True):
        adjusted[i] = p
    for (title, result, clusters), named, p in zip(found, primary, adjusted, strict=True):
        yield _change(title, result, clusters, named, p, names, len(first if named else rest), note)


def _change(
    title: str,
    result: Comparison,
    clusters: int,
    primary: bool,
    p_adjusted: float,
    names: tuple[str, str],
    comparisons: int,
    note: str,
) -> Change:
    threshold = UNIT_THRESHOLDS["points"]
    df = result.df if clusters > 1 else 1.0
    blank = Gap(0.0, 1.0, df, clusters, clusters, clusters, result.n, "clusters")
    se = (result.high - result.low) / 2 / blank.t(0.975) if clusters > 1 else float("nan")
    gap = replace(blank, value=result.gap, se=se)
    verdict, severity = verdict_of(gap, threshold, p_adjusted, 1.0)
    change = Change(
        suite=SUITE,
        contrast=result.measure,
        test=title,
        measure=result.measure,
        unit="points",
        base=result.other_value,
        other=result.value,
        change=result.gap,
        low=result.low,
        high=result.high,
        p=result.p,
        p_adjusted=p_adjusted,
        minimum_detectable=gap.detectable(ALPHA / comparisons),
        threshold=threshold,
        verdict=verdict,
        severity=severity,
        sentence="",
        primary=primary,
        n=result.n,
        clusters=clusters,
        comparisons=comparisons,
        title=f"Own data: {result.measure.replace('macro_f1', 'macro-F1')}" + (f", {title}" if title else ""),
        reason=note,
    )
    return replace(change, sentence=rows_sentence(change, gap.interval(0.90), names))


def _answers(columns: dict[str, np.ndarray], judged: np.ndarray) -> Answers:
    label, one, two = (columns[name] for name in ("label", "predicted", "predicted_2"))
    mended = judged & (one != label) & (two == label)
    broken = judged & (one == label) & (two != label)
    return Answers(SUITE, len(label), int((one != two).sum()), int(mended.sum()), int(broken.sum()))
