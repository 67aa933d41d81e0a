"""Rows of somebody's own data -> figures by group, gaps, curves, agreement and thresholds.

The rows are read batch by batch and reduced to sums by cell and cluster (`sums`); everything else is worked out from
these sums, so that memory does not grow with the rows, but with the number of clusters that have several.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from typing import Any

from audit.owndata.analysis.agreement import agreement_of
from audit.owndata.analysis.crossings import Crossing
from audit.owndata.analysis.curves import curves_of
from audit.owndata.analysis.figures import estimates_of
from audit.owndata.analysis.gaps import Gaps, gaps_of
from audit.owndata.analysis.matrices import confusions_of
from audit.owndata.analysis.parity import parities_of
from audit.owndata.analysis.selection import selections_of
from audit.owndata.analysis.sums import Sums, reduce_rows
from audit.owndata.analysis.suppress import NOT_SHOWN, Hidden, hide
from audit.owndata.analysis.withheld import withhold
from audit.owndata.classes import classes_of
from audit.schema import (
    Agreement,
    Confusion,
    Curve,
    DataSettings,
    DataSource,
    Estimate,
    Finding,
    ModelInfo,
    Selection,
    Skipped,
)

NO_NEUTRAL = "rows labelled neutral"
"""What is left out for a model without a neutral class, as it is named among what was skipped."""


@dataclass(frozen=True, slots=True)
class Analysis:
    """What the rows say; the fields are those of `DataResult`."""

    estimates: tuple[Estimate, ...]
    findings: tuple[Finding, ...]
    confusions: tuple[Confusion, ...]
    curves: tuple[Curve, ...]
    agreement: Agreement | None
    selections: tuple[Selection, ...]
    needed: tuple[tuple[str, str, int, int], ...]
    skipped: tuple[Skipped, ...]


def analyse(rows: Any, source: DataSource, model: ModelInfo, settings: DataSettings) -> Analysis:
    """Work out every figure of an audit of own data.

    Args:
        rows: pyarrow dataset or table with the columns of `audit.owndata.table.columns`.
        source: which columns mean what.
        model: what was audited.
        settings: seed and the error rate aimed at.
    """
    sums = reduce_rows(rows, source)
    hidden = withhold(sums, hide(sums))
    gaps: Gaps = gaps_of(sums, hidden)
    return Analysis(
        estimates=(*_crossed(estimates_of(sums, hidden), gaps.crossings), *parities_of(sums, hidden, settings.seed)),
        findings=gaps.findings,
        confusions=confusions_of(sums, hidden),
        curves=curves_of(sums, hidden),
        agreement=agreement_of(sums, settings.seed),
        selections=selections_of(rows, sums, classes_of(source.labels.values()), settings),
        needed=gaps.needed,
        skipped=_skipped(sums, hidden),
    )


def _crossed(estimates: Iterator[Estimate], crossings: tuple[Crossing, ...]) -> Iterator[Estimate]:
    """Give the accuracies of crossings with what the columns give by themselves, and the shrunken accuracy beside."""
    found = {(crossing.grouping.by, crossing.group): crossing for crossing in crossings}
    for estimate in estimates:
        crossing = found.get((estimate.by, estimate.group))
        if crossing is None or estimate.measure != "accuracy":
            yield estimate
        else:
            extra = {"additive": f"{crossing.additive:.6g}", "shrunken": f"{crossing.shrunken:.6g}"}
            yield replace(estimate, extra=extra)


def unsuppressed(rows: Any, source: DataSource, seed: int) -> tuple[tuple[Estimate, ...], tuple[Finding, ...]]:
    """Give figures and gaps with nothing hidden: for the owner of the rows to judge by, never to be written or shown.

    Args:
        rows: as for `analyse`.
        source: which columns mean what.
        seed: of the audit.
    """
    sums = reduce_rows(rows, source)
    nothing = Hidden({})
    estimates = (*estimates_of(sums, nothing, for_owner=True), *parities_of(sums, nothing, seed))
    return estimates, gaps_of(sums, nothing).findings


def _skipped(sums: Sums, hidden: Hidden) -> tuple[Skipped, ...]:
    found = []
    if sums.neutral_left_out:
        found.append(
            Skipped(
                NO_NEUTRAL,
                "this model has no neutral class, so they cannot be right",
                sums.neutral_left_out,
            )
        )
    some = [by for by, groups in hidden.cells.items() if groups]
    if some:
        # Not how many: a crossing that is hidden must look like one that is empty.
        found.append(Skipped(f"some cells of {', '.join(some)}", NOT_SHOWN.removesuffix(": not shown")))
    return tuple(found)


__all__ = ["NO_NEUTRAL", "Analysis", "analyse", "unsuppressed"]
