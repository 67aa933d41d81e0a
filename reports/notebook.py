"""How results show themselves in a notebook, and as pandas frames."""

from __future__ import annotations

import math
from typing import Any

from markupsafe import Markup

from audit.findings import key_findings
from audit.schema import OVERALL, AuditResult, DataResult, Finding
from audit.store import converter, predictions_table
from reports import words
from reports.owndata import page as owndata


def to_html(result: AuditResult | DataResult) -> str:
    """Give the summary that a notebook shows: the model, the clearest findings, and where the rest is."""
    if isinstance(result, AuditResult):
        items = sum(suite.examples for suite in result.suites)
        head = f"{items:,} items, {len(result.suites)} suites, {result.settings.depth} depth"
        chosen = key_findings(result.findings)
        figures: list[tuple[str, str]] = []
    else:
        head = f"{result.source.used:,} rows of {result.source.name}"
        chosen = owndata.key_findings(result)
        figures = [
            (e.measure.replace("_", " "), f"{e.value:.3f} ({e.low:.3f} to {e.high:.3f})")
            for e in result.estimates
            if e.by == OVERALL and e.measure in ("accuracy", "macro_f1", "brier") and math.isfinite(e.value)
        ]
    lines = [Markup("<p><strong>{}</strong> {}</p>").format(result.model.id, head)]
    if figures:
        rows = [Markup("<tr><th>{}</th><td>{}</td></tr>").format(name, value) for name, value in figures]
        lines.append(Markup("<table>{}</table>").format(Markup("").join(rows)))
    listed = [Markup("<li>{} {}: {}</li>").format(*_said(finding)) for finding in chosen]
    lines.append(Markup("<ul>{}</ul>").format(Markup("").join(listed)) if listed else Markup("<p>No verdict.</p>"))
    lines.append(
        Markup("<p><small>{}</small></p>").format(
            "result.frame('findings'), .frame('estimates') and .frame('rows') give pandas frames. A contrast without a "
            "finding is no evidence of absence below what could have been seen."
        )
    )
    return str(Markup("\n").join(lines))


def _said(finding: Finding) -> tuple[str, str, str]:
    return words.SEVERITY_SIGNS[finding.severity], words.SEVERITY_WORDS[finding.severity], finding.sentence


def to_frame(result: AuditResult | DataResult, what: str) -> Any:
    """Give a pandas frame.

    Args:
        result: an audit.
        what: "findings", "estimates", or "rows" (the predictions; of own data, the scored rows).

    Raises:
        ValueError: for another name.
    """
    import pandas as pd

    if what in ("findings", "estimates"):
        entries = result.findings if what == "findings" else result.estimates
        return pd.DataFrame([converter().unstructure(entry) for entry in entries])
    if what != "rows":
        raise ValueError(f"no frame {what!r}; there are: findings, estimates, rows")
    if isinstance(result, AuditResult):
        return predictions_table(result).to_pandas()
    return result.rows.to_table().to_pandas()
