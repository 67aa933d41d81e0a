"""What was fixed before models are run stands in docs/record.md, and in each result."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from audit import load_model, load_suites, run_audit
from audit.record import page, parts, record_of

RECORD = Path(__file__).parent.parent / "docs" / "record.md"


def test_the_record_is_of_the_suites_and_the_rule_as_they_are():
    assert RECORD.read_text(encoding="utf-8") == page(), "run: python -m audit.record > docs/record.md"


def test_whatever_decides_a_verdict_changes_the_record():
    (suite,) = load_suites(["sarcasm"], "quick")
    first, *others = suite.contrasts
    changed = [
        replace(suite, examples=suite.examples[1:]),
        replace(suite, contrasts=(replace(first, threshold=0.1), *others)),
        replace(suite, contrasts=(replace(first, strata=first.strata[:1]), *others)),
        replace(suite, families={}),
    ]
    assert len({record_of(one) for one in (suite, *changed)}) == 5
    assert set(parts(suite)) == {"items", "endpoints", "families", "rule"}


def test_a_result_carries_the_record_of_its_suites():
    suites = load_suites(["sarcasm"], "quick")
    result = run_audit(load_model("word-count"), suites, check=False)
    assert result.suites[0].record == record_of(suites[0])
    assert record_of(suites[0])[:16] in RECORD.read_text(encoding="utf-8")
