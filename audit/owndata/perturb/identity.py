"""Swap an identity term before a noun for people: "an international student" becomes "a domestic student"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache

from audit.owndata.perturb.core import NOTHING, Found, Variant, straight, table, word_list, words
from audit.templates import article

_PER_TEXT = 2
_ARTICLE = re.compile(r"\b(an?)(\s+)$", re.IGNORECASE)
_MAY_FOLLOW = word_list("identity", "may-follow")
_ONLY = word_list("identity", "only")
_PLURALS = {"family": "families", "woman": "women", "man": "men", "person": "people", "kid": "kids"}


@cache
def _patterns() -> tuple[tuple[re.Pattern[str], Mapping[str, str]], ...]:
    made = []
    for row in table("identity"):
        nouns = [form for noun in row["nouns"].split() for form in (noun, _PLURALS.get(noun, noun + "s"))]
        term = "[- ]".join(map(re.escape, re.split("[- ]", row["from"])))
        proper = row["from"][0].isupper() or row["from"] == "white"
        first = f"[{term[0].upper()}{term[0].lower()}]" if not proper else term[0]
        noun = "|".join(nouns)
        made.append(
            (re.compile(rf"(?<![\w-])({first}{term[1:]})([ -](?:college |university )?)({noun})(?![\w-])"), row)
        )
    return tuple(made)


def find(text: str) -> Found:
    """Swap a word_list term that stands before a noun for a person; at most two terms, each alone.

    Args:
        text: English.

    Returns:
        Variants. Unclear: the text has words that tie it to the group ("visa" with an international student), sets
        the group apart ("the only"), or the noun goes on ("student association").
    """
    variants: list[Variant] = []
    unclear = ""
    for pattern, row in _patterns():
        matches = list(pattern.finditer(text))
        if not matches:
            continue
        if reason := _unclear(text, matches, row):
            unclear = unclear or reason
        else:
            made = Variant(row["shown"], _swap(text, matches, row["to"]))
            if made.text not in {v.text for v in variants}:
                variants.append(made)
    if variants:
        return Found(tuple(variants[:_PER_TEXT]))
    return Found(unclear=unclear) if unclear else NOTHING


def _unclear(text: str, matches: list[re.Match[str]], row: Mapping[str, str]) -> str:
    found = words(text)
    outside = list(found)
    for part in words(" ".join(match.group() for match in matches)):
        if part in outside:
            outside.remove(part)
    if set(outside) & (set(row["blocks"].split()) | set(words(row["to"])) - {"generation"}):
        return "the text is tied to the group"
    for match in matches:
        before = words(text[: match.start()])[-1:]
        if before and before[0] in _ONLY:
            return "the text sets the group apart"
        after = re.match(r" +([A-Za-z'\N{RIGHT SINGLE QUOTATION MARK}-]+)", text[match.end() :])
        if after and straight(after.group(1)).lower() not in _MAY_FOLLOW:
            return "the noun may go on"
    return ""


def _swap(text: str, matches: list[re.Match[str]], to: str) -> str:
    out, position = "", 0
    for match in matches:
        out += text[position : match.start()]
        begins = match.group(1)[0].isupper() and not text[: match.start()].strip()
        new = to[0].upper() + to[1:] if begins else to
        before = _ARTICLE.search(out)
        if before:
            right = article(new)
            right = right.capitalize() if before.group(1)[0].isupper() else right
            out = out[: before.start()] + right + before.group(2)
        out += new + match.group(2) + match.group(3)
        position = match.end()
    return out + text[position:]
