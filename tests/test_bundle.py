"""The folder for machines without a network: what is in it without the wheels, which only `make bundle` fetches."""

from __future__ import annotations

import subprocess
from pathlib import Path

import pytest

from tools import bundle


@pytest.fixture
def made(tmp_path, monkeypatch) -> Path:
    asked = []
    monkeypatch.setattr(subprocess, "run", lambda words, check: asked.append(words))
    out = bundle.make(tmp_path / "stick")
    assert len(asked) == 2 and all("wheel" in words for words in asked)
    return out


def test_the_script_takes_wheels_of_the_folder_only_and_the_note_has_two_lines(made):
    text = (made / "start.sh").read_text(encoding="utf-8")
    assert "--no-index --find-links wheels -r requirements.txt" in text and "://" not in text
    note = (made / "READ-ME.txt").read_text(encoding="utf-8")
    assert len(note.splitlines()) == 2 and "sh start.sh" in note and "Python 3." in note
    assert "torch==" in (made / "requirements.txt").read_text(encoding="utf-8")


def test_the_shell_can_read_the_script(made):
    assert subprocess.call(["sh", "-n", str(made / "start.sh")]) == 0


def test_windows_gets_a_batch_file():
    name, text = bundle.start_script("Windows")
    assert name == "start.bat" and "py -3 -m venv" in text and "\r\n" in text
