"""The class hour: choose a lesson, commit to a guess, see, judge the evidence, argue. One question a screen."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import gradio as gr

from audit.page import lesson_words
from audit.page.fragments import note as remark
from audit.page.fragments import page, problem
from audit.page.lesson_led import HELD, SECONDS, Guesses, Seen, counted, held, mark, notice
from audit.page.lesson_live import LiveRun
from audit.page.lesson_shown import Shelf, figure, with_guesses
from audit.page.reading import chart_words
from audit.page.room import Room
from audit.page.sheets import Sheets
from audit.schema import CaveatError
from lessons.content import LESSONS, SURE, lesson
from lessons.lesson import Lesson

CHOOSE, GUESS, RESULT, EVIDENCE, ARGUE = 1, 2, 3, 4, 5
CSS = Path(__file__).with_name("lesson.css")
_FOCUS = """() => {
  let tries = 60;
  const go = () => {
    const heading = document.querySelector("#lesson-%s h2");
    if (heading?.checkVisibility()) { heading.focus(); window.scrollTo(0, 0); }
    else if (tries--) requestAnimationFrame(go);
  };
  go();
}"""
"""Puts the reader at the head of a screen as soon as it is there: a step is made when it is first opened."""
_AFTER_LOCK = """() => requestAnimationFrame(() => requestAnimationFrame(() =>
  (document.querySelector("#lesson-show") ?? document.querySelector("#lesson-count"))?.focus()))"""
_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}


def css() -> str:
    """Give the style of this tab."""
    return CSS.read_text(encoding="utf-8")


class LessonTab:
    """The controls of the tab and what they do."""

    def __init__(self, room: Room, teacher: Any) -> None:
        """Put the tab in place.

        Args:
            room: of the page.
            teacher: the state that tells whether the PIN was given.
        """
        self.room = room
        self.shelf = Shelf(room.ready)
        self.hour = room.hour
        self.sheets = Sheets(self.shelf)
        self.name = gr.State("")
        self.seen = gr.State(None)
        self.guesses = gr.State({})
        self.place = gr.State(0)
        with gr.Row(elem_id="lesson-class"):
            self.notice = gr.HTML()
            self.follow = gr.Button("Go there", visible=False, variant="primary", elem_id="lesson-follow")
        with gr.Walkthrough(selected=CHOOSE, elem_id="lesson-steps") as self.steps:
            with gr.Step("Lesson", id=CHOOSE, elem_id="lesson-choose"):
                self._build_choose()
            with gr.Step("Guess", id=GUESS, interactive=False, elem_id="lesson-guess") as self.guess_step:
                self._build_guess()
            with gr.Step("Result", id=RESULT, interactive=False, elem_id="lesson-result") as self.result_step:
                self._build_result()
            with gr.Step("Evidence", id=EVIDENCE, interactive=False, elem_id="lesson-evidence") as self.evidence_step:
                self._build_evidence()
            with gr.Step("Argue", id=ARGUE, interactive=False, elem_id="lesson-argue") as self.argue_step:
                self.questions = gr.HTML()
                with gr.Row():
                    self.sheet = gr.DownloadButton("Handout to print", elem_id="lesson-sheet")
                    self.home = gr.DownloadButton("Take-home sheet", elem_id="lesson-home")
                self.again = gr.Button("Another lesson", variant="secondary", elem_id="lesson-again")
        self._connect(teacher)

    def _build_choose(self) -> None:
        titles = {suite.name: suite.title for suite in self.room.suites("quick")}
        gr.HTML(lesson_words.welcome())
        self.pick = gr.Radio(
            [(lesson_words.label(one, titles.get(one.suite, one.suite)), one.suite) for one in LESSONS],
            value=LESSONS[0].suite,
            label="Lessons",
            interactive=True,
            elem_id="lesson-pick",
            elem_classes="cv-choices",
        )
        self.open = gr.Button("Start", variant="primary", elem_id="lesson-open")
        self.trouble = gr.HTML()
        self.empty = gr.Button(
            "Empty the tally",
            variant="secondary",
            visible=not self.room.settings.pin,
            elem_id="lesson-empty",
        )
        self.emptied = gr.HTML()

    def _build_guess(self) -> None:
        self.asked = gr.HTML()
        with gr.Column() as self.open_guess:
            self.choice = gr.Radio(
                [], label="Your guess", interactive=True, elem_id="lesson-choice", elem_classes="cv-choices"
            )
            self.sure = gr.Radio(
                [(text, key) for key, text in SURE], label="How sure are you?", interactive=True, elem_id="lesson-sure"
            )
            self.lock = gr.Button("Lock in my guess", variant="primary", elem_id="lesson-lock")
            self.missing = gr.HTML()
        with gr.Column(visible=False) as self.locked_guess:
            self.locked = gr.HTML()
            self.class_before = gr.HTML()
        self.wait = gr.HTML()
        with gr.Row():
            self.show = gr.Button("Show the result", variant="primary", visible=False, elem_id="lesson-show")
            self.count = gr.Button("Count the class again", visible=False, elem_id="lesson-count")

    def _build_result(self) -> None:
        self.revealed = gr.HTML()
        self.plot = gr.Plot(show_label=False, container=False, visible=False, elem_id="lesson-plot")
        self.known = gr.HTML()
        self.class_after = gr.HTML()
        self.live = LiveRun(self.room)
        self.to_evidence = gr.Button("Judge the sentences", variant="primary", elem_id="lesson-to-evidence")

    def _build_evidence(self) -> None:
        self.pair = gr.HTML()
        with gr.Row():
            self.next = gr.Button("Next pair", variant="primary", elem_id="lesson-next")
            self.to_argue = gr.Button("Argue about it", variant="secondary", elem_id="lesson-to-argue")
        self.closer_title = gr.HTML()
        self.closer = gr.Plot(show_label=False, container=False, visible=False, elem_id="lesson-closer")
        self.closer_words = gr.HTML()

    def _connect(self, teacher: Any) -> None:
        self.held = [
            *(self.open_guess, self.locked_guess, self.locked, self.class_before, self.wait, self.show, self.count),
        ]
        self.opened = [
            *(self.name, self.trouble, self.asked, self.choice, self.sure, *self.held, self.missing, self.place),
            *(self.steps, self.guess_step, self.result_step, self.evidence_step, self.argue_step),
            *(self.notice, self.follow),
        ]
        opening = self.open.click(self._open, [self.pick, self.guesses], self.opened, **_QUIET)
        opening.then(None, js=_FOCUS % "guess", **_QUIET)
        following = self.follow.click(self._follow, self.guesses, self.opened, **_QUIET)
        following.then(None, js=_FOCUS % "guess", **_QUIET)
        locking = self.lock.click(
            self._lock,
            [self.name, self.choice, self.sure, self.guesses],
            [self.guesses, self.missing, *self.held],
            **_QUIET,
        )
        locking.then(None, js=_AFTER_LOCK, **_QUIET)
        self.count.click(self._count, [self.name, self.guesses], self.held, **_QUIET)
        if self.room.settings.pin:
            # Only where a teacher can lead does a window look where the class is.
            gr.Timer(SECONDS).tick(
                self._look,
                [self.name, self.guesses, self.seen],
                [self.seen, self.guesses, self.notice, self.follow, *self.held],
                queue=False,
                **_QUIET,
            )
        showing = self.show.click(
            self._show,
            [self.name, self.guesses],
            [
                *(self.revealed, self.plot, self.known, self.class_after, self.pair, self.closer_title, self.closer),
                *(self.closer_words, self.questions, self.live.board, self.sheet, self.home, self.steps),
                *(self.result_step, self.evidence_step, self.argue_step),
            ],
            **_QUIET,
        )
        showing.then(None, js=_FOCUS % "result", **_QUIET)
        self.live.connect(self.name, lambda name: self.shelf.get(_lesson(name)), _QUIET)
        self.next.click(self._next, [self.name, self.place], [self.place, self.pair], **_QUIET).then(
            None, js=_FOCUS % "evidence", **_QUIET
        )
        for button, step, screen in (
            (self.to_evidence, EVIDENCE, "evidence"),
            (self.to_argue, ARGUE, "argue"),
            (self.again, CHOOSE, "choose"),
        ):
            button.click(partial(gr.Walkthrough, selected=step), None, self.steps, queue=False, **_QUIET).then(
                None, js=_FOCUS % screen, **_QUIET
            )
        self.empty.click(self._empty, teacher, self.emptied, **_QUIET)
        teacher.change(lambda given: gr.Button(visible=bool(given)), teacher, self.empty, **_QUIET)

    def open_from_link(self, demo: gr.Blocks) -> None:
        """Open the lesson that the address names: `?lesson=negation`."""

        def arrive(request: gr.Request) -> tuple[Any, ...]:
            led = self.hour.led
            wanted = str(request.query_params.get("lesson", "")) or led.lesson
            opened = self._open(wanted, {}) if wanted else (gr.skip(),) * len(self.opened)
            return *opened, mark(led)

        demo.load(arrive, None, [*self.opened, self.seen], **_QUIET)

    def _open(self, name: str | None, guesses: Guesses) -> tuple[Any, ...]:
        """Ask the question of a lesson; where it was answered before, show the locked answer."""
        try:
            found = _lesson(name)
            self.shelf.get(found)
        except CaveatError as error:
            return gr.skip(), problem(str(error)), *(gr.skip(),) * (len(self.opened) - 2)
        choices = [(choice.label, choice.key) for choice in found.choices]
        return (
            found.suite,
            "",
            lesson_words.question(found),
            gr.Radio(choices, value=None),
            gr.Radio(value=None),
            *held(self.hour, found, guesses),
            "",
            0,
            gr.Walkthrough(selected=GUESS),
            gr.Step(interactive=True),
            *(gr.Step(interactive=False) for _ in range(3)),
            *notice(self.hour.led, found.suite),
        )

    def _follow(self, guesses: Guesses) -> tuple[Any, ...]:
        """Go to the lesson of the class."""
        wanted = self.hour.led.lesson
        return self._open(wanted, guesses) if wanted else (gr.skip(),) * len(self.opened)

    def _look(self, name: str, guesses: Guesses, seen: Seen) -> tuple[Any, ...]:
        """Take over what the teacher did since the last look; nothing moves where nothing was done."""
        led = self.hour.led
        now = mark(led)
        if seen == now:
            return (gr.skip(),) * (4 + HELD)
        forgotten = seen is not None and now is not None and seen[1] != now[1]
        guesses = {} if forgotten else guesses
        found = lesson(name)
        parts = held(self.hour, found, guesses) if found else (gr.skip(),) * HELD
        return now, guesses, *notice(led, name), *parts

    def _lock(self, name: str, choice: str | None, sure: str | None, guesses: Guesses) -> tuple[Any, ...]:
        """Take a guess for good; it is counted once."""
        found = lesson(name)
        if found is None or choice not in {one.key for one in found.choices} or sure not in dict(SURE):
            line = page(remark("One more thing.", "Mark a guess, and how sure you are of it."), role="alert")
            return gr.skip(), line, *(gr.skip(),) * HELD
        if name not in guesses and self.hour.lock_in(name, str(choice)):
            guesses = guesses | {name: (str(choice), str(sure))}
        return guesses, "", *held(self.hour, found, guesses)

    def _count(self, name: str, guesses: Guesses) -> tuple[Any, ...]:
        found = lesson(name)
        return held(self.hour, found, guesses) if found else (gr.skip(),) * HELD

    def _show(self, name: str, guesses: Guesses) -> tuple[Any, ...]:
        """Reveal the result beside the guess; a late student in a led class sees it without one."""
        found = lesson(name)
        if found is None or not self.hour.led.may_see(name, name in guesses):
            return (gr.skip(),) * 16
        shown = self.shelf.get(found)
        key, sure = guesses.get(name, ("", ""))
        choice = found.choice(key) if key else None
        closer = shown.closer
        return (
            lesson_words.reveal(shown, choice, sure),
            gr.Plot(figure(with_guesses(shown.chart, found.choices), choice), visible=True),
            lesson_words.beside(shown),
            counted(self.hour, found, shown.answer.key if shown.answer else ""),
            lesson_words.pair(shown, 0),
            page(f"<h3>{lesson_words.say(closer.question)}</h3><p>{lesson_words.say(closer.title)}</p>")
            if closer
            else "",
            gr.Plot(figure(closer) if closer else None, visible=closer is not None),
            chart_words(shown.view, closer) if closer else "",
            lesson_words.argue(found, self.room.settings.help_lines),
            "",
            gr.DownloadButton(value=self.sheets.handout(found)),
            gr.DownloadButton(value=self.sheets.home()),
            gr.Walkthrough(selected=RESULT),
            *(gr.Step(interactive=True) for _ in range(3)),
        )

    def _next(self, name: str, place: int) -> tuple[int, Any]:
        found = lesson(name)
        if found is None:
            return place, gr.skip()
        shown = self.shelf.get(found)
        after = (place + 1) % max(1, len(shown.pairs))
        return after, lesson_words.pair(shown, after)

    def _empty(self, teacher: bool) -> str:
        """Forget the tally; the teacher's, where a PIN is set."""
        if not teacher:
            return problem("The teacher does this. Enter the PIN first.")
        self.hour.forget()
        return page(remark("Empty.", "The guesses of the class are forgotten."), role="status")


def _lesson(name: str | None) -> Lesson:
    found = lesson(name or "")
    if found is None:
        names = ", ".join(one.suite for one in LESSONS)
        raise CaveatError(f"There is no lesson {str(name)[:40]!r}. There are: {names}. Mark one of the list.")
    return found
