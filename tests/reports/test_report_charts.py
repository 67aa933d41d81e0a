from __future__ import annotations

import math
import re
from dataclasses import replace
from xml.etree import ElementTree

import pytest
import synthetic_audit

from audit.places import folder
from audit.report import charts, plots, words
from audit.report.spec import COLOURS, ChartRow, ChartSpec, Mark, Palette, span_of, ticks
from audit.report.svg import to_svg
from audit.report.view import table_of
from audit.schema import AuditResult, Estimate


def specs(result: AuditResult) -> list[ChartSpec]:
    found = [chart for suite in result.suites for chart in charts.charts_for(result, suite.name)]
    return found + [chart for suite in result.suites if (chart := charts.subgroup_chart(result, suite))]


@pytest.fixture(scope="module")
def every(classifier: AuditResult, fill_mask: AuditResult) -> list[ChartSpec]:
    return specs(classifier) + specs(fill_mask)


def drawn(svg: str, vertical: bool) -> list[tuple[float, bool]]:
    """Places of the marks of an SVG in pixels along the value axis, and whether they are open."""
    places = []
    for node in ElementTree.fromstring(svg).iter():
        kind = node.get("class", "").split()
        if "mark" not in kind:
            continue
        if node.tag == "circle":
            place = float(node.attrib["cy" if vertical else "cx"])
        else:
            corners = [point.split(",") for point in node.attrib["points"].split()]
            values = [float(corner[1 if vertical else 0]) for corner in corners]
            place = (min(values) + max(values)) / 2
        places.append((place, "few" in kind))
    return places


def scale_of(svg: str, vertical: bool) -> tuple[float, float]:
    """Pixels at 0 and pixels per unit, from the printed ticks."""
    ends = "y1" if vertical else "x1"
    tree = ElementTree.fromstring(svg)
    lines = sorted({float(n.attrib[ends]) for n in tree.iter("line") if n.get("class") in ("grid", "zero")})
    lines = lines[::-1] if vertical else lines
    texts = [n for n in tree.iter("text") if n.get("class") == "tick"]
    values = [float("".join(n.itertext()).replace(words.MINUS, "-")) for n in texts][: len(lines)]
    slope = (lines[-1] - lines[0]) / (values[-1] - values[0])
    return lines[0] - slope * values[0], slope


@pytest.mark.parametrize("narrow", [False, True])
def test_svg_and_plotly_show_the_same_numbers(every: list[ChartSpec], narrow: bool) -> None:
    assert {spec.kind for spec in every} == {"forest", "dots", "dumbbell", "scatter"}
    for spec in every:
        vertical = spec.kind == "scatter"
        svg = to_svg(spec, narrow)
        origin, slope = scale_of(svg, vertical)
        pixels = drawn(svg, vertical)
        traces = plots.to_plotly(spec).data
        order = {series.key: trace for series, trace in zip(spec.series, traces, strict=True)}
        cursors = dict.fromkeys(order, 0)
        shown = [mark for mark in spec.marks if math.isfinite(mark.value)]
        assert len(pixels) == len(shown) == sum(len(trace.x) for trace in traces)
        for mark, (place, is_open) in zip(shown, pixels, strict=True):
            trace, index = order[mark.series], cursors[mark.series]
            cursors[mark.series] += 1
            value = (trace.y if vertical else trace.x)[index]
            assert value == pytest.approx(mark.value * plots.scale(spec))
            assert place == pytest.approx(origin + slope * value, abs=0.5)
            assert trace.marker.symbol[index].endswith("-open") == is_open == mark.few


def test_plotly_intervals_are_those_of_the_chart(every: list[ChartSpec]) -> None:
    for spec in every:
        for series, trace in zip(spec.series, plots.to_plotly(spec).data, strict=True):
            marks = [
                m for m in spec.marks if m.series == series.key and math.isfinite(m.value) and math.isfinite(m.low)
            ]
            if not marks:
                continue
            error = trace.error_y if spec.kind == "scatter" else trace.error_x
            values = trace.y if spec.kind == "scatter" else trace.x
            factor = plots.scale(spec)
            assert [v - e for v, e in zip(values, error.arrayminus, strict=True)] == pytest.approx(
                [m.low * factor for m in marks]
            )
            assert [v + e for v, e in zip(values, error.array, strict=True)] == pytest.approx(
                [m.high * factor for m in marks]
            )


def test_table_has_every_number_of_the_chart(every: list[ChartSpec]) -> None:
    for spec in every:
        assert len(table_of(spec)) == len(spec.marks)
        assert all(value for _, _, value, _ in table_of(spec))
        svg = to_svg(spec)
        if spec.kind != "scatter":
            assert all(mark.label in svg for mark in spec.marks)


def test_plotly_background_is_clear_and_title_is_left_to_the_page(every: list[ChartSpec]) -> None:
    for spec in every:
        layout = plots.to_plotly(spec).layout
        assert layout.paper_bgcolor == layout.plot_bgcolor == "rgba(0,0,0,0)"
        assert layout.title.text is None


def test_forest_shades_the_smallest_effect_and_marks_zero(classifier: AuditResult) -> None:
    forest = charts.charts_for(classifier, "negation")[0]
    assert forest.kind == "forest"
    assert [row.band for row in forest.rows] == [0.05, 0.05]
    assert [row.strong for row in forest.rows] == [True, False]
    svg = to_svg(forest)
    origin, slope = scale_of(svg, vertical=False)
    bands = [n for n in ElementTree.fromstring(svg).iter("rect") if n.get("class") == "band"]
    assert len(bands) == 2
    assert float(bands[0].attrib["x"]) == pytest.approx(origin - 5 * slope, abs=0.2)
    assert float(bands[0].attrib["width"]) == pytest.approx(10 * slope, abs=0.2)
    assert plots.to_plotly(forest).layout.shapes[0].x1 == pytest.approx(5)


def test_units_are_not_mixed_in_a_forest(classifier: AuditResult) -> None:
    forests = [chart for chart in charts.charts_for(classifier, "negation") if chart.kind == "forest"]
    assert [chart.unit for chart in forests] == ["points", "log-odds"]


def test_occupations_are_set_against_the_share_of_women(fill_mask: AuditResult) -> None:
    found = {chart.name: chart for chart in charts.charts_for(fill_mask, "occupations")}
    scatter = found["occupations-by-job-women"]
    nurse = next(row for row in scatter.rows if row.label == "nurse")
    assert (nurse.x, nurse.named) == (87.9, True)
    assert scatter.title == "The more women work in a job, the more the blank leans toward she"
    rows = found["occupations-by-job"]
    assert rows.folded
    assert [row.x for row in rows.rows] == sorted(row.x for row in rows.rows)
    assert rows.rows[0].note.startswith(f"3{words.THIN}% women")


@pytest.mark.parametrize(
    ("x", "others", "side"),
    [
        (50, [], "middle right"),
        (50, [(55, 0.0)], "middle left"),
        (97, [], "middle left"),
        (50, [(55, 0.0), (45, 0.0)], "top center"),
        (50, [(55, 0.0), (45, 0.0), (50, 0.125)], "bottom center"),
    ],
)
def test_a_name_stands_where_it_covers_no_other_point(x: float, others: list[tuple[float, float]], side: str) -> None:
    points = [("a name", x, 0.0), *(("", at, value) for at, value in others)]
    rows = tuple(ChartRow(name, (Mark("", value),), x=at, named=bool(name)) for name, at, value in points)
    spec = ChartSpec("near", "scatter", "Which?", "These", "Told.", "log-odds", "value", rows, span=(-1.0, 1.0))
    assert plots.to_plotly(spec).data[0].textposition[0] == side


def test_scatter_claims_no_trend_where_the_finding_has_none(fill_mask: AuditResult) -> None:
    flat = tuple(replace(f, low=-0.2, verdict="inconclusive") for f in fill_mask.findings)
    found = charts.charts_for(replace(fill_mask, findings=flat), "occupations")
    scatter = next(chart for chart in found if chart.kind == "scatter")
    assert scatter.title == "No clear trend with the share of women"


def test_own_words_of_twins_stand_side_by_side(fill_mask: AuditResult) -> None:
    chart = charts.charts_for(fill_mask, "occupations")[-1]
    assert chart.title == "1 of the model\N{RIGHT SINGLE QUOTATION MARK}s 4 best words are the same for both twins"
    assert [series.label for series in chart.series] == ["man", "woman"]
    cook = next(row for row in chart.rows if row.label == "cook")
    assert [mark.value for mark in cook.marks] == pytest.approx([0.04, 0.06])


def test_breakdowns_of_another_task_are_left_out(classifier: AuditResult) -> None:
    suite = classifier.suites[0]
    other = tuple(replace(b, task="fill-mask") for b in suite.breakdowns)
    changed = replace(classifier, suites=(replace(suite, breakdowns=other),))
    kinds = {chart.kind for chart in charts.charts_for(changed, "negation")}
    assert kinds == {"forest"}


def test_named_estimates_belong_to_their_breakdown_only(classifier: AuditResult) -> None:
    extra = Estimate("negation", "failure", "group", "negated", 0.9, 0.8, 0.95, 50, 10, extra={"breakdown": "by-arm"})
    changed = replace(classifier, estimates=(*classifier.estimates, extra))
    found = {chart.name: chart for chart in charts.charts_for(changed, "negation")}
    assert [mark.value for mark in found["negation-by-arm"].marks] == [0.9]
    subgroup = charts.subgroup_chart(changed, changed.suites[0])
    assert subgroup is not None
    assert len(subgroup.rows) == 2


def test_over_confidence_is_counted_by_its_interval(classifier: AuditResult) -> None:
    chart = charts.subgroup_chart(classifier, classifier.suites[0])
    assert chart is not None
    assert chart.title == "More confident than right for 1 of 2 groups"


def test_titles_of_many_groups_name_no_extremes(classifier: AuditResult) -> None:
    found = {chart.name: chart for chart in charts.charts_for(classifier, "negation")}
    assert found["negation-by-test"].title == f"Accuracy: half of 4 values lie between 60 and 93{words.THIN}%"


def test_colours_and_shapes_of_a_chart_are_all_different() -> None:
    palette = Palette()
    first = palette.series(["men", "women"])
    second = palette.series(["mixed", "men", "women"])
    assert len({series.colour for series in second}) == 3
    assert [series.colour for series in second[1:]] == [series.colour for series in first]
    assert all(series.colour in COLOURS for series in second)


@pytest.mark.parametrize(
    ("values", "unit", "zero", "expected"),
    [((0.03, 0.12), "share", False, (0.0, 0.15)), ((0.2, 0.97), "share", False, (0.0, 1.0))],
)
def test_span_of_shares(values, unit, zero, expected) -> None:
    assert span_of([Mark("", value) for value in values], unit, zero) == expected


def test_span_holds_all_values_and_cuts_wild_intervals() -> None:
    low, high = span_of([Mark("", 0.5, -40.0, 41.0), Mark("", 0.2, 0.1, 0.3)], "log-odds", zero=True, bands=[0.41])
    assert -3 < low < -0.41
    assert 0.5 < high < 3
    svg = to_svg(
        ChartSpec(
            "x", "forest", "q", "t", "s", "log-odds", "gap", (ChartRow("a", (Mark("", 0.5, -40, 41),)),), span=(-1, 1)
        )
    )
    assert svg.count('class="arrow') == 2


def test_ticks_are_round_and_inside() -> None:
    assert ticks((-0.1, 0.4), 6) == pytest.approx([-0.1, 0, 0.1, 0.2, 0.3, 0.4])
    assert ticks((0, 1), 6) == pytest.approx([0, 0.2, 0.4, 0.6, 0.8, 1.0])


def test_long_labels_are_broken_and_kept_inside(classifier: AuditResult) -> None:
    base = charts.charts_for(classifier, "negation")[0]
    long = replace(base, rows=(replace(base.rows[0], label="word " * 30),))
    lines = re.findall(r'class="label[^"]*">([^<]+)', to_svg(long))
    assert len(lines) == 2
    assert lines[1].endswith("\N{HORIZONTAL ELLIPSIS}")


@pytest.mark.parametrize("colour", sorted(COLOURS))
def test_marks_stand_out_from_paper_and_from_the_dark(colour: str) -> None:
    for ground, shade in zip(("#fdfcf9", "#171614"), COLOURS[colour], strict=True):
        assert contrast(ground, shade) >= 3


def contrast(first: str, second: str) -> float:
    def light(colour: str) -> float:
        parts = [int(colour[i : i + 2], 16) / 255 for i in (1, 3, 5)]
        linear = [p / 12.92 if p <= 0.04045 else ((p + 0.055) / 1.055) ** 2.4 for p in parts]
        return 0.2126 * linear[0] + 0.7152 * linear[1] + 0.0722 * linear[2]

    low, high = sorted((light(first), light(second)))
    return (high + 0.05) / (low + 0.05)


def test_style_sheet_keeps_contrast_and_the_chart_colours() -> None:

    css = folder("reports").joinpath("style.css").read_text(encoding="utf-8")
    light_part, dark_part = css.split("prefers-color-scheme: dark", 1)
    for index, part in enumerate((light_part, dark_part.split("\n}\n", 1)[0])):
        named = dict(re.findall(r"--([\w-]+): (#[0-9a-f]{3,6});", part))
        named = {
            name: value if len(value) == 7 else "#" + "".join(c * 2 for c in value[1:]) for name, value in named.items()
        }
        for name in ("ink", "soft", "accent", "high", "medium", "low", "quiet"):
            assert contrast(named["paper"], named[name]) >= 4.5, name
            assert contrast(named["tint"], named[name]) >= 4.5, name
        for name in ("blue", "vermillion", "green", "purple", "orange", "black"):
            assert named[name] == COLOURS[name][index].lower()


@pytest.mark.parametrize(
    ("verdicts", "expected"),
    [
        (
            ("inconclusive", "below", "uncertain"),
            "None of 3 gaps lies wholly beyond the smallest effect of interest, 2 differ",
        ),
        (
            ("finding", "below", "equivalent"),
            "1 of 3 gaps lies wholly beyond the smallest effect of interest, 1 more differs",
        ),
    ],
)
def test_forest_title_counts_only_what_there_is(verdicts: tuple[str, ...], expected: str) -> None:
    found = [synthetic_audit.finding("s", f"c{i}", verdict=verdict) for i, verdict in enumerate(verdicts)]
    assert charts._forest_title(found) == f"{expected} from 0"
