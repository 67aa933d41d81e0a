"""The class hour: choose a lesson, commit to a guess, see, judge the evidence, argue. One question a screen."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import gradio as gr

from audit.lessons.content import LESSONS, SURE, lesson
from audit.lessons.lesson import Lesson
from audit.page import lesson_words
from audit.page.classroom import Led, may_guess, may_see
from audit.page.fragments import note as remark
from audit.page.fragments import page, problem
from audit.page.lesson_live import LiveRun
from audit.page.lesson_pick import lesson_picker
from audit.page.lesson_shown import Shelf
from audit.page.room import Room
from audit.page.steps import ahead, focus, lead
from audit.page.steps import opened as way
from audit.schema import CaveatError

CHOOSE, GUESS, RESULT, EVIDENCE, ARGUE = 1, 2, 3, 4, 5
CSS = Path(__file__).with_name("lesson.css")
Guesses = dict[str, tuple[str, str]]
"""Of one window: lesson -> choice and how sure."""
EVERY = 3.0
"""Seconds after which a window asks whether the teacher has gone on."""
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
        self.tally = room.tally
        self.name = gr.State("")
        self.guesses = gr.State({})
        self.place = gr.State(0)
        self.followed = gr.State(-1)
        # Windows look for the teacher only where there can be one.
        self.clock = gr.Timer(EVERY, active=bool(room.settings.pin))
        self.class_line = gr.HTML(elem_id="lesson-class")
        self.join = gr.Button("Go to the class", variant="primary", visible=False, elem_id="lesson-join")
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
                self.again = gr.Button("Another lesson", variant="secondary", elem_id="lesson-again")
        self.ahead = [ahead(f"lesson-{screen}") for screen in ("result", "evidence", "argue")]
        self._connect(teacher)

    def _build_choose(self) -> None:
        gr.HTML(lesson_words.welcome())
        self.pick = lesson_picker(self.room, "Lessons", "lesson-pick")
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
            with gr.Row():
                self.show = gr.Button("Show the result", variant="primary", elem_id="lesson-show")
                self.count = gr.Button("Count the class again", variant="secondary", elem_id="lesson-count")

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
        self.opened = [
            *(self.name, self.trouble, self.asked, self.choice, self.sure, self.open_guess, self.locked_guess),
            *(self.locked, self.class_before, self.missing, self.show, self.place, self.steps),
            *(self.guess_step, self.result_step, self.evidence_step, self.argue_step, *self.ahead),
        ]
        self._follow_the_class(teacher)
        opening = self.open.click(self._open, [self.pick, self.guesses], self.opened, **_QUIET)
        opening.then(None, js=focus("lesson-guess"), **_QUIET)
        locking = self.lock.click(
            self._lock,
            [self.name, self.choice, self.sure, self.guesses],
            [self.guesses, self.missing, *self._screen_parts],
            **_QUIET,
        )
        locking.then(None, js="() => document.querySelector('#lesson-show')?.focus()", **_QUIET)
        self.count.click(self._count, self.name, self.class_before, **_QUIET)
        showing = self.show.click(
            self._show,
            [self.name, self.guesses, teacher],
            [
                *(self.revealed, self.plot, self.known, self.class_after, self.pair, self.closer_title, self.closer),
                *(self.closer_words, self.questions, self.steps),
                *(self.result_step, self.evidence_step, self.argue_step, *self.ahead),
            ],
            **_QUIET,
        )
        showing.then(None, js=focus("lesson-result"), **_QUIET)
        showing.then(lambda: "", None, self.live.board, **_QUIET)
        self.live.connect(self.name, lambda name: self.shelf.get(_lesson(name)), _QUIET)
        self.next.click(self._next, [self.name, self.place], [self.place, self.pair], **_QUIET).then(
            None, js=focus("lesson-evidence"), **_QUIET
        )
        for button, step, screen in (
            (self.to_evidence, EVIDENCE, "evidence"),
            (self.to_argue, ARGUE, "argue"),
            (self.again, CHOOSE, "choose"),
            (self.ahead[0], RESULT, "result"),
            (self.ahead[1], EVIDENCE, "evidence"),
            (self.ahead[2], ARGUE, "argue"),
        ):
            lead(button, self.steps, step, f"lesson-{screen}", _QUIET)
        self.empty.click(self._empty, teacher, self.emptied, **_QUIET)
        teacher.change(lambda given: gr.Button(visible=bool(given)), teacher, self.empty, **_QUIET)

    @property
    def _screen_parts(self) -> list[Any]:
        return [self.open_guess, self.locked_guess, self.locked, self.class_before, self.show]

    def _follow_the_class(self, teacher: Any) -> None:
        """Let a window learn what the teacher did: a line and the buttons change, nobody is moved."""
        self.clock.tick(
            self._follow,
            [self.followed, self.name, self.guesses, teacher],
            [self.followed, self.class_line, self.join, *self._screen_parts],
            queue=False,
            **_QUIET,
        )
        joining = self.join.click(self._join, self.guesses, [*self.opened, self.join, self.class_line], **_QUIET)
        joining.then(None, js=focus("lesson-guess"), **_QUIET)

    def open_from_link(self, demo: gr.Blocks) -> None:
        """Open the lesson that the address names, `?lesson=negation`, or else the one that the class is at."""

        def arrive(request: gr.Request) -> tuple[Any, ...]:
            _, led = self.room.classroom.now
            wanted = str(request.query_params.get("lesson", "")) or (led.lesson if led else "")
            if not wanted:
                return (gr.skip(),) * len(self.opened)
            return self._open(wanted, {})

        demo.load(arrive, None, self.opened, **_QUIET)

    def _open(self, name: str | None, guesses: Guesses) -> tuple[Any, ...]:
        """Ask the question of a lesson; where it was answered before, show the locked answer."""
        try:
            found = _lesson(name)
            self.shelf.get(found)
        except CaveatError as error:
            return gr.skip(), problem(str(error)), *(gr.skip(),) * (len(self.opened) - 2)
        guess = guesses.get(found.suite)
        choices = [(choice.label, choice.key) for choice in found.choices]
        screen = self._screen(found, guess)
        return (
            found.suite,
            "",
            lesson_words.question(found),
            gr.Radio(choices, value=None),
            gr.Radio(value=None),
            *screen[:4],
            "",
            screen[4],
            0,
            gr.Walkthrough(selected=GUESS),
            gr.Step(interactive=True),
            *(gr.Step(interactive=False) for _ in range(3)),
            *(way(False) for _ in self.ahead),
        )

    def _lock(self, name: str, choice: str | None, sure: str | None, guesses: Guesses) -> tuple[Any, ...]:
        """Take a guess for good; it is counted once."""
        found = lesson(name)
        if found is None or choice not in {one.key for one in found.choices} or sure not in dict(SURE):
            line = page(remark("One more thing.", "Mark a guess, and how sure you are of it."), role="alert")
            return gr.skip(), line, *(gr.skip(),) * 5
        if name not in guesses and not may_guess(self.room.classroom.led(name)):
            return gr.skip(), "", *self._screen(found, None)
        if name not in guesses:
            guesses = guesses | {name: (str(choice), str(sure))}
            self.tally.add(name, str(choice))
        return guesses, "", *self._screen(found, guesses[name])

    def _screen(self, found: Lesson, guess: tuple[str, str] | None, teacher: bool = False) -> tuple[Any, ...]:
        """Give the guess screen: what is open, what is locked, and whether the result may be seen."""
        led = self.room.classroom.led(found.suite)
        asked = guess is None and may_guess(led)
        if guess:
            words = lesson_words.locked(found, found.choice(guess[0]), guess[1], led)
        else:
            words = "" if asked else lesson_words.without_a_guess(led)
        show = gr.Button(interactive=may_see(led, guess is not None, teacher))
        tally = "" if asked else self._tally(found)
        return gr.Column(visible=asked), gr.Column(visible=not asked), words, tally, show

    def _follow(self, followed: int, name: str, guesses: Guesses, teacher: bool) -> tuple[Any, ...]:
        """Learn what the teacher has done since the last look."""
        version, led = self.room.classroom.now
        if version == followed:
            return (gr.skip(),) * 8
        found = lesson(name)
        screen = self._screen(found, guesses.get(name), teacher) if found else (gr.skip(),) * 5
        elsewhere = led is not None and led.lesson != name
        return version, self._line(led), gr.Button(visible=elsewhere), *screen

    def _line(self, led: Led | None) -> str:
        return lesson_words.class_line(_lesson(led.lesson), led.phase) if led else ""

    def _join(self, guesses: Guesses) -> tuple[Any, ...]:
        """Go where the class is."""
        _, led = self.room.classroom.now
        if led is None:
            return *(gr.skip(),) * len(self.opened), gr.Button(visible=False), ""
        return *self._open(led.lesson, guesses), gr.Button(visible=False), self._line(led)

    def _count(self, name: str) -> Any:
        found = lesson(name)
        return self._tally(found) if found else gr.skip()

    def _tally(self, found: Lesson, answer: str = "") -> str:
        return lesson_words.tally(found, self.tally.counts(found.suite), answer)

    def _show(self, name: str, guesses: Guesses, teacher: bool = False) -> tuple[Any, ...]:
        """Reveal the result beside the guess, if there is one."""
        found = lesson(name)
        if found is None or not may_see(self.room.classroom.led(name), name in guesses, teacher):
            return (gr.skip(),) * 16
        shown = self.shelf.get(found)
        key, sure = guesses.get(name, ("", ""))
        choice = found.choice(key) if key else None
        closer = shown.closer
        return (
            lesson_words.reveal(shown, choice, sure),
            gr.Plot(self.shelf.drawn(found, choice), visible=True),
            lesson_words.beside(shown),
            self._tally(found, shown.answer.key if shown.answer else ""),
            lesson_words.pair(shown, 0),
            page(f"<h3>{lesson_words.say(closer.question)}</h3><p>{lesson_words.say(closer.title)}</p>")
            if closer
            else "",
            gr.Plot(self.shelf.drawn_closer(found), visible=closer is not None),
            self.shelf.words(found),
            lesson_words.argue(found, self.room.settings.help_lines),
            gr.Walkthrough(selected=RESULT),
            *(gr.Step(interactive=True) for _ in range(3)),
            *(way(True) for _ in self.ahead),
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
        self.tally.clear()
        return page(remark("Empty.", "The guesses of the class are forgotten."), role="status")


def _lesson(name: str | None) -> Lesson:
    found = lesson(name or "")
    if found is None:
        names = ", ".join(one.suite for one in LESSONS)
        raise CaveatError(f"There is no lesson {str(name)[:40]!r}. There are: {names}. Mark one of the list.")
    return found
