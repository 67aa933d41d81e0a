"""One padded batch through a language model with a vocabulary head: what masked and causal models share."""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from itertools import pairwise
from typing import Any

from audit.models.base import Row, RowResult
from audit.models.heads import Vocabulary
from audit.models.padding import Padding, exact

Best = Callable[[Any, Any, int], tuple[tuple[int, float], ...]]
"""Logits of one position, the logarithm of their sum of exponentials, how many -> (vocabulary id, probability)."""


def run(vocabulary: Vocabulary, rows: Sequence[Row], padding: Padding, best: Best) -> list[RowResult]:
    """Run one batch in float32; log-probabilities are subtracted in float64.

    Args:
        vocabulary: the model.
        rows: the sequences, with at least one among them.
        padding: which of them share a pass, and how.
        best: picks the best words of a row that wants them.
    """
    results: list[RowResult] = [RowResult()] * len(rows)
    for places in padding.groups([len(row.ids) for row in rows]):
        found = _pass(vocabulary, [rows[at] for at in places], padding, best)
        for at, result in zip(places, found, strict=True):
            results[at] = result
    return results


def _pass(vocabulary: Vocabulary, rows: Sequence[Row], padding: Padding, best: Best) -> list[RowResult]:
    import torch

    longest = max(len(row.ids) for row in rows)
    asked = [
        (at, padding.offset(len(row.ids), longest) + position)
        for at, row in enumerate(rows)
        for position in row.positions
    ]
    where = torch.tensor(asked, dtype=torch.long).reshape(-1, 2)
    targets = [ids_ for row in rows for ids_ in row.targets]
    firsts = _first_positions(rows)
    log_probs: list[tuple[float, ...]] = []
    tops: dict[int, tuple[tuple[int, float], ...]] = {}
    with torch.inference_mode():
        for logits in vocabulary.each(padding.inputs([row.ids for row in rows]), where[:, 0], where[:, 1]):
            start = len(log_probs)
            norms = exact(torch.logsumexp(logits, dim=1))
            log_probs += _targets(logits, norms, targets[start : start + len(logits)])
            for at in range(start, start + len(logits)):
                if at in firsts:
                    tops[firsts[at]] = best(logits[at - start], norms[at - start], rows[firsts[at]].top_k)
    ends = [0]
    for row in rows:
        ends.append(ends[-1] + len(row.positions))
    return [RowResult(tuple(log_probs[begin:end]), tops.get(at, ())) for at, (begin, end) in enumerate(pairwise(ends))]


def _first_positions(rows: Sequence[Row]) -> dict[int, int]:
    """Map the running number of a position to its row, for rows that want their best words."""
    found, at = {}, 0
    for number, row in enumerate(rows):
        if row.top_k and row.positions:
            found[at] = number
        at += len(row.positions)
    return found


def _targets(logits: Any, norms: Any, targets: Sequence[tuple[int, ...]]) -> list[tuple[float, ...]]:
    """Take the log-probabilities asked for, all in one gather."""
    import torch

    sizes = [len(ids) for ids in targets]
    where = torch.repeat_interleave(torch.arange(len(targets)), torch.tensor(sizes))
    ids = torch.tensor([id_ for wanted in targets for id_ in wanted], dtype=torch.long)
    values = (exact(logits[where.to(logits.device), ids.to(logits.device)]) - norms[where]).tolist()
    out, start = [], 0
    for size in sizes:
        out.append(tuple(values[start : start + size]))
        start += size
    return out


def normalised(logs: Sequence[float]) -> tuple[tuple[float, ...], float]:
    """Renormalise log-probabilities over the choices; the second value is what they held before."""
    if not logs:
        return (), 0.0
    highest = max(logs)
    weights = [math.exp(log - highest) for log in logs]
    total = math.fsum(weights)
    return tuple(weight / total for weight in weights), math.exp(highest) * total


def log_mean(logs: Sequence[float]) -> float:
    """Give the logarithm of the mean of what some logarithms are of."""
    highest = max(logs)
    return highest + math.log(math.fsum(math.exp(log - highest) for log in logs) / len(logs))
