"""Everybody can use it: axe finds nothing, the keyboard does all, the focus is seen, nothing scrolls sideways."""

from __future__ import annotations

import importlib.util
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import PATIENCE, PHONE, opened
from playwright.sync_api import Browser, Page, expect

from audit.page.settings import results_folder

# Gradio counts its own events in ways that pandas 3 has deprecated.
pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")]
AXE = importlib.util.find_spec("axe_playwright_python")
needs_axe = pytest.mark.skipif(
    AXE is None, reason="axe-playwright-python is not installed: accessibility was not checked"
)
SIZES = {"phone": PHONE, "laptop": {"width": 1280, "height": 800}, "projector": {"width": 1920, "height": 1080}}
EXCEPTIONS: dict[str, str] = {}
"""Rule and selector -> why it cannot be mended. Nothing needs one."""
_OUTLINED = """() => {
  const seen = [];
  let at = document.activeElement;
  if (!at || at === document.body) return null;
  for (let up = at; up && seen.length < 4; up = up.parentElement) {
    const style = getComputedStyle(up);
    seen.push(parseFloat(style.outlineWidth) > 0 && style.outlineStyle !== "none" || style.boxShadow !== "none");
  }
  return [seen.some(Boolean), at.outerHTML.slice(0, 160)];
}"""


def _script() -> str:
    assert AXE is not None and AXE.origin is not None
    return Path(AXE.origin).with_name("axe.min.js").read_text(encoding="utf-8")


def check(page: Page, where: str) -> None:
    """Fail with rule, element and reason of everything that axe finds, and when a page is wider than its window."""
    page.evaluate(_script())
    found: dict[str, Any] = page.evaluate("axe.run(document, { resultTypes: ['violations'] })")
    assert found["passes"], "axe looked at nothing"
    wrong = [
        f"{where}: {rule['id']} at {part['target'][0]}: {part['failureSummary']}"
        for rule in found["violations"]
        for part in rule["nodes"]
        if f"{rule['id']} {part['target'][0]}" not in EXCEPTIONS
    ]
    assert not wrong, "\n".join(wrong)
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth"), f"{where} scrolls sideways"


@pytest.fixture(params=["phone light", "laptop dark", "projector light"])
def shown(request: pytest.FixtureRequest, browser: Browser, served: str) -> Iterator[Page]:
    size, scheme = request.param.split()
    address = f"{served}?__theme={scheme}"
    with opened(browser, address, SIZES[size], color_scheme=scheme) as page:
        expect(page.locator("#tabs")).to_be_visible(timeout=PATIENCE)
        assert page.evaluate("document.body.classList.contains('dark')") is (scheme == "dark")
        yield page


def look_at(page: Page) -> None:
    page.get_by_role("tab", name="Audit").click()
    page.locator("#audit-bundled").get_by_text("word-count:").click()
    page.locator("#audit-look").click()
    expect(page.get_by_role("heading", name="What is word-count?")).to_be_visible(timeout=PATIENCE)


# What fades in has other colours on its way; what turns for ever is not waited for.
STILL = """() => document.getAnimations().every(
    (one) => one.playState !== "running" || one.effect.getComputedTiming().iterations === Infinity)"""


@needs_axe
def test_axe_finds_nothing_on_any_tab_or_step_of_an_audit(shown: Page) -> None:
    page = shown
    for name in page.locator("#tabs .tab-container").first.get_by_role("tab").all_inner_texts():
        page.get_by_role("tab", name=name, exact=True).click()
        page.wait_for_function(STILL)
        check(page, name)
    page.locator(".cv-words").click()
    expect(page.locator("#glossary")).to_be_visible()
    check(page, "glossary")
    page.locator(".cv-close").click()
    look_at(page)
    check(page, "what it is")
    page.locator("#audit-ask").click()
    expect(page.locator("#audit-count")).to_contain_text("The model will read", timeout=PATIENCE)
    page.get_by_role("button", name="More, for research").click()
    check(page, "run")
    page.locator("#audit-start").click()
    expect(page.get_by_role("heading", name="What the audit of word-count shows")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#audit-download")).to_be_enabled(timeout=PATIENCE)
    check(page, "findings")
    page.locator("#audit-closer").click()
    expect(page.locator("#audit-plot .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
    for summary in page.locator("#audit-evidence summary").all():
        summary.click()
    check(page, "a closer look")


def test_the_keyboard_alone_does_an_audit_and_the_focus_is_always_seen(page: Page) -> None:
    page.wait_for_function("document.body.dataset.caveat === 'ready'", timeout=PATIENCE)
    unseen: list[str] = []

    def go_to(selector: str) -> None:
        """Press Tab until the focus is there, as a person would."""
        for _ in range(80):
            page.keyboard.press("Tab")
            outlined, markup = page.evaluate(_OUTLINED) or (True, "")
            if not outlined:
                unseen.append(markup)
            if page.evaluate("wanted => document.activeElement.matches(wanted)", selector):
                return
        raise AssertionError(f"the keyboard does not reach {selector}")

    go_to(".cv-words")
    page.keyboard.press("Enter")
    expect(page.locator("#glossary")).to_be_visible()
    page.keyboard.press("Escape")
    expect(page.locator(".cv-words")).to_be_focused()
    go_to("#tabs [role=tab]")
    page.locator(":focus").press("ArrowRight")
    page.get_by_role("tab", name="Audit").press("Enter")
    go_to("#audit-bundled input")
    # The last of the list: the arrow keys go round.
    page.keyboard.press("ArrowUp")
    expect(page.get_by_role("radio", name="word-count:")).to_be_checked()
    go_to("#audit-look")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What is word-count?")).to_be_focused(timeout=PATIENCE)
    go_to("#audit-ask")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What do we ask it, and how thoroughly?")).to_be_focused(timeout=PATIENCE)
    go_to("#audit-suites input")
    page.keyboard.press("Space")
    expect(page.locator("#audit-count")).to_contain_text("No question is marked", timeout=PATIENCE)
    page.keyboard.press("Space")
    expect(page.locator("#audit-count")).to_contain_text("The model will read", timeout=PATIENCE)
    go_to("#audit-start")
    page.keyboard.press("Enter")
    expect(page.get_by_role("heading", name="What the audit of word-count shows")).to_be_focused(timeout=PATIENCE)
    expect(page.locator("#audit-download")).to_be_enabled(timeout=PATIENCE)
    go_to("#audit-closer")
    expect(page.locator("#audit-download")).to_be_enabled(timeout=PATIENCE)
    go_to("#audit-download")
    with page.expect_download() as file:
        page.keyboard.press("Enter")
    assert file.value.suggested_filename.endswith(".html")
    page.locator("#audit-closer").press("Enter")
    expect(page.get_by_role("heading", name="What is behind it?")).to_be_focused(timeout=PATIENCE)
    go_to("#audit-evidence summary")
    page.keyboard.press("Enter")
    expect(page.locator("#audit-evidence details[open]").first).to_be_visible()
    assert not unseen, unseen


def test_every_plot_has_its_sentence_and_its_table(page: Page) -> None:
    look_at(page)
    page.locator("#audit-read").click()
    expect(page.get_by_text("Stored result.")).to_be_visible(timeout=PATIENCE)
    page.locator("#audit-closer").click()
    expect(page.locator("#audit-plot .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
    page.locator("#audit-chart input").click()
    charts = [text.removeprefix("\N{CHECK MARK}").strip() for text in page.get_by_role("option").all_inner_texts()]
    page.locator("#audit-chart input").blur()
    for chart in charts:
        page.locator("#audit-chart input").click()
        page.get_by_role("option", name=chart).click()
        page.locator("#audit-chart input").blur()
        words = page.locator(".cv", has=page.locator("summary", has_text="The numbers of this figure"))
        expect(words.locator("p").first).not_to_be_empty(timeout=PATIENCE)
        assert words.locator("tbody tr").count() >= 1
    assert len(charts) > 1


class TestTheLesson:
    """A lesson from its guess to its questions, and the teacher's desk, on the results that ship with the project."""

    @pytest.fixture
    def stored(self) -> Path:
        return results_folder()

    @pytest.fixture
    def pin(self) -> str:
        return "471147"

    @needs_axe
    def test_axe_finds_nothing_on_any_step_of_a_lesson_or_the_desk(self, browser: Browser, served: str) -> None:
        with opened(browser, f"{served}?lesson=demographics", PHONE) as page:
            # the script has run and what the link names has come: a choice made before would be wiped out
            page.wait_for_function("document.body.dataset.caveat === 'ready'", timeout=PATIENCE)
            expect(page.locator("#lesson-choice input")).not_to_have_count(0, timeout=PATIENCE)
            page.locator("#lesson-choice input").nth(1).check(timeout=PATIENCE)
            check(page, "guess")
            page.locator("#lesson-sure input").first.check()
            expect(page.locator("#lesson-choice input").nth(1)).to_be_checked()
            page.locator("#lesson-lock").click()
            expect(page.get_by_text("Locked in.")).to_be_visible(timeout=PATIENCE)
            page.locator("#lesson-show").click(timeout=PATIENCE)
            expect(page.locator("#lesson-plot .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
            check(page, "result")
            page.locator("#lesson-to-evidence").click()
            expect(page.get_by_text("Pair 1 of")).to_be_visible(timeout=PATIENCE)
            check(page, "evidence")
            page.locator("#lesson-to-argue").click()
            expect(page.get_by_role("heading", name="What would change your mind?")).to_be_visible(timeout=PATIENCE)
            check(page, "argue")
            page.get_by_role("tab", name="Teacher").click()
            page.locator("#teacher-pin input").fill("471147")
            page.locator("#teacher-enter").click()
            page.locator("#teacher-bring").click(timeout=PATIENCE)
            expect(page.locator("#teacher-close")).to_be_visible(timeout=PATIENCE)
            check(page, "board")
