"""Papers to print: made from the lessons, nothing left out, nothing loaded from elsewhere."""

from __future__ import annotations

import re
import sys
from html import unescape
from pathlib import Path

import pytest

from audit import load_suites
from audit.exits import finish
from audit.lessons import handouts
from audit.lessons.content import HOUR, LESSONS, lesson
from audit.lessons.guide import ANSWERS, NOTES, SAYINGS, plan
from audit.report.words import prose
from audit.schema import MASK

GUIDE = Path(__file__).parents[2] / "docs" / "teacher-guide.md"


def plain(html: str) -> str:
    return " ".join(unescape(re.sub(r"<[^>]+>", " ", html)).split())


@pytest.mark.parametrize("one", LESSONS, ids=lambda one: one.suite)
def test_a_handout_holds_its_lesson_and_no_answers(one):
    html = handouts.handout(one)
    said = plain(html)
    for text in (one.question, one.setting, one.change, *one.discussion, *(c.label for c in one.choices)):
        assert " ".join(prose(text).split()) in said
    assert one.note == "" or "Content note." in said
    assert MASK not in said and not re.search(r"<script|https?://|src=", html)
    (suite,) = load_suites([one.suite], "quick")
    drawn = handouts.pairs(one, suite)
    assert len(drawn) == handouts.PAIRS and len({pair.first for pair in drawn}) == len(drawn)
    assert all(pair.first in said and pair.second in said for pair in drawn)
    assert all(pair.first != pair.second for pair in drawn)
    for term in handouts._TERMS:
        assert re.search(rf"<dt>{term}", html), term


def test_pairs_differ_between_no_two_calls_and_never_ask_a_model(monkeypatch):
    one = lesson("negation")
    (suite,) = load_suites(["negation"], "quick")
    assert handouts.pairs(one, suite) == handouts.pairs(one, suite)


def test_the_sheet_has_twenty_rows_and_an_interval_that_is_computed():
    said = plain(handouts.take_home())
    assert all(f" {number} " in said for number in range(1, 21))
    assert "with 15 of 20 right, the 95 % interval runs from 53 to 89 %" in said


def test_the_guide_on_one_page_and_the_guide_at_length_say_the_same():
    at_length = " ".join(GUIDE.read_text(encoding="utf-8").split())
    on_one_page = plain(handouts.guide())
    for said, asked in SAYINGS:
        assert f'"{said}"' in at_length and prose(said) in on_one_page
        assert asked in at_length and prose(asked) in on_one_page
    for name in HOUR:
        title = lesson(name).title
        assert f"*{title}*" in at_length and prose(title) in on_one_page
    assert all(f"| {part.minutes} |" in at_length for part in plan())
    assert all(note.partition(" ")[0] for note in NOTES)
    assert all(f"**{term}" in at_length for term, _ in ANSWERS if term in ("Point", "Interval", "Shaded band"))


def test_the_command_writes_files_and_a_mistake_is_one_line(tmp_path, monkeypatch, capsys):
    def run(out):
        monkeypatch.setattr(sys, "argv", ["handouts", "--out", str(out)])
        with pytest.raises(SystemExit) as ended:
            finish(handouts.main)
        return ended.value.code, *capsys.readouterr()

    code, told, _ = run(tmp_path / "papers")
    assert code == 0 and len(told.splitlines()) == len(LESSONS) + 2
    assert all(Path(line).stat().st_size > 3000 for line in told.splitlines())
    (tmp_path / "file").write_text("x")
    code, _, told = run(tmp_path / "file" / "below")
    assert code == 2 and told.count("\n") == 1 and "cannot be a folder" in told
