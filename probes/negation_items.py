"""Material of the negation suite: frames with three arms each, crossed with adjectives or category facts."""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cache

from audit.places import folder
from audit.schema import DEPTHS, Depth, Example
from audit.templates import render

ARMS = ("affirmative", "negated", "inert")
"""What the three parts of [affirmative|negated|inert] in a pattern stand for."""

CORE = ("not-positive", "not-negative")
"""Tests of the primary contrast: the same frames with adjectives of one sign each."""

STAYS = ("double-negation", "scope", "not-only", "corrective", "negated-neutral", "disclaimer")
"""Tests whose negation word leaves the polarity of the statement where it was."""

MASK_CORE = "mask-not"
"""Test of the primary contrast for masked models."""

OTHER_SIGN = {"+1": "-1", "-1": "+1"}
WORD = {"+1": "positive", "-1": "negative"}

_ARMS = re.compile(r"\[([^\[\]|]*)\|([^\[\]|]*)\|([^\[\]|]*)\]")
_SLOTS = {"{adj}": ("+1", "-1"), "{good}": ("+1",), "{bad}": ("-1",)}


@dataclass(frozen=True, slots=True)
class Frame:
    """A sentence in three arms."""

    id: str
    test: str
    pattern: str
    affirmative: str = "word"
    """What readers accept in the affirmative and the inert arm, as a code or a list with commas."""
    negated: str = "opposite"

    @property
    def arms(self) -> dict[str, str]:
        """Arm -> pattern with slots."""
        return {arm: _ARMS.sub(rf"\{i}", self.pattern) for i, arm in enumerate(ARMS, 1)}

    @property
    def signs(self) -> tuple[str, ...]:
        """Signs of the adjectives that the frame takes; empty where its wording is fixed."""
        plain = re.sub(r"\{(?:a|A):", "{", self.pattern)
        return tuple(sign for slot, signs in _SLOTS.items() if slot in plain for sign in signs)


@dataclass(frozen=True, slots=True)
class Size:
    """How much of the material a depth uses."""

    core: int
    """Frames of the primary contrast for classifiers."""
    single: int
    """Frames of every other test for classifiers."""
    words: int
    """Adjectives that such a frame is crossed with; they rotate over the frames."""
    mask: int
    """Frames of the primary contrast for masked models."""
    mask_single: int
    things: int
    """Things that a frame of another test for masked models is crossed with; they rotate too."""
    core_words: int = 99
    """Adjectives of each sign in a frame of the primary contrast; fewer than there are rotate over the frames."""
    core_things: int = 99
    arms: tuple[str, ...] = ARMS
    """Arms of every test outside the primary contrasts."""
    antonyms: bool = True


SIZES: Mapping[Depth, Size] = {
    "quick": Size(12, 1, 1, 12, 1, 1, 2, 3, arms=("affirmative", "negated"), antonyms=False),
    "standard": Size(16, 12, 4, 16, 12, 4),
    "full": Size(99, 99, 12, 99, 99, 12),
}


@cache
def table(name: str) -> tuple[Mapping[str, str], ...]:
    """Give the rows of a data file of this suite, its comments left out."""
    text = (folder("probes") / "data" / f"{name}.tsv").read_text(encoding="utf-8")
    lines = [line for line in text.splitlines() if line and not line.startswith("#")]
    return tuple(csv.DictReader(lines, delimiter="\t", quoting=csv.QUOTE_NONE))


def _up_to(name: str, depth: Depth) -> list[Mapping[str, str]]:
    return [row for row in table(name) if DEPTHS.index(row["depth"]) <= DEPTHS.index(depth)]


def word_id(word: str) -> str:
    """Give the filler id of a word."""
    return word.replace(" ", "-")


@cache
def core_frames() -> tuple[Frame, ...]:
    """Give the frames that both tests of the primary contrast share."""
    return tuple(Frame(f"core-{n:02d}", "core", row["pattern"]) for n, row in enumerate(table("negation_core"), 1))


@cache
def frames(name: str = "negation_frames") -> Mapping[str, tuple[Frame, ...]]:
    """Give test -> its frames, from one of the two files that name the test in each row."""
    found: dict[str, list[Frame]] = {}
    for row in table(name):
        test = row["test"]
        labels = {key: row[key] for key in ("affirmative", "negated") if key in row}
        found.setdefault(test, []).append(
            Frame(f"{test}-{len(found.get(test, ())) + 1:02d}", test, row["pattern"], **labels)
        )
    return {test: tuple(rows) for test, rows in found.items()}


def allowed_labels(code: str, sign: str) -> frozenset[str]:
    """Give the labels that readers accept by a code of negation_frames.tsv.

    Args:
        code: "word", "softened", "same", "opposite", or labels joined by commas.
        sign: "+1" or "-1", of the adjective; "" where the wording is fixed.

    Returns:
        One to three polarity labels.
    """
    if code in ("word", "same"):
        return frozenset({WORD[sign]})
    if code == "softened":
        return frozenset({WORD[sign], "neutral"})
    if code == "opposite":
        return frozenset({WORD[OTHER_SIGN[sign]], "neutral"})
    return frozenset(code.split(","))


def arm_labels(frame: Frame, sign: str) -> dict[str, frozenset[str]]:
    """Give arm -> the labels that count as right.

    Where readers accept neutral in one arm, it counts in every arm of the pair. Otherwise a model that often
    answers neutral would fail one arm and be excused in the other, and the difference would not be about negation.

    Args:
        frame: whose codes are read.
        sign: "+1" or "-1", of the adjective; "" where the wording is fixed.

    Returns:
        Labels of the three arms, and of "antonym" where there is a sign.
    """
    plain, negated = allowed_labels(frame.affirmative, sign), allowed_labels(frame.negated, sign)
    found = {"affirmative": plain, "negated": negated, "inert": plain}
    if sign:
        found["antonym"] = frozenset({WORD[OTHER_SIGN[sign]]})
    shared = (plain | negated) & {"neutral"}
    return {arm: labels | shared for arm, labels in found.items()}


def _rotate(words: Sequence[Mapping[str, str]], start: int, count: int) -> list[Mapping[str, str]]:
    count = min(count, len(words))
    return [words[(start + step) % len(words)] for step in range(count)]


def _example(test: str, frame: Frame, filler: str, arm: str, text: str, allowed: frozenset[str]) -> Example:
    return Example(
        id=f"{test}/{frame.id}/{filler}/{arm}",
        test=test,
        text=text,
        group=arm,
        template=frame.id,
        fillers=(filler,),
        pair=f"{test}/{frame.id}/{filler}",
        allowed=allowed,
        role="item" if arm in ("affirmative", "negated") else "control",
        features={"meaning": "stays" if test in STAYS else "turns"},
    )


def _slot(frame: Frame, sign: str) -> str:
    pattern = frame.pattern.replace("{a:", "{")
    return next(name[1:-1] for name, signs in _SLOTS.items() if name in pattern and sign in signs)


def _crossed(test: str, frame: Frame, word: Mapping[str, str], *, antonym: bool = False) -> Iterator[Example]:
    sign, slot, filler = word["sign"], _slot(frame, word["sign"]), word_id(word["word"])
    labels = arm_labels(frame, sign)
    for arm, pattern in frame.arms.items():
        values = {slot: word["word"]} | ({"opposite": word["antonym"]} if "{opposite}" in pattern else {})
        made = render(pattern, **values)
        example = _example(test, frame, filler, arm, made.text, labels[arm])
        yield replace(example, spans=made.of(slot), features={**example.features, "sign": sign})
    if antonym:
        text = render(frame.arms["affirmative"], **{slot: word["antonym"]}).text
        example = _example(test, frame, filler, "antonym", text, labels["antonym"])
        # The sign stays that of the filler, so that signed scores are differences between word and antonym.
        yield replace(example, features={**example.features, "sign": sign})


def _fixed(test: str, frame: Frame) -> Iterator[Example]:
    labels = arm_labels(frame, "")
    for arm, text in frame.arms.items():
        yield _example(test, frame, f"wording-{frame.id}", arm, text, labels[arm])


def _thing(test: str, frame: Frame, thing: Mapping[str, str]) -> Iterator[Example]:
    choices = tuple(sorted((thing["true"], thing["false"])))
    for arm, pattern in frame.arms.items():
        made = render(pattern, thing=thing["thing"])
        right = frozenset({thing["false" if arm == "negated" else "true"]})
        example = _example(test, frame, thing["thing"], arm, made.text, right)
        features = {**example.features, "category": thing["true"]}
        yield replace(example, choices=choices, spans=made.of("thing"), features=features)


def _classifier(depth: Depth) -> Iterator[Example]:
    size = SIZES[depth]
    words = _up_to("negation_adjectives", depth)
    signed = {sign: [word for word in words if word["sign"] == sign] for sign in WORD}
    for test, sign in zip(CORE, WORD, strict=True):
        for at, frame in enumerate(core_frames()[: size.core]):
            for word in _rotate(signed[sign], at, size.core_words):
                yield from _crossed(test, frame, word, antonym=size.antonyms)
    for shift, (test, rows) in enumerate(frames().items()):
        for at, frame in enumerate(rows[: size.single]):
            yield from (e for e in _single(test, frame, signed, shift, at, size) if e.group in size.arms)


def _single(
    test: str, frame: Frame, signed: Mapping[str, list[Mapping[str, str]]], shift: int, at: int, size: Size
) -> Iterator[Example]:
    if not frame.signs:
        yield from _fixed(test, frame)
        return
    for step in range(size.words):
        # Signs take turns, also over tests, so that a quick look at one word a frame has both.
        pool = signed[frame.signs[(shift + step) % len(frame.signs)]]
        place = shift + (at * size.words + step) // len(frame.signs)
        yield from _crossed(test, frame, pool[place % len(pool)])


def _masked(depth: Depth) -> Iterator[Example]:
    size = SIZES[depth]
    things = _up_to("negation_mask", depth)
    for shift, (test, rows) in enumerate(frames("negation_mask_frames").items()):
        core = test == MASK_CORE
        for at, frame in enumerate(rows[: size.mask if core else size.mask_single]):
            start, count = (at, size.core_things) if core else (shift + at * size.things, size.things)
            for thing in _rotate(things, start, count):
                yield from (e for e in _thing(test, frame, thing) if core or e.group in size.arms)


def build(depth: Depth) -> Iterable[Example]:
    """Make the examples of a depth, those for classifiers first."""
    yield from _classifier(depth)
    yield from _masked(depth)


def wordings() -> dict[str, str]:
    """Give template id -> wording in its three arms, for both kinds of model."""
    every = [*core_frames()]
    for name in ("negation_frames", "negation_mask_frames"):
        every += [frame for rows in frames(name).values() for frame in rows]
    return {frame.id: frame.pattern for frame in every}


def filler_table() -> dict[str, dict[str, str]]:
    """Give filler id -> what is known of it."""
    found = {
        word_id(row["word"]): {"kind": "adjective", "sign": row["sign"], "antonym": row["antonym"]}
        for row in table("negation_adjectives")
    }
    found |= {
        row["thing"]: {"kind": "thing", "category": row["true"], "false": row["false"]}
        for row in table("negation_mask")
    }
    fixed = [frame for rows in frames().values() for frame in rows if not frame.signs]
    return found | {f"wording-{frame.id}": {"kind": "fixed wording"} for frame in fixed}
