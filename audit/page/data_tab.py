"""Your posts: an audit on a researcher's own labelled rows, from a file to a report. Nothing is kept."""

from __future__ import annotations

import shlex
import shutil
import tempfile
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from dataclasses import dataclass, field
from functools import partial
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from audit.page.fragments import care, heading, page, problem, waiting
from audit.page.fragments import note as remark
from audit.page.room import Room
from audit.page.run_step import queue_up
from audit.page.shelf import OFFERS, choose, pairs
from audit.schema import TEXT_CLASSIFICATION, CaveatError, DataResult
from reports.words import integer, plural

FORMATS = [".csv", ".tsv", ".jsonl", ".json", ".parquet", ".xlsx"]
NONE = "(none)"
_GUESSES = {"text": ("text", "post", "message", "body", "comment"), "label": ("label", "sentiment", "class", "target")}


@dataclass
class Job:
    """One run in a thread, so that the page can tell how it goes and stop it."""

    stop: threading.Event = field(default_factory=threading.Event)
    result: DataResult | None = None
    trouble: str = ""
    done: int = 0
    total: int = 0
    what: str = ""


def build_data_tab(room: Room, teacher: Any) -> None:
    """Put the tab in place.

    Args:
        room: of the page.
        teacher: the state that tells whether the PIN was given.
    """
    jobs: dict[str, Job] = {}

    def run_for(
        path: str | None,
        model: str,
        other: str,
        text: str,
        label: str,
        groups: list[str],
        cluster: str,
        meanings: str,
        opened: bool,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        session = request.session_hash or ""
        asked = Asked(path or "", text, label, tuple(groups or ()), "" if cluster == NONE else cluster, meanings)
        yield from _run(room, jobs, session, asked, (model, other), opened)

    def enter_for(request: gr.Request) -> tuple[Any, ...]:
        ahead = room.desk.ahead(room.desk.enter(_ticket(request)))
        line = f"{plural(ahead, 'audit is', 'audits are')} ahead of yours." if ahead else "Starting."
        return "", gr.Column(visible=False), gr.HTML(waiting(line), visible=True), _stop_button()

    async def queue_for(request: gr.Request) -> AsyncIterator[str]:
        async for place in queue_up(room, _ticket(request)):
            yield place

    def stop_for(request: gr.Request) -> Any:
        room.desk.stop(_ticket(request))
        job = jobs.get(request.session_hash or "")
        if job is not None:
            job.stop.set()
        return gr.Button("Stopping", interactive=False)

    gr.HTML(
        heading(
            "Is it right for the people you study?",
            "Bring a table with one labelled post a row, and columns about the writers. The file stays on the computer "
            "that serves this page, is read once, and is deleted when the audit ends.",
            lead="For researchers: a model, your own labelled posts, and figures for each group.",
        )
    )
    gr.HTML(care(room.settings.help_lines))
    file = gr.File(
        label="Your file", file_types=FORMATS, type="filepath", height=160, elem_id="data-file", elem_classes="cv-file"
    )
    trouble = gr.HTML()
    with gr.Column(visible=False) as choices:
        with gr.Row():
            text = gr.Dropdown([], label="Column with the texts", interactive=True, elem_id="data-text")
            label = gr.Dropdown([], label="Column with the labels", interactive=True, elem_id="data-label")
        groups = gr.CheckboxGroup([], label="Compare by", interactive=True, elem_id="data-groups")
        cluster = gr.Dropdown(
            [NONE], value=NONE, label="Column that says who wrote it", interactive=True, elem_id="data-cluster",
            info="Posts by one writer are alike; intervals must know it.",
        )  # fmt: skip
        meanings = gr.Textbox(
            label="What your labels mean, if they are not negative, neutral, positive",
            placeholder="burnout=negative, coping=neutral, fine=positive", max_length=500, elem_id="data-meanings",
        )  # fmt: skip
        offers = [offer for offer in OFFERS if offer.task == TEXT_CLASSIFICATION]
        model = gr.Dropdown(
            [(offer.label, offer.name) for offer in offers], value=offers[0].name, label="Model", elem_id="data-model"
        )
        other = gr.Textbox(
            label="Or another classifier from the Hub", max_length=200, elem_id="data-other",
            visible=bool(room.settings.allow_models) or room.settings.folders,
        )  # fmt: skip
        start = gr.Button("Start the audit", variant="primary", elem_id="data-start")
    board = gr.HTML(visible=False, elem_id="data-board")
    cancel = gr.Button("Stop", variant="secondary", visible=False, elem_id="data-cancel")
    with gr.Row(visible=False) as files:
        report = gr.DownloadButton("Download the report", variant="primary", elem_id="data-report")
        review = gr.DownloadButton("Download the list of posts to read", variant="secondary", elem_id="data-review")
    shown = gr.HTML(elem_id="data-shown")

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    file.change(
        partial(_columns, room),
        [file, teacher],
        [trouble, choices, text, label, groups, cluster, files, shown],
        **quiet,
    )
    start.click(enter_for, None, [trouble, choices, board, cancel], queue=False, **quiet).then(
        queue_for, None, board, concurrency_id="waiting", concurrency_limit=None, **quiet
    ).then(
        run_for,
        [file, model, other, text, label, groups, cluster, meanings, teacher],
        [trouble, choices, board, cancel, files, report, review, shown],
        concurrency_id="audit",
        concurrency_limit=1,
        api_visibility="private",
        show_progress="hidden",
    )
    cancel.click(stop_for, None, cancel, queue=False, **quiet)


def _ticket(request: gr.Request) -> str:
    """Own posts wait in the same queue as audits of suites, and one window may have one of each."""
    return f"{request.session_hash or ''}-posts"


@dataclass(frozen=True, slots=True)
class Asked:
    """What a visitor chose."""

    path: str
    text: str
    label: str
    groups: tuple[str, ...]
    cluster: str
    meanings: str


def _locked(room: Room, opened: bool) -> str:
    return "Own files are opened by the teacher. Enter the PIN first." if room.settings.pin and not opened else ""


def _columns(room: Room, path: str | None, opened: bool) -> tuple[Any, ...]:
    """Read the heading of a file and offer its columns."""
    hidden = (gr.Column(visible=False), *(gr.skip(),) * 4, gr.Row(visible=False), "")
    if not path:
        return "", *hidden
    from audit.owndata.reading import open_source

    try:
        if _locked(room, opened):
            raise CaveatError(_locked(room, opened))
        reader = open_source(path)
        names = list(reader.columns)
    except CaveatError as error:
        return problem(_without_folder(str(error), path)), *hidden
    text = next((name for name in names if name.lower() in _GUESSES["text"]), names[0])
    label = next((name for name in names if name.lower() in _GUESSES["label"]), names[-1])
    return (
        "",
        gr.Column(visible=True),
        gr.Dropdown(names, value=text),
        gr.Dropdown(names, value=label),
        gr.CheckboxGroup(names, value=[]),
        gr.Dropdown([NONE, *names], value=NONE),
        gr.Row(visible=False),
        "",
    )


def _without_folder(line: str, path: str) -> str:
    """Leave the folder of an uploaded file out of what a visitor reads."""
    return line.replace(str(Path(path).parent) + "/", "")


def _run(
    room: Room, jobs: dict[str, Job], session: str, asked: Asked, model: Sequence[str], opened: bool
) -> Iterator[tuple[Any, ...]]:
    """Audit, tell how it goes, and end with the report or with one line that says why not."""
    skip = gr.skip()
    back = gr.Column(visible=True), gr.HTML(visible=False), gr.Button(visible=False)
    ticket = f"{session}-posts"
    run = room.desk.waiting(ticket)
    job = jobs[session] = Job(stop=run.stop)
    folder = Path(tempfile.mkdtemp(prefix="caveat-posts-"))
    try:
        if _locked(room, opened):
            raise CaveatError(_locked(room, opened))
        if not asked.path or not Path(asked.path).is_file():
            raise CaveatError("The file is gone: it is deleted after an audit. Choose it again.")
        name = choose(room.settings, model[0], model[1] or "", opened)
        from audit.owndata.options import DataOptions

        options = DataOptions(
            text=asked.text,
            label=asked.label,
            groups=tuple(g for g in asked.groups if g not in (asked.text, asked.label)),
            cluster=asked.cluster,
            labels=pairs(asked.meanings),
            command=_command(asked, name),
        )
        yield "", gr.Column(visible=False), waiting(f"Loading {name}."), _stop_button(), *(skip,) * 4
        loaded = room.shelf.get(name)
        thread = threading.Thread(target=_work, args=(job, loaded, asked.path, options, folder), daemon=True)
        thread.start()
        while thread.is_alive():
            thread.join(0.5)
            yield "", skip, waiting(_line(job)), skip, *(skip,) * 4
    except CaveatError as error:
        yield problem(_without_folder(str(error), asked.path)), *back, *(skip,) * 4
        shutil.rmtree(folder, ignore_errors=True)
        return
    finally:
        job.stop.set()
        room.desk.leave(ticket, run)
        jobs.pop(session, None)
    if job.result is None:
        why = (
            problem(_without_folder(job.trouble, asked.path))
            if job.trouble
            else page(remark("Stopped.", "Nothing is kept."))
        )
        yield why, *back, *(skip,) * 4
        shutil.rmtree(folder, ignore_errors=True)
        return
    Path(asked.path).unlink(missing_ok=True)
    yield (
        "",
        gr.Column(visible=False),
        gr.HTML(visible=False),
        gr.Button(visible=False),
        gr.Row(visible=True),
        gr.DownloadButton(value=str(folder / "report.html")),
        gr.DownloadButton(value=str(folder / "review.csv")),
        _letter(job.result, (folder / "report.html").read_text(encoding="utf-8")),
    )
    # The page has its own copies by now, and drops them after a day.
    shutil.rmtree(folder, ignore_errors=True)


def _command(asked: Asked, model: str) -> str:
    """The command line that does the same."""
    words = ["caveat", "data", Path(asked.path).name, model, "--text", asked.text, "--label", asked.label]
    for column in asked.groups:
        words += ["--group", column]
    words += ["--cluster", asked.cluster] if asked.cluster else []
    said = ",".join(f"{own}={meaning}" for own, meaning in pairs(asked.meanings).items())
    return shlex.join([*words, "--data-labels", said] if said else words)


def _stop_button() -> Any:
    return gr.Button("Stop", visible=True, interactive=True)


def _work(job: Job, model: Any, path: str, options: Any, folder: Path) -> None:
    from audit.owndata.run import audit_data
    from audit.rendering import render_page
    from audit.scoring import Cancelled

    def tell(state: Any) -> None:
        job.what, job.done, job.total = state.suite, state.tokens_done, state.tokens_total

    try:
        result = audit_data(
            model, path, options, out=folder / "run", formats=(), progress=tell, cancelled=job.stop.is_set
        )
        (folder / "report.html").write_text(render_page(None, result), encoding="utf-8")
        shutil.copyfile(folder / "run" / "review.csv", folder / "review.csv")
        job.result = result
    except Cancelled:
        job.trouble = ""
    except CaveatError as error:
        job.trouble = str(error)
    finally:
        # Rows and their key never outlive the audit.
        shutil.rmtree(folder / "run", ignore_errors=True)


def _line(job: Job) -> str:
    if job.stop.is_set():
        return "Stopping after this batch."
    if not job.total:
        return "Reading the file."
    share = 100 * job.done // max(job.total, 1)
    return f"{job.what}: {integer(job.done)} of {integer(job.total)} ({share} %)."


def _letter(result: DataResult, report: str) -> str:
    """The report in a frame of its own, which can neither run scripts nor reach the page."""
    source = result.source
    lead = f"{plural(source.used, 'post')} read, {integer(source.labelled)} with a label. The file was deleted."
    frame = (
        f'<iframe title="Report on {escape(source.name)}" sandbox="" srcdoc="{escape(report, quote=True)}" '
        'style="width:100%;height:80vh;border:1px solid var(--border-color-primary)"></iframe>'
    )
    return page(f'<h2 tabindex="-1">What was found</h2><p>{escape(lead)}</p>{frame}')
