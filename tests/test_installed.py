"""What an installation occupies: the name audit and nothing else, whatever lies in the folder that it is run from."""

from __future__ import annotations

import os
import shutil
import subprocess
import sys
import sysconfig
import zipfile
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
SOURCE = ("audit", "probes", "reports", "app.py", "pyproject.toml", "setup.py", "README.md", "LICENSE")
MINE = "print('mine'); x = 1\n"
SCRIPT = """
import sys
from audit import load_model, load_suites, run_audit
from audit.report.html import render
result = run_audit(load_model("word-count"), load_suites(["negation"], "quick"))
assert "negat" in render(result)
for name in ("reports", "probes", "lessons", "app"):
    assert name not in sys.modules, name
"""
OWN = "from reports.mine import x; import app; assert x == app.x == 1"


@pytest.fixture(scope="module")
def source(tmp_path_factory) -> Path:
    """A copy of the checkout after `make audit`: building writes into it."""
    home = tmp_path_factory.mktemp("source")
    for name in SOURCE:
        if (ROOT / name).is_dir():
            shutil.copytree(ROOT / name, home / name, ignore=shutil.ignore_patterns("__pycache__"))
        else:
            shutil.copy(ROOT / name, home / name)
    (home / "audits" / "sentiment").mkdir(parents=True)
    (home / "audits" / "sentiment" / "result.json").write_text("{}")
    return home


@pytest.fixture(scope="module")
def wheel(source, tmp_path_factory) -> Path:
    out = tmp_path_factory.mktemp("wheel")
    pip("wheel", "--no-deps", "--no-build-isolation", "--wheel-dir", str(out), str(source))
    return next(out.glob("*.whl"))


def pip(*words: str) -> None:
    quiet = [sys.executable, "-m", "pip", "--quiet", "--disable-pip-version-check"]
    done = subprocess.run([*quiet, *words], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


@pytest.fixture(scope="module")
def pythons(source, wheel, tmp_path_factory) -> dict[str, tuple[Path, Path | None]]:
    """An interpreter for each way to have it, and the folder to put on its path."""
    found: dict[str, tuple[Path, Path | None]] = {}
    for name, what in (("wheel", [str(wheel)]), ("editable", ["--no-build-isolation", "--editable", str(source)])):
        home = tmp_path_factory.mktemp(name)
        subprocess.run([sys.executable, "-m", "venv", "--without-pip", str(home)], check=True)
        places = sysconfig.get_paths(vars={"base": str(home), "platbase": str(home)})
        python = next(p for p in (home / "bin" / "python", home / "Scripts" / "python.exe") if p.exists())
        # What Caveat needs comes from the environment that the tests run in, Caveat itself does not.
        needs = [path for path in sys.path if "site-packages" in path]
        Path(places["purelib"], "needs.pth").write_text("\n".join(needs))
        pip("--python", str(python), "install", "--no-deps", *what)
        found[name] = python, None
    return found | {"checkout": (Path(sys.executable), source)}


def run(python: Path, path: Path | None, folder: Path, *words: str) -> subprocess.CompletedProcess[str]:
    environment = {name: value for name, value in os.environ.items() if name != "PYTHONPATH"}
    if path:
        environment["PYTHONPATH"] = str(path)
    return subprocess.run(
        [str(python), *words], cwd=folder, env=environment, capture_output=True, text=True, check=False
    )


@pytest.fixture
def hostile(tmp_path) -> Path:
    """A folder with names of a user's own that ours once were."""
    (tmp_path / "reports").mkdir()
    (tmp_path / "probes").mkdir()
    (tmp_path / "reports" / "mine.py").write_text("x = 1\n")
    (tmp_path / "app.py").write_text("x = 1\n")
    (tmp_path / "audit.lessons.py").write_text(MINE)
    return tmp_path


def test_a_checkout_runs_where_a_user_has_such_names(hostile):
    """The quick one of its kind; the installed ones need a build."""
    done = run(Path(sys.executable), ROOT, hostile, "-c", SCRIPT + OWN)
    assert done.returncode == 0 and done.stdout == "", done.stdout + done.stderr


@pytest.mark.slow
@pytest.mark.parametrize("way", ["wheel", "editable", "checkout"])
class TestEachWay:
    def test_it_runs_in_an_empty_folder(self, way, pythons, tmp_path):
        done = run(
            *pythons[way], tmp_path, "-m", "audit", "run", "word-count", "--suite", "negation", "--depth", "quick"
        )
        assert done.returncode == 0, done.stderr
        assert (tmp_path / "audits" / "word-count" / "report.html").is_file()

    def test_a_users_own_names_neither_shadow_it_nor_are_shadowed(self, way, pythons, hostile):
        done = run(*pythons[way], hostile, "-c", SCRIPT + OWN)
        assert done.returncode == 0 and done.stdout == "", done.stdout + done.stderr

    def test_a_users_file_of_that_name_does_not_either(self, way, pythons, tmp_path):
        (tmp_path / "audit.report.py").write_text(MINE)
        (tmp_path / "app.py").write_text(MINE)
        done = run(*pythons[way], tmp_path, "-c", SCRIPT)
        assert done.returncode == 0 and done.stdout == "", done.stdout + done.stderr

    def test_lessons_and_papers_are_in_it(self, way, pythons, tmp_path):
        done = run(*pythons[way], tmp_path, "-m", "audit.lessons.handouts", "--out", "papers")
        assert done.returncode == 0, done.stderr
        assert list((tmp_path / "papers").iterdir())


@pytest.mark.slow
def test_a_wheel_holds_audit_and_nothing_else(wheel):
    names = zipfile.ZipFile(wheel).namelist()
    assert {name.split("/")[0] for name in names if ".dist-info/" not in name} == {"audit"}
    assert not [name for name in names if "result.json" in name and "lessons" not in name]
    needed = ("audit/py.typed", "audit/_reports/style.css", "audit/_probes/negation.py", "audit/_probes/data/")
    assert all(any(name.startswith(start) for name in names) for start in needed)
