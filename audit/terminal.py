"""What the command line does and prints: progress on one line, then the few findings as sentences."""

from __future__ import annotations

import math
import os
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.failon import CROSSED, Rule
from audit.schema import AuditResult, CaveatError, CompareResult, DataResult, Depth, ModelInfo, Suite

if TYPE_CHECKING:
    from rich.console import Console

ICONS = {"high": "▲", "medium": "◆", "low": "●", "info": "=", "inconclusive": "○"}
"""The same in the report, in Markdown, in print and in notebooks."""
STYLES = {"high": "bold red", "medium": "yellow", "low": "cyan", "info": "dim", "inconclusive": "dim"}
TELLING = ("finding", "uncertain", "below")
PARTIAL = 5
"""Exit code when some models were audited and some could not be."""


def consoles() -> tuple[Console, Console]:
    """Give the consoles for results (stdout) and progress (stderr), 80 columns wide when not a terminal."""
    from rich.console import Console

    width = None if sys.stdout.isatty() else 80
    return Console(highlight=False, width=width, soft_wrap=False), Console(stderr=True, highlight=False)


def _time(seconds: float) -> str:
    if math.isnan(seconds):
        return "…"
    return f"{seconds:.0f} s" if seconds < 90 else f"{seconds / 60:.0f} min"


@contextmanager
def progress_line(err: Console, title: str) -> Iterator[Any]:
    """Show progress on one line; a plain line every ten per cent when stderr is not a terminal."""
    from audit.scoring import Progress

    if not err.is_terminal:
        last = -1

        def plain(state: Progress) -> None:
            nonlocal last
            tenth = 10 * state.tokens_done // max(state.tokens_total, 1)
            if tenth != last:
                last = tenth
                err.print(f"{title}: {10 * tenth} % ({state.suite}), {_time(state.seconds_left)} left", markup=False)

        yield plain
        return
    from rich.progress import BarColumn, TextColumn
    from rich.progress import Progress as Bar

    columns = (
        TextColumn("{task.description}", markup=False),
        BarColumn(bar_width=24),
        TextColumn("{task.percentage:>3.0f} %  {task.fields[suite]:<13} {task.fields[left]} left", markup=False),
    )
    with Bar(*columns, console=err, transient=True) as bar:
        task = bar.add_task(title, total=1, suite="", left="…")

        def live(state: Progress) -> None:
            bar.update(
                task,
                total=max(state.tokens_total, 1),
                completed=state.tokens_done,
                suite=state.suite,
                left=_time(state.seconds_left),
            )

        yield live


def command_for(models: Sequence[str], options: Mapping[str, Any]) -> str:
    """Give the command that repeats a run."""
    words = ["caveat", "run", *models]
    for name, value in options.items():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if item is True:
                words.append(f"--{name}")
            elif item not in (None, False):
                words += [f"--{name}", str(item)]
    return shlex.join(words)


def _print_result(out: Console, result: AuditResult, written: Sequence[Path]) -> None:
    from rich.padding import Padding
    from rich.text import Text

    from audit.benchmarks.about import FEWER
    from audit.findings import key_findings

    out.print()
    out.print(Text(f"{result.model.id}", style="bold"), Text(f"@ {result.model.revision[:12]}", style="dim"))
    for note in result.model.notes:
        out.print(Padding(Text(note, style="italic"), (0, 0, 0, 2)))
    rows = sum(suite.examples for suite in result.suites)
    others = {suite.name: suite for suite in result.suites if suite.compatibility}
    borrowed = [f for f in result.findings if f.suite in others]
    own = [f for f in result.findings if f.suite not in others]
    primary = [f for f in own if f.primary]
    many = "1 suite" if len(result.suites) == 1 else f"{len(result.suites)} suites"
    out.print(
        f"  {rows:,} items in {many} at {result.settings.depth} depth; "
        f"{len(primary)} primary and {len(own) - len(primary)} secondary contrasts; {result.seconds:.0f} s."
    )
    out.print(f"  Plain items ({result.gate.name}): {result.gate.value:.2f}; {result.gate.required:.2f} is required.")
    telling = [f for f in key_findings(result.findings) if f.verdict in TELLING]
    if not telling and own:
        out.print("  No contrast was told apart from zero; the report says what could have been seen.")
    for finding in telling:
        line = Text(f"{ICONS[finding.severity]} {finding.severity:<6} ", style=STYLES[finding.severity])
        line.append(f"{finding.suite}  ", style="bold default")
        line.append(finding.sentence, style="default")
        out.print(Padding(line, (0, 0, 0, 2)))
    for finding in borrowed:
        line = Text(f"{finding.suite}  ", style="bold")
        line.append(finding.sentence, style="default")
        out.print(Padding(line, (0, 0, 0, 2)))
    for name, suite in others.items():
        for limit in suite.limitations:
            if limit.startswith(FEWER):
                out.print(Padding(Text(f"{name}  {limit}"), (0, 0, 0, 2)))
    silent = [f for f in primary if f not in telling and f.verdict != "undefined"]
    if silent:
        names = ", ".join(dict.fromkeys(f"{f.suite}" + (f" ({f.axis})" if f.axis else "") for f in silent))
        out.print(Padding(Text(f"Other primary contrasts, see the report: {names}.", style="dim"), (0, 0, 0, 2)))
    for skipped in result.skipped:
        out.print(Padding(Text(f"Not run: {skipped.what}: {skipped.reason}.", style="dim"), (0, 0, 0, 2)))
    out.print("  " + "  ".join(str(path) for path in written))


def write_files(result: AuditResult, folder: Path, formats: Sequence[str], interactive: bool = False) -> list[Path]:
    """Write what is rendered from a result into its folder, together with own rows where the folder has them.

    Args:
        result: with its predictions.
        folder: exists already, with `result.json`.
        formats: of `audit.rendering.FORMATS`.
        interactive: also a report with plotly charts.

    Returns:
        The files, in the order in which a person would open them.
    """
    from audit.owndata.store import DATA, load_data_result
    from audit.rendering import write_formats
    from audit.store import RESULT

    own = load_data_result(folder) if (folder / DATA).exists() else None
    return [*write_formats(folder, result, own, formats, interactive), folder / RESULT]


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What `caveat run` was asked for."""

    suites: Sequence[str] | None
    depth: Depth
    revision: str | None
    labels: Mapping[str, str]
    """Model -> its label map, as text."""
    seed: int
    formats: Sequence[str]
    offline: bool
    check: bool
    interactive: bool
    rules: tuple[Rule, ...] = ()
    """Of --fail-on."""
    allow_code: bool = False
    device: str = "cpu"
    dtype: str = "float32"

    def command(self, model: str) -> str:
        """Give the command that repeats the run of one model."""
        options = {
            "suite": self.suites,
            "depth": self.depth,
            "revision": self.revision,
            "labels": self.labels.get(model),
            "seed": self.seed,
            "no-check": not self.check,
            "allow-code": self.allow_code,
            "device": self.device if self.device != "cpu" else None,
            "dtype": self.dtype if self.dtype != "float32" else None,
            "fail-on": [rule.text for rule in self.rules],
        }
        return command_for([model], options)


def audit_models(folders: Mapping[str, Path], options: RunOptions) -> int:
    """Audit one model after another; one that fails is told and does not stop the rest.

    Args:
        folders: model -> its results folder.
        options: the same for all.

    Returns:
        The exit code: 0; 1 when a --fail-on threshold was crossed; that of the first failure when no model could be
        audited; 5 when some could.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from audit.suites import load_suites

    chosen = load_suites(options.suites or None, options.depth, options.offline)
    out, err = consoles()
    codes = []
    crossed = False
    for name, folder in folders.items():
        try:
            result = _audit_one(out, err, name, folder, chosen, options)
            crossed |= tell_rules(out, options.rules, result)
        except CaveatError as error:
            err.print(f"caveat: {told_of(name, error)}", markup=False, soft_wrap=True)
            codes.append(error.exit_code)
    if not codes:
        return CROSSED if crossed else 0
    return codes[0] if len(codes) == len(folders) else PARTIAL


def told_of(name: str, error: CaveatError) -> str:
    """Say which model a mistake is about, once."""
    told = str(error)
    return told if name in told else f"{name}: {told}"


def tell_rules(out: Console, rules: Sequence[Rule], result: AuditResult | CompareResult | DataResult) -> bool:
    """Say of each --fail-on rule what became of it, and give whether one was crossed."""
    from audit.failon import judge

    outcomes = judge(rules, result) if rules else []
    for outcome in outcomes:
        out.print(f"  {'✗' if outcome.crossed else '·'} {outcome.sentence}", markup=False)
    return any(outcome.crossed for outcome in outcomes)


def _audit_one(
    out: Console, err: Console, name: str, folder: Path, suites: Sequence[Suite], options: RunOptions
) -> AuditResult:
    from audit.models import load_model
    from audit.run import run_audit

    with err.status(f"Loading {name}") if err.is_terminal else nullcontext():
        model = load_model(
            name,
            revision=options.revision,
            labels=options.labels.get(name),
            offline=options.offline,
            allow_code=options.allow_code,
            device=options.device,
            dtype=options.dtype,
        )
    with progress_line(err, name) as tell:
        result = run_audit(
            model,
            suites,
            out=folder,
            seed=options.seed,
            check=options.check,
            command=options.command(name),
            progress=tell,
        )
    _print_result(out, result, write_files(result, folder, options.formats, options.interactive))
    return result


def _describe(out: Console, info: ModelInfo) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    facts = {
        "model": info.id,
        "revision": info.revision,
        "kind": f"{info.kind} ({info.architecture})",
        "for": ", ".join(info.tasks),
        "parameters": f"{info.parameters:,}",
        "dtype": f"{info.dtype} on {info.device}",
        "labels": ", ".join(f"{own} = {ours}" for own, ours in info.labels.items()),
        "labels from": info.label_source,
        "licence": info.licence,
        "notes": " ".join(info.notes),
    }
    for key, value in facts.items():
        if value:
            table.add_row(key, value)
    out.print(table)


def inspect_model(name: str, *, revision: str | None, labels: str | None, offline: bool) -> None:
    """Print what a model is, its competence gate, and the suites that fit."""
    from audit.models import load_model
    from audit.models.gate import gate as competence
    from audit.scoring import score
    from audit.suites import load_suites

    out, _ = consoles()
    model = load_model(name, revision=revision, labels=labels, offline=offline)
    _describe(out, model.info)
    gate = competence(model.info, lambda requests: score(model, requests), False)
    reached = "reached" if gate.ok else "not reached: an audit would stop here (--no-check goes on)"
    out.print(f"plain items: {gate.name}, {gate.measure} {gate.value:.3f}; {gate.required:.2f} is required; {reached}")
    for suite in load_suites(None, "quick"):
        fits = set(suite.tasks) & set(model.info.tasks)
        out.print(f"  {suite.name:<13} {'fits' if fits else 'needs a model for ' + ' or '.join(suite.tasks)}")


def render_report(folder: Path, *, formats: Sequence[str], interactive: bool, open_pr: str | None = None) -> None:
    """Render a results folder again and print the paths; on request, offer the card section to a model on the Hub."""
    from audit.owndata.store import DATA, load_data_result
    from audit.rendering import write_formats
    from audit.store import RESULT, load_result

    out, _ = consoles()
    own = load_data_result(folder) if (folder / DATA).exists() else None
    result = load_result(folder) if own is None or (folder / RESULT).exists() else None
    for path in write_formats(folder, result, own, formats, interactive):
        out.print(str(path), soft_wrap=True)
    if open_pr:
        from reports.hubcard import open_pull_request
        from reports.markdown import card_section

        out.print(open_pull_request(open_pr, card_section(result, own)), soft_wrap=True)


def fetch_model(name: str) -> None:
    """Fetch a model with progress on stderr, and print where it is."""
    from audit.fetch import fetch

    out, err = consoles()
    last = ""

    def plain(step: str) -> None:
        nonlocal last
        kind = step.split(",")[0]
        if kind != last:
            last = kind
            err.print(f"{name}: {kind}", markup=False)

    if err.is_terminal:
        with err.status(name) as status:
            folder = fetch(name, lambda step: status.update(f"{name}: {step}"))
    else:
        folder = fetch(name, plain)
    out.print(f"{name} is in {folder}", soft_wrap=True, markup=False)
    out.print(f"Audit it with: caveat run {name} --suite occupations --depth quick", markup=False)
