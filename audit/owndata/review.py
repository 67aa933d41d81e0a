"""The review list: rows of one's own data that a person should read, as a CSV file for coders.

A row is listed because the model was unsure of it, or because its class changed when the text was rewritten in a way
that leaves its label where it was. Both speak of the model's answer; neither says anything about who wrote the text.
"""

from __future__ import annotations

import csv
import heapq
import math
from collections import Counter
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.cells import cell
from audit.owndata.classes import ALL_APART, CHANCES, Classes
from audit.owndata.perturb import KEPT, Answer
from audit.owndata.table import GROUP, read_batches
from audit.schema import LABELS
from audit.schema.data import Selection

FILE = "review.csv"
LIMIT = 500
"""Rows in the list; what was left out is counted."""
DECILE = 0.1
"""Share of rows that count as unsure where no threshold was chosen."""

LOW = "low confidence"
_REASONS: Mapping[str, str] = {
    "name": "class changes with another first name",
    "gender": "class changes with he or she",
    "identity": "class changes with another identity term",
    "contraction": "class changes with a negation spelled out or contracted",
    "slang": "class changes between slang and standard words",
}
"""Kind of rewriting -> what the list says when the class changed."""

NOTE = (
    "Reasons say how sure the model was, or that its answer depends on wording. They say nothing about a person and "
    "are no sign that somebody is or is not at risk."
)

_HEAD = ("row", "key", "reasons", "predicted", "confidence")


@dataclass(frozen=True, slots=True)
class ReviewList:
    """What was written."""

    path: Path
    written: int
    left_out: int
    """Rows with a reason for which there was no room."""
    reasons: tuple[tuple[str, int], ...]
    """Reason -> rows that have it, those left out included; most frequent first."""
    threshold: float
    """Rows with less confidence are listed."""
    source: str
    """Where the threshold comes from."""

    @property
    def sentence(self) -> str:
        """One line for the terminal and the report."""
        left = f"; {self.left_out:,} more had a reason and no room" if self.left_out else ""
        rows = "row" if self.written == 1 else "rows"
        return f"{self.written:,} {rows} to read in {self.path.name}{left}"


def write_review(
    path: Path,
    rows: Any,
    selections: Sequence[Selection] = (),
    answers: Iterable[Answer] = (),
    groups: Sequence[str] = (),
    include_texts: bool = False,
    limit: int = LIMIT,
    classes: Classes = ALL_APART,
    name: str = "",
) -> ReviewList:
    """Write the list, the most useful rows first.

    First come rows whose class changed under a rewriting, those with most such reasons first; then the unsure ones.
    Within each, the least sure come first. Rows are read in batches; only `limit` of them are held.

    Args:
        path: the CSV file, UTF-8, written whole or not at all.
        rows: the dataset of `audit.owndata.table.columns`.
        selections: thresholds that the analysis chose; the first one that was found counts.
        answers: what the model said to rewritten texts (`Outcome.answers`).
        groups: group columns to write; none unless asked for.
        include_texts: whether to write the texts.
        limit: most rows.
        classes: of the file; the model is as sure of two that are one there as of both together.
        name: column of the file that names a row (`DataOptions.id`); "" where there is none.

    Returns:
        What was written, and how many rows were left out.
    """
    threshold, source = _threshold(rows, classes, selections)
    changed = _changed(answers)
    wanted = ["row", *(["id"] if name else []), "key", *dict.fromkeys([*classes.columns, *CHANCES])]
    wanted += [GROUP + name for name in groups] + (["text"] if include_texts else [])
    counts: Counter[str] = Counter()
    kept: list[tuple[tuple[float, ...], dict[str, Any], tuple[str, ...]]] = []
    found = 0
    for row in _records(rows, classes, wanted, threshold, changed):
        reasons = changed.get(row["row"], ())
        if row["confidence"] < threshold:
            reasons = (*reasons, LOW)
        if not reasons:
            continue
        found += 1
        counts.update(reasons)
        use = (float(len(reasons) - (LOW in reasons)), -float(row["confidence"]), -float(row["row"]))
        item = (use, row, reasons)
        if len(kept) < limit:
            heapq.heappush(kept, item)
        elif limit and use > kept[0][0]:
            heapq.heapreplace(kept, item)
    kept.sort(key=lambda item: item[0], reverse=True)
    _write(path, [(row, reasons) for _, row, reasons in kept], groups, include_texts, name)
    return ReviewList(path, len(kept), found - len(kept), tuple(counts.most_common()), threshold, source)


def _changed(answers: Iterable[Answer]) -> dict[int, tuple[str, ...]]:
    """Row -> why, for rows whose class changed under a rewriting that keeps the label; the floor does not count."""
    found: dict[int, list[str]] = {}
    for answer in answers:
        if answer.flipped and not answer.floor and answer.kind in KEPT:
            reasons = found.setdefault(answer.row, [])
            if _REASONS[answer.kind] not in reasons:
                reasons.append(_REASONS[answer.kind])
    return {row: tuple(reasons) for row, reasons in found.items()}


def _threshold(rows: Any, classes: Classes, selections: Sequence[Selection]) -> tuple[float, str]:
    import numpy as np

    for selection in selections:
        if not selection.reason and math.isfinite(selection.threshold):
            # Confidences are kept as float32: a row that lies on the threshold must not fall below it by rounding.
            aim = f"chosen for an error rate of at most {selection.target:.0%} among the rest"
            return float(np.float32(selection.threshold)), aim
    parts = [classes.judged(batch)[2] for batch in read_batches(rows, classes.columns)]
    confidence = np.concatenate(parts) if parts else np.array([], dtype="float32")
    if not len(confidence):
        return 0.0, "no rows"
    return float(np.quantile(confidence, DECILE)), "the least sure tenth of the rows"


def _records(
    rows: Any, classes: Classes, wanted: list[str], threshold: float, changed: Mapping[int, tuple[str, ...]]
) -> Iterator[dict[str, Any]]:
    """Give the rows that may have a reason; the rest is never made into Python objects."""
    import pyarrow as pa
    import pyarrow.compute as pc

    moved = pa.array(sorted(changed), type=pa.int64())
    for batch in read_batches(rows, wanted):
        sure = pa.array(classes.judged(batch)[2])
        batch = batch.set_column(batch.schema.get_field_index("confidence"), "confidence", sure)
        unsure = pc.less(sure, threshold)
        yield from batch.filter(pc.or_(unsure, pc.is_in(batch.column("row"), value_set=moved))).to_pylist()


def _write(
    path: Path, listed: list[tuple[dict[str, Any], tuple[str, ...]]], groups: Sequence[str], texts: bool, name: str
) -> None:
    probabilities = [f"p_{label}" for label in LABELS]
    head = [_HEAD[0], *([name] if name else []), *_HEAD[1:], *probabilities, *groups, *(["text"] if texts else [])]
    partial = path.with_name(path.name + ".part")
    # The byte order mark makes Excel read UTF-8; every cell that needs quotes gets them from the csv module.
    with partial.open("w", encoding="utf-8-sig", newline="") as file:
        writer = csv.writer(file, lineterminator="\r\n")
        writer.writerow([cell(name) for name in head])
        for row, reasons in listed:
            cells: list[object] = [
                row["row"],
                *([row["id"]] if name else []),
                row["key"],
                "; ".join(reasons),
                _label(row["predicted"]),
            ]
            cells += [_number(row["confidence"]), *(_number(row[name]) for name in probabilities)]
            cells += [row[GROUP + name] for name in groups] + ([row["text"]] if texts else [])
            writer.writerow([cell(value) for value in cells])
    partial.replace(path)


def _label(code: int) -> str:
    return LABELS[code] if 0 <= code < len(LABELS) else ""


def _number(value: float | None) -> str:
    return "" if value is None or not math.isfinite(value) else f"{value:.4f}"
