"""Suites and kinds of model that another package brings, by entry points."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
from importlib.metadata import entry_points
from pathlib import Path

import pytest

from audit.models import load_model
from audit.run import run_audit
from audit.schema import CaveatError, ModelUnsupported
from audit.suites import added_suites, load_suites, suite_names

ROOT = Path(__file__).parent.parent
EXAMPLE = ROOT / "examples" / "added_package"


def put(site: Path, points: str, name: str = "caveat_shouting") -> None:
    """What an installation leaves: the package, and its metadata beside it."""
    metadata = site / f"{name}-1.0.0.dist-info"
    metadata.mkdir(parents=True)
    (metadata / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {name.replace('_', '-')}\nVersion: 1.0.0\n")
    (metadata / "entry_points.txt").write_text(points)


@pytest.fixture
def installed(tmp_path, monkeypatch):
    shutil.copytree(EXAMPLE / "caveat_shouting", tmp_path / "caveat_shouting")
    put(
        tmp_path,
        "[audit.suites]\nshouting = caveat_shouting.suite:SUITE\n[audit.models]\nshouting = caveat_shouting.model:load",
    )
    monkeypatch.syspath_prepend(str(tmp_path))
    yield
    for name in [name for name in sys.modules if name.startswith("caveat_shouting")]:
        del sys.modules[name]


def test_an_added_suite_and_model_are_found_and_run(installed):
    assert "shouting" in added_suites() and "shouting" not in suite_names()
    result = run_audit(load_model("shouting:0.9"), load_suites(["shouting"], "quick"), check=False)
    (found,) = result.findings
    assert result.model.id == "shouting:0.9" and found.gap == pytest.approx(0.5)


def test_an_added_suite_is_not_run_unless_it_is_named(installed):
    assert "shouting" not in [suite.name for suite in load_suites(None, "quick")]


def test_a_mistake_in_the_rest_of_a_name_is_the_packages_line(installed):
    with pytest.raises(CaveatError, match="shouting:2: give how sure it is"):
        load_model("shouting:2")
    with pytest.raises(CaveatError, match="--revision does not go with shouting"):
        load_model("shouting", revision="main")


@pytest.mark.parametrize(
    ("code", "says"),
    [
        ("raise RuntimeError('no\\nluck')", "cannot be loaded .RuntimeError: no luck."),
        ("SUITE = 3", "is a int. Its entry point must name an audit.schema.Suite"),
        ("from audit.probes.negation import SUITE", "is a suite named 'negation'"),
    ],
)
def test_a_broken_suite_of_a_package_is_one_line(tmp_path, monkeypatch, code, says):
    (tmp_path / "broken_suite.py").write_text(code)
    put(tmp_path, "[audit.suites]\nbroken = broken_suite:SUITE\n", "broken")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(CaveatError, match=says) as told:
        load_suites(["broken"], "quick")
    assert "\n" not in str(told.value) and "the package broken" in str(told.value)
    sys.modules.pop("broken_suite", None)


@pytest.mark.parametrize(
    ("code", "says"),
    [("def load(rest):\n    return 1 / 0", "ZeroDivisionError"), ("def load(rest):\n    return 3", "without info")],
)
def test_a_broken_kind_of_model_is_one_line(tmp_path, monkeypatch, code, says):
    (tmp_path / "broken_kind.py").write_text(code)
    put(tmp_path, "[audit.models]\nbroken = broken_kind:load\n", "broken")
    monkeypatch.syspath_prepend(str(tmp_path))
    with pytest.raises(ModelUnsupported, match=says):
        load_model("broken")
    sys.modules.pop("broken_kind", None)


def test_the_example_declares_what_it_brings():
    text = (EXAMPLE / "pyproject.toml").read_text(encoding="utf-8")
    assert 'shouting = "caveat_shouting.suite:SUITE"' in text and 'shouting = "caveat_shouting.model:load"' in text
    assert not [point for point in entry_points(group="audit.suites") if point.name == "shouting"]


@pytest.mark.slow
def test_the_example_package_installs_runs_and_holds_to_the_contract(tmp_path):
    site = tmp_path / "site"
    shutil.copytree(EXAMPLE, tmp_path / "source")
    install = [
        "install",
        "--quiet",
        "--no-deps",
        "--no-build-isolation",
        "--target",
        str(site),
        str(tmp_path / "source"),
    ]
    subprocess.run([sys.executable, "-m", "pip", *install], check=True, capture_output=True)

    def said(*words: str) -> str:
        there = {**os.environ, "PYTHONPATH": str(site)}
        line = [sys.executable, "-m", *words]
        done = subprocess.run(line, cwd=ROOT, env=there, capture_output=True, text=True, check=False)
        assert done.returncode == 0, done.stdout + done.stderr
        return done.stdout

    assert "Added by caveat-shouting: --suite shouting" in said("audit", "suites", "list")
    out = str(tmp_path / "out")
    said("audit", "run", "shouting", "--suite", "shouting", "--depth", "quick", "--no-check", "--out", out)
    assert "passed" in said("pytest", "-k", "shouting", "tests/probes/test_contract.py")


@pytest.mark.slow
def test_a_new_file_in_probes_touches_no_other(tmp_path):
    """The tests of everything that goes over all suites hold with one more of them."""
    for name in ("audit", "probes", "reports", "tests", "docs", "benchmarks"):
        shutil.copytree(ROOT / name, tmp_path / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", tmp_path)
    shutil.copy(EXAMPLE / "caveat_shouting" / "suite.py", tmp_path / "probes" / "shouting.py")
    over_all = ["contract", "promises", "datasheets", "labelcheck", "lessons", "depths", "keep"]
    places = [str(path) for name in over_all for path in (tmp_path / "tests").rglob(f"test_{name}.py")]
    assert len(places) == len(over_all)
    line = [sys.executable, "-m", "pytest", "-p", "no:cacheprovider", *places]
    there = {**os.environ, "PYTHONPATH": str(tmp_path)}
    done = subprocess.run(line, cwd=tmp_path, env=there, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout[-3000:]
