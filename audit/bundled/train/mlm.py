"""The fill-mask model: the training task, and the figure by which it is steered."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from transformers import BertForMaskedLM

from audit.bundled.train.batches import WIDTHS, Bucket, Sampler, Vocabulary, buckets, encode, mask_words, tensors

SHARES = {"encyclopaedia": 0.40, "sampled": 0.15, "general": 0.45}
"""Share of the training text, in pieces, by kind."""

RATE = 6e-4
"""Learning rate of the plateau; the model is small and the training short."""


def piece_counts(encoded: Sequence[Sequence[int]], size: int) -> np.ndarray:
    """Count the pieces of a vocabulary in encoded texts, shape (size,)."""
    return np.bincount(np.concatenate([np.asarray(ids) for ids in encoded]), minlength=size)


def prepare(tokenizer: Any, texts: dict[str, list[str]]) -> tuple[list[Bucket], np.ndarray]:
    """Encode texts by kind, weight the kinds by `SHARES`, and return buckets and the counts of all pieces."""
    encoded: list[list[int]] = []
    weights: list[np.ndarray] = []
    for kind, lines in texts.items():
        part = encode(tokenizer, lines, WIDTHS[-1])
        total = sum(len(ids) for ids in part)
        encoded += part
        weights.append(np.full(len(part), SHARES[kind] / max(1, total)))
    return buckets(encoded, np.concatenate(weights)), piece_counts(encoded, len(tokenizer))


def single_words(
    tokenizer: Any, sentences: Sequence[str], seed: int, each: int
) -> tuple[list[list[int]], np.ndarray, np.ndarray]:
    """Mask one whole word at a time: a run of letters that is one piece of the vocabulary.

    Args:
        tokenizer: a fast tokenizer.
        sentences: one a line.
        seed: decides which words.
        each: how many words of a sentence, each in its own text.

    Returns:
        Ids of each text with its [MASK]; the column of the mask and the piece that stood there; the sentence's number.
        The second is of shape (texts, 2).
    """
    rng = np.random.default_rng(seed)
    texts: list[list[int]] = []
    answers: list[tuple[int, int]] = []
    owner: list[int] = []
    for number, sentence in enumerate(sentences):
        encoding = tokenizer(sentence, truncation=True, max_length=128)
        ids, words = encoding["input_ids"], encoding.word_ids()
        pieces = tokenizer.convert_ids_to_tokens(ids)
        spans = {word: words.count(word) for word in words if word is not None}
        columns = [c for c, word in enumerate(words) if word is not None and spans[word] == 1 and pieces[c].isalpha()]
        for column in sorted(rng.permutation(columns)[:each].tolist()):
            masked = list(ids)
            masked[column] = tokenizer.mask_token_id
            texts.append(masked)
            answers.append((column, ids[column]))
            owner.append(number)
    return texts, np.array(answers), np.array(owner)


def ranks(model: BertForMaskedLM, texts: Sequence[Sequence[int]], answers: np.ndarray, size: int = 64) -> np.ndarray:
    """Return the rank (0 is best) of the right piece at the mask of each text."""
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    result = np.zeros(len(texts), dtype=np.int64)
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(order), size):
            index = order[start : start + size]
            width = max(len(texts[i]) for i in index)
            ids = torch.zeros(len(index), width, dtype=torch.long)
            for row, i in enumerate(index):
                ids[row, : len(texts[i])] = torch.tensor(texts[i])
            hidden = model.bert(input_ids=ids, attention_mask=(ids != 0).long()).last_hidden_state
            column, piece = tensors(answers[index, 0], answers[index, 1])
            logits = model.cls(hidden[torch.arange(len(index)), column]).float()
            right = logits.gather(1, piece[:, None])
            result[index] = (logits > right).sum(1).numpy()
    return result


class MaskedTask:
    """Train all layers; the vocabulary head sees masked positions only, which is most of its cost saved."""

    name = "fill-mask"

    def __init__(
        self,
        model: BertForMaskedLM,
        tokenizer: Any,
        made: Sequence[Bucket],
        development: Sequence[str],
        seed: int,
        tokens: int = 2048,
        share: float = 0.22,
    ) -> None:
        self.model = model
        model.set_attn_implementation("eager")  # on short texts faster to train than the fused kernel
        self.tokenizer = tokenizer
        self.vocabulary = Vocabulary.of(tokenizer)
        self.share = share
        self.quota = int(tokens * share)
        self.sampler = Sampler(made, tokens, seed)
        self.held_out = single_words(tokenizer, development, seed=1, each=1)

    def batch(self, step: int) -> tuple[torch.Tensor, ...]:
        """Return masked ids, attention mask, flat positions and the pieces that stood there."""
        bucket, places, rng = self.sampler.draw(step)
        ids = bucket.ids[places]
        changed, where, labels = mask_words(ids, self.vocabulary, self.share, self.quota, rng)
        return tensors(changed, ids != 0, where, labels)

    def loss(self, *batch: torch.Tensor) -> torch.Tensor:
        """Return the cross-entropy of the masked pieces."""
        ids, mask, where, labels = batch
        hidden = self.model.bert(input_ids=ids, attention_mask=mask).last_hidden_state
        logits = self.model.cls(hidden.flatten(0, 1)[where])
        return functional.cross_entropy(logits.float(), labels)

    def measure(self) -> dict[str, float]:
        """Return how often the right word is first, and among the first five, in sentences held out."""
        texts, answers, _ = self.held_out
        found = ranks(self.model, texts, answers)
        return {"top 1": float((found < 1).mean()), "top 5": float((found < 5).mean())}
