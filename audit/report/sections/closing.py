"""What comes last: exclusions, method, limits, questions, terms, and how to repeat it."""

from __future__ import annotations

import math
from collections.abc import Iterator

from audit.report import words
from audit.report.digest import content_digest
from audit.report.terms import TERMS
from audit.report.view import Section, View
from audit.schema import Finding


def exclusions(view: View) -> Iterator[Section]:
    """What was run and did not count, with the reason and the number."""
    left_out = [entry for entry in view.result.skipped if "/" in entry.what]
    counts = {name: evidence.counts() for name, evidence in view.evidence.items() if evidence.rows}
    undefined: dict[str, list[Finding]] = {}
    for finding in view.result.findings:
        if finding.verdict == "undefined":
            reason = finding.reason or "the comparison has no value"
            undefined.setdefault(reason[:1].lower() + reason[1:], []).append(finding)
    yield Section(
        "exclusions",
        "Exclusions",
        view.render("exclusions.html.j2", left_out=left_out, counts=counts, undefined=undefined),
    )


def method(view: View) -> Iterator[Section]:
    """How the intervals, the tests and the words come about."""
    thresholds = sorted({(finding.unit, finding.threshold) for finding in view.result.findings})
    said = list(dict.fromkeys(words.size(size, unit) for unit, size in thresholds if math.isfinite(size)))
    yield Section("method", "Method", view.render("method.html.j2", thresholds=words.listing(said)))


def limits(view: View) -> Iterator[Section]:
    """What this audit cannot tell, made from what was covered and how much could have been seen."""
    result = view.result
    unseen = [f for f in result.findings if f.primary and (words.is_open(f) or f.verdict in ("uncertain", "undefined"))]
    voids: dict[tuple[str, str], list[str]] = {}
    for finding in unseen:
        if finding.verdict == "undefined" and finding.axis:
            voids.setdefault((finding.suite, finding.reason or "the comparison has no value"), []).append(finding.axis)
    unseen = [f for f in unseen if not (f.verdict == "undefined" and f.axis)]
    not_run = [entry for entry in result.skipped if "/" not in entry.what]
    yield Section(
        "limits",
        "What this audit cannot tell you",
        view.render("limits.html.j2", unseen=unseen, voids=voids, not_run=not_run),
    )


def discussion(view: View) -> Iterator[Section]:
    """Questions for a class or a review."""
    if any(suite.discussion for suite in view.result.suites):
        yield Section("discussion", "Questions to discuss", view.render("discussion.html.j2"))


def glossary(view: View) -> Iterator[Section]:
    """The terms that the report uses."""
    yield Section("glossary", "Glossary", view.render("glossary.html.j2", terms=TERMS))


def pointers(view: View) -> Iterator[Section]:
    """Where the numbers could stand in documents that others ask for; no claim of compliance."""
    yield Section("pointers", "Where this could stand", view.render("pointers.html.j2"))


def reproduce(view: View) -> Iterator[Section]:
    """Command, seed, digests and versions."""
    values = {"digest": content_digest(view.result)}
    yield Section("reproduce", "Repeat this audit", view.render("reproduce.html.j2", **values))
