"""One clear line, the right exit code, and nothing lost: for each row of the table in `broken_inputs`."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from typing import Any

import pytest
from broken_inputs import TABLE, A, table

from audit.__main__ import main

MODEL = "word-count"


@pytest.fixture(autouse=True)
def no_baselines(monkeypatch: pytest.MonkeyPatch) -> None:
    """Train no classifier on rows that are read all the same: what is asked here is how a file is read."""
    monkeypatch.setattr("audit.owndata.baselines.compare_baselines", lambda *_: ((), ()))


def call(words: list[str], monkeypatch: pytest.MonkeyPatch) -> int:
    monkeypatch.setattr(sys, "argv", ["caveat", "data", *words])
    with pytest.raises(SystemExit) as stopped:
        main()
    return int(stopped.value.code or 0)


@pytest.mark.parametrize(("make", "words", "code", "line"), [row[1:] for row in TABLE], ids=[row[0] for row in TABLE])
def test_one_clear_line_and_an_exit_code(make, words, code, line, tmp_path, monkeypatch, capsys):
    monkeypatch.chdir(tmp_path)
    monkeypatch.setenv("COLUMNS", "400")
    make(tmp_path)
    before = {path: path.read_bytes() for path in tmp_path.iterdir() if path.is_file() and not path.is_symlink()}
    named = len(words) > 1 and not words[1].startswith("--")
    words = [*words[:1], *([] if named else [MODEL]), *words[1:], "--out", "results", "--no-perturb"]
    assert call(words, monkeypatch) == code
    told = capsys.readouterr()
    matching = [one for one in told.err.splitlines() if re.search(line, one)]
    assert len(matching) == 1, told.err
    assert "Traceback" not in told.err
    if code in (2, 3, 4):
        mistakes = [one for one in told.err.splitlines() if one.startswith("caveat: ")]
        assert mistakes == matching and told.out == ""
        assert named or matching[0].endswith((".", "?", "--help")) or "--offline" in words
    after = {path: path.read_bytes() for path in before}
    assert after == before, "a file of the user was changed"


def test_no_kind_stands_twice():
    assert len(TABLE) >= 140 and len({row[0] for row in TABLE}) == len(TABLE)


def test_a_file_without_permission(tmp_path, monkeypatch, capsys):
    # A superuser may read everything, so the refusal of the system is played.
    monkeypatch.chdir(tmp_path)
    table()(tmp_path)

    def refuse(self: Path, *args: Any, **more: Any) -> Any:
        raise PermissionError(13, "Permission denied")

    monkeypatch.setattr(Path, "open", refuse)
    assert call([A, MODEL, "--out", "results"], monkeypatch) == 2
    assert re.search(r"^caveat: a\.csv: cannot be read: no permission\.", capsys.readouterr().err)
