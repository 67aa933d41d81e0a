"""The tiny random models of tests/models, for the equivalence tests as well."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent.parent / "models"))
