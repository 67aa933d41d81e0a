"""Files of third-party benchmarks: from a path or from a data set on the Hub, with one line for each mistake."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any, Literal

from audit.benchmarks.about import About
from audit.schema import CaveatError, ModelUnavailable
from audit.schema.errors import mistake

HUB = "hub:"
Row = dict[str, str]


def located(where: str, about: About, offline: bool = False) -> Path:
    """Find the user's copy.

    Args:
        where: a path, or hub:owner/name/path/in/the/data/set, with @revision behind it if wanted.
        about: the benchmark, for messages.
        offline: take files of the Hub from the cache only.

    Returns:
        An existing file or folder; from the Hub, a file in the cache.

    Raises:
        CaveatError: when it is not there.
        ModelUnavailable: when the Hub has it not, or cannot be reached.
    """
    if where.startswith(HUB):
        return _fetched(where.removeprefix(HUB), offline)
    path = Path(where).expanduser()
    if not path.exists():
        raise CaveatError(
            f"{path} is not there. {about.short} needs {about.file}; get it from {about.get} (licence: {about.licence})"
        )
    return path


def _fetched(address: str, offline: bool) -> Path:
    address, _, revision = address.partition("@")
    parts = address.split("/")
    if len(parts) < 3 or not all(parts):
        raise CaveatError(f"{HUB}{address} names no file. Write {HUB}owner/name/path/of/the/file in the data set")
    from huggingface_hub import constants, get_hf_file_metadata, hf_hub_download, hf_hub_url, try_to_load_from_cache
    from huggingface_hub.errors import HfHubHTTPError

    name, file = "/".join(parts[:2]), "/".join(parts[2:])
    asked: dict[str, Any] = {"repo_type": "dataset", "revision": revision or None}
    here: Path | None = None
    try:
        kept = try_to_load_from_cache(name, file, **asked)
        here = Path(kept) if isinstance(kept, str) else None
        if offline or constants.HF_HUB_OFFLINE:
            if here is not None:
                return here
            raise ModelUnavailable(
                f"{file} of the data set {name} is not on this machine, and this run is offline. Give a path to it"
            )
        # Asked once, without the library's retries: without a network they take half a minute.
        get_hf_file_metadata(hf_hub_url(name, file, **asked), timeout=5)
        return Path(hf_hub_download(name, file, etag_timeout=5, **asked))
    except CaveatError:
        raise
    except Exception as error:
        if here is not None and not isinstance(error, HfHubHTTPError):
            return here
        first = (str(error).strip().splitlines() or [""])[0]
        raise ModelUnavailable(
            f"{file} of the data set {name} could not be fetched ({type(error).__name__}: {first[:120]}). "
            "Download it and give its path"
        ) from None


def text_of(path: Path) -> str:
    """Read a UTF-8 file, without its byte order mark."""
    if path.is_dir():
        raise mistake(path, "", "is a folder. Give the path of the file")
    try:
        return path.read_bytes().decode("utf-8-sig")
    except OSError as error:
        raise mistake(path, "", f"cannot be read ({error.strerror})") from None
    except UnicodeDecodeError as error:
        raise mistake(path, f"byte {error.start}", "is not UTF-8. Take the file as its authors give it") from None


def digest_of(paths: Sequence[Path]) -> str:
    """Give the SHA-256 of some files together."""
    sha = sha256()
    for path in paths:
        sha.update(path.read_bytes())
    return sha.hexdigest()


def table_of(path: Path, needed: Sequence[str], about: About, delimiter: str = ",") -> list[Row]:
    """Read a table with a heading.

    Args:
        path: of the file.
        needed: columns that must be there; others are kept as they are.
        about: the benchmark, for messages.
        delimiter: between cells.

    Raises:
        CaveatError: for a missing column, no rows, or a row of another length.
    """
    text = text_of(path)
    # A comma inside a sentence is quoted; a tab-separated file has quotation marks that are part of its sentences.
    quotes = '"' if delimiter == "," else None
    quoting: Literal[0, 3] = csv.QUOTE_MINIMAL if quotes else csv.QUOTE_NONE
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, quotechar=quotes, quoting=quoting)
    try:
        lines = [cells for cells in reader if any(map(str.strip, cells))]
    except csv.Error as error:
        raise mistake(path, f"line {reader.line_num}", f"is not a table ({error})") from None
    heading = [name.strip() for name in lines[0]] if lines else []
    missing = [name for name in needed if name not in heading]
    if missing:
        raise mistake(
            path,
            "line 1",
            f"no column {', '.join(missing)}, which {about.short} has. Take {about.file} from {about.get}",
        )
    rows = []
    for number, cells in enumerate(lines[1:], start=2):
        if len(cells) != len(heading):
            raise mistake(path, f"row {number}", f"{len(cells)} cells, but the heading has {len(heading)}")
        rows.append(dict(zip(heading, (cell.strip() for cell in cells), strict=True)))
    if not rows:
        raise mistake(path, "", "no rows below the heading")
    return rows


def json_of(path: Path, text: str, place: str = "") -> Any:
    """Read JSON text that stands in a file."""
    try:
        return json.loads(text)
    except ValueError as error:
        raise mistake(path, place, f"is not JSON ({error})") from None
