"""Results that were computed before the page was started."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path

from audit.page.shelf import BUNDLED
from audit.schema import AuditResult


class Ready:
    """The stored results of bundled models, read when first asked for."""

    def __init__(self, folder: Path, load: Callable[[Path], AuditResult]) -> None:
        self._folder = folder
        self._load = load
        self._lock = threading.Lock()
        self._results: dict[str, AuditResult] = {}

    def names(self) -> tuple[str, ...]:
        """Give the bundled models that have a stored result."""
        return tuple(name for name in BUNDLED if (self._folder / name / "result.json").is_file())

    def get(self, name: str) -> AuditResult | None:
        """Give the stored result of a model, or None.

        Raises:
            CaveatError: as `load_result` does, for a folder that cannot be read.
        """
        if name not in self.names():
            return None
        with self._lock:
            if name not in self._results:
                self._results[name] = self._load(self._folder / name)
            return self._results[name]
