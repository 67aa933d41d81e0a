"""The floor: changes of typography that leave every word, and so the meaning, where it was."""

from __future__ import annotations

import re

from audit.owndata.perturb.core import NOTHING, Found, Variant

_PER_TEXT = 2
_CURLY = "\N{RIGHT SINGLE QUOTATION MARK}"
_APOSTROPHE = re.compile(rf"(?<=[A-Za-z])['{_CURLY}](?=[A-Za-z])")
_KEEPS_CASE = re.compile(rf"I\b|I['{_CURLY}]|[A-Z][A-Z]|[A-Za-z]?[^A-Za-z]")


def find(text: str) -> Found:
    """Change the last mark, the apostrophes or the first letter; at most two changes, each alone.

    Args:
        text: any text.

    Returns:
        Variants, all of them floors.
    """
    made = [new for new in (_end(text), _apostrophes(text), _first(text)) if new is not None]
    return Found(tuple(made[:_PER_TEXT])) if made else NOTHING


def _end(text: str) -> Variant | None:
    body = text.rstrip()
    if body.endswith(".") and not body.endswith("..") and body[-2:-1].isalnum():
        return Variant("last period left out", body[:-1], True)
    if body[-1:].isalnum() and body[-1:].isascii() and not re.search(r"(?:https?:|www\.|[@#])\S*$", body):
        return Variant("last period added", body + ".", True)
    return None


def _apostrophes(text: str) -> Variant | None:
    first = _APOSTROPHE.search(text)
    if first is None:
        return None
    straight = first.group() == "'"
    direction = "straight to curly apostrophe" if straight else "curly to straight apostrophe"
    return Variant(direction, _APOSTROPHE.sub(_CURLY if straight else "'", text), True)


def _first(text: str) -> Variant | None:
    if not text or not text[0].isascii() or not text[0].isalpha() or _KEEPS_CASE.match(text):
        return None
    if text[0].isupper():
        return Variant("first letter small", text[0].lower() + text[1:], True)
    return Variant("first letter capital", text[0].upper() + text[1:], True)
