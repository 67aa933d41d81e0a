"""`python -m audit` and the console script `caveat`."""

from __future__ import annotations

import sys


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
        sys.stderr.write("\ncaveat: interrupted. What is done is on disk; the same command goes on from there.\n")
        sys.exit(130)
    except BrokenPipeError:
        sys.stderr.close()
        sys.exit(0)


if __name__ == "__main__":
    main()
