"""The README's pictures of report, page and lesson, from the stored results: `python -m tools.pictures`."""

from __future__ import annotations

import shutil
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import Any

from audit import load_result
from audit.page.settings import results_folder
from audit.report.html import render

DOCS = Path(__file__).resolve().parents[1] / "docs"
LAPTOP, PHONE = (1280, 860), (390, 844)
PATIENCE = 60_000
"""Milliseconds that a page may take."""


def free_port() -> int:
    """Give a port that nobody listens on."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def main() -> None:
    """Take the pictures into docs/; needs a Chromium and playwright, of requirements-dev.txt."""
    from playwright.sync_api import sync_playwright

    chromium = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
    port = free_port()
    page_server = subprocess.Popen([sys.executable, "-m", "audit", "app", "--port", str(port)])
    try:
        with sync_playwright() as started, tempfile.TemporaryDirectory() as folder:
            browser = started.chromium.launch(executable_path=chromium, args=["--no-sandbox", "--disable-gpu"])
            report = Path(folder, "report.html")
            report.write_text(render(load_result(results_folder() / "sentiment")), encoding="utf-8")
            for name, size in (("laptop", LAPTOP), ("phone", PHONE)):
                page = window(browser, size)
                page.goto(f"{report.as_uri()}#findings")
                page.get_by_role("heading", name="Key findings").scroll_into_view_if_needed()
                page.evaluate("document.querySelector('#findings')?.scrollIntoView()")
                page.screenshot(path=DOCS / f"report-{name}.png")
                page.close()
            page = window(browser, LAPTOP)
            wait_for(port)
            page.goto(f"http://127.0.0.1:{port}/", wait_until="domcontentloaded", timeout=PATIENCE)
            page.get_by_role("tab", name="Audit").click(timeout=PATIENCE)
            page.locator("#audit-bundled").get_by_text("sentiment:").first.click()
            page.locator("#audit-look").click()
            page.locator("#audit-read").click(timeout=PATIENCE)
            page.get_by_text("Stored result.").wait_for(timeout=PATIENCE)
            page.set_viewport_size({"width": 1280, "height": 1250})
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=DOCS / "page-laptop.png")
            page.close()
            page = window(browser, LAPTOP)
            page.goto(f"http://127.0.0.1:{port}/?lesson=occupations", wait_until="domcontentloaded", timeout=PATIENCE)
            page.locator("#lesson-choice input").nth(3).check(timeout=PATIENCE)
            page.locator("#lesson-sure input").nth(1).check()
            page.locator("#lesson-lock").click()
            page.locator("#lesson-show").click(timeout=PATIENCE)
            page.locator("#lesson-plot .js-plotly-plot").wait_for(timeout=PATIENCE)
            page.locator("#lesson-next-button, #lesson-to-evidence").first.wait_for(timeout=PATIENCE)
            page.evaluate("scrollTo(0, 0)")
            page.screenshot(path=DOCS / "lesson-laptop.png", full_page=True)
            browser.close()
    finally:
        page_server.terminate()
        page_server.wait(timeout=60)


def window(browser: Any, size: tuple[int, int]) -> Any:
    """Open a window of a size in pixels."""
    return browser.new_page(viewport={"width": size[0], "height": size[1]})


def wait_for(port: int) -> None:
    """Wait until the page listens, two minutes at most."""
    for _ in range(240):
        with socket.socket() as probe:
            if probe.connect_ex(("127.0.0.1", port)) == 0:
                return
        time.sleep(0.5)
    raise RuntimeError("the page did not start")


if __name__ == "__main__":
    main()
