"""The engine: a model and suites in, an `AuditResult` out.

from audit import load_model, load_suites, run_audit

result = run_audit(load_model("sentiment"), load_suites(["negation"]), out="audits/sentiment")
for finding in result.findings:
    ...  # finding.sentence
"""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from audit.schema.display import Renderer, register_renderer

if TYPE_CHECKING:
    from audit.models import load_model
    from audit.owndata.options import DataOptions
    from audit.owndata.run import audit_data
    from audit.owndata.store import load_data_result
    from audit.run import run_audit
    from audit.store import load_result
    from audit.suites import load_suites

# A library says nothing unless it is asked to: logging.getLogger("audit").
logging.getLogger(__name__).addHandler(logging.NullHandler())

__all__ = ["DataOptions", "audit_data", "load_data_result", "load_model", "load_result", "load_suites", "run_audit"]
_HOMES = {
    "DataOptions": "audit.owndata.options",
    "audit_data": "audit.owndata.run",
    "load_data_result": "audit.owndata.store",
    "load_model": "audit.models",
    "load_result": "audit.store",
    "load_suites": "audit.suites",
    "run_audit": "audit.run",
}


def _notebook() -> Renderer:
    from audit.report import notebook

    return notebook


# Here, at the top, and not in the types: a result of any module shows itself, and what it is made of points down only.
register_renderer(_notebook)


def __getattr__(name: str) -> Any:
    """Import a public name when it is first used, so that `--help` stays quick."""
    if name not in _HOMES:
        raise AttributeError(f"module 'audit' has no attribute {name!r}")
    from importlib import import_module

    return getattr(import_module(_HOMES[name]), name)
