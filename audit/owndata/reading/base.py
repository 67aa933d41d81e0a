"""What every format gives: its columns, and its rows in chunks."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path
from typing import Any, Protocol

from audit.schema import CaveatError
from audit.schema.errors import listed, mistake

SIZE = 4096
"""Rows in a chunk: what is in memory at a time, and what a kill can cost."""
BLOCK = 1 << 20

Cells = tuple[Any, ...]
"""Values of the columns that were asked for, in that order."""


class Reader(Protocol):
    """An opened source. It can be read more than once, and gives the same rows each time."""

    name: str
    """File name without its folder, or "hub:name/config:split"."""
    format: str
    columns: tuple[str, ...]
    encoding: str
    """"" where the format has its own."""
    digest: str
    """SHA-256."""
    notes: tuple[str, ...]
    """What a reader must know of how the file was read, as sentences."""
    first_row: int
    """What a person would call the first row: 2 in a spreadsheet, whose row 1 is the heading."""

    def chunks(self, names: Sequence[str]) -> Iterator[list[Cells | None]]:
        """Give chunks of `SIZE` rows (the last is shorter); a blank line is None.

        Raises:
            CaveatError: for the first row that cannot be read.
        """
        ...

    def meanings(self, name: str) -> Mapping[str, str]:
        """Give what the file itself calls the values of a column: "0" -> "neg"; {} where it does not say."""
        ...


def need_column(where: object, name: str, columns: Sequence[str], option: str) -> int:
    """Give the place of a column.

    Raises:
        CaveatError: when it is not there, or stands twice.
    """
    if columns.count(name) == 1:
        return columns.index(name)
    if name in columns:
        raise mistake(where, f"the column {name!r} stands {columns.count(name)} times. Rename all but one of them")
    lower = {column.lower(): column for column in columns}
    near = get_close_matches(name.lower(), list(lower), n=1, cutoff=0.6)
    meant = f" Did you mean {lower[near[0]]!r}?" if near else ""
    raise mistake(where, f"no column {name!r} for {option}. Its columns: {listed(columns)}.{meant}")


def written(value: Any, where: str) -> str | None:
    """Give a cell as a person would write it; None for nothing. A whole number has no ".0".

    Half a character (JSON may have one where a text was cut in the middle of an emoji) becomes U+FFFD: no tokenizer
    takes it.

    Raises:
        CaveatError: for a list, an object or bytes.
    """
    if value is None:
        return None
    if isinstance(value, str):
        if value.isascii():
            return value
        return value.encode("utf-16", "surrogatepass").decode("utf-16", "replace")
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float):
        if math.isnan(value):
            return None
        return str(int(value)) if value.is_integer() and abs(value) < 1e15 else repr(value)
    if isinstance(value, int):
        return str(value)
    if isinstance(value, (list, dict, tuple, set)):
        kind = "an object" if isinstance(value, dict) else "a list"
        raise CaveatError(f"{where} is {kind}, not one value. Flatten the file first: one value a cell.")
    if isinstance(value, bytes):
        raise CaveatError(f"{where} holds bytes, not text. Decode the column first.")
    return str(value)


def digest_of(path: Path) -> str:
    """Give the SHA-256 of a file's bytes, read in blocks."""
    sha = sha256()
    with path.open("rb") as file:
        while block := file.read(BLOCK):
            sha.update(block)
    return sha.hexdigest()
