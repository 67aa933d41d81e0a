"""A chart as one value: what is shown, the numbers, the sentence under it. Drawn by `svg` and by `plots`."""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass, field
from typing import Literal

from audit.report.words import group_name
from audit.schema import SuiteInfo, Unit

ChartKind = Literal["forest", "dots", "dumbbell", "scatter", "heat"]
Symbol = Literal["circle", "diamond", "square", "triangle-up"]

FEW_EXAMPLES = 10
FEW_CLUSTERS = 5
TALL = 11
"""Marks from which a printed chart takes the whole width."""

COLOURS = {
    "ink": ("#333333", "#dddddd"),
    "blue": ("#0072B2", "#56B4E9"),
    "vermillion": ("#D55E00", "#F0813A"),
    "green": ("#00845F", "#2CC295"),
    "purple": ("#A8507F", "#CC79A7"),
    "orange": ("#A87400", "#E69F00"),
    "black": ("#000000", "#ffffff"),
}
"""Okabe & Ito's set on paper and on a dark ground; darkened or lightened in hue where 3:1 would not hold."""

_CYCLE = ("blue", "vermillion", "green", "purple", "orange", "black")
_FIXED = {"male": "blue", "he": "blue", "female": "vermillion", "she": "vermillion", "they": "green"}
_SYMBOLS: dict[str, Symbol] = {
    "ink": "circle",
    "blue": "circle",
    "vermillion": "diamond",
    "green": "square",
    "purple": "triangle-up",
    "orange": "square",
    "black": "diamond",
}


@dataclass(frozen=True, slots=True)
class Series:
    """One group or quantity that keeps its colour and shape through the whole report."""

    key: str
    label: str
    colour: str = "ink"
    """A key of `COLOURS`."""

    @property
    def symbol(self) -> Symbol:
        """Shape of its marks, so that colour is never the only difference."""
        return _SYMBOLS[self.colour]


@dataclass(frozen=True, slots=True)
class Mark:
    """One number with its interval."""

    series: str
    value: float
    low: float = math.nan
    high: float = math.nan
    n: int = 0
    few: bool = False
    """Drawn open, because few examples or few independent units stand behind it."""
    label: str = ""
    """The number as the report prints it."""


@dataclass(frozen=True, slots=True)
class ChartRow:
    """What stands on one line of a chart (or at one point of a scatter)."""

    label: str
    marks: tuple[Mark, ...]
    note: str = ""
    """Printed beside the label: "n 384"."""
    x: float = math.nan
    """Scatter only: the place on the horizontal axis, 0 to 100."""
    band: float = math.nan
    """Forest only: the smallest effect of interest, shaded on both sides of 0."""
    strong: bool = False
    """Set in bold: a primary endpoint."""
    named: bool = False
    """Scatter only: whether the point carries its name in the figure."""


@dataclass(frozen=True, slots=True)
class ChartSpec:
    """A chart."""

    name: str
    """Unique in the report; the id of the figure."""
    kind: ChartKind
    question: str
    """What the figure answers, in a few words."""
    title: str
    """The finding."""
    sentence: str
    """The finding again, and how to read the figure."""
    unit: Unit
    axis: str
    """Title of the axis on which the values stand."""
    rows: tuple[ChartRow, ...]
    series: tuple[Series, ...] = (Series("", ""),)
    span: tuple[float, float] = (0.0, 1.0)
    """Ends of the value axis, in `unit` ("points" and "share" as rates)."""
    zero: bool = False
    """Whether 0 means "none" and gets a line."""
    x_axis: str = ""
    folded: bool = False
    """Long; the static report opens it on demand."""
    source: str = ""
    """Which items the numbers come from."""

    @property
    def marks(self) -> tuple[Mark, ...]:
        """Every mark, row by row."""
        return tuple(mark for row in self.rows for mark in row.marks)

    @property
    def tall(self) -> bool:
        """Whether it is too long for one of two columns of a printed page."""
        return len(self.marks) > TALL


@dataclass(frozen=True, slots=True)
class Palette:
    """Colours of a suite's groups, and their names."""

    colours: dict[str, str] = field(default_factory=dict)
    labels: dict[str, str] = field(default_factory=dict)

    def series(self, keys: Iterable[str]) -> tuple[Series, ...]:
        """Give groups of one chart their labels, colours and shapes, no two alike while the colours last."""
        found: list[Series] = []
        for key in keys:
            used = {series.colour for series in found}
            colour = self.colours.get(key) or _FIXED.get(key, "")
            if not colour or colour in used:
                free = [name for name in _CYCLE if name not in used]
                unseen = [name for name in free if name not in self.colours.values()]
                colour = (unseen or free or list(_CYCLE))[0]
            self.colours.setdefault(key, colour)
            found.append(Series(key, self.label(key), colour))
        return tuple(found)

    def label(self, key: str) -> str:
        """Name of a group as the suite calls it."""
        return self.labels.get(key) or group_name(key)


def palette(suite: SuiteInfo) -> Palette:
    """Colours for the arms of a suite: those of its main comparison first, reference before group."""
    result = Palette()
    for contrast in sorted(suite.contrasts, key=lambda c: not c.primary):
        if contrast.strata:
            # its labels name what is compared in all strata, and its arms are those of the first
            continue
        for key, label in ((contrast.reference, contrast.reference_label), (contrast.group, contrast.group_label)):
            if key and label:
                result.labels.setdefault(key, label)
    for contrast in [contrast for contrast in suite.contrasts if contrast.primary][:1]:
        result.series(key for key in (contrast.reference, contrast.group) if key)
    return result


def few(n: int, clusters: int) -> bool:
    """Whether a number stands on so little that its mark is drawn open."""
    return n < FEW_EXAMPLES or clusters < FEW_CLUSTERS


def step(width: float, target: int) -> float:
    """Round distance between about `target` ticks over a width."""
    raw = width / target
    power = 10.0 ** math.floor(math.log10(raw))
    return min((power * m for m in (1, 2, 5, 10)), key=lambda size: abs(math.log(size / raw)))


def span_of(marks: Iterable[Mark], unit: Unit, zero: bool, bands: Iterable[float] = ()) -> tuple[float, float]:
    """Choose the ends of an axis so that all values and most intervals fit.

    Shares start at 0 and end at a round number up to 1. Otherwise an interval may reach beyond the axis by no
    more than the width of all values; what is cut is drawn with an arrow.
    """
    marks = [mark for mark in marks if math.isfinite(mark.value)]
    if not marks:
        return (0.0, 1.0)
    ends = [end for mark in marks for end in (mark.low, mark.high) if math.isfinite(end)]
    values = [mark.value for mark in marks] + ([0.0] if zero else [])
    if unit == "share":
        top = max(values + ends)
        return (
            0.0,
            next(
                limit for limit in (0.05, 0.1, 0.15, 0.2, 0.3, 0.4, 0.5, 0.6, 0.8, 1.0) if top <= limit or limit == 1.0
            ),
        )
    shade = [band for band in bands if math.isfinite(band)]
    values += [1.4 * band for band in shade] + [-1.4 * band for band in shade]
    low, high = min(values), max(values)
    slack = 0.75 * (high - low) or 1.0
    low = max(low - slack, min([low, *ends]))
    high = min(high + slack, max([high, *ends]))
    size = step(high - low or 1.0, 6) / 2
    return (math.floor(low / size - 0.2) * size, math.ceil(high / size + 0.2) * size)


def ticks(span: tuple[float, float], target: int) -> list[float]:
    """Round places on an axis, both ends included where they are round."""
    size = step(span[1] - span[0], target)
    first = math.ceil(span[0] / size - 1e-9)
    count = math.floor(span[1] / size + 1e-9) - first
    return [round((first + i) * size, 10) + 0.0 for i in range(count + 1)]
