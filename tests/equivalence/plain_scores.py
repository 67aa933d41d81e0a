"""Likelihood scores written a second time: one text at a time, no batches, no shared rows, float64.

Nothing here comes from the project. Words are found in the text by a regular expression and pieces by the offsets of
the tokenizer's own call; each masked text goes through the whole model alone, and every sum is written out.
"""

from __future__ import annotations

import math
import re
from difflib import SequenceMatcher
from typing import Any

import torch

WORD = re.compile(r"\w+|[^\w\s]")


class Plain:
    """A masked language model in float64 and its tokenizer."""

    def __init__(self, model: Any, tokenizer: Any) -> None:
        self.model = model.double().eval()
        self.tokenizer = tokenizer
        self.mask = tokenizer.mask_token_id

    def log_softmax(self, ids: list[int]) -> Any:
        """Log-probabilities (length, vocabulary) of one text, alone."""
        with torch.no_grad():
            logits = self.model(input_ids=torch.tensor([ids])).logits[0]
        return torch.log_softmax(logits, dim=-1)

    def pieces(self, text: str) -> tuple[list[int], list[int]]:
        """Vocabulary ids, and for each the number of its word in the text, -1 for the frame."""
        found = self.tokenizer(text, return_offsets_mapping=True, return_special_tokens_mask=True)
        spans = [match.span() for match in WORD.finditer(text)]
        words = []
        offsets = found["offset_mapping"]
        for (start, end), special in zip(offsets, found["special_tokens_mask"], strict=True):
            if special:
                words.append(-1)
                continue
            inside = [at for at in range(start, end) if not text[at].isspace()]
            # A bare mark of a word's beginning has no letters: it belongs to the next word.
            first = inside[0] if inside else next(at for at in range(end, len(text)) if not text[at].isspace())
            words.append(next(number for number, (begin, stop) in enumerate(spans) if begin <= first < stop))
        return list(found["input_ids"]), words

    def aul(self, text: str) -> tuple[float, int]:
        """Sum over the pieces of log P(piece | whole text), and their number."""
        ids, words = self.pieces(text)
        table = self.log_softmax(ids)
        kept = [at for at, word in enumerate(words) if word >= 0]
        return math.fsum(float(table[at, ids[at]]) for at in kept), len(kept)

    def pll(self, text: str, within_word: bool, places: list[int] | None = None) -> tuple[float, int]:
        """Sum over the pieces of log P(piece | the others), each masked alone or with the rest of its word."""
        ids, words = self.pieces(text)
        kept = [at for at, word in enumerate(words) if word >= 0] if places is None else places
        total = []
        for at in kept:
            hidden = [at]
            if within_word:
                hidden += [other for other in range(at + 1, len(ids)) if words[other] == words[at]]
            masked = list(ids)
            for other in hidden:
                masked[other] = self.mask
            total.append(float(self.log_softmax(masked)[at, ids[at]]))
        return math.fsum(total), len(kept)

    def crows_pairs(self, first: str, second: str) -> tuple[float, float, int]:
        """CrowS-Pairs scores of two texts: the pieces of the equal blocks, the first and the last left out."""
        ids = [self.pieces(text)[0] for text in (first, second)]
        places: tuple[list[int], list[int]] = ([], [])
        for name, a, b, c, d in SequenceMatcher(None, *ids).get_opcodes():
            if name == "equal":
                places[0].extend(range(a, b))
                places[1].extend(range(c, d))
        kept = [found[1:-1] for found in places]
        scores = [self.pll(text, False, places)[0] for text, places in zip((first, second), kept, strict=True)]
        return scores[0], scores[1], len(kept[0])

    def around(self, before: str, word: str, after: str) -> tuple[list[int], list[int], list[int]]:
        """Pieces before, of and after a word, by comparing tokenisations of the text with and without it."""
        whole = self.tokenizer(before + word + after)["input_ids"]
        left = self.tokenizer(before.rstrip())["input_ids"][:-1]
        rest = self.tokenizer(before.rstrip() + after)["input_ids"][len(left) :]
        return left, whole[len(left) : len(whole) - len(rest)], rest

    def stereoset(self, before: str, word: str, after: str) -> float:
        """Mean over the pieces of P(piece | text before, earlier pieces, one mask, text after)."""
        left, pieces, right = self.around(before, word, after)
        held = []
        for done, piece in enumerate(pieces):
            ids = left + pieces[:done] + [self.mask] + right
            held.append(math.exp(float(self.log_softmax(ids)[len(left) + done, piece])))
        return math.fsum(held) / len(held)

    def chain(self, left: list[int], pieces: list[int], right: list[int]) -> float:
        """Log-probability of a word whose pieces are all masked at first and revealed one by one."""
        logs = []
        for done, piece in enumerate(pieces):
            ids = left + pieces[:done] + [self.mask] * (len(pieces) - done) + right
            logs.append(float(self.log_softmax(ids)[len(left) + done, piece]))
        return math.fsum(logs)
