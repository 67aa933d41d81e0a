"""A lesson in a browser, with the keyboard alone, on results that ship with the project and without any model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE
from playwright.sync_api import Page, expect

from audit.lessons.content import LESSONS
from audit.page.engine import Engine
from audit.page.settings import results_folder
from audit.schema import ModelUnavailable

# Gradio counts its own events in ways that pandas 3 has deprecated.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")]


@pytest.fixture
def stored() -> Path:
    return results_folder()


@pytest.fixture
def engine() -> Engine:
    def load(name: str) -> Any:
        raise ModelUnavailable(f"{name} must not be loaded for a lesson")

    return Engine(load_model=load)


def test_a_lesson_with_the_keyboard_alone(page: Page) -> None:
    page.locator("#lesson-pick input").nth(1).press("Space")
    expect(page.locator("#lesson-pick input").nth(1)).to_be_checked()
    page.locator("#lesson-open").press("Enter")
    expect(page.get_by_role("heading", name="How much more does the model expect she")).to_be_focused(timeout=PATIENCE)
    page.locator("#lesson-lock").press("Enter")
    expect(page.get_by_text("Mark a guess, and how sure you are of it.")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#lesson-result-button")).to_be_disabled()
    page.locator("#lesson-choice input").first.press("Space")
    page.locator("#lesson-sure input").nth(1).press("Space")
    page.locator("#lesson-lock").press("Enter")
    expect(page.locator("#lesson-show")).to_be_focused(timeout=PATIENCE)
    expect(page.locator("#lesson-choice")).to_be_hidden()
    page.keyboard.press("Enter")
    expect(page.locator("#lesson-plot .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#lesson-result h2")).to_be_focused(timeout=PATIENCE)
    expect(page.get_by_role("heading", name="Your guess")).to_be_visible()
    expect(page.get_by_text("Computed before this page was started: fill-mask at revision")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#lesson-argue-button").press("Enter")
    expect(page.get_by_role("heading", name="What would change your mind?")).to_be_focused(timeout=PATIENCE)
    page.locator("#lesson-result-button").press("Enter")
    page.locator("#lesson-to-evidence").press("Enter")
    expect(page.get_by_text("Pair 1 of")).to_be_visible(timeout=PATIENCE)
    page.locator("#lesson-evidence summary").first.press("Enter")
    expect(page.locator("#lesson-evidence details[open]")).to_contain_text("she")
    page.locator("#lesson-next").press("Enter")
    expect(page.get_by_text("Pair 2 of")).to_be_visible(timeout=PATIENCE)
    page.locator("#lesson-to-argue").press("Enter")
    expect(page.get_by_role("heading", name="What would change your mind?")).to_be_focused(timeout=PATIENCE)
    assert page.locator("#lesson-argue ol li").count() >= 5
    page.locator("#lesson-again").press("Enter")
    expect(page.get_by_role("heading", name="Which question do we take?")).to_be_focused(timeout=PATIENCE)


def test_a_link_opens_its_lesson_and_the_class_is_counted(page: Page) -> None:
    address = page.url
    for _ in range(5):
        page.goto(f"{address}?lesson=negation", wait_until="domcontentloaded")
        page.locator("#lesson-choice input").nth(1).check()
        page.locator("#lesson-sure input").first.check()
        page.locator("#lesson-lock").click()
        expect(page.locator("#lesson-show")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("5 guesses, without names")).to_be_visible(timeout=PATIENCE)


def test_a_wrong_link_is_one_line(page: Page) -> None:
    page.goto(f"{page.url}?lesson=nothing", wait_until="domcontentloaded")
    expect(page.get_by_text("There is no lesson 'nothing'.")).to_be_visible(timeout=PATIENCE)


def test_every_lesson_as_a_student(page: Page) -> None:
    address = page.url
    for one in LESSONS:
        page.goto(f"{address}?lesson={one.suite}", wait_until="domcontentloaded")
        expect(page.get_by_role("heading", name=one.question[:30])).to_be_visible(timeout=PATIENCE)
        page.locator("#lesson-choice input").first.check()
        page.locator("#lesson-sure input").first.check()
        page.locator("#lesson-lock").click()
        page.locator("#lesson-show").click()
        expect(page.locator("#lesson-plot .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
        page.locator("#lesson-to-evidence").click()
        expect(page.get_by_text("Pair 1 of")).to_be_visible(timeout=PATIENCE)
        page.locator("#lesson-to-argue").click()
        expect(page.locator("#lesson-argue ol li").first).to_be_visible(timeout=PATIENCE)
        assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), one.suite


class TestTeacher:
    """A teacher's window and a student's."""

    @pytest.fixture
    def pin(self) -> str:
        return "4711"

    def test_the_teacher_leads(self, page: Page) -> None:
        student = page.context.new_page()
        student.goto(page.url, wait_until="domcontentloaded")
        page.locator("#tab-teacher-button").click()
        page.locator("#teacher-pin input").fill("4711")
        page.locator("#teacher-pin input").press("Enter")
        page.locator("#teacher-pick input").nth(1).check()
        page.locator("#teacher-bring").click()
        expect(page.get_by_text("Guessing is open. 0 guesses so far.")).to_be_visible(timeout=PATIENCE)
        student.locator("#lesson-join").click()
        student.locator("#lesson-choice input").first.check()
        student.locator("#lesson-sure input").first.check()
        student.locator("#lesson-lock").click()
        expect(student.locator("#lesson-show")).to_be_disabled(timeout=PATIENCE)
        expect(page.get_by_text("1 guess so far.")).to_be_visible(timeout=PATIENCE)
        page.locator("#teacher-close").click()
        page.locator("#teacher-reveal").click()
        expect(page.locator("#teacher-plot .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
        expect(student.locator("#lesson-show")).to_be_enabled(timeout=PATIENCE)
        student.locator("#lesson-show").click()
        expect(student.get_by_role("heading", name="Your guess")).to_be_visible(timeout=PATIENCE)
        page.locator("#teacher-more button").first.click()
        page.locator("#teacher-empty").click()
        expect(page.get_by_text("The guesses of the class are forgotten.")).to_be_visible(timeout=PATIENCE)
