"""Explore: an own sentence and its twin, up to four models side by side, and a look inside.

Nothing is counted and nothing is kept: sentences live in the boxes of the window that they were typed into.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from functools import partial
from html import escape
from typing import Any

import gradio as gr

from audit.models.attention import Attention
from audit.models.base import LoadedModel
from audit.page import explore_inside as inside
from audit.page.fragments import heading, page, problem, waiting
from audit.page.fragments import note as remark
from audit.page.room import Room, task_words
from audit.page.shelf import OFFERS, choose
from audit.page.trying import IDEAS, LONGEST, MOST, PAIRS, answered, clean, fills, requests
from audit.page.twins import KINDS, twin
from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, CaveatError
from reports.words import listing

MODELS, SENTENCE, TWIN, ANSWERS, WORDS, ATTENTION = 1, 2, 3, 4, 5, 6
HAND = "hand"
_FIRST = {TEXT_CLASSIFICATION: ("sentiment",), FILL_MASK: ("fill-mask",)}
_SENTENCES = (("the first sentence", 0), ("its twin", 1))
_FOCUS = """() => {
  let tries = 60;
  const go = () => {
    const heading = document.querySelector("#explore-%s h2");
    if (heading?.checkVisibility()) { heading.focus(); window.scrollTo(0, 0); }
    else if (tries--) requestAnimationFrame(go);
  };
  go();
}"""
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
        with gr.Walkthrough(selected=MODELS, elem_id="explore-steps") as self.steps:
            with gr.Step("Models", id=MODELS, elem_id="explore-models"):
                self._build_models()
            with gr.Step("Sentence", id=SENTENCE, interactive=False, elem_id="explore-sentence") as self.sentence_step:
                self.asks = gr.HTML()
                self.first = gr.Textbox(label="Sentence", max_length=LONGEST, lines=2, elem_id="explore-first")
                self.next = gr.Button("Change one thing", variant="primary", elem_id="explore-next")
                self.wrong = gr.HTML()
            with gr.Step("Twin", id=TWIN, interactive=False, elem_id="explore-twin") as self.twin_step:
                self._build_twin()
            with gr.Step("Answers", id=ANSWERS, interactive=False, elem_id="explore-answers") as self.answers_step:
                self.answer = gr.HTML(elem_id="explore-answer")
                with gr.Row():
                    self.to_words = gr.Button("Which word did it?", variant="primary", elem_id="explore-to-words")
                    self.again = gr.Button("Another sentence", variant="secondary", elem_id="explore-again")
            with gr.Step("Words", id=WORDS, interactive=False, elem_id="explore-words") as self.words_step:
                self._build_words()
            with gr.Step("Attention", id=ATTENTION, interactive=False, elem_id="explore-attention") as self.look_step:
                self._build_attention()
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
            _offers(TEXT_CLASSIFICATION),
            value=list(_FIRST[TEXT_CLASSIFICATION]),
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
            [*((label, key) for key, label in KINDS), ("I write it myself", HAND)],
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
            list(_SENTENCES), value=0, label="In", interactive=True, elem_id="explore-which", elem_classes="cv-choices"
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
        self.kind.input(_other_kind, self.kind, self.bundled, queue=False, **_QUIET)
        emptied = [self.weighed, self.weights, self.weights_under, self.looked, self.heat, self.heat_under, self.show]
        emptied += [self.looking]
        later = [self.twin_step, self.answers_step, self.words_step, self.look_step]
        # Loading may take minutes for a model from the Hub; nobody's sentence waits for it.
        self.take.click(
            partial(_take, self.room),
            [self.kind, self.bundled, self.other, teacher],
            [self.trouble, self.chosen, self.asks, self.first, self.steps, self.sentence_step, *later],
            concurrency_id="load",
            concurrency_limit=2,
            **_QUIET,
        ).then(None, js=_FOCUS % "sentence", **_QUIET)
        gr.on(
            [self.next.click, self.first.submit],
            partial(_next, self.room),
            [self.chosen, self.first],
            [self.wrong, self.before, self.how, self.made, self.second, self.steps, self.twin_step],
            **_QUIET,
        ).then(None, js=_FOCUS % "twin", **_QUIET)
        self.how.input(_twin, [self.first, self.how], [self.made, self.second], queue=False, **_QUIET)
        gr.on(
            [self.compare.click, self.second.submit],
            partial(_compare, self.room),
            [self.chosen, self.first, self.second],
            [self.stop, self.answer, self.steps, self.answers_step, self.words_step, self.look_step, *emptied],
            api_visibility="private",
            show_progress="minimal",
            **_POOL,
        ).then(None, js=_FOCUS % "answers", **_QUIET)
        for button, step, screen in (
            (self.to_words, WORDS, "words"),
            (self.again, SENTENCE, "sentence"),
            (self.to_look, ATTENTION, "attention"),
        ):
            button.click(partial(gr.Walkthrough, selected=step), None, self.steps, queue=False, **_QUIET).then(
                None, js=_FOCUS % screen, **_QUIET
            )
        pair = [self.chosen, self.first, self.second]
        self.weigh.click(
            partial(_weigh, self.room),
            [*pair, self.which],
            [self.weighed, self.weights, self.weights_under],
            api_visibility="private",
            show_progress="minimal",
            **_POOL,
        )
        shown = [self.looked, self.heat, self.heat_under]
        self.show.click(
            partial(_open_attention, self.room),
            pair,
            [self.show, self.looking, self.whose, self.layer, self.head, *shown],
            **_QUIET,
            **_POOL,
        ).then(None, js="() => document.querySelector('#explore-whose input')?.focus()", **_QUIET)
        again = [self.layer, self.head]
        self.whose.input(partial(_look_at, self.room), [*pair, self.whose, *again], [*again, *shown], **_QUIET, **_POOL)
        gr.on(
            [self.layer.input, self.head.input],
            partial(_look, self.room),
            [*pair, self.whose, *again],
            shown,
            trigger_mode="always_last",
            **_QUIET,
            **_POOL,
        )


def _offers(task: str) -> list[tuple[str, str]]:
    return [(offer.label, offer.name) for offer in OFFERS if offer.task == task]


def _other_kind(task: str) -> Any:
    return gr.CheckboxGroup(_offers(task), value=list(_FIRST.get(task, ())))


def _take(room: Room, task: str, bundled: Sequence[str], other: str, teacher: bool) -> Iterator[tuple[Any, ...]]:
    """Load the models and put a first sentence into the box."""
    kept = (gr.skip(),) * 9
    try:
        names = [offer.name for offer in OFFERS if offer.name in bundled]
        if (other or "").strip():
            names = list(dict.fromkeys([*names, choose(room.settings, "", other, teacher)]))
        if not names:
            raise CaveatError("No model is marked. Mark at least one.")
        if len(names) > MOST:
            raise CaveatError(f"{len(names)} models are marked. At most {MOST} fit side by side.")
        for name in names:
            if name not in room.shelf:
                yield waiting(f"Loading {name}. A bundled model takes a few seconds."), *kept
            info = room.shelf.get(name).info
            if task not in info.tasks:
                does = listing([task_words(one) for one in info.tasks])
                raise CaveatError(f"{name} {does}; you marked models that {task_words(task)}. Take one kind at a time.")
    except CaveatError as error:
        yield problem(str(error)), *kept
        return
    blank = task == FILL_MASK
    yield (
        "",
        names,
        heading("What do we say to them?", f"You ask {listing(names)}.", IDEAS[blank]),
        PAIRS[blank][0],
        gr.Walkthrough(selected=SENTENCE),
        gr.Step(interactive=True),
        *(gr.Step(interactive=False) for _ in range(4)),
    )


def _models(room: Room, names: Sequence[str]) -> list[LoadedModel]:
    if not names:
        raise CaveatError("No model was taken. Go back to the first step.")
    return [room.shelf.get(name) for name in names]


def _next(room: Room, names: Sequence[str], first: str) -> tuple[Any, ...]:
    """Check the sentence and ask what to change in it."""
    try:
        text = clean(first or "", "first", fills(_models(room, names)[0]))
    except CaveatError as error:
        return problem(str(error)), *(gr.skip(),) * 6
    said = page(f'<h2 tabindex="-1">What do we change?</h2><p class="said">{escape(text)}</p>')
    return "", said, gr.Radio(value=None), "", "", gr.Walkthrough(selected=TWIN), gr.Step(interactive=True)


def _twin(first: str, how: str) -> tuple[Any, Any]:
    """Make the twin, or say why it is left to the student."""
    text = " ".join((first or "").split())
    if how == HAND:
        return "", text
    try:
        made = twin(clean(text, "first", None), how)
    except CaveatError as error:
        return problem(str(error)), gr.skip()
    kind = "" if made.text else "partial"
    line = page(remark("Done." if made.text else "Not by a click.", made.line, kind), role="status")
    return line, made.text or text


def _pair(models: Sequence[LoadedModel], first: str, second: str) -> tuple[str, str]:
    blank = fills(models[0])
    return clean(first or "", "first", blank), clean(second or "", "second", blank)


def _compare(room: Room, names: Sequence[str], first: str, second: str) -> tuple[Any, ...]:
    """Ask every model about both sentences; what was looked at before is put away."""
    try:
        models = _models(room, names)
        pair = _pair(models, first, second)
        if pair[0] == pair[1]:
            raise CaveatError("The two sentences are the same. Change one thing in the twin.")
        answers = [room.engine.score(model, requests(model, pair)) for model in models]
    except CaveatError as error:
        return problem(str(error)), *(gr.skip(),) * 13
    steps = [gr.Step(interactive=True) for _ in range(3)]
    hidden = gr.Plot(visible=False)
    emptied = ("", hidden, "", "", hidden, "", gr.Button(visible=True), gr.Column(visible=False))
    return "", answered(models, pair, answers), gr.Walkthrough(selected=ANSWERS), *steps, *emptied


def _weigh(room: Room, names: Sequence[str], first: str, second: str, which: int) -> tuple[Any, ...]:
    """Leave each word out of one of the sentences."""
    try:
        models = _models(room, names)
        text = _pair(models, first, second)[1 if which == 1 else 0]
        spec = inside.weigh(models, text, room.engine.score)
    except CaveatError as error:
        return problem(str(error)), gr.Plot(visible=False), ""
    title = page(f"<h3>{escape(spec.title)}</h3>", role="status")
    return title, gr.Plot(inside.drawn(spec), visible=True), inside.words_table(spec)


def _open_attention(room: Room, names: Sequence[str], first: str, second: str) -> tuple[Any, ...]:
    """Show the attention of the first model that has any, after the student asked for it."""
    found, reason = None, ""
    for name in names or [""]:
        try:
            found = _attention(room, names, first, second, f"0 {name}")
            break
        except CaveatError as error:
            reason = reason or str(error)
    if found is None:
        return *(gr.skip(),) * 5, problem(reason), gr.Plot(visible=False), ""
    choices = [(f"{one}, {label}", f"{at} {one}") for one in names for label, at in _SENTENCES]
    return (
        gr.Button(visible=False),
        gr.Column(visible=True),
        gr.Dropdown(choices, value=f"0 {name}"),
        *_controls(found, 1, 0),
        *_heat(found, 1, 0),
    )


def _controls(found: Attention, layer: int, head: int) -> tuple[Any, Any]:
    """Offer the layers and heads that a model has."""
    layers, heads = found.weights.shape[:2]
    choices = [("all heads, their mean", 0), *((f"head {number}", number) for number in range(1, heads + 1))]
    return gr.Slider(maximum=layers, value=min(layer, layers)), gr.Dropdown(choices, value=head if head <= heads else 0)


def _look_at(
    room: Room, names: Sequence[str], first: str, second: str, whose: str, layer: int, head: int
) -> tuple[Any, ...]:
    """Show another model or sentence; layer and head stay where it has them."""
    try:
        found = _attention(room, names, first, second, whose)
    except CaveatError as error:
        return gr.skip(), gr.skip(), problem(str(error)), gr.Plot(visible=False), ""
    layer, head = int(layer or 1), int(head or 0)
    return *_controls(found, layer, head), *_heat(found, layer, head)


def _look(
    room: Room, names: Sequence[str], first: str, second: str, whose: str, layer: int, head: int
) -> tuple[Any, ...]:
    """Show another layer or head."""
    try:
        return _heat(_attention(room, names, first, second, whose), int(layer or 1), int(head or 0))
    except CaveatError as error:
        return problem(str(error)), gr.Plot(visible=False), ""


def _attention(room: Room, names: Sequence[str], first: str, second: str, whose: str) -> Attention:
    which, _, name = (whose or "").partition(" ")
    if name not in names:
        raise CaveatError("This model was not taken. Go back to the first step.")
    models = _models(room, names)
    pair = _pair(models, first, second)
    return room.engine.attention(room.shelf.get(name), pair[1 if which == "1" else 0])


def _heat(found: Attention, layer: int, head: int) -> tuple[Any, ...]:
    spec = inside.heat(found, layer, head)
    title = page(f"<h3>{escape(spec.title)}</h3>", role="status")
    return title, gr.Plot(inside.heat_drawn(spec), visible=True), inside.heat_table(spec)
