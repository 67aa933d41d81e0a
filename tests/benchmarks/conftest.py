"""Tiny files of third-party benchmarks; the loopback Hub of tests/models."""

from __future__ import annotations

import sys
from pathlib import Path

import pytest
from borrowed_files import WRITERS

sys.path.insert(0, str(Path(__file__).parent.parent / "models"))


@pytest.fixture
def made(tmp_path):
    """Write the files of a benchmark; give its name with the path, as after --suite."""

    def write(name: str, folder: Path = tmp_path) -> str:
        return f"{name}:{WRITERS[name](folder)}"

    return write
