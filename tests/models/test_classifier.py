"""Classifiers: polarity of two and three classes, stars, emotions, sigmoid heads, one output."""

from __future__ import annotations

import math

import pytest
import tiny_models
import torch
from tiny_models import SENTENCES, score

from audit.models import Request, load_model
from audit.models.classifier import polarity
from audit.models.labels import resolve
from audit.schema import CaveatError, ModelUnsupported

N, U, P = "negative", "neutral", "positive"
HEADS = ("bert", "roberta", "distilbert", "albert", "electra", "xlm-roberta", "deberta", "mpnet", "modernbert")


def load(tmp_path, names, architecture="bert", labels=None, **more):
    id2label = dict(enumerate(names))
    model, tokenizer = tiny_models.make(
        architecture,
        "ForSequenceClassification",
        id2label=id2label,
        label2id={v: k for k, v in id2label.items()},
        **more,
    )
    return load_model(tiny_models.save(tmp_path, model, tokenizer), labels=labels), model, tokenizer


def logits_of(model, tokenizer, text):
    with torch.no_grad():
        return model.double()(input_ids=torch.tensor([tokenizer(text)["input_ids"]])).logits[0]


@pytest.mark.parametrize("architecture", HEADS)
def test_probabilities_are_those_of_the_model(tmp_path, architecture):
    loaded, model, tokenizer = load(tmp_path, ("POS", "NEG", "NEU"), architecture)
    answers = score(loaded, [Request(text) for text in SENTENCES])
    for text, answer in zip(SENTENCES, answers, strict=True):
        p = logits_of(model, tokenizer, text).softmax(-1).tolist()
        assert answer.labels == (N, U, P)
        assert answer.probabilities == pytest.approx((p[1], p[2], p[0]), abs=1e-5)
        assert answer.value == pytest.approx(p[0] - p[1], abs=1e-5)
        assert answer.mass == 1.0
        assert answer.tokens == len(tokenizer(text)["input_ids"]) - 2


@pytest.mark.parametrize("architecture", HEADS)
def test_results_do_not_depend_on_batch_or_padding(tmp_path, architecture):
    loaded, _, _ = load(tmp_path, ("neg", "pos"), architecture)
    rows = [row for (row,) in loaded.prepare([Request(text) for text in (*SENTENCES, "She.")])]
    together = loaded.forward(rows)
    for row, found in zip(rows, together, strict=True):
        assert loaded.forward([row])[0].logits == pytest.approx(found.logits, abs=1e-5)


def test_what_is_recorded(tmp_path):
    loaded, _, _ = load(tmp_path, ("LABEL_0", "LABEL_1"), labels="LABEL_0=positive,LABEL_1=negative")
    info = loaded.info
    assert (info.kind, info.tasks, info.architecture) == (
        "classifier",
        ("text-classification",),
        "BertForSequenceClassification",
    )
    assert info.labels == {"LABEL_0": P, "LABEL_1": N} and info.label_source == "user"
    assert loaded.operations == {"score"}


def test_unknown_labels_stop_the_load(tmp_path):
    with pytest.raises(ModelUnsupported, match=r"--labels LABEL_0=\.\.\.,LABEL_1=\.\.\."):
        load(tmp_path, ("LABEL_0", "LABEL_1"))


def test_stars_sum_by_polarity_and_keep_their_own_valence():
    labels = resolve([f"{k} stars" if k > 1 else "1 star" for k in range(1, 6)], "o/m")
    p = (0.1, 0.2, 0.3, 0.25, 0.15)
    names, found, valence = polarity([math.log(x) for x in p], labels)
    assert names == (N, U, P)
    assert found == pytest.approx((0.3, 0.3, 0.4))
    assert valence == pytest.approx(sum(x * (k - 3) / 2 for k, x in enumerate(p, 1)))
    assert valence != pytest.approx(found[2] - found[0])


def test_emotions_sum_by_polarity():
    labels = resolve(("sadness", "joy", "love", "anger", "fear", "surprise"), "o/m")
    _, found, valence = polarity([math.log(x) for x in (0.1, 0.2, 0.3, 0.1, 0.1, 0.2)], labels)
    assert found == pytest.approx((0.3, 0.2, 0.5))
    assert valence == pytest.approx(0.2)


def test_independent_outputs_are_shares_of_their_sum():
    labels = resolve(("anger", "joy", "love", "neutral"), "o/m")
    p = (0.9, 0.3, 0.6, 0.2)
    logits = [math.log(x / (1 - x)) for x in p]
    _, found, valence = polarity(logits, labels, independent=True)
    assert found == pytest.approx((0.45, 0.1, 0.45))
    assert valence == pytest.approx((0.3 + 0.6 - 0.9) / sum(p), abs=1e-12)


def test_multi_label_configs_use_sigmoids(tmp_path):
    loaded, model, tokenizer = load(tmp_path, ("anger", "joy"), problem_type="multi_label_classification")
    (answer,) = score(loaded, [Request(SENTENCES[0])])
    p = logits_of(model, tokenizer, SENTENCES[0]).sigmoid().tolist()
    assert answer.probabilities == pytest.approx([x / sum(p) for x in p], abs=1e-5)


@pytest.mark.parametrize(("own", "sign"), [(P, 1.0), (N, -1.0)])
def test_one_output_is_a_sigmoid(tmp_path, own, sign):
    loaded, model, tokenizer = load(tmp_path, ("LABEL_0",), labels={"LABEL_0": own})
    (answer,) = score(loaded, [Request(SENTENCES[0])])
    logit = float(logits_of(model, tokenizer, SENTENCES[0])[0])
    assert answer.labels == (N, P)
    assert answer.probabilities[1] == pytest.approx(1 / (1 + math.exp(-sign * logit)), abs=1e-5)
    assert answer.value == pytest.approx(answer.probabilities[1] - answer.probabilities[0])


def test_a_regression_head_is_no_classifier(tmp_path):
    with pytest.raises(ModelUnsupported, match="gives a number on a scale of its own"):
        load(tmp_path, ("LABEL_0",), labels={"LABEL_0": P}, problem_type="regression")


def test_extreme_scores_stay_finite():
    labels = resolve(("neg", "pos"), "o/m")
    assert polarity((-900.0, 900.0), labels)[1] == pytest.approx((0.0, 1.0))
    one = resolve(("LABEL_0",), "o/m", {"LABEL_0": P})
    assert polarity((-900.0,), one)[1] == pytest.approx((1.0, 0.0))


def test_long_texts_are_cut_and_unknown_tokens_counted(tmp_path):
    loaded, _, tokenizer = load(tmp_path, ("neg", "pos"))
    long, odd = score(loaded, [Request("the man worked " * 40), Request("she 😀 worked # .")])
    assert long.truncated and long.tokens == loaded.max_length - 2
    ((row,),) = loaded.prepare([Request("the man worked " * 40)])
    assert len(row.ids) == loaded.max_length == 40
    assert (row.ids[0], row.ids[-1]) == (tokenizer.cls_token_id, tokenizer.sep_token_id)
    assert (odd.unknown, odd.tokens, odd.truncated) == (2, 5, False)


def test_a_classifier_has_no_likelihoods(tmp_path):
    loaded, _, _ = load(tmp_path, ("neg", "pos"))
    with pytest.raises(CaveatError, match="is a classifier: it has no log_likelihood, only score"):
        loaded.prepare([Request("she", "log_likelihood")])


def test_a_decoder_without_a_padding_token_is_read_to_its_last_piece(tmp_path):
    from tokenizers import processors
    from transformers import GPT2Config, GPT2ForSequenceClassification, PreTrainedTokenizerFast

    backend = tiny_models.bytelevel().backend_tokenizer
    backend.post_processor = processors.ByteLevel()
    tokenizer = PreTrainedTokenizerFast(tokenizer_object=backend, eos_token="</s>", unk_token="<unk>")
    torch.manual_seed(3)
    size = {"n_embd": 32, "n_layer": 2, "n_head": 4, "n_positions": 40, "initializer_range": 0.25}
    config = GPT2Config(vocab_size=len(tokenizer), id2label={0: "neg", 1: "pos"}, **size)
    model = GPT2ForSequenceClassification(config).eval()
    loaded = load_model(tiny_models.save(tmp_path, model, tokenizer))
    answers = score(loaded, [Request(text) for text in SENTENCES])
    for text, answer in zip(SENTENCES, answers, strict=True):
        p = logits_of(model, tokenizer, text).softmax(-1).tolist()
        assert answer.probabilities == pytest.approx(p, abs=1e-5)
