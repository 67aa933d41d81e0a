"""Two or more audits of the same items -> what changed, by how much, and how sure that is."""

from __future__ import annotations

from audit.compare.compare import compare
from audit.compare.store import load_comparison, save_comparison

__all__ = ["compare", "load_comparison", "save_comparison"]
