"""A small class at once over HTTP: all finish, nobody sees another's sentence, a live run goes through the queue."""

from __future__ import annotations

from pathlib import Path

import pytest

from audit.page.settings import results_folder
from benchmarks.classroom import Classroom, Student, described

# Gradio counts its own events in ways that pandas 3 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
STUDENTS = 5


@pytest.fixture
def stored() -> Path:
    return results_folder()


def test_a_class_finishes_and_nobody_sees_anothers_input(served: str) -> None:
    found = Classroom(served, STUDENTS, sentences=1).run()
    assert found.troubles == [] and found.finished == STUDENTS and found.leaks == 0
    assert len(found.opened) == STUDENTS and len(found.steps) == 4 * STUDENTS and len(found.live) == STUDENTS
    assert max(found.overtaken) < STUDENTS
    assert f"{STUDENTS} of {STUDENTS} students finished" in described(found, 1.0)


def test_the_page_keeps_windows_apart(served: str) -> None:
    one, other = Student(served), Student(served)
    try:
        one.press("lesson-open", "negation", None)
        other.press("lesson-open", "negation", None)
        one.press("lesson-lock", None, "more", "sure", None)
        assert "Your guess" in one.press("lesson-show", None, None, None)
        assert "Your guess" not in other.press("lesson-show", None, None, None)
    finally:
        one.close()
        other.close()
