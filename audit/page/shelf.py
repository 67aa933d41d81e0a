"""The models of a page: what is offered, what is allowed, and the few that stay loaded for everybody."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from audit.models.base import LoadedModel
from audit.page.settings import PageSettings
from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, CaveatError


@dataclass(frozen=True, slots=True)
class Offer:
    """A bundled model as the page introduces it."""

    name: str
    line: str
    """What it is, in a few words."""
    task: str

    @property
    def label(self) -> str:
        """What stands beside the button."""
        return f"{self.name}: {self.line}"


OFFERS = (
    Offer("fill-mask", "fills a blank, trained for teaching", FILL_MASK),
    Offer("fill-mask-planted", "the same with a gap of known size put in", FILL_MASK),
    Offer("fill-mask-even-handed", "the same made to answer alike for he and she", FILL_MASK),
    Offer("sentiment", "tells positive from negative, trained for teaching", TEXT_CLASSIFICATION),
    Offer("sentiment-planted", "the same with gaps of known size put in", TEXT_CLASSIFICATION),
    Offer("sentiment-even-handed", "the same made to answer alike for every group", TEXT_CLASSIFICATION),
    Offer("word-count", "counts good and bad words, reads nothing else", TEXT_CLASSIFICATION),
)
"""Every bundled model, in the order in which a class meets them."""

BUNDLED = tuple(offer.name for offer in OFFERS)


def choose(settings: PageSettings, bundled: str, other: str, teacher: bool) -> str:
    """Decide which model was meant, and whether this page may load it.

    Args:
        settings: of the host.
        bundled: the marked bundled model.
        other: what was typed beside it, if anything; it goes first.
        teacher: whether the PIN was given (or none is set).

    Returns:
        A name for `load_model`.

    Raises:
        CaveatError: for a model that this page may not load.
    """
    name = other.strip()
    if not name:
        return bundled
    if name in BUNDLED:
        return name
    looks_local = name.startswith(("/", ".", "~")) or "\\" in name
    if looks_local or Path(name).exists():
        if settings.folders and teacher:
            return name
        raise CaveatError("This page loads no folders. Mark a bundled model, or serve the page on your own machine.")
    if not teacher:
        raise CaveatError("Models from the Hub are opened by the teacher. Mark a bundled model, or enter the PIN.")
    if settings.any_model or name in settings.allow_models:
        return name
    allowed = ", ".join(settings.allow_models) or "none"
    raise CaveatError(f"This page does not load {name}. Hub models that it allows: {allowed}. Mark a bundled one.")


class Shelf:
    """Loaded models, shared by everybody: every bundled one, for they are small, and a few others.

    Of the others, the one that was not asked for longest is let go.
    """

    def __init__(self, load: Callable[[str], LoadedModel], size: int = 3) -> None:
        self._load = load
        self._size = size
        self._lock = threading.Lock()
        self._models: OrderedDict[str, LoadedModel] = OrderedDict()
        self._gates: dict[str, threading.Lock] = {}

    def get(self, name: str) -> LoadedModel:
        """Give a model, loaded at most once at a time however many ask.

        Raises:
            CaveatError: as `load_model` does.
        """
        with self._lock:
            gate = self._gates.setdefault(name, threading.Lock())
        with gate:
            with self._lock:
                if name in self._models:
                    self._models.move_to_end(name)
                    return self._models[name]
            model = self._load(name)
            with self._lock:
                self._models[name] = model
                others = [kept for kept in self._models if kept not in BUNDLED]
                for oldest in others[: max(0, len(others) - self._size)]:
                    del self._models[oldest]
            return model

    def __contains__(self, name: str) -> bool:
        with self._lock:
            return name in self._models
