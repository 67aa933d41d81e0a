"""The rule for gaps of suites holds for own rows, for changes between audits, and for the audit of the audit."""

import importlib
from types import SimpleNamespace

import pytest

from audit.compare.compare import Draft, settle
from audit.owndata.analysis import gaps
from audit.report.owndata.page import key_findings
from audit.stats import Gap, Spread

trials = importlib.import_module("audit.validate.trials")  # the package has a function of that name


def gap(value: float, se: float = 0.05) -> Gap:
    return Gap(value, se, 40, 41, 41, 41, 400, "clusters", "", True)


def own(p: float):
    column, share = SimpleNamespace(by="gender"), SimpleNamespace(name="miss")
    return gaps._finding(gaps._Draft(column, "woman", "man", share, gap(0.2), (200, 200)), p, 0.05 / 57, 57)


def test_own_rows_claim_a_gap_its_harm_and_a_key_finding_by_the_adjusted_p():
    found, unsure = own(0.01), own(0.11)
    assert (found.verdict, unsure.verdict) == ("finding", "chance")
    assert found.harm and unsure.harm == ""
    assert "Not told apart from chance among 57 comparisons. Could have seen" in unsure.sentence
    assert "Could have seen" not in found.sentence
    assert key_findings(SimpleNamespace(findings=(unsure, found))) == [found]


def test_a_change_between_audits_follows_the_adjusted_p():
    def draft(value: float) -> Draft:
        names, title = ("a", "b"), "Slang: accuracy, all tests"
        none = gap(0.0)
        return Draft(
            "slang", "accuracy", "", "accuracy", None, none, none, gap(value), Spread(), 0.05, False, 400, names, title
        )

    alone, among = settle([draft(0.13)])[0], settle([draft(0.13), *(draft(0.0) for _ in range(20))])[0]
    assert (alone.verdict, among.verdict) == ("uncertain", "chance")
    assert among.comparisons == 21 and "Not told apart from chance among 21 comparisons." in among.sentence
    assert (
        among.minimum_detectable == pytest.approx(gap(0.13).detectable(0.05 / 21)) and among.minimum_detectable > 0.13
    )


@pytest.mark.parametrize(
    ("verdict", "good"),
    [("finding", False), ("uncertain", False), ("below", False), ("chance", True), ("inconclusive", True)],
)
def test_a_validation_counts_any_claim_of_a_difference_as_a_false_alarm(monkeypatch, verdict, good):
    monkeypatch.setattr(trials, "_truth", lambda planted, found: 0.0)
    names = ("contrast", "gap", "low", "high", "p_adjusted", "minimum_detectable")
    found = SimpleNamespace(verdict=verdict, **dict.fromkeys(names, 0.1))
    assert trials._line(None, found, False).good == good
