"""Outputs that are no numbers, and tokenizers that do not fit: one clear line before any statistics."""

from __future__ import annotations

import math

import pandas as pd
import pytest
import tiny_models
from fakes import FakeClassifier

from audit import audit_data, load_model, load_suites, run_audit
from audit.__main__ import main
from audit.models.base import RowResult
from audit.models.function import FunctionModel
from audit.schema import CaveatError, ModelUnsupported

NAMED = {"id2label": {0: "negative", 1: "positive"}, "label2id": {"negative": 0, "positive": 1}}
POSTS = pd.DataFrame({"text": ["I love this book", "I hate that film"] * 10, "label": ["pos", "neg"] * 10})


def spoiled(folder, kind, value):
    """Save a tiny model with one weight behind every output set to a value that is no finite number."""
    import torch
    import transformers

    if kind == "causal":
        tokenizer = tiny_models.bytelevel()
        torch.manual_seed(0)
        size = {"n_embd": 16, "n_layer": 1, "n_head": 2, "n_positions": 64, "vocab_size": len(tokenizer)}
        model = transformers.GPT2LMHeadModel(transformers.GPT2Config(**size, bos_token_id=0, eos_token_id=2)).eval()
        spoilt = model.transformer.ln_f.bias
    elif kind == "masked":
        model, tokenizer = tiny_models.make("bert")
        spoilt = model.cls.predictions.transform.LayerNorm.bias
    else:
        model, tokenizer = tiny_models.make("bert", "ForSequenceClassification", num_labels=2, **NAMED)
        spoilt = model.classifier.bias
    with torch.no_grad():
        spoilt[0] = value
    return tiny_models.save(folder, model, tokenizer)


@pytest.mark.parametrize("check", [True, False])
@pytest.mark.parametrize("value", [math.nan, math.inf])
@pytest.mark.parametrize("kind", ["causal", "masked", "classifier"])
def test_a_model_that_answers_no_number_is_refused_before_any_statistics(tmp_path, monkeypatch, kind, value, check):
    model = load_model(spoiled(tmp_path / "m", kind, value))
    monkeypatch.setattr("audit.analysis.analyse", lambda *args, **more: pytest.fail("statistics were begun"))
    with pytest.raises(ModelUnsupported, match=r"answers with (NaN|an infinite).* where a score belongs: its weights"):
        run_audit(model, load_suites(["negation"], "quick"), out=tmp_path / "r", check=check)
    assert not (tmp_path / "r" / "result.json").exists()
    if kind == "classifier":
        monkeypatch.setattr("audit.owndata.analysis.analyse", lambda *args, **more: pytest.fail("statistics"))
        with pytest.raises(ModelUnsupported, match="where a score belongs"):
            audit_data(model, POSTS, out=tmp_path / "d", check=check)
        assert not (tmp_path / "d" / "data.json").exists()


def test_one_text_without_a_number_is_enough(tmp_path):
    class Rare(FakeClassifier):
        def _one(self, text):
            return RowResult(logits=(math.nan, 0.0, 1.0)) if "hate" in text else super()._one(text)

    model = Rare()
    with pytest.raises(ModelUnsupported, match=r"fake-classifier answers with NaN \(not a number\).*mend the function"):
        audit_data(model, POSTS, check=False)


def test_the_command_says_it_in_one_line(tmp_path, monkeypatch, capsys):
    folder = spoiled(tmp_path / "m", "classifier", math.nan)
    POSTS.to_csv(tmp_path / "a.csv", index=False)
    words = ["caveat", "data", str(tmp_path / "a.csv"), folder, "--no-perturb", "--out", str(tmp_path / "r")]
    monkeypatch.setattr("sys.argv", words)
    with pytest.raises(SystemExit) as stopped:
        main()
    told = [line for line in capsys.readouterr().err.splitlines() if line.startswith("caveat: ")]
    assert stopped.value.code == 4 and len(told) == 1 and "answers with NaN" in told[0]


def test_an_added_token_without_an_embedding_is_refused_when_loaded(tmp_path):
    model, tokenizer = tiny_models.make("bert", "ForSequenceClassification", num_labels=2, **NAMED)
    tokenizer.add_tokens(["terrible"])
    folder = tiny_models.save(tmp_path, model, tokenizer)
    size = len(tokenizer) - 1
    with pytest.raises(ModelUnsupported, match=rf"has more words \({size + 1}\) than the model \({size}\).*save both"):
        load_model(folder)


@pytest.mark.parametrize(
    ("answer", "error", "said"),
    [
        ((math.nan, 0.5), ModelUnsupported, "answers with NaN"),
        ((math.inf, 0.5), ModelUnsupported, "answers with an infinite number"),
        ((-0.5, 1.5), CaveatError, r"\(-0\.5, 1\.5\) for '.*' are not 2 probabilities"),
        ((0.0, 0.0), CaveatError, "none below 0 and not all of them 0"),
        ((0.2, 0.3, 0.5), CaveatError, "are not 2 probabilities; give one a label"),
    ],
)
def test_a_function_that_answers_no_probabilities_is_refused(answer, error, said):
    model = FunctionModel("f", classify=lambda texts: [answer for _ in texts], labels=("negative", "positive"))
    with pytest.raises(error, match=said):
        audit_data(model, POSTS, check=False)


def test_a_function_that_answers_too_few_texts_or_choices_is_refused():
    short = FunctionModel("f", classify=lambda texts: [(0.5, 0.5)], labels=("negative", "positive"))
    with pytest.raises(CaveatError, match=r"1 answers to \d+ texts; give one a text"):
        audit_data(short, POSTS, check=False)
    suites = load_suites(["occupations"], "quick")
    nan = FunctionModel("f", fill=lambda texts, choices: [[math.nan] * len(some) for some in choices])
    with pytest.raises(ModelUnsupported, match="answers with NaN"):
        run_audit(nan, suites, check=False)
    few = FunctionModel("f", fill=lambda texts, choices: [[0.1] for _ in choices])
    with pytest.raises(CaveatError, match="probabilities; give one a choice"):
        run_audit(few, suites, check=False)


def test_a_likelihood_of_no_chance_is_no_number():
    model = FunctionModel(
        "f",
        fill=lambda texts, choices: [[0.1] * len(some) for some in choices],
        likelihood=lambda texts: [-math.inf for _ in texts],
    )
    with pytest.raises(ModelUnsupported, match="answers with NaN"):
        run_audit(model, load_suites(["occupations", "demographics"], "quick"), check=False)
