"""Say slang in standard words and some standard words in slang, where the pattern around a term leaves one sense."""

from __future__ import annotations

import re
from functools import cache

from audit.owndata.perturb.core import MARK, NOTHING, Found, Variant, like, put, table, word_list, words
from audit.templates import article

_PER_TEXT = 2
_MACROS = {
    "{BE}": rf"(?:\b(?:is|was|are|were|am|be|been)|\w{MARK}(?:s|m|re)) ",
    "{INT}": r"(?:(?:so|really|pretty|kinda|kind of|very|super|just|absolutely|completely|totally|still|honestly) )?",
    "{END}": r"(?=\s*(?:[.,!?;:)]|$|\n)| (?:and|but|so|lol|tbh|today|now|lately|honestly|ngl|rn)\b)",
    "{TEST}": r"(?:that|the|my|this|a|our|his|her|another|every) (?:[a-z]+ ){0,2}"
    r"(?:exam|quiz|midterm|test|final|interview|presentation)s?\b",
}
_SPACES_IN = re.compile(r"\{[A-Z]+\}")
_SPELLINGS = frozenset(
    ["thank you so much", "thanks", "to be honest", "I don't know", "right now", "because", "tomorrow", "people"]
    + ["in my opinion", "in real life", "going to", "want to", "have to", "kind of", "sort of", "don't know"]
)
_DENIAL = word_list("slang", "denial")


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], str, str], ...]:
    made = []
    for row in table("slang"):
        source = _SPACES_IN.sub(lambda match: _MACROS[match.group()], row["pattern"].replace("'", MARK))
        bounded = source.replace("(?P<x>", r"(?<![\w'@#-])(?P<x>")
        made.append((re.compile(bounded, re.IGNORECASE), row["standard"], row["back"]))
    return tuple(made)


def find(text: str) -> Found:
    """Replace word_list terms, one at a time, first those in slang.

    Args:
        text: English.

    Returns:
        At most two variants, "slang to standard" or "standard to slang". Unclear: a term that is denied right
        before ("not mid"), where the standard words may deny something else.
    """
    variants: list[Variant] = []
    unclear = ""
    for pattern, standard, back in _patterns():
        for match in pattern.finditer(text):
            start, end = match.span("x")
            if re.match(rf"[\w-]|{MARK}\w", text[end:]):
                continue
            if set(words(text[:start])[-2:]) & _DENIAL and not _whole(standard, back):
                unclear = "denied right before"
                continue
            new = like(standard or back, text)
            made = _put(text, start, end, new)
            variants.append(Variant("slang to standard" if standard else "standard to slang", made))
            break
    if variants:
        variants.sort(key=lambda v: v.direction)
        return Found(tuple(variants[:_PER_TEXT]))
    return Found(unclear=unclear) if unclear else NOTHING


def _whole(standard: str, back: str) -> bool:
    """Whether the term is a spelling of the same words, which a negation before it does not touch."""
    return bool(back) or standard in _SPELLINGS


def _put(text: str, start: int, end: int, new: str) -> str:
    before = re.search(r"\b(an?)( +)$", text[:start], re.IGNORECASE)
    made = put(text, start, end, new)
    if before is None or new.split()[0] in ("a", "an", "the"):
        return made
    right = article(new)
    right = right.capitalize() if before.group(1)[0].isupper() else right
    return made[: before.start()] + right + before.group(2) + made[before.end() :]
