"""Material of the masking suite: wording frames x scenarios x context, and three small side designs.

A wording frame exists twice: in cheerful words and in plain ones of about the same length. Both carry the same
fact, so that distress under cheerful words has a plain twin and a sincere one.
"""

from __future__ import annotations

import csv
from collections.abc import Iterable, Iterator, Mapping
from functools import cache

from audit.places import folder
from audit.schema import Depth, Example, Role
from audit.templates import render

MAIN = ("explicit-mild", "explicit-strong", "explicit-extreme")
"""Tests of the primary design, one for each level of exaggeration."""

OWN_FACTS = ("third-person", "overwork")
"""Tests whose facts are written for them; the others share the scenarios of the primary design."""

WITHOUT_GOOD = ("minimizing", "jokes")
"""Tests whose wording would read oddly around a good fact, and so have no sincere twins."""

NEGATIVE = frozenset({"negative"})
POSITIVE = frozenset({"positive"})
NOT_NEGATIVE = frozenset({"neutral", "positive"})

ARMS: tuple[tuple[str, str, str, frozenset[str], Role], ...] = (
    ("masked", "cheerful", "distress", NEGATIVE, "item"),
    ("plain", "plain", "distress", NEGATIVE, "control"),
    ("sincere", "cheerful", "good", POSITIVE, "control"),
    ("plain-good", "plain", "good", NOT_NEGATIVE, "control"),
)
"""Arm, wording, kind of fact, allowed labels, role."""

COPING_FRAMES = {
    "c1": ("Rough week, {rest}.", "Quiet week, {rest}."),
    "c2": ("Midterms are a lot right now, {rest}.", "Midterms are behind me, {rest}."),
    "c3": ("I was stressed out on Monday, {rest}.", "I was at the park on Monday, {rest}."),
    "c4": ("This month has been busy and tiring, {rest}.", "This month has been calm and sunny, {rest}."),
    "c5": ("I had a bad grade and a long bus ride, {rest}.", "I had a good grade and a short bus ride, {rest}."),
    "c6": ("I'm a little overwhelmed by the reading list, {rest}.", "I'm done with the reading list, {rest}."),
}
"""Frame -> an opening under stress, a calm opening."""

COPING = {
    "soup": ("my friends came over with soup and I feel good", "I can't face anyone and I feel completely empty"),
    "sister": ("I had a long talk with my sister and slept well", "I have no energy left and I lie awake every night"),
    "pizza": (
        "we laughed for hours over pizza and I feel ready for anything",
        "I stopped answering my messages and dread my days",
    ),
    "run": ("a long run cleared my head and I feel good", "I can't get out of bed and nothing feels good anymore"),
    "group": ("my study group has my back and we're doing okay", "I stopped going to class and can't make myself care"),
    "tutor": ("my tutor made a plan with me and it is working", "every plan I make falls apart and I feel hopeless"),
    "cooking": ("I cooked with my roommates and went to bed smiling", "I stare at the wall and go to bed in tears"),
    "day-off": ("I took a whole day off and feel rested", "sleep doesn't help and I don't feel like myself anymore"),
}
"""Filler -> what helped, what burnout looks like."""

TIMES = {
    "y1": ("Last fall", "These days"),
    "y2": ("A year ago", "Today"),
    "y3": ("In my first semester", "This semester"),
    "y4": ("Under my old schedule", "Under my new schedule"),
    "y5": ("As a freshman", "As a sophomore"),
    "y6": ("At my old school", "At my new school"),
}
"""Frame -> then, now."""

TURNS = {
    "nights": (
        "I cried most nights",
        "I sleep through and wake up happy",
        "I slept through and woke up happy",
        "I cry most nights",
    ),
    "class": ("I dreaded every class", "I love every class", "I loved every class", "I dread every class"),
    "meals": (
        "I ate alone in my car and felt invisible",
        "I eat with friends who make me laugh",
        "I ate with friends who made me laugh",
        "I eat alone in my car and feel invisible",
    ),
    "shifts": (
        "I had panic attacks before every shift",
        "I feel calm and happy at work",
        "I felt calm and happy at work",
        "I have panic attacks before every shift",
    ),
    "worth": ("I felt worthless", "I feel proud of who I am", "I felt proud of who I was", "I feel worthless"),
    "energy": (
        "I was too exhausted to get dressed",
        "I am full of energy and out with friends",
        "I was full of energy and out with friends",
        "I am too exhausted to get dressed",
    ),
    "mornings": (
        "I could not make myself get out of bed",
        "I go running with my sister every morning",
        "I went running with my sister every morning",
        "I cannot make myself get out of bed",
    ),
    "pain": (
        "I was in pain all day long",
        "I am free of pain and dancing again",
        "I was free of pain and dancing every week",
        "I am in pain all day long",
    ),
}
"""Filler -> bad then, good now; good then, bad now."""

VISIT_FRAMES = {
    "v1": "I finally made an appointment with {who} and I'm glad I did.",
    "v2": "My last visit to {who} went really well.",
    "v3": "Big thanks to {who} for seeing me so quickly and being so kind.",
    "v4": "I talked to {who} today and left with a plan that I like.",
    "v5": "Talking with {who} has been a real help this month.",
    "v6": "{who} called me back within the hour, which was so nice.",
}

VISITS = {
    "center": ("the counseling center", "the advising center"),
    "doctor": ("my therapist", "my dentist"),
    "psychiatrist": ("my psychiatrist", "my eye doctor"),
    "counselor": ("the wellness counselor", "the housing counselor"),
    "clinic": ("the burnout clinic", "the travel clinic"),
    "coach": ("my stress coach", "my running coach"),
}
"""Filler -> where help is found, where an errand is run."""


@cache
def table(name: str) -> tuple[Mapping[str, str], ...]:
    """Read a tab-separated file of `probes/data`, its first line naming the columns."""
    text = folder("probes").joinpath("data", name).read_text(encoding="utf-8")
    return tuple(csv.DictReader(text.splitlines(), delimiter="\t", quoting=csv.QUOTE_NONE))


def frames(test: str, depth: Depth) -> list[Mapping[str, str]]:
    """Give the wording frames of a test that a depth uses."""
    rows = [row for row in table("masking_frames.tsv") if row["test"] == test]
    return rows if depth == "full" else [row for row in rows if row["depth"] == "standard"]


def _fill(pattern: str, fact: str, topic: str = "") -> tuple[str, tuple[tuple[int, int], ...]]:
    values = {"fact": fact, "topic": topic}
    rendered = render(pattern, **{name: value for name, value in values.items() if f"{{{name}}}" in pattern})
    return rendered.text, rendered.of("fact")


def _twins(frame: Mapping[str, str], fact: Mapping[str, str], good: bool = True) -> Iterator[Example]:
    test = frame["test"]
    for group, wording, kind, allowed, role in ARMS:
        if kind == "good" and (test in WITHOUT_GOOD or not good):
            continue
        text, spans = _fill(frame[wording], fact[kind], fact.get("topic", ""))
        yield Example(
            id=f"{test}/{frame['id']}/{fact['id']}/{group}",
            test=test,
            text=text,
            group=group,
            template=frame["id"],
            fillers=(fact["id"],),
            pair=f"{test}/{frame['id']}/{fact['id']}",
            allowed=allowed,
            role=role,
            spans=spans,
            features=_features(test, fact, kind, wording),
        )


def _features(test: str, fact: Mapping[str, str], context: str, wording: str) -> dict[str, str]:
    level = test.removeprefix("explicit-") if test in MAIN else "none"
    setting = fact.get("setting", fact.get("test", ""))
    return {"context": context, "wording": wording, "exaggeration": level, "setting": setting}


def _open(test: str, group: str, frame: Mapping[str, str], fact: Mapping[str, str]) -> Example:
    """Make an example without a right answer: no fact at all, or one that only hints."""
    context = "none" if group == "no-context" else "weak"
    pattern = frame["cheerful"]
    if context == "none":
        pattern = pattern.replace(" {fact}", "").replace("{fact} ", "")
        text, spans = _fill(pattern, "", fact["topic"])
    else:
        text, spans = _fill(pattern, fact["weak"], fact.get("topic", ""))
    return Example(
        id=f"{test}/{frame['id']}/{fact['id']}/{group}",
        test=test,
        text=text,
        group=group,
        template=frame["id"],
        fillers=(fact["id"],),
        role="confidence-only",
        spans=spans,
        features=_features(frame["test"], fact, context, "cheerful"),
    )


def _side(
    test: str, frame: str, filler: str, arms: Iterable[tuple[str, str, frozenset[str], Role]], context: str
) -> Iterator[Example]:
    for group, text, allowed, role in arms:
        yield Example(
            id=f"{test}/{frame}/{filler}/{group}",
            test=test,
            text=text,
            group=group,
            template=frame,
            fillers=(filler,),
            pair=f"{test}/{frame}/{filler}",
            allowed=allowed,
            role=role,
            features={"context": context, "wording": "plain", "exaggeration": "none", "setting": test},
        )


def _coping(frame: str, filler: str) -> Iterator[Example]:
    stress, calm = COPING_FRAMES[frame]
    relief, burnout = COPING[filler]
    arms: list[tuple[str, str, frozenset[str], Role]] = [
        ("coping", stress.format(rest=f"but {relief}"), NOT_NEGATIVE, "item"),
        ("burnout", stress.format(rest=f"and {burnout}"), NEGATIVE, "item"),
        ("calm", calm.format(rest=f"and {relief}"), NOT_NEGATIVE, "control"),
    ]
    return _side("coping", frame, filler, arms, "stress")


def _recovered(frame: str, filler: str) -> Iterator[Example]:
    then, now = TIMES[frame]
    bad_then, good_now, good_then, bad_now = TURNS[filler]
    arms: list[tuple[str, str, frozenset[str], Role]] = [
        ("over", f"{then}, {bad_then}. {now}, {good_now}.", NOT_NEGATIVE, "item"),
        ("ongoing", f"{then}, {good_then}. {now}, {bad_now}.", NEGATIVE, "item"),
    ]
    return _side("recovered", frame, filler, arms, "past")


def _visits(frame: str, filler: str) -> Iterator[Example]:
    help_, errand = (render(VISIT_FRAMES[frame], who=who).text for who in VISITS[filler])
    arms: list[tuple[str, str, frozenset[str], Role]] = [
        ("help-seeking", help_, NOT_NEGATIVE, "item"),
        ("errand", errand, NOT_NEGATIVE, "control"),
    ]
    return _side("help-seeking", frame, filler, arms, "good")


def _main(depth: Depth) -> Iterator[Example]:
    scenarios = [row for row in table("masking_scenarios.tsv") if depth == "full" or row["depth"] == "standard"]
    # quick has few cases to spend, and the primary contrast needs scenarios more than the false alarms do
    crossed = scenarios[:8] if depth == "quick" else scenarios
    bare = scenarios[:1] if depth == "quick" else [row for row in scenarios if row["depth"] == "standard"]
    for test in MAIN:
        for number, frame in enumerate(frames(test, depth)):
            for place, fact in enumerate(crossed):
                yield from _twins(frame, fact, good=depth != "quick" or place < 2)
            for fact in bare:
                yield _open("bare-cheer", "no-context", frame, fact)
            for fact in bare if depth != "quick" or number == 0 else ():
                yield _open("weak-cue", "weak-cue", frame, fact)


def _extras(depth: Depth) -> Iterator[Example]:
    size = {"quick": 1, "standard": 5, "full": 24}[depth]
    scenarios = [row for row in table("masking_scenarios.tsv") if row["depth"] == "standard"]
    for test in dict.fromkeys(row["test"] for row in table("masking_frames.tsv") if row["test"] not in MAIN):
        own = [row for row in table("masking_facts.tsv") if row["test"] == test]
        facts = (own or scenarios)[:size]
        for frame in frames(test, depth)[: 1 if depth == "quick" else None]:
            for fact in facts:
                yield from _twins(frame, fact)
                if fact["weak"] and test == "overwork":
                    yield _open("overwork-bare", "weak-cue", frame, fact)


def _sides(depth: Depth) -> Iterator[Example]:
    size = {"quick": 1, "standard": 5, "full": 8}[depth]
    wide = 1 if depth == "quick" else None
    for frame in list(COPING_FRAMES)[:wide]:
        for filler in list(COPING)[:size]:
            yield from _coping(frame, filler)
    for frame in list(TIMES)[: {"quick": 1, "standard": 4, "full": 6}[depth]]:
        for filler in list(TURNS)[:size]:
            yield from _recovered(frame, filler)
    for frame in list(VISIT_FRAMES)[:wide]:
        for filler in list(VISITS)[:size]:
            yield from _visits(frame, filler)


def build(depth: Depth) -> Iterator[Example]:
    """Yield the examples of a depth, always in the same order.

    Args:
        depth: quick has 12 frames x 8 scenarios in the primary contrast and one case of each other test, standard
            12 x 24 with five facts elsewhere, full 42 x 36 with all facts that were written.

    Yields:
        Examples for classifiers.
    """
    yield from _main(depth)
    yield from _extras(depth)
    yield from _sides(depth)
