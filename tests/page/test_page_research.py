"""Research mode without a browser: files of a result, own suites, the queue, the command line, how a page is opened."""

from __future__ import annotations

import asyncio
import io
import math
import sys
from pathlib import Path
from types import SimpleNamespace
from zipfile import ZipFile

import pytest

from audit.models.preflight import Preflight
from audit.page import files, glossary, own_suites, run_step, serving
from audit.page.about_step import before, bytes_words
from audit.page.engine import Engine
from audit.page.glossary import linked, window
from audit.page.room import Room
from audit.page.settings import checked, settings_for
from audit.page.shelf import Wanted, wish
from audit.report.terms import term_id
from audit.schema import AuditResult, CaveatError
from audit.store import load_result

HEADING = "text,allowed,group,pair,template,filler\n"
ROWS = "Good day.,positive,plain,1,a,day\nNot a good day.,negative,negated,1,a,day\n"


@pytest.mark.parametrize("kind", [kind for _, kind in files.offers() if kind not in (files.HTML, "pdf")])
def test_every_format_of_a_stored_result_is_a_file_of_its_own(stored: Path, tmp_path: Path, kind: str) -> None:
    result = load_result(stored / "word-count")
    path = files.write(result, kind, tmp_path)
    assert list(tmp_path.iterdir()) == [path] and path.stat().st_size > 100
    assert path.name == files.file_name(result, kind) and "word-count" in path.name
    if path.suffix == ".zip":
        with ZipFile(path) as packed:
            assert packed.testzip() is None and packed.namelist()


def test_a_format_that_there_is_not_is_one_line(result: AuditResult, tmp_path: Path) -> None:
    with pytest.raises(CaveatError, match="no such format"):
        files.write(result, "../doc", tmp_path)


def test_an_own_suite_is_read_and_its_file_is_gone(tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    path.write_text(HEADING + ROWS, encoding="utf-8")
    suite, words = own_suites.read([str(path)], own_suites.OWN)
    assert (suite.name, words, len(suite.examples)) == ("days", "days.csv", 2) and not path.exists()
    assert suite.at("full").examples == suite.examples


def test_a_mistake_in_an_own_suite_names_the_row_and_no_folder(tmp_path: Path) -> None:
    path = tmp_path / "days.csv"
    path.write_text(HEADING + "Good day.,cheerful,plain,1,a,day\n", encoding="utf-8")
    with pytest.raises(CaveatError, match="row 2") as caught:
        own_suites.read([str(path)], own_suites.OWN)
    assert "/" not in str(caught.value).split("row 2")[0] and not path.exists()
    path.write_text("x", encoding="utf-8")
    with pytest.raises(CaveatError):
        own_suites.read([str(path)], "crows-pairs")


def test_a_suite_of_the_project_cannot_be_replaced(tmp_path: Path) -> None:
    path = tmp_path / "negation.csv"
    path.write_text(HEADING + ROWS, encoding="utf-8")
    with pytest.raises(CaveatError, match="named 'negation' already"):
        own_suites.read([str(path)], own_suites.OWN)


def test_own_suites_belong_to_one_window(engine: Engine, tmp_path: Path) -> None:
    room = Room(settings_for(), engine)
    path = tmp_path / "days.csv"
    path.write_text(HEADING + ROWS, encoding="utf-8")
    room.shelf.get("word-count")
    room.uploads.received.add(str(path))
    run_step.add_suite(room, Wanted("word-count"), [str(path)], own_suites.OWN, ["negation"], "me", True)
    assert [suite.name for suite in room.own.get("me")] == ["days"] and room.own.get("you") == ()
    chosen = room.chosen_suites(["days", "negation"], "full", True, room.own.get("me"))
    assert [suite.depth for suite in chosen] == ["full", "full"]
    line = run_step.command(Wanted("word-count"), "quick", chosen, ["days"], room.own.words("me"), seed=3, check=False)
    assert line == "caveat run word-count --suite days.csv --depth quick --seed 3 --no-check"
    room.own.forget("me")
    assert room.own.get("me") == ()


def test_own_suites_need_the_teacher(engine: Engine, tmp_path: Path) -> None:
    room = Room(settings_for(pin="1234"), engine)
    room.uploads.received.add("x.csv")
    told, *_ = run_step.add_suite(room, Wanted("word-count"), ["x.csv"], own_suites.OWN, [], "me", False)
    assert "opened by the teacher" in told


def test_the_place_in_the_queue_is_told_until_it_is_ones_turn(engine: Engine) -> None:
    room = Room(settings_for(), engine)
    first = room.desk.enter("first")
    first.seconds_left = 40.0
    room.desk.enter("second")

    async def wait() -> list[str]:
        heard = []
        async for place in run_step.queue_up(room, "second"):
            heard.append(place)
            first.stop.set()
        return heard

    heard = asyncio.run(wait())
    assert "1 audit is ahead of yours. The one under way has about 40 seconds left." in heard[0]
    assert "It is your turn." in heard[-1]
    assert math.isnan(room.desk.seconds_ahead(first))


def test_one_who_stops_waits_no_longer(engine: Engine) -> None:
    room = Room(settings_for(), engine)
    room.desk.enter("first")
    room.desk.enter("second")
    room.desk.stop("second")

    async def wait() -> list[str]:
        return [place async for place in run_step.queue_up(room, "second")]

    assert asyncio.run(wait()) == []


def test_a_wish_keeps_revision_and_labels_for_models_that_are_not_bundled() -> None:
    settings = settings_for()
    asked = wish(settings, "sentiment", "owner/name", " main ", "LABEL_0=negative, LABEL_1=positive", True)
    assert asked.options() == {"revision": "main", "labels": {"LABEL_0": "negative", "LABEL_1": "positive"}}
    assert wish(settings, "sentiment", "", "main", "x=y", True) == Wanted("sentiment")
    with pytest.raises(CaveatError, match="does not say what it means"):
        wish(settings, "sentiment", "owner/name", "", "/etc/passwd", True)


def test_counting_the_sentences_loads_no_model(engine: Engine) -> None:
    room = Room(settings_for(), engine)
    run_step.count(room, Wanted("word-count"), "quick", ["negation"], "me")
    assert "word-count" not in room.shelf
    room.shelf.get("word-count")
    assert "The model will read" in run_step.count(room, Wanted("word-count"), "quick", ["negation"], "me")


def test_a_card_before_the_download_says_what_stands_in_the_way() -> None:
    found = Preflight("<b>o/n", "abc", "", (), (), 5, 440_000_000, 24, None, "", True, False, "it needs --labels a=b")
    shown = before(found)
    assert "&lt;b&gt;o/n" in shown and "<b>o/n" not in shown
    assert "440 MB" in shown and "must be accepted" in shown and "It needs a=b" in shown
    assert (bytes_words(2.5e9), bytes_words(4.4e8), bytes_words(0)) == ("2.5 GB", "440 MB", "0.1 MB")


def test_content_notes_come_before_a_run_with_help_lines() -> None:
    from audit.suites import load_suites

    masking, sarcasm = load_suites(["masking", "sarcasm"], "quick")
    shown = run_step.content_notes([masking, sarcasm], "Call our line.")
    assert "Speaks of crying" in shown and "Unmark a question to skip it" in shown and "Call our line." in shown
    assert run_step.content_notes([sarcasm], "Call our line.") == ""


def test_terms_are_linked_once_and_all_links_lead_somewhere() -> None:
    seen: set[str] = set()
    html = linked("<An interval> and another interval, log-odds and twins.", seen)
    assert html.count('href="#term-interval"') == 1 and "&lt;An " in html
    assert "href" not in linked("an interval", seen)
    shown = window()
    assert not [term for term in glossary._WRITTEN if f'id="{term_id(term)}"' not in shown]


@pytest.mark.parametrize(
    ("host", "port", "line"),
    [("127.0.0.1", 99999, "no port 99999"), ("192.0.2.1", 7860, "no such address")],
)
def test_an_address_that_cannot_be_is_one_line(host: str, port: int, line: str) -> None:
    with pytest.raises(CaveatError, match=line):
        serving.check_address(host, port)


def test_settings_that_cannot_be_meant_are_refused() -> None:
    with pytest.raises(CaveatError, match="--pin is empty"):
        checked(settings_for(), "  ")
    with pytest.raises(CaveatError, match="--pin is too short"):
        checked(settings_for(pin="1234"), "1234")
    with pytest.raises(CaveatError, match="'a/b/c' is no model id"):
        checked(settings_for(allow_models=["any", "a/b/c"]))
    checked(settings_for("0.0.0.0", pin="246800", allow_models=["owner/name"]), "246800")


def test_the_greeting_says_where_the_page_is_and_what_is_open() -> None:
    shown = serving.greeting(settings_for("0.0.0.0", allow_models=["owner/name"]), "0.0.0.0", 8000)
    assert "open at http://127.0.0.1:8000" in shown and "and owner/name" in shown and "no PIN is set" in shown
    shown = serving.greeting(settings_for(pin="246800"), "127.0.0.1", 8000)
    assert "any model of the Hub" in shown and "the PIN opens" in shown


def test_a_page_that_is_stopped_says_so(monkeypatch: pytest.MonkeyPatch) -> None:
    closed: list[bool] = []
    demo = SimpleNamespace(close=lambda verbose: closed.append(verbose))
    monkeypatch.setattr(serving, "opened", lambda demo, host, port: None)
    monkeypatch.setattr(serving, "_stop_on_signals", lambda stopped: stopped.set())
    monkeypatch.setattr(serving.folders, "remove_all", lambda: None)
    monkeypatch.setattr(sys, "stdout", io.StringIO())
    serving.serve(demo, "127.0.0.1", 7860)  # type: ignore[arg-type]
    assert closed == [False] and "is closed" in sys.stdout.getvalue()  # type: ignore[attr-defined]
