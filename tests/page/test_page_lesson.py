"""Lessons on the page: a guess is locked, the class is counted without names, the result stands beside the guess."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from audit.lessons.content import LESSONS, lesson
from audit.lessons.lesson import Lesson
from audit.page import build_page, launch_options, settings_for
from audit.page.engine import Engine
from audit.page.lesson_shown import PAIRS, Shelf, Shown, figure, with_guesses
from audit.page.lesson_tab import LessonTab
from audit.page.lesson_tally import SHOWN_FROM, Tally
from audit.page.lesson_words import argue, pair, reveal, tally, together
from audit.page.ready import Ready
from audit.page.room import Room
from audit.page.settings import results_folder
from audit.schema import CaveatError, ModelUnavailable
from audit.store import load_result

each = pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.suite)


def no_model(name: str) -> Any:
    raise ModelUnavailable(f"{name} must not be loaded for a lesson")


@pytest.fixture(scope="module")
def shelf() -> Shelf:
    return Shelf(Ready(results_folder(), load_result))


@pytest.fixture
def tab() -> LessonTab:
    with gr.Blocks():
        return LessonTab(Room(settings_for(pin="1"), Engine(load_model=no_model)), gr.State(False))


def negation() -> Lesson:
    found = lesson("negation")
    assert found is not None
    return found


@each
def test_every_lesson_can_be_shown_without_a_model(one: Lesson, shelf: Shelf) -> None:
    shown = shelf.get(one)
    assert shown is shelf.get(one) and shown.answer is not None
    assert shown.closer is not None or shown.suite.depth == "quick"
    assert [row.strong for row in shown.chart.rows] == [True] + [False] * len(one.beside)
    html = reveal(shown, one.choices[0], "guessing")
    assert "Your guess" in html and "The model" in html and shown.answer.label in html
    assert "!" not in argue(one, "A help line.")


@each
def test_pairs_differ_in_what_the_lesson_is_about(one: Lesson, shelf: Shelf) -> None:
    shown = shelf.get(one)
    labels = shown.view.labels(one.suite)
    arms = [(shown.contrast.group, shown.contrast.reference)]
    arms += [(stratum.group, stratum.reference) for stratum in shown.contrast.strata]
    compared = {(labels.get(one, one), labels.get(two, two)) for one, two in arms}
    assert PAIRS - 3 <= len(shown.pairs) <= PAIRS
    assert any(not each.telling for each in shown.pairs)
    for each in shown.pairs:
        assert (each.first.group, each.second.group) in compared
    html = pair(shown, len(shown.pairs))
    assert f"Pair 1 of {len(shown.pairs)}" in html and "What the model answered" in html


def told(shown: Shown, low: float, gap: float, high: float, key: str, sure: str = "guessing") -> str:
    found = replace(shown.finding, low=low, gap=gap, high=high)
    moved = replace(shown, seen=(replace(shown.seen[0], finding=found),))
    return together(moved, shown.lesson.choice(key), sure)


def test_a_guess_is_set_against_the_whole_interval(shelf: Shelf) -> None:
    shown = shelf.get(negation())
    assert told(shown, 0.1, 0.2, 0.3, "more") == "Your guess holds the measured gap and its whole interval."
    assert "reaches into 2 of the 4 answers" in told(shown, 0.1, 0.2, 0.5, "more")
    assert "do not rule it out" in told(shown, 0.1, 0.2, 0.5, "much-more")
    assert told(shown, 0.1, 0.2, 0.3, "less") == "The whole interval lies outside your answer."
    assert "what did you expect" in told(shown, 0.1, 0.2, 0.3, "less", "sure")
    nan = float("nan")
    assert "no verdict" in told(shown, nan, nan, nan, "less")


def test_the_chart_shows_the_numbers_and_the_guess(shelf: Shelf) -> None:
    one = negation()
    spec = with_guesses(shelf.get(one).chart, one.choices)
    drawn = figure(spec, one.choice("more"))
    assert list(drawn.data[0].x) == pytest.approx([100 * mark.value for mark in spec.marks])
    frame = drawn.layout.shapes[-1]
    assert (frame.x0, frame.x1) == pytest.approx((5, 40))
    assert drawn.layout.annotations[0].text == "your guess"
    for choice in one.choices:
        assert max(choice.low, spec.span[0]) < min(choice.high, spec.span[1])


def test_a_lesson_without_results_says_so(tmp_path: Path) -> None:
    said = r"no stored result for the lesson Not bad at all.*python -m audit.lessons.make"
    with pytest.raises(CaveatError, match=said):
        Shelf(Ready(tmp_path, load_result)).get(negation())


def test_few_guesses_are_not_shown() -> None:
    found = Tally()
    for _ in range(SHOWN_FROM - 1):
        found.add("negation", "more")
    assert found.counts("negation") == {} and "from five on" in tally(negation(), found.counts("negation"))
    found.add("negation", "less")
    assert found.counts("negation") == {"more": 4, "less": 1} and found.counts("slang") == {}
    html = tally(negation(), found.counts("negation"), "more")
    assert "5 guesses" in html and html.count("here the measured gap lies") == 1
    found.clear()
    assert found.counts("negation") == {}


def test_a_locked_guess_stays_and_counts_once(tab: LessonTab) -> None:
    guesses, *_ = tab._lock("negation", "more", "sure", {})
    assert guesses == {"negation": ("more", "sure")}
    again, *_ = tab._lock("negation", "less", "guessing", guesses)
    assert again == guesses
    assert tab.tally._counts["negation"].total() == 1
    opened = tab._open("negation", guesses)
    assert opened[5].visible is False and opened[6].visible is True and "Locked in." in opened[7]


@pytest.mark.parametrize(("choice", "sure"), [(None, "sure"), ("more", None), ("<b>", "sure")])
def test_half_a_guess_is_asked_for_again(tab: LessonTab, choice: str | None, sure: str | None) -> None:
    guesses, line, *_ = tab._lock("negation", choice, sure, {})
    assert guesses == gr.skip() and "Mark a guess" in line
    assert not tab.tally._counts


def test_nothing_is_revealed_before_a_guess(tab: LessonTab) -> None:
    assert all(part == gr.skip() for part in tab._show("negation", {}))
    shown = tab._show("negation", {"negation": ("more", "sure")})
    assert "Your guess" in shown[0]


def test_steps_ahead_open_with_the_result_and_close_with_the_next_lesson(tab: LessonTab) -> None:
    ways = len(tab.ahead)
    shown = tab._show("negation", {"negation": ("more", "sure")})
    assert ways == 3 and [button.visible for button in shown[-ways:]] == ["hidden"] * ways
    opened = tab._open("slang", {"negation": ("more", "sure")})
    assert len(opened) == len(tab.opened) and [button.visible for button in opened[-ways:]] == [False] * ways


def test_an_unknown_lesson_is_one_line(tab: LessonTab) -> None:
    line = tab._open("<b>nothing", {})[1]
    assert "There is no lesson" in line and "&lt;b&gt;" in line and "<b>nothing" not in line


def test_the_tally_is_emptied_by_the_teacher(tab: LessonTab) -> None:
    tab.tally.add("negation", "more")
    assert "The teacher does this" in tab._empty(False) and tab.tally._counts
    assert "forgotten" in tab._empty(True) and not tab.tally._counts
    assert tab.empty.visible is False


def test_pairs_go_round(tab: LessonTab) -> None:
    place = 0
    seen = []
    for _ in range(PAIRS + 1):
        place, html = tab._next("negation", place)
        seen.append(html)
    assert len(set(seen)) >= PAIRS - 3 and any("Pair 1 of" in html for html in seen)
    assert tab._next("nothing", 2)[0] == 2


def test_lessons_come_first_and_bring_their_style() -> None:
    demo = build_page(settings_for(), Engine(load_model=no_model))
    tabs = [block for block in demo.blocks.values() if type(block).__name__ == "Tab"]
    assert tabs[0].label == "Lessons"
    assert ".lesson-tally" in launch_options()["css"]
    (arrive,) = [event.fn for event in demo.fns.values() if getattr(event.fn, "__name__", "") == "arrive"]
    opened = arrive(SimpleNamespace(query_params={"lesson": "slang"}))
    assert opened[0] == "slang" and arrive(SimpleNamespace(query_params={}))[0] == gr.skip()
