"""What the steps of every tab need beside Gradio's stepper: the focus at their head, and a way ahead."""

from __future__ import annotations

from functools import partial
from typing import Any

import gradio as gr

_FOCUS = """() => {
  let tries = 120;
  const go = () => {
    const heading = document.querySelector("#%s h2");
    if (heading?.checkVisibility()) { heading.focus(); window.scrollTo(0, 0); }
    else if (tries--) requestAnimationFrame(go);
  };
  go();
}"""


def focus(screen: str) -> str:
    """Script that puts the reader at the head of a screen that has just opened; it may not be there at once.

    Args:
        screen: the `elem_id` of its step.
    """
    return _FOCUS % screen


def ahead(screen: str) -> Any:
    """Make the unseen button that opens a step which lies ahead of where the reader is.

    The stepper itself lets one go back only. Where this button is there (`visible="hidden"`), the script of the page
    opens the way in the stepper and presses it.

    Args:
        screen: the `elem_id` of the step.
    """
    return gr.Button(f"Go to {screen}", visible=False, elem_id=f"{screen}-go")


def opened(there: bool) -> Any:
    """Open the way to a step ahead, or close it."""
    return gr.Button(visible="hidden" if there else False)


def lead(button: Any, steps: Any, step: int, screen: str, quiet: dict[str, Any]) -> None:
    """Say where a button leads.

    Args:
        button: of `ahead`, or one that is seen.
        steps: the walkthrough.
        step: number of the step that opens.
        screen: the `elem_id` of that step.
        quiet: options of events that show no progress of their own.
    """
    button.click(partial(gr.Walkthrough, selected=step), None, steps, queue=False, **quiet).then(
        None, js=focus(screen), **quiet
    )
