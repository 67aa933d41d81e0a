"""Labels that mean two classes of the model, and files whose classes are not those of the model."""

from __future__ import annotations

import itertools

import numpy as np
import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, brier_score_loss, confusion_matrix, f1_score, recall_score

from audit import audit_data
from audit.compare.rows import compare_rows
from audit.failon import judge
from audit.failon import parse as rules_of
from audit.models.function import FunctionModel
from audit.owndata.classes import JOINED, MEANINGS, Classes, classes_of, overlap
from audit.owndata.labels import parse
from audit.owndata.table import columns
from audit.schema import LABELS, OVERALL, CaveatError

BARE = {"check": False, "perturb": False, "baselines": False}
RNG = np.random.default_rng(5)
CHANCES = RNG.dirichlet([1.2, 0.7, 1.0], 240).round(3)


def said(text):
    return [float(x) for x in text.split()[:3]] if text[0] == "0" else [0.2, 0.3, 0.5]


THREE = FunctionModel("three", classify=lambda texts: [said(text) for text in texts])
TWO = FunctionModel(
    "two",
    classify=lambda texts: [(p[0] / (p[0] + p[2]), p[2] / (p[0] + p[2])) for p in map(said, texts)],
    labels=("negative", "positive"),
)


@pytest.fixture(scope="module")
def frame():
    texts = [f"{a:.3f} {b:.3f} {1 - a - b:.3f} post {i}" for i, (a, b, _) in enumerate(CHANCES)]
    yes = RNG.random(240) < np.where(CHANCES.argmax(1) == 0, 0.8, 0.25)
    return pd.DataFrame({"text": texts, "label": np.where(yes, "yes", "no"), "g": RNG.choice(["x", "y"], 240)})


def overall(result):
    return {e.measure: e.value for e in result.estimates if e.by == OVERALL}


def test_not_negative_is_right_when_the_answer_is_neutral_or_positive(frame):
    """Every figure is that of scikit-learn on two classes: negative, and neutral or positive."""
    result = audit_data(THREE, frame, labels=parse("yes=negative,no=positive+neutral"), groups="g", **BARE)
    truth, answer = frame["label"] == "yes", CHANCES.argmax(1) == 0
    got = overall(result)
    assert result.source.labels == {"yes": "negative", "no": "neutral+positive"}
    assert got["accuracy"] == pytest.approx(accuracy_score(truth, answer))
    assert got["miss"] == pytest.approx(1 - recall_score(truth, answer))
    assert got["false_alarm"] == pytest.approx(1 - recall_score(~truth, ~answer))
    assert got["recall:neutral+positive"] == pytest.approx(recall_score(~truth, ~answer))
    assert got["labelled:neutral+positive"] == pytest.approx((~truth).mean())
    assert got["macro_f1"] == pytest.approx(f1_score(truth, answer, average="macro"))
    assert not {"recall:neutral", "recall:positive", "labelled:positive"} & set(got)
    # The model is as sure of "neutral or positive" as of both together.
    sure = np.where(answer, CHANCES[:, 0], 1 - CHANCES[:, 0])
    assert got["confidence"] == pytest.approx(sure.mean(), abs=1e-3)
    assert got["brier"] == pytest.approx(brier_score_loss(truth == answer, sure), abs=1e-3)
    (whole,) = [c for c in result.confusions if c.by == OVERALL]
    assert whole.labels == ("negative", "neutral+positive")
    assert np.array(whole.counts).tolist() == confusion_matrix(~truth, ~answer).tolist()
    finding = next(f for f in result.findings if f.measure == "accuracy")
    assert np.isfinite(finding.gap)
    assert judge(rules_of(["data.recall:neutral+positive < 0.01"]), result)[0].state == "not crossed"
    rows = result.rows.to_table()
    assert rows.schema == columns(("g",)) and set(rows["label"].to_pylist()) == {0, 5}
    # Without neutral the same rows are judged: the model can say "positive".
    two = audit_data(TWO, frame, labels={"yes": "negative", "no": "neutral+positive"}, **BARE)
    assert not two.skipped and overall(two)["accuracy"] == pytest.approx(
        accuracy_score(truth, CHANCES[:, 0] > CHANCES[:, 2])
    )


@pytest.mark.parametrize("joined", JOINED)
def test_misses_are_those_of_negative_alone(frame, joined):
    (rest,) = set(LABELS) - set(joined.split("+"))
    result = audit_data(THREE, frame, labels={"yes": rest, "no": joined}, **BARE)
    members = [LABELS.index(name) for name in joined.split("+")]
    answer = np.isin(CHANCES.argmax(1), members)
    assert overall(result)["accuracy"] == pytest.approx(accuracy_score(frame["label"] == "no", answer))
    assert ("miss" in overall(result)) == ("flagged" in overall(result)) == (rest == "negative")
    curves = {c.kind: c for c in result.curves if c.by == OVERALL}
    assert bool(curves["threshold"].points) == bool(curves["alarms"].points) == (rest == "negative")


def test_classes_have_places_of_their_own():
    for joined in ("", *JOINED):
        found = Classes(joined)
        places = found.places
        assert [places[code] for code in range(3)] == [
            places[MEANINGS[joined]] if label in joined.split("+") else label_place
            for label, label_place in zip(LABELS, (0, 1, 2), strict=True)
        ]
        assert len(found.names) == len({int(places[code]) for code in range(3)}) and places[-1] == -1
        assert classes_of([joined, "none", *set(LABELS) - set(joined.split("+"))]) == found
    for one, other in itertools.combinations(MEANINGS, 2):
        shared = set(one.split("+")) & set(other.split("+"))
        assert (overlap([one, other]) is not None) == bool(shared)


@pytest.mark.parametrize(
    ("meanings", "said"),
    [
        ("yes=negative,no=neutral+positve", "is no target.*Did you mean positive"),
        ("yes=negative,no=negative+neutral+positive", "every class, so no answer could be wrong"),
        ("yes=positive,no=neutral+positive", "which share a class, so that an answer could not be judged"),
    ],
)
def test_meanings_that_cannot_be_judged_are_refused(frame, meanings, said):
    with pytest.raises(CaveatError, match=said):
        audit_data(THREE, frame, labels=parse(meanings), **BARE)


def test_annotators_and_comparisons_use_the_classes_of_the_file(frame):
    meanings = {"yes": "negative", "no": "neutral+positive"}
    people = frame.assign(one=frame["label"], two=frame["label"], three=np.roll(frame["label"], 1))
    result = audit_data(THREE, people, annotators=("one", "two", "three"), labels=meanings, **BARE | {"label": ""})
    truth, answer = frame["label"] == "yes", CHANCES.argmax(1) == 0
    assert result.agreement.annotators[0][3] == pytest.approx((truth == answer).mean())
    first, second = (audit_data(model, frame, labels=meanings, **BARE) for model in (THREE, TWO))
    changes, answers, _ = compare_rows(first, second, ("three", "two"))
    accuracy = next(change for change in changes if change.measure == "accuracy")
    other = CHANCES[:, 0] > CHANCES[:, 2]
    assert (accuracy.base, accuracy.other) == pytest.approx(((truth == answer).mean(), (truth == other).mean()))
    assert answers.changed == (answer != other).sum()


def test_baselines_and_the_model_answer_with_the_classes_of_the_file(frame):
    """Of a file with two classes, a model that also says neutral is held to the two, as counted words are."""
    result = audit_data(THREE, frame, labels={"yes": "negative", "no": "positive"}, **BARE | {"baselines": True})
    truth = frame["label"] == "yes"
    of_file = (truth == (CHANCES[:, 0] > CHANCES[:, 2])).mean()
    as_said = (np.where(truth, 0, 2) == CHANCES.argmax(1)).mean()
    assert overall(result)["accuracy"] == pytest.approx(as_said) and of_file > as_said + 0.05
    shown = [c for c in result.comparisons if c.measure == "accuracy"]
    assert len(shown) == 2 and all(c.value == pytest.approx(of_file) for c in shown)
    assert {c.classes for c in shown} == {"negative, positive"}
    joined = audit_data(
        THREE, frame, labels={"yes": "negative", "no": "neutral+positive"}, **BARE | {"baselines": True}
    )
    assert {(c.classes, round(c.value, 6)) for c in joined.comparisons if c.measure == "accuracy"} == {
        ("", round((truth == (CHANCES.argmax(1) == 0)).mean(), 6))
    }
