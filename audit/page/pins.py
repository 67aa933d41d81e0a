"""Who may be the teacher: a PIN that cannot be guessed by trying, and a teacher who sees that somebody tries."""

from __future__ import annotations

import hmac
import math
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass

LONGEST = 30
"""Seconds between two tries at most: a million PINs then take a year, and a teacher who mistyped waits for a moment."""


@dataclass(frozen=True, slots=True)
class Answer:
    """What became of a try."""

    right: bool
    wait: int = 0
    """Seconds until the next try is looked at."""
    looked_at: bool = True
    """False for a try that came too early: whatever it was, it was not compared."""


class Pins:
    """Compares PINs, one after another for the whole page; after each wrong one nobody's is looked at for a while.

    The wait doubles from 1 second to `LONGEST`, is the same for all windows, and costs the page nothing: a try that
    comes too early is refused at once.
    """

    def __init__(self, pin: str, clock: Callable[[], float] = time.monotonic) -> None:
        """Start with no wrong try.

        Args:
            pin: the right one; with an empty one nothing is right.
            clock: seconds.
        """
        self._pin = pin
        self._clock = clock
        self._lock = threading.Lock()
        self._wrong = 0
        self._until = -math.inf
        self._tries = 0
        self._last = ""
        self._addresses: set[str] = set()
        self._right: set[str] = set()

    def compare(self, given: object, address: str = "") -> Answer:
        """Look at a try, unless it comes too early.

        Args:
            given: what was entered.
            address: of the window's computer.
        """
        now = self._clock()
        with self._lock:
            if now < self._until:
                self._note(address)
                return Answer(False, math.ceil(self._until - now), looked_at=False)
            if self._pin and hmac.compare_digest(_bytes(given), _bytes(self._pin)):
                self._wrong = 0
                self._right.add(address)
                return Answer(True)
            self._note(address)
            self._wrong += 1
            wait = min(2 ** (self._wrong - 1), LONGEST) if self._wrong < 30 else LONGEST
            self._until = now + wait
            return Answer(False, wait)

    def _note(self, address: str) -> None:
        self._tries += 1
        self._last = time.strftime("%H:%M")
        if len(self._addresses) < 1000:
            self._addresses.add(address)

    def opened(self, address: str) -> bool:
        """Whether the right PIN was given at a computer."""
        with self._lock:
            return address in self._right

    def tried(self) -> tuple[int, int, str]:
        """Give the number of tries that did not open, of computers that they came from, and the time of the last."""
        with self._lock:
            return self._tries, len(self._addresses), self._last


def _bytes(given: object) -> bytes:
    # Half an emoji has no bytes of its own.
    return str(given or "").strip().encode("utf-8", "surrogatepass")
