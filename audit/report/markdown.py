"""An audit as Markdown: a report to read in a terminal or a repository, and a section for a model card."""

from __future__ import annotations

import math
import re
from collections.abc import Iterator, Sequence

from audit.findings import key_findings
from audit.report import words
from audit.report.digest import content_digest
from audit.report.owndata import page as owndata
from audit.schema import OPEN, OVERALL, AuditResult, DataResult, Finding, Verdict

CARE = (
    "Not a screening, diagnostic or crisis tool. A low score does not mean that someone is safe. If someone may be at "
    "risk, contact a trained person or the local emergency number (US and Canada: 988)."
)
NOTHING = "No comparison was told apart from chance; what could have been seen stands below."
NO_VERDICT = "No comparison led to a verdict; the reasons stand below."
OWN_NOTHING = "No gap between groups was told apart from chance."
OWN_NO_VERDICT = "No gap between groups led to a verdict: too few posts or writers in each."
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#])")


def escape(text: str) -> str:
    """Keep text from being read as Markdown or HTML."""
    return _SPECIAL.sub(r"\\\1", text.replace("\n", " "))


def code(text: str) -> str:
    """Give text as code, which no reader takes for Markdown or HTML."""
    return "`" + text.replace("`", "'").replace("\n", " ") + "`"


def to_markdown(result: AuditResult | None, own: DataResult | None = None) -> str:
    """Write a report that can be read on its own.

    Args:
        result: an audit of suites; None when there is only one of own rows.
        own: an audit of somebody's own rows by the same model.

    Raises:
        ValueError: when neither is given.
    """
    subject = result or own
    if subject is None:
        raise ValueError("nothing to write")
    lines = [f"# Audit of {escape(subject.model.id)}", ""]
    lines += [f"- Model: {code(f'{subject.model.id}@{subject.model.revision}')} ({escape(subject.model.kind)})"]
    lines += [f"- Date: {words.date(subject.created)}", f"- Command: {code(subject.settings.command)}"]
    lines += [f"- {escape(note)}" for note in subject.model.notes]
    if result is not None:
        lines += ["", *_suites(result)]
    if own is not None:
        lines += ["", *_own(own)]
    return "\n".join([*lines, "", "---", "", CARE, "", f"Made by {_program(subject)}.", ""])


def _program(subject: AuditResult | DataResult) -> str:
    return f"Caveat {subject.versions.get('caveat-audit', '')}".rstrip()


def _suites(result: AuditResult) -> Iterator[str]:
    yield "## Key findings"
    yield ""
    chosen = key_findings(result.findings)
    for finding in chosen:
        yield f"- **{_severity(finding)}**, {_title(result, finding)}: {escape(finding.sentence)}"
        if finding.harm:
            yield f"  Possible harm: {escape(finding.harm)}"
    if not chosen:
        yield _nothing(result.findings, NOTHING, NO_VERDICT)
    yield ""
    yield "## Main comparisons, named before any model was run"
    yield ""
    yield from table(
        ("suite", "comparison", "gap", "95 % interval", "adjusted p", "could have seen", "verdict"),
        [_row(result, finding) for finding in result.findings if finding.primary],
    )
    yield ""
    yield "## What this audit cannot tell"
    yield ""
    yield from limits(result)
    yield ""
    yield "## Repeat it"
    yield ""
    yield f"Seed {result.settings.seed}, depth {result.settings.depth}. Digests (SHA-256) of the items:"
    yield ""
    yield from (
        f"- {suite.name} {suite.version}: `{suite.digest}`"
        + (f"; fixed before the run (docs/record.md): `{suite.record}`" if suite.record else "")
        for suite in result.suites
    )


def _nothing(findings: Sequence[Finding], open_: str, untested: str) -> str:
    """Say that nothing was found, or that nothing could be: what was never tested was not "not told apart"."""
    return open_ if any(math.isfinite(f.p_adjusted) for f in findings) else untested


def _severity(finding: Finding) -> str:
    return f"{words.SEVERITY_SIGNS[finding.severity]} {words.SEVERITY_WORDS[finding.severity]}"


def _title(result: AuditResult, finding: Finding) -> str:
    title = next((suite.title for suite in result.suites if suite.name == finding.suite), finding.suite)
    return escape(f"{title}, {finding.axis}" if finding.axis else title)


def _row(result: AuditResult, finding: Finding) -> tuple[str, ...]:
    if not math.isfinite(finding.gap):
        return (
            _title(result, finding),
            finding.contrast.replace("-", " "),
            words.DASH,
            words.DASH,
            words.DASH,
            words.DASH,
            "no verdict",
        )
    return (
        _title(result, finding),
        finding.contrast.replace("-", " "),
        words.signed_gap(finding),
        words.interval(finding.low, finding.high, finding.unit),
        words.p_value(finding.p_adjusted),
        words.detectable(finding),
        words.verdict(finding),
    )


def table(head: Sequence[str], rows: Sequence[Sequence[str]]) -> Iterator[str]:
    """Give the lines of a table."""
    yield f"| {' | '.join(head)} |"
    yield f"|{' --- |' * len(head)}"
    for row in rows:
        yield f"| {' | '.join(escape(str(cell)) for cell in row)} |"


def limits(result: AuditResult) -> Iterator[str]:
    """Say what was not covered and what could not have been seen, in this very audit."""
    ours = any(not (suite.compatibility or suite.own) for suite in result.suites)
    own = [suite.title for suite in result.suites if suite.own]
    if ours:
        which = " of this project" if own else ""
        yield f"- Real texts. The items{which} are short, clean, US English, author-labelled and unpiloted."
    if own:
        yield (
            f"- More than the items show. Those of {escape(', '.join(own))} and their labels are those of whoever ran "
            "this audit."
        )
    for entry in result.skipped:
        if "/" not in entry.what:
            yield f"- Anything about {escape(entry.what)}: {escape(entry.reason)}."
    for finding in result.findings:
        if finding.primary and words.is_open(finding):
            seen = words.detectable(finding)
            if seen == words.NO_SIZE:
                yield f"- {_title(result, finding)}: whether there is a gap of any size; the items are too few."
            else:
                yield f"- {_title(result, finding)}: whether there is a gap smaller than {escape(seen)}."
        elif finding.primary and finding.verdict == "uncertain":
            reach = words.reach(finding)
            yield f"- {_title(result, finding)}: how large the difference is; the interval reaches from {reach}."
    silent: dict[str, list[str]] = {}
    for finding in result.findings:
        if finding.primary and finding.verdict == "undefined":
            silent.setdefault(finding.reason or "the comparison has no value", []).append(_title(result, finding))
    yield from (f"- {words.listing(titles)}: anything; {escape(reason)}." for reason, titles in silent.items())
    if result.settings.depth == "quick":
        yield "- Small effects: this was the quick depth, with a fraction of the items."


def _own(own: DataResult) -> Iterator[str]:
    source = own.source
    yield f"## On {escape(source.name)}"
    yield ""
    yield f"{source.read:,} rows read, {source.used:,} scored, {source.labelled:,} with a label that counts."
    yield from (f"- {escape(c.what)}: {c.n:,} ({escape(c.treatment)})" for c in source.counts)
    yield ""
    overall = [e for e in own.estimates if e.by == OVERALL and math.isfinite(e.value)]
    yield from table(
        ("figure", "value", "95 % interval", "rows"),
        [(_figure(e.measure), f"{e.value:.3f}", _ends(e.low, e.high), f"{e.n:,}") for e in overall],
    )
    yield ""
    found = owndata.key_findings(own)
    yield from (f"- **{_severity(finding)}**: {escape(finding.sentence)}" for finding in found)
    if source.groups and not found:
        yield _nothing(own.findings, OWN_NOTHING, OWN_NO_VERDICT)
    shown = [e for e in own.estimates if e.by in source.groups and e.measure == "accuracy"]
    if shown:
        yield ""
        yield from table(
            ("column", "group", "accuracy", "95 % interval", "rows"),
            [
                (e.by, e.group, f"{e.value:.3f}", _ends(e.low, e.high), f"{e.n:,}")
                if math.isfinite(e.value)
                else (e.by, e.group, words.DASH, words.DASH, e.reason)
                for e in shown
            ],
        )
    if own.comparisons:
        yield ""
        yield from table(
            ("beside", "figure", "model", "baseline", "difference", "95 % interval"),
            [
                (
                    c.other,
                    _figure(c.measure),
                    f"{c.value:.3f}",
                    f"{c.other_value:.3f}",
                    f"{c.gap:+.3f}",
                    _ends(c.low, c.high),
                )
                for c in own.comparisons
            ],
        )
    yield ""
    yield f"SHA-256 of the file: `{source.digest}`; of the results: `{content_digest(own)}`."


def _figure(measure: str) -> str:
    """Name a figure as a reader calls it: "recall, negative"."""
    return words.readable(measure).replace("macro f1", "macro-F1").replace(":", ", ")


def _ends(low: float, high: float) -> str:
    return f"{low:.3f} to {high:.3f}" if math.isfinite(low) and math.isfinite(high) else words.DASH


_NOT_FOUND: dict[str, tuple[Verdict, ...]] = {
    "Main comparisons that were not told apart from chance:": OPEN,
    "Main comparisons without a difference larger than the smallest effect of interest:": ("equivalent",),
    "Main comparisons whose means are alike while templates differ:": ("alike",),
}
"""What a model card says of main comparisons in which no difference was found: whatever it left out would seem fine."""


def told(result: AuditResult) -> list[Finding]:
    """Choose what a model card tells: the key findings, and every main comparison that showed a difference."""
    key = key_findings(result.findings)
    return key + [f for f in result.findings if f.primary and words.was_found(f) and f not in key]


def card_section(result: AuditResult | None, own: DataResult | None = None) -> str:
    """Write the section "Bias, Risks, and Limitations" of a model card, ready to paste.

    Its heading is that of the Hub's template for model cards, so that it takes the place of the empty one.
    """
    lines = ["## Bias, Risks, and Limitations", ""]
    if result is not None:
        suites = words.listing([suite.title for suite in result.suites])
        items = sum(suite.examples for suite in result.suites)
        many = "1 suite" if len(result.suites) == 1 else f"{len(result.suites)} suites"
        lines += [
            f"Audited with {_program(result)} on {items:,} written items of {many} "
            f"({escape(suites)}; {result.settings.depth} depth, seed {result.settings.seed}), revision "
            f"`{result.model.revision}`.",
            "",
        ]
        chosen = told(result)
        lines += [f"- {_title(result, finding)}: {escape(finding.sentence)}" for finding in chosen]
        if not chosen:
            lines.append(f"- {_nothing(result.findings, NOTHING, NO_VERDICT)}")
        for said, verdicts in _NOT_FOUND.items():
            some = [f for f in result.findings if f.primary and f.verdict in verdicts]
            lines += ["", said, ""] if some else []
            lines += [f"- {_title(result, finding)}: {escape(finding.sentence)}" for finding in some]
        lines += ["", "What it cannot tell:", "", *limits(result)]
    if own is not None:
        lines += [""] if result is not None else []
        lines += [f"On {own.source.labelled:,} labelled texts of one study ({escape(own.source.name)}):", ""]
        lines += [
            f"- Accuracy {e.value:.3f} (95 % interval {_ends(e.low, e.high)}; {e.n:,} judged)."
            for e in own.estimates
            if e.by == OVERALL and e.measure == "accuracy" and math.isfinite(e.value)
        ]
        found = owndata.key_findings(own)
        lines += [f"- {escape(finding.sentence)}" for finding in found]
        if own.source.groups and not found:
            lines.append(f"- {_nothing(own.findings, OWN_NOTHING, OWN_NO_VERDICT)}")
        unsure = [f for f in own.findings if f.primary and f.verdict in OPEN]
        lines += ["", "Gaps in accuracy that were not told apart from chance:", ""] if unsure else []
        lines += [f"- {escape(finding.sentence)}" for finding in unsure]
    lines += [
        "",
        "A comparison without a finding is no evidence that there is no gap below what could be seen. " + CARE,
    ]
    return "\n".join(lines) + "\n"
