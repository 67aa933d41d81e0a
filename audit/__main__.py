"""`python -m audit` and the console script `caveat`."""

from __future__ import annotations

import sys
from typing import Any, NoReturn


def main() -> None:
    """Run the command line; a mistake that a person can mend is one line on stderr and an exit code."""
    import typer

    from audit.cli import app
    from audit.schema import CaveatError

    # What the library for arguments raises for a wrong one: the only public name is that of a kind of it.
    usage: Any = typer.BadParameter.__base__
    try:
        code = app(standalone_mode=False)
    except CaveatError as error:
        sys.stderr.write(f"caveat: {error}\n")
        sys.exit(error.exit_code)
    except usage as error:
        _misused(error)
    except KeyboardInterrupt:
        _interrupted()
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)
    if code == 130:
        # The library turns Ctrl-C into a silent exit of its own.
        _interrupted()
    sys.exit(code or 0)


def _misused(error: Any) -> NoReturn:
    """Tell a wrong option or a missing argument in one line; a command without any arguments shows its help."""
    told = str(error.format_message())
    if "\n" in told.strip():
        error.show()
    else:
        command = error.ctx.command_path if error.ctx else "caveat"
        sys.stderr.write(f"caveat: {told.rstrip('.')}. See: {command} --help\n")
    sys.exit(error.exit_code)


def _interrupted() -> NoReturn:
    sys.stderr.write("\ncaveat: interrupted. What is done is on disk; the same command goes on from there.\n")
    sys.exit(130)


if __name__ == "__main__":
    main()
