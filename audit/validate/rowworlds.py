"""Worlds of own rows whose truth is known: small groups, writers, copies, other labels, crossings, rare labels.

A world draws rows as arrays, without a model or a file. Whether a row is read right, its label and its confidence hang
on three uniform numbers; rows of one writer share each with some chance, which makes them alike and leaves the share of
every kind what it is, so that truths are the numbers written here.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cache
from typing import Any

import numpy as np

from audit.owndata.analysis.sums import CROSS, Ints, Sums, reduce_batches
from audit.owndata.table import GROUP
from audit.schema import LABELS, DataSource

LOWEST = 0.5
"""Confidence is even between this and 1."""
SURE = (1 + LOWEST) / 2


@dataclass(frozen=True, slots=True)
class Cell:
    """A group, or a crossing of two."""

    groups: tuple[str, ...]
    rows: int
    right: Mapping[str, float]
    """Label -> how often it is read right."""
    labels: Mapping[str, float]
    """Label -> how many rows have it."""

    @property
    def accuracy(self) -> float:
        """How often a row is read right."""
        return sum(self.labels[name] * self.right[name] for name in self.labels)


@dataclass(frozen=True, slots=True)
class World:
    """How rows come about."""

    name: str
    what: str
    cells: tuple[Cell, ...]
    writers: str = ""
    """"" for independent rows; "equal", "pareto" or "copies"."""
    each: float = 1.0
    """Rows of a writer, or copies of a text, on average."""
    alike: float = 0.0
    """Intraclass correlation of rows of one writer; 1 for copies."""
    columns: tuple[str, ...] = ("group",)
    planted: tuple[tuple[str, str], ...] = field(default=())
    """(axis, group) whose accuracy truly differs; everything else said of accuracy is false."""


def draw(world: World, rng: np.random.Generator) -> tuple[dict[str, Any], Ints]:
    """Draw rows.

    Returns:
        The arrays that `audit.owndata.analysis.sums.batches` gives, and the clusters with several rows.
    """
    sizes = [cell.rows for cell in world.cells]
    n = sum(sizes)
    place = np.repeat(np.arange(len(sizes)), sizes)
    cluster = np.arange(1, n + 1)
    if world.writers == "copies":
        # A text stands in whatever group it is posted in.
        cluster = rng.permutation(np.arange(n) // int(world.each)) + 1
    elif world.writers:
        cluster = np.concatenate([_writers(world, size, rng) + 1 + 1_000_000 * k for k, size in enumerate(sizes)])
    _, number = np.unique(cluster, return_inverse=True)
    shared, sure, kind = (_uniform(number, world.alike, rng) for _ in range(3))
    names = sorted(world.cells[0].labels)
    bases = np.array([[cell.labels[name] for name in names] for cell in world.cells])
    chosen = (kind[:, None] > np.cumsum(bases, axis=1)[place]).sum(1)
    chosen = np.minimum(chosen, len(names) - 1)
    rates = np.array([[cell.right[name] for name in names] for cell in world.cells])
    codes = np.array([LABELS.index(name) for name in names])
    label = codes[chosen]
    wrong = codes[(chosen + 1) % len(names)]
    predicted = np.where(shared < rates[place, chosen], label, wrong)
    confidence = LOWEST + (1 - LOWEST) * sure
    batch: dict[str, Any] = {
        "label": label.astype(np.int8),
        "predicted": predicted.astype(np.int8),
        "p_negative": np.where(predicted == 0, confidence, 1 - confidence),
        "p_neutral": np.zeros(n) if "neutral" in names else np.full(n, np.nan),
        "confidence": confidence,
        "cluster": cluster.astype(np.int64),
    }
    for k, column in enumerate(world.columns):
        batch[GROUP + column] = np.array([cell.groups[k] for cell in world.cells], dtype=object)[place]
    return batch, repeated(batch["cluster"])


def repeated(cluster: Ints) -> Ints:
    """Give the clusters with several rows."""
    found, counts = np.unique(cluster, return_counts=True)
    several: Ints = found[counts > 1]
    return several


def _writers(world: World, rows: int, rng: np.random.Generator) -> Ints:
    if world.writers == "equal":
        return np.arange(rows) // int(world.each)
    sizes = np.zeros(0, dtype=np.int64)
    while sizes.sum() < rows:
        # Pareto with shape 2 and this mean; nobody has more than a tenth of the rows.
        more = np.ceil((rng.pareto(2.0, rows) + 1) * world.each / 2 - 0.5).astype(np.int64)
        sizes = np.concatenate([sizes, np.clip(more, 1, rows // 10)])
    number: Ints = np.repeat(np.arange(len(sizes)), sizes)[:rows]
    return number


def _uniform(number: Ints, alike: float, rng: np.random.Generator) -> Any:
    """(rows,) even between 0 and 1; two rows of a writer have the same one with the chance `alike`."""
    own, theirs = rng.random(len(number)), rng.random(int(number.max()) + 1)[number]
    return np.where(rng.random(len(number)) < np.sqrt(alike), theirs, own)


def sums_of(batch: dict[str, Any], several: Ints, columns: tuple[str, ...]) -> Sums:
    """Reduce drawn rows."""
    source = DataSource("world", "", "", 0, 0, 0, "", "", groups=columns)
    return reduce_batches([batch], source, several)


def truths(world: World) -> dict[tuple[str, str, str], float]:
    """(by, group, measure) -> the true figure, of all cells that are compared."""
    found: dict[tuple[str, str, str], float] = {}
    for by, group, cells in _parts(world):
        rows = sum(cell.rows for cell in cells)
        names = list(cells[0].labels)
        with_label = {name: sum(c.rows * c.labels[name] for c in cells) for name in names}
        right = {name: sum(c.rows * c.labels[name] * c.right[name] for c in cells) for name in names}
        accuracy = sum(right.values()) / rows
        other = sum(with_label.values()) - with_label["negative"]
        # A wrong answer is the next label; "negative" is the next of the last.
        before = sorted(names)[-1]
        alarms = with_label[before] - right[before]
        found[by, group, "accuracy"] = accuracy
        found[by, group, "miss"] = 1 - right["negative"] / with_label["negative"]
        found[by, group, "false_alarm"] = alarms / other
        found[by, group, "confidence"] = SURE
        found[by, group, "overconfidence"] = SURE - accuracy
        for name in names:
            found[by, group, f"recall:{name}"] = right[name] / with_label[name]
            found[by, group, f"labelled:{name}"] = with_label[name] / rows
    return found


def _parts(world: World) -> list[tuple[str, str, tuple[Cell, ...]]]:
    parts = [("overall", "all", world.cells)]
    for k, column in enumerate(world.columns):
        for group in sorted({cell.groups[k] for cell in world.cells}):
            parts.append((column, group, tuple(cell for cell in world.cells if cell.groups[k] == group)))
    if len(world.columns) == 2:
        parts += [(CROSS.join(world.columns), CROSS.join(cell.groups), (cell,)) for cell in world.cells]
    return parts


def even(sizes: tuple[int, ...], right: float, **more: Any) -> tuple[Cell, ...]:
    """Give groups that are alike in everything but their size."""
    labels = more.get("labels", {"negative": 0.5, "positive": 0.5})
    return tuple(Cell((f"g{k + 1:02}",), size, dict.fromkeys(labels, right), labels) for k, size in enumerate(sizes))


def crossed(accuracies: tuple[float, ...], rows: int) -> tuple[Cell, ...]:
    """Give a table of two by two."""
    labels = {"negative": 0.5, "positive": 0.5}
    places = (("p", "u"), ("p", "v"), ("q", "u"), ("q", "v"))
    return tuple(
        Cell(place, rows, dict.fromkeys(labels, right), labels) for place, right in zip(places, accuracies, strict=True)
    )


def mixed(sizes: tuple[int, int]) -> tuple[Cell, ...]:
    """Two groups with the same rates of error by label, 60 and 10 % negative."""
    right = {"negative": 0.75, "positive": 0.95}
    bases = ({"negative": 0.6, "positive": 0.4}, {"negative": 0.1, "positive": 0.9})
    return tuple(Cell((f"g{k + 1:02}",), n, right, base) for k, (n, base) in enumerate(zip(sizes, bases, strict=True)))


RARE = {"negative": 0.04, "neutral": 0.16, "positive": 0.8}


@cache
def null_worlds() -> tuple[World, ...]:
    """Worlds in which no group is read worse than another."""
    return (
        World("12+600", "12 and 600 independent rows, accuracy 90 %", even((12, 600), 0.9)),
        World("12/14/20/40/600", "independent rows, accuracy 90 %", even((12, 14, 20, 40, 600), 0.9)),
        World("30+600", "30 and 600 independent rows, accuracy 95 %", even((30, 600), 0.95)),
        World("100+600", "100 and 600 independent rows, accuracy 98 %", even((100, 600), 0.98)),
        World(
            "20 groups", "20 groups of 40 independent rows, accuracy 85 %", even((40,) * 20, 0.85)
        ),
        World(
            "writers, equal", "40 and 120 writers of 5 rows, 85 %, correlation .2", even((200, 600), 0.85),
            "equal", 5, 0.2,
        ),
        World(
            "writers, Pareto", "300 and 900 rows of writers with 4 on average, Pareto (2), 85 %, correlation .2",
            even((300, 900), 0.85), "pareto", 4, 0.2,
        ),
        World(
            "writers, many groups", "five groups of 150 to 600 rows, writers as before, 90 %",
            even((150, 200, 250, 300, 600), 0.9), "pareto", 3, 0.3,
        ),
        World("copies", "100 and 500 rows, each text four times, in any group, 85 %", even((100, 500), 0.85),
              "copies", 4, 1.0),
        World("other labels", "200 and 400 rows, 60 and 10 % negative, of which 75 % are read right, of others 95 %",
              mixed((200, 400))),
        World("crossings", "2 x 2 crossings of 100 rows, 95, 85, 80 and 70 %", crossed((0.95, 0.85, 0.8, 0.7), 100),
              columns=("a", "b"), planted=(("a", "p"), ("b", "u"))),
        World("rare labels", "60, 200 and 600 rows, 4 % negative, 16 % neutral, 80 % positive, 85 %",
              even((60, 200, 600), 0.85, labels=RARE)),
    )  # fmt: skip


def planted_worlds() -> tuple[World, ...]:
    """Give the worlds in which a gap of a chosen size is planted in the first group."""
    names = (
        "12+600",
        "30+600",
        "100+600",
        "writers, equal",
        "writers, Pareto",
        "copies",
        "other labels",
        "rare labels",
    )
    return tuple(world for world in null_worlds() if world.name in names)
