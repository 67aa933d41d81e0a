"""Observations -> the cells of a contrast: template x filler means, twins matched before they are averaged.

A contrast is one or more `Part`s; its estimate is the sum over parts of sign * mean(value). A paired
contrast is one part whose values are differences already; an unpaired one has a part per group.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Literal

import numpy as np
import pandas as pd
from numpy.typing import NDArray

Floats = NDArray[np.float64]
Ints = NDArray[np.intp]
Design = Literal["paired", "unpaired", "mean"]


@dataclass(frozen=True, slots=True)
class Part:
    """Cell means that enter an estimate with one sign; at most one value per template x filler pair."""

    template: Ints
    """(cells,) number of the template, shared by all parts of a contrast."""
    filler: Ints
    """(cells,) number of the filler."""
    value: Floats
    sign: float = 1.0
    """+1 or -1."""
    other: bool = False
    """Whether the fillers of this part are another group's than those of the parts before it."""
    each: float = 1.0
    """Observations behind a cell, on average."""
    level: Floats | None = None
    """(cells,) what was taken off each value with the level of its template; None where nothing was."""

    @property
    def mean(self) -> float:
        """Plain mean over cells."""
        return float(self.value.mean())


@dataclass(frozen=True, slots=True)
class Twins:
    """Matched observations of two arms; arrays (pairs,)."""

    template: NDArray[np.object_]
    filler: NDArray[np.object_]
    value: Floats
    """First arm minus second arm."""
    first: NDArray[np.object_]
    """Example id of the first arm."""
    second: NDArray[np.object_]


@dataclass(frozen=True, slots=True)
class Layout:
    """The parts of a contrast, and the ids that their numbers stand for."""

    parts: tuple[Part, ...]
    templates: tuple[str, ...]
    fillers: tuple[str, ...]
    observations: int
    """Examples in all arms."""
    pairs: int = 0
    """Matched twins, paired designs only."""


def ordered(cells: pd.DataFrame) -> pd.DataFrame:
    """Sort observations, so that no sum depends on the order in which rows came."""
    clean = cells.assign(
        **{
            name: cells[name].astype(object).where(cells[name].notna(), "")
            for name in ("template", "filler", "group", "pair")
        }
    )
    keys = ["template", "filler", "group", "example", "value"]
    return clean.sort_values(keys, kind="stable", ignore_index=True)


def _text(cells: pd.DataFrame, name: str) -> NDArray[np.object_]:
    return cells[name].to_numpy(dtype=object)


def differences(cells: pd.DataFrame, group: str, reference: str) -> Twins:
    """Match two arms and subtract.

    Twins are matched by `pair`; where the arms share no pair id, by template and filler. Observations
    without a twin are left out, repeated ones are averaged first. Template and filler are the first arm's.

    Args:
        cells: observations, sorted by `ordered`.
        group: first arm.
        reference: second arm.

    Returns:
        One entry per pair, in the order of the keys.
    """
    arms = cells["group"].to_numpy(dtype=object)
    one, two = cells[arms == group], cells[arms == reference]
    matched = _match(one, two, _pair_keys(one, "a"), _pair_keys(two, "b"))
    return matched if len(matched.value) else _match(one, two, _cell_keys(one), _cell_keys(two))


def _pair_keys(arm: pd.DataFrame, side: str) -> list[str]:
    """The pair id, or for rows without one a key that matches nothing."""
    return [pair or f"\x00{side}{i}" for i, pair in enumerate(_text(arm, "pair"))]


def _cell_keys(arm: pd.DataFrame) -> list[str]:
    return [f"{t}\x1f{f}" for t, f in zip(_text(arm, "template"), _text(arm, "filler"), strict=True)]


def _match(one: pd.DataFrame, two: pd.DataFrame, keys: list[str], others: list[str]) -> Twins:
    codes, unique = pd.factorize(np.array([*keys, *others], dtype=object), sort=True)
    a, b = codes[: len(keys)], codes[len(keys) :]
    n = len(unique)
    counts = np.bincount(a, minlength=n), np.bincount(b, minlength=n)
    both = (counts[0] > 0) & (counts[1] > 0)
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [
            np.bincount(code, arm["value"].to_numpy(dtype="float64"), minlength=n) / count
            for code, arm, count in zip((a, b), (one, two), counts, strict=True)
        ]
    first, second = _first(a, n)[both], _first(b, n)[both]
    return Twins(
        _text(one, "template")[first],
        _text(one, "filler")[first],
        (means[0] - means[1])[both],
        _text(one, "example")[first],
        _text(two, "example")[second],
    )


def _first(codes: Ints, n: int) -> Ints:
    """First place of each code (0 where there is none)."""
    out = np.zeros(n, dtype=np.intp)
    out[codes[::-1]] = np.arange(len(codes))[::-1]
    return out


def cell_part(
    template: Ints, filler: Ints, value: Floats, n_fillers: int, sign: float = 1.0, other: bool = False
) -> Part:
    """Average observations to cells.

    Args:
        template: (observations,) numbers.
        filler: (observations,) numbers.
        value: (observations,)
        n_fillers: how many fillers the numbering has.
        sign: how the part enters an estimate.
        other: see `Part.other`.
    """
    keys, inverse = np.unique(template * max(n_fillers, 1) + filler, return_inverse=True)
    means = np.bincount(inverse, value, minlength=len(keys)) / np.bincount(inverse, minlength=len(keys))
    each = len(value) / max(len(keys), 1)
    return Part(keys // max(n_fillers, 1), keys % max(n_fillers, 1), means, sign, other, each)


def layout(
    cells: pd.DataFrame,
    group: str = "",
    reference: str = "",
    design: Design = "mean",
    control: tuple[str, str] | None = None,
) -> Layout:
    """Arrange the observations of a contrast.

    Args:
        cells: observations as `Measure.cells` gives them.
        group: arm of interest; for design "mean", empty or an absent name takes every row.
        reference: arm to compare with.
        design: "paired" (twins), "unpaired" (groups of fillers) or "mean" (values that are differences already).
        control: two arms whose difference is taken off.

    Returns:
        Parts that may be empty; `audit.stats.solve` says what is missing.
    """
    return arrange(ordered(cells), group, reference, design, control)


def arrange(
    cells: pd.DataFrame,
    group: str = "",
    reference: str = "",
    design: Design = "mean",
    control: tuple[str, str] | None = None,
) -> Layout:
    """Do what `layout` does, for observations that `ordered` has sorted already."""
    if design == "mean":
        arms = _text(cells, "group")
        kept = cells[arms == group] if group and (arms == group).any() else cells
        return _from_arms([(kept, 1.0, False)])
    if design == "unpaired":
        return _unpaired(cells, group, reference, control)
    return _paired(cells, group, reference, control)


def _from_arms(arms: Sequence[tuple[pd.DataFrame, float, bool]]) -> Layout:
    every = pd.concat([frame for frame, _, _ in arms], ignore_index=True)
    template, templates = pd.factorize(_text(every, "template"), sort=True)
    filler, fillers = pd.factorize(_text(every, "filler"), sort=True)
    value = every["value"].to_numpy(dtype="float64")
    parts, start = [], 0
    for frame, sign, other in arms:
        place = slice(start, start + len(frame))
        parts.append(cell_part(template[place], filler[place], value[place], len(fillers), sign, other))
        start += len(frame)
    return Layout(tuple(parts), tuple(map(str, templates)), tuple(map(str, fillers)), len(every))


def _unpaired(cells: pd.DataFrame, group: str, reference: str, control: tuple[str, str] | None) -> Layout:
    arms = _text(cells, "group")
    named = [(group, 1.0, False), (reference, -1.0, True)]
    if control is not None:
        named += [(control[0], -1.0, True), (control[1], 1.0, True)]
    found = _from_arms([(cells[arms == name], sign, other) for name, sign, other in named])
    return replace(found, parts=level_templates(found.parts))


def level_templates(parts: tuple[Part, ...]) -> tuple[Part, ...]:
    """Take the level of each template off all groups, so that a missing cell does not let it into the gap.

    The level is the plain mean of the template's group means; it cancels where no cell is missing. A template
    that lacks a group keeps its distance from the level of all.
    """
    if any(len(p.value) == 0 for p in parts):
        return parts
    return leveled(parts, template_levels(parts))


def template_levels(parts: Sequence[Part]) -> Floats:
    """Give the level of every template number; see `level_templates`."""
    n = max(int(p.template.max()) for p in parts) + 1
    with np.errstate(invalid="ignore", divide="ignore"):
        means = [np.bincount(p.template, p.value, n) / np.bincount(p.template, minlength=n) for p in parts]
    level = np.mean(means, axis=0)
    return np.where(np.isfinite(level), level, np.mean([p.mean for p in parts]))


def leveled(parts: Sequence[Part], level: Floats) -> tuple[Part, ...]:
    """Take a level off every template."""
    return tuple(replace(p, value=p.value - level[p.template], level=level[p.template]) for p in parts)


def _paired(cells: pd.DataFrame, group: str, reference: str, control: tuple[str, str] | None) -> Layout:
    found = [differences(cells, group, reference)]
    if control is not None:
        found.append(differences(cells, *control))
    template, templates = pd.factorize(np.concatenate([x.template for x in found]), sort=True)
    filler, fillers = pd.factorize(np.concatenate([x.filler for x in found]), sort=True)
    parts, start = [], 0
    for x, sign in zip(found, (1.0, -1.0), strict=False):
        place = slice(start, start + len(x.value))
        parts.append(cell_part(template[place], filler[place], x.value, len(fillers), sign))
        start += len(x.value)
    if len(parts) == 2:
        parts = _net(parts[0], parts[1], len(fillers))
    arms = {group, reference, *(control or ())}
    seen = int(np.isin(_text(cells, "group"), list(arms)).sum())
    return Layout(tuple(parts), tuple(map(str, templates)), tuple(map(str, fillers)), seen, len(found[0].value))


def _net(part: Part, control: Part, n_fillers: int) -> list[Part]:
    """Take the control off cell by cell where it covers the same cells; otherwise keep it as a part."""
    keys = part.template * max(n_fillers, 1) + part.filler
    others = control.template * max(n_fillers, 1) + control.filler
    if len(keys) and np.isin(keys, others).all():
        return [replace(part, value=part.value - control.value[np.searchsorted(others, keys)])]
    return [part, control]
