"""Causal language models: GPT-2, the Llama family and others that read from left to right.

Closed choice: each choice is written into the blank, and log P(choice) is the log-likelihood of the whole filled text:
the sum of log P(piece | all pieces before it) over the pieces of the choice and of everything after it. What stands
before the blank is the same for all choices and is left out, since it cancels; where a vocabulary cuts it differently
for different choices, the sum begins at the first piece that differs. The final punctuation counts; an end-of-text
token does not. Probabilities are renormalised over the choices.

Mass: a causal model has no probability for a blank with text after it. The mass is what the choices hold together as
continuations of the text before the blank, sum of P(pieces of the choice | text before), whatever follows. It is an
upper bound where a choice also begins a longer word. It does not depend on the choice, so contrasts between choices
within one text are free of it.

Hidden words (priors) cannot be masked for a reader from left to right: they are replaced by "person", and "an" before
them by "a".

Log-likelihood: sum of log P(piece | all pieces before it) over the pieces outside `Request.exclude`; excluded pieces
are still read. There is no masking, so the pseudo-log-likelihood is the same number. Two scores of benchmarks have no
counterpart either, and what their authors or evaluation programs use instead stands for them: for the CrowS-Pairs
score the log-likelihood of the whole text, for StereoSet's score of a word exp(mean log P(piece)) of the filled text.

A text begins with what the tokenizer puts there; where it puts nothing, with the token that parts documents in
training, so that its first word has a probability as well.
"""

from __future__ import annotations

import math
import re
from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import Any, get_args

from audit.models import batch, padding
from audit.models.base import Request, Response, Row, RowResult
from audit.models.heads import Vocabulary
from audit.models.masked_lm import BLANKS
from audit.models.tokens import Frame, Pieces, PieceTokenizer, written_after
from audit.schema import MASK, CaveatError, ModelInfo, ModelUnsupported, Operation, Span

NEUTRAL = "person"
"""What hidden words are replaced by."""

NOTES = (
    "The model is made for text-generation and reads from left to right. A blank is scored by the log-likelihood of "
    "the whole text with each choice filled in; mass is what the choices hold as continuations of the words before "
    "the blank.",
    f'Where a suite hides words, "{NEUTRAL}" stands in their place. Log-likelihood and pseudo-log-likelihood are the '
    "same for this kind of model. Best words are the next pieces, so a long word shows by its beginning.",
)
"""What a reader of the results must know of the kind."""

_SEPARATOR = "<|endoftext|>"
"""Parts documents in GPT-2, GPT-NeoX, Qwen and SmolLM, whose tuned versions use their bos and eos for chat turns."""
_ARTICLE = re.compile(r"\b([Aa])n(\s+)$")
_MARKS = ("Ġ", "▁")
"""How the space before a word shows when it is a piece of its own."""
_SPARE = 64
"""Candidates beyond four times the number wanted, among which best words are looked for."""
_TOLERANCE = 1e-4


@dataclass(frozen=True, slots=True)
class _Choice:
    """Where the pieces of one choice are among the results of its request."""

    target: int
    """Of its first piece, in the first row."""
    row: int
    """With its other pieces and the text after it; 0 where there are none."""
    width: int
    """Pieces of the choice itself that are summed."""


@dataclass(frozen=True, slots=True)
class _Plan:
    """How the rows of a request make up its answer."""

    choices: tuple[_Choice, ...] = ()
    tokens: int = 0
    unknown: int = 0
    truncated: bool = False


class CausalLM:
    """A causal language model behind the `LoadedModel` protocol."""

    operations: frozenset[Operation] = frozenset(get_args(Operation))

    def __init__(self, model: Any, tokenizer: Any, info: ModelInfo, max_length: int) -> None:
        """Wrap a loaded model.

        Args:
            model: module with the forward signature of `AutoModelForCausalLM`, in evaluation mode.
            tokenizer: its fast tokenizer.
            info: what the audit records of it; the notes of this kind are added.
            max_length: longest sequence in pieces, special tokens included.

        Raises:
            ModelUnsupported: when what comes later in a text changes what the model expects before it.
        """
        self.max_length = max_length
        self.tokenizer = PieceTokenizer(tokenizer, max_length)
        self._start = _start(tokenizer)
        self._vocabulary = Vocabulary(model)
        self._plans: dict[Request, _Plan] = {}
        self._is_word: dict[int, bool] = {}
        samples = [self.tokenizer.cut(pieces)[0].ids for pieces in self._encode(padding.SAMPLES)]
        # To the right of a text there is nothing that a reader from left to right would look at.
        ask = padding.language_model(self._vocabulary)
        self._padding = padding.measured(info.id, model, tokenizer, samples, ask, ("right", "left"))
        if not _is_causal(ask, self._padding, samples):
            raise ModelUnsupported(
                f"{info.id} lets what comes later in a text change what it expects before, so it is no reader from "
                "left to right: choose a model that was trained for text-generation or fill-mask"
            )
        told = padding.notes(self._padding, model)
        self.info = replace(info, notes=(*info.notes, *NOTES, self._beginning(tokenizer), *told))

    def _beginning(self, tokenizer: Any) -> str:
        lead = _lead(self._encode(["the"])[0])
        if not lead:
            return "Nothing marks the beginning of a text, so its first piece is not counted."
        first = self._encode(["the"])[0].ids[:lead]
        return f"Each text begins with {' '.join(tokenizer.convert_ids_to_tokens(list(first)))}."

    @property
    def network(self) -> Any:
        """The torch module, for looking inside (`audit.models.attention`)."""
        return self._vocabulary.model

    @property
    def raw_tokenizer(self) -> Any:
        """The tokenizer that it came with."""
        return self.tokenizer.raw

    def prepare(self, requests: Sequence[Request]) -> list[list[Row]]:
        """Tokenise: for a blank, a row for the text before it and one for each filled text; else one row."""
        planned = self._planned(requests)
        self._plans.update((request, plan) for request, (_, plan) in zip(requests, planned, strict=True))
        return [rows for rows, _ in planned]

    def _planned(self, requests: Sequence[Request]) -> list[tuple[list[Row], _Plan]]:
        """Tokenise the texts of all requests at once, and plan each."""
        frames = [self._frame(request) for request in requests]
        texts = [
            [frame.filled(word) for word in self._words(frame)] if frame else [request.text]
            for request, frame in zip(requests, frames, strict=True)
        ]
        encoded = iter(self._encode([text for own in texts for text in own]))
        planned = []
        for request, frame, own in zip(requests, frames, texts, strict=True):
            wholes = [next(encoded) for _ in own]
            if frame and request.operation == "mean_piece_probability":
                planned.append(self._filled(wholes))
            else:
                planned.append(self._closed(request, frame, wholes) if frame else self._likelihood(request, wholes[0]))
        return planned

    def _filled(self, wholes: Sequence[Pieces]) -> tuple[list[Row], _Plan]:
        """Plan the whole text with each choice: a row each, with every piece but the first token counted."""
        cut = [self.tokenizer.cut(whole) for whole in wholes]
        rows = [
            _continued(pieces.ids, [at for at, word in enumerate(pieces.words) if at and word >= 0])
            for pieces, _ in cut
        ]
        unknown = max(self._unknown(pieces.ids[_lead(pieces) :]) for pieces, _ in cut)
        return rows, _Plan((), len(rows[0].positions), unknown, any(truncated for _, truncated in cut))

    def _frame(self, request: Request) -> Frame | None:
        """Cut a text at its blank; None where a likelihood is asked for."""
        if request.operation in BLANKS:
            return Frame.of(neutral(request.text, request.hidden), request.choices)
        if MASK in request.text:
            raise CaveatError(f"{request.text!r} has a blank: a log-likelihood is of a whole text; fill it first")
        return None

    def _words(self, frame: Frame) -> tuple[str, ...]:
        return frame.surfaces or (frame.surface("the"),)

    def _encode(self, texts: Sequence[str]) -> list[Pieces]:
        """Tokenise texts with a token at their beginning and none at their end."""
        found = []
        for pieces in self.tokenizer.encode(texts):
            end = len(pieces.ids)
            while end and pieces.words[end - 1] < 0:
                end -= 1
            cut = Pieces(pieces.ids[:end], pieces.spans[:end], pieces.words[:end])
            if self._start is not None and not _lead(cut):
                cut = Pieces((self._start, *cut.ids), ((0, 0), *cut.spans), (-1, *cut.words))
            found.append(cut)
        return found

    def _closed(self, request: Request, frame: Frame, wholes: Sequence[Pieces]) -> tuple[list[Row], _Plan]:
        """Plan a closed choice: the first pieces of all choices share the row of the text before the blank."""
        places = [self._place(frame, word, whole) for word, whole in zip(self._words(frame), wholes, strict=True)]
        start = min(_common([whole.ids for whole in wholes]), *(begin for begin, _ in places))
        self._check(request, frame, start)
        tail = min(len(whole.ids) - end for whole, (_, end) in zip(wholes, places, strict=True))
        lead = _lead(wholes[0])
        over = max(0, max(len(whole.ids) for whole in wholes) - self.max_length)
        # The end of a text goes first, and as much of it for each choice; then its beginning.
        at_end = min(over, tail)
        before = wholes[0].ids[:lead] + wholes[0].ids[lead + over - at_end : start]
        rests = [whole.ids[start : len(whole.ids) - at_end] for whole in wholes] if request.choices else []
        firsts: dict[int, int] = {}
        rows: list[Row] = []
        choices = []
        for rest, (_, end) in zip(rests, places, strict=False):
            target = firsts.setdefault(rest[0], len(firsts))
            choices.append(_Choice(target, len(rows) + 1 if len(rest) > 1 else 0, end - start))
            if len(rest) > 1:
                rows.append(_continued(before + rest, range(len(before) + 1, len(before) + len(rest))))
        top_k = request.top_k if _ends(frame) else 0
        rows.insert(0, Row(before, (len(before) - 1,), (tuple(firsts),), top_k))
        tokens = len(before) - lead + 1 + tail - at_end
        unknown = self._unknown(wholes[0].ids[lead:start]) + max(map(self._unknown, rests), default=0)
        return rows, _Plan(tuple(choices), tokens, unknown, over > 0)

    def _place(self, frame: Frame, word: str, whole: Pieces) -> tuple[int, int]:
        """Find the first piece of a choice, and the first one after it."""
        found = whole.overlapping([(frame.at, frame.at + len(word))])
        if not found:
            raise CaveatError(f"the vocabulary of {self.info.id} has no pieces for {word!r}: choose another word")
        return min(found), max(found) + 1

    def _check(self, request: Request, frame: Frame, start: int) -> None:
        if start < 1:
            raise CaveatError(
                f"{self.info.id} has no token for the beginning of a text, so it cannot fill the blank at the "
                f"beginning of {frame.filled(MASK)!r}: put words before the blank"
            )
        if not request.choices and not _ends(frame):
            raise CaveatError(
                f"{self.info.id} reads from left to right: without choices it fills only a blank at the end of a text, "
                f"set off by a space, and {frame.filled(MASK)!r} is no such text; give choices, or end it there"
            )

    def _likelihood(self, request: Request, whole: Pieces) -> tuple[list[Row], _Plan]:
        """Plan a log-likelihood: one row, up to the last counted piece."""
        pieces, truncated = self.tokenizer.cut(whole)
        left_out = pieces.overlapping(request.exclude)
        counted = [at for at, word in enumerate(pieces.words) if at and word >= 0 and at not in left_out]
        unknown = self._unknown(pieces.ids[_lead(pieces) :])
        rows = [_continued(pieces.ids, counted)] if counted else []
        return rows, _Plan((), len(counted), unknown, truncated)

    def _unknown(self, ids: Sequence[int]) -> int:
        return sum(id_ == self.tokenizer.unknown_id for id_ in ids)

    def forward(self, rows: Sequence[Row]) -> list[RowResult]:
        """Run one batch in float32, as a rule padded on the right, where no text looks."""
        return batch.run(self._vocabulary, rows, self._padding, self._best)

    def _best(self, logits: Any, norm: Any, top_k: int) -> tuple[tuple[int, float], ...]:
        """Give the best pieces that begin a word."""
        found = logits.topk(min(4 * top_k + _SPARE, len(logits)))
        pairs = zip(found.indices.tolist(), (padding.exact(found.values) - norm).exp().tolist(), strict=True)
        return tuple(pair for pair in pairs if self._begins_word(pair[0]))[:top_k]

    def _begins_word(self, id_: int) -> bool:
        if id_ not in self._is_word:
            word = "" if id_ in self.tokenizer.special_ids else self.tokenizer.word(id_, True)
            self._is_word[id_] = word[:1].isalnum() and word not in _MARKS
        return self._is_word[id_]

    def finish(self, request: Request, rows: Sequence[Row], results: Sequence[RowResult]) -> Response:
        """Add up the pieces of each filled text, or of the text."""
        plan = self._plans.pop(request, None) or self._planned([request])[0][1]
        if request.operation == "mean_piece_probability":
            means = [math.fsum(log for (log,) in result.log_probs) / len(result.log_probs) for result in results]
            likely, whole = batch.normalised(means)
            return Response(request.choices, likely, whole, math.nan, plan.tokens, plan.unknown, (), plan.truncated)
        if request.operation != "score":
            value = math.fsum(log for result in results for (log,) in result.log_probs) if results else math.nan
            return Response(value=value, tokens=plan.tokens, unknown=plan.unknown, truncated=plan.truncated)
        chains = [
            [results[0].log_probs[0][choice.target]]
            + [log for (log,) in (results[choice.row].log_probs if choice.row else ())]
            for choice in plan.choices
        ]
        probabilities, _ = batch.normalised([math.fsum(chain) for chain in chains])
        held = (math.exp(math.fsum(chain[: choice.width])) for chain, choice in zip(chains, plan.choices, strict=True))
        top = tuple((self.tokenizer.word(id_, True), p) for id_, p in results[0].top[: request.top_k])
        return Response(
            request.choices,
            probabilities,
            min(1.0, math.fsum(held)),
            math.nan,
            plan.tokens,
            plan.unknown,
            top,
            plan.truncated,
        )


def neutral(text: str, hidden: Sequence[Span]) -> str:
    """Replace hidden words by "person", with the article and the capital that go with it.

    Args:
        text: with or without a blank.
        hidden: characters of `text`, without their article.
    """
    out, at = "", 0
    for begin, end in sorted(hidden):
        out = _ARTICLE.sub(r"\1\2", out + text[at:begin])
        out += written_after(out, NEUTRAL)
        at = end
    return out + text[at:]


def _start(tokenizer: Any) -> int | None:
    """Choose the token that a text begins with where the tokenizer adds none."""
    separator = tokenizer.get_vocab().get(_SEPARATOR)
    known = (separator, tokenizer.bos_token_id, tokenizer.eos_token_id)
    return next((id_ for id_ in known if id_ is not None), None)


def _lead(pieces: Pieces) -> int:
    """Count the tokens that frame the beginning of a text."""
    return next((at for at, word in enumerate(pieces.words) if word >= 0), len(pieces.words))


def _common(all_ids: Sequence[tuple[int, ...]]) -> int:
    """Count the pieces that all texts begin with."""
    return next((at for at, ids in enumerate(zip(*all_ids, strict=False)) if len(set(ids)) > 1), min(map(len, all_ids)))


def _continued(ids: tuple[int, ...], counted: Sequence[int]) -> Row:
    """Ask, for some pieces of a text, how probable each is after those before it."""
    return Row(ids[: counted[-1]], tuple(at - 1 for at in counted), tuple((ids[at],) for at in counted))


def _ends(frame: Frame) -> bool:
    """Whether the blank is the last word of its text and stands apart."""
    return frame.spaced and not any(character.isalnum() for character in frame.tail)


def _is_causal(ask: padding.Ask, way: padding.Padding, samples: Sequence[Sequence[int]]) -> bool:
    """Check that neither another later piece nor a missing one changes what is expected before it."""
    longest = sorted(map(list, samples), key=len)[-1]
    changed = [*longest[:-1], next(id_ for row in samples for id_ in row if id_ != longest[-1])]
    begin = way.offset(len(longest), len(longest))
    places = [(0, begin + at) for at in range(len(longest) - 1)]
    one, *others = (padding.exact(ask(way.inputs([row]), places)) for row in (longest, changed, longest[:-1]))
    if not one.isfinite().all():
        # Nothing can be told from such outputs; scoring refuses them by name.
        return True
    scale = max(1.0, float(one.abs().max()))
    return all(bool((one - other).abs().max() <= _TOLERANCE * scale) for other in others)
