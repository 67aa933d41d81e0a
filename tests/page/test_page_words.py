"""All that a visitor may read on the page: no raw entities, doubled words, empty slots, nan, None or undefined."""

from __future__ import annotations

import html
import json
import re
import socket
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest
from conftest import Filler
from test_page_attacked import POSTS, bring
from test_page_served import Visitor
from visible_text import faults_of_page

from audit.lessons.content import LESSONS
from audit.models.function import word_count
from audit.page import build_page, files, serve, settings_for
from audit.page.engine import Engine
from audit.page.settings import results_folder
from audit.page.shelf import OFFERS
from audit.report import pdf
from audit.store import load_result

pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
PIN = "abcdef"
TERM = "/ Undefined. Too few"
"""The glossary explains the word."""
SHOWN = ("label", "info", "placeholder", "value", "title", "text", "name", "ticktext", "choices", "elem_value")
"""Properties of components and charts that are read."""


class Reader(Visitor):
    """A visitor who reads all that comes, and whose window fills in what stands in the controls."""

    def __init__(self, url: str) -> None:
        super().__init__(url)
        self.parts = {part["id"]: part for part in self.config["components"]}
        for part in self.parts.values():
            part["props"].setdefault("elem_id", "")
        self.values: dict[str, Any] = {}
        self.room: Any = None
        self.seen: dict[str, str] = {}
        """What was read -> where it was read first."""
        for part in self.parts.values():
            self._read(part["props"], f"{part['type']} {part['props'].get('elem_id') or ''}")

    def go(self, label: str, **values: Any) -> str:
        """Press a control and all that follows from it; values of controls are given by their ids with "_" for "-"."""
        self.values |= {name.replace("_", "-"): value for name, value in values.items()}
        return self._go(self.event(label), label)

    def _go(self, event: dict[str, Any], label: str) -> str:
        inputs = [self.parts[one] for one in event["inputs"]]
        data = [
            None
            if part["type"] == "state"
            else self.values.get(part["props"].get("elem_id"), part["props"].get("value"))
            for part in inputs
        ]
        sent = {"data": data, "fn_index": event["id"], "session_hash": self.session, "trigger_id": None}
        answer = self.http.post("/gradio_api/queue/join", json=sent)
        assert answer.status_code == 200, answer.text
        told = list(self.listen())
        for message in told:
            output = message.get("output") or {}
            assert message.get("success", True), (label, event["api_name"], output)
            self._read(output.get("data"), label)
            self._fill(event, output.get("data") or ())
        following = [one for one in self.config["dependencies"] if one["trigger_after"] == event["id"]]
        rest = [self._go(one, label) for one in following if one["backend_fn"]]
        return json.dumps(told) + "".join(rest)

    def _fill(self, event: dict[str, Any], data: Any) -> None:
        """Put into the controls what the page puts there."""
        for number, given in zip(event["outputs"], data, strict=False):
            changed = given.get("props", given) if isinstance(given, dict) else {}
            if "value" in changed:
                self.values[self.parts[number]["props"].get("elem_id") or ""] = changed["value"]

    def _read(self, value: Any, where: str, key: str = "value") -> None:
        if isinstance(value, dict):
            for name, part in value.items():
                if isinstance(part, dict | list) or name in SHOWN:
                    self._read(part, where, name)
                elif name == "plot" and isinstance(part, str):
                    self._read(json.loads(part)["layout"], where, name)
        elif isinstance(value, list):
            if len(value) == 3 and value[0] in ("append", "delete"):
                return
            for part in value:
                self._read(part, where, key)
        elif isinstance(value, str) and value:
            self.seen.setdefault(value, where)

    def faults(self) -> list[str]:
        """Give what should not stand there, with where it was read."""
        found = []
        for text, where in self.seen.items():
            inside = [html.unescape(one) for one in re.findall(r'srcdoc="([^"]*)"', text)]
            for shown in (re.sub(r'srcdoc="[^"]*"', "", text), *inside):
                found += [f"{where}: {fault}" for fault in faults_of_page(shown) if TERM not in fault]
        return found


@pytest.fixture(scope="module")
def reader() -> Iterator[Reader]:
    """Serve the page with its stored results, and models that answer at once."""
    makers = {"word-count": word_count, "fill-mask": Filler, "sentiment": word_count}
    settings = settings_for("127.0.0.1", pin=PIN, results=results_folder())
    demo = build_page(settings, Engine(load_model=lambda name: makers[name]()))
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    _, url, _ = serve(demo, "127.0.0.1", port, prevent_thread_lock=True)
    reader = Reader(url.rstrip("/"))
    reader.room = demo.room
    yield reader
    reader.close()
    demo.close(verbose=False)


@pytest.fixture(autouse=True)
def nothing_wrong(reader: Reader) -> Iterator[None]:
    """Whatever a test reads has no fault."""
    yield
    found = reader.faults()
    reader.seen.clear()
    assert found == []


def test_the_page_as_it_opens(reader: Reader) -> None:
    assert len(reader.seen) > 150


@pytest.mark.parametrize("lesson", LESSONS, ids=lambda lesson: lesson.suite)
def test_every_step_of_a_lesson(reader: Reader, lesson: Any) -> None:
    assert lesson.question[:20] in reader.go("lesson-open", lesson_pick=lesson.suite)
    reader.go("lesson-lock", lesson_choice=None, lesson_sure=None)
    reader.go("lesson-lock", lesson_choice=lesson.choices[0].key, lesson_sure="sure")
    reader.go("lesson-count")
    reader.go("lesson-show")
    for _ in range(3):
        reader.go("lesson-next")


@pytest.mark.parametrize("name", [offer.name for offer in OFFERS])
def test_every_stored_result(reader: Reader, name: str) -> None:
    reader.go("audit-look", audit_bundled=name, audit_other="", audit_revision="", audit_meanings="")
    reader.go("audit-ask")
    told = reader.go("audit-read")
    assert '"selected": 4' in told
    result = load_result(results_folder() / name)
    for suite in (one.name for one in result.suites):
        reader.go("audit-suite", audit_suite=suite)


def test_an_audit_and_what_can_go_wrong_with_it(reader: Reader) -> None:
    reader.go("audit-look", audit_bundled="word-count", audit_other="")
    for seed, names in ((-1, ["negation"]), (0, []), (0, ["negation"])):
        reader.go("audit-start", audit_seed=seed, audit_suites=names, audit_depth="quick", audit_check=True)
    reader.go("audit-start", audit_depth="full")
    reader.go("audit-look", audit_other="../secret")
    reader.go("audit-look", audit_other="owner/name")


def test_exploring(reader: Reader) -> None:
    reader.go("explore-take", explore_kind="text-classification", explore_bundled=[], explore_other="")
    reader.go("explore-take", explore_bundled=["word-count"])
    first = "I am not happy with my brother."
    reader.go("explore-next", explore_first=first)
    for how in ("person", "negate", "sarcasm", "slang", "hand"):
        reader.go("explore-how", explore_how=how)
    reader.go("explore-compare", explore_second=first)
    reader.go("explore-compare", explore_second="I am not happy with my sister.")
    reader.go("explore-weigh", explore_which=1)
    reader.go("explore-weigh~")
    reader.go("explore-show")


def test_the_threshold(reader: Reader) -> None:
    reader.go("threshold-lock", threshold_own=50, threshold_why="")
    reader.go("threshold-lock", threshold_own=50, threshold_why="Because of a reason.")
    for line in (0, 35, 100):
        reader.go("threshold-line", threshold_line=line)


def test_own_posts_and_the_teacher(reader: Reader) -> None:
    assert "Try again in 1 second." in reader.go("teacher-enter", teacher_pin="wrong!")
    reader.go("teacher-enter", teacher_pin="wrong!")
    reader.room.pins._until = 0.0
    assert "class-hour" in reader.go("teacher-enter", teacher_pin=PIN)
    for name in ("bring", "close", "open", "reveal", "free", "empty"):
        reader.go(f"teacher-{name}", teacher_pick="negation")
    reader.go("data-file", data_file=bring(reader, "posts.csv", POSTS))
    chosen = {"data_text": "post", "data_label": "who", "data_groups": [], "data_meanings": ""}
    assert "That did not work." in reader.go("data-start", **chosen, data_model="word-count", data_other="")
    reader.go("data-file", data_file=bring(reader, "posts.csv", POSTS))
    assert "24 posts read" in reader.go("data-start", data_label="mood", data_groups=["who"])


def test_a_report_as_it_goes_to_print(reader: Reader, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    result = load_result(results_folder() / "fill-mask")
    printed: list[str] = []
    monkeypatch.setattr(pdf, "to_pdf", lambda page: printed.append(page) or b"%PDF")
    files.write(result, "pdf", tmp_path)
    reader.seen[pdf.prepared(printed[0])] = "pdf"


def test_the_reader_sees_faults(reader: Reader) -> None:
    reader.seen |= {"<p>43 points points</p>": "one", '<iframe srcdoc="&lt;p&gt;95&amp;amp;#8239;%&lt;/p&gt;">': "two"}
    assert [fault.split(":")[0] for fault in reader.faults()] == ["one", "two"]
    reader.seen.clear()
