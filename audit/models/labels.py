"""A classifier's own labels -> negative, neutral or positive. Standard library only.

The order of trust is: what the user says, names that speak for themselves, a table of known repositories. The index
of a class is never taken as a hint, so `LABEL_0` alone is refused. Whatever the source, anchor sentences verify the
map before an audit (`audit.models.gate`).
"""

from __future__ import annotations

import csv
import json
import re
import unicodedata
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

_VERY = ("very", "strongly", "extremely", "sehr", "très", "tres", "muy")
_NEGATIVE = "negative negativ négatif négative negatif negativo negativa bad schlecht mauvais malo bearish"
_NEUTRAL = "neutral neutre neutro neutra"
_POSITIVE = "positive positiv positif positivo positiva good gut bon bueno bullish"

NAMES: Mapping[str, str] = {
    **{f"{much} {name}": "negative" for name in _NEGATIVE.split() for much in _VERY},
    **{f"{much} {name}": "positive" for name in _POSITIVE.split() for much in _VERY},
    **dict.fromkeys(_NEGATIVE.split(), "negative"),
    **dict.fromkeys(_NEUTRAL.split(), "neutral"),
    **dict.fromkeys(_POSITIVE.split(), "positive"),
    "neg": "negative",
    **dict.fromkeys(("somewhat negative", "slightly negative", "negative sentiment"), "negative"),
    **dict.fromkeys(("neu", "neut", "neutral sentiment", "no emotion"), "neutral"),
    "pos": "positive",
    **dict.fromkeys(("somewhat positive", "slightly positive", "positive sentiment"), "positive"),
    **dict.fromkeys(_POSITIVE_EMOTIONS.split(), "positive"),
    **dict.fromkeys(_NEGATIVE_EMOTIONS.split(), "negative"),
    **dict.fromkeys(_OPEN_EMOTIONS.split(), "neutral"),
}
"""Names, in lower case and with spaces, that say their polarity, in English, German, French and Spanish; prices are
bullish or bearish. The emotions follow the grouping of GoEmotions
(Demszky et al. 2020): what they call ambiguous counts as neutral here."""

STARS: Mapping[int, str] = {1: "negative", 2: "negative", 3: "neutral", 4: "positive", 5: "positive"}

_POLES = {"negative", "positive"}
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
_DRAWN = re.compile(r"[\s\ufe0e\ufe0f]")
_WORDS = ("one", "two", "three", "four", "five")


@dataclass(frozen=True, slots=True)
class LabelMap:
    """How a classifier's classes are read."""

    polarity: Mapping[str, str]
    """The model's own label -> negative, neutral or positive."""
    classes: tuple[str, ...]
    """The polarity of each output, in the model's order; empty for one whose meaning is not known."""
    values: tuple[float, ...]
    """Valence of each class, in the model's order, -1 to 1 (docs/method.md, section 2): stars count (k - 3) / 2."""
    source: str
    """"user", "names" or "table"."""

    @property
    def labels(self) -> tuple[str, ...]:
        """Polarity labels that can be answered, in the order of `audit.schema.LABELS`."""
        present = {*self.polarity.values(), "negative", "positive"}
        return tuple(label for label in LABELS if label in present)

    @property
    def note(self) -> str:
        """Say which class has no meaning here, if one has none."""
        if "" not in self.classes:
            return ""
        return (
            "The model has one class more, whose polarity is not known. It is left out, and shares are of the others; "
            "where it holds much of the probability, an answer says little. --labels can give it a meaning."
        )


def addressed(given: Sequence[str], models: Sequence[str]) -> dict[str, str]:
    """Say which map is for which model.

    Args:
        given: maps as text; one that begins with "MODEL:" is for that model, any other for all that have none.
        models: those that are run.

    Returns:
        Model -> its map, for the models that have one.

    Raises:
        CaveatError: for two maps for the same model.
    """
    own: dict[str, str] = {}
    rest: list[str] = []
    for text in given:
        # The longest name first, so that "a:b" is not taken for a map of "a".
        model = next((one for one in sorted(models, key=len, reverse=True) if text.startswith(f"{one}:")), "")
        if not model:
            rest.append(text)
        elif model in own:
            raise CaveatError(f"--labels: {model} has two maps; give one, with all its labels")
        else:
            own[model] = text.removeprefix(f"{model}:")
    if len(rest) > 1:
        raise CaveatError(
            f"--labels: {len(rest)} maps are for all models ({'; '.join(rest)}); write MODEL: before one that is for "
            f"one of {', '.join(models)}"
        )
    return {**dict.fromkeys(models, rest[0]), **own} if rest else own


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
    if not user and len(found) < len(by_name):
        found, source = dict(by_name), "names"
    if len(found) < len(own) and not (len(own) - len(found) == 1 and {"negative", "positive"} <= set(found.values())):
        raise ModelUnsupported(_unknown(own, repository, found))
    _check_poles(own, repository, found)
    return LabelMap(found, tuple(found.get(label, "") for label in own), _values(own, found, bool(user)), source)


def _table(repository: str) -> Mapping[str, str]:
    """Look a repository up; ids on the Hub do not differ by case alone."""
    return next((table for key, table in REPOSITORIES.items() if key.lower() == repository.lower()), {})


def _plain(name: str) -> str:
    return " ".join(re.sub(r"[_\-./]+", " ", unicodedata.normalize("NFC", name).strip().lower()).split())


def star(name: str) -> int | None:
    """Read "1 star", "4 stars", "star 2", "five stars", "★★★" or a bare "3"; None for anything else."""
    drawn = _DRAWN.sub("", name).replace("⭐", "★")
    if drawn and not set(drawn) - {"★", "☆"}:
        return drawn.count("★") if 1 <= drawn.count("★") <= 5 else None
    match = _STAR.fullmatch(_plain(name))
    if not match:
        return None
    return int(match.group(1)) if match.group(1) else _WORDS.index(match.group(2)) + 1


def _by_name(own: Sequence[str]) -> dict[str, str]:
    """Read the labels that speak for themselves; bare digits only where all five say "star"."""
    stars = [star(label) for label in own]
    if sorted(k for k in stars if k) == [1, 2, 3, 4, 5] and len(own) == 5 and any(_says_star(x) for x in own):
        return {label: STARS[k] for label, k in zip(own, stars, strict=True) if k}
    return {label: NAMES[_plain(label)] for label in own if _plain(label) in NAMES}


def _says_star(name: str) -> bool:
    return "star" in _plain(name) or any(sign in name for sign in "★⭐")


def _values(own: Sequence[str], polarity: Mapping[str, str], user: bool) -> tuple[float, ...]:
    stars = [star(label) for label in own]
    if not user and len(own) == 5 and all(stars):
        return tuple((k - 3) / 2 for k in stars if k)
    very = [_plain(label).partition(" ")[0] in _VERY for label in own]
    # On a scale with "very positive", that is what five stars are and "positive" is four.
    plain = 0.5 if not user and {polarity.get(x) for x, much in zip(own, very, strict=True) if much} >= _POLES else 1.0
    signs = {"negative": -1.0, "positive": 1.0}
    return tuple(
        signs.get(polarity.get(label, ""), 0.0) * (1.0 if much else plain)
        for label, much in zip(own, very, strict=True)
    )


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
    example = ",".join(f"{label}=..." for label in wanted[:3]) + (",..." if len(wanted) > 3 else "")
    shown = ", ".join(wanted[:12]) + (f" and {len(wanted) - 12} more" if len(wanted) > 12 else "")
    # Never with a guess: the place of a class says nothing of its meaning, and a guess would be pasted.
    return (
        f"{repository}: what these labels mean is not known: {shown}. Look it up in the model's card and give each one "
        f"of {', '.join(LABELS)}: --labels {example}"
    )
