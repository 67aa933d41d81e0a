"""Which cells are not shown, so that no small group can be read off, or worked out from what is shown.

A cell with fewer than ten rows is hidden. If its count followed from the margins that are shown, more cells are
hidden until it does not (complementary suppression; Cox 1980). A hidden cell counts as worked out when the sums that
are shown fix its value, which is a question of linear algebra, and as too well known when they leave it only a few
values (`audit.owndata.analysis.ranges`). Small cells and those that protect them are given the same reason: which of
them is small is for nobody to see.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, field

import numpy as np

from audit.owndata.analysis.ranges import WIDTH, pinned
from audit.owndata.analysis.sums import Grouping, Sums
from audit.schema import OVERALL, SMALL

TOO_SMALL = f"fewer than {SMALL} rows: not shown"
TRIED = 24
"""Cells that are tried for each cell that has to be protected."""
NOT_SHOWN = f"fewer than {SMALL} rows, or needed to keep such a cell hidden: not shown"


@dataclass(frozen=True, slots=True)
class Hidden:
    """The cells that are not shown: by -> group -> why."""

    cells: Mapping[str, Mapping[str, str]]
    rates: Mapping[str, Mapping[str, frozenset[str]]] = field(default_factory=dict)
    """by -> group -> names of the shares that are not shown of it, macro-F1 among them (`analysis.withheld`)."""

    def reason(self, by: str, group: str) -> str:
        """Give why a cell is not shown; "" when it is."""
        return self.cells.get(by, {}).get(group, "")

    def without(self, by: str, group: str) -> frozenset[str]:
        """Give the names of the rates that are not shown of a cell; of one that is hidden whole, of no use."""
        return self.rates.get(by, {}).get(group, frozenset())


def hide(sums: Sums) -> Hidden:
    """Choose the cells that are not shown."""
    found: dict[str, dict[str, str]] = {}
    for by, grouping in sums.groupings.items():
        if by == OVERALL:
            small = {"all": TOO_SMALL} if int(grouping.rows.sum()) < SMALL else {}
            found[by] = small
        elif len(grouping.columns) == 1:
            found[by] = _one_way(grouping)
    for by, grouping in sums.groupings.items():
        if len(grouping.columns) == 2:
            found[by] = _two_way(grouping, found)
    for grouping in sums.groupings.values():
        if len(grouping.columns) == 2:
            _widen(grouping, sums.groupings, found)
    return Hidden(found)


def _widen(grouping: Grouping, groupings: Mapping[str, Grouping], found: dict[str, dict[str, str]]) -> None:
    """Hide more until no small cell of a crossing is told too closely by all that is shown, there and elsewhere.

    First its own neighbours, as long as that helps; where a count still has one value alone, because columns depend on
    one another, cells of other crossings as well. Hiding never tells more, so crossings that were looked at before stay
    as safe as they were. What the totals of groups tell by themselves stays told.
    """
    small = [group for group in found[grouping.by] if int(grouping.rows[grouping.place(group)]) < SMALL]
    crossings = [other for other in groupings.values() if len(other.columns) == 2]
    nothing = {**found, **{other.by: dict.fromkeys(other.values, NOT_SHOWN) for other in crossings}}
    for width, places in ((WIDTH, [grouping]), (1.0, crossings)):
        lost = pinned(grouping, groupings, nothing, small, width)
        small = [name for name in small if name not in lost]
        while known := pinned(grouping, groupings, found, small, width):
            sides = {side for name in known for side in zip(grouping.columns, grouping.parts[name], strict=True)}
            near = [cell for other in places for cell in _shown(other, found, sides)]
            if not near and places is crossings:
                near = [cell for other in places for cell in _shown(other, found)]
            if not near:
                break
            _, by, group = min(near)
            found[by][group] = NOT_SHOWN


def _shown(
    grouping: Grouping, found: Mapping[str, Mapping[str, str]], sides: Collection[tuple[str, str]] | None = None
) -> list[tuple[int, str, str]]:
    """(rows, by, group) of the cells of a crossing that are shown; of those with one of some values, if given."""
    return [
        (int(grouping.rows[grouping.place(group)]), grouping.by, group)
        for group in grouping.values
        if group not in found[grouping.by]
        and (sides is None or any(s in sides for s in zip(grouping.columns, grouping.parts[group], strict=True)))
    ]


def _one_way(grouping: Grouping) -> dict[str, str]:
    counts = dict(zip(grouping.values, grouping.rows.tolist(), strict=True))
    hidden = {group: NOT_SHOWN for group, n in counts.items() if n < SMALL}
    while hidden and len(hidden) < len(counts) and (len(hidden) < 2 or sum(counts[g] for g in hidden) < SMALL):
        rest = [group for group in counts if group not in hidden]
        hidden[min(rest, key=lambda g: (counts[g], g))] = NOT_SHOWN
    return hidden


def _two_way(grouping: Grouping, margins: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    one, two = grouping.columns
    counts = dict(zip(grouping.values, grouping.rows.tolist(), strict=True))
    cells = {group: (grouping.parts[group][0], grouping.parts[group][1]) for group in counts}
    hidden: dict[str, str] = {}
    for group, (a, b) in cells.items():
        if counts[group] < SMALL or a in margins[one] or b in margins[two]:
            hidden[group] = NOT_SHOWN
    while known := _worked_out(cells, hidden, margins[one], margins[two]):
        more = _neighbour(known, cells, counts, hidden, margins[one], margins[two])
        if more is None:
            # Nothing is left to hide behind: the whole table goes.
            return {group: hidden.get(group, NOT_SHOWN) for group in counts}
        hidden[more] = NOT_SHOWN
    return hidden


def _worked_out(
    cells: Mapping[str, tuple[str, str]],
    hidden: Mapping[str, str],
    hidden_rows: Mapping[str, str],
    hidden_columns: Mapping[str, str],
) -> list[str]:
    """Hidden cells of which the shown sums fix the value."""
    if not hidden:
        return []
    rows = sorted({a for a, _ in cells.values()})
    columns = sorted({b for _, b in cells.values()})
    unknown = [("cell", group) for group in sorted(hidden)]
    unknown += [("row", a) for a in rows if a in hidden_rows] + [("column", b) for b in columns if b in hidden_columns]
    place = {key: i for i, key in enumerate(unknown)}
    equations = []
    for kind, names, lost in (("row", rows, hidden_rows), ("column", columns, hidden_columns)):
        for name in names:
            line = np.zeros(len(unknown))
            for group, (a, b) in cells.items():
                if group in hidden and name == (a if kind == "row" else b):
                    line[place["cell", group]] = 1.0
            if name in lost:
                line[place[kind, name]] = -1.0
            equations.append(line)
        total = np.zeros(len(unknown))
        for name in names:
            if name in lost:
                total[place[kind, name]] = 1.0
        equations.append(total)
    fixed = fixed_by(np.array(equations))
    return [name for (kind, name), known in zip(unknown, fixed, strict=True) if kind == "cell" and known]


def fixed_by(equations: np.ndarray) -> np.ndarray:
    """Say which unknowns a system of linear equations fixes: those that no vector of its null space moves.

    Args:
        equations: (equations, unknowns) coefficients.

    Returns:
        (unknowns,) booleans.
    """
    _, values, vectors = np.linalg.svd(equations, full_matrices=True)
    rank = int((values > 1e-9 * max(1.0, values[0] if len(values) else 0.0)).sum())
    free = vectors[rank:]
    fixed: np.ndarray = np.abs(free).max(0) < 1e-9 if len(free) else np.ones(equations.shape[1], dtype=bool)
    return fixed


def _neighbour(
    known: Sequence[str],
    cells: Mapping[str, tuple[str, str]],
    counts: Mapping[str, int],
    hidden: Mapping[str, str],
    hidden_rows: Mapping[str, str],
    hidden_columns: Mapping[str, str],
) -> str | None:
    """The cell beside one that could be worked out that protects most when it is hidden; of equals the smallest."""
    rows, columns = {cells[name][0] for name in known}, {cells[name][1] for name in known}
    near = [g for g, (a, b) in cells.items() if g not in hidden and (a in rows or b in columns)]
    near = sorted(near, key=lambda g: (counts[g], g))[:TRIED]

    def left(group: str) -> int:
        return len(_worked_out(cells, {**hidden, group: NOT_SHOWN}, hidden_rows, hidden_columns))

    return min(near, key=left) if near else None
