"""A table of finished sentences, one a row -> entries."""

from __future__ import annotations

import csv
import io
from pathlib import Path

from audit.filesuite.reading import About, Entry, check_entry, guess, read_text, slug
from audit.schema import Role
from audit.schema.errors import listed, mistake

REQUIRED = ("text", "allowed", "group", "pair", "template")
OPTIONAL = ("filler", "test", "role", "choices")
ROLES: tuple[Role, ...] = ("item", "control", "positive-control", "confidence-only")
"""Roles that a file can give; a prior needs the place of the varied words, which a table does not have."""

_TEXTS = ("text", "sentence", "review", "tweet", "content")
_LABELS = ("label", "labels", "sentiment", "polarity", "class")


def read_sheet(path: Path) -> tuple[About, list[Entry]]:
    """Read a CSV or TSV file.

    The delimiter is the one of comma, semicolon and tab that the heading uses most.

    Raises:
        CaveatError: for the first mistake.
    """
    text, digest = read_text(path)
    heading, rows = _rows(path, text)
    _check_heading(path, heading)
    title = path.stem.replace("-", " ").replace("_", " ").strip()
    entries = [_entry(path, number, dict(zip(heading, cells, strict=True))) for number, cells in rows]
    if not entries:
        raise mistake(path, "", "no rows below the heading. Write one text a row")
    return About(path, digest, slug(path.stem), title=title[:1].upper() + title[1:]), entries


def _rows(path: Path, text: str) -> tuple[list[str], list[tuple[int, list[str]]]]:
    """Split a table; rows are numbered as a spreadsheet does, and those without any cell filled are left out."""
    first = text.split("\n", 1)[0]
    delimiter = max(",;\t", key=first.count)
    try:
        found = list(csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True))
    except csv.Error as error:
        raise mistake(
            path,
            "",
            f"is not a table ({error}). A text with quotation marks stands in quotation marks, and its own are "
            'doubled: "She said ""no""."',
        ) from None
    rows = [
        (i, [cell.strip() for cell in cells]) for i, cells in enumerate(found, start=1) if any(map(str.strip, cells))
    ]
    if not rows:
        raise mistake(path, "", f"is empty. The first row names the columns: {listed(REQUIRED)}")
    heading = [name.lower() for name in rows[0][1]]
    for number, cells in rows[1:]:
        if len(cells) != len(heading):
            raise mistake(
                path,
                f"row {number}",
                f"{len(cells)} cells, but the heading has {len(heading)}. Put a text with {_spoken(delimiter)} in it "
                "between quotation marks",
            )
    return heading, rows[1:]


def _spoken(delimiter: str) -> str:
    return {",": "a comma", ";": "a semicolon"}.get(delimiter, "a tab")


def _check_heading(path: Path, heading: list[str]) -> None:
    known = (*REQUIRED, *OPTIONAL)
    for place, name in enumerate(heading, start=1):
        if not name:
            raise mistake(path, "row 1", f"column {place} has no name. Name it, or delete the column")
        if heading.count(name) > 1:
            raise mistake(path, "row 1", f"column {name!r} stands twice. Rename or delete one")
    missing = [name for name in REQUIRED if name not in heading]
    text, label = (next((n for n in heading if n in names), "") for names in (_TEXTS, _LABELS))
    if missing and text and label:
        renamed = f"{label!r} to 'allowed'" if text == "text" else f"{text!r} to 'text' and {label!r} to 'allowed'"
        add = [name for name in ("group", "pair", "template") if name in missing]
        raise mistake(
            path,
            "row 1",
            f"looks like a labelled data set, not a suite. Rename {renamed}"
            + (f", and add the columns {listed(add)} (pair and template may stay empty)" if add else ""),
        )
    if missing:
        near = "".join(guess(name, missing) for name in heading if name not in known)
        raise mistake(
            path,
            "row 1",
            f"no column {listed(missing)}. Needed: {listed(REQUIRED)}; possible: {listed(OPTIONAL)}.{near} "
            "Add or rename columns; the cells of pair and template may stay empty",
        )
    for name in heading:
        if name not in known and guess(name, known):
            raise mistake(
                path, "row 1", f"no column {name!r}.{guess(name, known)} Rename it, or choose a name less like it"
            )


def _entry(path: Path, number: int, row: dict[str, str]) -> Entry:
    place = f"row {number}"
    if "{" in row["text"] or "}" in row["text"]:
        raise mistake(path, place, "braces in the text. A table holds finished sentences; slots belong in a .toml file")
    role = row.get("role", "").lower()
    if role and role not in ROLES:
        raise mistake(
            path, place, f"no role {role!r}. Valid: {listed(ROLES)}, or empty.{guess(role, ROLES)} Correct it"
        )
    choices = _split(row.get("choices", ""))
    allowed = _split(row["allowed"])
    return check_entry(
        path,
        Entry(
            place=place,
            text=row["text"],
            group=row["group"],
            test=row.get("test", "") or path.stem,
            template=row["template"],
            pair=row["pair"],
            filler=row.get("filler", ""),
            allowed=allowed if choices else tuple(label.lower() for label in allowed),
            choices=choices,
            role=next((known for known in ROLES if known == role), None),
            features={key: value for key, value in row.items() if key not in (*REQUIRED, *OPTIONAL) and value},
        ),
    )


def _split(cell: str) -> tuple[str, ...]:
    return tuple(part.strip() for part in cell.split("|")) if cell else ()
