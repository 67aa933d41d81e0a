"""Which cells are not shown, so that no small group can be read off, or worked out from what is shown.

A cell with fewer than ten rows is hidden. If its count followed from the margins that are shown, more cells are
hidden until it does not (complementary suppression; Cox 1980): a hidden cell counts as worked out when the sums that
are shown fix its value, which is a question of linear algebra.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass

import numpy as np

from audit.owndata.analysis.sums import Grouping, Sums
from audit.schema import OVERALL, SMALL

TOO_SMALL = f"fewer than {SMALL} rows: not shown"
TRIED = 24
"""Cells that are tried for each cell that has to be protected."""
TO_PROTECT = f"not shown, so that a cell with fewer than {SMALL} rows cannot be worked out"


@dataclass(frozen=True, slots=True)
class Hidden:
    """The cells that are not shown: by -> group -> why."""

    cells: Mapping[str, Mapping[str, str]]

    def reason(self, by: str, group: str) -> str:
        """Give why a cell is not shown; "" when it is."""
        return self.cells.get(by, {}).get(group, "")


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
    return Hidden(found)


def _one_way(grouping: Grouping) -> dict[str, str]:
    counts = dict(zip(grouping.values, grouping.rows.tolist(), strict=True))
    hidden = {group: TOO_SMALL for group, n in counts.items() if n < SMALL}
    while hidden and len(hidden) < len(counts) and (len(hidden) < 2 or sum(counts[g] for g in hidden) < SMALL):
        rest = [group for group in counts if group not in hidden]
        hidden[min(rest, key=lambda g: (counts[g], g))] = TO_PROTECT
    return hidden


def _two_way(grouping: Grouping, margins: Mapping[str, Mapping[str, str]]) -> dict[str, str]:
    one, two = grouping.columns
    counts = dict(zip(grouping.values, grouping.rows.tolist(), strict=True))
    cells = {group: (grouping.parts[group][0], grouping.parts[group][1]) for group in counts}
    hidden: dict[str, str] = {}
    for group, (a, b) in cells.items():
        if counts[group] < SMALL:
            hidden[group] = TOO_SMALL
        elif a in margins[one] or b in margins[two]:
            hidden[group] = TO_PROTECT
    while known := _worked_out(cells, hidden, margins[one], margins[two]):
        more = _neighbour(known, cells, counts, hidden, margins[one], margins[two])
        if more is None:
            # Nothing is left to hide behind: the whole table goes.
            return {group: hidden.get(group, TO_PROTECT) for group in counts}
        hidden[more] = TO_PROTECT
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
        return len(_worked_out(cells, {**hidden, group: TO_PROTECT}, hidden_rows, hidden_columns))

    return min(near, key=left) if near else None
