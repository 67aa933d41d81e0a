"""A killed validation goes on where it was."""

from __future__ import annotations

import importlib
from dataclasses import replace

import numpy as np
import pytest

from audit.validate import designs, keep
from audit.validate.catalogue import planted_models
from audit.validate.designs import Endpoint, suite_named
from audit.validate.keep import Clock, Kept
from audit.validate.simulate import Design, Desk, run_designs
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
