"""The page of the validation of own rows."""

from __future__ import annotations

import math
from collections.abc import Iterable, Iterator, Sequence
from textwrap import fill

from audit.owndata.analysis.bounds import RULE
from audit.validate.rows import KINDS, Bounded, Null, Planted, RowCriterion, RowsOutcome, error, row_criteria

WIDTH = 120
COMMAND = "caveat validate --rows --out docs/validation-rows.md"
OPENING = """\
Does what an audit of own rows says hold? {runs:,} data sets of each world below are drawn, reduced and judged with
the code of the audit; no model is asked. In a null world no group is read worse than another, so that every claim
of a difference is false. Behind each share stands its Monte Carlo error. `{command}` makes this page again, with
the same figures but for the time.

Rows of one writer share with some chance the number that decides whether they are read right, so that they are
alike and the truth stays what it is. Pareto sizes have shape 2, and nobody has more than a tenth of a group. Copies
stand in any group, four of each text. The rows of real answers are those of the example study with the answers of
`word-count`; its writers are put into two groups at random."""
WHAT = """\
A *false finding* is one whose interval lies wholly beyond five points where there is no gap; a *false claim* is an
adjusted p under .05 there, of any of five measures. Both are counted by report: one is enough. *Extremes* is how
often the worst-to-best gap is called "beyond chance" (p < .05, not corrected)."""
PLANTED = """\
From a null data set the smallest gap in accuracy that "could have been seen" in the first group is read; a gap of
1.5 times that is planted in a new one, downward where there is room, and must be told apart from chance."""
BOUNDS = """\
Rows above a threshold, with the error rate of each writer drawn from a beta distribution. {rule}."""


def rows_page(outcome: RowsOutcome) -> str:
    """Write the page."""
    return "\n\n".join(_parts(outcome)) + "\n"


def _parts(outcome: RowsOutcome) -> Iterator[str]:
    criteria = row_criteria(outcome)
    yield "# Do figures of own rows hold?"
    yield _filled(OPENING.format(runs=outcome.runs, command=COMMAND))
    failing = [c for c in criteria if not c.holds]
    yield "## What must hold, and whether it does"
    yield _filled(
        f"{len(criteria) - len(failing)} of {len(criteria)} criteria hold within two Monte Carlo errors: reports with "
        "a false finding at most 5 %, with any false claim at most 10 %; intervals and bounds hold in at least 93 %; "
        "planted gaps are found in at least 95 %."
    )
    yield _table(("world", "criterion", "seen", "must be", "holds"), (_criterion(c) for c in _worst(criteria)))
    yield "The nearest to its limit of each kind is listed, and every one that does not hold."
    yield "## Null worlds"
    yield WHAT
    heads = ("world", "what", "false findings", "false claims", "extremes", *KINDS)
    yield _table(heads, (_null(null) for null in outcome.nulls))
    yield "The last columns: how many of the 95 % intervals hold the truth."
    yield "## Planted gaps"
    yield PLANTED
    yield _table(("world", "planted, points", "found", "without room"), (_planted(world) for world in outcome.planted))
    yield "## The bound of a threshold"
    yield _filled(BOUNDS.format(rule=RULE[0].upper() + RULE[1:]))
    yield _table(("rows", "bound given", "holds", "bound over true rate"), (_bound(bound) for bound in outcome.bounds))
    yield f"{outcome.seconds:,.0f} seconds."


def _filled(text: str) -> str:
    return "\n\n".join(fill(part, WIDTH) for part in text.split("\n\n"))


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _share(k: float, n: int) -> str:
    return f"{100 * k / n:.1f} % ± {100 * error(k / n, n):.1f}" if n else "–"


def _worst(criteria: Sequence[RowCriterion]) -> list[RowCriterion]:
    def room(c: RowCriterion) -> float:
        away = c.seen - c.bound if c.at_least else c.bound - c.seen
        return away / c.spread if c.spread > 0 else math.inf

    kinds = list(dict.fromkeys(c.what for c in criteria))
    nearest = [min((c for c in criteria if c.what == kind), key=room) for kind in kinds]
    return nearest + [c for c in criteria if not c.holds and c not in nearest]


def _criterion(c: RowCriterion) -> tuple[str, ...]:
    seen = f"{100 * c.seen:.1f} % ± {100 * c.spread:.1f}"
    wanted = f"{'at least' if c.at_least else 'at most'} {100 * c.bound:.0f} %"
    return c.world, c.what, seen, wanted, "yes" if c.holds else "**no**"


def _null(null: Null) -> tuple[str, ...]:
    held = {kind: f"{100 * share:.1f} % ± {100 * spread:.1f}" for kind, share, spread, _ in null.held}
    return (
        null.name,
        null.what,
        _share(null.findings, null.runs),
        _share(null.claims, null.runs),
        _share(null.extremes, null.columns),
        *(held.get(kind, "–") for kind in KINDS),
    )


def _planted(world: Planted) -> tuple[str, ...]:
    size = f"{100 * world.size:.0f}" if math.isfinite(world.size) else "–"
    return world.name, size, _share(world.found, world.runs), str(world.no_room)


def _bound(bound: Bounded) -> tuple[str, ...]:
    times = f"{bound.times:.2f}" if math.isfinite(bound.times) else "–"
    return bound.name, _share(bound.printed, bound.runs), _share(bound.held, bound.printed), times
