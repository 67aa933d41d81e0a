"""The labels of somebody's file -> negative, neutral or positive. Names that speak for themselves need no map.

Numbers, stars, yes and no never map by themselves: which end of a scale is which is for its owner to say. Nor do
names of emotions, because what they mean for a study is its author's decision.

Sign and punctuation are part of a label: "-1" is not "1", nor "B-" "B". A label of the user's map means itself first;
only a cell that is nowhere in the map as it stands is looked for without case and inner spaces, and that is counted.
"""

from __future__ import annotations

import csv
import json
import re
import shlex
import unicodedata
from collections import Counter
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from difflib import get_close_matches
from pathlib import Path
from typing import Any

from audit.models.labels import NAMES
from audit.owndata.classes import JOIN, MEANINGS, NONE, meaning_of, overlap
from audit.owndata.reading import written
from audit.schema import LABELS, CaveatError
from audit.schema.errors import listed

OPTION = "--data-labels"
NO_LABEL = "none"
"""Target of a label that is to count as no label: the row is scored but not judged."""
EMPTY = frozenset({"", "nan", "na", "n/a", "#n/a", "null", "none"})
"""Cells without a label, in lower case: what exports write for nothing. A map of the user goes before."""
SPEAKING = {name: polarity for name, polarity in NAMES.items() if any(stem in name for stem in ("neg", "neu", "pos"))}
"""Names that map by themselves: negative, Positive, neu, very negative."""
MOST = 1000
"""Different labels beyond which a column is no label column."""


_JOINED = re.compile(r"(?<=[^\W\d_])[_-](?=[^\W\d_])")
"""An underscore or hyphen between two letters."""


def loose(label: str) -> str:
    """Write a label so that case, spaces and the way an accent is coded do not count; all else does."""
    return " ".join(unicodedata.normalize("NFC", label).casefold().split())


def spoken(name: str) -> str:
    """Write a name of `SPEAKING` as it stands there: "Very_Negative" -> "very negative"."""
    return loose(_JOINED.sub(" ", name))


def parse(text: str) -> dict[str, str]:
    """Read a map: "burnout=negative,calm=positive", or the path of a JSON, CSV or TSV file with two columns.

    Returns:
        The file's label -> negative, neutral, positive, two of them ("neutral+positive") or none.

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
    """Insist that no label stands twice with two targets."""
    seen: dict[str, str] = {}
    for label, target in pairs:
        if spoken(seen.setdefault(label, target)) != spoken(target):
            raise CaveatError(f"{OPTION}: {label!r} has two targets, {seen[label]} and {target}. Leave one out.")
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


def checked(pairs: Mapping[Any, str]) -> dict[str, str]:
    """Normalise a map: labels as a cell of the file is written (-1 and -1.0 are "-1"), targets by name.

    Raises:
        CaveatError: for a target that is not negative, neutral, positive, two of them or none; for an empty map.
    """
    out: dict[str, str] = {}
    for key, target in pairs.items():
        label = (written(key, f"{OPTION}: a label") or "").strip()
        given = _target(str(target), label)
        if out.setdefault(label, given) != given:
            raise CaveatError(f"{OPTION}: {label!r} has two targets, {out[label]} and {given}. Leave one out.")
    if not out:
        raise CaveatError(f"{OPTION}: the map is empty. Write {OPTION} burnout=negative,calm=positive.")
    return out


def _target(target: str, label: str) -> str:
    """Read what a label means: a class, two of them ("neutral+positive", an answer is right when it is one), none."""
    if spoken(target) == NO_LABEL:
        return NO_LABEL
    names = [spoken(part) for part in target.split(JOIN)]
    stray = next((name for name in names if name not in SPEAKING), None)
    if stray is not None:
        near = get_close_matches(stray, [*LABELS, NO_LABEL], n=1)
        meant = f" Did you mean {near[0]}?" if near else ""
        raise CaveatError(
            f"{OPTION}: {target!r} (for {label}) is no target. Valid: {', '.join(LABELS)}; {NO_LABEL} leaves a row "
            f"without a label; {LABELS[1]}{JOIN}{LABELS[2]} is for one that means either.{meant}"
        )
    meaning = meaning_of(SPEAKING[name] for name in names)
    if meaning not in MEANINGS:
        raise CaveatError(
            f"{OPTION}: {target!r} (for {label}) is every class, so no answer could be wrong. Leave one out, or write "
            f"{label}={NO_LABEL}."
        )
    return meaning


@dataclass(frozen=True, slots=True)
class Reading:
    """How one label of a file is read."""

    target: str | None
    """negative, neutral, positive, two of them ("neutral+positive") or "none";
    "" for a cell without a label, None for a label that is not known."""
    key: str | None = None
    """The label of the user's map that it was found as."""
    rivals: tuple[str, ...] = ()
    """Labels of the map, with different targets, of which it may be any: it is not known then."""


@dataclass(frozen=True, slots=True)
class DataLabels:
    """How the labels of one source are read."""

    user: Mapping[str, str]
    meanings: Mapping[str, str]
    """What the source itself calls its values: "0" -> "neg"."""

    def read(self, cell: str | None) -> Reading:
        """Look a cell up: in the user's map as it stands, then without case and spaces, then by its own meaning."""
        label = (cell or "").strip()
        names = (label, self.meanings.get(label, label))
        for name in names:
            if name in self.user:
                return Reading(self.user[name], name)
        for name in names:
            near = [own for own in self.user if loose(own) == loose(name)]
            if len({self.user[own] for own in near}) > 1:
                return Reading(None, None, tuple(near))
            if near:
                return Reading(self.user[near[0]], near[0])
        for name in names:
            if spoken(name) in SPEAKING:
                return Reading(SPEAKING[spoken(name)])
        return Reading("" if label.lower() in EMPTY else None)


class LabelBook:
    """Codes of the labels seen in one column, and how often each was."""

    def __init__(self, labels: DataLabels, column: str, where: str) -> None:
        self.labels, self.column, self.where = labels, column, where
        self.counts: Counter[str] = Counter()
        self._readings: dict[str, Reading] = {}

    def code(self, cell: str | None) -> int:
        """Give the code of a label, -1 for none or an unknown one, and count it.

        Raises:
            CaveatError: when there are so many different ones that they cannot be labels.
        """
        label = (cell or "").strip()
        if label not in self._readings:
            if len(self._readings) >= MOST:
                raise CaveatError(
                    f"{self.where}: the column {self.column!r} has more than {MOST:,} different values, so it is no "
                    "label column. Name another with --label."
                )
            self._readings[label] = self.labels.read(label)
        self.counts[label] += 1
        return self.again(label)

    def again(self, cell: str | None) -> int:
        """Give the code of a label that was counted before."""
        return MEANINGS.get(self._readings[(cell or "").strip()].target or "", NONE)

    def known(self) -> dict[str, str]:
        """Give the label -> target map as it was used, most frequent first."""
        return {label: target for label, _ in self.counts.most_common() if (target := self._readings[label].target)}

    def taken_for_none(self) -> dict[str, int]:
        """Give the written values that were taken for "no label" although no map says so, with their counts."""
        return {label: n for label, n in self.counts.most_common() if label and self._readings[label].target == ""}

    def taken_for_another(self) -> Iterator[tuple[str, str, int]]:
        """Give each label that is in the map with other capitals or spaces only: itself, the map's, its count."""
        for label, n in self.counts.most_common():
            key = self._readings[label].key
            if key is not None and key not in (label, self.labels.meanings.get(label, label)):
                yield label, key, n

    def unused(self) -> list[str]:
        """Give the labels of the user's map that no row has."""
        seen = {reading.key for reading in self._readings.values()}
        return [own for own in self.labels.user if own not in seen]

    def check(self) -> None:
        """Insist that each label is known.

        Raises:
            CaveatError: with the unknown labels, their counts and the option that maps them; for meanings that share a
                class, with which an answer could be right and wrong.
        """
        self._check_overlap()
        unknown = [(label, n) for label, n in self.counts.most_common() if self._readings[label].target is None]
        if not unknown:
            return
        told = listed([f"{label!r} ({n:,})" + self._rivals(label) for label, n in unknown], 12)
        example = ",".join(f"{label}=?" for label, _ in unknown[:4]) + (",..." if len(unknown) > 4 else "")
        file = any("," in label or "=" in label or not label.isprintable() for label, _ in unknown)
        # After a space, a first label such as -1 would look like an option to a reader.
        equals = "=" if example.startswith("-") else " "
        if any(shlex.quote(label) != label for label, _ in unknown[:4]):
            example = shlex.quote(example)
        how = " a JSON or TSV file (their names do not fit a command line)" if file else equals + example
        stray = self.unused()
        differ = (
            f" The map names {listed([repr(own) for own in stray], 12)}, which no row has: sign and punctuation count."
            if stray
            else ""
        )
        raise CaveatError(
            f"{self.where}, column {self.column!r}: unknown {'label' if len(unknown) == 1 else 'labels'} {told}."
            f"{differ} Say what each means with {OPTION}{how}; each one of {', '.join(LABELS)}, or {NO_LABEL} for no "
            "label."
        )

    def _check_overlap(self) -> None:
        known = self.known()
        shared = overlap(known.values())
        if shared:
            one, other = (next(label for label, target in known.items() if target == meaning) for meaning in shared)
            raise CaveatError(
                f"{self.where}, column {self.column!r}: {one!r} is read as {shared[0]} and {other!r} as {shared[1]}, "
                f"which share a class, so that an answer could not be judged. Say with {OPTION} what each means, "
                f"without a class in common, or {NO_LABEL}."
            )

    def _rivals(self, label: str) -> str:
        rivals = self._readings[label].rivals
        return f", which may be {' or '.join(map(repr, rivals))} of the map" if rivals else ""
