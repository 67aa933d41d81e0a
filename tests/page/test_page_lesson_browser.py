"""A lesson in a browser, with the keyboard alone, on results that ship with the project and without any model."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE
from playwright.sync_api import Page, expect

from audit.page.engine import Engine
from audit.page.settings import results_folder
from audit.schema import ModelUnavailable

# Gradio counts its own events in ways that pandas 3 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


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
