"""Thirty windows that open at the same moment: what they have in common is made once."""

from __future__ import annotations

import asyncio
import gzip
import importlib.util
import inspect
import sys
from collections import OrderedDict
from collections.abc import Awaitable, Callable, MutableMapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    import gradio as gr

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
App = Callable[[Message, Callable[[], Awaitable[Message]], Send], Awaitable[None]]

KEPT_PATHS = ("/", "/config")
"""What every window asks for first. Gradio copies and writes some 300 kB for each of them, always the same."""
TELLING = ("host", "x-forwarded-host", "x-forwarded-proto", "x-forwarded-prefix")
"""Headers that the answer depends on: it names the address at which the page was reached."""
ROOM = 32
"""Answers kept, the oldest leaves first: visitors choose the query, so they must not be able to fill the memory."""


def remember_signatures(demo: gr.Blocks) -> None:
    """Work out the signatures of a page's components once, not again for each component of each window.

    `inspect.signature` takes a `__signature__` where there is one. Gradio asks for it whenever it describes a
    component, which it does for all of them when a window opens.
    """
    for kind in {type(block) for block in demo.blocks.values()}:
        for base in kind.__mro__:
            made = vars(base).get("__init__")
            if inspect.isfunction(made) and not hasattr(made, "__signature__"):
                made.__signature__ = inspect.signature(made)  # type: ignore[attr-defined]


@dataclass(frozen=True, slots=True)
class _Answer:
    status: int
    headers: tuple[tuple[bytes, bytes], ...]
    body: bytes
    packed: bytes


def settle_missing(*names: str) -> None:
    """Say once for all that packages are not installed, so that an import of one fails at once.

    Gradio looks for bokeh whenever it describes a plot. Python does not remember what it did not find: with several
    plots on the page, each window that opens would search the whole path for it several times.
    """
    for name in names:
        if name not in sys.modules and importlib.util.find_spec(name) is None:
            sys.modules[name] = None  # type: ignore[assignment]


class KeptPage:
    """ASGI middleware that keeps the answers to `KEPT_PATHS` and packs them for browsers that take gzip.

    The page is the same for all visitors: it has no log-in, and what differs comes with events. An answer that sets a
    cookie or is not a plain success is not kept; nor is one to a query with a deep link, which holds a visitor's state.
    """

    def __init__(self, app: App) -> None:
        self.app = app
        self._kept: OrderedDict[tuple[object, ...], _Answer] = OrderedDict()
        self._making = asyncio.Lock()

    async def __call__(self, scope: Message, receive: Callable[[], Awaitable[Message]], send: Send) -> None:
        """Answer from what is kept, or let the page answer and keep it."""
        if not self._common(scope):
            await self.app(scope, receive, send)
            return
        asked = dict(scope["headers"])
        named = tuple(asked.get(name.encode()) for name in TELLING)
        key = (scope["path"], scope["query_string"], scope.get("scheme"), scope.get("root_path"), *named)
        async with self._making:
            # one makes it while the others wait for it
            answer = self._kept.get(key) or await self._made(key, scope, receive)
        await self._tell(answer, b"gzip" in asked.get(b"accept-encoding", b""), send)

    async def _made(
        self, key: tuple[object, ...], scope: Message, receive: Callable[[], Awaitable[Message]]
    ) -> _Answer:
        answer = await self._ask(scope, receive)
        if answer.status == 200 and not any(name.lower() == b"set-cookie" for name, _ in answer.headers):
            self._kept[key] = answer
            while len(self._kept) > ROOM:
                self._kept.popitem(last=False)
        return answer

    @staticmethod
    def _common(scope: Message) -> bool:
        return (
            scope["type"] == "http"
            and scope["method"] == "GET"
            and scope["path"] in KEPT_PATHS
            and b"deep_link" not in scope["query_string"]
        )

    async def _ask(self, scope: Message, receive: Callable[[], Awaitable[Message]]) -> _Answer:
        status, headers, body = 500, [], bytearray()

        async def listen(message: Message) -> None:
            nonlocal status, headers
            if message["type"] == "http.response.start":
                status, headers = message["status"], list(message.get("headers", ()))
            elif message["type"] == "http.response.body":
                body.extend(message.get("body", b""))

        await self.app(scope, receive, listen)
        left = tuple((name, value) for name, value in headers if name.lower() != b"content-length")
        return _Answer(status, left, bytes(body), gzip.compress(bytes(body), 6))

    @staticmethod
    async def _tell(answer: _Answer, packed: bool, send: Send) -> None:
        body = answer.packed if packed else answer.body
        headers = [*answer.headers, (b"content-length", str(len(body)).encode()), (b"vary", b"Accept-Encoding")]
        if packed:
            headers.append((b"content-encoding", b"gzip"))
        await send({"type": "http.response.start", "status": answer.status, "headers": headers})
        await send({"type": "http.response.body", "body": body})
