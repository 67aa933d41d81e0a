"""One number for everything that a report says, so that two reports can be told to agree."""

from __future__ import annotations

import json
from dataclasses import replace
from hashlib import sha256

from audit.schema import AuditResult, DataResult
from audit.store import converter


def content_digest(result: AuditResult | DataResult) -> str:
    """Give the SHA-256 of the results without date and durations; the same run gives the same digest."""
    if isinstance(result, DataResult):
        plain = converter().unstructure(replace(result, rows=None, seconds=0.0, created=""))
    else:
        suites = tuple(replace(suite, seconds=0.0) for suite in result.suites)
        plain = converter().unstructure(replace(result, predictions=None, seconds=0.0, created="", suites=suites))
    return sha256(json.dumps(plain, sort_keys=True, ensure_ascii=False).encode()).hexdigest()
