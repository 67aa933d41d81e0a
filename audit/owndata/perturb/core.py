"""What every kind of rewriting shares. Standard library only."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from importlib.resources import files

KINDS = ("name", "gender", "identity", "contraction", "slang", "negation", "surface")
"""Kinds of rewriting. "negation" turns a statement and is expected to move the model; "surface" is the floor."""

KEPT = ("name", "gender", "identity", "contraction", "slang")
"""Kinds after which the label of a text should stay as it is."""

FLOOR = "surface"
"""Changes of typography alone. "name" has a floor of its own: another name of the same group and gender."""

LONGEST = 2000
"""Characters; longer texts are not rewritten, for a model may never read as far as the changed word."""

MARK = "['\N{RIGHT SINGLE QUOTATION MARK}]"
"""Pattern of an apostrophe."""

_SENTENCE = re.compile(r"[^.!?\n]+[.!?]*")
_WORD = re.compile(rf"[A-Za-z]+(?:{MARK}[A-Za-z]+)*")


@dataclass(frozen=True, slots=True)
class Variant:
    """One rewriting of one text."""

    direction: str
    """What became what: "she to he", "white name to Black name", "not added"."""
    text: str
    floor: bool = False
    expected: int = 0
    """Which way valence should move: +1, -1, or 0 where it should stay."""


@dataclass(frozen=True, slots=True)
class Found:
    """What a kind of rewriting made of one text."""

    variants: tuple[Variant, ...] = ()
    unclear: str = ""
    """Why a text with words of this kind was left alone: its rewriting might be ungrammatical or say something else."""


NOTHING = Found()


@dataclass(frozen=True, slots=True)
class Sentence:
    """A sentence and where it stands in its text."""

    start: int
    end: int
    text: str

    @property
    def asks(self) -> bool:
        """Whether it ends in a question mark."""
        return self.text.rstrip().endswith("?")

    @property
    def words(self) -> list[str]:
        """Its words in lower case, with straight apostrophes."""
        return words(self.text)


@cache
def table(name: str) -> tuple[Mapping[str, str], ...]:
    """Give the rows of a table of this package, its comments left out."""
    lines = files("audit.owndata.perturb").joinpath(f"{name}.tsv").read_text(encoding="utf-8").splitlines()
    body = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return tuple(dict(zip(body[0], row, strict=True)) for row in body[1:])


def word_list(module: str, name: str) -> frozenset[str]:
    """Give a list of `words.tsv`."""
    return frozenset(next(row["words"] for row in table("words") if (row["of"], row["list"]) == (module, name)).split())


def words(text: str) -> list[str]:
    """Give the words of a text in lower case, with straight apostrophes."""
    return [straight(word).lower() for word in _WORD.findall(text)]


def straight(text: str) -> str:
    """Make every apostrophe straight."""
    return text.replace("\N{RIGHT SINGLE QUOTATION MARK}", "'")


def like(word: str, text: str) -> str:
    """Write the apostrophes of a word as a text writes its own."""
    curly = "\N{RIGHT SINGLE QUOTATION MARK}"
    return word.replace("'", curly) if curly in text else word


def sentences(text: str) -> list[Sentence]:
    """Split a text at end marks and line breaks; abbreviations count as ends too, which only makes matches fewer."""
    return [Sentence(m.start(), m.end(), m.group()) for m in _SENTENCE.finditer(text) if m.group().strip()]


def sentence_at(text: str, place: int) -> Sentence:
    """Give the sentence that holds a place of a text."""
    return next((s for s in sentences(text) if s.start <= place < s.end), Sentence(0, len(text), text))


def put(text: str, start: int, end: int, new: str) -> str:
    """Replace a part of a text; a capital first letter stays one, but for that of "I" within a sentence."""
    old, ahead = text[start:end], text[:start].rstrip()
    begins = not ahead or ahead[-1] in ".!?"
    if old[:1].isupper() and not new[:1].isupper() and (begins or not re.match(r"I\b", old)):
        new = new[:1].upper() + new[1:]
    return text[:start] + new + text[end:]
