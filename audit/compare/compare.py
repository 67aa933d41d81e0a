"""What changed between audits: every contrast and accuracy of the first, beside the same items of another."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime

import pandas as pd

from audit.analysis.arranging import arranged
from audit.compare.pairing import Shared, shared
from audit.compare.rows import compare_rows
from audit.compare.words import sentence
from audit.findings import ALPHA, UNIT_THRESHOLDS, threshold_of, verdict_of
from audit.run import versions
from audit.schema import (
    TEXT_CLASSIFICATION,
    Answers,
    AuditResult,
    CaveatError,
    Change,
    Compared,
    CompareResult,
    Contrast,
    DataResult,
    Flip,
    Side,
    Skipped,
    SuiteInfo,
)
from audit.stats import Gap, Spread, arrange, benjamini_hochberg, holm, solve, spread

FLIPS = 8
"""Changed answers shown of each suite."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A change before it is corrected for the others."""

    suite: str
    name: str
    test: str
    measure: str
    contrast: Contrast | None
    base: Gap
    other: Gap
    change: Gap
    spread: Spread
    threshold: float
    primary: bool
    n: int
    names: tuple[str, str]
    """Of the two audits."""
    title: str


def compare(
    audits: Mapping[str, AuditResult], command: str = "", rows: Mapping[str, DataResult] | None = None
) -> CompareResult:
    """Compare audits with the first of them, item by item.

    Args:
        audits: name -> result with predictions, two or more; the first is what the others are compared with. Empty
            when only `rows` are to be compared.
        command: what to type to repeat this.
        rows: name -> audit of own data; of the same names as `audits`, or two or more of their own.

    Returns:
        A change for every contrast that both audits could measure, and for the accuracy of every suite and test.
        Primary contrasts are corrected by Holm over all audits and suites, the rest by Benjamini-Hochberg.

    Raises:
        CaveatError: when fewer than two audits are given, or two share no suite.
    """
    rows = rows or {}
    if max(len(audits), len(rows)) < 2:
        raise CaveatError("A comparison needs at least two results folders: caveat compare DIR DIR")
    if not audits:
        return _rows_only(rows, command)
    (first, base), *rest = audits.items()
    compared = [_against(first, base, name, other) for name, other in rest]
    sized = settle([draft for _, drafts in compared for draft in drafts])
    others, start = [], 0
    for found, drafts in compared:
        others.append(replace(found, changes=tuple(sized[start : start + len(drafts)])))
        start += len(drafts)
    others = [_with_rows(found, rows, first) for found in others]
    return CompareResult(
        base=_side(first, base),
        others=tuple(others),
        command=command,
        versions=versions(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _rows_only(rows: Mapping[str, DataResult], command: str) -> CompareResult:
    (first, base), *rest = rows.items()
    others = [Compared(_rows_side(name, other), (), (), (), ()) for name, other in rest]
    return CompareResult(
        base=_rows_side(first, base),
        others=tuple(_with_rows(found, rows, first) for found in others),
        command=command,
        versions=versions(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
    )


def _rows_side(name: str, result: DataResult) -> Side:
    return Side(name, result.model, result.created, "own data", result.versions)


def _with_rows(found: Compared, rows: Mapping[str, DataResult], first: str) -> Compared:
    """Put the comparison of own rows, where both audits have them, before that of the suites."""
    name = found.side.name
    if first not in rows or name not in rows:
        return found
    changes, answers, skipped = compare_rows(rows[first], rows[name], (first, name))
    return replace(
        found,
        changes=(*changes, *found.changes),
        answers=(answers, *found.answers),
        skipped=(*skipped, *found.skipped),
    )


def _side(name: str, result: AuditResult) -> Side:
    return Side(name, result.model, result.created, result.settings.depth, result.versions)


def _against(first: str, base: AuditResult, name: str, other: AuditResult) -> tuple[Compared, list[Draft]]:
    if not set(base.model.tasks) & set(other.model.tasks):
        kinds = [" and ".join(side.model.tasks) for side in (base, other)]
        why = f"{first} is for {kinds[0]} and {name} for {kinds[1]}: they are asked different things"
        return Compared(_side(name, other), (), (), (), (Skipped("all suites", why),)), []
    theirs = {suite.name for suite in other.suites}
    both = [suite for suite in base.suites if suite.name in theirs]
    if not both:
        raise CaveatError(
            f"{first} and {name} share no suite ({', '.join(s.name for s in base.suites)} against "
            f"{', '.join(sorted(theirs))}). Run both with the same --suite."
        )
    skipped = [Skipped(s.name, f"{name} was not run on it") for s in base.suites if s.name not in theirs]
    drafts: list[Draft] = []
    answers, flips = [], []
    for suite in both:
        found = shared(base, other, suite)
        if found.texts.empty and found.base.rows.empty:
            skipped.append(Skipped(suite.name, f"no item of {first} is in {name} with the same text"))
            continue
        if found.dropped:
            skipped.append(Skipped(suite.name, f"items of {first} that {name} does not have", found.dropped))
        drafts += _drafts(suite, found, (first, name))
        counted = _answers(suite.name, found.texts)
        if counted is not None:
            answers.append(counted)
            flips += _flips(suite.name, found.texts)
    return Compared(_side(name, other), (), tuple(answers), tuple(flips), tuple(skipped)), drafts


def _drafts(suite: SuiteInfo, found: Shared, names: tuple[str, str]) -> Iterator[Draft]:
    tasks = set(found.base.tasks) & set(found.other.tasks)
    for contrast in suite.contrasts:
        if contrast.task in tasks:
            drafted = _contrast(suite, contrast, found, names)
            if drafted is not None:
                yield drafted
    if TEXT_CLASSIFICATION in tasks:
        tests = found.tests(TEXT_CLASSIFICATION)
        for test, named in (("", tests), *((name, (name,)) for name in tests)):
            drafted = _accuracy(suite, test, named, found, names)
            if drafted is not None:
                yield drafted


def _contrast(suite: SuiteInfo, contrast: Contrast, found: Shared, names: tuple[str, str]) -> Draft | None:
    tests = found.tests(contrast.task, contrast.tests)
    if not tests:
        return None
    sides = found.cells(contrast.measure, tests)
    if sides[0].empty:
        return None
    layouts = [arranged(cells, contrast, found.base.rows).whole for cells in sides]
    base, other, change = (solve(layout) for layout in layouts)
    if not change.defined:
        return None
    about = spread(layouts[2].parts, change.value)
    return Draft(
        suite.name,
        contrast.name,
        "",
        contrast.measure,
        contrast,
        base,
        other,
        change,
        about,
        threshold_of(contrast),
        contrast.primary,
        layouts[2].observations,
        names,
        contrast_title(suite, contrast),
    )


def _accuracy(
    suite: SuiteInfo, test: str, tests: tuple[str, ...], found: Shared, names: tuple[str, str]
) -> Draft | None:
    sides = found.cells("accuracy", tests)
    if sides[0].empty:
        return None
    layouts = [arrange(cells) for cells in sides]
    base, other, change = (solve(layout) for layout in layouts)
    if not change.defined:
        return None
    about = spread(layouts[2].parts, change.value)
    called = next((t.title for t in suite.tests if t.name == test), "all tests")
    return Draft(
        suite.name,
        "accuracy",
        test,
        "accuracy",
        None,
        base,
        other,
        change,
        about,
        UNIT_THRESHOLDS["points"],
        False,
        layouts[2].observations,
        names,
        f"{suite.title}: accuracy, {called}",
    )


def contrast_title(suite: SuiteInfo, contrast: Contrast) -> str:
    """Name a contrast by its suite and its arms, or by its test where several share the arms."""
    arms = [(other.group, other.reference, other.primary) for other in suite.contrasts]
    key = (contrast.group, contrast.reference, contrast.primary)
    titles = {test.name: test.title for test in suite.tests}
    if not contrast.primary and arms.count(key) > 1:
        named = titles.get(contrast.tests[0], "") if len(contrast.tests) == 1 else ""
        return f"{suite.title}: {named or contrast.name.replace('-', ' ')}"
    group = contrast.group_label or contrast.group.replace("-", " ")
    reference = contrast.reference_label or contrast.reference.replace("-", " ")
    return f"{suite.title}: {group} and {reference}" if reference else f"{suite.title}: {group}"


def settle(drafts: Sequence[Draft]) -> list[Change]:
    """Correct changes for one another and judge them by the rules for gaps."""
    adjusted = [float("nan")] * len(drafts)
    first = [i for i, draft in enumerate(drafts) if draft.primary]
    names = [drafts[i].suite for i in first]
    weights = [1.0 / names.count(name) for name in names]
    for i, p in zip(first, holm([drafts[i].change.p for i in first], weights), strict=True):
        adjusted[i] = p
    alphas = {i: ALPHA * weight / sum(weights) for i, weight in zip(first, weights, strict=True)}
    rest = [i for i, draft in enumerate(drafts) if not draft.primary]
    for i, p in zip(rest, benjamini_hochberg([drafts[i].change.p for i in rest]), strict=True):
        adjusted[i] = p
        alphas[i] = ALPHA / len(rest)
    families = [len(first if draft.primary else rest) for draft in drafts]
    return [_change(draft, adjusted[i], alphas[i], families[i]) for i, draft in enumerate(drafts)]


def _change(draft: Draft, p_adjusted: float, alpha: float, comparisons: int) -> Change:
    gap = draft.change
    verdict, severity = verdict_of(gap, draft.threshold, p_adjusted, draft.spread.same_sign)
    low, high = gap.interval()
    if draft.contrast is None:
        # Two accuracies cannot be further apart; two gaps can.
        low, high = max(low, -1.0), min(high, 1.0)
    found = Change(
        suite=draft.suite,
        contrast=draft.name,
        test=draft.test,
        measure=draft.measure,
        unit=draft.contrast.unit if draft.contrast else "points",
        base=draft.base.value,
        other=draft.other.value,
        change=gap.value,
        low=low,
        high=high,
        p=gap.p,
        p_adjusted=p_adjusted,
        minimum_detectable=gap.detectable(alpha),
        threshold=draft.threshold,
        verdict=verdict,
        severity=severity,
        sentence="",
        primary=draft.primary,
        n=draft.n,
        clusters=gap.clusters,
        comparisons=comparisons,
        title=draft.title,
    )
    return replace(found, sentence=sentence(found, draft.contrast, gap.interval(0.90), draft.names))


def _answers(suite: str, texts: pd.DataFrame) -> Answers | None:
    """Count changed answers among items and controls that have a label; blanks have none."""
    named = texts[texts["label"].notna() & texts["label_2"].notna() & (texts["role"] != "prior")]
    if named.empty:
        return None
    judged = named[named["correct"].notna() & named["correct_2"].notna()]
    before, after = judged["correct"].astype(bool), judged["correct_2"].astype(bool)
    changed = int((named["label"] != named["label_2"]).sum())
    return Answers(suite, len(named), changed, int((~before & after).sum()), int((before & ~after).sum()))


def _flips(suite: str, texts: pd.DataFrame) -> list[Flip]:
    moved = texts[(texts["label"] != texts["label_2"]) & texts["label"].notna() & (texts["role"] != "prior")]
    moved = moved.assign(far=moved["confidence"] + moved["confidence_2"])
    moved = moved.sort_values(["far", "example"], ascending=[False, True], kind="stable").head(FLIPS)
    return [
        Flip(
            suite,
            str(row.example),
            str(row.text),
            tuple(row.allowed) if row.allowed is not None else (),
            str(row.label),
            float(row.confidence),
            str(row.label_2),
            float(row.confidence_2),
        )
        for row in moved.itertuples(index=False)
    ]
