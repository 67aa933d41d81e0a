"""Tables of label against prediction, by cell."""

from __future__ import annotations

from audit.owndata.analysis.sums import Sums
from audit.owndata.analysis.suppress import Hidden
from audit.schema import LABELS, Confusion


def confusions_of(sums: Sums, hidden: Hidden) -> tuple[Confusion, ...]:
    """Give the table of every cell that is shown, overall first; crossings of two columns have none.

    Labels are rows. A model without neutral has two rows and columns.
    """
    codes = [LABELS.index(name) for name in sums.labels]
    found = []
    for grouping in sums.groupings.values():
        if len(grouping.columns) > 1:
            continue
        for group in sorted(grouping.values):
            counts: tuple[tuple[int, ...], ...] = ()
            if not hidden.reason(grouping.by, group):
                table = grouping.sums[grouping.place(group)][:9].reshape(3, 3)
                counts = tuple(tuple(int(round(float(table[i, j]))) for j in codes) for i in codes)
            found.append(Confusion(grouping.by, group, sums.labels, counts))
    return tuple(found)
