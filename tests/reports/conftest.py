from __future__ import annotations

import pytest
import synthetic_audit

from audit.report.html import render
from audit.schema import AuditResult


@pytest.fixture(scope="session")
def classifier() -> AuditResult:
    return synthetic_audit.classifier()


@pytest.fixture(scope="session")
def fill_mask() -> AuditResult:
    return synthetic_audit.fill_mask({"effect": "more she", "delta": 1.5, "occupations": ["nurse", "pilot"]})


@pytest.fixture(scope="session")
def hostile() -> AuditResult:
    return synthetic_audit.classifier(synthetic_audit.HOSTILE, planted=True)


@pytest.fixture(scope="session")
def page(classifier: AuditResult) -> str:
    return render(classifier)


@pytest.fixture(scope="session")
def mask_page(fill_mask: AuditResult) -> str:
    return render(fill_mask)


@pytest.fixture(scope="session")
def hostile_page(hostile: AuditResult) -> str:
    return render(hostile)
