"""The command line as a person meets it: exit codes, streams, one line for a mistake."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest
from commandline import caveat

ROOT = Path(__file__).parent.parent


def test_a_process_of_its_own_gives_its_code_and_one_line():
    done = subprocess.run(
        [sys.executable, "-m", "audit", "suites", "show", "irony"], cwd=ROOT, capture_output=True, text=True
    )
    assert done.returncode == 2 and done.stdout == ""
    assert done.stderr.startswith("caveat: No suite 'irony'") and done.stderr.count("\n") == 1


@pytest.mark.parametrize(
    ("words", "code", "says"),
    [
        (("run", "word-count", "--suite", "irony"), 2, "No suite 'irony'. There are: occupations, negation"),
        (("run", "word-count", "--depth", "deep"), 2, "quick"),
        (("run", "word-count", "--format", "docx"), 2, "Choose from: html, json, csv, md, card, site, pdf"),
        (("report", "no-such-folder"), 2, "Make one with: caveat run"),
        (("suites", "show", "irony"), 2, "No suite 'irony'"),
        (("run", "org/has/too/many", "--offline"), 2, "org/has/too/many"),
        (("run", "someone/never-cached", "--offline"), 3, "someone/never-cached"),
    ],
)
def test_a_mistake_is_one_line_and_an_exit_code(words, code, says):
    done = caveat(*words)
    assert done.returncode == code, done.stderr
    assert says in done.stderr
    assert "Traceback" not in done.stderr and done.stdout == ""


def test_run_writes_a_folder_and_prints_sentences(tmp_path):
    done = caveat(
        "run", "word-count", "--suite", "negation", "--depth", "quick", "--out", str(tmp_path), "--format", "html,csv"
    )
    assert done.returncode == 0, done.stderr
    folder = tmp_path / "word-count"
    assert {"result.json", "report.html", "predictions.parquet", "findings.csv"} <= {p.name for p in folder.iterdir()}
    assert "negated statements" in " ".join(done.stdout.split())
    assert all(len(line) <= 80 for line in done.stdout.splitlines() if str(tmp_path) not in line)
    before = (folder / "report.html").read_text()
    (folder / "report.html").unlink()
    assert caveat("report", str(folder)).returncode == 0
    assert (folder / "report.html").read_text() == before


def test_one_bad_model_does_not_stop_the_others(tmp_path):
    done = caveat(
        "run",
        "someone/never-cached",
        "word-count",
        "--suite",
        "slang",
        "--depth",
        "quick",
        "--out",
        str(tmp_path),
        "--offline",
    )
    assert done.returncode == 5 and "someone/never-cached" in done.stderr
    assert (tmp_path / "word-count" / "result.json").exists()


def test_suites_can_be_listed_and_shown():
    listed = caveat("suites", "list", "--depth", "quick")
    assert listed.returncode == 0
    assert all(
        name in listed.stdout for name in ("occupations", "negation", "sarcasm", "slang", "masking", "demographics")
    )
    shown = caveat("suites", "show", "negation", "--depth", "quick")
    assert shown.returncode == 0 and "Expected:" in shown.stdout and "Harm:" in shown.stdout


def test_inspect_tells_what_fits():
    done = caveat("inspect", "word-count")
    assert done.returncode == 0, done.stderr
    assert "plain items" in done.stdout and "needs a model for fill-mask" in " ".join(done.stdout.split())
