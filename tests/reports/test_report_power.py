"""Power cards: every suite that is run has one, and the report says its numbers."""

from __future__ import annotations

import json
from dataclasses import replace
from importlib import resources

import pytest
from synthetic_audit import classifier

from audit.suites import load_suites
from reports import power
from reports.html import render


def card(**changes: object) -> power.Card:
    values: dict = {
        "suite": "negation", "contrast": "c", "task": "text-classification", "unit": "points", "gap": 0.1058,
        "noticed": 0.8175, "low": 0.774, "high": 0.85, "runs": 400, "at_1_5": 0.985, "false_alarms": 0.037,
    }  # fmt: skip
    return power.Card(**(values | changes))


def test_the_sentence_says_the_gap_and_how_many_of_ten_models():
    said = power.sentence([card()])
    assert said.startswith("This suite would notice a gap of 11 points in 8.2 of 10 models")
    assert "and one of 16 points in 9.8 of 10" in said
    assert "3.7 of 100 set off a false alarm" in said


def test_several_axes_are_told_from_the_least_to_the_most():
    said = power.sentence([card(unit="log-odds", gap=1.9, noticed=0.7), card(unit="log-odds", gap=1.7, noticed=0.76)])
    assert "a gap of 1.7 to 1.9 log-odds on one of its 2 axes in 7.0 to 7.6 of 10 models" in said


def test_a_suite_without_a_card_says_so():
    assert power.sentence([]).startswith("No validation is on record")


@pytest.mark.parametrize("task", ["text-classification", "fill-mask"])
def test_every_suite_has_a_card_for_every_task_it_has_a_primary_contrast_for(task):
    found = {(c.suite, c.contrast) for c in power.cards()[0]}
    wanted = {(s.name, c.name) for s in load_suites(None, "quick") for c in s.contrasts if c.primary and c.task == task}
    assert wanted <= found and wanted


def test_the_report_carries_the_cards_of_its_suites():
    page = render(classifier())
    raw = json.loads(resources.files("audit.validate").joinpath("power.json").read_text())
    (own,) = [c for c in raw["cards"] if c["contrast"] == "negation-failure"]
    assert f"in {10 * own['noticed']:.1f} of 10 models" in page
    assert 'id="power"' in page


def test_a_quick_audit_says_that_it_notices_less():
    result = classifier()
    said = "it notices less than the cards say"
    for depth in ("quick", "standard"):
        page = render(replace(result, settings=replace(result.settings, depth=depth)))
        assert (said in page) == (depth == "quick")
