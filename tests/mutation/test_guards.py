"""Eight promises of the audit, each on the real code; `benchmarks/mutants.tsv` breaks lines that these must notice."""

from __future__ import annotations

import json
import math
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path

import numpy as np
import pandas as pd
import pytest
from models import tiny_models

from audit.findings import Draft, settle
from audit.measures import MEASURES
from audit.models import Response, load_model
from audit.models.classifier import polarity
from audit.models.gate import anchors
from audit.models.labels import resolve
from audit.run import _request
from audit.schema import Contrast, ModelUnsupported
from audit.stats import Gap, generator, layout, solve
from audit.validate.designs import EXCESS, Endpoint, bench, suite_named
from audit.validate.oracle import SHAPES, class_scores
from audit.validate.worlds import EXCHANGEABLE, World, draw

RUNS = 200
"""Of each design: with half as many, a line that clusters by cells alone is not noticed."""
CLUSTERED = World(interaction=3.0)
"""Frames and words go with groups strongly, so that rows are far from independent."""


def _gap(suite: str, contrast: str, world: World, delta: float, run: str) -> Gap:
    ready = bench(Endpoint(suite, contrast))
    return ready.gap(draw(ready, world, generator(0, suite, contrast, run), delta))


# -- the sign of an effect --------------------------------------------------------------------------------------------

SIGNED = (
    ("sarcasm", "sarcasm-cost"),
    ("negation", "negation-cost"),
    ("slang", "valence-gap"),
    ("demographics", "religion-score"),
    ("demographics", "religion-wording"),
    ("occupations", "pronoun-by-occupation"),
    ("occupations", "occupation-by-person"),
)


def test_an_effect_is_reported_in_its_own_direction() -> None:
    """An effect is reported in its own direction, in the number and in the sentence."""
    for suite, contrast in SIGNED:
        for delta in (2.5, -2.5):
            found = _gap(suite, contrast, World(), delta, "sign")
            assert found.value * delta > 0, (suite, contrast, delta)
    contrast = _contrast("c", higher="more of it by {gap}", lower="less of it by {gap}")
    for value, words in ((0.5, "more of it"), (-0.5, "less of it")):
        (told,) = settle([Draft("s", contrast, _t(value, 0.01))])
        assert words in told.sentence, told.sentence


# -- the clustering ---------------------------------------------------------------------------------------------------

DESIGNS = (
    ("balanced", "negation", "mask-negation-failure"),
    ("clusters", "demographics", "religion-score"),
    ("groups", "occupations", "pronoun-by-occupation"),
    ("nested in filler", "slang", "slang-gap"),
)


@pytest.mark.parametrize(("method", "suite", "contrast"), DESIGNS, ids=[name.replace(" ", "-") for name, *_ in DESIGNS])
def test_frames_and_words_that_go_with_a_group_make_few_false_alarms(method: str, suite: str, contrast: str) -> None:
    """Frames and words that go with a group by chance make few false alarms, whatever the design."""
    alarms = 0
    for run in range(RUNS):
        gap = _gap(suite, contrast, CLUSTERED, 0.0, str(run))
        assert gap.method == method
        # flips of signs would hold p whatever the variance is
        alarms += replace(gap, p_flip=math.nan).p < 0.05
    assert alarms <= 0.1 * RUNS


# -- the multiple-testing correction ----------------------------------------------------------------------------------


def _contrast(name: str, primary: bool = True, higher: str = "{gap} more", lower: str = "{gap} less") -> Contrast:
    return Contrast(
        name=name,
        measure="accuracy",
        tests=("t",),
        group="a",
        reference="b",
        task="text-classification",
        unit="points",
        primary=primary,
        design="paired",
        higher=higher,
        lower=lower,
    )


def _t(value: float, se: float) -> Gap:
    return Gap(value, se, 1e6, 16, 24, 16, 384, "balanced")


def _with_p(p: float) -> Gap:
    from scipy.stats import norm

    return _t(float(norm.isf(p / 2)) * 0.1, 0.1)


def test_adjusted_p_are_as_by_hand_and_they_decide() -> None:
    """Adjusted p are Holm's over primary contrasts and Benjamini and Hochberg's over the others, and they decide."""
    first = [0.03, 0.001, 0.02, 0.04]
    drafts = [Draft(f"suite-{i}", _contrast(f"c{i}"), _with_p(p)) for i, p in enumerate(first)]
    shared = [0.02, 0.4]
    drafts += [Draft("shared", _contrast(f"d{i}"), _with_p(p)) for i, p in enumerate(shared)]
    rest = [0.04, 0.3, 0.001, 0.6, 0.02, 0.9, 0.03, 0.5]
    drafts += [Draft("suite-0", _contrast(f"s{i}", False), _with_p(p)) for i, p in enumerate(rest)]
    told = settle(drafts)
    adjusted = [f.p_adjusted for f in told]
    # by hand: p/w is .001, .02, .03, .04, .04 (.02 at half weight), .8; the weights left are 5, 4, 3, 2, 1 (.5 twice)
    assert np.allclose(adjusted[:4], [0.09, 0.005, 0.08, 0.09], atol=1e-4)
    assert np.allclose(adjusted[4:6], [0.09, 0.4], atol=1e-4)
    # by hand: p * 8 / rank, then the smallest from the right
    assert np.allclose(adjusted[6:], [0.08, 0.48, 0.008, 0.6 * 8 / 7, 0.08, 0.9, 0.08, 0.5 * 8 / 6], atol=1e-4)
    assert [f.contrast for f in told if f.p_adjusted < 0.05] == ["c1", "s2"]
    strong = Draft("suite-0", _contrast("strong"), Gap(0.5, 0.2, 1e6, 16, 24, 16, 384, "balanced"))
    alone = settle([strong])[0].verdict
    among = settle([strong, *(Draft(f"x{i}", _contrast(f"n{i}"), _with_p(0.9)) for i in range(9))])[0].verdict
    assert (alone, among) == ("finding", "chance")


# -- the pairing ------------------------------------------------------------------------------------------------------


def test_what_twins_share_leaves_no_trace() -> None:
    """Twins are compared with one another: what they share, however large, leaves no trace."""
    rng = np.random.default_rng(5)
    level = rng.normal(0, 10, (8, 6))
    rows = []
    for t, f in np.ndindex(level.shape):
        for group, shift in (("a", 1.0), ("b", 0.0)):
            rows.append((f"t{t}", f"{group}{f}", group, level[t, f] + shift, f"{group}/{t}/{f}", f"{t}/{f}"))
    rows.append(("t0", "alone", "a", 500.0, "alone", "no twin"))
    names = ["template", "filler", "group", "value", "example", "pair"]
    by_pair = pd.DataFrame(rows, columns=names).sample(frac=1.0, random_state=3)
    found = solve(layout(by_pair, "a", "b", "paired"))
    assert abs(found.value - 1) < 1e-9
    assert found.se < 1e-9
    by_cell = by_pair.assign(pair="", filler=by_pair["filler"].str.replace("^[ab]", "", regex=True))
    by_cell = by_cell[~by_cell["example"].isin(["b/0/0", "b/1/3"])]
    found = solve(layout(by_cell, "a", "b", "paired"))
    assert abs(found.value - 1) < 1e-9
    assert found.se < 1e-9


# -- the label map ----------------------------------------------------------------------------------------------------


def test_labels_are_read_by_what_they_say() -> None:
    """Labels are read by what they say, in whatever order a model has them; a wrong map does not get through."""
    rng = np.random.default_rng(6)
    for shape, own in SHAPES.items():
        for score in (-3.0, 3.0):
            raw = class_scores(shape, np.array([score]))[0]
            order = rng.permutation(len(own))
            found = resolve([own[i] for i in order], "")
            _, probabilities, valence = polarity(raw[order], found, shape == "independent outputs")
            assert valence * score > 0, (shape, score)
            assert (probabilities[-1] - probabilities[0]) * score > 0, (shape, score)
    stars = resolve(["5 stars", "4 stars", "3 stars", "2 stars", "1 star"], "")
    assert polarity([0.0, 20.0, 0.0, 0.0, 0.0], stars)[2] == pytest.approx(0.5, abs=1e-6)
    for own in (["LABEL_0", "LABEL_1"], ["LABEL_0", "negative"]):
        with pytest.raises(ModelUnsupported, match="not known"):
            resolve(own, "somebody/model")

    def answer(upside_down: bool) -> Callable:
        def score(requests):
            good = ("love", "deli", "wonder", "best", "friend", "am very happy", "beaut", "fanta", "excell", "enjoy")
            right = [
                any(word in request.text for word in (*good, "clean", "perfect", "recomm", "delight", "great"))
                for request in requests
            ]
            return [_polar(0.9 if found != upside_down else 0.1) for found in right]

        return score

    assert anchors(answer(False)).ok
    assert not anchors(answer(True)).ok


def _polar(p: float) -> Response:
    return Response(("negative", "positive"), (1 - p, p), 1.0, 2 * p - 1)


# -- the head check ---------------------------------------------------------------------------------------------------


def test_a_checkpoint_without_a_trained_head_is_refused(tmp_path: Path) -> None:
    """A checkpoint without a trained head is refused, both kinds of it."""
    for name, head, architecture, more in (
        ("fill", "Model", "BertForMaskedLM", {}),
        ("classify", "ForMaskedLM", "BertForSequenceClassification", {"id2label": {0: "negative", 1: "positive"}}),
    ):
        path = tmp_path / name
        tiny_models.save(path, *tiny_models.make("bert", head))
        config = json.loads((path / "config.json").read_text())
        (path / "config.json").write_text(json.dumps({**config, "architectures": [architecture], **more}))
        refused = ""
        try:
            load_model(str(path))
        except ModelUnsupported as error:
            refused = str(error)
        assert "no trained" in refused, name


# -- the prior correction ---------------------------------------------------------------------------------------------


def test_the_prior_is_taken_off_frame_by_frame() -> None:
    """What a frame says without the occupation is taken off, frame by frame, and the occupation is hidden in it."""
    ready = bench(Endpoint("occupations", "pronoun-by-occupation"))
    world = World(template=3.0, filler=0.0, interaction=0.0, residual=0.0)
    rows = draw(ready, world, generator(0, "prior"), 1.0)
    cells = MEASURES["lpbs"].cells(rows, ready.fillers)
    expected = np.where(cells["group"] == "mostly-women", 1.0, 0.0)
    assert len(cells) > 500
    assert np.abs(cells["value"].to_numpy() - expected).max() < 1e-6
    prior = next(e for e in suite_named("occupations").examples if e.role == "prior")
    hidden = _request(prior, "score", 0, None, False).hidden
    assert hidden
    assert hidden == prior.spans


# -- the floor --------------------------------------------------------------------------------------------------------


def test_what_counts_over_the_floor_is_about_nothing_where_groups_mean_nothing() -> None:
    """Where groups mean nothing but names and words differ, what counts over the floor is about nothing."""
    for suite, contrast in EXCESS:
        found = [_gap(suite, contrast, EXCHANGEABLE, 0.0, f"floor-{run}") for run in range(3)]
        mean = np.mean([gap.value for gap in found])
        assert abs(mean) < 2 * np.mean([gap.se for gap in found]), (suite, contrast, mean)
