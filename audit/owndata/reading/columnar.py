"""Parquet files, and tables that are in memory already (pandas, Arrow)."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from hashlib import sha256
from pathlib import Path
from typing import Any

from audit.owndata.reading.base import SIZE, Cells, digest_of
from audit.schema.errors import mistake


def _rechunked(batches: Iterator[Any], names: Sequence[str]) -> Iterator[list[Cells | None]]:
    """Give rows in chunks of one size, whatever the sizes of the batches."""
    kept: list[Cells | None] = []
    for batch in batches:
        values = [batch.column(name).to_pylist() for name in names]
        kept += zip(*values, strict=True)
        while len(kept) >= SIZE:
            yield kept[:SIZE]
            kept = kept[SIZE:]
    if kept:
        yield kept


class ParquetRows:
    """A Parquet file, read batch by batch."""

    format, encoding, first_row = "parquet", "", 1
    notes: tuple[str, ...] = ()

    def __init__(self, path: Path) -> None:
        """Read the schema.

        Raises:
            CaveatError: when it is not Parquet, or damaged.
        """
        import pyarrow as pa
        import pyarrow.parquet as pq

        self.path, self.name = path, path.name
        try:
            self.columns = tuple(pq.read_schema(path).names)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from None
        self.digest = digest_of(path)

    def _damaged(self, error: Exception) -> Exception:
        first = str(error).splitlines()[0][:120] if str(error) else type(error).__name__
        return mistake(self.path, f"is not a whole Parquet file ({first.rstrip('.')}). Write it again")

    def meanings(self, name: str) -> Mapping[str, str]:
        """Parquet says nothing of its values."""
        return {}

    def chunks(self, names: Sequence[str]) -> Iterator[list[Cells | None]]:
        """Give the rows."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        wanted = list(dict.fromkeys(names))
        try:
            # Without a row-group cache, so that memory does not grow with the file.
            with pq.ParquetFile(self.path, pre_buffer=False) as file:
                yield from _rechunked(file.iter_batches(batch_size=SIZE, columns=wanted), names)
        except (pa.ArrowException, OSError) as error:
            raise self._damaged(error) from None


class TableRows:
    """A table in memory: a pandas DataFrame or an Arrow table."""

    format, encoding, first_row = "table", "", 1
    notes: tuple[str, ...] = ()

    def __init__(self, table: Any, name: str = "table") -> None:
        """Take an Arrow table, or make one of a DataFrame.

        Raises:
            CaveatError: when a column mixes kinds that Arrow cannot hold.
        """
        import pyarrow as pa

        self.name = name
        if not isinstance(table, pa.Table):
            try:
                table = pa.Table.from_pandas(table, preserve_index=False)
            except (pa.ArrowException, TypeError) as error:
                raise mistake(
                    name, f"a column mixes kinds of values ({error}). Make it text with .astype(str)"
                ) from None
        self._table = table
        self.columns = tuple(map(str, table.column_names))
        sha = sha256(repr(table.schema.names).encode())
        for batch in table.to_batches(SIZE):
            sha.update(repr(batch.to_pydict()).encode())
        self.digest = sha.hexdigest()

    def meanings(self, name: str) -> Mapping[str, str]:
        """A table says nothing of its values."""
        return {}

    def chunks(self, names: Sequence[str]) -> Iterator[list[Cells | None]]:
        """Give the rows."""
        yield from _rechunked(iter(self._table.to_batches(SIZE)), names)
