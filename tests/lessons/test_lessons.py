"""Lessons are complete, ask of what their suites hold, and use no word that says too much."""

from __future__ import annotations

import math
import re

import pytest
from kept import KEPT

from audit import load_suites
from audit.findings import threshold_of
from audit.lessons.content import CARDS, HOUR, LESSONS, SURE, lesson
from audit.lessons.lesson import Choice, Lesson
from audit.page.shelf import BUNDLED, OFFERS
from audit.schema import FILL_MASK, MASK, Contrast, Suite

NEVER = r"\b(unbiased|fair(?:er|est|ly|ness)?|safe|passed|prejudiced|prejudice|AI)\b"
TOPICS = {
    "is it bias": r"\bbias\b",
    "world statistics or training texts": r"statistics|texts|training|taught|learn",
    "an artefact of the probe": r"\bprobe\b",
    "who is absent": r"\babsent\b|are missing",
    "a decision": r"\bdecision\b",
    "a threshold": r"\bthreshold\b|\bline\b|smallest that matters|from which gap",
}
each = pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.suite)


@pytest.fixture(scope="module")
def suites() -> dict[str, Suite]:
    return {suite.name: suite for suite in load_suites(None, "full")}


def contrast(one: Lesson, suites: dict[str, Suite]) -> Contrast:
    (found,) = (found for found in suites[one.suite].contrasts if found.name == one.contrast)
    return found


def own_words(one: Lesson) -> list[str]:
    return [
        *(one.title, one.question, one.setting, one.reading, one.look, one.change, one.note),
        *(choice.label for choice in one.choices),
        *(beside.line for beside in one.beside),
        *one.discussion,
    ]


def test_there_is_one_lesson_for_each_suite(suites: dict[str, Suite]) -> None:
    assert sorted(one.suite for one in LESSONS) == sorted(KEPT)
    assert len(HOUR) == 3 and sum(one.minutes for one in LESSONS if one.suite in HOUR) <= 50
    assert lesson("negation") is not None and lesson("nothing") is None


@each
def test_a_lesson_asks_of_what_its_suite_holds(one: Lesson, suites: dict[str, Suite]) -> None:
    suite = suites[one.suite]
    compared = contrast(one, suites)
    # one level of cheer has too few frames for a verdict, and an axis two groups of six phrases
    assert compared.primary or one.suite in ("masking", "demographics")
    tasks = {offer.name: offer.task for offer in OFFERS}
    assert {tasks[model] for model in one.models} == {compared.task}
    assert one.chart in {part.name for part in suite.breakdowns if part.task == compared.task}
    texts = {example.text.replace(MASK, "____") for example in suite.examples}
    assert {text for _, text in one.twins} <= texts
    assert 8 <= one.minutes <= 10


@each
def test_the_answers_cover_every_gap_once(one: Lesson, suites: dict[str, Suite]) -> None:
    ordered = sorted(one.choices, key=lambda choice: choice.low)
    assert ordered[0].low == -math.inf and ordered[-1].high == math.inf
    assert all(a.high == b.low for a, b in zip(ordered, ordered[1:], strict=False))
    assert len({choice.key for choice in one.choices}) == len({choice.label for choice in one.choices}) >= 4
    alike = one.choice("alike")
    threshold = threshold_of(contrast(one, suites))
    assert (alike.low, alike.high) == pytest.approx((-threshold, threshold))


def test_an_interval_touches_the_answers_that_it_reaches() -> None:
    choice = Choice("more", "More", 0.05, 0.4)
    assert choice.holds(0.05) and not choice.holds(0.4)
    assert choice.touches(0.3, 0.6) and choice.touches(-1, 1) and choice.touches(0.05, 0.05)
    assert not choice.touches(0.4, 0.5) and not choice.touches(-0.2, 0.04)


@each
def test_a_model_whose_truth_is_known_stands_beside(one: Lesson) -> None:
    assert set(one.models) <= set(BUNDLED) and len(set(one.models)) == len(one.models) >= 2
    assert all(len(beside.line) > 60 and len(beside.label) <= 14 for beside in one.beside)
    if one.model == "fill-mask" or one.suite == "demographics":
        assert {f"{one.model}-planted", f"{one.model}-even-handed"} <= set(one.models)
    else:
        assert "word-count" in one.models


@each
def test_there_is_enough_to_argue_about(one: Lesson) -> None:
    assert len(one.discussion) >= 5 and len(set(one.discussion)) == len(one.discussion)
    asked = " ".join(one.discussion)
    assert [topic for topic, pattern in TOPICS.items() if not re.search(pattern, asked)] == []
    assert all("?" in text for text in (*one.discussion, one.look, one.change))
    assert one.question.endswith("?")


def test_questions_are_written_for_their_suite() -> None:
    asked = [text for one in LESSONS for text in one.discussion]
    assert len(set(asked)) == len(asked)


@each
def test_words_that_say_too_much_are_left_out(one: Lesson) -> None:
    for text in own_words(one):
        assert not re.search(NEVER, text), text
        assert "!" not in text, text


def test_the_cards_are_complete_and_all_in_use() -> None:
    names = {card.name for card in CARDS}
    assert names == {"bias", "privacy", "intervention", "validation"}
    used = {name for one in LESSONS for name in one.cards}
    assert used == names
    for card in CARDS:
        assert len(card.questions) >= 3
        assert not re.search(NEVER + "|!", " ".join((card.title, card.text, *card.questions)))


@each
def test_a_suite_with_hard_texts_is_announced(one: Lesson, suites: dict[str, Suite]) -> None:
    if any(test.content_note for test in suites[one.suite].tests) or FILL_MASK in suites[one.suite].tasks[:1]:
        assert one.note


def test_how_sure_has_three_answers() -> None:
    assert len(dict(SURE)) == 3
