"""Audit a model: which one, what it is, run, findings. One question a screen."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterator
from contextlib import aclosing
from functools import partial
from typing import Any

import gradio as gr

from audit.page import about_step, run_step
from audit.page.asked import computer_of
from audit.page.findings_screen import (
    Closer,
    Letter,
    build_closer,
    build_letter,
    making,
    offer_report,
    open_result,
    show,
)
from audit.page.fragments import heading, problem
from audit.page.picker import model_picker
from audit.page.room import Room
from audit.page.run_step import RunStep
from audit.page.shelf import Wanted
from audit.page.steps import focus
from audit.schema import CaveatError, Depth

MODEL, ABOUT, RUN, FINDINGS, CLOSER = 1, about_step.ABOUT, 3, run_step.FINDINGS, 5


class _Events:
    """What the controls do, for a visitor; Gradio finds the request by its annotation, which a partial would hide."""

    def __init__(self, room: Room) -> None:
        self.room = room
        self.loads = about_step.Loads()

    def look(
        self, bundled: str, other: str, revision: str, meanings: str, teacher: bool, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        yield from about_step.look(self.room, bundled, other, revision, meanings, _session(request), teacher)

    def load(self, chosen: Wanted, request: gr.Request) -> Iterator[tuple[Any, ...]]:
        yield from self.loads.follow(self.room, chosen, _session(request))

    def stop_loading(self, request: gr.Request) -> Any:
        self.loads.stop(_session(request))
        return gr.Button("Stopping", interactive=False)

    def count(self, chosen: Wanted, depth: Depth, names: list[str], request: gr.Request) -> Any:
        return run_step.count(self.room, chosen, depth, names, _session(request))

    def add(
        self, chosen: Wanted, files: list[str] | None, kind: str, names: list[str], teacher: bool, request: gr.Request
    ) -> tuple[Any, ...]:
        return run_step.add_suite(self.room, chosen, files, kind, names, _session(request), teacher)

    def enter(
        self,
        depth: Depth,
        names: list[str],
        seed: float,
        check: bool,
        teacher: bool,
        request: gr.Request,
    ) -> tuple[Any, ...]:
        computer = computer_of(request)
        return run_step.enter(self.room, _session(request), depth, names, (seed, check), teacher, computer)

    async def queue_up(self, request: gr.Request) -> AsyncIterator[Any]:
        async with aclosing(run_step.queue_up(self.room, _session(request), run_step.QUEUE)) as places:
            async for place in places:
                yield place

    def run(
        self,
        chosen: Wanted,
        depth: Depth,
        names: list[str],
        seed: float,
        check: bool,
        teacher: bool,
        request: gr.Request,
    ) -> Iterator[tuple[Any, ...]]:
        yield from run_step.run_audit(self.room, _session(request), chosen, depth, names, (seed, check), teacher)

    def cancel(self, request: gr.Request) -> Any:
        self.room.desk.stop(_session(request))
        return gr.Button("Stopping", interactive=False)


def _session(request: gr.Request) -> str:
    return request.session_hash or ""


def build_audit_tab(room: Room, teacher: Any) -> None:
    """Put the tab in place.

    Args:
        room: of the page.
        teacher: the state that tells whether the PIN was given.
    """
    does = _Events(room)
    chosen = gr.State(Wanted())
    reading = gr.State("")
    with gr.Walkthrough(selected=MODEL, elem_id="audit-steps") as steps:
        with gr.Step("Model", id=MODEL, elem_id="audit-model"):
            gr.HTML(
                heading(
                    "Which model do we look at?",
                    lead="The bundled ones are small, open at once and need no internet.",
                )
            )
            picker = model_picker(room, "audit")
            look = gr.Button("Look at it", variant="primary", elem_id="audit-look")
            trouble = gr.HTML(elem_id="audit-trouble")
        with gr.Step("What it is", id=ABOUT, interactive=False, elem_id="audit-about") as about:
            shown_card = gr.HTML(elem_id="audit-card")
            with gr.Row():
                read = gr.Button("Read the stored result", variant="primary", visible=False, elem_id="audit-read")
                ask = gr.Button("Run an audit now", variant="secondary", elem_id="audit-ask")
                load = gr.Button("Load it", variant="primary", visible=False, elem_id="audit-load")
                halt = gr.Button("Stop", variant="secondary", visible=False, elem_id="audit-halt")
            loading = gr.HTML(visible=False, elem_id="audit-loading")
            shown_fits = gr.HTML(elem_id="audit-fits")
        with gr.Step("Run", id=RUN, interactive=False, elem_id="audit-run") as running:
            run = RunStep(room)
        with gr.Step("Findings", id=FINDINGS, interactive=False, elem_id="audit-findings") as found:
            letter = build_letter()
        with gr.Step("A closer look", id=CLOSER, interactive=False, elem_id="audit-evidence") as closer_step:
            gr.HTML(heading("What is behind it?"))
            closer = build_closer(room, reading)

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    screens = [
        *(chosen, shown_card, shown_fits, read, ask, load, loading),
        *(run.suites, run.count, run.trouble, steps, about, running),
    ]
    looked = look.click(
        does.look,
        [picker.bundled, picker.other, picker.revision, picker.meanings, teacher],
        [trouble, *screens],
        concurrency_id="look",
        concurrency_limit=2,
        **quiet,
    )
    looked.then(None, js=focus("audit-about"), **quiet)
    # A model from the Hub may take long to fetch, and nobody else should wait for that.
    fetched = load.click(
        does.load, chosen, [trouble, halt, *screens], concurrency_id="load", concurrency_limit=1, **quiet
    )
    fetched.then(None, js=focus("audit-about"), **quiet)
    halt.click(does.stop_loading, None, halt, queue=False, **quiet)
    counted = [chosen, run.depth, run.suites]
    ask.click(lambda: gr.Walkthrough(selected=RUN), None, steps, queue=False, **quiet).then(
        does.count, counted, run.count, **quiet
    ).then(None, js=focus("audit-run"), **quiet)
    for control in (run.depth, run.suites):
        control.change(does.count, counted, run.count, **quiet)
    run.file.upload(
        does.add, [chosen, run.file, run.kind, run.suites, teacher], [run.added, run.suites, run.file], **quiet
    )

    opened = read.click(partial(_read_stored, room), chosen, [reading, trouble, steps, found, closer_step], **quiet)
    _then_show(room, opened, reading, letter, closer, quiet)
    started = (
        run.start.click(
            does.enter,
            [run.depth, run.suites, run.seed, run.check, teacher],
            [run.choices, run.board, run.cancel, run.trouble],
            queue=False,
            **quiet,
        )
        # Waiting costs nothing, so any number may do it at once.
        .then(does.queue_up, None, run.board, concurrency_id="waiting", concurrency_limit=None, **quiet)
        .then(
            does.run,
            [*counted, run.seed, run.check, teacher],
            [run.choices, run.board, run.cancel, run.trouble, reading, steps, found, closer_step],
            concurrency_id="audit",
            concurrency_limit=1,
            api_name="run",
            api_visibility="private",
            show_progress="minimal",
            show_progress_on=run.board,
        )
    )
    _then_show(room, started, reading, letter, closer, quiet)
    letter.closer.click(lambda: gr.Walkthrough(selected=CLOSER), None, steps, queue=False, **quiet).then(
        None, js=focus("audit-evidence"), **quiet
    )
    # Not `input`, which also comes when the keyboard only passes through.
    letter.kind.select(making, None, letter.download, queue=False, **quiet).then(
        partial(offer_report, room), [reading, letter.kind], [letter.download, letter.trouble], **quiet
    )
    run.cancel.click(does.cancel, None, run.cancel, queue=False, **quiet)


def stop_on_leaving(demo: gr.Blocks, room: Room) -> None:
    """Stop a visitor's run, or take it out of the queue, when the window is closed; forget own suites and files."""

    def leave(request: gr.Request) -> None:
        for ticket in (_session(request), f"{_session(request)}-posts"):
            room.desk.stop(ticket)
        room.own.forget(_session(request))
        room.uploads.drop(_session(request))

    demo.unload(leave)


def _then_show(room: Room, event: Any, reading: Any, letter: Letter, closer: Closer, quiet: dict[str, Any]) -> None:
    """Fill the last two screens after an event that may have put a result on the desk."""
    opened = event.then(partial(open_result, room), reading, [letter.text, closer.suite, letter.download], **quiet)
    opened.then(None, js=focus("audit-findings"), **quiet)
    opened.then(partial(show, room), [reading, closer.suite], closer.filled, **quiet)
    opened.then(partial(offer_report, room), [reading, letter.kind], [letter.download, letter.trouble], **quiet)


def _read_stored(room: Room, chosen: Wanted) -> tuple[Any, ...]:
    """Put the stored result of the chosen model on the desk."""
    try:
        result = None if chosen.revision or chosen.labels else room.ready.get(chosen.name)
        if result is None:
            raise CaveatError(f"There is no stored result of {chosen.name}. Run an audit instead.")
    except CaveatError as error:
        return gr.skip(), problem(str(error)), gr.skip(), gr.skip(), gr.skip()
    key = room.desk.keep(result, stored=True)
    return key, "", gr.Walkthrough(selected=FINDINGS), gr.Step(interactive=True), gr.Step(interactive=True)
