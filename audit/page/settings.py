"""What the host of the page decides."""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from audit.schema import CaveatError

ANY = "any"
SHORTEST_PIN = 6
_CLEAR = "23456789abcdefghjkmnpqrstuvwxyz"
"""Letters and digits that nobody takes for one another on a wall: 31 of them, so six make 900 million PINs."""
_ID = re.compile(r"[\w.-]+(/[\w.-]+)?")
HELP_LINES = (
    "If you or somebody you know may be at risk, talk to a trained person or call the local emergency number. "
    "In the US and Canada, call or text 988."
)
LOOPBACK = ("127.0.0.1", "localhost", "::1")


def results_folder() -> Path:
    """Give the folder of the results that ship with the project: one folder a model, each with a result.json."""
    return Path(__file__).resolve().parents[1] / "lessons" / "results"


@dataclass(frozen=True, slots=True)
class PageSettings:
    """What a page offers, and to whom."""

    allow_models: tuple[str, ...] = ()
    """Hub ids that may be loaded beside the bundled models; ("any",) for all of them."""
    folders: bool = False
    """Whether a folder of the host's disk may be named as a model."""
    results: Path | None = None
    """Where stored results lie; None for the ones that ship with the project."""
    pin: str = ""
    """Where one is set, audits beyond quick and models from the Hub need it: the teacher opens them."""
    help_lines: str = HELP_LINES
    waiting: int = 60
    """How many requests may wait; the next one is told to come back."""

    @property
    def any_model(self) -> bool:
        """Whether every model id of the Hub is allowed."""
        return ANY in self.allow_models

    @property
    def stored(self) -> Path:
        """The folder of stored results."""
        return self.results or results_folder()


def settings_for(
    host: str = "127.0.0.1",
    *,
    pin: str | None = None,
    allow_models: Sequence[str] | None = None,
    results: Path | None = None,
    help_lines: str | None = None,
) -> PageSettings:
    """Choose what a host may offer: on this machine every model, on a network the bundled ones only.

    Args:
        host: address that the page is served at.
        pin: opens long audits and other models; none when empty.
        allow_models: Hub ids, or "any"; None takes the default of the host.
        results: folder of stored results; None takes the ones that ship with the project.
        help_lines: shown with the note on what this is not for; None takes US and Canadian ones.

    Returns:
        Settings for `build_page`.
    """
    local = host in LOOPBACK
    if allow_models is None:
        allow_models = (ANY,) if local else ()
    return PageSettings(
        allow_models=tuple(allow_models),
        folders=local,
        results=results,
        pin=(pin or "").strip(),
        help_lines=help_lines or HELP_LINES,
    )


def new_pin() -> str:
    """Draw a PIN that cannot be guessed."""
    return "".join(secrets.choice(_CLEAR) for _ in range(SHORTEST_PIN))


def checked(
    settings: PageSettings, pin: str | None = None, names: tuple[str, str] = ("--pin", "--allow-models")
) -> None:
    """Refuse settings that cannot have been meant.

    Args:
        settings: of the host.
        pin: as it was given.
        names: how the host calls its options.

    Raises:
        CaveatError: for a PIN of fewer than six characters, and an id that no model can have.
    """
    if pin is not None and len(pin.strip()) < SHORTEST_PIN:
        raise CaveatError(
            f"{names[0]} is {'empty' if not pin.strip() else 'too short'}. Give at least {SHORTEST_PIN} letters or "
            f"digits, such as {new_pin()}, or leave it out: then everything is open to every visitor."
        )
    for name in settings.allow_models:
        if name != ANY and not _ID.fullmatch(name):
            raise CaveatError(
                f"{names[1]}: {name!r} is no model id. Write owner/name, more of them by commas, or {ANY}."
            )


def settings_from_environment() -> tuple[PageSettings, str, int]:
    """Read settings, host and port as a Space gives them.

    CAVEAT_HOST, CAVEAT_PORT, CAVEAT_PIN, CAVEAT_ALLOW_MODELS (ids with commas between) and CAVEAT_HELP_LINES; a
    Space is recognised by SPACE_ID and served to the network.
    """
    get = os.environ.get
    host = get("CAVEAT_HOST") or ("0.0.0.0" if get("SPACE_ID") else "127.0.0.1")
    port = get("CAVEAT_PORT") or "7860"
    # Not `isdigit`, which is true of "²" as well; a longer number is no port.
    if not (port.isdecimal() and len(port) <= 9):
        raise CaveatError(f"CAVEAT_PORT is {port[:40]!r}. Give a number from 1 to 65535, such as 7860.")
    ids = get("CAVEAT_ALLOW_MODELS")
    allowed = None if ids is None else [name.strip() for name in ids.split(",") if name.strip()]
    settings = settings_for(host, pin=get("CAVEAT_PIN"), allow_models=allowed, help_lines=get("CAVEAT_HELP_LINES"))
    checked(settings, get("CAVEAT_PIN") or None, ("CAVEAT_PIN", "CAVEAT_ALLOW_MODELS"))
    return settings, host, int(port)
