"""A class that a teacher leads: windows follow, nobody sees the result early, and only the PIN leads."""

from __future__ import annotations

import io
import zipfile
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import gradio as gr
import pytest

from audit.page.classroom import Classroom, may_guess, may_see
from audit.page.engine import Engine
from audit.page.lesson_tab import LessonTab
from audit.page.room import Room
from audit.page.settings import settings_for
from audit.page.teacher_tab import TeacherTab
from audit.schema import ModelUnavailable

HERE = SimpleNamespace(headers={"host": "class.local:7860"})


def no_model(name: str) -> Any:
    raise ModelUnavailable(f"{name} must not be loaded for a lesson")


@pytest.fixture
def tabs() -> tuple[LessonTab, TeacherTab]:
    room = Room(settings_for("0.0.0.0", pin="471142"), Engine(load_model=no_model))
    with gr.Blocks():
        teacher = gr.State(False)
        return LessonTab(room, teacher), TeacherTab(room, teacher)


def visible(parts: tuple[Any, ...], tab: TeacherTab) -> set[str]:
    return {name for name, part in zip(tab.buttons, parts[3:], strict=False) if part.visible}


def test_a_class_goes_from_guess_to_result() -> None:
    room = Classroom()
    assert room.now == (0, None) and may_guess(None) and may_see(None, True) and not may_see(None, False)
    room.turn("revealed")
    assert room.now == (0, None)
    room.bring("slang")
    led = room.led("slang")
    assert room.led("negation") is None and may_guess(led)
    assert not may_see(led, True) and may_see(led, False, teacher=True)
    room.turn("closed")
    assert not may_guess(room.led("slang")) and not may_see(room.led("slang"), True)
    room.turn("revealed")
    assert may_see(room.led("slang"), False)
    room.free()
    assert room.now == (4, None)


def test_windows_follow_the_teacher(tabs: tuple[LessonTab, TeacherTab]) -> None:
    students, teacher = tabs
    version, line, join, *_ = students._follow(-1, "", {}, False)
    assert (version, line) == (0, "") and join.visible is False
    assert all(part == gr.skip() for part in students._follow(version, "", {}, False))
    parts = teacher._press("bring", True, "negation", HERE)
    assert "Guessing is open. 0 guesses so far." in parts[0] and visible(parts, teacher) == {"close", "free"}
    version, line, join, *_ = students._follow(version, "slang", {}, False)
    assert "Not bad at all" in line and join.visible is True
    opened = students._join({})
    assert opened[0] == "negation" and opened[5].visible is True
    guesses, *_, show = students._lock("negation", "more", "sure", {})
    assert guesses == {"negation": ("more", "sure")} and show.interactive is False
    assert all(part == gr.skip() for part in students._show("negation", guesses))

    teacher._press("close", True, None, HERE)
    late, _, _, shut, words, _, show = students._lock("negation", "less", "sure", {})
    assert late == gr.skip() and shut.visible is True and "Guessing is closed." in words and show.interactive is False
    assert students.tally.total("negation") == 1

    parts = teacher._press("reveal", True, None, HERE)
    assert visible(parts, teacher) == {"bring", "free"}
    *_, show = students._follow(version, "negation", guesses, False)
    assert show.interactive is True
    assert "Your guess" in students._show("negation", guesses)[0]
    without = students._show("negation", {})[0]
    assert '<p class="said">None</p>' in without and "Your guess holds" not in without
    parts = teacher._press("free", True, None, HERE)
    assert "class.local:7860" in parts[0] and visible(parts, teacher) == {"bring"}
    assert all(part == gr.skip() for part in students._show("negation", {}))


def test_another_lesson_stays_at_ones_own_pace(tabs: tuple[LessonTab, TeacherTab]) -> None:
    students, teacher = tabs
    teacher._press("bring", True, "slang", HERE)
    guesses, *_, show = students._lock("negation", "more", "sure", {})
    assert show.interactive is True and "Your guess" in students._show("negation", guesses)[0]


def test_only_the_pin_leads(tabs: tuple[LessonTab, TeacherTab]) -> None:
    students, teacher = tabs
    for name in teacher.buttons:
        assert "Enter the PIN first" in teacher._press(name, False, "slang", HERE)[0]
    assert "Enter the PIN first" in teacher._empty(False)[0]
    assert students.room.classroom.now == (0, None)
    assert teacher._look(False) == (gr.skip(), gr.skip())
    assert "There is no lesson" in teacher._press("bring", True, "<b>", HERE)[0]


def test_the_board_shows_guesses_from_five_on_and_the_answer_last(tabs: tuple[LessonTab, TeacherTab]) -> None:
    students, teacher = tabs
    teacher._press("bring", True, "negation", HERE)
    for _ in range(5):
        students._lock("negation", "more", "sure", {})
    assert "5 guesses so far" in teacher._screen() and "lesson-tally" not in teacher._screen()
    assert "the job fair was not great" in teacher._screen()
    teacher._press("close", True, None, HERE)
    assert "the job fair was not great" not in teacher._screen()
    assert "lesson-tally" in teacher._screen() and "measured gap lies" not in teacher._screen()
    teacher._press("reveal", True, None, HERE)
    assert teacher._screen().count("measured gap lies") == 1
    line, board = teacher._empty(True)
    assert "forgotten" in line and "0 guesses so far" in board


def test_a_new_window_lands_where_the_class_is(tabs: tuple[LessonTab, TeacherTab]) -> None:
    students, teacher = tabs
    with gr.Blocks() as demo:
        students.open_from_link(demo)
    (arrive,) = [event.fn for event in demo.fns.values() if getattr(event.fn, "__name__", "") == "arrive"]
    assert arrive(SimpleNamespace(query_params={}))[0] == gr.skip()
    teacher._press("bring", True, "slang", HERE)
    assert arrive(SimpleNamespace(query_params={}))[0] == "slang"
    assert arrive(SimpleNamespace(query_params={"lesson": "negation"}))[0] == "negation"


def test_the_papers_are_one_archive(tabs: tuple[LessonTab, TeacherTab]) -> None:
    path = tabs[1].papers.bundle()
    names = zipfile.ZipFile(io.BytesIO(Path(path).read_bytes())).namelist()
    assert "teacher-guide.html" in names and "take-home.html" in names and len(names) == 8
    assert tabs[1].papers.bundle() == path
