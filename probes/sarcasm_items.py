"""Material of the sarcasm suite: cues crossed with situations, as quadruples."""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from audit.places import folder
from audit.schema import Depth, Example, Role
from audit.templates import render

ARMS: Mapping[str, tuple[str, str, str, Role]] = {
    "sarcastic": ("cue", "bad", "negative", "item"),
    "sincere": ("cue", "good", "positive", "control"),
    "plain-negative": ("plain", "bad", "negative", "control"),
    "plain-positive": ("plain", "good", "positive", "control"),
}
"""Arm -> (column of the wording, column of the event, label, role)."""

KINDS: Mapping[str, tuple[str, ...]] = {
    "praise": ("oh-great", "needed", "love-how", "understatement"),
    "address": ("thanks", "hyperbole", "congratulations", "question"),
    "marks": ("quotes", "actions", "hashtag", "stretched"),
}
"""Kind of cue -> its tests. Together they are the tests of the primary contrast."""

WORDED = tuple(test for tests in KINDS.values() for test in tests)
"""Tests whose cues any tokenizer can read."""

SYMBOLS = ("emoticon", "emoji")
"""Tests apart from the primary contrast: many vocabularies turn these cues into unknown tokens or loose marks."""


@dataclass(frozen=True, slots=True)
class Size:
    """How much of the material a depth uses."""

    cues: int
    """Cues of each worded test."""
    symbols: int
    """Cues of each test in `SYMBOLS`."""
    situations: int
    each: int
    """Situations that a worded cue is crossed with; fewer than there are rotate over the cues."""
    each_symbol: int
    arms: tuple[str, ...] = tuple(ARMS)


SIZES: Mapping[Depth, Size] = {
    "quick": Size(1, 1, 12, 3, 2),
    "standard": Size(2, 4, 24, 12, 24),
    "full": Size(99, 99, 99, 99, 99),
}


@dataclass(frozen=True, slots=True)
class Cue:
    """Two wordings around an event: one with a cue, one without."""

    id: str
    test: str
    cue: str
    plain: str


@cache
def table(name: str) -> tuple[Mapping[str, str], ...]:
    """Give the rows of a data file of this suite, its comments left out."""
    text = (folder("probes") / "data" / f"{name}.tsv").read_text(encoding="utf-8")
    # The header is the first line without "# "; a cue may begin with a hashtag.
    lines = [line for line in text.splitlines() if line and not line.startswith("# ")]
    return tuple(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


@cache
def cues() -> Mapping[str, tuple[Cue, ...]]:
    """Give test -> its cues, in the order in which depths take them."""
    found: dict[str, list[Cue]] = {}
    for row in table("sarcasm_cues"):
        test = row["test"]
        rows = found.setdefault(test, [])
        rows.append(Cue(f"{test}-{len(rows) + 1}", test, row["cue"], row["plain"]))
    return {test: tuple(rows) for test, rows in found.items()}


def _quadruple(cue: Cue, situation: Mapping[str, str], arms: tuple[str, ...]) -> Iterator[Example]:
    kind = next((kind for kind, tests in KINDS.items() if cue.test in tests), "symbols")
    for arm in arms:
        wording, event, label, role = ARMS[arm]
        pattern = cue.cue if wording == "cue" else cue.plain
        made = render(pattern, event=situation[event])
        yield Example(
            id=f"{cue.test}/{cue.id}/{situation['id']}/{arm}",
            test=cue.test,
            text=made.text,
            group=arm,
            template=cue.id,
            fillers=(situation["id"],),
            pair=f"{cue.id}/{situation['id']}",
            allowed=frozenset({label}),
            role=role,
            spans=made.of("event"),
            features={
                "domain": situation["domain"],
                "kind": kind,
                "event": event,
                "place": "behind" if pattern.startswith("{event}") else "before",
            },
        )


def build(depth: Depth) -> Iterable[Example]:
    """Make the examples of a depth: every cue with every situation at full depth, with some of them in turn below.

    At standard depth the two cues of a test share the situations between them, so that each situation stands in each
    test once: cues differ a great deal, and more cues make a study stronger than more cases of each.
    """
    size = SIZES[depth]
    situations = table("sarcasm_situations")[: size.situations]
    for at, (test, rows) in enumerate(cues().items()):
        apart = test in SYMBOLS
        count = min(size.each_symbol if apart else size.each, len(situations))
        for number, cue in enumerate(rows[: size.symbols if apart else size.cues]):
            start = at + number * count
            for step in range(count):
                yield from _quadruple(cue, situations[(start + step) % len(situations)], size.arms)


def wordings() -> dict[str, str]:
    """Give template id -> wording with the cue."""
    return {cue.id: cue.cue for rows in cues().values() for cue in rows}


def filler_table() -> dict[str, dict[str, str]]:
    """Give situation id -> its domain and its two turns."""
    return {
        row["id"]: {"domain": row["domain"], "bad": row["bad"], "good": row["good"]}
        for row in table("sarcasm_situations")
    }
