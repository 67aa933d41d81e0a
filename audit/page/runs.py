"""Audits under way and results being read. All of it is in memory; nothing is kept when the page stops."""

from __future__ import annotations

import logging
import math
import queue
import secrets
import shutil
import threading
import time
import weakref
from collections import OrderedDict
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from pathlib import Path

from audit.page import files, folders
from audit.page.engine import Engine
from audit.report.view import View
from audit.schema import AuditResult, CaveatError
from audit.scoring import Progress

SECONDS_BETWEEN_LOOKS = 0.25
SECONDS_UNHEARD = 5.0
"""How long a run that has not begun keeps its place without a word of its window."""
SECONDS_FORGOTTEN = 60.0
"""After which a run that never began is forgotten altogether."""
PLACES = 60
"""How many runs may wait."""
PLACES_OF_A_COMPUTER = 45
"""How many of them may be of one computer: a class may stand behind one address, and others come as well."""
_AGAIN = "Start it again; if that does not help, run it from the command line, which says more."
LOG = logging.getLogger(__name__)


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
    heard: float = field(default_factory=time.monotonic)
    """When its window was last known to wait for it."""
    computer: str = ""
    """The address that it was entered from."""
    turn: int = 0
    """Computers take turns: a run comes after all runs of earlier turns, and within a turn first come, first served."""
    begun: bool = False
    """True once its turn has come; from then on it leaves the desk by itself."""
    waiter: object = None
    """Of those that tell its window the place: only the latest goes on."""
    refused: str = ""
    """Why it will not be run at all."""
    seconds_left: float = math.nan
    """As last told; NaN before the first batch is done."""

    @property
    def there(self) -> bool:
        """Whether others have to wait for it."""
        heard = self.begun or time.monotonic() - self.heard < SECONDS_UNHEARD
        return heard and not self.stop.is_set()

    @property
    def order(self) -> tuple[int, float]:
        """Where it stands among the runs that wait; one under way comes before all of them."""
        return (-1 if self.begun else self.turn), self.entered

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


def own_error(error: BaseException) -> str:
    """Say that an audit ended in a mistake of ours. The kind of error is told; its text could quote a sentence."""
    return f"The audit stopped on an error of its own ({type(error).__name__}). {_AGAIN}"


class Desk:
    """The runs of all sessions, and the last results."""

    def __init__(self, engine: Engine, size: int = 24) -> None:
        self._engine = engine
        self._size = size
        self._lock = threading.Lock()
        self._runs: dict[str, Run] = {}
        self._kept: OrderedDict[str, Kept] = OrderedDict()
        self._folder = folders.private("results-")
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def enter(self, session: str, computer: str = "") -> Run:
        """Note that a session waits for its turn; a run that it still has going is stopped.

        Whoever enters many runs from one computer delays another by one of them: its later ones come a turn later
        each. Somebody new begins in the earliest turn that there is, so that nobody is passed over for ever.

        Args:
            session: of the window.
            computer: address of the window's computer.

        Raises:
            CaveatError: when too many wait already, of all or of that computer.
        """
        with self._lock:
            self._forget()
            others = [run for known, run in self._runs.items() if known != session and run.there]
            turns = [run.turn for run in others if run.computer == computer]
            if len(others) >= PLACES or len(turns) >= PLACES_OF_A_COMPUTER:
                raise CaveatError(f"{len(others)} audits wait already. Try again in a few minutes.")
            first = min((run.turn for run in others), default=0)
            return self._put(session, Run(computer=computer, turn=max([first, *(turn + 1 for turn in turns)])))

    def refuse(self, session: str, why: str) -> Run:
        """Note that what a session asks for will not be run; nobody waits for it.

        Args:
            session: of the window.
            why: one line.
        """
        run = Run(refused=why)
        run.stop.set()
        with self._lock:
            self._forget()
            return self._put(session, run)

    def _put(self, session: str, run: Run) -> Run:
        before = self._runs.get(session)
        if before:
            before.stop.set()
        self._runs[session] = run
        return run

    def _forget(self) -> None:
        """Drop what never began and was not heard of for long."""
        now = time.monotonic()
        for session, run in list(self._runs.items()):
            if not run.begun and now - run.heard > SECONDS_FORGOTTEN:
                del self._runs[session]

    def ahead(self, run: Run) -> int:
        """Count the runs that come before one and have not ended."""
        with self._lock:
            return sum(other.order < run.order and other.there for other in self._runs.values())

    def seconds_ahead(self, run: Run) -> float:
        """Give the time that the run under way still needs; NaN when it cannot be told, or for one's own."""
        with self._lock:
            known = [other.seconds_left for other in self._runs.values() if other is not run and other.there]
        return next((seconds for seconds in known if not math.isnan(seconds)), math.nan)

    def waiting(self, session: str) -> Run | None:
        """Give the run that a session has entered; None when it has none, or lost its place and there is no other.

        It is heard of by this.
        """
        with self._lock:
            run = self._runs.get(session)
            if run is None:
                return None
            lost = not run.there and not run.stop.is_set()
            if lost and sum(other.there for other in self._runs.values()) >= PLACES:
                return None
            run.heard = time.monotonic()
            return run

    def begin(self, session: str) -> Run:
        """Give the run of a session whose turn has come; `leave` has to follow.

        Raises:
            CaveatError: for a run that was refused, and as `enter` does.
        """
        run = self.waiting(session) or self.enter(session)
        if run.refused:
            self.leave(session, run)
            raise CaveatError(run.refused)
        run.begun = True
        return run

    def start(self, run: Run, work: Callable[..., AuditResult]) -> None:
        """Start the work of a run in a thread.

        Args:
            run: from `begin`.
            work: called with `progress` and `cancelled`.
        """

        def thread() -> None:
            LOG.info("an audit begins")
            try:
                run.told.put(Ended(work(progress=run.told.put, cancelled=run.stop.is_set)))
                LOG.info("an audit is done")
            except CaveatError as problem:
                LOG.info("an audit ended: %s", type(problem).__name__)
                run.told.put(Ended(problem=str(problem)))
            except BaseException as problem:
                # A thread has nobody to raise to, and a run that never ends would hold up everybody. A panic in the
                # Rust of a tokenizer and `sys.exit` in a model's code are no `Exception`.
                run.told.put(Ended(problem=own_error(problem)))

        threading.Thread(target=thread, name="caveat-audit", daemon=True).start()

    def stop(self, session: str) -> bool:
        """Ask a session's run to stop at its next batch; False when it has none."""
        with self._lock:
            run = self._runs.get(session)
        if run:
            run.stop.set()
        return run is not None

    def stop_all(self) -> None:
        """Ask every run to stop: the page closes."""
        with self._lock:
            for run in self._runs.values():
                run.stop.set()

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
