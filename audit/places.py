"""Where the folders `probes` and `reports` lie: inside an installation, beside `audit` in a checkout or a Space."""

from __future__ import annotations

from pathlib import Path

_HERE = Path(__file__).resolve().parent


def folder(name: str) -> Path:
    """Give the folder of suites or of what a report looks like.

    The build puts `probes/` and `reports/` into the package under the names `_probes` and `_reports`, so that an
    installation takes one name only; a checkout and a Space install nothing and have them beside `audit`.

    Args:
        name: "probes" or "reports".
    """
    inside = _HERE / f"_{name}"
    return inside if inside.is_dir() else _HERE.parent / name
