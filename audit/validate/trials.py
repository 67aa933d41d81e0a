"""Whole audits of planted and null models: what they are, and what the audit said."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from typing import Any

from audit.models.base import LoadedModel
from audit.run import run_audit
from audit.schema import FOUND, AuditResult, Finding
from audit.suites import load_suites
from audit.validate.catalogue import Planted, planted_models
from audit.validate.designs import contrast_named, suite_named
from audit.validate.expected import expected_gap
from audit.validate.keep import Clock
from audit.validate.oracle import (
    Plant,
    blank_filler,
    classifier,
    constant_classifier,
    constant_fill,
    random_classifier,
    random_fill,
)
from audit.validate.simulate import Desk
from audit.validate.worlds import World

WORLD = World(base=3.0)
"""Most answers are right, but not all; names, frames and groups differ by chance."""
SILENT = World(base=3.0, filler=0.0, interaction=0.0, residual=0.0)
"""Frames differ and nothing else does: twins get the same score."""
LEVEL = World(base=3.0, template=0.0, filler=0.0, interaction=0.0, residual=0.0)
"""Nothing differs: he is as likely as she in every blank."""

SAID = ("finding", "uncertain")
"""Verdicts under which a planted effect counts as seen; where none is, any claim of a difference is a false alarm."""
NOTHING = 1e-9
"""A true gap smaller than this is none."""


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
    detectable: float
    """What the audit says it could have seen."""
    verdict: str
    good: bool


@dataclass(frozen=True, slots=True)
class Trial:
    """One planted model and what came out."""

    name: str
    suite: str
    lines: tuple[Line, ...]
    untouched: int = 0
    """Contrasts of the suite whose true gap is 0, the lines included."""
    claimed: tuple[str, ...] = ()
    """Those of them in which the audit claimed a difference, of whatever size."""

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
    claimed: tuple[str, ...]
    """Contrasts in which the audit claimed a difference, of whatever size."""
    findings: int
    """How many of them became a finding."""
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
    untouched = [f for f in result.findings if f.verdict != "undefined" and abs(_truth(planted, f)) < NOTHING]
    claimed = tuple(f.contrast for f in untouched if f.verdict in FOUND)
    return Trial(planted.name, planted.suite, tuple(lines), len(untouched), claimed)


def _truth(planted: Planted, found: Finding) -> float:
    suite = suite_named(planted.suite)
    return expected_gap(suite, contrast_named(suite, found.contrast), planted.plant, WORLD, planted.shape)


def _line(planted: Planted, found: Finding, wanted: bool) -> Line:
    truth = _truth(planted, found)
    same = math.isnan(truth) or found.gap * truth > 0
    good = found.verdict in SAID and same if wanted else found.verdict not in FOUND
    return Line(
        found.contrast,
        wanted,
        truth,
        found.gap,
        found.low,
        found.high,
        found.p_adjusted,
        found.minimum_detectable,
        found.verdict,
        good,
    )


def _estimate(planted: Planted, result: AuditResult) -> Line:
    measure, group, least = planted.group
    found = next(e for e in result.estimates if (e.measure, e.by, e.group) == (measure, "group", group))
    good = found.low > least - 0.1 and found.value >= least
    return Line(
        f"{measure} of {group}",
        True,
        1.0,
        found.value,
        found.low,
        found.high,
        math.nan,
        math.nan,
        "shown as a rate",
        good,
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
        world = (LEVEL if fill else SILENT) if name == "exact" else WORLD
        model = blank_filler(name, suites, Plant(), world) if fill else classifier(name, suites, Plant(), world)
    result = audited(model, suite)
    defined = [f for f in result.findings if f.verdict != "undefined"]
    first = [f for f in defined if f.primary]
    return NullRow(
        name,
        f"{suite} (blanks)" if fill and len(suites[0].tasks) > 1 else suite,
        len(first),
        sum(f.p < 0.05 for f in first),
        tuple(f.contrast for f in defined if f.verdict in FOUND),
        sum(f.verdict == "finding" for f in defined),
        len(defined),
        max((abs(f.gap) for f in first), default=math.nan),
    )


Job = int | tuple[str, str, bool]
"""Place of a planted model in the catalogue; or kind of null model, suite, whether it fills blanks."""


def null_list(quick: bool) -> list[tuple[str, str, bool]]:
    """Name the audits of null models: kind, suite, whether it fills blanks."""
    chosen = ("sarcasm", "slang") if quick else tuple(s.name for s in load_suites(None, "quick"))
    out = []
    for name in NULLS:
        for suite in chosen:
            tasks = suite_named(suite).tasks
            out += [(name, suite, task == "fill-mask") for task in tasks]
    return out


def trials(quick: bool, desk: Desk | None = None) -> tuple[list[Trial], list[NullRow]]:
    """Audit all planted and null models; the quick version takes some of them.

    Args:
        quick: some of them only.
        desk: does them, keeps what is finished, and is told how far it is; None does them one after another.
    """
    desk = desk or Desk()
    places = [i for i, planted in enumerate(planted_models()) if planted.quick or not quick]
    nulls = null_list(quick)
    planted = [planted_models()[i] for i in places]
    # a plant is a function, whose source the digest of the code covers
    jobs: list[Job] = [*places, *nulls]
    keys = [("audits", p.suite, "planted", p.name) for p in planted] + [("audits", w[1], "null", *w) for w in nulls]
    found: list[object | None] = [desk.kept.load(*key) for key in keys]
    missing = [i for i, one in enumerate(found) if one is None]
    clock = Clock("whole audits", len(missing), desk.say) if desk.say and missing else None
    for i, done in zip(missing, desk.do(_job, [jobs[i] for i in missing]), strict=True):
        desk.kept.save(done, *keys[i])
        found[i] = asdict(done)
        if clock:
            clock.step(1)
    return [_trial(one) for one in found[: len(places)]], [_null_row(one) for one in found[len(places) :]]


def _job(job: Job) -> Trial | NullRow:
    return try_planted(planted_models()[job]) if isinstance(job, int) else try_null(*job)


def _trial(plain: Any) -> Trial:
    lines = tuple(Line(**line) for line in plain["lines"])
    return Trial(plain["name"], plain["suite"], lines, plain["untouched"], tuple(plain["claimed"]))


def _null_row(plain: Any) -> NullRow:
    return NullRow(**{**plain, "claimed": tuple(plain["claimed"])})


def tally(rows: Sequence[Trial]) -> tuple[int, int]:
    """Count the trials that went as they must, and all."""
    return sum(row.good for row in rows), len(rows)
