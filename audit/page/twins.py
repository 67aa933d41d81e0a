"""A sentence -> its twin by one click, where grammar leaves no doubt; otherwise one line that says why not.

Person and slang are swapped by the rules that rewrite a researcher's own posts (`audit.owndata.perturb`), which would
rather leave a sentence alone than make one that nobody would write. So would the rules here.
"""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import dataclass

from audit.owndata.perturb import rewrites
from audit.schema import MASK

KINDS = (
    ("person", "about another person"),
    ("negate", "with a not, or without"),
    ("sarcasm", "in a sarcastic tone"),
    ("slang", "in slang, or in standard words"),
)
"""Key of a kind of twin, and what it is called."""

BY_HAND = "Write the twin yourself: change one thing only."

_SAID = {
    "he to she": "words for a man to words for a woman",
    "she to he": "words for a woman to words for a man",
    "not added to praise": "not added",
    "not added to complaint": "not added",
    "not removed from praise": "not removed",
    "not removed from complaint": "not removed",
}
_BLANK = "placeholderword"
"""Stands for a blank while a sentence is rewritten; no list of words has it."""
_OWNED = re.compile(r"\b(?:her|his)\s+" + re.escape(MASK), re.IGNORECASE)
_NEGATION = re.compile(r"\b(?:not|no|never|nobody|nothing|none|nor|neither|cannot|without|hardly)\b|n['’]t\b", re.I)
_COPULA = re.compile(
    r"\b(is|was|are|were|am)\b( (?:not )?)(?=(?:an?|the|so|very|really)? ?" + re.escape(MASK) + ")", re.I
)
_LIKES = re.compile(
    r"^((?:i|we|you|they)(?: (?:really|still))?) (like|love|enjoy|trust|recommend|hate|miss|need|want|feel|"
    r"understand|respect|regret|mind|care|believe)\b(?! (?:as|like)\b)",
    re.IGNORECASE,
)
_DONT = re.compile(r"^((?:i|we|you|they)) (?:do not|don['’]t) (really )?([a-z]+)\b", re.IGNORECASE)
_ONLY_DENIED = re.compile(r"\b(?:any\w*|ever|yet|either|much|at all)\b|,", re.IGNORECASE)
"""Words that go with a negation and sound wrong without it."""
_ONLY_SAID = re.compile(r"[,;:]|\b(?:but|too|already|some\w*|both|and|because)\b", re.IGNORECASE)
"""Words that go without one, or that a not could belong to."""
_CUE = "Just what I needed today"
_HAS_CUE = re.compile(r"^(?:oh,? (?:great|how lovely|wonderful)|just what|thanks a lot|fantastic|great)\b", re.I)
_OPENERS = re.compile(
    r"(?:the|an?|my|our|your|his|her|its|their|this|that|these|those|another|we|you|he|she|it|they|there|everyone|"
    r"somebody|nobody|someone|no|all)$",
    re.IGNORECASE,
)
"""Words that lose their capital when something stands before them."""


@dataclass(frozen=True, slots=True)
class Made:
    """A twin, or why there is none; one of the two is empty."""

    text: str = ""
    what: str = ""
    """What was changed, or why nothing was, as a sentence."""

    @property
    def line(self) -> str:
        """What the page says."""
        return self.what if self.text else f"{self.what} {BY_HAND}"


def twin(text: str, kind: str) -> Made:
    """Make the twin of a sentence.

    Args:
        text: one sentence, or a few; a blank is written [MASK].
        kind: a key of `KINDS`.

    Returns:
        The twin with what was changed; or no text, and why.
    """
    text = " ".join(text.split())
    if not text:
        return Made(what="There is no sentence yet.")
    return {"person": _person, "negate": _negate, "sarcasm": _sarcasm, "slang": _slang}[kind](text)


def _rewritten(text: str, kinds: tuple[str, ...]) -> tuple[Made, str]:
    """Take the first rewriting of the first kind that has one; also why the others had none."""
    left: Counter[tuple[str, str]] = Counter()
    held = text.replace(MASK, _BLANK)
    for kind in kinds:
        for made in rewrites([held], (kind,), left=left):
            if not made.floor:
                changed = _SAID.get(made.direction, made.direction)
                return Made(made.text.replace(_BLANK, MASK), f"Changed: {changed}."), ""
    return Made(), next((reason for (_, reason) in left), "")


def _person(text: str) -> Made:
    if _OWNED.search(text):
        return Made(what="What her or his turns into depends on the word in the blank.")
    made, reason = _rewritten(text, ("gender", "name", "identity"))
    if made.text:
        return made
    if reason:
        return Made(what=f"This sentence is left alone ({reason}): the swap might say something else.")
    return Made(what="No pronoun, word for a person or listed first name was found that has a counterpart.")


def _slang(text: str) -> Made:
    made, reason = _rewritten(text, ("slang",))
    if made.text:
        return made
    if reason:
        return Made(what=f"This sentence is left alone ({reason}).")
    return Made(what="No word of the slang list was found, in a place where it can only mean one thing.")


def _negate(text: str) -> Made:
    if MASK in text:
        return _negate_blank(text)
    made, reason = _rewritten(text, ("negation",))
    if made.text:
        return made
    if text.endswith("?"):
        return Made(what="A question is not negated: a not would ask the same.")
    if found := _DONT.match(text):
        rest = text[found.end() :]
        if not _NEGATION.search(rest) and not _ONLY_DENIED.search(rest):
            adverb = found.group(2) or ""
            return Made(f"{found.group(1)} {adverb}{found.group(3)}{rest}", "Changed: not removed.")
    if (found := _LIKES.match(text)) and not _NEGATION.search(text) and not _ONLY_SAID.search(text):
        subject, verb = found.groups()
        who, _, adverb = subject.partition(" ")
        before = f"{adverb} " if adverb else ""
        return Made(f"{who} {before}do not {verb}{text[found.end() :]}", "Changed: not added.")
    if reason:
        return Made(what="This is not one plain statement, so a not could belong to more than one word.")
    return Made(what="No plain statement was found, such as: the food was good; I like this class.")


def _negate_blank(text: str) -> Made:
    """Add a "not" before a blank that says what somebody or something is, or take it away."""
    found = list(_COPULA.finditer(text))
    if len(found) != 1 or text.endswith("?"):
        return Made(what="A not fits only before a blank such as in: a robin is a [MASK].")
    (one,) = found
    if "not" in one.group(2).lower():
        return Made(f"{text[: one.end(1)]} {text[one.end() :].lstrip()}", "Changed: not removed.")
    if _NEGATION.search(text):
        return Made(what="There is a negation already, and two would say something else.")
    return Made(f"{text[: one.end(1)]} not {text[one.end() :].lstrip()}", "Changed: not added.")


def _sarcasm(text: str) -> Made:
    if MASK in text:
        return Made(what="A tone has no effect that can be told from one blank; a model that judges hears it or not.")
    if text.endswith("?"):
        return Made(what="The cue goes before a statement, and this is a question.")
    if _HAS_CUE.match(text):
        return Made(what="This sentence begins with a cue already.")
    first = re.match(r"[A-Za-z']+", text)
    if first is None:
        return Made(what="The cue goes before a sentence that begins with a word.")
    event = text[0].lower() + text[1:] if _OPENERS.match(first.group()) else text
    return Made(
        f"{_CUE}: {event}",
        f"Changed: \N{LEFT DOUBLE QUOTATION MARK}{_CUE}\N{RIGHT DOUBLE QUOTATION MARK} put before it.",
    )
