"""Models that know the right answers, with noise and one planted fault: plain functions of the text."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, replace
from functools import cache

import numpy as np

from audit.models.base import Request, Response, Row, RowResult
from audit.models.classifier import polarity
from audit.models.function import HIDDEN, FunctionModel
from audit.models.labels import resolve
from audit.schema import LABELS, TEXT_CLASSIFICATION, Example, ModelInfo, Suite
from audit.stats import generator
from audit.validate.designs import target_of
from audit.validate.worlds import NEUTRAL, World, margin_probabilities

SHAPES: dict[str, tuple[str, ...]] = {
    "two classes": ("NEGATIVE", "POSITIVE"),
    "three classes": ("negative", "neutral", "positive"),
    "five stars": ("1 star", "2 stars", "3 stars", "4 stars", "5 stars"),
    "emotions": ("sadness", "anger", "surprise", "joy", "love"),
    "independent outputs": ("negative", "neutral", "positive"),
}
"""Own labels of each shape of classifier."""

Number = Callable[[Example], float]


def nothing(example: Example) -> float:
    """Plant nothing."""
    return 0.0


@dataclass(frozen=True)
class Plant:
    """What is wrong with a model, per example, in log-odds."""

    shift: Number = nothing
    """Added to the score: margin of right over wrong; for named groups and pronouns the polarity itself."""
    cool: Number = nothing
    """Makes an answer less sure without changing it: the score times exp(-cool)."""
    they: Number = nothing
    """Added to the logit of "they"."""
    word: Callable[[str], float] = lambda word: 0.0
    """Added to a word after a woman, relative to the same word after a man."""


SIGNED_SUITES = ("demographics",)
"""Suites in which the score is how positive a text is, rather than how right the answer."""
FORM_SIZE = 3.0


def is_signed(suite: str, example: Example) -> bool:
    """Tell whether an example has a form, so that its score is a polarity."""
    return suite in SIGNED_SUITES and "form" in example.features


def center(suite: str, example: Example, world: World) -> float:
    """Give the score of an example without noise and without a plant."""
    if is_signed(suite, example):
        return FORM_SIZE * {"positive": 1, "negative": -1}.get(example.features["form"], 0)
    return world.base


@cache
def _normal(name: str, key: str) -> float:
    return float(generator(0, name, key).standard_normal())


@cache
def _logistic(key: str) -> float:
    return float(generator(0, "residual", key).logistic())


def noise(suite: str, example: Example, world: World) -> float:
    """Give what a world adds to the score of an example; the same whenever it is asked."""
    total = _shared(example, world)
    if is_signed(suite, example) or not example.allowed:
        return total + world.residual * _normal("text", example.text)
    return total + (_logistic(example.text) if world.residual else 0.0)


def _shared(example: Example, world: World) -> float:
    filler = example.fillers[0] if example.fillers else ""
    total = world.template * _normal("template", example.template) + world.filler * _normal("filler", filler)
    total += world.interaction * _normal("template-group", f"{example.template}|{example.group}")
    return total + world.interaction * _normal("filler-group", f"{filler}|{example.group}")


class Shaped(FunctionModel):
    """A classifier whose function gives raw scores of its own labels, mapped as those of a checkpoint are."""

    def __init__(self, name: str, function: Callable[[list[str]], Sequence[Sequence[float]]], shape: str) -> None:
        super().__init__(name, classify=function)
        own = SHAPES[shape]
        self._map = resolve(own, "")
        self._independent = shape == "independent outputs"
        self.info = ModelInfo(name, "function", self.info.revision, (TEXT_CLASSIFICATION,), dict(self._map.polarity))

    def finish(self, request: Request, rows: Sequence[Row], results: Sequence[RowResult]) -> Response:
        """Read the raw scores by the map of labels."""
        labels, probabilities, valence = polarity(results[0].logits, self._map, self._independent)
        return Response(labels, probabilities, 1.0, valence, len(request.text.split()))


def class_scores(shape: str, score: np.ndarray) -> np.ndarray:
    """Give raw scores (n, classes) of a shape for scores of polarity (n,)."""
    half, level = score / 2, np.full(len(score), NEUTRAL)
    if shape == "two classes":
        return np.column_stack([-half, half])
    if shape == "five stars":
        return np.column_stack([-score, -half, level, half, score])
    if shape == "emotions":
        return np.column_stack([-half, -half - 0.5, level, half, half - 0.5])
    return np.column_stack([-half, level, half])


def classifier(name: str, suites: Sequence[Suite], plant: Plant, world: World, shape: str = "three classes") -> Shaped:
    """Make a classifier that answers the texts of some suites."""
    known = {e.text: (s.name, e) for s in suites for e in s.examples}

    def classify(texts: list[str]) -> list[tuple[float, ...]]:
        out = []
        for text in texts:
            if text not in known:
                out.append(tuple(class_scores(shape, np.zeros(1))[0]))
                continue
            suite, example = known[text]
            score = center(suite, example, world) + noise(suite, example, world) + plant.shift(example)
            score *= float(np.exp(-plant.cool(example)))
            out.append(_scores(suite, example, score, shape))
        return out

    return Shaped(name, classify, shape)


def _scores(suite: str, example: Example, score: float, shape: str) -> tuple[float, ...]:
    target = target_of(example.allowed)
    if is_signed(suite, example):
        return tuple(class_scores(shape, np.array([score]))[0])
    if shape == "three classes":
        p = margin_probabilities(np.array([score]), np.array([target]))[0]
        return tuple(np.log(p))
    return tuple(class_scores(shape, np.array([score if target == 2 else -score]))[0])


def constant_classifier(suites: Sequence[Suite]) -> FunctionModel:
    """Say "negative" to everything, always as surely."""
    return FunctionModel("constant", classify=lambda texts: [(0.8, 0.15, 0.05)] * len(texts))


def random_classifier(suites: Sequence[Suite]) -> FunctionModel:
    """Give random probabilities that depend on the text alone, as random weights do."""

    def classify(texts: list[str]) -> list[list[float]]:
        return [generator(0, "random", text).dirichlet(np.ones(len(LABELS))).tolist() for text in texts]

    return FunctionModel("random weights", classify=classify)


def constant_fill(suites: Sequence[Suite]) -> FunctionModel:
    """Give every choice the same probability."""
    return FunctionModel(
        "constant", fill=lambda texts, choices: [[0.5 / len(c)] * len(c) for c in choices], likelihood=_flat
    )


def random_fill(suites: Sequence[Suite]) -> FunctionModel:
    """Give random probabilities that depend on the text alone."""

    def fill(texts: list[str], choices: list[tuple[str, ...]]) -> list[list[float]]:
        asked = zip(texts, choices, strict=True)
        return [generator(0, "random", text).dirichlet(np.ones(len(words))).tolist() for text, words in asked]

    def likelihood(texts: list[str]) -> list[float]:
        return [-float(generator(0, "likelihood", text).uniform(20, 60)) for text in texts]

    return FunctionModel("random weights", fill=fill, likelihood=likelihood)


def _flat(texts: list[str]) -> list[float]:
    return [-30.0] * len(texts)


def hidden_text(example: Example) -> str:
    """Write the text of a prior as a function is shown it."""
    text = example.text
    for begin, end in sorted(example.spans, reverse=True):
        text = text[:begin] + HIDDEN + text[end:]
    return text


class Reading(FunctionModel):
    """A model whose likelihoods depend on the whole sentence, as a checkpoint's do, and not on counted words alone."""

    def _row(self, request: Request) -> Row:
        return super()._row(replace(request, exclude=()) if request.operation != "score" else request)


def blank_filler(name: str, suites: Sequence[Suite], plant: Plant, world: World) -> FunctionModel:
    """Make a model that fills the blanks of some suites and says how likely their sentences are."""
    whole = {e.text: (s.name, e) for s in suites for e in s.examples if not e.choices}
    known = {
        (hidden_text(e) if e.role == "prior" else e.text): (s.name, e) for s in suites for e in s.examples if e.choices
    }

    def fill(texts: list[str], choices: list[tuple[str, ...]]) -> list[list[float]]:
        out = []
        for text, words in zip(texts, choices, strict=True):
            suite, example = known.get(text, ("", None))
            logits = np.zeros(len(words)) if example is None else _blank(suite, example, words, plant, world)
            weights = np.exp(logits - logits.max())
            out.append((0.9 * weights / weights.sum()).tolist())
        return out

    def likelihood(texts: list[str]) -> list[float]:
        return [_likely(*whole[text], plant, world) if text in whole else -30.0 for text in texts]

    return Reading(name, fill=fill, likelihood=likelihood)


def _likely(suite: str, example: Example, plant: Plant, world: World) -> float:
    """Half of how much the positive form is preferred goes to either form."""
    side = {"positive": 0.5, "negative": -0.5}.get(example.features.get("form", ""), 0.0)
    own = f"{example.template}|{example.fillers[:1]}|{example.group}"
    preference = _shared(example, world) + world.residual * _normal("preference", own) + plant.shift(example)
    return -30.0 + 2.0 * _normal("likelihood", example.template) + side * preference


def _blank(suite: str, example: Example, words: tuple[str, ...], plant: Plant, world: World) -> np.ndarray:
    if example.allowed:
        score = world.base + noise(suite, example, world) + plant.shift(example)
        right = np.array([word in example.allowed for word in words])
        return np.where(right, score / 2, -score / 2)
    if "she" in words:
        score = world.template * _normal("template", example.template)
        if example.role != "prior":
            score = noise(suite, example, world) + plant.shift(example)
        logits = {"she": score / 2, "he": -score / 2, "they": -1.0 + plant.they(example)}
        return np.array([logits.get(word, -4.0) for word in words])
    side = {"female": 0.5, "male": -0.5}.get(example.features.get("gender", ""), 0.0)
    side = side if example.features.get("contrast") != "floor" else 0.0
    own = [world.filler * (_normal("word", w) + _normal("word-in-frame", f"{example.template}|{w}")) for w in words]
    pull = [plant.word(w) + world.interaction * _normal("word-gender", w) for w in words]
    rest = [world.residual * _normal("word-text", f"{example.text}|{w}") for w in words]
    return np.array(own) + side * np.array(pull) + np.array(rest)
