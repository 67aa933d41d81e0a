"""One served page and visitors who want what they may not have: nothing is open or kept, nobody is blocked."""

from __future__ import annotations

import json
import socket
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any

import pytest
from conftest import Filler, Gate, Slow, few_suites
from test_page_served import ENTERED, Visitor

from audit.models.function import word_count
from audit.page import build_page, folders, serve, settings_for
from audit.page.asked import AUDITS_OF_A_COMPUTER, OF_A_WINDOW
from audit.page.engine import Engine
from audit.page.pins import Pins
from audit.page.room import Room

pytestmark = pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")
PIN = "abcdef"
POSTS = "post,mood,who\n" + "\n".join(
    f"Zebra {day} was {tone}.,{mood},{'ab'[day % 2]}"
    for day in range(12)
    for tone, mood in (("wonderful", "positive"), ("terrible", "negative"))
)
SUITE = (
    "text,allowed,group,pair,template,filler\n"
    "Good zebra.,positive,plain,1,a,day\nNot a good zebra.,negative,negated,1,a,day\n"
)
ASKED = ("word-count", "", "post", "mood", ["who"], "(none)", "", None)
"""Model, another model, columns, and what the labels mean: what the button of own posts sends."""


@dataclass
class Site:
    """A served page, and what it holds in memory."""

    url: str
    room: Room
    gate: Gate

    def brought(self) -> list[Path]:
        """Give the files that visitors brought and that are still there."""
        places = [folders.shown(), *(path for name, path in folders._made.items() if name == "private")]
        files = [path for place in places for path in place.rglob("*") if path.is_file()]
        return [path for path in files if path.suffix != ".html" and _holds_posts(path)]


def _holds_posts(path: Path) -> bool:
    try:
        return b"ebra" in path.read_bytes()
    except FileNotFoundError:
        # It went while it was looked at.
        return False


@pytest.fixture(scope="module")
def page(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Site]:
    """Serve a page behind a proxy that leads nowhere, as school networks set one."""
    gate = Gate()
    makers: dict[str, Callable[[], Any]] = {
        "word-count": word_count,
        "fill-mask": Filler,
        "sentiment": lambda: Slow(gate),
    }
    with pytest.MonkeyPatch.context() as patch:
        for name in ("http_proxy", "https_proxy", "all_proxy"):
            patch.setenv(name, "http://127.0.0.1:9")
            patch.setenv(name.upper(), "http://127.0.0.1:9")
        patch.delenv("no_proxy", raising=False)
        patch.delenv("NO_PROXY", raising=False)
        settings = settings_for("127.0.0.1", pin=PIN, results=tmp_path_factory.mktemp("none"))
        demo = build_page(settings, Engine(load_model=lambda name: makers[name](), load_suites=few_suites))
        with socket.socket() as free:
            free.bind(("127.0.0.1", 0))
            port = free.getsockname()[1]
        _, url, _ = serve(demo, "127.0.0.1", port, prevent_thread_lock=True)
    yield Site(url.rstrip("/"), demo.room, gate)
    gate.open.set()
    demo.close(verbose=False)


@pytest.fixture
def site(page: Site) -> Site:
    """Give the page without wrong PINs and runs of an earlier test."""
    page.room.pins = Pins(PIN)
    page.room.pins._right.add("127.0.0.1")
    page.room.desk._runs.clear()
    page.gate.open.set()
    page.gate.entered.clear()
    return page


@pytest.fixture
def visitor(site: Site) -> Iterator[Visitor]:
    visitor = Visitor(site.url)
    yield visitor
    visitor.close()


@pytest.fixture
def teacher(site: Site, visitor: Visitor) -> Visitor:
    assert "class-hour" in visitor.ask("teacher-enter", PIN)
    return visitor


def until(holds: Callable[[], Any], seconds: float = 20) -> None:
    end = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < end, "it did not come true"
        time.sleep(0.02)


def bring(visitor: Visitor, name: str, text: str) -> dict[str, Any]:
    """Upload a file as a browser does, and give what stands for it in an event."""
    answer = visitor.http.post("/gradio_api/upload", files={"files": (name, text.encode())})
    assert answer.status_code == 200, answer.text
    return {"path": answer.json()[0], "orig_name": name, "meta": {"_type": "gradio.FileData"}}


def choose(visitor: Visitor, text: str = POSTS) -> str:
    return visitor.ask("data-file", bring(visitor, "posts.csv", text), None, None, None, [], "(none)")


# Beside the queue


def test_no_function_answers_beside_the_queue(visitor: Visitor) -> None:
    pin = visitor.event("teacher-enter")["id"]
    body = {"data": [PIN], "fn_index": pin, "session_hash": visitor.session}
    for path in ("run/predict", "run/_enter", "api/predict", "call/_enter", "call/v2/_enter", "run/predict/"):
        assert visitor.http.post(f"/gradio_api/{path}", json=body).status_code == 404, path
    batch = visitor.http.post("/gradio_api/run/predict", json=body | {"batched": True, "data": [[PIN]]})
    assert batch.status_code == 404
    queued = [event for event in visitor.config["dependencies"] if event["backend_fn"] and event["queue"] is not False]
    assert len(queued) > 30
    for event in queued:
        asked = {"data": [None] * len(event["inputs"]), "fn_index": event["id"], "session_hash": "x"}
        assert visitor.http.post("/gradio_api/run/predict", json=asked).status_code == 404, event["api_name"]


@pytest.mark.parametrize(
    "path",
    [
        *("docs", "openapi.json", "monitoring", "monitoring/summary", "gradio_api/info", "gradio_api/openapi.json"),
        *("gradio_api/startup-events", "gradio_api/deep_link?session_hash=x", "gradio_api/proxy=http://127.0.0.1:9/"),
        *("gradio_api/component_server", "gradio_api/process_recording", "gradio_api/vibe-code", "gradio_api/runs"),
        *("gradio_api/token", "gradio_api/queue/status", "gradio_api/file/etc/passwd", "login", "gradio_api/stream/x"),
    ],
)
def test_paths_that_the_page_does_not_ask_for_are_closed(visitor: Visitor, path: str) -> None:
    assert visitor.http.get(f"/{path}").status_code == 404
    assert visitor.http.post(f"/{path}", json={}).status_code == 404


def test_files_of_the_machine_are_not_given_and_not_taken_for_uploads(teacher: Visitor, tmp_path: Path) -> None:
    secret = tmp_path / "secret.csv"
    secret.write_text(POSTS, encoding="utf-8")
    assert teacher.http.get(f"/gradio_api/file={secret}").status_code == 403
    for path in (str(secret), str(folders.shown()), "http://127.0.0.1:9/secret.csv"):
        file = {"path": path, "meta": {"_type": "gradio.FileData"}}
        teacher.press("data-file", file, None, None, None, [], "(none)")
        told = json.dumps(list(teacher.listen()))
        assert '"mood"' not in told and "secret.csv" not in told.replace("127.0.0.1:9/secret.csv", "")
    assert secret.is_file() and folders.shown().is_dir()


def test_what_is_too_large_or_no_request_is_refused(visitor: Visitor) -> None:
    assert visitor.http.post("/gradio_api/queue/join", content=b"x" * 1_000_001).status_code == 413
    assert visitor.http.post("/gradio_api/queue/join", content=iter([b"{}"])).status_code == 411
    for event in (-1, 99_999):
        answer = visitor.http.post("/gradio_api/queue/join", json={"data": [], "fn_index": event, "session_hash": "x"})
        assert answer.status_code == 400 and "no such event" in answer.text


def test_wrong_kinds_of_values_are_one_line_and_no_traceback(site: Site, capfd: pytest.CaptureFixture[str]) -> None:
    values = (None, "x", -1, 1e300, [], {}, ["a", None], "y" * 20_000, {"path": "/etc/passwd", "meta": {}})
    labels = (
        "audit-look",
        "audit-start",
        "data-start++",
        "explore-compare",
        "lesson-open",
        "teacher-enter",
        "data-file",
    )
    asked = Visitor(site.url)
    try:
        for label in labels:
            event = asked.event(label)
            for value in values:
                asked.session = f"{label}{values.index(value)}"
                asked.press(label, *[value] * len(event["inputs"]))
                told = json.dumps(list(asked.listen()))
                assert "process_completed" in told and "Traceback" not in told and "site-packages" not in told
        half = json.dumps({"data": ["\ud800"], "fn_index": asked.event("teacher-enter")["id"], "session_hash": "x"})
        sent = {"content": half, "headers": {"content-type": "application/json"}}
        assert asked.http.post("/gradio_api/queue/join", **sent).status_code == 400
        for path in ("queue/join", "run/predict", "cancel", "upload"):
            for body in ("", "{", "[]", '{"fn_index": "a"}', '{"data": [], "fn_index": 99999}'):
                asked.http.post(f"/gradio_api/{path}", content=body, headers={"content-type": "application/json"})
        asked.http.get("/gradio_api/queue/data", params={"session_hash": "nobody"})
    finally:
        asked.close()
    out, err = capfd.readouterr()
    assert "Traceback" not in out + err
    assert "y" * 100 not in out + err


# PINs


def test_wrong_pins_neither_freeze_the_page_nor_open_it(site: Site, visitor: Visitor) -> None:
    site.room.pins = Pins(PIN)
    begun = time.monotonic()
    told = [visitor.ask("teacher-enter", f"wrong{number}") for number in range(20)]
    told.append(visitor.ask("teacher-enter", PIN))
    assert time.monotonic() - begun < 20
    assert "This is not the PIN" in told[0] and "Try again in 1 second." in told[0]
    assert "class-hour" not in "".join(told)
    other = Visitor(site.url)
    try:
        assert "lesson" in other.ask("lesson-open", "negation", None)
        until(lambda: "class-hour" in other.ask("teacher-enter", PIN), 40)
        _, told_board = site.room.pins.tried()[0], other.ask("teacher-bring", None, "negation")
        assert "Bring" not in told_board
    finally:
        other.close()
    assert site.room.pins.tried()[0] >= 20


def test_the_teacher_sees_that_somebody_tries(site: Site, visitor: Visitor) -> None:
    for _ in range(3):
        site.room.pins._note("10.0.0.7")
    assert "Somebody tries PINs." in visitor.ask("teacher-enter", PIN)
    site.room.pins._note("10.0.0.8")
    tick = next(
        event
        for event in visitor.config["dependencies"]
        if any(target[1] == "tick" for target in event["targets"]) and len(event["outputs"]) == 2
    )
    body = {"data": [None], "fn_index": tick["id"], "session_hash": visitor.session}
    assert (
        "4 tries with a wrong PIN, or too soon after one, from 2 computers"
        in visitor.http.post("/gradio_api/run/predict", json=body).text
    )
    stranger = visitor.http.post("/gradio_api/run/predict", json=body | {"session_hash": "stranger"})
    assert "tries" not in stranger.text


# The desk


def test_a_mistaken_seed_is_said_before_anybody_waits_and_blocks_nobody(site: Site, visitor: Visitor) -> None:
    visitor.ask("audit-look", "word-count", "", "", "", None)
    assert "The seed is -1." in visitor.ask("audit-start", "quick", ["negation"], -1, True, None)
    visitor.ask("audit-start+")
    told = visitor.ask("audit-start++", None, "quick", ["negation"], -1, True, None)
    assert "The seed is -1." in told and "Running" not in told
    assert not [run for run in site.room.desk._runs.values() if run.there]
    # Beside the button, too.
    assert "The seed is -2." in visitor.ask("audit-start++", None, "quick", ["negation"], -2, True, None)
    other = Visitor(site.url)
    try:
        other.ask("audit-look", "word-count", "", "", "", None)
        assert "Starting." in other.ask("audit-start", *ENTERED)
        assert '"selected": 4' in other.ask("audit-start++", None, "quick", ["negation"], 0, True, None)
    finally:
        other.close()


def test_nobody_waits_who_has_entered_nothing(site: Site, visitor: Visitor) -> None:
    visitor.ask("audit-start+")
    visitor.ask("data-start+")
    assert not site.room.desk._runs


def test_a_client_that_vanishes_while_it_waits_is_dropped(site: Site, visitor: Visitor) -> None:
    site.gate.open.clear()
    visitor.ask("audit-look", "sentiment", "", "", "", None)
    visitor.ask("audit-start", *ENTERED)
    visitor.press("audit-start++", None, "quick", ["negation"], 0, True, None)
    assert site.gate.entered.wait(20)
    gone = Visitor(site.url)
    gone.ask("audit-look", "sentiment", "", "", "", None)
    gone.ask("audit-start", *ENTERED)
    gone.press("audit-start+")
    for told in gone.listen():
        if "ahead of yours" in json.dumps(told):
            break
    gone.close()
    until(lambda: gone.session not in site.room.desk._runs)
    site.gate.open.set()
    assert '"selected": 4' in json.dumps(list(visitor.listen()))


def test_windows_that_wait_for_an_audit_do_not_block_the_page(site: Site, visitor: Visitor) -> None:
    site.gate.open.clear()
    visitor.ask("audit-look", "sentiment", "", "", "", None)
    visitor.press("audit-start++", None, "quick", ["negation"], 0, True, None)
    assert site.gate.entered.wait(20)
    waiting, run = visitor.event("audit-start+")["id"], visitor.event("audit-start++")["id"]
    for number in range(70):
        # Two of each window: the second takes the place of the first.
        sent = {"data": [], "fn_index": waiting, "session_hash": f"waits{number // 2}"}
        assert visitor.http.post("/gradio_api/queue/join", json=sent).status_code == 200
    sent = {"data": [None, "quick", [], 0, True, None], "fn_index": run}
    codes = [
        visitor.http.post("/gradio_api/queue/join", json=sent | {"session_hash": f"runs{number}"}).status_code
        for number in range(70)
    ]
    assert codes == [200] * AUDITS_OF_A_COMPUTER + [503] * (70 - AUDITS_OF_A_COMPUTER)
    other = Visitor(site.url)
    try:
        assert "lesson" in other.ask("lesson-open", "negation", None)
    finally:
        other.close()
        site.gate.open.set()
        site.room.desk.stop_all()
        list(visitor.listen())


def test_requests_of_one_window_leave_others_their_places(site: Site, visitor: Visitor) -> None:
    site.gate.open.clear()
    visitor.ask("audit-look", "sentiment", "", "", "", None)
    visitor.press("audit-start++", None, "quick", ["negation"], 0, True, None)
    assert site.gate.entered.wait(20)
    run = visitor.event("audit-start++")["id"]
    sent = {"data": [None, "quick", ["negation"], 0, True, None], "fn_index": run, "session_hash": "greedy"}
    statuses = [visitor.http.post("/gradio_api/queue/join", json=sent).status_code for _ in range(70)]
    most = min(OF_A_WINDOW, AUDITS_OF_A_COMPUTER)
    assert statuses == [200] * most + [503] * (70 - most)
    other = Visitor(site.url)
    try:
        assert "lesson" in other.ask("lesson-open", "negation", None)
    finally:
        other.close()
        site.gate.open.set()
        list(visitor.listen())


# Files that visitors bring


def test_a_file_goes_when_the_audit_is_done(site: Site, teacher: Visitor) -> None:
    assert '"mood"' in choose(teacher)
    told = teacher.ask("data-start++", *ASKED)
    assert "24 posts read, 24 with a label. The file was deleted." in told
    assert site.brought() == []
    assert "The file is gone" in teacher.ask("data-start", None)


def test_a_file_goes_when_the_audit_is_mistaken(site: Site, teacher: Visitor) -> None:
    choose(teacher)
    told = teacher.ask("data-start++", "word-count", "", "post", "who", [], "(none)", "", None)
    assert "That did not work." in told and "The file was deleted" in told and str(folders.shown().parent) not in told
    assert site.brought() == []


def test_a_file_goes_when_the_audit_is_stopped(site: Site, teacher: Visitor) -> None:
    choose(teacher)
    teacher.ask("data-start", None)
    teacher.ask("data-cancel")
    told = teacher.ask("data-start++", *ASKED)
    assert "Stopped." in told and "Nothing is kept" in told and "That did not work" not in told
    assert site.brought() == []


def test_an_error_of_our_own_is_told_as_one_and_the_file_goes(
    site: Site, teacher: Visitor, monkeypatch: pytest.MonkeyPatch
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise ValueError("Zebra 3 was terrible.")

    monkeypatch.setattr("audit.owndata.run.audit_data", broken)
    choose(teacher)
    told = teacher.ask("data-start++", *ASKED)
    assert "an error of its own (ValueError)" in told and "Stopped." not in told and "Zebra" not in told
    assert site.brought() == []


class Panic(BaseException):
    """What Rust raises in Python, as a tokenizer may: no `Exception`."""


@pytest.mark.parametrize("error", [Panic, SystemExit])
def test_what_is_no_exception_ends_an_audit_and_not_the_page(
    site: Site, teacher: Visitor, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise error("Zebra 3 was terrible.")

    told_as = f"an error of its own ({error.__name__})"
    monkeypatch.setattr("audit.owndata.run.audit_data", broken)
    choose(teacher)
    told = teacher.ask("data-start++", *ASKED)
    assert told_as in told and "Stopped." not in told and "Zebra" not in told and site.brought() == []
    monkeypatch.setattr(site.room, "engine", replace(site.room.engine, run_audit=broken))
    teacher.ask("audit-look", "word-count", "", "", "", None)
    assert told_as in teacher.ask("audit-start++", None, "quick", ["negation"], 0, True, None)
    assert not site.room.desk._runs


@pytest.mark.parametrize("error", [Panic, SystemExit])
def test_what_is_no_exception_in_an_event_is_one_line(
    site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch, error: type[BaseException]
) -> None:
    def broken(*_: Any, **__: Any) -> None:
        raise error("Zebra")

    for owner, name in ((site.room.shelf, "_load"), (site.room, "info")):
        with monkeypatch.context() as patch:
            patch.setattr(owner, name, broken)
            site.room.shelf._models.clear()
            visitor.press("audit-look", "word-count", "", "", "", None)
            told = json.dumps(list(visitor.listen()))
            assert "process_completed" in told and "Zebra" not in told and "made a mistake of its own" in told
    assert "What is word-count?" in visitor.ask("audit-look", "word-count", "", "", "", None)


def test_a_file_that_is_taken_back_or_no_table_goes(site: Site, teacher: Visitor) -> None:
    choose(teacher)
    assert len(site.brought()) == 1
    clear = next(
        event
        for event in teacher.config["dependencies"]
        if any(target[1] == "clear" for target in event["targets"]) and event["backend_fn"]
    )
    sent = {"data": [], "fn_index": clear["id"], "session_hash": teacher.session}
    teacher.http.post("/gradio_api/queue/join", json=sent)
    list(teacher.listen())
    assert site.brought() == []
    wrong = bring(teacher, "zebra.parquet", "Zebra, no table")
    assert "That did not work." in teacher.ask("data-file", wrong, None, None, None, [], "(none)")
    assert site.brought() == []


def test_what_others_download_is_no_upload(site: Site, teacher: Visitor) -> None:
    folder = folders.shown() / "shared"
    folder.mkdir(exist_ok=True)
    teacher.ask("audit-look", "word-count", "", "", "", None)
    for name, text in (("result.json", "[{}]"), ("days.csv", SUITE.replace("zebra", "day"))):
        path = folder / name
        path.write_text(text, encoding="utf-8")
        file = {"path": str(path), "orig_name": name, "meta": {"_type": "gradio.FileData"}}
        assert "The file is gone" in teacher.ask("data-file", file, None, None, None, [], "(none)")
        assert "The file is gone" in teacher.ask("audit-own-file", None, [file], "own", ["negation"], None)
        assert path.read_text(encoding="utf-8") == text


def test_without_the_pin_nothing_is_taken(site: Site, visitor: Visitor) -> None:
    file = bring(visitor, "posts.csv", POSTS)
    assert "Enter the PIN first." in visitor.ask("data-file", file, None, None, None, [], "(none)")
    assert site.brought() == []
    suite = bring(visitor, "days.csv", SUITE)
    visitor.ask("audit-look", "word-count", "", "", "", None)
    assert "Enter the PIN first." in visitor.ask("audit-own-file", None, [suite], "own", ["negation"], None)
    assert site.brought() == []
    site.room.pins._right.clear()
    answer = visitor.http.post("/gradio_api/upload", files={"files": ("posts.csv", POSTS.encode())})
    assert answer.status_code == 403 and "Enter the PIN first." in answer.text
    assert site.brought() == []


@pytest.mark.parametrize(("text", "line"), [(SUITE, "2 sentences read"), (SUITE.replace("plain", ""), "did not work")])
def test_an_own_suite_is_read_and_goes(site: Site, teacher: Visitor, text: str, line: str) -> None:
    teacher.ask("audit-look", "word-count", "", "", "", None)
    suite = bring(teacher, "zebras.csv", text)
    assert line in teacher.ask("audit-own-file", None, [suite], "own", ["negation"], None)
    assert site.brought() == []


def test_a_file_goes_with_its_window(site: Site, teacher: Visitor) -> None:
    with teacher.http.stream("GET", f"/gradio_api/heartbeat/{teacher.session}") as beat:
        lines = beat.iter_lines()
        next(lines)
        choose(teacher)
        assert len(site.brought()) == 1
    until(lambda: not site.brought())


def test_uploads_that_nobody_comes_for_go(site: Site, visitor: Visitor, monkeypatch: pytest.MonkeyPatch) -> None:
    bring(visitor, "posts.csv", POSTS)
    site.room.uploads.sweep()
    assert len(site.brought()) == 1
    monkeypatch.setattr("audit.page.uploads.MOST_BYTES", 1000)
    full = visitor.http.post("/gradio_api/upload", files={"files": ("b.csv", b"x" * 900)})
    assert full.status_code == 503 and "Too many files wait" in full.text
    site.room.uploads.sweep(unclaimed=0)
    assert site.brought() == []
