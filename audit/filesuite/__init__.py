"""Suites that a researcher writes as a file: a table of finished sentences, or templates with slots."""

from __future__ import annotations

from pathlib import Path

from audit.filesuite.making import make_suite
from audit.schema import CaveatError, Suite
from audit.schema.errors import mistake

KINDS = (".csv", ".tsv", ".toml")


def is_file_name(name: str) -> bool:
    """Tell whether a name of a suite is meant as the path of a file."""
    return "/" in name or "\\" in name or Path(name).suffix.lower() in KINDS or Path(name).is_file()


def suite_from_file(path: Path | str) -> Suite:
    """Make a suite from a file; `docs/write-a-suite.md` describes the formats.

    Args:
        path: a .csv or .tsv file with one sentence a row, or a .toml file with templates.

    Returns:
        The suite. Its examples are the same at every depth: a file has one size.

    Raises:
        CaveatError: for the first mistake found, with the file, the place, what is valid and what to do next.
    """
    path = Path(path)
    kind = path.suffix.lower()
    if not path.is_file():
        what = "is a folder" if path.is_dir() else "is not there"
        raise CaveatError(f"{path} {what}. Give the path of a {', '.join(KINDS)} file, or the name of a suite.")
    if kind not in KINDS:
        raise mistake(
            path,
            "",
            f"a suite cannot be read from {kind or 'a file without an ending'}. "
            f"Valid: {', '.join(KINDS)}. From a spreadsheet, save as CSV UTF-8",
        )
    if kind == ".toml":
        from audit.filesuite.frames import read_frames

        return make_suite(*read_frames(path))
    from audit.filesuite.sheet import read_sheet

    return make_suite(*read_sheet(path))


__all__ = ["KINDS", "is_file_name", "suite_from_file"]
