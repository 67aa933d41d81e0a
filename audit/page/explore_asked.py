"""What the controls of the tab Explore do: load, rewrite, ask, leave out, look inside."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
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
from audit.page.steps import opened as way
from audit.page.trying import IDEAS, MOST, PAIRS, answered, clean, fills, requests
from audit.page.twins import twin as make_twin
from audit.report.words import listing
from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, CaveatError

MODELS, SENTENCE, TWIN, ANSWERS, WORDS, ATTENTION = 1, 2, 3, 4, 5, 6
"""The steps."""
HAND = "hand"
FIRST = {TEXT_CLASSIFICATION: ("sentiment",), FILL_MASK: ("fill-mask",)}
"""Models that are marked at first."""
SENTENCES = (("the first sentence", 0), ("its twin", 1))


def offers(task: str) -> list[tuple[str, str]]:
    """Give the bundled models of a task, as choices."""
    return [(offer.label, offer.name) for offer in OFFERS if offer.task == task]


def other_kind(task: str) -> Any:
    """Offer the models of the other kind."""
    return gr.CheckboxGroup(offers(task), value=list(FIRST.get(task, ())))


def take(room: Room, task: str, bundled: Sequence[str], other: str, teacher: bool) -> Iterator[tuple[Any, ...]]:
    """Load the models and put a first sentence into the box."""
    kept = (gr.skip(),) * 11
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
                raise CaveatError(
                    f"{name} {does}; the kind that you marked {task_words(task)}. Take one kind at a time."
                )
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
        way(False),
        way(False),
    )


def _models(room: Room, names: Sequence[str]) -> list[LoadedModel]:
    if not names:
        raise CaveatError("No model was taken. Go back to the first step.")
    return [room.shelf.get(name) for name in names]


def next(room: Room, names: Sequence[str], first: str) -> tuple[Any, ...]:
    """Check the sentence and ask what to change in it."""
    try:
        text = clean(first or "", "first", fills(_models(room, names)[0]))
    except CaveatError as error:
        return problem(str(error)), *(gr.skip(),) * 6
    said = page(f'<h2 tabindex="-1">What do we change?</h2><p class="said">{escape(text)}</p>')
    return "", said, gr.Radio(value=None), "", "", gr.Walkthrough(selected=TWIN), gr.Step(interactive=True)


def twin(first: str, how: str) -> tuple[Any, Any]:
    """Make the twin, or say why it is left to the student."""
    text = " ".join((first or "").split())
    if how == HAND:
        return "", text
    try:
        made = make_twin(clean(text, "first", None), how)
    except CaveatError as error:
        return problem(str(error)), gr.skip()
    kind = "" if made.text else "partial"
    line = page(remark("Done." if made.text else "Not by a click.", made.line, kind), role="status")
    return line, made.text or text


def _pair(models: Sequence[LoadedModel], first: str, second: str) -> tuple[str, str]:
    blank = fills(models[0])
    return clean(first or "", "first", blank), clean(second or "", "second", blank)


def compare(room: Room, names: Sequence[str], first: str, second: str) -> tuple[Any, ...]:
    """Ask every model about both sentences; what was looked at before is put away."""
    try:
        models = _models(room, names)
        pair = _pair(models, first, second)
        if pair[0] == pair[1]:
            raise CaveatError("The two sentences are the same. Change one thing in the twin.")
        answers = [room.engine.score(model, requests(model, pair)) for model in models]
    except CaveatError as error:
        return problem(str(error)), *(gr.skip(),) * 15
    steps = [gr.Step(interactive=True) for _ in range(3)]
    hidden = gr.Plot(visible=False)
    emptied = ("", hidden, "", "", hidden, "", gr.Button(visible=True), gr.Column(visible=False))
    return "", answered(models, pair, answers), gr.Walkthrough(selected=ANSWERS), *steps, *emptied, way(True), way(True)


def weigh(room: Room, names: Sequence[str], first: str, second: str, which: int) -> tuple[Any, ...]:
    """Begin to leave each word out of one of the sentences; `weigh_next` does it, one model at a time."""
    try:
        text = _pair(_models(room, names), first, second)[1 if which == 1 else 0]
        count = len(inside.left_out(text))
    except CaveatError as error:
        return None, problem(str(error)), gr.Plot(visible=False), ""
    return (text, ()), _weighing(names, 0, count), gr.Plot(visible=False), ""


def weigh_next(
    room: Room, names: Sequence[str], first: str, second: str, weighing: tuple[str, tuple[inside.Weight, ...]] | None
) -> tuple[Any, ...]:
    """Ask the next model, and draw the chart after the last one.

    Each model is a turn of its own in the line of questions: others get in between, however many models are asked.
    """
    if weighing is None:
        return (gr.skip(),) * 4
    text, found = weighing
    try:
        models = _models(room, names)
        if text not in _pair(models, first, second) or len(found) >= len(models):
            # The sentences have changed since; whoever wants to know asks again.
            return None, "", gr.Plot(visible=False), ""
        found = (*found, inside.weigh_one(models[len(found)], text, room.engine.score))
    except CaveatError as error:
        return None, problem(str(error)), gr.Plot(visible=False), ""
    if len(found) < len(models):
        return (text, found), _weighing(names, len(found), len(found[0][2])), gr.skip(), gr.skip()
    spec = inside.weighed(text, found)
    title = page(f"<h3>{escape(spec.title)}</h3>", role="status")
    return None, title, gr.Plot(inside.drawn(spec), visible=True), inside.words_table(spec)


def _weighing(names: Sequence[str], place: int, words: int) -> str:
    which = f" ({place + 1} of {len(names)})" if len(names) > 1 else ""
    return waiting(f"Asking {names[place]}{which} once without each of {words} words.")


def open_attention(room: Room, names: Sequence[str], first: str, second: str) -> tuple[Any, ...]:
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
    choices = [(f"{one}, {label}", f"{at} {one}") for one in names for label, at in SENTENCES]
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


def look_at(
    room: Room, names: Sequence[str], first: str, second: str, whose: str, layer: int, head: int
) -> tuple[Any, ...]:
    """Show another model or sentence; layer and head stay where it has them."""
    try:
        found = _attention(room, names, first, second, whose)
    except CaveatError as error:
        return gr.skip(), gr.skip(), problem(str(error)), gr.Plot(visible=False), ""
    layer, head = int(layer or 1), int(head or 0)
    return *_controls(found, layer, head), *_heat(found, layer, head)


def look(
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
