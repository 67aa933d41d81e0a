"""Imports point down only, and the top level stays quick to import."""

from __future__ import annotations

import ast
import resource
import subprocess
import sys
from graphlib import CycleError, TopologicalSorter
from pathlib import Path

import pytest

import audit

ROOT = Path(__file__).parent.parent
LAYERS = (
    {"audit.schema", "audit.places"},
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
        "audit.probes",
        "audit.scoring",
        "audit.cells",
        "audit.suites",
        "audit.labelcheck",
        "audit.filesuite",
        "audit.stats",
        "audit.store",
        "audit.benchmarks",
    },
    {"audit.draft"},
    {"audit.sentences"},
    {"audit.findings"},
    {"audit.analysis", "audit.record"},
    {"audit.run", "audit.owndata", "audit.compare", "audit.failon", "audit.rendering", "audit.report"},
    {"audit.lessons"},
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
    name = ".".join(parts[:2]) if parts[0] == "audit" else "audit.probes" if parts[0] == "probes" else parts[0]
    return name if any(name in layer for layer in LAYERS) else None


def level(name: str) -> int:
    return next(place for place, layer in enumerate(LAYERS) if name in layer)


FILES = [p for folder in ("audit", "probes") for p in sorted((ROOT / folder).rglob("*.py"))]


def module(path: Path) -> str:
    return ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__")


MODULES = {module(path): path for path in FILES}
PUBLIC = {f"audit.{name}": where for name, where in audit._HOMES.items()}


def named(call: ast.Call) -> str | None:
    """The module that a call imports by name; of an f-string, what stands before its first slot."""
    function = call.func.attr if isinstance(call.func, ast.Attribute) else getattr(call.func, "id", "")
    if function not in ("import_module", "__import__") or not call.args:
        return None
    name = call.args[0]
    if isinstance(name, ast.JoinedStr):
        name = name.values[0]
    return str(name.value).rstrip(".") if isinstance(name, ast.Constant) else None


def imports(source: str) -> set[str]:
    """Every module that a source names: in statements at any depth, and in strings that are imported."""
    found = set()
    tree = ast.parse(source)
    ifs = [node for node in ast.walk(tree) if isinstance(node, ast.If)]
    types_only = {id(inner) for node in ifs if "TYPE_CHECKING" in ast.unparse(node.test) for inner in ast.walk(node)}
    for node in ast.walk(tree):
        if id(node) in types_only:
            continue
        if isinstance(node, ast.ImportFrom) and node.module:
            inner = {f"{node.module}.{alias.name}" for alias in node.names}
            found |= {PUBLIC.get(name) or (name if name in MODULES else node.module) for name in inner}
        elif isinstance(node, ast.Import):
            found |= {alias.name for alias in node.names}
        elif isinstance(node, ast.Call) and (name := named(node)):
            found.add(name)
    return found


@pytest.mark.parametrize("path", FILES, ids=lambda p: str(p.relative_to(ROOT)))
def test_imports_point_down(path):
    own = home(".".join(path.relative_to(ROOT).with_suffix("").parts))
    if own is None:
        assert path.name == "__init__.py" and path.parent.name == "audit"
        return
    above = {name for name in map(home, imports(path.read_text())) if name and name != own and level(name) > level(own)}
    assert not above, f"{own} imports {above}"


@pytest.mark.parametrize(
    "line",
    [
        "from audit.report.notebook import to_html",
        "def f():\n    import audit.report.notebook",
        'import_module("audit.report.notebook").to_html(x)',
        'importlib.import_module("audit.report.notebook")',
        '__import__("audit.report.notebook")',
        'import_module(f"audit.report.{name}")',
    ],
)
def test_an_import_is_seen_however_it_is_written(line):
    assert "audit.report" in map(home, imports(line))


def test_no_module_leads_back_to_itself():
    arrows = {name: imports(path.read_text()) & MODULES.keys() - {name} for name, path in MODULES.items()}
    try:
        TopologicalSorter(arrows).prepare()
    except CycleError as circle:
        pytest.fail(" -> ".join(circle.args[1]))


def test_the_command_line_imports_nothing_heavy():
    code = "import sys, audit.cli; print(*sys.modules)"
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    heavy = {"torch", "transformers", "gradio", "plotly", "pandas", "scipy", "numpy", "sklearn"}
    assert not heavy & set(done.stdout.split())


def test_a_result_shows_itself_though_nothing_was_imported_to_draw_it():
    code = (
        "import sys; from audit.schema import CompareResult, ModelInfo, Side\n"
        "side = Side('one', ModelInfo('m', 'function', 'r', ()), '', 'quick', {})\n"
        "result = CompareResult(side, (), (), '', '')\n"
        "assert 'reports' not in sys.modules\n"
        "print(result._repr_html_())"
    )
    done = subprocess.run([sys.executable, "-c", code], cwd=ROOT, check=True, capture_output=True, text=True)
    assert ".frame(" in done.stdout


def test_help_answers_in_half_a_second():
    # Processor time, so that a busy machine does not count; alone on a machine it is the time that passes.
    used = []
    for _ in range(3):
        before = resource.getrusage(resource.RUSAGE_CHILDREN)
        subprocess.run([sys.executable, "-m", "audit", "--help"], cwd=ROOT, check=True, capture_output=True)
        after = resource.getrusage(resource.RUSAGE_CHILDREN)
        used.append(after.ru_utime + after.ru_stime - before.ru_utime - before.ru_stime)
    assert min(used) < 0.5
