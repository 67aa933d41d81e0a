"""`python -m audit` and the console script `caveat`."""

from __future__ import annotations

import sys
from typing import Any

from audit.exits import finish


def main() -> None:
    """Run the command line; a mistake is one line on stderr and an exit code (`audit.exits`)."""
    finish(_command)


def _command() -> int:
    import typer

    from audit.cli import app

    # What the library for arguments raises for a wrong one: the only public name is that of a kind of it.
    usage: Any = typer.BadParameter.__base__
    try:
        # The library turns Ctrl-C into a silent 130 of its own.
        return int(app(prog_name="caveat", standalone_mode=False) or 0)
    except usage as error:
        return _misused(error)


def _misused(error: Any) -> int:
    """Tell a wrong option or a missing argument in one line; a command without any arguments shows its help."""
    told = str(error.format_message()).strip().rstrip(".").replace("Value error, ", "")
    if "\n" in told:
        sys.stdout.write(told + "\n")
    elif told:
        # Without arguments there is nothing to tell: the library has printed the help.
        command = error.ctx.command_path if error.ctx else "caveat"
        sys.stderr.write(f"caveat: {told}{'' if told.endswith('?') else '.'} See: {command} --help\n")
    return int(error.exit_code)


if __name__ == "__main__":
    main()
