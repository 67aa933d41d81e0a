"""How closely the counts that are shown pin down one that is hidden: the attack that suppression must withstand.

An attacker knows every total, margin and crossing that is shown, of all column pairs at once, and that no count is
negative. Crossings that are hidden and those that are empty look alike: neither is listed. The least and the greatest
value that a hidden cell can then have are two linear programmes (the feasibility interval of Fischetti & Salazar 2001).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from itertools import combinations
from typing import Any

import numpy as np

from audit.owndata.analysis.sums import CROSS, Floats, Grouping

WIDTH = 4.0
"""A hidden count under ten keeps this many other possible values, as far as hiding its neighbours can see to it."""
MOST_CELLS = 1_500
"""Of the joint table of all columns. Columns beyond that are left out of the attack, and so is a crossing that is
larger by itself: the programmes would take minutes, and linear algebra still stands before its small cells."""
ROUNDS = 12
"""Programmes that aim at many cells at once, before those that aim at one."""
Hiding = Mapping[str, Mapping[str, str]]


def pinned(
    pair: Grouping, groupings: Mapping[str, Grouping], hidden: Hiding, targets: Sequence[str], width: float
) -> list[str]:
    """Give the hidden cells that could be told too closely.

    Args:
        pair: the crossing they belong to.
        groupings: all groupings.
        hidden: by -> group -> why, of all of them.
        targets: hidden cells of the crossing to protect.
        width: how far the least and the greatest value of each must lie apart.

    Returns:
        Those of the targets where they lie closer.
    """
    if not targets or len(groupings[pair.columns[0]].values) * len(groupings[pair.columns[1]].values) > MOST_CELLS:
        return []
    system = _System(pair, groupings, hidden)
    places = np.array([system.cell(pair, name) for name in targets])
    low, high = np.full(len(targets), np.inf), np.full(len(targets), -np.inf)

    def narrow() -> Any:
        return np.flatnonzero(~(high - low >= width))

    def look(aim: Floats) -> None:
        # What one programme finds is a possible table, and so widens what is known of all the cells.
        solution = system.extreme(aim)
        if solution is not None:
            values = places @ solution
            np.minimum(low, values, out=low)
            np.maximum(high, values, out=high)

    rng = np.random.default_rng(0)
    for _ in range(ROUNDS if len(targets) > 2 else 0):
        left = narrow()
        if not len(left):
            return []
        look(rng.choice([-1.0, 1.0], len(left)) @ places[left])
    for at in narrow():
        for sign in (1.0, -1.0):
            if not high[at] - low[at] >= width:
                look(sign * places[at])
    return [targets[at] for at in narrow()]


class _System:
    """The shown counts as equations over the joint table of the columns."""

    def __init__(self, pair: Grouping, groupings: Mapping[str, Grouping], hidden: Hiding) -> None:
        from scipy.sparse import csr_matrix

        self._columns = _chosen(pair, groupings)
        self._values = {name: {v: i for i, v in enumerate(groupings[name].values)} for name in self._columns}
        shape = [len(groupings[name].values) for name in self._columns]
        self._grid = dict(zip(self._columns, np.indices(shape).reshape(len(shape), -1), strict=True))
        size = int(np.prod(shape))
        equal, sums = [np.ones(size, dtype=np.int8)], [float(pair.rows.sum())]
        for grouping in self._known(groupings):
            for name, n in zip(grouping.values, grouping.rows.tolist(), strict=True):
                if name not in hidden[grouping.by]:
                    equal.append(self.cell(grouping, name))
                    sums.append(float(n))
        self._equal, self._sums = csr_matrix(np.array(equal), dtype=np.float64), np.array(sums)

    def _known(self, groupings: Mapping[str, Grouping]) -> list[Grouping]:
        one = [groupings[name] for name in self._columns]
        return one + [
            groupings[CROSS.join(two)] for two in combinations(self._columns, 2) if CROSS.join(two) in groupings
        ]

    def cell(self, grouping: Grouping, group: str) -> Any:
        """Say which entries of the joint table make up a cell, (entries,) of 0 and 1, in a byte each."""
        inside = np.ones(len(next(iter(self._grid.values()))), dtype=bool)
        for column, value in zip(grouping.columns, grouping.parts[group], strict=True):
            inside &= self._grid[column] == self._values[column][value]
        return inside.astype(np.int8)

    def extreme(self, aim: Floats) -> Any:
        """Give a possible table in which an aim is least; None when the solver gives none."""
        from scipy.optimize import linprog

        found = linprog(aim, A_eq=self._equal, b_eq=self._sums, bounds=(0, None), method="highs")
        return found.x if found.success else None


def _chosen(pair: Grouping, groupings: Mapping[str, Grouping]) -> list[str]:
    """The two columns, and as many others as make a joint table that is not too large; in the order of the columns."""
    chosen = list(pair.columns)
    cells = int(np.prod([len(groupings[name].values) for name in chosen]))
    for name, grouping in groupings.items():
        if len(grouping.columns) == 1 and name not in chosen and cells * len(grouping.values) <= MOST_CELLS:
            chosen.append(name)
            cells *= len(grouping.values)
    return [name for name, grouping in groupings.items() if name in chosen and len(grouping.columns) == 1]
