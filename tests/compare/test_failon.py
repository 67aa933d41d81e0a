"""A pipeline fails only when the near end of an interval is beyond the threshold."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from fakes import FakeClassifier
from typer.testing import CliRunner

from audit.cli import app
from audit.failon import check_names, figures, judge, judge_each, names_of_suites, parse
from audit.run import run_audit
from audit.schema import CaveatError
from audit.suites import load_suites


@pytest.fixture(scope="module")
def result():
    return run_audit(FakeClassifier(), load_suites(["negation"], "quick"), check=False)


def edges(result, measure: str = "failure"):
    return next(e for e in result.estimates if e.by == "overall" and e.measure == measure)


def crossed(result, text: str) -> bool:
    (outcome,) = judge(parse([text]), result)
    return outcome.crossed


def test_above_counts_from_the_lower_end(result):
    rate = edges(result)
    assert rate.low < rate.value
    assert crossed(result, f"negation.failure_rate > {rate.low - 0.001:.6f}")
    assert not crossed(result, f"negation.failure_rate > {rate.low + 0.001:.6f}")
    (outcome,) = judge(parse([f"negation.failure > {(rate.low + rate.value) / 2:.6f}"]), result)
    assert not outcome.crossed and "but its interval is not" in outcome.sentence


def test_below_counts_from_the_upper_end(result):
    rate = edges(result, "accuracy")
    assert crossed(result, f"negation.accuracy < {rate.high + 0.001:.6f}")
    assert not crossed(result, f"negation.accuracy < {rate.high - 0.001:.6f}")


def test_a_contrast_is_named_by_its_name_and_a_group_in_brackets(result):
    gap = next(f for f in result.findings if f.primary)
    assert crossed(result, f"negation.{gap.contrast} > {gap.low - 0.001:.6f}")
    assert not crossed(result, f"negation.{gap.contrast} > {gap.low + 0.001:.6f}")
    group = next(e for e in result.estimates if e.by == "group" and e.measure == "failure" and e.group == "negated")
    assert crossed(result, f"negation.failure[negated] > {group.low - 0.001:.6f}")
    assert not crossed(result, f"negation.failure[negated] > {group.low + 0.001:.6f}")


def test_what_is_undefined_never_fails(result):
    blank = [
        replace(e, value=math.nan, low=math.nan, high=math.nan, reason="too few")
        if (e.by, e.measure) == ("overall", "failure")
        else e
        for e in result.estimates
    ]
    (outcome,) = judge(parse(["negation.failure > 0"]), replace(result, estimates=tuple(blank)))
    assert not outcome.crossed and outcome.sentence.endswith("not judged, too few.")


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("negation", "is not a rule. Write SUITE.NAME"),
        ("negation.failure >= 0.2", "is not a rule"),
        ("negation.failure > a lot", "is not a rule"),
        ("negation.failure > 1.2.3", "is not a rule"),
    ],
)
def test_what_is_not_a_rule_is_refused_before_anything_runs(text, message):
    with pytest.raises(CaveatError, match=message):
        parse([text])


@pytest.mark.parametrize(
    ("text", "message"),
    [
        ("slang.failure > 0.2", "'slang' was not run. There is: negation"),
        ("negation.failures > 0.2", "Did you mean 'failure'"),
        ("negation.failure[nobody] > 0.2", r"no such group. negation.failure takes: none \(overall\), \[affirmative\]"),
    ],
)
def test_unknown_names_list_what_there_is(result, text, message):
    with pytest.raises(CaveatError, match=message):
        judge(parse([text]), result)


def test_the_run_command_exits_with_1_only_when_a_threshold_is_crossed(tmp_path):
    words = ["run", "word-count", "--suite", "negation", "--depth", "quick", "--format", "json", "--out", str(tmp_path)]
    failed = CliRunner().invoke(app, [*words, "--fail-on", "negation.negation-failure > 0.1"])
    assert failed.exit_code == 1
    assert "negation.negation-failure > 0.1: crossed." in " ".join(failed.stdout.split())
    assert CliRunner().invoke(app, [*words, "--fail-on", "negation.accuracy < 0.01"]).exit_code == 0


def test_every_figure_of_a_suite_has_a_name_that_the_check_lets_through(result):
    names = names_of_suites(load_suites(["negation"], "quick"))
    every = [f for f in figures(result) if math.isfinite(f.low)]
    rules = parse(f"{f.suite}.{f.name}{f'[{f.group}]' if f.group else ''} > 0.5" for f in every)
    check_names(rules, names)
    assert len(judge(rules, result)) == len(every) > 50


def test_a_rule_that_one_of_several_models_cannot_have_is_not_judged(result):
    (outcome,) = judge_each(parse(["negation.lpbs > 0.5"]), result)
    assert outcome.state == "not judged" and "this audit has no such figure: negation has no 'lpbs'" in outcome.sentence


def test_what_cannot_be_judged_ends_with_6(tmp_path):
    words = ["run", "word-count", "--suite", "slang", "--depth", "quick", "--format", "json", "--out", str(tmp_path)]
    done = CliRunner().invoke(app, [*words, "--fail-on", "slang.mass > 0.5"])
    assert done.exit_code == 6 and "not judged" in done.stdout
    both = ["--fail-on", "slang.mass > 0.5", "--fail-on", "slang.accuracy < 0.9"]
    assert CliRunner().invoke(app, [*words, *both]).exit_code == 1
