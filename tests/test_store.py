from __future__ import annotations

import json
import math
from dataclasses import replace

import pytest

from audit.models.base import Response
from audit.schema import (
    AuditResult,
    CaveatError,
    Contrast,
    Estimate,
    Example,
    Finding,
    Gate,
    ModelInfo,
    Settings,
    Skipped,
    SuiteInfo,
    Test,
)
from audit.store import from_json, load_result, prediction_row, predictions_table, save, table, to_json, write_csv

NAN = float("nan")


def example(**changes) -> Example:
    made = Example(
        "negation/t/f/a", "not-good", "It is not good.", "negated", "t", ("f",), pair="t/f", spans=((10, 14),)
    )
    return replace(made, **changes)


def result() -> AuditResult:
    test = Test("not-good", "Not good", "negation", "MFT", "why", "what", "harm", allowed=("negative",))
    contrast = Contrast("c", "failure", "negated", "affirmative", "points", "{gap} more", "{gap} less", primary=True)
    suite = SuiteInfo(
        "negation", "Negation", "?", "construct", "method", (test,), (contrast,), "affirmative", ("l",), ("d",),
        "1.0.0",
        {"t": "It is {x}."}, {"f": {"sign": "+1"}}, (), (), ("source",), "quick", 2, "0" * 64, seconds=1.5,
    )  # fmt: skip
    finding = Finding(
        "negation", "c", "failure", "points", "negated", "affirmative", 0.31, 0.24, 0.38, 1e-9, 1e-8, 0.09, 0.05,
        "finding", "high", "On 2 sentences …", True, 2, 16, 24, evidence=("a", "b"),
    )  # fmt: skip
    estimate = Estimate("negation", "accuracy", "group", "negated", NAN, NAN, NAN, 0, 0, reason="too few")
    rows = [
        prediction_row("negation", example(allowed=frozenset({"negative", "neutral"})), "score", answer)
        for answer in (Response(("negative", "neutral", "positive"), (0.2, 0.1, 0.7)),)
    ]
    return AuditResult(
        model=ModelInfo("org/model", "classifier", "a" * 40, ("text-classification",), truth={"delta": 1.0}),
        suites=(suite,),
        estimates=(estimate,),
        findings=(finding,),
        skipped=(Skipped("occupations", "needs a fill-mask model"),),
        gate=Gate("sentiment anchors", "AUC", 0.99, 0.9, 40, True),
        settings=Settings("quick", 0, ("negation",), "caveat run org/model"),
        versions={"torch": "2.13.0"},
        created="2026-01-02T03:04:05+00:00",
        seconds=2.5,
        predictions=table(rows),
    )  # fmt: skip


def test_a_result_comes_back_as_it_was(tmp_path):
    made = result()
    save(made, tmp_path)
    back = load_result(tmp_path)
    assert repr(replace(back, predictions=None)) == repr(replace(made, predictions=None))
    assert repr(predictions_table(back).to_pylist()) == repr(made.predictions.to_pylist())
    assert to_json(back) == to_json(made)


def test_result_json_is_strict_and_has_no_durations():
    data = json.loads(to_json(result()), parse_constant=lambda name: pytest.fail(name))
    assert data["estimates"][0]["value"] is None
    assert data["seconds"] == 0 and data["suites"][0]["seconds"] == 0
    assert "predictions" not in data


@pytest.mark.parametrize(
    ("text", "says"),
    [
        ("not json", "is not an audit result"),
        ("{}", "is not an audit result"),
        ('{"schema_version": 99}', "reads version 1"),
        ('{"schema_version": 1}', "is damaged"),
    ],
)
def test_a_file_that_is_not_a_result_is_told_in_one_line(text, says):
    with pytest.raises(CaveatError, match=says) as error:
        from_json(text)
    assert "\n" not in str(error.value)


def test_a_missing_folder_names_the_next_step(tmp_path):
    with pytest.raises(CaveatError, match="Make one with: caveat run"):
        load_result(tmp_path / "nowhere")


def test_damaged_predictions_are_told(tmp_path):
    save(result(), tmp_path)
    (tmp_path / "predictions.parquet").write_bytes(b"PAR1 nothing")
    with pytest.raises(CaveatError, match="cannot be read"):
        load_result(tmp_path)


@pytest.mark.parametrize(
    ("p", "label", "correct"), [((0.2, 0.1, 0.7), "positive", False), ((0.1, 0.8, 0.1), "neutral", True)]
)
def test_a_row_says_what_was_answered_and_whether_it_was_allowed(p, label, correct):
    shown = example(allowed=frozenset({"negative", "neutral"}))
    row = prediction_row("negation", shown, "score", Response(("negative", "neutral", "positive"), p))
    assert (row["label"], row["correct"], row["confidence"]) == (label, correct, max(p))
    assert row["valence"] == pytest.approx(p[2] - p[0])
    assert row["log_odds"] == pytest.approx(math.log((p[2] + 1e-6) / (p[0] + 1e-6)))


def test_without_a_right_answer_nothing_is_correct_or_wrong():
    row = prediction_row("masking", example(), "score", Response(("negative", "positive"), (0.4, 0.6)))
    assert row["correct"] is None


def test_stars_keep_their_own_valence():
    answer = Response(("negative", "neutral", "positive"), (0.5, 0.2, 0.3), value=-0.35)
    assert prediction_row("negation", example(), "score", answer)["valence"] == -0.35


def test_two_unknown_tokens_make_an_item_unreadable():
    readable = [
        prediction_row("s", example(), "score", Response(("negative", "positive"), (0.4, 0.6), unknown=n))["readable"]
        for n in (0, 1, 2)
    ]
    assert readable == [True, True, False]


def test_csv_cells_never_start_a_formula(tmp_path):
    made = result()
    rows = [prediction_row("negation", example(text='=HYPERLINK("x")'), "score", Response(("negative",), (1.0,)))]
    write_csv(replace(made, predictions=table(rows)), tmp_path)
    assert "\"'=HYPERLINK" in (tmp_path / "predictions.csv").read_text()
    assert (tmp_path / "findings.csv").exists() and (tmp_path / "estimates.csv").exists()
