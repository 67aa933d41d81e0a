"""Batches of few fixed shapes: texts in buckets by length, as many of them as fill the same number of tokens.

Buckets keep padding below a tenth. Texts are drawn with replacement, each source
with its own weight, by a generator seeded with (seed, step): a resumed run sees the batches it would have seen.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch

WIDTHS = (16, 32, 48, 64, 96)
IGNORED = -100


@dataclass(frozen=True)
class Bucket:
    """Texts of like length: padded pieces, and the cumulative weight by which they are drawn."""

    ids: np.ndarray
    """Shape (texts, width), int32, padded with 0."""
    cumulative: np.ndarray
    """Shape (texts,), cumulative sum of the weights."""
    rows: np.ndarray
    """Shape (texts,), which of the given texts each row is."""


def encode(tokenizer: Any, texts: Sequence[str], width: int) -> list[list[int]]:
    """Encode texts with their special tokens, cut to `width` pieces."""
    encoded: list[list[int]] = []
    for start in range(0, len(texts), 4096):
        encoded += tokenizer(list(texts[start : start + 4096]), truncation=True, max_length=width)["input_ids"]
    return encoded


def buckets(encoded: Sequence[Sequence[int]], weights: np.ndarray, widths: Sequence[int] = WIDTHS) -> list[Bucket]:
    """Sort encoded texts into buckets.

    Args:
        encoded: piece ids of each text, special tokens included.
        weights: shape (texts,), relative frequency with which a text is drawn.
        widths: the lengths to which texts are padded, rising.
    """
    lengths = np.array([len(ids) for ids in encoded])
    made: list[Bucket] = []
    low = 0
    for width in widths:
        rows = np.flatnonzero((lengths > low) & (lengths <= width) & (weights > 0))
        low = width
        if not len(rows):
            continue
        ids = np.zeros((len(rows), width), dtype=np.int32)
        for place, row in enumerate(rows.tolist()):
            ids[place, : lengths[row]] = encoded[row]
        made.append(Bucket(ids, np.cumsum(weights[rows]), rows))
    return made


class Sampler:
    """Draws batches from buckets; a bucket's chance is its weighted share of the tokens."""

    def __init__(self, made: Sequence[Bucket], tokens: int, seed: int) -> None:
        self.buckets = list(made)
        self.tokens = tokens
        self.seed = seed
        mass = np.array([bucket.cumulative[-1] * bucket.ids.shape[1] for bucket in self.buckets])
        self.chance = mass / mass.sum()

    def draw(self, step: int) -> tuple[Bucket, np.ndarray, np.random.Generator]:
        """Return the bucket of a step, which of its rows, and the generator to go on with."""
        rng = np.random.default_rng((self.seed, step))
        bucket = self.buckets[rng.choice(len(self.buckets), p=self.chance)]
        count = max(1, self.tokens // bucket.ids.shape[1])
        places = np.searchsorted(bucket.cumulative, rng.random(count) * bucket.cumulative[-1], side="right")
        return bucket, np.minimum(places, len(bucket.rows) - 1), rng


@dataclass(frozen=True)
class Vocabulary:
    """What masking must know of a vocabulary."""

    continues: np.ndarray
    """Shape (pieces,), bool: the piece goes on a word (`##`)."""
    special: np.ndarray
    """Shape (pieces,), bool: [PAD], [CLS], ..., [unused1], ..."""
    mask: int

    @classmethod
    def of(cls, tokenizer: Any) -> Vocabulary:
        """Read it from a tokenizer."""
        pieces = tokenizer.convert_ids_to_tokens(list(range(len(tokenizer))))
        continues = np.array([piece.startswith("##") for piece in pieces])
        special = np.array([piece.startswith("[") and piece.endswith("]") and len(piece) > 1 for piece in pieces])
        return cls(continues, special, int(tokenizer.mask_token_id))


def mask_words(
    ids: np.ndarray, vocabulary: Vocabulary, share: float, quota: int, rng: np.random.Generator
) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    """Mask whole words of a batch.

    Of the chosen pieces 85 % become [MASK], 7.5 % a random piece, 7.5 % stay.

    Args:
        ids: shape (texts, width).
        vocabulary: of the tokenizer.
        share: the share of words to mask.
        quota: the most pieces to predict; positions are padded to this number.
        rng: decides everything.

    Returns:
        The changed ids; flat positions, shape (quota,); the pieces that stood there, -100 where padded.
    """
    flat = ids.reshape(-1)
    word = np.cumsum(~vocabulary.continues[flat]) - 1
    chosen = (rng.random(word[-1] + 1) < share)[word] & ~vocabulary.special[flat]
    positions = np.flatnonzero(chosen)
    if len(positions) > quota:
        positions = np.sort(rng.permutation(positions)[:quota])
    changed = flat.copy()
    kind = rng.random(len(positions))
    changed[positions[kind < 0.85]] = vocabulary.mask
    strange = positions[kind > 0.925]
    changed[strange] = rng.integers(1000, len(vocabulary.special), len(strange))
    where = np.zeros(quota, dtype=np.int64)
    labels = np.full(quota, IGNORED, dtype=np.int64)
    where[: len(positions)] = positions
    labels[: len(positions)] = flat[positions]
    return changed.reshape(ids.shape), where, labels


def tensors(*arrays: np.ndarray) -> tuple[torch.Tensor, ...]:
    """Turn integer arrays into int64 tensors."""
    return tuple(torch.from_numpy(np.ascontiguousarray(array, dtype=np.int64)) for array in arrays)
