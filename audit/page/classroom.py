"""One class at a time: which lesson the teacher has brought it to, and how far. In memory, of nobody in particular."""

from __future__ import annotations

import threading
from dataclasses import dataclass
from typing import Literal

Phase = Literal["guess", "closed", "revealed"]
"""Guesses are taken; no more are; the result is open."""


@dataclass(frozen=True, slots=True)
class Led:
    """Where a class is that a teacher leads."""

    lesson: str
    phase: Phase


class Classroom:
    """What the teacher decided for every window of the page; each change has a number, so that windows can follow."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._led: Led | None = None
        self._version = 0

    @property
    def now(self) -> tuple[int, Led | None]:
        """The number of the latest change, and where the class is; None while everybody goes at their own pace."""
        with self._lock:
            return self._version, self._led

    def led(self, lesson: str) -> Led | None:
        """Say how far the teacher has gone with a lesson; None where it is taken at one's own pace."""
        with self._lock:
            return self._led if self._led and self._led.lesson == lesson else None

    def bring(self, lesson: str) -> None:
        """Bring the class to a lesson, its guessing open."""
        self._to(Led(lesson, "guess"))

    def turn(self, phase: Phase) -> None:
        """Open or close guessing, or the result; nothing where no class is led."""
        with self._lock:
            if self._led is None:
                return
            lesson = self._led.lesson
        self._to(Led(lesson, phase))

    def free(self) -> None:
        """Let everybody go at their own pace."""
        self._to(None)

    def _to(self, led: Led | None) -> None:
        with self._lock:
            self._led = led
            self._version += 1


def may_guess(led: Led | None) -> bool:
    """Whether a guess is taken."""
    return led is None or led.phase == "guess"


def may_see(led: Led | None, guessed: bool, teacher: bool = False) -> bool:
    """Whether a window may see the result: after a guess at one's own pace, else once the teacher opens it."""
    if led is None:
        return guessed
    return led.phase == "revealed" or teacher
