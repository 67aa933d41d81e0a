"""How a result shows itself in a notebook: whoever draws results registers here; the types know none of them."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, Protocol


class Renderer(Protocol):
    """What draws a result: a module, or any object, with these two functions."""

    def to_html(self, result: Any) -> str:
        """Give the summary that a notebook shows."""

    def to_frame(self, result: Any, what: str) -> Any:
        """Give a pandas frame of a part of the result; ValueError for a part that it does not have."""


_registered: list[Callable[[], Renderer]] = []


def register_renderer(find: Callable[[], Renderer]) -> None:
    """Say who draws results from now on.

    Args:
        find: gives the renderer. It is called when a result is shown, so that registering imports nothing.
    """
    _registered[:] = [find]


def renderer() -> Renderer:
    """Give the renderer that was registered; `import audit` registers the one of `reports`."""
    return _registered[0]()
