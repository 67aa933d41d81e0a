"""Folders of this process: one that the page may hand files out from, one that it never does; both go with it."""

from __future__ import annotations

import atexit
import os
import shutil
import tempfile
import threading
from pathlib import Path

SHOWN = "GRADIO_TEMP_DIR"
_made: dict[str, Path] = {}
_lock = threading.Lock()


def shown() -> Path:
    """Give the folder of uploads and downloads, which Gradio reads when components are made.

    A host that names a folder of its own gets one of this process in it.
    """
    named = os.environ.get(SHOWN) or None
    with _lock:
        mine = _made.get(SHOWN)
        if mine is None or str(mine) != named or not mine.is_dir():
            mine = _new("caveat-files-", named)
            _made[SHOWN] = mine
            os.environ[SHOWN] = str(mine)
        return mine


def private(prefix: str) -> Path:
    """Make a folder for what no visitor may fetch by its path: rows under audit, suites, results.

    Args:
        prefix: of its name.
    """
    with _lock:
        home = _made.get("private")
        if home is None or not home.is_dir():
            home = _made["private"] = _new("caveat-page-", None)
    return Path(tempfile.mkdtemp(prefix=prefix, dir=home))


def _new(prefix: str, inside: str | None) -> Path:
    if inside:
        Path(inside).mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix=prefix, dir=inside)).resolve()
    atexit.register(shutil.rmtree, folder, ignore_errors=True)
    return folder


def remove_all() -> None:
    """Remove both folders with all that is in them."""
    with _lock:
        for folder in _made.values():
            shutil.rmtree(folder, ignore_errors=True)
