"""Your posts: an audit on a researcher's own labelled rows, from a file to a report. Nothing is kept."""

from __future__ import annotations

import logging
import os
import shlex
import shutil
import threading
from collections.abc import AsyncIterator, Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass, field
from html import escape
from pathlib import Path
from typing import Any

import gradio as gr

from audit.page import folders
from audit.page.asked import computer_of
from audit.page.fragments import care, heading, page, problem, waiting
from audit.page.fragments import note as remark
from audit.page.room import Room
from audit.page.run_step import queue_up
from audit.page.runs import own_error
from audit.page.shelf import OFFERS, choose, pairs
from audit.page.uploads import delete, discard, unread
from audit.report.owndata.first import first_look, notes
from audit.report.words import integer, plural
from audit.schema import TEXT_CLASSIFICATION, CaveatError, DataResult

LOG = logging.getLogger(__name__)
_GONE = "The file is gone: it is deleted after an audit. Choose it again."
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
        path = room.uploads.hand_over(session)
        asked = Asked(path, text, label, tuple(groups or ()), "" if cluster == NONE else cluster, meanings)
        yield from _run(room, jobs, session, asked, (model, other), opened)

    def enter_for(opened: bool, request: gr.Request) -> tuple[Any, ...]:
        try:
            _check(room, request.session_hash or "", opened)
            ahead = room.desk.ahead(room.desk.enter(_ticket(request), computer_of(request)))
        except CaveatError as error:
            room.desk.refuse(_ticket(request), str(error))
            return problem(str(error)), gr.Column(visible=True), gr.HTML(visible=False), gr.Button(visible=False)
        line = f"{plural(ahead, 'audit is', 'audits are')} ahead of yours." if ahead else "Starting."
        return "", gr.Column(visible=False), gr.HTML(waiting(line), visible=True), _stop_button()

    async def queue_for(request: gr.Request) -> AsyncIterator[str]:
        async with aclosing(queue_up(room, _ticket(request))) as places:
            async for place in places:
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
    chosen = [trouble, choices, text, label, groups, cluster, files, shown]
    # Not `change`, which also comes when the page empties the field after an audit.
    file.upload(_Columns(room).read, [file, teacher, text, label, groups, cluster], [file, *chosen], **quiet)
    file.clear(_Columns(room).clear, None, chosen, **quiet)
    start.click(enter_for, teacher, [trouble, choices, board, cancel], queue=False, **quiet).then(
        queue_for, None, board, concurrency_id="waiting", concurrency_limit=None, **quiet
    ).then(
        run_for,
        [model, other, text, label, groups, cluster, meanings, teacher],
        [trouble, choices, board, cancel, files, report, review, shown, file],
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

    path: Path | None
    """The file, deleted in the end; None when there is none any more."""
    text: str
    label: str
    groups: tuple[str, ...]
    cluster: str
    meanings: str


def _locked(room: Room, opened: bool) -> str:
    return "Own files are opened by the teacher. Enter the PIN first." if room.settings.pin and not opened else ""


def _check(room: Room, session: str, opened: bool) -> None:
    """Say before anybody waits what would stop an audit at once."""
    if _locked(room, opened):
        raise CaveatError(_locked(room, opened))
    if not room.uploads.holds(session):
        raise CaveatError(_GONE)


class _Columns:
    """Reads the heading of a file and offers its columns; Gradio finds the request by its annotation."""

    def __init__(self, room: Room) -> None:
        self.room = room

    def clear(self, request: gr.Request) -> tuple[Any, ...]:
        """Forget the file that a visitor took back."""
        self.room.uploads.drop(request.session_hash or "")
        return "", *_hidden()

    def read(
        self,
        path: str | None,
        opened: bool,
        text: str,
        label: str,
        groups: list[str],
        cluster: str,
        request: gr.Request,
    ) -> tuple[Any, ...]:
        """Take the file, and offer its columns; what was chosen of an earlier file stays where it is there again."""
        if not path:
            return gr.skip(), "", *_hidden()
        if not self.room.uploads.brought(path):
            return None, problem(_GONE), *_hidden()
        session = request.session_hash or ""
        from audit.owndata.reading import open_source

        try:
            if _locked(self.room, opened):
                raise CaveatError(_locked(self.room, opened))
            names = list(open_source(str(self.room.uploads.claim(session, path))).columns)
        except FileNotFoundError:
            return None, problem(_GONE), *_hidden()
        except CaveatError as error:
            return None, problem(_without_folder(str(error), self.room.uploads.drop(session))), *_hidden()
        except Exception as error:
            self.room.uploads.drop(session)
            return None, problem(unread(error)), *_hidden()
        finally:
            delete([path])
        first = next((name for name in names if name.lower() in _GUESSES["text"]), names[0])
        answer = next((name for name in names if name.lower() in _GUESSES["label"]), names[-1])
        return (
            gr.skip(),
            "",
            gr.Column(visible=True),
            gr.Dropdown(names, value=text if text in names else first),
            gr.Dropdown(names, value=label if label in names else answer),
            gr.CheckboxGroup(names, value=[name for name in groups or () if name in names]),
            gr.Dropdown([NONE, *names], value=cluster if cluster in names else NONE),
            gr.Row(visible=False),
            "",
        )


def _hidden() -> tuple[Any, ...]:
    return (gr.Column(visible=False), *(gr.skip(),) * 4, gr.Row(visible=False), "")


def _without_folder(line: str, path: Path | None) -> str:
    """Leave the folder of an uploaded file out of what a visitor reads."""
    return line.replace(f"{path.parent}{os.sep}", "") if path else line


def _run(
    room: Room, jobs: dict[str, Job], session: str, asked: Asked, model: Sequence[str], opened: bool
) -> Iterator[tuple[Any, ...]]:
    """Audit, tell how it goes, and end with the report or with one line that says why not; the file goes either way."""
    skip = gr.skip()
    ticket = f"{session}-posts"
    job = Job()
    run = None
    folder = folders.private("posts-")
    try:
        run = room.desk.begin(ticket)
        job.stop = run.stop
        jobs[session] = job
        if _locked(room, opened):
            raise CaveatError(_locked(room, opened))
        if asked.path is None:
            raise CaveatError(_GONE)
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
        yield "", gr.Column(visible=False), waiting(f"Loading {name}."), _stop_button(), *(skip,) * 5
        loaded = room.shelf.get(name)
        if not run.stop.is_set():
            where = (asked.path, folder)
            thread = threading.Thread(
                target=_work, args=(job, loaded, options, *where), name="caveat-posts", daemon=True
            )
            thread.start()
            while thread.is_alive():
                thread.join(0.5)
                yield "", skip, waiting(_line(job)), skip, *(skip,) * 5
        yield _ended(job, asked, folder)
    except Exception as error:
        job.result = None
        job.trouble = str(error) if isinstance(error, CaveatError) else own_error(error)
        yield _ended(job, asked, folder)
    finally:
        job.stop.set()
        if run is not None:
            room.desk.leave(ticket, run)
        jobs.pop(session, None)
        # The page has its own copies of the report by now, and drops them after a day.
        shutil.rmtree(folder, ignore_errors=True)
        if asked.path is not None:
            discard(asked.path)


def _ended(job: Job, asked: Asked, folder: Path) -> tuple[Any, ...]:
    """Show how an audit ended; the field for the file is empty again, as the file is gone."""
    skip, nothing = gr.skip(), gr.Button(visible=False)
    if job.result is not None:
        return (
            "",
            gr.Column(visible=False),
            gr.HTML(visible=False),
            nothing,
            gr.Row(visible=True),
            gr.DownloadButton(value=str(folder / "report.html")),
            gr.DownloadButton(value=str(folder / "review.csv")),
            _letter(job.result, (folder / "report.html").read_text(encoding="utf-8")),
            None,
        )
    if job.trouble:
        again = "" if asked.path is None else " The file was deleted: choose it again when that is mended."
        why = problem(_without_folder(job.trouble, asked.path) + again)
    else:
        why = page(remark("Stopped.", "Nothing is kept, and the file was deleted. Choose it again to start anew."))
    return why, gr.Column(visible=True), gr.HTML(visible=False), nothing, *(skip,) * 4, None


def _command(asked: Asked, model: str) -> str:
    """The command line that does the same."""
    words = [
        "caveat",
        "data",
        asked.path.name if asked.path else "FILE",
        model,
        "--text",
        asked.text,
        "--label",
        asked.label,
    ]
    for column in asked.groups:
        words += ["--group", column]
    words += ["--cluster", asked.cluster] if asked.cluster else []
    said = ",".join(f"{own}={meaning}" for own, meaning in pairs(asked.meanings).items())
    return shlex.join([*words, "--data-labels", said] if said else words)


def _stop_button() -> Any:
    return gr.Button("Stop", visible=True, interactive=True)


def _work(job: Job, model: Any, options: Any, path: Path, folder: Path) -> None:
    from audit.owndata.run import audit_data
    from audit.rendering import render_page
    from audit.scoring import Cancelled

    def tell(state: Any) -> None:
        job.what, job.done, job.total = state.suite, state.tokens_done, state.tokens_total

    LOG.info("an audit of own posts begins")
    try:
        result = audit_data(
            model, str(path), options, out=folder / "run", formats=(), progress=tell, cancelled=job.stop.is_set
        )
        (folder / "report.html").write_text(render_page(None, result), encoding="utf-8")
        shutil.copyfile(folder / "run" / "review.csv", folder / "review.csv")
        job.result = result
        LOG.info("an audit of own posts is done")
    except Cancelled:
        job.trouble = ""
    except CaveatError as error:
        job.trouble = str(error)
    except BaseException as error:
        # A thread has nobody to raise to; a panic in the Rust of a tokenizer is no `Exception`.
        job.trouble = own_error(error)
        LOG.info("an audit of own posts ended: %s", type(error).__name__)
    finally:
        # Rows and their key never outlive the audit, nor does the file where nobody waits for the result any more.
        shutil.rmtree(folder / "run", ignore_errors=True)
        if job.stop.is_set():
            shutil.rmtree(folder, ignore_errors=True)
            discard(path)


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
    told = "".join(f"<p><strong>{escape(note)}</strong></p>" for note in notes(result))
    said = "".join(f"<dt>{escape(question)}</dt><dd>{escape(answer)}</dd>" for question, answer in first_look(result))
    return page(f'<h2 tabindex="-1">What was found</h2><p>{escape(lead)}</p>{told}<dl class="card">{said}</dl>{frame}')
