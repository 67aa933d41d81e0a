"""How the program ends: its exit codes, and the one place where whatever goes wrong gets its line and its code."""

from __future__ import annotations

import errno
import os
import sys
import tempfile
import traceback
from collections.abc import Callable, Sequence
from pathlib import Path
from typing import Any, NoReturn

from audit.schema import CaveatError

DONE, CROSSED, USAGE, PARTIAL, NOT_JUDGED, OURS, SYSTEM, INTERRUPTED = 0, 1, 2, 5, 6, 70, 74, 130
MEANINGS = {
    DONE: "done",
    CROSSED: "a --fail-on threshold was crossed, and nothing else",
    USAGE: "usage",
    3: "model unavailable, gated or offline",
    4: "unsupported model (the only one asked for)",
    PARTIAL: "some of several models failed, the others are done",
    NOT_JUDGED: "a --fail-on rule could not be judged and none was crossed",
    OURS: "an error of ours",
    SYSTEM: "an error of the system (disk, rights)",
    INTERRUPTED: "interrupted",
}
"""70 and 74 are EX_SOFTWARE and EX_IOERR of BSD's sysexits."""
HELP = (
    f"Exit codes: {'; '.join(f'{code} {meaning}' for code, meaning in MEANINGS.items())}. "
    "1 goes before 6, 6 before 5. Findings alone never fail."
)
INTERRUPT = "\ncaveat: interrupted. What is done is on disk; the same command goes on from there.\n"
_NO_MEMORY = ("out of memory", "not enough memory", "can't allocate memory")
"""What torch says of memory that it could not have, in a RuntimeError."""


def code_of(failures: Sequence[int], models: int, crossed: bool = False, unjudged: bool = False) -> int:
    """Give the exit code of a run of several models.

    Args:
        failures: a code for each model that failed, in order.
        models: how many were asked for.
        crossed: whether a --fail-on threshold was crossed in one that was done.
        unjudged: whether a rule could not be judged in one that was done.
    """
    if crossed:
        return CROSSED
    if failures and len(failures) == models:
        return failures[0]
    if unjudged:
        return NOT_JUDGED
    return PARTIAL if failures else DONE


def explain(error: BaseException) -> tuple[str, int]:
    """Say in one line what went wrong, and with which code the program ends.

    A mistake that a person can mend says it itself. Of an error of ours the trace goes to a new file, whose path is
    in the line.
    """
    if isinstance(error, CaveatError):
        return str(error), error.exit_code
    told = " ".join(str(error).split())
    if isinstance(error, MemoryError) or any(words in told.lower() for words in _NO_MEMORY):
        return "the memory of this machine is not enough. Close other programs, or take a smaller model.", SYSTEM
    # Libraries make kinds of OSError of their own, for a network or a file that they cannot read; what the system
    # itself says comes as a builtin.
    if isinstance(error, OSError) and type(error).__module__ == "builtins":
        where = f"{error.filename}: " if error.filename else ""
        advice = "Make room, or mend rights or name, and give the same command again; what is done is kept"
        return f"{where}{error.strerror or told or type(error).__name__}. {advice}.", SYSTEM
    what = f"{type(error).__name__}: {told}" if told else type(error).__name__
    return f"an error of ours, {what[:300].rstrip('.')}. {_keep_trace(error)}", OURS


def _keep_trace(error: BaseException) -> str:
    try:
        number, path = tempfile.mkstemp(prefix="caveat-error-", suffix=".txt")
        with os.fdopen(number, "w", encoding="utf-8", errors="backslashreplace") as stream:
            traceback.print_exception(error, file=stream)
    except OSError as full:
        return f"The trace could not be written ({full.strerror or full})."
    return f"The trace is in {path}; please report it with the command that you gave."


def tell(error: BaseException) -> int:
    """Write the line of an error to stderr, and give the exit code."""
    line, code = explain(error)
    sys.stderr.write(f"caveat: {line}\n")
    return code


def check_out(out: Path) -> None:
    """Insist, before anything is done, that a folder for results can be made and written to.

    Raises:
        CaveatError: when a file is in the way.
        PermissionError: when it may not be written to.
        OSError: when the system cannot have such a name.
    """
    there = next(path for path in (out, *out.absolute().parents) if _is_there(path))
    if not there.is_dir():
        raise CaveatError(f"--out: {out} cannot be a folder ({there} is a file). Name another folder for results.")
    if not os.access(there, os.W_OK):
        raise PermissionError(errno.EACCES, f"{os.strerror(errno.EACCES)}: nothing may be written there", str(there))


def _is_there(path: Path) -> bool:
    try:
        path.stat()
    except (FileNotFoundError, NotADirectoryError):
        return False
    return True


def finish(command: Callable[[], Any]) -> NoReturn:
    """Run a command and end the program with its exit code; whatever it raises becomes one line and a code.

    Args:
        command: gives an exit code, or None for 0.
    """
    _ready_streams()
    try:
        code = command() or DONE
        sys.stdout.flush()
    except KeyboardInterrupt:
        code = INTERRUPTED
    except BrokenPipeError:
        # The reader of the output left; what was to be done is done.
        silence(sys.stdout)
        code = DONE
    # What ends the interpreter (a library that calls exit, a panic in compiled code) would end with 1.
    except BaseException as error:
        code = tell(error)
        _drain()
    if code == INTERRUPTED:
        sys.stderr.write(INTERRUPT)
    sys.exit(code)


def _ready_streams() -> None:
    """Let output never be a reason to fail: a closed stream swallows it, a narrow encoding gets question marks."""
    for name in ("stdout", "stderr"):
        stream: Any = getattr(sys, name)
        if stream is None:
            setattr(sys, name, open(os.devnull, "w", encoding="utf-8"))  # noqa: SIM115
        elif hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="replace")


def _drain() -> None:
    """Empty stdout now: where it cannot be written, Python would end with a message and a code of its own."""
    try:
        sys.stdout.flush()
    except OSError:
        silence(sys.stdout)


def silence(stream: Any) -> None:
    """Let a stream whose reader left swallow the rest."""
    os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())
