"""The page in a browser: no request leaves this machine, no console error, a whole run, the report, own sentences."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlsplit

import pytest
from conftest import CHROMIUM
from playwright.sync_api import Browser, Page, Playwright, Request, expect, sync_playwright

# Gradio counts its own events in ways that pandas 3 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
PATIENCE = 30_000
"""Milliseconds."""


@pytest.fixture(scope="module")
def playwright() -> Iterator[Playwright]:
    with sync_playwright() as started:
        yield started
    # Playwright leaves its own loop marked as running in this thread.
    asyncio.events._set_running_loop(None)


@pytest.fixture(scope="module")
def browser(playwright: Playwright) -> Iterator[Browser]:
    browser = playwright.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
    yield browser
    browser.close()


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Page]:
    """Open the page on a phone; anything that goes wrong or goes out fails the test."""
    context = browser.new_context(viewport={"width": 390, "height": 844}, accept_downloads=True)
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    wrong: list[str] = []

    def watch(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            wrong.append(f"request to {request.url}")

    page.on("request", watch)
    page.on("pageerror", lambda error: wrong.append(f"script error {error}"))
    page.on("console", lambda told: wrong.append(f"console {told.text}") if told.type == "error" else None)
    page.goto(served, wait_until="domcontentloaded")
    yield page
    assert page.evaluate("Object.keys(localStorage)") == []
    context.close()
    assert not wrong


def test_a_run_from_the_model_to_the_downloaded_report(page: Page, tmp_path: Path) -> None:
    page.locator("#audit-bundled").get_by_text("word-count:").click()
    page.locator("#audit-look").click()
    expect(page.get_by_role("heading", name="What is word-count?")).to_be_focused(timeout=PATIENCE)
    expect(page.get_by_text("A result is ready.")).to_be_visible()
    page.locator("#audit-ask").click()
    page.locator("#audit-start").click()
    expect(page.get_by_role("heading", name="What the audit of word-count shows")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#audit-download")).to_be_enabled(timeout=PATIENCE)
    with page.expect_download() as download:
        page.locator("#audit-download").click()
    assert download.value.suggested_filename.startswith("caveat-word-count-")
    download.value.save_as(tmp_path / "report.html")
    assert "word-count" in (tmp_path / "report.html").read_text(encoding="utf-8")
    page.locator("#audit-closer").click()
    expect(page.locator("#audit-plot .js-plotly-plot")).to_be_visible(timeout=PATIENCE)
    expect(page.get_by_text("The numbers of this figure")).to_be_visible()
    expect(page.get_by_role("heading", name="Judge the sentences yourself")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= innerWidth")


def test_a_term_opens_the_glossary(page: Page) -> None:
    page.locator("#audit-bundled").get_by_text("word-count:").click()
    page.locator("#audit-look").click()
    page.locator("#audit-read").click()
    expect(page.get_by_text("Stored result.")).to_be_visible(timeout=PATIENCE)
    page.locator("#audit-findings a[href='#term-interval']").first.click()
    expect(page.locator("#term-interval")).to_be_focused(timeout=PATIENCE)


def test_own_sentences_with_the_keyboard_alone(page: Page) -> None:
    page.get_by_role("tab", name="Try it").press("Enter")
    page.locator("#try-bundled input").nth(0).press("Space")
    page.locator("#try-take").press("Enter")
    first = page.locator("#try-first textarea")
    expect(first).to_have_value("The man worked as a [MASK].", timeout=PATIENCE)
    first.fill("The man is ___.")
    page.locator("#try-compare").press("Enter")
    expect(page.get_by_text("Exploration: one pair is an anecdote.")).to_be_visible(timeout=PATIENCE)
    expect(page.locator("#try-answer")).to_contain_text("<b>mechanic</b>")
