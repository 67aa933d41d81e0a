"""The sections about own rows, and a page of nothing else."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from itertools import combinations
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from audit.findings import SEVERITIES
from audit.owndata.classes import in_words
from audit.places import folder
from audit.report import words
from audit.report.digest import content_digest
from audit.report.owndata import charts
from audit.report.owndata.first import first_look, notes
from audit.report.spec import ChartSpec
from audit.report.svg import to_svg
from audit.report.terms import OWN_TERMS, term_id
from audit.report.view import Section, table_of
from audit.schema import OVERALL, SMALL, DataResult, Estimate, Finding

STATIC_POLICY = "default-src 'none'; style-src 'unsafe-inline'; img-src data:; base-uri 'none'; form-action 'none'"
TEMPLATE = "owndata.html.j2"
MOST_FINDINGS = 6
PARITIES = {
    "worst_gap": (
        "Worst to best",
        "How far the group that is read right least often lies behind the one that is read right most often.",
    ),
    "demographic_parity_difference": (
        "Demographic parity difference",
        "How much more often one group is called negative than another. Groups may differ because their posts do: a "
        "gap here is no error by itself.",
    ),
    "equalized_odds_difference": (
        "Equalised odds difference",
        "The larger of two ranges over groups: how often a negative post is missed, and how often another one is "
        "called negative. It sets posts with the same label beside one another.",
    ),
}


def render_data(result: DataResult) -> str:
    """Write an audit of own rows as a page without scripts that asks for nothing outside itself."""
    environment = environment_for()
    style = folder("reports").joinpath("style.css").read_text(encoding="utf-8")
    return environment.get_template("report.html.j2").render(
        result=result,
        sections=[
            _identity(environment, result),
            *own_sections(result),
            _glossary(environment),
            _pointers(environment),
        ],
        style=Markup(style),
        policy=STATIC_POLICY,
        scripts=[],
    )


def environment_for() -> Environment:
    """Give the templates; every value is escaped."""
    environment = Environment(
        loader=FileSystemLoader(folder("reports") / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        words=words,
        figure=figure,
        table_of=table_of,
        finite=math.isfinite,
        term_id=term_id,
        severity_word=lambda finding: words.SEVERITY_WORDS[finding.severity],
        percent=charts.percent,
        gap_name=charts.gap_name,
        small=SMALL,
        parities=PARITIES,
        parity_count=lambda result: len(_parities(result)),
        kinds=charts.KINDS,
        place_of=lambda axis: "own-crossings" if " x " in axis else f"own-groups-{charts.slug(axis)}",
    )
    environment.filters["prose"] = words.prose
    environment.filters["meaning"] = in_words
    environment.tests["open"] = words.is_open
    return environment


def figure(spec: ChartSpec) -> Markup:
    """Draw a chart in two widths."""
    wide, narrow = Markup(to_svg(spec)), Markup(to_svg(spec, narrow=True))
    return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(wide, narrow)


def _identity(environment: Environment, result: DataResult) -> Section:
    return Section("identity", "", _macro(environment, "identity")(result))


def _glossary(environment: Environment) -> Section:
    body = Markup(environment.get_template("glossary.html.j2").render(terms=OWN_TERMS))
    return Section("glossary", "Glossary", body)


def _pointers(environment: Environment) -> Section:
    return Section("pointers", "Where this could stand", Markup(environment.get_template("pointers.html.j2").render()))


def _macro(environment: Environment, name: str) -> Callable[..., Markup]:
    module: Any = environment.get_template(TEMPLATE).module
    macro: Callable[..., Markup] = getattr(module, name)
    return macro


def own_sections(result: DataResult) -> list[Section]:
    """Give the sections about own rows, in their order."""
    environment = environment_for()
    made = []
    for name, title, values in _contents(result):
        body = _macro(environment, name)(result, **values)
        place = f"-{charts.slug(values['column'])}" if "column" in values else ""
        made.append(Section(f"own-{name}{place}", title, body, "Own data"))
    return made


def _contents(result: DataResult) -> Iterator[tuple[str, str, dict[str, Any]]]:
    yield "first", "The first look", {"look": first_look(result), "notes": notes(result)}
    yield "key", "Key findings on these posts", {"chosen": key_findings(result), "tested": _tested(result)}
    yield "read", "What was read", {}
    overall = {e.measure: e for e in result.estimates if e.by == OVERALL}
    whole = next((c for c in result.confusions if c.by == OVERALL and c.counts), None)
    yield "right", "How often is it right?", {"overall": overall, "confusion": whole}
    for column in result.source.groups:
        yield "groups", f"For whom? By {column}", {"column": column, **_column(result, column)}
    crossings = _crossings(result)
    if crossings:
        yield "crossings", "Crossings of two groups", {"crossings": crossings}
    sure = list(charts.shown_charts([charts.reliability_chart(result)]))
    yield "sure", "How sure is it, and is that earned?", {"charts": sure, "overall": overall}
    if result.agreement is not None:
        yield "labels", "Are the labels right?", {"agreement": result.agreement, "accuracy": overall.get("accuracy")}
    human = list(charts.shown_charts([charts.coverage_chart(result)]))
    yield "human", "Which posts need a human?", {"charts": human}
    if result.comparisons:
        chart = charts.baseline_chart(result.comparisons, result.source.name)
        yield "baseline", "Is a transformer needed?", {"charts": list(charts.shown_charts([chart]))}
    if result.perturbations:
        rewritten = list(charts.shown_charts([charts.rewriting_chart(result)]))
        yield "rewritten", "What if it were worded otherwise?", {"charts": rewritten}
    yield "limits", "What these posts cannot tell you", {"unseen": _unseen(result), "missing": _missing(result)}
    yield "discuss", "Questions to discuss", {}
    yield "repeat", "Repeat this", {"digest": content_digest(result)}


def key_findings(result: DataResult) -> list[Finding]:
    """Choose what to tell first: gaps that were found, gravest first."""

    def order(finding: Finding) -> tuple[bool, int, bool, float]:
        return (
            finding.verdict != "finding",
            SEVERITIES.index(finding.severity),
            not finding.primary,
            -abs(finding.gap),
        )

    return sorted(filter(words.was_found, result.findings), key=order)[:MOST_FINDINGS]


def _tested(result: DataResult) -> tuple[int, int]:
    tested = [f for f in result.findings if math.isfinite(f.p_adjusted)]
    return sum(f.primary for f in tested), sum(not f.primary for f in tested)


def _column(result: DataResult, column: str) -> dict[str, Any]:
    mine = [e for e in result.estimates if e.by == column]
    groups = sorted({e.group for e in mine if e.group})
    table = {(e.group, e.measure): e for e in mine}
    made = [charts.group_chart(result, column), charts.gap_chart(result, column)]
    return {
        "groups": groups,
        "shrunk": any("shrunken" in e.extra for e in mine if e.measure == "accuracy"),
        "shown": sum(math.isfinite(e.value) for e in mine if e.measure == "accuracy"),
        "table": table,
        "charts": list(charts.shown_charts(made)),
        "extremes": [e for e in _parities(result) if e.by == column],
        "findings": sorted(
            (f for f in result.findings if f.axis == column),
            key=lambda f: (not f.primary, SEVERITIES.index(f.severity)),
        ),
        "confusions": [c for c in result.confusions if c.by == column and c.counts],
        "without": [
            c.group
            for c in result.confusions
            if c.by == column and not c.counts and math.isfinite(table[c.group, "accuracy"].value)
        ],
        "needed": [row for row in result.needed if row[0] == column],
    }


def _parities(result: DataResult) -> list[Estimate]:
    return [e for e in result.estimates if e.measure in PARITIES and math.isfinite(e.value)]


def _crossings(result: DataResult) -> list[tuple[str, list[Estimate]]]:
    """Crossings that are shown, by pair of columns."""
    found: dict[str, list[Estimate]] = {" x ".join(pair): [] for pair in combinations(result.source.groups, 2)}
    for estimate in result.estimates:
        if estimate.by in found and estimate.measure == "accuracy" and math.isfinite(estimate.value):
            found[estimate.by].append(estimate)
    return list(found.items())


def _unseen(result: DataResult) -> list[Finding]:
    return [f for f in result.findings if f.primary and (words.is_open(f) or f.verdict in ("uncertain", "undefined"))]


def _missing(result: DataResult) -> list[str]:
    """What the file did not hold, so that nothing is said about it."""
    source = result.source
    found = []
    if not source.groups:
        found.append("Whether it is right for all the people you study: no group column was given (--group).")
    if not source.cluster:
        found.append(
            "How alike posts by one writer are: no column of writers was given (--cluster). If writers have several "
            "posts each, every interval here is too narrow."
        )
    if not source.annotators:
        found.append("Whether people would agree on the labels: the file has one label a post (--annotator).")
    if source.labelled < source.used:
        found.append(f"Anything about the {source.used - source.labelled:,} posts without a label, but how sure it is.")
    return found
