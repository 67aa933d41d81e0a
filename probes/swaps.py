"""Swap the gender of every gender word in an English sentence, by rules.

A chain of replacements turns "he met her" into "he met his"; here each word is replaced once, and the words that
stand for two ("her" for his and him, "his" for her and hers) are decided by what stands around them. The rules are
checked against `data/swaps.tsv`, written by hand; they cover plain sentences, not every sentence of English.
"""

from __future__ import annotations

import re

from audit.places import folder
from audit.templates import article


def _lists() -> dict[str, frozenset[str]]:
    lines = folder("probes").joinpath("data", "swaps_words.tsv").read_text(encoding="utf-8").splitlines()
    rows = [line.split("\t") for line in lines if not line.startswith("#")]
    return {name: frozenset(words.split()) for name, words in rows[1:]}


_LISTS = _lists()
_PAIRS = [tuple(pair.split("/")) for pair in _LISTS["pairs"]]
_SWAP = {a: b for first, second in _PAIRS for a, b in ((first, second), (second, first))}
_SWAP |= {"him": "her", "hers": "his", "mrs": "mr", "madam": "sir"}

_WORD = re.compile(r"ma'am|[A-Za-z]+", re.IGNORECASE)

_NEVER_OWNED = _LISTS["never-owned"]
"""Words before which "her" is not a possessive: prepositions, conjunctions, pronouns, determiners, common verbs."""

_CAN_BE_OWNED_AFTER_ALL = _LISTS["owned-before-a-noun"]
"""Words of the list above that can follow a possessive when a noun comes next ("her first job")."""

_NUMBERS = _LISTS["numbers"]
_GIVING = _LISTS["giving"]
"""Verbs with a receiver and a thing: "gave her a book"."""

_PERCEIVING = _LISTS["perceiving"]
"""Verbs with an object and what it does or is: "saw her leave", "made her happy"."""

_DOES_OR_IS = _LISTS["does-or-is"]
"""What may follow such an object, and cannot be owned in the same place."""

_ARTICLE = re.compile(r"\b(an?)(\s+)$", re.IGNORECASE)


def swap(text: str) -> str:
    """Swap the gender of every gender word of a text.

    Args:
        text: plain English; words inside other words ("human", "there") stay as they are.

    Returns:
        The text with each gender word replaced once, capitals kept, a and an made right.
    """
    words = list(_WORD.finditer(text))
    out = ""
    position = 0
    for i, match in enumerate(words):
        out += text[position : match.start()]
        position = match.end()
        new = _swapped(text, words, i)
        if new != match.group():
            before = _ARTICLE.search(out)
            if before:
                right = article(new)
                right = right.capitalize() if before.group(1)[0].isupper() else right
                out = out[: before.start()] + right + before.group(2)
        out += new
    return out + text[position:]


def _swapped(text: str, words: list[re.Match[str]], i: int) -> str:
    word = words[i].group()
    lower = word.lower()
    if lower == "her":
        new = "his" if _owns(text, words, i) else "him"
    elif lower == "his":
        new = "her" if _begins_noun_phrase(text, words, i) else "hers"
    else:
        new = _SWAP.get(lower, "")
    if not new:
        return word
    if word.isupper() and len(word) > 1:
        return new.upper()
    return new.capitalize() if word[0].isupper() else new


def _next(text: str, words: list[re.Match[str]], i: int) -> str:
    """The word after a word, in lower case; empty at the end of a clause."""
    if i + 1 >= len(words) or text[words[i].end() : words[i + 1].start()].strip():
        return ""
    return words[i + 1].group().lower()


def _begins_noun_phrase(text: str, words: list[re.Match[str]], i: int) -> bool:
    following = _next(text, words, i)
    if not following or following in _NEVER_OWNED - _CAN_BE_OWNED_AFTER_ALL:
        return False
    if following in _CAN_BE_OWNED_AFTER_ALL:
        after = _next(text, words, i + 1)
        return bool(after) and after not in _NEVER_OWNED
    return True


def _owns(text: str, words: list[re.Match[str]], i: int) -> bool:
    """Decide whether "her" is a possessive."""
    if not _begins_noun_phrase(text, words, i):
        return False
    verb = words[i - 1].group().lower() if i else ""
    following, after = _next(text, words, i), _next(text, words, i + 1)
    if verb in _GIVING:
        if following in _NUMBERS | _CAN_BE_OWNED_AFTER_ALL | {"her", "his"}:
            return False
        # one bare noun that ends the clause is the thing given; "gave her flowers to the nurse" gives away hers
        if not after and following not in _SWAP:
            return False
    return not (verb in _PERCEIVING and following in _DOES_OR_IS)
