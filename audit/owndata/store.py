"""An audit of somebody's own rows on disk: `data.json`, `rows.parquet`, and what is rendered from them."""

from __future__ import annotations

import json
import secrets
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from audit.owndata.table import ROWS
from audit.schema import CaveatError, DataResult
from audit.scoring import write_atomically
from audit.store import converter, save_timing, timing_of

DATA = "data.json"
SECRET = ".secret"
"""With it, whoever guesses a text can find its row. Not for sharing: leave it out of what is published."""
VERSION = 1


def to_json(result: DataResult) -> str:
    """Give `data.json`: the result without its rows and its duration."""
    data = converter().unstructure(replace(result, rows=None, seconds=0.0))
    del data["rows"]
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str, where: str = DATA) -> DataResult:
    """Read what `to_json` wrote.

    Raises:
        CaveatError: when it is not such a file, or of a later version.
    """
    try:
        data = json.loads(text)
        version = data["schema_version"]
    except (ValueError, KeyError, TypeError):
        raise CaveatError(f"{where} is no audit of own data. Make one with: caveat data FILE MODEL") from None
    if version != VERSION:
        raise CaveatError(
            f"{where} has version {version}; this program reads version {VERSION}. Update it, or run again."
        )
    try:
        result: DataResult = converter().structure(data | {"rows": None}, DataResult)
    except Exception as error:
        raise CaveatError(f"{where} is damaged ({type(error).__name__}). Run the audit again.") from error
    return result


def save_data(result: DataResult, folder: Path, digest: str = "") -> None:
    """Write `data.json` and the duration; `rows.parquet` is there already.

    Args:
        result: whole.
        folder: results folder.
        digest: of everything that decides the result, so that the same call need not run again.
    """
    write_atomically(folder / DATA, lambda path: path.write_text(to_json(result), encoding="utf-8"))
    save_timing(folder, timing_of(folder) | {"data": {"seconds": result.seconds, "digest": digest}})


def begin(folder: Path) -> None:
    """Forget that the folder holds a whole result, before its rows are written anew."""
    if _told(folder):
        save_timing(folder, timing_of(folder) | {"data": {}})


def _told(folder: Path) -> Mapping[str, Any]:
    found = timing_of(folder).get("data")
    return found if isinstance(found, dict) else {}


def finished(folder: Path, digest: str) -> bool:
    """Say whether the folder holds the whole result of the same run."""
    return _told(folder).get("digest") == digest and (folder / DATA).exists() and (folder / ROWS).exists()


def load_data_result(folder: Path | str) -> DataResult:
    """Read a results folder; neither the model nor the source is needed.

    Raises:
        CaveatError: when there is no such folder, or it is damaged.
    """
    import pyarrow as pa
    import pyarrow.dataset as ds

    folder = Path(folder)
    if not (folder / DATA).exists():
        raise CaveatError(f"No {DATA} in {folder}. Make one with: caveat data FILE MODEL --out {folder}")
    result = from_json((folder / DATA).read_text(encoding="utf-8"), str(folder / DATA))
    try:
        rows = ds.dataset(folder / ROWS, format="parquet")
    except (OSError, pa.ArrowException) as error:
        raise CaveatError(f"{folder / ROWS} cannot be read ({type(error).__name__}). Run the audit again.") from None
    return replace(result, rows=rows, seconds=float(_told(folder).get("seconds", 0.0)))


def secret_of(folder: Path) -> bytes:
    """Give the secret of a results folder; the first call makes it."""
    path = folder / SECRET
    if not path.exists():
        made = secrets.token_hex(32)

        def write(draft: Path) -> None:
            draft.touch(mode=0o600)
            draft.write_text(made, encoding="ascii")

        write_atomically(path, write)
    return bytes.fromhex(path.read_text(encoding="ascii"))
