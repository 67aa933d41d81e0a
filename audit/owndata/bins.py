"""Numeric group columns -> a few named ranges. Standard library only."""

from __future__ import annotations

import re
from array import array
from bisect import bisect_right
from collections import Counter
from math import isfinite

from audit.owndata.decimals import COMMA, POINT, Decimals, is_grouped, plain_number
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
        numbers = numbers if all(map(isfinite, numbers)) else []
        whole = len(numbers) == 1 and "," not in spec
        if (
            not numbers
            or sorted(set(numbers)) != numbers
            or (whole and not 2 <= numbers[0] <= MOST)
            or (whole and numbers[0] != int(numbers[0]))
        ):
            grouped = any(re.fullmatch(r"\d{3}", part) for part in parts[1:])
            raise CaveatError(
                f"--bins {column}={spec}: give a number of bins from 2 to {MOST}, such as {column}=4, or rising "
                f"limits, such as {column}=18,25,40"
                + (" (a comma stands between limits: write 1000, not 1,000)." if grouped else ".")
            )
        self._count = int(numbers[0]) if whole else 0
        self._limits = [] if whole else numbers
        self._grouped = not whole and bool(re.fullmatch(r"[1-9]\d{0,2}(,\d{3})+", spec.strip()))
        self._pointed = next((part for part in parts if not whole and is_grouped(part, COMMA)), "")
        self._spec = spec.strip()
        self._decimals = Decimals(f"--bins {column}")
        self._values = (array("d"), array("d"))
        self._full: tuple[Counter[int], Counter[int]] = (Counter(), Counter())
        """Rows of each bin, in either way of writing numbers."""
        self._names: tuple[str, ...] = ()

    def add(self, cell: str | float, where: str) -> None:
        """Take a value, a number where the file has one; only what equally full bins need is kept (16 bytes a row).

        Raises:
            CaveatError: when it is no number.
        """
        for way, value in enumerate(self._decimals.add(cell, where)):
            if self._count:
                self._values[way].append(value)
            elif value == value:
                self._full[way][bisect_right(self._limits, value)] += 1

    def finish(self) -> None:
        """Decide how the numbers are written, and place the limits: at quantiles, for equally full bins.

        Raises:
            CaveatError: when that cannot be decided.
        """
        way = self._decimals.settle()
        if self._grouped and way == POINT and self._decimals.note():
            whole = self._spec.replace(",", "")
            raise CaveatError(
                f"--bins {self.column}={self._spec} may be one limit at {whole} or limits at each comma, in a column "
                f"with commas between thousands. Write {self.column}={whole}, with a comma at its end, or "
                f"{self._spec.replace(',', '.0,')}.0."
            )
        if self._pointed and not self._decimals.has_points():
            whole, broken = self._pointed.replace(".", ""), plain_number(float(self._pointed))
            raise CaveatError(
                f"--bins {self.column}={self._spec}: {self._pointed} may be {whole} or {broken}, in a column without "
                f"decimal points. Write {whole}, or {self._pointed}0."
            )
        if self._count:
            values = sorted(self._values[way])
            self._values = (array("d"), array("d"))
            places = (len(values) * step // self._count for step in range(1, self._count))
            limits = sorted({values[place] for place in places} if values else set())
            self._limits = [limit for limit in limits if limit > values[0]]
            self._full[way].update(bisect_right(self._limits, value) for value in values)
        limits = self._limits
        low = [f"under {plain_number(limit)}" for limit in limits[:1]]
        pairs = zip(limits[:-1], limits[1:], strict=True)
        middle = [f"{plain_number(a)} to under {plain_number(b)}" for a, b in pairs]
        self._names = (*low, *middle, f"{plain_number(limits[-1])} and over") if limits else ("all",)

    def note(self) -> str:
        """Say which ranges were made, for the owner of the rows: how numbers were read, and how many each has."""
        read = self._decimals.note()
        full = self._full[self._decimals.way or POINT]
        told = "; ".join(f"{name} ({full[at]:,})" for at, name in enumerate(self._names))
        return f"Ranges of {self.column!r}" + (f", read with {read}" if read else "") + f": {told}."

    def name(self, cell: str | float) -> str:
        """Give the bin of a value."""
        return self._names[bisect_right(self._limits, self._decimals.number(cell))]

    @property
    def names(self) -> tuple[str, ...]:
        """All bins, from low to high."""
        return self._names
