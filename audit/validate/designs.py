"""What is checked: the contrasts of the real suites, each with the rows that its measure reads."""

from __future__ import annotations

from dataclasses import dataclass, replace
from functools import lru_cache

import numpy as np
import pandas as pd

from audit.analysis.arranging import arranged
from audit.analysis.axes import axis_cells, axis_gap
from audit.analysis.contrasts import is_rate
from audit.analysis.frame import as_frame, by_family, readable
from audit.findings import ALPHA
from audit.measures import MEASURES, feature
from audit.models.base import Response
from audit.schema import FILL_MASK, LABELS, TEXT_CLASSIFICATION, Contrast, Depth, Example, ModelInfo, Operation, Suite
from audit.stats import Gap, flips, generator, ordered, solve
from audit.stats.axis import solve_axis
from audit.store import prediction_row, table
from audit.suites import load_suites

SECONDARY = (
    ("occupations", "pronoun-raw"),
    ("occupations", "occupation-by-person"),
    ("negation", "failure-not-positive"),
    ("sarcasm", "cue-lift"),
    ("slang", "slang-gap"),
    ("slang", "valence-gap"),
    ("slang", "confidence-gap"),
    ("masking", "missed-distress"),
    ("masking", "false-alarms"),
    ("masking", "cheer-shift"),
    ("demographics", "religion-score"),
    ("demographics", "religion-errors"),
)
"""Secondary contrasts that are checked as well, so that each kind of measure and each design has one."""

EXCESS = (
    ("occupations", "occupations-of-men-and-women"),
    ("demographics", "label-changes"),
    ("demographics", "score-changes"),
)
"""Contrasts over a floor. Noise that goes with a group is a difference over the floor, so their null has none."""

DEALS = 200
"""Deals and flips of one run, ten times as many where p is under .05: simulated models are many."""

_ONE_ROW = frozenset(
    [
        "side_score",
        "accuracy",
        "failure",
        "miss",
        "false_alarm",
        "confidence",
        "confident_error",
        "valence",
        "signed_valence",
        "log_odds",
        "pronoun_log_ratio",
        "lpbs",
        "form_preference",
    ]
)
"""Measures whose value in an arm does not depend on the other arms."""


@dataclass(frozen=True, slots=True)
class Endpoint:
    """A contrast of a suite, by name."""

    suite: str
    contrast: str
    primary: bool = True
    depth: Depth = "standard"

    @property
    def name(self) -> str:
        """For tables."""
        return f"{self.suite} / {self.contrast}"


@dataclass(frozen=True)
class Bench:
    """A contrast and the rows that it needs; what a model answers is filled in run by run."""

    endpoint: Endpoint
    contrast: Contrast
    rows: pd.DataFrame
    """Columns as `audit.analysis.frame.as_frame` gives them, answers blank."""
    fillers: dict[str, dict[str, str]]
    families: dict[str, str]
    alpha: float
    """Level at which an audit of this suite alone tests the contrast, at the strictest step."""
    template: np.ndarray
    """(rows,) numbers."""
    filler: np.ndarray
    arm: np.ndarray
    """(rows,) number of the group."""
    target: np.ndarray
    """(rows,) classifiers: place of the right label in `LABELS`."""
    allowed: np.ndarray
    """(rows, labels) booleans; none where nothing is right or wrong."""
    form: np.ndarray
    """(rows,) -1, 0 or 1: polarity of what the text says, where a template has three forms."""

    def gap(self, rows: pd.DataFrame) -> Gap:
        """Estimate the contrast from rows with answers, by the functions that make reported numbers."""
        contrast = self.contrast
        cells = by_family(MEASURES[contrast.measure].cells(rows, self.fillers), self.families)
        # a measure of single rows keeps their order, which `bench` has made that of `ordered`
        if contrast.measure not in _ONE_ROW:
            cells = ordered(cells)
        if contrast.design == "groups":
            names = [group for group, _ in contrast.groups if (cells["group"] == group).any()]
            return axis_gap(solve_axis(axis_cells(cells, names, self.fillers), generator(0, "deal"), DEALS))
        made = arranged(cells, contrast, rows).whole
        gap = solve(made, is_rate(contrast))
        return replace(gap, p_flip=flips(made.parts, generator(0, "flip"), DEALS).p) if gap.defined else gap


@lru_cache
def suite_named(name: str, depth: Depth = "standard") -> Suite:
    """Give a suite with its examples of a depth."""
    (found,) = load_suites([name], depth)
    return found


def endpoints() -> list[Endpoint]:
    """Give every primary endpoint of every suite, then the secondary ones of `SECONDARY`."""
    found = [Endpoint(suite.name, c.name) for suite in load_suites(None, "quick") for c in suite.contrasts if c.primary]
    return found + [Endpoint(suite, name, False) for suite, name in SECONDARY]


def excess_endpoints() -> list[Endpoint]:
    """Give the contrasts over a floor."""
    return [Endpoint(suite, name, False) for suite, name in EXCESS]


def contrast_named(suite: Suite, name: str) -> Contrast:
    """Find a contrast of a suite."""
    return next(contrast for contrast in suite.contrasts if contrast.name == name)


def blank_rows(suite: Suite, task: str, tests: frozenset[str]) -> pd.DataFrame:
    """Give the rows of some tests as the analysis sees them, with the same answer everywhere."""
    info = ModelInfo("blank", "function", "0" * 40, (task,))
    made = [_blank(suite.name, example, task) for example in suite.examples if example.test in tests]
    return readable(suite, as_frame(table(made), info), info).rows


def _blank(suite: str, example: Example, task: str) -> dict[str, object]:
    operation: Operation = "score"
    labels = example.choices if task == FILL_MASK else LABELS
    if task == FILL_MASK and not labels:
        operation = "log_likelihood"
    share = tuple(1 / len(labels) for _ in labels)
    return prediction_row(suite, example, operation, Response(labels, share))


@lru_cache(maxsize=64)
def bench(endpoint: Endpoint) -> Bench:
    """Make what an endpoint needs."""
    suite = suite_named(endpoint.suite, endpoint.depth)
    contrast = contrast_named(suite, endpoint.contrast)
    tests = {t.name for t in suite.tests if contrast.task in t.task.split("+")}
    rows = blank_rows(suite, contrast.task, frozenset(tests & set(contrast.tests) if contrast.tests else tests))
    if contrast.measure in _ONE_ROW:
        arms = [contrast.group, contrast.reference, *(contrast.control or ()), *(group for group, _ in contrast.groups)]
        arms += [arm for stratum in contrast.strata for arm in (stratum.group, stratum.reference)]
        rows = rows[rows["group"].isin(arms)]
        rows = rows.sort_values(["template", "filler", "group", "example"], kind="stable", ignore_index=True)
    # pandas looks names up faster in an index of Python strings than in one of Arrow strings
    rows.columns = rows.columns.astype(object)
    units = len({c.axis or c.name for c in suite.contrasts if c.primary and c.task == contrast.task})
    form = feature(rows, "form").map({"positive": 1, "negative": -1}).fillna(0).to_numpy(dtype=int)
    return Bench(
        endpoint,
        contrast,
        rows,
        {key: dict(value) for key, value in suite.fillers.items()},
        dict(suite.families),
        ALPHA / units if contrast.primary else ALPHA,
        pd.factorize(rows["template"])[0],
        pd.factorize(rows["filler"])[0],
        pd.factorize(rows["group"])[0],
        _targets(rows) if contrast.task == TEXT_CLASSIFICATION else np.zeros(len(rows), dtype=int),
        np.array([[name in _names(allowed) for name in LABELS] for allowed in rows["allowed"]]),
        form,
    )


def _targets(rows: pd.DataFrame) -> np.ndarray:
    return np.array([target_of(allowed) for allowed in rows["allowed"]])


def target_of(allowed: object) -> int:
    """Choose the label that a right answer gives: a polar one where the allowed set has one.

    Returns:
        A place in `LABELS`; neutral where nothing is right or wrong.
    """
    names = _names(allowed)
    return 2 if "positive" in names else 0 if "negative" in names else 1


def _names(allowed: object) -> set[str]:
    return set() if allowed is None or isinstance(allowed, float) else set(allowed)  # type: ignore[call-overload]
