"""What is measured: predictions -> one value per observation, by template, filler and group.

`MEASURES` has every measure by the name that suites use. An observation whose value is undefined is left
out of the frame that a measure gives; it never counts as 0.
"""

from __future__ import annotations

from collections.abc import Mapping

from audit.measures.base import CELL_COLUMNS, Cells, Fillers, Measure, feature
from audit.measures.blanks import BLANK_MEASURES
from audit.measures.borrowed import BORROWED_MEASURES
from audit.measures.labels import CONFIDENT, LABEL_MEASURES, OF_PROBABILITIES
from audit.measures.twins import TWIN_MEASURES

MEASURES: Mapping[str, Measure] = {
    measure.name: measure for measure in (*LABEL_MEASURES, *TWIN_MEASURES, *BLANK_MEASURES, *BORROWED_MEASURES)
}

__all__ = ["CELL_COLUMNS", "CONFIDENT", "MEASURES", "OF_PROBABILITIES", "Cells", "Fillers", "Measure", "feature"]
