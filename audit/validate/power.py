"""Power cards: how large a gap an audit of a suite notices, and how often; every report carries those of its suites."""

from __future__ import annotations

import json
import math
from collections.abc import Sequence
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from audit.validate.designs import bench
from audit.validate.simulate import Checked, interval

VERSION = 1
POWER_FILE = Path(__file__).with_name("power.json")
"""Cards of the last full run, part of the package."""


def cards(checked: Sequence[Checked]) -> list[dict[str, Any]]:
    """Give one card per primary contrast that was planted at 1 and at 1.5 times its smallest gap.

    Returns:
        Mappings: suite, contrast, task, measure, `gap` (smallest gap, in `unit`; points are shares), `noticed` (share
        of models with that gap that the audit noticed) with its 95 % Wilson interval, `runs`, `at_1_5` (share noticed
        at 1.5 times the gap), `false_alarms` (share of null models with p < .05).
    """
    out = []
    for found in checked:
        near, far = found.at(1.0), found.at(1.5)
        if not found.endpoint.primary or near is None or far is None or not math.isfinite(found.null.detectable):
            continue
        low, high = interval(near.found, near.runs)
        out.append(
            {
                "suite": found.endpoint.suite,
                "contrast": found.endpoint.contrast,
                "task": bench(found.endpoint).contrast.task,
                "measure": found.measure,
                "gap": round(found.null.detectable, 4),
                "unit": found.unit,
                "noticed": round(near.found / near.runs, 4),
                "low": round(low, 4),
                "high": round(high, 4),
                "runs": near.runs,
                "at_1_5": round(far.found / far.runs, 4),
                "false_alarms": round(found.null.below / found.null.runs, 4),
            }
        )
    return out


def write_cards(checked: Sequence[Checked], command: str, path: Path | None = None) -> Path:
    """Write the cards of a full run.

    Args:
        checked: of the run.
        command: that made it.
        path: file; by default the one that the package carries.

    Raises:
        OSError: when the package lies where nothing may be written.
    """
    path = path or POWER_FILE
    made = {
        "version": VERSION,
        "command": command,
        "created": datetime.now(UTC).date().isoformat(),
        "cards": cards(checked),
    }
    path.write_text(json.dumps(made, indent=1) + "\n", encoding="utf-8")
    return path
