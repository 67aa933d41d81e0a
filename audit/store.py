"""An audit result on disk: a folder with `result.json`, `predictions.parquet` and what is rendered from them.

`result.json` holds everything but the predictions, losslessly: a float that is undefined is null. It has no
time but `created`; durations stand in `timing.json`, so that two runs of the same audit differ in dates only.
"""

from __future__ import annotations

import json
import math
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import replace
from functools import cache
from pathlib import Path
from typing import Any

from audit.cells import write_table
from audit.models.base import Response
from audit.schema import AuditResult, CaveatError, Example, Operation
from audit.scoring import write_atomically

RESULT, PREDICTIONS, TIMING, REPORT = "result.json", "predictions.parquet", "timing.json", "report.html"
VERSION = 1
UNREADABLE_FROM = 2
"""Unknown tokens from which an item cannot be read by a model."""


@cache
def columns() -> Any:
    """Give the Arrow schema of `predictions.parquet`: one row per prediction."""
    import pyarrow as pa

    strings = pa.list_(pa.string())
    return pa.schema(
        {
            "suite": pa.string(),
            "test": pa.string(),
            "example": pa.string(),
            "operation": pa.string(),
            "text": pa.string(),
            "group": pa.string(),
            "template": pa.string(),
            "filler": pa.string(),
            "fillers": strings,
            "pair": pa.string(),
            "role": pa.string(),
            "allowed": strings,
            "spans": pa.list_(pa.list_(pa.int32())),
            "features": pa.string(),
            "labels": strings,
            "probabilities": pa.list_(pa.float64()),
            "mass": pa.float64(),
            "label": pa.string(),
            "confidence": pa.float64(),
            "correct": pa.bool_(),
            "p_positive": pa.float64(),
            "p_negative": pa.float64(),
            "valence": pa.float64(),
            "log_odds": pa.float64(),
            "value": pa.float64(),
            "tokens": pa.int32(),
            "unknown": pa.int32(),
            "readable": pa.bool_(),
            "truncated": pa.bool_(),
            "top": pa.list_(pa.struct({"word": pa.string(), "p": pa.float64()})),
        }
    )


def _polarity(response: Response) -> dict[str, float]:
    """Valence and log-odds of a classifier's answer (docs/method.md, section 2: one scale for every model)."""
    p = dict(zip(response.labels, response.probabilities, strict=True))
    if "positive" not in p or "negative" not in p:
        return {}
    valence = p["positive"] - p["negative"] if math.isnan(response.value) else response.value
    return {
        "p_positive": p["positive"],
        "p_negative": p["negative"],
        "valence": valence,
        "log_odds": math.log((p["positive"] + 1e-6) / (p["negative"] + 1e-6)),
    }


def prediction_row(suite: str, example: Example, operation: Operation, response: Response) -> dict[str, Any]:
    """Give one row of `predictions.parquet`.

    Args:
        suite: its name.
        example: what was shown.
        operation: what was asked.
        response: what the model answered; without labels for a log-likelihood.

    Returns:
        A value for each name in `columns()`.
    """
    nan = float("nan")
    row: dict[str, Any] = {
        "suite": suite,
        "test": example.test,
        "example": example.id,
        "operation": operation,
        "text": example.text,
        "group": example.group,
        "template": example.template,
        "filler": example.fillers[0] if example.fillers else "",
        "fillers": list(example.fillers),
        "pair": example.pair,
        "role": example.role,
        "allowed": None if example.allowed is None else sorted(example.allowed),
        "spans": [list(span) for span in example.spans],
        "features": json.dumps(dict(example.features), sort_keys=True, ensure_ascii=False),
        "labels": list(response.labels),
        "probabilities": list(response.probabilities),
        "mass": response.mass,
        "label": None,
        "confidence": nan,
        "correct": None,
        "p_positive": nan,
        "p_negative": nan,
        "valence": nan,
        "log_odds": nan,
        "value": response.value,
        "tokens": response.tokens,
        "unknown": response.unknown,
        "readable": response.unknown < UNREADABLE_FROM,
        "truncated": response.truncated,
        "top": [{"word": word, "p": p} for word, p in response.top],
    }
    if response.labels:
        best = max(range(len(response.labels)), key=response.probabilities.__getitem__)
        row["label"], row["confidence"] = response.labels[best], response.probabilities[best]
        if example.allowed is not None:
            row["correct"] = row["label"] in example.allowed
        row |= _polarity(response)
        if response.hard:
            # A label by a rule has no share of anything; its valence is a number of its own.
            row |= dict.fromkeys(("confidence", "p_positive", "p_negative", "log_odds"), nan)
    return row


def table(rows: Iterable[Mapping[str, Any]]) -> Any:
    """Give rows of `prediction_row` as one Arrow table."""
    import pyarrow as pa

    return pa.Table.from_pylist(list(rows), schema=columns())


@cache
def converter() -> Any:
    """Give what turns results into plain values and back; an undefined number is null."""
    import cattrs

    made = cattrs.Converter()

    def unstructure(value: float) -> float | str | None:
        if math.isnan(value):
            return None
        return value if math.isfinite(value) else str(value)

    made.register_unstructure_hook(float, unstructure)
    made.register_structure_hook(float, lambda value, _: float("nan") if value is None else float(value))
    made.register_unstructure_hook(frozenset, sorted)
    return made


def to_json(result: AuditResult) -> str:
    """Give `result.json`: the result without predictions and durations."""
    bare = replace(
        result, predictions=None, seconds=0.0, suites=tuple(replace(suite, seconds=0.0) for suite in result.suites)
    )
    data = converter().unstructure(bare)
    del data["predictions"]
    return json.dumps(data, indent=1, ensure_ascii=False, allow_nan=False) + "\n"


def from_json(text: str, where: str = RESULT) -> AuditResult:
    """Read what `to_json` wrote.

    Raises:
        CaveatError: when it is not such a file, or of a later version.
    """
    try:
        data = json.loads(text)
        version = data["schema_version"]
    except (ValueError, KeyError, TypeError):
        raise CaveatError(f"{where} is not an audit result. Make one with: caveat run MODEL --out FOLDER") from None
    if version != VERSION:
        raise CaveatError(
            f"{where} has version {version}; this program reads version {VERSION}. Update it, or run again."
        )
    try:
        return converter().structure(data | {"predictions": None}, AuditResult)
    except Exception as error:
        raise CaveatError(
            f"{where} is damaged ({type(error).__name__}). Run the audit again; finished work is kept."
        ) from error


def timing_of(folder: Path) -> dict[str, Any]:
    """Read `timing.json`; {} when there is none, or it is damaged."""
    try:
        found = json.loads((folder / TIMING).read_text(encoding="utf-8"))
    except (OSError, ValueError):
        return {}
    return found if isinstance(found, dict) else {}


def save_timing(folder: Path, timing: Mapping[str, Any]) -> None:
    """Write `timing.json` in one step."""
    write_atomically(
        folder / TIMING, lambda path: path.write_text(json.dumps(timing, indent=1) + "\n", encoding="utf-8")
    )


def finished(folder: Path, digest: str) -> bool:
    """Say whether a folder holds the whole result of the same run."""
    there = (folder / RESULT).exists() and (folder / PREDICTIONS).exists()
    return there and timing_of(folder).get("digest") == digest


def save(result: AuditResult, folder: Path, digest: str = "") -> None:
    """Write `result.json`, `predictions.parquet` and `timing.json`, each in one step.

    Args:
        result: whole; run, or loaded from another folder.
        folder: results folder; what `timing.json` says of an audit of own data in it stays.
        digest: of everything that decides the result, so that the same call need not run again.
    """
    import pyarrow.parquet as pq

    folder.mkdir(parents=True, exist_ok=True)
    suites = {suite.name: suite.seconds for suite in result.suites}
    timing = timing_of(folder) | {"seconds": result.seconds, "suites": suites, "digest": ""}
    rows = predictions_table(result)
    # The digest says "all of this belongs together", so it goes first and comes back last.
    save_timing(folder, timing)
    write_atomically(folder / PREDICTIONS, lambda path: pq.write_table(rows, path, compression="zstd"))
    write_atomically(folder / RESULT, lambda path: path.write_text(to_json(result), encoding="utf-8"))
    save_timing(folder, timing | {"digest": digest})


def load_result(folder: Path | str) -> AuditResult:
    """Read a results folder; no model is needed.

    Args:
        folder: where `result.json` and `predictions.parquet` are.

    Returns:
        The result; `predictions` is a lazy Arrow dataset.

    Raises:
        CaveatError: when there is no such folder, or it is damaged.

    Examples:
        >>> from audit import load_model, load_result, load_suites, run_audit
        >>> made = run_audit(load_model("word-count"), load_suites(["negation"], "quick"), out="audits/word-count")
        >>> load_result("audits/word-count").findings[0].sentence == made.findings[0].sentence
        True
    """
    import pyarrow as pa
    import pyarrow.dataset as ds

    folder = Path(folder)
    if not (folder / RESULT).exists():
        raise CaveatError(f"No {RESULT} in {folder}. Make one with: caveat run MODEL --out {folder}")
    result = from_json((folder / RESULT).read_text(encoding="utf-8"), str(folder / RESULT))
    try:
        predictions = ds.dataset(folder / PREDICTIONS, format="parquet")
    except (OSError, pa.ArrowException) as error:
        raise CaveatError(
            f"{folder / PREDICTIONS} cannot be read ({type(error).__name__}). Run the audit again."
        ) from None
    timing = timing_of(folder)
    if "suites" in timing:
        suites = tuple(replace(s, seconds=timing["suites"].get(s.name, 0.0)) for s in result.suites)
        result = replace(result, seconds=timing["seconds"], suites=suites)
    return replace(result, predictions=predictions)


def predictions_table(result: AuditResult, columns: Sequence[str] | None = None, suite: str | None = None) -> Any:
    """Give predictions as an Arrow table, whether they are in memory or still on disk.

    Args:
        result: run or loaded.
        columns: which; None for all.
        suite: only the rows of this suite.
    """
    import pyarrow as pa
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    data = result.predictions
    if isinstance(data, pa.Table):
        data = ds.dataset(data)
    return data.to_table(columns=columns, filter=None if suite is None else pc.field("suite") == suite)


def write_csv(result: AuditResult, folder: Path) -> list[Path]:
    """Write findings, estimates and predictions as CSV files that a spreadsheet opens without running formulas."""
    data = converter().unstructure
    frames: dict[str, Sequence[Mapping[str, Any]]] = {
        "findings": [data(finding) for finding in result.findings],
        "estimates": [data(estimate) for estimate in result.estimates],
        "predictions": predictions_table(result).to_pylist(),
    }
    written = []
    for name, rows in frames.items():
        path = folder / f"{name}.csv"
        write_table(path, rows)
        written.append(path)
    return written
