"""Measures of change between twins over the floor of changes within a group.

Each value is a jackknife pseudo-value of "mean over pairs of fillers from different groups minus mean over
pairs from one group" (Efron & Tibshirani 1993, chapter 11), so that every filler's influence on *all* the
pairs it is part of counts in the variance between fillers. A plain average over one filler's pairs would
count half of it. Within a block the pseudo-values average to the statistic itself.
"""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from audit.measures.base import COMPARED, Fillers, Measure, empty, feature, numeric, tidy, with_roles
from audit.schema import TEXT_CLASSIFICATION

Distance = Callable[[pd.DataFrame], np.ndarray]
"""Rows of one block -> matrix (rows, rows) of how much two answers differ."""


def pseudo_values(between: np.ndarray, within: np.ndarray, distance: np.ndarray) -> np.ndarray:
    """Give jackknife pseudo-values of mean(distance | between) - mean(distance | within).

    Args:
        between: booleans (n, n), symmetric: pairs whose difference is of interest.
        within: booleans (n, n), symmetric, empty diagonal: pairs that make the floor.
        distance: floats (n, n), symmetric.

    Returns:
        n values whose mean is the statistic; all NaN when either kind of pair is missing. A unit without
        which the statistic is undefined gets the statistic itself.
    """
    n = len(distance)
    total = np.array([between.sum(), within.sum()], dtype="float64")
    if n < 2 or not total.all():
        return np.full(n, np.nan)
    sums = np.array([distance[between].sum(), distance[within].sum()])
    whole = sums[0] / total[0] - sums[1] / total[1]
    # each pair stands twice in a symmetric matrix, and leaving i out removes both
    part = 2 * np.array([(distance * between).sum(1), (distance * within).sum(1)])
    left = total[:, None] - 2 * np.array([between.sum(1), within.sum(1)])
    with np.errstate(invalid="ignore", divide="ignore"):
        out = (sums[:, None] - part) / left
    values = n * whole - (n - 1) * (out[0] - out[1])
    values = np.where((left > 0).all(0), values, whole)
    return values - values.mean() + whole


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
        values = np.full(len(kept), np.nan)
        for places in kept.groupby("block", sort=True).indices.values():
            block = kept.iloc[places]
            group = pd.factorize(block["group"])[0]
            filler = pd.factorize(block["filler"])[0]
            same = group[:, None] == group[None, :]
            other_filler = filler[:, None] != filler[None, :]
            values[places] = pseudo_values(~same, same & other_filler, distance(block))
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
