"""Every mean with its interval: overall, by test, by group, and the breakdowns and ratios a suite declares."""

from __future__ import annotations

import math
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

import numpy as np
import pandas as pd

from audit.analysis.frame import NO_SHARES, UNREADABLE, SuiteRows, attributes
from audit.measures import MEASURES, Measure, feature
from audit.measures.base import COMPARED, SHOWN
from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, Breakdown, Estimate, Ratio
from audit.stats import NOISE, Gap, bootstrap_means, cell_part, generator, share_interval, solve

NAN = math.nan
NO_ROWS = "no item that was run has such a value for this model"
NO_ANSWER = "no item of this kind has a right answer that this model can give"

LITTLE_MASS = 0.01
LITTLE_MASS_WORDS = "the choices hold less than 1 % of the model's probability"
"""What a forced choice among words that the model hardly considers must be marked with."""

_BOUNDS: Mapping[str, tuple[float, float]] = {
    **dict.fromkeys(("confidence", "brier", "mass", "p_positive"), (0.0, 1.0)),
    **dict.fromkeys(("top_k_overlap_5", "top_k_overlap_10", "top_k_overlap_20"), (0.0, 1.0)),
    **dict.fromkeys(("valence", "signed_valence", "overconfidence"), (-1.0, 1.0)),
}

_CLASSIFIER = ("accuracy", "failure", "confidence", "valence")
_BY_GROUP = ("overconfidence", "brier", "confident_error")
_BLANK = ("accuracy", "failure", "confidence", "mass")
HEADLINES = tuple(dict.fromkeys((*_CLASSIFIER, *_BY_GROUP, *_BLANK)))
"""Measures that a suite has without declaring them."""


@dataclass(frozen=True, slots=True)
class Coded:
    """Observations as arrays, so that hundreds of means need no data frames."""

    template: np.ndarray
    filler: np.ndarray
    value: np.ndarray
    n_fillers: int

    def mean(self, places: np.ndarray, rate: bool) -> Gap:
        """Give the mean over some observations."""
        return solve([cell_part(self.template[places], self.filler[places], self.value[places], self.n_fillers)], rate)


def coded(cells: pd.DataFrame) -> Coded:
    """Number the templates and fillers of observations sorted by `ordered`."""
    template = pd.factorize(cells["template"].to_numpy(dtype=object), sort=True)[0]
    filler, fillers = pd.factorize(cells["filler"].to_numpy(dtype=object), sort=True)
    return Coded(template, filler, cells["value"].to_numpy(dtype="float64"), len(fillers))


def interval_of(measure: Measure, gap: Gap, n: int) -> tuple[float, float]:
    """Give the 95 % interval that fits a measure: Wilson for shares, else t within the measure's bounds."""
    if measure.rate:
        return share_interval(gap, n)
    low, high = gap.interval()
    bounds = _BOUNDS.get(measure.name)
    return (max(low, bounds[0]), min(high, bounds[1])) if bounds and math.isfinite(low) else (low, high)


def grouped(
    suite: str,
    measure: str,
    cells: pd.DataFrame,
    by: str,
    keys: Sequence[tuple[str, str]] | np.ndarray,
    levels: Sequence[tuple[str, str]],
    extra: Mapping[tuple[str, str], Mapping[str, str]] | None = None,
    reason: str = NO_ROWS,
) -> Iterator[Estimate]:
    """Give the mean of a measure at every level of a grouping.

    Args:
        suite: name.
        measure: name.
        cells: observations sorted by `ordered`.
        by: what the levels are values of.
        keys: (test, group) of every observation; the test is "" where the grouping spans tests.
        levels: the same for every estimate wanted, in order.
        extra: what a chart shows beside a level.
        reason: why a level without observations is undefined.
    """
    arrays = coded(cells)
    places: dict[tuple[str, str], list[int]] = {}
    for i, key in enumerate(keys):
        places.setdefault((key[0], key[1]), []).append(i)
    how = MEASURES[measure]
    for level in levels:
        more = dict((extra or {}).get(level, {}))
        found = np.array(places.get(level, []), dtype=np.intp)
        if not len(found):
            yield Estimate(suite, measure, by, level[1], NAN, NAN, NAN, 0, 0, level[0], reason, more)
            continue
        gap = arrays.mean(found, how.rate)
        low, high = interval_of(how, gap, len(found))
        yield Estimate(
            suite, measure, by, level[1], gap.value, low, high, len(found), gap.clusters, level[0], gap.reason, more
        )


def headline(found: SuiteRows) -> Iterator[Estimate]:
    """Give accuracy, failure, confidence and valence (or mass): overall, by test and by group."""
    rows = found.rows[(found.rows["operation"] == "score").to_numpy()]
    if rows.empty and not found.unreadable:
        return
    blank = FILL_MASK in found.tasks
    names: tuple[str, ...] = _BLANK if blank else _CLASSIFIER
    if blank and not rows["correct"].notna().any():
        names = ("confidence", "mass")
    task = FILL_MASK if blank else TEXT_CLASSIFICATION
    shown = rows[rows["role"].isin(SHOWN).to_numpy()]
    present = set(shown["test"]) | found.unreadable
    levels = {
        "overall": [("", "overall")],
        "test": [(t, t) for t in found.tests(task) if t in present],
        "group": [("", g) for g in sorted(set(shown["group"]))],
    }
    for name in names:
        yield from _plain(found, name, shown, levels)
    for name in () if blank else _BY_GROUP:
        yield from _plain(found, name, shown, {key: levels[key] for key in ("overall", "group")})


def _plain(
    found: SuiteRows, name: str, rows: pd.DataFrame, levels: Mapping[str, Sequence[tuple[str, str]]]
) -> Iterator[Estimate]:
    """Give one measure by several groupings.

    Confidence-only rows are left out of levels that have other rows, so that all measures of a level speak of
    the same items.
    """
    cells = found.clustered(MEASURES[name].cells(rows, found.suite.fillers))
    cells = cells if found.can(name) else cells[:0]
    about = rows.drop_duplicates("example").set_index("example")[["test", "role"]].reindex(cells["example"])
    tests, groups = about["test"].to_numpy(), cells["group"].to_numpy()
    judged = about["role"].isin(COMPARED).to_numpy()
    reason = NO_SHARES if not found.can(name) else NO_ROWS if name in ("confidence", "valence", "mass") else NO_ANSWER
    for by, wanted in levels.items():
        level = {"overall": np.full(len(cells), "overall", dtype=object), "test": tests, "group": groups}[by]
        alone = ~np.isin(level.astype(str), list(set(level[judged].astype(str)))) if by != "overall" else False
        kept = judged | alone
        keys = [(value if by == "test" else "", value) for value in level[kept]]
        for estimate in grouped(found.suite.name, name, cells[kept], by, keys, wanted, reason=reason):
            if by == "test" and estimate.group in found.unreadable:
                estimate = _unreadable(estimate)
            low = name == "mass" and estimate.value < LITTLE_MASS
            yield replace(estimate, extra={**estimate.extra, "flag": LITTLE_MASS_WORDS}) if low else estimate


def _unreadable(estimate: Estimate) -> Estimate:
    return replace(estimate, value=NAN, low=NAN, high=NAN, n=0, clusters=0, reason=UNREADABLE)


def _column(rows: pd.DataFrame, name: str) -> pd.Series:
    return rows.drop_duplicates("example").set_index("example")[name]


def breakdowns(found: SuiteRows) -> Iterator[Estimate]:
    """Give every declared breakdown that fits the model's task; `Estimate.extra` names it."""
    for breakdown in found.suite.breakdowns:
        if breakdown.task in found.tasks:
            yield from _breakdown(found, breakdown)


def _breakdown(found: SuiteRows, wanted: Breakdown) -> Iterator[Estimate]:
    declared = found.tests(wanted.task, wanted.tests)
    tests = tuple(t for t in declared if t not in found.unreadable)
    cells = found.cells(wanted.measure, tests)
    if wanted.groups:
        cells = cells[cells["group"].isin(wanted.groups).to_numpy()].reset_index(drop=True)
    keys = _keys(found, cells, wanted.by)
    order = {value: i for i, value in enumerate(wanted.order or _natural_order(found, wanted))}
    levels = sorted(set(keys), key=lambda key: _rank(key, wanted.by, order))
    present = {group for _, group in levels}
    if wanted.by != "test+group":
        levels += [("", value) for value in wanted.order if value not in present]
    extra = {
        key: {
            "breakdown": wanted.name,
            **(attributes(found.suite.fillers, key[1]) if wanted.by == "filler" else {}),
        }
        for key in levels
    }
    reason = UNREADABLE if declared and not tests else NO_ROWS if found.can(wanted.measure) else NO_SHARES
    by = wanted.by.removeprefix("feature:")
    yield from grouped(found.suite.name, wanted.measure, cells, by, keys, levels, extra, reason)


def _keys(found: SuiteRows, cells: pd.DataFrame, by: str) -> list[tuple[str, str]]:
    if by in ("group", "filler", "template"):
        return [("", str(value)) for value in cells["frame" if by == "template" else by]]
    if by.startswith("feature:"):
        rows = found.rows.drop_duplicates("example")
        values = pd.Series(feature(rows, by.removeprefix("feature:")).to_numpy(), index=rows["example"].to_numpy())
        return [("", str(value)) for value in cells["example"].map(values)]
    tests = cells["example"].map(_column(found.rows, "test"))
    if by == "test":
        return [(str(test), str(test)) for test in tests]
    return [(str(test), str(group)) for test, group in zip(tests, cells["group"], strict=True)]


def _natural_order(found: SuiteRows, wanted: Breakdown) -> Sequence[str]:
    names: Mapping[str, Sequence[str]] = {
        "filler": list(found.suite.fillers),
        "template": list(found.suite.templates),
        "test": [t.name for t in found.suite.tests],
    }
    return wanted.groups or names.get(wanted.by, ())


def _rank(key: tuple[str, str], by: str, order: Mapping[str, int]) -> tuple[object, ...]:
    test, group = key
    place = order.get(group, order.get(f"{test}/{group}", len(order)))
    return (test, place, group) if by == "test+group" else (place, group)


def ratios(found: SuiteRows, seed: int) -> Iterator[Estimate]:
    """Give every declared ratio with its bootstrap interval over templates and fillers."""
    for wanted in found.suite.ratios:
        if wanted.task in found.tasks:
            yield _ratio(found, wanted, seed)


def _ratio(found: SuiteRows, wanted: Ratio, seed: int) -> Estimate:
    suite = found.suite.name
    tests = tuple(t for t in found.tests(wanted.task, wanted.tests) if t not in found.unreadable)
    cells = found.cells(wanted.measure, tests)
    arms = (*wanted.numerator, *wanted.denominator)
    arrays = coded(cells)
    group = cells["group"].to_numpy(dtype=object)
    places = [np.flatnonzero(group == arm) for arm in arms]
    extra = {"title": wanted.title, "reading": wanted.reading}
    n = int(np.isin(group, arms).sum())
    if not all(len(place) for place in places):
        return Estimate(suite, wanted.measure, "ratio", wanted.name, NAN, NAN, NAN, n, 0, "", NO_ROWS, extra)
    parts = [cell_part(arrays.template[p], arrays.filler[p], arrays.value[p], arrays.n_fillers) for p in places]
    above, below = parts[0].mean - parts[1].mean, parts[2].mean - parts[3].mean
    clusters = solve(parts).clusters
    if abs(below) < NOISE:
        reason = "the difference it divides by is 0"
        return Estimate(suite, wanted.measure, "ratio", wanted.name, NAN, NAN, NAN, n, clusters, "", reason, extra)
    means = bootstrap_means(parts, generator(seed, suite, wanted.name, "ratio"))
    divisor = means[:, 2] - means[:, 3]
    if not (np.sign(divisor) == np.sign(below)).mean() > 0.975:
        low, high, reason = NAN, NAN, "no interval: the difference it divides by may be 0"
    else:
        values = (means[:, 0] - means[:, 1]) / divisor
        low, high = (float(x) for x in np.quantile(values, [0.025, 0.975]))
        reason = ""
    return Estimate(
        suite, wanted.measure, "ratio", wanted.name, above / below, low, high, n, clusters, "", reason, extra
    )
