"""The second screen of an audit: what a model is, before its weights are fetched and after it is loaded."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from html import escape
from typing import Any

import gradio as gr

from audit.models.preflight import Preflight
from audit.page.fragments import KINDS, card, fitting, note, page, problem, sentences_line, size_words, stored_line
from audit.page.fragments import waiting as wait
from audit.page.room import Fit, Room
from audit.page.shelf import BUNDLED, Wanted, wish
from audit.schema import CaveatError, Gate, ModelInfo

ABOUT = 2
SECONDS_BETWEEN_LOOKS = 0.5
STOPPED = "The download was stopped."


def bytes_words(count: float) -> str:
    """Print a number of bytes: "440 MB"."""
    return f"{count / 1e9:.1f} GB" if count >= 1e9 else f"{max(count / 1e6, 0.1):.1f} MB" if count < 1e7 else (
        f"{count / 1e6:.0f} MB"
    )  # fmt: skip


def before(found: Preflight) -> str:
    """Say what a model is that is not loaded yet, and what stands in the way."""
    memory = "not known before it is loaded"
    if found.needs:
        free = f"{bytes_words(found.free)} is free" if found.free is not None else "how much is free is not known"
        memory = f"about {bytes_words(found.needs)}; {free}"
    fetch = (
        "nothing, its files are here" if found.here else bytes_words(found.size) if found.size else "size not stated"
    )
    rows = {
        "Kind": KINDS.get(found.kind, "none that can be audited here"),
        "Labels": ", ".join(found.labels) or "none; it answers with words",
        "Size": size_words(found.parameters) if found.parameters else "not stated",
        "To fetch": fetch,
        "Memory": memory,
        "Licence": found.licence or "not stated",
        "Terms": "must be accepted on its page by the account of this host" if found.gated else "open to all",
        "Revision": found.revision[:12] or "none",
    }
    body = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows.items())
    notes = "".join(note("Note.", text) for text in found.notes)
    way = ""
    if found.problem:
        line = found.problem.replace("--labels ", "").replace("say it, for example", "say it on the first screen:")
        way = note("It cannot be audited like this.", line[:1].upper() + line[1:], "problem")
    head = (
        f'<h2 tabindex="-1">What is {escape(found.id)}?</h2><p class="lead">Nothing of its weights is fetched yet.</p>'
    )
    return page(f'{head}<dl class="card">{body}</dl>{notes}{way}')


def after(info: ModelInfo, gate: Gate | None) -> str:
    """Say what a loaded model is and how it does on the plain items, which every audit begins with."""
    if gate is None:
        return card(info)
    if gate.ok:
        line = f"{gate.value:.2f}; {gate.required:.2f} is asked for."
        return card(info) + page(note("Plain items.", f"{_plain(gate)} {line}"))
    swapped = " Positive and negative may be swapped: check what its labels mean." if info.labels else ""
    line = (
        f"{_plain(gate)} {gate.value:.2f}, and {gate.required:.2f} is asked for.{swapped} An audit stops here unless "
        "you choose to go on."
    )
    return card(info) + page(note("It does not do the plain items.", line, "partial"))


def _plain(gate: Gate) -> str:
    return f"On {gate.n} sentences that anybody would answer alike it reaches"


def look(
    room: Room, bundled: str, other: str, revision: str, meanings: str, session: str, teacher: bool
) -> Iterator[tuple[Any, ...]]:
    """Find out what a model is and fill the second and third screens.

    A bundled model is loaded; of any other only the entry and the config are read, until the visitor says "load it".
    """
    kept = (gr.skip(),) * 13
    try:
        asked = wish(room.settings, bundled, other or "", revision or "", meanings or "", teacher)
        if asked.name in BUNDLED or asked in room.shelf:
            stored = room.ready.get(asked.name)
            if not stored and asked not in room.shelf:
                yield wait(f"Loading {asked.name}. A bundled model takes a few seconds."), *kept
            yield "", *loaded(room, asked, session)
            return
        yield wait(f"Looking {asked.name} up. Nothing of its weights is fetched."), *kept
        found = room.engine.preflight(asked.name, revision=asked.revision or None, given=dict(asked.labels) or None)
        fits = room.fits(ModelInfo(found.id, found.kind, found.revision, found.tasks), own=room.own.get(session))
    except CaveatError as error:
        yield problem(str(error)), *kept
        return
    yield "", *_screens(asked, before(found), fits if found.tasks else (), found)


def loaded(room: Room, asked: Wanted, session: str) -> tuple[Any, ...]:
    """Fill the screens for a model that is loaded, or whose stored result says what it is.

    Raises:
        CaveatError: as `load_model` does.
    """
    stored = None if asked.revision or asked.labels else room.ready.get(asked.name)
    info = room.info(asked)
    # What the stored result says of the plain items is on its own card.
    gate = room.engine.gate(room.shelf.get(asked)) if asked.name not in BUNDLED else None
    head = after(info, gate)
    if stored:
        head += page(note("A result is ready.", stored_line(stored)))
    return _screens(asked, head, room.fits(info, own=room.own.get(session)), None, stored is not None)


def _screens(
    asked: Wanted, head: str, fits: tuple[Fit, ...], found: Preflight | None, stored: bool = False
) -> tuple[Any, ...]:
    names = [fit.suite.name for fit in fits if not fit.reason]
    ready = found is None and bool(names)
    fetch = f"Fetch {bytes_words(found.size)} and load it" if found and found.size else "Load it"
    return (
        asked,
        head,
        fitting(fits) if fits else "",
        gr.Button(visible=stored),
        gr.Button(variant="secondary" if stored else "primary", interactive=ready, visible=found is None),
        gr.Button(fetch, visible=found is not None, interactive=bool(found and not found.problem)),
        gr.HTML("", visible=False),
        gr.CheckboxGroup([(fit.suite.title, fit.suite.name) for fit in fits if not fit.reason], value=names),
        sentences_line(fits, names),
        "",
        gr.Walkthrough(selected=ABOUT),
        gr.Step(interactive=True),
        gr.Step(interactive=ready),
    )


class Loading:
    """One model on its way into memory, in a thread of its own."""

    def __init__(self, room: Room, asked: Wanted) -> None:
        self.stop = threading.Event()
        self.done = 0
        self.problem = ""
        self._room, self._asked = room, asked
        self.thread = threading.Thread(target=self._work, name="caveat-load", daemon=True)

    def _watch(self, done: int) -> None:
        self.done = done
        if self.stop.is_set():
            raise CaveatError(STOPPED)

    def _work(self) -> None:
        local = self._asked.name in BUNDLED
        try:
            self._room.shelf.get(self._asked, None if local else self._watch)
        except CaveatError as error:
            self.problem = str(error)
        except Exception as error:
            self.problem = f"{self._asked.name} could not be loaded ({type(error).__name__}). Choose another model."

    def line(self) -> str:
        """Say how far it is."""
        if self.stop.is_set():
            return "Stopping."
        if not self.done:
            return f"Loading {self._asked.name}."
        return f"Loading {self._asked.name}: {bytes_words(self.done)} fetched so far."


class Loads:
    """The models that visitors wait for."""

    def __init__(self) -> None:
        self._under_way: dict[str, Loading] = {}

    def stop(self, session: str) -> None:
        """End a visitor's download at its next piece."""
        if session in self._under_way:
            self._under_way[session].stop.set()

    def follow(self, room: Room, asked: Wanted, session: str) -> Iterator[tuple[Any, ...]]:
        """Load a model and tell how far it is; ends with the screens filled, or with a line that says why not."""
        skip = (gr.skip(),) * 13
        loading = self._under_way[session] = Loading(room, asked)
        idle = gr.Button(visible=False)
        try:
            loading.thread.start()
            while loading.thread.is_alive():
                yield (
                    "",
                    gr.Button("Stop", visible=True, interactive=True),
                    *skip[:6],
                    gr.HTML(wait(loading.line()), visible=True),
                    *skip[7:],
                )
                loading.thread.join(SECONDS_BETWEEN_LOOKS)
            if loading.problem:
                words = STOPPED + " Nothing was loaded." if loading.problem == STOPPED else loading.problem
                line = page(note("Stopped.", words)) if loading.stop.is_set() else problem(words)
                yield "", idle, *skip[:6], gr.HTML(line, visible=True), *skip[7:]
                return
            yield "", idle, *loaded(room, asked, session)
        except CaveatError as error:
            yield "", idle, *skip[:6], gr.HTML(problem(str(error)), visible=True), *skip[7:]
        finally:
            loading.stop.set()
            self._under_way.pop(session, None)
