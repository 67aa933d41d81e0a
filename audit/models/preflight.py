"""What can be said of a model before its weights are fetched: task, size, licence, labels, and what stands in the way.

Of a model on the Hub only its entry and config.json are read, a few kilobytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path

from audit.models import hub, labels, loading
from audit.schema import CaveatError, ModelUnavailable


@dataclass(frozen=True, slots=True)
class Preflight:
    """A model, before it is loaded."""

    id: str
    revision: str
    """Commit SHA; empty for a folder."""
    kind: str
    """As `ModelInfo.kind`; empty when it is none that can be audited."""
    tasks: tuple[str, ...]
    labels: tuple[str, ...]
    """A classifier's own labels, in the order of its outputs."""
    parameters: int
    """Numbers in its weights; 0 where unknown."""
    size: int
    """Bytes to fetch; 0 for none, or where the Hub does not say (`here` tells which)."""
    needs: int
    """Bytes of memory for float32 weights and some headroom; 0 where unknown."""
    free: int | None
    """Bytes of memory that are free; None where the system does not say."""
    licence: str
    gated: bool
    here: bool
    """Whether its files are on this machine already."""
    problem: str = ""
    """Why it cannot be audited as asked, with the next step."""
    notes: tuple[str, ...] = ()


def preflight(
    name: str, revision: str | None = None, given: Mapping[str, str] | None = None, offline: bool = False
) -> Preflight:
    """Look at a model without fetching its weights.

    Args:
        name: a folder or a Hub id; not a bundled name.
        revision: branch, tag or commit; None is the main branch.
        given: the model's own labels -> negative, neutral or positive, from the user.
        offline: look on this machine only.

    Returns:
        What is known; `problem` is set where loading is sure to fail.

    Raises:
        CaveatError: for a malformed id or a folder that is not there.
        ModelUnavailable: when it is missing, private or out of reach.
        ModelUnsupported: when the repository has no config.json.
    """
    source = hub.find(name, revision, offline)
    config, refused = _config(source, revision)
    named = config.get("architectures")
    architectures = tuple(map(str, named)) if isinstance(named, list) else source.architectures
    own = tuple(str(label) for _, label in sorted(_classes(config).items()))
    parameters = source.parameters or _count(source.folder, name)
    needs = int(parameters * 4 * hub.HEADROOM)
    free = hub.free_memory()
    kind, problem, notes = "", "", list(source.notes)
    try:
        kind = loading.kind_of(name, architectures, source.task)
        if refused:
            problem = refused
        elif kind == loading.CLASSIFIER:
            # Two classes without names is what the library assumes of a config that is silent.
            own = own or ("LABEL_0", "LABEL_1")
            notes.append(f"Its labels are read as: {_read(labels.resolve(own, name, given))}.")
        elif given:
            raise CaveatError(f"Labels are for classifiers, and {name} fills blanks: leave them out.")
        loading.check_config(config, name)
        hub.check_memory(name, parameters, free)
    except CaveatError as error:
        problem = str(error)
    notes += _doubts(config)
    return Preflight(
        id=name,
        revision=source.revision,
        kind=kind,
        tasks=loading.TASKS.get(kind, ()),
        labels=own if kind == loading.CLASSIFIER else (),
        parameters=parameters,
        size=0 if source.folder else source.size,
        needs=needs,
        free=free,
        licence=source.licence,
        gated=source.gated,
        here=source.folder is not None,
        problem=problem,
        notes=tuple(notes),
    )


def _config(source: hub.Source, revision: str | None) -> tuple[Mapping[str, object], str]:
    """Read config.json; of a gated model that refuses it, only why."""
    try:
        return loading.read_config(hub.fetch_config(source, revision), source.id), ""
    except ModelUnavailable as error:
        if not source.gated:
            raise
        return {}, str(error)


def _classes(config: Mapping[str, object]) -> dict[int, str]:
    """Read the classes of a config, by number."""
    found = config.get("id2label")
    if not isinstance(found, dict):
        return {}
    return {int(key): str(value) for key, value in found.items() if str(key).isdigit()}


def _count(folder: Path | None, name: str) -> int:
    return loading.count_parameters(folder, loading.weight_files(folder, name)) if folder else 0


def _read(mapped: labels.LabelMap) -> str:
    return ", ".join(f"{own} = {polarity}" for own, polarity in mapped.polarity.items())


def _doubts(config: Mapping[str, object]) -> list[str]:
    told = "Its config names code of its repository, which is never run here; it may not load without."
    return [told] if config.get("auto_map") else []
