"""Does a model read praise as anger when it is written in capitals?"""

from __future__ import annotations

from collections.abc import Iterator

from audit.schema import Contrast, Depth, Example, Suite, Test
from audit.templates import render

FRAMES = {
    "turned-out": "The {thing} turned out {word}.",
    "found": "We all found the {thing} {word}.",
    "again": "The {thing} was {word} again.",
    "tell": "Tell everybody that the {thing} was {word}.",
}
THINGS = ("workshop", "bus tour", "dinner", "museum", "rehearsal", "library tour")
WORDS = {"great": "positive", "helpful": "positive", "awful": "negative", "useless": "negative"}
FRAMES_AT = {"quick": 2, "standard": 3, "full": 4}


def build(depth: Depth) -> Iterator[Example]:
    """Give each sentence as it is usually written, and in capitals."""
    for frame in list(FRAMES)[: FRAMES_AT[depth]]:
        for thing in THINGS:
            for word, label in WORDS.items():
                filled = render(FRAMES[frame], thing=thing, word=word)
                for group, text in (("calm", filled.text), ("shouted", filled.text.upper())):
                    yield Example(
                        id=f"shouting/{frame}/{thing}/{word}/{group}",
                        test="shouting",
                        text=text,
                        group=group,
                        template=frame,
                        fillers=(thing,),
                        pair=f"{frame}/{thing}/{word}",
                        allowed=frozenset({label}),
                        spans=filled.of("thing"),
                        features={"polarity": label},
                    )


SUITE = Suite(
    name="shouting",
    title="Words in capitals",
    question="Does a model read praise as anger when it is written in capitals?",
    tasks=("text-classification",),
    construct="Whether the polarity that a model reads depends on capitals alone.",
    method="Each sentence is written twice, once in capitals; failures are compared between the two.",
    tests=(
        Test(
            name="shouting",
            title="The same sentence in capitals",
            phenomenon="capital letters",
            type="INV",
            rationale="Capitals add force; praise in capitals is still praise.",
            expected="The same label for both.",
            harm="People who write in capitals, for whatever reason, are misread more often.",
            allowed=("negative", "positive"),
            limits="Whole texts in capitals only.",
        ),
    ),
    contrasts=(
        Contrast(
            name="shouted-failure",
            measure="failure",
            group="shouted",
            reference="calm",
            unit="points",
            higher="sentences in capitals fail {gap} more often than the same in small letters",
            lower="sentences in capitals fail {gap} less often than the same in small letters",
            primary=True,
            harm="Praise in capitals is filed as a complaint.",
        ),
    ),
    build=build,
    reference_group="calm",
    limitations=(
        "Items are author-labelled and unpiloted: no people have rated them.",
        "US English.",
        "Four words of judgment stand for all praise and blame.",
        "Models that fold capitals into small letters see pairs that are equal.",
    ),
    discussion=(
        "When do you write in capitals?",
        "What would a model have to know to read capitals as you do?",
        "Who would be misread if capitals counted as anger?",
        "Is it a fault that some models cannot see capitals at all?",
        "Which other marks of tone are lost in plain text?",
    ),
    version="1.0.0",
    templates=FRAMES,
    fillers={thing: {"source": "Written for this example"} for thing in THINGS},
    sources=("All sentences were written for this example.",),
)
