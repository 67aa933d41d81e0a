"""What a lesson reveals: the models side by side, the chart, and pairs of sentences to judge."""

from __future__ import annotations

import hashlib
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from audit.schema import AuditResult, CaveatError, Contrast, Finding, SuiteInfo
from lessons.lesson import Choice, Lesson
from reports import words
from reports.charts import charts_for
from reports.evidence import Line, line
from reports.spec import ChartRow, ChartSpec, Mark, few, span_of
from reports.view import View

PAIRS = 6
"""Pairs to judge: those that show the gap most clearly, at most three, and the rest by lot."""
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


def shown_with(lesson: Lesson, load: Callable[[str], AuditResult | None]) -> Shown:
    """Put a lesson and the results of its models together.

    Args:
        lesson: one of `LESSONS`.
        load: gives the stored result of a bundled model, None where there is none.

    Raises:
        CaveatError: when the result of the model in question is not stored.
    """
    others = {beside.model: beside for beside in lesson.beside}
    seen = []
    for model in lesson.models:
        result = load(model)
        for found in result.findings if result else ():
            if result and (found.suite, found.contrast) == (lesson.suite, lesson.contrast):
                other = others.get(model)
                label, known = (other.label, other.line) if other else ("the model", "")
                seen.append(Seen(result, found, label, known))
    if not seen or seen[0].line:
        raise CaveatError(
            f"This page has no stored result for the lesson {lesson.title}. "
            "Whoever runs it can make one with: python -m lessons.make"
        )
    return Shown(lesson, tuple(seen), View(seen[0].result))
