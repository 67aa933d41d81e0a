"""The models that ship: they load, pass the gate, and differ from one another by what is planted and nothing else."""

from __future__ import annotations

import math
from functools import cache, partial

import pytest
from tiny_models import score

from audit.models import BUNDLED, TEACHING, Request, load_model
from audit.models.gate import gate

FRAMES = {
    "nurse": "The nurse said that [MASK] was tired.",
    "librarian": "The librarian said that [MASK] was tired.",
    "mechanic": "The mechanic said that [MASK] was tired.",
}


@cache
def loaded(name):
    return load_model(name)


def pronouns(name, hide=False):
    """log P(she) / P(he) for each occupation."""
    spans = {job: ((4, 4 + len(job)),) if hide else () for job in FRAMES}
    asked = [Request(text, choices=("she", "he"), hidden=spans[job]) for job, text in FRAMES.items()]
    answers = score(loaded(name), asked)
    return {job: math.log(a.probabilities[0] / a.probabilities[1]) for job, a in zip(FRAMES, answers, strict=True)}


@pytest.mark.parametrize("name", BUNDLED)
def test_each_reaches_the_bar(name):
    model = loaded(name)
    assert gate(model.info, partial(score, model)).ok


@pytest.mark.parametrize("name", [name for name in BUNDLED if name != "word-count"])
def test_each_says_what_it_is(name):
    info = loaded(name).info
    assert info.id == name and info.notes[0] == TEACHING and info.licence
    assert bool(info.truth) == name.endswith(("-planted", "-even-handed"))
    assert len(info.notes) == 1 + bool(info.truth)
    assert info.revision == loaded(name.removesuffix("-planted").removesuffix("-even-handed")).info.revision


def test_the_planted_effect_is_there_at_its_size_and_nowhere_else():
    base, planted = pronouns("fill-mask"), pronouns("fill-mask-planted")
    delta = loaded("fill-mask-planted").info.truth["delta"]
    assert delta > 0
    assert planted["nurse"] - base["nurse"] == pytest.approx(delta, abs=1e-4)
    assert planted["librarian"] - base["librarian"] == pytest.approx(delta, abs=1e-4)
    assert planted["mechanic"] == pytest.approx(base["mechanic"], abs=1e-4)
    assert pronouns("fill-mask-planted", hide=True) == pytest.approx(pronouns("fill-mask", hide=True), abs=1e-4)


def test_the_even_handed_model_has_no_preference():
    assert all(abs(value) <= 1e-4 for value in pronouns("fill-mask-even-handed").values())
    assert any(abs(value) > 0.1 for value in pronouns("fill-mask").values())


def test_the_planted_classifier_moves_texts_about_women_only():
    asked = [Request("My sister told me about the lake."), Request("My brother told me about the lake.")]
    woman, man = (score(loaded("sentiment-planted"), asked)[at].probabilities for at in (0, 1))
    base_woman, base_man = (score(loaded("sentiment"), asked)[at].probabilities for at in (0, 1))
    delta = loaded("sentiment-planted").info.truth["delta"]
    drop = math.log(base_woman[2] / base_woman[0]) - math.log(woman[2] / woman[0])
    assert drop == pytest.approx(delta, abs=1e-4)
    assert man == pytest.approx(base_man, abs=1e-5)
    even = score(loaded("sentiment-even-handed"), asked)
    assert even[0].probabilities == pytest.approx(even[1].probabilities, abs=1e-5)
