"""How results show themselves in a notebook, and as pandas frames.

No colours and no styles of the page are relied on: a notebook may be light or dark, and viewers strip styles.
"""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from typing import Any

from markupsafe import Markup, escape

from audit.findings import key_findings
from audit.report import words
from audit.report.owndata import page as owndata
from audit.schema import OVERALL, AuditResult, Change, CompareResult, DataResult, Estimate, Finding
from audit.store import converter, predictions_table

MOST = 8
"""Changes that are shown; the frame has all."""
SHOWN = ("accuracy", "macro_f1", "brier")
FRAMES = {
    AuditResult: ("findings", "estimates", "rows"),
    DataResult: ("findings", "estimates", "rows"),
    CompareResult: ("changes", "flips"),
}
_CELL = "text-align:left;padding:0.15em 1.2em 0.15em 0"
_NUMBER = "text-align:right;padding:0.15em 1.2em 0.15em 0;font-variant-numeric:tabular-nums"


def to_html(result: AuditResult | DataResult | CompareResult) -> str:
    """Give the summary that a notebook shows: what was asked, the clearest findings, and where the rest is."""
    if isinstance(result, AuditResult):
        parts = _suites(result)
    elif isinstance(result, DataResult):
        parts = _own(result)
    else:
        parts = _compared(result)
    frames = ", ".join(f".frame('{name}')" for name in FRAMES[type(result)])
    note = Markup("<p><small>{} give pandas frames. {}</small></p>").format(
        frames, "A contrast without a finding is no evidence of absence below what could have been seen."
    )
    return str(Markup('<div style="max-width:46em;line-height:1.5">{}{}</div>').format(Markup("").join(parts), note))


def _suites(result: AuditResult) -> Iterator[Markup]:
    items = sum(suite.examples for suite in result.suites)
    head = f"{words.plural(items, 'item')}, {words.plural(len(result.suites), 'suite')}, {result.settings.depth} depth"
    yield Markup("<p><strong>{}</strong> {}</p>").format(result.model.id, head)
    yield from _findings(key_findings(result.findings), result.findings, "contrasts")


def _own(result: DataResult) -> Iterator[Markup]:
    source = result.source
    head = f"{words.plural(source.used, 'row')} of {source.name}, {words.integer(source.labelled)} with a label"
    yield Markup("<p><strong>{}</strong> {}</p>").format(result.model.id, head)
    known = [e for e in result.estimates if math.isfinite(e.value)]
    rows = [_row(words.readable(e.measure), e) for e in known if e.by == OVERALL and e.measure in SHOWN]
    rows += [_row(f"accuracy, {e.by} {e.group}", e) for e in known if e.by in source.groups and e.measure == "accuracy"]
    yield _table(("", "", "95 % interval", "rows"), rows)
    yield from _findings(owndata.key_findings(result), result.findings, "gaps between groups")


def _row(name: str, estimate: Estimate) -> tuple[str, ...]:
    interval = "" if math.isnan(estimate.low) else f"{estimate.low:.2f} to {estimate.high:.2f}"
    return name, f"{estimate.value:.2f}", interval, words.integer(estimate.n)


def _findings(chosen: Sequence[Finding], among: Sequence[Finding], what: str) -> Iterator[Markup]:
    clear = sum(words.was_found(finding) for finding in among)
    if among:
        yield Markup("<p>{}</p>").format(
            f"{words.integer(clear)} of {words.integer(len(among))} {what} were told apart from chance"
            + (", the clearest first:" if chosen else ".")
        )
    yield _listed((words.SEVERITY_SIGNS[f.severity], words.SEVERITY_WORDS[f.severity], f.sentence) for f in chosen)


def _compared(result: CompareResult) -> Iterator[Markup]:
    for other in result.others:
        yield Markup("<p><strong>{}</strong> ({}) beside <strong>{}</strong> ({})</p>").format(
            other.side.name, other.side.model.id, result.base.name, result.base.model.id
        )
        changes = _clearest(other.changes)
        for suite in other.answers:
            yield Markup("<p>{}: {} of {} answers changed; {} were mended, {} broken.</p>").format(
                suite.suite, *map(words.integer, (suite.changed, suite.n, suite.mended, suite.broken))
            )
        yield _listed((words.SEVERITY_SIGNS[c.severity], words.SEVERITY_WORDS[c.severity], c.sentence) for c in changes)
        left_out = [f"Not compared: {skipped.what}: {skipped.reason}." for skipped in other.skipped]
        for line in [*([] if other.changes else ["Nothing could be compared."]), *left_out]:
            yield Markup("<p>{}</p>").format(line)


def _clearest(changes: Sequence[Change]) -> list[Change]:
    found = filter(words.was_found, changes)
    return sorted(found, key=lambda change: (not change.primary, change.p_adjusted))[:MOST]


def _listed(entries: Iterable[tuple[str, str, str]]) -> Markup:
    lines = [Markup("<li>{} <strong>{}.</strong> {}</li>").format(*entry) for entry in entries]
    return (
        Markup('<ul style="list-style:none;padding-left:0">{}</ul>').format(Markup("").join(lines))
        if lines
        else Markup()
    )


def _table(heading: Sequence[str], rows: Sequence[Sequence[str]]) -> Markup:
    if not rows:
        return Markup()
    lines = [
        Markup("<tr>{}</tr>").format(_cells(heading, "th")),
        *(Markup("<tr>{}</tr>").format(_cells(r)) for r in rows),
    ]
    return Markup("<table>{}</table>").format(Markup("").join(lines))


def _cells(values: Sequence[str], tag: str = "td") -> Markup:
    return Markup("").join(
        Markup('<{} style="{}">{}</{}>').format(Markup(tag), _NUMBER if at else _CELL, escape(value), Markup(tag))
        for at, value in enumerate(values)
    )


def to_frame(result: AuditResult | DataResult | CompareResult, what: str) -> Any:
    """Give a pandas frame.

    Args:
        result: an audit, or a comparison of audits.
        what: "findings", "estimates", or "rows" (the predictions; of own data, the scored rows); of a comparison
            "changes" or "flips", with the name of the audit that is set beside the first in "other_name".

    Raises:
        ValueError: for another name.
    """
    import pandas as pd

    if what not in FRAMES[type(result)]:
        raise ValueError(f"no frame {what!r}; there are: {', '.join(FRAMES[type(result)])}")
    if isinstance(result, CompareResult):
        return pd.DataFrame(
            [
                {"other_name": other.side.name, **converter().unstructure(entry)}
                for other in result.others
                for entry in (other.changes if what == "changes" else other.flips)
            ]
        )
    if what in ("findings", "estimates"):
        entries = result.findings if what == "findings" else result.estimates
        return pd.DataFrame([converter().unstructure(entry) for entry in entries])
    if isinstance(result, AuditResult):
        return predictions_table(result).to_pandas()
    return result.rows.to_table().to_pandas()
