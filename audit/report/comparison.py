"""A comparison of audits as one HTML file that needs nothing else."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from audit.findings import SEVERITIES
from audit.places import folder
from audit.report import words
from audit.report.html import STATIC_POLICY
from audit.report.spec import ChartRow, ChartSpec, Mark, Series, few, span_of
from audit.report.svg import to_svg
from audit.report.view import table_of
from audit.schema import Change, Compared, CompareResult, Unit

AXES = {"points": "percentage points", "share": "percentage points"}
OWN = "data"
"""Suite of somebody's own rows."""
MOST = 24
"""Rows of one chart."""


def render_comparison(result: CompareResult) -> str:
    """Write a comparison as a page without scripts that asks for nothing outside itself."""
    environment = Environment(
        loader=FileSystemLoader(folder("reports") / "templates"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    environment.globals.update(
        words=words, figure=_figure, table_of=table_of, finite=math.isfinite, severity_word=severity_word, charts=charts
    )
    environment.filters["prose"] = words.prose
    style = folder("reports").joinpath("style.css").read_text(encoding="utf-8")
    return environment.get_template("comparison.html.j2").render(
        result=result,
        style=Markup(style),
        policy=STATIC_POLICY,
        key=key_changes,
        versions=version_differences(result),
        value=shown,
    )


def severity_word(change: Change) -> str:
    """Word beside the icon of a change."""
    return words.SEVERITY_WORDS[change.severity]


def key_changes(compared: Compared) -> list[Change]:
    """Choose what to tell first: every primary contrast, then clear changes of whole suites or groups of own rows."""
    chosen = [c for c in compared.changes if c.primary or (words.was_found(c) and (not c.test or c.suite == OWN))]
    return sorted(chosen, key=lambda c: (not words.was_found(c), not c.primary, SEVERITIES.index(c.severity)))


def version_differences(result: CompareResult) -> list[tuple[str, list[str]]]:
    """Give the packages whose versions differ between the audits, with the version of each."""
    sides = [result.base, *(other.side for other in result.others)]
    names = dict.fromkeys(name for side in sides for name in side.versions)
    found = [(name, [side.versions.get(name, "none") for side in sides]) for name in names]
    return [(name, versions) for name, versions in found if len(set(versions)) > 1]


def shown(value: float, unit: Unit) -> str:
    """Print a value of one side."""
    return words.number(value, unit, value - 0.05, value + 0.05) if math.isfinite(value) else words.DASH


def charts(result: CompareResult, compared: Compared, place: int) -> list[ChartSpec]:
    """Make the charts of one audit beside the first: the changes by unit, and accuracy by suite."""
    made = []
    gaps = [c for c in compared.changes if c.contrast != "accuracy" and c.suite != OWN]
    for unit in dict.fromkeys(c.unit for c in sorted(gaps, key=lambda c: not c.primary)):
        of_unit = [c for c in gaps if c.unit == unit]
        shown = [c for c in of_unit if c.primary or words.was_found(c)]
        shown.sort(key=lambda c: (not c.primary, c.verdict != "finding", -abs(c.change) / c.threshold))
        if shown:
            made.append(_forest(compared, shown[:MOST], of_unit, unit, f"change-{place}-{unit}"))
    own = [c for c in compared.changes if c.suite == OWN and c.contrast == "accuracy"]
    if len(own) > 1:
        made.append(_for_whom(_forest(compared, own[:MOST], own, "points", f"change-{place}-own"), own))
    accuracies = [c for c in compared.changes if c.contrast == "accuracy" and not c.test]
    if accuracies:
        made.insert(0, _dumbbells(result.base.name, compared, accuracies, f"accuracy-{place}"))
    return made


def _for_whom(drawn: ChartSpec, own: Sequence[Change]) -> ChartSpec:
    """Say of a chart of accuracies of own rows what it shows."""
    every = "all posts labelled negative or positive" if own[0].reason else "all posts"
    names = [change.test or every for change in own]
    clear = sum(change.verdict == "finding" for change in own)
    return replace(
        drawn,
        question="For whom did accuracy change?",
        title=f"{clear or 'None'} of {len(own)} changes {'lies' if clear < 2 else 'lie'} wholly beyond five points",
        sentence="To the right of 0 posts are read right more often than in the first audit. Lines are 95 % intervals "
        "of the change; the shaded band is smaller than the smallest effect of interest. Bold: named in advance.",
        rows=tuple(replace(row, label=name) for row, name in zip(drawn.rows, names, strict=False)),
    )


def _forest(compared: Compared, changes: Sequence[Change], every: Sequence[Change], unit: Unit, name: str) -> ChartSpec:
    rows = tuple(
        ChartRow(
            label=change.title,
            marks=(
                Mark(
                    "",
                    change.change,
                    change.low,
                    change.high,
                    change.n,
                    few(change.n, change.clusters),
                    f"{words.number(change.change, unit, change.low, change.high)} "
                    f"({words.interval(change.low, change.high, unit)})",
                ),
            ),
            note=f"n {words.integer(change.n)}",
            band=change.threshold,
            strong=change.primary,
        )
        for change in changes
    )
    marks = [mark for row in rows for mark in row.marks]
    clear = sum(change.verdict == "finding" for change in every)
    return ChartSpec(
        name=name,
        kind="forest",
        question="Which gaps changed?",
        title=f"{clear or 'None'} of {words.plural(len(every), 'change')} {'lies' if clear < 2 else 'lie'} wholly "
        "beyond the smallest effect of interest",
        sentence="To the right of 0 the number rose from the first audit, to the left it fell; a gap below 0 that "
        "falls has grown. Lines are 95 % intervals of the change; "
        "the shaded band is smaller than the smallest effect of interest. Bold: named in advance. "
        f"Shown are those and the clearest of the rest, {len(rows)} of {len(every)}.",
        unit=unit,
        axis=f"change in {AXES.get(unit, unit)}",
        rows=rows,
        span=span_of(marks, unit, True, [change.threshold for change in changes]),
        zero=True,
        folded=False,
        source=f"Items that both audits have; {compared.side.name}.",
    )


def _dumbbells(base: str, compared: Compared, changes: Sequence[Change], name: str) -> ChartSpec:
    series = (Series("base", base, "blue"), Series("other", compared.side.name, "vermillion"))
    rows = tuple(
        ChartRow(
            label=change.title.split(":")[0],
            marks=(
                Mark("base", change.base, n=change.n, label=f"{100 * change.base:.0f}"),
                Mark("other", change.other, n=change.n, label=f"{100 * change.other:.0f}"),
            ),
            note=f"n {words.integer(change.n)}",
        )
        for change in changes
    )
    averaged = "" if all(change.suite == OWN for change in changes) else ", averaged over frames"
    return ChartSpec(
        name=name,
        kind="dumbbell",
        question="How often is either right?",
        title=_accuracy_title(changes),
        sentence=f"Share of items whose answer is an allowed one, on the same items{averaged}. Intervals of the "
        "changes are in the table of all changes.",
        unit="share",
        axis="accuracy, %",
        rows=rows,
        series=series,
        span=(0.0, 1.0),
        source="Items that both audits have.",
    )


def _accuracy_title(changes: Sequence[Change]) -> str:
    """Say which accuracy changed most, of those that were told apart from chance."""
    found = [change for change in changes if words.was_found(change)]
    if not found:
        return "No change of accuracy was told apart from chance"
    largest = max(found, key=lambda c: abs(c.change))
    verb = "rises" if largest.change > 0 else "falls"
    where = f"most in {largest.title.split(':')[0]}:" if len(changes) > 1 else "from"
    return f"Accuracy {verb} {where} {100 * largest.base:.0f} % to {100 * largest.other:.0f} %"


def _figure(spec: ChartSpec) -> Markup:
    wide, narrow = Markup(to_svg(spec)), Markup(to_svg(spec, narrow=True))
    return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(wide, narrow)
