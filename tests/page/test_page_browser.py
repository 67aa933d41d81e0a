"""The page in a browser: no request leaves this machine, no console error, a whole run, the report."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import PATIENCE
from playwright.sync_api import Page, expect

# Gradio counts its own events in ways that pandas 3 has deprecated.
pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")


@pytest.fixture
def audit(page: Page) -> Page:
    """Open the tab that audits."""
    page.get_by_role("tab", name="Audit").click()
    return page


def test_a_run_from_the_model_to_the_downloaded_report(audit: Page, tmp_path: Path) -> None:
    page = audit
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


@pytest.mark.slow
def test_a_term_opens_the_glossary(audit: Page) -> None:
    page = audit
    page.locator("#audit-bundled").get_by_text("word-count:").click()
    page.locator("#audit-look").click()
    page.locator("#audit-read").click()
    expect(page.get_by_text("Stored result.")).to_be_visible(timeout=PATIENCE)
    page.locator("#audit-findings a[href='#term-interval']").first.click()
    expect(page.locator("#term-interval")).to_be_focused(timeout=PATIENCE)
    page.keyboard.press("Escape")
    expect(page.locator("#glossary")).not_to_be_visible()
    expect(page.get_by_role("heading", name="What the audit of word-count shows")).to_be_visible()
