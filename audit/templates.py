"""Slots -> texts: a/an agreement, capitals, and where the varied words stand."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from audit.schema import Span

_SLOT = re.compile(r"\{(?:(a|an|A|An):)?([a-z_]+)\}")
_CONSONANT_SOUND = re.compile(
    r"(?i:one(?![a-z])|one-|once|eu|ewe|u(?:ni(?!n|m)|[st][aei]|r[aeio]|biq|-))|U(?:S|K|N)\b",
)
_VOWEL_SOUND = re.compile(r"(?i:[aeiou]|hour|hon(?:est|o)|heir)|[FHLMNRSX](?=[A-Z]|\b)")


def article(word: str) -> str:
    """Give "a" or "an" for the sound that a word begins with.

    Args:
        word: one word or phrase, in the case it has in the text.

    Returns:
        "an" before a vowel sound ("hour", "MRI", "umbrella"), else "a" ("university", "European").
    """
    first = word.lstrip("\"'*(")
    return "an" if _VOWEL_SOUND.match(first) and not _CONSONANT_SOUND.match(first) else "a"


@dataclass(frozen=True, slots=True)
class Rendered:
    """A filled template."""

    text: str
    spans: Mapping[str, tuple[Span, ...]]
    """Slot -> where its words stand in `text`, articles left out."""

    def of(self, *slots: str) -> tuple[Span, ...]:
        """Give the spans of some slots, in the order of the text."""
        return tuple(sorted(span for slot in slots for span in self.spans.get(slot, ())))


def slots(pattern: str) -> tuple[frozenset[str], str]:
    """Give the names of the slots of a pattern, and what is left of it without them."""
    return frozenset(match.group(2) for match in _SLOT.finditer(pattern)), _SLOT.sub("", pattern)


def render(pattern: str, **values: str) -> Rendered:
    """Fill the slots of a pattern.

    `{job}` takes a value as it is, `{a:job}` puts the right article before it; the first letter of a text
    and of each sentence that a slot begins is made a capital.

    Args:
        pattern: text with slots, such as "{who} is {a:job}.".
        values: one value for each slot.

    Returns:
        The text, and where each slot's words stand in it.

    Raises:
        KeyError: when a slot has no value or a value no slot.
    """
    wanted = {match.group(2) for match in _SLOT.finditer(pattern)}
    if wanted != set(values):
        raise KeyError(f"slots {sorted(wanted)} and values {sorted(values)} differ in {pattern!r}")
    out = ""
    position = 0
    spans: dict[str, list[Span]] = {}
    for match in _SLOT.finditer(pattern):
        out += pattern[position : match.start()]
        position = match.end()
        begins = not out.strip() or bool(re.search(r"[.!?][\"')]*\s+$", out))
        value = values[match.group(2)]
        if match.group(1):
            word = article(value)
            out += (word.capitalize() if begins else word) + " "
        elif begins:
            value = value[:1].upper() + value[1:]
        spans.setdefault(match.group(2), []).append((len(out), len(out) + len(value)))
        out += value
    out += pattern[position:]
    return Rendered(out, {slot: tuple(found) for slot, found in spans.items()})
