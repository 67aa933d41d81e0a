"""Excel workbooks (.xlsx), read row by row."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from difflib import get_close_matches
from itertools import islice
from pathlib import Path
from typing import Any

from audit.owndata.reading.base import SIZE, Cells, digest_of, need_column
from audit.schema.errors import listed, mistake

_OLD = b"\xd0\xcf\x11\xe0"


class SheetRows:
    """One sheet of a workbook; its first row names the columns."""

    format, encoding, first_row = "xlsx", "", 2

    def __init__(self, path: Path, sheet: str = "") -> None:
        """Find the sheet and read the heading.

        Raises:
            CaveatError: when it is no such workbook, encrypted, or has no such sheet or no heading.
        """
        with path.open("rb") as file:
            if file.read(4) == _OLD:
                raise mistake(
                    path, "is an old .xls workbook or has a password. Save it as .xlsx without a password, or as CSV"
                )
        self.path, self.name = path, path.name
        with self._open() as book:
            names = list(book.sheetnames)
            self.sheet = sheet or names[0]
            if self.sheet not in names:
                near = get_close_matches(self.sheet, names, n=1)
                meant = f" Did you mean {near[0]!r}?" if near else ""
                raise mistake(path, f"no sheet {sheet!r} for --sheet. Its sheets: {listed(names)}.{meant}")
            heading = next(self._values(book), ())
        width = max((at for at, name in enumerate(heading, 1) if name is not None), default=0)
        self.columns = tuple("" if name is None else str(name).strip() for name in heading[:width])
        if not any(self.columns):
            raise mistake(f"{path}, sheet {self.sheet}", "row 1 is empty. It must name the columns")
        others = [name for name in names if name != self.sheet]
        unread = f"Read the sheet {self.sheet!r}; not read: {listed(others)}. Choose with --sheet."
        self.notes: tuple[str, ...] = (unread,) if others and not sheet else ()
        self.digest = digest_of(path)

    @contextmanager
    def _open(self) -> Iterator[Any]:
        import zipfile
        from xml.etree.ElementTree import ParseError

        try:
            from openpyxl import load_workbook
            from openpyxl.utils.exceptions import InvalidFileException
        except ImportError:
            raise mistake(
                self.path, "Excel files need openpyxl: pip install 'caveat-audit[excel]'; or save the sheet as CSV"
            ) from None

        try:
            with warnings.catch_warnings():
                # About styles and extensions of the workbook, which do not concern its values.
                warnings.simplefilter("ignore")
                try:
                    book = load_workbook(self.path, read_only=True, data_only=True)
                except (AttributeError, TypeError, IndexError) as error:
                    # What the library trips over in a workbook that it cannot take, such as one of charts alone.
                    raise ValueError(str(error)) from None
                try:
                    yield book
                finally:
                    book.close()
        except (zipfile.BadZipFile, InvalidFileException, KeyError, ParseError, EOFError, ValueError) as error:
            raise mistake(
                self.path, f"is not a whole Excel workbook ({type(error).__name__}). Save it again as .xlsx, or as CSV"
            ) from None

    def _values(self, book: Any) -> Iterator[tuple[Any, ...]]:
        sheet = book[self.sheet]
        if not hasattr(sheet, "iter_rows"):
            raise mistake(f"{self.path}, sheet {self.sheet}", "is a chart, not a table. Choose with --sheet")
        if hasattr(sheet, "reset_dimensions"):
            # What the file says of its size is often wrong in files that other programs wrote.
            sheet.reset_dimensions()
        yield from sheet.iter_rows(values_only=True)

    def meanings(self, name: str) -> Mapping[str, str]:
        """A workbook says nothing of its values."""
        return {}

    def chunks(self, names: Sequence[str]) -> Iterator[list[Cells | None]]:
        """Give the rows; formulas give the values that were saved with them."""
        places = [need_column(self.path, name, self.columns, name) for name in names]
        with self._open() as book:
            rows = self._values(book)
            next(rows, None)
            picked = (
                tuple(row[place] if place < len(row) else None for place in places)
                if any(cell is not None for cell in row)
                else None
                for row in rows
            )
            while chunk := list(islice(picked, SIZE)):
                yield chunk
