"""The simulated figures that docs/method.md gives as reasons, each with the world that it was simulated in.

`python -m benchmarks.simulations > docs/simulations.md` writes the page again, in about two minutes. Seeds are fixed.
"""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from itertools import product

import numpy as np
from scipy.special import expit
from scipy.stats import ttest_1samp

from audit.measures.twins import influences, statistic
from audit.owndata.analysis.bounds import upper_bound, why_no_bound
from audit.stats import (
    Part,
    calibration_error,
    calibration_interval,
    flip_p,
    generator,
    share_interval,
    sign_flip,
    solve,
    wilson,
)
from audit.stats.design import Floats, Ints

RUNS = 4000
FEW = 1000
"""Runs of what takes longer."""
SHAPE = (12, 20)
"""Templates and fillers."""
NOISE = 0.5
BOUND_RUNS = 500
"""Runs of each of the worlds in which a bound is looked at."""
TAILS = {"equal": 0.0, "Pareto, shape 2": 2.0, "Pareto, shape 1.2": 1.2}


@dataclass(frozen=True, slots=True)
class Figure:
    """One number, and the world that it is from."""

    claim: str
    value: str


def table(rng: np.random.Generator, template: float, filler: float, shape: tuple[int, int] = SHAPE) -> Floats:
    """Draw a table without a gap: random effects of templates and fillers with these SDs, and noise of SD .5."""
    effects = rng.normal(0, template, (shape[0], 1)) + rng.normal(0, filler, (1, shape[1]))
    return np.asarray(effects + rng.normal(0, NOISE, shape))


def part(values: Floats) -> Part:
    """Give a table as the part of a contrast."""
    template, filler = (codes.ravel() for codes in np.indices(values.shape))
    return Part(template, filler, values.ravel())


def share(hits: int, runs: int) -> str:
    """Write a share of runs with its 95 % Wilson interval."""
    low, high = wilson(hits / runs, runs)
    return f"{100 * hits / runs:.1f} % of {runs:,} ({100 * low:.1f} to {100 * high:.1f})"


def false_alarms() -> Iterator[Figure]:
    """Tests of a table without a gap, at .05: over rows, over templates alone, and two-way."""
    rng, tables = generator(0, "false alarms"), []
    for _ in range(RUNS):
        tables.append(table(rng, 0.15, 0.15))
    world = "12 templates x 20 fillers, SD .15 each, noise .5, no gap"
    rows = sum(bool(ttest_1samp(found.ravel(), 0).pvalue < 0.05) for found in tables)
    alone = sum(bool(ttest_1samp(found.mean(1), 0).pvalue < 0.05) for found in tables)
    both = sum(solve([part(found)]).p < 0.05 for found in tables)
    yield Figure(f"false alarms of a t-test over rows; {world}", share(rows, RUNS))
    yield Figure("the same over template means", share(alone, RUNS))
    yield Figure("the same, two-way", share(both, RUNS))
    flips = sum(sign_flip(found.mean(1), generator(i, "flip"), 500) < 0.05 for i, found in enumerate(tables[:FEW]))
    larger = sum(flip_p([part(found)], generator(i, "flips"), 500) < 0.05 for i, found in enumerate(tables[:FEW]))
    yield Figure("false alarms of sign flips over templates alone; the same world", share(flips, FEW))
    yield Figure("the same, the larger p of templates and fillers", share(larger, FEW))
    only = 0
    for i in range(FEW):
        only += sign_flip(table(rng, 0.0, 0.3).mean(1), generator(i, "fillers"), 500) < 0.05
    yield Figure("false alarms of sign flips over templates where only fillers vary (SD .3)", share(only, FEW))


def rates() -> Iterator[Figure]:
    """Coverage of intervals of a share, with effects of templates and fillers of SD .7 in log-odds around 2."""
    rng = generator(0, "rates")
    truth = float(expit(2 + rng.normal(0, 0.7 * 2**0.5, 1_000_000)).mean())
    held = np.zeros(3, dtype=int)
    for _ in range(RUNS):
        level = 2 + rng.normal(0, 0.7, (SHAPE[0], 1)) + rng.normal(0, 0.7, (1, SHAPE[1]))
        values = (rng.random(SHAPE) < expit(level)).astype(float)
        gap = solve([part(values)], rate=True)
        mean = gap.value
        rows = min(values.size, mean * (1 - mean) / gap.se**2)
        intervals = (wilson(mean, values.size), wilson(mean, rows), share_interval(gap, values.size))
        held += [low <= truth <= high for low, high in intervals]
    world = "12 x 20 answers, SD .7 of templates and of fillers in log-odds around 2"
    yield Figure(f"Wilson over rows holds the truth; {world}", share(int(held[0]), RUNS))
    yield Figure("Wilson over effective rows, normal quantile", share(int(held[1]), RUNS))
    yield Figure("the same with a t quantile, as here", share(int(held[2]), RUNS))


def calibration() -> Iterator[Figure]:
    """The plain and the debiased calibration error of answers that are calibrated, and how its interval covers."""
    rng = generator(0, "calibration")
    for n in (30, 100):
        plain, ours = [], []
        for _ in range(FEW):
            sure = rng.uniform(0.5, 1, n)
            right = (rng.random(n) < sure).astype(float)
            bins = np.array_split(np.argsort(sure), max(n // 20, 3))
            plain.append(np.sqrt(sum(len(b) / n * (right[b].mean() - sure[b].mean()) ** 2 for b in bins)))
            ours.append(calibration_error(sure, right))
        more = "" if n < 100 else f"; debiased, as here: {np.mean(ours):.3f}"
        world = f"{n} calibrated answers, confidence even between .5 and 1, {len(bins)} bins"
        yield Figure(f"plain calibration error, mean; {world}", f"{np.mean(plain):.3f}{more}")
    for shift, sd in ((0.0, 0.0), (-1.0, 0.0), (-1.0, 0.5)):
        truth = 0.0 if shift == 0 else calibration_error(*answers(rng, 800, 800, shift, sd)[2:])
        held = 0
        for run in range(FEW):
            low, high = calibration_interval(*answers(rng, 16, 24, shift, sd), generator(run, "interval"))
            held += low <= truth <= high
        world = f"16 x 24 answers, log-odds of being right shifted by {shift:g}, SD {sd:g} of templates and fillers"
        yield Figure(f"interval of the calibration error holds the truth; {world}", share(held, FEW))


def answers(
    rng: np.random.Generator, templates: int, fillers: int, shift: float, sd: float
) -> tuple[Ints, Ints, Floats, Floats]:
    """Draw confidences and right answers; a shift makes a model surer than it is right."""
    score = np.abs(rng.normal(2, 1, (templates, fillers)))
    level = score + shift + rng.normal(0, sd, (templates, 1)) + rng.normal(0, sd, (1, fillers))
    right = (rng.random((templates, fillers)) < expit(level)).astype(float)
    template, filler = (codes.ravel() for codes in np.indices((templates, fillers)))
    return template, filler, np.asarray(expit(score)).ravel(), right.ravel()


def extremes() -> Iterator[Figure]:
    """The best minus the worst of 24 equal groups."""
    found = np.ptp(generator(0, "extremes").binomial(384, 0.85, (RUNS, 24)) / 384, axis=1)
    yield Figure("best minus worst of 24 groups of 384 answers, all with accuracy .85, mean", f"{found.mean():.3f}")


def floors() -> Iterator[Figure]:
    """Standard errors of an excess over its floor, over their true standard deviation."""
    group = np.repeat([0, 1], 8)
    same = group[:, None] == group[None, :]
    kinds = ~same, same & ~np.eye(16, dtype=bool)
    for shift, odd in ((0.0, 0.0), (1.0, 0.0), (0.0, 0.5)):
        rng = generator(0, "floors", str(shift), str(odd))
        found, ours, plain = [], [], []
        for _ in range(FEW):
            y = rng.normal(size=16) + shift * group * rng.normal(1, 0.3, 16)
            far = rng.exponential(odd, 16)
            distance = np.abs(y[:, None] - y[None, :]) + far[:, None] + far[None, :]
            whole = statistic(*kinds, distance)
            found.append(whole)
            ours.append((whole + 16 * influences(*kinds, distance)).var(ddof=1) / 16)
            left = [statistic(cut(kinds[0], i), cut(kinds[1], i), cut(distance, i)) for i in range(16)]
            plain.append(15 / 16 * np.sum((np.array(left) - np.mean(left)) ** 2))
        world = (
            f"2 x 8 names, answers of SD 1, groups {shift:g} apart, a name far from all others by {odd:g} on average"
        )
        ratios = (f"{np.sqrt(np.mean(variances)) / np.std(found):.2f}" for variances in (ours, plain))
        yield Figure(f"standard error of an excess over its true SD, as here; {world}", next(ratios))
        yield Figure("the same by leaving one name out", next(ratios))


def bounds() -> Iterator[Figure]:
    """How often the bound of an error rate holds, within the rule for giving it and outside."""
    inside: dict[tuple[object, ...], list[bool]] = {}
    outside: list[bool] = []
    for kind, number, rate, alike in product(TAILS, (40, 100, 200, 400), (0.01, 0.02, 0.05, 0.1), (0.05, 0.2, 0.5)):
        rng = generator(0, "bounds", kind, str(number), str(rate), str(alike))
        for _ in range(BOUND_RUNS):
            sizes = np.full(number, 10.0) if kind == "equal" else np.ceil(rng.pareto(TAILS[kind], number) * 3 + 1)
            own = rng.beta(rate * (1 - alike) / alike, (1 - rate) * (1 - alike) / alike, number)
            errors = rng.binomial(sizes.astype(np.int64), own).astype(float)
            one = sizes == 1
            drawn = sizes[~one], errors[~one], (float(one.sum()), float(errors[one].sum()))
            held = upper_bound(*drawn) >= rate
            if why_no_bound(*drawn):
                outside.append(held)
            else:
                inside.setdefault((kind, number, rate, alike), []).append(held)
    world = (
        "40 to 400 writers, equal (10 rows) or Pareto (shape 2 or 1.2), error rates of 1 to 10 % with a correlation of "
        ".05 to .5 within writers"
    )
    every = [held for runs in inside.values() for held in runs]
    often = {key: runs for key, runs in inside.items() if len(runs) >= BOUND_RUNS / 2}
    least = min(often.values(), key=lambda runs: sum(runs) / len(runs))
    yield Figure(f"upper 95 % bound holds where it is given; {world}", share(sum(every), len(every)))
    yield Figure("the same, in the world where it holds least", share(sum(least), len(least)))
    yield Figure("the bound outside the rule, where none is given", share(sum(outside), len(outside)))
    for number in (100, 200):
        given = sum(len(inside.get(("equal", number, 0.05, alike), ())) for alike in (0.05, 0.2))
        yield Figure(f"runs with a bound of {number} equal writers, 5 % errors", share(given, 2 * BOUND_RUNS))


def cut(square: Floats, at: int) -> Floats:
    """Take a row and its column out."""
    return np.delete(np.delete(square, at, 0), at, 1)


SIMULATED: tuple[Callable[[], Iterator[Figure]], ...] = (false_alarms, rates, calibration, extremes, floors, bounds)


def page(found: list[Figure]) -> Iterator[str]:
    """Write the page."""
    yield "# Simulated figures\n"
    yield (
        "What [method.md](method.md) gives as reasons for its choices, simulated. `python -m benchmarks.simulations > "
        "docs/simulations.md` writes this page again with the same figures. Behind shares stand the runs, and a 95 % "
        "Wilson interval over them.\n"
    )
    yield "| what | figure |\n| --- | --- |"
    for figure in found:
        yield f"| {figure.claim} | {figure.value} |"


if __name__ == "__main__":
    sys.stdout.write("\n".join(page([figure for simulated in SIMULATED for figure in simulated()])) + "\n")
