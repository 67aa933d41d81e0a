"""How many rows of each kind a source has, so that nothing is dropped silently."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from audit.owndata.classes import MEANINGS, NONE, in_words
from audit.owndata.labels import NO_LABEL, LabelBook
from audit.owndata.options import DataOptions
from audit.owndata.reading import Reader
from audit.owndata.table import MISSING
from audit.schema import Count
from audit.schema.errors import listed, mistake


@dataclass
class Tally:
    """What the survey counts."""

    options: DataOptions
    reader: Reader
    book: LabelBook
    read: int = 0
    used: int = 0
    labelled: int = 0
    blank: int = 0
    empty: int = 0
    numbers: int = 0
    no_label: int = 0
    ties: int = 0
    no_cluster: int = 0
    repeated: int = 0
    conflicts: int = 0
    broken: int = 0
    """Texts with half a character in them."""
    one_cluster: bool = False
    """Whether all rows are of one cluster."""
    by_label: Counter[int] = field(default_factory=Counter)
    missing: Counter[str] = field(default_factory=Counter)

    def add(self, text: str, value: Any, label: int, given: Sequence[int]) -> None:
        """Count a row with a text.

        Args:
            text: as it is scored.
            value: as it stood in the source.
            label: its code, -1 for none.
            given: codes of the annotators.
        """
        self.used += 1
        self.labelled += label != NONE
        self.no_label += label == NONE
        self.ties += label == NONE and not self.options.label_column and any(code != NONE for code in given)
        self.by_label[label] += 1
        self.numbers += not isinstance(value, str) or _number(text)

    def check(self) -> None:
        """Insist that there are texts and labels.

        Raises:
            CaveatError: when there are none, or a label is unknown.
        """
        o, name = self.options, self.reader.name
        if not self.read or self.read == self.blank:
            raise mistake(name, "has a heading and no rows. Write one text a row")
        others = f"Name another with --text, one of: {listed(self.reader.columns)}"
        if not self.used:
            raise mistake(name, f"the column {o.text!r} is empty in all {self.read:,} rows. {others}")
        if self.numbers == self.used:
            raise mistake(name, f"the column {o.text!r} holds numbers, not texts. {others}")
        self.book.check()
        if not self.labelled:
            what = f"the column {o.label_column!r}" if o.label_column else "the annotators' majority"
            option = "--label" if o.label_column else "--annotator"
            raise mistake(
                name,
                f"{what} gives no label in any of {self.used:,} rows with a text. Name another with {option}, or "
                "map its labels with --data-labels",
            )

    def missing_groups(self) -> Iterator[Count]:
        """Give the rows without a group, by column; for the owner of the rows, not for the report.

        The report shows "(missing)" as a group like any other, and hides it where it is small, or where a small group
        could be worked out from it.
        """
        for name in self.options.groups:
            if self.missing[name]:
                yield Count(f"no value in {name!r}", self.missing[name], f'kept as the group "{MISSING}"')

    def counts(self) -> Iterator[Count]:
        """Give the kinds of row that there are, with what becomes of them."""
        o = self.options
        names = {code: in_words(meaning) for meaning, code in MEANINGS.items()}
        only = [names[code] for code, n in self.by_label.items() if code != NONE and n == self.labelled]
        mapped = [label for label, target in self.book.known().items() if target == NO_LABEL]
        # With annotators, a row may have no label although a label of one of them was mapped to none.
        named = self.book.taken_for_none()
        known = 0 if o.annotators else sum(self.book.counts[label] for label in mapped) + sum(named.values())
        unjudged = "scored, but not judged"
        means = f"say with --data-labels what it means, if it is a label; {unjudged}"
        found = [
            ("blank line", self.blank, "left out"),
            (f"empty text in {o.text!r}", self.empty, "left out"),
            ("text that is only a number", self.numbers, "kept as it is written"),
            ("text with half a character", self.broken, "kept, with \ufffd in its place"),
            ("no label", self.no_label - self.ties - known, unjudged),
            ("annotators without a majority", self.ties, unjudged),
            *((f"label {label!r}, mapped to none", self.book.counts[label], unjudged) for label in mapped),
            *((f"label {label!r}, taken for no label", n, means) for label, n in named.items()),
            *(
                (f"label {label!r}, read as {key!r} of the map", n, "kept; only capitals or spaces differ")
                for label, key, n in self.book.taken_for_another()
            ),
            *(
                (f"every label is {label}", self.labelled, "kept; nothing can be said of the other labels")
                for label in only
            ),
            ("text that stood in an earlier row", self.repeated, "kept; copies count as one writer"),
            ("text that stood before with another label", self.conflicts, "kept; one of the labels is wrong"),
            (f"no value in {o.cluster!r}", self.no_cluster, "kept, each as a cluster of its own"),
            (
                f"one and the same {o.cluster!r}",
                self.used * self.one_cluster,
                "kept; intervals need two or more, so there are none",
            ),
        ]
        yield from (Count(what, n, treatment) for what, n, treatment in found if n)


def _number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True
