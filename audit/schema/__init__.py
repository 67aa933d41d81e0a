"""Every data type of the project. Standard library only, so that anything may import it.

An audit is one value, `AuditResult`; the report, the page and the command line are views of it.
Shapes and units stand under each field. "Rate" means a share between 0 and 1; "log-odds" are natural.
"""

from __future__ import annotations

from audit.schema.errors import CaveatError, ModelUnavailable, ModelUnsupported
from audit.schema.result import (
    AuditResult,
    Estimate,
    Finding,
    Gate,
    ModelInfo,
    Operation,
    Prediction,
    Settings,
    Severity,
    Skipped,
    SuiteInfo,
    Verdict,
)
from audit.schema.suite import (
    DEPTHS,
    FILL_MASK,
    LABELS,
    MASK,
    TEXT_CLASSIFICATION,
    Breakdown,
    Contrast,
    Depth,
    Example,
    Ratio,
    Role,
    Span,
    Suite,
    Test,
    TestType,
    Unit,
)

__all__ = [
    "AuditResult",
    "Breakdown",
    "CaveatError",
    "Contrast",
    "DEPTHS",
    "Depth",
    "Estimate",
    "Example",
    "FILL_MASK",
    "Finding",
    "Gate",
    "LABELS",
    "MASK",
    "ModelInfo",
    "ModelUnavailable",
    "ModelUnsupported",
    "Operation",
    "Prediction",
    "Ratio",
    "Role",
    "Settings",
    "Severity",
    "Skipped",
    "Span",
    "Suite",
    "SuiteInfo",
    "TEXT_CLASSIFICATION",
    "Test",
    "TestType",
    "Unit",
    "Verdict",
]
