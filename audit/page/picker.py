"""The question "which model?", asked alike on every tab."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import gradio as gr

from audit.page.room import Room
from audit.page.shelf import OFFERS


@dataclass(frozen=True, slots=True)
class Picker:
    """The controls of the question; `other` stays empty and unseen where the host allows bundled models only."""

    bundled: Any
    other: Any
    revision: Any = None
    meanings: Any = None
    """Asked for on the tab that audits only."""


def model_picker(room: Room, name: str) -> Picker:
    """Put the controls in place.

    Args:
        room: of the page.
        name: beginning of the elements' ids.
    """
    settings = room.settings
    stored = room.ready.names()
    choices = [
        (offer.label + (" (stored result)" if name == "audit" and offer.name in stored else ""), offer.name)
        for offer in OFFERS
    ]
    bundled = gr.Radio(
        choices,
        value=OFFERS[0].name,
        label="Bundled models",
        interactive=True,
        elem_id=f"{name}-bundled",
        elem_classes="cv-choices",
    )
    open_to_others = bool(settings.allow_models) or settings.folders
    info = "An id such as owner/name" + (", or a folder on this machine." if settings.folders else ".")
    if settings.allow_models and not settings.any_model:
        info = f"This page allows: {', '.join(settings.allow_models)}."
    other = gr.Textbox(
        label="Or another model from the Hub",
        info=info + " Leave it empty for the bundled model marked above.",
        max_length=200,
        lines=1,
        visible=open_to_others,
        elem_id=f"{name}-other",
    )
    if name != "audit":
        return Picker(bundled, other)
    with gr.Accordion(
        "More about that model", open=False, visible=open_to_others, elem_id=f"{name}-more", elem_classes="cv-fold"
    ):
        revision = gr.Textbox(
            label="Revision",
            info="Commit, tag or branch; the main branch when empty.",
            max_length=200,
            lines=1,
            elem_id=f"{name}-revision",
        )
        meanings = gr.Textbox(
            label="What its labels mean",
            info="For classifiers whose labels have no names: LABEL_0=negative, LABEL_1=neutral, LABEL_2=positive. "
            "Its model card says which is which.",
            max_length=500,
            lines=1,
            elem_id=f"{name}-meanings",
        )
    return Picker(bundled, other, revision, meanings)
