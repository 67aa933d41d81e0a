"""The classes that the labels of a file tell apart, which need not be those of the model.

A label such as "not negative" means two classes of the model. An answer is right when it is one of them, and everything
else (tables, misses, base rates, F1, confidence) is about the classes of the file: the two are one class, for the
answers as well. So the meanings of a file's labels may share no class.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.schema import LABELS

NONE = -1
"""Code of "no label"."""
CODES = {label: code for code, label in enumerate(LABELS)}
"""Class -> its code in the table of rows: negative 0, neutral 1, positive 2."""
JOIN = "+"
JOINED = {"negative+neutral": 3, "negative+positive": 4, "neutral+positive": 5}
"""Meanings that are two classes -> their code in the table of rows."""
MEANINGS = {**CODES, **JOINED}
_AS_ONE = {"negative+neutral": 1, "negative+positive": 2, "neutral+positive": 2}
"""Two classes that are judged as one -> the code of that one. It is never 0, which is negative and nothing else."""
PLACES = {**CODES, **_AS_ONE}
"""Class of a file -> its place in tables of label and answer."""
CHANCES = tuple(f"p_{label}" for label in LABELS)
"""Columns of the probabilities, in the order of the codes."""
Codes = NDArray[np.int64]


def meaning_of(classes: Iterable[str]) -> str:
    """Write a set of classes as a meaning: "neutral+positive"."""
    chosen = set(classes)
    return JOIN.join(label for label in LABELS if label in chosen)


def in_words(meaning: str) -> str:
    """Write a meaning for a reader: "neutral or positive"."""
    return meaning.replace(JOIN, " or ")


@dataclass(frozen=True, slots=True)
class Classes:
    """How labels and answers are judged."""

    joined: str = ""
    """Two classes that the file does not tell apart, "neutral+positive"; "" where it tells all apart."""

    @property
    def names(self) -> tuple[str, ...]:
        """Classes that are told apart, in the order of their places."""
        parts = self.joined.split(JOIN)
        rest = [label for label in LABELS if label not in parts]
        return tuple(sorted([*rest, *([self.joined] if self.joined else [])], key=PLACES.__getitem__))

    def names_for(self, two_class: bool) -> tuple[str, ...]:
        """Classes that a model can give: one without neutral gives no class that is neutral alone."""
        return tuple(name for name in self.names if not (two_class and name == "neutral"))

    @property
    def places(self) -> Codes:
        """(7,) code in the table of rows -> place; the last, which -1 finds, is no label."""
        parts = self.joined.split(JOIN)
        found = [PLACES[self.joined if label in parts else label] for label in LABELS]
        return np.array([*found, *_AS_ONE.values(), NONE], dtype=np.int64)

    def members(self, places: Iterable[int]) -> tuple[str, ...]:
        """Give the classes of the model that belong to some places."""
        wanted = set(places)
        return tuple(label for label in LABELS if int(self.places[CODES[label]]) in wanted)

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the table of rows that `judged` reads."""
        return ("label", "predicted", "confidence", *(CHANCES if self.joined else ()))

    def judged(self, batch: Any) -> tuple[Codes, Codes, NDArray[np.float64]]:
        """Give place of label, place of answer, and how sure of that the model is, (rows,) each.

        The model is as sure of two classes that are one here as of both together.

        Args:
            batch: with the `columns`.
        """
        label, predicted, sure = (batch.column(name).to_numpy(zero_copy_only=False) for name in self.columns[:3])
        places = self.places
        answered, confidence = places[predicted.astype(np.int64)], sure.astype(np.float64)
        if self.joined:
            chances = np.column_stack([batch.column(name).to_numpy() for name in CHANCES]).astype(np.float64)
            same = places[: len(LABELS)][None, :] == answered[:, None]
            together = np.minimum(np.where(same, np.nan_to_num(chances), 0.0).sum(1), 1.0)
            confidence = np.where(same.sum(1) > 1, together, confidence)
        return places[label.astype(np.int64)], answered, confidence

    def left_out(self, label: Codes, two_class: bool) -> NDArray[np.bool_]:
        """(rows,) whether a model without neutral cannot be right: its label is neutral and nothing else."""
        none: NDArray[np.bool_] = np.zeros(len(label), dtype=bool)
        return label == PLACES["neutral"] if two_class and "neutral" in self.names else none


ALL_APART = Classes()


def classes_of(meanings: Iterable[str]) -> Classes:
    """Give the classes of a file.

    Args:
        meanings: of its labels, `DataSource.labels`; they share no class (`overlap`).
    """
    return Classes(next((one for one in meanings if one in JOINED), ""))


def overlap(meanings: Iterable[str]) -> tuple[str, str] | None:
    """Give two different meanings that share a class; None when no two do."""
    known = sorted(set(meanings) & set(MEANINGS))
    for at, one in enumerate(known):
        for other in known[at + 1 :]:
            if set(one.split(JOIN)) & set(other.split(JOIN)):
                return one, other
    return None
