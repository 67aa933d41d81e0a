"""The labels of somebody's file -> negative, neutral or positive. Names that speak for themselves need no map.

Numbers, stars, yes and no never map by themselves: which end of a scale is which is for its owner to say. Nor do
names of emotions, because what they mean for a study is its author's decision.
"""

from __future__ import annotations

import csv
import json
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path

from audit.models.labels import NAMES
from audit.owndata.reading import listed
from audit.owndata.table import CODES, NONE
from audit.schema import LABELS, CaveatError

OPTION = "--data-labels"
NO_LABEL = "none"
"""Target of a label that is to count as no label: the row is scored but not judged."""
EMPTY = frozenset({"", "nan", "na", "n/a", "#n/a", "null", "none"})
"""Cells without a label, in lower case: what exports write for nothing. A map of the user goes before."""
SPEAKING = {name: polarity for name, polarity in NAMES.items() if any(stem in name for stem in ("neg", "neu", "pos"))}
"""Names that map by themselves: negative, Positive, neu, very negative."""
MOST = 1000
"""Different labels beyond which a column is no label column."""


def plain(label: str) -> str:
    """Write a label so that case, underscores and outer spaces do not count."""
    return " ".join(label.replace("_", " ").replace("-", " ").lower().split())


def parse(text: str) -> dict[str, str]:
    """Read a map: "burnout=negative,calm=positive", or the path of a JSON, CSV or TSV file with two columns.

    Returns:
        The file's label -> negative, neutral, positive or none.

    Raises:
        CaveatError: when it cannot be read, or a target is unknown.
    """
    if text.lower().endswith((".json", ".tsv", ".csv", ".txt")):
        return checked(_from_file(Path(text)))
    pairs: list[tuple[str, str]] = []
    for part in text.split(","):
        label, equals, target = part.rpartition("=")
        if not equals or not label.strip():
            raise CaveatError(
                f"{OPTION}: {part.strip()!r} is not of the form label=target. Write {OPTION} "
                "burnout=negative,calm=positive, or give a .json, .csv or .tsv file."
            )
        pairs.append((label.strip(), target.strip()))
    return checked(_once(pairs))


def _once(pairs: list[tuple[str, str]]) -> dict[str, str]:
    """Insist that no label stands twice with two targets; case and underscores do not make two labels."""
    seen: dict[str, str] = {}
    for label, target in pairs:
        if seen.setdefault(plain(label), plain(target)) != plain(target):
            raise CaveatError(f"{OPTION}: {label!r} has two targets, {seen[plain(label)]} and {target}. Leave one out.")
    return dict(pairs)


def _from_file(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8-sig")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a UTF-8 text"
        raise CaveatError(f"{OPTION}: cannot read {path}: {reason}. Check the path.") from None
    if path.suffix.lower() == ".json":
        try:
            found = json.loads(text, object_pairs_hook=list)
        except json.JSONDecodeError as error:
            raise CaveatError(
                f'{OPTION}: {path}, line {error.lineno}: is not JSON ({error.msg}). Write {{"burnout": "negative"}}.'
            ) from None
        pairs = [entry for entry in found if isinstance(entry, tuple)] if isinstance(found, list) else []
        if not pairs or len(pairs) < len(found) or not all(isinstance(target, str) for _, target in pairs):
            raise CaveatError(f'{OPTION}: {path} must hold one object such as {{"burnout": "negative"}}.')
        return _once(pairs)
    delimiter = "," if path.suffix.lower() == ".csv" else "\t"
    pairs = []
    for number, cells in enumerate(csv.reader(text.splitlines(), delimiter=delimiter), 1):
        if not any(map(str.strip, cells)):
            continue
        if len(cells) != 2:
            raise CaveatError(f"{OPTION}: {path}, line {number}: {len(cells)} columns. It needs two: label and target.")
        pairs.append((cells[0].strip(), cells[1].strip()))
    return _once(pairs)


def checked(pairs: Mapping[str, str]) -> dict[str, str]:
    """Normalise the targets of a map.

    Raises:
        CaveatError: for a target that is not negative, neutral, positive or none; for an empty map.
    """
    out = {}
    for label, target in pairs.items():
        name = plain(str(target))
        if name != NO_LABEL and name not in SPEAKING:
            near = get_close_matches(name, [*LABELS, NO_LABEL], n=1)
            meant = f" Did you mean {near[0]}?" if near else ""
            raise CaveatError(
                f"{OPTION}: {target!r} (for {label}) is no target. Valid: {', '.join(LABELS)}; {NO_LABEL} leaves a row "
                f"without a label.{meant}"
            )
        out[str(label)] = SPEAKING.get(name, NO_LABEL)
    if not out:
        raise CaveatError(f"{OPTION}: the map is empty. Write {OPTION} burnout=negative,calm=positive.")
    return out


@dataclass(frozen=True, slots=True)
class DataLabels:
    """How the labels of one source are read."""

    user: Mapping[str, str]
    meanings: Mapping[str, str]
    """What the source itself calls its values: "0" -> "neg"."""

    def target(self, cell: str | None) -> str | None:
        """Give negative, neutral, positive, "none", or None for a label that is not known; "" for no label."""
        label = (cell or "").strip()
        for name in (label, self.meanings.get(label, label)):
            for own, target in self.user.items():
                if own == name or plain(own) == plain(name):
                    return target
            if plain(name) in SPEAKING:
                return SPEAKING[plain(name)]
        return "" if label.lower() in EMPTY else None


class LabelBook:
    """Codes of the labels seen in one column, and how often each was."""

    def __init__(self, labels: DataLabels, column: str, where: str) -> None:
        self.labels, self.column, self.where = labels, column, where
        self.counts: Counter[str] = Counter()
        self.targets: dict[str, str | None] = {}

    def code(self, cell: str | None) -> int:
        """Give the code of a label, -1 for none or an unknown one, and count it.

        Raises:
            CaveatError: when there are so many different ones that they cannot be labels.
        """
        label = (cell or "").strip()
        if label not in self.targets:
            if len(self.targets) >= MOST:
                raise CaveatError(
                    f"{self.where}: the column {self.column!r} has more than {MOST:,} different values, so it is no "
                    "label column. Name another with --label."
                )
            self.targets[label] = self.labels.target(label)
        self.counts[label] += 1
        return CODES.get(self.targets[label] or "", NONE)

    def known(self) -> dict[str, str]:
        """Give the label -> target map as it was used, most frequent first."""
        return {label: target for label, _ in self.counts.most_common() if (target := self.targets[label])}

    def unused(self) -> list[str]:
        """Give the labels of the user's map that no row has."""
        seen = {plain(label) for label in self.counts} | {
            plain(self.labels.meanings.get(label, label)) for label in self.counts
        }
        return [own for own in self.labels.user if plain(own) not in seen]

    def check(self) -> None:
        """Insist that each label is known.

        Raises:
            CaveatError: with the unknown labels, their counts and the option that maps them.
        """
        unknown = [(label, n) for label, n in self.counts.most_common() if self.targets[label] is None]
        if not unknown:
            return
        told = listed([f"{label!r} ({n:,})" for label, n in unknown], 12)
        example = ",".join(f"{label}=?" for label, _ in unknown[:4]) + (",..." if len(unknown) > 4 else "")
        file = any("," in label or "=" in label or not label.isprintable() for label, _ in unknown)
        how = "a JSON or TSV file (their names do not fit a command line)" if file else example
        raise CaveatError(
            f"{self.where}, column {self.column!r}: unknown {'label' if len(unknown) == 1 else 'labels'} {told}. Say "
            f"what each means with {OPTION} {how}; each one of {', '.join(LABELS)}, or {NO_LABEL} for no label."
        )
