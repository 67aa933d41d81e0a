"""Swap the gender of the people in a text with the project's swap table, where its grammar leaves no doubt.

`probes.swaps` decides what "her" and "his" become; here stands when not to ask it. A text that names both genders is
left alone, since swapping both compares nothing, and so is one with a name, with a word that has no counterpart in the
table ("this guy"), or about a matter that goes with gender ("maternity"). So are partners: who loves whom would change.
"""

from __future__ import annotations

import re
from functools import cache

from audit.owndata.perturb.core import MARK, NOTHING, Found, Variant, straight, table, word_list
from audit.places import folder
from audit.probes.swaps import swap

_TOKEN = re.compile(rf"[A-Za-z]+(?:{MARK}[a-z]+|[-/][A-Za-z]+)*")
_OWNER = re.compile(r"'s$")
_FEMALE = word_list("gender", "female")
_KIN = frozenset({"mother", "father", "sister", "brother", "son", "daughter"})
_SHORT_FORMS = {"he's": "he", "she's": "she", "he'd": "he", "she'd": "she", "he'll": "he", "she'll": "she"}
_SELF = re.compile(
    r"\b(?:as an?|being an?|i am an?|i'm an?|only|few|first)\s+(?:[a-z]+\s+)?"
    r"(?:woman|man|girl|boy|women|men|girls|boys|mother|father|mom|dad|daughter|son|sister|brother)\b"
    r"|\b(?:wo)?m[ae]n (?:in|of)\b",
    re.IGNORECASE,
)
_FREE_CAPITALS = word_list("gender", "free-capitals")
_TITLES = word_list("gender", "titles")
_ADVERB = re.compile(r"[a-z]+ly$")
_NOUNS_IN_LY = word_list("gender", "nouns-in-ly")
_DOING = re.compile(r"[a-z]{2,}ing$")
_NOUNS_IN_ING = word_list("gender", "nouns-in-ing")
_AMBIGUOUS_NEXT = word_list("gender", "ambiguous-next")
_AMBIGUOUS_VERBS = word_list("gender", "ambiguous-verbs")
_BLOCKS = word_list("gender", "blocks")
_COMPOUNDS = word_list("gender", "compounds")
_INTERJECTIONS = word_list("gender", "interjections")
_NOT_A_NOUN = word_list("gender", "not-a-noun")
_SWAPPED = word_list("gender", "swapped")


@cache
def _never_owned() -> frozenset[str]:
    """Words before which `probes.swaps` takes "her" for an object."""
    lines = folder("probes").joinpath("data", "swaps_words.tsv").read_text(encoding="utf-8").splitlines()
    return frozenset(next(line.split("\t")[1] for line in lines if line.startswith("never-owned\t")).split())


def find(text: str) -> Found:
    """Swap every gender word of a text in which all of them have one gender.

    Args:
        text: English.

    Returns:
        One variant, "she to he" or "he to she"; or why a text with gender words was left alone.
    """
    tokens = [(match, straight(match.group())) for match in _TOKEN.finditer(text)]
    plain = [_plain(token) for _, token in tokens]
    gendered = [word for word in plain if word in _SWAPPED]
    if not gendered:
        return NOTHING
    if any(word in _BLOCKS or any(p in _SWAPPED for p in re.split("[-/]", word)[1:]) for word in plain):
        return Found(unclear="a word that goes with one gender")
    if _SELF.search(straight(text)):
        return Found(unclear="said of the gender itself")
    female = [word in _FEMALE for word in gendered]
    if any(female) and not all(female):
        return Found(unclear="people of both genders")
    if reason := _capitals(text, tokens) or _unsure(text, tokens, plain):
        return Found(unclear=reason)
    direction = "she to he" if female[0] else "he to she"
    return Found((Variant(direction, swap(text)),))


def _plain(token: str) -> str:
    lower = token.lower()
    return _SHORT_FORMS.get(lower, _OWNER.sub("", lower))


def _capitals(text: str, tokens: list[tuple[re.Match[str], str]]) -> str:
    """Look for names: a capital within a sentence that no calendar, language or title explains."""
    last = ""
    for match, token in tokens:
        before = text[: match.start()].rstrip()
        opens = not before or before[-1] in '.!?\n"(:;' or before[-1] == "\N{LEFT DOUBLE QUOTATION MARK}"
        titled = last in _TITLES
        capital = token[0].isupper() and not token.isupper()
        word = _OWNER.sub("", token)
        explained = titled or word in _FREE_CAPITALS or word.lower() in _SWAPPED
        if capital and not explained and (not opens or _is_first_name(word)):
            return "a name"
        last = word
    return ""


def _is_first_name(word: str) -> bool:
    return any(row["name"] == word for row in table("names"))


def _unsure(text: str, tokens: list[tuple[re.Match[str], str]], plain: list[str]) -> str:
    for i, word in enumerate(plain):
        if word in ("man", "boy", "girl", "woman") and _vocative(text, tokens, plain, i):
            return "an exclamation"
        if word in _KIN and _follower(text, tokens, i) in _COMPOUNDS:
            return "part of a compound"
        if tokens[i][1].lower() in ("her", "his"):
            follows = _follower(text, tokens, i)
            if follows and _ambiguous(plain[i - 1] if i else "", follows):
                return f'"{word}" may be an object or an owner'
    return ""


def _vocative(text: str, tokens: list[tuple[re.Match[str], str]], plain: list[str], i: int) -> bool:
    """Tell "oh man", "man, what a week" and "man the desk" from a person; a person has a word like "the" before."""
    before = plain[i - 1] if i and not text[tokens[i - 1][0].end() : tokens[i][0].start()].strip() else ""
    return not before or before in _INTERJECTIONS


def _follower(text: str, tokens: list[tuple[re.Match[str], str]], i: int) -> str:
    """The next word of the same clause, in lower case."""
    if i + 1 >= len(tokens) or text[tokens[i][0].end() : tokens[i + 1][0].start()].strip():
        return ""
    return tokens[i + 1][1].lower()


def _ambiguous(before: str, follows: str) -> bool:
    if follows in _AMBIGUOUS_NEXT:
        return True
    if follows in _never_owned() or follows in _NOT_A_NOUN:
        return False
    if _ADVERB.match(follows) and follows not in _NOUNS_IN_LY:
        return True
    if _DOING.match(follows) and follows not in _NOUNS_IN_ING:
        return True
    return before in _AMBIGUOUS_VERBS
