"""People, frames and posts of the demographics suite, and the examples made from them."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache

from audit.places import folder
from audit.schema import DEPTHS, Depth, Example, Span
from audit.templates import article, render

FORMS = ("positive", "neutral", "negative")
_SIGN = {"positive": "+1", "negative": "-1"}

CROSSINGS = ("gender-by-age", "gender-by-ethnicity")
TERMS = ("terms-disability", "terms-age-and-class", "terms-gender-and-orientation", "terms-contested")
STUDENTS: Mapping[str, frozenset[str]] = {
    "student-masked-distress": frozenset({"negative"}),
    "student-doing-well": frozenset({"positive"}),
    "student-everyday": frozenset({"neutral"}),
    "student-negated-praise": frozenset({"negative"}),
    "student-negated-complaint": frozenset({"neutral", "positive"}),
    "student-slang-praise": frozenset({"positive"}),
    "student-slang-complaint": frozenset({"negative"}),
}
"""Tests of student posts, with the labels that are right."""

QUICK_AXES = ("gender", "ethnicity", "religion", "disability")

_PERSON = re.compile(r"<(a|my|our|the) ([a-z ]+)>", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class Person:
    """Who a sentence is about."""

    id: str
    test: str
    axis: str
    group: str
    rank: int
    """People of one rank in two groups are worded alike."""
    shape: str
    """"pre" stands before the noun, "post" after it, "np" for the whole phrase."""
    text: str
    tag: str = ""
    gender: str = ""


@dataclass(frozen=True, slots=True)
class Frame:
    """A sentence in three forms."""

    id: str
    depth: Depth
    kind: str
    """"people" for the axes, "terms" for the wording of one group."""
    forms: Mapping[str, str]


def _rows(name: str) -> list[dict[str, str]]:
    lines = folder("probes").joinpath("data", name).read_text(encoding="utf-8").splitlines()
    body = [line.split("\t") for line in lines if line and not line.startswith("#")]
    return [dict(zip(body[0], row, strict=True)) for row in body[1:]]


def _depth(text: str) -> Depth:
    return DEPTHS[DEPTHS.index(text)]  # type: ignore[arg-type]


def _reaches(at: Depth, depth: Depth) -> bool:
    return DEPTHS.index(at) <= DEPTHS.index(depth)


def slug(text: str) -> str:
    """Give words as part of an id."""
    return re.sub(r"[^a-z0-9]+", "-", text.lower()).strip("-")


@cache
def people() -> tuple[Person, ...]:
    """Give everybody whom the sentences are about, test by test."""
    named = [
        Person(
            id=f"{row['group']}-{slug(row['name'])}",
            test="ethnicity" if row["group"] in ("black", "white") else f"ethnicity-{row['group']}",
            axis="ethnicity",
            group=row["group"],
            rank=int(row["rank"]),
            shape="np",
            text=row["name"],
            gender=row["gender"],
        )
        for row in _rows("names.tsv")
    ]
    worded = [
        Person(
            id=f"{row['group']}-{slug(row['text'])}",
            test=row["test"],
            axis=row["axis"],
            group=row["group"],
            rank=int(row["rank"]),
            shape=row["shape"],
            text=row["text"],
            tag=row["tag"],
        )
        for row in _rows("demographics_people.tsv")
    ]
    return (*named, *worded)


@cache
def frames(kind: str) -> tuple[Frame, ...]:
    """Give the frames of a kind, "people" or "terms"."""
    return tuple(
        Frame(row["id"], _depth(row["depth"]), kind, {form: row[form] for form in FORMS})
        for row in _rows("demographics_frames.tsv")
        if row["set"] == kind
    )


@cache
def main_tests() -> tuple[str, ...]:
    """Give the tests with two groups to compare, one for each axis."""
    groups: dict[str, set[str]] = {}
    for person in people():
        groups.setdefault(person.test, set()).add(person.group)
    return tuple(test for test, found in groups.items() if len(found) == 2 and test not in TERMS)


def place(pattern: str, person: Person) -> tuple[str, tuple[Span, ...]]:
    """Put a person into a sentence.

    Args:
        pattern: text with one marked phrase, such as "I met <my neighbor> today."
        person: who it is about; "pre" gives "my Muslim neighbor", "post" "my neighbor from Ohio", "np" "my aunt".

    Returns:
        The text, and where the words stand that differ between people (an article that depends on them too).

    Raises:
        ValueError: when the pattern has no marked phrase.
    """
    match = _PERSON.search(pattern)
    if match is None:
        raise ValueError(f"no marked phrase in {pattern!r}")
    determiner, noun = match.groups()
    if person.shape == "pre":
        first = article(person.text) if determiner.lower() == "a" else determiner.lower()
        start = 0 if determiner.lower() == "a" else len(first) + 1
        phrase = f"{first} {person.text} {noun}"
        span = (start, len(first) + 1 + len(person.text))
    elif person.shape == "post":
        phrase = f"{determiner.lower()} {noun} {person.text}"
        span = (len(phrase) - len(person.text), len(phrase))
    else:
        phrase = person.text
        span = (0, len(phrase))
    if match.start() == 0:
        phrase = phrase[:1].upper() + phrase[1:]
    text = pattern[: match.start()] + phrase + pattern[match.end() :]
    return text, ((match.start() + span[0], match.start() + span[1]),)


def _chosen(test: str, depth: Depth) -> tuple[tuple[Person, ...], int]:
    """Give the people of a test at a depth, and how many of each group one frame takes.

    At the standard depth a frame takes half of the people of a group, each frame another half, the same ranks in
    every group: groups stay balanced in every frame, and more different people are heard for the same cost.
    """
    everybody = tuple(person for person in people() if person.test == test)
    if depth == "full":
        return everybody, max(person.rank for person in everybody)
    if depth == "quick":
        return tuple(person for person in everybody if person.rank <= 4), 1
    kept = tuple(person for person in everybody if person.rank <= 6)
    size = max(person.rank for person in kept)
    if test in TERMS:
        return everybody, max(person.rank for person in everybody)
    return kept, 3 if size == 6 else 1


def _taken(place_in_order: int, rank: int, size: int, take: int) -> bool:
    return (place_in_order + rank - 1) % size < take


def _about(test: str, depth: Depth) -> Iterator[Example]:
    everybody, take = _chosen(test, depth)
    size = max(person.rank for person in everybody)
    twins = test in main_tests() or test in CROSSINGS or (test in TERMS and test != "terms-contested")
    kind = "terms" if test in TERMS else "people"
    for order, frame in enumerate(frame for frame in frames(kind) if _reaches(frame.depth, depth)):
        for form in FORMS:
            for person in everybody:
                if not _taken(order, person.rank, size, take):
                    continue
                text, spans = place(frame.forms[form], person)
                yield Example(
                    id=f"{test}/{frame.id}-{form}/{person.id}",
                    test=test,
                    text=text,
                    group=person.group,
                    template=frame.id,
                    fillers=(person.id,),
                    pair=f"{test}/{frame.id}/{form}/{person.rank}" if twins else "",
                    allowed=frozenset({form}),
                    spans=spans,
                    features=_features(person, form),
                )


def _features(person: Person, form: str) -> dict[str, str]:
    found = {"axis": person.axis, **_form(form)}
    if person.gender:
        found["gender"] = person.gender
        found["cell"] = f"{person.group} {'women' if person.gender == 'woman' else 'men'}"
    if person.tag:
        found["preference"] = person.tag.split(":")[0]
    return found


def _form(form: str) -> dict[str, str]:
    return {"form": form, **({"sign": _SIGN[form]} if form in _SIGN else {})}


def _posts(depth: Depth) -> Iterator[Example]:
    writers = _rows("demographics_students.tsv")
    size = max(int(row["rank"]) for row in writers)
    order: dict[str, int] = {}
    for row in _rows("demographics_student_frames.tsv"):
        if not _reaches(_depth(row["depth"]), depth):
            continue
        test = row["test"]
        order[test] = order.get(test, -1) + 1
        for writer in writers:
            rank = int(writer["rank"])
            # A step that shares no factor with the number of writers spreads them evenly over a few frames.
            if depth != "full" and not _taken(7 * order[test], rank, size, size // 2):
                continue
            filled = render(row["text"], who=writer["text"])
            allowed = STUDENTS[test]
            features = {"axis": "student identity", "identity": writer["text"]}
            if len(allowed) == 1:
                features |= _form(*allowed)
            yield Example(
                id=f"{test}/{row['id']}/{slug(writer['text'])}",
                test=test,
                text=filled.text,
                group=writer["group"],
                template=row["id"],
                fillers=(slug(writer["text"]),),
                pair=f"{row['id']}/{rank}",
                allowed=allowed,
                spans=filled.of("who"),
                features=features,
            )


def build(depth: Depth) -> Iterator[Example]:
    """Make the examples of a depth, in a fixed order."""
    if depth == "quick":
        for test in QUICK_AXES:
            yield from _about(test, depth)
        return
    for test in dict.fromkeys(person.test for person in people()):
        yield from _about(test, depth)
    yield from _posts(depth)


def fillers() -> dict[str, dict[str, str]]:
    """Give what is known of every person, by id."""
    numbers = {f"{row['group']}-{slug(row['name'])}": row for row in _rows("names.tsv")}
    known: dict[str, dict[str, str]] = {}
    for person in people():
        known[person.id] = {"group": person.group, "axis": person.axis, "words": person.text, "rank": str(person.rank)}
        if person.tag:
            known[person.id]["preference"] = person.tag
        if person.id in numbers:
            row = numbers[person.id]
            known[person.id] |= {"gender": person.gender, "share": row["share"], "births": row["births"]}
            known[person.id] |= {"pieces": row["pieces"], "source": "Tzioumis 2018; US Social Security Administration"}
    for row in _rows("demographics_students.tsv"):
        known[slug(row["text"])] = {"group": row["group"], "axis": "student identity", "words": row["text"]}
    return known


def templates() -> dict[str, str]:
    """Give the wording of every frame, by id."""
    worded = {f.id: " / ".join(f.forms[form] for form in FORMS) for kind in ("people", "terms") for f in frames(kind)}
    return worded | {row["id"]: row["text"] for row in _rows("demographics_student_frames.tsv")}
