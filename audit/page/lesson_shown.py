"""The lessons of the page, read once, and their charts drawn for a room."""

from __future__ import annotations

import textwrap
import threading
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from audit.page.findings_screen import AXIS_TEXT, PLOT_TEXT
from audit.page.ready import Ready
from lessons.lesson import Choice, Lesson
from lessons.shown import Shown, shown_with
from reports.spec import ChartSpec

HEAD, ROW = 120, 64
"""Pixels: of the space around the models side by side, and of each of them."""
_GUESS = "#A87400"


class Shelf:
    """The lessons of a page, read when first opened and the same for everybody."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self._lock = threading.Lock()
        self._shown: dict[str, Shown] = {}

    def get(self, lesson: Lesson) -> Shown:
        """Give a lesson with its results.

        Raises:
            CaveatError: when the result of its model is not stored.
        """
        with self._lock:
            if lesson.suite not in self._shown:
                self._shown[lesson.suite] = self._read(lesson)
            return self._shown[lesson.suite]

    def _read(self, lesson: Lesson) -> Shown:
        shown = shown_with(lesson, self._ready.get)
        # Worked out here, once and behind the lock, so that thirty students do not ask for it at the same time.
        for part in ("chart", "closer", "pairs"):
            getattr(shown, part)
        return shown


def figure(spec: ChartSpec, guess: Choice | None = None) -> Any:
    """Draw a chart for a room: large letters, and the guess as a frame in it.

    Args:
        spec: the chart.
        guess: framed from its lower to its upper end, as far as the axis goes.
    """
    from reports.plots import scale, to_plotly

    drawn = to_plotly(spec)
    drawn.update_layout(font_size=PLOT_TEXT)
    title = "<br>".join(textwrap.wrap(drawn.layout.xaxis.title.text or "", AXIS_TEXT))
    drawn.update_xaxes(title_text=title, title_font_size=PLOT_TEXT)
    if spec.kind == "forest":
        drawn.update_layout(height=HEAD + ROW * len(spec.rows), margin_t=44)
        drawn.update_traces(marker_size=14, error_x_thickness=3)
        drawn.update_xaxes(nticks=6, tickangle=0)
    if guess is not None:
        low, high = max(guess.low, spec.span[0]), min(guess.high, spec.span[1])
        if low < high:
            place = {"x0": low * scale(spec), "x1": high * scale(spec), "y0": 0, "y1": 1, "yref": "paper"}
            frame = {"width": 2, "dash": "dash", "color": _GUESS}
            drawn.add_shape(type="rect", line=frame, fillcolor="rgba(168,116,0,0.08)", layer="below", **place)
            drawn.add_annotation(
                text="your guess", x=place["x0"], y=1, yref="paper", xanchor="left", yanchor="bottom", showarrow=False
            )
    return drawn


def with_guesses(spec: ChartSpec, choices: Sequence[Choice]) -> ChartSpec:
    """Widen the axis of a chart so that every choice has some of it."""
    ends = [end for choice in choices for end in (choice.low, choice.high) if abs(end) != float("inf")]
    slack = 0.25 * (max(ends) - min(ends))
    return replace(spec, span=(min(spec.span[0], min(ends) - slack), max(spec.span[1], max(ends) + slack)))
