"""Texts -> rewritten texts of every kind. Standard library only."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass

from audit.owndata.perturb import contraction, gender, identity, names, negation, slang, surface
from audit.owndata.perturb.core import FLOOR, KINDS, LONGEST, Found
from audit.schema.errors import CaveatError

PER_TEXT = 8
"""Most rewritings of one text, floors included."""

_FIND: Mapping[str, Callable[[str], Found]] = {
    "name": names.find,
    "gender": gender.find,
    "identity": identity.find,
    "contraction": contraction.find,
    "slang": slang.find,
    "negation": negation.find,
    "surface": surface.find,
}


@dataclass(frozen=True, slots=True)
class Rewrite:
    """One text rewritten in one way."""

    row: int
    """Place of the text among those given."""
    kind: str
    direction: str
    """What became what: "she to he", "slang to standard", "not added to praise"."""
    text: str
    floor: bool = False
    """A change that no difference between groups and no change of meaning can explain."""
    expected: int = 0
    """Which way valence should move: +1, -1, or 0 where the label should stay."""


def rewrites(
    texts: Sequence[str],
    kinds: Sequence[str] = KINDS,
    limit: int = PER_TEXT,
    left: Counter[tuple[str, str]] | None = None,
) -> list[Rewrite]:
    """Rewrite texts where grammar allows.

    Args:
        texts: English; texts over `LONGEST` characters are left alone.
        kinds: some of `KINDS`; the floor "surface" is always made where another kind applies.
        limit: most rewritings of a text; the floor keeps its places, and of the others every kind gets one
            before any gets a second.
        left: counts (kind, reason) of texts that have words of a kind but were left alone; added to in place.

    Returns:
        Rewritings in the order of the texts, the floor last. Texts to which nothing but the floor applies give none.

    Raises:
        CaveatError: for an unknown kind.
    """
    unknown = [kind for kind in kinds if kind not in KINDS]
    if unknown:
        raise CaveatError(f"perturb: unknown kind {unknown[0]!r}; valid: {', '.join(KINDS)}")
    out: list[Rewrite] = []
    for row, text in enumerate(texts):
        if not text or len(text) > LONGEST:
            continue
        queues = [_of(row, text, kind, left) for kind in KINDS if kind in kinds and kind != FLOOR]
        floors = _of(row, text, FLOOR, None)
        if not any(queues):
            continue
        chosen: list[Rewrite] = []
        while any(queues) and len(chosen) < max(1, limit - len(floors)):
            for queue in queues:
                if queue and len(chosen) < max(1, limit - len(floors)):
                    chosen.append(queue.pop(0))
        out += sorted(chosen, key=lambda rewrite: KINDS.index(rewrite.kind)) + floors
    return out


def _of(row: int, text: str, kind: str, left: Counter[tuple[str, str]] | None) -> list[Rewrite]:
    found = _FIND[kind](text)
    if found.unclear and left is not None:
        left[kind, found.unclear] += 1
    made = [Rewrite(row, kind, v.direction, v.text, v.floor, v.expected) for v in found.variants if v.text != text]
    # A swap and its floor take turns, so that a limit cuts both alike.
    floors, items = [r for r in made if r.floor], [r for r in made if not r.floor]
    if not floors or not items:
        return made
    return [rewrite for pair in zip(items, floors, strict=False) for rewrite in pair] + items[len(floors) :]
