"""Add "not" to a plain statement with "is" or "was", or take it away: valence should move, in a known direction.

Only sentences that end in a word_list adjective, with no other negation, condition, contrast or quantifier, are turned:
in "everyone is happy" or "I left because it was dull" a "not" would say more than one thing, or nothing that fits.
"""

from __future__ import annotations

import re
from functools import cache

from audit.owndata.perturb.core import MARK, NOTHING, Found, Sentence, Variant, sentences, straight, word_list, words

_PER_TEXT = 2
_SUBJECT_WORDS = 7
_END = r"(?=\s*[.!]?\s*$)"
_SHORT = rf"(?<=\w){MARK}(?:m|s|re)"
_DENIAL = word_list("negation", "denial")
_CAN_BE_SHORT = word_list("negation", "can-be-short")
_SPELLED = {"isn't": "is", "wasn't": "was", "aren't": "are", "weren't": "were"}
_COMPLAINT = word_list("negation", "complaint")
_NPI = word_list("negation", "npi")
_PRAISE = word_list("negation", "praise")
_STOPS = word_list("negation", "stops")


@cache
def _patterns() -> tuple[re.Pattern[str], re.Pattern[str]]:
    """Statements that could take a "not", and statements that have one; both to the end of their sentence."""
    listed_words = "|".join(sorted(_PRAISE | _COMPLAINT, key=len, reverse=True))
    adjective = f"(?P<adjective>{listed_words})"
    tail = r"(?P<tail> (?:(?:of|about|for|with|at) (?:[a-z']+ ){0,4}[a-z']+|today|now|this (?:week|semester|term)))?"
    rest = rf"(?P<rest>(?P<a>an? )?(?:(?:really|very|so) )?{adjective}(?(a) [a-z]+)){tail}{_END}"
    copula = rf"(?P<copula>\b(?:is|was|are|were|am)|{_SHORT})"
    denied = rf"(?:{copula} not|(?P<short>\b(?:is|was|are|were)n{MARK}t))"
    return re.compile(f"{copula}(?P<gap> ){rest}", re.IGNORECASE), re.compile(
        f"{denied}(?P<gap> ){rest}", re.IGNORECASE
    )


def find(text: str) -> Found:
    """Turn the plain statements of a text, one at a time.

    Args:
        text: English.

    Returns:
        At most two variants with the direction in which valence should move. Unclear: a statement that ends in a
        word_list adjective, but in a sentence where a "not" could belong to something else.
    """
    variants: list[Variant] = []
    unclear = ""
    for sentence in sentences(text):
        made = _turn(text, sentence)
        if isinstance(made, Variant):
            variants.append(made)
        elif made:
            unclear = made
    if variants:
        return Found(tuple(variants[:_PER_TEXT]))
    return Found(unclear=unclear) if unclear else NOTHING


def _turn(text: str, sentence: Sentence) -> Variant | str:
    add, remove = _patterns()
    if match := remove.search(sentence.text):
        return _removed(text, sentence, match)
    if match := add.search(sentence.text):
        return _added(text, sentence, match)
    return ""


def _sign(match: re.Match[str]) -> int:
    return 1 if match.group("adjective").lower() in _PRAISE else -1


def _negations(sentence: Sentence) -> int:
    return sum(word in _DENIAL or word.endswith("n't") for word in sentence.words)


def _subject(sentence: Sentence, match: re.Match[str]) -> list[str]:
    ahead = sentence.text[: match.start()]
    return Sentence(0, len(ahead), ahead).words


def _simple(text: str, sentence: Sentence, match: re.Match[str]) -> bool:
    subject = _subject(sentence, match)
    ahead = sentence.text[: match.start()]
    short = straight(match.group("copula") or "").startswith("'")
    tail = set(words(match.group("tail") or ""))
    again = words(text).count(match.group("adjective").lower()) > 1
    return (
        1 <= len(subject) <= _SUBJECT_WORDS
        and not set(subject) & _STOPS
        and not re.search(r"[,;:()\"-]", ahead)
        and not (short and subject[-1] not in _CAN_BE_SHORT)
        and not tail & (_STOPS | {"and", "or", "myself", "you", "it"})
        and not again
    )


def _added(text: str, sentence: Sentence, match: re.Match[str]) -> Variant | str:
    if not _simple(text, sentence, match) or _negations(sentence):
        return "not a plain statement"
    place = sentence.start + match.end("copula")
    sign = _sign(match)
    what = "praise" if sign > 0 else "complaint"
    return Variant(f"not added to {what}", text[:place] + " not" + text[place:], expected=-sign)


def _removed(text: str, sentence: Sentence, match: re.Match[str]) -> Variant | str:
    outside = set(_subject(sentence, match))
    if not _simple(text, sentence, match) or _negations(sentence) != 1 or outside & _NPI:
        return "not a plain statement"
    start, end = sentence.start + match.start(), sentence.start + match.start("gap")
    short = match.group("short")
    copula = _SPELLED[straight(short).lower()] if short else match.group("copula")
    sign = _sign(match)
    what = "praise" if sign > 0 else "complaint"
    return Variant(f"not removed from {what}", text[:start] + copula + text[end:], expected=sign)
