"""What the tabs of one page share."""

from __future__ import annotations

import threading
from collections.abc import Sequence
from dataclasses import dataclass, replace

from audit.page.classroom import Classroom
from audit.page.engine import Engine
from audit.page.lesson_tally import Tally
from audit.page.own_suites import OwnSuites
from audit.page.pins import Pins
from audit.page.ready import Ready
from audit.page.runs import Desk
from audit.page.settings import PageSettings
from audit.page.shelf import Shelf, Wanted, wanted
from audit.page.uploads import Uploads
from audit.schema import CaveatError, Depth, ModelInfo, Suite


@dataclass(frozen=True, slots=True)
class Fit:
    """A suite beside a model."""

    suite: Suite
    reason: str
    """Why it does not apply; empty when it does."""
    examples: int
    """How many of its sentences this model would read."""


class Room:
    """The settings, the engine, and everything in memory that all visitors share."""

    def __init__(self, settings: PageSettings, engine: Engine) -> None:
        self.settings = settings
        self.engine = engine
        self.shelf = Shelf(engine.load_model)
        self.desk = Desk(engine)
        self.ready = Ready(settings.stored, engine.load_result)
        self.own = OwnSuites()
        self.pins = Pins(settings.pin)
        self.uploads = Uploads()
        self.classroom = Classroom()
        self.tally = Tally()
        self._lock = threading.Lock()
        self._suites: dict[Depth, tuple[Suite, ...]] = {}

    def refused_upload(self, address: str, size: int) -> tuple[int, str] | None:
        """Say why a file is not taken, as a status of HTTP and a line; None when it is.

        Args:
            address: of the computer that sends it.
            size: in bytes.
        """
        if self.settings.pin and not self.pins.opened(address):
            return 403, "Own files are opened by the teacher. Enter the PIN first."
        if self.uploads.full(size):
            return 503, "Too many files wait on this page. Try again in a few minutes."
        return None

    def suites(self, depth: Depth) -> tuple[Suite, ...]:
        """Give every suite at a depth, built once."""
        with self._lock:
            if depth not in self._suites:
                self._suites[depth] = tuple(self.engine.load_suites(depth))
            return self._suites[depth]

    def info(self, name: str | Wanted) -> ModelInfo:
        """Say what a model is: as its stored result remembers it, so that a class need not wait, else by loading it.

        Raises:
            CaveatError: as `load_model` does.
        """
        wish = wanted(name)
        stored = None if wish in self.shelf else self.ready.get(wish.name)
        return stored.model if stored else self.shelf.get(wish).info

    def known(self, name: str | Wanted) -> bool:
        """Tell whether `info` can answer without loading anything."""
        wish = wanted(name)
        return wish in self.shelf or wish.name in self.ready.names()

    def fits(self, info: ModelInfo, depth: Depth = "quick", own: Sequence[Suite] = ()) -> tuple[Fit, ...]:
        """Say of every suite, and of a visitor's own, whether it applies to a model, and why not."""
        from audit.suites import examples_for

        found = []
        for suite in (*self.suites(depth), *own):
            if set(suite.tasks) & set(info.tasks):
                found.append(Fit(suite, "", len(examples_for(suite, info))))
            else:
                needs, does = (" or ".join(map(task_words, tasks)) for tasks in (suite.tasks, info.tasks))
                found.append(Fit(suite, f"It needs a model that {needs}; this one {does}.", 0))
        return tuple(found)

    def chosen_suites(self, names: list[str], depth: Depth, teacher: bool, own: Sequence[Suite] = ()) -> list[Suite]:
        """Give the suites that a visitor marked; those of `own` have the same items at every depth.

        Raises:
            CaveatError: for none, or for a depth that the teacher opens.
        """
        if not names:
            raise CaveatError("No question is marked. Mark at least one.")
        if depth != "quick" and not teacher:
            raise CaveatError("Standard and full audits are opened by the teacher. Choose quick, or enter the PIN.")
        every = (*self.suites(depth), *(replace(suite, depth=depth) for suite in own))
        return [suite for suite in every if suite.name in names]


_TASKS = {"fill-mask": "fills a blank", "text-classification": "judges a sentence"}


def task_words(task: str) -> str:
    """Say what a model of a task does: "fills a blank"."""
    return _TASKS.get(task, task)
