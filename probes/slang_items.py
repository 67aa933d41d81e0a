"""Material of the slang suite: triples of slang, standard paraphrase and literal use, and small side designs.

The four frames of a term belong to it alone, so templates are nested in terms: a term is the second random factor
and its frames are replicas of it.
"""

from __future__ import annotations

import csv
from collections.abc import Iterator, Mapping
from functools import cache

from audit.places import folder
from audit.schema import LABELS, Depth, Example, Role
from audit.templates import render

FRAMES = ("frame1", "frame2", "frame3", "frame4")
_RANK = {"quick": 0, "standard": 1, "full": 2}
_WIDE = {"quick": 1, "standard": 4, "full": 8}

ERAS = ((1980, "before 1980"), (2000, "1980s and 1990s"), (2010, "2000s"), (2020, "2010s"), (2030, "2020s"))
"""First year after an era, its name."""

INTENSIFIERS = {
    "hella": ("hella", "really"),
    "mad": ("mad", "very"),
    "wicked": ("wicked", "extremely"),
    "super": ("super", "especially"),
    "crazy": ("crazy", "incredibly"),
    "proper": ("proper", "truly"),
    "so-freaking": ("so freaking", "so very"),
    "mega": ("mega", "unbelievably"),
}
"""Filler -> slang intensifier, standard one."""

INTENSIFIED = {
    "i1": ("I'm {x} proud of my essay.", "positive"),
    "i2": ("The staff at the clinic were {x} kind to me.", "positive"),
    "i3": ("We were {x} happy with the new tutor.", "positive"),
    "i4": ("My roommates are {x} excited about the trip.", "positive"),
    "i5": ("I'm {x} worried about the rent.", "negative"),
    "i6": ("The man at the desk was {x} rude to us.", "negative"),
    "i7": ("She was {x} disappointed with the course.", "negative"),
    "i8": ("My neighbors are {x} annoyed about the noise.", "negative"),
}

DENIED = {
    "negated-praise": ("fire", "legit", "elite", "a-w", "lit", "mint", "goated", "a-vibe"),
    "negated-blame": ("mid", "cringe", "wack", "basic", "rubbish", "naff", "an-l", "bush-league"),
}
"""Test -> ids of the terms that are negated in it."""

DENIALS = {
    "d1": "Their second single is not {x}.",
    "d2": "I wouldn't call the concert {x}.",
    "d3": "Nobody is saying that the party was {x}.",
    "d4": "The new menu isn't {x}.",
    "d5": "I don't think that her set was {x}.",
    "d6": "To be clear, the trailer is not {x}.",
}

EMOJI = {
    "emoji-fire": ("🔥", "excellent", "positive"),
    "emoji-hundred": ("💯", "exactly right", "positive"),
    "emoji-bin": ("🗑️", "terrible", "negative"),
    "emoji-cap": ("🧢", "a lie", "negative"),
    "emoji-hand": ("👌", "perfect", "positive"),
    "emoji-green": ("🤢", "disgusting", "negative"),
    "emoji-clown": ("🤡", "ridiculous", "negative"),
    "emoji-gem": ("💎", "priceless", "positive"),
}
"""Filler -> emoji, its meaning in words, polarity."""

EMOJI_FRAMES = {
    "e1": "What he said in that interview is {x}.",
    "e2": "The last speech at graduation was {x}.",
    "e3": "Her answer to that last question is {x}.",
    "e4": "That post about our dorm is {x}.",
    "e5": "What she wrote about the game is {x}.",
    "e6": "The comment under your photo is {x}.",
}


@cache
def table(name: str) -> tuple[Mapping[str, str], ...]:
    """Read a tab-separated file of `probes/data`, its first line naming the columns."""
    text = folder("probes").joinpath("data", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def terms() -> Mapping[str, Mapping[str, str]]:
    """Give the terms by their ids."""
    return {row["id"]: row for row in table("slang_terms.tsv")}


def _labels(cell: str) -> frozenset[str]:
    found = frozenset(cell.split("+"))
    if not found <= set(LABELS):
        raise ValueError(f"unknown label in {cell!r}")
    return found


def _sign(allowed: frozenset[str]) -> str:
    if "negative" in allowed and "positive" not in allowed:
        return "-1"
    return "+1" if "positive" in allowed else ""


def _example(
    test: str,
    template: str,
    filler: str,
    group: str,
    pattern: str,
    word: str,
    allowed: frozenset[str],
    role: Role,
    features: Mapping[str, str],
) -> Example:
    rendered = render(pattern, x=word) if word else render(pattern)
    return Example(
        id=f"{test}/{template}/{filler}/{group}",
        test=test,
        text=rendered.text,
        group=group,
        template=template,
        fillers=(filler,),
        pair=f"{test}/{template}/{filler}",
        allowed=allowed,
        role=role,
        spans=rendered.of("x"),
        features={**features, "sign": _sign(allowed)},
    )


def _triple(term: Mapping[str, str]) -> Iterator[Example]:
    allowed = _labels(term["allowed"])
    features = {key: term[key] for key in ("register", "polarity", "scene", "year")}
    features["origin"] = term["origin"] or "other"
    features["era"] = next(name for last, name in ERAS if int(term["year"]) < last)
    for number, frame in enumerate(FRAMES, start=1):
        arms: tuple[tuple[str, Role], ...] = (("slang", "item"), ("standard", "control"))
        for group, role in arms:
            yield _example(
                term["test"],
                f"{term['id']}-{number}",
                term["id"],
                group,
                term[frame],
                term[group],
                allowed,
                role,
                features,
            )
        if number == 1 and term["literal"]:
            literal = _labels(term["literal_allowed"])
            yield _example(
                term["test"],
                f"{term['id']}-1",
                term["id"],
                "literal",
                term["literal"],
                "",
                literal,
                "control",
                features,
            )


def _pair(
    test: str, template: str, filler: str, pattern: str, words: tuple[str, str], allowed: frozenset[str], polarity: str
) -> Iterator[Example]:
    features = {"register": test, "polarity": polarity}
    yield _example(test, template, filler, "slang", pattern, words[0], allowed, "item", features)
    yield _example(test, template, filler, "standard", pattern, words[1], allowed, "control", features)


def _sides(depth: Depth) -> Iterator[Example]:
    size = _WIDE[depth]
    for frame, (pattern, label) in list(INTENSIFIED.items())[: 2 if depth == "quick" else None]:
        for filler, words in list(INTENSIFIERS.items())[:size]:
            yield from _pair("intensifiers", frame, filler, pattern, words, frozenset({label}), label)
    for test, ids in DENIED.items():
        opposite = "negative" if test == "negated-praise" else "positive"
        for frame, pattern in list(DENIALS.items())[: 1 if depth == "quick" else None]:
            for filler in ids[:size]:
                words = (terms()[filler]["slang"], terms()[filler]["standard"])
                yield from _pair(test, frame, filler, pattern, words, frozenset({"neutral", opposite}), opposite)
    for frame, pattern in list(EMOJI_FRAMES.items())[: 1 if depth == "quick" else None]:
        for filler, (emoji, meaning, label) in list(EMOJI.items())[:size]:
            yield from _pair("emoji-slang", frame, filler, pattern, (emoji, meaning), frozenset({label}), label)


def _spellings(depth: Depth) -> Iterator[Example]:
    seen: dict[str, int] = {}
    for row in table("slang_spelling.tsv"):
        seen[row["test"]] = seen.get(row["test"], 0) + 1
        if _RANK[row["depth"]] > _RANK[depth] and not (depth == "quick" and seen[row["test"]] == 1):
            continue
        allowed = _labels(row["allowed"])
        features = {"register": row["test"], "polarity": row["allowed"]}
        for group, role in (("slang", "item"), ("standard", "control")):
            yield _plain(row, group, role, allowed, features)


def _plain(
    row: Mapping[str, str], group: str, role: str, allowed: frozenset[str], features: Mapping[str, str]
) -> Example:
    return Example(
        id=f"{row['test']}/{row['id']}/{group}",
        test=row["test"],
        text=row["standard" if group == "standard-grammar" else group],
        group=group,
        template=row["id"],
        fillers=(row["id"],),
        pair=f"{row['test']}/{row['id']}",
        allowed=allowed,
        role="item" if role == "item" else "control",
        features={**features, "sign": _sign(allowed)},
    )


def _dialects() -> Iterator[Example]:
    for row in table("slang_dialect.tsv"):
        allowed = _labels(row["allowed"])
        polarity = "negative" if "negative" in allowed else "positive"
        features = {"register": "dialect", "polarity": polarity, "dialect": row["test"].split("-")[1]}
        for group, role in (("dialect", "item"), ("standard-grammar", "control")):
            yield _plain(row, group, role, allowed, features)


def build(depth: Depth) -> Iterator[Example]:
    """Yield the examples of a depth, always in the same order.

    Args:
        depth: quick has 20 terms, standard 60, full all of them; the dialect pairs are part of full only.

    Yields:
        Examples for classifiers.
    """
    for term in table("slang_terms.tsv"):
        if _RANK[term["depth"]] <= _RANK[depth]:
            yield from _triple(term)
    yield from _sides(depth)
    yield from _spellings(depth)
    if depth == "full":
        yield from _dialects()
