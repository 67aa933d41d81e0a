"""Opens the page to a network: where it is reached, what visitors may do, and that nothing is left when it stops."""

from __future__ import annotations

import errno
import os
import signal
import socket
import sys
import threading
import time
from typing import TYPE_CHECKING, Any

import uvicorn

from audit.page import folders
from audit.page.settings import LOOPBACK, PageSettings, new_pin
from audit.schema import CaveatError, SystemFailure

if TYPE_CHECKING:
    import gradio as gr

    from audit.page.door import Door

EVERYWHERE = ("0.0.0.0", "::")
SECONDS_BETWEEN_SWEEPS = 30.0
SECONDS_TO_CLOSE = 5
"""How long connections and audits that are asked to end are waited for."""


def launch_options() -> dict[str, Any]:
    """Give the options of `gradio.mount_gradio_app` that keep the page quiet, private and in its own clothes."""
    from starlette.middleware import Middleware

    from audit.page import lesson_tab
    from audit.page.opening import KeptPage
    from audit.page.theme import css, theme

    return {
        "theme": theme(),
        "css": css() + lesson_tab.css(),
        "footer_links": [],
        "run_history": False,
        "enable_monitoring": False,
        "show_error": False,
        "ssr_mode": False,
        "mcp_server": False,
        "pwa": False,
        "max_file_size": "50mb",
        "app_kwargs": {"middleware": [Middleware(KeptPage)]},
    }


def application(demo: gr.Blocks, host: str, port: int, **options: Any) -> Door:
    """Give a page as an ASGI application that serves what the page needs and nothing else.

    Args:
        demo: from `build_page`.
        host: address that it will be served at.
        port: port that it will be served at.
        options: of `gradio.mount_gradio_app`, over those of `launch_options`.
    """
    import fastapi
    import gradio as gr

    from audit.page.door import Door

    house = fastapi.FastAPI(docs_url=None, redoc_url=None, openapi_url=None)
    gr.mount_gradio_app(house, demo, "/", server_name=host, server_port=port, **{**launch_options(), **options})
    # What `Blocks.launch` sets. Without `has_launched` Gradio would take any path of this machine for an upload.
    demo.app = demo.server_app = house.routes[-1].app  # type: ignore[attr-defined]
    demo._queue.set_server_app(demo.app)
    demo.has_launched = True
    return Door(house, getattr(demo, "room", None))


class Server(uvicorn.Server):
    """Serves in a thread, from a socket that is bound before: no port is looked at twice."""

    def __init__(self, app: Door) -> None:
        """Get ready to serve an application."""
        self._door = app
        super().__init__(uvicorn.Config(app, log_level="warning", timeout_graceful_shutdown=SECONDS_TO_CLOSE))
        self._ready = threading.Event()
        self._thread = threading.Thread(target=lambda: None)

    async def startup(self, sockets: list[socket.socket] | None = None) -> None:
        """Start, and let `open` return."""
        await super().startup(sockets)
        self._ready.set()

    async def shutdown(self, sockets: list[socket.socket] | None = None) -> None:
        """Stop, and let go what windows keep open; otherwise each would be waited for to the last second."""
        self._door.closing.set()
        await super().shutdown(sockets)

    def open(self, listening: socket.socket) -> None:
        """Serve until `close`; returns once visitors are answered.

        Raises:
            SystemFailure: when the page ended before it answered anybody.
        """
        self._thread = threading.Thread(
            target=self.run, kwargs={"sockets": [listening]}, name="caveat-server", daemon=True
        )
        self._thread.start()
        while not self._ready.wait(0.05):
            if not self._thread.is_alive():
                raise SystemFailure("The page ended before it was open. Start it again.")

    @property
    def ended(self) -> bool:
        """Whether it has stopped serving."""
        return not self._thread.is_alive()

    def close(self) -> None:
        """Stop serving."""
        self.should_exit = True
        self._thread.join(SECONDS_TO_CLOSE + 1)


def _bind(host: str, port: int) -> socket.socket:
    family, kind, protocol, _, address = min(
        socket.getaddrinfo(host, port, type=socket.SOCK_STREAM), key=lambda found: found[0] != socket.AF_INET
    )
    bound = socket.socket(family, kind, protocol)
    try:
        if os.name == "posix":
            bound.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        bound.bind(address)
        bound.listen(128)
    except OSError:
        bound.close()
        raise
    return bound


def _free(host: str, port: int) -> int:
    """Find a free port near one."""
    for other in range(max(port, 1023) + 1, min(max(port, 1023) + 50, 65535)):
        try:
            _bind(host, other).close()
        except OSError:
            continue
        return other
    return port % 60000 + 1


def listening(host: str, port: int) -> socket.socket:
    """Take an address and a port for the page.

    Returns:
        A socket that listens.

    Raises:
        CaveatError: for an address or a port that cannot be.
        SystemFailure: for a port that is taken, or that asks for more rights.
    """
    if not 1 <= port <= 65535:
        raise CaveatError(f"There is no port {port}. Choose one from 1 to 65535, such as 7860.")
    what = f"The page cannot listen on {host or 'no address'} port {port}"
    try:
        return _bind(host, port)
    except (OSError, UnicodeError) as error:
        if isinstance(error, (socket.gaierror, UnicodeError)) or error.errno == errno.EADDRNOTAVAIL:
            raise CaveatError(
                f"{what}: this machine has no such address. Choose 127.0.0.1 for this machine alone, or 0.0.0.0 for "
                "its network."
            ) from error
        if error.errno == errno.EACCES:
            raise SystemFailure(
                f"{what}: ports below 1024 need more rights. Choose another port, such as 7860."
            ) from error
        raise SystemFailure(f"{what} ({error.strerror}). Choose another port, such as {_free(host, port)}.") from error


def check_address(host: str, port: int) -> None:
    """Make sure that an address can be listened on, before the page is built for it.

    Raises:
        CaveatError: as `listening` does.
    """
    listening(host, port).close()


def addresses(host: str, port: int) -> list[str]:
    """Give the addresses at which the page is reached; nothing outside is asked for them."""
    shown = [f"http://{f'[{host}]' if ':' in host else host}:{port}"]
    if host in EVERYWHERE:
        import psutil

        shown = [f"http://127.0.0.1:{port}"]
        for cards in psutil.net_if_addrs().values():
            shown += [
                f"http://{card.address}:{port}"
                for card in cards
                if card.family == socket.AF_INET and not card.address.startswith("127.")
            ]
    return shown


def greeting(settings: PageSettings | None, host: str, port: int) -> str:
    """Say where the page is and what visitors may do there."""
    first, *others = addresses(host, port)
    lines = [f"Caveat is open at {first}"]
    lines += [f"  for others in this network: {address}" for address in others]
    if settings is not None:
        models = "any model of the Hub" if settings.any_model else ", ".join(settings.allow_models)
        lines.append(f"  models: the bundled ones{f', and {models}' if models else ''}")
        if settings.pin:
            lines.append("  the PIN opens standard and full audits, own files, and models that are not bundled")
        elif host not in LOOPBACK:
            lines.append(
                f"  no PIN is set: every visitor may run long audits. One to set with --pin or CAVEAT_PIN: {new_pin()}"
            )
    return "\n".join([*lines, "Stop it with Ctrl-C.", ""])


def opened(demo: gr.Blocks, host: str, port: int, **options: Any) -> Server:
    """Serve a page in a thread.

    Args:
        demo: from `build_page`.
        host: address to listen on.
        port: port to listen on.
        options: as for `application`.

    Returns:
        The server, to be closed by `Blocks.close`.

    Raises:
        CaveatError: as `listening` does.
    """
    bound = listening(host, port)
    try:
        server = Server(application(demo, host, port, **options))
        server.open(bound)
    except BaseException:
        bound.close()
        raise
    demo.server = server  # type: ignore[assignment]
    demo.local_url = f"{addresses(host, port)[0]}/"  # type: ignore[assignment]
    return server


def serve(demo: gr.Blocks, host: str, port: int, settings: PageSettings | None = None, **options: Any) -> Any:
    """Serve a page until it is stopped by Ctrl-C or a signal.

    Args:
        demo: from `build_page`.
        host: address to listen on.
        port: port to listen on.
        settings: of the page, for the greeting.
        options: as for `application`; `prevent_thread_lock` returns at once.

    Returns:
        Application, address, and None for a public address, where `prevent_thread_lock` is given; else None.

    Raises:
        CaveatError: when the address cannot be listened on.
        SystemFailure: when the page ends without having been stopped.
    """
    if options.pop("prevent_thread_lock", False):
        opened(demo, host, port, **options)
        return demo.app, demo.local_url, None
    stopped = threading.Event()
    server = opened(demo, host, port, **options)
    _stop_on_signals(stopped)
    sys.stdout.write(greeting(settings, host, port))
    sys.stdout.flush()
    try:
        _wait(stopped, server, getattr(demo, "room", None))
    finally:
        close(demo)
    sys.stdout.write("\nCaveat is closed. What was on the page is forgotten.\n")
    return None


def _stop_on_signals(stopped: threading.Event) -> None:
    """Let Ctrl-C, the end of a terminal, and a host that ends the process stop the page in order."""
    if threading.current_thread() is not threading.main_thread():
        return
    for name in ("SIGINT", "SIGTERM", "SIGHUP", "SIGBREAK"):
        number = getattr(signal, name, None)
        # One that is ignored, as under nohup, stays ignored.
        if number is not None and signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, lambda *_: stopped.set())


def _wait(stopped: threading.Event, server: Server, room: Any) -> None:
    swept = time.monotonic()
    while not stopped.wait(0.5):
        if server.ended:
            raise SystemFailure("The page ended by itself. Start it again.")
        if room is not None and time.monotonic() - swept > SECONDS_BETWEEN_SWEEPS:
            room.uploads.sweep()
            swept = time.monotonic()


def close(demo: gr.Blocks) -> None:
    """Stop serving and every audit, and remove what visitors left."""
    room = getattr(demo, "room", None)
    if room is not None:
        room.desk.stop_all()
    demo.close(verbose=False)
    until = time.monotonic() + SECONDS_TO_CLOSE
    for thread in threading.enumerate():
        if thread.name in ("caveat-audit", "caveat-posts"):
            thread.join(max(0.0, until - time.monotonic()))
    folders.remove_all()
