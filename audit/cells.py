"""Exported tables, and the one guard against text in them that a spreadsheet would run as a formula."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from audit.scoring import write_atomically

FORMULA = frozenset("=+-@")
"""What a formula begins with (OWASP, CSV injection). Full-width and other forms of these count as they do in Excel."""


def cell(value: Any) -> Any:
    """Make a cell that no spreadsheet takes for a formula: text that may be one gets an apostrophe first.

    Spaces, line breaks, tabs and characters without width before the sign are no hindrance to a spreadsheet, nor here.

    Args:
        value: anything. None stays an empty cell, and a number a number, being written by this program; what is nested
            becomes JSON.

    Returns:
        None, a number, or text without NUL characters.
    """
    if value is None or isinstance(value, (int, float)):
        return value
    text = (value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)).replace("\0", "")
    return "'" + text if _dangerous(text) else text


def _dangerous(text: str) -> bool:
    # A first tab or line break may itself move what follows into a cell of its own.
    if text[:1] in ("\t", "\r", "\n"):
        return True
    first = next((c for c in text if not (c.isspace() or unicodedata.category(c) in ("Cc", "Cf"))), "")
    return unicodedata.normalize("NFKC", first)[:1] in FORMULA


def write_table(path: Path, rows: Iterable[Mapping[str, Any]]) -> None:
    """Write rows as CSV with guarded cells; lines end as RFC 4180 says, so that a cell with either break is quoted."""
    import pandas as pd

    frame = pd.DataFrame([{key: cell(value) for key, value in row.items()} for row in rows])
    write_atomically(path, lambda draft: frame.to_csv(draft, index=False, lineterminator="\r\n"))
