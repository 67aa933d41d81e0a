"""What a teacher needs on one page. docs/teacher-guide.md says it at length; a test holds the two together."""

from __future__ import annotations

from dataclasses import dataclass

from audit.lessons.content import HOUR, lesson


@dataclass(frozen=True, slots=True)
class Part:
    """One part of the hour."""

    minutes: str
    what: str


def plan() -> tuple[Part, ...]:
    """Give the fifty minutes, the three lessons of the hour in their places."""
    first, second, third = (f"{found.title} (lesson {found.suite})" for found in map(lesson, HOUR) if found)
    return (
        Part("0-5", "What is a model? It learned from texts which words go together; it never met anybody."),
        Part("5-15", f"{first}: guess alone, tally, result, two pairs of sentences"),
        Part("15-27", f"{second}: the model beside one with a gap put in and one made even-handed"),
        Part("27-39", f"{third}: misses and false alarms, and who decides about the threshold"),
        Part("39-47", "In pairs: one card, then one sentence to the class"),
        Part("47-50", "Everybody writes: what would change my mind?"),
    )


NOTES = (
    "The lesson on distress speaks of crying, exhaustion, panic and loneliness; no self-harm is described. Anybody may "
    "leave it out without giving a reason. Name somebody at your school whom one can talk to.",
    "The lessons on occupations and on people show stereotypes and name groups. Students of these groups are in the "
    "room; they need not speak for anybody.",
    "No result may be used to judge a person, and no student's own messages belong into the exercise.",
)

SAYINGS: tuple[tuple[str, str], ...] = (
    (
        "It only mirrors the world.",
        "The bands of occupations come from labour figures, the model from texts. Are those the same? And does a tool "
        "have to mirror?",
    ),
    (
        "So the model is sexist.",
        "The number is an association in these sentences. Which use would turn it into a harm, and for whom?",
    ),
    (
        "No gap: then we can use it.",
        "Look at the smallest gap that could have been seen, and at who is not in the sentences.",
    ),
    (
        "The interval is so wide that it says nothing.",
        "Which answers does it rule out? How would you make it narrower?",
    ),
    (
        "I read that sentence differently.",
        "Good: that is the validation card. Several labels may count as right; find a pair where they should and do "
        "not.",
    ),
    (
        "They built the gap in, so of course it is there.",
        "Yes. It shows that the audit finds a gap of known size, and what a chart looks like when one is there.",
    ),
    (
        "Then let it flag everybody who sounds sad.",
        "Who reads the flags, who is flagged although well, and who agreed to being read?",
    ),
)
"""What may be said in a class, and what to ask back."""

ANSWERS: tuple[tuple[str, str], ...] = (
    ("Point", "A difference of two percentages. 31 % against 20 % are 11 points."),
    ("Log-odds", "0.41 makes the odds 1.5 times as high, 0.69 twice, 1.1 three times."),
    ("Interval", "Made by a method that covers the true gap 95 times in 100, over frames and fillers like these."),
    ("Shaded band", "The smallest effect of interest, fixed before any model was run. It is a choice; argue about it."),
    ("Labels", "Written by the authors of the sentences and not rated by other people."),
)
