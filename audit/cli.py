"""Arguments in, files out. Results go to stdout, progress to stderr.

Exit codes: `audit.exits`.
"""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from audit.exits import HELP as EXIT_CODES
from audit.exits import check_out
from audit.fetch import SIZE
from audit.rendering import FORMAT_HELP, FORMATS
from audit.schema import CaveatError, Depth

if TYPE_CHECKING:
    from audit.failon import Rule

app = typer.Typer(
    name="caveat",
    help="Audit a text model: where is it less right, for whom, and how sure can you be of that?",
    epilog=EXIT_CODES,
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    add_completion=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)


def _version(asked: bool) -> None:
    if asked:
        from importlib.metadata import version

        typer.echo(f"caveat {version('caveat-audit')}")
        raise typer.Exit


@app.callback()
def options(
    version: Annotated[
        bool, typer.Option("--version", callback=_version, is_eager=True, help="Show the version and leave.")
    ] = False,
    verbose: Annotated[
        bool, typer.Option("--verbose", "-v", help="Say on stderr what is being done; texts are never logged.")
    ] = False,
) -> None:
    """Audit a text model: where is it less right, for whom, and how sure can you be of that?"""
    if verbose:
        import logging

        logging.basicConfig(format="%(asctime)s %(name)s: %(message)s")
        logging.getLogger("audit").setLevel(logging.DEBUG)


suites_app = typer.Typer(help="See the probe suites and their tests.", no_args_is_help=True)
app.add_typer(suites_app, name="suites")

COMPARISON = Path("audits/comparison")

Models = Annotated[
    list[str],
    typer.Argument(
        help="Hub ids, local folders or bundled names: fill-mask, sentiment, word-count.", metavar="MODEL..."
    ),
]


def _formats(given: list[str]) -> tuple[str, ...]:
    chosen = tuple(part.strip() for text in given for part in text.split(",") if part.strip())
    for name in chosen:
        if name not in FORMATS:
            raise CaveatError(f"No format {name!r} for --format. Choose from: {', '.join(FORMATS)}.")
    return chosen


FailOn = Annotated[
    list[str] | None,
    typer.Option(
        help="Exit with 1 when an interval lies wholly beyond: 'negation.failure_rate > 0.2'; with 6 when it cannot be "
        "judged. Repeat for more."
    ),
]


def _rules(texts: list[str] | None) -> tuple[Rule, ...]:
    from audit.failon import parse

    return parse(texts or ())


CODE_HELP = "Load a .joblib file or package.module:function: this runs code of whoever wrote it, as you."


def _labels(given: list[str] | None, models: list[str]) -> dict[str, str]:
    from audit.models.labels import addressed

    return addressed(given or (), models)


def _slug(model: str) -> str:
    name = Path(model).name if Path(model).is_dir() else model
    return "".join(c if c.isalnum() or c in "-_." else "-" for c in name).strip("-.") or "model"


def _folders(models: list[str], out: Path) -> dict[str, Path]:
    """Give each model its results folder."""
    check_out(out)
    found: dict[str, Path] = {}
    for name in models:
        if not name.strip():
            raise CaveatError("no model given: name a Hub id, a folder, or one of fill-mask, sentiment, word-count.")
        if name in found:
            raise CaveatError(f"the model {name} is given twice. Leave one out.")
        folder = out / _slug(name)
        if other := next((one for one, taken in found.items() if taken == folder), ""):
            raise CaveatError(f"{other} and {name} would both write to {folder}. Run one of them with another --out.")
        found[name] = folder
    return found


@app.command()
def run(
    models: Models,
    suite: Annotated[
        list[str] | None,
        typer.Option(
            help="A suite, the path of a CSV, TSV or TOML file, or a third-party benchmark such as crows-pairs:PATH; "
            "repeat for more. All suites of the project by default."
        ),
    ] = None,
    depth: Annotated[
        Depth, typer.Option(help="quick: a look; standard: for decisions; full: every frame.")
    ] = "standard",
    out: Annotated[Path, typer.Option(help="Folder for results; each model gets a folder in it.")] = Path("audits"),
    revision: Annotated[str | None, typer.Option(help="Commit SHA, tag or branch on the Hub.")] = None,
    labels: Annotated[
        list[str] | None,
        typer.Option(
            help="The model's labels: a JSON file, or LABEL_0=negative,LABEL_1=positive; MODEL:... for one of several."
        ),
    ] = None,
    seed: Annotated[int, typer.Option(min=0, help="Seed of the resampling in the statistics.")] = 0,
    formats: Annotated[list[str], typer.Option("--format", help=FORMAT_HELP)] = ["html,json"],  # noqa: B006
    offline: Annotated[bool, typer.Option(help="Use only what is on this machine.")] = False,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Refuse a model that cannot do the plain items.")
    ] = True,
    interactive: Annotated[
        bool, typer.Option(help="Write report-interactive.html as well, with plotly charts.")
    ] = False,
    allow_code: Annotated[bool, typer.Option("--allow-code", help=CODE_HELP)] = False,
    device: Annotated[str, typer.Option(help="Where models compute: cpu, cuda, mps, or auto.")] = "cpu",
    dtype: Annotated[
        str, typer.Option(help="Numbers: float32; bfloat16 or float16 are checked against it, and the loss is told.")
    ] = "float32",
    fail_on: FailOn = None,
) -> None:
    """Run the suites on one or more models and write a report for each."""
    from audit.terminal import RunOptions, audit_models

    rules = _rules(fail_on)
    options = RunOptions(
        suite,
        depth,
        revision,
        _labels(labels, models),
        seed,
        _formats(formats),
        offline,
        check,
        interactive,
        rules,
        allow_code,
    )
    code = audit_models(_folders(models, out), options)
    if code:
        raise typer.Exit(code)


@app.command()
def data(
    file: Annotated[
        str, typer.Argument(help="CSV, TSV, JSONL, JSON, Parquet, Excel, or hub:name/config:split.", metavar="FILE")
    ],
    models: Models,
    text: Annotated[str, typer.Option(help="Column with the texts.")] = "text",
    label: Annotated[
        str, typer.Option(help='Column with the labels; "label" by default, or the majority of the annotators.')
    ] = "",
    group: Annotated[list[str] | None, typer.Option(help="Column to compare by; repeat for more.")] = None,
    cluster: Annotated[str, typer.Option(help="Column that says which rows belong together, such as a writer.")] = "",
    id_: Annotated[str, typer.Option("--id", help="Column that names a row, for the list of posts to read.")] = "",
    annotator: Annotated[list[str] | None, typer.Option(help="Column with one person's labels; repeat.")] = None,
    data_labels: Annotated[
        str | None,
        typer.Option(help="The file's labels: a JSON, CSV or TSV file, or burnout=negative,no=neutral+positive."),
    ] = None,
    labels: Annotated[list[str] | None, typer.Option(help="The model's labels, as for run.")] = None,
    bins: Annotated[
        list[str] | None, typer.Option(help="Ranges of a numeric group column: age=4, or age=18,25,40.")
    ] = None,
    out: Annotated[Path, typer.Option(help="Folder for results; each model gets a folder in it.")] = Path("audits"),
    include_texts: Annotated[bool, typer.Option(help="Keep the texts with the results; off by default.")] = False,
    target_error: Annotated[float, typer.Option(help="Error rate aimed at among rows that need no human.")] = 0.1,
    perturb: Annotated[
        bool, typer.Option("--perturb/--no-perturb", help="Rewrite a sample of the texts and ask again.")
    ] = True,
    encoding: Annotated[str, typer.Option(help="Of a text file; found by itself as a rule.")] = "",
    sheet: Annotated[str, typer.Option(help="Of a workbook; the first by default.")] = "",
    revision: Annotated[str | None, typer.Option(help="Of the models: commit SHA, tag or branch on the Hub.")] = None,
    data_revision: Annotated[str, typer.Option(help="Of a Hub data set.")] = "",
    seed: Annotated[int, typer.Option(min=0, help="Seed of the resampling in the statistics.")] = 0,
    formats: Annotated[list[str], typer.Option("--format", help=FORMAT_HELP)] = ["html,json"],  # noqa: B006
    offline: Annotated[bool, typer.Option(help="Use only what is on this machine.")] = False,
    check: Annotated[
        bool, typer.Option("--check/--no-check", help="Refuse a model that cannot do the plain items.")
    ] = True,
    fail_on: FailOn = None,
) -> None:
    """Audit classifiers on your own labelled texts: by group, with intervals, and which posts need a human."""
    from audit.datacommand import DataCommand, audit_file, read_bins, read_labels
    from audit.owndata.options import DataOptions

    options = DataOptions(
        text=text,
        label=label,
        groups=tuple(group or ()),
        cluster=cluster,
        id=id_,
        annotators=tuple(annotator or ()),
        labels=read_labels(data_labels),
        bins=read_bins(bins or ()),
        encoding=encoding,
        sheet=sheet,
        data_revision=data_revision,
        seed=seed,
        include_texts=include_texts,
        offline=offline,
        check=check,
        target_error=target_error,
        perturb=perturb,
    )
    words = {
        "text": text,
        "label": label,
        "group": group,
        "cluster": cluster,
        "id": id_,
        "annotator": annotator,
        "data-labels": data_labels,
        "labels": labels,
        "bins": bins,
        "encoding": encoding,
        "sheet": sheet,
        "revision": revision,
        "data-revision": data_revision,
        "seed": seed,
        "target-error": target_error,
        "include-texts": include_texts,
        "no-perturb": not perturb,
        "no-check": not check,
        "fail-on": fail_on,
    }
    command = DataCommand(
        file, models, revision, _labels(labels, models), _formats(formats), tuple(words.items()), _rules(fail_on)
    )
    code = audit_file(command, options, _folders(models, out))
    if code:
        raise typer.Exit(code)


@app.command()
def inspect(
    model: Annotated[str, typer.Argument(help="Hub id, local folder or bundled name.")],
    revision: Annotated[str | None, typer.Option(help="Commit SHA, tag or branch on the Hub.")] = None,
    labels: Annotated[str | None, typer.Option(help="The model's labels, as for run.")] = None,
    offline: Annotated[bool, typer.Option(help="Use only what is on this machine.")] = False,
) -> None:
    """Show what a model is, which suites fit it, and how it does on the plain items."""
    from audit.terminal import inspect_model

    inspect_model(model, revision=revision, labels=labels, offline=offline)


@app.command()
def report(
    folder: Annotated[Path, typer.Argument(help="A results folder, with result.json in it.", metavar="DIR")],
    interactive: Annotated[bool, typer.Option(help="Plotly charts instead of drawings; needs scripts.")] = False,
    formats: Annotated[list[str], typer.Option("--format", help=FORMAT_HELP)] = ["html"],  # noqa: B006
    open_pr: Annotated[
        str | None, typer.Option(help="Open a pull request with the model card section: owner/name on the Hub.")
    ] = None,
) -> None:
    """Render the report of a results folder again; no model is needed."""
    from audit.terminal import render_report

    render_report(folder, formats=_formats(formats), interactive=interactive, open_pr=open_pr)


@app.command()
def compare(
    folders: Annotated[
        list[Path], typer.Argument(help="Results folders; the others are set beside the first.", metavar="DIR DIR...")
    ],
    out: Annotated[Path, typer.Option(help="Folder for the comparison.")] = COMPARISON,
    formats: Annotated[list[str], typer.Option("--format", help="Any of html,json.")] = ["html,json"],  # noqa: B006
    fail_on: FailOn = None,
) -> None:
    """Compare audits of models, revisions or dates, item by item: what changed, by how much, how sure."""
    from audit.comparecommand import command_of, compare_folders

    rules, chosen = _rules(fail_on), _formats(formats)
    if other := next((name for name in chosen if name not in ("html", "json")), ""):
        raise CaveatError(f"No format {other!r} for a comparison. Choose from: html, json.")
    check_out(out)
    command = command_of(folders, out, chosen, fail_on or (), (COMPARISON, ("html", "json")))
    code = compare_folders(folders, out, chosen, command, rules)
    if code:
        raise typer.Exit(code)


@app.command(help=f"Fetch a model once, {SIZE}; afterwards its name works offline.")
def fetch(name: Annotated[str, typer.Argument(help="Name of the model: smollm2.")]) -> None:
    """Fetch a model once."""
    from audit.terminal import fetch_model

    fetch_model(name)


@app.command()
def validate(
    quick: Annotated[bool, typer.Option(help="Fewer runs, some endpoints only; under a minute.")] = False,
    out: Annotated[Path | None, typer.Option(help="Write the page here instead of printing it.")] = None,
    processes: Annotated[int, typer.Option(help="Processes side by side; the figures do not depend on it.")] = 2,
    rows: Annotated[bool, typer.Option("--rows", help="Audits of own rows instead: small groups, writers.")] = False,
) -> None:
    """Audit the audit: null models and planted effects of known size through every suite, or data sets of own rows."""
    from audit.validate.command import validate_all, validate_own_rows

    (validate_own_rows if rows else validate_all)(quick=quick, out=out, processes=processes)


@app.command(name="app")
def page(
    host: Annotated[str, typer.Option(help="Address to listen on; 0.0.0.0 for a classroom.")] = "127.0.0.1",
    port: Annotated[int, typer.Option(help="Port to listen on.")] = 7860,
    pin: Annotated[
        str | None,
        typer.Option(
            help="Opens long audits, own files and Hub models; six characters or more. Without it, all is open."
        ),
    ] = None,
    allow_models: Annotated[
        str | None, typer.Option(help="Model ids that visitors may load, by commas; 'any' for all.")
    ] = None,
    help_lines: Annotated[str | None, typer.Option(help="Your own help lines, shown beside the care note.")] = None,
) -> None:
    """Serve the page."""
    from audit.page import launch

    launch(host=host, port=port, pin=pin, allow_models=allow_models, help_lines=help_lines)


@suites_app.command("list")
def suites_list(
    depth: Annotated[Depth, typer.Option(help="Count the items of this depth.")] = "standard",
    third_party: Annotated[
        bool, typer.Option("--third-party", help="Benchmarks of others: licence, where to get them, warnings.")
    ] = False,
) -> None:
    """List the suites: frames and clusters first, since cases are cheap and frames are evidence."""
    from audit.shown import list_suites, list_third_party

    list_third_party() if third_party else list_suites(depth)


@suites_app.command("show")
def suites_show(
    name: Annotated[str, typer.Argument(help="Name of a suite, or a CSV, TSV or TOML file.")],
    depth: Annotated[Depth, typer.Option(help="Count the items of this depth.")] = "standard",
) -> None:
    """Show the tests of a suite, with their reasons, examples and limits."""
    from audit.shown import show_suite

    show_suite(name, depth)


@suites_app.command("datasheet")
def suites_datasheet(
    name: Annotated[str | None, typer.Argument(help="Name of a suite, or a CSV, TSV or TOML file.")] = None,
    every: Annotated[bool, typer.Option("--all", help="All suites.")] = False,
    out: Annotated[Path, typer.Option(help="Folder to write to.")] = Path("docs/suites"),
) -> None:
    """Write the datasheet of a suite: what is in it, where it comes from, and what it cannot show."""
    from audit.datasheet import write_datasheets

    if (name is None) != every:
        raise CaveatError("Give the name of one suite, or --all. See the names with: caveat suites list")
    for path in write_datasheets([name] if name else None, out):
        typer.echo(path)


@suites_app.command("labels")
def suites_labels() -> None:
    """Compare the labels of all items with two blind label passes, and write probes/data/label_check.tsv."""
    from audit.shown import show_label_check

    show_label_check()
