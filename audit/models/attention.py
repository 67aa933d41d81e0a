"""Attention weights of a loaded model, for looking at one text; no measure of the project uses them.

The fast implementations of attention give no weights (transformers returns None, with a warning). So a second copy of
the model is made that computes attention step by step ("eager"). It shares every weight with the first and costs no
memory worth speaking of; the first stays as it is, for its answers must not change by the last digit while others ask.

Weights are facts about a computation, not reasons for an answer: attention that was changed a lot often gave the same
answer (Jain & Wallace 2019), and whether it may be called an explanation depends on what is asked of one (Wiegreffe &
Pinter 2019).
"""

from __future__ import annotations

import copy
import warnings
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.models.base import LoadedModel
from audit.schema import MASK, CaveatError

LONGEST = 64
"""Pieces of a text whose attention can be asked for; a larger picture could not be read."""


@dataclass(frozen=True, slots=True)
class Attention:
    """What one text looked like from the inside of a model."""

    pieces: tuple[str, ...]
    """As the tokenizer writes them, special tokens included."""
    weights: NDArray[np.float32]
    """(layers, heads, pieces, pieces): how much the piece of a row takes from the piece of a column; rows add to 1."""
    note: str = ""
    """What a reader must know of this model's attention."""


def attention(model: LoadedModel, text: str) -> Attention:
    """Give every attention weight of one text.

    Args:
        model: any loaded model.
        text: a blank is written [MASK].

    Returns:
        Weights of all layers and heads.

    Raises:
        CaveatError: for a model without attention, or whose attention is not that of one text; for a long text.
    """
    import torch

    network = getattr(model, "network", None)
    if network is None:
        raise CaveatError(f"{model.info.id} is a plain function and has no attention. Choose a neural network.")
    if model.info.truth.get("kind") == "even-handed":
        raise CaveatError(
            f"{model.info.id} reads a text twice, in its female and in its male form, and takes the mean: there is no "
            f"single attention to show. Choose {model.info.truth['base']}, which is what it is made of."
        )
    ids, pieces = _tokens(model, text)
    looking = _eager(getattr(network, "base", network))
    with torch.inference_mode():
        out = looking(input_ids=torch.tensor([ids]), attention_mask=torch.ones(1, len(ids), dtype=torch.long))
    layers = [layer for layer in out.attentions or () if layer is not None]
    if not layers:
        raise CaveatError(f"{model.info.id} does not give its attention weights. Choose another model.")
    planted = model.info.truth.get("kind") == "planted"
    note = (
        f"The gap was put into the scores of {model.info.id} after the last layer: its attention is that of "
        f"{model.info.truth['base']}."
        if planted
        else ""
    )
    return Attention(pieces, torch.cat(layers).float().numpy(), note)


def _tokens(model: LoadedModel, text: str) -> tuple[list[int], tuple[str, ...]]:
    """Tokenise a text as the model reads it."""
    tokenizer: Any = model.raw_tokenizer  # type: ignore[attr-defined]
    mask = getattr(tokenizer, "mask_token", None)
    if MASK in text and mask is None:
        # A model that reads from left to right knows no blank: what comes before it is all that it sees.
        text = text.partition(MASK)[0].rstrip() or text
    written = text.replace(MASK, mask) if mask else text
    ids = tokenizer(written, return_token_type_ids=False)["input_ids"]
    most = min(LONGEST, model.max_length)
    if not ids:
        raise CaveatError("There is no piece to look at. Write a sentence.")
    if len(ids) > most:
        raise CaveatError(f"The sentence has {len(ids)} pieces; the picture holds {most}. Shorten it.")
    return list(ids), tuple(str(piece) for piece in tokenizer.convert_ids_to_tokens(ids))


def _eager(network: Any) -> Callable[..., Any]:
    """Copy the modules of a network, and none of its tensors, and let the copy give its weights."""
    shared = {id(tensor): tensor for tensor in (*network.parameters(), *network.buffers())}
    made = copy.deepcopy(network, shared)
    with warnings.catch_warnings():
        warnings.simplefilter("ignore")
        made.set_attn_implementation("eager")
    made.config.output_attentions = True
    return lambda **given: made(**given, output_attentions=True)
