"""Explore and the threshold in a browser, with the keyboard alone; nothing leaves the host, no console error."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from conftest import PATIENCE, Filler
from playwright.sync_api import Page, expect

from audit.models.attention import Attention
from audit.models.function import FunctionModel, count_words, word_count
from audit.page.engine import Engine
from audit.page.settings import results_folder

# Gradio counts its own events in ways that pandas 3 has deprecated.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")]


@pytest.fixture
def stored() -> Path:
    return results_folder()


@pytest.fixture
def engine() -> Engine:
    def load(name: str) -> Any:
        if name == "fill-mask":
            return Filler()
        return word_count() if name == "word-count" else FunctionModel(name, classify=count_words)

    def look(model: Any, text: str) -> Attention:
        words = tuple(text.split())
        return Attention(words, np.full((2, 3, len(words), len(words)), 1 / len(words), dtype=np.float32))

    return Engine(load_model=load, attention=look)


def test_from_models_to_attention_with_the_keyboard_alone(page: Page) -> None:
    page.get_by_role("tab", name="Explore").press("Enter")
    boxes = page.locator("#explore-bundled input")
    expect(boxes.first).to_be_checked(timeout=PATIENCE)
    for place in (1, 2, 3):
        boxes.nth(place).press("Space")
    page.locator("#explore-take").press("Enter")
    expect(page.locator("#explore-sentence h2")).to_be_focused(timeout=PATIENCE)
    page.locator("#explore-first textarea").fill("My brother said the <i>class</i> was good.")
    page.locator("#explore-next").press("Enter")
    expect(page.locator("#explore-twin h2")).to_be_focused(timeout=PATIENCE)
    page.locator("#explore-how input").nth(2).press("Space")
    twin = page.locator("#explore-second textarea")
    expect(twin).to_have_value("Just what I needed today: my brother said the <i>class</i> was good.", timeout=PATIENCE)
    page.locator("#explore-how input").nth(3).press("Space")
    expect(page.locator("#explore-made")).to_contain_text("Write the twin yourself", timeout=PATIENCE)
    page.locator("#explore-how input").nth(0).press("Space")
    expect(twin).to_have_value("My sister said the <i>class</i> was good.", timeout=PATIENCE)
    page.locator("#explore-compare").press("Enter")
    expect(page.locator("#explore-answers h2")).to_be_focused(timeout=PATIENCE)
    expect(page.locator("#explore-answer .model")).to_have_count(4)
    expect(page.locator("#explore-answer i")).to_have_count(0)
    expect(page.get_by_text("Exploration: one pair is an anecdote.").first).to_be_visible()
    page.locator("#explore-to-words").press("Enter")
    expect(page.locator("#explore-words h2")).to_be_focused(timeout=PATIENCE)
    page.locator("#explore-weigh").press("Enter")
    expect(page.locator("#explore-weights .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#explore-weighed")).to_contain_text("Without \N{LEFT DOUBLE QUOTATION MARK}good")
    page.locator("#explore-words summary").press("Enter")
    expect(page.locator("#explore-words details[open] tbody tr")).to_have_count(7)
    page.locator("#explore-to-attention").press("Enter")
    expect(page.get_by_text("Jain and Wallace (2019)")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#explore-heat")).to_be_hidden()
    page.locator("#explore-show").press("Enter")
    expect(page.locator("#explore-heat .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
    layer = page.locator("#explore-layer input[type=range]")
    expect(layer).to_be_focused(timeout=PATIENCE)
    layer.press("ArrowRight")
    expect(page.locator("#explore-looked")).to_contain_text("Layer 2 of 2, mean of all heads", timeout=PATIENCE)
    page.locator("#explore-attention summary").press("Enter")
    expect(page.locator("#explore-attention details[open] tbody tr")).to_have_count(7)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_blank_and_its_twin(page: Page) -> None:
    page.get_by_role("tab", name="Explore").press("Enter")
    page.locator("#explore-kind input").nth(1).press("Space")
    expect(page.locator("#explore-bundled label")).to_have_count(3, timeout=PATIENCE)
    page.locator("#explore-take").press("Enter")
    expect(page.locator("#explore-first textarea")).to_have_value("The man worked as a [MASK].", timeout=PATIENCE)
    page.locator("#explore-next").press("Enter")
    page.locator("#explore-how input").first.press("Space")
    expect(page.locator("#explore-second textarea")).to_have_value("The woman worked as a [MASK].", timeout=PATIENCE)
    page.locator("#explore-compare").press("Enter")
    expect(page.locator("#explore-answer")).to_contain_text("<b>mechanic</b>", timeout=PATIENCE)


def test_the_threshold_with_the_keyboard_alone(page: Page) -> None:
    page.goto(f"{page.url}?tab=threshold", wait_until="domcontentloaded")
    expect(page.get_by_text("Where would you draw that line")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#threshold-move-button")).to_be_disabled()
    page.locator("#threshold-lock").press("Enter")
    expect(page.get_by_text("Write down why, in a few words.")).to_be_visible(timeout=PATIENCE)
    own = page.locator("#threshold-own input[type=range]")
    own.press("ArrowLeft")
    page.locator("#threshold-why textarea").fill("Better one <b>mail</b> too many.")
    page.locator("#threshold-lock").press("Enter")
    expect(page.locator("#threshold-move h2")).to_be_focused(timeout=PATIENCE)
    expect(page.locator("#threshold-plot .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#threshold-said")).to_contain_text("Acting from 45 on:")
    expect(page.locator("#threshold-under")).to_contain_text("This is the line that you committed to.")
    expect(page.locator("#threshold-under")).to_contain_text("You wrote: Better one <b>mail</b> too many.")
    page.locator("#threshold-line input[type=range]").press("ArrowRight")
    expect(page.locator("#threshold-said")).to_contain_text("Acting from 50 on:", timeout=PATIENCE)
    expect(page.locator("#threshold-under")).to_contain_text("You committed to 45")
    page.locator("#threshold-look input").nth(2).press("Space")
    expect(page.locator("#threshold-said")).to_contain_text("students naming an identity", timeout=PATIENCE)
    page.locator("#threshold-under summary").first.press("Enter")
    expect(page.locator("#threshold-under details[open] tbody tr")).to_have_count(3)
    page.locator("#threshold-model input").nth(1).press("Space")
    expect(page.locator("#threshold-look input")).to_have_count(2, timeout=PATIENCE)
    expect(page.locator("#threshold-under")).to_contain_text("word-count at revision")
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")
    page.locator("#threshold-to-argue").press("Enter")
    expect(page.locator("#threshold-argue h2")).to_be_focused(timeout=PATIENCE)
    expect(page.locator("#threshold-argue")).to_contain_text("screening, diagnostic or crisis tool")
    expect(page.locator("#threshold-argue")).to_contain_text("988")
