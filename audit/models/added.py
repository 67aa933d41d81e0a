"""Kinds of model that other installed packages bring: entry points of the group "audit.models".

An entry point names a function that takes what the user wrote after "name:" ("" where there is nothing) and gives a
`LoadedModel`. Such a package is code that somebody installed on this machine, as any other; nothing is fetched.
"""

from __future__ import annotations

from importlib.metadata import EntryPoint, entry_points

from audit.models.base import LoadedModel
from audit.schema import CaveatError, ModelUnsupported

GROUP = "audit.models"


def added_kind(name: str) -> EntryPoint | None:
    """Give the entry point that a model's name asks for, as "name" or "name:rest"; None where there is none."""
    scheme = name.partition(":")[0]
    return next((point for point in entry_points(group=GROUP) if point.name == scheme), None)


def load_added(point: EntryPoint, name: str) -> LoadedModel:
    """Load a model by the function of an installed package.

    Raises:
        CaveatError: what the function says of a mistake in `name`.
        ModelUnsupported: when the function cannot be had, fails, or gives something else.
    """
    where = f"{name}: the package {point.dist.name if point.dist else point.value}"
    try:
        model = point.load()(name.partition(":")[2])
    except CaveatError:
        raise
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise ModelUnsupported(f"{where} could not load it ({said}). Update or remove that package.") from error
    missing = [part for part in ("info", "operations", "prepare", "forward", "finish") if not hasattr(model, part)]
    if missing:
        raise ModelUnsupported(f"{where} gave a {type(model).__name__} without {', '.join(missing)}: see LoadedModel")
    found: LoadedModel = model
    return found
