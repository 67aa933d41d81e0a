"""Where a model computes and in which numbers: `--device` and `--dtype`.

float32 on the CPU is the rule. Another device gives the same numbers to the rounding of float32; bfloat16 and float16
round every step to two or three digits, so they are used only when asked for, and what that costs is measured on a few
texts against the same model in float32 and told.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import replace
from typing import Any

from audit.models.base import LoadedModel, Request, Response
from audit.models.gate import ANCHORS, CLOZE
from audit.schema import FILL_MASK, CaveatError

DEVICES = ("cpu", "cuda", "mps")
DTYPES = ("float32", "bfloat16", "float16")
SAMPLE = 8
"""Anchor sentences of each polarity, or blanks, on which other numbers are compared with float32."""

Score = Callable[[LoadedModel, list[Request]], list[Response]]


def checked(device: str, dtype: str) -> tuple[str, str]:
    """Insist that a device is there and a type of numbers is known.

    Args:
        device: "cpu", "cuda", "cuda:1", "mps"; "auto" is the first that is there.
        dtype: of `DTYPES`.

    Raises:
        CaveatError: with what there is.
    """
    there = available()
    if device == "auto":
        device = next((one for one in ("cuda", "mps") if one in there), "cpu")
    kind, _, number = device.partition(":")
    if kind not in DEVICES or (number and not number.isdigit()):
        raise CaveatError(f"--device: {device!r} is none of auto, {', '.join(DEVICES)}, cuda:1")
    if kind not in there or (number and int(number) >= _count(kind)):
        raise CaveatError(f"--device: there is no {device} here; there is {', '.join(there)}. Choose one of those")
    if dtype not in DTYPES:
        raise CaveatError(f"--dtype: {dtype!r} is none of {', '.join(DTYPES)}")
    return device, dtype


def available() -> tuple[str, ...]:
    """List the devices that torch finds."""
    import torch

    found = ["cpu"]
    if torch.cuda.is_available():
        found.append("cuda")
    if torch.backends.mps.is_available():
        found.append("mps")
    return tuple(found)


def _count(kind: str) -> int:
    import torch

    return torch.cuda.device_count() if kind == "cuda" else 1


def lowered(model: LoadedModel, dtype: str) -> LoadedModel:
    """Turn the weights of a loaded model into other numbers, and note what that changed on a few texts."""
    import torch

    if dtype == "float32":
        return model
    network: Any = model.network  # type: ignore[attr-defined]
    before = _sample(model)
    network.to(getattr(torch, dtype))
    after = _sample(model)
    apart = [abs(one - other) for one, other in zip(before, after, strict=True)]
    apart = [gap if math.isfinite(gap) else math.inf for gap in apart]
    told = (
        f"Computed in {dtype}: on {len(apart)} plain texts its probabilities differ from those in float32 by up to "
        f"{max(apart):.2g}, {sum(apart) / len(apart):.2g} on average. Gaps near that size mean nothing."
    )
    model.info = replace(model.info, dtype=dtype, notes=(*model.info.notes, told))
    return model


def _sample(model: LoadedModel) -> list[float]:
    """Give the probability of the first label or choice for a few plain texts."""
    if FILL_MASK in model.info.tasks:
        asked = [Request(text, choices=tuple(texts)) for _, texts in CLOZE for text in texts.values()][: 2 * SAMPLE]
    else:
        asked = [Request(text) for texts in ANCHORS.values() for text in texts[:SAMPLE]]
    prepared = model.prepare(asked)
    results = iter(model.forward([row for rows in prepared for row in rows]))
    return [
        model.finish(request, rows, [next(results) for _ in rows]).probabilities[0]
        for request, rows in zip(asked, prepared, strict=True)
    ]
