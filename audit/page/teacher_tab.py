"""The teacher's PIN, and what it opens: leading the class, long audits, models from the Hub, papers to print."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import gradio as gr

from audit.lessons.content import LESSONS, lesson
from audit.page import lesson_words
from audit.page.asked import computer_of
from audit.page.classroom import Phase
from audit.page.fragments import heading, page, problem
from audit.page.fragments import note as remark
from audit.page.lesson_pick import lesson_picker
from audit.page.lesson_shown import Shelf
from audit.page.papers import Papers
from audit.page.room import Room
from audit.report.words import plural
from audit.schema import CaveatError

EVERY = 2.0
"""Seconds after which the count of guesses on the board is taken again."""
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_SHOWN: dict[Phase | None, tuple[str, ...]] = {
    None: ("bring",),
    "guess": ("close", "free"),
    "closed": ("reveal", "open", "free"),
    "revealed": ("bring", "free"),
}
"""Which buttons there are, by where the class is."""


class TeacherTab:
    """The controls of the tab and what they do."""

    def __init__(self, room: Room, teacher: Any) -> None:
        """Put the tab in place.

        Args:
            room: of the page, with a PIN set.
            teacher: the state that a right PIN makes true.
        """
        self.room = room
        self.shelf = Shelf(room.ready)
        self.papers = Papers()
        with gr.Column() as self.door:
            opens = "The PIN opens the class, standard and full audits, and models from the Hub."
            gr.HTML(heading("Are you the teacher?", opens))
            self.pin = gr.Textbox(label="PIN", type="password", max_length=64, lines=1, elem_id="teacher-pin")
            self.enter = gr.Button("Open", variant="primary", elem_id="teacher-enter")
            self.answer = gr.HTML()
        with gr.Column(visible=False, elem_id="teacher-desk") as self.desk:
            self._build_desk()
        self._connect(teacher)

    def _build_desk(self) -> None:
        self.tried = gr.HTML(elem_id="teacher-tried")
        self.board = gr.HTML(elem_id="teacher-board")
        self.plot = gr.Plot(show_label=False, container=False, visible=False, elem_id="teacher-plot")
        self.known = gr.HTML()
        self.clock = gr.Timer(EVERY, active=False)
        self.pick = lesson_picker(self.room, "Lesson for the class", "teacher-pick")
        words = {
            "bring": ("Bring the class here", "primary"),
            "close": ("Close guessing", "primary"),
            "reveal": ("Open the result", "primary"),
            "open": ("Open guessing again", "secondary"),
            "free": ("Let everybody go on alone", "secondary"),
        }
        with gr.Row():
            self.buttons = {
                name: gr.Button(text, variant=kind, visible=name == "bring", elem_id=f"teacher-{name}")  # type: ignore[arg-type]
                for name, (text, kind) in words.items()
            }
        with gr.Accordion("Tally and papers", open=False, elem_id="teacher-more", elem_classes="cv-fold"):
            self.empty = gr.Button("Empty the tally", variant="secondary", elem_id="teacher-empty")
            self.emptied = gr.HTML()
            gr.HTML(
                page(
                    "<p>A handout for each lesson, the guide on one page and the take-home sheet, as pages that print "
                    "well and open offline.</p>"
                )
            )
            self.print = gr.DownloadButton("Papers to print (zip)", variant="secondary", elem_id="teacher-papers")

    def _connect(self, teacher: Any) -> None:
        gr.on(
            [self.enter.click, self.pin.submit],
            self._enter,
            self.pin,
            [teacher, self.pin, self.answer, self.door, self.desk, self.print, self.tried, *self._shown_parts],
            concurrency_id="pin",
            concurrency_limit=1,
            **_QUIET,
        )
        for name, button in self.buttons.items():
            button.click(self._pressing(name), [teacher, self.pick], self._shown_parts, **_QUIET)
        self.clock.tick(self._look, teacher, [self.tried, self.board], queue=False, **_QUIET)
        self.empty.click(self._empty, teacher, [self.emptied, self.board], **_QUIET)

    @property
    def _shown_parts(self) -> list[Any]:
        return [self.board, self.clock, self.pick, *self.buttons.values(), self.plot, self.known]

    def _enter(self, pin: str, request: gr.Request) -> tuple[Any, ...]:
        """Compare the PIN; nobody's is looked at for a while after a wrong one, and nobody waits here for that."""
        found = self.room.pins.compare(pin, computer_of(request))
        if found.right:
            papers = gr.DownloadButton(value=self.papers.bundle())
            desk = (gr.Column(visible=False), gr.Column(visible=True), papers, self._tried())
            return True, "", "", *desk, *self._shown(_address(request))
        again = f"Try again in {plural(found.wait, 'second')}."
        if found.looked_at:
            line = problem(f"This is not the PIN. It was set by whoever started the page. {again}")
        else:
            line = problem(f"A wrong PIN was entered a moment ago, here or elsewhere. {again}")
        return gr.skip(), "", line, *(gr.skip(),) * (4 + len(self._shown_parts))

    def _tried(self) -> str:
        """Tell the teacher of tries that did not open."""
        tries, computers, last = self.room.pins.tried()
        if not tries:
            return ""
        line = (
            f"{plural(tries, 'try', 'tries')} with a wrong PIN, or too soon after one, from "
            f"{plural(computers, 'computer')}; the last at {last}. After each wrong one the page waits a while."
        )
        return page(remark("Somebody tries PINs." if tries > 2 else "Wrong PINs.", line, "partial"))

    def _pressing(self, name: str) -> Callable[..., tuple[Any, ...]]:
        # Gradio finds the request by its annotation, which a partial would hide.
        def press(teacher: bool, picked: str | None, request: gr.Request) -> tuple[Any, ...]:
            return self._press(name, teacher, picked, request)

        return press

    def _press(self, name: str, teacher: bool, picked: str | None, request: gr.Request) -> tuple[Any, ...]:
        """Lead the class on; only from a window where the PIN was given."""
        if not teacher:
            return problem("The teacher does this. Enter the PIN first."), *(gr.skip(),) * (len(self._shown_parts) - 1)
        classroom = self.room.classroom
        phases: dict[str, Phase] = {"close": "closed", "reveal": "revealed", "open": "guess"}
        if name == "bring":
            found = lesson(picked or "")
            if found is None:
                names = ", ".join(one.suite for one in LESSONS)
                line = problem(f"There is no lesson {str(picked)[:40]!r}. There are: {names}. Mark one of the list.")
                return line, *(gr.skip(),) * (len(self._shown_parts) - 1)
            classroom.bring(found.suite)
        elif name == "free":
            classroom.free()
        else:
            classroom.turn(phases[name])
        return self._shown(_address(request))

    def _shown(self, address: str) -> tuple[Any, ...]:
        _, led = self.room.classroom.now
        there = _SHOWN[led.phase if led else None]
        return (
            self._screen() or _invitation(address),
            gr.Timer(active=True),
            gr.Radio(visible="bring" in there),
            *(gr.Button(visible=name in there) for name in self.buttons),
            *self._result(),
        )

    def _result(self) -> tuple[Any, str]:
        """Give the models side by side for the front of the room, once the result is open."""
        _, led = self.room.classroom.now
        found = lesson(led.lesson) if led and led.phase == "revealed" else None
        try:
            shown = self.shelf.get(found) if found else None
        except CaveatError:
            shown = None
        if found is None or shown is None:
            return gr.Plot(visible=False), ""
        return gr.Plot(self.shelf.drawn(found, None), visible=True), lesson_words.beside(shown)

    def _screen(self) -> str:
        """Give the board, or nothing while no class is led."""
        _, led = self.room.classroom.now
        found = lesson(led.lesson) if led else None
        if led is None or found is None:
            return ""
        tally = self.room.tally
        answer = ""
        if led.phase == "revealed":
            try:
                right = self.shelf.get(found).answer
            except CaveatError:
                right = None
            answer = right.key if right else ""
        return lesson_words.board(found, led.phase, tally.total(found.suite), tally.counts(found.suite), answer)

    def _look(self, teacher: bool) -> tuple[Any, Any]:
        """Take the count of guesses and of wrong PINs again."""
        return (self._tried(), self._screen() or gr.skip()) if teacher else (gr.skip(), gr.skip())

    def _empty(self, teacher: bool) -> tuple[Any, Any]:
        if not teacher:
            return problem("The teacher does this. Enter the PIN first."), gr.skip()
        self.room.tally.clear()
        line = page(remark("Empty.", "The guesses of the class are forgotten."), role="status")
        return line, self._screen() or gr.skip()


def _address(request: gr.Request) -> str:
    """Say where students find the page, as this window does."""
    return str(request.headers.get("host", ""))


def _invitation(address: str) -> str:
    alone = address.startswith(("127.", "localhost", "[::1]"))
    where = (
        "This page is open on this machine only. For a class, start it with: caveat app --host 0.0.0.0 --pin YOUR-PIN"
        if alone or not address
        else "Students open this address in a browser; phones will do."
    )
    name = f'<p class="said">{lesson_words.escape("http://" + address)}</p>' if address else ""
    return page(
        '<h2 tabindex="-1">Where do we take the class?</h2>'
        f'{name}<p class="lead">{where}</p>'
        '<p class="muted">Choose a lesson and bring the class to it: every window is offered the way there. You close '
        "guessing and open the result for all.</p>"
    )


def build_teacher_tab(room: Room, teacher: Any) -> TeacherTab:
    """Put the tab in place.

    Args:
        room: of the page, with a PIN set.
        teacher: the state that a right PIN makes true.
    """
    return TeacherTab(room, teacher)
