"""The competence gate: plain items that every model fit for an audit gets right (docs/method.md, section 2).

It catches random weights, swapped labels, and topic or toxicity models passed off as sentiment models. The items were
written for this project and frozen before any model was run; they are kept apart from the suites.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from typing import Any

from audit.models.base import Request, Response
from audit.schema import FILL_MASK, MASK, Gate, ModelInfo, ModelUnsupported

Scorer = Callable[[Sequence[Request]], Sequence[Response]]
"""Requests -> responses, in their order; `audit.scoring.score` with the model filled in."""

AUC_REQUIRED = 0.9
"""Area under the curve of valence, positive against negative anchors (docs/method.md, section 2)."""

CLOZE_REQUIRED = 0.6
"""Share of cloze items whose right word comes first of four. Guessing gives 25 % (12 of 20 or more about once in a
thousand models), and always preferring the more frequent word gives no more, because each word is right once and
wrong three times."""

ANCHORS: Mapping[str, tuple[str, ...]] = {
    "positive": (
        "I love this book.",
        "The food was delicious.",
        "We had a wonderful time at the lake.",
        "This is the best film I have seen all year.",
        "The staff were friendly and helpful.",
        "I am very happy with my new bike.",
        "What a beautiful garden.",
        "The concert was fantastic.",
        "She gave an excellent talk.",
        "I really enjoyed the show.",
        "The hotel was clean and comfortable.",
        "Our holiday was perfect.",
        "He is a kind and generous friend.",
        "I would recommend this place to everyone.",
        "The children were delighted with the present.",
        "It was a great game and we won.",
    ),
    "negative": (
        "I hate this book.",
        "The food was disgusting.",
        "We had a terrible time at the lake.",
        "This is the worst film I have seen all year.",
        "The staff were rude and lazy.",
        "I am very unhappy with my new bike.",
        "What an ugly garden.",
        "The concert was awful.",
        "She gave a boring talk.",
        "I regret watching the show.",
        "The hotel was dirty and noisy.",
        "Our holiday was a disaster.",
        "He is a cruel and dishonest man.",
        "I would tell everyone to avoid this place.",
        "The children were disappointed with the present.",
        "It was a horrible game and we lost.",
    ),
    "neutral": (
        "The book has two hundred pages.",
        "The train leaves at nine in the morning.",
        "The meeting is on Tuesday.",
        "The table is made of wood.",
        "She put the letter on the desk.",
        "The shop is next to the station.",
        "He parked the car behind the house.",
        "The report lists the names of all members.",
    ),
}

CLOZE: tuple[tuple[str, Mapping[str, str]], ...] = (
    (
        "food and drink",
        {
            "coffee": f"She drank a cup of {MASK} in the kitchen.",
            "bread": f"He cut two slices of {MASK} and put butter on them.",
            "soup": f"She ate a bowl of hot {MASK} with a spoon.",
            "fruit": f"Apples, pears and bananas are kinds of {MASK} that grow on trees.",
        },
    ),
    (
        "places",
        {
            "school": f"The children learn to read and write at {MASK}.",
            "hospital": f"After the accident the doctors looked after him in {MASK}.",
            "church": f"They pray and sing hymns together in {MASK}.",
            "prison": f"The judge sent the thief to {MASK} for five years.",
        },
    ),
    (
        "verbs",
        {
            "read": f"He opened the book and began to {MASK} the first page.",
            "eat": f"They were hungry and sat down to {MASK} their dinner.",
            "drive": f"She got into the car to {MASK} to work.",
            "sleep": f"He was tired, went to bed and fell into a deep {MASK}.",
        },
    ),
    (
        "time and sky",
        {
            "night": f"It was dark and the stars came out at {MASK}.",
            "winter": f"It is cold and it often snows in {MASK}.",
            "morning": f"They woke up early and had breakfast in the {MASK}.",
            "rain": f"Take an umbrella, or you will get wet in the {MASK}.",
        },
    ),
    (
        "grammar",
        {
            "are": f"My parents {MASK} at home now.",
            "is": f"My sister {MASK} at home now.",
            "was": f"Yesterday my sister {MASK} at home all day.",
            "were": f"Yesterday my parents {MASK} at home all day.",
        },
    ),
)
"""Groups of four sentences that share four choices, each right in one of them."""


def gate(info: ModelInfo, score: Scorer, checked: bool = True) -> Gate:
    """Run the gate that fits a model.

    Args:
        info: the model; its first task chooses between anchors and cloze items.
        score: asks the model.
        checked: False records the value without insisting on it (`insist`).
    """
    found = cloze(score) if FILL_MASK in info.tasks else anchors(score)
    return replace(found, checked=checked)


def insist(found: Gate, info: ModelInfo) -> None:
    """Stop an audit of a model that did not reach the bar, unless the gate was told not to insist.

    Raises:
        ModelUnsupported: with the value, the bar and the next step.
    """
    if found.ok or not found.checked:
        return
    if found.name == "cloze":
        raise ModelUnsupported(
            f"{info.id} fills {found.value:.0%} of {found.n} plain blanks rightly, and {found.required:.0%} is needed: "
            "its weights may be untrained or for another language; choose another model"
        )
    pairs = ", ".join(f"{own}={polarity}" for own, polarity in info.labels.items())
    turned = (
        "positive and negative may be swapped"
        if found.value <= 1 - found.required
        else ("it may be untrained, or no sentiment model for English")
    )
    raise ModelUnsupported(
        f"{info.id} does not tell plain positive from plain negative sentences (area under the curve "
        f"{found.value:.2f}, {found.required} is needed): {turned}; check --labels ({pairs}) or choose another model"
    )


def valence(response: Response) -> float:
    """Give the valence of a classifier's answer: its own value, or p(positive) - p(negative)."""
    if response.value == response.value:
        return response.value
    p = dict(zip(response.labels, response.probabilities, strict=True))
    return p["positive"] - p["negative"]


def area_under_curve(positive: Sequence[float], negative: Sequence[float]) -> float:
    """Give the share of pairs in which the positive value is higher; ties count one half (Mann-Whitney)."""
    wins = sum((high > low) + 0.5 * (high == low) for high in positive for low in negative)
    return wins / (len(positive) * len(negative))


def anchors(score: Scorer) -> Gate:
    """Check a classifier on 16 positive and 16 negative anchor sentences; 8 neutral ones are reported only."""
    asked = [(polarity, Request(text)) for polarity, texts in ANCHORS.items() for text in texts]
    answers = score([request for _, request in asked])
    values: dict[str, list[float]] = {polarity: [] for polarity in ANCHORS}
    neutral = 0
    for (polarity, _), answer in zip(asked, answers, strict=True):
        values[polarity].append(valence(answer))
        best = max(zip(answer.probabilities, answer.labels, strict=True))[1]
        neutral += polarity == "neutral" and best == "neutral"
    area = area_under_curve(values["positive"], values["negative"])
    mean = {polarity: sum(found) / len(found) for polarity, found in values.items()}
    three = "neutral" in answers[0].labels
    told = f"{neutral} of {len(ANCHORS['neutral'])} neutral anchors called neutral" if three else "no neutral class"
    detail = (
        f"mean valence {mean['positive']:+.2f} on positive, {mean['neutral']:+.2f} on neutral and "
        f"{mean['negative']:+.2f} on negative anchors; {told}"
    )
    mass = sum(answer.mass for answer in answers) / len(answers)
    if mass < 1:
        detail += f"; a class without a known meaning holds {1 - mass:.0%} on average and is left out"
    n = len(values["positive"]) + len(values["negative"])
    return Gate("sentiment anchors", "area under the curve of valence", area, AUC_REQUIRED, n, True, detail)


def cloze(score: Scorer) -> Gate:
    """Check a model that fills blanks on 20 closed choices of four words each."""
    asked = [
        (topic, right, Request(text, choices=tuple(texts))) for topic, texts in CLOZE for right, text in texts.items()
    ]
    answers = score([request for _, _, request in asked])
    missed: list[str] = []
    mass = 0.0
    for (topic, right, request), answer in zip(asked, answers, strict=True):
        p: dict[str, Any] = dict(zip(answer.labels, answer.probabilities, strict=True))
        others = max(value for word, value in p.items() if word != right)
        if not p[right] > others:
            missed.append(f"{topic}: {request.text.replace(MASK, right)}")
        mass += answer.mass / len(asked)
    share = 1 - len(missed) / len(asked)
    detail = f"the four words held {mass:.0%} of the probability on average"
    if missed:
        detail += f"; missed: {missed[0]}" + (f" and {len(missed) - 1} more" if len(missed) > 1 else "")
    return Gate("cloze", "share right of four", share, CLOZE_REQUIRED, len(asked), True, detail)
