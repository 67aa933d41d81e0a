"""The findings of one result: the letter, then one suite at a time with chart, table and evidence."""

from __future__ import annotations

import textwrap
from dataclasses import dataclass
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from audit.page import files
from audit.page.fragments import page, problem
from audit.page.reading import chart_words, evidence_view, letter, suite_view
from audit.page.room import Room
from audit.page.runs import Kept
from audit.report.spec import ChartSpec
from audit.schema import CaveatError, SuiteInfo

PLOT_TEXT = 15
"""Pixels; a chart is read from the back of a room."""
DOWNLOAD = "Download the report"
AXIS_TEXT = 18
"""Characters in a line of an axis title."""


@dataclass(frozen=True, slots=True)
class Letter:
    """The parts of the fourth screen that events fill or listen to."""

    text: Any
    download: Any
    closer: Any
    kind: Any
    """The format of the download."""
    trouble: Any


@dataclass(frozen=True, slots=True)
class Closer:
    """The parts of the fifth screen."""

    suite: Any
    filled: list[Any]


def build_letter() -> Letter:
    """Put the screen with the key findings in place."""
    text = gr.HTML(elem_id="audit-letter")
    kind = gr.Dropdown(
        files.offers(), value=files.HTML, label="Take it away as", interactive=True, elem_id="audit-kind"
    )
    with gr.Row():
        closer = gr.Button("Look closer", variant="primary", elem_id="audit-closer")
        download = gr.DownloadButton(DOWNLOAD, variant="secondary", interactive=False, elem_id="audit-download")
    return Letter(text, download, closer, kind, gr.HTML())


def build_closer(room: Room, reading: Any) -> Closer:
    """Put the screen with one suite in place.

    Args:
        room: of the page.
        reading: the state with the key of the result that is read.
    """
    suite = gr.Dropdown([], label="Question", interactive=True, elem_id="audit-suite")
    about = gr.HTML()
    chart = gr.Dropdown([], label="Chart", interactive=True, visible=False, elem_id="audit-chart")
    title = gr.HTML()
    plot = gr.Plot(show_label=False, container=False, visible=False, elem_id="audit-plot")
    under = gr.HTML()
    evidence = gr.HTML()
    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    shown = [about, chart, title, plot, under, evidence]
    suite.input(partial(show, room), [reading, suite], shown, **quiet)
    chart.input(partial(draw, room), [reading, suite, chart], [title, plot, under], **quiet)
    return Closer(suite, shown)


def open_result(room: Room, key: str) -> tuple[Any, ...]:
    """Fill the letter and the list of suites; the report is still to be rendered."""
    if not key:
        return gr.skip(), gr.skip(), gr.skip()
    # The button still holds the report of what was read before.
    waiting = making()
    try:
        kept = room.desk.find(key)
    except CaveatError as error:
        return problem(str(error)), gr.Dropdown([], value=None), waiting
    suites = [(suite.title, suite.name) for suite in kept.result.suites]
    return letter(kept), gr.Dropdown(suites, value=suites[0][1] if suites else None), waiting


def making() -> Any:
    """Say on the button that the file is under way: a PDF of many suites takes half a minute and more."""
    return gr.DownloadButton("Making the file", interactive=False)


def offer_report(room: Room, key: str, kind: str | None) -> tuple[Any, str]:
    """Render the report in a format, after the findings are on the screen, and offer it."""
    if not key:
        return gr.skip(), ""
    try:
        path = str(room.desk.report(key, kind or files.HTML))
        return gr.DownloadButton(DOWNLOAD, value=path, interactive=True), ""
    except CaveatError as error:
        return gr.DownloadButton(DOWNLOAD, interactive=False), problem(str(error))


def _find(room: Room, key: str, name: str) -> tuple[Kept, SuiteInfo]:
    kept = room.desk.find(key)
    if name not in kept.view.suites:
        raise CaveatError("This suite is not part of the result. Choose one from the list.")
    return kept, kept.view.suites[name]


def show(room: Room, key: str, name: str | None) -> tuple[Any, ...]:
    """Fill everything about one suite."""
    if not key or not name:
        return "", gr.Dropdown(visible=False), "", gr.Plot(visible=False), "", ""
    try:
        kept, suite = _find(room, key, name)
    except CaveatError as error:
        return problem(str(error)), gr.Dropdown(visible=False), "", gr.Plot(visible=False), "", ""
    charts = kept.view.charts[name]
    choices = [(spec.question, spec.name) for spec in charts]
    picked = gr.Dropdown(choices, value=choices[0][1] if choices else None, visible=len(choices) > 1)
    first = _drawn(kept, charts[0]) if charts else ("", gr.Plot(visible=False), "")
    return suite_view(kept.view, suite), picked, *first, evidence_view(kept.view, suite)


def draw(room: Room, key: str, name: str, chart: str) -> tuple[Any, ...]:
    """Draw the chart that was chosen."""
    try:
        kept, _ = _find(room, key, name)
    except CaveatError as error:
        return problem(str(error)), gr.Plot(visible=False), ""
    found = [spec for spec in kept.view.charts[name] if spec.name == chart]
    return _drawn(kept, found[0]) if found else (gr.skip(), gr.skip(), gr.skip())


def _drawn(kept: Kept, spec: ChartSpec) -> tuple[Any, ...]:
    from audit.report.plots import to_plotly

    figure = to_plotly(spec)
    figure.update_layout(font_size=PLOT_TEXT)
    # Broken in lines, so that a phone does not cut it off.
    lines = "<br>".join(textwrap.wrap(figure.layout.xaxis.title.text or "", AXIS_TEXT))
    figure.update_xaxes(title_text=lines, title_font_size=PLOT_TEXT)
    return page(f"<h3>{escape(spec.title)}</h3>"), gr.Plot(figure, visible=True), chart_words(kept.view, spec)
