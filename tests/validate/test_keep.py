"""A killed validation goes on where it was, and what it found becomes cards that a report can show."""

from __future__ import annotations

import importlib
import json
from dataclasses import replace

import numpy as np
import pytest

from audit.validate import designs, keep
from audit.validate.catalogue import planted_models
from audit.validate.criteria import RECALL
from audit.validate.designs import Endpoint, endpoints, suite_named
from audit.validate.keep import Clock, Kept
from audit.validate.power import POWER_FILE, VERSION, cards, write_cards
from audit.validate.simulate import Design, Desk, check, interval, run_designs
from audit.validate.worlds import REALISTIC

trials = importlib.import_module("audit.validate.trials")  # the package has a function of that name
SARCASM = Endpoint("sarcasm", "sarcasm-shortfall")
DESIGN = Design(SARCASM, "null", REALISTIC, 20)


def counting(done):
    def do(job, tasks):
        for task in tasks:
            done.append(task)
            yield job(task)

    return do


def test_finished_designs_are_read_again_and_unfinished_ones_are_run(tmp_path):
    done: list = []
    desk = Desk(counting(done), Kept(tmp_path))
    (first,) = run_designs([DESIGN], 0, desk)
    assert len(done) == 1
    other = Design(SARCASM, "other", REALISTIC, 20)
    again, second = run_designs([DESIGN, other], 0, desk)
    assert again == first != second
    assert [task.name for task in done] == ["null", "other"]
    run_designs([DESIGN], 1, desk)
    assert len(done) == 3


def test_what_was_kept_is_not_used_for_other_code_or_other_items(tmp_path, monkeypatch):
    kept = Kept(tmp_path)
    kept.save(np.ones((2, 3)), "runs", "sarcasm", "cue-lift")
    assert kept.load("runs", "sarcasm", "cue-lift") == [[1.0] * 3] * 2
    assert kept.load("runs", "sarcasm", "sarcasm-shortfall") is None
    assert kept.load("runs", "slang", "slang-gap") is None
    monkeypatch.setattr(keep, "code_digest", lambda kind: "another")
    assert kept.load("runs", "sarcasm", "cue-lift") is None


def test_a_file_that_was_cut_off_counts_as_missing(tmp_path):
    kept = Kept(tmp_path)
    kept.save(np.ones(3), "runs", "sarcasm", "cue-lift")
    path = kept.path("runs", "sarcasm", "cue-lift")
    path.write_text(path.read_text()[:-4])
    assert kept.load("runs", "sarcasm", "cue-lift") is None


def test_whole_audits_are_kept_as_well(tmp_path, monkeypatch):
    name = "blind to sarcasm"
    monkeypatch.setattr(trials, "planted_models", lambda: [p for p in planted_models() if p.name == name])
    monkeypatch.setattr(trials, "null_list", lambda quick: [("constant", "sarcasm", False)])
    desk = Desk(kept=Kept(tmp_path))
    first = trials.trials(False, desk)
    monkeypatch.setattr(trials, "_job", lambda job: pytest.fail("done already"))
    assert trials.trials(False, desk) == first
    assert first[0][0].name == name


def test_the_clock_says_how_much_is_left(monkeypatch):
    now = [100.0]
    monkeypatch.setattr(keep.time, "monotonic", lambda: now[0])
    said: list[str] = []
    clock = Clock("runs", 10.0, said.append, began=100.0, said=100.0)
    clock.step(1.0)
    assert not said
    now[0] = 120.0
    clock.step(1.0)
    assert said == ["  runs: 20 %, about 80 s left"]


def test_cards_say_what_the_planted_runs_gave(tmp_path):
    (found,) = check([SARCASM], REALISTIC, 20, 20, (), 0, Desk(counting([])))
    (card,) = cards([found])
    near, far = found.planted
    assert (card["suite"], card["contrast"], card["task"]) == ("sarcasm", "sarcasm-shortfall", "text-classification")
    assert card["gap"] == pytest.approx(found.null.detectable, abs=1e-4)
    assert (card["noticed"], card["at_1_5"], card["runs"]) == (near.found / 20, far.found / 20, 20)
    assert (card["low"], card["high"]) == pytest.approx(interval(near.found, 20), abs=1e-4)
    path = write_cards([found], "a command", tmp_path / "power.json")
    written = json.loads(path.read_text())
    assert (written["version"], written["command"], written["cards"]) == (1, "a command", [card])


def test_the_package_carries_a_card_for_every_primary_contrast():
    stored = json.loads(POWER_FILE.read_text(encoding="utf-8"))
    assert stored["version"] == VERSION
    named = {(card["suite"], card["contrast"]) for card in stored["cards"]}
    assert named == {(e.suite, e.contrast) for e in endpoints() if e.primary}
    for card in stored["cards"]:
        assert card["runs"] >= 200
        assert 0 <= card["low"] <= card["noticed"] <= card["high"] <= 1
        assert card["at_1_5"] >= RECALL
        assert card["gap"] > 0


def test_runs_hang_on_their_own_contrast_alone(monkeypatch):
    before = keep.contrast_digest("sarcasm", "cue-lift"), keep.suite_digest("sarcasm")
    whole = suite_named("sarcasm")
    other = tuple(replace(c, higher="other words") if c.name == "sarcasm-shortfall" else c for c in whole.contrasts)
    monkeypatch.setattr(designs, "suite_named", lambda name, depth="standard": replace(whole, contrasts=other))
    for cached in (keep.contrast_digest, keep.suite_digest, designs.bench):
        cached.cache_clear()
    try:
        assert keep.contrast_digest("sarcasm", "cue-lift") == before[0]
        assert keep.suite_digest("sarcasm") != before[1]
    finally:
        for cached in (keep.contrast_digest, keep.suite_digest, designs.bench):
            cached.cache_clear()
