"""Masked language models: closed choice, open blanks, AUL and pseudo-log-likelihood.

Closed choice: log P(word) is the sum of log P(piece) with all pieces of the word masked at first and revealed from
left to right; a word of one piece is the same with one term. Compare the same word between texts, not words of
different lengths.

AUL (Kaneko & Bollegala 2022): one pass over the unmasked text, log P of each piece at its own place. They average
over pieces; here the sum and the count are kept.

Pseudo-log-likelihood (Salazar et al. 2020), within-word left-to-right (Kauf & Ivanova 2023): each piece is masked
together with the pieces of its word that stand to its right. For comparison with published figures there are three
more. The plain pseudo-log-likelihood masks one piece at a time. The CrowS-Pairs score (Nangia et al. 2020) is that
sum over the pieces that a text shares with its twin. StereoSet's score of a word (Nadeem et al. 2021, as their code
has it) is the mean probability of its pieces, each at one mask that follows the pieces before it.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from audit.models import batch, padding
from audit.models.base import Request, Response, Row, RowResult
from audit.models.heads import Vocabulary
from audit.models.tokens import Blank, Pieces, PieceTokenizer, shared
from audit.schema import MASK, ModelInfo, Operation, Span

BLANKS = frozenset({"score", "mean_piece_probability"})
"""Operations on a text with a blank; the others are of whole texts."""

_SPARE = 8
"""Special tokens skipped in a list of best words."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the rows of a request make up its answer."""

    steps: tuple[tuple[tuple[int, int], ...], ...] = ()
    """For each choice: (row, target) of each of its pieces."""
    tokens: int = 0
    unknown: int = 0
    truncated: bool = False
    spaced: bool = True
    top_row: int = 0


class MaskedLM:
    """A masked language model behind the `LoadedModel` protocol."""

    operations: frozenset[Operation] = frozenset(get_args(Operation))

    def __init__(self, model: Any, tokenizer: Any, info: ModelInfo, max_length: int) -> None:
        """Wrap a loaded model.

        Args:
            model: module with the forward signature of `AutoModelForMaskedLM`, or with a method
                `masked_logits(input_ids, attention_mask, positions)`, positions (n, 2) of row and column.
            tokenizer: its fast tokenizer.
            info: what the audit records of it.
            max_length: longest sequence in pieces, special tokens included.
        """
        self.max_length = max_length
        self.tokenizer = PieceTokenizer(tokenizer, max_length)
        self._vocabulary = Vocabulary(model)
        samples = [self.tokenizer.cut(pieces)[0].ids for pieces in self.tokenizer.encode(padding.SAMPLES)]
        ask = padding.language_model(self._vocabulary)
        self._padding = padding.measured(info.id, model, tokenizer, samples, ask)
        self.info = replace(info, notes=(*info.notes, *padding.notes(self._padding, model)))
        self._plans: dict[Request, _Plan] = {}

    @property
    def split(self) -> bool:
        """Whether only the positions asked for go through the vocabulary head."""
        return self._vocabulary.split

    @property
    def network(self) -> Any:
        """The torch module, for looking inside (`audit.models.attention`)."""
        return self._vocabulary.model

    @property
    def raw_tokenizer(self) -> Any:
        """The tokenizer that it came with."""
        return self.tokenizer.raw

    def prepare(self, requests: Sequence[Request]) -> list[list[Row]]:
        """Tokenise: a row for each distinct masking that a request needs."""
        planned = self._planned(requests)
        self._plans.update((request, plan) for request, (_, plan) in zip(requests, planned, strict=True))
        return [rows for rows, _ in planned]

    def _planned(self, requests: Sequence[Request]) -> list[tuple[list[Row], _Plan]]:
        found: dict[int, tuple[list[Row], _Plan]] = {}
        blanks = [at for at, request in enumerate(requests) if request.operation in BLANKS]
        asked = [(requests[at].text, requests[at].choices, requests[at].hidden) for at in blanks]
        for at, blank in zip(blanks, self.tokenizer.blanks(asked), strict=True):
            alone = requests[at].operation == "mean_piece_probability"
            found[at] = self._closed(blank, requests[at].top_k, alone)
        texts = [at for at, request in enumerate(requests) if request.operation not in BLANKS]
        written = [self._written(requests[at]) for at in texts]
        encoded = self.tokenizer.encode([text for text, _ in written])
        others = self.tokenizer.encode([requests[at].against for at in texts])
        for at, (_, left_out), pieces, other in zip(texts, written, encoded, others, strict=True):
            found[at] = self._likelihood(requests[at], pieces, left_out, other)
        return [found[at] for at in range(len(requests))]

    def _written(self, request: Request) -> tuple[str, list[Span]]:
        """Write a blank in a whole text as the model's mask token, and move what stands behind it."""
        at = request.text.find(MASK)
        if at < 0:
            return request.text, list(request.exclude)
        shift = len(self.tokenizer.mask) - len(MASK)
        moved = [(begin, end) if end <= at else (begin + shift, end + shift) for begin, end in request.exclude]
        return request.text.replace(MASK, self.tokenizer.mask, 1), moved

    def _closed(self, blank: Blank, top_k: int, alone: bool) -> tuple[list[Row], _Plan]:
        """Plan the rows of a closed choice; steps that mask the same pieces share a row.

        Args:
            blank: the text.
            top_k: best words wanted.
            alone: whether one mask stands for all the pieces that are still to come.
        """
        found: dict[tuple[int, ...], tuple[int, int, dict[int, int]]] = {}

        def row(revealed: tuple[int, ...], masks: int) -> tuple[int, dict[int, int]]:
            ids = blank.left + revealed + (self.tokenizer.mask_id,) * masks + blank.right
            entry = found.setdefault(ids, (len(found), len(blank.left) + len(revealed), {}))
            return entry[0], entry[2]

        top_row = row((), 1)[0] if top_k or not blank.choices else 0
        steps = []
        for word in blank.choices:
            chain = []
            for done, piece in enumerate(word):
                at, targets = row(word[:done], 1 if alone else len(word) - done)
                chain.append((at, targets.setdefault(piece, len(targets))))
            steps.append(tuple(chain))
        rows = [
            Row(ids, (position,), (tuple(targets),), top_k if at == top_row else 0)
            for ids, (at, position, targets) in found.items()
        ]
        return rows, _Plan(tuple(steps), blank.tokens, blank.unknown, blank.truncated, blank.spaced, top_row)

    def _likelihood(
        self, request: Request, whole: Pieces, exclude: Sequence[Span], other: Pieces
    ) -> tuple[list[Row], _Plan]:
        """Plan the rows of AUL (one) or of a pseudo-log-likelihood (one a counted piece)."""
        pieces, truncated = self.tokenizer.cut(whole)
        left_out = pieces.overlapping(exclude)
        if request.operation == "shared_pseudo_log_likelihood":
            twin = self.tokenizer.cut(other)[0]
            both = shared(twin, pieces)[1] if request.second else shared(pieces, twin)[0]
            left_out |= set(range(len(pieces.ids))) - both
        counted = [
            at
            for at, word in enumerate(pieces.words)
            if word >= 0 and at not in left_out and pieces.ids[at] != self.tokenizer.mask_id
        ]
        unknown = sum(
            id_ == self.tokenizer.unknown_id for id_, word in zip(pieces.ids, pieces.words, strict=True) if word >= 0
        )
        if not counted:
            return [], _Plan((), 0, unknown, truncated)
        if request.operation == "log_likelihood":
            rows = [Row(pieces.ids, tuple(counted), tuple((pieces.ids[at],) for at in counted))]
        else:
            rest = request.operation == "pseudo_log_likelihood"
            rows = [Row(self._masked(pieces, at, rest), (at,), ((pieces.ids[at],),)) for at in counted]
        return rows, _Plan((), len(counted), unknown, truncated)

    def _masked(self, pieces: Pieces, at: int, rest: bool) -> tuple[int, ...]:
        """Mask a piece, and the rest of its word where that is wanted."""
        word = pieces.words[at]
        return tuple(
            self.tokenizer.mask_id if other == at or (rest and other > at and pieces.words[other] == word) else id_
            for other, id_ in enumerate(pieces.ids)
        )

    def forward(self, rows: Sequence[Row]) -> list[RowResult]:
        """Run one batch in float32; log-probabilities from float32 logits, subtracted in float64."""
        return batch.run(self._vocabulary, rows, self._padding, self._best)

    def _best(self, logits: Any, norm: Any, top_k: int) -> tuple[tuple[int, float], ...]:
        """Give the best pieces of one position, special tokens left out."""
        found = logits.topk(min(top_k + _SPARE, len(logits)))
        pairs = zip(found.indices.tolist(), (padding.exact(found.values) - norm).exp().tolist(), strict=True)
        return tuple(pair for pair in pairs if pair[0] not in self.tokenizer.special_ids)[:top_k]

    def finish(self, request: Request, rows: Sequence[Row], results: Sequence[RowResult]) -> Response:
        """Add up the pieces of each choice, or of the text."""
        plan = self._plans.pop(request, None) or self._planned([request])[0][1]
        if request.operation not in BLANKS:
            terms = [value for result in results for position in result.log_probs for value in position]
            value = math.fsum(terms) if terms else math.nan
            return Response(value=value, tokens=plan.tokens, unknown=plan.unknown, truncated=plan.truncated)
        chains = [[results[at].log_probs[0][target] for at, target in chain] for chain in plan.steps]
        join = batch.log_mean if request.operation == "mean_piece_probability" else math.fsum
        probabilities, mass = batch.normalised([join(chain) for chain in chains])
        top = results[plan.top_row].top[: request.top_k] if request.top_k else ()
        words = tuple((self.tokenizer.word(id_, plan.spaced), p) for id_, p in top)
        return Response(
            request.choices, probabilities, mass, math.nan, plan.tokens, plan.unknown, words, plan.truncated
        )
