"""The teacher's tab: a PIN, then the class hour from the front: choose, open and close guessing, reveal, forget.

The PIN also opens long audits and models from the Hub for that visitor, until the page is reloaded.
"""

from __future__ import annotations

import hmac
import time
from html import escape
from typing import Any

import gradio as gr

from audit.page import lesson_words
from audit.page.fragments import heading, page, problem
from audit.page.fragments import note as remark
from audit.page.lesson_class import Led
from audit.page.lesson_shown import Shelf, figure
from audit.page.lesson_tally import SHOWN_FROM
from audit.page.room import Room
from audit.page.sheets import Sheets
from audit.schema import CaveatError
from lessons.content import LESSONS, lesson
from reports import words

SECONDS_AFTER_A_WRONG_PIN = 1.5
SECONDS = 2.0
"""Between two looks at how many have guessed, on the teacher's own screen only."""
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_FOCUS = """() => {
  let tries = 60;
  const go = () => {
    const heading = document.querySelector("#%s h2");
    if (heading?.checkVisibility()) { heading.focus(); window.scrollTo(0, 0); }
    else if (tries--) requestAnimationFrame(go);
  };
  go();
}"""
_NOT_YOURS = "The teacher does this. Enter the PIN first."


class TeacherTab:
    """The controls of the tab and what they do; every one of them asks for the PIN again, unseen."""

    def __init__(self, room: Room, teacher: Any, lessons: Shelf, sheets: Sheets) -> None:
        """Put the tab in place.

        Args:
            room: of the page, with a PIN set.
            teacher: the state that a right PIN makes true.
            lessons: with their results.
            sheets: to print.
        """
        self.room = room
        self.hour = room.hour
        self.lessons = lessons
        self.sheets = sheets
        with gr.Column(elem_id="teacher-ask") as self.ask:
            lead = "The PIN lets you lead the class, and opens standard and full audits and models from the Hub."
            gr.HTML(heading("Are you the teacher?", lead))
            self.pin = gr.Textbox(label="PIN", type="password", max_length=64, lines=1, elem_id="teacher-pin")
            self.enter = gr.Button("Open", variant="primary", elem_id="teacher-open")
        self.answer = gr.HTML()
        with gr.Column(visible=False, elem_id="teacher-choose") as self.choose:
            self._build_choose()
        with gr.Column(visible=False, elem_id="teacher-lead") as self.lead:
            self._build_lead()
        self.clock = gr.Timer(SECONDS, active=False)
        self._connect(teacher)

    def _build_choose(self) -> None:
        lead = "Windows that open from now on land on it; those that are open are offered it."
        gr.HTML(heading("Which lesson does the class take?", lead=lead))
        titles = {suite.name: suite.title for suite in self.room.suites("quick")}
        self.pick = gr.Radio(
            [(lesson_words.label(one, titles.get(one.suite, one.suite)), one.suite) for one in LESSONS],
            value=LESSONS[0].suite,
            label="Lessons",
            interactive=True,
            elem_id="teacher-pick",
            elem_classes="cv-choices",
        )
        with gr.Row():
            self.take = gr.Button("Take it with the class", variant="primary", elem_id="teacher-take")
            self.release = gr.Button("Let everybody go on alone", visible=False, elem_id="teacher-release")
        gr.HTML(page("<h3>To print</h3><p>The guide holds the answers; the handout of a lesson does not.</p>"))
        with gr.Row():
            self.guide = gr.DownloadButton("Guide for the teacher", elem_id="teacher-guide")
            self.sheet = gr.DownloadButton("Handout of the marked lesson", elem_id="teacher-sheet")
            self.home = gr.DownloadButton("Take-home sheet", elem_id="teacher-home")

    def _build_lead(self) -> None:
        self.head = gr.HTML()
        with gr.Row(elem_id="teacher-steps"):
            self.gate = gr.Button("Close the guessing", variant="primary", elem_id="teacher-gate")
            self.reveal = gr.Button("Reveal the result", elem_id="teacher-reveal")
            self.other = gr.Button("Another lesson", elem_id="teacher-other")
        self.board = gr.HTML(elem_id="teacher-board")
        self.plot = gr.Plot(show_label=False, container=False, visible=False, elem_id="teacher-plot")
        self.known = gr.HTML()
        self.forget = gr.Button("Forget all guesses and begin again", elem_id="teacher-forget")

    def _connect(self, teacher: Any) -> None:
        entered = gr.on(
            [self.enter.click, self.pin.submit],
            self._enter,
            self.pin,
            [teacher, self.pin, self.answer, self.ask, self.choose, self.guide, self.home, self.sheet],
            concurrency_id="pin",
            concurrency_limit=1,
            **_QUIET,
        )
        entered.then(None, js=_FOCUS % "teacher-choose", **_QUIET)
        self.pick.change(self._sheet, [self.pick, teacher], self.sheet, **_QUIET)
        shown = [
            *(self.answer, self.choose, self.lead, self.head, self.gate, self.reveal, self.board, self.plot),
            *(self.known, self.release, self.clock),
        ]
        taken = self.take.click(self._take, [self.pick, teacher], shown, **_QUIET)
        taken.then(None, js=_FOCUS % "teacher-lead", **_QUIET)
        for button, do in ((self.gate, self._gate), (self.reveal, self._reveal), (self.forget, self._forget)):
            button.click(do, teacher, shown, **_QUIET)
        back = self.other.click(self._other, teacher, shown, **_QUIET)
        back.then(None, js=_FOCUS % "teacher-choose", **_QUIET)
        self.release.click(self._release, teacher, shown, **_QUIET)
        self.clock.tick(self._look, teacher, self.board, queue=False, **_QUIET)

    def _enter(self, pin: str) -> tuple[Any, ...]:
        """Compare the PIN; one at a time and slowly, so that guessing takes long."""
        if not hmac.compare_digest((pin or "").strip().encode(), self.room.settings.pin.encode()):
            time.sleep(SECONDS_AFTER_A_WRONG_PIN)
            return (
                gr.skip(),
                "",
                problem("This is not the PIN. It was set by whoever started the page."),
                *(gr.skip(),) * 5,
            )
        line = page(
            remark("Open.", "Standard and full audits and other models are open in this window."), role="status"
        )
        try:
            papers: list[str | None] = [self.sheets.guide(), self.sheets.home(), self.sheets.handout(LESSONS[0])]
        except CaveatError as error:
            line += problem(str(error))
            papers = [None, None, None]
        buttons = (gr.DownloadButton(value=path, interactive=path is not None) for path in papers)
        return True, "", line, gr.Column(visible=False), gr.Column(visible=True), *buttons

    def _sheet(self, name: str, teacher: bool) -> Any:
        found = lesson(name)
        return gr.DownloadButton(value=self.sheets.handout(found)) if teacher and found else gr.skip()

    def _take(self, name: str, teacher: bool) -> tuple[Any, ...]:
        found = lesson(name)
        if not teacher or found is None:
            return self._refuse()
        try:
            self.lessons.get(found)
        except CaveatError as error:
            return problem(str(error)), *(gr.skip(),) * 10
        return self._shown(self.hour.lead(found.suite))

    def _gate(self, teacher: bool) -> tuple[Any, ...]:
        return self._shown(self.hour.take_guesses(not self.hour.led.guessing)) if teacher else self._refuse()

    def _reveal(self, teacher: bool) -> tuple[Any, ...]:
        return self._shown(self.hour.reveal()) if teacher else self._refuse()

    def _forget(self, teacher: bool) -> tuple[Any, ...]:
        return self._shown(self.hour.forget()) if teacher else self._refuse()

    def _release(self, teacher: bool) -> tuple[Any, ...]:
        if not teacher:
            return self._refuse()
        self.hour.release()
        line = page(remark("Done.", "Everybody goes on alone. The guesses so far are kept."), role="status")
        return line, *(gr.skip(),) * 8, gr.Button(visible=False), gr.Timer(active=False)

    def _other(self, teacher: bool) -> tuple[Any, ...]:
        """Go back to the list; the class stays where it is until another lesson is taken."""
        if not teacher:
            return self._refuse()
        skip = gr.skip()
        return (
            "",
            gr.Column(visible=True),
            gr.Column(visible=False),
            *(skip,) * 6,
            gr.Button(visible=bool(self.hour.led.lesson)),
            gr.Timer(active=False),
        )

    def _refuse(self) -> tuple[Any, ...]:
        return problem(_NOT_YOURS), *(gr.skip(),) * 10

    def _shown(self, led: Led) -> tuple[Any, ...]:
        """Draw the screen for the front of the room."""
        found = lesson(led.lesson)
        if found is None:
            return (gr.skip(),) * 11
        shown = self.lessons.get(found)
        out = led.revealed
        return (
            "",
            gr.Column(visible=False),
            gr.Column(visible=True),
            page(
                f'<p class="meta">{escape(found.title)}</p>'
                f'<h2 tabindex="-1">{lesson_words.say(shown.view.headline(shown.finding) if out else found.question)}'
                "</h2>"
            ),
            gr.Button(
                "Close the guessing" if led.guessing else "Open the guessing",
                variant="primary" if led.guessing else "secondary",
                interactive=not out,
            ),
            gr.Button(interactive=not out, variant="secondary" if led.guessing or out else "primary"),
            self._board(led),
            gr.Plot(figure(shown.chart) if out else None, visible=out),
            lesson_words.beside(shown) if out else "",
            gr.Button(visible=True),
            gr.Timer(active=led.guessing),
        )

    def _look(self, teacher: bool) -> Any:
        led = self.hour.led
        return self._board(led) if teacher and led.lesson else gr.skip()

    def _board(self, led: Led) -> str:
        """Show how many have guessed; what they guessed only when nobody can follow the others any more."""
        found = lesson(led.lesson)
        if found is None:
            return ""
        total = self.hour.tally.total(found.suite)
        if led.guessing:
            return page(
                f'<p class="class-count"><strong>{total}</strong> '
                f"{words.plural(total, 'guess', 'guesses').partition(' ')[2]} locked in</p>"
                '<p class="muted">What was guessed is shown when you close the guessing.</p>'
            )
        counts = self.hour.tally.counts(found.suite)
        if not counts:
            line = f"There are too few guesses to show them without names: it takes {SHOWN_FROM}."
            return page(f'<p class="muted">{line}</p>')
        answer = self.lessons.get(found).answer if led.revealed else None
        return lesson_words.tally(found, counts, answer.key if answer else "")
