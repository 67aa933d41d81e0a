"""Imports point down only, and the top level stays quick to import."""

from __future__ import annotations

import ast
import resource
import subprocess
import sys
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
LAYERS = (
    {"audit.schema"},
    {
        "audit.exits",
        "audit.templates",
        "audit.measures",
        "audit.models",
        "audit.fetch",
        "audit.bundled",
        "audit.wording",
    },
    {
        "probes",
        "audit.scoring",
        "audit.cells",
        "audit.suites",
        "audit.labelcheck",
        "audit.filesuite",
        "audit.stats",
        "audit.store",
        "audit.benchmarks",
    },
    {"audit.findings"},
    {"audit.analysis"},
    {"audit.run", "audit.owndata", "audit.compare", "audit.failon", "audit.rendering", "reports"},
    {"lessons"},
    {
        "audit.cli",
        "audit.terminal",
        "audit.datacommand",
        "audit.comparecommand",
        "audit.shown",
        "audit.datasheet",
        "audit.validate",
        "audit.page",
    }
    | {"audit.__main__", "app"},
)


def home(module: str) -> str | None:
    parts = module.split(".")
    name = ".".join(parts[:2]) if parts[0] == "audit" else parts[0]
    return name if any(name in layer for layer in LAYERS) else None


def level(name: str) -> int:
    return next(place for place, layer in enumerate(LAYERS) if name in layer)


def imports(path: Path) -> set[str]:
    found = set()
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.ImportFrom) and node.module:
            found |= {node.module} | {f"{node.module}.{alias.name}" for alias in node.names}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
    return found


FILES = [p for folder in ("audit", "probes", "reports", "lessons") for p in sorted((ROOT / folder).rglob("*.py"))]


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path):
    own = home(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if own is None:
        assert path.name == "__init__.py" and path.parent.name == "audit"
        return
    above = {name for name in map(home, imports(path)) if name and name != own and level(name) > level(own)}
    assert not above, f"{own} imports {above}"


@pytest.mark.parametrize("heavy", ["torch", "transformers", "gradio", "plotly", "pandas", "scipy"])
def test_the_command_line_imports_nothing_heavy(heavy):
    code = f"import sys, audit.cli; sys.exit({heavy!r} in sys.modules)"
    assert subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=False).returncode == 0


def test_help_answers_in_half_a_second():
    # Processor time, so that a busy machine does not count; alone on a machine it is the time that passes.
    used = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "audit", "--help"], cwd=ROOT, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(used) < 0.5
