"""Tables of label and answer, by cell."""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np

from audit.owndata.analysis.sums import Grouping, Ints, Sums
from audit.owndata.analysis.suppress import Hidden
from audit.owndata.classes import PLACES
from audit.schema import SMALL, Confusion


def confusions_of(sums: Sums, hidden: Hidden) -> tuple[Confusion, ...]:
    """Give the table of every cell that is shown, overall first; crossings of two columns have none.

    Labels are rows. A model without neutral has two rows and columns. The table of a group is left out (it has no
    counts) when an entry of it is under ten, and so is that of another group where one alone would be what the table of
    all rows has more than the others.
    """
    codes = [PLACES[name] for name in sums.labels]
    found = []
    for grouping in sums.groupings.values():
        if len(grouping.columns) > 1:
            continue
        shown = [group for group in sorted(grouping.values) if not hidden.reason(grouping.by, group)]
        tables = {group: _table(grouping, group, codes) for group in shown}
        out = left_out(tables, len(grouping.values) - len(shown)) if grouping.columns else set()
        # A table tells every rate.
        out |= {group for group in shown if hidden.without(grouping.by, group)}
        for group in sorted(grouping.values):
            table = tables.get(group) if group not in out else None
            counts = () if table is None else tuple(tuple(int(n) for n in row) for row in table)
            found.append(Confusion(grouping.by, group, sums.labels, counts))
    return tuple(found)


def _table(grouping: Grouping, group: str, codes: list[int]) -> Ints:
    table: Ints = np.rint(grouping.sums[grouping.place(group)][:9].reshape(3, 3)).astype(np.int64)
    return table[np.ix_(codes, codes)]


def left_out(tables: Mapping[str, Ints], hidden: int) -> set[str]:
    """Say of which groups of a column no table is shown.

    Args:
        tables: group -> its table, of the groups whose figures are shown.
        hidden: how many groups are hidden altogether.
    """
    out = {group for group, table in tables.items() if ((table > 0) & (table < SMALL)).any()}
    while out and len(out) + hidden < 2 and len(out) < len(tables):
        rest = [group for group in tables if group not in out]
        out.add(min(rest, key=lambda group: (int(tables[group].sum()), group)))
    return out
