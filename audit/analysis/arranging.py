"""A declared contrast -> the parts that its estimate is made of, as a whole and stratum by stratum."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pandas as pd

from audit.measures import feature
from audit.schema import Contrast, Stratum
from audit.stats import Layout, arrange, halves


@dataclass(frozen=True, slots=True)
class Arranged:
    """What a contrast is estimated from."""

    whole: Layout
    strata: tuple[tuple[Stratum, Layout], ...] = ()


def arranged(cells: pd.DataFrame, contrast: Contrast, rows: pd.DataFrame) -> Arranged:
    """Arrange the observations of a contrast.

    Args:
        cells: of its measure, sorted by `ordered`.
        contrast: what is compared; of design "groups", its two named groups as matched pairs.
        rows: the predictions that the observations come from; strata are told by their tests and features.
    """
    if not contrast.strata or contrast.design == "groups":
        design = "paired" if contrast.design == "groups" else contrast.design
        design = design if contrast.reference else "mean"
        return Arranged(arrange(cells, contrast.group, contrast.reference, design, contrast.control))
    found = [(within(cells, stratum, rows), stratum.group, stratum.reference) for stratum in contrast.strata]
    strata = tuple(
        (stratum, arrange(part, stratum.group, stratum.reference, "paired"))
        for stratum, (part, _, _) in zip(contrast.strata, found, strict=True)
    )
    if any(not len(layout.parts[0].value) for _, layout in strata):
        empty = next(layout for _, layout in strata if not len(layout.parts[0].value))
        return Arranged(empty, strata)
    return Arranged(halves(found), strata)


def within(cells: pd.DataFrame, stratum: Stratum, rows: pd.DataFrame) -> pd.DataFrame:
    """Keep the observations of a stratum, told by the tests and features of their examples."""
    kept = np.ones(len(cells), dtype=bool)
    about = rows.drop_duplicates("example").set_index("example") if stratum.tests or stratum.where[0] else rows
    if stratum.tests:
        kept &= cells["example"].map(about["test"]).isin(stratum.tests).to_numpy()
    if stratum.where[0]:
        values = pd.Series(feature(about, stratum.where[0]).to_numpy(), index=about.index)
        kept &= (cells["example"].map(values) == stratum.where[1]).to_numpy()
    return cells[kept]
