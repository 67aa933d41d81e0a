"""Which characters each piece stands for, where a tokenizer written in Python does not say (BERTweet, PhoBERT, MeCab).

Its pieces are looked for in the text one after another, without case, accents and the marks that vocabularies write at
pieces. A piece that is not there as it stands (an unknown one, a replaced one) gets what lies between its neighbours.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

from audit.schema import Span


@dataclass(frozen=True, slots=True)
class Encoding:
    """What a tokenizer in Rust gives for a text."""

    ids: list[int]
    offsets: list[Span]
    word_ids: list[int | None]
    special_tokens_mask: list[int]


class AlignedTokenizer:
    """A tokenizer written in Python behind the calls that `audit.models.tokens` makes."""

    def __init__(self, tokenizer: Any) -> None:
        self._tokenizer = tokenizer

    def no_truncation(self) -> None:
        """Do nothing: cutting is asked for with each call here, and is not."""

    def no_padding(self) -> None:
        """Do nothing, for the same reason."""

    def encode_batch(self, texts: Sequence[str]) -> list[Encoding]:
        """Tokenise some texts without cutting them."""
        return [self._encode(text) for text in texts]

    def _encode(self, text: str) -> Encoding:
        given = self._tokenizer(text, return_special_tokens_mask=True, return_token_type_ids=False)
        ids, framing = list(given["input_ids"]), list(given["special_tokens_mask"])
        inner = [at for at, special in enumerate(framing) if not special]
        pieces = self._tokenizer.convert_ids_to_tokens([ids[at] for at in inner])
        written = self._tokenizer.tokenize(text)
        # Where the two agree, an unknown piece is known by what it was cut from.
        spans = spans_of(text, written if len(written) == len(pieces) else pieces)
        offsets: list[Span] = [(0, 0)] * len(ids)
        words: list[int | None] = [None] * len(ids)
        for at, (begin, end) in zip(inner, spans, strict=True):
            offsets[at] = (begin, end)
            words[at] = len(text[:begin].split()) - (begin > 0 and not text[begin - 1].isspace())
        return Encoding(ids, offsets, words, framing)


def spans_of(text: str, pieces: Sequence[str]) -> list[Span]:
    """Find the characters of each piece, in order.

    Args:
        text: what was cut.
        pieces: as the vocabulary writes them.

    Returns:
        (begin, end) of each, without spaces around; (n, n) for one that stands for nothing.
    """
    folded, places = _folded(text)
    found: list[Span | None] = []
    at = 0
    for piece in pieces:
        bare = _folded(_bare(piece))[0]
        begin = folded.find(bare, at) if bare else -1
        # A piece stands right where the last one ended, or after spaces; further on it is another one.
        if begin >= 0 and not (found and found[-1] is not None and folded[at:begin].strip()):
            at = begin + len(bare)
            found.append((places[begin], places[at - 1] + 1))
        else:
            found.append(None)
    return _filled(text, found)


def _filled(text: str, found: Sequence[Span | None]) -> list[Span]:
    """Give pieces that were not found what lies between their neighbours; of several in a row the first gets it."""
    out: list[Span] = []
    for at, span in enumerate(found):
        if span is not None:
            out.append(span)
            continue
        begin = out[-1][1] if out else 0
        end = next((later[0] for later in found[at + 1 :] if later is not None), len(text))
        between = text[begin:end]
        more = found[at + 1] is None if at + 1 < len(found) else False
        words = between.split()
        if words and more:
            # Each of several takes one word, as far as there are.
            start = begin + between.index(words[0])
            out.append((start, start + len(words[0])))
        else:
            start = begin + len(between) - len(between.lstrip())
            out.append((start, max(start, begin + len(between.rstrip()))))
    return out


def _bare(piece: str) -> str:
    """Take off what vocabularies write at pieces, and nothing that is the whole piece."""
    bare = piece.removeprefix("##").removesuffix("@@").removesuffix("</w>").lstrip("▁Ġ")
    return bare or ("" if piece.strip("▁Ġ") == "" else piece)


def _folded(text: str) -> tuple[str, list[int]]:
    """Write a text without case and accents, and give the character that each of its characters comes from."""
    out: list[str] = []
    places: list[int] = []
    for at, character in enumerate(text):
        for part in unicodedata.normalize("NFKD", character.lower()):
            if not unicodedata.combining(part):
                out.append(part)
                places.append(at)
    return "".join(out), places
