"""A small Hub on this machine: enough of its answers to test finding, fetching and being refused."""

from __future__ import annotations

import hashlib
import json
import threading
import time
from contextlib import suppress
from dataclasses import dataclass, field
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import unquote, urlparse

SHA = "0123456789abcdef0123456789abcdef01234567"


@dataclass
class Repository:
    """What the loopback Hub has under a name."""

    folder: Path | None = None
    status: int = 200
    error: str = ""
    """The Hub's X-Error-Code."""
    files_status: int = 200
    files_error: str = ""
    info: dict[str, Any] = field(default_factory=dict)
    pause: float = 0
    """Seconds before each piece of 16 kB of a file."""
    weights: str = ""
    """What becomes of a request for weights: "500", "stalled", "cut" in the middle, or "changed" on the way."""
    headers: dict[str, str] = field(default_factory=dict)
    """Sent with a refusal."""
    portal: bool = False
    """Whether a login page answers in the Hub's place."""


class LoopbackHub:
    """Serve repositories; `seen` lists every request."""

    def __init__(self, repositories: dict[str, Repository]) -> None:
        self.repositories = repositories
        self.seen: list[str] = []
        hub = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                hub.answer(self)

            do_HEAD = do_POST = do_GET

            def log_message(self, format: str, *args: Any) -> None:
                """Keep the terminal quiet."""

        self.server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self.url = f"http://127.0.0.1:{self.server.server_address[1]}"
        threading.Thread(target=self.server.serve_forever, daemon=True).start()

    def close(self) -> None:
        self.server.shutdown()
        self.server.server_close()

    def answer(self, request: BaseHTTPRequestHandler) -> None:
        path = unquote(urlparse(request.path).path)
        self.seen.append(f"{request.command} {path}")
        if path.startswith("/api/models/"):
            self._info(request, path.removeprefix("/api/models/"))
        elif "/resolve/" in path:
            name, _, rest = path[1:].partition("/resolve/")
            self._file(request, name, *rest.split("/", 1))
        else:
            self._send(request, 404, b"{}", {"X-Error-Code": "EntryNotFound"})

    def _info(self, request: BaseHTTPRequestHandler, rest: str) -> None:
        name, _, revision = rest.partition("/revision/")
        found = self.repositories.get(name)
        if found is None:
            self._send(request, 401, b"{}", {"X-Error-Code": "RepoNotFound"})
        elif found.portal:
            self._send(request, 200, b"<html>Please log in</html>", {"Content-Type": "text/html"})
        elif found.status != 200:
            code = {"X-Error-Code": found.error} if found.error else {}
            self._send(request, found.status, b"{}", {**code, **found.headers})
        elif revision not in ("", "main", SHA):
            self._send(request, 404, b"{}", {"X-Error-Code": "RevisionNotFound"})
        else:
            files = sorted(p.name for p in found.folder.iterdir()) if found.folder else []
            info = {"_id": "1", "id": name, "sha": SHA, "siblings": [{"rfilename": file} for file in files]}
            self._send(request, 200, json.dumps({**info, **found.info}).encode(), {})

    def _file(self, request: BaseHTTPRequestHandler, name: str, revision: str, file: str) -> None:
        found = self.repositories.get(name)
        if found is None:
            self._send(request, 401, b"", {"X-Error-Code": "RepoNotFound"})
        elif found.files_status != 200:
            self._send(request, found.files_status, b"", {"X-Error-Code": found.files_error})
        elif found.folder is None or not (found.folder / file).is_file():
            self._send(request, 404, b"", {"X-Error-Code": "EntryNotFound", "X-Repo-Commit": SHA})
        else:
            body = (found.folder / file).read_bytes()
            tag = hashlib.sha256(body).hexdigest()
            about = {"ETag": f'"{tag}"', "X-Repo-Commit": SHA}
            fault = found.weights if file.endswith((".safetensors", ".bin")) and request.command == "GET" else ""
            if fault == "500":
                self._send(request, 500, b"", {})
                return
            if fault == "changed":
                body = body[:-1] + b"x"
            begin = int(request.headers.get("Range", "bytes=0-").removeprefix("bytes=").rstrip("-"))
            if begin:
                self.seen.append(f"RANGE {begin} /{name}/{file}")
                about["Content-Range"] = f"bytes {begin}-{len(body) - 1}/{len(body)}"
            stop = (len(body) - begin) // 2 if fault in ("cut", "stalled") else -1
            self._send(request, 206 if begin else 200, body[begin:], about, found.pause, stop, fault == "stalled")

    def _send(
        self,
        request: BaseHTTPRequestHandler,
        status: int,
        body: bytes,
        headers: dict[str, str],
        pause: float = 0,
        stop: int = -1,
        stalled: bool = False,
    ) -> None:
        request.send_response(status)
        for key, value in {"Content-Length": str(len(body)), **headers}.items():
            request.send_header(key, value)
        request.end_headers()
        if request.command == "HEAD":
            return
        if stop >= 0:
            with suppress(ConnectionError):
                request.wfile.write(body[:stop])
                request.wfile.flush()
                time.sleep(3 if stalled else 0)
            request.close_connection = True
            return
        # Whoever no longer listens has hung up, which is what a stopped download does.
        with suppress(ConnectionError):
            for start in range(0, len(body), 16_384 if pause else max(1, len(body))):
                time.sleep(pause)
                request.wfile.write(body[start : start + 16_384] if pause else body)
