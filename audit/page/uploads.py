"""Files that visitors bring: out of the shared folder at once, and gone in every ending."""

from __future__ import annotations

import shutil
import threading
import time
from collections.abc import Sequence
from pathlib import Path

from audit.page import folders

MOST_BYTES = 500_000_000
"""Of all that visitors have brought and that is still there."""
SECONDS_UNCLAIMED = 120.0
"""How long an upload may lie that no window has claimed: one whose window was closed, or that never had one."""
SECONDS_UNUSED = 3600.0
"""How long a claimed file may wait for its audit."""


class Uploads:
    """The files of all windows. What a window claims is moved where no path of a visitor's leads to."""

    def __init__(self) -> None:
        """Start without files."""
        self._lock = threading.Lock()
        self._shown = folders.shown()
        self.received: set[str | Path] = set()
        """Where Gradio put uploads; the page's own set, `Blocks.upload_file_set`, once there is a page."""
        self._claimed: dict[str, tuple[Path, float]] = {}

    def brought(self, path: str) -> bool:
        """Whether a file was uploaded; beside uploads the shared folder holds what others download."""
        return path in self.received

    def claim(self, session: str, path: str) -> Path:
        """Take an uploaded file for a window; the one that it had before goes.

        Args:
            session: of the window.
            path: of the upload, in the shared folder.

        Returns:
            Where it lies now.

        Raises:
            FileNotFoundError: when it is gone.
        """
        if not self.brought(path) or not _plain(path):
            raise FileNotFoundError(path)
        home = folders.private("upload-")
        try:
            moved = Path(shutil.move(path, home / Path(path).name))
        except OSError as error:
            shutil.rmtree(home, ignore_errors=True)
            raise FileNotFoundError(path) from error
        with self._lock:
            before = self._claimed.get(session)
            self._claimed[session] = (moved, time.monotonic())
        if before:
            discard(before[0])
        return moved

    def holds(self, session: str) -> bool:
        """Whether a window has a file."""
        with self._lock:
            return session in self._claimed

    def hand_over(self, session: str) -> Path | None:
        """Give a window's file to whoever deletes it with `discard` in the end; None when it has none."""
        with self._lock:
            found = self._claimed.pop(session, None)
        return found[0] if found else None

    def drop(self, session: str) -> Path | None:
        """Delete what a window has claimed, and say where it lay; None when it has nothing."""
        found = self.hand_over(session)
        if found:
            discard(found)
        return found

    def full(self, more: int) -> bool:
        """Whether there is no room for more bytes."""
        with self._lock:
            claimed = [path for path, _ in self._claimed.values()]
        return more + sum(map(_size, (*self._lying(), *claimed))) > MOST_BYTES

    def sweep(self, unclaimed: float = SECONDS_UNCLAIMED, unused: float = SECONDS_UNUSED) -> None:
        """Delete uploads that nobody came for.

        Args:
            unclaimed: seconds that one may lie in the shared folder.
            unused: seconds that one may wait for its audit.
        """
        for path in self._lying():
            if time.time() - _changed(path) >= unclaimed:
                path.unlink(missing_ok=True)
        with self._lock:
            old = [one for one, (_, since) in self._claimed.items() if time.monotonic() - since >= unused]
        for session in old:
            self.drop(session)

    def _lying(self) -> list[Path]:
        """List what lies in the shared folder: uploads, those under way, and what Gradio leaves beside them.

        What the page hands out lies there as well, in folders; `Blocks(delete_cache=)` removes it after a day.
        """
        gone = {path for path in tuple(self.received) if not Path(path).exists()}
        self.received -= gone
        return [path for path in self._shown.glob("*") if path.is_file()] + [
            Path(path) for path in tuple(self.received)
        ]


def discard(path: Path) -> None:
    """Delete a claimed file with its folder."""
    shutil.rmtree(path.parent, ignore_errors=True)


def delete(paths: Sequence[str]) -> None:
    """Delete uploads that are not wanted."""
    for path in filter(_plain, paths):
        Path(path).unlink(missing_ok=True)


def _plain(path: str | Path) -> bool:
    # The paths come from a browser: Gradio sees to it that they lie in the shared folder, which is one itself.
    return Path(path).is_file() and not Path(path).is_symlink()


def unread(error: Exception) -> str:
    """Say that a file broke the page's reading of it, without its content."""
    return f"The file could not be read ({type(error).__name__}). Save it as CSV in UTF-8 and choose it again."


def _size(path: Path) -> int:
    try:
        return path.stat().st_size
    except OSError:
        return 0


def _changed(path: Path) -> float:
    try:
        return path.stat().st_mtime
    except OSError:
        return 0.0
