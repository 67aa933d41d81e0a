"""Which rates of a group are not shown, so that none with fewer than ten rows behind it can be worked out.

A group of 25 rows, 22 of them negative, has three others. Their rate is not shown, but how often all 25 and how often
the 22 are read right would tell it, and so would the rates of all other groups beside those of the whole. A count of
rows is a sum of entries of the table of label and answer, so what follows from what is shown is a question of linear
algebra, as it is for counts (`audit.owndata.analysis.suppress`).

Rates are taken up in the order of their use, each only where nothing that must stay hidden follows with it. Accuracy
is always shown. What this does not look at is that a gap in accuracy with equal labels is an equation in the same
entries; whoever solves it together with all others may narrow a rate down.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from itertools import combinations

import numpy as np
from numpy.typing import NDArray

from audit.owndata.analysis.figures import MACRO, shares
from audit.owndata.analysis.sides import RIGHT, ROWS, vector
from audit.owndata.analysis.sums import Floats, Grouping, Sums
from audit.owndata.analysis.suppress import Hidden
from audit.owndata.classes import PLACES
from audit.schema import SMALL

ENTRIES = 9
_FIRST = ("miss", "false_alarm", "labelled", "flagged", "recall", "precision")
"""Order of use, by the part of the name before a colon."""


@dataclass(frozen=True, slots=True)
class _Rates:
    """Rates of a group, the shown ones first, in the order of their use."""

    names: tuple[str, ...]
    tops: Floats
    """(rates, entries)"""
    bottoms: Floats
    """(rates, entries); those after `names` are how often rows of some of the labels are read right."""

    def few(self, table: Floats) -> NDArray[np.bool_]:
        """(rates,) whether one to nine rows are behind each."""
        rows = np.rint(self.bottoms @ table[:ENTRIES])
        found: NDArray[np.bool_] = (rows > 0) & (rows < SMALL)
        return found

    def left_out(self, table: Floats) -> set[str]:
        """Names of the rates of a group that are not shown."""
        few = self.few(table)
        known = np.vstack([RIGHT, ROWS])[:, :ENTRIES]
        out: set[str] = set()
        for at, name in enumerate(self.names) if few.any() else ():
            tried = np.vstack([known, self.tops[at], self.bottoms[at]])
            if few[at] or told(self.tops[few], self.bottoms[few], tried).any():
                out.add(name)
            else:
                known = tried
        return out


def told(tops: Floats, bottoms: Floats, known: Floats) -> NDArray[np.bool_]:
    """Say of which rates both parts follow from sums that are known.

    Args:
        tops: (rates, entries) what is counted.
        bottoms: (rates, entries) out of what.
        known: (sums, entries).

    Returns:
        (rates,) booleans.
    """
    _, values, vectors = np.linalg.svd(known)
    free = vectors[int((values > 1e-9).sum()) :].T
    found: NDArray[np.bool_] = (np.abs(tops @ free).max(1) < 1e-9) & (np.abs(bottoms @ free).max(1) < 1e-9)
    return found


def _rates_of(labels: tuple[str, ...]) -> _Rates:
    named = [share for share in shares(labels) if share.rate and share.name != "accuracy"]
    named.sort(key=lambda share: _FIRST.index(share.name.partition(":")[0]))
    codes = [PLACES[name] for name in labels]
    some = [part for n in range(1, len(codes)) for part in combinations(codes, n)]
    tops = [*(share.top for share in named), *(vector(*(4 * c for c in part)) for part in some)]
    bottoms = [
        *(share.bottom for share in named),
        *(vector(*(3 * c + j for c in part for j in range(3))) for part in some),
    ]
    names = tuple(share.name for share in named)
    return _Rates(names, np.array(tops)[:, :ENTRIES], np.array(bottoms)[:, :ENTRIES])


def withhold(sums: Sums, hidden: Hidden) -> Hidden:
    """Give what is hidden with the rates of groups that are not shown.

    Macro-F1 is of no linear form, but with few rows one table alone has it: it is shown where every rate is.

    A crossing shows rates by label only where every cell of its two columns could show all of them.
    """
    rates = _rates_of(sums.labels)
    every = frozenset(rates.names) | {MACRO}
    found: dict[str, Mapping[str, frozenset[str]]] = {}
    for by, grouping in sums.groupings.items():
        own = {group: grouping.sums[grouping.place(group)] for group in grouping.values}
        shown = {group: own[group] for group in own if not hidden.reason(by, group)}
        if len(grouping.columns) == 1:
            out = {group: rates.left_out(table) for group, table in shown.items()}
            if len(shown) == len(own):
                _with_partners(out, grouping)
            found[by] = {group: frozenset(names | {MACRO}) for group, names in out.items() if names}
        elif grouping.columns:
            whole = len(shown) == len(own) and not any(rates.few(table).any() for table in own.values())
            found[by] = {} if whole else dict.fromkeys(shown, every)
    return replace(hidden, rates=found)


def _with_partners(out: dict[str, set[str]], grouping: Grouping) -> None:
    """See to it that a group whose rates are not all shown is not what the whole has more than the other groups.

    Beside each such group stands one that shows no more than it does: then all other groups together tell no sum that
    the group itself does not. Of those that show more the smallest is taken.
    """
    rows = dict(zip(grouping.values, grouping.rows.tolist(), strict=True))
    changed = True
    while changed:
        changed = False
        for group in sorted(out):
            others = [other for other in out if other != group]
            if not out[group] or not others or any(out[other] >= out[group] for other in others):
                continue
            partner = min(others, key=lambda other: (rows[other], other))
            out[group] = out[partner] = out[group] | out[partner]
            changed = True
