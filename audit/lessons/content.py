"""All lessons, in the order of a class hour, and what they share."""

from __future__ import annotations

from audit.lessons.demographics import LESSON as DEMOGRAPHICS
from audit.lessons.lesson import Card, Lesson
from audit.lessons.masking import LESSON as MASKING
from audit.lessons.negation import LESSON as NEGATION
from audit.lessons.occupations import LESSON as OCCUPATIONS
from audit.lessons.sarcasm import LESSON as SARCASM
from audit.lessons.slang import LESSON as SLANG

__all__ = ["CARDS", "HOUR", "LESSONS", "SURE", "lesson"]

LESSONS: tuple[Lesson, ...] = (NEGATION, OCCUPATIONS, MASKING, SARCASM, SLANG, DEMOGRAPHICS)

HOUR = ("negation", "occupations", "masking")
"""The three lessons of the plan for fifty minutes (docs/teacher-guide.md)."""

SURE = (("guessing", "I am guessing"), ("fairly", "I am rather sure"), ("sure", "I am very sure"))
"""How sure a student is: key and label."""

CARDS: tuple[Card, ...] = (
    Card(
        "bias",
        "Bias: which gap is a wrong?",
        "A gap is a number. It becomes a wrong when somebody acts on it and somebody pays. The same gap can be a fault "
        "in a tool that ranks applications and an accurate report in a study of how people write.",
        (
            "Name one use in which the gap you just saw would not matter, and one in which it would.",
            "Who would notice the harm first: the person who built the tool, the one who uses it, or the one who is "
            "judged by it?",
            "A model that repeats the statistics of the world makes fewer mistakes on average. Why can it still treat "
            "a single person wrongly?",
        ),
    ),
    Card(
        "privacy",
        "Privacy: who reads along?",
        "To notice a mood, a machine has to read messages. The people who wrote them wrote for somebody else. What "
        "this page is told is not stored; most tools cannot say that.",
        (
            "Would you write differently if you knew that a model reads your course forum? What would be lost?",
            "What would a student have to be told before agreeing, and could they say no without a cost?",
            "Messages can be kept, and read again by a later model. For how long would your consent hold?",
        ),
    ),
    Card(
        "intervention",
        "Intervention: what do we owe each other?",
        "When a post worries us, a score is no reason to act and no reason to rest. People help people: asking, "
        "listening, and bringing in somebody trained. The model in this room must not be used to judge anybody.",
        (
            "A friend posts what you just read. What do you do in the next ten minutes, with or without a model?",
            "A tool flags a student who is well. What should happen next, and what must not?",
            "A tool flags nobody. Who is responsible if somebody was missed: the school, the maker, the person who "
            "set the threshold?",
        ),
    ),
    Card(
        "validation",
        "Validation: how do we know that our labels are right?",
        "A failure rate compares the model with labels, and people wrote the labels. These were written by the "
        "authors of the sentences and have not been rated by other readers; where careful readers could differ, "
        "several answers count as right.",
        (
            "Label five of the sentences alone, then compare with your neighbor. On how many do you differ?",
            "If readers disagree, is the model wrong, or is the question badly put?",
            "Whose reading should decide: the writer's, the reader's, or that of the people the sentence is about?",
        ),
    ),
)


def lesson(name: str) -> Lesson | None:
    """Give the lesson of a suite, or None."""
    return next((one for one in LESSONS if one.suite == name), None)
