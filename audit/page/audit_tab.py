"""Audit a model: which one, what it is, run, findings. One question a screen."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from audit.page.findings_screen import Closer, Letter, build_closer, build_letter, offer_report, open_result, show
from audit.page.fragments import card, fitting, heading, page, problem, sentences_line, stored_line, waiting
from audit.page.fragments import note as remark
from audit.page.picker import model_picker
from audit.page.progress import Board
from audit.page.room import Room
from audit.page.shelf import choose
from audit.schema import CaveatError, Depth
from reports.words import plural

MODEL, ABOUT, RUN, FINDINGS, CLOSER = 1, 2, 3, 4, 5
DEPTHS = [
    ("Quick: a first look in seconds", "quick"),
    ("Standard: what a finding should rest on", "standard"),
    ("Full: everything, for research", "full"),
]
_FOCUS = "() => { const h = document.querySelector('#audit-%s h2'); if (h) { h.focus(); } window.scrollTo(0, 0); }"


def focus(step: str) -> str:
    """Script that puts the reader at the head of a screen that has just opened."""
    return _FOCUS % step


def build_audit_tab(room: Room, teacher: Any) -> None:
    """Put the tab in place.

    Args:
        room: of the page.
        teacher: the state that tells whether the PIN was given.
    """

    def run_for(
        chosen: str, depth: Depth, names: list[str], teacher: bool, request: gr.Request
    ) -> Iterator[tuple[Any, ...]]:
        # Gradio finds the request by its annotation, which a partial would hide.
        yield from _run(room, request.session_hash or "", chosen, depth, names, teacher)

    def enter_for(request: gr.Request) -> tuple[Any, ...]:
        ahead = room.desk.ahead(room.desk.enter(request.session_hash or ""))
        wait = waiting(f"{plural(ahead, 'audit is', 'audits are')} ahead of yours." if ahead else "Starting.")
        return gr.Column(visible=False), gr.HTML(wait, visible=True), gr.Button("Stop", visible=True, interactive=True)

    def cancel_for(request: gr.Request) -> Any:
        room.desk.stop(request.session_hash or "")
        return gr.Button("Stopping", interactive=False)

    chosen = gr.State("")
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
            trouble = gr.HTML()
        with gr.Step("What it is", id=ABOUT, interactive=False, elem_id="audit-about") as about:
            shown_card = gr.HTML()
            with gr.Row():
                read = gr.Button("Read the stored result", variant="primary", visible=False, elem_id="audit-read")
                ask = gr.Button("Run an audit now", variant="secondary", elem_id="audit-ask")
            shown_fits = gr.HTML()
        with gr.Step("Run", id=RUN, interactive=False, elem_id="audit-run") as running:
            run = _RunScreen(room)
        with gr.Step("Findings", id=FINDINGS, interactive=False, elem_id="audit-findings") as found:
            letter = build_letter()
        with gr.Step("A closer look", id=CLOSER, interactive=False, elem_id="audit-evidence") as closer_step:
            gr.HTML(heading("What is behind it?"))
            closer = build_closer(room, reading)

    quiet: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
    looked = look.click(
        partial(_look, room),
        [picker.bundled, picker.other, teacher],
        [trouble, chosen, shown_card, shown_fits, read, ask, run.suites, run.count, run.trouble, steps, about, running],
        concurrency_id="model",
        concurrency_limit=1,
        **quiet,
    )
    looked.then(None, js=focus("about"), **quiet)
    ask.click(lambda: gr.Walkthrough(selected=RUN), None, steps, queue=False, **quiet).then(
        None, js=focus("run"), **quiet
    )
    for control in (run.depth, run.suites):
        control.change(partial(_count, room), [chosen, run.depth, run.suites], run.count, **quiet)

    opened = read.click(partial(_read_stored, room), chosen, [reading, trouble, steps, found, closer_step], **quiet)
    _then_show(room, opened, reading, letter, closer, quiet)
    entered = run.start.click(enter_for, None, [run.choices, run.board, run.cancel], queue=False, **quiet)
    started = entered.then(
        run_for,
        [chosen, run.depth, run.suites, teacher],
        [run.choices, run.board, run.cancel, run.trouble, reading, steps, found, closer_step],
        concurrency_id="audit",
        concurrency_limit=1,
        api_name="run",
        api_visibility="private",
        show_progress="minimal",
        show_progress_on=run.board,
    )
    _then_show(room, started, reading, letter, closer, quiet)
    letter.closer.click(lambda: gr.Walkthrough(selected=CLOSER), None, steps, queue=False, **quiet).then(
        None, js=focus("evidence"), **quiet
    )
    run.cancel.click(cancel_for, None, run.cancel, queue=False, **quiet)


def stop_on_leaving(demo: gr.Blocks, room: Room) -> None:
    """Stop a visitor's run, or take it out of the queue, when the window is closed."""

    def leave(request: gr.Request) -> None:
        room.desk.stop(request.session_hash or "")

    demo.unload(leave)


class _RunScreen:
    """The controls of the third screen; while a run is on, its board takes their place."""

    def __init__(self, room: Room) -> None:
        with gr.Column(elem_id="audit-choices") as self.choices:
            gr.HTML(heading("What do we ask it, and how thoroughly?"))
            locked = " Standard and full are opened by the teacher." if room.settings.pin else ""
            self.depth = gr.Radio(
                DEPTHS,
                value="quick",
                label="Depth",
                info=f"More sentence frames make an interval narrower.{locked}",
                interactive=True,
                elem_id="audit-depth",
                elem_classes="cv-choices",
            )
            self.suites = gr.CheckboxGroup(
                [], label="Questions", interactive=True, elem_id="audit-suites", elem_classes="cv-choices"
            )
            self.count = gr.HTML()
            self.start = gr.Button("Start the audit", variant="primary", elem_id="audit-start")
        self.board = gr.HTML(visible=False, elem_id="audit-board")
        self.cancel = gr.Button("Stop", variant="secondary", visible=False, elem_id="audit-cancel")
        self.trouble = gr.HTML()


def _then_show(room: Room, event: Any, reading: Any, letter: Letter, closer: Closer, quiet: dict[str, Any]) -> None:
    """Fill the last two screens after an event that may have put a result on the desk."""
    opened = event.then(partial(open_result, room), reading, [letter.text, closer.suite, letter.download], **quiet)
    opened.then(None, js=focus("findings"), **quiet)
    opened.then(partial(show, room), [reading, closer.suite], closer.filled, **quiet)
    opened.then(partial(offer_report, room), reading, letter.download, **quiet)


def _look(room: Room, bundled: str, other: str, teacher: bool) -> Iterator[tuple[Any, ...]]:
    """Find out what a model is and fill the second and third screens."""
    kept = (gr.skip(),) * 11
    try:
        name = choose(room.settings, bundled, other or "", teacher)
        stored = room.ready.get(name)
        if not stored and name not in room.shelf:
            line = f"Loading {name}. A bundled model takes a few seconds, one from the Hub as long as it downloads."
            yield waiting(line), *kept
        info = room.info(name)
        fits = room.fits(info)
    except CaveatError as error:
        yield problem(str(error)), *kept
        return
    names = [fit.suite.name for fit in fits if not fit.reason]
    head = card(info)
    if stored:
        head += page(remark("A result is ready.", stored_line(stored)))
    yield (
        "",
        name,
        head,
        fitting(fits),
        gr.Button(visible=stored is not None),
        gr.Button(variant="secondary" if stored else "primary", interactive=bool(names)),
        gr.CheckboxGroup([(fit.suite.title, fit.suite.name) for fit in fits if not fit.reason], value=names),
        sentences_line(fits, names),
        "",
        gr.Walkthrough(selected=ABOUT),
        gr.Step(interactive=True),
        gr.Step(interactive=bool(names)),
    )


def _count(room: Room, chosen: str, depth: Depth, names: list[str]) -> Any:
    """Say how much there is to read."""
    if not chosen:
        return gr.skip()
    return sentences_line(room.fits(room.info(chosen), depth), names)


def _read_stored(room: Room, chosen: str) -> tuple[Any, ...]:
    """Put the stored result of the chosen model on the desk."""
    try:
        result = room.ready.get(chosen)
        if result is None:
            raise CaveatError(f"There is no stored result of {chosen}. Run an audit instead.")
    except CaveatError as error:
        return gr.skip(), problem(str(error)), gr.skip(), gr.skip(), gr.skip()
    key = room.desk.keep(result, stored=True)
    return key, "", gr.Walkthrough(selected=FINDINGS), gr.Step(interactive=True), gr.Step(interactive=True)


def _run(
    room: Room, session: str, chosen: str, depth: Depth, names: list[str], teacher: bool
) -> Iterator[tuple[Any, ...]]:
    """Run an audit and tell how it goes; ends at the findings, or back at the choices with a line that says why."""
    skip = gr.skip()
    back = gr.Column(visible=True), gr.HTML("", visible=False), gr.Button(visible=False)
    run = room.desk.waiting(session)
    try:
        suites = room.chosen_suites(names, depth, teacher)
        if chosen not in room.shelf:
            yield skip, waiting(f"Loading {chosen}."), *(skip,) * 6
        model = room.shelf.get(chosen)
        board = Board(model.info.id, suites)
        if not run.stop.is_set():
            room.desk.start(run, partial(room.engine.run_audit, model, suites))
            yield skip, board.html(), skip, "", *(skip,) * 4
            for told in run.follow():
                if told is not None:
                    board.take(told)
                if told is not None or run.stop.is_set() != board.stopping:
                    board.stopping = run.stop.is_set()
                    yield skip, board.html(), *(skip,) * 6
    except CaveatError as error:
        yield *back, problem(str(error)), *(skip,) * 4
        return
    finally:
        run.stop.set()
        room.desk.leave(session, run)
    result = run.ended.result if run.ended else None
    if result is None or (result.partial and not result.suites):
        reason = run.ended.problem if run.ended else ""
        line = problem(reason) if reason else page(remark("Stopped.", "No suite was finished, so nothing is shown."))
        yield *back, line, *(skip,) * 4
        return
    key = room.desk.keep(result)
    yield *back, "", key, gr.Walkthrough(selected=FINDINGS), gr.Step(interactive=True), gr.Step(interactive=True)
