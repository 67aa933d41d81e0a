"""What a change of wording costs: balanced accuracy on plain texts minus that on changed ones (docs/method.md, 3).

Any constant answer is 50 % balanced accuracy on either side, so that a model's readiness to say positive, or to hedge,
cancels. What is left to say is whether the model knows the plain texts at all, and how much of a cost is hedging.
"""

from __future__ import annotations

import math

import numpy as np
import pandas as pd

from audit.analysis.arranging import Arranged, within
from audit.findings import Cost
from audit.stats import differences

SIDES = "side_score"
"""The measure of a cost: 1 on the text's side, 1/2 for neutral, 0 on the other."""


def cost_of(rows: pd.DataFrame, cells: pd.DataFrame, made: Arranged) -> Cost:
    """Give what stands beside a cost.

    Args:
        rows: predictions of the suite.
        cells: observations of `SIDES`, sorted by `ordered`.
        made: strata whose `group` is the plain arm.

    Returns:
        Balanced accuracy on the plain texts of the matched pairs, and the share of the cost that comes from pairs
        whose changed text is answered neutral.
    """
    value = dict(zip(cells["example"], cells["value"].to_numpy(dtype="float64"), strict=True))
    plain: dict[str, list[float]] = {"positive": [], "negative": []}
    side = side_by_example(rows)
    parts, neutral = [], []
    for stratum, _ in made.strata:
        twins = differences(within(cells, stratum, rows), stratum.group, stratum.reference)
        changed = np.array([value[str(x)] for x in twins.second])
        parts.append(float(twins.value.mean()))
        neutral.append(float(np.where(changed == 0.5, twins.value, 0.0).mean()))
        for example in twins.first:
            plain[side[str(example)]].append(value[str(example)])
    known = [float(np.mean(scores)) for scores in plain.values() if scores]
    whole = float(np.mean(parts))
    share = float(np.mean(neutral)) / whole if whole > 0 else math.nan
    return Cost(float(np.mean(known)) if len(known) == 2 else math.nan, share)


def side_by_example(rows: pd.DataFrame) -> dict[str, str]:
    """Give example -> its side, "" for none."""
    from audit.measures.labels import sides

    first = rows.drop_duplicates("example")
    return dict(zip(first["example"], sides(first), strict=True))
