"""`python -m audit` and the console script `caveat`."""

from __future__ import annotations

import sys
from typing import NoReturn


def main() -> None:
    """Run the command line; a mistake that a person can mend is one line on stderr and an exit code."""
    from audit.cli import app
    from audit.schema import CaveatError

    try:
        app()
    except CaveatError as error:
        sys.stderr.write(f"caveat: {error}\n")
        sys.exit(error.exit_code)
    except KeyboardInterrupt:
        _interrupted()
    except SystemExit as stop:
        # The library for arguments turns Ctrl-C into a silent exit of its own.
        if stop.code == 130:
            _interrupted()
        raise
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


def _interrupted() -> NoReturn:
    sys.stderr.write("\ncaveat: interrupted. What is done is on disk; the same command goes on from there.\n")
    sys.exit(130)


if __name__ == "__main__":
    main()
