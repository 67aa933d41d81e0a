"""The rows that two audits of a suite share, and the differences between their observations.

An item is paired with itself: the value of an observation in the second audit minus its value in the first is one
observation of the change. Contrasts are linear in observations, so the estimator of gaps gives the change of a gap
with the variance of the paired difference (docs/method.md, section 4).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import pandas as pd

from audit.analysis.frame import SuiteRows, as_frame, readable
from audit.schema import AuditResult, ModelInfo, SuiteInfo

KEYS = ["template", "filler", "group", "pair", "example"]


@dataclass(frozen=True)
class Shared:
    """One suite in two audits, cut to what both have."""

    base: SuiteRows
    other: SuiteRows
    texts: pd.DataFrame
    """example, text, allowed, label and confidence in both audits ("label_2", "confidence_2"), scored rows only."""
    dropped: int
    """Rows of the first audit that the second does not have with the same text."""

    def tests(self, task: str, wanted: tuple[str, ...] = ()) -> tuple[str, ...]:
        """Give the tests of a task that both models can read."""
        bad = self.base.unreadable | self.other.unreadable
        return tuple(name for name in self.base.tests(task, wanted) if name not in bad)

    def cells(self, measure: str, tests: tuple[str, ...]) -> tuple[pd.DataFrame, pd.DataFrame, pd.DataFrame]:
        """Give the observations that both audits have.

        Returns:
            Those of the first audit, of the second, and second minus first, row by row the same observation.
        """
        one, two = (_numbered(side.cells(measure, tests)) for side in (self.base, self.other))
        both = one.merge(two[[*KEYS, "copy", "value"]], on=[*KEYS, "copy"], suffixes=("", "_2"), sort=False)
        both = both.dropna(subset=["value", "value_2"]).reset_index(drop=True)
        plain = both.drop(columns=["copy", "value_2"])
        return plain, plain.assign(value=both["value_2"]), plain.assign(value=both["value_2"] - both["value"])


def _numbered(cells: pd.DataFrame) -> pd.DataFrame:
    """Tell apart observations that come from the same two examples, such as the words of one blank."""
    return cells.assign(copy=cells.groupby(KEYS, sort=False, dropna=False).cumcount())


def shared(base: AuditResult, other: AuditResult, suite: SuiteInfo) -> Shared:
    """Cut a suite to the items that two audits share, text by text."""
    one, two = (_rows(side.predictions, suite.name) for side in (base, other))
    keys = ["example", "operation", "text"]
    common = one[keys].merge(two[keys], on=keys)
    one, two = (frame.merge(common, on=keys) for frame in (one, two))
    scored = one[one["operation"] == "score"]
    texts = scored[["example", "text", "allowed", "label", "confidence", "correct", "role"]].merge(
        two[two["operation"] == "score"][["example", "label", "confidence", "correct"]],
        on="example",
        suffixes=("", "_2"),
    )
    dropped = len(_rows(base.predictions, suite.name)) - len(one)
    return Shared(_readable(suite, one, base.model), _readable(suite, two, other.model), texts, dropped)


def _rows(predictions: Any, suite: str) -> pd.DataFrame:
    import pyarrow.compute as pc

    table = predictions if hasattr(predictions, "num_rows") else predictions.to_table()
    return table.filter(pc.equal(table["suite"], suite)).to_pandas()


def _readable(suite: SuiteInfo, rows: pd.DataFrame, model: ModelInfo) -> SuiteRows:
    return readable(suite, as_frame(rows, model), model)
