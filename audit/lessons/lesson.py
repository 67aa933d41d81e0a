"""What a lesson is made of. Standard library only."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Choice:
    """One answer that a student can commit to: a direction and a size."""

    key: str
    label: str
    """As it stands beside the button."""
    low: float
    """The gap, in the contrast's unit, from which it is right; "points" are differences of rates."""
    high: float
    """The gap up to which it is right."""

    def holds(self, gap: float) -> bool:
        """Whether a gap falls under this answer."""
        return self.low <= gap < self.high

    def touches(self, low: float, high: float) -> bool:
        """Whether an interval reaches into this answer."""
        return low < self.high and high >= self.low


@dataclass(frozen=True, slots=True)
class Beside:
    """A model that is shown next to the one in question."""

    model: str
    label: str
    """What it is called in the chart."""
    line: str
    """What is known of it, in one sentence."""


@dataclass(frozen=True, slots=True)
class Card:
    """A topic that goes beyond one suite, with questions to argue about."""

    name: str
    title: str
    text: str
    questions: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Lesson:
    """Eight to ten minutes on one suite: guess, see, judge the evidence, argue."""

    suite: str
    """Name of the suite, and of the lesson."""
    title: str
    minutes: int
    model: str
    """The bundled model whose result is revealed."""
    contrast: str
    """The comparison of the suite that answers the question."""
    question: str
    """What students predict."""
    setting: str
    """What the model is asked, in two or three sentences."""
    twins: tuple[tuple[str, str], ...]
    """Pairs of texts of the suite: (what it is called, the text), shown before the guess."""
    choices: tuple[Choice, ...]
    beside: tuple[Beside, ...]
    reading: str
    """How to read the models side by side."""
    look: str
    """What to ask of each pair of the evidence."""
    chart: str
    """A breakdown of the suite that goes with the evidence."""
    change: str
    """What would change your mind?"""
    discussion: tuple[str, ...]
    cards: tuple[str, ...]
    """Names in `CARDS`."""
    note: str = ""
    """Shown before anything that could hurt a reader."""

    @property
    def models(self) -> tuple[str, ...]:
        """The model in question, then those beside it."""
        return (self.model, *(beside.model for beside in self.beside))

    def choice(self, key: str) -> Choice:
        """Give one of the answers.

        Raises:
            KeyError: when there is none of that name.
        """
        return {choice.key: choice for choice in self.choices}[key]
