"""Predictions of a model on some suites -> estimates, findings, and what was left out."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from audit.analysis.contrasts import drafts
from audit.analysis.estimates import breakdowns, headline, ratios
from audit.analysis.frame import AnySuite, as_frame, readable
from audit.analysis.special import special
from audit.findings import Draft, settle
from audit.schema import Depth, Estimate, Finding, ModelInfo, Skipped


def analyse(
    table: Any, suites: Sequence[AnySuite], model: ModelInfo, seed: int = 0, depth: Depth = "standard"
) -> tuple[list[Estimate], list[Finding], list[Skipped]]:
    """Work out every number of an audit.

    The same predictions give the same numbers, whatever order their rows and the suites come in.

    Args:
        table: Arrow table or dataset, or a pandas frame, with the columns of `audit.store.columns`.
        suites: what was run; their contrasts, breakdowns and ratios say what is worked out.
        model: what was audited; decides which tasks apply.
        seed: of the resampling; 0 is a seed like any other.
        depth: of the audit; a quick one judges primary contrasts only.

    Returns:
        Estimates and findings in the order in which the suites declare them, and what was not counted.
    """
    frame = as_frame(table, model)
    estimates: list[Estimate] = []
    skipped: list[Skipped] = []
    waiting: list[Draft] = []
    for suite in suites:
        rows = frame[(frame["suite"] == suite.name).to_numpy()]
        if rows.empty:
            continue
        found = readable(suite, rows, model)
        skipped += found.skipped
        estimates += [*headline(found), *breakdowns(found), *ratios(found, seed), *special(found, seed)]
        waiting += drafts(found, seed)
    return estimates, settle(waiting, depth), skipped


__all__ = ["analyse"]
