"""The Hub and its cache: is the model there, may we have it, does it fit, and which commit is it.

Only this module speaks to the Hub. One question with a limit of five seconds comes before any download, so that a
wrong name or a missing network is known at once.
"""

from __future__ import annotations

import json
import os
import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from audit.schema import CaveatError, ModelUnavailable, ModelUnsupported

TIMEOUT = 5.0
"""Seconds that the Hub has to answer the first question."""

HEADROOM = 1.2
"""Free memory asked for, as a multiple of the weights in float32."""

PIECE = 512 * 1024
"""Bytes of a watched download between two looks at whether it is still wanted."""

WEIGHTS = ("model.safetensors", "model.safetensors.index.json", "pytorch_model.bin", "pytorch_model.bin.index.json")
"""Files that weights are found by, the best first."""

_TEXT_FILES = re.compile(r"[^/]+\.(?:json|txt|model|codes|vocab|tiktoken)")
_EXPAND = ["sha", "gated", "pipeline_tag", "safetensors", "siblings", "config", "cardData"]


@dataclass(frozen=True, slots=True)
class Source:
    """Where a model is, or can be had from."""

    id: str
    revision: str
    """Commit SHA; empty for a folder."""
    folder: Path | None = None
    """Its files on this machine; None until they are downloaded."""
    task: str = ""
    """The Hub's `pipeline_tag`, where known."""
    architectures: tuple[str, ...] = ()
    parameters: int = 0
    """Numbers in its weights, 0 where unknown."""
    files: tuple[str, ...] = ()
    licence: str = ""
    notes: tuple[str, ...] = ()
    gated: bool = False
    """Whether its files are given only to accounts that accepted its terms."""
    size: int = 0
    """Bytes of its weights as they are stored, 0 where the Hub does not say."""
    shown: str = ""
    """What results call it where its id would tell where somebody keeps it."""


def find(name: str, revision: str | None = None, offline: bool = False) -> Source:
    """Find a model by folder, in the cache, or on the Hub.

    Args:
        name: a folder, or a Hub id such as "google-bert/bert-base-uncased".
        revision: branch, tag or commit; None is the main branch.
        offline: look in the cache only.

    Returns:
        The source; `folder` is set when nothing needs downloading.

    Raises:
        CaveatError: for a malformed id or a folder that does not exist.
        ModelUnavailable: when it is missing, private or out of reach.
    """
    path = Path(name).expanduser()
    if path.is_dir():
        if revision:
            raise CaveatError(f"--revision is for models on the Hub, and {name} is a folder: leave it out")
        return Source(name, "", path, shown=path.resolve().name)
    if name.startswith((".", "/", "~")) or name.count("/") > 1 or "\\" in name:
        raise CaveatError(f"no folder {name}: give an existing folder, or a Hub id such as owner/model")
    _validate(name)
    from huggingface_hub import constants

    cached = in_cache(name, revision)
    if offline or constants.HF_HUB_OFFLINE:
        if cached is None:
            raise ModelUnavailable(_not_cached(name, revision, "offline"))
        return cached
    if cached is not None and revision == cached.revision:
        return cached
    return _ask(name, revision, cached)


def _validate(name: str) -> None:
    from huggingface_hub.errors import HFValidationError
    from huggingface_hub.utils import validate_repo_id

    try:
        validate_repo_id(name)
    except HFValidationError:
        raise CaveatError(
            f"{name!r} is no Hub id: it may have letters, digits, '-', '_' and '.' with at most one '/', "
            "as in owner/model; folders need an existing path"
        ) from None


def _ask(name: str, revision: str | None, cached: Source | None) -> Source:
    """Ask the Hub about a model; a cached copy is used when the Hub is out of reach."""
    from huggingface_hub import HfApi

    try:
        info: Any = HfApi().model_info(name, revision=revision, timeout=TIMEOUT, expand=_EXPAND)  # type: ignore[arg-type]
    except Exception as error:
        if cached is not None and _unreachable(error):
            note = "The Hub was out of reach; the copy in the cache was used."
            return Source(name, cached.revision, cached.folder, notes=(note,))
        raise explain(error, name, revision) from None
    config = info.config or {}
    files = tuple(sibling.rfilename for sibling in info.siblings or ())
    licence = (info.card_data or {}).get("license") or ""
    folder = cached.folder if cached is not None and cached.revision == info.sha else None
    return Source(
        name,
        info.sha or "",
        folder,
        info.pipeline_tag or "",
        tuple(config.get("architectures") or ()),
        int(info.safetensors.total) if info.safetensors else 0,
        files,
        licence if isinstance(licence, str) else ", ".join(map(str, licence)),
        gated=bool(info.gated),
        size=_stored_size(info.safetensors.parameters) if info.safetensors else 0,
    )


def _stored_size(numbers: Mapping[str, int]) -> int:
    """Add up the bytes of weights by type: "F32" has 32 bits a number, "BF16" 16; an unknown one counts 32."""
    bits = {kind: int("".join(filter(str.isdigit, kind.partition("_")[0])) or 32) for kind in numbers}
    return sum(count * bits[kind] // 8 for kind, count in numbers.items())


def fetch_config(source: Source, revision: str | None = None) -> Path:
    """Fetch config.json alone, a few kilobytes, and give its folder.

    Raises:
        ModelUnavailable: when the Hub refuses.
        ModelUnsupported: when the repository has none.
    """
    if source.folder is not None:
        return source.folder
    from huggingface_hub import hf_hub_download

    if "config.json" not in source.files:
        raise no_config(source.id, source.files)
    try:
        return Path(hf_hub_download(source.id, "config.json", revision=revision, etag_timeout=TIMEOUT)).parent
    except Exception as error:
        raise explain(error, source.id, revision) from None


def download(source: Source, revision: str | None = None, watch: Callable[[int], None] | None = None) -> Path:
    """Fetch the files that loading needs into the cache: weights once, as safetensors where there are any.

    Args:
        source: what `find` gave.
        revision: the branch, tag or commit asked for; the cache then knows it by that name as well.
        watch: called with the bytes fetched so far; a `CaveatError` that it raises ends the download.

    Returns:
        The folder with the files of that commit.

    Raises:
        ModelUnavailable: when the Hub refuses, or is lost on the way.
        ModelUnsupported: when the repository has no weights that PyTorch reads.
    """
    if source.folder is not None:
        return source.folder
    from huggingface_hub import hf_hub_download
    from huggingface_hub.utils import logging

    from audit.models.download import fetch

    if "config.json" not in source.files:
        raise no_config(source.id, source.files)
    # What the client has to say of a bad line is said once, by Caveat.
    logging.set_verbosity_error()
    bar = _watched(watch or (lambda done: None))
    chosen = choose_weights(source.files)
    if not chosen:
        raise ModelUnsupported(no_weights(source.id, source.files) + "; choose a repository that has them")
    wanted = sorted(file for file in source.files if _TEXT_FILES.fullmatch(file) and not file.endswith(".index.json"))
    try:
        config = Path(hf_hub_download(source.id, "config.json", revision=revision, etag_timeout=TIMEOUT))
        commit = config.parent.name
        for file in wanted:
            hf_hub_download(source.id, file, revision=commit, etag_timeout=TIMEOUT, tqdm_class=bar)
        for file in chosen:
            fetch(source.id, file, commit, TIMEOUT, bar)
    except CaveatError:
        raise
    except Exception as error:
        if _unreachable(error):
            raise ModelUnavailable(
                f"the connection to the Hub was lost while {source.id} was fetched: what has arrived is kept, and the "
                "same command goes on from there"
            ) from None
        raise explain(error, source.id, revision) from None
    return config.parent


def _watched(watch: Callable[[int], None]) -> type:
    """Make the progress bar that the Hub's client asks for: it prints nothing and tells all bytes so far."""
    from huggingface_hub import constants
    from huggingface_hub.utils import tqdm

    # The client's own pieces are so large that a stop would go unheard for minutes on a slow line.
    constants.DOWNLOAD_CHUNK_SIZE = min(constants.DOWNLOAD_CHUNK_SIZE, PIECE)
    done = 0

    class Bar(tqdm):  # type: ignore[misc]
        def __init__(self, *args: Any, **options: Any) -> None:
            super().__init__(*args, **{**options, "disable": True})

        def update(self, n: float | None = 1) -> bool | None:
            nonlocal done
            done += int(n or 0)
            watch(done)
            return None

    return Bar


def choose_weights(files: Iterable[str]) -> list[str]:
    """Choose the weight files of a repository: safetensors before `.bin`, index and shards together."""
    present = set(files)
    for name in WEIGHTS:
        if name not in present:
            continue
        if not name.endswith(".index.json"):
            return [name]
        stem, suffix = name.removesuffix(".index.json").rsplit(".", 1)
        shards = re.compile(rf"{re.escape(stem)}-\d+-of-\d+\.{suffix}")
        return [name, *sorted(file for file in present if shards.fullmatch(file))]
    return []


def in_cache(name: str, revision: str | None = None) -> Source | None:
    """Find a complete copy in the cache, without any network.

    A commit is found by its SHA, a branch or tag by the name it was downloaded under.
    """
    from huggingface_hub import try_to_load_from_cache

    found = try_to_load_from_cache(name, "config.json", revision=revision)
    if not isinstance(found, str):
        return None
    folder = Path(found).parent
    files = [path.name for path in folder.iterdir()]
    weights = choose_weights(files)
    shards = [file for file in weights if not file.endswith(".json")]
    return Source(name, folder.name, folder) if shards and not missing_shards(folder, weights) else None


def cached_models() -> list[str]:
    """List the ids of the models in the cache that look complete."""
    from huggingface_hub import scan_cache_dir
    from huggingface_hub.errors import CacheNotFound

    try:
        repositories = scan_cache_dir().repos
    except CacheNotFound:
        return []
    found = []
    for repository in repositories:
        names = {file.file_name for revision in repository.revisions for file in revision.files}
        if repository.repo_type == "model" and "config.json" in names and choose_weights(names):
            found.append(repository.repo_id)
    return sorted(found)


def _not_cached(name: str, revision: str | None, why: str) -> str:
    cached = cached_models()
    shown = ", ".join(cached[:10]) + (f" and {len(cached) - 10} more" if len(cached) > 10 else "")
    at = f" at {revision}" if revision else ""
    return (
        f"{why}: {name}{at} is not in the cache ({shown if cached else 'which is empty'}). Connect once to fetch it, "
        "or use a cached model, a folder, or a bundled one: fill-mask, sentiment, word-count"
    )


def causes(error: BaseException) -> list[BaseException]:
    """List an error and what it was raised from; wrappers of the libraries hide the reason there."""
    out: list[BaseException] = []
    step: BaseException | None = error
    while step is not None and step not in out:
        out.append(step)
        step = step.__cause__ or step.__context__
    return out


def _unreachable(error: BaseException) -> bool:
    """Say whether the network failed. By name: the client's HTTP library changed its package more than once."""
    names = {kind.__name__ for cause in causes(error) for kind in type(cause).__mro__}
    return bool(names & {"TransportError", "OfflineModeIsEnabled", "LocalEntryNotFoundError", "ConnectionError"})


def explain(error: BaseException, name: str, revision: str | None = None) -> CaveatError:
    """Turn an error of the Hub's client into one line with the next step."""
    from huggingface_hub import errors

    chain = causes(error)

    def is_a(*kinds: type[BaseException]) -> bool:
        return any(isinstance(cause, kinds) for cause in chain)

    # A gated repository is also "not found" in the client's class tree: it must be asked about first.
    if is_a(errors.GatedRepoError):
        return ModelUnavailable(
            f"{name} is gated: accept its terms on its page on the Hub, then log in with `hf auth login` "
            "or set HF_TOKEN"
        )
    if is_a(errors.DisabledRepoError):
        return ModelUnavailable(
            f"{name} was disabled on the Hub, by its authors or the Hub itself: choose another model"
        )
    if is_a(errors.RevisionNotFoundError):
        return ModelUnavailable(f"{name} has no revision {revision!r}: give a branch, a tag or a full commit SHA")
    if is_a(errors.RepositoryNotFoundError):
        return ModelUnavailable(
            f"{name} is not on the Hub, or is private: check the spelling (owner/model); for a private model "
            "log in with `hf auth login` or set HF_TOKEN"
        )
    if is_a(errors.EntryNotFoundError) and not is_a(errors.LocalEntryNotFoundError):
        return no_config(name)
    if is_a(errors.FileMetadataError) or any(type(cause).__name__ == "JSONDecodeError" for cause in chain):
        return ModelUnavailable(
            f"something that is not the Hub answered in its place when {name} was asked for, such as the login page of "
            "a network: open a web page in a browser, log in there, and try again"
        )
    if _unreachable(error):
        return ModelUnavailable(_not_cached(name, revision, "the Hub cannot be reached"))
    response = next((cause.response for cause in chain if isinstance(cause, errors.HfHubHTTPError)), None)
    status = response.status_code if response is not None else 0
    if response is not None and status == 429:
        wait = response.headers.get("Retry-After", "")
        when = f"in {wait} seconds" if wait.isdigit() else "in some minutes"
        return ModelUnavailable(f"the Hub takes no more requests from here for now, so {name} must wait: again {when}")
    if status == 401:
        return ModelUnavailable(
            f"the Hub does not accept your token, so {name} was not asked for: log in again with `hf auth login`, or "
            "take HF_TOKEN away"
        )
    if status:
        return ModelUnavailable(f"the Hub answered {status} for {name}: try again later, or use a cached model")
    first = str(error).strip().splitlines()
    return ModelUnavailable(f"{name} could not be fetched: {type(error).__name__}: {first[0] if first else ''}")


def no_config(name: str, files: Iterable[str] = (), adapter: str = "") -> ModelUnsupported:
    """Say what a repository or folder without config.json is, by the files that it has.

    Args:
        name: for the message.
        files: their paths.
        adapter: what adapter_config.json names as its base, where known.
    """
    present = sorted(files)
    if "adapter_config.json" in present:
        base = f" for {adapter}" if adapter else ""
        return ModelUnsupported(
            f"{name} is an adapter{base}, and no whole model: merge it into its base (merge_and_unload), and save that"
        )
    inside = [file.removesuffix("/config.json") for file in present if file.endswith("/config.json")]
    if inside:
        return ModelUnsupported(
            f"{name} has no config.json, and its folders {', '.join(inside[:3])} have one each: name one of them"
        )
    other = _others(present)
    return ModelUnsupported(
        f"{name} has no config.json{f' but {other}' if other else ''}, so it is no transformers model: choose another "
        "repository, or the folder that save_pretrained wrote"
    )


def telling(files: Sequence[str]) -> bool:
    """Say whether files without a config.json tell what they are."""
    return (
        "adapter_config.json" in files or any(file.endswith("/config.json") for file in files) or bool(_others(files))
    )


OTHER_WEIGHTS = {
    ".gguf": "GGUF",
    ".onnx": "ONNX",
    ".h5": "TensorFlow",
    ".msgpack": "Flax",
    ".ckpt": "a training checkpoint",
    ".ot": "Rust",
    ".tflite": "TensorFlow Lite",
}
"""Ending of a file of weights -> its format."""


def _others(files: Iterable[str]) -> str:
    """Name weights in formats that are not read, as found."""
    found = {kind: file for file in files for end, kind in OTHER_WEIGHTS.items() if file.lower().endswith(end)}
    return " and ".join(f"{kind} ({file})" for kind, file in found.items())


def no_weights(name: str, files: Iterable[str]) -> str:
    """Say that a model has no weights that are read, and which it has."""
    other = _others(files)
    return (
        f"{name} has no weights that PyTorch reads ({WEIGHTS[0]} or {WEIGHTS[2]}){f', only {other}' if other else ''}"
    )


def check_memory(name: str, parameters: int, free: int | None = None) -> None:
    """Refuse a model whose weights do not fit into the memory that is free.

    Args:
        name: for the message.
        parameters: numbers in its weights; 0 checks nothing.
        free: bytes; measured when None.

    Raises:
        ModelUnsupported: when float32 weights and some headroom need more.
    """
    free = free_memory() if free is None else free
    need = parameters * 4 * HEADROOM
    if free is not None and need > free:
        raise ModelUnsupported(
            f"{name} needs about {need / 2**30:.1f} GB of memory ({parameters / 1e6:,.0f} million parameters "
            f"in float32) and {free / 2**30:.1f} GB is free: close other programs or choose a smaller model"
        )


def free_memory() -> int | None:
    """Measure the memory that a new program could take, in bytes; None where the system does not say."""
    found: list[int] = []
    try:
        text = Path("/proc/meminfo").read_text(encoding="ascii")
        found += [int(match.group(1)) * 1024 for match in re.finditer(r"^MemAvailable:\s+(\d+) kB", text, re.M)]
    except OSError:
        pass
    try:
        group = Path("/sys/fs/cgroup")
        limit = (group / "memory.max").read_text(encoding="ascii").strip()
        if limit.isdigit():
            used = int((group / "memory.current").read_text(encoding="ascii"))
            found.append(max(0, int(limit) - used))
    except (OSError, ValueError):
        pass
    if not found and hasattr(os, "sysconf") and "SC_PHYS_PAGES" in os.sysconf_names:
        found.append(os.sysconf("SC_PHYS_PAGES") * os.sysconf("SC_PAGE_SIZE"))
    return min(found) if found else None


def missing_shards(folder: Path, weights: Sequence[str]) -> list[str]:
    """List the shards that an index names and a folder lacks."""
    index = next((file for file in weights if file.endswith(".index.json")), None)
    if index is None:
        return []
    try:
        named = set(json.loads((folder / index).read_text(encoding="utf-8"))["weight_map"].values())
    except (OSError, ValueError, LookupError, AttributeError, TypeError):
        raise ModelUnavailable(f"{index} in {folder} is damaged: delete that copy and fetch the model again") from None
    return sorted(file for file in named if not (folder / file).is_file())
