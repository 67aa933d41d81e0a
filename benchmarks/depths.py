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

from audit.schema import Depth
from audit.stats import generator
from audit.validate.designs import Endpoint, bench, endpoints
from audit.validate.worlds import REALISTIC, draw

RUNS = 40


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

    @property
    def ratio(self) -> float:
        """Full over standard: half or less is what full depth is for."""
        return self.full / self.standard


def detectable(endpoint: Endpoint, depth: Depth, runs: int) -> tuple[float, int]:
    """Give the median minimum detectable effect over some null models, and the clusters behind it."""
    ready = bench(replace(endpoint, depth=depth))
    gaps = [ready.gap(draw(ready, REALISTIC, generator(0, endpoint.name, "depth", str(run)))) for run in range(runs)]
    return median(gap.detectable(ready.alpha) for gap in gaps), round(gaps[0].df) + 1


def compare(runs: int = RUNS) -> Iterator[Depths]:
    """Compare the depths of every primary endpoint."""
    for endpoint in endpoints():
        if endpoint.primary:
            (standard, few), (full, many) = (detectable(endpoint, depth, runs) for depth in ("standard", "full"))
            yield Depths(endpoint, bench(endpoint).contrast.unit, standard, full, (few, many))


def by_suite(found: list[Depths]) -> dict[str, float]:
    """Give the mean ratio of each suite."""
    ratios = defaultdict(list)
    for depths in found:
        ratios[depths.endpoint.suite].append(depths.ratio)
    return {suite: sum(values) / len(values) for suite, values in ratios.items()}


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
        "| suite | mean full / standard |",
        "| --- | --- |",
        *(f"| {suite} | {ratio:.2f} |" for suite, ratio in by_suite(found).items()),
        "",
        "| endpoint | unit | standard (clusters) | full (clusters) | full / standard |",
        "| --- | --- | --- | --- | --- |",
    ]
    lines += [
        f"| {d.endpoint.name} | {d.unit} | {d.standard:.3f} ({d.clusters[0]}) | {d.full:.3f} ({d.clusters[1]}) | "
        f"{d.ratio:.2f} |"
        for d in found
    ]
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page(list(compare()), RUNS))
