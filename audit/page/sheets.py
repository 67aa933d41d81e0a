"""Handouts of the lessons as files to download, written when first asked for."""

from __future__ import annotations

import shutil
import tempfile
import threading
import weakref
from pathlib import Path

from audit.page.lesson_shown import Shelf
from lessons import handouts
from lessons.content import LESSONS
from lessons.lesson import Lesson


class Sheets:
    """One folder of files, the same for everybody; gone when the page stops."""

    def __init__(self, shelf: Shelf) -> None:
        self._shelf = shelf
        self._lock = threading.Lock()
        self._folder = Path(tempfile.mkdtemp(prefix="caveat-sheets-"))
        weakref.finalize(self, shutil.rmtree, self._folder, ignore_errors=True)

    def handout(self, lesson: Lesson) -> str:
        """Give the path of a lesson's handout.

        Raises:
            CaveatError: when the lesson has no stored result.
        """
        shown = self._shelf.get(lesson)
        return self._file(handouts.name_of(lesson), lambda: handouts.handout(shown))

    def home(self) -> str:
        """Give the path of the take-home sheet."""
        return self._file(handouts.HOME, handouts.take_home)

    def guide(self) -> str:
        """Give the path of the teacher's guide, with the answers.

        Raises:
            CaveatError: when a lesson has no stored result.
        """
        shown = [self._shelf.get(lesson) for lesson in LESSONS]
        return self._file(handouts.GUIDE, lambda: handouts.guide(shown))

    def _file(self, name: str, write: handouts.Writer) -> str:
        path = self._folder / name
        with self._lock:
            if not path.exists():
                path.write_text(write(), encoding="utf-8")
        return str(path)
