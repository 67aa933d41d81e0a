"""Break the audit on purpose, one line at a time, and see which of its ordinary tests fails.

`python -m benchmarks.mutants > docs/mutants.md` writes the page again, in some minutes; exit code 1 if one survives.
It breaks a copy of the project in a temporary folder. Other lines of the same eight promises are broken within `make
test` (tests/mutation), against checks that are written for them alone.
"""

from __future__ import annotations

import os
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns

ROOT = Path(__file__).parent.parent
KEPT = ("audit", "probes", "reports", "lessons", "tests", "pyproject.toml")
TABLE = Path(__file__).with_name("mutants.tsv")
LONGEST = 300
"""Seconds for the tests of one mutant."""


@dataclass(frozen=True, slots=True)
class Mutant:
    """One line of the audit, written wrongly."""

    guard: str
    file: str
    right: str
    wrong: str
    tests: str
    """Of `tests/`, those that ought to notice, with spaces between."""


def mutants() -> list[Mutant]:
    """Read the table: guard, file, right, wrong, tests."""
    lines = TABLE.read_text(encoding="utf-8").splitlines()
    return [Mutant(*line.split("\t")) for line in lines[1:]]


def copied(folder: Path) -> Path:
    """Copy what tests need."""
    for name in KEPT:
        if (ROOT / name).is_dir():
            copytree(ROOT / name, folder / name, ignore=ignore_patterns("__pycache__"))
        else:
            (folder / name).write_bytes((ROOT / name).read_bytes())
    return folder


def ask(folder: Path, tests: Sequence[str]) -> str:
    """Run some tests until one fails.

    Returns:
        The name of the test that failed; empty when none did.
    """
    command = [sys.executable, "-B", "-m", "pytest", "-x", "-p", "no:cacheprovider", "-p", "no:warnings", "--tb=no"]
    command += [f"tests/{test}" for test in tests]
    environment = {**os.environ, "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST)
    failed = re.search(r"^(?:FAILED|ERROR) tests/([^\s\[]+)", done.stdout, re.MULTILINE)
    if done.returncode and not failed:
        raise RuntimeError(f"tests did not run: {(done.stdout + done.stderr).strip()[-400:]}")
    return failed.group(1) if failed else ""


def noticed(mutant: Mutant, folder: Path) -> str:
    """Break a line, run the tests, and write it as it was."""
    path = folder / "audit" / mutant.file
    source = path.read_text(encoding="utf-8")
    if source.count(mutant.right) != 1:
        raise RuntimeError(f"{mutant.file} has changed: write this mutant anew: {mutant.right}")
    path.write_text(source.replace(mutant.right, mutant.wrong), encoding="utf-8")
    try:
        return ask(folder, mutant.tests.split())
    finally:
        path.write_text(source, encoding="utf-8")


def cell(text: str) -> str:
    """Write code into a cell of a table."""
    return f"`` {' '.join(text.split())} ``" if text else "(nothing)"


def page(found: Sequence[tuple[Mutant, str]]) -> Iterator[str]:
    """Write the page."""
    caught = sum(bool(test) for _, test in found)
    yield "# Broken on purpose\n"
    yield (
        "Each row is one line of the audit, written wrongly, and the first of its ordinary tests that then fails. "
        f"{caught} of {len(found)} are noticed. `python -m benchmarks.mutants > docs/mutants.md` breaks a copy of the "
        "project again and writes this page. Other lines of the same eight promises are broken within `make test` "
        "(`tests/mutation`)."
    )
    for guard in dict.fromkeys(mutant.guard for mutant, _ in found):
        yield f"\n## The {guard}\n\n| file | right | wrong | noticed by |\n| --- | --- | --- | --- |"
        for mutant, test in found:
            if mutant.guard == guard:
                by = f"`{test}`" if test else "**nothing**"
                yield f"| `{mutant.file}` | {cell(mutant.right)} | {cell(mutant.wrong)} | {by} |"


def main() -> int:
    """Break every line in turn and print the page."""
    with tempfile.TemporaryDirectory() as name:
        folder = copied(Path(name))
        listed = mutants()
        sound = sorted({test for mutant in listed for test in mutant.tests.split()})
        for part in sorted({test.split("/")[0] for test in sound}):
            failed = ask(folder, [test for test in sound if test.split("/")[0] == part])
            if failed:
                raise RuntimeError(f"{failed} fails before anything is broken: mend it first")
        found = []
        for mutant in listed:
            started = time.monotonic()
            found.append((mutant, noticed(mutant, folder)))
            said = found[-1][1] or "SURVIVED"
            sys.stderr.write(f"{mutant.guard}: {mutant.wrong[:50]!r}: {said} ({time.monotonic() - started:.0f} s)\n")
    sys.stdout.write("\n".join(page(found)) + "\n")
    return int(not all(test for _, test in found))


if __name__ == "__main__":
    sys.exit(main())
