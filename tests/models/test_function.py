"""Models made of plain functions, and the baseline that counts words."""

from __future__ import annotations

import math
from dataclasses import replace

import pytest
from tiny_models import score

from audit.models import Request, load_model
from audit.models.function import HIDDEN, NEGATIVE_WORDS, POSITIVE_WORDS, FunctionModel, count_words
from audit.schema import CaveatError


def lengths(texts):
    return [(1 / (1 + len(text)), len(text) / (1 + len(text))) for text in texts]


def fill(texts, choices):
    added = [0.05 * (HIDDEN in text) for text in texts]
    return [[0.1 * (at + 1) + more for at in range(len(own))] for more, own in zip(added, choices, strict=True)]


def test_a_classifier_function_answers_in_order():
    model = FunctionModel("lengths", classify=lengths, labels=("negative", "positive"))
    answers = score(model, [Request("abc"), Request("été 😀")], batch=1)
    assert [answer.probabilities for answer in answers] == [pytest.approx((0.25, 0.75)), pytest.approx((1 / 6, 5 / 6))]
    assert answers[0].labels == ("negative", "positive") and answers[0].value == pytest.approx(0.5)
    assert model.info.tasks == ("text-classification",) and model.info.kind == "function"


def test_probabilities_are_renormalised():
    model = FunctionModel("thirds", classify=lambda texts: [(1, 1, 2)] * len(texts))
    (answer,) = score(model, [Request("abc")])
    assert answer.probabilities == (0.25, 0.25, 0.5) and answer.value == 0.25


def test_a_fill_function_keeps_mass_and_hides_words():
    model = FunctionModel("fill", fill=fill)
    text = "The nurse said that [MASK] left."
    plain, hidden, two = score(
        model,
        [
            Request(text, choices=("she", "he")),
            Request(text, choices=("she", "he"), hidden=((4, 9),)),
            Request(text, choices=("she", "he", "they")),
        ],
    )
    assert plain.mass == pytest.approx(0.3) and hidden.mass == pytest.approx(0.4) and two.mass == pytest.approx(0.6)
    assert plain.probabilities == pytest.approx((1 / 3, 2 / 3))
    assert plain.labels == ("she", "he") and model.info.tasks == ("fill-mask",)


def test_targets_may_come_merged_and_sorted():
    model = FunctionModel("fill", fill=fill)
    ((row,),) = model.prepare([Request("a [MASK]", choices=("x", "y", "z"))])
    (result,) = model.forward([replace(row, targets=((2, 0),))])
    assert result.log_probs[0] == pytest.approx((math.log(0.3), math.log(0.1)))


def test_likelihoods_see_the_other_words_only():
    def likelihood(texts):
        return [-float(len(text.replace(HIDDEN, ""))) for text in texts]

    model = FunctionModel("likely", fill=fill, likelihood=likelihood)
    whole, part = score(
        model,
        [Request("the nurse left", "log_likelihood"), Request("the nurse left", "log_likelihood", exclude=((4, 9),))],
    )
    assert (whole.value, whole.tokens) == (-14.0, 3)
    assert (part.value, part.tokens) == (-9.0, 2)
    assert model.operations == {"score", "log_likelihood", "pseudo_log_likelihood"}


def test_what_a_function_does_not_offer_is_refused():
    with pytest.raises(CaveatError, match="lengths has no log_likelihood; it offers score"):
        FunctionModel("lengths", classify=lengths).prepare([Request("a", "log_likelihood")])
    with pytest.raises(CaveatError, match="give either classify or fill"):
        FunctionModel("none")
    with pytest.raises(CaveatError, match="give either classify or fill"):
        FunctionModel("both", classify=lengths, fill=fill)
    with pytest.raises(CaveatError, match="labels must be negative, positive, with or without neutral"):
        FunctionModel("odd", classify=lengths, labels=("bad", "good"))
    with pytest.raises(CaveatError, match=r"gives every choice of 'a \[MASK\]' the probability 0"):
        score(
            FunctionModel("zero", fill=lambda t, c: [[0.0] * len(own) for own in c]),
            [Request("a [MASK]", choices=("x",))],
        )


def test_the_revision_follows_the_code():
    one = FunctionModel("m", classify=lengths).info.revision
    assert one == FunctionModel("m", classify=lengths).info.revision
    assert one != FunctionModel("m", classify=count_words).info.revision
    assert one != FunctionModel("n", classify=lengths).info.revision


def test_the_baseline_counts_words_and_knows_no_negation():
    model = load_model("word-count")
    good, bad, plain, negated = score(
        model, [Request(t) for t in ("A GOOD day!", "A bad day.", "A day.", "It was not good.")]
    )
    assert good.probabilities[2] > good.probabilities[1] > good.probabilities[0]
    assert bad.probabilities == pytest.approx(good.probabilities[::-1])
    assert max(plain.probabilities) == plain.probabilities[1] and plain.value == 0.0
    assert negated.probabilities == good.probabilities
    assert not POSITIVE_WORDS & NEGATIVE_WORDS
    assert f"{len(POSITIVE_WORDS)} positive, {len(NEGATIVE_WORDS)} negative" in model.info.notes[0]


MALFORMED = {
    "nothing": (lambda texts: None, "None is no list of answers"),
    "one number": (lambda texts: 0.5, r"0\.5 is no list of answers"),
    "labels": (lambda texts: ["negative"] * len(texts), "is 'negative', and no numbers"),
    "a row of nothing": (lambda texts: [None] * len(texts), "is None, and no numbers"),
    "a number a text": (lambda texts: [0.5] * len(texts), r"is 0\.5, and no numbers"),
    "objects": (
        lambda texts: [{"label": "negative", "score": 0.9}] * len(texts),
        "is {'label': .* no numbers",
    ),
    "complex numbers": (lambda texts: [(1j, 0, 0)] * len(texts), "is .*1j.*, and no numbers"),
    "too few": (lambda texts: [(0.1, 0.2, 0.7)] * (len(texts) - 1), "answers to .* texts; give one a text"),
}


@pytest.mark.parametrize("kind", MALFORMED)
def test_answers_that_are_no_numbers_are_told_in_a_line(kind):
    function, said = MALFORMED[kind]
    model = FunctionModel("mine", classify=function)
    with pytest.raises(CaveatError, match=f"function model mine: .*{said}") as refused:
        score(model, [Request("A day."), Request("A night.")])
    assert "\n" not in str(refused.value)
    if kind != "too few":
        with pytest.raises(CaveatError, match=f"function model mine: .*{said}"):
            model.identify()


def test_answers_may_come_one_by_one():
    model = FunctionModel("mine", classify=lambda texts: ((0.1, 0.2, 0.7) for _ in texts))
    assert [answer.probabilities for answer in score(model, [Request("A day."), Request("A night.")])] == [
        pytest.approx((0.1, 0.2, 0.7))
    ] * 2
