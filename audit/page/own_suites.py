"""A visitor's own suites and third-party benchmarks: from an uploaded file to a suite, the file deleted at once."""

from __future__ import annotations

import shutil
import threading
from collections import OrderedDict
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from audit.page import folders
from audit.page.uploads import delete
from audit.schema import CaveatError, Suite

OWN = "own"
MOST_ITEMS = 20_000
"""Sentences of one own suite; a larger one belongs on the command line."""
ENDINGS = [".csv", ".tsv", ".toml", ".json", ".jsonl", ".txt"]


def kinds() -> list[tuple[str, str]]:
    """Give what a file may be: a suite of one's own, or a benchmark of others."""
    from audit.benchmarks import BENCHMARKS

    return [
        ("A suite of my own (CSV, TSV or TOML)", OWN),
        *((f"{about.title}: {about.file}", name) for name, about in BENCHMARKS.items()),
    ]


def read(paths: Sequence[str], kind: str) -> tuple[Suite, str]:
    """Make a suite from uploaded files, and delete them; also what stands for it on the command line.

    Args:
        paths: the files; several only for a benchmark that comes in several.
        kind: of `kinds`.

    Raises:
        CaveatError: for a mistake in a file, in the words of the command line but without any folder.
    """
    folder = folders.private("suite-")
    try:
        for path in paths:
            if not Path(path).is_file():
                raise CaveatError("The file is gone. Choose it again.")
            shutil.move(path, folder / Path(path).name)
        files = sorted(folder.iterdir())
        suite = _checked(_made(files, folder, kind))
        where = files[0].name if len(files) == 1 else "FOLDER"
        return suite, where if kind == OWN else f"{kind}:{where}"
    except CaveatError as error:
        raise CaveatError(str(error).replace(f"{folder}/", "").replace(str(folder), "the upload")) from None
    finally:
        shutil.rmtree(folder, ignore_errors=True)
        delete(paths)


def _made(files: list[Path], folder: Path, kind: str) -> Suite:
    from audit.benchmarks import BENCHMARKS, load_benchmark
    from audit.filesuite import suite_from_file

    if not files:
        raise CaveatError("No file was chosen. Choose one first.")
    if kind in BENCHMARKS:
        return load_benchmark(f"{kind}:{files[0] if len(files) == 1 else folder}")
    if len(files) > 1:
        raise CaveatError("A suite of your own is one file. Choose one at a time.")
    return suite_from_file(files[0])


def _checked(suite: Suite) -> Suite:
    """Write the items out, so that nothing hangs on the file any more."""
    from audit.suites import suite_names

    suite = suite.at("standard")
    if suite.name in suite_names():
        raise CaveatError(
            f"A suite of the project is named {suite.name!r} already. Rename the file and choose it again."
        )
    if len(suite.examples) > MOST_ITEMS:
        raise CaveatError(
            f"The file has {len(suite.examples):,} sentences, and this page reads {MOST_ITEMS:,} at most. "
            "Run it from the command line."
        )
    items = suite.examples
    return replace(suite, build=lambda depth: items)


class OwnSuites:
    """The own suites of all windows, in memory; the oldest go when there are too many."""

    def __init__(self, size: int = 40) -> None:
        self._size = size
        self._lock = threading.Lock()
        self._kept: OrderedDict[str, dict[str, tuple[Suite, str]]] = OrderedDict()

    def add(self, session: str, suite: Suite, words: str) -> None:
        """Keep a suite for a window; one of the same name is replaced.

        Args:
            session: of the window.
            suite: with its items.
            words: what stands for it on the command line.
        """
        with self._lock:
            # A new dictionary each time: readers hold the old one.
            self._kept[session] = self._kept.pop(session, {}) | {suite.name: (suite, words)}
            while len(self._kept) > self._size:
                self._kept.popitem(last=False)

    def get(self, session: str) -> tuple[Suite, ...]:
        """Give the suites of a window."""
        with self._lock:
            return tuple(suite for suite, _ in self._kept.get(session, {}).values())

    def words(self, session: str) -> dict[str, str]:
        """Give what stands for each suite of a window on the command line."""
        with self._lock:
            return {name: words for name, (_, words) in self._kept.get(session, {}).items()}

    def forget(self, session: str) -> None:
        """Drop the suites of a window that was closed."""
        with self._lock:
            self._kept.pop(session, None)
