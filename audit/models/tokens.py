"""Text -> pieces for masked language models: where the blank is, which pieces a word has, what is left out.

A choice is tokenised *in its place*, as part of the text, and its pieces are found by their character offsets. So the
leading space of byte-level and SentencePiece vocabularies, capitals at the start of a sentence and punctuation after
the blank come out the way the model met them in training, whatever its vocabulary.
"""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from difflib import SequenceMatcher
from typing import Any

from audit.models.aligned import AlignedTokenizer
from audit.schema import MASK, CaveatError, Span

_SENTENCE_START = re.compile(r"(?:^|[.!?][\"')\]]*\s+)[\"'(\[]*$")


@dataclass(frozen=True, slots=True)
class Pieces:
    """A text as the model reads it, special tokens included."""

    ids: tuple[int, ...]
    spans: tuple[Span, ...]
    """Characters of each piece, without the spaces around them; (n, n) where it has none of its own."""
    words: tuple[int, ...]
    """Which word each piece belongs to; -1 for special tokens that frame the text."""

    def overlapping(self, spans: Sequence[Span]) -> set[int]:
        """Find the pieces that touch some characters, and the bare word-start marks right before them."""
        found = {
            at
            for at, (start, end) in enumerate(self.spans)
            if self.words[at] >= 0 and any(start < stop and end > begin for begin, stop in spans)
        }
        for at in sorted(found):
            before = at - 1
            if before not in found and before >= 0 and self.words[before] >= 0 and self._is_mark(before, at):
                found.add(before)
        return found

    def _is_mark(self, at: int, following: int) -> bool:
        """SentencePiece writes the space before a word it does not know as a piece of its own."""
        start, end = self.spans[at]
        return start == end and self.words[at] == self.words[following] and end <= self.spans[following][0]


@dataclass(frozen=True, slots=True)
class Blank:
    """The text around a blank, as pieces."""

    left: tuple[int, ...]
    right: tuple[int, ...]
    choices: tuple[tuple[int, ...], ...]
    """Pieces of each choice, in its place."""
    unknown: int
    """Unknown tokens in the text, and choices that the vocabulary cannot write."""
    tokens: int
    """Pieces of the text, the blank counted as one."""
    truncated: bool
    spaced: bool
    """Whether a space, or nothing, stands before the blank: a continuation piece is then not a word."""


@dataclass(frozen=True, slots=True)
class _Last:
    """Where the walk over the pieces of a text stands."""

    word: int = -1
    group: int | None = None
    end: int = 0
    mark: bool = False
    """Whether the last piece is punctuation or a symbol."""
    empty: bool = False

    def then(self, group: int | None, start: int, end: int, mark: bool) -> _Last:
        """Go to the next piece: the same word, or the next one.

        The tokenizer's own groups are cut at punctuation, which SentencePiece glues to the word before it. An empty
        piece is a bare word-start mark and belongs to what follows; pieces of one character belong together.
        """
        together = self.empty or start < self.end or not (mark or self.mark)
        same = group is not None and group == self.group and together
        return _Last(self.word + (not same), group, end, mark, start == end)


class PieceTokenizer:
    """The tokenizer of a model, with what scoring needs to know about its pieces."""

    def __init__(self, tokenizer: Any, max_length: int) -> None:
        fast = getattr(tokenizer, "is_fast", False)
        self._backend = tokenizer.backend_tokenizer if fast else AlignedTokenizer(tokenizer)
        # A saved tokenizer may carry padding to 128: it would count as text.
        self._backend.no_truncation()
        self._backend.no_padding()
        self._tokenizer = tokenizer
        self._probe = "the"
        self.max_length = max_length
        self.mask: str = tokenizer.mask_token
        self.mask_id: int = tokenizer.mask_token_id
        self.unknown_id: int | None = tokenizer.unk_token_id
        self.special_ids = frozenset(tokenizer.all_special_ids) - {self.mask_id}
        self._known: dict[tuple[str, str, str, bool], tuple[int, ...] | None] = {}

    @property
    def raw(self) -> Any:
        """The tokenizer itself."""
        return self._tokenizer

    def encode(self, texts: Sequence[str]) -> list[Pieces]:
        """Tokenise some texts without cutting them."""
        encodings = self._backend.encode_batch(list(texts))
        return [self._pieces(text, encoding) for text, encoding in zip(texts, encodings, strict=True)]

    def _pieces(self, text: str, encoding: Any) -> Pieces:
        spans: list[Span] = []
        words: list[int] = []
        last = _Last()
        for (start, end), group, special in zip(
            encoding.offsets, encoding.word_ids, encoding.special_tokens_mask, strict=True
        ):
            # Some vocabularies count the space before a word as part of its first piece.
            while start < end and text[start].isspace():
                start += 1
            while start < end and text[end - 1].isspace():
                end -= 1
            spans.append((start, end))
            if special and group is None:
                words.append(-1)
                last = replace(last, group=None)
                continue
            mark = not any(character.isalnum() for character in text[start:end])
            last = last.then(group, start, end, mark and start < end)
            words.append(last.word)
        return Pieces(tuple(encoding.ids), tuple(spans), tuple(words))

    def cut(self, pieces: Pieces, keep: int | None = None) -> tuple[Pieces, bool]:
        """Shorten to the longest sequence that the model reads, special tokens at the end kept.

        Args:
            pieces: a whole text.
            keep: longest sequence allowed; `max_length` when None.
        """
        keep = self.max_length if keep is None else keep
        if len(pieces.ids) <= keep:
            return pieces, False
        tail = 0
        while tail < len(pieces.words) and pieces.words[-1 - tail] < 0:
            tail += 1
        head = keep - tail
        end = len(pieces.ids) - tail
        return (
            Pieces(
                pieces.ids[:head] + pieces.ids[end:],
                pieces.spans[:head] + pieces.spans[end:],
                pieces.words[:head] + pieces.words[end:],
            ),
            True,
        )

    def blanks(self, asked: Sequence[tuple[str, tuple[str, ...], tuple[Span, ...]]]) -> list[Blank]:
        """Tokenise texts with one blank each.

        Args:
            asked: (text, choices, hidden spans) of each request; spans count characters of `text`; no choices
                for an open question.

        Returns:
            One `Blank` each; hidden pieces are already masked in `left` and `right`.

        Raises:
            CaveatError: for a text without exactly one blank, or a choice without letters.
        """
        frames = [Frame.of(text, choices) for text, choices, _ in asked]
        self._learn(frames)
        probes = [self._probe_of(frame) for frame in frames]
        encoded = self.encode([frame.filled(probe) for frame, probe in zip(frames, probes, strict=True)])
        return [
            self._blank(frame, probe, pieces, hidden)
            for frame, probe, pieces, (_, _, hidden) in zip(frames, probes, encoded, asked, strict=True)
        ]

    def _probe_of(self, frame: Frame) -> str:
        """Choose the word that stands in the blank while the text around it is tokenised."""
        return frame.surfaces[0] if frame.surfaces else frame.surface(self._probe)

    def _learn(self, frames: Sequence[Frame]) -> None:
        """Tokenise every word once for each kind of place; words do not look further than the next space."""
        wanted = {frame.key(surface) for frame in frames for surface in frame.surfaces or (self._probe_of(frame),)}
        new = sorted(wanted - self._known.keys())
        if not new:
            return
        texts = [("" if start else "the ") + before + surface + after for surface, before, after, start in new]
        for key, text, pieces in zip(new, texts, self.encode(texts), strict=True):
            begin = len(text) - len(key[2]) - len(key[0])
            self._known[key] = self._word(pieces, begin, begin + len(key[0]))

    def _word(self, pieces: Pieces, begin: int, end: int) -> tuple[int, ...] | None:
        """Give the pieces of some characters; None where a piece reaches past them."""
        found = sorted(pieces.overlapping([(begin, end)]))
        inside = all(begin <= pieces.spans[at][0] and pieces.spans[at][1] <= end for at in found if _size(pieces, at))
        return tuple(pieces.ids[at] for at in found) if found and inside else None

    def _blank(self, frame: Frame, probe: str, pieces: Pieces, hidden: tuple[Span, ...]) -> Blank:
        begin, end = frame.at, frame.at + len(probe)
        found = sorted(pieces.overlapping([(begin, end)]))
        here = tuple(pieces.ids[at] for at in found)
        known = [self._known[frame.key(surface)] for surface in frame.surfaces]
        if not found or any(word is None for word in known) or (known and here != known[0]):
            known = [self._in_place(frame, surface) for surface in frame.surfaces]
        choices = tuple(word for word in known if word is not None)
        if not found or len(choices) < len(known):
            raise CaveatError(
                f"a choice cannot be told apart from the text around the blank in {frame.filled(MASK)!r}: "
                "set the blank off with spaces"
            )
        shift = len(probe) - len(MASK)
        moved = [(s, e) if e <= frame.at else (s + shift, e + shift) for s, e in hidden]
        masked = pieces.overlapping(moved) - set(found)
        ids = [self.mask_id if at in masked else id_ for at, id_ in enumerate(pieces.ids)]
        left, right = tuple(ids[: found[0]]), tuple(ids[found[-1] + 1 :])
        left, right, truncated = self._fit(left, right, max([1, *map(len, choices)]))
        unknown = sum(id_ == self.unknown_id for id_ in left + right)
        unknown += sum(self.unknown_id in word for word in choices)
        framing = sum(word < 0 for word in pieces.words)
        return Blank(left, right, choices, unknown, len(left) + len(right) + 1 - framing, truncated, frame.spaced)

    def _in_place(self, frame: Frame, surface: str) -> tuple[int, ...] | None:
        """Tokenise a word within the whole text, for vocabularies whose pieces reach over spaces."""
        pieces = self.encode([frame.filled(surface)])[0]
        return self._word(pieces, frame.at, frame.at + len(surface))

    def _fit(
        self, left: tuple[int, ...], right: tuple[int, ...], width: int
    ) -> tuple[tuple[int, ...], tuple[int, ...], bool]:
        """Cut a text that is too long, from its end first, and never the blank or the special tokens at the ends."""
        over = len(left) + width + len(right) - self.max_length
        if over <= 0:
            return left, right, False
        last = right[-1:] if right and right[-1] in self.special_ids else ()
        first = left[:1] if left and left[0] in self.special_ids else ()
        room = len(right) - len(last)
        right = right[: max(0, room - over)] + last
        over -= min(over, room)
        if over > 0:
            left = first + left[len(first) + over :]
        return left, right, True

    def word(self, id_: int, spaced: bool) -> str:
        """Write a piece for people; a continuation piece where a word was asked for begins with "##"."""
        piece = str(self._tokenizer.convert_ids_to_tokens(id_))
        if piece.startswith("##"):
            return piece
        text = self._tokenizer.convert_tokens_to_string([piece]).strip() or piece
        continues = spaced and self._marks_words and piece[:1] not in ("Ġ", "▁") and text[:1].isalnum()
        return f"##{text}" if continues else text

    @property
    def _marks_words(self) -> bool:
        """Whether the vocabulary writes a mark at the start of words."""
        sample = self._tokenizer.convert_ids_to_tokens(list(self.encode(["the the"])[0].ids))
        return any(str(piece)[:1] in ("Ġ", "▁") for piece in sample)


def shared(first: Pieces, second: Pieces) -> tuple[set[int], set[int]]:
    """Find the pieces that two texts share, in order: the longest matching blocks of `difflib`.

    Special tokens take part in the matching, as in the CrowS-Pairs script (Nangia et al. 2020).

    Returns:
        Places in the first text, and in the second.
    """
    blocks = SequenceMatcher(None, first.ids, second.ids).get_matching_blocks()
    return (
        {at for block in blocks for at in range(block.a, block.a + block.size)},
        {at for block in blocks for at in range(block.b, block.b + block.size)},
    )


def _size(pieces: Pieces, at: int) -> bool:
    return pieces.spans[at][0] < pieces.spans[at][1]


@dataclass(frozen=True, slots=True)
class Frame:
    """A text cut at its blank."""

    head: str
    tail: str
    surfaces: tuple[str, ...]
    before: str
    """What stands between the last space and the blank."""
    after: str

    @classmethod
    def of(cls, text: str, choices: tuple[str, ...]) -> Frame:
        """Cut a text at its one blank; a choice that begins a sentence gets a capital."""
        head, found, tail = text.partition(MASK)
        if not found or MASK in tail:
            raise CaveatError(f"{text!r} needs exactly one blank, written {MASK}")
        for choice in choices:
            if not choice.strip():
                raise CaveatError(f"a choice for the blank in {text!r} is empty: give at least one letter")
        surfaces = tuple(written_after(head, choice) for choice in choices)
        before = re.split(r"\s", head)[-1]
        after = re.split(r"\s", tail, maxsplit=1)[0]
        return cls(head, tail, surfaces, before, after)

    @property
    def at(self) -> int:
        """Where the blank begins."""
        return len(self.head)

    @property
    def spaced(self) -> bool:
        """Whether a space, or nothing, stands before the blank."""
        return not self.before

    def filled(self, word: str) -> str:
        """Put a word into the blank."""
        return self.head + word + self.tail

    def surface(self, word: str) -> str:
        """Write a word as it stands in the blank."""
        return written_after(self.head, word)

    def key(self, surface: str) -> tuple[str, str, str, bool]:
        """What the pieces of a word depend on."""
        return surface, self.before, self.after, not self.head[: len(self.head) - len(self.before)].strip()


def written_after(head: str, word: str) -> str:
    """Write a word the way it stands after a text: with a capital where it begins a sentence."""
    return word[:1].upper() + word[1:] if _SENTENCE_START.search(head) else word
