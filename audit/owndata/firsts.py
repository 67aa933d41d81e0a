"""Where each text or cluster stood first, with memory that does not grow with the file.

Hashes go to bucket files; each bucket is looked at on its own; the answers stand in a file mapped into memory.
"""

from __future__ import annotations

import hmac
import secrets
from pathlib import Path
from typing import Any

BUCKETS = 64


class Firsts:
    """The first row of equal values. `add` all, `finish` once, then slice `first`."""

    def __init__(self, folder: Path, name: str) -> None:
        self._folder, self._name = folder, name
        # A key of its own, thrown away after the run: hashes on disk cannot be looked up in a list of guesses.
        self._key = secrets.token_bytes(16)
        self._rows = 0
        self.repeated = 0
        """Rows whose value stood before."""
        self.conflicts = 0
        """Rows whose value stood before with another label."""
        self.first: Any = None
        """1-based number of the first row with the same value, indexed by row - 1; 0 for a row without a value."""

    def add(self, start: int, values: list[str | None], labels: list[int]) -> None:
        """Take a chunk.

        Args:
            start: 1-based number of its first row.
            values: None for a row that is not looked at.
            labels: code of each row, -1 for none.
        """
        import numpy as np

        found = [(at, value) for at, value in enumerate(values) if value is not None]
        record = np.empty(len(found), dtype=_record())
        digests = b"".join(hmac.digest(self._key, value.encode("utf-8", "replace"), "md5") for _, value in found)
        record["hash"] = np.frombuffer(digests, dtype="S16").view("u8").reshape(-1, 2) if found else 0
        record["row"] = [start + at for at, _ in found]
        record["label"] = [labels[at] for at, _ in found]
        bucket = record["hash"][:, 0] % BUCKETS
        for at in np.unique(bucket):
            with self._bucket(at).open("ab") as file:
                file.write(record[bucket == at].tobytes())
        self._rows = max(self._rows, start + len(values) - 1)

    def all_equal(self) -> bool:
        """Say whether two or more rows have a value, all the same one; after `finish`."""
        found = self.first[self.first > 0]
        return len(found) > 1 and bool(found.min() == found.max())

    def _bucket(self, at: int) -> Path:
        return self._folder / f"{self._name}-{at:02d}"

    def finish(self) -> None:
        """Find the first rows."""
        import numpy as np

        path = self._folder / f"{self._name}-first"
        self.first = np.memmap(path, dtype="i4", mode="w+", shape=(max(self._rows, 1),))
        for at in range(BUCKETS):
            bucket = self._bucket(at)
            if not bucket.exists():
                continue
            record = np.fromfile(bucket, dtype=_record())
            bucket.unlink()
            _, place, inverse = np.unique(record["hash"], axis=0, return_index=True, return_inverse=True)
            first = record[place[inverse.reshape(-1)]]
            self.first[record["row"] - 1] = first["row"]
            again = first["row"] != record["row"]
            self.repeated += int(again.sum())
            differs = again & (first["label"] != record["label"]) & (first["label"] >= 0) & (record["label"] >= 0)
            self.conflicts += int(differs.sum())


def _record() -> Any:
    import numpy as np

    return np.dtype([("hash", "u8", (2,)), ("row", "i8"), ("label", "i1")])
