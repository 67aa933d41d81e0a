"""What the command line does and prints: progress on one line, then the few findings as sentences."""

from __future__ import annotations

import math
import os
import re
import shlex
import sys
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit.exits import code_of, explain, silence
from audit.failon import Figure, Outcome, Result, Rule, check_names, judge_each, names_of_suites
from audit.schema import AuditResult, CaveatError, Depth, ModelInfo, Suite

if TYPE_CHECKING:
    from rich.console import Console

    from audit.models.preflight import Preflight

ICONS = {"high": "▲", "medium": "◆", "low": "●", "info": "=", "inconclusive": "○"}
"""The same in the report, in Markdown, in print and in notebooks."""
STYLES = {"high": "bold red", "medium": "yellow", "low": "cyan", "info": "dim", "inconclusive": "dim"}


def consoles() -> tuple[Console, Console]:
    """Give the consoles for results (stdout) and progress (stderr), 80 columns wide when not a terminal."""
    from rich.console import Console

    class Steady(Console):
        """Goes on in silence when its reader leaves; the library would end the program with 1, which has a meaning."""

        def on_broken_pipe(self) -> None:
            self.quiet = True
            silence(self.file)

    width = None if sys.stdout.isatty() else 80
    return Steady(highlight=False, width=width, soft_wrap=False), Steady(stderr=True, highlight=False)


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


PLACES = ("suite", "labels", "data-labels")
"""Options that may name a file."""


def without_folders(word: str) -> str:
    """Give a word of a command as it may stand in a report: of a file or a folder, or "benchmark:FILE", the name alone.

    Where somebody keeps a file says who they are and what they work on.
    """
    if os.path.exists(os.path.expanduser(word)):
        return Path(word).expanduser().resolve().name
    kind, colon, places = word.partition(":")
    parts = places.split(",")
    if colon and any(os.path.exists(os.path.expanduser(part)) for part in parts):
        return f"{kind}:{','.join(without_folders(part) for part in parts)}"
    return word


def command_for(models: Sequence[str], options: Mapping[str, Any], task: Sequence[str] = ("run",)) -> str:
    """Give the command that repeats a run, without the folders of files, which are private.

    Args:
        models: names, or folders.
        options: name -> value, or several; left out where there is none.
        task: the words between "caveat" and the models.
    """
    words = ["caveat", *task, *map(without_folders, models)]
    for name, value in options.items():
        for item in value if isinstance(value, (list, tuple)) else [value]:
            if item is True:
                words.append(f"--{name}")
            elif item not in (None, False, ""):
                words += [f"--{name}", without_folders(str(item)) if name in PLACES else str(item)]
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
    tested = [f.primary for f in own if math.isfinite(f.p_adjusted)]
    many = "1 suite" if len(result.suites) == 1 else f"{len(result.suites)} suites"
    out.print(
        f"  {rows:,} items in {many} at {result.settings.depth} depth; of {len(own)} "
        f"contrast{'s' if len(own) != 1 else ''}, {sum(tested)} primary "
        f"and {len(tested) - sum(tested)} secondary ones were tested; {result.seconds:.0f} s."
    )
    out.print(f"  Plain items ({result.gate.name}): {result.gate.value:.2f}; {result.gate.required:.2f} is required.")
    telling = key_findings(result.findings)
    if not tested and own:
        out.print("  No contrast could be tested; the report says why.")
    elif not telling and own:
        out.print("  No contrast was told apart from chance; the report says what could have been seen.")
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
        The exit code, of `audit.exits`.
    """
    os.environ.setdefault("TOKENIZERS_PARALLELISM", "false")
    from audit.suites import load_suites

    chosen = load_suites(options.suites or None, options.depth, options.offline)
    check_names(options.rules, names_of_suites(chosen) if options.rules else {})
    out, err = consoles()

    def audit(name: str, folder: Path) -> list[Outcome]:
        return tell_rules(out, options.rules, _audit_one(out, err, name, folder, chosen, options))

    return each_model(err, folders, audit)


def each_model(err: Console, folders: Mapping[str, Path], audit: Callable[[str, Path], list[Outcome]]) -> int:
    """Do one model after another; one that fails, in whatever way, is told in a line and does not stop the rest.

    Args:
        err: for those lines.
        folders: model -> its results folder.
        audit: does one, and gives what became of its --fail-on rules.

    Returns:
        The exit code, of `audit.exits`.
    """
    failures: list[int] = []
    outcomes: list[Outcome] = []
    for name, folder in folders.items():
        try:
            outcomes += audit(name, folder)
        except KeyboardInterrupt:
            raise
        except BaseException as error:  # a library that calls exit, and a panic in compiled code, are no Exception
            told, code = explain(error)
            failures.append(code)
            # Which model it is about, once.
            named = re.search(rf"(?<!\w){re.escape(name)}(?!\w)", told)
            err.print(f"caveat: {told if named else f'{name}: {told}'}", markup=False, soft_wrap=True)
    crossed, unjudged = (any(o.state == state for o in outcomes) for state in ("crossed", "not judged"))
    return code_of(failures, len(folders), crossed, unjudged)


def tell_rules(
    out: Console, rules: Sequence[Rule], result: Result, owner: Iterable[Figure] | None = None
) -> list[Outcome]:
    """Say of each --fail-on rule what became of it."""
    outcomes = judge_each(rules, result, owner)
    for outcome in outcomes:
        icon = {"crossed": "✗", "not crossed": "·", "not judged": "?"}[outcome.state]
        out.print(f"  {icon} {outcome.sentence}", markup=False)
    return outcomes


def _audit_one(
    out: Console, err: Console, name: str, folder: Path, suites: Sequence[Suite], options: RunOptions
) -> AuditResult:
    from audit.models import load_model
    from audit.rendering import write_files
    from audit.run import run_audit
    from audit.store import RESULT

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
            formats=(),
            progress=tell,
        )
    written = write_files(folder, options.formats, result=result, interactive=options.interactive)
    _print_result(out, result, [*written, folder / RESULT])
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
    """Print what a model is, and the suites that fit: of a folder or a model on the Hub without reading its weights.

    Models that come with the program are loaded, and their competence gate is shown as well.
    """
    from audit.fetch import NAMES
    from audit.models import BUNDLED, load_model
    from audit.models.gate import gate as competence
    from audit.models.labels import parse
    from audit.models.own import is_code
    from audit.models.preflight import preflight
    from audit.models.rule import LEXICONS
    from audit.scoring import score

    out, _ = consoles()
    if name not in (*BUNDLED, *NAMES, *LEXICONS) and not is_code(name):
        found = preflight(name, revision, parse(labels) if labels else None, offline)
        _describe_unread(out, found)
        _fitting(out, found.tasks)
        return
    model = load_model(name, revision=revision, labels=labels, offline=offline)
    _describe(out, model.info)
    gate = competence(model.info, lambda requests: score(model, requests), False)
    reached = "reached" if gate.ok else "not reached: an audit would stop here (--no-check goes on)"
    out.print(f"plain items: {gate.name}, {gate.measure} {gate.value:.3f}; {gate.required:.2f} is required; {reached}")
    _fitting(out, model.info.tasks)


def _fitting(out: Console, tasks: Sequence[str]) -> None:
    """Say of each suite whether a model for some tasks can do it."""
    from audit.suites import load_suites

    for suite in load_suites(None, "quick"):
        fits = set(suite.tasks) & set(tasks)
        out.print(f"  {suite.name:<13} {'fits' if fits else 'needs a model for ' + ' or '.join(suite.tasks)}")


def _describe_unread(out: Console, found: Preflight) -> None:
    from rich.table import Table

    table = Table(box=None, show_header=False, padding=(0, 2, 0, 0))
    facts = {
        "model": found.id,
        "revision": found.revision,
        "kind": found.kind,
        "for": ", ".join(found.tasks),
        "parameters": f"{found.parameters:,}" if found.parameters else "",
        "to fetch": f"{found.size / 1e6:,.0f} MB" if found.size else "nothing, it is here" if found.here else "unknown",
        "labels": ", ".join(found.labels),
        "licence": found.licence,
        "notes": " ".join(found.notes),
        "problem": found.problem,
    }
    for key, value in facts.items():
        if value:
            table.add_row(key, value)
    out.print(table)
    out.print("plain items: not asked, since no weights are read; caveat run asks them first")


def render_report(folder: Path, *, formats: Sequence[str], interactive: bool, open_pr: str | None = None) -> None:
    """Render a results folder again, or each of those that a run made in it, and print the paths.

    Args:
        folder: with results, or with one results folder a model.
        formats: of `audit.rendering.FORMATS`.
        interactive: with plotly charts.
        open_pr: a model on the Hub to offer the card section to.
    """
    from audit.owndata.store import DATA, load_data_result
    from audit.rendering import results_in, write_files
    from audit.store import RESULT, load_result

    out, _ = consoles()
    folders = results_in(folder)
    if open_pr and len(folders) > 1:
        raise CaveatError(
            f"--open-pr: {folder} holds {len(folders)} audits. Name one: {', '.join(str(one) for one in folders)}."
        )
    for one in folders:
        for path in write_files(one, formats, interactive=interactive):
            out.print(str(path), soft_wrap=True, markup=False)
    if open_pr:
        from audit.report.hubcard import open_pull_request
        from audit.report.markdown import card_section

        (one,) = folders
        result = load_result(one) if (one / RESULT).exists() else None
        own = load_data_result(one) if (one / DATA).exists() else None
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
