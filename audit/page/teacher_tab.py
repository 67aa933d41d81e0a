"""The teacher's PIN: it opens long audits and models from the Hub for one visitor, until the page is reloaded."""

from __future__ import annotations

import hmac
import time
from functools import partial
from typing import Any

import gradio as gr

from audit.page.fragments import heading, page, problem
from audit.page.fragments import note as remark
from audit.page.room import Room

SECONDS_AFTER_A_WRONG_PIN = 1.5


def build_teacher_tab(room: Room, teacher: Any) -> None:
    """Put the tab in place.

    Args:
        room: of the page, with a PIN set.
        teacher: the state that a right PIN makes true.
    """
    gr.HTML(heading("Are you the teacher?", "The PIN opens standard and full audits, and models from the Hub."))
    pin = gr.Textbox(label="PIN", type="password", max_length=64, lines=1, elem_id="teacher-pin")
    enter = gr.Button("Open", variant="primary", elem_id="teacher-open")
    answer = gr.HTML()
    gr.on(
        [enter.click, pin.submit],
        partial(_enter, room),
        pin,
        [teacher, pin, answer],
        api_visibility="private",
        show_progress="hidden",
        concurrency_id="pin",
        concurrency_limit=1,
    )


def _enter(room: Room, pin: str) -> tuple[Any, str, str]:
    """Compare the PIN; one at a time and slowly, so that guessing takes long."""
    if hmac.compare_digest((pin or "").strip().encode(), room.settings.pin.encode()):
        return True, "", page(remark("Open.", "Standard and full audits and other models are open in this window."))
    time.sleep(SECONDS_AFTER_A_WRONG_PIN)
    return gr.skip(), "", problem("This is not the PIN. It was set by whoever started the page.")
