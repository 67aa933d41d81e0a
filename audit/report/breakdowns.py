"""Breakdowns of a suite as charts: dots, dumbbells, and occupations against the share of women."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from statistics import quantiles

from audit.report import words
from audit.report.spec import ChartKind, ChartRow, ChartSpec, Mark, Palette, Series, few, span_of
from audit.schema import MASK, AuditResult, Breakdown, Estimate, Finding, SuiteInfo, Unit

LONG = 16
"""Rows from which a chart is folded away in the static report."""

UNIT_AXES: dict[Unit, str] = {
    "points": "percentage points",
    "share": "per hundred",
    "log-odds": "log-odds",
    "valence": "from \N{MINUS SIGN}1 to +1",
    "bits": "bits",
    "slope": "slope",
}


def estimates_of(result: AuditResult, suite: SuiteInfo, breakdown: Breakdown) -> list[Estimate]:
    """Find the estimates of a breakdown: by its name where they carry it, else by measure, grouping and tests."""
    if breakdown.task not in result.model.tasks:
        return []
    mine = [e for e in result.estimates if e.suite == suite.name and e.measure == breakdown.measure]
    named = [e for e in mine if e.extra.get("breakdown") == breakdown.name]
    if named or any("breakdown" in e.extra for e in result.estimates):
        return named
    found = [e for e in mine if e.by in (breakdown.by, breakdown.by.removeprefix("feature:"))]
    if breakdown.tests and any(e.test for e in found):
        found = [e for e in found if e.test in breakdown.tests]
    if breakdown.groups and breakdown.by in ("group", "test+group"):
        found = [e for e in found if e.group in breakdown.groups]
    return found


def mark_of(estimate: Estimate, unit: Unit, series: str = "", decimals: int | None = None) -> Mark:
    """Make the mark of an estimate, printed with as many decimals as its own interval supports or as are given."""
    shown = words.places(unit, estimate.low, estimate.high) if decimals is None else decimals
    label = words.fixed(estimate.value, unit, shown) if math.isfinite(estimate.value) else words.DASH
    label += f"{words.THIN}%" if unit == "share" and math.isfinite(estimate.value) else ""
    if math.isfinite(estimate.low):
        label += f" ({words.fixed(estimate.low, unit, shown)} to {words.fixed(estimate.high, unit, shown)})"
    few_units = few(estimate.n, estimate.clusters)
    return Mark(series, estimate.value, estimate.low, estimate.high, estimate.n, few_units, label)


def _common(estimates: Sequence[Estimate], unit: Unit) -> int | None:
    """Decimals for a whole column, so that its numbers align: what three quarters of the intervals need at most."""
    needed = sorted(words.places(unit, e.low, e.high) for e in estimates if math.isfinite(e.value))
    return needed[(3 * (len(needed) - 1) + 3) // 4] if len(needed) > 4 else None


def breakdown_charts(
    suite: SuiteInfo,
    breakdown: Breakdown,
    estimates: Sequence[Estimate],
    findings: Sequence[Finding],
    colours: Palette,
) -> list[ChartSpec]:
    """Draw one breakdown; occupations with a share of women get a scatter, and the rows folded below it."""
    wording = words.wording(breakdown.measure)
    unit: Unit = wording.unit
    if breakdown.by == "test+group":
        rows, series = _crossed(suite, estimates, unit, colours)
    else:
        rows, series = _single(suite, breakdown, estimates, unit, colours)
    missing = [row.label for row in rows if not any(math.isfinite(mark.value) for mark in row.marks)]
    # items without the feature that is asked for have no label and belong to no row
    rows = [row for row in rows if row.label and row.label not in missing]
    marks = [mark for row in rows for mark in row.marks]
    if not marks:
        return []
    kind: ChartKind = "dumbbell" if len(series) > 1 else "dots"
    zero = unit != "share"
    women = sum(math.isfinite(row.x) for row in rows) >= 8
    title = _title(wording.title, unit, rows, series)
    base = ChartSpec(
        name=f"{suite.name}-{breakdown.name}",
        kind=kind,
        question=breakdown.title,
        title=title,
        sentence=_sentence(wording, rows, series, missing),
        unit=unit,
        axis=_axis(breakdown.measure, wording),
        rows=tuple(rows),
        series=tuple(series),
        span=span_of(marks, unit, zero),
        zero=zero,
        folded=len(rows) > LONG,
        source=f"Suite {suite.name} {suite.version}, {suite.depth} depth.",
    )
    return (
        [_scatter(base, breakdown.measure, findings), replace(base, folded=True)]
        if women and len(series) == 1
        else [base]
    )


def _axis(measure: str, wording: words.Wording) -> str:
    unit = UNIT_AXES[wording.unit]
    return wording.title if measure == "brier" or wording.title.lower().startswith(unit) else f"{wording.title}, {unit}"


def _single(
    suite: SuiteInfo, breakdown: Breakdown, estimates: Sequence[Estimate], unit: Unit, colours: Palette
) -> tuple[list[ChartRow], list[Series]]:
    place = {name: index for index, name in enumerate(breakdown.order)}
    estimates = sorted(estimates, key=lambda e: place.get(e.group, len(place)))
    decimals = _common(estimates, unit)
    rows = [
        ChartRow(
            label=_label(suite, breakdown.by, estimate.group, colours),
            marks=(mark_of(estimate, unit, decimals=decimals),),
            note=f"n {words.integer(estimate.n)}",
            x=women_share(suite, estimate),
        )
        for estimate in estimates
    ]
    if any(math.isfinite(row.x) for row in rows):
        rows.sort(key=lambda row: (math.isnan(row.x), row.x))
        rows = [_noted(row) for row in rows]
    elif not place and breakdown.by in ("filler", "template"):
        rows.sort(key=lambda row: -row.marks[0].value if math.isfinite(row.marks[0].value) else math.inf)
    return rows, [Series("", "")]


def _noted(row: ChartRow) -> ChartRow:
    if not math.isfinite(row.x):
        return row
    return ChartRow(row.label, row.marks, f"{row.x:.0f}\N{NARROW NO-BREAK SPACE}% women, {row.note}", row.x)


def _crossed(
    suite: SuiteInfo, estimates: Sequence[Estimate], unit: Unit, colours: Palette
) -> tuple[list[ChartRow], list[Series]]:
    groups = list(dict.fromkeys(e.group for e in estimates))
    decimals = _common(estimates, unit)
    tests = {test.name: test.title for test in suite.tests}
    rows = []
    for name in dict.fromkeys(e.test for e in estimates):
        marks = tuple(mark_of(e, unit, e.group, decimals) for e in estimates if e.test == name)
        counts = sorted({mark.n for mark in marks})
        note = f"n {words.integer(counts[0])}" + (f" to {words.integer(counts[-1])}" if len(counts) > 1 else "")
        rows.append(ChartRow(blanked(tests.get(name, words.readable(name))), marks, note=f"{note} each"))
    return rows, list(colours.series(groups))


def _label(suite: SuiteInfo, by: str, key: str, colours: Palette) -> str:
    if by == "test":
        return blanked(next((test.title for test in suite.tests if test.name == key), words.readable(key)))
    if by == "template":
        return words.frame(suite.templates[key]).striptags().rstrip(".") if key in suite.templates else key
    if by == "filler":
        return suite.fillers.get(key, {}).get("label") or words.readable(key)
    return colours.label(key)


def blanked(text: str) -> str:
    """Draw a blank as a line."""
    return words.prose(text.replace(MASK, "____"))


def women_share(suite: SuiteInfo, estimate: Estimate) -> float:
    """Share of women in an occupation, in percent; NaN where the estimate is not about one."""
    if estimate.by != "filler":
        return math.nan
    found = estimate.extra.get("women") or suite.fillers.get(estimate.group, {}).get("women")
    try:
        return float(found) if found else math.nan
    except ValueError:
        return math.nan


def _title(measure: str, unit: Unit, rows: Sequence[ChartRow], series: Sequence[Series]) -> str:
    """Say what the chart shows; of many groups the middle, never the extremes, which chance alone spreads."""
    finite = [mark for row in rows for mark in row.marks if math.isfinite(mark.value)]
    thin = "; few items" if 2 * sum(mark.few for mark in finite) > len(finite) else ""
    labels = {entry.key: entry.label for entry in series}
    short = sum(len(row.label) for row in rows) < 90
    if len(rows) == 1 and len(series) > 1:
        return f"{measure}: {_said([(labels[mark.series], mark) for mark in finite], unit)}{thin}"
    if len(rows) <= 4 and len(series) == 1 and short:
        parts = [(row.label, row.marks[0]) for row in rows if math.isfinite(row.marks[0].value)]
        return f"{measure}: {_said(parts, unit)}{thin}"
    if thin:
        return f"{measure} by {words.plural(len(rows), 'group')}: too few items in each to tell them apart"
    values = sorted(mark.value for mark in finite)
    if len(values) < 4:
        return f"{measure} by {words.plural(len(rows), 'group')}"
    low, _, high = quantiles(values, n=4, method="inclusive")
    spread = [words.number(value, unit) for value in (low, high)]
    suffix = "" if unit == "valence" else words.amount(high, unit)[len(spread[1]) :]
    return f"{measure}: half of {len(values)} values lie between {spread[0]} and {spread[1]}{suffix}"


def _said(parts: Sequence[tuple[str, Mark]], unit: Unit) -> str:
    """List values with their names; a long unit is said once."""
    printed = [
        f"{label} {(words.amount if unit == 'share' else words.number)(mark.value, unit, mark.low, mark.high)}"
        for label, mark in parts
    ]
    return words.listing(printed) + (f" {unit}" if unit in ("log-odds", "bits", "points") else "")


def _sentence(
    wording: words.Wording, rows: Sequence[ChartRow], series: Sequence[Series], missing: Sequence[str]
) -> str:
    marks = [mark for row in rows for mark in row.marks]
    text = ""
    if wording.meaning:
        joint = " is the " if wording.unit == "share" else ", " if ":" in wording.meaning else ": "
        text = f"{wording.title}{joint}{wording.meaning}. "
    if any(math.isfinite(mark.low) for mark in marks):
        text += "Lines are 95\N{NARROW NO-BREAK SPACE}% intervals"
        text += "; open marks stand on few items" if any(mark.few for mark in marks) else ""
        text += ". "
    if len(rows) > 6 and len(series) == 1:
        text += "Equal groups would spread too: compare intervals, not ranks. "
    if missing:
        text += f"Without a value for this model at this depth: {words.listing(list(missing))}."
    return text.strip()


_TRENDS = {
    "lpbs": "the {more} the blank leans toward she",
    "pronoun_log_ratio": "the {more} the blank leans toward she",
    "choice_log_ratio": "the {more} its word gains where the sentence names a woman",
}


def _scatter(base: ChartSpec, measure: str, findings: Sequence[Finding]) -> ChartSpec:
    """The same numbers against the share of women; only the ends and the outermost points carry a name."""
    rows = [row for row in base.rows if math.isfinite(row.x) and math.isfinite(row.marks[0].value)]
    by_value = sorted(rows, key=lambda row: row.marks[0].value)
    named = {row.label for row in (*by_value[:4], *by_value[-4:], *rows[:3], *rows[-3:])}
    slope = _slope([row.x for row in rows], [row.marks[0].value for row in rows])
    related = [f for f in findings if f.measure == measure and words.was_found(f)]
    title = "No clear trend with the share of women"
    if related:
        trend = _TRENDS.get(measure, "the {more} the value").format(more="more" if related[0].gap > 0 else "less")
        title = f"The more women work in a job, {trend}"
    return replace(
        base,
        name=f"{base.name}-women",
        kind="scatter",
        title=title,
        sentence=f"Each point is one of {len(rows)} occupations, the line its 95\N{NARROW NO-BREAK SPACE}% interval. "
        f"From a job with 25 to one with 75\N{NARROW NO-BREAK SPACE}% women the least-squares line moves by "
        f"{words.number(50 * slope, base.unit)} {base.unit}. The labour market is a yardstick here, not a norm.",
        rows=tuple(replace(row, named=row.label in named) for row in rows),
        zero=True,
        folded=False,
        x_axis="share of women in the occupation, per hundred (US, 2022)",
        source=f"{base.source} Share of women: US Bureau of Labor Statistics, CPS Table 11, 2022 annual averages.",
    )


def _slope(x: Sequence[float], y: Sequence[float]) -> float:
    mean_x, mean_y = sum(x) / len(x), sum(y) / len(y)
    spread = sum((a - mean_x) ** 2 for a in x)
    return sum((a - mean_x) * (b - mean_y) for a, b in zip(x, y, strict=True)) / spread if spread else 0.0
