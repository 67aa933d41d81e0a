"""The page's parts without a server: what is allowed, what is escaped, what is kept."""

from __future__ import annotations

import threading
import time
from dataclasses import replace
from pathlib import Path

import pytest

from audit.models.function import FunctionModel, count_words, word_count
from audit.page.engine import Engine
from audit.page.files import file_name
from audit.page.fragments import card, fitting, problem, stored_line
from audit.page.glossary import glossary
from audit.page.progress import Board
from audit.page.reading import evidence_view, letter, suite_view
from audit.page.ready import Ready
from audit.page.room import Room
from audit.page.runs import Desk, Kept
from audit.page.settings import PageSettings, settings_for, settings_from_environment
from audit.page.shelf import BUNDLED, Shelf, choose
from audit.report.view import View
from audit.report.words import prose
from audit.schema import AuditResult, CaveatError, ModelInfo
from audit.scoring import Progress


def test_a_network_page_loads_bundled_models_only() -> None:
    local, network = settings_for("127.0.0.1"), settings_for("0.0.0.0")
    assert local.any_model and local.folders
    assert not network.allow_models and not network.folders
    assert choose(local, "sentiment", "owner/name", True) == "owner/name"
    assert choose(network, "sentiment", "  ", True) == "sentiment"
    assert choose(network, "sentiment", "word-count", True) == "word-count"
    with pytest.raises(CaveatError, match=r"does not load owner/name. Hub models that it allows: none"):
        choose(network, "sentiment", "owner/name", True)
    with pytest.raises(CaveatError, match="loads no folders"):
        choose(network, "sentiment", "/etc", True)
    with pytest.raises(CaveatError, match="loads no folders"):
        choose(settings_for("0.0.0.0", allow_models=["any"]), "sentiment", "..", True)


def test_an_allow_list_allows_what_is_on_it() -> None:
    settings = settings_for("0.0.0.0", allow_models=["owner/one"], pin="1234")
    assert choose(settings, "sentiment", "owner/one", True) == "owner/one"
    with pytest.raises(CaveatError, match="allows: owner/one"):
        choose(settings, "sentiment", "owner/two", True)
    with pytest.raises(CaveatError, match="opened by the teacher"):
        choose(settings, "sentiment", "owner/one", False)


def test_a_space_is_served_to_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SPACE_ID", "owner/space")
    monkeypatch.setenv("CAVEAT_ALLOW_MODELS", "a/b, c/d,")
    settings, host, port = settings_from_environment()
    assert (host, port, settings.allow_models, settings.folders) == ("0.0.0.0", 7860, ("a/b", "c/d"), False)
    monkeypatch.setenv("CAVEAT_PORT", "x")
    with pytest.raises(CaveatError, match="CAVEAT_PORT is 'x'"):
        settings_from_environment()


def test_the_page_offers_every_bundled_model() -> None:
    from audit.models import BUNDLED as ENGINE

    assert set(BUNDLED) == set(ENGINE)


def test_a_shelf_loads_once_and_lets_the_oldest_go() -> None:
    loads: list[str] = []

    def load(name: str) -> FunctionModel:
        loads.append(name)
        time.sleep(0.05)
        return FunctionModel(name, classify=count_words)

    shelf = Shelf(load, size=2)
    threads = [threading.Thread(target=shelf.get, args=("a",)) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert loads == ["a"]
    shelf.get("b")
    shelf.get("a")
    shelf.get("c")
    assert "a" in shelf and "b" not in shelf and "c" in shelf
    for name in BUNDLED:
        shelf.get(name)
    assert all(name in shelf for name in ("a", "c", *BUNDLED))


def test_a_failed_load_is_tried_again() -> None:
    answers = iter([CaveatError("gone"), word_count()])

    def load(_: str) -> FunctionModel:
        answer = next(answers)
        if isinstance(answer, CaveatError):
            raise answer
        return answer

    shelf = Shelf(load)
    with pytest.raises(CaveatError, match="gone"):
        shelf.get("a")
    assert shelf.get("a").info.id == "word-count"


def test_what_a_model_says_of_itself_is_escaped(result: AuditResult) -> None:
    evil = "<script>alert(1)</script>"
    info = ModelInfo(evil, evil, evil, (evil,), {evil: "negative"}, notes=(evil,), licence=evil)
    for html in (
        card(info),
        problem(evil),
        letter(_kept(replace(result, model=info))),
        Board(evil, ()).html(),
    ):
        assert "<script" not in html
        assert "&lt;script&gt;" in html
    assert "/" not in file_name(replace(result, model=info))


def _kept(result: AuditResult, stored: bool = False) -> Kept:
    return Kept(result, stored, View(result))


def test_the_letter_says_what_it_is_of(result: AuditResult) -> None:
    said = letter(_kept(replace(result, created="2028-02-29T23:59:00+00:00")))
    assert "Run 29 February 2028, 23:59 UTC, revision" in said and "Stored result" not in said
    assert f"revision {result.model.revision[:12]}" in letter(_kept(result, stored=True))
    assert "Stored result" in letter(_kept(result, stored=True))
    partial = letter(_kept(replace(result, partial=True)))
    assert "Partial result" in partial and "cover Negation and nothing else" in partial
    empty = letter(_kept(replace(result, suites=(), findings=(), estimates=(), partial=True)))
    assert "cover no suite" in empty and "No comparison of this audit led to a verdict" in empty


def test_a_suite_is_shown_with_its_numbers_and_sentences(result: AuditResult) -> None:
    view = View(result)
    primary = next(finding for finding in result.findings if finding.primary)
    assert prose(primary.sentence).split(",")[0] in suite_view(view, result.suites[0])
    shown = evidence_view(view, result.suites[0])
    text = next(row["text"] for row in view.evidence["negation"].rows if row["example"] == primary.evidence[0])
    assert text.split()[0] in shown and "<table" in shown
    bare = View(replace(result, predictions=None))
    assert "No single sentences" in evidence_view(bare, result.suites[0])


def test_stored_results_are_found_by_their_folder(result: AuditResult, tmp_path: Path) -> None:
    (tmp_path / "sentiment").mkdir()
    (tmp_path / "word-count").mkdir()
    (tmp_path / "word-count" / "result.json").write_text("{}")
    (tmp_path / "stranger").mkdir()
    (tmp_path / "stranger" / "result.json").write_text("{}")
    loads: list[Path] = []

    def load(folder: Path) -> AuditResult:
        loads.append(folder)
        return result

    ready = Ready(tmp_path, load)
    assert ready.names() == ("word-count",)
    assert ready.get("word-count") is ready.get("word-count") is result
    assert ready.get("sentiment") is None
    assert loads == [tmp_path / "word-count"]
    line = stored_line(result)
    assert "word-count at revision" in line and "quick depth" in line


def test_a_stored_result_spares_loading_the_model(stored: Path) -> None:
    loads: list[str] = []

    def load(name: str) -> FunctionModel:
        loads.append(name)
        return word_count()

    room = Room(settings_for(results=stored), Engine(load_model=load))
    assert room.info("word-count").id == "word-count" and not loads
    assert room.info("sentiment").id == "word-count" and loads == ["sentiment"]


def test_a_run_tells_how_it_goes_and_ends(engine: Engine, result: AuditResult) -> None:
    desk = Desk(engine)

    def work(progress, cancelled):  # type: ignore[no-untyped-def]
        progress(Progress("negation", 1, 2, 1, 2, 3.0))
        return result

    run = desk.enter("me")
    desk.start(run, work)
    told = [news for news in run.follow() if news is not None]
    assert [news.done for news in told] in ([1], [])
    assert run.ended is not None and run.ended.result is result


def test_a_run_stops_when_asked_and_only_ones_own(engine: Engine, result: AuditResult) -> None:
    desk = Desk(engine)
    seen = threading.Event()

    def work(progress, cancelled):  # type: ignore[no-untyped-def]
        while not cancelled():
            seen.set()
            time.sleep(0.01)
        return replace(result, partial=True)

    run = desk.enter("me")
    desk.start(run, work)
    assert seen.wait(60)
    assert not desk.stop("you")
    assert desk.stop("me")
    assert list(run.follow()) and run.ended is not None and run.ended.result is not None
    assert run.ended.result.partial


def test_leaving_the_page_stops_the_run(engine: Engine, result: AuditResult) -> None:
    stopped = threading.Event()

    def work(progress, cancelled):  # type: ignore[no-untyped-def]
        while not cancelled():
            time.sleep(0.01)
        stopped.set()
        return result

    desk = Desk(engine)
    run = desk.enter("me")
    desk.start(run, work)
    follow = run.follow()
    next(follow)
    follow.close()
    assert stopped.wait(60)


def test_an_error_is_one_line_and_quotes_nothing(engine: Engine) -> None:
    desk = Desk(engine)

    def mistake(progress, cancelled):  # type: ignore[no-untyped-def]
        raise CaveatError("No suite fits. Choose another model.")

    def fault(progress, cancelled):  # type: ignore[no-untyped-def]
        raise ValueError("my private sentence")

    for work, line in ((mistake, "No suite fits. Choose another model."), (fault, "an error of its own (ValueError)")):
        run = desk.enter("me")
        desk.start(run, work)
        list(run.follow())
        assert run.ended is not None and line in run.ended.problem and "private" not in run.ended.problem


def test_the_desk_keeps_few_results_and_renders_a_report_once(result: AuditResult) -> None:
    renders: list[str] = []

    def report(shown: AuditResult) -> str:
        renders.append(shown.model.id)
        return "<html>"

    desk = Desk(Engine(report=report), size=2)
    first = desk.keep(result)
    path = desk.report(first)
    assert path.read_text() == "<html>" and desk.report(first) == path and renders == ["word-count"]
    assert path.name == f"caveat-word-count-{result.created[:10]}.html"
    desk.keep(result)
    desk.keep(result)
    assert not path.exists()
    with pytest.raises(CaveatError, match="no longer in memory"):
        desk.find(first)


def test_suites_that_do_not_fit_say_why(engine: Engine) -> None:
    room = Room(settings_for(), engine)
    fits = room.fits(word_count().info)
    assert [bool(fit.reason) for fit in fits] == [True, False]
    assert "does not apply. It needs a model that fills a blank; this one judges a sentence." in fitting(fits)
    assert [suite.name for suite in room.chosen_suites(["negation"], "standard", True)] == ["negation"]
    with pytest.raises(CaveatError, match="opened by the teacher"):
        room.chosen_suites(["negation"], "standard", False)
    with pytest.raises(CaveatError, match="Mark at least one"):
        room.chosen_suites([], "quick", True)


def test_the_board_tells_each_suite_and_the_time_left(engine: Engine) -> None:
    suites = [suite for suite in engine.load_suites("quick") if suite.name == "negation"]
    board = Board("word-count", suites)
    assert "waiting" in board.html() and "Checking the model" in board.html()
    board.take(Progress("negation", 30, 120, 3, 12, float("nan")))
    assert "30 of 120" in board.html() and "how long this takes" in board.html()
    board.take(Progress("negation", 60, 120, 6, 12, 75.0))
    assert "About 75 seconds left" in board.html() and 'aria-valuenow="60"' in board.html()
    board.stopping = True
    assert "Stopping after the batch" in board.html()


def test_the_glossary_has_what_a_class_asks_for() -> None:
    terms = [term.lower() for term, _ in glossary()]
    assert terms == sorted(set(terms))
    wanted = ["subgroup", "counterfactual", "confidence", "calibration", "association", "construct"]
    assert set(wanted) | {"effect size", "false discovery"} <= set(terms)
    assert any(term.startswith("interval") for term in terms)


def test_settings_are_values() -> None:
    assert PageSettings() == PageSettings()
