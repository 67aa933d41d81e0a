"""Files of any of the usual kinds -> rows in chunks. A mistake in them is one line."""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

from audit.owndata.reading.base import SIZE, Cells, Reader, need_column, written
from audit.owndata.reading.hub import PREFIX, HubRows
from audit.schema.errors import listed, mistake

__all__ = ["Cells", "FORMATS", "Reader", "SIZE", "need_column", "open_source", "written"]

FORMATS = (".csv", ".tsv", ".tab", ".txt", ".jsonl", ".ndjson", ".json", ".parquet", ".pq", ".xlsx", ".xlsm")


def open_source(
    source: Any, *, encoding: str = "", sheet: str = "", revision: str = "", offline: bool = False
) -> Reader:
    """Open somebody's rows.

    Args:
        source: a path, "hub:name/config:split", a pandas DataFrame or an Arrow table.
        encoding: of a text file; "" tries UTF-8 and Windows-1252.
        sheet: of a workbook; "" takes the first.
        revision: of a Hub data set.
        offline: use the cache only.

    Raises:
        CaveatError: when it cannot be read, with the reason and the next step.
        ModelUnavailable: for a Hub data set that cannot be had.
    """
    if not isinstance(source, (str, Path)):
        from audit.owndata.reading.columnar import TableRows

        return TableRows(source)
    if str(source).startswith(PREFIX):
        return HubRows(str(source), revision, offline)
    if not str(source).strip():
        raise mistake("no file given", "name a CSV, TSV, JSON, Parquet or Excel file, or hub:name/config:split")
    path = Path(source)
    kind = path.suffix.lower()
    try:
        _check_there(path)
    except OSError as error:
        raise mistake(path, f"cannot be read ({error.strerror or error}). Check the path") from None
    if sheet and kind not in (".xlsx", ".xlsm"):
        raise mistake(path, "--sheet is for Excel workbooks. Leave it out")
    if encoding and kind in (".xlsx", ".xlsm", ".parquet", ".pq"):
        raise mistake(path, "--encoding is for CSV, TSV and JSON. Leave it out")
    try:
        return _open_file(path, kind, encoding, sheet)
    except PermissionError:
        raise mistake(path, "cannot be read: no permission. Check who may read it") from None
    except OSError as error:
        raise mistake(path, f"cannot be read ({error.strerror or error})") from None


def _open_file(path: Path, kind: str, encoding: str, sheet: str) -> Reader:
    if path.stat().st_size == 0:
        raise mistake(path, "the file is empty. It needs a heading with the names of the columns, and rows")
    if kind in (".csv", ".tsv", ".tab", ".txt"):
        from audit.owndata.reading.delimited import Delimited

        return Delimited(path, encoding)
    if kind in (".jsonl", ".ndjson", ".json"):
        from audit.owndata.reading.jsonlines import JsonRows

        return JsonRows(path, encoding)
    if kind in (".parquet", ".pq"):
        from audit.owndata.reading.columnar import ParquetRows

        return ParquetRows(path)
    if kind in (".xlsx", ".xlsm"):
        from audit.owndata.reading.sheets import SheetRows

        return SheetRows(path, sheet)
    if kind == ".xls":
        raise mistake(path, "is an old Excel format. Save it as .xlsx or CSV")
    raise mistake(path, f"no reader for {kind or 'a file without an ending'}. Known endings: {', '.join(FORMATS)}")


def _check_there(path: Path) -> None:
    if path.is_dir():
        inside = sorted(child.name for child in path.iterdir() if child.suffix.lower() in FORMATS)
        raise mistake(path, f"is a folder. Name one file; in it: {listed(inside, 8)}")
    if path.exists() and not path.is_file():
        raise mistake(path, "is a device or a pipe, and is read more than once. Save the rows as a file")
    if not path.exists():
        near = sorted(p.name for p in path.parent.glob("*") if p.suffix.lower() in FORMATS and p.exists())
        what = f"is a link to {os.readlink(path)}, which is not there" if path.is_symlink() else "no such file"
        more = f"In {path.parent}: {listed(near, 8)}" if near else "Check the path"
        raise mistake(path, f"{what}. {more if path.parent.is_dir() else f'There is no folder {path.parent}'}")
