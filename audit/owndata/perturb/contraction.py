"""Rewrite a negation in another form that says the same: "is not" and "isn't", "cannot" and "can't"."""

from __future__ import annotations

import re

from audit.owndata.perturb.core import MARK, NOTHING, Found, Sentence, Variant, like, sentence_at, straight, word_list

_LONG = {
    "isn't": "is not",
    "aren't": "are not",
    "wasn't": "was not",
    "weren't": "were not",
    "don't": "do not",
    "doesn't": "does not",
    "didn't": "did not",
    "haven't": "have not",
    "hasn't": "has not",
    "hadn't": "had not",
    "can't": "cannot",
    "couldn't": "could not",
    "won't": "will not",
    "wouldn't": "would not",
    "shouldn't": "should not",
    "i'm not": "i am not",
}
_SHORT = {long: short for short, long in _LONG.items()} | {"can not": "can't"}
_PER_TEXT = 2

_CONTRACTED = re.compile(
    rf"(?<![\w'])(?:{'|'.join(_LONG)})(?![\w'])".replace("'t", f"{MARK}t").replace("'m", f"{MARK}m"), re.I
)
_SPELLED = re.compile(rf"(?<![\w'-])(?:{'|'.join(_SHORT)})(?![\w'-])", re.I)

_PRONOUNS = word_list("contraction", "pronouns")
"""After an auxiliary these are its subject ("why don't we"), where the long form would be wrong."""

_DETERMINERS = word_list("contraction", "determiners")
"""After "don't" and the like these begin the subject; after "isn't" they may also say what something is not."""

_ASKING = word_list("contraction", "asking")
_OPENERS = word_list("contraction", "openers")
"""What may begin a sentence and be spelled out: "Can't sleep", "Don't ask"."""

_COPULAR = word_list("contraction", "copular")

_KEEP_APART = word_list("contraction", "keep-apart")
"""After "not" these begin what it belongs to ("I do not because I must"); the short form would move it to the verb."""


def find(text: str) -> Found:
    """Spell out or contract the negated auxiliaries of a text, one at a time.

    Args:
        text: English.

    Returns:
        At most two variants. Unclear: questions, where subject and auxiliary change places; forms at the end of a
        clause; "NOT" in capitals; and "not" that belongs to what follows it.
    """
    variants, unclear = [], ""
    for pattern, forms, direction in (
        (_CONTRACTED, _LONG, "contraction spelled out"),
        (_SPELLED, _SHORT, "contracted"),
    ):
        for match in pattern.finditer(text):
            old = match.group()
            new = forms[straight(old).lower()]
            if reason := _unclear(text, match, direction == "contracted"):
                unclear = reason
                continue
            if old[0].isupper():
                new = new[0].upper() + new[1:]
            made = text[: match.start()] + like(new, text) + text[match.end() :]
            variants.append(Variant(direction, made))
    if variants:
        return Found(tuple(variants[:_PER_TEXT]))
    return Found(unclear=unclear) if unclear else NOTHING


def _unclear(text: str, match: re.Match[str], contract: bool) -> str:
    old, lower = match.group(), straight(match.group()).lower()
    sentence = sentence_at(text, match.start())
    before, after = _around(text, match, sentence)
    if old.isupper() and len(old) > 3 or "NOT" in old:
        return "written in capitals"
    if sentence.asks or before in _ASKING:
        return "a question"
    if lower in ("i'm not", "i am not"):
        return "" if after and after not in _KEEP_APART else "not sure what the negation belongs to"
    states = contract or (lower in _COPULAR and before)
    if after in _PRONOUNS or (after in _DETERMINERS and not states):
        return "a question"
    if not after:
        return "at the end of a clause"
    if contract and re.match(r" (?:[\w'-]+ ){1,3}but\b", text[match.end() :]):
        return "not sure what the negation belongs to"
    if contract:
        return "not sure what the negation belongs to" if after in _KEEP_APART else ""
    if not before and lower not in _OPENERS:
        return "the sentence begins with it"
    return ""


def _around(text: str, match: re.Match[str], sentence: Sentence) -> tuple[str, str]:
    """The words before and after, in lower case; empty where a mark stands between or the sentence ends."""
    ahead = re.search(rf"([A-Za-z]+(?:{MARK}[a-z]+)?) *$", text[sentence.start : match.start()])
    behind = re.match(rf" +([A-Za-z]+(?:{MARK}[a-z]+)?)", text[match.end() : sentence.end])
    return (
        straight(ahead.group(1)).lower() if ahead else "",
        straight(behind.group(1)).lower() if behind else "",
    )
