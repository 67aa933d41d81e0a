"""Suites x model -> `AuditResult`, with chunks on disk so that a killed run goes on where it was."""

from __future__ import annotations

import platform
import shutil
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import PackageNotFoundError, version
from pathlib import Path
from typing import Any, cast

from audit.exits import check_out
from audit.models.base import LoadedModel, Request
from audit.models.function import FunctionModel
from audit.places import folder
from audit.record import record_of
from audit.schema import (
    FILL_MASK,
    MASK,
    AuditResult,
    CaveatError,
    Example,
    Gate,
    Operation,
    Settings,
    Skipped,
    Suite,
    SuiteInfo,
)
from audit.scoring import BATCH_TOKENS, Cancelled, Clock, Parts, Plan, Progress, make_plan, run_plan, score
from audit.store import finished, load_result, prediction_row, save, table
from audit.suites import examples_for, suite_info

PARTS = ".parts"
"""Folder for finished chunks inside a results folder; removed when the audit is whole."""
PLL_SHARE = 8
"""Pseudo-log-likelihoods cost one pass a word: one item in this many, spread over templates and fillers."""
STOPPED = "the run was cancelled before this suite was done"
PACKAGES = ("torch", "transformers", "tokenizers", "numpy", "scipy", "pandas", "pyarrow", "statsmodels", "scikit-learn")


@dataclass(frozen=True, slots=True)
class Work:
    """One suite, ready to run on one model."""

    suite: Suite
    info: SuiteInfo
    asked: tuple[tuple[Example, Operation], ...]
    plan: Plan


def _asked(
    examples: Sequence[Example], model: LoadedModel, declared: Mapping[str, tuple[str, ...]]
) -> Iterator[tuple[Example, Operation]]:
    """Which operations each example needs: a blank or a classifier is scored, a whole sentence given its likelihood.

    A test may declare operations of its own.
    """
    templates: dict[str, int] = {}
    fillers: dict[str, int] = {}
    for example in examples:
        if declared.get(example.test):
            yield from ((example, cast(Operation, operation)) for operation in declared[example.test])
            continue
        if MASK in example.text or FILL_MASK not in model.info.tasks:
            yield example, "score"
            continue
        yield example, "log_likelihood"
        row = templates.setdefault(example.template, len(templates))
        column = fillers.setdefault(example.fillers[0] if example.fillers else "", len(fillers))
        if (row + column) % PLL_SHARE == 0:
            yield example, "pseudo_log_likelihood"


def _request(example: Example, operation: Operation, top_k: int, twin: Example | None, second: bool) -> Request:
    if operation == "shared_pseudo_log_likelihood":
        against = twin.text if twin else example.text
        return Request(text=example.text, operation=operation, exclude=example.spans, against=against, second=second)
    if operation not in ("score", "mean_piece_probability"):
        return Request(text=example.text, operation=operation, exclude=example.spans)
    hidden = example.spans if example.role == "prior" else ()
    return Request(text=example.text, operation=operation, choices=example.choices, hidden=hidden, top_k=top_k)


def _requests(asked: Sequence[tuple[Example, Operation]], top_k: Mapping[str, int]) -> Iterator[Request]:
    """Write each question; a text that is compared piece by piece gets the other text of its pair."""
    pairs: dict[tuple[str, str], dict[str, Example]] = {}
    for example, _ in asked:
        if example.pair:
            pairs.setdefault((example.test, example.pair), {}).setdefault(example.id, example)
    for example, operation in asked:
        twins = list(pairs.get((example.test, example.pair), {}).values())
        twin = next((other for other in twins if other.id != example.id), None)
        second = bool(twins) and twins[0].id != example.id
        yield _request(example, operation, top_k[example.test], twin, second)


def _prepare(suite: Suite, model: LoadedModel, batch_tokens: int) -> Work:
    examples = examples_for(suite, model.info)
    declared = {test.name: test.operations for test in suite.tests}
    asked = tuple(pair for pair in _asked(examples, model, declared) if pair[1] in model.operations)
    requests = list(_requests(asked, {test.name: test.top_k for test in suite.tests}))
    info = replace(suite_info(suite, examples), record=record_of(suite))
    return Work(suite, info, asked, make_plan(model, requests, batch_tokens))


def versions() -> dict[str, str]:
    """Give the versions of Python and of the packages that figures depend on."""
    found = {"python": platform.python_version()}
    for name in ("caveat-audit", *PACKAGES):
        try:
            found[name] = version(name)
        except PackageNotFoundError:
            continue
    return found


def measure_gate(model: LoadedModel, check: bool) -> Gate:
    """Run the competence gate, and stop at a model that does not reach it when `check` is True."""
    from audit.models.gate import gate, insist

    found = gate(model.info, lambda requests: score(model, requests), check)
    if check:
        insist(found, model.info)
    return found


def run_audit(
    model: LoadedModel,
    suites: Sequence[Suite],
    *,
    out: Path | str | None = None,
    seed: int = 0,
    check: bool = True,
    command: str = "",
    batch_tokens: int = BATCH_TOKENS,
    formats: Sequence[str] = ("html",),
    progress: Callable[[Progress], None] | None = None,
    cancelled: Callable[[], bool] | None = None,
) -> AuditResult:
    """Run suites on a model.

    Args:
        model: from `load_model`.
        suites: from `load_suites`; those that need another kind of model are listed in `skipped`.
        out: results folder; the report is written into it too. Finished chunks are kept in it, so that the same call
            goes on after a kill.
        seed: of everything random in the statistics; the model's answers have nothing random.
        check: False lets a model through that cannot do the plain items of the competence gate.
        command: what to type to repeat this, for the report.
        batch_tokens: padded pieces in one forward pass.
        formats: what is rendered into `out`: of `audit.rendering.FORMATS`, the report by default.
        progress: called after each batch.
        cancelled: asked before each batch; True stops the run.

    Returns:
        The result, on disk as well when `out` is given. When `cancelled`, what whole suites gave, with
        `partial=True`, not written.

    Raises:
        ModelUnsupported: when the competence gate is not reached and `check` is True.
        CaveatError: when no suite fits the model, the seed is negative, or a file is where `out` is to be.

    Examples:
        >>> from audit import load_model, load_suites, run_audit
        >>> result = run_audit(load_model("word-count"), load_suites(["negation"], "quick"))
        >>> result.findings[0].contrast
        'negation-cost'
        >>> len(result.frame("rows")) == result.predictions.num_rows
        True
    """
    if seed < 0:
        raise CaveatError(f"seed {seed}: give 0 or more.")
    if out is not None:
        check_out(Path(out))
    started = time.monotonic()
    fitting = [suite for suite in suites if set(suite.tasks) & set(model.info.tasks)]
    skipped = [
        Skipped(
            suite.name, f"needs a model for {' or '.join(suite.tasks)}; this one is for {', '.join(model.info.tasks)}"
        )
        for suite in suites
        if suite not in fitting
    ]
    if not fitting:
        raise CaveatError(
            f"None of the suites {', '.join(s.name for s in suites)} can run on {model.info.id} "
            f"({', '.join(model.info.tasks)}). See what fits with: caveat inspect MODEL"
        )
    work: list[Work] = []
    for suite in fitting:
        # At full depth this takes a while, and a stop should be heard here too.
        if cancelled and cancelled():
            skipped.append(Skipped(suite.name, STOPPED))
        else:
            work.append(_prepare(suite, model, batch_tokens))
    if out is not None and isinstance(model, FunctionModel):
        model.identify()
    digest = run_digest(work, model, seed, check, batch_tokens)
    if out is not None and finished(Path(out), digest):
        return _rendered(Path(out), formats)
    gate = measure_gate(model, check)
    clock = Clock(sum(item.plan.tokens for item in work))
    rows: list[dict[str, Any]] = []
    done: list[SuiteInfo] = []
    partial = len(work) < len(fitting)
    for item in work:
        parts = Parts(_parts_folder(Path(out), item, model, batch_tokens)) if out is not None else None
        began = time.monotonic()
        try:
            rows += _run_suite(item, model, parts, clock, progress, cancelled)
        except Cancelled:
            partial = True
            skipped.append(Skipped(item.suite.name, STOPPED))
            continue
        done.append(replace(item.info, seconds=round(time.monotonic() - began, 2)))
    settings = Settings(fitting[0].depth, seed, tuple(suite.name for suite in suites), command, check)
    result = _assemble(model, done, rows, skipped, gate, settings, partial)
    result = replace(result, seconds=round(time.monotonic() - started, 2))
    if out is not None and not partial:
        save(result, Path(out), digest)
        shutil.rmtree(Path(out) / PARTS, ignore_errors=True)
        return _rendered(Path(out), formats)
    return result


def _rendered(out: Path, formats: Sequence[str]) -> AuditResult:
    from audit.rendering import write_files

    result = load_result(out)
    if formats:
        write_files(out, formats, result=result)
    return result


def _run_suite(
    item: Work,
    model: LoadedModel,
    parts: Parts | None,
    clock: Clock,
    progress: Callable[[Progress], None] | None,
    cancelled: Callable[[], bool] | None,
) -> list[dict[str, Any]]:
    name = item.suite.name
    responses = run_plan(model, item.plan, name=name, parts=parts, clock=clock, progress=progress, cancelled=cancelled)
    return [
        prediction_row(name, example, operation, response)
        for (example, operation), response in zip(item.asked, responses, strict=True)
    ]


def _numbers(model: LoadedModel) -> tuple[str, ...]:
    """Name what rounds differently from float32 on the CPU; nothing for that."""
    found = (model.info.device, model.info.dtype)
    return () if found in (("cpu", "float32"), ("cpu", "float64")) else found


def _parts_folder(out: Path, item: Work, model: LoadedModel, batch_tokens: int) -> Path:
    key = item.plan.digest(
        model.info.id, model.info.revision, item.info.digest, str(batch_tokens), version("torch"), *_numbers(model)
    )
    return out / PARTS / f"{item.suite.name}-{key[:16]}"


def run_digest(work: Sequence[Work], model: LoadedModel, seed: int, check: bool, batch_tokens: int) -> str:
    """Give the SHA-256 of everything that decides a result: a finished audit with the same one need not run again."""
    known = [model.info.id, model.info.revision, repr(sorted(model.info.labels.items())), str(batch_tokens)]
    known += _numbers(model)
    known += [str(seed), str(check), version("torch"), code_digest()]
    known += [item.plan.digest(item.suite.name, item.info.digest) for item in work]
    return sha256("\x1f".join(known).encode()).hexdigest()


def code_digest() -> str:
    """Give the SHA-256 of the program's source, so that a new version does not answer with old figures."""
    sha = sha256()
    home = Path(__file__).parent
    for place in (home, folder("probes")):
        for path in sorted(place.rglob("*.py")):
            sha.update(path.read_bytes())
    return sha.hexdigest()


def _assemble(
    model: LoadedModel,
    done: Sequence[SuiteInfo],
    rows: Sequence[dict[str, Any]],
    skipped: Sequence[Skipped],
    gate: Gate,
    settings: Settings,
    partial: bool,
) -> AuditResult:
    from audit.analysis import analyse

    predictions = table(rows)
    estimates, findings, left_out = analyse(predictions, done, model.info, seed=settings.seed, depth=settings.depth)
    return AuditResult(
        model=model.info,
        suites=tuple(done),
        estimates=tuple(estimates),
        findings=tuple(findings),
        skipped=(*skipped, *left_out),
        gate=gate,
        settings=settings,
        versions=versions(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        partial=partial,
        predictions=predictions,
    )
