"""Templates that word one idea: a family is one cluster in every interval (docs/method.md, section 4)."""

from __future__ import annotations

import csv
from collections.abc import Mapping
from functools import cache

from audit.places import folder


@cache
def families(suite: str) -> Mapping[str, str]:
    """Give template id -> family of a suite; a template that is not there is an idea of its own.

    Args:
        suite: its name.
    """
    text = (folder("probes") / "data" / "families.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    rows = csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE)
    return {template: row["family"] for row in rows if row["suite"] == suite for template in row["templates"].split()}
