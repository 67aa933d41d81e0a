"""A model made of a plain Python function: baselines, planted effects, null models. No torch.

Classifiers: `function(texts)` gives one row of class probabilities a text, in the order of the labels.

Blanks: `function(texts, choices)` gives, for each text, one probability for each of its choices (what they lack to 1
is the mass of other words). Hidden words are written [HIDDEN] in the texts; everything else is as in `Request`.
"""

from __future__ import annotations

import hashlib
import inspect
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from typing import Any

from audit.models.base import Request, Response, Row, RowResult
from audit.models.gate import ANCHORS, CLOZE
from audit.models.identity import Unreadable, digest_of
from audit.schema import FILL_MASK, LABELS, TEXT_CLASSIFICATION, CaveatError, ModelInfo, Operation, Span

HIDDEN = "[HIDDEN]"
"""How words that the model must not see are written for a function."""

ClassifyFunction = Callable[[list[str]], Sequence[Sequence[float]]]
FillFunction = Callable[[list[str], list[tuple[str, ...]]], Sequence[Sequence[float]]]
LikelihoodFunction = Callable[[list[str]], Sequence[float]]
"""Texts, their excluded words written [HIDDEN] -> sum of natural logs over the other words."""

_END = 0
"""Separates text and choices in a row of code points; no text contains it."""


def _written(text: str, spans: Sequence[Span]) -> str:
    """Replace some characters of a text by [HIDDEN]."""
    out, at = "", 0
    for begin, end in sorted(spans):
        out += text[at:begin] + HIDDEN
        at = end
    return out + text[at:]


def _fingerprint(functions: Sequence[object], name: str) -> str:
    """Give a SHA-256 that changes with the source of the functions: the revision until a run asks for more."""
    parts = [name]
    for function in functions:
        try:
            parts.append(inspect.getsource(function))  # type: ignore[arg-type]
        except (OSError, TypeError):
            parts.append(getattr(function, "__qualname__", type(function).__qualname__))
    return hashlib.sha256("\n".join(parts).encode()).hexdigest()


class FunctionModel:
    """A function behind the `LoadedModel` protocol. A row's ids are the code points of its text."""

    def __init__(
        self,
        name: str,
        classify: ClassifyFunction | None = None,
        fill: FillFunction | None = None,
        likelihood: LikelihoodFunction | None = None,
        labels: Sequence[str] = LABELS,
        notes: Sequence[str] = (),
        truth: dict[str, object] | None = None,
        licence: str = "",
        revision: str = "",
    ) -> None:
        """Wrap one or more functions.

        Args:
            name: what the audit calls the model.
            classify: makes it a classifier.
            fill: makes it a model that fills blanks.
            likelihood: makes it answer log-likelihoods of both kinds; only beside `fill`.
            labels: of `classify`: ("negative", "positive") or ("negative", "neutral", "positive").
            notes: what a reader must know of it.
            truth: planted models: what was planted.
            licence: of the function.
            revision: what you call this state of the function. A results folder (`out=`) whose audit is finished is
                read and not run again for one name and one revision. Without it the revision follows the function:
                a digest of its code, of all values that it can reach (closure, defaults, attributes, globals) and of
                its answers to plain sentences, taken when a run begins. Give one where answers come from outside (a
                service, a file that is read), where the function keeps what it has met, or where it answers at random.

        Raises:
            CaveatError: when neither or both of `classify` and `fill` are given, or a label is unknown.
        """
        if (classify is None) == (fill is None):
            raise CaveatError(f"function model {name}: give either classify or fill")
        if classify is not None and tuple(labels) not in (LABELS, ("negative", "positive")):
            raise CaveatError(f"function model {name}: labels must be negative, positive, with or without neutral")
        self._classify, self._fill, self._likelihood = classify, fill, likelihood
        self._labels = tuple(labels)
        self._follows = not revision
        self.max_length = 1_000_000
        operations: set[Operation] = {"score"}
        if likelihood is not None:
            operations |= {"log_likelihood", "pseudo_log_likelihood"}
        self.operations: frozenset[Operation] = frozenset(operations)
        self.info = ModelInfo(
            id=name,
            kind="function",
            revision=revision or _fingerprint([f for f in (classify, fill, likelihood) if f is not None], name),
            tasks=(TEXT_CLASSIFICATION if classify is not None else FILL_MASK,),
            labels={label: label for label in self._labels} if classify is not None else {},
            dtype="float64",
            architecture="Python function",
            label_source="names" if classify is not None else "",
            notes=tuple(notes),
            licence=licence,
            truth=truth or {},
        )

    def identify(self) -> None:
        """Bring the revision up to date: what was called the same may answer differently now.

        Called before anything is looked up in a results folder. A revision that was given stays.

        Raises:
            CaveatError: when a value behind the function says nothing of its content.
        """
        if not self._follows:
            return
        functions = [f for f in (self._classify, self._fill, self._likelihood) if f is not None]
        try:
            state = digest_of([self.info.id, self._labels, *functions])
        except Unreadable as error:
            raise CaveatError(
                f"function model {self.info.id}: {error}, so that a change of it could not be noticed in a results "
                "folder. Say which state of the function this is with FunctionModel(..., revision=...)."
            ) from None
        sha = hashlib.sha256(state.encode())
        for answer in self._probe():
            # Six digits: what a sum in another order changes is no other model.
            sha.update(repr([f"{value:.6g}" for value in answer]).encode())
        self.info = replace(self.info, revision=sha.hexdigest())

    def _probe(self) -> Iterator[Sequence[float]]:
        """Give the answers to plain sentences: they may change where no value within reach does."""
        texts = [text for some in ANCHORS.values() for text in some]
        if self._classify is not None:
            yield from self._each(self._classify(list(texts)), texts)
        if self._fill is not None:
            asked = [(text, tuple(words)) for _, words in CLOZE for text in words.values()]
            blanks = [text for text, _ in asked]
            yield from self._each(self._fill(blanks, [words for _, words in asked]), blanks)
        if self._likelihood is not None:
            yield from self._each(self._likelihood(list(texts)), texts, single=True)

    def prepare(self, requests: Sequence[Request]) -> list[list[Row]]:
        """Write each request as one row of code points."""
        return [[self._row(request)] for request in requests]

    def _row(self, request: Request) -> Row:
        if request.operation not in self.operations:
            known = ", ".join(sorted(self.operations))
            raise CaveatError(f"{self.info.id} has no {request.operation}; it offers {known}")
        if request.operation != "score":
            text = _written(request.text, request.exclude)
            return Row((*map(ord, text), _END), (0,), ((0,),))
        text = _written(request.text, request.hidden)
        if self._classify is not None:
            return Row(tuple(map(ord, text)))
        ids = list(map(ord, text))
        for choice in request.choices:
            ids += [_END, *map(ord, choice)]
        return Row(tuple(ids), (1,), (tuple(range(len(request.choices))),))

    def forward(self, rows: Sequence[Row]) -> list[RowResult]:
        """Call the function once for all rows of a kind."""
        parts = ["".join(map(chr, row.ids)).split(chr(_END)) for row in rows]
        results: list[RowResult] = [RowResult()] * len(rows)
        if self._classify is not None:
            texts = [text for text, *_ in parts]
            return [RowResult(logits=p) for p in self._each(self._classify(texts), texts)]
        whole = [at for at, row in enumerate(rows) if row.positions == (0,)]
        blanks = [at for at, row in enumerate(rows) if row.positions != (0,)]
        if whole and self._likelihood is not None:
            texts = [parts[at][0] for at in whole]
            for at, (value,) in zip(whole, self._each(self._likelihood(texts), texts, single=True), strict=True):
                # A text that cannot be has no place in a sum of logarithms: it counts as no number.
                results[at] = RowResult(((value if value > -math.inf else math.nan,),))
        if blanks and self._fill is not None:
            texts = [parts[at][0] for at in blanks]
            asked = self._fill(texts, [tuple(parts[at][1:]) for at in blanks])
            for at, answer in zip(blanks, self._each(asked, texts), strict=True):
                values = self._probabilities(answer, len(parts[at]) - 1, parts[at][0])
                logs = [math.log(value) if value else -math.inf for value in values]
                results[at] = RowResult((tuple(logs[target] for target in rows[at].targets[0]),))
        return results

    def _each(self, answers: Any, texts: Sequence[str], single: bool = False) -> list[tuple[float, ...]]:
        """Give the numbers of each answer.

        Args:
            answers: what the function gave.
            texts: what it was asked.
            single: one number a text, and not several.
        """
        try:
            rows = list(answers)
        except TypeError:
            raise CaveatError(
                f"function model {self.info.id}: {answers!r:.60} is no list of answers; give one a text, in order"
            ) from None
        if len(rows) != len(texts):
            raise CaveatError(
                f"function model {self.info.id}: {len(rows)} answers to {len(texts)} texts; give one a text, in order"
            )
        return [self._numbers([row] if single else row, text) for row, text in zip(rows, texts, strict=True)]

    def _numbers(self, row: Any, text: str) -> tuple[float, ...]:
        try:
            return tuple(map(float, row))
        except (TypeError, ValueError):
            what = "label" if self._classify is not None else "choice"
            raise CaveatError(
                f"function model {self.info.id}: the answer to {text!r} is {row!r:.60}, and no numbers; give "
                f"probabilities, one a {what}"
            ) from None

    def _probabilities(self, values: tuple[float, ...], wanted: int, text: str) -> tuple[float, ...]:
        """Insist on one probability a label or choice; NaN is told by scoring, for all kinds of model alike."""
        if len(values) != wanted or any(value < 0 for value in values) or (self._classify and not any(values)):
            raise CaveatError(
                f"function model {self.info.id}: {values} for {text!r} are not {wanted} probabilities; give one a "
                f"{'label' if self._classify else 'choice'}, none below 0 and not all of them 0"
            )
        return tuple(math.nan if math.isinf(value) else value for value in values)

    def finish(self, request: Request, rows: Sequence[Row], results: Sequence[RowResult]) -> Response:
        """Renormalise, and keep the sum as mass."""
        if request.operation != "score":
            counted = len(_written(request.text, request.exclude).replace(HIDDEN, " ").split())
            return Response(value=results[0].log_probs[0][0], tokens=counted)
        tokens = len(request.text.split())
        if self._classify is not None:
            given = self._probabilities(results[0].logits, len(self._labels), request.text)
            total = math.fsum(given)
            p = tuple(value / total for value in given)
            return Response(self._labels, p, 1.0, p[-1] - p[0], tokens)
        values = [math.exp(log) for log in results[0].log_probs[0]]
        mass = math.fsum(values)
        if values and mass <= 0:
            raise CaveatError(f"{self.info.id} gives every choice of {request.text!r} the probability 0")
        return Response(request.choices, tuple(value / mass for value in values), mass, math.nan, tokens)


def _words(text: str) -> frozenset[str]:
    return frozenset(text.split())


POSITIVE_WORDS = _words(
    """
    good great excellent wonderful amazing fantastic brilliant lovely beautiful delightful superb perfect nice
    pleasant charming fun enjoyable best better awesome terrific outstanding impressive fine
    love loved loves like liked enjoy enjoyed adore admire recommend recommended praise praised
    happy glad pleased delighted thrilled grateful thankful proud cheerful joyful excited relieved hopeful
    kind friendly helpful generous warm honest reliable skilled talented clever polite safe comfortable clean fresh
    tasty delicious success successful win won winning celebrate celebrated thanks
    favorite lucky blessed joy bliss blissful smile smiling smiled laugh laughing laughed calm peaceful relaxed rested
    healthy strong bright sweet gorgeous marvelous magnificent glorious incredible exciting inspiring magical paradise
    heaven treasure gift bless congratulations bravo hooray yay thrive thriving content confident pleasure treat cozy
    graceful elegant refreshing satisfying satisfied rewarding worthwhile promising improved smooth gentle caring
    supportive encouraging welcome beloved cherish cherished dream dreamy adorable cute splendid fabulous phenomenal
    flawless ideal valuable useful wise smart gifted bold brave loyal respectful respected admired appreciated
    """
)
NEGATIVE_WORDS = _words(
    """
    bad terrible awful horrible dreadful poor worst worse disgusting nasty ugly boring dull disappointing
    useless broken unpleasant annoying pathetic stupid rude cruel mean unfair wrong weak dirty
    hate hated hates dislike disliked despise regret regretted complain complained avoid ruined spoiled failed fail
    failure sad unhappy angry upset miserable furious disappointed worried afraid scared lonely hopeless depressed
    ashamed anxious tired sick painful pain hurt hurts lost loss cry cried crying
    cold slow noisy unreliable dishonest careless lazy dangerous mess disaster nightmare waste wasted problem problems
    exhausted exhausting worthless empty numb panic panicked dread dreading dreaded sob sobbed sobbing tears ache aching
    suffer suffering suffered stress stressed stressful overwhelmed burnout crash crashed broke hacked stolen stole
    fired rejected trapped stuck shame guilt guilty grief grieving mourning died dead death crisis fear terrified
    trauma bullied insult insulted humiliated humiliating embarrassing embarrassed frustrated frustrating chaos chaotic
    worry worrying nervous jealous bitter hostile violent abusive toxic corrupt fake shameful hideous gross filthy
    horrid tragic grim gloomy bleak helpless desperate unbearable intolerable unfortunate unlucky defeated inferior
    flawed defective faulty inadequate tedious tiresome irritating irritated outraged resent resented hostility
    """
)
"""Common words of either polarity, written down for this project; none was chosen by its effect on a suite."""


def count_words(texts: list[str]) -> list[tuple[float, float, float]]:
    """Score texts by counting words: softmax of (negative, 0.5, positive) counts times 1.5.

    It knows no order and no negation, so it shows what counting alone can do.
    """
    out = []
    for text in texts:
        words = re.findall(r"[a-z']+", text.lower())
        scores = (
            1.5 * sum(word in NEGATIVE_WORDS for word in words),
            0.75,
            1.5 * sum(word in POSITIVE_WORDS for word in words),
        )
        weights = [math.exp(score - max(scores)) for score in scores]
        negative, neutral, positive = (weight / math.fsum(weights) for weight in weights)
        out.append((negative, neutral, positive))
    return out


def word_count() -> FunctionModel:
    """Make the built-in baseline "word-count": it counts pleasant and unpleasant words."""
    note = (
        f"A baseline that counts words ({len(POSITIVE_WORDS)} positive, {len(NEGATIVE_WORDS)} negative). "
        "It cannot read negation, sarcasm or slang; compare other models with it."
    )
    revision = _fingerprint([count_words], "word-count")
    return FunctionModel("word-count", classify=count_words, notes=(note,), licence="Apache-2.0", revision=revision)
