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

LEFT_OVER = {
    "is_local",
    "local_files_only",
    "max_length",
    "pad_to_multiple_of",
    "pad_token_type_id",
    "padding_side",
    "stride",
    "truncation_side",
    "truncation_strategy",
}
"""Tokenizer settings that the last call or the loading left behind."""


def ship(model: PreTrainedModel, tokenizer: Any, folder: Path) -> None:
    """Save model and tokenizer in float16, replacing what the folder holds but its card."""
    folder.mkdir(parents=True, exist_ok=True)
    shipped = copy.deepcopy(model).eval().half()
    shipped.config.dtype = torch.float16
    shipped.save_pretrained(folder)
    (folder / "model.safetensors").chmod(0o644)
    tokenizer.save_pretrained(folder)
    tidy(folder)


def tidy(folder: Path) -> None:
    """Take out of the saved files what tells of this machine or of the last call, not of the model."""
    for name, unwanted in (("config.json", {"_name_or_path"}), ("tokenizer_config.json", LEFT_OVER)):
        values = json.loads((folder / name).read_text(encoding="utf-8"))
        write_json(folder / name, {key: value for key, value in values.items() if key not in unwanted})
    tokenizer = json.loads((folder / "tokenizer.json").read_text(encoding="utf-8"))
    tokenizer.update(truncation=None, padding=None)
    write_json(folder / "tokenizer.json", tokenizer)


def write_manifest(root: Path) -> None:
    """Write `manifest.json`: SHA-256 and size of each file that a shipped model needs, by folder."""
    manifest: dict[str, dict[str, dict[str, object]]] = {}
    for folder in ("fill-mask", "sentiment"):
        files = {name: root / folder / name for name in KEPT if (root / folder / name).exists()}
        manifest[folder] = {
            name: {"sha256": sha256(path), "bytes": path.stat().st_size} for name, path in files.items()
        }
    write_json(root / "manifest.json", manifest)
