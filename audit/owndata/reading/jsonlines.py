"""JSON: one object a line, or one list of objects. Neither is ever in memory as a whole."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from audit.owndata.reading.base import BLOCK, SIZE, Cells
from audit.owndata.reading.encoding import find_encoding
from audit.schema.errors import mistake

LOOK = 1000
"""Rows whose keys are the columns; later rows may leave some out."""
LONGEST = 1 << 26
"""Characters of one object; beyond it the file is taken to be broken."""
_SPACE = re.compile(r"[\s,]*")


class JsonRows:
    """Objects with the same keys."""

    first_row = 1

    def __init__(self, path: Path, encoding: str = "") -> None:
        """Find encoding and layout, and the keys of the first rows.

        Raises:
            CaveatError: when it holds no objects.
        """
        found = find_encoding(path, encoding)
        self.path, self.name = path, path.name
        self.encoding, self.digest = found.encoding, found.digest
        self.notes: tuple[str, ...] = (found.note,) if found.note else ()
        with path.open(encoding=self.encoding) as file:
            start = file.read(65_536).lstrip()
        if not start:
            raise mistake(path, "holds no rows. Each row is an object: {'text': ..., 'label': ...}")
        if start[:1] not in ("{", "["):
            raise mistake(path, f"begins with {start[:10]!r}. JSON rows are objects, one a line: {{'text': ...}}")
        self._array = start.startswith("[")
        self.format = "json" if self._array else "jsonl"
        names: dict[str, None] = {}
        for row in islice(self._objects(), LOOK):
            names |= dict.fromkeys(row or ())
        self.columns = tuple(names)
        if not names:
            raise mistake(path, "holds no rows. Each row is an object: {'text': ..., 'label': ...}")

    def meanings(self, name: str) -> Mapping[str, str]:
        """JSON says nothing of its values."""
        return {}

    def chunks(self, names: Sequence[str]) -> Iterator[list[Cells | None]]:
        """Give the rows; a key that a row does not have is an empty cell."""
        rows = (None if row is None else tuple(row.get(name) for name in names) for row in self._objects())
        while chunk := list(islice(rows, SIZE)):
            yield chunk

    def _objects(self) -> Iterator[dict[str, Any] | None]:
        return self._items() if self._array else self._lines()

    def _lines(self) -> Iterator[dict[str, Any] | None]:
        with self.path.open(encoding=self.encoding) as file:
            for number, line in enumerate(file, start=1):
                if not line.strip():
                    yield None
                    continue
                try:
                    row = json.loads(line)
                except (ValueError, RecursionError) as error:
                    raise mistake(
                        f"{self.path}, line {number:,}",
                        f"is not JSON ({_reason(error)}). One whole object a line, or one list [...] of objects",
                    ) from None
                yield self._checked(row, f"line {number:,}")

    def _items(self) -> Iterator[dict[str, Any]]:
        """Decode a list item by item from a window of the file."""
        decoder = json.JSONDecoder()
        with self.path.open(encoding=self.encoding) as file:
            window, at, number = file.read(BLOCK).lstrip(), 1, 0
            while True:
                at = _SPACE.match(window, at).end()  # type: ignore[union-attr]
                try:
                    if window[at : at + 1] == "]":
                        return
                    row, at = decoder.raw_decode(window, at)
                except RecursionError as error:
                    raise mistake(f"{self.path}, row {number + 1:,}", f"is not JSON ({_reason(error)})") from None
                except ValueError:
                    more = file.read(BLOCK)
                    if not more or len(window) - at > LONGEST:
                        raise mistake(
                            f"{self.path}, row {number + 1:,}", "is not JSON, or the list is never closed with ]"
                        ) from None
                    window, at = window[at:] + more, 0
                    continue
                number += 1
                yield self._checked(row, f"row {number:,}")

    def _checked(self, row: Any, place: str) -> dict[str, Any]:
        if not isinstance(row, dict):
            raise mistake(f"{self.path}, {place}", f"is {type(row).__name__}, not an object such as {{'text': ...}}")
        return row


def _reason(error: Exception) -> str:
    """Say what is wrong with a piece of JSON in the words of the format, not of the library."""
    if isinstance(error, RecursionError):
        return "lists or objects are nested too deeply"
    return str(getattr(error, "msg", "a number has too many digits"))
