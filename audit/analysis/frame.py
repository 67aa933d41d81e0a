"""Predictions -> one sorted frame per suite, without what the model could not read."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

import pandas as pd

from audit.measures import MEASURES, OF_PROBABILITIES
from audit.measures.base import neutral_only
from audit.schema import FILL_MASK, RULE, ModelInfo, Skipped, Suite, SuiteInfo
from audit.stats import ordered

AnySuite = Suite | SuiteInfo

UNKNOWN_PER_ITEM = 1
"""An item with more unknown tokens than this is not counted (docs/method.md 3)."""

UNKNOWN_PER_TEST = 0.10
"""A test of which a larger share has an unknown token gets no verdict."""

UNREADABLE = "not readable by this model: more than 10 % of its texts have an unknown token"

NO_SHARES = "needs probabilities, and this model gives a label and a valence only"

_COLUMNS = (
    "suite",
    "test",
    "example",
    "operation",
    "group",
    "template",
    "filler",
    "fillers",
    "pair",
    "role",
    "allowed",
    "features",
    "labels",
    "mass",
    "label",
    "confidence",
    "correct",
    "p_positive",
    "p_negative",
    "valence",
    "log_odds",
    "value",
    "tokens",
    "unknown",
)
_BLANK_COLUMNS = ("probabilities", "top")


@dataclass
class SuiteRows:
    """The readable rows of one suite, and the observations made from them so far."""

    suite: AnySuite
    rows: pd.DataFrame
    tasks: tuple[str, ...]
    unreadable: frozenset[str] = frozenset()
    """Tests that the model cannot read."""
    skipped: tuple[Skipped, ...] = ()
    shares: bool = True
    """Whether the model gives probabilities."""
    _cells: dict[tuple[str, tuple[str, ...]], pd.DataFrame] = field(default_factory=dict)

    def tests(self, task: str, wanted: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Give the tests of a task, or those of them that are wanted, in the suite's order."""
        return tuple(t.name for t in self.suite.tests if task in t.task.split("+") and (not wanted or t.name in wanted))

    def cells(self, measure: str, tests: tuple[str, ...]) -> pd.DataFrame:
        """Give the observations of a measure on some tests, sorted by `ordered`."""
        key = (measure, tests)
        if key not in self._cells:
            rows = self.rows[self.rows["test"].isin(tests)]
            self._cells[key] = self.clustered(MEASURES[measure].cells(rows, self.suite.fillers))
            if not self.can(measure):
                self._cells[key] = self._cells[key][:0]
        return self._cells[key]

    def can(self, measure: str) -> bool:
        """Say whether a measure means anything for the model."""
        return self.shares or measure not in OF_PROBABILITIES

    def clustered(self, cells: pd.DataFrame) -> pd.DataFrame:
        """Sort observations by `ordered`, with templates of one family as one template; "frame" is what it was."""
        return ordered(by_family(cells, self.suite.families))


def by_family(cells: pd.DataFrame, families: Mapping[str, str]) -> pd.DataFrame:
    """Put the family of each template in its place, so that a family is one cluster; "frame" keeps the template."""
    template = cells["template"]
    known = template.map(families) if families else template
    return cells.assign(template=known.where(known.notna(), template), frame=template)


def as_frame(table: Any, model: ModelInfo) -> pd.DataFrame:
    """Read predictions into a frame, sorted so that nothing depends on the order they came in.

    Args:
        table: Arrow table or dataset, or a frame, with the columns of `audit.store.columns`.
        model: list columns that only fill-mask measures need are left out for other models.
    """
    wanted = [*_COLUMNS, *(_BLANK_COLUMNS if FILL_MASK in model.tasks else ())]
    if isinstance(table, pd.DataFrame):
        frame = table[[name for name in wanted if name in table.columns]].copy()
    else:
        names = [name for name in wanted if name in table.schema.names]
        frame = (table.select(names) if hasattr(table, "select") else table.to_table(columns=names)).to_pandas()
    for name, empty in (("pair", ""), ("filler", ""), ("template", ""), ("role", "item"), ("operation", "score")):
        frame[name] = frame[name].astype(object).where(frame[name].notna(), empty) if name in frame else empty
    if "unknown" not in frame:
        frame["unknown"] = 0
    for name in frame.columns[[isinstance(kind, pd.StringDtype) for kind in frame.dtypes]]:
        frame[name] = frame[name].astype(object)
    if "allowed" in frame and "labels" in frame:
        frame["neutral_only"] = neutral_only(frame)
    keys = ["suite", "test", "example", "operation"]
    return frame.sort_values(keys, kind="stable", ignore_index=True)


def readable(suite: AnySuite, rows: pd.DataFrame, model: ModelInfo) -> SuiteRows:
    """Leave out what the model could not read, and list it.

    Args:
        suite: the suite.
        rows: its predictions.
        model: what was audited.
    """
    shown = rows["role"] != "prior"
    share = (rows["unknown"][shown] > 0).groupby(rows["test"][shown]).mean()
    bad = frozenset(str(name) for name in share.index[share > UNKNOWN_PER_TEST])
    counts = rows["test"].value_counts()
    skipped = [Skipped(f"{suite.name}/{t}", UNREADABLE, int(counts[t])) for t in sorted(bad)]
    garbled = (rows["unknown"] > UNKNOWN_PER_ITEM) & ~rows["test"].isin(bad)
    for test, n in rows["test"][garbled].value_counts().sort_index().items():
        skipped.append(
            Skipped(f"{suite.name}/{test}", "texts with more than one unknown token are not counted", int(n))
        )
    kept = rows[~garbled & ~rows["test"].isin(bad)].reset_index(drop=True)
    return SuiteRows(suite, kept, model.tasks, bad, tuple(skipped), model.kind != RULE)


def attributes(fillers: Mapping[str, Mapping[str, str]], name: str) -> dict[str, str]:
    """Give what is known of a filler, for `Estimate.extra`."""
    return {
        key: str(value) for key, value in fillers.get(name, {}).items() if key in ("women", "band", "group", "year")
    }
