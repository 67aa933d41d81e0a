"""Shared by all tests: no network, one thread a process, and fake models that need no torch."""

from __future__ import annotations

import os
import sys
from collections.abc import Callable
from dataclasses import dataclass

import pytest

os.environ.setdefault("OMP_NUM_THREADS", "1")
os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
os.environ.setdefault("GRADIO_ANALYTICS_ENABLED", "False")
os.environ.setdefault("HF_HUB_OFFLINE", "1")


@dataclass(frozen=True)
class Done:
    """What a command left: as a shell sees it, without the seconds that a new interpreter takes."""

    returncode: int
    stdout: str
    stderr: str


@pytest.fixture
def caveat(monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]) -> Callable[..., Done]:
    """Run the command line in this process, through the same entry as the console script."""
    from audit.__main__ import main

    def call(*words: str) -> Done:
        monkeypatch.setattr(sys, "argv", ["caveat", *map(str, words)])
        capsys.readouterr()
        with pytest.raises(SystemExit) as stopped:
            main()
        told = capsys.readouterr()
        return Done(int(stopped.value.code or 0), told.out, told.err)

    return call
