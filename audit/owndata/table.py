"""The table of scored rows, `rows.parquet`: one row per text that was scored, and no text unless it was asked for."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

from audit.schema import LABELS

ROWS = "rows.parquet"
GROUP, ANNOTATOR = "group:", "annotator:"
"""What the names of group and annotator columns begin with, so that they cannot clash with ours."""
MISSING = "(missing)"
"""The group of a row whose group cell is empty."""
BATCH = 8_192
"""Rows that are read from the table at a time."""


@cache
def columns(groups: Sequence[str] = (), annotators: Sequence[str] = ()) -> Any:
    """Give the Arrow schema of `rows.parquet`.

    Args:
        groups: group columns of the source, as a tuple.
        annotators: annotator columns of the source, as a tuple.

    Returns:
        row: 1-based number of the row in the source, the heading not counted. id: what its owner calls it (--id),
        else null. key: first 16 hex digits of the
        HMAC-SHA256 of the text with the secret of the results folder. label, predicted: -1 none, 0 negative,
        1 neutral, 2 positive; of a label that means two of them 3 negative or neutral, 4 negative or positive,
        5 neutral or positive. p_*: probabilities, p_neutral NaN for a model without it. valence: -1 to 1.
        duplicate: a copy of the text stood in an earlier row. cluster: number of the first row of the same cluster,
        which is the writer (--cluster) of the first copy of the text, or that copy itself; the row itself where it is
        alone. Then one column a group and an annotator, and the text, null unless asked for.
    """
    import pyarrow as pa

    probabilities = {f"p_{label}": pa.float32() for label in LABELS}
    return pa.schema(
        {
            "row": pa.int64(),
            "id": pa.string(),
            "key": pa.string(),
            "label": pa.int8(),
            "predicted": pa.int8(),
            **probabilities,
            "confidence": pa.float32(),
            "valence": pa.float32(),
            "tokens": pa.int32(),
            "truncated": pa.bool_(),
            "duplicate": pa.bool_(),
            "cluster": pa.int32(),
            **{GROUP + name: pa.dictionary(pa.int32(), pa.string()) for name in groups},
            **{ANNOTATOR + name: pa.int8() for name in annotators},
            "text": pa.string(),
        }
    )


def read_batches(rows: Any, names: Sequence[str]) -> Iterator[Any]:
    """Give some columns of the table, `BATCH` rows at a time.

    Left to itself, Arrow reads whole row groups ahead, and memory grows with the file.

    Args:
        rows: pyarrow dataset with the columns of `columns`.
        names: of the columns.

    Returns:
        Record batches, in the order of the rows.
    """
    import pyarrow.dataset as ds

    calm: dict[str, Any] = {"batch_size": BATCH, "batch_readahead": 1, "fragment_readahead": 1, "use_threads": False}
    if isinstance(rows, ds.FileSystemDataset):
        calm["fragment_scan_options"] = ds.ParquetFragmentScanOptions(pre_buffer=False)
    return iter(rows.to_batches(columns=list(names), **calm))
