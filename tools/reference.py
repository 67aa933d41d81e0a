"""The reference of the public Python API, from its docstrings: `python -m tools.reference > docs/reference.md`."""

from __future__ import annotations

import ast
import inspect
import sys
from collections.abc import Iterator
from dataclasses import MISSING, fields, is_dataclass
from importlib import import_module
from types import ModuleType
from typing import Any

import audit

SECTIONS = ("Args", "Returns", "Raises", "Examples")
MORE = (
    ("What a result holds", "audit.schema", ("AuditResult", "Finding", "Estimate", "ModelInfo", "Gate", "Skipped")),
    ("What a result of own rows holds", "audit.schema", ("DataResult",)),
    ("What a suite is made of", "audit.schema", ("Suite", "Test", "Contrast", "Example")),
    ("Models of one's own", "audit.models.function", ("FunctionModel",)),
    ("Mistakes", "audit.schema", ("CaveatError", "ModelUnavailable", "ModelUnsupported")),
)
"""What the functions of `audit` take and give, by heading; the heading of the functions themselves stands before."""


def public() -> Iterator[tuple[str, str, Any]]:
    """Give heading, full name and object of everything that the reference describes."""
    for name in audit.__all__:
        yield "Functions", f"audit.{name}", getattr(audit, name)
    for heading, module, names in MORE:
        for name in names:
            yield heading, f"{module}.{name}", getattr(import_module(module), name)


def field_docs(kind: type) -> dict[str, str]:
    """Give what the source says under each field of a class."""
    module = inspect.getmodule(kind)
    tree = ast.parse(inspect.getsource(module if isinstance(module, ModuleType) else kind))
    body = next(node.body for node in ast.walk(tree) if isinstance(node, ast.ClassDef) and node.name == kind.__name__)
    found = {}
    for node, after in zip(body, body[1:], strict=False):
        if isinstance(node, ast.AnnAssign) and isinstance(node.target, ast.Name) and isinstance(after, ast.Expr):
            value = after.value
            if isinstance(value, ast.Constant) and isinstance(value.value, str):
                found[node.target.id] = " ".join(inspect.cleandoc(value.value).split())
    return found


def split(docstring: str) -> tuple[str, dict[str, str]]:
    """Give the text of a docstring and its sections by name."""
    text: list[str] = []
    found: dict[str, list[str]] = {}
    into = text
    for line in docstring.splitlines():
        if line.rstrip(":") in SECTIONS and line.endswith(":"):
            into = found.setdefault(line.rstrip(":"), [])
        else:
            into.append(line)
    return "\n".join(text).strip(), {name: inspect.cleandoc("\n".join(lines)) for name, lines in found.items()}


def entries(section: str) -> Iterator[str]:
    """Give each entry of a section of arguments or errors as one line."""
    entry = ""
    for line in section.splitlines():
        if line.startswith(" "):
            entry += " " + line.strip()
            continue
        if entry:
            yield entry
        entry = line.strip()
    if entry:
        yield entry


def described(name: str, thing: Any) -> Iterator[str]:
    """Give the lines of one object."""
    short = name.rpartition(".")[2]
    yield f"### {short}\n"
    call: Any = vars(thing)["__init__"] if isinstance(thing, type) and "__init__" in vars(thing) else thing
    call = thing if is_dataclass(thing) else call
    mistake = isinstance(thing, type) and issubclass(thing, Exception)
    if callable(call) and not is_dataclass(thing) and not mistake:
        parameters = [
            str(p.replace(annotation=inspect.Parameter.empty))
            for p in inspect.signature(call).parameters.values()
            if p.name != "self"
        ]
        yield f"```text\n{short}({', '.join(parameters)})\n```\n"
    text, sections = split(inspect.cleandoc(thing.__doc__ or ""))
    if call is not thing and not mistake:
        sections |= split(inspect.cleandoc(call.__doc__ or ""))[1]
    yield f"{text}\n\n`from {name.rpartition('.')[0]} import {short}`\n"
    if mistake:
        yield f"Exit code of the command line: {thing.exit_code}.\n"
    if is_dataclass(thing):
        said = field_docs(thing) if isinstance(thing, type) else {}
        yield "| field | |\n|---|---|"
        for field in fields(thing):
            needed = " (needed)" if field.default is MISSING and field.default_factory is MISSING else ""
            what = said.get(field.name, "").replace("|", "\\|")
            yield f"| `{field.name}` | {what}{needed} |".replace("|  |", "| |").replace("|  (", "| (")
        yield ""
    for heading in SECTIONS[:3]:
        if heading in sections:
            listed = heading != "Returns"
            yield f"**{heading}**\n"
            if listed:
                yield from (f"- {entry}" for entry in entries(sections[heading]))
            else:
                yield sections[heading]
            yield ""
    if "Examples" in sections:
        yield f"```pycon\n{sections['Examples']}\n```\n"


def page() -> str:
    """Give the whole reference as Markdown."""
    lines = [
        "# Reference of the Python API\n",
        "Made from the docstrings by `python -m tools.reference > docs/reference.md`; a test keeps it so, and runs its",
        "examples. The command line has the same words: `caveat --help`.\n",
    ]
    before = ""
    for heading, name, thing in public():
        if heading != before:
            lines.append(f"## {heading}\n")
            before = heading
        lines += described(name, thing)
    return "\n".join(lines).rstrip() + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
