"""Which charts an audit of own rows gets, and what each says."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence

from audit.report import words
from audit.report.spec import ChartRow, ChartSpec, Mark, Series, few, span_of
from audit.schema import OVERALL, Comparison, Curve, DataResult, Estimate, Finding

KINDS = {
    "name": "another first name",
    "gender": "he for she, she for he",
    "identity": "another identity term",
    "contraction": "negation spelled out or contracted",
    "slang": "slang and standard words",
    "negation": "negated, or negation taken away",
    "surface": "capitals and punctuation",
}
"""Kind of rewriting -> how a reader calls it."""


def percent(estimate: Estimate) -> str:
    """Print a share with its interval."""
    if math.isnan(estimate.value):
        return words.DASH
    text = f"{100 * estimate.value:.0f}"
    return text if math.isnan(estimate.low) else f"{text} ({100 * estimate.low:.0f} to {100 * estimate.high:.0f})"


def mark(estimate: Estimate, series: str = "") -> Mark:
    """Turn an estimate into a mark."""
    return Mark(
        series,
        estimate.value,
        estimate.low,
        estimate.high,
        estimate.n,
        few(estimate.n, estimate.clusters),
        percent(estimate),
    )


def group_chart(result: DataResult, column: str, measure: str = "accuracy") -> ChartSpec | None:
    """Accuracy of each group of a column, beside the whole; None when no group is shown."""
    found = [e for e in result.estimates if e.by == column and e.measure == measure and math.isfinite(e.value)]
    overall = [e for e in result.estimates if e.by == OVERALL and e.measure == measure]
    if not found:
        return None
    rows = [ChartRow("all rows", (mark(overall[0]),), f"n {words.integer(overall[0].n)}", strong=True)]
    rows += [
        ChartRow(e.group, (mark(e),), f"n {words.integer(e.n)}")
        for e in sorted(found, key=lambda e: (-e.value, e.group))
    ]
    best, worst = max(found, key=lambda e: e.value), min(found, key=lambda e: e.value)
    title = f"From {100 * worst.value:.0f} % ({worst.group}) to {100 * best.value:.0f} % ({best.group}) are read right"
    if len(found) == 1:
        title = f"{100 * best.value:.0f} % are read right where {column} is {best.group}"
    return ChartSpec(
        name=f"own-{slug(column)}-{measure}",
        kind="dots",
        question=f"How often is it right, by {column}?",
        title=title,
        sentence="Share of posts whose label the model gives, with 95 % intervals. Open marks stand on few posts or "
        "few writers. Extremes of several groups look further apart than they are; the table of gaps says what holds.",
        unit="share",
        axis="accuracy, %",
        rows=tuple(rows),
        span=(0.0, 1.0),
        source=f"{result.source.name}, column {column}.",
    )


def gap_chart(result: DataResult, column: str) -> ChartSpec | None:
    """Gaps of the groups of a column in accuracy, misses and false alarms."""
    found = [f for f in result.findings if f.axis == column and math.isfinite(f.gap)]
    if not found:
        return None
    rows = tuple(
        ChartRow(
            label=gap_name(finding),
            marks=(
                Mark(
                    "",
                    finding.gap,
                    finding.low,
                    finding.high,
                    finding.n,
                    few(finding.n, min(finding.templates, finding.fillers)),
                    f"{words.number(finding.gap, finding.unit, finding.low, finding.high)} "
                    f"({words.interval(finding.low, finding.high, finding.unit)})",
                ),
            ),
            note=f"n {words.integer(finding.n)}",
            band=finding.threshold,
            strong=finding.primary,
        )
        for finding in sorted(found, key=lambda f: (not f.primary, f.measure, f.group))
    )
    clear = sum(finding.verdict == "finding" for finding in found)
    return ChartSpec(
        name=f"own-{slug(column)}-gaps",
        kind="forest",
        question=f"Which gaps are there, by {column}?",
        title=f"{clear or 'None'} of {len(found)} gaps {'lie' if clear > 1 else 'lies'} wholly beyond five points",
        sentence="A group against the rest, or against the other one where there are two. Lines are 95 % intervals "
        "that respect writers; the shaded band is smaller than the smallest effect of interest. Bold: named in "
        "advance." + (" " + words.CHANCE_NOTE if any(f.verdict == "chance" for f in found) else ""),
        unit="points",
        axis="gap in percentage points",
        rows=rows,
        span=span_of([m for row in rows for m in row.marks], "points", True, [f.threshold for f in found]),
        zero=True,
        source=f"{result.source.name}, column {column}.",
    )


MEASURES = {
    "accuracy": "read right",
    "miss": "negative, missed",
    "false_alarm": "not negative, called so",
    "confidence": "confidence",
    "overconfidence": "confidence over accuracy",
}


def gap_name(finding: Finding) -> str:
    """Name a gap in a few words."""
    return f"{finding.group}: {MEASURES.get(finding.measure, words.readable(finding.measure))}"


def curve(result: DataResult, kind: str, by: str = OVERALL, group: str = "all") -> Curve | None:
    """Find a curve."""
    return next((c for c in result.curves if (c.kind, c.by, c.group) == (kind, by, group)), None)


def reliability_chart(result: DataResult) -> ChartSpec | None:
    """Confidence beside accuracy, in bins of equal size."""
    found = curve(result, "reliability")
    if found is None or len(found.points) < 2:
        return None
    rows = tuple(
        ChartRow(
            f"bin {place}",
            (
                Mark("confidence", point.x, n=point.n, label=f"{100 * point.x:.0f}"),
                Mark(
                    "accuracy", point.y, point.low, point.high, point.n, False,
                    f"{100 * point.y:.0f} ({100 * point.low:.0f} to {100 * point.high:.0f})",
                ),
            ),
            f"n {words.integer(point.n)}",
        )
        for place, point in enumerate(found.points, 1)
    )  # fmt: skip
    over = sum(point.x > point.high for point in found.points)
    under = sum(point.x < point.low for point in found.points)
    return ChartSpec(
        name="own-reliability",
        kind="dumbbell",
        question="Is its confidence earned?",
        title=_earned(over, under, len(found.points)),
        sentence="Posts are put into bins of about the same size by confidence, the least sure first. Where the two "
        "marks of a bin are apart, the model is surer, or less sure, than it is right.",
        unit="share",
        axis="%",
        rows=rows,
        series=(Series("confidence", "mean confidence", "orange"), Series("accuracy", "accuracy", "blue")),
        span=(0.0, 1.0),
        source=result.source.name,
    )


def _earned(over: int, under: int, bins: int) -> str:
    if over and over >= under:
        return f"In {over} of {bins} bins the model is surer than it is right"
    if under:
        return f"In {under} of {bins} bins the model is less sure than it is right"
    return "In every bin confidence lies within the interval of accuracy"


def coverage_chart(result: DataResult) -> ChartSpec | None:
    """Accuracy among the surest posts."""
    found = curve(result, "coverage")
    if found is None or len(found.points) < 2:
        return None
    rows = tuple(
        ChartRow(
            f"surest {100 * point.x:.0f} %" if point.x < 1 else "all",
            (
                Mark(
                    "", point.y, point.low, point.high, point.n, False,
                    f"{100 * point.y:.0f} ({100 * point.low:.0f} to {100 * point.high:.0f})",
                ),
            ),
            f"n {words.integer(point.n)}",
        )
        for point in (*found.points[: -1 : max(1, len(found.points) // 10)], found.points[-1])
    )  # fmt: skip
    first, last = found.points[0], found.points[-1]
    return ChartSpec(
        name="own-coverage",
        kind="dots",
        question="What if it may stay silent?",
        title=f"{100 * first.y:.0f} % right among the surest {100 * first.x:.0f} %, {100 * last.y:.0f} % among all",
        sentence="The model keeps the posts of which it is surest and leaves the rest to people. A curve that hardly "
        "rises says that confidence does not tell right from wrong.",
        unit="share",
        axis="accuracy, %",
        rows=rows,
        span=(0.0, 1.0),
        source=result.source.name,
    )


def baseline_chart(comparisons: Sequence[Comparison], source: str) -> ChartSpec | None:
    """The model minus each baseline, on the same posts."""
    # Of misses fewer are better, which is to the left.
    found = [c for c in comparisons if math.isfinite(c.gap) and c.measure != "miss"]
    if not found:
        return None
    rows = tuple(
        ChartRow(
            f"{c.measure.replace('macro_f1', 'macro-F1')}: minus {c.other}",
            (
                Mark(
                    "", c.gap, c.low, c.high, c.n, False,
                    f"{words.number(c.gap, 'points', c.low, c.high)} ({words.interval(c.low, c.high, 'points')})",
                ),
            ),
            f"n {words.integer(c.n)}",
            band=0.05,
        )
        for c in found
    )  # fmt: skip
    behind = sorted({c.other for c in found if c.high < 0})
    ahead = sorted({c.other for c in found if c.low > 0})
    title = "The model and counting words are not told apart"
    if ahead and not behind:
        title = f"The model does better than {words.listing(ahead)}"
    elif behind:
        title = f"The model does worse than {words.listing(behind)}"
    return ChartSpec(
        name="own-baselines",
        kind="forest",
        question="Would counting words do as well?",
        title=title.replace("TF-IDF", "TF\N{NON-BREAKING HYPHEN}IDF"),
        sentence="To the right of 0 the model does better than the baseline on the same posts. TF-IDF was trained on "
        "these very labels, never on a post by the same writer; the model was not.",
        unit="points",
        axis="difference in percentage points",
        rows=rows,
        span=span_of([m for row in rows for m in row.marks], "points", True, [0.05]),
        zero=True,
        source=source,
    )


def rewriting_chart(result: DataResult) -> ChartSpec | None:
    """How often a rewriting changes the class, beside its floor."""
    rates = {(e.by, e.group): e for e in result.perturbations if e.measure == "flip_rate" and math.isfinite(e.value)}
    rows = []
    for kind in dict.fromkeys(by for by, _ in rates):
        marks = [mark(rates[kind, g], g) for g in ("rewritten", "floor") if (kind, g) in rates]
        n = rates.get((kind, "rewritten"), rates.get((kind, "floor"))).n  # type: ignore[union-attr]
        if marks and kind in KINDS:
            rows.append(ChartRow(KINDS[kind], tuple(marks), f"n {words.integer(n)}"))
    if not rows:
        return None
    marks_all = [m for row in rows for m in row.marks]
    return ChartSpec(
        name="own-rewritten",
        kind="dots",
        question="What if the post were worded otherwise?",
        title=_reworded(rates),
        sentence="Rewritten: the text with another name, pronoun, term or wording. Floor: a change of the same kind "
        "that should not matter, such as another name of the same group. What counts is what goes beyond the floor; "
        "negation is meant to change the class.",
        unit="share",
        axis="class changes, %",
        rows=tuple(rows),
        series=(Series("rewritten", "rewritten", "vermillion"), Series("floor", "floor", "blue")),
        span=span_of(marks_all, "share", True),
        source=f"{result.source.name}; rewritten where grammar allows.",
    )


def _reworded(rates: Mapping[tuple[str, str], Estimate]) -> str:
    """Say which rewriting goes furthest beyond its floor; negation is meant to change the class and is left out."""
    beyond = [
        e
        for (kind, group), e in rates.items()
        if group == "excess" and kind in KINDS and kind != "negation" and e.low > 0
    ]
    if not beyond:
        return "No rewriting that keeps the meaning was told apart from its floor"
    most = max(beyond, key=lambda e: e.value)
    return f"{words.capital(KINDS[most.by])}: the class changes {100 * most.value:.0f} points more often than its floor"


def slug(text: str) -> str:
    """Give a name as part of an id."""
    return "".join(c if c.isalnum() else "-" for c in text.lower()).strip("-") or "column"


def shown_charts(charts: Sequence[ChartSpec | None]) -> Iterator[ChartSpec]:
    """Leave out the charts that there are not."""
    return (chart for chart in charts if chart is not None)
