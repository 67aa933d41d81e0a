"""What a class guessed: counts in memory, of nobody in particular."""

from __future__ import annotations

import threading
from collections import Counter

SHOWN_FROM = 5
"""Fewer guesses than these are not shown: they could be somebody's."""


class Tally:
    """Guesses by lesson; empty again when the page stops or somebody empties it."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._counts: dict[str, Counter[str]] = {}

    def add(self, lesson: str, choice: str) -> None:
        """Count one guess."""
        with self._lock:
            self._counts.setdefault(lesson, Counter())[choice] += 1

    def counts(self, lesson: str) -> dict[str, int]:
        """Give the guesses by choice; nothing as long as there are too few to be anonymous."""
        with self._lock:
            found = self._counts.get(lesson, Counter())
            return dict(found) if found.total() >= SHOWN_FROM else {}

    def total(self, lesson: str) -> int:
        """Count the guesses, which tells nothing about any of them."""
        with self._lock:
            return self._counts.get(lesson, Counter()).total()

    def clear(self) -> None:
        """Forget all guesses."""
        with self._lock:
            self._counts.clear()
