"""The list of lessons, the same for a student and for the teacher."""

from __future__ import annotations

from typing import Any

import gradio as gr

from audit.lessons.content import LESSONS
from audit.page import lesson_words
from audit.page.room import Room


def lesson_picker(room: Room, label: str, elem_id: str) -> Any:
    """Put the list in place.

    Args:
        room: of the page.
        label: what is asked.
        elem_id: of the list.
    """
    titles = {suite.name: suite.title for suite in room.suites("quick")}
    return gr.Radio(
        [(lesson_words.label(one, titles.get(one.suite, one.suite)), one.suite) for one in LESSONS],
        value=LESSONS[0].suite,
        label=label,
        interactive=True,
        elem_id=elem_id,
        elem_classes="cv-choices",
    )
