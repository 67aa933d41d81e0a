"""Who comes when, and who may be the teacher: desk, PINs and folders by themselves, without a page around them."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from audit.page import folders, runs
from audit.page.engine import Engine
from audit.page.pins import LONGEST, Pins
from audit.page.run_step import seed_of
from audit.page.runs import Desk
from audit.schema import CaveatError

PIN = "abcdef"


def test_the_wait_after_wrong_pins_grows_and_is_everybodys() -> None:
    now = [0.0]
    pins = Pins(PIN, clock=lambda: now[0])
    waits = []
    for number in range(7):
        waits.append(pins.compare("wrong", f"10.0.0.{number}").wait)
        early = pins.compare(PIN, "10.0.0.99")
        assert not early.right and not early.looked_at and early.wait == waits[-1]
        now[0] += waits[-1]
    assert waits == [1, 2, 4, 8, 16, LONGEST, LONGEST]
    assert pins.tried()[:2] == (14, 8)
    assert pins.compare(f" {PIN} ", "10.0.0.99").right and pins.opened("10.0.0.99") and not pins.opened("10.0.0.1")
    assert pins.compare("wrong").wait == 1


@pytest.mark.parametrize("given", [None, "", [], {}, 5, "\ud800", "x" * 100_000, ["abcdef"]])
def test_nothing_but_the_pin_is_the_pin(given: object) -> None:
    assert not Pins(PIN).compare(given).right and not Pins("").compare(given).right


@pytest.mark.parametrize("seed", [-1, 2**31, 1.5, float("nan"), float("inf"), "7", [], True * 10**12, 10**400])
def test_a_seed_that_cannot_be_is_one_line(seed: object) -> None:
    with pytest.raises(CaveatError, match="Give a whole number from 0 to 2,147,483,647"):
        seed_of(seed)


def test_a_seed_may_be_left_out() -> None:
    assert [seed_of(seed) for seed in (None, "", 0, 7.0, 2**31 - 1)] == [0, 0, 0, 7, 2**31 - 1]


def test_who_enters_and_never_comes_loses_the_place() -> None:
    desk = Desk(Engine())
    gone, mine = desk.enter("gone"), desk.enter("mine")
    assert desk.ahead(mine) == 1
    gone.heard -= runs.SECONDS_UNHEARD
    assert desk.ahead(mine) == 0
    assert desk.begin("gone") is gone and desk.ahead(mine) == 1
    desk.leave("gone", gone)
    desk.enter("late").heard -= runs.SECONDS_FORGOTTEN + 1
    desk.enter("new")
    assert set(desk._runs) == {"mine", "new"}


def test_a_full_desk_says_so_and_a_refusal_takes_no_place(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(runs, "PLACES", 2)
    desk = Desk(Engine())
    desk.refuse("none", "No.")
    desk.enter("one")
    desk.enter("two")
    with pytest.raises(CaveatError, match="2 audits wait already"):
        desk.enter("three")
    desk.enter("two")
    with pytest.raises(CaveatError, match=r"No\."):
        desk.begin("none")
    assert "none" not in desk._runs


def test_a_computer_that_enters_many_runs_delays_others_by_one() -> None:
    desk = Desk(Engine())
    greedy = [desk.enter(f"greedy{number}", "10.0.0.7") for number in range(runs.PLACES_OF_A_COMPUTER)]
    with pytest.raises(CaveatError, match="45 audits wait already"):
        desk.enter("greedy more", "10.0.0.7")
    mine = desk.enter("mine", "10.0.0.8")
    assert [desk.ahead(run) for run in greedy[:4]] == [0, 2, 3, 4] and desk.ahead(mine) == 1
    greedy[0].heard -= runs.SECONDS_UNHEARD
    assert desk.ahead(mine) == 0
    # Who begins out of turn brings nobody else forward, and those who are many are not passed over for ever.
    desk.begin("greedy44")
    assert desk.ahead(mine) == 1
    desk.leave("mine", mine)
    late = [desk.enter(f"late{number}", f"10.0.1.{number}") for number in range(5)]
    assert desk.ahead(greedy[1]) == 1 and [desk.ahead(run) for run in late] == [2, 3, 4, 5, 6]


def test_windows_of_one_computer_wait_in_the_order_in_which_they_came() -> None:
    desk = Desk(Engine())
    class_ = [desk.enter(f"phone{number}", "10.0.0.1") for number in range(30)]
    assert [desk.ahead(run) for run in class_] == list(range(30))


def test_a_folder_that_the_host_names_gets_one_of_this_process(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(folders, "_made", {})
    monkeypatch.setenv(folders.SHOWN, str(tmp_path / "host"))
    mine = folders.shown()
    assert mine.parent == tmp_path / "host" and folders.shown() == mine and os.environ[folders.SHOWN] == str(mine)
    hidden = folders.private("posts-")
    assert not hidden.is_relative_to(mine)
    folders.remove_all()
    assert not mine.exists() and not hidden.exists() and (tmp_path / "host").is_dir()
