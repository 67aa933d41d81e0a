"""The third screen of an audit: which questions, how thoroughly; then the board of the run."""

from __future__ import annotations

import asyncio
import math
import time
from collections.abc import AsyncGenerator, Iterator, Mapping, Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from audit.page import own_suites
from audit.page.fragments import care, heading, page, problem, say, sentences_line, waiting
from audit.page.fragments import note as remark
from audit.page.progress import Board
from audit.page.room import Room
from audit.page.runs import own_error
from audit.page.shelf import Wanted
from audit.page.uploads import delete, unread
from audit.report.words import duration, plural
from audit.schema import CaveatError, Depth, Suite

FINDINGS = 4
MOST_SEED = 2**31 - 1
QUEUE = "Getting ready"
DEPTHS = [
    ("Quick: a first look in seconds", "quick"),
    ("Standard: what a finding should rest on", "standard"),
    ("Full: everything, for research", "full"),
]
SECONDS_BETWEEN_LOOKS = 0.5


class RunStep:
    """The controls of the screen; while a run is on, its board takes their place."""

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
                [],
                label="Questions",
                info="Unmark what you would rather leave out.",
                interactive=True,
                elem_id="audit-suites",
                elem_classes="cv-choices",
            )
            self.count = gr.HTML(elem_id="audit-count")
            with gr.Accordion("More, for research", open=False, elem_id="audit-more-run", elem_classes="cv-fold"):
                self._build_more()
            self.start = gr.Button("Start the audit", variant="primary", elem_id="audit-start")
        self.board = gr.HTML(visible=False, elem_id="audit-board")
        self.cancel = gr.Button("Stop", variant="secondary", visible=False, elem_id="audit-cancel")
        self.trouble = gr.HTML(elem_id="audit-run-trouble")

    def _build_more(self) -> None:
        self.kind = gr.Dropdown(
            own_suites.kinds(),
            value=own_suites.OWN,
            label="Questions from a file",
            info="A file is read once and deleted. Benchmarks of others give numbers, no verdicts.",
            interactive=True,
            elem_id="audit-own-kind",
        )
        self.file = gr.File(
            label="The file",
            file_types=own_suites.ENDINGS,
            file_count="multiple",
            type="filepath",
            height=140,
            elem_id="audit-own-file",
            elem_classes="cv-file",
        )
        self.added = gr.HTML(elem_id="audit-own-added")
        # No limits here: Gradio itself would answer a number beyond them, and no function would hear of it.
        self.seed = gr.Number(value=0, label="Seed of the resampling", elem_id="audit-seed")
        self.check = gr.Checkbox(
            value=True, label="Stop at a model that cannot do the plain items", elem_id="audit-check"
        )


def count(room: Room, chosen: Wanted, depth: Depth, names: list[str], session: str) -> Any:
    """Say how much there is to read, what it may touch on, and which command does the same."""
    # The questions of a model from the Hub are known before it is loaded, and counting must not load it.
    if not chosen.name or not room.known(chosen):
        return gr.skip()
    own = room.own.get(session)
    try:
        fits = room.fits(room.info(chosen), depth, own)
    except CaveatError as error:
        return problem(str(error))
    marked = [fit.suite for fit in fits if fit.suite.name in names]
    line = command(chosen, depth, [fit.suite for fit in fits if not fit.reason], names, room.own.words(session))
    shown = page(
        f"<details><summary>The same on the command line</summary><p><code>{escape(line)}</code></p></details>"
    )
    return sentences_line(fits, names) + content_notes(marked, room.settings.help_lines) + (shown if names else "")


def content_notes(suites: Sequence[Suite], help_lines: str) -> str:
    """Say before a run what the sentences of the marked suites touch on, and what an audit is not."""
    lines = []
    for suite in suites:
        notes = dict.fromkeys(test.content_note for test in suite.tests if test.content_note)
        if notes:
            lines.append(f"<li><strong>{escape(suite.title)}.</strong> {say(' '.join(notes))}</li>")
    if not lines:
        return ""
    return page(
        f'<div class="note partial"><p><strong>Content notes.</strong> Unmark a question to skip it. A run shows no '
        f"sentences; they open on the last screen when you ask for them.</p><ul>{''.join(lines)}</ul></div>"
        f"{care(help_lines)}"
    )


def command(
    chosen: Wanted,
    depth: Depth,
    fitting: Sequence[Suite],
    names: Sequence[str],
    words: Mapping[str, str],
    seed: int = 0,
    check: bool = True,
) -> str:
    """Give the command line that repeats a run.

    Args:
        chosen: the model.
        depth: of the run.
        fitting: the suites that apply to the model.
        names: those that are marked.
        words: own suites and benchmarks of others -> what stands for them, such as the name of their file.
        seed: of the resampling.
        check: False goes on with a model that cannot do the plain items.
    """
    from audit.terminal import command_for

    every = not words and {suite.name for suite in fitting} == set(names)
    options = {
        "suite": [] if every else [words.get(name, name) for name in names],
        "depth": depth,
        "revision": chosen.revision or None,
        "labels": ",".join(f"{own}={meaning}" for own, meaning in chosen.labels) or None,
        "seed": seed or None,
        "no-check": not check,
    }
    return command_for([chosen.name], options)


def add_suite(
    room: Room, chosen: Wanted, files: list[str] | None, kind: str, marked: list[str], session: str, teacher: bool
) -> tuple[Any, ...]:
    """Read an uploaded suite and mark it among the questions; the file goes, however it ends."""
    if not files:
        return gr.skip(), gr.skip(), gr.skip()
    if not all(map(room.uploads.brought, files)):
        return problem("The file is gone. Choose it again."), gr.skip(), None
    try:
        if not teacher:
            raise CaveatError("Own questions are opened by the teacher. Enter the PIN first.")
        if not chosen.name:
            raise CaveatError("No model is chosen. Choose one on the first step.")
        suite, words = own_suites.read(files, kind)
        room.own.add(session, suite, words)
        fits = room.fits(room.info(chosen), "quick", room.own.get(session))
    except CaveatError as error:
        return problem(str(error)), gr.skip(), None
    except Exception as error:
        return problem(unread(error)), gr.skip(), None
    finally:
        delete(files)
    reason = next(fit.reason for fit in fits if fit.suite.name == suite.name)
    line = f"{suite.title}: {plural(len(suite.examples), 'sentence')} read, and the file was deleted."
    told = page(remark("Does not apply.", f"{line} {reason}", "partial") if reason else remark("Added.", line))
    choices = [(fit.suite.title, fit.suite.name) for fit in fits if not fit.reason]
    names = [*marked, *([] if reason or suite.name in marked else [suite.name])]
    return told, gr.CheckboxGroup(choices, value=names), None


async def queue_up(room: Room, session: str, title: str = "") -> AsyncGenerator[Any, None]:
    """Tell the place in the queue until it is one's turn, or until the visitor no longer waits.

    Args:
        room: of the page.
        session: of the visitor.
        title: of a screen that shows nothing else.
    """
    run = room.desk.waiting(session)
    if run is None:
        return
    last, turn = "", False
    mine = run.waiter = object()
    try:
        while run.waiter is mine and not run.stop.is_set() and (ahead := room.desk.ahead(run)):
            run.heard = time.monotonic()
            left = room.desk.seconds_ahead(run)
            time_left = "" if math.isnan(left) else f" The one under way has about {duration(max(1.0, left))} left."
            line = f"{plural(ahead, 'audit is', 'audits are')} ahead of yours.{time_left}"
            # A look without news is told as well: Gradio notices only then that nobody listens any more.
            yield waiting(line, title) if line != last else gr.skip()
            last = line
            await asyncio.sleep(SECONDS_BETWEEN_LOOKS)
        turn = True
    finally:
        if not turn and run.waiter is mine:
            run.stop.set()
            room.desk.leave(session, run)
    if run.waiter is mine and not run.stop.is_set():
        run.heard = time.monotonic()
        yield waiting("It is your turn. Starting.", title)


def seed_of(given: object) -> int:
    """Read the seed that a visitor gave.

    Raises:
        CaveatError: for anything but a whole number from 0 to 2,147,483,647.
    """
    if given in (None, ""):
        return 0
    # The range first: what lies in it is finite, and a huge integer is no float to be asked whether it is.
    if isinstance(given, int | float) and 0 <= given <= MOST_SEED and given == int(given):
        return int(given)
    raise CaveatError(f"The seed is {str(given)[:20]}. Give a whole number from 0 to {MOST_SEED:,}, such as 0.")


def enter(
    room: Room,
    session: str,
    depth: Depth,
    names: list[str],
    options: tuple[Any, Any],
    teacher: bool,
    computer: str = "",
) -> tuple[Any, ...]:
    """Take a place in the queue, unless what is asked for cannot be run: that is said before anybody waits."""
    try:
        room.chosen_suites(names, depth, teacher, room.own.get(session))
        seed_of(options[0])
        ahead = room.desk.ahead(room.desk.enter(session, computer))
    except CaveatError as error:
        room.desk.refuse(session, str(error))
        return gr.Column(visible=True), gr.HTML("", visible=False), gr.Button(visible=False), problem(str(error))
    line = f"{plural(ahead, 'audit is', 'audits are')} ahead of yours." if ahead else "Starting."
    button = gr.Button("Stop", visible=True, interactive=True)
    return gr.Column(visible=False), gr.HTML(waiting(line, QUEUE), visible=True), button, ""


def run_audit(
    room: Room,
    session: str,
    chosen: Wanted,
    depth: Depth,
    names: list[str],
    options: tuple[Any, Any],
    teacher: bool,
) -> Iterator[tuple[Any, ...]]:
    """Run an audit and tell how it goes; ends at the findings, or back at the choices with a line that says why."""
    skip = gr.skip()
    back = gr.Column(visible=True), gr.HTML("", visible=False), gr.Button(visible=False)
    run = None
    try:
        run = room.desk.begin(session)
        suites = room.chosen_suites(names, depth, teacher, room.own.get(session))
        seed, check = seed_of(options[0]), bool(options[1])
        if chosen not in room.shelf:
            yield skip, waiting(f"Loading {chosen.name}.", QUEUE), *(skip,) * 6
        model = room.shelf.get(chosen)
        board = Board(model.info.id, suites)
        if not run.stop.is_set():
            fitting = [fit.suite for fit in room.fits(model.info, depth, room.own.get(session)) if not fit.reason]
            line = command(chosen, depth, fitting, names, room.own.words(session), seed, check)
            work = partial(room.engine.run_audit, model, suites, seed=seed, check=check, command=line)
            room.desk.start(run, work)
            yield skip, board.html(), skip, "", *(skip,) * 4
            for told in run.follow():
                if told is not None:
                    board.take(told)
                if told is not None or run.stop.is_set() != board.stopping:
                    board.stopping = run.stop.is_set()
                    yield skip, board.html(), *(skip,) * 6
    except Exception as error:
        line = str(error) if isinstance(error, CaveatError) else own_error(error)
        yield *back, problem(line), *(skip,) * 4
        return
    finally:
        if run is not None:
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
