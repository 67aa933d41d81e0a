"""Rows -> `rows.parquet`, a chunk at a time: memory does not grow with the file, and a kill costs one chunk."""

from __future__ import annotations

import hmac
import math
import time
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any

from audit.models.base import LoadedModel, Request, Response
from audit.owndata.classes import CODES
from audit.owndata.survey import Chunk, Survey
from audit.owndata.table import ANNOTATOR, GROUP, columns
from audit.schema import LABELS
from audit.scoring import Cancelled, Progress, make_plan, run_plan, write_atomically

GROUP_ROWS = 16_384
"""Rows in a row group of the finished file."""
KEY_DIGITS = 16
Tell = Callable[[Progress], None]


class _Pace:
    """Rows done, and the time that the rest will take at the pace of this process."""

    def __init__(self, total: int, tell: Tell | None) -> None:
        self.total, self.done, self._ran, self._tell = total, 0, 0, tell
        self._started = time.monotonic()

    def add(self, rows: int, ran: bool) -> None:
        self.done += rows
        self._ran += rows if ran else 0
        self.tell()

    def tell(self, more: float = 0.0) -> None:
        """Report; `more` rows of the present chunk are done."""
        if self._tell is None:
            return
        passed = time.monotonic() - self._started
        ran, done = self._ran + more, self.done + int(more)
        left = (self.total - done) * passed / ran if ran and passed > 1 else float("nan")
        self._tell(Progress("rows", done, self.total, done, self.total, left))


def score_rows(
    model: LoadedModel,
    survey: Survey,
    folder: Path,
    secret: bytes,
    *,
    progress: Tell | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> None:
    """Score all chunks that are not in the folder yet.

    Args:
        model: a classifier.
        survey: the source.
        folder: where `part-00000.parquet` and so on are; it may hold some already.
        secret: for the keys of the texts.
        progress: called after each batch, in rows.
        cancelled: asked before each batch.

    Raises:
        Cancelled: when `cancelled` says so; finished chunks stay.
    """
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    pace = _Pace(survey.source().used, progress)
    for chunk in survey.chunks():
        path = part_path(folder, chunk.number)
        if _is_whole(path, len(chunk.rows)):
            pace.add(len(chunk.rows), ran=False)
            continue
        responses = _ask(model, chunk.texts, pace, cancelled)
        table = _table(chunk, responses, survey, secret)
        write_atomically(path, lambda draft, table=table: pq.write_table(table, draft, compression="zstd"))  # type: ignore[misc]
        pace.add(len(chunk.rows), ran=True)


def part_path(folder: Path, number: int) -> Path:
    """Name the file of a chunk."""
    return folder / f"part-{number:05d}.parquet"


def _is_whole(path: Path, rows: int) -> bool:
    import pyarrow as pa
    import pyarrow.parquet as pq

    if not path.exists():
        return False
    try:
        return bool(pq.read_metadata(path).num_rows == rows)
    except (OSError, pa.ArrowException):
        return False


def _ask(model: LoadedModel, texts: Sequence[str], pace: _Pace, cancelled: Callable[[], bool] | None) -> list[Response]:
    """Score the texts of a chunk; equal ones once."""
    if cancelled and cancelled():
        raise Cancelled("rows")
    plan = make_plan(model, [Request(text) for text in texts])

    def tell(state: Progress) -> None:
        pace.tell(len(texts) * state.tokens_done / max(state.tokens_total, 1))

    return run_plan(model, plan, name="rows", progress=tell, cancelled=cancelled)


def text_key(secret: bytes, text: str) -> str:
    """Give the key of a text: it says which rows are equal, and nothing to whom the secret is unknown."""
    return hmac.digest(secret, text.encode("utf-8", "surrogatepass"), "sha256").hex()[:KEY_DIGITS]


def _table(chunk: Chunk, responses: Sequence[Response], survey: Survey, secret: bytes) -> Any:
    import pyarrow as pa

    options = survey.options
    nan = float("nan")
    answers = [dict(zip(r.labels, r.probabilities, strict=True)) for r in responses]
    best = [max(p, key=p.__getitem__) for p in answers]
    data: dict[str, Any] = {
        "row": chunk.rows,
        "id": chunk.ids or [None] * len(chunk.rows),
        "key": [text_key(secret, text) for text in chunk.texts],
        "label": chunk.labels,
        "predicted": [CODES[label] for label in best],
        **{f"p_{label}": [p.get(label, nan) for p in answers] for label in LABELS},
        "confidence": [p[label] for p, label in zip(answers, best, strict=True)],
        "valence": [
            p["positive"] - p["negative"] if math.isnan(r.value) else r.value
            for p, r in zip(answers, responses, strict=True)
        ],
        "tokens": [r.tokens for r in responses],
        "truncated": [r.truncated for r in responses],
        "duplicate": survey.duplicates(chunk.rows),
        "cluster": survey.clusters(chunk.rows),
    }
    for name, values in zip(options.groups, chunk.groups, strict=True):
        data[GROUP + name] = _dictionary(values, survey.groups[name])
    for name, codes in zip(options.annotators, chunk.annotators, strict=True):
        data[ANNOTATOR + name] = codes
    data["text"] = chunk.texts if options.include_texts else [None] * len(chunk.rows)
    schema = columns(options.groups, options.annotators)
    arrays = [
        data[f.name] if isinstance(data[f.name], pa.Array) else pa.array(data[f.name], type=f.type) for f in schema
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _dictionary(values: Sequence[str], known: dict[str, None]) -> Any:
    """Write groups with one dictionary for all chunks, so that they can be put together as they are."""
    import pyarrow as pa

    place = {name: at for at, name in enumerate(known)}
    return pa.DictionaryArray.from_arrays(
        pa.array([place[value] for value in values], pa.int32()), pa.array(list(place), pa.string())
    )


def compact(folder: Path, parts: int, schema: Any, to: Path) -> int:
    """Put the chunks into one file, and say how many texts were cut at their end.

    Args:
        folder: of the parts.
        parts: how many there are.
        schema: of `columns`.
        to: the file.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.parquet as pq

    cut = 0

    def write(draft: Path) -> None:
        nonlocal cut
        with pq.ParquetWriter(draft, schema, compression="zstd") as writer:
            kept: list[Any] = []
            for number in range(parts):
                table = pq.read_table(part_path(folder, number), schema=schema)
                cut += pc.sum(table["truncated"]).as_py() or 0
                kept.append(table)
                if number == parts - 1 or sum(len(table) for table in kept) >= GROUP_ROWS:
                    whole = pa.concat_tables(kept).unify_dictionaries().combine_chunks()
                    writer.write_table(whole, row_group_size=GROUP_ROWS * 2)
                    kept, table, whole = [], None, None
                    pa.default_memory_pool().release_unused()

    write_atomically(to, write)
    return cut
