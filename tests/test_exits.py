"""Every way to end: a code of its own, one line for whatever went wrong, and 1 for a crossed threshold alone."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
import tempfile
from pathlib import Path

import pytest
from fakes import FakeClassifier

import audit.models
from audit.__main__ import main
from audit.exits import HELP, MEANINGS, check_out, code_of, explain, finish
from audit.fetch import SIZE
from audit.schema import CaveatError, ModelInfo, ModelUnavailable

ROOT = Path(__file__).parent.parent
ONE = ["--suite", "slang", "--depth", "quick", "--no-check", "--format", "json"]


@pytest.fixture
def caveat(monkeypatch, capsys):
    """Run the command line here, and give its exit code and what it wrote."""

    def run(*words: object):
        monkeypatch.setattr(sys, "argv", ["caveat", *(str(word) for word in words)])
        with pytest.raises(SystemExit) as stopped:
            main()
        return stopped.value.code, *capsys.readouterr()

    return run


@pytest.fixture
def models(monkeypatch, tmp_path):
    """Models by name: "good", and others that break in ways of their own while they are asked."""
    monkeypatch.setenv("TMPDIR", str(tmp_path / "temporary"))
    (tmp_path / "temporary").mkdir()
    monkeypatch.setattr(tempfile, "tempdir", None)
    breaks = {
        "bug": ValueError("shapes (3,) and (4,) do not fit\nin a model of one's own"),
        "hungry": RuntimeError("[enforce fail] DefaultCPUAllocator: can't allocate memory: you tried to allocate 1 PB"),
        "disk": OSError(errno.ENOSPC, "No space left on device", "part-00001.parquet"),
        "gone": ModelUnavailable("the weights are damaged"),
        "leaves": SystemExit(1),
        "panics": type("PanicException", (BaseException,), {})("index out of bounds"),
    }

    class Breaking(FakeClassifier):
        def __init__(self, name: str) -> None:
            super().__init__()
            self.info = ModelInfo(name, "function", "1" * 40, self.info.tasks)

        def forward(self, rows):
            if self.info.id in breaks:
                raise breaks[self.info.id]
            return super().forward(rows)

    monkeypatch.setattr(audit.models, "load_model", lambda name, **options: Breaking(name))
    return breaks


def test_readme_and_help_say_the_codes_of_the_program(caveat):
    _, shown, _ = caveat("--help")
    assert HELP in " ".join(shown.split())
    readme = " ".join((ROOT / "README.md").read_text("utf-8").replace("`", "").split())
    assert HELP in readme
    assert set(map(int, re.findall(r"(?:^|; |: )(\d+) ", HELP))) == set(MEANINGS)


def test_readme_and_help_say_one_size_of_the_model_to_fetch(caveat):
    _, shown, _ = caveat("fetch", "--help")
    readme = " ".join((ROOT / "README.md").read_text("utf-8").split())
    assert SIZE in " ".join(shown.split()) and SIZE in readme
    others = re.findall(r"\d+ MB", readme + " ".join(shown.split()))
    assert set(others) == set(re.findall(r"\d+ MB", SIZE))


@pytest.mark.parametrize(
    ("failures", "models", "crossed", "unjudged", "code"),
    [
        ((), 2, False, False, 0),
        ((), 2, True, True, 1),
        ((3,), 2, True, True, 1),
        ((), 1, False, True, 6),
        ((70,), 2, False, True, 6),
        ((4,), 2, False, False, 5),
        ((4,), 1, False, False, 4),
        ((3, 4), 2, False, False, 3),
    ],
)
def test_a_crossed_threshold_goes_before_an_unjudged_one_and_that_before_a_failed_model(
    failures, models, crossed, unjudged, code
):
    assert code_of(failures, models, crossed, unjudged) == code


def test_whose_error_it_is_decides_the_code(tmp_path, monkeypatch):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    class HubError(OSError):
        pass

    assert explain(ModelUnavailable("gone")) == ("gone", 3)
    line, code = explain(PermissionError(errno.EACCES, "Permission denied", "/data/x"))
    assert code == 74 and line.startswith("/data/x: Permission denied. ")
    assert explain(MemoryError())[1] == 74
    for ours in (KeyError("x"), HubError("401"), RecursionError(), UnicodeDecodeError("ascii", b"\xff", 0, 1, "x")):
        line, code = explain(ours)
        path = Path(re.search(r"The trace is in (\S+);", line)[1])
        assert code == 70 and path.parent == tmp_path and type(ours).__name__ in path.read_text()
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    line, code = explain(KeyError("x"))
    assert code == 70 and "The trace could not be written (No such file or directory)" in line and "\n" not in line


@pytest.mark.parametrize(
    ("name", "code"), [("bug", 70), ("hungry", 74), ("disk", 74), ("gone", 3), ("leaves", 70), ("panics", 70)]
)
def test_a_model_that_breaks_costs_one_line_and_the_others_run(caveat, models, tmp_path, name, code):
    alone, _, told = caveat("run", name, *ONE, "--out", tmp_path / "alone")
    (line,) = [line for line in told.splitlines() if line.startswith("caveat: ")]
    assert alone == code and line.startswith(f"caveat: {name}: ") and "Traceback" not in told
    before = set((tmp_path / "temporary").iterdir())
    several, _, told = caveat("run", name, "good", *ONE, "--out", tmp_path / "out")
    assert several == 5 and told.count("caveat: ") == 1
    assert (tmp_path / "out" / "good" / "result.json").exists()
    traces = set((tmp_path / "temporary").iterdir()) - before
    assert len(traces) == (code == 70) and all("forward" in path.read_text() for path in traces)


def test_what_became_of_rules_goes_before_a_model_that_failed(caveat, models, tmp_path):
    words = ["run", "bug", "good", *ONE, "--out", tmp_path]
    assert caveat(*words, "--fail-on", "slang.accuracy > 0.01")[0] == 1
    code, shown, _ = caveat(*words, "--fail-on", "slang.mass > 0.5")
    assert code == 6 and "slang.mass > 0.5: not judged, this audit has no such figure" in " ".join(shown.split())
    assert caveat(*words, "--fail-on", "slang.accuracy < 0.01")[0] == 5
    data = tmp_path / "posts.csv"
    data.write_text("text,label\n" + "good day,positive\nbad day,negative\n" * 20)
    words = ["data", data, "bug", "good", "--no-perturb", "--no-check", "--out", tmp_path / "rows"]
    assert caveat(*words, "--fail-on", "data.accuracy > 0.01")[0] == 1
    assert caveat(*words)[0] == 5


def test_whatever_a_command_raises_becomes_a_line_and_a_code(capsys, monkeypatch, tmp_path):
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))

    def ended(error: BaseException) -> tuple[object, str]:
        def fail() -> None:
            raise error

        with pytest.raises(SystemExit) as stopped:
            finish(fail)
        return stopped.value.code, capsys.readouterr().err

    assert ended(CaveatError("no")) == (2, "caveat: no\n")
    assert ended(OSError(errno.ENOSPC, "No space left on device", "x"))[0] == 74
    for ours in (ZeroDivisionError("division by zero"), SystemExit(1), BaseException("a panic")):
        code, told = ended(ours)
        assert code == 70 and told.count("\n") == 1
    code, told = ended(KeyboardInterrupt())
    assert code == 130 and "the same command goes on from there" in told


def test_a_reader_that_leaves_is_no_crossed_threshold():
    # The library for printing ends a program with 1 when nobody reads on.
    read, write = os.pipe()
    os.close(read)
    with os.fdopen(write, "wb") as stream:
        done = subprocess.run(
            [sys.executable, "-m", "audit", "suites", "list", "--depth", "quick"],
            cwd=ROOT, stdout=stream, stderr=subprocess.PIPE, text=True, check=False,
        )  # fmt: skip
    assert (done.returncode, done.stderr) == (0, "")


FULL = """
import resource, sys
resource.setrlimit(resource.RLIMIT_FSIZE, (2000, 2000))
from audit.__main__ import main
sys.argv = ["caveat", "run", "word-count", "--suite", "slang", "--depth", "quick", "--out", sys.argv[1]]
main()
"""


def test_a_full_disk_is_an_error_of_the_system(tmp_path):
    # A limit on the size of a file stands for a disk without room.
    words = [sys.executable, "-c", FULL, str(tmp_path / "out")]
    done = subprocess.run(words, cwd=ROOT, capture_output=True, text=True, check=False)
    (line,) = [line for line in done.stderr.splitlines() if line.startswith("caveat: ")]
    assert done.returncode == 74 and "Traceback" not in done.stderr, done.stderr
    assert "File too large" in line or "Error writing" in line


def test_no_rights_and_names_that_are_too_long_are_errors_of_the_system(caveat, tmp_path, monkeypatch):
    code, _, told = caveat("run", "word-count", "--out", tmp_path / ("x" * 300))
    assert code == 74 and told.count("\n") == 1 and "File name too long" in told
    # The tests may run as somebody who may write everywhere.
    monkeypatch.setattr(os, "access", lambda *_: False)
    with pytest.raises(PermissionError, match="Permission denied"):
        check_out(tmp_path / "new")
    code, _, told = caveat("run", "word-count", "--out", tmp_path / "new")
    assert code == 74 and told.count("\n") == 1


def test_a_report_finds_what_a_run_made_in_a_folder(caveat, tmp_path):
    assert caveat("run", "word-count", *ONE, "--out", tmp_path)[0] == 0
    code, shown, _ = caveat("report", tmp_path)
    assert code == 0 and shown.split() == [str(tmp_path / "word-count" / "report.html")]
    shutil.copytree(tmp_path / "word-count", tmp_path / "again")
    code, shown, _ = caveat("report", tmp_path, "--format", "md")
    assert code == 0 and shown.split() == [str(tmp_path / name / "report.md") for name in ("again", "word-count")]
    code, _, told = caveat("report", tmp_path, "--open-pr", "owner/name")
    assert code == 2 and f"Name one: {tmp_path / 'again'}, {tmp_path / 'word-count'}." in told
    code, _, told = caveat("compare", tmp_path, tmp_path / "again", "--out", tmp_path / "both")
    assert code == 2 and "holds 2 audits. Name one: " in told
    (tmp_path / "one").mkdir()
    (tmp_path / "word-count").rename(tmp_path / "one" / "word-count")
    assert caveat("compare", tmp_path / "one", tmp_path / "again", "--out", tmp_path / "both")[0] == 0
    code, _, told = caveat("report", tmp_path / "both")
    assert code == 2 and "holds a comparison, not an audit" in told


def test_a_command_without_arguments_shows_its_help(caveat):
    for words in ((), ("suites",)):
        code, shown, told = caveat(*words)
        assert code == 2 and shown.count("Usage:") == 1 and "Commands" in shown and told == ""


@pytest.mark.parametrize(
    ("words", "code", "line"),
    [
        ("apps", 2, r"No such command 'apps'. Did you mean 'app'\? See: caveat --help"),
        ("run", 2, "Missing argument 'MODEL...'. See: caveat run --help"),
        ("run --suite slang", 2, "Missing argument 'MODEL...'"),
        ("run word-count --suite slagn", 2, "No suite 'slagn'. There are: occupations"),
        ("run word-count --suite DIR", 2, "is a folder. Give the path of a .csv"),
        ("run word-count --suite nofile.csv", 2, "nofile.csv is not there"),
        ("run word-count --depth deep", 2, "'deep' is not one of 'quick', 'standard', 'full'"),
        ("run word-count --seed -1", 2, "Invalid value for '--seed'"),
        ("run word-count --seed one", 2, "Invalid value for '--seed'"),
        ("run word-count --format pfd", 2, "No format 'pfd'"),
        ("run word-count --out FILE", 2, "cannot be a folder .* is a file"),
        ("run word-count --out FILE/below", 2, "cannot be a folder .* is a file"),
        ("run word-count word-count --out DIR", 2, "is given twice"),
        ("run ./nowhere --out DIR", 2, "no folder ./nowhere"),
        ("run word-cuont --offline --out DIR", 3, "not in the cache"),
        ("run word-count --fail-on nonsense", 2, "is not a rule"),
        ("run word-count --suite slang --fail-on slagn.failure>0.1", 2, "'slagn' is not run here. There is: slang"),
        ("run word-count --suite slang --fail-on slang.failed>0.1", 2, "Did you mean 'failure'"),
        ("run word-count --suite slang --fail-on slang.failure[standrd]>0.1", 2, r"Did you mean \[standard\]"),
        ("run word-count --suite slang --fail-on slang.worst_gap>0.1", 2, "has no interval"),
        ("data nofile.csv word-count --out DIR", 2, "no such file"),
        ("data DIR word-count --out DIR", 2, "is a folder. Name one file"),
        ("data FILE --out DIR", 2, "Missing argument 'MODEL...'"),
        ("data FILE word-count --out DIR --fail-on data.acuracy<0.5", 2, "Did you mean 'accuracy'"),
        ("data FILE word-count --out DIR --fail-on data.ece<0.5", 2, "'ece' has no interval"),
        ("data FILE word-count --out DIR --target-error 3", 2, "a share between 0 and 1"),
        ("report nowhere", 2, "No result.json in nowhere .no such folder."),
        ("report DIR", 2, "right below it. Make one with: caveat run MODEL --out "),
        ("compare DIR", 2, "needs at least two results folders"),
        ("inspect some/where/else", 2, "no folder some/where/else"),
        ("fetch lama", 2, "There are: smollm2"),
        ("suites show slagn", 2, "No suite 'slagn'"),
        ("suites datasheet", 2, "Give the name of one suite, or --all"),
        ("suites datasheet slang --out FILE", 2, "cannot be a folder"),
        ("validate --processes 0", 2, "give 1 or more"),
        ("validate --quick --out DIR", 2, "is a folder. Name a file"),
        ("validate --out nowhere/x.md", 2, "there is no folder nowhere"),
        ("app --port 99999", 2, "There is no port 99999"),
    ],
)
def test_a_mistake_of_a_newcomer_is_one_line(caveat, tmp_path, monkeypatch, words, code, line):
    monkeypatch.setenv("HF_HUB_CACHE", str(tmp_path / "cache"))
    (tmp_path / "file").write_text("text,label\nI love it,positive\nI hate it,negative\n")
    (tmp_path / "dir").mkdir()
    places = {"FILE": str(tmp_path / "file"), "DIR": str(tmp_path / "dir")}
    typed = [re.sub("FILE|DIR", lambda found: places[found[0]], word) for word in words.split()]
    given, shown, told = caveat(*typed)
    assert (given, shown, told.count("\n")) == (code, "", 1), told
    assert told.startswith("caveat: ") and re.search(line, told), told
