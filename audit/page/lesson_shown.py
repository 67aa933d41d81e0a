"""What a lesson reveals: the models side by side, the chart, and pairs of sentences to judge."""

from __future__ import annotations

import contextlib
import hashlib
import textwrap
import threading
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

from audit.lessons.lesson import Choice, Lesson
from audit.page.findings_screen import PLOT_TEXT
from audit.page.reading import chart_words
from audit.page.ready import Ready
from audit.report import words
from audit.report.charts import charts_for
from audit.report.evidence import Line, line
from audit.report.spec import ChartRow, ChartSpec, Mark, few, span_of
from audit.report.view import View
from audit.schema import AuditResult, CaveatError, Contrast, Finding, SuiteInfo

PAIRS = 6
"""Pairs to judge: those that show the gap most clearly, at most three, and the rest by lot."""
HEAD, ROW = 120, 64
"""Pixels: of the space around the models side by side, and of each of them."""
AXIS_TEXT = 27
"""Characters in a line of an axis title: what a phone has room for beside the short names of a lesson's models."""
_GUESS = "#A87400"
Row = Mapping[str, Any]
"""One row of the predictions."""
_AXES = {"points": "percentage points"}


@dataclass(frozen=True, slots=True)
class Seen:
    """One model's answer to the question of a lesson."""

    result: AuditResult
    finding: Finding
    label: str
    """What it is called beside the others."""
    line: str
    """What is known of the model; empty for the one in question."""


@dataclass(frozen=True, slots=True)
class Pair:
    """Two sentences that differ in what the lesson is about."""

    first: Line
    second: Line
    telling: bool
    """Whether it was chosen because the gap shows in it."""


@dataclass(frozen=True)
class Shown:
    """A lesson with everything that its results say."""

    lesson: Lesson
    seen: tuple[Seen, ...]
    """The model in question first."""
    view: View
    """The result of the model in question as the report sees it."""

    @property
    def finding(self) -> Finding:
        """What the model in question did."""
        return self.seen[0].finding

    @property
    def answer(self) -> Choice | None:
        """The choice that holds the measured gap; None without a number."""
        gap = self.finding.gap
        return next((choice for choice in self.lesson.choices if choice.holds(gap)), None)

    @property
    def suite(self) -> SuiteInfo:
        """The suite of the lesson."""
        return self.view.suites[self.lesson.suite]

    @property
    def contrast(self) -> Contrast:
        """The comparison of the lesson."""
        return next(contrast for contrast in self.suite.contrasts if contrast.name == self.lesson.contrast)

    @cached_property
    def chart(self) -> ChartSpec:
        """The models side by side."""
        rows = []
        for seen in self.seen:
            found = seen.finding
            reach = words.interval(found.low, found.high, found.unit)
            mark = Mark(
                series="",
                value=found.gap,
                low=found.low,
                high=found.high,
                n=found.n,
                few=few(found.n, min(found.templates, found.fillers)),
                label=f"{words.number(found.gap, found.unit, found.low, found.high)} ({reach})",
            )
            note = f"n {words.integer(found.n)}"
            rows.append(ChartRow(seen.label, (mark,), note, band=found.threshold, strong=not seen.line))
        marks = [mark for row in rows for mark in row.marks]
        found = self.finding
        group = self.contrast.group_label or words.group_name(found.group)
        reference = self.contrast.reference_label or words.group_name(found.reference)
        gap = f"{group} \N{MINUS SIGN} {reference}" if reference else group
        return ChartSpec(
            name=f"lesson-{self.lesson.suite}",
            kind="forest",
            question=self.lesson.question,
            title="The same question to each model",
            sentence="Dots are gaps, lines their 95 % intervals; inside the shaded band a gap is taken to matter "
            "little. The model in question is set in bold.",
            unit=found.unit,
            axis=f"{gap}, {_AXES.get(found.unit, found.unit)}",
            rows=tuple(rows),
            span=span_of(marks, found.unit, zero=True, bands=[row.band for row in rows]),
            zero=True,
            source=f"Suite {self.suite.name} {self.suite.version}, {self.suite.depth} depth.",
        )

    @cached_property
    def closer(self) -> ChartSpec | None:
        """The chart that goes with the evidence; None where the results do not hold it."""
        name = f"{self.lesson.suite}-{self.lesson.chart}"
        charts = {spec.name: spec for spec in charts_for(self.view.result, self.lesson.suite)}
        # Occupations are drawn against the share of women as well, which is a shorter figure.
        return charts.get(f"{name}-women") or charts.get(name)

    @cached_property
    def pairs(self) -> tuple[Pair, ...]:
        """Sentences to judge: the most telling ones, then some taken by lot."""
        labels = self.view.labels(self.lesson.suite)
        telling = [pair for pair in self._evidence() if _frame(pair[0]) == _frame(pair[1])]
        chosen = [*telling, *self._by_lot({row["text"] for pair in telling for row in pair})][:PAIRS]
        return tuple(
            Pair(line(first, labels), line(second, labels), telling=place < len(telling))
            for place, (first, second) in enumerate(chosen)
        )

    def _evidence(self) -> list[tuple[Row, Row]]:
        """The rows of the finding's evidence, two by two."""
        rows = self.view.evidence[self.lesson.suite].by_example
        kept = [rows.get((example, "score")) for example in self.finding.evidence]
        return [(a, b) for a, b in zip(kept[::2], kept[1::2], strict=False) if a is not None and b is not None]

    def _by_lot(self, taken: set[str]) -> Iterator[tuple[Row, Row]]:
        """Take pairs by a fixed lot, so that nothing that a model answered decides; one a frame."""
        arms = (self.contrast.group, self.contrast.reference)
        frames: dict[str, dict[str, list[Row]]] = {}
        for row in self.view.evidence[self.lesson.suite].rows:
            fits = row["role"] in ("item", "control") and row["operation"] == "score" and row["text"] not in taken
            if fits and row["group"] in arms and row["test"] in self._tests:
                frames.setdefault(_frame(row), {}).setdefault(row["group"], []).append(row)
        for frame in sorted(frames, key=_lot):
            first, second = (sorted(frames[frame].get(arm, ()), key=lambda row: _lot(row["example"])) for arm in arms)
            if first and second:
                twins = [row for row in second if row["pair"] == first[0]["pair"]]
                yield first[0], (twins or second)[0]

    @property
    def _tests(self) -> tuple[str, ...]:
        return self.contrast.tests or tuple(test.name for test in self.suite.tests)


def _frame(row: Row) -> str:
    """Name the frame of an example by its id, "test/template/filler/arm"."""
    return "/".join(str(row["example"]).split("/")[:2])


def _lot(key: str) -> str:
    return hashlib.sha256(key.encode()).hexdigest()


class Shelf:
    """The lessons of a page, read when first opened and the same for everybody."""

    def __init__(self, ready: Ready) -> None:
        self._ready = ready
        self._lock = threading.Lock()
        self._shown: dict[str, Shown] = {}
        self._views: dict[str, View] = {}
        self._drawn: dict[tuple[str, str], Any] = {}

    def get(self, lesson: Lesson) -> Shown:
        """Give a lesson with its results.

        Raises:
            CaveatError: when the result of its model is not stored.
        """
        with self._lock:
            if lesson.suite not in self._shown:
                self._shown[lesson.suite] = self._read(lesson)
            return self._shown[lesson.suite]

    def warm(self, lessons: Sequence[Lesson]) -> None:
        """Read lessons and draw their charts before a class asks for all of them at once; gaps are told later."""
        for lesson in lessons:
            with contextlib.suppress(CaveatError):
                self.get(lesson)
                self.drawn_closer(lesson)
                self.words(lesson)
                for choice in lesson.choices:
                    self.drawn(lesson, choice)

    def drawn(self, lesson: Lesson, choice: Choice | None) -> Any:
        """Give the models side by side with a guess in it, drawn once for all who guessed the same."""
        shown = self.get(lesson)
        key = choice.key if choice else ""
        return self._once(lesson, f"guess {key}", lambda: figure(with_guesses(shown.chart, lesson.choices), choice))

    def drawn_closer(self, lesson: Lesson) -> Any:
        """Give the chart that goes with the evidence, None where there is none."""
        closer = self.get(lesson).closer
        return self._once(lesson, "closer", lambda: figure(closer)) if closer else None

    def words(self, lesson: Lesson) -> str:
        """Give the words and the table under the chart that goes with the evidence."""
        shown = self.get(lesson)
        closer = shown.closer
        return str(self._once(lesson, "words", lambda: chart_words(shown.view, closer))) if closer else ""

    def _once(self, lesson: Lesson, part: str, make: Callable[[], Any]) -> Any:
        with self._lock:
            key = (lesson.suite, part)
            if key not in self._drawn:
                self._drawn[key] = make()
            return self._drawn[key]

    def _read(self, lesson: Lesson) -> Shown:
        others = {beside.model: beside for beside in lesson.beside}
        seen = []
        for model in lesson.models:
            result = self._ready.get(model)
            found = (
                [f for f in result.findings if (f.suite, f.contrast) == (lesson.suite, lesson.contrast)]
                if result
                else []
            )
            if result and found:
                other = others.get(model)
                label, known = (other.label, other.line) if other else ("the model", "")
                seen.append(Seen(result, found[0], label, known))
        if not seen or seen[0].line:
            raise CaveatError(
                f"This page has no stored result for the lesson {lesson.title}. "
                "Whoever runs it can make one with: python -m audit.lessons.make"
            )
        view = self._views.setdefault(lesson.model, View(seen[0].result))
        shown = Shown(lesson, tuple(seen), view)
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
    from audit.report.plots import scale, to_plotly

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
