"""The competence gate: what it lets through, what it stops, and what it says."""

from __future__ import annotations

from dataclasses import replace
from functools import partial

import pytest
import tiny_models
from tiny_models import score

from audit.models import Response, load_model
from audit.models.function import FunctionModel, count_words
from audit.models.gate import ANCHORS, CLOZE, anchors, area_under_curve, cloze, gate, insist
from audit.schema import MASK, ModelUnsupported


def knows(texts, choices):
    right = {text: word for _, texts_ in CLOZE for word, text in texts_.items()}
    return [[0.2 if word == right[text] else 0.05 for word in own] for text, own in zip(texts, choices, strict=True)]


def common(texts, choices):
    """Prefer the same word of each group whatever the sentence says."""
    return [[0.1 + len(word) / 100 for word in own] for own in choices]


def test_the_items_are_balanced():
    assert [len(ANCHORS[polarity]) for polarity in ("positive", "negative", "neutral")] == [16, 16, 8]
    sentences = [text for texts in ANCHORS.values() for text in texts]
    assert len(set(sentences)) == 40
    assert len(CLOZE) == 5 and all(len(texts) == 4 for _, texts in CLOZE)
    for _, texts in CLOZE:
        for text in texts.values():
            assert text.count(MASK) == 1
            assert not [word for word in texts if word in text.lower().replace(".", "").replace(",", "").split()]


def test_the_baseline_reaches_the_bar():
    model = load_model("word-count")
    found = gate(model.info, partial(score, model))
    assert found.ok and found.checked and (found.name, found.n) == ("sentiment anchors", 32)
    assert "8 of 8 neutral anchors called neutral" in found.detail
    insist(found, model.info)


def test_swapped_labels_are_stopped():
    model = FunctionModel("swapped", classify=lambda texts: [p[::-1] for p in count_words(texts)])
    found = gate(model.info, partial(score, model))
    assert found.value < 0.1
    with pytest.raises(ModelUnsupported, match="positive and negative may be swapped; check --labels") as error:
        insist(found, model.info)
    assert error.value.exit_code == 4


def test_a_constant_is_stopped_at_one_half():
    model = FunctionModel("constant", classify=lambda texts: [(0.2, 0.8)] * len(texts), labels=("negative", "positive"))
    found = anchors(partial(score, model))
    assert found.value == 0.5 and "no neutral class" in found.detail
    with pytest.raises(ModelUnsupported, match=r"area under the curve 0\.50, 0\.9 is needed\): it may be untrained"):
        insist(found, model.info)


def test_random_weights_are_stopped(tmp_path, masked):
    made = tiny_models.make("bert", "ForSequenceClassification", id2label={0: "neg", 1: "pos"})
    classifier = load_model(tiny_models.save(tmp_path, *made))
    with pytest.raises(ModelUnsupported, match="does not tell plain positive from plain negative"):
        insist(gate(classifier.info, partial(score, classifier)), classifier.info)
    with pytest.raises(ModelUnsupported, match=r"fills \d+% of 20 plain blanks rightly, and 60% is needed"):
        insist(gate(masked["bert"].info, partial(score, masked["bert"])), masked["bert"].info)


def test_a_gate_that_does_not_insist_says_so():
    model = FunctionModel("common", fill=common)
    found = gate(model.info, partial(score, model), checked=False)
    assert not found.ok and not found.checked
    insist(found, model.info)


def test_cloze_counts_the_right_word_first_of_four():
    found = cloze(partial(score, FunctionModel("knows", fill=knows)))
    assert (found.name, found.value, found.n) == ("cloze", 1.0, 20)
    assert found.detail == "the four words held 35% of the probability on average"
    habit = cloze(partial(score, FunctionModel("common", fill=common)))
    assert habit.value <= 0.25
    assert "missed: food and drink: " in habit.detail and MASK not in habit.detail


def test_ties_are_not_right():
    even = FunctionModel("even", fill=lambda texts, choices: [[0.1] * len(own) for own in choices])
    assert cloze(partial(score, even)).value == 0.0


def test_the_model_s_own_valence_counts_where_it_has_one():
    answers = dict.fromkeys(ANCHORS["positive"], 1.0) | dict.fromkeys(ANCHORS["negative"], -1.0)

    def stars(requests):
        flat = Response(("negative", "neutral", "positive"), (0.3, 0.4, 0.3))
        return [replace(flat, value=answers.get(request.text, 0.0)) for request in requests]

    assert anchors(stars).value == 1.0
    assert anchors(lambda requests: [replace(r, value=float("nan")) for r in stars(requests)]).value == 0.5


def test_area_under_curve():
    assert area_under_curve([2.0, 3.0], [1.0, 2.0]) == pytest.approx(0.875)
