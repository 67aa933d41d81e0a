"""A lesson's suite, run here and now: quick depth, through the same queue as every audit of the page."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Iterator
from contextlib import aclosing
from functools import partial
from typing import Any

import gradio as gr

from audit.lessons.lesson import Lesson
from audit.page.asked import computer_of
from audit.page.fragments import note as remark
from audit.page.fragments import page, problem, say, waiting
from audit.page.lesson_shown import Shown
from audit.page.progress import Board
from audit.page.room import Room
from audit.page.run_step import queue_up
from audit.page.runs import Run, own_error
from audit.report import words
from audit.schema import AuditResult, CaveatError, Finding


class LiveRun:
    """The controls of a live run, and what they do."""

    def __init__(self, room: Room) -> None:
        self._room = room
        self.start = gr.Button("Run it now on this machine", variant="secondary", elem_id="lesson-run")
        self.board = gr.HTML(elem_id="lesson-run-board")
        self.stop = gr.Button("Stop", variant="secondary", visible=False, elem_id="lesson-run-stop")

    def connect(self, name: Any, find: Callable[[str], Shown], quiet: dict[str, Any]) -> None:
        """Say what the buttons do.

        Args:
            name: state that holds the lesson.
            find: gives a lesson's stored result.
            quiet: options of events that show no progress of their own.
        """
        room = self._room

        def enter_for(request: gr.Request) -> tuple[Any, ...]:
            # Gradio finds the request by its annotation, which a partial would hide.
            try:
                ahead = room.desk.ahead(room.desk.enter(request.session_hash or "", computer_of(request)))
            except CaveatError as error:
                room.desk.refuse(request.session_hash or "", str(error))
                return gr.Button(visible=True), problem(str(error)), gr.Button(visible=False)
            line = f"{words.plural(ahead, 'run is', 'runs are')} ahead of yours." if ahead else "Starting."
            return gr.Button(visible=False), waiting(line), gr.Button("Stop", visible=True, interactive=True)

        async def queue_for(request: gr.Request) -> AsyncIterator[Any]:
            async with aclosing(queue_up(room, request.session_hash or "")) as places:
                async for place in places:
                    yield place

        def run_for(name: str, request: gr.Request) -> Iterator[tuple[Any, ...]]:
            yield from self._run(request.session_hash or "", name, find)

        def stop_for(request: gr.Request) -> Any:
            room.desk.stop(request.session_hash or "")
            return gr.Button("Stopping", interactive=False)

        shown = [self.start, self.board, self.stop]
        entered = self.start.click(enter_for, None, shown, queue=False, **quiet)
        waited = entered.then(queue_for, None, self.board, concurrency_id="waiting", concurrency_limit=None, **quiet)
        waited.then(run_for, name, shown, concurrency_id="audit", concurrency_limit=1, **quiet)
        self.stop.click(stop_for, None, self.stop, queue=False, **quiet)

    def _run(self, session: str, name: str, find: Callable[[str], Shown]) -> Iterator[tuple[Any, ...]]:
        """Run a lesson's suite and tell how it goes; ends with a sentence beside the stored one."""
        skip = gr.skip()
        desk = self._room.desk
        run = None
        told = ""
        try:
            run = desk.begin(session)
            shown = find(name)
            lesson = shown.lesson
            suites = [suite for suite in self._room.suites("quick") if suite.name == lesson.suite]
            if lesson.model not in self._room.shelf:
                yield skip, waiting(f"Loading {lesson.model}."), skip
            model = self._room.shelf.get(lesson.model)
            board = Board(model.info.id, suites)
            if not run.stop.is_set():
                desk.start(run, partial(self._room.engine.run_audit, model, suites, check=False))
                yield skip, board.html(), skip
                for news in run.follow():
                    if news is not None:
                        board.take(news)
                        yield skip, board.html(), skip
            told = _told(run, lesson, shown)
        except CaveatError as error:
            told = problem(str(error))
        except Exception as error:
            told = problem(own_error(error))
        finally:
            if run is not None:
                run.stop.set()
                desk.leave(session, run)
        yield gr.Button("Run it once more", visible=True), told, gr.Button(visible=False)


def _told(run: Run, lesson: Lesson, shown: Shown) -> str:
    """Say how a run ended."""
    if run.ended is None or run.ended.problem:
        reason = run.ended.problem if run.ended else ""
        return problem(reason) if reason else page(remark("Stopped.", "Nothing was finished, so nothing is shown."))
    result = run.ended.result
    found = _finding(result, lesson)
    if result is None or result.partial or found is None:
        return page(remark("Stopped.", "The suite was not finished, so nothing is shown."))
    same = (
        "Both are of the same revision of the model; they differ in how many sentences it read."
        if result.model.revision == shown.seen[0].result.model.revision
        else "The two are of different revisions of the model."
    )
    return page(
        "<h3>Run here and now</h3>"
        f"<p>{say(found.sentence)}</p>"
        f'<p class="muted">{say(_line(found, result))} {say(same)} The stored result: '
        f"{say(_gap(shown.finding))}, {words.integer(shown.finding.n)} observations.</p>",
        role="status",
    )


def _finding(result: AuditResult | None, lesson: Lesson) -> Finding | None:
    found = result.findings if result else ()
    return next((one for one in found if (one.suite, one.contrast) == (lesson.suite, lesson.contrast)), None)


def _gap(found: Finding) -> str:
    unit = "points" if found.unit == "share" else found.unit
    return f"{words.amount(found.gap, unit, found.low, found.high)} ({words.interval(found.low, found.high, unit)})"


def _line(found: Finding, result: AuditResult) -> str:
    return (
        f"{result.model.id} at revision {result.model.revision[:12] or 'none'}, {words.date(result.created)}, "
        f"{result.settings.depth} depth: {_gap(found)}, {words.integer(found.n)} observations. It is not kept."
    )
