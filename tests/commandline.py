"""The command line in the process of a test: what a shell would see, without the seconds of a new interpreter."""

from __future__ import annotations

import sys
from contextlib import chdir, redirect_stderr, redirect_stdout
from dataclasses import dataclass
from io import StringIO
from pathlib import Path

import pytest

from audit.__main__ import main

ROOT = Path(__file__).parent.parent


@dataclass(frozen=True)
class Done:
    """What a command left."""

    returncode: int
    stdout: str
    stderr: str


def caveat(*words: object) -> Done:
    """Run `caveat` with these words in the folder of the project, through the same entry as the console script."""
    out, err = StringIO(), StringIO()
    with pytest.MonkeyPatch.context() as patch, chdir(ROOT), redirect_stdout(out), redirect_stderr(err):
        patch.setattr(sys, "argv", ["caveat", *map(str, words)])
        with pytest.raises(SystemExit) as stopped:
            main()
    return Done(int(stopped.value.code or 0), out.getvalue(), err.getvalue())
