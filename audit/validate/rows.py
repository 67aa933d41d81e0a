"""Do figures of own rows hold? Null and planted data sets in worlds of small groups, writers, copies and other labels.

`caveat validate --rows` runs it. Each run draws rows, reduces them and judges them with the code of the audit; no model
is asked, and no file is read, but for the rows of real answers.
"""

from __future__ import annotations

import math
import time
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from typing import Any

import numpy as np

from audit.findings import ALPHA
from audit.owndata.analysis.bounds import upper_bound, why_no_bound
from audit.owndata.analysis.figures import estimates_of
from audit.owndata.analysis.gaps import PRIMARY, REST, gaps_of
from audit.owndata.analysis.parity import parities_of
from audit.owndata.analysis.sums import Sums
from audit.owndata.analysis.suppress import hide
from audit.owndata.analysis.withheld import withhold
from audit.schema import OVERALL, Finding
from audit.stats import generator
from audit.validate.rowworlds import Cell, World, draw, null_worlds, planted_worlds, repeated, sums_of, truths
from audit.validate.simulate import Do, workers

BLOCK = 50
"""Runs of a task."""
TIMES = 1.5
"""How many times the printed smallest gap is planted."""
EDGE = 0.02
"""Nearest that a planted share comes to 0 or 1; where it would come nearer, the scale has no room."""
REAL = "real answers"
STUDY = Path(__file__).parents[2] / "examples" / "student_posts" / "posts.csv"
KINDS = ("shares", "means", "gaps of shares", "gaps of means", "ranges")


@dataclass(frozen=True, slots=True)
class Null:
    """What the runs of a world without gaps gave."""

    name: str
    what: str
    runs: int
    findings: int
    """Runs with a false finding."""
    claims: int
    """Runs with a false claim of a difference: adjusted p < .05 where there is none."""
    extremes: int
    """Runs with p < .05 (not corrected) of worst to best."""
    columns: int
    """Extremes that were given."""
    held: tuple[tuple[str, float, float, int], ...]
    """(kind, share of intervals that hold the truth, its Monte Carlo error, intervals)."""


@dataclass(frozen=True, slots=True)
class Planted:
    """What the runs of a world with a gap of 1.5 times the printed smallest one gave."""

    name: str
    what: str
    runs: int
    """Those with room on the scale."""
    found: int
    no_room: int
    size: float
    """Mean of the gaps planted."""


@dataclass(frozen=True, slots=True)
class Bounded:
    """What the bound of an error rate gave."""

    name: str
    runs: int
    printed: int
    held: int
    times: float
    """Median of bound over true rate, where one was printed."""


@dataclass(frozen=True, slots=True)
class RowsOutcome:
    """Everything that a validation of own rows gave."""

    nulls: tuple[Null, ...]
    planted: tuple[Planted, ...]
    bounds: tuple[Bounded, ...]
    runs: int
    seconds: float


def error(share: float, runs: int) -> float:
    """Monte Carlo standard error of a share of independent runs; not 0 where none, or all, are of the kind."""
    kept = min(max(share, 1 / (runs + 1)), runs / (runs + 1)) if runs else math.nan
    return math.sqrt(kept * (1 - kept) / runs) if runs else math.nan


def validate_rows(runs: int = 1000, processes: int = 2, say: Callable[[str], None] | None = None) -> RowsOutcome:
    """Run the validation of own rows.

    Args:
        runs: of each world; at least 1,000 for a page.
        processes: side by side; the figures do not depend on it.
        say: told which world is done.
    """
    began, say = time.monotonic(), say or (lambda text: None)
    nulls, planted = [], []
    with workers(processes) as do:
        for world in null_worlds():
            nulls.append(_null(world.name, world.what, runs, do))
            say(f"{world.name}: {nulls[-1].findings} false findings, {nulls[-1].claims} false claims of {runs}")
        if real_rows() is not None:
            what = "word-count on the example study, two groups of writers drawn at random"
            nulls.append(_null(REAL, what, runs, do))
            say(f"{REAL}: {nulls[-1].findings} false findings, {nulls[-1].claims} false claims of {runs}")
        for world in planted_worlds():
            planted.append(_planted(world, runs, do))
            say(f"{world.name}, planted: {planted[-1].found} of {planted[-1].runs} found")
        bounds = list(do(bounded, [(name, runs) for name in BOUND_WORLDS]))
    return RowsOutcome(tuple(nulls), tuple(planted), tuple(bounds), runs, time.monotonic() - began)


def _tasks(name: str, runs: int) -> list[tuple[str, int, int]]:
    return [(name, start, min(start + BLOCK, runs)) for start in range(0, runs, BLOCK)]


def _null(name: str, what: str, runs: int, do: Do) -> Null:
    done = [run for block in do(null_block, _tasks(name, runs)) for run in block]
    held = []
    for kind in KINDS:
        pairs = np.array([run["held"].get(kind, (0, 0)) for run in done], dtype=float)
        pairs = pairs[pairs[:, 1] > 0]
        if len(pairs):
            share = pairs[:, 0].sum() / pairs[:, 1].sum()
            # Intervals of one run hang together: the run is what varies.
            off = (pairs[:, 0] - share * pairs[:, 1]) / pairs[:, 1].mean()
            spread = max(float(off.std()) / math.sqrt(len(pairs)), error(share, int(pairs[:, 1].sum())))
            held.append((kind, float(share), spread, int(pairs[:, 1].sum())))
    return Null(
        name,
        what,
        runs,
        sum(run["finding"] for run in done),
        sum(run["claim"] for run in done),
        sum(run["extremes"] for run in done),
        sum(run["columns"] for run in done),
        tuple(held),
    )


def null_block(task: tuple[str, int, int]) -> list[dict[str, Any]]:
    """Do some runs of a world without gaps."""
    name, start, stop = task
    world = next((w for w in null_worlds() if w.name == name), None)
    known = truths(world) if world else {}
    found = []
    for run in range(start, stop):
        rng = generator(run, "rows", name)
        sums = sums_of(*draw(world, rng), world.columns) if world else real_draw(rng)
        found.append(null_run(sums, world, known, run))
    return found


def null_run(sums: Sums, world: World | None, known: dict[tuple[str, str, str], float], seed: int) -> dict[str, Any]:
    """Judge one data set, and say what of it is false."""
    hidden = withhold(sums, hide(sums))
    findings = gaps_of(sums, hidden).findings
    claim = finding = False
    held: dict[str, list[int]] = {}

    def count(kind: str, low: float, truth: float, high: float) -> None:
        if math.isfinite(low) and math.isfinite(truth):
            pair = held.setdefault(kind, [0, 0])
            pair[0] += low - 1e-9 <= truth <= high + 1e-9
            pair[1] += 1

    for one in findings:
        truth = true_gap(one, world, known)
        count("gaps of means" if "confidence" in one.measure else "gaps of shares", one.low, truth, one.high)
        if abs(truth) < 1e-9:
            claim |= one.p_adjusted < ALPHA
            finding |= one.verdict == "finding"
    for estimate in estimates_of(sums, hidden) if known else ():
        kind = "means" if "confidence" in estimate.measure else "shares"
        truth = known.get((estimate.by, estimate.group, estimate.measure), math.nan)
        count(kind, estimate.low, truth, estimate.high)
    extremes = columns = 0
    for extreme in parities_of(sums, hidden, seed):
        if extreme.measure == "worst_gap" and extreme.extra and (world is None or not world.planted):
            groups = [v for (by, group, m), v in known.items() if (by, m) == (extreme.by, PRIMARY)]
            truth = max(groups) - min(groups) if groups else math.nan
            count("ranges", extreme.low, truth, extreme.high)
            if not truth > 0:
                extremes += float(extreme.extra["p"]) < ALPHA
                columns += 1
            if world is None or len(world.columns) == 1:
                break
    return {"claim": claim, "finding": finding, "held": held, "extremes": extremes, "columns": columns}


def true_gap(one: Finding, world: World | None, known: dict[tuple[str, str, str], float]) -> float:
    """Give the true size of a gap that was judged."""
    if world is None or len(one.axis.split(" x ")) == 2:
        return 0.0
    if one.measure == PRIMARY and not world.planted:
        return 0.0
    own = known[one.axis, one.group, one.measure]
    if one.reference != REST:
        return own - known[one.axis, one.reference, one.measure]
    k = world.columns.index(one.axis)
    rest = tuple(cell for cell in world.cells if cell.groups[k] != one.group)
    others = replace(world, cells=tuple(replace(c, groups=("rest",) * len(c.groups)) for c in rest))
    return own - truths(others)[OVERALL, "all", one.measure]


@lru_cache(maxsize=1)
def real_rows() -> dict[str, Any] | None:
    """Give the rows of the example study with the answers of `word-count`; None outside a checkout."""
    if not STUDY.exists():
        return None
    from audit.models import load_model
    from audit.owndata.run import audit_data

    done = audit_data(
        load_model("word-count"), STUDY, text="post", label="sentiment", cluster="writer", check=False, perturb=False
    )
    names = ["label", "predicted", "p_negative", "p_neutral", "confidence", "cluster"]
    table = done.rows.to_table(columns=names)
    return {name: table.column(name).to_numpy() for name in names}


def real_draw(rng: np.random.Generator) -> Sums:
    """Put the writers of the real rows into two groups at random, between a tenth and a half of them in the first."""
    rows = real_rows()
    assert rows is not None
    _, number = np.unique(rows["cluster"], return_inverse=True)
    first = rng.random(int(number.max()) + 1) < rng.uniform(0.1, 0.5)
    group = np.where(first[number], "first", "second").astype(object)
    return sums_of({**rows, "group:group": group}, repeated(rows["cluster"].astype(np.int64)), ("group",))


def _planted(world: World, runs: int, do: Do) -> Planted:
    done = [run for block in do(planted_block, _tasks(world.name, runs)) for run in block]
    room = [(found, size) for found, size in done if math.isfinite(size)]
    mean = float(np.mean([size for _, size in room])) if room else math.nan
    return Planted(world.name, world.what, len(room), sum(found for found, _ in room), len(done) - len(room), mean)


def planted_block(task: tuple[str, int, int]) -> list[tuple[bool, float]]:
    """Read the smallest gap that a null data set prints, plant 1.5 times that in a new one, and look for it."""
    name, start, stop = task
    world = next(w for w in planted_worlds() if w.name == name)
    found = []
    for run in range(start, stop):
        rng = generator(run, "rows", "planted", name)
        (first,) = [f for f in _judged(world, rng) if f.measure == PRIMARY and f.group == world.cells[0].groups[0]]
        size = TIMES * first.minimum_detectable
        moved = moved_by(world, size)
        if moved is None:
            found.append((False, math.nan))
            continue
        again = [f for f in _judged(moved, rng) if f.measure == PRIMARY and f.group == first.group]
        found.append((again[0].p_adjusted < ALPHA and (again[0].low > 0 or again[0].high < 0), size))
    return found


def _judged(world: World, rng: np.random.Generator) -> tuple[Finding, ...]:
    sums = sums_of(*draw(world, rng), world.columns)
    return gaps_of(sums, withhold(sums, hide(sums))).findings


def moved_by(world: World, size: float) -> World | None:
    """Give the world with the first group read worse, else better, by so much for every label; None without room."""
    first = world.cells[0]
    # Down first: there is more room.
    for sign in (-1, 1):
        right = {name: share + sign * size for name, share in first.right.items()}
        if all(EDGE <= share <= 1 - EDGE for share in right.values()):
            return replace(world, cells=(Cell(first.groups, first.rows, right, first.labels), *world.cells[1:]))
    return None


BOUND_WORLDS: dict[str, tuple[int, str, float, float, float]] = {
    "500 independent rows, 5 %": (500, "", 1, 0.0, 0.05),
    "300 independent rows, 2 %": (300, "", 1, 0.0, 0.02),
    "30 equal writers of 10, 5 %": (30, "equal", 10, 0.1, 0.05),
    "50 equal writers of 10, 5 %": (50, "equal", 10, 0.1, 0.05),
    "100 equal writers of 10, 5 %": (100, "equal", 10, 0.1, 0.05),
    "200 equal writers of 10, 5 %": (200, "equal", 10, 0.1, 0.05),
    "100 equal writers of 10, 2 %": (100, "equal", 10, 0.1, 0.02),
    "100 equal writers of 10, 5 %, very alike": (100, "equal", 10, 0.3, 0.05),
    "100 Pareto writers, 5 %": (100, "pareto", 5, 0.1, 0.05),
    "200 Pareto writers, 5 %": (200, "pareto", 5, 0.1, 0.05),
    "400 Pareto writers, 5 %": (400, "pareto", 5, 0.1, 0.05),
    "400 Pareto writers, 2 %": (400, "pareto", 5, 0.2, 0.02),
    "200 texts, four times each, 5 %": (200, "equal", 4, 0.999, 0.05),
}
"""Name -> writers, kind, rows of each on average, intraclass correlation, true error rate."""


def bound_draw(name: str, rng: np.random.Generator) -> tuple[Any, Any, tuple[float, float]]:
    """Draw the rows that a threshold keeps: sizes and errors of writers, and the rows that are alone."""
    number, kind, each, alike, rate = BOUND_WORLDS[name]
    sizes = np.ones(number) if not kind else np.full(number, float(each))
    if kind == "pareto":
        sizes = np.ceil((rng.pareto(1.5, number) + 1) * each / 3)
    own = rng.beta(rate * (1 - alike) / alike, (1 - rate) * (1 - alike) / alike, number) if alike else rate
    errors = rng.binomial(sizes.astype(np.int64), own).astype(float)
    alone = sizes == 1
    return sizes[~alone], errors[~alone], (float(alone.sum()), float(errors[alone].sum()))


def bounded(task: tuple[str, int]) -> Bounded:
    """Draw error rates of writers, and see how often the bound is not under the true rate."""
    name, runs = task
    rate = BOUND_WORLDS[name][4]
    found = []
    for run in range(runs):
        drawn = bound_draw(name, generator(run, "bound", name))
        if not why_no_bound(*drawn):
            found.append(upper_bound(*drawn))
    times = float(np.median(found)) / rate if found else math.nan
    return Bounded(name, runs, len(found), sum(bound >= rate for bound in found), times)


@dataclass(frozen=True, slots=True)
class RowCriterion:
    """What must hold in a world."""

    world: str
    what: str
    seen: float
    spread: float
    """Monte Carlo error."""
    bound: float
    at_least: bool

    @property
    def holds(self) -> bool:
        """Whether it holds within two Monte Carlo errors."""
        slack = 2 * self.spread
        return self.seen >= self.bound - slack if self.at_least else self.seen <= self.bound + slack


def row_criteria(outcome: RowsOutcome) -> Sequence[RowCriterion]:
    """Judge everything."""
    return tuple(_criteria(outcome))


def _criteria(outcome: RowsOutcome) -> Iterator[RowCriterion]:
    for null in outcome.nulls:
        for what, k, most in (("false findings", null.findings, 0.05), ("false claims", null.claims, 0.10)):
            yield RowCriterion(null.name, what, k / null.runs, error(k / null.runs, null.runs), most, False)
        for kind, share, spread, _ in null.held:
            yield RowCriterion(null.name, f"intervals of {kind}", share, spread, 0.93, True)
    for world in outcome.planted:
        if world.runs:
            share = world.found / world.runs
            yield RowCriterion(world.name, "planted gaps found", share, error(share, world.runs), 0.95, True)
    for bound in outcome.bounds:
        if bound.printed:
            share = bound.held / bound.printed
            yield RowCriterion(bound.name, "bound holds", share, error(share, bound.printed), 0.93, True)
