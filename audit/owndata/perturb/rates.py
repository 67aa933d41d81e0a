"""Answers to originals and rewritings -> flip rates, mean changes and their excess over the floor.

Every row counts once per kind: its rewritings are averaged first. Intervals are clustered by the rows' cluster
(docs/method.md, section 4): Wilson with effective rows for shares, t for means and for differences of paired rows.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass

import numpy as np

from audit.owndata.perturb.core import FLOOR, KINDS
from audit.schema.data import SMALL
from audit.schema.result import Estimate, Skipped
from audit.stats.design import Floats, Ints, Part
from audit.stats.rates import share_interval
from audit.stats.twoway import NOISE, Gap, solve

_NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Answer:
    """What the model said to one rewriting, beside what it said to the original."""

    row: int
    """Row number in the source."""
    cluster: int
    kind: str
    direction: str
    floor: bool
    expected: int
    before: int
    """Predicted class of the original: 0 negative, 1 neutral, 2 positive."""
    after: int
    shift: float
    """Valence of the rewriting minus that of the original."""

    @property
    def flipped(self) -> bool:
        """Whether the predicted class changed."""
        return self.before != self.after


@dataclass(frozen=True, slots=True)
class Outcome:
    """What came of rewriting."""

    estimates: tuple[Estimate, ...]
    """For `DataResult.perturbations`."""
    answers: tuple[Answer, ...]
    """In the order of rows."""
    skipped: tuple[Skipped, ...]
    rows: int
    """Rows in the sample, whether something applied to them or not."""


@dataclass(frozen=True, slots=True)
class _Rows:
    """One number per row; arrays (rows,)."""

    row: Ints
    cluster: Ints
    value: Floats


def estimates(answers: Iterable[Answer]) -> tuple[Estimate, ...]:
    """Estimate, for every kind that occurs, how far answers move.

    Args:
        answers: of any kinds, in any order.

    Returns:
        Estimates with suite "data", `by` the kind and `group` "rewritten", "floor", "excess" or a direction:
        "flip_rate" the share of rewritings that change the class, "gap" the mean absolute change of valence,
        "shift" (directions of name, gender and identity) the mean signed change, and for negation "moved", the
        share of valences that move the way they should by more than `NOISE`, with "shift" signed that way. `n`
        counts rows. Fewer than `SMALL` rows or two clusters: "rewritten" is NaN, with the reason, and stands for
        the kind alone; directions with so few are left out.
    """
    word_list = sorted(answers, key=lambda a: (a.row, a.kind, a.direction))
    typography = [a for a in word_list if a.kind == FLOOR]
    out: list[Estimate] = []
    for kind in KINDS:
        own = [a for a in word_list if a.kind == kind]
        if own and kind != FLOOR:
            out += _of_kind(kind, own, typography)
    if typography:
        out += _pair(FLOOR, "floor", typography)
    return tuple(out)


def _of_kind(kind: str, own: Sequence[Answer], typography: Sequence[Answer]) -> list[Estimate]:
    items = [a for a in own if not a.floor]
    floors = [a for a in own if a.floor] or typography
    out = _pair(kind, "rewritten", items)
    if _few(_mean_by_row(items, _flip)):
        return out
    directions = [d for d in sorted({a.direction for a in items}) if not _few(_mean_by_row(_along(items, d), _flip))]
    if kind == "negation":
        out += [_share(kind, "moved", "rewritten", _mean_by_row(items, _moved), len(items))]
        out += [_mean(kind, "shift", "rewritten", _mean_by_row(items, lambda a: a.shift * a.expected), len(items))]
        for direction in directions:
            part = _along(items, direction)
            out += [_share(kind, "moved", direction, _mean_by_row(part, _moved), len(part))]
            out += [_mean(kind, "shift", direction, _mean_by_row(part, lambda a: a.shift * a.expected), len(part))]
        return out
    rows = {a.row for a in items}
    below = [a for a in floors if a.row in rows]
    out += _pair(kind, "floor", below)
    for measure, number in (("flip_rate", _flip), ("gap", _size)):
        out.append(_excess(kind, measure, _mean_by_row(items, number), _mean_by_row(below, number), len(items)))
    for direction in directions:
        part = _along(items, direction)
        out.append(_share(kind, "flip_rate", direction, _mean_by_row(part, _flip), len(part)))
        if kind in ("name", "gender", "identity"):
            out.append(_mean(kind, "shift", direction, _mean_by_row(part, lambda a: a.shift), len(part)))
    return out


def _along(answers: Sequence[Answer], direction: str) -> list[Answer]:
    return [a for a in answers if a.direction == direction]


def _flip(answer: Answer) -> float:
    return float(answer.flipped)


def _size(answer: Answer) -> float:
    return abs(answer.shift)


def _moved(answer: Answer) -> float:
    return float(answer.shift * answer.expected > NOISE)


def _pair(kind: str, group: str, answers: Sequence[Answer]) -> list[Estimate]:
    return [
        _share(kind, "flip_rate", group, _mean_by_row(answers, _flip), len(answers)),
        _mean(kind, "gap", group, _mean_by_row(answers, _size), len(answers)),
    ]


def _mean_by_row(answers: Sequence[Answer], number: Callable[[Answer], float]) -> _Rows:
    if not answers:
        empty = np.array([], dtype=np.intp)
        return _Rows(empty, empty, np.array([]))
    row, place = np.unique([a.row for a in answers], return_inverse=True)
    value = np.bincount(place, [number(a) for a in answers]) / np.bincount(place)
    cluster = np.zeros(len(row), dtype=np.intp)
    cluster[place] = [a.cluster for a in answers]
    return _Rows(row, cluster, value)


def _gap(rows: _Rows, rate: bool) -> Gap:
    clusters, place = np.unique(rows.cluster, return_inverse=True)
    if len(clusters) < 2:
        gap = solve([], rate)
        return gap
    return solve([Part(place.astype(np.intp), np.arange(len(rows.row)), rows.value)], rate)


def _few(rows: _Rows) -> str:
    if len(rows.row) < SMALL:
        return f"{len(rows.row)} rows could be rewritten in this way; fewer than {SMALL} give no rate"
    if len(np.unique(rows.cluster)) < 2:
        return "all rows belong to one cluster"
    return ""


def _estimate(
    kind: str, measure: str, group: str, rows: _Rows, value: float, low: float, high: float, reason: str, made: int
) -> Estimate:
    return Estimate(
        suite="data",
        measure=measure,
        by=kind,
        group=group,
        value=value,
        low=low,
        high=high,
        n=len(rows.row),
        clusters=len(np.unique(rows.cluster)),
        reason=reason,
        extra={"rewritings": str(made)},
    )


def _share(kind: str, measure: str, group: str, rows: _Rows, made: int) -> Estimate:
    if reason := _few(rows):
        return _estimate(kind, measure, group, rows, _NAN, _NAN, _NAN, reason, made)
    gap = _gap(rows, rate=True)
    low, high = share_interval(gap, len(rows.row))
    return _estimate(kind, measure, group, rows, gap.value, low, high, gap.reason, made)


def _mean(kind: str, measure: str, group: str, rows: _Rows, made: int) -> Estimate:
    if reason := _few(rows):
        return _estimate(kind, measure, group, rows, _NAN, _NAN, _NAN, reason, made)
    gap = _gap(rows, rate=False)
    low, high = gap.interval()
    return _estimate(
        kind, measure, group, rows, gap.value, max(low, 0.0) if measure == "gap" else low, high, gap.reason, made
    )


def _excess(kind: str, measure: str, items: _Rows, floors: _Rows, made: int) -> Estimate:
    """Rewritten minus floor, over rows that have both."""
    _, first, second = np.intersect1d(items.row, floors.row, return_indices=True)
    both = _Rows(items.row[first], items.cluster[first], items.value[first] - floors.value[second])
    if reason := _few(both):
        return _estimate(kind, measure, "excess", both, _NAN, _NAN, _NAN, reason, made)
    gap = _gap(both, rate=measure == "flip_rate")
    low, high = gap.interval()
    if not math.isfinite(low):
        return _estimate(kind, measure, "excess", both, gap.value, _NAN, _NAN, gap.reason, made)
    return _estimate(kind, measure, "excess", both, gap.value, low, high, "", made)
