"""What the lessons show was made by the models, suites and code that are here now: `python -m audit.lessons.make`."""

from __future__ import annotations

from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest

from audit import load_model, load_result
from audit.analysis import analyse
from audit.findings import ALPHA
from audit.lessons import make
from audit.lessons.content import LESSONS
from audit.lessons.make import COMMAND, RESULTS, plan, suites_of
from audit.schema import FOUND, AuditResult, Finding
from audit.store import predictions_table, save, to_json
from audit.suites import digest, examples_for
from audit.wording import chance_words

STALE = f"stale: run {COMMAND}"
each_model = pytest.mark.parametrize("model", plan())


@cache
def stored(model: str) -> AuditResult:
    return load_result(RESULTS / model)


def finding(model: str, suite: str, contrast: str) -> Finding:
    (found,) = (f for f in stored(model).findings if (f.suite, f.contrast) == (suite, contrast))
    return found


@each_model
def test_results_are_of_the_present_model_and_items(model: str) -> None:
    result = stored(model)
    info = load_model(model).info
    assert result.model.revision == info.revision, STALE
    here = {suite.name: digest(examples_for(suite, info)) for suite in suites_of(model, result.settings.depth)}
    assert {suite.name: suite.digest for suite in result.suites} == here, STALE
    assert not result.partial


def test_the_present_code_finds_the_same_numbers() -> None:
    result = stored("word-count")
    suites = [suite for suite in result.suites if suite.name == "slang"]
    _, findings, _ = analyse(
        predictions_table(result, suite="slang"),
        suites,
        result.model,
        seed=result.settings.seed,
        depth=result.settings.depth,
    )
    for found in findings:
        before = finding("word-count", "slang", found.contrast)
        assert (found.gap, found.low, found.high) == pytest.approx(
            (before.gap, before.low, before.high), abs=1e-9, nan_ok=True
        ), STALE


@each_model
def test_stored_words_follow_the_present_rule(model: str) -> None:
    for found in stored(model).findings:
        if found.verdict in FOUND:
            assert found.p_adjusted < ALPHA and "Could have seen" not in found.sentence, STALE
        else:
            assert found.harm == "", STALE
        if found.verdict == "chance":
            assert found.p_adjusted >= ALPHA and chance_words(found.comparisons) in found.sentence.lower(), STALE


def test_every_lesson_has_its_numbers() -> None:
    for one in LESSONS:
        for model in one.models:
            found = finding(model, one.suite, one.contrast)
            assert found.low <= found.gap <= found.high, (one.suite, model)
            assert found.evidence


@pytest.mark.parametrize(
    ("base", "suite", "contrast"),
    [("fill-mask", "occupations", "pronoun-by-occupation"), ("sentiment", "demographics", "gender-score")],
)
def test_known_truths_show_beside_the_model(base: str, suite: str, contrast: str) -> None:
    assert abs(finding(f"{base}-even-handed", suite, contrast).gap) < 1e-3
    moved = finding(f"{base}-planted", suite, contrast).gap - finding(base, suite, contrast).gap
    assert 0.5 < abs(moved) < 1.05


def test_results_are_small_and_nothing_else_is_there() -> None:
    files = [path for path in RESULTS.rglob("*") if path.is_file()]
    assert sum(path.stat().st_size for path in files) < 6_000_000
    assert {path.parent.name for path in files} == set(plan())
    assert {path.name for path in files} == {"result.json", "predictions.parquet", "timing.json"}


def test_variants_answer_one_comparison_only() -> None:
    (suite,) = suites_of("sentiment-planted", "quick")
    assert [contrast.name for contrast in suite.contrasts] == ["gender-score"]
    assert {example.test for example in suite.examples} == {"gender"}
    beside = {suite.name: len(suite.contrasts) for suite in suites_of("word-count", "quick")}
    assert len(beside) == 5 and beside["demographics"] == 1 < beside["negation"]
    (whole,) = suites_of("fill-mask", "quick")
    assert len(whole.contrasts) > 1


def test_figures_are_worked_out_again_from_stored_answers(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(make, "plan", lambda: {"word-count": ("slang",)})
    make.compute("word-count", "quick", tmp_path)
    before = load_result(tmp_path / "word-count")
    stale = tuple(replace(found, verdict="uncertain", sentence="of an old rule") for found in before.findings)
    save(replace(before, findings=stale, estimates=()), tmp_path / "word-count")
    assert make.work_out("word-count", "quick", tmp_path) > 0
    after = load_result(tmp_path / "word-count")
    assert to_json(after) == to_json(before)
    assert predictions_table(after).equals(predictions_table(before))


def test_making_replaces_what_is_stored(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(make, "plan", lambda: {"word-count": ("slang",)})
    old = tmp_path / "word-count" / "old.txt"
    old.parent.mkdir()
    old.write_text("old")
    assert make.compute("word-count", "quick", tmp_path) > 0
    assert not old.exists() and [path.name for path in tmp_path.iterdir()] == ["word-count"]
    result = load_result(tmp_path / "word-count")
    assert [suite.name for suite in result.suites] == ["slang"] and result.settings.command == COMMAND
