"""What a teacher prints, made when it is first asked for."""

from __future__ import annotations

import io
import threading
import zipfile
from pathlib import Path

from audit.page import folders


class Papers:
    """The handouts of the lessons, the guide and the take-home sheet as one archive."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._path: Path | None = None

    def bundle(self) -> str:
        """Give the path of the archive; the same one for everybody."""
        from audit.lessons.handouts import papers

        with self._lock:
            if self._path is None or not self._path.is_file():
                held = io.BytesIO()
                with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as archive:
                    for name, text in papers().items():
                        archive.writestr(name, text)
                self._path = folders.private("papers-") / "caveat-class-hour.zip"
                self._path.write_bytes(held.getvalue())
            return str(self._path)
