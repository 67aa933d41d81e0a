"""Break the audit on purpose, one line at a time, and see which of its ordinary tests fails.

`python -m benchmarks.mutants` breaks copies of the project in a temporary folder, some minutes long; `--out
docs/mutants.md` writes the page as well. Exit code 1 when one survives, 2 when a line or a test of the table is no
longer there. `make test-all` runs it.
"""

from __future__ import annotations

import argparse
import os
import queue
import re
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from pathlib import Path
from shutil import copytree, ignore_patterns

ROOT = Path(__file__).parent.parent
KEPT = ("audit", "probes", "reports", "tests", "pyproject.toml")
TABLE = Path(__file__).with_name("mutants.tsv")
LONGEST = 300
"""Seconds for the tests of one mutant, which take about four."""
COPIES = 2
"""Mutants that are tried at a time, each in a copy of its own."""


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


def misfits(listed: Sequence[Mutant]) -> Iterator[str]:
    """Name each line of the table that has left its file, and each test that has left its own."""
    for mutant in listed:
        source = (ROOT / "audit" / mutant.file).read_text(encoding="utf-8")
        times = source.count(mutant.right)
        if times != 1:
            found = f"stands {times} times" if times else "is no longer"
            yield f"mutants.tsv: this line {found} in audit/{mutant.file}: {mutant.right}"
        for test in mutant.tests.split():
            file, _, name = test.partition("::")
            path = ROOT / "tests" / file
            if not path.exists() or f"def {name.partition('[')[0]}(" not in path.read_text(encoding="utf-8"):
                yield f"mutants.tsv: there is no test {test}"


def copied(folder: Path) -> Path:
    """Copy what tests need."""
    folder.mkdir()
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
    command = [
        sys.executable,
        "-B",
        "-m",
        "pytest",
        "-x",
        "-p",
        "no:cacheprovider",
        "-p",
        "no:warnings",
        "--tb=no",
        "-m",
        "",
    ]
    command += [f"tests/{test}" for test in tests]
    environment = {**os.environ, "PYTHONPATH": str(folder), "OMP_NUM_THREADS": "1"}
    done = subprocess.run(command, cwd=folder, env=environment, capture_output=True, text=True, timeout=LONGEST)
    failed = re.search(r"^(?:FAILED|ERROR) tests/([^\s\[]+)", done.stdout, re.MULTILINE)
    if done.returncode and not failed:
        raise RuntimeError(f"tests did not run: {(done.stdout + done.stderr).strip()[-400:]}")
    return failed.group(1) if failed else ""


def noticed(mutant: Mutant, folder: Path) -> str:
    """Break a line, run the tests, and write it as it was.

    Returns:
        The test that failed; empty when none did.
    """
    path = folder / "audit" / mutant.file
    source = path.read_text(encoding="utf-8")
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
        f"{caught} of {len(found)} are noticed. `make test-all` breaks copies of the project in these ways again; "
        "`python -m benchmarks.mutants --out docs/mutants.md` writes this page as well."
    )
    for guard in dict.fromkeys(mutant.guard for mutant, _ in found):
        yield f"\n## The {guard}\n\n| file | right | wrong | noticed by |\n| --- | --- | --- | --- |"
        for mutant, test in found:
            if mutant.guard == guard:
                by = f"`{test}`" if test else "**nothing**"
                yield f"| `{mutant.file}` | {cell(mutant.right)} | {cell(mutant.wrong)} | {by} |"


def tried(listed: Sequence[Mutant], base: Path) -> Iterator[tuple[Mutant, str]]:
    """Try all, some at a time; they come in the order of the table."""
    copies: queue.SimpleQueue[Path] = queue.SimpleQueue()
    for number in range(COPIES):
        copies.put(copied(base / str(number)))

    def one(mutant: Mutant) -> tuple[Mutant, str, float]:
        folder, started = copies.get(), time.monotonic()
        try:
            return mutant, noticed(mutant, folder), time.monotonic() - started
        finally:
            copies.put(folder)

    with ThreadPoolExecutor(COPIES) as pool:
        for mutant, test, seconds in pool.map(one, listed):
            said = test or "SURVIVED"
            sys.stdout.write(f"{mutant.guard}: {mutant.wrong[:50]!r}: {said} ({seconds:.0f} s)\n")
            sys.stdout.flush()
            yield mutant, test


def main() -> int:
    """Break every line in turn and say what noticed."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.mutants", description="Break the audit on purpose.")
    parser.add_argument("--out", type=Path, help="page to write, such as docs/mutants.md")
    parser.add_argument("--only", default="", help="those whose file or promise holds this word")
    asked = parser.parse_args()
    listed = [mutant for mutant in mutants() if asked.only in mutant.file or asked.only in mutant.guard]
    if wrong := list(misfits(listed)):
        sys.stderr.write("\n".join(wrong) + "\nWrite these mutants anew.\n")
        return 2
    with tempfile.TemporaryDirectory() as name:
        base = Path(name)
        sound = sorted({test for mutant in listed for test in mutant.tests.split()})
        whole = copied(base / "whole")
        for part in sorted({test.split("/")[0] for test in sound}):
            failed = ask(whole, [test for test in sound if test.split("/")[0] == part])
            if failed:
                raise RuntimeError(f"{failed} fails before anything is broken: mend it first")
        found = list(tried(listed, base))
    survived = [mutant for mutant, test in found if not test]
    if asked.out:
        asked.out.write_text("\n".join(page(found)) + "\n", encoding="utf-8")
    sys.stdout.write(f"{len(found) - len(survived)} of {len(found)} mutants were noticed.\n")
    return int(bool(survived))


if __name__ == "__main__":
    sys.exit(main())
