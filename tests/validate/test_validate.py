"""The self-audit: its numbers are the audit's own, its truths are true, and a broken estimator is noticed."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pytest

from audit.analysis import analyse
from audit.schema import CaveatError, ModelInfo
from audit.stats import generator
from audit.validate import Size, page, quick_endpoints, validate
from audit.validate.catalogue import planted_models
from audit.validate.criteria import judged
from audit.validate.designs import Endpoint, bench, contrast_named, endpoints, suite_named
from audit.validate.expected import expected_gap
from audit.validate.oracle import Plant
from audit.validate.simulate import Checked, Design, Desk, interval, run_designs, tally, work
from audit.validate.trials import WORLD, try_null, try_planted
from audit.validate.truth import delta_for, true_gap
from audit.validate.worlds import CEILING, REALISTIC, World, draw

SARCASM = Endpoint("sarcasm", "sarcasm-shortfall")
RELIGION = Endpoint("demographics", "religion-score")
PRONOUN = Endpoint("occupations", "pronoun-by-occupation")


IN_TURN = Desk()


@pytest.mark.parametrize(
    "endpoint",
    [
        SARCASM,
        RELIGION,
        PRONOUN,
        Endpoint("negation", "negation-failure"),
        Endpoint("slang", "slang-gap"),
        Endpoint("demographics", "religion-wording"),
    ],
    ids=lambda e: e.contrast,
)
def test_the_numbers_are_those_of_the_whole_analysis(endpoint):
    ready = bench(endpoint)
    rows = draw(ready, REALISTIC, generator(0, "one"), 1.0)
    info = ModelInfo("m", "function", "0" * 40, (ready.contrast.task,))
    suite = suite_named(endpoint.suite)
    _, findings, _ = analyse(rows.sample(frac=1.0, random_state=1), [suite], info)
    found = next(f for f in findings if f.contrast == endpoint.contrast)
    gap = ready.gap(rows)
    assert (found.gap, found.se, found.df) == pytest.approx((gap.value, gap.se, gap.df), rel=1e-9)
    assert found.minimum_detectable == pytest.approx(gap.detectable(0.05), rel=1e-9)


def test_every_primary_endpoint_of_every_suite_is_checked():
    named = {(e.suite, e.contrast) for e in endpoints() if e.primary}
    for name in ("occupations", "negation", "sarcasm", "slang", "masking", "demographics"):
        assert {(name, c.name) for c in suite_named(name).contrasts if c.primary} <= named
    assert {e.suite for e in quick_endpoints()} == {suite for suite, _ in named}


@pytest.mark.parametrize("endpoint", [SARCASM, RELIGION, PRONOUN, Endpoint("slang", "confidence-gap")])
def test_the_true_gap_is_the_mean_of_many_runs(endpoint):
    ready = bench(endpoint)
    runs = [ready.gap(draw(ready, REALISTIC, generator(5, str(i)), 0.7)).value for i in range(60)]
    error = np.std(runs) / np.sqrt(len(runs))
    assert abs(np.mean(runs) - true_gap(ready, REALISTIC, 0.7)) < 4 * error


def test_a_shift_is_found_for_a_size():
    ready = bench(SARCASM)
    assert true_gap(ready, REALISTIC, delta_for(ready, REALISTIC, 0.2)) == pytest.approx(0.2, abs=1e-5)


def test_nearer_the_ceiling_a_shift_makes_a_smaller_gap():
    assert true_gap(bench(SARCASM), CEILING, 1.0) < true_gap(bench(SARCASM), REALISTIC, 1.0)


def test_runs_do_not_depend_on_how_they_are_split():
    (whole,) = run_designs([Design(SARCASM, "null", REALISTIC, 60)], 0, IN_TURN)
    blocks = Design(SARCASM, "null", REALISTIC, 60).tasks(0)
    assert len(blocks) == 2
    values = np.concatenate(list(map(work, reversed(blocks)))[::-1])
    assert whole.mean == values[:, 0].mean()
    assert whole.below == (values[:, 2] < 0.05).sum()


def test_treating_rows_as_independent_would_be_noticed(monkeypatch):
    """With big frame and word effects on a gap, a variance without clusters makes many false alarms."""
    from audit.stats import twoway
    from audit.validate import designs

    noisy = World(interaction=1.0)
    design = Design(RELIGION, "noisy", noisy, 80)
    (right,) = run_designs([design], 0, IN_TURN)

    def naive(found, rate=False):
        gap = twoway.solve(found, rate)
        total = sum(p.value.var(ddof=1) / len(p.value) for p in found.parts)
        return replace(gap, se=float(np.sqrt(total)), df=200.0)

    monkeypatch.setattr(designs, "solve", naive)
    (wrong,) = run_designs([design], 0, IN_TURN)
    assert wrong.below > 3 * right.below + 10


def test_there_are_enough_planted_models_and_each_claims_something():
    models = planted_models()
    assert len(models) >= 20
    assert len({m.name for m in models}) == len(models)
    for model in models:
        assert model.found or model.silent
        names = {c.name for c in suite_named(model.suite).contrasts}
        assert set(model.found) | set(model.silent) <= names


@pytest.mark.parametrize("name", ["less sure of slang, as often right", "blind to sarcasm", "she, for nurses alone"])
def test_a_planted_model_is_read_as_it_must_be(name):
    trial = try_planted(next(m for m in planted_models() if m.name == name))
    assert trial.good
    assert all(line.low <= line.truth <= line.high for line in trial.lines)


def test_what_must_be_found_fails_when_nothing_is_planted():
    planted = next(m for m in planted_models() if m.name == "blind to sarcasm")
    assert not try_planted(replace(planted, plant=Plant())).good


def test_the_truth_of_a_plant_follows_the_items_it_touches():
    suite = suite_named("demographics")
    contrast = contrast_named(suite, "religion-score")
    offset = Plant(lambda e: -3.0 if e.group == "muslim" else 0.0)
    assert expected_gap(suite, contrast, offset, WORLD, "three classes") == pytest.approx(-3.0, abs=0.01)
    half = Plant(lambda e: -3.0 if e.group == "muslim" and e.features["form"] == "positive" else 0.0)
    assert expected_gap(suite, contrast, half, WORLD, "three classes") == pytest.approx(-1.0, abs=0.01)


def test_an_exact_null_has_no_gap():
    row = try_null("exact", "sarcasm", False)
    assert (row.largest, row.below, row.claimed) == (0.0, 0, ())


def test_the_whole_quick_run_makes_a_page(monkeypatch):
    from audit import validate as package

    monkeypatch.setattr(package, "trials", lambda quick, desk: ([], []))
    outcome = validate(Size(12, 4, 0, 0, quick=True), processes=1)
    criteria = judged(outcome.checked)
    assert {c.kind for c in criteria} == {"false alarms", "recall", "signs", "size", "coverage"}
    text = page(outcome)
    for criterion in criteria:
        assert f"| {criterion.suite} | {criterion.wanted} | {criterion.figure} |" in text
    assert text == page(outcome)


def test_the_page_is_written_where_it_is_wanted(tmp_path, monkeypatch, capsys):
    from audit.validate import Outcome, command

    outcome = Outcome((), (), (), (), "no runs", "python -m audit validate", 0.0)
    monkeypatch.setattr(command, "validate", lambda size, processes, say, folder: outcome)
    command.validate_all(out=tmp_path / "page.md")
    assert (tmp_path / "page.md").read_text() == page(outcome)
    assert capsys.readouterr().out == ""
    with pytest.raises(CaveatError, match="there is no folder"):
        command.validate_all(out=tmp_path / "none" / "page.md")
    with pytest.raises(CaveatError, match="give 1 or more"):
        command.validate_all(processes=0)


def test_with_few_runs_a_miss_within_chance_is_no_verdict():
    ready = Design(SARCASM, "null", REALISTIC, 20)
    rows = np.column_stack([np.full(20, 0.1), np.full(20, 0.1), np.r_[[0.01] * 2, [0.5] * 18], *np.zeros((3, 20))])
    few = tally(ready, rows)
    one = Checked(SARCASM, "accuracy", "points", "clusters", 23, 0.05, few)
    (criterion,) = judged([one])
    assert (criterion.holds, criterion.state) == (False, "too few runs to say")
    (criterion,) = judged([replace(one, null=replace(few, runs=2000, below=160))])
    assert (criterion.holds, criterion.state) == (False, "does not hold")


def test_interval_of_runs():
    assert interval(50, 1000) == pytest.approx((0.0381, 0.0653), abs=1e-4)
    assert all(np.isnan(interval(0, 0)))
