"""What `caveat data` does and prints: a survey of the file, then each model, then the few figures to start with."""

from __future__ import annotations

import math
import os
from collections.abc import Mapping, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.failon import Outcome, Rule, check_names, names_of_rows
from audit.owndata.classes import MEANINGS, in_words
from audit.owndata.labels import parse
from audit.owndata.options import DataOptions
from audit.schema import FOUND, OVERALL, CaveatError, DataResult
from audit.terminal import ICONS, STYLES, command_for, consoles, each_model, progress_line, tell_rules

if TYPE_CHECKING:
    from rich.console import Console

    from audit.owndata.survey import Survey

SHOWN = ("accuracy", "macro_f1", "brier", "ece")


@dataclass(frozen=True, slots=True)
class DataCommand:
    """What `caveat data` was asked for, beside the columns."""

    file: str
    models: Sequence[str]
    revision: str | None
    labels: Mapping[str, str]
    """Model -> its label map, as text."""
    formats: Sequence[str]
    words: tuple[tuple[str, Any], ...]
    """Options as they were given, for the command that repeats the run."""
    rules: tuple[Rule, ...] = ()
    """Of --fail-on."""

    def repeat(self, model: str) -> str:
        """Give the command that repeats the run of one model; the folder of the file is left out, being private."""
        name = self.file if self.file.startswith("hub:") else Path(self.file).name
        words = {**dict(self.words), "labels": self.labels.get(model)}
        return command_for([model], words, ("data", name))


def read_bins(given: Sequence[str]) -> dict[str, str]:
    """Read "age=4" or "age=18,25,40", one a column.

    Raises:
        CaveatError: when one has no equals sign.
    """
    bins = {}
    for item in given:
        column, equals, spec = item.partition("=")
        if not equals or not column.strip():
            raise CaveatError(f"--bins {item!r} is not of the form COLUMN=4 or COLUMN=18,25,40.")
        bins[column.strip()] = spec.strip()
    return bins


def read_labels(text: str | None) -> Mapping[str, str]:
    """Read --data-labels; {} when it was not given."""
    return parse(text) if text else {}


def audit_file(command: DataCommand, options: DataOptions, folders: Mapping[str, Path]) -> int:
    """Survey a file, then audit one model after another on it; one that fails does not stop the rest.

    Args:
        command: what was asked.
        options: which columns mean what.
        folders: model -> its results folder.

    Returns:
        The exit code, of `audit.exits`.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from audit.owndata.reading import open_source
    from audit.owndata.survey import Survey

    # Misspelt names are told before a large file is read, misspelt groups before a model is asked.
    check_names(command.rules, names_of_rows(options.groups))
    out, err = consoles()
    with err.status(f"Reading {command.file}") if err.is_terminal else nullcontext():
        reader = open_source(
            command.file,
            encoding=options.encoding,
            sheet=options.sheet,
            revision=options.data_revision,
            offline=options.offline,
        )
        survey = Survey(reader, options)
    with survey:
        _print_survey(err, survey)
        check_names(command.rules, names_of_rows(survey.groups))
        return each_model(err, folders, lambda name, folder: _audit_one(out, err, name, folder, survey, command))


def _audit_one(
    out: Console, err: Console, name: str, folder: Path, survey: Survey, command: DataCommand
) -> list[Outcome]:
    from audit.models import load_model
    from audit.owndata.review import FILE
    from audit.owndata.run import audit_data, is_finished
    from audit.owndata.store import DATA
    from audit.owndata.table import ROWS
    from audit.rendering import write_files

    options = survey.options
    with err.status(f"Loading {name}") if err.is_terminal else nullcontext():
        model = load_model(name, revision=command.revision, labels=command.labels.get(name), offline=options.offline)
    survey.options = replace(options, command=command.repeat(name))
    if is_finished(model, survey, folder):
        err.print(f"{name}: done before with the same settings; read from {folder}.", markup=False, soft_wrap=True)
    with progress_line(err, name) as tell:
        result = audit_data(model, survey, out=folder, formats=(), progress=tell)
    kept = (path for path in (folder / name for name in (FILE, ROWS, DATA)) if path.exists())
    _print_result(out, result, [*write_files(folder, command.formats, own=result), *kept])
    return tell_rules(out, command.rules, result)


def _print_survey(err: Console, survey: Survey) -> None:
    """Say on stderr what was read and what was treated differently, one line each."""
    source = survey.source()
    err.print(
        f"{source.name}: {source.read:,} rows, {source.used:,} with a text, {source.labelled:,} with a label.",
        markup=False,
    )
    used: dict[str, list[str]] = {target: [] for target in (*MEANINGS, "none")}
    for own, ours in source.labels.items():
        used[ours].append(own)
    told = "; ".join(f"{in_words(ours)}: {', '.join(own)}" for ours, own in used.items() if own)
    err.print(f"  Labels read as {told}.", markup=False, soft_wrap=True)
    for note in survey.remarks():
        err.print(f"  {note}", markup=False, soft_wrap=True)
    for count in (*source.counts, *survey.private_counts()):
        err.print(f"  {count.n:,} x {count.what}: {count.treatment}.", markup=False, soft_wrap=True)


def _print_result(out: Console, result: DataResult, written: Sequence[Path]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from audit.owndata.analysis import NO_NEUTRAL
    from audit.report.owndata.first import first_look, notes
    from audit.report.owndata.page import key_findings

    source = result.source
    out.print()
    out.print(Text(result.model.id, style="bold"), Text(f"on {source.name}", style="dim"))
    for note in result.model.notes:
        out.print(Padding(Text(note, style="italic"), (0, 0, 0, 2)))
    judged = source.labelled - sum(skipped.n for skipped in result.skipped if skipped.what == NO_NEUTRAL)
    out.print(f"  {source.used:,} rows scored, {judged:,} judged; {result.seconds:.0f} s.")
    for note in notes(result):
        out.print(Padding(Text(note, style="bold"), (0, 0, 0, 2)))
    for question, answer in first_look(result):
        out.print(Padding(Text.assemble((question, "bold"), f" {answer}"), (0, 0, 0, 2)))
    for estimate in result.estimates:
        if estimate.by == OVERALL and estimate.measure in SHOWN and not math.isnan(estimate.value):
            name = estimate.measure.replace("_", " ")
            known = not math.isnan(estimate.low)
            interval = f", 95 % interval {estimate.low:.3f} to {estimate.high:.3f}" if known else ""
            out.print(f"  {name:<10} {estimate.value:.3f}{interval}")
    telling = key_findings(result)
    for finding in telling:
        line_ = Text(f"{ICONS[finding.severity]} {finding.severity:<6} ", style=STYLES[finding.severity])
        line_.append(finding.sentence, style="default")
        out.print(Padding(line_, (0, 0, 0, 2)))
    more = sum(finding.verdict in FOUND for finding in result.findings) - len(telling)
    if more:
        tested = sum(math.isfinite(finding.p_adjusted) for finding in result.findings)
        said = f"{more} more of {tested} gaps were told apart from chance; the report has all."
        out.print(Padding(Text(said, style="dim"), (0, 0, 0, 2)))
    for count in source.counts:
        if count.what.startswith("text longer"):
            out.print(Padding(Text(f"{count.n:,} x {count.what}: {count.treatment}."), (0, 0, 0, 2)))
    for skipped in result.skipped:
        if skipped.what.startswith("rewriting/"):
            # Texts that no rule fits: the report counts them, and there are many reasons.
            continue
        rows = f" ({skipped.n:,})" if skipped.n else ""
        out.print(Padding(Text(f"Not done: {skipped.what}: {skipped.reason}{rows}.", style="dim"), (0, 0, 0, 2)))
    out.print("  " + "  ".join(str(path) for path in written), soft_wrap=True)
