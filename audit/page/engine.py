"""What the page asks of the rest of the project, in one value, so that a test can put a small one in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.models.attention import Attention
from audit.models.base import LoadedModel, Request, Response
from audit.schema import AuditResult, Depth, Suite


def _load_model(name: str) -> LoadedModel:
    from audit import load_model

    return load_model(name)


def _load_suites(depth: Depth) -> list[Suite]:
    from audit import load_suites

    return load_suites(None, depth)


def _run(model: LoadedModel, suites: Sequence[Suite], **options: Any) -> AuditResult:
    from audit import run_audit

    return run_audit(model, suites, **options)


def _load_result(folder: Path) -> AuditResult:
    from audit import load_result

    return load_result(folder)


def _score(model: LoadedModel, requests: Sequence[Request]) -> list[Response]:
    from audit.scoring import score

    return score(model, requests)


def _attention(model: LoadedModel, text: str) -> Attention:
    from audit.models.attention import attention

    return attention(model, text)


def _report(result: AuditResult) -> str:
    from reports.html import render

    return render(result)


@dataclass(frozen=True, slots=True)
class Engine:
    """The functions behind the page; the defaults are the project's own."""

    load_model: Callable[[str], LoadedModel] = _load_model
    load_suites: Callable[[Depth], list[Suite]] = _load_suites
    run_audit: Callable[..., AuditResult] = _run
    """Called with `progress` and `cancelled`."""
    load_result: Callable[[Path], AuditResult] = _load_result
    score: Callable[[LoadedModel, Sequence[Request]], list[Response]] = _score
    report: Callable[[AuditResult], str] = _report
    attention: Callable[[LoadedModel, str], Attention] = _attention
