"""A classifier's own labels -> negative, neutral or positive. Standard library only.

The order of trust is: what the user says, names that speak for themselves, a table of known repositories. The index
of a class is never taken as a hint, so `LABEL_0` alone is refused. Whatever the source, anchor sentences verify the
map before an audit (`audit.models.gate`).
"""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.schema import LABELS, CaveatError, ModelUnsupported

_POSITIVE_EMOTIONS = (
    "admiration amusement approval caring desire excitement gratitude joy love optimism pride relief "
    "happy happiness trust"
)
_NEGATIVE_EMOTIONS = (
    "anger annoyance disappointment disapproval disgust embarrassment fear grief nervousness remorse sadness "
    "angry sad pessimism worry"
)
_OPEN_EMOTIONS = "confusion curiosity realization surprise anticipation"

NAMES: Mapping[str, str] = {
    **dict.fromkeys(("neg", "negative", "very negative", "strongly negative", "extremely negative"), "negative"),
    **dict.fromkeys(("somewhat negative", "slightly negative", "negative sentiment"), "negative"),
    **dict.fromkeys(("neu", "neutral", "neut", "neutral sentiment", "no emotion"), "neutral"),
    **dict.fromkeys(("pos", "positive", "very positive", "strongly positive", "extremely positive"), "positive"),
    **dict.fromkeys(("somewhat positive", "slightly positive", "positive sentiment"), "positive"),
    **dict.fromkeys(_POSITIVE_EMOTIONS.split(), "positive"),
    **dict.fromkeys(_NEGATIVE_EMOTIONS.split(), "negative"),
    **dict.fromkeys(_OPEN_EMOTIONS.split(), "neutral"),
}
"""Names, in lower case and with spaces, that say their polarity. The emotions follow the grouping of GoEmotions
(Demszky et al. 2020): what they call ambiguous counts as neutral here."""

STARS: Mapping[int, str] = {1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"}

_TWO = {"LABEL_0": "negative", "LABEL_1": "positive"}
_THREE = {"LABEL_0": "negative", "LABEL_1": "neutral", "LABEL_2": "positive"}

REPOSITORIES: Mapping[str, Mapping[str, str]] = {
    "cardiffnlp/twitter-roberta-base-sentiment": _THREE,
    "textattack/bert-base-uncased-SST-2": _TWO,
    "textattack/roberta-base-SST-2": _TWO,
    "textattack/bert-base-uncased-imdb": _TWO,
    "textattack/bert-base-uncased-rotten-tomatoes": _TWO,
    "textattack/bert-base-uncased-yelp-polarity": _TWO,
}
"""Repositories whose config names no classes, with the meaning that is documented elsewhere: the model card of the
first (0 negative, 1 neutral, 2 positive); for the others the label order of the data set in their name, 0 negative
and 1 positive in SST-2 (GLUE), IMDb, Rotten Tomatoes and Yelp Polarity as distributed on the Hub."""

_STAR = re.compile(r"(?:stars? ?)?([1-5])(?: ?stars?)?|(one|two|three|four|five) stars?")
_WORDS = ("one", "two", "three", "four", "five")


@dataclass(frozen=True, slots=True)
class LabelMap:
    """How a classifier's classes are read."""

    polarity: Mapping[str, str]
    """The model's own label -> negative, neutral or positive."""
    classes: tuple[str, ...]
    """The polarity of each output, in the model's order."""
    values: tuple[float, ...]
    """Valence of each class, in the model's order, -1 to 1 (docs/method.md, section 2): stars count (k - 3) / 2."""
    source: str
    """"user", "names" or "table"."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Polarity labels that can be answered, in the order of `audit.schema.LABELS`."""
        present = {*self.polarity.values(), "negative", "positive"}
        return tuple(label for label in LABELS if label in present)


def parse(text: str) -> dict[str, str]:
    """Read a user's map: "LABEL_0=negative,LABEL_1=positive", or the path of a JSON or TSV file.

    Args:
        text: the map, or a path. A JSON file holds one object, a TSV file two columns without a heading.

    Returns:
        The model's own label -> negative, neutral or positive.

    Raises:
        CaveatError: when it cannot be read, or a value is no polarity.
    """
    path = Path(text)
    if text.lower().endswith((".json", ".tsv", ".txt")):
        pairs = _from_file(path)
    else:
        pairs = {}
        for part in text.split(","):
            label, equals, polarity = part.rpartition("=")
            if not equals or not label.strip():
                raise CaveatError(
                    f"--labels: {part.strip()!r} is not of the form LABEL=POLARITY; "
                    "write --labels LABEL_0=negative,LABEL_1=positive or give a .json or .tsv file"
                )
            pairs[label.strip()] = polarity.strip()
    return checked(pairs)


def _from_file(path: Path) -> dict[str, str]:
    try:
        text = path.read_text(encoding="utf-8")
    except (OSError, UnicodeDecodeError) as error:
        reason = getattr(error, "strerror", None) or "not a UTF-8 text"
        raise CaveatError(f"--labels: cannot read {path}: {reason}; check the path") from None
    if path.suffix.lower() == ".json":
        try:
            found = json.loads(text)
        except json.JSONDecodeError as error:
            raise CaveatError(f"--labels: {path} is no JSON (line {error.lineno}): {error.msg}") from None
        if not isinstance(found, dict) or not all(isinstance(value, str) for value in found.values()):
            raise CaveatError(f'--labels: {path} must hold one object such as {{"LABEL_0": "negative"}}')
        return {str(key): value for key, value in found.items()}
    rows = [row for row in csv.reader(text.splitlines(), delimiter="\t") if any(cell.strip() for cell in row)]
    for number, row in enumerate(rows, 1):
        if len(row) != 2:
            raise CaveatError(f"--labels: line {number} of {path} has {len(row)} columns; it needs LABEL<tab>POLARITY")
    return {label.strip(): polarity.strip() for label, polarity in rows}


def checked(pairs: Mapping[str, str]) -> dict[str, str]:
    """Normalise the polarities of a user's map.

    Raises:
        CaveatError: for a value that is not negative, neutral or positive.
    """
    out = {}
    for label, polarity in pairs.items():
        name = _plain(polarity)
        if name not in ("neg", "neu", "pos", *LABELS):
            raise CaveatError(f"--labels: {polarity!r} (for {label}) is not one of {', '.join(LABELS)}")
        out[label] = NAMES[name]
    if not out:
        raise CaveatError("--labels: the map is empty; write --labels LABEL_0=negative,LABEL_1=positive")
    return out


def resolve(own: Sequence[str], repository: str, user: Mapping[str, str] | None = None) -> LabelMap:
    """Map the classes of a model.

    Args:
        own: the model's labels, in the order of its outputs.
        repository: Hub id, for the bundled table; anything else finds nothing there.
        user: a map that goes before everything else; classes that it leaves out are read by name.

    Returns:
        The map and where it is from.

    Raises:
        CaveatError: when the user's map names labels that the model does not have.
        ModelUnsupported: when a class is not understood, or no class is negative or none positive.
    """
    user = checked(user) if user else {}
    stray = [label for label in user if label not in own]
    if stray:
        raise CaveatError(f"--labels: {', '.join(stray)} is no label of {repository}; it has {', '.join(own)}")
    by_name = _by_name(own)
    table = _table(repository)
    if user:
        polarity = {label: user.get(label) or by_name.get(label) for label in own}
        source = "user"
    elif len(by_name) == len(own):
        polarity, source = dict(by_name), "names"
    else:
        polarity, source = {label: table.get(label) for label in own}, "table"
    found = {label: value for label, value in polarity.items() if value}
    if len(found) < len(own):
        raise ModelUnsupported(_unknown(own, repository, found if user else by_name))
    _check_poles(own, repository, found)
    return LabelMap(found, tuple(found[label] for label in own), _values(own, found, bool(user)), source)


def _table(repository: str) -> Mapping[str, str]:
    """Look a repository up; ids on the Hub do not differ by case alone."""
    return next((table for key, table in REPOSITORIES.items() if key.lower() == repository.lower()), {})


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_\-./]+", " ", name.strip().lower()).split())


def star(name: str) -> int | None:
    """Read "1 star", "4 stars", "star 2", "five stars" or a bare "3"; None for anything else."""
    match = _STAR.fullmatch(_plain(name))
    if not match:
        return None
    return int(match.group(1)) if match.group(1) else _WORDS.index(match.group(2)) + 1


def _by_name(own: Sequence[str]) -> dict[str, str]:
    """Read the labels that speak for themselves; bare digits only where all five say "star"."""
    stars = [star(label) for label in own]
    if sorted(k for k in stars if k) == [1, 2, 3, 4, 5] and len(own) == 5 and any("star" in _plain(x) for x in own):
        return {label: STARS[k] for label, k in zip(own, stars, strict=True) if k}
    return {label: NAMES[_plain(label)] for label in own if _plain(label) in NAMES}


def _values(own: Sequence[str], polarity: Mapping[str, str], user: bool) -> tuple[float, ...]:
    stars = [star(label) for label in own]
    if not user and len(own) == 5 and all(stars):
        return tuple((k - 3) / 2 for k in stars if k)
    return tuple({"negative": -1.0, "neutral": 0.0, "positive": 1.0}[polarity[label]] for label in own)


def _check_poles(own: Sequence[str], repository: str, polarity: Mapping[str, str]) -> None:
    present = set(polarity.values())
    missing = [pole for pole in ("negative", "positive") if pole not in present]
    if len(own) == 1 and present & {"negative", "positive"}:
        return
    if missing:
        raise ModelUnsupported(
            f"no label of {repository} is {' or '.join(missing)} ({', '.join(own)}): a sentiment audit needs both; "
            "choose a sentiment model, or set the map with --labels"
        )


def _unknown(own: Sequence[str], repository: str, known: Mapping[str, str]) -> str:
    wanted = [label for label in own if label not in known]
    poles = ("negative", "positive") if len(own) <= 2 else ("negative", "neutral", "positive")
    example = ",".join(f"{label}={poles[min(at, len(poles) - 1)]}" for at, label in enumerate(own[:3]))
    more = ",..." if len(own) > 3 else ""
    shown = ", ".join(wanted[:12]) + (f" and {len(wanted) - 12} more" if len(wanted) > 12 else "")
    return (
        f"{repository}: what these labels mean is not known: {shown}. "
        f"Look it up in the model's card and say it, for example --labels {example}{more}"
    )
