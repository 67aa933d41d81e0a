"""Which suites have promises to keep: those with a datasheet; one that was only put into `probes/` is no member yet."""

from __future__ import annotations

from pathlib import Path

from audit.suites import suite_names

DATASHEETS = Path(__file__).parent.parent / "docs" / "suites"
KEPT = tuple(name for name in suite_names() if (DATASHEETS / f"{name}.md").is_file())
