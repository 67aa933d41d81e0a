"""Numeric group columns -> a few named ranges. Standard library only."""

from __future__ import annotations

from array import array
from bisect import bisect_right
from math import isfinite

from audit.schema import CaveatError

MOST = 12


class Bins:
    """Ranges of one column: add all values, `finish`, then name each."""

    def __init__(self, column: str, spec: str) -> None:
        """Read "4" (so many bins, about equally full) or "18,25,40" (where the second, third, ... bin begins).

        Raises:
            CaveatError: when it is neither.
        """
        self.column = column
        parts = [part.strip() for part in spec.split(",") if part.strip()]
        try:
            numbers = [float(part) for part in parts]
        except ValueError:
            numbers = []
        whole = len(numbers) == 1 and "," not in spec
        if (
            not numbers
            or sorted(set(numbers)) != numbers
            or (whole and not 2 <= numbers[0] <= MOST)
            or (whole and numbers[0] != int(numbers[0]))
        ):
            raise CaveatError(
                f"--bins {column}={spec}: give a number of bins from 2 to {MOST}, such as {column}=4, or rising "
                f"limits, such as {column}=18,25,40."
            )
        self._count = int(numbers[0]) if whole else 0
        self._limits = [] if whole else numbers
        self._values = array("d")
        self._names: tuple[str, ...] = ()

    def number(self, cell: str, where: str) -> float:
        """Read a cell.

        Raises:
            CaveatError: when it is no number.
        """
        try:
            found = float(cell.replace(",", ".") if cell.count(",") == 1 and "." not in cell else cell)
        except ValueError:
            found = float("nan")
        if not isfinite(found):
            raise CaveatError(
                f"--bins {self.column}: {where} has {cell!r}, which is no number. Bins are for numbers; leave --bins "
                "out, or mend the cell."
            )
        return found

    def add(self, cell: str, where: str) -> None:
        """Take a value; only what equally full bins need is kept (8 bytes a row)."""
        value = self.number(cell, where)
        if self._count:
            self._values.append(value)

    def finish(self) -> None:
        """Place the limits: at quantiles, where equally full bins are wanted."""
        if self._count:
            values = sorted(self._values)
            self._values = array("d")
            places = (len(values) * step // self._count for step in range(1, self._count))
            limits = sorted({values[place] for place in places} if values else set())
            self._limits = [limit for limit in limits if limit > values[0]]
        low = [f"under {_said(limit)}" for limit in self._limits[:1]]
        middle = [f"{_said(a)} to under {_said(b)}" for a, b in zip(self._limits[:-1], self._limits[1:], strict=True)]
        self._names = (*low, *middle, f"{_said(self._limits[-1])} and over") if self._limits else ("all",)

    def name(self, cell: str) -> str:
        """Give the bin of a value."""
        return self._names[bisect_right(self._limits, self.number(cell, self.column))]

    @property
    def names(self) -> tuple[str, ...]:
        """All bins, from low to high."""
        return self._names


def _said(number: float) -> str:
    return f"{number:g}"
