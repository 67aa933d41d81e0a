"""One guard for every table that is exported: no cell runs as a formula, and none is changed without need."""

from __future__ import annotations

import csv
import re
from dataclasses import replace
from pathlib import Path

import pyarrow as pa
import pytest
from fakes import FakeClassifier

from audit.cells import cell
from audit.run import run_audit
from audit.store import predictions_table, write_csv
from audit.suites import load_suites

ROOT = Path(__file__).parent.parent
SIGNS = ("=1+1", "+1", "-1", "@SUM(A1)", "=cmd|' /C calc'!A0", "-", "=")
BEFORE = (
    *("", " ", "  ", "\t", "\r", "\n", "\r\n", " \t ", "\v", "\f", "\x1b", "\0", "\x85"),
    *("\N{NO-BREAK SPACE}", "\N{IDEOGRAPHIC SPACE}", "\N{ZERO WIDTH SPACE}", "\N{ZERO WIDTH NO-BREAK SPACE}"),
    *("\N{LINE SEPARATOR}", "\N{RIGHT-TO-LEFT OVERRIDE}", "\N{EM SPACE}"),
)
"""What a spreadsheet may skip before a sign."""
FORMS = (
    *("\N{FULLWIDTH EQUALS SIGN}1+1", "\N{FULLWIDTH PLUS SIGN}1", "\N{FULLWIDTH HYPHEN-MINUS}1"),
    *(
        "\N{FULLWIDTH COMMERCIAL AT}x",
        "\N{SMALL EQUALS SIGN}1",
        "\N{SMALL HYPHEN-MINUS}1",
        "\N{SUPERSCRIPT PLUS SIGN}1",
    ),
)


@pytest.mark.parametrize("before", BEFORE, ids=ascii)
def test_no_cell_runs_as_a_formula_whatever_stands_before_the_sign(before):
    for sign in (*SIGNS, *FORMS):
        assert cell(before + sign) == "'" + (before + sign).replace("\0", "")


@pytest.mark.parametrize("text", ["\tx", "\rx", "\nx"])
def test_a_break_at_the_beginning_is_guarded_alone(text):
    assert cell(text) == "'" + text


@pytest.mark.parametrize(
    "text", ["", " ", "a=1", "tired - but fine", "1+1", "'=1", "(=1)", "line\n=1", "—", "★", "x@y"]
)
def test_other_text_stays_as_it_is(text):
    assert cell(text) == text


def test_numbers_stay_numbers_and_nested_values_become_json():
    assert cell(-0.5) == -0.5 and cell(12) == 12 and cell(True) is True and cell(None) is None
    assert cell(["=1"]) == '["=1"]' and cell({"a": "é"}) == '{"a": "é"}' and cell("nul\0l") == "null"


def test_the_tables_of_an_audit_are_guarded(tmp_path):
    result = run_audit(FakeClassifier(), load_suites(["negation"], "quick"), check=False)
    table = predictions_table(result)
    texts = [f"{before}{form}" for before, form in zip(BEFORE, ("=1+1", *FORMS, *SIGNS * 2), strict=False)]
    place = table.column_names.index("text")
    column = pa.array([*texts, *table["text"].to_pylist()[len(texts) :]])
    write_csv(replace(result, predictions=table.set_column(place, "text", column)), tmp_path)
    with (tmp_path / "predictions.csv").open(encoding="utf-8", newline="") as file:
        read = [row["text"] for row in csv.DictReader(file)][: len(texts)]
    assert len(read) == len(texts) and all(text.startswith("'") for text in read)


def test_every_writer_of_tables_uses_the_one_guard():
    writes = re.compile(r"csv\.writer\(|DictWriter\(|\.to_csv\(|\.to_excel\(|Workbook\(")
    found = [path for folder in ("audit", "reports", "lessons") for path in sorted((ROOT / folder).rglob("*.py"))]
    writers = [path for path in found if writes.search(path.read_text(encoding="utf-8"))]
    assert {path.name for path in writers} == {"cells.py", "review.py"}
    assert "from audit.cells import cell" in (ROOT / "audit/owndata/review.py").read_text(encoding="utf-8")
