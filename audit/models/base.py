"""What scoring asks of a model, and what a model answers. Standard library only.

`audit.scoring` is the only caller: it prepares requests, merges equal rows, packs them into batches and hands the
results back. A model kind is a class with the three methods of `LoadedModel`.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol

from audit.schema import ModelInfo, Operation, Span


@dataclass(frozen=True, slots=True)
class Request:
    """What scoring asks of a model about one text."""

    text: str
    """A blank is written [MASK]; at most one."""
    operation: Operation = "score"
    choices: tuple[str, ...] = ()
    """Fill-mask: the words among which the blank is filled. Empty for classifiers."""
    hidden: tuple[Span, ...] = ()
    """Characters of `text` of which every piece is masked as well (role "prior"); a causal model reads "person"."""
    exclude: tuple[Span, ...] = ()
    """Log-likelihoods: characters of `text` whose pieces are not counted in the sum."""
    against: str = ""
    """"shared_pseudo_log_likelihood": the other text; only pieces that both share are counted."""
    second: bool = False
    """Whether `against` is the first of the two; the matching is not quite the same from the other side."""
    top_k: int = 0
    """Fill-mask: how many of the model's own best words are wanted."""


@dataclass(frozen=True, slots=True)
class Row:
    """One sequence through the encoder.

    Two rows with the same `ids` and `positions` are one forward pass; scoring may merge their targets by taking, at
    each position, the union of the vocabulary ids, and the larger `top_k`, as long as each owner gets back the
    log-probabilities of its own targets in their order.
    """

    ids: tuple[int, ...]
    positions: tuple[int, ...] = ()
    """Language models: the positions whose vocabulary distribution is needed. Empty for classifiers."""
    targets: tuple[tuple[int, ...], ...] = ()
    """One tuple a position: the vocabulary ids whose log-probability is needed."""
    top_k: int = 0


@dataclass(frozen=True, slots=True)
class RowResult:
    """What came out for one row."""

    log_probs: tuple[tuple[float, ...], ...] = ()
    """One tuple a position, one natural log a target."""
    top: tuple[tuple[int, float], ...] = ()
    """(vocabulary id, probability) at the first position, the most probable first; at least `Row.top_k` of them."""
    logits: tuple[float, ...] = ()
    """Classifiers: one raw score a class of the model."""


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to one request."""

    labels: tuple[str, ...] = ()
    """Polarity labels, in the order of `audit.schema.LABELS`, or the choices of the blank."""
    probabilities: tuple[float, ...] = ()
    """One a label, adding to 1."""
    mass: float = 1.0
    """Probability that the labels held before renormalising; 1 for a classifier. A causal model: what the choices
    hold as continuations of the text before the blank."""
    value: float = float("nan")
    """Log-likelihoods: sum of natural logs over the counted pieces. Classifiers: the valence, -1 to 1."""
    tokens: int = 0
    """Log-likelihoods: counted pieces. Otherwise the pieces of the text, special tokens left out."""
    unknown: int = 0
    """Unknown tokens in the text."""
    top: tuple[tuple[str, float], ...] = ()
    """Fill-mask: the model's own best words with their probability."""
    truncated: bool = False
    """Whether the text was longer than the model reads, and was cut at its end."""
    hard: bool = False
    """Whether the model gave a label and no probabilities; `probabilities` then has 1 for the label."""


class LoadedModel(Protocol):
    """A model ready to be asked. Nothing outside `audit.models` touches torch."""

    info: ModelInfo
    operations: frozenset[Operation]
    """What it can be asked; see `audit.schema.Operation`."""
    max_length: int
    """Longest sequence in pieces, special tokens included."""

    def prepare(self, requests: Sequence[Request]) -> list[list[Row]]:
        """Tokenise: one or more rows a request. Truncation happens here and nowhere else."""
        ...

    def forward(self, rows: Sequence[Row]) -> list[RowResult]:
        """Run one padded batch. Results do not depend on what else is in the batch (to 1e-5 a token)."""
        ...

    def finish(self, request: Request, rows: Sequence[Row], results: Sequence[RowResult]) -> Response:
        """Turn the results of a request's rows, in the order of `prepare`, into its answer."""
        ...
