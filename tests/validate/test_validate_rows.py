"""The validation of own rows: its worlds have the truth that they say, and it counts what is false."""

from __future__ import annotations

import math

import numpy as np
import pytest
from typer.testing import CliRunner

from audit.cli import app
from audit.owndata.analysis.gaps import gaps_of
from audit.owndata.analysis.suppress import hide
from audit.schema import LABELS
from audit.stats import generator
from audit.validate import rows as validation
from audit.validate.rows import (
    BOUND_WORLDS,
    RowCriterion,
    RowsOutcome,
    bounded,
    moved_by,
    null_block,
    null_run,
    planted_block,
    row_criteria,
    true_gap,
)
from audit.validate.rowspage import rows_page
from audit.validate.rowworlds import World, crossed, draw, even, null_worlds, sums_of, truths

WORLDS = {world.name: world for world in null_worlds()}


@pytest.mark.parametrize("name", ["other labels", "crossings", "rare labels", "writers, Pareto", "copies"])
def test_worlds_have_the_truth_that_they_say(name):
    world = WORLDS[name]
    large = World(name, "", tuple(c.__class__(c.groups, c.rows * 40, c.right, c.labels) for c in world.cells),
                  world.writers, world.each, world.alike, world.columns, world.planted)  # fmt: skip
    batch, several = draw(large, np.random.default_rng(1))
    known = truths(large)
    column = world.columns[0]
    group = str(batch["group:" + column][0])
    mine = batch["group:" + column] == group
    right, label = batch["label"] == batch["predicted"], batch["label"]
    assert right[mine].mean() == pytest.approx(known[column, group, "accuracy"], abs=0.02)
    assert 1 - right[label == 0].mean() == pytest.approx(known["overall", "all", "miss"], abs=0.03)
    alarms = (batch["predicted"] == 0)[label != 0].mean()
    assert alarms == pytest.approx(known["overall", "all", "false_alarm"], abs=0.02)
    assert batch["confidence"].mean() == pytest.approx(known["overall", "all", "confidence"], abs=0.01)
    for name in world.cells[0].labels:
        share = (label == LABELS.index(name)).mean()
        assert share == pytest.approx(known["overall", "all", f"labelled:{name}"], abs=0.02)
    assert bool(len(several)) == bool(world.writers)


def test_what_is_truly_different_is_no_false_claim_and_what_is_not_is():
    world = World("planted", "", crossed((0.95, 0.95, 0.5, 0.5), 200), columns=("a", "b"), planted=(("a", "p"),))
    rng = generator(0, "test")
    run = null_run(sums_of(*draw(world, rng), ("a", "b")), world, truths(world), 0)
    assert not run["claim"], "column a differs, and all of it is true"
    alike = World("alike", "", even((400, 400), 0.8))
    other = World("apart", "", (even((400,), 0.9)[0], even((1, 400), 0.6)[1]))
    run = null_run(sums_of(*draw(other, rng), ("group",)), alike, truths(alike), 0)
    assert run["claim"] and run["finding"]
    assert sum(held for held, _ in run["held"].values()) < sum(n for _, n in run["held"].values())


def test_the_true_gap_of_other_labels_is_nought_in_rates_and_not_in_confidence():
    world = WORLDS["other labels"]
    sums = sums_of(*draw(world, generator(0, "gap")), world.columns)
    found = {f.measure: true_gap(f, world, truths(world)) for f in gaps_of(sums, hide(sums)).findings}
    assert found["accuracy"] == found["confidence"] == 0.0 and found["miss"] == pytest.approx(0)
    assert found["overconfidence"] == pytest.approx(0.1)


def test_planted_gaps_are_found_and_have_room():
    found = planted_block(("30+600", 0, 6))
    assert sum(one for one, _ in found) >= 5 and all(0.1 < size < 0.5 for _, size in found)
    assert moved_by(WORLDS["100+600"], 0.97) is None
    assert moved_by(WORLDS["100+600"], 0.5).cells[0].accuracy == pytest.approx(0.48)


def test_runs_do_not_depend_on_how_they_are_split():
    assert null_block(("12+600", 0, 4)) == null_block(("12+600", 0, 2)) + null_block(("12+600", 2, 4))


def test_bounds_hold_and_few_writers_get_none():
    assert bounded(("30 equal writers of 10, 5 %", 20)).printed == 0
    found = bounded(("200 equal writers of 10, 5 %", 100))
    assert found.printed == 100 and found.held >= 88
    assert {"500 independent rows, 5 %", "100 equal writers of 10, 5 %"} <= set(BOUND_WORLDS)


def test_a_criterion_leaves_two_monte_carlo_errors():
    assert RowCriterion("w", "c", 0.06, 0.006, 0.05, False).holds
    assert not RowCriterion("w", "c", 0.07, 0.006, 0.05, False).holds
    assert not RowCriterion("w", "c", 0.90, 0.006, 0.93, True).holds


def test_the_page_says_what_does_not_hold():
    bad = validation.Null("a world", "of its own", 100, 50, 60, 3, 100, (("shares", 0.5, 0.01, 400),))
    outcome = RowsOutcome((bad,), (validation.Planted("a world", "", 0, 0, 100, math.nan),), (), 100, 1.0)
    page = rows_page(outcome)
    assert page.count("**no**") == 3 and "0 of 3 criteria hold" in page and "50.0 % ± 5.0" in page
    assert len(row_criteria(outcome)) == 3


def test_the_command_writes_the_page(tmp_path, monkeypatch):
    monkeypatch.setattr(validation, "null_worlds", lambda: tuple(WORLDS[name] for name in ("12+600", "copies")))
    monkeypatch.setattr(validation, "planted_worlds", lambda: (WORLDS["12+600"],))
    monkeypatch.setattr(validation, "real_rows", lambda: None)
    monkeypatch.setattr(validation, "BOUND_WORLDS", {"500 independent rows, 5 %": (500, "", 1, 0.0, 0.05)})
    done = CliRunner().invoke(
        app, ["validate", "--rows", "--quick", "--processes", "1", "--out", str(tmp_path / "rows.md")]
    )
    assert done.exit_code == 0, done.output
    text = (tmp_path / "rows.md").read_text(encoding="utf-8")
    assert "| 12+600 |" in text and "| copies |" in text and "40 data sets" in text


def test_rows_of_real_answers_have_two_groups_of_whole_writers():
    rows = validation.real_rows()
    assert rows is not None and len(rows["label"]) > 300
    sums = validation.real_draw(np.random.default_rng(0))
    assert sums.groupings["group"].values and len(sums.repeated) > 20
