"""Which charts a suite gets, and what each says."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from audit.report import headings, words
from audit.report.breakdowns import LONG, blanked, breakdown_charts, estimates_of, mark_of
from audit.report.evidence import TwinFills, twin_fills
from audit.report.spec import FEW_EXAMPLES, ChartRow, ChartSpec, Mark, Palette, Series, few, palette, span_of
from audit.schema import AuditResult, Estimate, Finding, SuiteInfo, Unit

__all__ = ["ChartSpec", "charts_for", "subgroup_chart"]


_GAP_AXES = {"points": "percentage points", "share": "percentage points"}


def charts_for(result: AuditResult, suite_name: str) -> list[ChartSpec]:
    """Make the charts of one suite from what the audit holds.

    Args:
        result: an audit; its `predictions` may be missing, then charts of single texts are left out.
        suite_name: name of a suite in `result.suites`.

    Returns:
        Forest plots of the contrasts (one per unit), then the suite's breakdowns, then the model's own words
        for twins where it filled blanks. Empty charts are left out.
    """
    suite = next(suite for suite in result.suites if suite.name == suite_name)
    colours = palette(suite)
    findings = [finding for finding in result.findings if finding.suite == suite_name]
    charts = _forests(suite, findings)
    for breakdown in suite.breakdowns:
        estimates = estimates_of(result, suite, breakdown)
        if estimates:
            charts += breakdown_charts(suite, breakdown, estimates, findings, colours)
    charts += [_fills(suite, fills, colours) for fills in twin_fills(result, suite_name)[:1]]
    charts += _selective(result, suite)
    return [chart for chart in charts if any(math.isfinite(mark.value) for mark in chart.marks)]


def _forests(suite: SuiteInfo, findings: Sequence[Finding]) -> list[ChartSpec]:
    charts = []
    for unit in dict.fromkeys(finding.unit for finding in sorted(findings, key=lambda f: not f.primary)):
        shown = [f for f in findings if f.unit == unit and math.isfinite(f.gap)]
        if shown:
            charts.append(_forest(suite, sorted(shown, key=lambda f: not f.primary), unit))
    return charts


def _forest(
    suite: SuiteInfo,
    findings: Sequence[Finding],
    unit: Unit,
) -> ChartSpec:
    rows = []
    labels = _row_labels(suite, findings)
    for finding in findings:
        gap = words.number(finding.gap, unit, finding.low, finding.high)
        mark = Mark(
            series="",
            value=finding.gap,
            low=finding.low,
            high=finding.high,
            n=finding.n,
            few=headings.unjudged(finding) or few(finding.n, min(finding.templates, finding.fillers)),
            label=f"{gap} ({words.interval(finding.low, finding.high, unit)})",
        )
        rows.append(
            ChartRow(
                label=labels[finding.contrast],
                marks=(mark,),
                note=f"n {words.integer(finding.n)}",
                band=finding.threshold,
                strong=finding.primary,
            )
        )
    marks = [mark for row in rows for mark in row.marks]
    return ChartSpec(
        name=f"{suite.name}-gaps-{unit}",
        kind="forest",
        question=_forest_question(findings, unit),
        title=_forest_title(findings),
        sentence=_forest_sentence(findings),
        unit=unit,
        axis=f"gap in {_GAP_AXES.get(unit, unit)}",
        rows=tuple(rows),
        span=span_of(marks, unit, zero=True, bands=[row.band for row in rows]),
        zero=True,
        source=f"Suite {suite.name} {suite.version}, {suite.depth} depth.",
    )


def _row_labels(suite: SuiteInfo, findings: Sequence[Finding]) -> dict[str, str]:
    """Name each comparison by its arm where that tells it apart, else by its own name."""
    contrasts = {contrast.name: contrast for contrast in suite.contrasts}
    arms = {f.contrast: headings.arms(contrasts.get(f.contrast), f) for f in findings}
    groups = [group for group, _ in arms.values()]
    pairs = list(arms.values())
    titles = {test.name: test.title for test in suite.tests}
    labels = {}
    for name, (group, reference) in arms.items():
        both = f"{group} \N{MINUS SIGN} {reference}" if reference else group
        tests = contrasts[name].tests if name in contrasts else ()
        main = [finding.contrast for finding in findings if finding.primary] == [name]
        if main and len(both) <= 50:
            labels[name] = words.capital(both)
        elif groups.count(group) == 1:
            labels[name] = words.capital(both if len(both) <= 36 or len(arms) == 1 else group)
        elif len(tests) == 1 and tests[0] in titles:
            labels[name] = blanked(titles[tests[0]])
        elif pairs.count((group, reference)) == 1 and len(both) <= 50:
            labels[name] = words.capital(both)
        else:
            labels[name] = words.capital(name.replace("-", " "))
    return labels


def _forest_question(findings: Sequence[Finding], unit: Unit) -> str:
    titles = {words.wording(finding.measure).title for finding in findings}
    if len(titles) > 1:
        return f"How large are the gaps, in {_GAP_AXES.get(unit, unit)}?"
    (title,) = titles
    if "gap" in title:
        return f"How large is the {title[:1].lower()}{title[1:]}?"
    plural = "gaps" if len(findings) > 1 else "gap"
    return f"How large {'are' if len(findings) > 1 else 'is'} the {plural} in {title[:1].lower()}{title[1:]}?"


def _forest_title(findings: Sequence[Finding]) -> str:
    judged = [f for f in findings if f.verdict != "undefined"]
    if any(map(headings.compatibility, findings)):
        return "Compatibility results, without a verdict"
    if not judged:
        few = all(map(headings.illustration, findings))
        return "Illustrations: too few items for a verdict" if few else "Gaps without a verdict"
    beyond = sum(f.verdict == "finding" for f in judged)
    apart = sum(f.verdict != "finding" and words.was_found(f) for f in judged)
    if len(judged) == 1:
        title = "One gap, wholly beyond the smallest effect of interest"
        title = title if beyond else f"One gap: {words.verdict(judged[0])}"
    else:
        verb = "lies" if beyond <= 1 else "lie"
        title = f"{beyond or 'None'} of {len(judged)} gaps {verb} wholly beyond the smallest effect of interest"
        more = " more" if beyond else ""
        title += f", {apart}{more} {'differs' if apart == 1 else 'differ'} from 0" if apart else ""
    rest = len(findings) - len(judged)
    return title + (f"; {rest} more without a verdict" if rest else "")


def _forest_sentence(findings: Sequence[Finding]) -> str:
    text = (
        "Dots are gaps, lines their 95\N{NARROW NO-BREAK SPACE}% intervals; inside the shaded band a gap is taken to "
    )
    text += "matter little."
    if any(f.primary for f in findings) and len(findings) > 1:
        text += " Bold marks the comparison that was named in advance."
    if any(f.verdict == "chance" for f in findings):
        text += f" {words.CHANCE_NOTE}"
    if any(headings.unjudged(f) for f in findings):
        text += " Open marks have no verdict."
    elif any(math.isfinite(f.gap) and few(f.n, min(f.templates, f.fillers)) for f in findings):
        text += " Open marks stand on few items, frames or fillers."
    return text


def _fills(suite: SuiteInfo, fills: TwinFills, colours: Palette) -> ChartSpec:
    keys = [fills.first_group, fills.second_group]
    best = sorted({*fills.first, *fills.second}, key=lambda w: -max(fills.first.get(w, 0), fills.second.get(w, 0)))
    rows = []
    for word in best[:12]:
        marks = [
            Mark(key, answers[word], label=words.probability(answers[word]))
            for key, answers in zip(keys, (fills.first, fills.second), strict=True)
            if word in answers
        ]
        rows.append(ChartRow(word, tuple(marks)))
    shared = len(fills.first.keys() & fills.second.keys())
    size = min(len(fills.first), len(fills.second))
    series = colours.series(keys)
    names = fills.differing()
    return ChartSpec(
        name=f"{suite.name}-own-words",
        kind="dumbbell",
        question="Which words does the model itself put into the blank?",
        title=f"{shared} of the model\N{RIGHT SINGLE QUOTATION MARK}s {size} best words are the same for both twins",
        sentence=f"Probability of a word in \N{LEFT DOUBLE QUOTATION MARK}{fills.first_text}"
        f"\N{RIGHT DOUBLE QUOTATION MARK} and in its twin. One pair of texts, an illustration without intervals; "
        f"a missing mark means that the word is not among the {size} best there.",
        unit="share",
        axis="probability of the word, per hundred",
        rows=tuple(rows),
        series=tuple(replace(entry, label=name) for entry, name in zip(series, names, strict=True)),
        span=span_of([mark for row in rows for mark in row.marks], "share", zero=False),
        source=f"Suite {suite.name} {suite.version}.",
    )


def subgroup_chart(result: AuditResult, suite: SuiteInfo) -> ChartSpec | None:
    """Accuracy and mean confidence of each group of a suite on one axis; None where accuracy is not defined."""
    colours = palette(suite)
    pairs = {
        measure: {e.group: e for e in result.estimates if _is_group(e, suite.name, measure)}
        for measure in ("accuracy", "confidence", "overconfidence")
    }
    groups = [g for g, e in pairs["accuracy"].items() if math.isfinite(e.value)]
    every = len(groups)
    groups = [g for g in groups if pairs["accuracy"][g].n >= FEW_EXAMPLES] or groups
    groups.sort(key=lambda group: -pairs["accuracy"][group].n)
    left = every - len(groups)
    if not groups:
        return None
    rows = []
    for group in groups:
        marks = [mark_of(pairs["accuracy"][group], "share", "accuracy")]
        if group in pairs["confidence"]:
            marks.append(mark_of(pairs["confidence"][group], "share", "confidence"))
        note = f"n {words.integer(marks[0].n)}"
        rows.append(ChartRow(colours.label(group), tuple(marks), note))
    over = [e for g, e in pairs["overconfidence"].items() if g in groups]
    surer, less = sum(e.low > 0 for e in over), sum(e.high < 0 for e in over)
    if not over:
        apart = [(row.marks[0], row.marks[-1]) for row in rows if len(row.marks) > 1]
        surer = sum(sure.low > right.high for right, sure in apart)
        less = sum(sure.high < right.low for right, sure in apart)
    return ChartSpec(
        name=f"{suite.name}-subgroups",
        kind="dumbbell",
        question=f"{suite.title}: how often right, and how sure?",
        title=_over_title(surer, less, len(groups)),
        sentence="Accuracy and mean confidence of each group, with 95\N{NARROW NO-BREAK SPACE}% intervals. Where the "
        "confidence stands to the right of the accuracy, the model is surer than it is right."
        + (f" {words.plural(left, 'group')} of fewer than {FEW_EXAMPLES} items: see the table." if left else ""),
        unit="share",
        axis="per hundred",
        rows=tuple(rows),
        series=(Series("accuracy", "accuracy", "blue"), Series("confidence", "mean confidence", "orange")),
        span=(0.0, 1.0),
        folded=len(rows) > LONG,
        source=f"Suite {suite.name} {suite.version}, {suite.depth} depth.",
    )


def _selective(result: AuditResult, suite: SuiteInfo) -> list[ChartSpec]:
    """Accuracy of the surest answers: what would be left to a person at each coverage."""
    found = [e for e in result.estimates if e.suite == suite.name and e.measure == "selective_accuracy"]
    if not any(math.isfinite(e.value) for e in found):
        return []
    rows = []
    for estimate in found:
        share = float(estimate.group)
        label = "all answers" if share == 1 else f"the surest {share * 100:.0f}\N{NARROW NO-BREAK SPACE}%"
        mark = mark_of(estimate, "share")
        needed = float(estimate.extra.get("threshold", "nan"))
        rows.append(
            ChartRow(label, (mark,), f"confidence \N{GREATER-THAN OR EQUAL TO} {needed:.2f}, n {words.integer(mark.n)}")
        )
    first, last = rows[0].marks[0], rows[-1].marks[0]
    best = words.amount(first.value, "share", first.low, first.high)
    every = words.amount(last.value, "share", last.low, last.high)
    marks = [mark for row in rows for mark in row.marks]
    return [
        ChartSpec(
            name=f"{suite.name}-selective",
            kind="dots",
            question="Would it help to trust only confident answers?",
            title=f"Right on {best} of {rows[0].label}, on {every} of {rows[-1].label}",
            sentence="Accuracy where only answers above a confidence are kept; the rest would go to a person. If "
            "confidence were earned, accuracy would rise as fewer answers are kept.",
            unit="share",
            axis="accuracy, per hundred",
            rows=tuple(rows),
            span=span_of(marks, "share", zero=False),
            source=f"Suite {suite.name} {suite.version}, {suite.depth} depth.",
        )
    ]


def _is_group(estimate: Estimate, suite: str, measure: str) -> bool:
    same = estimate.suite == suite and estimate.measure == measure
    return same and estimate.by == "group" and not estimate.test and "breakdown" not in estimate.extra


def _over_title(surer: int, less: int, groups: int) -> str:
    title = f"More confident than right for {surer or 'none'} of {words.plural(groups, 'group')}"
    return title + (f", less confident than right for {less}" if less else "")
