"""What visitors ask of the page's functions: places in the queue for all, and one line for whatever goes wrong."""

from __future__ import annotations

import asyncio
import logging
import traceback
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

import gradio as gr
import orjson

from audit.page.runs import PLACES

if TYPE_CHECKING:
    from gradio.queueing import Event

    from audit.page.room import Room

OF_A_WINDOW, OF_A_COMPUTER, OF_A_POOL, OF_AUDITS, AUDITS_OF_A_COMPUTER = 8, 45, 40, 12, 4
"""How many requests of one window, of one computer, for one pool of functions, for audits of all and of one computer
may wait.

A class may stand behind one address, so that is most of the queue; audits wait at the desk, so few of them wait here.
"""
AT_WORK = 40
"""How many requests are answered at once, beside those that only tell somebody's place at the desk."""
LOST = "That did not work: the page did not understand what was sent, or made a mistake of its own. Load it again."
_log = logging.getLogger("caveat.page")


class Blocks(gr.Blocks):
    """A page that tells a visitor and the log of a mistake in one line each, without what was sent."""

    room: Room

    async def process_api(self, *args: Any, **kwargs: Any) -> dict[str, Any]:
        """Answer an event as Gradio does; a mistake neither quotes a sentence nor fills the log with a traceback."""
        try:
            return await super().process_api(*args, **kwargs)
        except gr.Error as error:
            error.print_exception = False
            raise
        except (asyncio.CancelledError, GeneratorExit):
            raise
        # Not `Exception`: `sys.exit` in a model's code would end the server, a panic in Rust leave the visitor waiting.
        except BaseException as error:
            function = kwargs.get("block_fn", args[0] if args else None)
            name = getattr(function, "name", "") or "?"
            _log.warning("caveat: the event %s ended in an error (%s)", name, _where(error))
            raise gr.Error(LOST, print_exception=False) from None


def _where(error: BaseException) -> str:
    """Give the kind of an error and where it was raised: what mends a fault, and nothing that a visitor sent."""
    frames = traceback.extract_tb(error.__traceback__)
    place = f" in {Path(frames[-1].filename).name}, line {frames[-1].lineno}" if frames else ""
    return f"{type(error).__name__}{place}"


def keep_places(demo: gr.Blocks) -> None:
    """Refuse requests that would leave others no place in a page's queue, and those for events that there are not."""
    queue = demo._queue
    push = queue.push

    async def guarded(body: Any, request: Any, username: str | None) -> Any:
        function = demo.fns.get(body.fn_index)
        if function is None or function.fn is None:
            return False, "There is no such event. Load the page again.", "error"
        if not _is_text(body.data):
            return False, "This is no text: it holds half a character. Write it again.", "error"
        if any(found >= most for found, most in _counts(_waiting(demo), body, request, function.concurrency_id)):
            return False, "Too many requests wait already. Try again in a moment.", "queue_full"
        return await push(body=body, request=request, username=username)

    # Otherwise forty windows that wait for an audit would leave nobody else a place.
    queue.max_thread_count = AT_WORK + PLACES
    queue.push = guarded  # type: ignore[method-assign]


def _is_text(data: Any) -> bool:
    """Whether all that was sent can be sent back: half an emoji cannot, and would break the window's stream."""
    try:
        orjson.dumps(data)
    except (TypeError, ValueError):
        return False
    return True


def _waiting(demo: gr.Blocks) -> Iterator[Event]:
    for line in tuple(demo._queue.event_queue_per_concurrency_id.values()):
        yield from tuple(line.queue)


def _counts(waiting: Iterator[Event], body: Any, request: Any, pool: str) -> tuple[tuple[int, int], ...]:
    window = computer = same = both = 0
    here = computer_of(request)
    for event in waiting:
        mine, alike = computer_of(event.request) == here, event.concurrency_id == pool
        window += event.session_hash == body.session_hash
        computer += mine
        same += alike
        both += mine and alike
    audits = pool == "audit"
    return (
        (window, OF_A_WINDOW),
        (computer, OF_A_COMPUTER),
        (same, OF_AUDITS if audits else OF_A_POOL),
        (both, AUDITS_OF_A_COMPUTER if audits else OF_A_POOL),
    )


def computer_of(request: Any) -> str:
    """Give the address that a request came from; empty where it is not known."""
    client = getattr(request, "client", None)
    return client.host if client else ""
