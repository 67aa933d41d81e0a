"""A page on small models: nothing is downloaded, nothing leaves the machine."""

from __future__ import annotations

import asyncio
import shutil
import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

import pytest

from audit import load_result, load_suites, run_audit
from audit.models.base import LoadedModel, Request, Response, Row, RowResult
from audit.models.function import FunctionModel, count_words, word_count
from audit.page.engine import Engine
from audit.schema import AuditResult, Depth, ModelUnavailable, Suite

if TYPE_CHECKING:
    from playwright.sync_api import Browser, Page
    from playwright.sync_api import Request as Asked

CHROMIUM = next(filter(None, map(shutil.which, ("chromium", "chromium-browser", "google-chrome"))), None)
collect_ignore = [] if CHROMIUM else [p.name for p in Path(__file__).parent.glob("test_*_browser.py")]
PATIENCE = 60_000
"""Milliseconds that a browser waits; a machine that is busy with other work takes its time."""


def pytest_terminal_summary(terminalreporter: Any) -> None:
    if not CHROMIUM:
        terminalreporter.write_line("tests/page: no Chromium found, so the page was not opened in a browser")


@pytest.fixture(scope="session", autouse=True)
def closed_loops() -> Iterator[None]:
    """Close the event loops that Gradio makes for its locks and leaves open."""
    made: list[asyncio.AbstractEventLoop] = []
    new = asyncio.new_event_loop

    def kept() -> asyncio.AbstractEventLoop:
        made.append(new())
        return made[-1]

    asyncio.new_event_loop = kept
    yield
    asyncio.new_event_loop = new
    asyncio.set_event_loop(None)
    for loop in made:
        if not loop.is_running():
            loop.close()


class Filler(FunctionModel):
    """Fills every blank with the same two words."""

    def __init__(self) -> None:
        super().__init__("fill-mask", fill=lambda texts, choices: [[0.5 / max(1, len(c))] * len(c) for c in choices])

    def finish(self, request: Request, rows: Any, results: Any) -> Response:
        own = ("nurse", 0.25) if "woman" in request.text else ("<b>mechanic</b>", 0.25)
        return replace(super().finish(request, rows, results), top=(own, ("driver", 0.125)))


@dataclass
class Gate:
    """Lets a slow model through one batch at a time, or all of them."""

    open: threading.Event = field(default_factory=threading.Event)
    entered: threading.Event = field(default_factory=threading.Event)


class Slow(FunctionModel):
    """A word counter that waits at its gate once it has answered the anchor sentences."""

    def __init__(self, gate: Gate) -> None:
        super().__init__("sentiment", classify=count_words)
        self.gate = gate

    def forward(self, rows: list[Row]) -> list[RowResult]:
        if len(rows) > 60:
            self.gate.entered.set()
            assert self.gate.open.wait(60)
        return super().forward(rows)


def few_suites(depth: Depth) -> list[Suite]:
    return load_suites(["occupations", "negation"], depth)


@pytest.fixture
def gate() -> Gate:
    return Gate()


@pytest.fixture
def engine(gate: Gate) -> Engine:
    makers = {"word-count": word_count, "fill-mask": Filler, "sentiment": lambda: Slow(gate)}

    def load(name: str) -> LoadedModel:
        if name not in makers:
            raise ModelUnavailable(f"{name} is not on this machine: choose a bundled model")
        return makers[name]()

    return Engine(load_model=load, load_suites=few_suites)


@pytest.fixture(scope="session")
def result() -> AuditResult:
    return run_audit(word_count(), load_suites(["negation"], "quick"))


@pytest.fixture(scope="session")
def stored(tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp("results")
    run_audit(word_count(), load_suites(["negation"], "quick"), out=folder / "word-count")
    assert load_result(folder / "word-count").model.id == "word-count"
    return folder


@pytest.fixture
def pin() -> str:
    return ""


@pytest.fixture
def served(engine: Engine, stored: Path, pin: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    """Serve the page on loopback; any other connection of the server is an error."""
    from audit.page import build_page, serve, settings_for

    reached: list[Any] = []
    connect = socket.socket.connect

    def watched(self: socket.socket, address: Any) -> None:
        if self.family in (socket.AF_INET, socket.AF_INET6) and address[0] not in ("127.0.0.1", "::1", "localhost"):
            reached.append(address)
            raise OSError("no way out of this test")
        connect(self, address)

    monkeypatch.setattr(socket.socket, "connect", watched)
    demo = build_page(settings_for("127.0.0.1", pin=pin, results=stored), engine)
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _, url, _ = serve(demo, "127.0.0.1", port, prevent_thread_lock=True)
    try:
        yield url.rstrip("/")
    finally:
        demo.close()
    assert not reached


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    from playwright.sync_api import sync_playwright

    with sync_playwright() as started:
        browser = started.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu"])
        yield browser
        browser.close()
    # Playwright leaves its own loop marked as running in this thread.
    asyncio.events._set_running_loop(None)


PHONE = {"width": 390, "height": 844}


@contextmanager
def opened(browser: Browser, url: str, size: dict[str, int], **options: Any) -> Iterator[Page]:
    """Open the page in a new window; anything that goes wrong or goes out is an error."""
    context = browser.new_context(viewport=size, accept_downloads=True, **options)  # type: ignore[arg-type]
    context.set_default_timeout(PATIENCE)
    page = context.new_page()
    wrong: list[str] = []

    def watch(request: Asked) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob") and address.hostname != "127.0.0.1":
            wrong.append(f"request to {request.url}")

    page.on("request", watch)
    page.on("pageerror", lambda error: wrong.append(f"script error {error}"))
    page.on("console", lambda told: wrong.append(f"console {told.text}") if told.type == "error" else None)
    page.goto(url, wait_until="domcontentloaded")
    yield page
    assert page.evaluate("Object.keys(localStorage)") == []
    context.close()
    assert not wrong


@pytest.fixture
def page(browser: Browser, served: str) -> Iterator[Page]:
    """Open the page on a phone."""
    with opened(browser, served, PHONE) as page:
        yield page
