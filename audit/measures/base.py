"""What every measure shares: its description, and helpers that read the columns of a prediction table."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import lru_cache
from typing import Any

import numpy as np
import pandas as pd

from audit.schema import Unit

Fillers = Mapping[str, Mapping[str, str]]
Cells = Callable[[pd.DataFrame, Fillers], pd.DataFrame]

CELL_COLUMNS = ("template", "filler", "group", "value", "example", "pair")
"""Columns of what `Measure.cells` gives: one row per observation, `value` a finite float."""

COMPARED = ("item", "control")
"""Roles that enter contrasts."""

SHOWN = (*COMPARED, "confidence-only")
"""Roles for measures that need no right answer."""

SMALLEST = 1e-30
"""Probabilities are not taken below this before a logarithm; single precision ends near 1e-38."""


@dataclass(frozen=True, slots=True)
class Measure:
    """One thing that is measured, and how the predictions of a suite turn into it."""

    name: str
    title: str
    """For people, lower case: "share of wrong answers"."""
    unit: Unit
    task: str
    """Kind of model in the Hub's words; empty when any kind has it."""
    cells: Cells
    """(rows of one suite, fillers) -> frame with `CELL_COLUMNS`; undefined rows are left out, never 0."""
    doc: str
    """One sentence: the formula in words, with its source where it has one."""
    rate: bool = False
    """Whether single values are 0 or 1, so that a mean is a share with a Wilson interval."""
    twins: bool = False
    """Whether a value is made from the two examples of a pair."""


@lru_cache(maxsize=65536)
def _parsed(text: str) -> Mapping[str, Any]:
    found = json.loads(text) if text else {}
    return found if isinstance(found, dict) else {}


def feature(rows: pd.DataFrame, name: str) -> pd.Series:
    """Give one feature of every row.

    Args:
        rows: predictions; `features` holds JSON text or mappings.
        name: key of `Example.features`.

    Returns:
        One string per row, "" where the row lacks the feature.
    """
    features = rows["features"].to_numpy(dtype=object)
    values = [_feature(found, name) for found in features]
    return pd.Series(np.array(values, dtype=object), index=rows.index, dtype=object)


def _feature(found: Any, name: str) -> str:
    if isinstance(found, str):
        found = _parsed(found)
    return str(found.get(name, "")) if isinstance(found, Mapping) else ""


def numeric(rows: pd.DataFrame, name: str) -> pd.Series:
    """Give a column as floats, with NaN for null."""
    return pd.to_numeric(rows[name], errors="coerce").astype("float64")


def with_roles(rows: pd.DataFrame, roles: tuple[str, ...], operation: str = "score") -> pd.DataFrame:
    """Keep the rows of some roles and of one operation."""
    return rows[rows["role"].isin(roles) & (rows["operation"] == operation)]


def neutral_only(rows: pd.DataFrame) -> np.ndarray:
    """Tell which rows allow nothing but "neutral" from a model that has no such label.

    Args:
        rows: predictions; a column "neutral_only" saves the work.

    Returns:
        Booleans, one per row.
    """
    if "neutral_only" in rows:
        return rows["neutral_only"].to_numpy(dtype=bool)
    allowed = rows["allowed"].to_numpy(dtype=object)
    labels = rows["labels"].to_numpy(dtype=object)
    return np.fromiter(
        (a is not None and len(a) == 1 and a[0] == "neutral" and "neutral" not in b for a, b in _both(allowed, labels)),
        dtype=bool,
        count=len(rows),
    )


def _both(allowed: np.ndarray, labels: np.ndarray) -> Any:
    for a, b in zip(allowed, labels, strict=True):
        yield (None if a is None or isinstance(a, float) else list(a)), list(b)


def tidy(rows: pd.DataFrame, value: Any) -> pd.DataFrame:
    """Put values beside what identifies their rows; rows whose value is undefined are left out.

    Args:
        rows: predictions.
        value: one number per row, in the order of `rows`.

    Returns:
        A frame with `CELL_COLUMNS`.
    """
    values = np.asarray(value, dtype="float64")
    finite = np.isfinite(values)
    out = rows.loc[finite, [name for name in CELL_COLUMNS if name != "value"]].reset_index(drop=True)
    out.insert(3, "value", values[finite])
    return out


def empty() -> pd.DataFrame:
    """Give a frame with `CELL_COLUMNS` and no rows."""
    return pd.DataFrame({name: pd.Series(dtype="float64" if name == "value" else "object") for name in CELL_COLUMNS})


def choice_probabilities(rows: pd.DataFrame, *choices: str) -> np.ndarray:
    """Look up the probability of some choices in every row, whatever their case.

    Args:
        rows: fill-mask predictions with `labels` and `probabilities`.
        choices: words in lower case.

    Returns:
        Array (rows, choices); NaN where a row does not offer the choice.
    """
    out = np.full((len(rows), len(choices)), np.nan)
    places: dict[tuple[str, ...], list[int | None]] = {}
    labels, probabilities = rows["labels"].to_numpy(dtype=object), rows["probabilities"].to_numpy(dtype=object)
    for i, (words, found) in enumerate(zip(labels, probabilities, strict=True)):
        key = tuple(words)
        if key not in places:
            lower = [word.strip().lower() for word in key]
            places[key] = [lower.index(choice) if choice in lower else None for choice in choices]
        for j, place in enumerate(places[key]):
            if place is not None:
                out[i, j] = found[place]
    return out


def log_ratio(above: np.ndarray, below: np.ndarray) -> np.ndarray:
    """Give log(above / below), in nats; NaN where either is NaN."""
    return np.log(np.maximum(above, SMALLEST)) - np.log(np.maximum(below, SMALLEST))
