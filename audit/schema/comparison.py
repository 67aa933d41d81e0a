"""What changed between two audits of the same items. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from audit.schema.display import renderer
from audit.schema.result import ModelInfo, Severity, Skipped, Verdict
from audit.schema.suite import Unit


@dataclass(frozen=True, slots=True)
class Change:
    """One number in two audits, measured on the same items, and what became of it."""

    suite: str
    """A suite, or "data" for somebody's own rows."""
    contrast: str
    """Name of the contrast, or "accuracy"."""
    test: str
    """The test that an accuracy belongs to; "" for the whole suite and for contrasts."""
    measure: str
    unit: Unit
    base: float
    """In the first audit, on the items that both have."""
    other: float
    change: float
    """other - base."""
    low: float
    high: float
    """95 % interval of the change; items are paired with themselves."""
    p: float
    p_adjusted: float
    minimum_detectable: float
    threshold: float
    verdict: Verdict
    severity: Severity
    sentence: str
    primary: bool
    n: int
    """Items that both audits have."""
    clusters: int
    comparisons: int = 0
    """How many were corrected together, this one among them."""
    title: str = ""
    """What is compared, in a few words: the suite and the two arms, or the test."""
    reason: str = ""
    """Why some items of both audits are not in it; "" where all are."""


@dataclass(frozen=True, slots=True)
class Flip:
    """An item whose answer changed."""

    suite: str
    example: str
    text: str
    """"" for somebody's own rows."""
    allowed: tuple[str, ...]
    base: str
    """Label in the first audit."""
    base_confidence: float
    other: str
    other_confidence: float


@dataclass(frozen=True, slots=True)
class Answers:
    """How many answers of a suite changed."""

    suite: str
    n: int
    changed: int
    mended: int
    """Wrong in the first audit, right in the second."""
    broken: int
    """Right in the first, wrong in the second."""


@dataclass(frozen=True, slots=True)
class Side:
    """One of the audits that are compared."""

    name: str
    """Folder name, unique among those compared."""
    model: ModelInfo
    created: str
    depth: str
    versions: Mapping[str, str]


@dataclass(frozen=True, slots=True)
class Compared:
    """One audit beside the first."""

    side: Side
    changes: tuple[Change, ...]
    answers: tuple[Answers, ...]
    flips: tuple[Flip, ...]
    """The changed answers that moved furthest, some of each suite."""
    skipped: tuple[Skipped, ...]


@dataclass(frozen=True)
class CompareResult:
    """Two or more audits, each beside the first."""

    base: Side
    others: tuple[Compared, ...]
    command: str
    versions: Mapping[str, str]
    created: str
    schema_version: int = 1

    def frame(self, what: str = "changes") -> Any:
        """Give a pandas frame: "changes" or "flips"."""
        return renderer().to_frame(self, what)

    def _repr_html_(self) -> str:
        return renderer().to_html(self)
