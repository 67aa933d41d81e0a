"""What Windows lacks is not needed: modules, calls, signals, paths and file names of a run.

No Windows machine runs these tests: they read the source for what is not there, and run an audit with the names of the
other systems taken away.
"""

from __future__ import annotations

import ast
import os
import pathlib
import signal
from pathlib import Path

import pytest

from audit.models import load_model
from audit.report.html import render
from audit.run import run_audit
from audit.store import load_result
from audit.suites import load_suites

ROOT = Path(__file__).parent.parent
CODE = [ROOT / "app.py", *(p for folder in ("audit", "probes") for p in sorted((ROOT / folder).rglob("*.py")))]
MODULES = {"fcntl", "resource", "pwd", "grp", "termios", "tty", "pty", "posix", "readline", "syslog"}
CALLS = {
    "os": {"fork", "getuid", "geteuid", "getgid", "uname", "setsid", "killpg", "chown", "mkfifo", "getloadavg",
           "sched_getaffinity", "O_DIRECTORY", "O_NOFOLLOW", "sysconf", "nice"},
    "signal": {"SIGHUP", "SIGKILL", "SIGUSR1", "SIGUSR2", "SIGALRM", "SIGCHLD", "pause", "alarm"},
}  # fmt: skip
FORBIDDEN = set('<>:"|?*\\')


def asked(tree: ast.AST) -> set[str]:
    """Names of other systems that are used without being looked for first."""
    looked = {
        node.args[1].value
        for node in ast.walk(tree)
        if isinstance(node, ast.Call)
        and getattr(node.func, "id", "") in ("hasattr", "getattr")
        and isinstance(node.args[1], ast.Constant)
    }
    found = set()
    for node in ast.walk(tree):
        if isinstance(node, ast.Import | ast.ImportFrom):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else [alias.name for alias in node.names]
            found |= {name for name in names if name in MODULES}
        if isinstance(node, ast.Attribute) and isinstance(node.value, ast.Name):
            name = node.attr
            if name in CALLS.get(node.value.id, ()) and name not in looked:
                found.add(f"{node.value.id}.{name}")
    return found


def test_nothing_is_used_that_windows_lacks():
    used = {str(path.relative_to(ROOT)): asked(ast.parse(path.read_text(encoding="utf-8"))) for path in CODE}
    assert {path: names for path, names in used.items() if names} == {}


def test_the_reading_sees_what_is_missing():
    assert asked(ast.parse("import fcntl, os, signal\nos.fork()\nsignal.SIGHUP")) == {
        "fcntl",
        "os.fork",
        "signal.SIGHUP",
    }
    assert asked(ast.parse("import os\nif hasattr(os, 'fork'):\n    os.fork()")) == set()


def test_files_are_read_and_written_as_utf_8():
    """Windows would take another encoding where none is named."""
    silent = []
    for path in CODE:
        for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
            call = isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr
            if call in ("read_text", "write_text") and not any(k.arg == "encoding" for k in node.keywords):
                silent.append(f"{path.relative_to(ROOT)}:{node.lineno}")
    assert silent == []


@pytest.fixture
def windows(monkeypatch):
    monkeypatch.setattr(pathlib, "WindowsPath", pathlib.PosixPath)
    monkeypatch.setattr(os, "name", "nt")
    for module, names in ((os, CALLS["os"]), (signal, CALLS["signal"])):
        for name in names:
            monkeypatch.delattr(module, name, raising=False)


def test_an_audit_runs_with_what_windows_has(tmp_path, windows):
    out = tmp_path / "a folder"
    run_audit(load_model("word-count"), load_suites(["negation"], "quick"), out=out)
    assert "negat" in render(load_result(out))
    names = {part for path in out.rglob("*") for part in path.relative_to(out).parts}
    assert names and not [name for name in names if FORBIDDEN & set(name) or name.endswith((".", " "))]
