"""What both kinds of file share: bytes to text, entries, and how a mistake is told."""

from __future__ import annotations

import codecs
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from difflib import get_close_matches
from hashlib import sha256
from pathlib import Path

from audit.schema import LABELS, MASK, Role, Span
from audit.schema.errors import listed, mistake

UNSTATED = "Not stated by the file's author."
"""Stands wherever a reader expects a text that the file does not give."""

_OTHER_BLANK = re.compile(r"\[ *mask *\]|<mask>|_{2,}", re.IGNORECASE)
_WIDE = (codecs.BOM_UTF16_LE, codecs.BOM_UTF16_BE)


@dataclass(frozen=True, slots=True)
class Entry:
    """One text of a file, checked on its own but not yet against the others."""

    place: str
    """Where it stands, for messages: "row 4"."""
    text: str
    group: str
    test: str
    """Title of its test."""
    template: str = ""
    pair: str = ""
    filler: str = ""
    allowed: tuple[str, ...] = ()
    """Empty where no answer is right or wrong."""
    choices: tuple[str, ...] = ()
    role: Role | None = None
    """None where the file does not say."""
    spans: tuple[Span, ...] = ()
    features: Mapping[str, str] = field(default_factory=dict)


@dataclass(frozen=True, slots=True)
class Comparison:
    """A contrast as a file asks for it; empty fields take defaults."""

    place: str
    group: str
    reference: str = ""
    measure: str = ""
    name: str = ""
    higher: str = ""
    lower: str = ""
    harm: str = ""


@dataclass(frozen=True, slots=True)
class About:
    """What a file says of its suite; empty fields were not given."""

    path: Path
    digest: str
    """SHA-256 of the bytes of the file."""
    name: str
    title: str = ""
    question: str = ""
    construct: str = ""
    method: str = ""
    rationale: str = ""
    expected: str = ""
    harm: str = ""
    limitations: tuple[str, ...] = ()
    discussion: tuple[str, ...] = ()
    sources: tuple[str, ...] = ()
    version: str = "0.0.0"
    licence: str = UNSTATED
    locale: str = UNSTATED
    reference: str = ""
    wordings: Mapping[str, str] = field(default_factory=dict)
    """Template -> its wording with slots."""
    contrasts: tuple[Comparison, ...] = ()
    """Empty: every group against the reference."""


def guess(word: str, known: Iterable[str]) -> str:
    """Give " Did you mean ...?" where a known word is close, else nothing."""
    near = get_close_matches(word.lower(), list(known), n=1, cutoff=0.75)
    return f" Did you mean {near[0]!r}?" if near else ""


def slug(text: str) -> str:
    """Make a name of letters, digits and hyphens out of a title or the stem of a file."""
    return re.sub(r"[^\w]+|_+", "-", text.strip().lower()).strip("-")


def read_text(path: Path) -> tuple[str, str]:
    """Read a file.

    Returns:
        Its text, without a byte order mark, and the SHA-256 of its bytes.

    Raises:
        CaveatError: when it cannot be opened or is not UTF-8.
    """
    try:
        data = path.read_bytes()
    except OSError as error:
        raise mistake(path, "", f"cannot be read ({error.strerror}). Check who may read it") from None
    if data.startswith(_WIDE) or b"\0" in data[:200]:
        raise mistake(path, "", "is not UTF-8; it looks like UTF-16. Save it as CSV UTF-8")
    try:
        return data.decode("utf-8-sig"), sha256(data).hexdigest()
    except UnicodeDecodeError as error:
        line = data[: error.start].count(b"\n") + 1
        found = f"byte 0x{data[error.start]:02x} in line {line}"
        raise mistake(path, f"line {line}", f"{found} is not UTF-8. Save the file as CSV UTF-8") from None


def check_entry(path: Path, entry: Entry) -> Entry:
    """Check what one entry can be checked for alone.

    Raises:
        CaveatError: for an empty text or group, wrong blanks, labels or choices.
    """
    for name in ("text", "group"):
        if not getattr(entry, name):
            raise mistake(path, entry.place, f"{name} is empty. Every row needs one; fill it in or delete the row")
    blanks = entry.text.count(MASK)
    if blanks > 1:
        raise mistake(path, entry.place, f"{blanks} blanks. Valid: one {MASK} a text; split it into several rows")
    other = _OTHER_BLANK.search(entry.text.replace(MASK, ""))
    if other:
        raise mistake(path, entry.place, f"{other[0]!r} looks like a blank. A blank is written {MASK}")
    _check_choices(path, entry, bool(blanks))
    valid = entry.choices or LABELS
    for label in entry.allowed:
        if label not in valid:
            kind = "choice" if entry.choices else "label"
            raise mistake(
                path,
                entry.place,
                f"no {kind} {label!r}. Valid: {listed(valid)}; several are joined by |, and empty means that no answer "
                f"is right or wrong.{guess(label, valid)} Correct the allowed answers",
            )
    if set(entry.allowed) >= set(valid):
        raise mistake(path, entry.place, "every answer is allowed, so none could be wrong. Leave some out, or all")
    if entry.role == "confidence-only" and entry.allowed:
        raise mistake(path, entry.place, "role confidence-only is for texts without a right answer. Empty allowed")
    return entry


def _check_choices(path: Path, entry: Entry, blank: bool) -> None:
    if blank and len(set(entry.choices)) < 2:
        raise mistake(path, entry.place, f"{MASK} needs two choices or more, joined by |, such as she|he. Add them")
    if not blank and entry.choices:
        raise mistake(path, entry.place, f"choices without a blank. Write {MASK} in the text, or empty choices")
    if len(set(entry.choices)) < len(entry.choices) or "" in entry.choices:
        raise mistake(path, entry.place, "a choice is empty or stands twice. Each choice stands once, joined by |")
