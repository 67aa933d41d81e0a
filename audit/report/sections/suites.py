"""One section per suite: question, method, charts, findings with their evidence, examples, caveats."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence

from markupsafe import Markup

from audit.findings import key_findings
from audit.report import headings, words
from audit.report.sections.opening import FEW_MAIN, tally
from audit.report.view import Section, View
from audit.schema import Contrast, Estimate, Finding, SuiteInfo

MOST_EVIDENCE = 40
"""Findings of a suite that show their texts; the others keep their numbers, so that the file stays small."""


def suites(view: View) -> Iterator[Section]:
    """Make the section of each suite, in the order they were run."""
    for suite in view.result.suites:
        yield Section(f"suite-{suite.name}", suite.title, _suite(view, suite), kicker="Suite")


def _suite(view: View, suite: SuiteInfo) -> Markup:
    evidence = view.evidence[suite.name]
    labels = view.labels(suite.name)
    findings = view.findings(suite.name)
    counts = evidence.tests()
    tasks = view.result.model.tasks
    return view.render(
        "suite.html.j2",
        suite=suite,
        findings=findings,
        charts=view.charts[suite.name],
        lines={f.contrast: evidence.lines(f, labels) for f in findings[:MOST_EVIDENCE]},
        kept=bool(evidence.rows),
        ratios=_ratios(view, suite),
        tests=[
            (test, counts.get(test.name, 0), evidence.examples(test.name, labels))
            for test in suite.tests
            if set(test.task.split("+")) & set(tasks)
        ],
        fills=view.fills.get(suite.name, [])[1:5],
        fit={e.group: e for e in _estimates(view, suite) if e.measure == "world_fit"},
        extremes=[e for e in _estimates(view, suite) if e.measure == "worst_gap" and math.isfinite(e.value)],
        controls=[e for e in _estimates(view, suite) if e.by == "positive-control" and math.isfinite(e.value)],
        reading=readings([c for c in suite.contrasts if c.primary and c.task in tasks]),
        primaries=[finding for finding in findings if finding.primary],
        silent=[f for f in findings if f.verdict == "undefined" and not math.isfinite(f.gap)],
        tally=tally([finding for finding in findings if finding.primary]),
        printed=_printed(view, findings),
    )


def _printed(view: View, findings: Sequence[Finding]) -> set[str]:
    """Choose whose texts go to paper: key findings, and main comparisons (of many, those with a difference)."""
    main = [finding for finding in findings if finding.primary]
    if len(main) > FEW_MAIN:
        main = [finding for finding in main if words.was_found(finding)]
    key = key_findings(view.result.findings)
    return {finding.contrast for finding in findings if finding in main or finding in key}


def _estimates(view: View, suite: SuiteInfo) -> list[Estimate]:
    return [estimate for estimate in view.result.estimates if estimate.suite == suite.name]


def _ratios(view: View, suite: SuiteInfo) -> list[tuple[str, str, Estimate]]:
    named = {ratio.name: ratio for ratio in suite.ratios}
    found = [estimate for estimate in _estimates(view, suite) if estimate.by == "ratio" and estimate.group in named]
    return [(named[estimate.group].title, named[estimate.group].reading, estimate) for estimate in found]


def readings(contrasts: Sequence[Contrast]) -> list[str]:
    """Say how to read the main comparisons; many of them, one for each axis, are said once."""
    if len(contrasts) <= FEW_MAIN:
        return [reading(contrast) for contrast in contrasts]
    title = words.wording(contrasts[0].measure).title
    measure = title[:1].lower() + title[1:]
    return [
        f"Each of {len(contrasts)} axes has its own main comparison: the {measure} of one group minus that of "
        "its reference group, in sentences that say the same. 0 means none; the sign says which of the "
        "two is higher."
    ]


def reading(contrast: Contrast) -> str:
    """Say in words what the main comparison's zero and sign mean."""
    title = words.wording(contrast.measure).title
    measure = title[:1].lower() + title[1:]
    clause = headings.clause(contrast, higher=True)
    if contrast.reference:
        group = contrast.group_label or words.readable(contrast.group)
        reference = contrast.reference_label or words.readable(contrast.reference)
        what = f"The main comparison is the {measure} of {group} minus that of {reference}"
    else:
        what = f"The main comparison is the mean of {measure}"
    what += ", net of the same difference in the control" if contrast.control else ""
    return f"{what}: 0 means none, and above 0 {clause}."
