"""Write a trained model as it is shipped: float16, safetensors, with its tokenizer, and the manifest of all files."""

from __future__ import annotations

import copy
import json
from pathlib import Path
from typing import Any

import torch
from transformers import PreTrainedModel

from audit.bundled.train.base import sha256
from audit.bundled.train.sources import write_json

KEPT = ("config.json", "model.safetensors", "tokenizer.json", "tokenizer_config.json")
"""The files of a shipped folder, beside its card."""


def ship(model: PreTrainedModel, tokenizer: Any, folder: Path) -> None:
    """Save model and tokenizer in float16, replacing what the folder holds but its card."""
    folder.mkdir(parents=True, exist_ok=True)
    shipped = copy.deepcopy(model).eval().half()
    shipped.config.dtype = torch.float16
    shipped.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    tokenizer.save_pretrained(folder)
    config = json.loads((folder / "config.json").read_text(encoding="utf-8"))
    config.pop("_name_or_path", None)
    write_json(folder / "config.json", config)


def write_manifest(root: Path) -> None:
    """Write `manifest.json`: SHA-256 and size of each file that a shipped model needs, by folder."""
    manifest: dict[str, dict[str, dict[str, object]]] = {}
    for folder in ("fill-mask", "sentiment"):
        files = {name: root / folder / name for name in KEPT if (root / folder / name).exists()}
        manifest[folder] = {
            name: {"sha256": sha256(path), "bytes": path.stat().st_size} for name, path in files.items()
        }
    write_json(root / "manifest.json", manifest)
