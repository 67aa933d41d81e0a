"""A result as the page shows it: the letter, a suite looked at closely, and the evidence.

Numbers, evidence and tables come out of the report's own templates, so that page and report cannot differ.
"""

from __future__ import annotations

from html import escape
from typing import Any

from audit.findings import SEVERITIES, key_findings
from audit.page.fragments import note, page, say, stored_line
from audit.page.glossary import linked
from audit.page.runs import Kept
from audit.report.spec import ChartSpec
from audit.report.view import View, severity_word
from audit.report.words import date, plural
from audit.schema import Finding, Severity, SuiteInfo

_SHAPES: dict[Severity, str] = {
    "high": '<path d="M8 1.5 15.2 14.5H.8z" fill="currentColor"/>',
    "medium": '<path d="M8 .8 15.2 8 8 15.2.8 8z" fill="currentColor"/>',
    "low": '<circle cx="8" cy="8" r="5" fill="currentColor"/>',
    "info": '<path d="M2 5.5h12M2 10.5h12" fill="none" stroke="currentColor" stroke-width="2.2"/>',
    "inconclusive": '<circle cx="8" cy="8" r="5.8" fill="none" stroke="currentColor" stroke-width="2" '
    'stroke-dasharray="3.2 2.3"/>',
}
"""The report's marks; a page of many parts cannot refer to shapes that another part defines."""
MOST_EVIDENCE = 5


def severity(level: Severity, word: str) -> str:
    """Give mark and word of a severity; the colour only repeats them."""
    return (
        f'<span class="severity {level}"><svg class="icon" viewBox="0 0 16 16" aria-hidden="true" focusable="false">'
        f"{_SHAPES[level]}</svg>{escape(word)}</span>"
    )


def _macro(view: View, name: str, *values: Any) -> str:
    """Fill one of the report's macros."""
    return str(getattr(view.environment.get_template("macros.html.j2").module, name)(*values))


def letter(kept: Kept) -> str:
    """Give the first screen of a result."""
    result, view = kept.result, kept.view
    parts = [f'<h2 tabindex="-1">What the audit of {escape(result.model.id)} shows</h2>', _banner(kept)]
    parts += [note("Note.", text[:1].upper() + text[1:]) for text in result.model.notes]
    if not result.gate.ok:
        parts.append(
            note(
                "Read with care.",
                f"On plain items ({result.gate.name}) the model reached {result.gate.value:.2f}, below the "
                f"{result.gate.required:.2f} that an audit asks for.",
                "partial",
            )
        )
    about = list(
        dict.fromkeys(suite.title for suite in result.suites if any(test.content_note for test in suite.tests))
    )
    if about:
        line = (
            f"{' and '.join(about)} can be hard to read. No post is quoted here; the last screen shows them when asked."
        )
        parts.append(note("Content note.", line, "partial"))
    parts.append(_key(view))
    if result.skipped:
        rows = "".join(
            f"<li><strong>{escape(skipped.what)}</strong>: {say(skipped.reason)}</li>" for skipped in result.skipped
        )
        parts.append(f"<details><summary>What was not run or not counted</summary><ul>{rows}</ul></details>")
    return page("".join(parts))


def _key(view: View) -> str:
    """The key findings of the report, or why there are none."""
    chosen = key_findings(view.result.findings)
    made = sum(finding.verdict != "undefined" for finding in view.result.findings)
    if not made:
        return "<p>No comparison of this audit led to a verdict. What was not run, below, says why.</p>"
    count = f"{plural(made, 'comparison was', 'comparisons were')} made."
    if not chosen:
        return (
            f"<p>{count} None was told apart from chance. Each suite says what its main comparison gave, and the "
            "smallest gap it could have seen.</p>"
        )
    if any(finding.verdict == "finding" for finding in view.result.findings):
        head = f"<p>{count} These say most; the report has all of them.</p>"
    else:
        head = (
            f"<p>{count} None lies wholly beyond its smallest effect of interest. These are the main comparisons that "
            "showed a difference.</p>"
        )
    seen: set[str] = set()
    items = "".join(_item(view, finding, seen) for finding in chosen)
    return f'{head}<ol class="findings">{items}</ol>'


def _banner(kept: Kept) -> str:
    result = kept.result
    if result.partial:
        names = ", ".join(suite.title for suite in result.suites) or "no suite"
        return note("Partial result.", f"The run was stopped. The numbers cover {names} and nothing else.", "partial")
    if kept.stored:
        return note("Stored result.", stored_line(result))
    revision = escape(result.model.revision[:12] or "none")
    return f'<p class="muted">Run {date(result.created)}, revision {revision}, {result.settings.depth} depth.</p>'


def _item(view: View, finding: Finding, seen: set[str]) -> str:
    """Give a finding as one entry of a list: its headline, its sentence, its numbers, the harm."""
    suite = view.suites[finding.suite].title if finding.suite in view.suites else finding.suite
    kind = "" if finding.primary else ", secondary comparison"
    harm = f'<p class="harm">{say(finding.harm)}</p>' if finding.harm else ""
    level = severity(finding.severity, severity_word(finding))
    return (
        f'<li><p class="meta">{level} <span>{escape(suite)}{kind}</span></p>'
        f"<h3>{escape(view.headline(finding))}</h3><p>{linked(finding.sentence, seen)}</p>"
        f"{_macro(view, 'numbers', finding)}{harm}</li>"
    )


def suite_view(view: View, suite: SuiteInfo) -> str:
    """Give the question, the method and the findings of one suite."""
    findings = view.findings(suite.name)
    seen: set[str] = set()
    notes = dict.fromkeys(test.content_note for test in suite.tests if test.content_note)
    method = linked(suite.method, seen)
    primary = "".join(_item(view, finding, seen) for finding in findings if finding.primary)
    others = [finding for finding in findings if not finding.primary]
    parts = [
        f'<p class="meta">{escape(suite.title)}</p><p class="asked">{say(suite.question)}</p>',
        "".join(note("Content note.", text, "partial") for text in notes),
        f"<p>{method}</p>",
        f'<ol class="findings">{primary}</ol>' if primary else "<p>The main comparison could not be made.</p>",
    ]
    if others:
        parts.append(_others(view, others))
    if suite.limitations:
        limits = "".join(f"<li>{say(limit)}</li>" for limit in suite.limitations)
        parts.append(f"<details><summary>What this suite cannot show</summary><ul>{limits}</ul></details>")
    return page("".join(parts))


def _others(view: View, findings: list[Finding]) -> str:
    """List secondary comparisons by their sentence; those without a verdict are only counted."""
    told = [finding for finding in findings if finding.verdict != "undefined"]
    items = "".join(
        f'<li><p class="meta">{severity(finding.severity, severity_word(finding))}</p>'
        f"<p>{say(finding.sentence)}</p></li>"
        for finding in told
    )
    silent = len(findings) - len(told)
    why = "A quick audit judges main comparisons only." if view.result.settings.depth == "quick" else ""
    rest = f"<p>Without a verdict: {silent}. {why} The report says more on each.</p>" if silent else ""
    count = plural(len(findings), "secondary comparison")
    return f'<details><summary>{count}</summary><ol class="findings brief">{items}</ol>{rest}</details>'


def chart_words(view: View, spec: ChartSpec) -> str:
    """Give the sentence under a chart and its numbers as a table."""
    return page(
        f'<p class="muted">{linked(spec.sentence)}</p><details><summary>The numbers of this figure</summary>'
        f'{_macro(view, "chart_table", spec)}<p class="muted">{escape(spec.source)}</p></details>'
    )


def evidence_view(view: View, suite: SuiteInfo) -> str:
    """Give the sentences behind the findings of a suite, and what the model answered to each."""
    notes = dict.fromkeys(test.content_note for test in suite.tests if test.content_note)
    warning = "".join(note("Content note.", text, "partial") for text in notes)
    found = [finding for finding in view.findings(suite.name) if finding.evidence]
    found.sort(key=lambda finding: (not finding.primary, SEVERITIES.index(finding.severity)))
    labels = view.labels(suite.name)
    parts: list[str] = []
    for finding in found:
        lines = view.evidence[suite.name].lines(finding, labels)
        if lines and len(parts) < MOST_EVIDENCE:
            table = _macro(view, "evidence", lines, not view.classifies)
            name = f"Evidence {len(parts) + 1}: {escape(view.headline(finding))}"
            parts.append(
                f"<details><summary>{escape(view.headline(finding))}</summary>"
                f'<div class="scroll" tabindex="0" role="region" aria-label="{name}">{table}</div></details>'
            )
    if not parts:
        return page('<p class="muted">No single sentences were kept for this suite.</p>')
    return page(f"<h3>Judge the sentences yourself</h3>{warning}{''.join(parts)}")
