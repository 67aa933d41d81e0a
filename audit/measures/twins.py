"""Measures of change between twins over the floor of changes within a group.

Each value is the statistic, "mean over pairs of fillers from different groups minus mean over pairs from one group",
plus n times the influence of one filler on it: the sum of what all pairs that it is part of add (the infinitesimal
jackknife, Efron & Tibshirani 1993, chapter 21). So every filler's influence on *all* its pairs counts in the variance
between fillers; a plain average over one filler's pairs would count half of it. Within a block the values average to
the statistic itself.

Where groups do not differ, only the chance of single pairs is left, and each pair counts at both of its ends: the
variance is then too large, by less than a factor of 2 (Efron & Stein 1981), which errs on the side of caution.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from audit.measures.base import COMPARED, Fillers, Measure, empty, feature, numeric, tidy, with_roles
from audit.schema import TEXT_CLASSIFICATION

Distance = Callable[[pd.DataFrame], np.ndarray]
"""Rows of one block -> matrix (rows, rows) of how much two answers differ."""


def statistic(between: np.ndarray, within: np.ndarray, distance: np.ndarray) -> float:
    """Give mean(distance | between) - mean(distance | within).

    Args:
        between: booleans (n, n), symmetric: pairs whose difference is of interest.
        within: booleans (n, n), symmetric, empty diagonal: pairs that make the floor.
        distance: floats (n, n), symmetric.

    Returns:
        NaN when either kind of pair is missing.
    """
    if not between.any() or not within.any():
        return float("nan")
    return float(distance[between].mean() - distance[within].mean())


def pair_shares(between: np.ndarray, within: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Give what each pair adds to `statistic`, about its mean over pairs of its kind.

    Returns:
        (n, n), symmetric; adds to 0. All 0 when either kind of pair is missing.
    """
    if not between.any() or not within.any():
        return np.zeros_like(distance)
    one, two = (np.where(kind, distance - distance[kind].mean(), 0.0) / (kind.sum() / 2) for kind in (between, within))
    return np.asarray(one - two)


def influences(between: np.ndarray, within: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Give what each unit adds to `statistic`, about its mean.

    What a unit adds to all its distances alike (unusual names are far from everybody) is fitted by least squares and
    enters with its weight in the statistic, which is 0 in a balanced block; without that it would seem to matter.

    Returns:
        (n,), adding to 0. All 0 when either kind of pair is missing.
    """
    if not between.any() or not within.any():
        return np.zeros(len(distance))
    used = (between | within).astype("float64")
    level = np.linalg.lstsq(used + np.diag(used.sum(1)), (used * distance).sum(1), rcond=None)[0]
    rest = distance - level[:, None] - level[None, :]
    weight = 2 * (between.sum(1) / between.sum() - within.sum(1) / within.sum())
    found = pair_shares(between, within, rest).sum(1) + weight * (level - level.mean())
    return np.asarray(found - found.mean())


def _blocks(rows: pd.DataFrame) -> pd.DataFrame:
    """Mark the rows that differ only in who is named."""
    out = rows.assign(axis=feature(rows, "axis"), form=feature(rows, "form"), rest="")
    keys = ["template", "axis", "form"]
    twice = out.duplicated([*keys, "filler"], keep=False)
    if twice.any():
        rest = ["|".join(map(str, list(names)[1:])) for names in out["fillers"]]
        out["rest"] = np.where(twice.groupby([out[k] for k in keys]).transform("any"), rest, "")
    out["block"] = out.groupby([*keys, "rest"], sort=True).ngroup()
    return out


def _excess(distance: Distance, needed: str) -> Callable[[pd.DataFrame, Fillers], pd.DataFrame]:
    def cells(rows: pd.DataFrame, fillers: Fillers) -> pd.DataFrame:
        kept = with_roles(rows, COMPARED)
        kept = kept[kept[needed].notna()]
        if kept.empty:
            return empty()
        kept = _blocks(kept).sort_values(["block", "filler", "example"], kind="stable")
        unit = pd.factorize(kept["filler"], sort=True)[0]
        values = np.full(len(kept), np.nan)
        for places in kept.groupby("block", sort=True).indices.values():
            block, own = kept.iloc[places], unit[places]
            group = pd.factorize(block["group"])[0]
            same = group[:, None] == group[None, :]
            kinds = ~same, same & (own[:, None] != own[None, :])
            far = distance(block)
            values[places] = statistic(*kinds, far) + len(places) * influences(*kinds, far)
        return tidy(kept.assign(group="all"), values)

    return cells


def _changed(block: pd.DataFrame) -> np.ndarray:
    label = pd.factorize(block["label"])[0]
    return (label[:, None] != label[None, :]).astype("float64")


def _moved(block: pd.DataFrame) -> np.ndarray:
    valence = numeric(block, "valence").to_numpy()
    return np.abs(valence[:, None] - valence[None, :])


TWIN_MEASURES = (
    Measure(
        "flip_excess",
        "label changes over the floor",
        "points",
        TEXT_CLASSIFICATION,
        _excess(_changed, "label"),
        "Share of label changes between fillers of different groups in one template, minus that between "
        "fillers of one group.",
    ),
    Measure(
        "gap_excess",
        "counterfactual gap over the floor",
        "valence",
        TEXT_CLASSIFICATION,
        _excess(_moved, "valence"),
        "Mean absolute change of valence between fillers of different groups in one template, minus that "
        "between fillers of one group.",
    ),
)
