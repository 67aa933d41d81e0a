"""Serves the page as the command line does, and writes down every address that the process connects or sends to.

python watched_app.py LOG [options of `caveat app`]
"""

from __future__ import annotations

import sys
from typing import Any

LOG = open(sys.argv[1], "a", buffering=1, encoding="utf-8")  # noqa: SIM115  # open as long as the process
WATCHED = {"socket.connect": 1, "socket.sendto": 1, "socket.getaddrinfo": 0, "socket.gethostbyname": 0}


def note(event: str, values: tuple[Any, ...]) -> None:
    if event in WATCHED:
        target = values[WATCHED[event]]
        # A path is a socket inside this machine; None is the machine itself.
        if isinstance(target, tuple) or (event != "socket.connect" and target is not None):
            host = target[0] if isinstance(target, tuple) else target
            LOG.write(f"{event} {host.decode() if isinstance(host, bytes) else host}\n")


sys.addaudithook(note)

if __name__ == "__main__":
    from audit.__main__ import main

    sys.argv = ["caveat", "app", *sys.argv[2:]]
    main()
