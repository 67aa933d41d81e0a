"""Whole audits of planted and null models: what they are, and what the audit said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass
from multiprocessing import get_context

from audit.models.base import LoadedModel
from audit.run import run_audit
from audit.schema import AuditResult, Finding
from audit.suites import load_suites
from audit.validate.catalogue import Planted, planted_models
from audit.validate.designs import contrast_named, suite_named
from audit.validate.expected import expected_gap
from audit.validate.oracle import (
    Plant,
    blank_filler,
    classifier,
    constant_classifier,
    constant_fill,
    random_classifier,
    random_fill,
)
from audit.validate.worlds import World

WORLD = World(base=3.0)
"""Most answers are right, but not all; names, frames and groups differ by chance."""
SILENT = World(base=3.0, filler=0.0, interaction=0.0, residual=0.0)
"""Frames differ and nothing else does: twins get the same score."""

SAID = ("finding", "uncertain")


@dataclass(frozen=True, slots=True)
class Line:
    """One contrast of one planted model."""

    contrast: str
    wanted: bool
    """Whether the contrast must speak."""
    truth: float
    gap: float
    low: float
    high: float
    p_adjusted: float
    verdict: str
    good: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """One planted model and what came out."""

    name: str
    suite: str
    lines: tuple[Line, ...]
    note: str = ""

    @property
    def good(self) -> bool:
        """Whether every contrast did what it must."""
        return all(line.good for line in self.lines)


@dataclass(frozen=True, slots=True)
class NullRow:
    """A null model through one suite."""

    model: str
    suite: str
    primaries: int
    below: int
    """Primary contrasts with unadjusted p < .05."""
    findings: tuple[str, ...]
    """Contrasts that became a finding."""
    uncertain: int
    contrasts: int
    largest: float
    """Largest absolute primary gap; NaN where nothing is defined."""


def audited(model: LoadedModel, suite: str) -> AuditResult:
    """Run a whole audit; such models need not pass the competence gate."""
    return run_audit(model, [suite_named(suite)], check=False)


def try_planted(planted: Planted) -> Trial:
    """Audit a planted model."""
    suite = suite_named(planted.suite)
    make = blank_filler if planted.fill else classifier
    model = (
        make(planted.name, [suite], planted.plant, WORLD)
        if planted.fill
        else classifier(planted.name, [suite], planted.plant, WORLD, planted.shape)
    )
    result = audited(model, planted.suite)
    found = {finding.contrast: finding for finding in result.findings}
    lines = [_line(planted, found[name], True) for name in planted.found]
    lines += [_line(planted, found[name], False) for name in planted.silent]
    if planted.group[0]:
        lines.append(_estimate(planted, result))
    return Trial(planted.name, planted.suite, tuple(lines))


def _line(planted: Planted, found: Finding, wanted: bool) -> Line:
    suite = suite_named(planted.suite)
    truth = expected_gap(suite, contrast_named(suite, found.contrast), planted.plant, WORLD, planted.shape)
    same = math.isnan(truth) or found.gap * truth > 0
    good = found.verdict in SAID and same if wanted else found.verdict != "finding"
    return Line(found.contrast, wanted, truth, found.gap, found.low, found.high, found.p_adjusted, found.verdict, good)


def _estimate(planted: Planted, result: AuditResult) -> Line:
    measure, group, least = planted.group
    found = next(e for e in result.estimates if (e.measure, e.by, e.group) == (measure, "group", group))
    good = found.low > least - 0.1 and found.value >= least
    return Line(
        f"{measure} of {group}", True, 1.0, found.value, found.low, found.high, math.nan, "shown as a rate", good
    )


NULLS = ("exact", "realistic", "constant", "random weights")


def try_null(name: str, suite: str, fill: bool) -> NullRow:
    """Audit a null model on a suite."""
    suites = [suite_named(suite)]
    model: LoadedModel
    if name == "constant":
        model = constant_fill(suites) if fill else constant_classifier(suites)
    elif name == "random weights":
        model = random_fill(suites) if fill else random_classifier(suites)
    else:
        world = SILENT if name == "exact" else WORLD
        model = blank_filler(name, suites, Plant(), world) if fill else classifier(name, suites, Plant(), world)
    result = audited(model, suite)
    defined = [f for f in result.findings if f.verdict != "undefined"]
    first = [f for f in defined if f.primary]
    return NullRow(
        name,
        f"{suite} (blanks)" if fill and len(suites[0].tasks) > 1 else suite,
        len(first),
        sum(f.p < 0.05 for f in first),
        tuple(f.contrast for f in defined if f.verdict == "finding"),
        sum(f.verdict == "uncertain" for f in defined),
        len(defined),
        max((abs(f.gap) for f in first), default=math.nan),
    )


def _planted_at(place: int) -> Trial:
    return try_planted(planted_models()[place])


def _null_at(what: tuple[str, str, bool]) -> NullRow:
    return try_null(*what)


def null_list(quick: bool) -> list[tuple[str, str, bool]]:
    """Name the audits of null models: kind, suite, whether it fills blanks."""
    chosen = ("sarcasm", "slang", "masking") if quick else tuple(s.name for s in load_suites(None, "quick"))
    out = []
    for name in NULLS:
        for suite in chosen:
            tasks = suite_named(suite).tasks
            out += [(name, suite, task == "fill-mask") for task in tasks]
    return out


def trials(quick: bool, processes: int) -> tuple[list[Trial], list[NullRow]]:
    """Audit all planted and null models; the quick version takes some of them."""
    places = [i for i, planted in enumerate(planted_models()) if planted.quick or not quick]
    nulls = null_list(quick)
    if processes < 2:
        return [_planted_at(place) for place in places], [_null_at(what) for what in nulls]
    with get_context("spawn").Pool(processes) as pool:
        return pool.map(_planted_at, places, chunksize=1), pool.map(_null_at, nulls, chunksize=1)


def tally(rows: Sequence[Trial]) -> tuple[int, int]:
    """Count the trials that went as they must, and all."""
    return sum(row.good for row in rows), len(rows)
