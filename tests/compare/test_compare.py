"""Audits of the same items set side by side: on models whose difference is known."""

from __future__ import annotations

import math
import re
import sys
from dataclasses import replace

import pyarrow as pa
import pytest
from fakes import FakeClassifier
from typer.testing import CliRunner

from audit.__main__ import main
from audit.cli import app
from audit.compare import compare, load_comparison, save_comparison
from audit.models.base import Row, RowResult
from audit.owndata import store as owndata_store
from audit.report.comparison import render_comparison
from audit.run import run_audit
from audit.schema import CaveatError, ModelInfo
from audit.store import load_result, predictions_table
from audit.suites import load_suites


class ReadsNot(FakeClassifier):
    """Counts words as the other does, and turns the tone round where a text says "not"."""

    def __init__(self) -> None:
        super().__init__()
        self.info = ModelInfo("reads-not", "function", "2" * 40, self.info.tasks)

    def _one(self, text: str) -> RowResult:
        found = super()._one(text)
        return RowResult(logits=found.logits[::-1]) if " not " in f" {text} " else found

    def forward(self, rows: list[Row]) -> list[RowResult]:
        return [self._one(bytes(row.ids).decode()) for row in rows]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("audits")
    (suite,) = load_suites(["negation"], "quick")
    asked = {test for contrast in suite.contrasts if contrast.primary for test in contrast.tests}
    # The tests of the primary contrast: each of the other two dozen takes as long to compare, on two items.
    suites = [
        replace(
            suite,
            examples=tuple(example for example in suite.examples if example.test in asked),
            contrasts=tuple(contrast for contrast in suite.contrasts if asked.issuperset(contrast.tests)),
        )
    ]
    for model in (FakeClassifier(), ReadsNot()):
        run_audit(model, suites, out=root / model.info.id, check=False)
    return root / "fake-classifier", root / "reads-not"


@pytest.fixture(scope="module")
def audits(folders):
    return {folder.name: load_result(folder) for folder in folders}


@pytest.fixture(scope="module")
def compared(audits):
    return compare(audits, "caveat compare a b")


def primary(result):
    (found,) = [change for change in result.others[0].changes if change.primary]
    return found


def test_the_change_of_a_gap_is_the_difference_of_the_gaps(audits, compared):
    one, two = audits.values()
    gaps = [next(f.gap for f in side.findings if f.primary) for side in (one, two)]
    change = primary(compared)
    assert (change.base, change.other) == pytest.approx(gaps)
    assert change.change == pytest.approx(gaps[1] - gaps[0])
    assert change.change < -0.1 and change.high < 0
    assert "shrank" in change.sentence or "changed its direction" in change.sentence


def test_pairing_items_with_themselves_is_surer_than_setting_two_audits_side_by_side(audits, compared):
    one, two = audits.values()
    change = primary(compared)
    widths = [next(f.high - f.low for f in side.findings if f.primary) for side in (one, two)]
    assert 0 < change.high - change.low < math.hypot(*widths)


def test_swapping_the_audits_swaps_the_sign(audits, compared):
    there = primary(compared)
    back = primary(compare(dict(reversed(audits.items()))))
    assert back.change == pytest.approx(-there.change)
    assert (back.low, back.high) == pytest.approx((-there.high, -there.low))
    assert back.p == pytest.approx(there.p)


def test_an_audit_does_not_differ_from_itself(audits):
    one = next(iter(audits.values()))
    (other,) = compare({"first": one, "again": one}).others
    assert other.changes and all(change.change == 0 and change.p == 1 for change in other.changes)
    assert not {change.verdict for change in other.changes} & {"finding", "uncertain", "below"}
    assert [counted.changed for counted in other.answers] == [0] and not other.flips


def test_answers_that_differ_are_counted_from_the_rows(audits, compared):
    one, two = (
        {row["example"]: row for row in predictions_table(side).to_pylist() if row["role"] != "prior"}
        for side in audits.values()
    )
    (counted,) = compared.others[0].answers
    assert counted.n == len(one)
    assert counted.changed == sum(one[key]["label"] != two[key]["label"] for key in one)
    assert counted.mended == sum(one[key]["correct"] is False and two[key]["correct"] is True for key in one)
    assert counted.broken == sum(one[key]["correct"] is True and two[key]["correct"] is False for key in one)


def test_items_with_another_text_are_left_out_and_said(audits):
    one, two = audits.values()
    rows = predictions_table(two).to_pylist()
    for row in rows[:5]:
        row["text"] += " Really."
    changed = replace(two, predictions=pa.Table.from_pylist(rows, schema=predictions_table(two).schema))
    (other,) = compare({"one": one, "two": changed}).others
    (skipped,) = other.skipped
    assert skipped.n == 5 and "does not have" in skipped.reason
    assert other.answers[0].n == len(rows) - 5


def test_primary_contrasts_are_corrected_over_all_audits(audits, compared):
    one, two = audits.values()
    alone = primary(compared)
    both = compare({"a": one, "b": two, "c": replace(two, model=replace(two.model, revision="3" * 40))})
    for other in both.others:
        (change,) = [c for c in other.changes if c.primary]
        assert change.p == alone.p
        assert change.p_adjusted == pytest.approx(min(1.0, 2 * change.p), rel=1e-6)


def test_too_few_audits_or_no_common_suite(audits):
    one, two = audits.values()
    with pytest.raises(CaveatError, match="at least two results folders"):
        compare({"a": one})
    other = replace(two, suites=tuple(replace(suite, name="sarcasm") for suite in two.suites))
    with pytest.raises(CaveatError, match=r"share no suite \(negation against sarcasm\)"):
        compare({"a": one, "b": other})


def test_a_comparison_comes_back_from_disk_as_it_was(compared, tmp_path):
    save_comparison(compared, tmp_path)
    again = load_comparison(tmp_path)
    assert again.command == compared.command
    assert repr(again) == repr(compared)
    with pytest.raises(CaveatError, match="No compare.json"):
        load_comparison(tmp_path / "nowhere")


def test_the_page_has_no_script_and_escapes_names(compared):
    page = render_comparison(replace(compared, base=replace(compared.base, name="<b>one</b>")))
    assert "<script" not in page and "<b>one</b>" not in page and "&lt;b&gt;one" in page
    change = primary(compared)
    assert f"{100 * abs(change.change):.0f} points" in page
    assert 'src="http' not in page and 'href="http' not in page


def test_the_command_writes_a_report_and_fails_when_told_to(folders, tmp_path):
    run = CliRunner().invoke
    out = tmp_path / "compared"
    words = ["compare", *map(str, folders), "--out", str(out)]
    crossed = run(app, [*words, "--fail-on", "negation.negation-cost < -0.01"])
    assert crossed.exit_code == 1 and "crossed" in crossed.stdout
    assert (out / "compare.html").exists() and (out / "compare.json").exists()
    assert run(app, [*words, "--fail-on", "negation.negation-cost > 0.9"]).exit_code == 0


def test_one_folder_twice_is_refused(folders, tmp_path):
    result = CliRunner().invoke(app, ["compare", str(folders[0]), str(folders[0]), "--out", str(tmp_path)])
    assert isinstance(result.exception, CaveatError) and "is given twice" in str(result.exception)


@pytest.mark.parametrize(
    ("words", "line"),
    [
        (("{one}",), r"needs at least two results folders"),
        (("{one}", "{one}"), r"is given twice"),
        (("{one}", "{out}/nowhere"), r"No result\.json in"),
        (("{one}", "{rows}"), r"fake-classifier is an audit of suites and rows one of own data: they have nothing"),
        (("{one}", "{two}", "--format", "csv"), r"No format 'csv' for a comparison\. Choose from: html, json\."),
        (("{one}", "{two}", "--out", "{file}"), r"--out: .* cannot be a folder \(.* is a file\)"),
        (("{one}", "{two}", "--fail-on", "negation.nonsense > 1"), r"negation has no 'nonsense'"),
    ],
)
def test_a_mistake_on_the_command_line_is_one_line(folders, tmp_path, words, line, monkeypatch, capsys):
    (tmp_path / "file").write_text("mine")
    (tmp_path / "rows").mkdir()
    # That it is there decides; it is read only when all are of one kind.
    (tmp_path / "rows" / "data.json").write_text("{}")
    monkeypatch.setattr(owndata_store, "load_data_result", lambda folder: None)
    places = {
        "one": folders[0],
        "two": folders[1],
        "out": tmp_path,
        "rows": tmp_path / "rows",
        "file": tmp_path / "file",
    }
    out = [] if "--out" in words else ["--out", str(tmp_path / "new")]
    monkeypatch.setattr(sys, "argv", ["caveat", "compare", *(word.format(**places) for word in words), *out])
    with pytest.raises(SystemExit) as stopped:
        main()
    (told,) = capsys.readouterr().err.splitlines()
    assert stopped.value.code == 2 and told.startswith("caveat: ") and re.search(line, told)
