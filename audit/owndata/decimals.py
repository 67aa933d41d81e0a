"""Numbers as people write them in a column: with a point or a comma before the decimals. Standard library only.

A comma or point before exactly three digits may be either: "1,200" is 1200 or 1.2. One cell cannot say which; the
whole column can, because one way of writing must fit all its cells. Where two do and differ, nothing is guessed.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from decimal import Decimal
from math import isfinite, nan

from audit.schema import CaveatError

POINT, COMMA = 0, 1
"""Ways of writing: a point before the decimals and commas between thousands, or the other way round."""
_GROUPED = (
    re.compile(r"[+-]?(?:[1-9]\d{0,2}|0\d{1,2})(,\d{3})+(\.\d+)?"),
    re.compile(r"[+-]?(?:[1-9]\d{0,2}|0\d{1,2})(\.\d{3})+(,\d+)?"),
)
"""Digits in threes, in either way; a nought before the comma alone, as in "0,123", is of decimals."""
_SAID = ("a comma between thousands", "a point between thousands")


def readings(cell: str) -> tuple[float, float]:
    """Read a cell with a decimal point, and with a decimal comma; NaN where it is no number that way."""
    return _read(cell, POINT), _read(cell, COMMA)


def _read(cell: str, way: int) -> float:
    decimal, thousands = (".", ",") if way == POINT else (",", ".")
    if _GROUPED[way].fullmatch(cell):
        cell = cell.replace(thousands, "")
    elif thousands in cell:
        return nan
    try:
        found = float(cell.replace(decimal, "."))
    except ValueError:
        return nan
    return found if isfinite(found) else nan


@dataclass
class Decimals:
    """How the numbers of one column are written: add all cells, then `settle`."""

    where: str
    """What an error begins with."""
    _against: dict[int, str] = field(default_factory=dict)
    """A way of writing -> the first cell that cannot be written so, and its place."""
    _open: tuple[str, str, float, float] | None = None
    """The first cell that has two readings, its place, and both."""
    _seen: set[int] = field(default_factory=set)
    """Ways of which some cell has thousands grouped."""
    way: int | None = None
    broken: bool = False
    """Whether some number of a typed format is no whole one."""

    def add(self, cell: str | float, place: str) -> tuple[float, float]:
        """Take a cell, and give its readings; a number of a typed format has one.

        Raises:
            CaveatError: when it is no number, or is written in another way than an earlier one.
        """
        if not isinstance(cell, str):
            self.broken = self.broken or (isfinite(cell) and cell != int(cell))
            return (cell, cell) if isfinite(cell) else self._none(str(cell), place)
        cell = cell.strip()
        both = readings(cell)
        for way, value in enumerate(both):
            if value != value:
                self._against.setdefault(way, f"{place} with {cell!r}")
            elif _GROUPED[way].fullmatch(cell):
                self._seen.add(way)
        if both[POINT] != both[POINT] and both[COMMA] != both[COMMA]:
            self._none(cell, place)
        if len(self._against) == 2:
            raise CaveatError(
                f"{self.where}: {self._against[COMMA]} and {self._against[POINT]} are not written in one way, with a "
                "decimal point or with a decimal comma. Write the whole column in one."
            )
        if both[POINT] != both[COMMA] and both[POINT] == both[POINT] and both[COMMA] == both[COMMA]:
            self._open = self._open or (cell, place, *both)
        return both

    def _none(self, cell: str, place: str) -> tuple[float, float]:
        raise CaveatError(
            f"{self.where}: {place} has {cell!r}, which is no number. Bins are for numbers; leave --bins out, or mend "
            "the cell."
        )

    def settle(self) -> int:
        """Decide how the column is written.

        Raises:
            CaveatError: when both ways fit and differ.
        """
        if not self._against and self._open:
            cell, place, point, comma = self._open
            low, high = sorted((point, comma))
            raise CaveatError(
                f"{self.where}: {place} has {cell!r}, which may be {plain_number(high)} or {plain_number(low)}; no "
                f"other cell of the column says which. Write {plain_number(high)}, or {plain_number(low)}, and so in "
                "the whole column."
            )
        self.way = COMMA if POINT in self._against else POINT
        return self.way

    def has_points(self) -> bool:
        """Whether some cell has a decimal point, so that its owner writes 1.125 for one and an eighth."""
        return self.broken or (COMMA in self._against and POINT not in self._against)

    def note(self) -> str:
        """Say how the numbers are read where that had to be decided; "" where nothing was."""
        if self._open is not None and self.way is not None:
            return _SAID[self.way] if self.way in self._seen else f"a decimal {('point', 'comma')[self.way]}"
        return ""

    def number(self, cell: str | float) -> float:
        """Read a cell as the column is written."""
        return readings(cell.strip())[self.way or POINT] if isinstance(cell, str) else cell


def is_grouped(number: str, way: int) -> bool:
    """Whether a number may be one with its thousands apart, in a way of writing."""
    return _GROUPED[way].fullmatch(number) is not None


def typed(value: object, cell: str) -> str | float:
    """Give a number of a typed format as it is, and anything else as its cell is written."""
    if isinstance(value, (int, float, Decimal)) and not isinstance(value, bool):
        return float(value)
    return cell


def plain_number(number: float) -> str:
    """Write a number with all its digits and no separator between thousands."""
    return f"{number:.0f}" if number == int(number) else repr(number)
