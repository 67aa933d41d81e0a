"""What the page answers over HTTP: the paths that its own script asks for, in sizes that it sends, and no others."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Awaitable, Callable, MutableMapping
from functools import partial
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from audit.page.room import Room

Message = MutableMapping[str, Any]
Send = Callable[[Message], Awaitable[None]]
Receive = Callable[[], Awaitable[Message]]
App = Callable[[Message, Receive, Send], Awaitable[None]]

READ = ("/", "/config", "/theme.css", "/favicon.ico", "/robots.txt", "/manifest.json")
READ_UNDER = (
    *("/assets/", "/static/", "/svelte/"),
    *("/gradio_api/heartbeat/", "/gradio_api/queue/data", "/gradio_api/upload_progress", "/gradio_api/file="),
)
WRITE = ("/gradio_api/queue/join", "/gradio_api/run/predict", "/gradio_api/cancel", "/gradio_api/reset")
"""`run/predict` answers only the events that are marked `queue=False`: `build_page` closes it for all others."""
UPLOAD = "/gradio_api/upload"
LARGEST = 1_000_000
"""Bytes of a request that is no upload: two sentences and a few marks are some thousand."""
LARGEST_UPLOAD = 51_000_000
"""Bytes of a request with a file; Gradio stops at the file's own 50 MB."""
_log = logging.getLogger("caveat.page")


class Door:
    """ASGI application in front of the page.

    Gradio answers some sixty paths: functions by name, component methods, recordings, an editor for the page, a proxy.
    The page's script asks for a dozen. Whatever goes wrong behind it is a line in the log, and never more.
    """

    def __init__(self, app: App, room: Room | None = None) -> None:
        """Stand before an application.

        Args:
            app: the page.
            room: knows who gave the PIN and how full the folder of uploads is; None where nothing is uploaded.
        """
        self.app = app
        self.room = room
        self.closing = asyncio.Event()
        """Set when the page closes: a window keeps two answers open for as long as it can, and they end then."""

    async def __call__(self, scope: Message, receive: Receive, send: Send) -> None:
        """Answer, refuse, or let the page answer."""
        if scope["type"] == "lifespan":
            await self.app(scope, receive, send)
            return
        if scope["type"] != "http":
            # The page has no web sockets.
            await send({"type": "websocket.close", "code": 1008})
            return
        refused = self._refused(scope)
        if refused:
            # The field for files shows what it is told as it is; the rest of the page's script reads JSON.
            await _tell(refused, send, plain=scope["path"] == UPLOAD)
            return
        begun = ended = False

        async def pass_on(message: Message) -> None:
            nonlocal begun, ended
            begun = True
            ended = ended or (message["type"] == "http.response.body" and not message.get("more_body"))
            await send(message)

        try:
            await self.app(scope, partial(self._receive, receive), pass_on)
            if begun and not ended:
                await send({"type": "http.response.body", "body": b""})
        except asyncio.CancelledError:
            # What did not end in time is let go; raised further it would be a page of traceback for a Ctrl-C.
            if not self.closing.is_set():
                raise
        except Exception as error:
            _log.warning("caveat: a request to %s was not answered (%s)", _short(scope["path"]), type(error).__name__)
            if not begun:
                await _tell((500, "This request was not understood."), send)
            elif not ended:
                await send({"type": "http.response.body", "body": b""})

    async def _receive(self, receive: Receive) -> Message:
        """Give what the visitor sends next, or that nothing more will come once the page closes."""
        told = asyncio.ensure_future(receive())
        closing = asyncio.ensure_future(self.closing.wait())
        try:
            await asyncio.wait({told, closing}, return_when=asyncio.FIRST_COMPLETED)
            return told.result() if told.done() else {"type": "http.disconnect"}
        finally:
            told.cancel()
            closing.cancel()

    def _refused(self, scope: Message) -> tuple[int, str] | None:
        method, path = scope["method"], scope["path"]
        if method in ("GET", "HEAD") and (path in READ or path.startswith(READ_UNDER)):
            return None
        if method != "POST" or path not in (*WRITE, UPLOAD):
            return 404, "There is nothing here. The page is at /."
        length = dict(scope["headers"]).get(b"content-length", b"")
        if not length.isdigit():
            return 411, "Say how long the request is."
        if int(length) > (LARGEST_UPLOAD if path == UPLOAD else LARGEST):
            return 413, "This is too large for the page. Run it from the command line, which has no limit."
        if path == UPLOAD and self.room is not None:
            return self.room.refused_upload((scope.get("client") or ("",))[0], int(length))
        return None


def _short(path: str) -> str:
    return ascii(path[:60])


async def _tell(refused: tuple[int, str], send: Send, plain: bool = False) -> None:
    status, line = refused
    body = line.encode() if plain else json.dumps({"detail": line}).encode()
    kind = b"text/plain; charset=utf-8" if plain else b"application/json"
    headers = [(b"content-type", kind), (b"content-length", str(len(body)).encode())]
    await send({"type": "http.response.start", "status": status, "headers": headers})
    await send({"type": "http.response.body", "body": body})
