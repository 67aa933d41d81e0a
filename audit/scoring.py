"""The one place that batches: requests in, responses out.

Equal requests are asked once, equal rows run once, batches are planned by length and token budget before
the first forward pass, and each finished chunk of batches is one Parquet part on disk. The plan depends on
nothing but the set of rows, so a killed run that goes on makes the same batches, and the same numbers, as an
undisturbed one.
"""

from __future__ import annotations

import hashlib
import logging
import math
import os
import sys
import time
from collections.abc import Callable, Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.models.base import LoadedModel, Request, Response, Row, RowResult
from audit.schema import ModelUnsupported

LOG = logging.getLogger(__name__)
BATCH_TOKENS = 4096
"""Padded pieces in one forward pass."""
CHUNK_TOKENS = 65_536
"""Padded pieces between two writes to disk: a few seconds of work on two cores."""

Key = tuple[tuple[int, ...], tuple[int, ...]]


class Cancelled(Exception):
    """The caller asked to stop; finished chunks are on disk where a folder was given."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a run has come, told after each batch."""

    suite: str
    done: int
    """Rows finished in this suite, those found on disk included."""
    total: int
    tokens_done: int
    """Pieces finished over the whole run."""
    tokens_total: int
    seconds_left: float
    """NaN until enough has run to tell."""


@dataclass(frozen=True, slots=True)
class Plan:
    """Which rows run in which batch, and which of them answer which request."""

    requests: tuple[Request, ...]
    """Distinct, in order of first appearance."""
    order: tuple[int, ...]
    """For each request that was asked: its place among the distinct ones."""
    rows: tuple[Row, ...]
    """Distinct rows with the union of all targets, in the order in which they run."""
    owned: tuple[tuple[tuple[Row, int], ...], ...]
    """For each distinct request: its own rows, each with the place of the run row that answers it."""
    batches: tuple[tuple[int, int], ...]
    """First and last (excluded) place in `rows`."""
    chunks: tuple[tuple[int, int], ...]
    """First and last (excluded) place in `batches`."""

    @property
    def tokens(self) -> int:
        """Pieces in all rows, padding left out."""
        return sum(len(row.ids) for row in self.rows)

    def digest(self, *more: str) -> str:
        """Give the SHA-256 of everything that decides the results, `more` (model, versions) included."""
        sha = hashlib.sha256("\x1f".join(more).encode())
        for row in self.rows:
            sha.update(repr((row.ids, row.positions, row.targets, row.top_k)).encode())
        sha.update(repr((self.batches, self.chunks)).encode())
        return sha.hexdigest()


def make_plan(model: LoadedModel, requests: Sequence[Request], batch_tokens: int = BATCH_TOKENS) -> Plan:
    """Tokenise, merge what is equal, and pack batches by length.

    Args:
        model: who will be asked.
        requests: any number, repeats allowed.
        batch_tokens: padded pieces in one forward pass; a longer single row is a batch of its own.

    Returns:
        The plan; the order of `requests` does not change its batches.
    """
    distinct: dict[Request, int] = {}
    order = tuple(distinct.setdefault(request, len(distinct)) for request in requests)
    prepared = model.prepare(tuple(distinct))
    merged: dict[Key, list[Row]] = {}
    for rows in prepared:
        for row in rows:
            merged.setdefault((row.ids, row.positions), []).append(row)
    keys = sorted(merged, key=lambda key: (len(key[0]), key))
    place = {key: index for index, key in enumerate(keys)}
    run_rows = tuple(_union(key, merged[key]) for key in keys)
    batches = tuple(_pack([len(row.ids) for row in run_rows], batch_tokens))
    sizes = [(stop - start) * len(run_rows[stop - 1].ids) for start, stop in batches]
    return Plan(
        requests=tuple(distinct),
        order=order,
        rows=run_rows,
        owned=tuple(tuple((row, place[(row.ids, row.positions)]) for row in rows) for rows in prepared),
        batches=batches,
        chunks=tuple(_chunk(sizes)),
    )


def _union(key: Key, rows: list[Row]) -> Row:
    targets = tuple(
        tuple(sorted({target for row in rows for target in row.targets[place]})) for place in range(len(key[1]))
    )
    return Row(ids=key[0], positions=key[1], targets=targets, top_k=max(row.top_k for row in rows))


def _pack(lengths: Sequence[int], budget: int) -> Iterator[tuple[int, int]]:
    start = 0
    for place, length in enumerate(lengths):
        if place > start and (place - start + 1) * length > budget:
            yield start, place
            start = place
    if lengths:
        yield start, len(lengths)


def _chunk(sizes: Sequence[int]) -> Iterator[tuple[int, int]]:
    start, filled = 0, 0
    for place, size in enumerate(sizes):
        filled += size
        if filled >= CHUNK_TOKENS:
            yield start, place + 1
            start, filled = place + 1, 0
    if start < len(sizes):
        yield start, len(sizes)


def _own(row: Row, run: Row, result: RowResult) -> RowResult:
    """Cut what one request asked for out of a result that serves several."""
    if row.targets == run.targets and row.top_k == run.top_k:
        return result
    log_probs = []
    for wanted, had, values in zip(row.targets, run.targets, result.log_probs, strict=True):
        found = dict(zip(had, values, strict=True))
        log_probs.append(tuple(found[target] for target in wanted))
    return RowResult(log_probs=tuple(log_probs), top=result.top[: row.top_k], logits=result.logits)


class Parts:
    """Finished chunks of one plan in a folder: `part-00003.parquet`, written, synced, then renamed."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        folder.mkdir(parents=True, exist_ok=True)

    def _path(self, chunk: int) -> Path:
        return self.folder / f"part-{chunk:05d}.parquet"

    def read(self, chunk: int, rows: int) -> list[RowResult] | None:
        """Give the results of a chunk, or None when it is missing, unreadable or of another size."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        path = self._path(chunk)
        if not path.exists():
            return None
        try:
            columns = pq.read_table(path).to_pydict()
        except (OSError, pa.ArrowException):
            return None
        if len(columns["log_probs"]) != rows:
            return None
        return [
            RowResult(
                log_probs=tuple(tuple(values) for values in log_probs),
                top=tuple((word["id"], word["p"]) for word in top),
                logits=tuple(logits),
            )
            for log_probs, top, logits in zip(columns["log_probs"], columns["top"], columns["logits"], strict=True)
        ]

    def write(self, chunk: int, results: Sequence[RowResult]) -> None:
        """Keep the results of a chunk so that a kill at any moment leaves all of it or none."""
        import pyarrow as pa
        import pyarrow.parquet as pq

        schema = pa.schema(
            {
                "log_probs": pa.list_(pa.list_(pa.float64())),
                "top": pa.list_(pa.struct({"id": pa.int64(), "p": pa.float64()})),
                "logits": pa.list_(pa.float64()),
            }
        )
        rows = [
            {"log_probs": r.log_probs, "top": [{"id": i, "p": p} for i, p in r.top], "logits": r.logits}
            for r in results
        ]
        write_atomically(self._path(chunk), lambda path: pq.write_table(pa.Table.from_pylist(rows, schema), path))


def write_atomically(path: Path, write: Callable[[Path], object]) -> None:
    """Let `write` make a file beside `path`, sync it, and move it into place in one step."""
    draft = path.with_name(f".{path.name}.{os.getpid()}.draft")
    write(draft)
    with draft.open("rb+") as file:
        os.fsync(file.fileno())
    draft.replace(path)


class Clock:
    """Time left, from the pieces per second of what this process ran itself."""

    def __init__(self, tokens_total: int) -> None:
        self.tokens_total = tokens_total
        self.tokens_done = 0
        self._ran = 0
        self._started = time.monotonic()

    def add(self, tokens: int, ran: bool) -> None:
        """Count pieces as done; `ran` is False for those found on disk."""
        self.tokens_done += tokens
        self._ran += tokens if ran else 0

    @property
    def seconds_left(self) -> float:
        """NaN until 2,000 pieces have run."""
        if self._ran < 2000:
            return float("nan")
        return (self.tokens_total - self.tokens_done) * (time.monotonic() - self._started) / self._ran


def run_plan(
    model: LoadedModel,
    plan: Plan,
    *,
    name: str = "",
    parts: Parts | None = None,
    clock: Clock | None = None,
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> list[Response]:
    """Run the batches of a plan and answer its requests.

    Args:
        model: the model that the plan was made for.
        plan: from `make_plan`.
        name: told with the progress.
        parts: where finished chunks are kept and found again; None keeps nothing.
        clock: shared by the plans of one audit, for the time left.
        progress: called after each batch and each chunk found on disk.
        cancelled: asked before each batch.

    Returns:
        One response for each request that was asked, in their order.

    Raises:
        Cancelled: when `cancelled` says so.
        ModelUnsupported: when an output is NaN or infinite.
    """
    clock = clock or Clock(plan.tokens)
    results: list[RowResult] = []
    LOG.info("%s: %d rows in %d batches for %s", name or "questions", len(plan.rows), len(plan.batches), model.info.id)

    def tell(tokens: int, ran: bool, extra: int = 0) -> None:
        clock.add(tokens, ran)
        if progress:
            done = len(results) + extra
            progress(Progress(name, done, len(plan.rows), clock.tokens_done, clock.tokens_total, clock.seconds_left))

    for number, (first, last) in enumerate(plan.chunks):
        start, stop = plan.batches[first][0], plan.batches[last - 1][1]
        kept = parts.read(number, stop - start) if parts else None
        if kept is not None:
            LOG.debug("%s: chunk %d of %d was on disk", name, number + 1, len(plan.chunks))
            results += kept
            tell(sum(len(row.ids) for row in plan.rows[start:stop]), ran=False)
            continue
        fresh: list[RowResult] = []
        for begin, end in plan.batches[first:last]:
            if cancelled and cancelled():
                raise Cancelled(name)
            batch = plan.rows[begin:end]
            fresh += _finite(model, model.forward(batch))
            tell(sum(len(row.ids) for row in batch), ran=True, extra=len(fresh))
        if parts:
            parts.write(number, fresh)
            LOG.debug("%s: chunk %d of %d is on disk", name, number + 1, len(plan.chunks))
        results += fresh
    answers = [
        model.finish(
            request,
            [row for row, _ in owned],
            [_own(row, plan.rows[place], results[place]) for row, place in owned],
        )
        for request, owned in zip(plan.requests, plan.owned, strict=True)
    ]
    return [answers[place] for place in plan.order]


def _finite(model: LoadedModel, results: list[RowResult]) -> list[RowResult]:
    """Insist that outputs are numbers, before anything is worked out from them.

    A log-probability of minus infinity is a probability of 0, which a plain function may well answer; from a network it
    is an overflow.

    Raises:
        ModelUnsupported: for NaN or an infinite output.
    """
    least = -math.inf if model.info.kind == "function" else -sys.float_info.max
    wrong: list[float] = []
    for result in results:
        wrong += [value for value in result.logits if not math.isfinite(value)]
        wrong += [value for values in result.log_probs for value in values if not least <= value < math.inf]
        wrong += [p for _, p in result.top if not math.isfinite(p)]
    if not wrong:
        return results
    nan = any(math.isnan(value) for value in wrong)
    cause = (
        "mend the function"
        if model.info.kind == "function"
        else "its weights are damaged or too large for float32; fetch or save it again, or choose another model"
    )
    raise ModelUnsupported(
        f"{model.info.id} answers with {'NaN (not a number)' if nan else 'an infinite number'} where a score belongs: "
        f"{cause}"
    )


def score(
    model: LoadedModel,
    requests: Iterable[Request],
    batch_tokens: int = BATCH_TOKENS,
    progress: Callable[[Progress], None] | None = None,
) -> list[Response]:
    """Ask a model a few things at once and keep nothing.

    Args:
        model: from `load_model`.
        requests: what is asked.
        batch_tokens: padded pieces in one forward pass.
        progress: called after each batch.

    Returns:
        One response a request, in their order.
    """
    return run_plan(model, make_plan(model, tuple(requests), batch_tokens), progress=progress)
