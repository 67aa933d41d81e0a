"""Audits under way and results being read. All of it is in memory; nothing is kept when the page stops."""

from __future__ import annotations

import math
import queue
import secrets
import shutil
import tempfile
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from audit.page import files
from audit.page.engine import Engine
from audit.schema import AuditResult, CaveatError
from audit.scoring import Progress
from reports.view import View

SECONDS_BETWEEN_LOOKS = 0.25
_AGAIN = "Start it again; if that does not help, run it from the command line, which says more."


@dataclass(frozen=True, slots=True)
class Kept:
    """A result that somebody reads."""

    result: AuditResult
    stored: bool
    """True for one that was on disk before the page was started."""
    view: View
    """What page and report share of it, worked out when first asked for."""


@dataclass(frozen=True, slots=True)
class Ended:
    """How a run ended: with a result, or with a line that says why not."""

    result: AuditResult | None = None
    problem: str = ""


@dataclass
class Run:
    """One audit in its own thread."""

    stop: threading.Event = field(default_factory=threading.Event)
    told: queue.SimpleQueue[Progress | Ended] = field(default_factory=queue.SimpleQueue)
    ended: Ended | None = None
    entered: float = field(default_factory=time.monotonic)
    seconds_left: float = math.nan
    """As last told; NaN before the first batch is done."""

    def follow(self) -> Iterator[Progress | None]:
        """Give the newest progress every quarter of a second, None where there is no news, until the run ends.

        Closing the iterator stops the run at its next batch.
        """
        try:
            while self.ended is None:
                yield self._newest()
        finally:
            self.stop.set()

    def _newest(self) -> Progress | None:
        newest: Progress | None = None
        try:
            told = self.told.get(timeout=SECONDS_BETWEEN_LOOKS)
            while True:
                if isinstance(told, Ended):
                    self.ended = told
                    return newest
                newest = told
                self.seconds_left = told.seconds_left
                told = self.told.get_nowait()
        except queue.Empty:
            return newest


class Desk:
    """The runs of all sessions, and the last results."""

    def __init__(self, engine: Engine, size: int = 24) -> None:
        self._engine = engine
        self._size = size
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._folder = Path(tempfile.mkdtemp(prefix="caveat-page-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def enter(self, session: str) -> Run:
        """Note that a session waits for its turn; a run that it still has going is stopped."""
        run = Run()
        with self._lock:
            before = self._runs.get(session)
            self._runs[session] = run
        if before:
            before.stop.set()
        return run

    def ahead(self, run: Run) -> int:
        """Count the runs that were entered before one and have not ended."""
        with self._lock:
            return sum(other.entered < run.entered and not other.stop.is_set() for other in self._runs.values())

    def seconds_ahead(self, run: Run) -> float:
        """Give the time that the run under way still needs; NaN when it cannot be told, or for one's own."""
        with self._lock:
            known = [
                other.seconds_left for other in self._runs.values() if other is not run and not other.stop.is_set()
            ]
        return next((seconds for seconds in known if not math.isnan(seconds)), math.nan)

    def waiting(self, session: str) -> Run:
        """Give the run that a session has entered."""
        with self._lock:
            run = self._runs.get(session)
        return run or self.enter(session)

    def start(self, run: Run, work: Callable[..., AuditResult]) -> None:
        """Start the work of a run in a thread.

        Args:
            run: from `enter`.
            work: called with `progress` and `cancelled`.
        """

        def thread() -> None:
            try:
                run.told.put(Ended(work(progress=run.told.put, cancelled=run.stop.is_set)))
            except CaveatError as problem:
                run.told.put(Ended(problem=str(problem)))
            except Exception as problem:
                # A thread has nobody to raise to. The kind of error is told; its text could quote a sentence.
                kind = type(problem).__name__
                run.told.put(Ended(problem=f"The audit stopped on an error of its own ({kind}). {_AGAIN}"))

        threading.Thread(target=thread, name="caveat-audit", daemon=True).start()

    def stop(self, session: str) -> bool:
        """Ask a session's run to stop at its next batch; False when it has none."""
        with self._lock:
            run = self._runs.get(session)
        if run:
            run.stop.set()
        return run is not None

    def leave(self, session: str, run: Run) -> None:
        """Forget a run that ended."""
        with self._lock:
            if self._runs.get(session) is run:
                del self._runs[session]

    def keep(self, result: AuditResult, stored: bool = False) -> str:
        """Keep a result for reading; the oldest one goes when there are too many.

        Returns:
            A key that cannot be guessed.
        """
        key = secrets.token_urlsafe(16)
        with self._lock:
            self._kept[key] = Kept(result, stored, View(result))
            gone = [self._kept.popitem(last=False)[0] for _ in range(len(self._kept) - self._size)]
        for old in gone:
            shutil.rmtree(self._folder / old, ignore_errors=True)
        return key

    def find(self, key: str) -> Kept:
        """Give a kept result.

        Raises:
            CaveatError: when it is gone.
        """
        with self._lock:
            if key not in self._kept:
                raise CaveatError("This result is no longer in memory. Open the stored one or run the audit again.")
            self._kept.move_to_end(key)
            return self._kept[key]

    def report(self, key: str, kind: str = files.HTML) -> Path:
        """Give a kept result as a file, made once.

        Args:
            key: of the result.
            kind: of `files.offers`.

        Raises:
            CaveatError: when the result is gone, and as `files.write` does.
        """
        result = self.find(key).result
        path = self._folder / key / files.file_name(result, kind)
        if not path.exists():
            path.parent.mkdir(exist_ok=True)
            if kind != files.HTML:
                return files.write(result, kind, path.parent)
            draft = path.with_suffix(".draft")
            draft.write_text(self._engine.report(result), encoding="utf-8")
            draft.replace(path)
        return path
