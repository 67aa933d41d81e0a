"""The Gradio page: lessons, audit a model, explore, move a threshold, and what it all means. One file per tab.

from audit.page import build_page, settings_for, serve

settings = settings_for("127.0.0.1")
serve(build_page(settings), "127.0.0.1", 7860)
"""

from __future__ import annotations

import json
import os
import threading
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from audit.page import folders
from audit.page.serving import check_address, launch_options, serve
from audit.page.settings import PageSettings, checked, settings_for, settings_from_environment

if TYPE_CHECKING:
    import gradio as gr

    from audit.page.engine import Engine

__all__ = [
    "PageSettings",
    "build_page",
    "launch",
    "launch_options",
    "serve",
    "settings_for",
    "settings_from_environment",
]

_SCRIPT = Path(__file__).with_name("page.js")
_TOP = (
    '<div class="cv cv-top"><h1>Caveat</h1><p>What a text model gets wrong, for whom, and how sure we are.</p>'
    "%s</div>%s"
)


def _script(demo: gr.Blocks) -> str:
    """Give what runs once when the page has opened.

    It names the steps, whose buttons lose all text that could be read out on a narrow screen; and it opens the glossary
    over the screen, at the term whose link was followed.
    """
    import gradio as gr

    steps = [block for block in demo.blocks.values() if isinstance(block, gr.Step)]
    names = {f"{step.elem_id}-button": f"{step.id} {step.label}" for step in steps}
    return _SCRIPT.read_text(encoding="utf-8").replace("NAMES", json.dumps(names))


def build_page(settings: PageSettings, engine: Engine | None = None, *, warm: bool = False) -> gr.Blocks:
    """Build the page without serving it.

    Args:
        settings: what the host allows.
        engine: the functions behind it; the project's own when None.
        warm: read the lessons in the background, so that a class of thirty does not wait for the first one.

    Returns:
        Blocks to be given to `serve`, or launched with `launch_options`.
    """
    # Read when Gradio is imported and when Blocks are made: without it the page would call out at startup.
    os.environ["GRADIO_ANALYTICS_ENABLED"] = "False"
    # The queue counts up all events since its start after each of them, for a board that this page does not have.
    os.environ.setdefault("GRADIO_ANALYTICS_CACHE_FREQUENCY", str(10**9))
    folders.shown()
    import gradio as gr

    from audit.lessons.content import LESSONS
    from audit.page import glossary
    from audit.page.asked import Blocks, keep_places
    from audit.page.audit_tab import build_audit_tab, stop_on_leaving
    from audit.page.data_tab import build_data_tab
    from audit.page.engine import Engine
    from audit.page.explore_tab import ExploreTab
    from audit.page.lesson_tab import LessonTab
    from audit.page.opening import remember_signatures, settle_missing
    from audit.page.read_tab import build_read_tab
    from audit.page.room import Room
    from audit.page.teacher_tab import build_teacher_tab
    from audit.page.threshold_tab import ThresholdTab

    room = Room(settings, engine or Engine())
    with Blocks(title="Caveat", analytics_enabled=False, delete_cache=(3600, 86400)) as demo:
        gr.HTML(_TOP % (glossary.button(), glossary.window()))
        teacher = gr.State(not settings.pin)
        with gr.Tabs(elem_id="tabs", overflow_behavior="wrap"):
            with gr.Tab("Lessons", id="lessons", elem_id="tab-lessons"):
                lessons = LessonTab(room, teacher)
            with gr.Tab("Audit", id="audit", elem_id="tab-audit"):
                build_audit_tab(room, teacher)
            with gr.Tab("Explore", id="explore", elem_id="tab-explore"):
                ExploreTab(room, teacher)
            with gr.Tab("Threshold", id="threshold", elem_id="tab-threshold"):
                ThresholdTab(room)
            with gr.Tab("Your posts", id="data", elem_id="tab-data"):
                build_data_tab(room, teacher)
            with gr.Tab("How to read", id="read", elem_id="tab-read"):
                build_read_tab(room)
            if settings.pin:
                with gr.Tab("Teacher", id="teacher", elem_id="tab-teacher"):
                    build_teacher_tab(room, teacher)
        stop_on_leaving(demo, room)
        lessons.open_from_link(demo)
        demo.load(None, js=_script(demo), api_visibility="private")
    if warm:
        threading.Thread(target=lessons.shelf.warm, args=(LESSONS,), name="caveat-lessons", daemon=True).start()
    # Told that it is in a Space, the page's script asks huggingface.co about it and fetches fonts of Google's.
    demo.space_id = None
    remember_signatures(demo)
    settle_missing("bokeh")
    demo.queue(max_size=settings.waiting, default_concurrency_limit=4, api_open=False)
    keep_places(demo)
    demo.room = room
    room.uploads.received = demo.upload_file_set
    return demo


def launch(
    host: str = "127.0.0.1",
    port: int = 7860,
    pin: str | None = None,
    allow_models: str | Sequence[str] | None = None,
    results: Path | None = None,
    help_lines: str | None = None,
) -> None:
    """Build the page and serve it until it is stopped.

    Args:
        host: address to listen on; 0.0.0.0 for a classroom.
        port: port to listen on.
        pin: opens audits beyond quick and models from the Hub; open to all when None.
        allow_models: Hub ids that visitors may load, in a list or with commas between; "any" for all. None allows
            all on this machine and none on a network.
        results: folder of stored results; None for the ones that ship with the project.
        help_lines: whom to turn to, shown with the note on what the page is not for; None for US and Canadian ones.

    Raises:
        CaveatError: for a PIN that is too short, a model id that cannot be one, and an address that is not free.
    """
    if isinstance(allow_models, str):
        allow_models = [name.strip() for name in allow_models.split(",") if name.strip()]
    settings = settings_for(host, pin=pin, allow_models=allow_models, results=results, help_lines=help_lines)
    checked(settings, pin)
    check_address(host, port)
    serve(build_page(settings, warm=True), host, port, settings)
