"""The committed datasheets are those of the suites."""

from __future__ import annotations

from pathlib import Path

import pytest
from commandline import caveat
from kept import KEPT

from audit.datasheet import CHECK_COLUMNS, datasheet, label_check, two
from audit.schema import DEPTHS, CaveatError
from audit.suites import load_suites, suite_names

ROOT = Path(__file__).parent.parent
FOLDER = ROOT / "docs" / "suites"


def made(name: str) -> str:
    return datasheet([load_suites([name], depth)[0] for depth in DEPTHS], ours=name in suite_names())


def test_every_datasheet_is_that_of_a_suite():
    assert {path.stem for path in FOLDER.glob("*.md")} == set(KEPT)


@pytest.mark.parametrize("name", KEPT)
def test_a_datasheet_is_what_the_suite_says_now(name):
    fresh, kept = made(name), (FOLDER / f"{name}.md").read_text(encoding="utf-8")
    if fresh != kept:
        first = next(
            i for i, (a, b) in enumerate(zip(fresh.split("\n"), [*kept.split("\n"), ""], strict=False), 1) if a != b
        )
        pytest.fail(f"docs/suites/{name}.md:{first}: is out of date. Run: caveat suites datasheet --all", pytrace=False)
    suite = load_suites([name], "full")[0]
    assert f"| {len(suite.examples):,} |" in fresh
    assert fresh.count("\n### ") == fresh.count("\n- **Examples**: ") == len(suite.tests)
    headings = ("Motivation", "Composition", "Collection", "Labelling", "Uses", "Limits", "Maintenance", "Tests")
    assert [line[3:] for line in fresh.split("\n") if line.startswith("## ")] == list(headings)
    assert fresh.count("\n") < 500


def test_the_example_items_are_twins_where_there_are_twins():
    suite = load_suites(["negation"], "quick")[0]
    first, second = two([e for e in suite.examples if e.test == "contraction"])
    assert first.pair == second.pair and {first.group, second.group} == {"affirmative", "negated"}


@pytest.fixture
def checks(tmp_path, monkeypatch):
    folder = tmp_path / "data"
    folder.mkdir()
    monkeypatch.setattr("audit.datasheet.folder", lambda name: tmp_path)
    return folder / "label_check.tsv"


def test_a_label_check_is_told_with_its_caution(checks):
    assert "Krippendorff" not in made("slang")
    row = ("slang", "cohort-praise", "40", "0.81", "3", "two reworded | one given a set of labels")
    other = ("negation", "never", "24", "0.90", "1", "reworded")
    checks.write_text("# made twice\n" + "\n".join("\t".join(cells) for cells in (CHECK_COLUMNS, row, other)))
    sheet = made("slang")
    assert "Checked by automated annotators, not people; agreement among them overstates human agreement." in sheet
    assert "| `cohort-praise` | 40 | 0.81 | 3 | two reworded \\| one given a set of labels |" in sheet
    assert "0.90" not in sheet


def test_a_label_check_without_a_column_is_a_mistake(checks):
    checks.write_text("suite\ttest\titems\n")
    with pytest.raises(CaveatError, match="no column alpha, disagreements, resolution"):
        label_check("slang")


def test_a_suite_from_a_file_has_a_datasheet_that_claims_nothing_of_ours(tmp_path):
    path = tmp_path / "tea.csv"
    path.write_text(
        "text,allowed,group,pair,template\nI *love* tea | $5.,positive,a,p,t\nI hate tea.,negative,b,p,t\n", "utf-8"
    )
    sheet = made(str(path))
    assert "how they were made is not stated" in sheet and "Items are frozen" not in sheet
    assert "I \\*love\\* tea \\| \\$5." in sheet


def test_the_command_writes_files_and_asks_for_a_name(tmp_path):
    done = caveat("suites", "datasheet", "slang", "--out", str(tmp_path / "new"))
    assert done.returncode == 0, done.stderr
    assert (tmp_path / "new" / "slang.md").read_text(encoding="utf-8") == made("slang")
    asked = caveat("suites", "datasheet")
    assert asked.returncode == 2 and "or --all" in asked.stderr and asked.stdout == ""
