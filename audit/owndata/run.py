"""A model and somebody's own rows -> `DataResult`.

from audit import audit_data, load_model

result = audit_data(load_model("sentiment"), "posts.csv", groups=("gender",), cluster="author", out="audits/posts")
"""

from __future__ import annotations

import json
import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, replace
from datetime import UTC, datetime
from hashlib import sha256
from importlib.metadata import version
from pathlib import Path
from typing import Any

from audit.exits import check_out
from audit.models.base import LoadedModel
from audit.models.function import FunctionModel
from audit.owndata.options import DataOptions
from audit.owndata.reading import open_source
from audit.owndata.scoring import Tell, compact, score_rows
from audit.owndata.stages import Stages
from audit.owndata.store import begin, finished, load_data_result, save_data, secret_of
from audit.owndata.survey import Survey
from audit.owndata.table import ROWS, columns
from audit.run import PARTS, code_digest, measure_gate, versions
from audit.schema import (
    RULE,
    TEXT_CLASSIFICATION,
    Count,
    DataResult,
    DataSettings,
    Gate,
    ModelUnsupported,
)
from audit.scoring import BATCH_TOKENS


def audit_data(
    model: LoadedModel,
    source: Any,
    options: DataOptions | None = None,
    *,
    out: Path | str | None = None,
    formats: Sequence[str] = ("html",),
    progress: Tell | None = None,
    cancelled: Callable[[], bool] | None = None,
    **columns: Any,
) -> DataResult:
    """Audit a classifier on somebody's own labelled texts.

    Args:
        model: from `load_model`.
        source: a path (CSV, TSV, JSONL, JSON, Parquet, Excel), "hub:name/config:split", a pandas DataFrame, an Arrow
            table, or a `Survey` of one.
        options: which columns mean what.
        out: results folder; the report is written into it too. Finished chunks are kept in it, so that the same call
            goes on after a kill, and asks the model nothing when all is done.
        formats: what is rendered into `out`: of `audit.rendering.FORMATS`, the report by default.
        progress: called after each batch, in rows.
        cancelled: asked before each batch; True stops the run.
        columns: fields of `DataOptions`, instead of `options`: text="post", groups=("gender",).

    Returns:
        The result, on disk as well when `out` is given.

    Raises:
        CaveatError: for a source that cannot be read, or columns and labels that do not fit.
        ModelUnsupported: for a model that is no classifier, or does not reach the competence gate.
        Cancelled: when `cancelled` says so; the same call goes on from there.

    Examples:
        >>> import pandas as pd
        >>> from audit import audit_data, load_model
        >>> posts = ["I love this course", "I hate this course", "A good day", "A terrible day"] * 10
        >>> frame = pd.DataFrame({"post": posts, "label": ["positive", "negative"] * 20, "year": [1, 2, 2, 1] * 10})
        >>> result = audit_data(load_model("word-count"), frame, text="post", groups=["year"], perturb=False)
        >>> result.frame("estimates").query("measure == 'accuracy' and by == 'overall'")["value"].tolist()
        [1.0]
    """
    if isinstance(source, Survey):
        return _rendered(_audit(model, source, out, progress, cancelled), out, formats)
    chosen = replace(options or DataOptions(), **columns)
    reader = open_source(
        source,
        encoding=chosen.encoding,
        sheet=chosen.sheet,
        revision=chosen.data_revision,
        offline=chosen.offline,
    )
    with Survey(reader, chosen) as survey:
        return _rendered(_audit(model, survey, out, progress, cancelled), out, formats)


def _rendered(result: DataResult, out: Path | str | None, formats: Sequence[str]) -> DataResult:
    if out is not None and formats:
        from audit.rendering import write_files

        write_files(Path(out), formats, own=result)
    return result


def _audit(
    model: LoadedModel,
    survey: Survey,
    out: Path | str | None,
    progress: Tell | None,
    cancelled: Callable[[], bool] | None,
) -> DataResult:
    if TEXT_CLASSIFICATION not in model.info.tasks:
        raise ModelUnsupported(
            f"{model.info.id} is for {', '.join(model.info.tasks)}; labelled texts need a sentiment classifier. Try: "
            "sentiment, word-count, or a classifier on the Hub."
        )
    if model.info.kind == RULE:
        raise ModelUnsupported(
            f"{model.info.id} gives labels and no probabilities, and calibration and review of own rows need them: "
            "audit it on the suites with caveat run, or choose a model with probabilities"
        )
    if out is None:
        with tempfile.TemporaryDirectory(prefix="caveat-") as folder:
            return _in_memory(_run(model, survey, Path(folder), "", progress, cancelled))
    folder_ = Path(out)
    check_out(folder_)
    folder_.mkdir(parents=True, exist_ok=True)
    if isinstance(model, FunctionModel):
        model.identify()
    digest = run_digest(model, survey)
    if finished(folder_, digest):
        return load_data_result(folder_)
    return _run(model, survey, folder_, digest, progress, cancelled)


def _in_memory(result: DataResult) -> DataResult:
    import pyarrow.dataset as ds

    return replace(result, rows=ds.dataset(result.rows.to_table()))


def _run(
    model: LoadedModel,
    survey: Survey,
    folder: Path,
    digest: str,
    progress: Tell | None,
    cancelled: Callable[[], bool] | None,
) -> DataResult:
    import pyarrow.dataset as ds

    started = time.monotonic()
    options = survey.options
    gate = measure_gate(model, options.check)
    begin(folder)
    parts = folder / PARTS / f"data-{scoring_digest(model, survey)[:16]}"
    score_rows(model, survey, parts, secret_of(folder), progress=progress, cancelled=cancelled)
    schema = columns(options.groups, options.annotators)
    cut = compact(parts, survey.parts, schema, folder / ROWS)
    result = _assemble(model, survey, ds.dataset(folder / ROWS, format="parquet"), gate, cut, folder, progress)
    result = replace(result, seconds=round(time.monotonic() - started, 2))
    if digest:
        save_data(result, folder, digest)
        shutil.rmtree(parts, ignore_errors=True)
        if not any((folder / PARTS).iterdir()):
            (folder / PARTS).rmdir()
    return result


def _assemble(
    model: LoadedModel, survey: Survey, rows: Any, gate: Gate, cut: int, folder: Path, tell: Tell | None
) -> DataResult:
    options = survey.options
    long = [Count("text longer than the model reads", cut, "cut at its end")] if cut else []
    source = survey.source(long)
    settings = DataSettings(
        command=options.command,
        seed=options.seed,
        include_texts=options.include_texts,
        target_error=options.target_error,
    )
    stages = Stages(model, survey, rows, source, settings, folder, tell)
    analysis = stages.analysis()
    comparisons, no_comparison = stages.baselines()
    outcome = stages.perturbations()
    stages.review(analysis.selections, outcome)
    return DataResult(
        model=model.info,
        source=source,
        estimates=tuple(analysis.estimates),
        findings=tuple(analysis.findings),
        confusions=tuple(analysis.confusions),
        curves=tuple(analysis.curves),
        comparisons=tuple(comparisons),
        gate=gate,
        settings=replace(settings, perturbed=stages.perturbed(outcome)),
        versions=versions(),
        created=datetime.now(UTC).isoformat(timespec="seconds"),
        agreement=analysis.agreement,
        selections=tuple(analysis.selections),
        perturbations=tuple(outcome.estimates) if outcome else (),
        needed=tuple(analysis.needed),
        skipped=(*analysis.skipped, *no_comparison, *(outcome.skipped if outcome else ())),
        rows=rows,
    )


def scoring_digest(model: LoadedModel, survey: Survey) -> str:
    """Give the SHA-256 of everything that decides the rows."""
    o, info, source = survey.options, model.info, survey.source()
    known = (
        info.id, info.revision, sorted(info.labels.items()), source.digest, source.encoding, o.sheet,
        o.text, o.label_column, o.groups, o.cluster, o.id, o.annotators, sorted(source.labels.items()),
        sorted(o.bins.items()), o.include_texts, BATCH_TOKENS, version("torch"),
    )  # fmt: skip
    return sha256(repr(known).encode()).hexdigest()


def is_finished(model: LoadedModel, survey: Survey, folder: Path) -> bool:
    """Say whether a results folder holds the whole result of this very run."""
    return finished(folder, run_digest(model, survey))


def run_digest(model: LoadedModel, survey: Survey) -> str:
    """Give the SHA-256 of everything that decides the whole result, the program's own code included."""
    options = asdict(replace(survey.options, command=""))
    known = json.dumps(options, sort_keys=True, default=str)
    return sha256("\x1f".join([scoring_digest(model, survey), known, code_digest()]).encode()).hexdigest()
