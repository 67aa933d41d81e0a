"""Explore: an own sentence and its twin, up to four models side by side, and a look inside.

Nothing is counted and nothing is kept: sentences live in the boxes of the window that they were typed into.
"""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

from audit.page import explore_asked as asked
from audit.page import explore_inside as inside
from audit.page.fragments import heading
from audit.page.room import Room, task_words
from audit.page.steps import ahead, focus, lead
from audit.page.trying import LONGEST, MOST
from audit.page.twins import KINDS
from audit.schema import FILL_MASK, TEXT_CLASSIFICATION

_QUIET: dict[str, Any] = {"api_visibility": "private", "show_progress": "hidden"}
_POOL: dict[str, Any] = {"concurrency_id": "model", "concurrency_limit": 1}
"""Whatever asks a model waits in one line with everybody else's questions; each is short."""


class ExploreTab:
    """The controls of the tab and what they do."""

    def __init__(self, room: Room, teacher: Any) -> None:
        """Put the tab in place.

        Args:
            room: of the page.
            teacher: the state that tells whether the PIN was given.
        """
        self.room = room
        self.chosen = gr.State([])
        self.weighing = gr.State(None)
        with gr.Walkthrough(selected=asked.MODELS, elem_id="explore-steps") as self.steps:
            with gr.Step("Models", id=asked.MODELS, elem_id="explore-models"):
                self._build_models()
            with gr.Step(
                "Sentence", id=asked.SENTENCE, interactive=False, elem_id="explore-sentence"
            ) as self.sentence_step:
                self.asks = gr.HTML()
                self.first = gr.Textbox(label="Sentence", max_length=LONGEST, lines=2, elem_id="explore-first")
                self.next = gr.Button("Change one thing", variant="primary", elem_id="explore-next")
                self.wrong = gr.HTML()
            with gr.Step("Twin", id=asked.TWIN, interactive=False, elem_id="explore-twin") as self.twin_step:
                self._build_twin()
            with gr.Step(
                "Answers", id=asked.ANSWERS, interactive=False, elem_id="explore-answers"
            ) as self.answers_step:
                self.answer = gr.HTML(elem_id="explore-answer")
                with gr.Row():
                    self.to_words = gr.Button("Which word did it?", variant="primary", elem_id="explore-to-words")
                    self.again = gr.Button("Another sentence", variant="secondary", elem_id="explore-again")
            with gr.Step("Words", id=asked.WORDS, interactive=False, elem_id="explore-words") as self.words_step:
                self._build_words()
            with gr.Step(
                "Attention", id=asked.ATTENTION, interactive=False, elem_id="explore-attention"
            ) as self.look_step:
                self._build_attention()
        self.ahead = [ahead("explore-words"), ahead("explore-attention")]
        self._connect(teacher)

    def _build_models(self) -> None:
        gr.HTML(heading("Whom do we ask?", f"Up to {MOST} models of one kind, side by side."))
        self.kind = gr.Radio(
            [(f"A model that {task_words(task)}", task) for task in (TEXT_CLASSIFICATION, FILL_MASK)],
            value=TEXT_CLASSIFICATION,
            label="Kind",
            interactive=True,
            elem_id="explore-kind",
        )
        self.bundled = gr.CheckboxGroup(
            asked.offers(TEXT_CLASSIFICATION),
            value=list(asked.FIRST[TEXT_CLASSIFICATION]),
            label="Bundled models",
            interactive=True,
            elem_id="explore-bundled",
            elem_classes="cv-choices",
        )
        settings = self.room.settings
        allowed = "An id such as owner/name" if settings.any_model else f"Allowed: {', '.join(settings.allow_models)}"
        self.other = gr.Textbox(
            label="And one from the Hub",
            info=f"{allowed}. It may stay empty.",
            max_length=200,
            lines=1,
            visible=bool(settings.allow_models) or settings.folders,
            elem_id="explore-other",
        )
        self.take = gr.Button("Take them", variant="primary", elem_id="explore-take")
        self.trouble = gr.HTML()

    def _build_twin(self) -> None:
        self.before = gr.HTML()
        self.how = gr.Radio(
            [*((label, key) for key, label in KINDS), ("I write it myself", asked.HAND)],
            label="The same sentence ...",
            interactive=True,
            elem_id="explore-how",
            elem_classes="cv-choices",
        )
        self.made = gr.HTML(elem_id="explore-made")
        self.second = gr.Textbox(label="Its twin", max_length=LONGEST, lines=2, elem_id="explore-second")
        self.compare = gr.Button("Compare", variant="primary", elem_id="explore-compare")
        self.stop = gr.HTML()

    def _build_words(self) -> None:
        gr.HTML(
            heading(
                "Which word does the answer hang on?",
                "Each word is left out once, and the models are asked again. A gap in a sentence is odd in itself, so "
                "read small changes with care.",
            )
        )
        self.which = gr.Radio(
            list(asked.SENTENCES),
            value=0,
            label="In",
            interactive=True,
            elem_id="explore-which",
            elem_classes="cv-choices",
        )
        with gr.Row():
            self.weigh = gr.Button("Leave each word out", variant="primary", elem_id="explore-weigh")
            self.to_look = gr.Button("Look at attention", variant="secondary", elem_id="explore-to-attention")
        self.weighed = gr.HTML(elem_id="explore-weighed")
        self.weights = gr.Plot(show_label=False, container=False, visible=False, elem_id="explore-weights")
        self.weights_under = gr.HTML()

    def _build_attention(self) -> None:
        gr.HTML(heading("Where does it look?", inside.CAUTION))
        self.show = gr.Button("Show it all the same", variant="primary", elem_id="explore-show")
        with gr.Column(visible=False) as self.looking:
            self.whose = gr.Dropdown([], label="Whose", interactive=True, elem_id="explore-whose")
            with gr.Row():
                self.layer = gr.Slider(1, 2, 1, step=1, label="Layer", interactive=True, elem_id="explore-layer")
                self.head = gr.Dropdown([], label="Head", interactive=True, elem_id="explore-head")
        self.looked = gr.HTML(elem_id="explore-looked")
        self.heat = gr.Plot(show_label=False, container=False, visible=False, elem_id="explore-heat")
        self.heat_under = gr.HTML()

    def _connect(self, teacher: Any) -> None:
        self.kind.input(asked.other_kind, self.kind, self.bundled, **_QUIET)
        emptied = [self.weighed, self.weights, self.weights_under, self.looked, self.heat, self.heat_under, self.show]
        emptied += [self.looking]
        further = [self.words_step, self.look_step]
        later = [self.twin_step, self.answers_step, *further]
        # Loading may take minutes for a model from the Hub; nobody's sentence waits for it.
        self.take.click(
            partial(asked.take, self.room),
            [self.kind, self.bundled, self.other, teacher],
            [self.trouble, self.chosen, self.asks, self.first, self.steps, self.sentence_step, *later, *self.ahead],
            concurrency_id="load",
            concurrency_limit=2,
            **_QUIET,
        ).then(None, js=focus("explore-sentence"), **_QUIET)
        gr.on(
            [self.next.click, self.first.submit],
            partial(asked.next, self.room),
            [self.chosen, self.first],
            [self.wrong, self.before, self.how, self.made, self.second, self.steps, self.twin_step],
            **_QUIET,
        ).then(None, js=focus("explore-twin"), **_QUIET)
        self.how.input(asked.twin, [self.first, self.how], [self.made, self.second], queue=False, **_QUIET)
        gr.on(
            [self.compare.click, self.second.submit],
            partial(asked.compare, self.room),
            [self.chosen, self.first, self.second],
            [self.stop, self.answer, self.steps, self.answers_step, *further, *emptied, *self.ahead],
            api_visibility="private",
            show_progress="minimal",
            **_POOL,
        ).then(None, js=focus("explore-answers"), **_QUIET)
        for button, step, screen in (
            (self.to_words, asked.WORDS, "words"),
            (self.again, asked.SENTENCE, "sentence"),
            (self.to_look, asked.ATTENTION, "attention"),
            (self.ahead[0], asked.WORDS, "words"),
            (self.ahead[1], asked.ATTENTION, "attention"),
        ):
            lead(button, self.steps, step, f"explore-{screen}", _QUIET)
        pair = [self.chosen, self.first, self.second]
        weighed = [self.weighing, self.weighed, self.weights, self.weights_under]
        self.weigh.click(partial(asked.weigh, self.room), [*pair, self.which], weighed, **_QUIET)
        # Each answer changes the state, which asks the next model.
        self.weighing.change(partial(asked.weigh_next, self.room), [*pair, self.weighing], weighed, **_QUIET, **_POOL)
        shown = [self.looked, self.heat, self.heat_under]
        self.show.click(
            partial(asked.open_attention, self.room),
            pair,
            [self.show, self.looking, self.whose, self.layer, self.head, *shown],
            **_QUIET,
            **_POOL,
        ).then(None, js="() => document.querySelector('#explore-layer input[type=range]')?.focus()", **_QUIET)
        again = [self.layer, self.head]
        self.whose.input(
            partial(asked.look_at, self.room), [*pair, self.whose, *again], [*again, *shown], **_QUIET, **_POOL
        )
        gr.on(
            [self.layer.input, self.head.input],
            partial(asked.look, self.room),
            [*pair, self.whose, *again],
            shown,
            trigger_mode="always_last",
            **_QUIET,
            **_POOL,
        )
