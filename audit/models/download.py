"""Fetching one large file from the Hub so that a kill loses nothing and no wrong byte is kept.

The Hub's own client begins anew after a kill. Here the bytes go to one file beside the cache's blobs, whose name is
the file's digest; the next try asks for the rest, and before it becomes a blob its digest is compared.
"""

from __future__ import annotations

import hashlib
from pathlib import Path
from typing import Any
from urllib.parse import urlparse

from audit.schema import ModelUnavailable

PART = ".caveat-part"
"""Ending of a file that is still arriving."""

RETRIES = 2
"""Tries after a connection was lost, each with one second before it."""


def fetch(name: str, file: str, commit: str, timeout: float, bar: Any) -> None:
    """Fetch a file into the Hub's cache, from where an earlier try left off.

    Args:
        name: Hub id.
        file: its path in the repository.
        commit: its commit.
        timeout: seconds that the Hub has to answer the first question.
        bar: a class like tqdm, told of each piece.

    Raises:
        ModelUnavailable: when what arrived is not what the Hub names.
        Exception: what the Hub's client raises.
    """
    from huggingface_hub import constants, get_hf_file_metadata, hf_hub_download, hf_hub_url
    from huggingface_hub.file_download import http_get, repo_folder_name
    from huggingface_hub.utils import WeakFileLock, build_hf_headers

    about = get_hf_file_metadata(hf_hub_url(name, file, revision=commit), timeout=timeout)
    if about.etag and about.location and about.size is not None:
        blobs = Path(constants.HF_HUB_CACHE) / repo_folder_name(repo_id=name, repo_type="model") / "blobs"
        blobs.mkdir(parents=True, exist_ok=True)
        blob, part = blobs / about.etag, blobs / f"{about.etag}{PART}"
        headers = build_hf_headers()
        if urlparse(about.location).netloc != urlparse(constants.ENDPOINT).netloc:
            # The file lies with somebody else, whom the token does not concern.
            headers.pop("authorization", None)
        with WeakFileLock(f"{part}.lock"):
            if not blob.exists():
                with part.open("ab") as stream:
                    if stream.tell() > about.size:
                        stream.truncate(0)
                    http_get(
                        about.location,
                        stream,
                        resume_size=stream.tell(),
                        headers=headers,
                        expected_size=about.size,
                        tqdm_class=bar,
                        _nb_retries=RETRIES,
                    )
                _check(part, about.etag, name, file)
                part.replace(blob)
        Path(f"{part}.lock").unlink(missing_ok=True)
    hf_hub_download(name, file, revision=commit, etag_timeout=timeout, tqdm_class=bar)


def _check(part: Path, etag: str, name: str, file: str) -> None:
    """Compare the digest of what arrived with the one that the Hub names: SHA-256, or Git's of a small file."""
    if len(etag) not in (40, 64):
        return
    digest = hashlib.sha256() if len(etag) == 64 else hashlib.sha1(f"blob {part.stat().st_size}\0".encode())
    with part.open("rb") as stream:
        while block := stream.read(1 << 20):
            digest.update(block)
    if digest.hexdigest() != etag:
        part.unlink()
        raise ModelUnavailable(
            f"what arrived of {file} of {name} is not what the Hub names (its digest differs): nothing of it was kept; "
            "try again, and on another network if it repeats"
        )
