"""What the page asks of the rest of the project, in one value, so that a test can put a small one in its place."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.models.attention import Attention
from audit.models.base import LoadedModel, Request, Response
from audit.models.preflight import Preflight
from audit.schema import AuditResult, Depth, Gate, Suite


def _load_model(name: str, **options: Any) -> LoadedModel:
    from audit import load_model

    return load_model(name, **options)


def _preflight(name: str, **options: Any) -> Preflight:
    from audit.models.preflight import preflight

    return preflight(name, **options)


def _gate(model: LoadedModel) -> Gate:
    from audit.run import measure_gate

    return measure_gate(model, check=False)


def _load_suites(depth: Depth) -> list[Suite]:
    from audit import load_suites

    return load_suites(None, depth)


def _run(model: LoadedModel, suites: Sequence[Suite], **options: Any) -> AuditResult:
    from audit import run_audit

    return run_audit(model, suites, formats=(), **options)


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
    from audit.report.html import render

    return render(result)


@dataclass(frozen=True, slots=True)
class Engine:
    """The functions behind the page; the defaults are the project's own."""

    load_model: Callable[..., LoadedModel] = _load_model
    """Called with a name; for models that are no bundled ones also with `revision`, `labels` and `watch`."""
    preflight: Callable[..., Preflight] = _preflight
    """Called with a name, `revision` and `given`."""
    gate: Callable[[LoadedModel], Gate] = _gate
    load_suites: Callable[[Depth], list[Suite]] = _load_suites
    run_audit: Callable[..., AuditResult] = _run
    """Called with `progress` and `cancelled`."""
    load_result: Callable[[Path], AuditResult] = _load_result
    score: Callable[[LoadedModel, Sequence[Request]], list[Response]] = _score
    report: Callable[[AuditResult], str] = _report
    attention: Callable[[LoadedModel, str], Attention] = _attention
