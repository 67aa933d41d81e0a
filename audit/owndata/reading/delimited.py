"""CSV and TSV. Python's own reader: strict about quotes, at home with line breaks inside them."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import Any

from audit.owndata.reading.base import SIZE, Cells, need_column
from audit.owndata.reading.encoding import find_encoding
from audit.schema.errors import mistake

LONGEST = 1_000_000
"""Characters in a cell; beyond it a quotation mark is taken to be unclosed."""
NAMES = {",": "a comma", ";": "a semicolon", "\t": "a tab", "|": "a bar"}
_SEP = re.compile(r"sep=(.)\r?\n?$", re.IGNORECASE)


class Delimited:
    """A table of lines, with a heading."""

    first_row = 2

    def __init__(self, path: Path, encoding: str = "") -> None:
        """Find encoding and delimiter, and read the heading.

        Raises:
            CaveatError: when there is no heading, or a name in it is missing.
        """
        found = find_encoding(path, encoding)
        self.path, self.name = path, path.name
        self.encoding, self.digest = found.encoding, found.digest
        self.notes: tuple[str, ...] = (found.note,) if found.note else ()
        csv.field_size_limit(max(csv.field_size_limit(), LONGEST))
        self._skip = 0
        self._delimiter = self._find_delimiter()
        self.format = "tsv" if self._delimiter == "\t" else "csv"
        if self._first.startswith(("[{", '{"')):
            raise mistake(path, "is JSON, not a table of lines. Name it .json or .jsonl")
        _, heading = next(self._records(), (0, []))
        self.columns = tuple(name.strip() for name in heading)
        if not any(self.columns):
            raise mistake(path, "row 1 is empty. It must name the columns")

    def meanings(self, name: str) -> Mapping[str, str]:
        """A table of lines says nothing of its values."""
        return {}

    def chunks(self, names: Sequence[str]) -> Iterator[list[Cells | None]]:
        """Give the rows."""
        places = [need_column(self.path, name, self.columns, name) for name in names]
        rows = self._rows(places)
        while chunk := list(islice(rows, SIZE)):
            yield chunk

    def _rows(self, places: Sequence[int]) -> Iterator[Cells | None]:
        records = self._records()
        next(records, None)
        width = len(self.columns)
        for line, cells in records:
            if not cells:
                yield None
                continue
            if len(cells) != width:
                raise mistake(
                    f"{self.path}, line {line:,}",
                    f"{len(cells)} cells, but the heading has {width}. Put a text with {NAMES[self._delimiter]} or a "
                    "line break in it between quotation marks, or export the file again",
                )
            yield tuple(cells[place] for place in places)

    def _records(self) -> Iterator[tuple[int, list[str]]]:
        """Give each record with the line it begins at."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            for _ in range(self._skip):
                file.readline()
            reader: Any = csv.reader(file, delimiter=self._delimiter, strict=True)
            while True:
                line = self._skip + reader.line_num + 1
                try:
                    cells = next(reader)
                except StopIteration:
                    return
                except csv.Error as error:
                    raise self._not_a_table(line, str(error)) from None
                if any("\0" in cell for cell in cells):
                    raise mistake(
                        f"{self.path}, line {line:,}", "holds a NUL byte (0x00): the file is damaged. Export it again"
                    )
                yield line, cells

    def _not_a_table(self, line: int, error: str) -> Exception:
        what = f"its quotation marks are wrong ({error})"
        if "unexpected end of data" in error:
            what = "a quotation mark is opened and never closed"
        if "field limit" in error:
            what = f"a cell has more than {LONGEST:,} characters, or a quotation mark is opened and never closed"
        return mistake(
            f"{self.path}, line {line:,}",
            f'{what}. A cell with quotation marks stands in quotation marks, and its own are doubled: "She said '
            '""no""."',
        )

    def _find_delimiter(self) -> str:
        """Take the delimiter that makes most columns of the heading; Excel's "sep=;" line goes before."""
        with self.path.open(encoding=self.encoding, newline="") as file:
            first = self._first = file.readline(LONGEST)
            told = _SEP.match(first)
            if told and told[1] in NAMES:
                self._skip = 1
                return told[1]
        tried = "\t,;|" if self.path.suffix.lower() in (".tsv", ".tab") else ",;\t|"
        widths = {mark: len(next(csv.reader([first], delimiter=mark), [])) for mark in tried}
        return max(tried, key=widths.__getitem__)
