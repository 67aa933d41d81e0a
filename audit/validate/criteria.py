"""The criteria of the self-audit, suite by suite. They are fixed; a figure holds or it does not."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass

from audit.validate.designs import bench
from audit.validate.simulate import Checked, Tally, interval

FALSE_ALARMS = 0.055
RECALL = 0.95
COVERAGE = 0.93
RUNS = 200
"""Planted runs of one size that the criteria ask for; with fewer, a miss within chance is no verdict."""
SIZE = (0.02, 0.05)
"""Recovered size: within this much, or within this share of the truth, whichever is larger."""


@dataclass(frozen=True, slots=True)
class Criterion:
    """One criterion for one suite."""

    suite: str
    kind: str
    wanted: str
    figure: str
    holds: bool
    why: str = ""
    """What the figures say about a failure."""
    few: bool = False
    """Whether the runs of a quick version could have missed by chance alone."""

    @property
    def state(self) -> str:
        """Say it. With as many runs as the criteria ask for, a figure holds or it does not."""
        return "holds" if self.holds else "too few runs to say" if self.few else "does not hold"


def judged(checked: Sequence[Checked]) -> list[Criterion]:
    """Judge the primary endpoints of each suite; those of one suite and kind of model are taken together."""
    groups: dict[str, list[Checked]] = {}
    for found in checked:
        if found.endpoint.primary:
            groups.setdefault(_group(found), []).append(found)
    return [criterion for name, rows in groups.items() for criterion in _judge(name, rows)]


def _group(found: Checked) -> str:
    blank = bench(found.endpoint).contrast.task == "fill-mask"
    return (
        f"{found.endpoint.suite} (blanks)"
        if blank and found.endpoint.suite != "occupations"
        else (found.endpoint.suite)
    )


def _with(k: int, n: int, rows: Sequence[Checked], each: Sequence[float], worst: float) -> str:
    low, high = interval(k, n)
    more = f"; single contrasts {100 * min(each):.1f} to {100 * max(each):.1f} %" if len(rows) > 1 else ""
    return f"{100 * k / n:.1f} % of {n:,} ({100 * low:.1f}–{100 * high:.1f}){more}"


def _judge(name: str, rows: Sequence[Checked]) -> list[Criterion]:
    out = [_false_alarms(name, rows)]
    far = [t for row in rows if (t := row.at(1.5)) is not None]
    if len(far) < len(rows):
        return out
    every = [t for row in rows for t in row.planted]
    return [*out, _recall(name, rows, far), _signs(name, every), _sizes(name, every), _coverage(name, rows, every)]


def _false_alarms(name: str, rows: Sequence[Checked]) -> Criterion:
    k, n = sum(r.null.below for r in rows), sum(r.null.runs for r in rows)
    each = [r.null.below / r.null.runs for r in rows]
    figure = _with(k, n, rows, each, max(each))
    ratio = sum(r.null.se / r.null.sd for r in rows) / len(rows)
    why = (
        f"The mean standard error is {ratio:.2f} times the standard deviation of the estimates. "
        f"{_chance(k, n, FALSE_ALARMS)}"
    )
    return Criterion(
        name,
        "false alarms",
        "false alarms at most 5.5 %",
        figure,
        k / n <= FALSE_ALARMS,
        why,
        _few(k, n, FALSE_ALARMS, 10 * RUNS),
    )


def _recall(name: str, rows: Sequence[Checked], far: Sequence[Tally]) -> Criterion:
    k, n = sum(t.found for t in far), sum(t.runs for t in far)
    figure = _with(k, n, rows, [t.found / t.runs for t in far], 0)
    why = (
        f"The median minimum detectable effect that null models were told is {rows[0].null.detectable:.3g}; with the "
        f"effect planted the audit prints {far[0].detectable:.3g}. {_chance(k, n, RECALL)}"
    )
    return Criterion(
        name, "recall", "found in at least 95 % at 1.5x", figure, k / n >= RECALL, why, _few(k, n, RECALL, RUNS)
    )


def _signs(name: str, every: Sequence[Tally]) -> Criterion:
    wrong, n = sum(t.wrong for t in every), sum(t.runs for t in every)
    return Criterion(name, "signs", "no sign errors", f"{wrong} of {n:,}", wrong == 0)


def _sizes(name: str, every: Sequence[Tally]) -> Criterion:
    off = [(abs(t.mean - t.truth) / max(SIZE[0], SIZE[1] * abs(t.truth)), t) for t in every]
    far, worst = max(off, key=lambda pair: pair[0])
    figure = f"farthest: true {worst.truth:.3f}, recovered {worst.mean:.3f} (± {1.96 * worst.error:.3f})"
    why = (
        f"The mean is off by {abs(worst.mean - worst.truth) / worst.error:.1f} standard errors of the mean of the runs."
    )
    return Criterion(name, "size", "mean size within .02 or 5 %", figure, far <= 1, why, worst.runs < RUNS)


def _coverage(name: str, rows: Sequence[Checked], every: Sequence[Tally]) -> Criterion:
    k, n = sum(t.covered for t in every), sum(t.runs for t in every)
    figure = _with(k, n, rows, [t.covered / t.runs for t in every], 0)
    if k / n > 0.97:
        figure += "; wider than it need be"
    few = _few(k, n, COVERAGE, 2 * RUNS)
    return Criterion(
        name, "coverage", "intervals cover at least 93 %", figure, k / n >= COVERAGE, _chance(k, n, COVERAGE), few
    )


def _few(k: int, n: int, limit: float, enough: int) -> bool:
    low, high = interval(k, n)
    return n < enough and low <= limit <= high


def _chance(k: int, n: int, limit: float) -> str:
    low, high = interval(k, n)
    if math.isfinite(low) and low <= limit <= high:
        return "The limit lies within the simulation's own uncertainty."
    return "The miss is larger than the simulation's own uncertainty."
