"""Swap a first name with names of another group, and with another of its own group as the floor."""

from __future__ import annotations

import re
import zlib
from functools import cache

from audit.owndata.perturb.core import MARK, NOTHING, Found, Variant, table, word_list, words

_SHOWN = {"white": "white", "black": "Black", "hispanic": "Hispanic", "asian": "Asian American"}
_CAPITAL = re.compile(r"[A-Z][A-Za-z]*")
_BEFORE = re.compile(rf"([A-Za-z]+)(\.?)(?:{MARK}s)?[ -]+$")
_AFTER = re.compile(rf"(?:{MARK}s)?[ -]+([A-Z][a-z]+)")
_BARE_POSSESSIVE = re.compile(rf"{MARK}(?!s\b)|[-_@/]|\.[a-z]")
_WHO = {"woman": {"he", "him", "his", "himself"}, "man": {"she", "her", "hers", "herself"}}
_AFTER_A_NAME = frozenset({"I", "I'm", "I've", "I'd", "I'll"})
_STARTERS = word_list("names", "starters")
_ABOUT_NAMES = word_list("names", "about-names")


@cache
def _known() -> dict[str, tuple[str, str]]:
    return {row["name"]: (row["group"], row["gender"]) for row in table("names")}


@cache
def _pool(group: str, gender: str) -> tuple[str, ...]:
    rows = [row for row in table("names") if row["rank"] and (row["group"], row["gender"]) == (group, gender)]
    return tuple(row["name"] for row in sorted(rows, key=lambda row: int(row["rank"])))


@cache
def _pattern() -> re.Pattern[str]:
    return re.compile(rf"(?<![\w@#.'-])({'|'.join(sorted(_known(), key=len, reverse=True))})(?!\w)")


def find(text: str) -> Found:
    """Swap the first word_list name of a text, wherever it stands.

    Two names of other groups and two of its own group go in, chosen by the text, so that the same text always
    gives the same rewritings and many texts spread over all names. Gender stays.

    Args:
        text: English.

    Returns:
        Up to four variants. Unclear: the name stands beside another capitalised word (a surname, a place, a title),
        the text says something about names, or a pronoun of the other gender is the only one there.
    """
    matches = list(_pattern().finditer(text))
    if not matches:
        return NOTHING
    name = matches[0].group(1)
    group, gender = _known()[name]
    own = [match for match in matches if match.group(1) == name]
    if reason := _unclear(text, own, gender):
        return Found(unclear=reason)
    turn = zlib.crc32(text.encode())
    others = [other for other in _SHOWN if other != group]
    taken = {match.group(1) for match in matches}
    variants = []
    for step in range(2):
        other = others[(turn + step) % len(others)]
        if new := _pick(other, gender, taken, turn >> 4):
            direction = f"{_SHOWN[group]} to {_SHOWN[other]} name"
            variants.append(Variant(direction, _swap(text, name, new)))
    for step in range(2):
        if new := _pick(group, gender, taken, (turn >> 4) + step):
            made = Variant(f"{_SHOWN[group]} to {_SHOWN[group]} name", _swap(text, name, new), True)
            if made not in variants:
                variants.append(made)
    return Found(tuple(variants))


def _swap(text: str, name: str, new: str) -> str:
    return _pattern().sub(lambda match: new if match.group(1) == name else match.group(1), text)


def _pick(group: str, gender: str, taken: set[str], turn: int) -> str:
    pool = [name for name in _pool(group, gender) if name not in taken]
    return pool[turn % len(pool)] if pool else ""


def _unclear(text: str, own: list[re.Match[str]], gender: str) -> str:
    found = set(words(text))
    if found & _ABOUT_NAMES:
        return "the text is about names"
    if found & _WHO[gender] and not found & _WHO["man" if gender == "woman" else "woman"]:
        return "a pronoun of the other gender"
    for match in own:
        before, after = _BEFORE.search(text[: match.start()]), _AFTER.match(text, match.end())
        if before and _CAPITAL.fullmatch(before.group(1)) and not _begins(text, before):
            return "beside another capitalised word"
        if after and after.group(1) not in _AFTER_A_NAME:
            return "beside another capitalised word"
        if _BARE_POSSESSIVE.match(text, match.end()):
            return "part of a longer word"
    return ""


def _begins(text: str, before: re.Match[str]) -> bool:
    """Whether the capitalised word before a name is a small word that begins its sentence, as in "When Emily"."""
    if before.group(2):
        return before.group(1).lower() not in _TITLES
    ahead = text[: before.start()].rstrip()
    opens = not ahead or ahead[-1] in '.!?\n"('
    return before.group(1) == "I" or (opens and before.group(1).lower() in _STARTERS | _SMALL)


_TITLES = word_list("names", "titles")
_SMALL = word_list("names", "small")
