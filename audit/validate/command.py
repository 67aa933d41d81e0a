"""The command: run the self-audit and write its page."""

from __future__ import annotations

import sys
from pathlib import Path

from audit.schema import CaveatError
from audit.validate import FOLDER, FULL, QUICK, page, validate
from audit.validate.criteria import judged
from audit.validate.trials import tally


def validate_all(quick: bool = False, out: Path | None = None, processes: int = 2) -> None:
    """Run the self-audit; progress goes to stderr, the page to a file or to stdout.

    Args:
        quick: fewer runs.
        out: file to write.
        processes: side by side.

    Raises:
        CaveatError: when `out` is a folder or lies in none, or `processes` is not positive.
    """
    _checked(out, processes)
    found = validate(QUICK if quick else FULL, processes, _say, None if quick else Path(FOLDER))
    text = page(found)
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")
    criteria = judged(found.checked)
    good, every = tally(found.trials)
    held = sum(criterion.holds for criterion in criteria)
    _say(f"{held} of {len(criteria)} criteria hold; {good} of {every} planted models read as they must be")
    _say(f"{found.seconds:.0f} s" + (f"; written: {out}" if out else ""))


def validate_own_rows(quick: bool = False, out: Path | None = None, processes: int = 2) -> None:
    """Run the validation of own rows; progress goes to stderr, the page to a file or to stdout.

    Args:
        quick: fewer runs.
        out: file to write.
        processes: side by side.

    Raises:
        CaveatError: when `out` is a folder or lies in none, or `processes` is not positive.
    """
    from audit.validate.rows import row_criteria, validate_rows
    from audit.validate.rowspage import rows_page

    _checked(out, processes)
    found = validate_rows(40 if quick else 1000, processes, _say)
    text = rows_page(found)
    if out is None:
        sys.stdout.write(text)
    else:
        out.write_text(text, encoding="utf-8")
    criteria = row_criteria(found)
    _say(f"{sum(c.holds for c in criteria)} of {len(criteria)} criteria hold")
    _say(f"{found.seconds:.0f} s" + (f"; written: {out}" if out else ""))


def _checked(out: Path | None, processes: int) -> None:
    if processes < 1:
        raise CaveatError(f"--processes {processes}: give 1 or more.")
    if out is not None and not out.parent.is_dir():
        raise CaveatError(f"--out {out}: there is no folder {out.parent}. Make it first.")
    if out is not None and out.is_dir():
        raise CaveatError(f"--out {out}: is a folder. Name a file for the page.")


def _say(text: str) -> None:
    sys.stderr.write(text + "\n")
    sys.stderr.flush()
