"""Models: a Hub id, a folder or a bundled name in, something that answers requests out.

Adding a kind of model takes one file with the three methods of `LoadedModel` and one line in `_wrap`.
"""

from __future__ import annotations

import logging
import os
import warnings
from collections.abc import Callable, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any

from audit import fetch
from audit.models import hub, labels, loading, own
from audit.models.added import added_kind, load_added
from audit.models.base import LoadedModel, Request, Response, Row, RowResult
from audit.models.rule import LEXICONS, lexicon
from audit.schema import CaveatError, ModelInfo, ModelUnavailable, ModelUnsupported

if TYPE_CHECKING:
    from audit.models.hub import Source

# Read by the libraries when they are imported: no conversion thread for `.bin` weights, no usage statistics.
os.environ.setdefault("DISABLE_SAFETENSORS_CONVERSION", "1")
os.environ.setdefault("HF_HUB_DISABLE_TELEMETRY", "1")
# In a notebook without widgets the libraries warn of a progress bar that is never shown.
warnings.filterwarnings("ignore", message="IProgress not found")

LOG = logging.getLogger(__name__)
BUNDLED = (
    "fill-mask",
    "fill-mask-planted",
    "fill-mask-even-handed",
    "sentiment",
    "sentiment-planted",
    "sentiment-even-handed",
    "word-count",
)
"""Names that are resolved before folders and the Hub, whose ids of known models contain a slash."""

TEACHING = "A small teaching model, made for this project: good for learning the method, not for use."

__all__ = [
    "BUNDLED",
    "LoadedModel",
    "Request",
    "Response",
    "Row",
    "RowResult",
    "load_model",
]


def load_model(
    id_or_folder: Any,
    revision: str | None = None,
    labels: Mapping[str, str] | str | None = None,
    offline: bool = False,
    watch: Callable[[int], None] | None = None,
    allow_code: bool = False,
    device: str = "cpu",
    dtype: str = "float32",
) -> LoadedModel:
    """Load a model for auditing.

    Args:
        id_or_folder: a bundled name (`BUNDLED`), a fetched one (`audit.fetch.NAMES`), a word list
            (`audit.models.rule.LEXICONS`), a kind that an installed package brings (`audit.models.added`), a folder, a
            Hub id; or an object of your own: a transformers pipeline, a fitted scikit-learn pipeline that takes texts,
            a function (`audit.models.own.from_object`).
        revision: branch, tag or commit on the Hub; None is the main branch. For an object, what tells it from others.
        labels: classifiers: the model's own labels -> negative, neutral or positive, as a mapping or as text
            ("LABEL_0=negative,LABEL_1=positive", or the path of a JSON or TSV file).
        offline: use the cache and folders only.
        watch: called with the bytes fetched so far; a `CaveatError` that it raises ends a download.
        device: where it computes: "cpu", "cuda", "mps", or "auto" for the first of the last two that is there.
        dtype: "float32"; "bfloat16" or "float16" are checked against it on a few texts, and what differs is noted.
        allow_code: whether a `.joblib` file or "package.module:function" may be loaded, which runs its code.

    Returns:
        The model, with a trained head; no code of its repository was run.

    Raises:
        CaveatError: for a malformed id, folder or label map.
        ModelUnavailable: when it is missing, private, gated, out of reach or damaged.
        ModelUnsupported: when it is of another kind, has no trained head, unknown labels, or does not fit.

    Examples:
        >>> from audit import load_model
        >>> load_model("word-count").info.tasks
        ('text-classification',)
    """
    place = Place()
    if (device, dtype) != ("cpu", "float32"):
        from audit.models.device import checked

        place = Place(*checked(device, dtype))
    if not isinstance(id_or_folder, str | Path):
        return own.from_object(id_or_folder, revision, _user_labels(labels), _wrap)
    name = str(id_or_folder).strip()
    if not name:
        raise CaveatError(f"no model given: name a Hub id, a folder, or one of {', '.join(BUNDLED)}")
    user = _user_labels(labels)
    if own.is_code(name) and not Path(name).is_dir():
        _no_revision(name, revision)
        return own.from_code(name, user, allow_code)
    if name in LEXICONS:
        _no_revision(name, revision)
        return lexicon(name)
    if name in BUNDLED:
        if revision:
            raise CaveatError(f"--revision does not go with the bundled model {name}: leave it out")
        return _bundled(name, user, place)
    if name in fetch.NAMES:
        _no_revision(name, revision)
        folder = fetch.fetched(name)
        return _load_folder(
            hub.Source(name, "", folder, licence=fetch.LICENCE, notes=(fetch.NOTE,)), folder, user, place
        )
    if point := added_kind(name):
        if revision:
            raise CaveatError(f"--revision does not go with {name}, which an installed package brings: leave it out")
        return load_added(point, name)
    source = hub.find(name, revision, offline)
    if source.folder is None:
        loading.kind_of(name, source.architectures, source.task)
        hub.check_memory(name, source.parameters)
        # A few kilobytes say whether the weights are worth their way.
        loading.check_config(loading.read_config(hub.fetch_config(source, revision), name), name)
    folder = hub.download(source, revision, watch)
    return _load_folder(source, folder, user, place)


def _no_revision(name: str, revision: str | None) -> None:
    if revision:
        raise CaveatError(f"--revision does not go with {name}, which is always the same file: leave it out")


def _user_labels(given: Mapping[str, str] | str | None) -> dict[str, str] | None:
    if given is None:
        return None
    return labels.parse(given) if isinstance(given, str) else labels.checked(given)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a model computes, and in which numbers."""

    device: str = "cpu"
    dtype: str = "float32"


def _load_folder(source: Source, folder: Path, user: Mapping[str, str] | None, place: Place) -> LoadedModel:
    config = loading.read_config(folder, source.id)
    loading.check_config(config, source.id)
    architectures = config.get("architectures") or ()
    kind = loading.kind_of(source.id, architectures, source.task)
    model, tokenizer = loading.load_torch(folder, kind, source.id)
    LOG.info("loaded %s as %s from %s", source.id, kind, "the Hub" if source.revision else "a folder")
    notes = source.notes
    if (folder / "adapter_config.json").is_file():
        notes = (*notes, "The adapter in its folder (adapter_config.json) is not applied: this is the model without.")
    revision = source.revision or loading.digest(folder, loading.weight_files(folder, source.id))
    info = ModelInfo(
        id=source.shown or source.id,
        kind=kind,
        revision=revision,
        tasks=loading.TASKS[kind],
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        architecture=type(model).__name__,
        licence=source.licence,
        notes=notes,
    )
    return _wrap(model, tokenizer, info, user, place)


def _wrap(
    model: Any, tokenizer: Any, info: ModelInfo, user: Mapping[str, str] | None, place: Place | None = None
) -> LoadedModel:
    """Put a torch model behind the protocol of its kind, on its device."""
    if place is None or place == Place():
        return _protocol(model, tokenizer, info, user)
    from audit.models.device import lowered

    # How it is asked is found out in float32, where a thousandth is no rounding.
    moved = _protocol(model.to(place.device), tokenizer, replace(info, device=place.device), user)
    return lowered(moved, place.dtype)


def _protocol(model: Any, tokenizer: Any, info: ModelInfo, user: Mapping[str, str] | None) -> LoadedModel:
    longest = loading.longest(model.config, tokenizer)
    if user and info.kind != loading.CLASSIFIER:
        raise CaveatError(f"--labels is for classifiers, and {info.id} fills blanks: leave it out")
    if info.kind == loading.MASKED_LM:
        from audit.models.masked_lm import MaskedLM

        return MaskedLM(model, tokenizer, info, longest)
    if info.kind == loading.CAUSAL_LM:
        from audit.models.causal_lm import CausalLM

        return CausalLM(model, tokenizer, info, longest)
    from audit.models.classifier import Classifier

    if getattr(model.config, "problem_type", None) == "regression":
        raise ModelUnsupported(
            f"{info.id} gives a number on a scale of its own (regression), no class: choose a sentiment classifier"
        )
    named = [str(model.config.id2label[at]) for at in range(model.config.num_labels)]
    mapped = labels.resolve(named, info.id, user)
    notes = (*info.notes, mapped.note) if mapped.note else info.notes
    info = replace(info, labels=mapped.polarity, label_source=mapped.source, notes=notes)
    return Classifier(model, tokenizer, info, longest, mapped)


def _bundled(name: str, user: Mapping[str, str] | None, place: Place) -> LoadedModel:
    if name == "word-count":
        from audit.models.function import word_count

        return word_count()
    task = "fill-mask" if name.startswith("fill-mask") else "sentiment"
    folder = Path(__file__).parent.parent / "bundled" / task
    if not (folder / "config.json").is_file():
        raise ModelUnavailable(f"the bundled model {name} is not installed: run `make audit`, which sets it up")
    source = hub.Source(name, "", folder, licence="Apache-2.0", notes=(TEACHING,))
    if name == task:
        return _load_folder(source, folder, user, place)
    return _variant(name, task, folder, user, place)


def _variant(name: str, task: str, folder: Path, user: Mapping[str, str] | None, place: Place) -> LoadedModel:
    """Load a bundled model with a known effect added or taken away."""
    from audit.bundled.variants import make_variant

    loading.quiet()
    model, tokenizer, description = make_variant(name)
    kind = loading.MASKED_LM if task == "fill-mask" else loading.CLASSIFIER
    info = ModelInfo(
        id=name,
        kind=kind,
        revision=loading.digest(folder, loading.weight_files(folder, name)),
        tasks=loading.TASKS[kind],
        parameters=sum(parameter.numel() for parameter in model.parameters()),
        architecture=type(model).__name__,
        licence="Apache-2.0",
        notes=(TEACHING, *([str(description["truth"])] if "truth" in description else [])),
        truth=description,
    )
    return _wrap(model.eval(), tokenizer, info, user, place)
