"""The class hour as the teacher leads it: which lesson, whether guesses are taken, whether the result is out."""

from __future__ import annotations

import threading
from dataclasses import dataclass, replace

from audit.page.lesson_tally import Tally


@dataclass(frozen=True, slots=True)
class Led:
    """Where the class is."""

    lesson: str = ""
    """The lesson of the class; empty where nobody leads and everybody goes on alone."""
    guessing: bool = True
    """Whether guesses are taken."""
    revealed: bool = False
    number: int = 0
    """Grows with everything that the teacher does, so that a window sees whether there is news."""
    round: int = 0
    """Grows when the guesses are forgotten; a window then forgets its own."""

    def may_guess(self, lesson: str) -> bool:
        """Whether somebody may lock in a guess of a lesson now."""
        return self.lesson != lesson or (self.guessing and not self.revealed)

    def may_see(self, lesson: str, guessed: bool) -> bool:
        """Whether somebody may see the result: after a guess, and in the lesson of the class when it is out."""
        return self.revealed if self.lesson == lesson else guessed

    def counts_shown(self, lesson: str) -> bool:
        """Whether students see the tally: in the lesson of the class once nobody can follow the others any more."""
        return self.lesson != lesson or not self.guessing or self.revealed


class ClassHour:
    """What all windows of a page share about the class, in memory only."""

    def __init__(self) -> None:
        self.tally = Tally()
        self._lock = threading.Lock()
        self._led = Led()

    @property
    def led(self) -> Led:
        """Where the class is now."""
        return self._led

    def _step(self, **changed: object) -> Led:
        with self._lock:
            self._led = replace(self._led, number=self._led.number + 1, **changed)  # type: ignore[arg-type]
            return self._led

    def lead(self, lesson: str) -> Led:
        """Take a lesson with the class: guesses are open, the result is not out."""
        return self._step(lesson=lesson, guessing=True, revealed=False)

    def take_guesses(self, taken: bool) -> Led:
        """Open or close the guessing; what is out stays out."""
        return self._step(guessing=taken and not self._led.revealed)

    def reveal(self) -> Led:
        """Let everybody see the result; no guess is taken after it."""
        return self._step(guessing=False, revealed=True)

    def forget(self) -> Led:
        """Forget every guess and begin the lesson of the class again."""
        self.tally.clear()
        return self._step(guessing=True, revealed=False, round=self._led.round + 1)

    def release(self) -> Led:
        """Let everybody go on alone."""
        return self._step(lesson="", guessing=True, revealed=False)

    def lock_in(self, lesson: str, choice: str) -> bool:
        """Count a guess; False where the guessing is closed.

        The check and the count are one step, so that nothing is counted after the teacher has closed.
        """
        with self._lock:
            if not self._led.may_guess(lesson):
                return False
            self.tally.add(lesson, choice)
            return True
