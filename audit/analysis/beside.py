"""What stands beside a cost: the area (would another threshold help?) and the shift of the answers under the change.

The area is P(v of a positive-side text > v of a negative-side text), ties one half (Mann & Whitney 1947), over all
pairs of one template (of all terms, where templates belong to one); it does not depend on how readily a model says
positive.
"""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pandas as pd

from audit.analysis.arranging import Arranged, within
from audit.analysis.costs import side_by_example
from audit.schema import Stratum
from audit.stats import arrange, differences, new_template, solve
from audit.wording import beside_interval, places


def notes(rows: pd.DataFrame, valence: pd.DataFrame, made: Arranged, value: float) -> tuple[str, ...]:
    """Give the sentences on area and shift of a cost.

    Args:
        rows: predictions of the suite.
        valence: observations of valence, sorted by `ordered`.
        made: the strata of the cost; their `group` is the plain arm.
        value: the cost.
    """
    areas = [area(rows, valence, made, arm) for arm in ("plain", "changed")]
    out = []
    if all(np.isfinite(a) for a in areas):
        plain, changed = areas
        where = (
            "mostly where its threshold lies" if plain - changed < value / 2 else "not only where its threshold lies"
        )
        why = f"; what the model loses is {where}" if value > 0.05 else ""
        out.append(
            f"Pairs of texts in the right order, ties one half: {100 * plain:.0f} % plain, "
            f"{100 * changed:.0f} % changed{why}."
        )
    out += [shift(valence, rows, stratum) for stratum, _ in made.strata]
    return tuple(text for text in out if text)


def area(rows: pd.DataFrame, valence: pd.DataFrame, made: Arranged, arm: str) -> float:
    """Give the area of the plain or of the changed texts of the matched pairs; NaN where a side is missing."""
    value = dict(zip(valence["example"], valence["value"].to_numpy(dtype="float64"), strict=True))
    side = side_by_example(rows)
    found: dict[str, dict[str, list[float]]] = {}
    for template, example in _texts(rows, valence, made, arm):
        found.setdefault(template, {"positive": [], "negative": []})[side[example]].append(value[example])
    both = [sides for sides in found.values() if sides["positive"] and sides["negative"]]
    if not both:
        both = [{key: [v for sides in found.values() for v in sides[key]] for key in ("positive", "negative")}]
    areas = [_area(np.array(sides["positive"]), np.array(sides["negative"])) for sides in both]
    return float(np.mean(areas)) if areas else float("nan")


def _texts(rows: pd.DataFrame, valence: pd.DataFrame, made: Arranged, arm: str) -> Iterator[tuple[str, str]]:
    side = side_by_example(rows)
    for stratum, _ in made.strata:
        twins = differences(within(valence, stratum, rows), stratum.group, stratum.reference)
        for template, example in zip(twins.template, twins.first if arm == "plain" else twins.second, strict=True):
            if side.get(str(example)):
                yield str(template), str(example)


def _area(positive: np.ndarray, negative: np.ndarray) -> float:
    if not len(positive) or not len(negative):
        return float("nan")
    order = positive[:, None] - negative[None, :]
    return float((order > 0).mean() + 0.5 * (order == 0).mean())


def shift(valence: pd.DataFrame, rows: pd.DataFrame, stratum: Stratum) -> str:
    """Say how far the change moves the valence in a stratum, how far templates differ, and what a new one may do."""
    layout = arrange(within(valence, stratum, rows), stratum.reference, stratum.group, "paired")
    gap = solve(layout)
    new = new_template(layout.parts, gap)
    if not gap.defined or not np.isfinite(new.sd):
        return ""
    decimals = places(new.low, new.high, "valence")
    moved = beside_interval(gap.value, *gap.interval(), "valence")
    what = "term" if new.nested else "template"
    return (
        f"The change moves the valence {stratum.label} by {moved}; between {what}s with a standard deviation of "
        f"{new.sd:.2f}, so that in a new one expect {new.low:.{decimals}f} to {new.high:.{decimals}f}."
    )
