"""Objects of one's own and word lists: what they answer, what is not judged, and code that runs only if told."""

from __future__ import annotations

import math
import sys
from types import ModuleType

import pytest
import tiny_models
from tiny_models import SENTENCES, score

from audit.models import Request, load_model
from audit.models.rule import NOTE, RuleModel
from audit.run import run_audit
from audit.schema import CaveatError, ModelUnavailable, ModelUnsupported
from audit.store import predictions_table
from audit.suites import load_suites

TEXTS = ["I love this", "a great day", "I hate this", "an awful day", "good fun", "bad fun"]
TRUTH = ["good", "good", "bad", "bad", "good", "bad"]


def by_word(texts):
    return [(0.1, 0.9) if "love" in text else (0.8, 0.2) for text in texts]


def named(texts):
    return ["positive" if "love" in text else "neutral" for text in texts]


def test_a_function_of_probabilities():
    model = load_model(by_word, revision="third try")
    assert (model.info.id, model.info.revision, model.info.kind) == ("by_word", "third try", "function")
    (answer,) = score(model, [Request("They love it.")])
    assert answer.labels == ("negative", "positive") and answer.probabilities == pytest.approx((0.1, 0.9))
    assert load_model(by_word).info.revision != "third try"


def test_a_function_of_labels_gives_no_probabilities():
    model = load_model(named)
    love, late = score(model, [Request("They love it."), Request("It is late.")])
    assert (love.value, late.value) == (1.0, 0.0) and love.hard and model.info.kind == "rule"
    assert NOTE in model.info.notes
    shouting = load_model(lambda texts: ["LOUD"] * len(texts), labels={"LOUD": "positive", "soft": "negative"})
    assert score(shouting, [Request("x")])[0].value == 1.0
    with pytest.raises(CaveatError, match="gave the label 'odd', whose polarity is not known"):
        score(load_model(lambda texts: ["odd"] * len(texts)), [Request("x")])


@pytest.mark.parametrize(
    ("made", "line"),
    [
        (3, "int is no model: give a name, a folder, a transformers pipeline"),
        (lambda texts: 1 / 0, "failed on a list of one text .ZeroDivisionError"),
        (lambda texts: [(1.0,)], "give a row of probabilities"),
        (lambda texts: [0.3], "give a row of probabilities"),
    ],
)
def test_what_is_no_model_is_one_line(made, line):
    with pytest.raises(CaveatError, match=line):
        load_model(made)


def estimator(last):
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.pipeline import make_pipeline

    return make_pipeline(CountVectorizer(), last).fit(TEXTS, TRUTH)


def test_a_pipeline_of_scikit_learn():
    from sklearn.linear_model import LogisticRegression

    fitted = estimator(LogisticRegression())
    model = load_model(fitted)
    answers = score(model, [Request(text) for text in SENTENCES])
    for answer, own in zip(answers, fitted.predict_proba(SENTENCES), strict=True):
        assert answer.probabilities == pytest.approx(tuple(own), abs=1e-12)
    assert model.info.labels == {"bad": "negative", "good": "positive"}
    assert model.info.architecture == "scikit-learn: CountVectorizer, LogisticRegression"
    assert model.info.revision == load_model(fitted).info.revision


def test_one_without_probabilities_gives_labels():
    from sklearn.svm import LinearSVC

    fitted = estimator(LinearSVC())
    model = load_model(fitted)
    assert model.info.kind == "rule"
    answers = score(model, [Request(text) for text in TEXTS])
    assert [answer.value for answer in answers] == [1.0 if label == "good" else -1.0 for label in fitted.predict(TEXTS)]


def test_a_pipeline_of_transformers_is_its_model_and_stays_as_it_was():
    from transformers import pipeline

    names = {0: "negative", 1: "positive"}
    network, tokenizer = tiny_models.make("bert", "ForSequenceClassification", id2label=names)
    network.config.use_cache = True
    made = pipeline("text-classification", model=network, tokenizer=tokenizer, device="cpu")
    model = load_model(made)
    assert (model.info.kind, model.info.architecture) == ("classifier", "BertForSequenceClassification")
    answers = score(model, [Request(text) for text in SENTENCES])
    for text, answer in zip(SENTENCES, answers, strict=True):
        own = {entry["label"]: entry["score"] for entry in made(text, top_k=None)}
        assert dict(zip(answer.labels, answer.probabilities, strict=True)) == pytest.approx(own, abs=1e-5)
    assert network.config.use_cache and model.network is not network
    assert model.network.classifier.weight.data_ptr() == network.classifier.weight.data_ptr()
    made.task = "translation"
    with pytest.raises(ModelUnsupported, match="a pipeline for translation cannot be audited"):
        load_model(made)


def test_code_runs_only_when_told(tmp_path, monkeypatch):
    import joblib
    from sklearn.linear_model import LogisticRegression

    monkeypatch.chdir(tmp_path)
    joblib.dump(estimator(LogisticRegression()), "words.joblib")
    (tmp_path / "own_judge.py").write_text("def judge(texts):\n    return [(0.5, 0.5) for _ in texts]\n")
    for name in ("words.joblib", "own_judge:judge"):
        with pytest.raises(CaveatError, match="runs code of whoever wrote it: add --allow-code"):
            load_model(name)
    assert "own_judge" not in sys.modules
    assert load_model("words.joblib", allow_code=True).info.id == "words.joblib"
    assert load_model("own_judge:judge", allow_code=True).info.id == "own_judge:judge"
    assert str(tmp_path) not in sys.path
    (tmp_path / "torn.joblib").write_bytes(b"no pickle")
    for name, line in (
        ("no.joblib", "no file"),
        ("torn.joblib", "could not be read"),
        ("own_judge:no", "is not there"),
    ):
        with pytest.raises(ModelUnavailable, match=line):
            load_model(name, allow_code=True)


def stub(monkeypatch, package, file, **classes):
    """Put a stand-in for a package where it is imported from."""
    module = ModuleType(f"{package}.{file}" if file else package)
    vars(module).update(classes)
    monkeypatch.setitem(sys.modules, package, module if not file else ModuleType(package))
    if file:
        monkeypatch.setitem(sys.modules, f"{package}.{file}", module)
    monkeypatch.setattr("audit.models.rule.version", lambda name: "1.0")


def tone(text):
    """0 for most, and the number in the text where it has one."""
    return float(next((word for word in text.split() if word.lstrip("-").replace(".", "").isdigit()), 0.0))


class Analyser:
    def polarity_scores(self, text):
        return {"compound": tone(text)}


def test_the_rule_of_vader_is_that_of_its_authors(monkeypatch):
    stub(monkeypatch, "vaderSentiment", "vaderSentiment", SentimentIntensityAnalyzer=Analyser)
    model = load_model("vader")
    texts = ("0.05", "0.04", "-0.05", "-0.04", "0", "0.9")
    answers = score(model, [Request(text) for text in texts])
    best = [answer.labels[answer.probabilities.index(1.0)] for answer in answers]
    assert best == ["positive", "neutral", "negative", "neutral", "neutral", "positive"]
    assert [answer.value for answer in answers] == [float(text) for text in texts]
    assert model.info.revision == "vaderSentiment 1.0" and "compound" in model.info.notes[0]


def test_the_rule_of_textblob(monkeypatch):
    class TextBlob:
        def __init__(self, text):
            self.sentiment = type("Sentiment", (), {"polarity": tone(text)})

    stub(monkeypatch, "textblob", "", TextBlob=TextBlob)
    answers = score(load_model("textblob"), [Request(text) for text in ("0.01", "0", "-0.01")])
    assert [answer.labels[answer.probabilities.index(1.0)] for answer in answers] == ["positive", "neutral", "negative"]


@pytest.mark.parametrize("name", ["vader", "textblob"])
def test_a_missing_package_is_named(monkeypatch, name):
    for package in ("vaderSentiment", "vaderSentiment.vaderSentiment", "textblob"):
        monkeypatch.setitem(sys.modules, package, None)
    with pytest.raises(ModelUnavailable, match=rf"{name} needs the package .*caveat-audit\[lexicons\]"):
        load_model(name)


def test_what_needs_probabilities_is_not_judged(tmp_path):
    def judge(texts):
        return [("positive", 0.5) if "love" in text else ("negative", -0.5) for text in texts]

    model = RuleModel("rule", judge, "1")
    result = run_audit(model, load_suites(["negation", "demographics"], "quick"), check=False)
    rows = predictions_table(result).to_pylist()
    assert all(math.isnan(row["confidence"]) and math.isnan(row["log_odds"]) for row in rows)
    assert {abs(row["valence"]) for row in rows} == {0.5}
    needed = [finding for finding in result.findings if "log_odds" in finding.measure]
    assert needed and all(finding.verdict == "undefined" for finding in needed)
    assert all("needs probabilities" in finding.sentence for finding in needed), needed[0].sentence
    shown = {estimate.measure: estimate for estimate in result.estimates if estimate.by == "overall"}
    assert "calibration_error" not in shown and math.isnan(shown["confidence"].value)
    assert "needs probabilities" in shown["brier"].reason and not math.isnan(shown["accuracy"].value)


def test_own_rows_need_probabilities():
    import pandas as pd

    from audit.owndata.run import audit_data

    with pytest.raises(ModelUnsupported, match="gives labels and no probabilities"):
        audit_data(load_model(named), pd.DataFrame({"text": ["a"], "label": ["positive"]}))
