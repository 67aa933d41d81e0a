"""A comparison on disk: `compare.json`."""

from __future__ import annotations

import json
from pathlib import Path

from audit.schema import CaveatError, CompareResult
from audit.scoring import write_atomically
from audit.store import converter

FILE = "compare.json"


def save_comparison(result: CompareResult, folder: Path) -> Path:
    """Write a comparison losslessly; an undefined number is null."""
    folder.mkdir(parents=True, exist_ok=True)
    text = json.dumps(converter().unstructure(result), indent=1, ensure_ascii=False, allow_nan=False)
    write_atomically(folder / FILE, lambda path: path.write_text(text + "\n", encoding="utf-8"))
    return folder / FILE


def load_comparison(folder: Path | str) -> CompareResult:
    """Read a comparison.

    Raises:
        CaveatError: when there is none in the folder, or it cannot be read.
    """
    path = Path(folder) / FILE
    if not path.is_file():
        raise CaveatError(f"No {FILE} in {folder}. Make one with: caveat compare DIR DIR --out {folder}")
    try:
        return converter().structure(json.loads(path.read_text(encoding="utf-8")), CompareResult)
    except Exception as error:
        raise CaveatError(
            f"{path} is damaged ({type(error).__name__}). Make it again with: caveat compare DIR DIR"
        ) from error
