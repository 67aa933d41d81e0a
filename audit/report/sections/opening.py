"""What comes first: whose audit this is, how to read it, what it found, what it covered."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from audit.findings import key_findings
from audit.report import words
from audit.report.view import Section, View, severity_word
from audit.schema import Finding

FEW_MAIN = 2
"""Main comparisons of a suite up to which each is told; more, one for each axis, are counted."""


def identity(view: View) -> Iterator[Section]:
    """Model, revision, date, and what was planted where something was."""
    model = view.result.model
    said = str(model.truth.get("truth", ""))
    listed = {name: value for name, value in model.truth.items() if name not in ("truth", "name", "kind")}
    yield Section(
        "identity",
        "",
        view.render(
            "identity.html.j2",
            items=sum(suite.examples for suite in view.suites.values()),
            notes=[note for note in model.notes if note != said],
            said=said,
            truth=flattened(listed),
            planted=bool(model.truth.get("base")) and model.truth.get("kind") == "planted",
        ),
    )


def flattened(truth: Mapping[str, Any], prefix: str = "") -> list[tuple[str, str]]:
    """Turn nested values into lines of name and value, lists into sentences."""
    lines: list[tuple[str, str]] = []
    for name, value in truth.items():
        label = f"{prefix}{words.readable(str(name))}"
        if isinstance(value, Mapping):
            lines += flattened(value, f"{label}, ")
        elif isinstance(value, list | tuple | set | frozenset):
            lines.append((label, ", ".join(str(part) for part in value)))
        else:
            lines.append((label, str(value)))
    return lines


def read_first(view: View) -> Iterator[Section]:
    """What the numbers mean, and what they do not."""
    yield Section("read-first", "Read this first", view.render("read_first.html.j2"))


def findings(view: View) -> Iterator[Section]:
    """At most five findings, each with its numbers and a link to what stands behind it."""
    chosen = key_findings(view.result.findings)
    clear = sum(finding.verdict == "finding" for finding in view.result.findings)
    main = [
        (suite, found, tally(found) if len(found) > FEW_MAIN else "")
        for suite in view.result.suites
        if (found := [finding for finding in view.findings(suite.name) if finding.primary])
    ]
    primaries = sum(len(found) for _, found, _ in main)
    judged = any(finding.verdict != "undefined" for finding in view.result.findings)
    values = {"chosen": chosen, "judged": judged, "clear": clear, "main": main, "primaries": primaries}
    yield Section("findings", "Key findings", view.render("findings.html.j2", **values))


def tally(findings: Sequence[Finding]) -> str:
    """Count the severities of some comparisons and name axes with a difference: "low: 1 (age), inconclusive: 4"."""
    counts = Counter(severity_word(finding) for finding in findings)
    axes: dict[str, list[str]] = {}
    for finding in findings:
        if words.was_found(finding) and finding.axis:
            axes.setdefault(severity_word(finding), []).append(finding.axis)
    named = {word: f" ({words.listing(found)})" for word, found in axes.items()}
    return ", ".join(f"{word.lower()}: {count}{named.get(word, '')}" for word, count in counts.items())


def coverage(view: View) -> Iterator[Section]:
    """What was run and what was not, and how many tests of significance were made."""
    result = view.result
    tested = [finding for finding in result.findings if math.isfinite(finding.p_adjusted)]
    yield Section(
        "coverage",
        "What was run, and what was not",
        view.render(
            "coverage.html.j2",
            primary=sum(finding.primary for finding in tested),
            secondary=sum(not finding.primary for finding in tested),
            skipped=[entry for entry in result.skipped if "/" not in entry.what],
        ),
    )


def subgroups(view: View) -> Iterator[Section]:
    """Accuracy and confidence of each group, where there are right answers."""
    rows = []
    for suite in view.result.suites:
        estimates = {
            (e.measure, e.group): e
            for e in view.result.estimates
            if e.suite == suite.name and e.by == "group" and not e.test and "breakdown" not in e.extra
        }
        labels = view.labels(suite.name)
        for (measure, group), accuracy in estimates.items():
            if measure == "accuracy":
                others = [estimates.get((name, group)) for name in ("confidence", "overconfidence", "brier")]
                rows.append((suite.title, labels.get(group) or words.group_name(group), accuracy, *others))
    yield Section("subgroups", "Accuracy and confidence by group", view.render("subgroups.html.j2", rows=rows))
