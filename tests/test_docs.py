"""What the documents and the docstrings name is there: modules, names, files, commands and options."""

from __future__ import annotations

import ast
import doctest
import importlib
import re
import shlex
from pathlib import Path

import pytest
import typer.main

from audit.cli import app
from tools.reference import page, public

ROOT = Path(__file__).parent.parent
PAGES = [ROOT / "README.md", ROOT / "CONTRIBUTING.md", *sorted((ROOT / "docs").glob("*.md"))]
CODE = [p for folder in ("audit", "probes", "benchmarks", "tools") for p in sorted((ROOT / folder).rglob("*.py"))]
DOTTED = re.compile(r"`((?:audit|benchmarks|tools)(?:\.\w+)+)(?:\(\))?`")
FILE = re.compile(r"`((?:audit|probes|reports|tests|docs|benchmarks|examples|tools|lessons)/[\w./-]*)`")
SHORT = re.compile(r"`((?:\w+/)*\w+\.py)`")
"""Source that is named from inside the package, such as `measures/blanks.py`."""
LINK = re.compile(r"\]\(([^)#:\s]+)(?:#[^)]*)?\)")
MODULE = re.compile(r"python -m ((?:audit|benchmarks|tools|lessons|probes|reports)[\w.]*)")
COMMAND = re.compile(r"(?:^|`)(caveat(?: [^`\n]*)?)", re.MULTILINE)
FENCE = re.compile(r"^```[^\n]*\n.*?^```", re.MULTILINE | re.DOTALL)


def docstrings(path: Path) -> list[str]:
    found = []
    for node in ast.walk(ast.parse(path.read_text(encoding="utf-8"))):
        if isinstance(node, ast.Expr) and isinstance(node.value, ast.Constant) and isinstance(node.value.value, str):
            found.append(node.value.value)
    return found


def named() -> list[tuple[str, str]]:
    texts = [(path, path.read_text(encoding="utf-8")) for path in PAGES]
    texts += [(path, text) for path in CODE for text in docstrings(path)]
    found = set()
    for path, text in texts:
        where = str(path.relative_to(ROOT))
        for pattern in (DOTTED, FILE, SHORT, MODULE):
            found |= {(where, name.rstrip(".")) for name in pattern.findall(text)}
    return sorted(found)


def is_there(name: str) -> bool:
    if "/" in name or name.endswith(".py"):
        return any((home / name).exists() for home in (ROOT, ROOT / "audit"))
    parts = name.split(".")
    for most in range(len(parts), 0, -1):
        try:
            thing = importlib.import_module(".".join(parts[:most]))
        except ImportError:
            continue
        for part in parts[most:]:
            if part in getattr(thing, "__dataclass_fields__", {}):
                return True
            if not hasattr(thing, part):
                return False
            thing = getattr(thing, part)
        return True
    return False


def test_every_module_name_and_file_that_is_mentioned_is_there():
    assert [f"{where}: {name}" for where, name in named() if not is_there(name)] == []


@pytest.mark.parametrize("path", PAGES, ids=lambda path: path.name)
def test_a_link_leads_somewhere(path):
    links = LINK.findall(FENCE.sub("", path.read_text(encoding="utf-8")))
    assert [link for link in links if not (path.parent / link).exists()] == []


def test_the_check_itself_sees_what_is_missing():
    assert not is_there("audit.store.NOTHING") and not is_there("audit/nothing.py") and not is_there("audit.nothing")
    assert is_there("audit.run.run_audit") and is_there("audit.schema.Finding.gap") and is_there("audit/cli.py")


def commands() -> list[tuple[str, str]]:
    found = []
    for path in PAGES:
        text = path.read_text(encoding="utf-8")
        blocks = "\n".join(FENCE.findall(text)).replace("\\\n", " ")
        lines = [line.split("   #")[0].strip() for line in blocks.splitlines() if line.startswith("caveat")]
        lines += re.findall(r"`(caveat [^`\n]+)`", FENCE.sub("", text))
        found += [(path.name, line) for line in lines]
    return found


@pytest.mark.parametrize(("where", "line"), commands())
def test_a_command_in_a_document_has_the_options_that_it_shows(where, line):
    words = shlex.split(line)[1:]
    command = typer.main.get_command(app)
    while words and hasattr(command, "commands"):
        name = words.pop(0)
        if name.startswith("-") or name.isupper():
            return
        assert name in command.commands, f"{where}: {line}"
        command = command.commands[name]
    known = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    asked = {word.partition("=")[0] for word in words if word.startswith("--")} - {"--help"}
    assert asked <= known, f"{where}: {line}"


def test_the_readme_shows_every_command():
    text = (ROOT / "README.md").read_text(encoding="utf-8")
    shown = {words[1] for _, line in commands() if len(words := line.split()) > 1 and line in text}
    assert set(typer.main.get_command(app).commands) <= shown | {"validate"}, "README.md lacks a command"


def test_the_reference_is_what_the_docstrings_say():
    written = (ROOT / "docs" / "reference.md").read_text(encoding="utf-8")
    assert written == page(), "run: python -m tools.reference > docs/reference.md"


@pytest.mark.parametrize("thing", [pytest.param(thing, id=name) for _, name, thing in public()])
def test_the_examples_of_the_reference_run(thing, tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    runner = doctest.DocTestRunner(optionflags=doctest.ELLIPSIS | doctest.NORMALIZE_WHITESPACE)
    for case in doctest.DocTestFinder(recurse=False).find(thing, globs={}):
        assert runner.run(case).failed == 0, case.name
