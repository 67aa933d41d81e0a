"""Opens the page to a network: where it is reached, what visitors may do, and that nothing is left when it stops."""

from __future__ import annotations

import atexit
import errno
import os
import shutil
import signal
import socket
import sys
import tempfile
import threading
from typing import TYPE_CHECKING, Any

from audit.page.settings import LOOPBACK, PageSettings
from audit.schema import CaveatError

if TYPE_CHECKING:
    import gradio as gr

EVERYWHERE = ("0.0.0.0", "::")
_TEMPORARY = "GRADIO_TEMP_DIR"


def own_folder() -> None:
    """Give uploads and downloads a folder of this process, which goes when the page stops.

    Read by Gradio when components are made; a host that names a folder of its own keeps it.
    """
    if not os.environ.get(_TEMPORARY):
        folder = tempfile.mkdtemp(prefix="caveat-files-")
        os.environ[_TEMPORARY] = folder
        atexit.register(shutil.rmtree, folder, ignore_errors=True)


def launch_options() -> dict[str, Any]:
    """Give the options of `Blocks.launch` that keep the page quiet, private and in its own clothes."""
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
        "share": False,
        "pwa": False,
        "max_file_size": "50mb",
        "quiet": True,
        "app_kwargs": {"middleware": [Middleware(KeptPage)]},
    }


def _bind(host: str, port: int) -> None:
    with socket.socket(socket.AF_INET6 if ":" in host else socket.AF_INET) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        trial.bind((host, port))


def _free(host: str, port: int) -> int:
    """Find a free port near one."""
    for other in range(port + 1, min(port + 50, 65535)):
        try:
            _bind(host, other)
        except OSError:
            continue
        return other
    return port % 60000 + 1


def check_address(host: str, port: int) -> None:
    """Make sure that an address can be listened on.

    Raises:
        CaveatError: with the reason and the next step.
    """
    if not 1 <= port <= 65535:
        raise CaveatError(f"There is no port {port}. Choose one from 1 to 65535, such as 7860.")
    try:
        _bind(host, port)
    except OSError as error:
        what = f"The page cannot listen on {host} port {port}"
        if isinstance(error, socket.gaierror) or error.errno == errno.EADDRNOTAVAIL:
            raise CaveatError(
                f"{what}: this machine has no such address. Choose 127.0.0.1 for this machine alone, or 0.0.0.0 for "
                "its network."
            ) from error
        if error.errno == errno.EACCES:
            raise CaveatError(
                f"{what}: ports below 1024 need more rights. Choose another port, such as 7860."
            ) from error
        raise CaveatError(f"{what} ({error.strerror}). Choose another port, such as {_free(host, port)}.") from error


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
            lines.append("  no PIN is set: every visitor may run long audits (--pin)")
    return "\n".join([*lines, "Stop it with Ctrl-C.", ""])


def serve(demo: gr.Blocks, host: str, port: int, settings: PageSettings | None = None, **options: Any) -> Any:
    """Serve a page until it is stopped; what `Blocks.launch` returns when `prevent_thread_lock` is given.

    Args:
        demo: from `build_page`.
        host: address to listen on.
        port: port to listen on.
        settings: of the page, for the greeting.
        options: passed on to `Blocks.launch`, over those of `launch_options`.

    Raises:
        CaveatError: when the address cannot be listened on.
    """
    check_address(host, port)
    every = {**launch_options(), **options}
    if every.get("prevent_thread_lock"):
        return demo.launch(server_name=host, server_port=port, **every)
    stopped = threading.Event()
    if threading.current_thread() is threading.main_thread():
        # A host that ends the process this way would otherwise leave files behind.
        signal.signal(signal.SIGTERM, lambda number, frame: stopped.set())
    demo.launch(server_name=host, server_port=port, prevent_thread_lock=True, **every)
    sys.stdout.write(greeting(settings, host, port))
    sys.stdout.flush()
    try:
        while not stopped.wait(0.5):
            pass
    except KeyboardInterrupt:
        sys.stdout.write("\n")
    demo.close(verbose=False)
    sys.stdout.write("Caveat is closed. What was on the page is forgotten.\n")
    return None
