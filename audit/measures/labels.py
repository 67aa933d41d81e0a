"""Measures that need one row each: right or wrong, confident, positive or negative."""

from __future__ import annotations

from collections.abc import Callable

import numpy as np
import pandas as pd

from audit.measures.base import COMPARED, SHOWN, Fillers, Measure, feature, neutral_only, numeric, tidy, with_roles
from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, Unit

CONFIDENT = 0.9
"""Confidence from which an answer counts as confident (docs/method.md 3)."""

Values = Callable[[pd.DataFrame], np.ndarray]

OF_PROBABILITIES = frozenset(
    ("confidence", "confident", "confident_error", "p_positive", "log_odds", "signed_log_odds", "brier")
) | {"overconfidence", "group_effect"}
"""Measures that mean nothing for a model that gives labels by a rule."""


def _judged(values: Values) -> Callable[[pd.DataFrame, Fillers], pd.DataFrame]:
    """Measure only rows that have a right answer which the model can give."""

    def cells(rows: pd.DataFrame, fillers: Fillers) -> pd.DataFrame:
        kept = with_roles(rows, COMPARED)
        kept = kept[kept["correct"].notna().to_numpy() & ~neutral_only(kept)]
        return tidy(kept, values(kept))

    return cells


def _any(values: Values, roles: tuple[str, ...] = SHOWN) -> Callable[[pd.DataFrame, Fillers], pd.DataFrame]:
    """Measure rows whether or not they have a right answer."""

    def cells(rows: pd.DataFrame, fillers: Fillers) -> pd.DataFrame:
        kept = with_roles(rows, roles)
        return tidy(kept, values(kept))

    return cells


def _signed(name: str) -> Values:
    def values(rows: pd.DataFrame) -> np.ndarray:
        sign = pd.to_numeric(feature(rows, "sign"), errors="coerce").to_numpy(dtype="float64")
        return numeric(rows, name).to_numpy() * sign

    return values


def _correct(rows: pd.DataFrame) -> np.ndarray:
    return rows["correct"].astype("float64").to_numpy()


def _confidence(rows: pd.DataFrame) -> np.ndarray:
    return numeric(rows, "confidence").to_numpy()


def _is(rows: pd.DataFrame, label: str) -> np.ndarray:
    return (rows["label"] == label).to_numpy(dtype="float64")


def sides(rows: pd.DataFrame) -> np.ndarray:
    """Give the side of every row: the one polar label in its allowed set.

    Returns:
        "positive", "negative", or "" where the set has none or both, or where nothing is right or wrong.
    """
    found = np.full(len(rows), "", dtype=object)
    for i, allowed in enumerate(rows["allowed"].to_numpy(dtype=object)):
        polar = set() if allowed is None or isinstance(allowed, float) else set(allowed) - {"neutral"}
        if len(polar) == 1:
            found[i] = polar.pop()
    return found


def _side_score(rows: pd.DataFrame) -> np.ndarray:
    side, label = sides(rows), rows["label"].to_numpy(dtype=object)
    score = np.where(label == side, 1.0, np.where(label == "neutral", 0.5, 0.0))
    return np.where(side == "", np.nan, score)


def _column(name: str) -> Values:
    return lambda rows: numeric(rows, name).to_numpy()


def _group_effect(name: str) -> Callable[[pd.DataFrame, Fillers], pd.DataFrame]:
    """Measure each value against the mean over the groups of the same template, axis and form."""

    def cells(rows: pd.DataFrame, fillers: Fillers) -> pd.DataFrame:
        kept = with_roles(rows, COMPARED)
        kept = kept.assign(v=numeric(kept, name), axis=feature(kept, "axis"), form=feature(kept, "form"))
        kept = kept[kept["v"].notna()]
        if kept.empty:
            return tidy(kept, [])
        block = ["template", "axis", "form"]
        means = kept.groupby([*block, "group"], sort=True)["v"].mean()
        grand = means.groupby(level=block, sort=True).mean().rename("grand")
        joined = kept.join(grand, on=block)
        return tidy(joined, (joined["v"] - joined["grand"]).to_numpy())

    return cells


def _measure(
    name: str,
    title: str,
    unit: Unit,
    cells: Callable[[pd.DataFrame, Fillers], pd.DataFrame],
    doc: str,
    task: str = TEXT_CLASSIFICATION,
    rate: bool = False,
) -> Measure:
    return Measure(name, title, unit, task, cells, doc, rate)


LABEL_MEASURES = (
    _measure(
        "accuracy",
        "share of right answers",
        "points",
        _judged(_correct),
        "1 where the predicted label is in the allowed set, else 0; items without a right answer are left out.",
        task="",
        rate=True,
    ),
    _measure(
        "failure",
        "share of wrong answers",
        "points",
        _judged(lambda rows: 1.0 - _correct(rows)),
        "1 where the predicted label is outside the allowed set, else 0; items without a right answer are left out.",
        task="",
        rate=True,
    ),
    _measure(
        "side_score",
        "score on the text's side",
        "points",
        _any(_side_score, COMPARED),
        "1 for an answer on the text's side (the one polar label it allows), 1/2 for neutral, 0 for the other side; "
        "texts without a side are left out. Balanced over the two sides, its mean is the balanced accuracy "
        "(Brodersen et al. 2010), 50 % for any constant answer.",
        rate=True,
    ),
    _measure(
        "miss",
        "share not called negative",
        "points",
        _any(lambda rows: 1.0 - _is(rows, "negative"), COMPARED),
        "1 where the predicted label is not negative, else 0.",
        rate=True,
    ),
    _measure(
        "false_alarm",
        "share called negative",
        "points",
        _any(lambda rows: _is(rows, "negative"), COMPARED),
        "1 where the predicted label is negative, else 0.",
        rate=True,
    ),
    _measure(
        "confidence",
        "confidence",
        "share",
        _any(_confidence),
        "Probability of the predicted label.",
        task="",
    ),
    _measure(
        "confident",
        "share of confident answers",
        "points",
        _any(lambda rows: (_confidence(rows) >= CONFIDENT).astype("float64")),
        "1 where the confidence is .9 or more, else 0.",
        task="",
        rate=True,
    ),
    _measure(
        "confident_error",
        "share of confident errors",
        "points",
        _judged(lambda rows: (_confidence(rows) >= CONFIDENT) * (1.0 - _correct(rows))),
        "1 where the answer is wrong and its confidence .9 or more, else 0.",
        task="",
        rate=True,
    ),
    _measure(
        "p_positive",
        "probability of positive",
        "share",
        _any(_column("p_positive")),
        "Probability that the model gives to positive.",
    ),
    _measure(
        "valence",
        "valence",
        "valence",
        _any(_column("valence")),
        "Probability-weighted polarity from -1 (negative) to +1 (positive).",
    ),
    _measure(
        "log_odds",
        "log-odds of positive",
        "log-odds",
        _any(_column("log_odds")),
        "log((p_positive + 1e-6) / (p_negative + 1e-6)).",
    ),
    _measure(
        "signed_log_odds",
        "log-odds of the right polarity",
        "log-odds",
        _any(_signed("log_odds")),
        "Log-odds of positive, times -1 on items whose right polarity is negative.",
    ),
    _measure(
        "signed_valence",
        "valence toward the right polarity",
        "valence",
        _any(_signed("valence")),
        "Valence, times -1 on items whose right polarity is negative.",
    ),
    _measure(
        "brier",
        "Brier score",
        "share",
        _judged(lambda rows: (_confidence(rows) - _correct(rows)) ** 2),
        "Squared distance of the confidence from 1 (right) or 0 (wrong); lower is better (Brier 1950).",
        task="",
    ),
    _measure(
        "overconfidence",
        "confidence minus accuracy",
        "share",
        _judged(lambda rows: _confidence(rows) - _correct(rows)),
        "Confidence minus 1 (right) or 0 (wrong); the mean is above 0 when the model is surer than it is right.",
        task="",
    ),
    _measure(
        "group_effect",
        "effect of the group named",
        "log-odds",
        _group_effect("log_odds"),
        "Log-odds of positive minus their mean over the groups of the same template and axis.",
    ),
    _measure(
        "group_effect_valence",
        "effect of the group named on valence",
        "valence",
        _group_effect("valence"),
        "Valence minus its mean over the groups of the same template and axis.",
    ),
    _measure(
        "mass",
        "probability held by the choices",
        "share",
        _any(_column("mass")),
        "Probability of all offered choices together before they are made to add to 1.",
        task=FILL_MASK,
    ),
)
