"""Estimates that are more than a mean: world fit, worst group, positive controls, answers withheld."""

from __future__ import annotations

import math
from collections.abc import Iterator

import numpy as np
import pandas as pd

from audit.analysis.estimates import coded, grouped, interval_of
from audit.analysis.frame import SuiteRows, attributes
from audit.measures import MEASURES, feature
from audit.measures.base import COMPARED
from audit.schema import FILL_MASK, Estimate
from audit.stats import (
    ECE_ROWS,
    calibration_error,
    calibration_interval,
    coverage_curve,
    generator,
    worst_gap_null,
)

NAN = math.nan
COVERAGES = (0.25, 0.5, 0.75, 0.9, 1.0)
FEWEST_OCCUPATIONS = 5
SPECIAL = ("world_fit", "calibration_error", "selective_accuracy")
"""Measures with an interval that a suite has without declaring them."""
SKEWS = ("lpbs", "pronoun_log_ratio")
"""The same of blanks: over occupations and positive controls."""


def special(found: SuiteRows, seed: int) -> Iterator[Estimate]:
    """Give what applies to the suite and the model."""
    if FILL_MASK in found.tasks:
        yield from world_fit(found)
    else:
        yield from worst_gaps(found, seed)
        if found.shares:
            yield from calibration(found, seed)
            yield from selective(found)
    yield from positive_controls(found)


def world_fit(found: SuiteRows) -> Iterator[Estimate]:
    """Set the model's pronouns beside labour statistics: b(o) = alpha + beta * logit(share of women in o).

    b is log P(she)/P(he). alpha is the overall skew at 50 % women; beta > 1 amplifies the differences between
    occupations. The standard error is clustered on occupations, and also on templates where that is larger
    (alpha moves with the wording). Runs where fillers have "women", in percent, and their items a prior.
    """
    tests = found.tests(FILL_MASK)
    corrected = found.cells("lpbs", tests) if not found.rows.empty else pd.DataFrame()
    known = [o for o, about in found.suite.fillers.items() if 0 < _percent(about.get("women", "")) < 100]
    if corrected.empty or not known:
        return
    raw = found.cells("pronoun_log_ratio", tests)
    raw = raw[raw["example"].isin(corrected["example"]).to_numpy()]
    for name, cells in (("lpbs", corrected), ("pronoun_log_ratio", raw)):
        kept = cells[cells["filler"].isin(known).to_numpy()].reset_index(drop=True)
        seen = set(kept["filler"])
        levels = [("", o) for o in known if o in seen]
        extra = {x: {"breakdown": "world-fit", **attributes(found.suite.fillers, x[1])} for x in levels}
        keys = [("", str(o)) for o in kept["filler"]]
        yield from grouped(found.suite.name, name, kept, "filler", keys, levels, extra)
    yield from _line(found, raw[raw["filler"].isin(known).to_numpy()])


def _percent(text: str) -> float:
    try:
        return float(text)
    except ValueError:
        return NAN


def _line(found: SuiteRows, cells: pd.DataFrame) -> Iterator[Estimate]:
    occupations = cells["filler"].nunique()
    if occupations < FEWEST_OCCUPATIONS:
        return
    from scipy.special import logit, stdtrit
    from statsmodels.regression.linear_model import OLS

    share = np.array([_percent(found.suite.fillers[o]["women"]) / 100 for o in cells["filler"]])
    model = OLS(cells["value"].to_numpy(dtype="float64"), np.column_stack([np.ones(len(share)), logit(share)]))
    occupation, template = (pd.factorize(cells[name], sort=True)[0] for name in ("filler", "template"))
    fits = [(model.fit(cov_type="cluster", cov_kwds={"groups": occupation}).cov_params(), occupations - 1)]
    templates = len(np.unique(template))
    if templates > 1:
        both = model.fit(cov_type="cluster", cov_kwds={"groups": np.column_stack([occupation, template])})
        fits.append((both.cov_params(), min(occupations, templates) - 1))
    values = model.fit().params
    for i, name in enumerate(("alpha", "beta")):
        half = max(float(stdtrit(df, 0.975)) * math.sqrt(max(float(cov[i, i]), 0.0)) for cov, df in fits)
        value = float(values[i])
        extra = {"templates": str(templates), "breakdown": "world-fit"}
        low, high = value - half, value + half
        yield Estimate(
            found.suite.name, "world_fit", "coefficient", name, value, low, high, len(cells), occupations, extra=extra
        )


def worst_gaps(found: SuiteRows, seed: int) -> Iterator[Estimate]:
    """Give the accuracy gap between the best and the worst group of each axis, beside its permutation null.

    The extremes of equal groups differ by chance alone, the more so the more groups there are; the value means
    nothing without `extra`: "null_median", "null_low" and "null_high" (5 and 95 %), "p", "best", "worst", "groups".
    """
    axis = feature(found.rows, "axis")
    for name in sorted(set(axis) - {""}):
        rows = found.rows[(axis == name).to_numpy()]
        cells = found.clustered(MEASURES["accuracy"].cells(rows, found.suite.fillers))
        means = cells.groupby("group", sort=True)["value"].mean()
        if len(means) > 1:
            yield _worst_gap(found.suite.name, name, cells, means, seed)


def _worst_gap(suite: str, axis: str, cells: pd.DataFrame, means: pd.Series, seed: int) -> Estimate:
    keys = ["template", "filler", "group"]
    table = cells.groupby(keys, sort=True)["value"].mean().reset_index()
    group = pd.factorize(table["group"], sort=True)[0]
    template = pd.factorize(table["template"], sort=True)[0]
    filler = pd.factorize(table["group"].astype(str) + "\x1f" + table["filler"].astype(str), sort=True)[0]
    rng = generator(seed, suite, axis, "worst-gap")
    gap, null = worst_gap_null(template, filler, group, table["value"].to_numpy(dtype="float64"), rng)
    low, middle, high = np.quantile(null, [0.05, 0.5, 0.95])
    by_group = table.groupby("group", sort=True)["value"].mean()
    extra = {
        "null_low": f"{low:.6g}",
        "null_median": f"{middle:.6g}",
        "null_high": f"{high:.6g}",
        "p": f"{(1 + int((null >= gap * (1 - 1e-9)).sum())) / (1 + len(null)):.4g}",
        "worst": str(by_group.idxmin()),
        "best": str(by_group.idxmax()),
        "groups": str(len(means)),
    }
    reason = "extremes have no interval of their own; compare with the null"
    return Estimate(
        suite, "worst_gap", "axis", axis, gap, NAN, NAN, len(cells), int(template.max()) + 1, "", reason, extra
    )


def positive_controls(found: SuiteRows) -> Iterator[Estimate]:
    """Give what the items show that must show an effect; they stand outside every other estimate."""
    rows = found.rows
    named = rows["role"] == "positive-control"
    if not named.any():
        return
    kept = rows[(named | (rows["role"] == "prior")).to_numpy()]
    kept = kept.assign(role=kept["role"].where(kept["role"] == "prior", "item"))
    for measure in SKEWS if FILL_MASK in found.tasks else ("accuracy", "valence"):
        cells = found.clustered(MEASURES[measure].cells(kept, found.suite.fillers))
        levels = list(dict.fromkeys(("", str(filler)) for filler in cells["filler"]))
        extra = {x: attributes(found.suite.fillers, x[1]) for x in levels}
        keys = [("", str(filler)) for filler in cells["filler"]]
        yield from grouped(found.suite.name, measure, cells, "positive-control", keys, levels, extra)


def calibration(found: SuiteRows, seed: int) -> Iterator[Estimate]:
    """Give the debiased expected calibration error, overall and by group; NaN under 100 items."""
    judged = _judged(found)
    if judged.empty:
        return
    arrays, confidence = coded(judged), judged["confidence"].to_numpy()
    group = judged["group"].to_numpy(dtype=object)
    for by, name in (("overall", "overall"), *(("group", str(g)) for g in sorted(set(group)))):
        at = np.flatnonzero(np.ones(len(group), dtype=bool) if by == "overall" else group == name)
        sure, right = confidence[at], arrays.value[at]
        value = calibration_error(sure, right)
        rng = generator(seed, found.suite.name, by, name, "calibration")
        low, high = calibration_interval(arrays.template[at], arrays.filler[at], sure, right, rng)
        few = f"fewer than {ECE_ROWS} items" if math.isnan(value) else ""
        clusters = arrays.mean(at, False).clusters
        yield Estimate(found.suite.name, "calibration_error", by, name, value, low, high, len(at), clusters, "", few)


def _judged(found: SuiteRows) -> pd.DataFrame:
    """Observations of accuracy, sorted, with the confidence of each answer."""
    rows = found.rows[found.rows["role"].isin(COMPARED).to_numpy()]
    cells = found.clustered(MEASURES["accuracy"].cells(rows, found.suite.fillers))
    sure = cells["example"].map(rows.drop_duplicates("example").set_index("example")["confidence"])
    return cells.assign(confidence=sure.to_numpy(dtype="float64"))


def selective(found: SuiteRows) -> Iterator[Estimate]:
    """Give the accuracy of the surest answers at some coverages; `extra` has the confidence it takes."""
    cells = _judged(found)
    if cells.empty:
        return
    confidence = cells["confidence"].to_numpy()
    arrays = coded(cells)
    how = MEASURES["accuracy"]
    coverage, _, thresholds = coverage_curve(confidence, arrays.value)
    for wanted in COVERAGES:
        # answers that are equally sure stay together
        at = int(np.argmin(coverage < wanted - 1e-12))
        places = np.flatnonzero(confidence >= thresholds[at])
        gap = arrays.mean(places, True)
        low, high = interval_of(how, gap, len(places))
        extra = {"threshold": f"{thresholds[at]:.6g}", "coverage": f"{coverage[at]:.6g}"}
        yield Estimate(
            found.suite.name,
            "selective_accuracy",
            "coverage",
            f"{wanted:g}",
            gap.value,
            low,
            high,
            len(places),
            gap.clusters,
            "",
            gap.reason,
            extra,
        )
