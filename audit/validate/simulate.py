"""Many models of one world through one contrast: false alarms, recall, size and coverage."""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from functools import partial
from multiprocessing import get_context
from typing import Any

import numpy as np

from audit.stats import generator, wilson
from audit.validate.designs import Endpoint, bench
from audit.validate.keep import Clock, Kept
from audit.validate.truth import delta_for, true_gap
from audit.validate.worlds import World, draw

ALPHA = 0.05
BLOCK = 50
"""Runs of one task of a worker."""


@dataclass(frozen=True, slots=True)
class Task:
    """Runs start..stop of a design; which process does them does not matter."""

    endpoint: Endpoint
    world: World
    delta: float
    name: str
    """Seeds the runs, with the endpoint and the number of the run."""
    start: int
    stop: int
    seed: int


@dataclass(frozen=True, slots=True)
class Tally:
    """What came of the runs of one design."""

    name: str
    runs: int
    truth: float
    below: int
    """Runs with p < .05."""
    found: int
    """Runs with p below the level of the contrast, and the sign of the truth."""
    wrong: int
    """Runs with p below that level and the other sign."""
    covered: int
    """Runs whose 95 % interval holds the truth."""
    mean: float
    se: float
    """Mean of the standard errors that the audit gave."""
    sd: float
    """Standard deviation of the estimates: what the standard error should be."""
    detectable: float
    """Median of the minimum detectable effects that the audit printed."""
    defined: int
    """Runs that gave an interval."""

    @property
    def error(self) -> float:
        """Standard error of `mean` that comes from having done so few runs."""
        return self.sd / math.sqrt(self.defined) if self.defined else math.nan


@dataclass(frozen=True, slots=True)
class Checked:
    """One endpoint, checked."""

    endpoint: Endpoint
    measure: str
    unit: str
    design: str
    """How the variance was made, and from how many templates and fillers."""
    df: float
    alpha: float
    null: Tally
    planted: tuple[Tally, ...] = ()
    """At 1.0 and 1.5 times the minimum detectable effect."""
    stress: tuple[Tally, ...] = ()
    """Other nulls."""

    def at(self, times: float) -> Tally | None:
        """Give the planted runs at a multiple of the minimum detectable effect."""
        return next((tally for tally in self.planted if tally.name == planted_name(times)), None)


def planted_name(times: float) -> str:
    """Name a planted design."""
    return f"planted {times:g}x"


def interval(k: int, n: int) -> tuple[float, float]:
    """Wilson interval of k of n runs, which are independent."""
    return wilson(k / n, n) if n else (math.nan, math.nan)


def work(task: Task) -> np.ndarray:
    """Do the runs of a task.

    Returns:
        (runs, 6): value, se, p, low, high, minimum detectable effect.
    """
    ready = bench(task.endpoint)
    out = np.empty((task.stop - task.start, 6))
    for i, run in enumerate(range(task.start, task.stop)):
        rng = generator(task.seed, task.endpoint.name, task.name, str(run))
        gap = ready.gap(draw(ready, task.world, rng, task.delta))
        low, high = gap.interval()
        out[i] = gap.value, gap.se, gap.p, low, high, gap.detectable(ready.alpha)
    return out


Do = Callable[[Callable[[Any], Any], Sequence[Any]], Iterable[Any]]
"""`map`, or something like it."""


@contextmanager
def workers(processes: int) -> Iterator[Do]:
    """Give a `map` that does tasks, in their order, in one or more processes, which stay for all stages."""
    if processes < 2:
        yield map
        return
    with get_context("spawn").Pool(processes) as pool:
        yield partial(pool.imap, chunksize=1)


@dataclass(frozen=True, slots=True)
class Design:
    """Runs of one kind that are wanted of an endpoint."""

    endpoint: Endpoint
    name: str
    world: World
    runs: int
    delta: float = 0.0

    def tasks(self, seed: int) -> list[Task]:
        """Split the runs."""
        starts = range(0, self.runs, BLOCK)
        one = Task(self.endpoint, self.world, self.delta, self.name, 0, 0, seed)
        return [replace(one, start=start, stop=min(start + BLOCK, self.runs)) for start in starts]


@dataclass(frozen=True, slots=True)
class Desk:
    """Where runs are done, what is kept of them, and who is told."""

    do: Do = map
    """From `workers`."""
    kept: Kept = field(default_factory=Kept)
    say: Callable[[str], None] | None = None


def run_designs(designs: Sequence[Design], seed: int, desk: Desk, name: str = "") -> list[Tally]:
    """Do all runs of some designs and count.

    Args:
        designs: what is wanted.
        seed: of all runs.
        desk: does them.
        name: of the stage, for progress.
    """
    key = [("runs", d.endpoint.suite, d.endpoint.contrast, d.name, d.world, d.runs, d.delta, seed) for d in designs]
    found: list[object | None] = [desk.kept.load(*k) for k in key]
    missing = [i for i, one in enumerate(found) if one is None]
    split = {i: designs[i].tasks(seed) for i in missing}
    clock = Clock(name, 1.0, desk.say) if desk.say and missing else None
    if clock:
        cost = {endpoint: seconds_each(endpoint) for endpoint in dict.fromkeys(designs[i].endpoint for i in missing)}
        clock.whole = sum(designs[i].runs * cost[designs[i].endpoint] for i in missing)
    done = iter(desk.do(work, [task for tasks in split.values() for task in tasks]))
    for i, tasks in split.items():
        blocks = []
        for task in tasks:
            blocks.append(next(done))
            if clock:
                clock.step((task.stop - task.start) * cost[task.endpoint])
        found[i] = np.concatenate(blocks)
        desk.kept.save(found[i], *key[i])
    return [tally(design, np.array(one, dtype="float64")) for design, one in zip(designs, found, strict=True)]


def seconds_each(endpoint: Endpoint) -> float:
    """Measure what one run of an endpoint takes, so that the time left can be told."""
    ready = bench(endpoint)
    rows = draw(ready, World(), generator(0, "pilot"))
    ready.gap(rows)
    began = time.perf_counter()
    ready.gap(draw(ready, World(), generator(0, "pilot")))
    return time.perf_counter() - began


def tally(design: Design, found: np.ndarray) -> Tally:
    """Count the runs of a design.

    Args:
        design: what was run.
        found: see `work`.
    """
    ready = bench(design.endpoint)
    truth = true_gap(ready, design.world, design.delta) if design.delta else 0.0
    value, se, p, low, high, detectable = found.T
    defined = np.isfinite(p)
    sure = p < ready.alpha
    direction = math.copysign(1.0, truth)
    return Tally(
        design.name,
        len(found),
        truth,
        int((p < ALPHA).sum()),
        int((sure & (value * direction > 0)).sum()),
        int((sure & (value * direction < 0)).sum()),
        int(((low <= truth) & (truth <= high)).sum()),
        float(value[defined].mean()) if defined.any() else math.nan,
        float(se[defined].mean()) if defined.any() else math.nan,
        float(value[defined].std(ddof=1)) if defined.sum() > 1 else math.nan,
        float(np.median(detectable[defined])) if defined.any() else math.nan,
        int(defined.sum()),
    )


def planted_designs(endpoint: Endpoint, world: World, null: Tally, runs: int, times: Sequence[float]) -> list[Design]:
    """Plant multiples of the minimum detectable effect that audits of the null models printed."""
    ready = bench(endpoint)
    return [Design(endpoint, planted_name(t), world, runs, delta_for(ready, world, t * null.detectable)) for t in times]


def check(
    endpoints: Sequence[Endpoint],
    world: World,
    nulls: int,
    planted: int,
    stress: Sequence[tuple[str, World, int]],
    seed: int,
    desk: Desk,
) -> list[Checked]:
    """Check some endpoints.

    Args:
        endpoints: which.
        world: of the null models and of those with a planted effect.
        nulls: how many null models.
        planted: how many models at each size; 0 for contrasts of which only the null is checked.
        stress: other nulls: name, world, how many; for primary endpoints.
        seed: of all runs.
        desk: does them.
    """
    first = [Design(endpoint, "null", world, nulls) for endpoint in endpoints]
    others = [
        Design(endpoint, name, other, runs)
        for endpoint in endpoints
        if endpoint.primary
        for name, other, runs in stress
        if runs
    ]
    tallies = run_designs([*first, *others], seed, desk, "null models")
    null = tallies[: len(first)]
    second = [
        design
        for endpoint, found in zip(endpoints, null, strict=True)
        for design in (planted_designs(endpoint, world, found, planted, (1.0, 1.5)) if planted else ())
    ]
    sized = list(zip(second, run_designs(second, seed, desk, "planted effects"), strict=True))
    rough = list(zip(others, tallies[len(first) :], strict=True))
    return [
        _checked(
            endpoint,
            world,
            found,
            tuple(t for design, t in sized if design.endpoint == endpoint),
            tuple(t for design, t in rough if design.endpoint == endpoint),
        )
        for endpoint, found in zip(endpoints, null, strict=True)
    ]


def _checked(
    endpoint: Endpoint, world: World, null: Tally, planted: tuple[Tally, ...], stress: tuple[Tally, ...]
) -> Checked:
    ready = bench(endpoint)
    gap = ready.gap(draw(ready, world, generator(0, endpoint.name, "shape")))
    shape = f"{gap.method}, {gap.templates} x {gap.fillers}"
    contrast = ready.contrast
    return Checked(endpoint, contrast.measure, contrast.unit, shape, gap.df, ready.alpha, null, planted, stress)
