"""Try a sentence: two own sentences side by side. Exploration; nothing is counted, nothing is kept."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial
from typing import Any

import gradio as gr

from audit.page.fragments import heading, page, problem, waiting
from audit.page.picker import model_picker
from audit.page.room import Room
from audit.page.shelf import choose
from audit.page.trying import IDEAS, LONGEST, PAIRS, clean, fills, requests, side_by_side
from audit.schema import CaveatError

MODEL, SENTENCES = 1, 2
_FOCUS = "() => { const h = document.querySelector('#try-sentences h2'); if (h) { h.focus(); } window.scrollTo(0, 0); }"

_ANSWER = "() => document.querySelector('#try-answer')?.scrollIntoView({ block: 'nearest' })"


def build_try_tab(room: Room, teacher: Any) -> None:
    """Put the tab in place.

    Args:
        room: of the page.
        teacher: the state that tells whether the PIN was given.
    """
    chosen = gr.State("")
    with gr.Walkthrough(selected=MODEL, elem_id="try-steps") as steps:
        with gr.Step("Model", id=MODEL, elem_id="try-model"):
            gr.HTML(heading("Which model do we ask?", lead="One kind fills a blank, the other judges a sentence."))
            picker = model_picker(room, "try")
            take = gr.Button("Take it", variant="primary", elem_id="try-take")
            trouble = gr.HTML()
        with gr.Step("Sentences", id=SENTENCES, interactive=False, elem_id="try-sentences") as sentences:
            head = gr.HTML()
            with gr.Row():
                first = gr.Textbox(label="First sentence", max_length=LONGEST, lines=2, elem_id="try-first")
                second = gr.Textbox(label="Its twin", max_length=LONGEST, lines=2, elem_id="try-second")
            compare = gr.Button("Compare", variant="primary", elem_id="try-compare")
            answer = gr.HTML(elem_id="try-answer")
    quiet: dict[str, Any] = {"api_visibility": "private", "concurrency_id": "model", "concurrency_limit": 1}
    take.click(
        partial(_take, room),
        [picker.bundled, picker.other, teacher],
        [trouble, chosen, head, first, second, answer, steps, sentences],
        show_progress="hidden",
        **quiet,
    ).then(None, js=_FOCUS, api_visibility="private")
    gr.on(
        [compare.click, first.submit, second.submit],
        partial(_compare, room),
        [chosen, first, second],
        answer,
        show_progress="minimal",
        **quiet,
    ).then(None, js=_ANSWER, api_visibility="private")


def _take(room: Room, bundled: str, other: str, teacher: bool) -> Iterator[tuple[Any, ...]]:
    """Load a model and put a first pair into the boxes."""
    kept = (gr.skip(),) * 7
    try:
        name = choose(room.settings, bundled, other or "", teacher)
        if name not in room.shelf:
            yield waiting(f"Loading {name}. A bundled model takes a few seconds."), *kept
        model = room.shelf.get(name)
    except CaveatError as error:
        yield problem(str(error)), *kept
        return
    blank = fills(model)
    one, two = PAIRS[blank]
    asks = "What does it put into the blank?" if blank else "How does it judge the two?"
    empty = page("<p class='muted'>The answers will stand here, side by side.</p>")
    yield (
        "",
        name,
        heading(asks, f"You ask {model.info.id}. Change one thing between the two sentences.", IDEAS[blank]),
        one,
        two,
        empty,
        gr.Walkthrough(selected=SENTENCES),
        gr.Step(interactive=True),
    )


def _compare(room: Room, chosen: str, first: str, second: str) -> str:
    """Ask the model about both sentences."""
    try:
        model = room.shelf.get(chosen)
        blank = fills(model)
        sentences = (clean(first or "", "first", blank), clean(second or "", "second", blank))
        return side_by_side(model, sentences, room.engine.score(model, requests(model, sentences)))
    except CaveatError as error:
        return problem(str(error))
