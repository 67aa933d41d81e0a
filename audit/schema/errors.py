"""Mistakes that a person can mend. Standard library only."""

from __future__ import annotations

from collections.abc import Iterable


class CaveatError(Exception):
    """A mistake that a person can mend: one line that says what, where, what is valid and what to do next."""

    exit_code = 2


class SystemFailure(CaveatError):
    """The system refuses: no room on the disk, no rights."""

    exit_code = 74


class ModelUnavailable(CaveatError):
    """The model cannot be had: missing, private, gated, offline, corrupt."""

    exit_code = 3


class ModelUnsupported(CaveatError):
    """The model is there but cannot be audited: no head, wrong task, unknown labels, too large."""

    exit_code = 4


def mistake(where: object, *said: str) -> CaveatError:
    """Give the one line that tells what is wrong with a file or another source.

    Args:
        where: its path or name.
        said: what is wrong; before it, where there is one, the place inside, such as "row 3".
    """
    *places, what = said
    end = "" if what.endswith(("?", ".")) else "."
    return CaveatError(f"{', '.join([plainly(where), *filter(None, places)])}: {what}{end}")


def plainly(name: object) -> str:
    """Write a name so that it stays on its line: line breaks and other control characters as Python writes them."""
    return "".join(c if c.isprintable() else ascii(c)[1:-1] for c in str(name))


def listed(values: Iterable[str], most: int = 20) -> str:
    """Write names for a message, the first of many; "none" where there are none."""
    names = list(values)
    shown = ", ".join(map(plainly, names[:most])) or "none"
    return shown + (f" and {len(names) - most:,} more" if len(names) > most else "")
