"""What full depth buys: the minimum detectable effect of every primary endpoint at standard and at full depth.

`python -m benchmarks.depths > docs/depths.md` writes the page again. Models are simulated null models of the same world
as in `caveat validate`; their answers go through the same measures and the same estimator as those of any model.
"""

from __future__ import annotations

import sys
from collections import defaultdict
from collections.abc import Iterator
from dataclasses import dataclass, replace
from statistics import median

import numpy as np

from audit.schema import Depth
from audit.stats import generator
from audit.validate.designs import Endpoint, bench, endpoints
from audit.validate.worlds import REALISTIC, draw

RUNS = 40
RESAMPLES = 2000


@dataclass(frozen=True, slots=True)
class Depths:
    """One endpoint at both depths."""

    endpoint: Endpoint
    unit: str
    standard: float
    """Minimum detectable effect, median over the models."""
    full: float
    clusters: tuple[int, int]
    """min(templates, fillers) at the two depths; for nested designs the clusters."""
    interval: tuple[float, float]
    """95 % of the ratio, from resampling the models."""

    @property
    def ratio(self) -> float:
        """Full over standard: half or less is what full depth is for."""
        return self.full / self.standard


def detectable(endpoint: Endpoint, depth: Depth, runs: int) -> tuple[list[float], int]:
    """Give the minimum detectable effect for each of some null models, and the clusters behind it."""
    ready = bench(replace(endpoint, depth=depth))
    gaps = [ready.gap(draw(ready, REALISTIC, generator(0, endpoint.name, "depth", str(run)))) for run in range(runs)]
    return [gap.detectable(ready.alpha) for gap in gaps], round(gaps[0].df) + 1


def ratio_interval(standard: list[float], full: list[float], name: str) -> tuple[float, float]:
    """Give the 95 % percentile interval of the ratio of two medians (Efron 1979), resampling both sets of models."""
    rng = generator(0, name, "ratio")
    medians = [np.median(rng.choice(np.asarray(v), size=(RESAMPLES, len(v))), axis=1) for v in (full, standard)]
    low, high = np.quantile(medians[0] / medians[1], (0.025, 0.975))
    return float(low), float(high)


def compare(runs: int = RUNS) -> Iterator[Depths]:
    """Compare the depths of every primary endpoint."""
    for endpoint in endpoints():
        if endpoint.primary:
            (standard, few), (full, many) = (detectable(endpoint, depth, runs) for depth in ("standard", "full"))
            unit, interval = bench(endpoint).contrast.unit, ratio_interval(standard, full, endpoint.name)
            yield Depths(endpoint, unit, median(standard), median(full), (few, many), interval)


def by_suite(found: list[Depths]) -> dict[str, float]:
    """Give the mean ratio of each suite."""
    ratios = defaultdict(list)
    for depths in found:
        ratios[depths.endpoint.suite].append(depths.ratio)
    return {suite: sum(values) / len(values) for suite, values in ratios.items()}


def in_words(found: list[Depths]) -> str:
    """Say for how many endpoints full depth halves what can be seen, and how far the others are from it."""
    above = sorted((d for d in found if d.ratio > 0.5), key=lambda d: -d.ratio)
    said = f"Full depth sees gaps at most half as large for {len(found) - len(above)} of {len(found)} endpoints."
    for d in above:
        holds = "includes" if d.interval[0] <= 0.5 else "lies above"
        said += f" {d.endpoint.name} is at {d.ratio:.2f}; its interval {holds} a half."
    return said


def page(found: list[Depths], runs: int) -> str:
    """Write the page."""
    lines = [
        "# What full depth buys",
        "",
        f"The minimum detectable effect of every primary endpoint, median over {runs} simulated null models (realistic "
        "noise, fixed seeds; see [validation](validation.md)). Clusters are the degrees of freedom plus one: the "
        "number of independent frames, words or people that the interval rests on. `python -m benchmarks.depths > "
        "docs/depths.md` writes this page.",
        "",
        in_words(found)
        + " In brackets behind a ratio stands its 95 % interval, from resampling the models: the medians "
        "themselves are estimates.",
        "",
        "| suite | mean full / standard |",
        "| --- | --- |",
        *(f"| {suite} | {ratio:.2f} |" for suite, ratio in by_suite(found).items()),
        "",
        "| endpoint | unit | standard (clusters) | full (clusters) | full / standard |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {d.endpoint.name} | {d.unit} | {d.standard:.3f} ({d.clusters[0]}) | {d.full:.3f} ({d.clusters[1]}) | "
        f"{d.ratio:.2f} ({d.interval[0]:.2f} to {d.interval[1]:.2f}) |"
        for d in found
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page(list(compare()), RUNS))
