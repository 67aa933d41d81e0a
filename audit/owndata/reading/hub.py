"""A data set on the Hugging Face Hub: hub:name/config:split."""

from __future__ import annotations

import os
import re
from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from typing import Any

from audit.owndata.reading.base import Cells
from audit.owndata.reading.columnar import _rechunked
from audit.schema import CaveatError, ModelUnavailable
from audit.schema.errors import listed, mistake

PREFIX = "hub:"
_FORM = re.compile(r"(?P<path>[\w.\-]+(/[\w.\-]+){0,2})(:(?P<split>[\w.\-\[\]%:+]+))?")
HOW = "Write hub:owner/name, hub:owner/name:split or hub:owner/name/config:split"


class HubRows:
    """A data set whose files stand in the local cache, memory-mapped."""

    format, encoding, first_row = "hub", "", 1
    notes: tuple[str, ...] = ()

    def __init__(self, address: str, revision: str = "", offline: bool = False) -> None:
        """Find the data set, in the cache or on the Hub.

        Raises:
            CaveatError: for a malformed address, or a configuration or split that is not there.
            ModelUnavailable: when it cannot be had.
        """
        match = _FORM.fullmatch(address.removeprefix(PREFIX))
        if not match:
            raise mistake(address, f"is no address of a data set. {HOW}")
        self.name = address
        self._data = _load(address, match["path"].split("/"), match["split"] or "", revision or None, offline)
        self.columns = tuple(self._data.column_names)
        sources = sorted(map(str, self._data.info.download_checksums or ())) or [
            os.path.basename(os.path.dirname(file["filename"])) for file in self._data.cache_files
        ]
        known = (address, str(self._data.num_rows), *sources)
        self.digest = sha256("\x1f".join(known).encode()).hexdigest()

    def meanings(self, name: str) -> Mapping[str, str]:
        """Give the names of a class column."""
        names = getattr(self._data.features.get(name), "names", None) or ()
        return {str(at): str(own) for at, own in enumerate(names)}

    def chunks(self, names: Sequence[str]) -> Iterator[list[Cells | None]]:
        """Give the rows."""
        picked = self._data.select_columns(list(dict.fromkeys(names))).with_format("arrow")
        yield from _rechunked(picked.iter(batch_size=1000), names)


def _load(address: str, parts: Sequence[str], split: str, revision: str | None, offline: bool) -> Any:
    """Try owner/name first, then name/config for the few data sets without an owner."""
    if offline:
        os.environ["HF_HUB_OFFLINE"] = os.environ["HF_DATASETS_OFFLINE"] = "1"
    import datasets

    if offline:
        datasets.config.HF_HUB_OFFLINE = True
    datasets.disable_progress_bars()
    tries = [("/".join(parts[:2]), parts[2] if len(parts) > 2 else None)]
    if len(parts) == 2:
        tries.append((parts[0], parts[1]))
    error: Exception | None = None
    for path, config in tries:
        try:
            return _one_split(address, datasets.load_dataset(path, config, revision=revision, split=split or None))
        except CaveatError:
            raise
        except Exception as found:  # noqa: BLE001
            # The library raises anything from OSError to its own kinds, by version; which one decides the advice.
            error = error or found
    raise _told(address, error, offline or bool(datasets.config.HF_HUB_OFFLINE))


def _one_split(address: str, found: Any) -> Any:
    if not isinstance(found, Mapping):
        return found
    splits = list(found)
    if len(splits) == 1:
        return found[splits[0]]
    raise mistake(address, f"has the splits {listed(splits)}. Add one: {address}:{splits[0]}")


def _told(address: str, error: Exception | None, offline: bool) -> CaveatError:
    text = " ".join(str(error).split())[:200]
    if isinstance(error, ValueError) and ("split" in text.lower() or "config" in text.lower()):
        return mistake(address, f"{text}. {HOW}")
    if offline:
        return ModelUnavailable(
            f"{address}: not in the cache of this machine, and this run is offline. Load it once with a connection, or "
            "save it as CSV or Parquet and name the file."
        )
    return ModelUnavailable(f"{address}: cannot be loaded ({type(error).__name__}: {text}). Check the name. {HOW}.")
