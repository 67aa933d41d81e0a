from pathlib import Path

import numpy as np
import pytest
import torch
from transformers import AutoTokenizer, BertConfig, BertForMaskedLM, BertForSequenceClassification

import audit.bundled
from audit.bundled.train import sentiment, wiki
from audit.bundled.train.base import classifier, find_base
from audit.bundled.train.batches import IGNORED, Vocabulary, buckets, encode, mask_words
from audit.bundled.train.loop import Plan, average, fit, rate_at
from audit.bundled.train.mlm import MaskedTask, ranks, single_words
from audit.bundled.train.sample import openings, whole_sentences
from audit.bundled.train.ship import ship
from audit.bundled.train.sources import Labelled, clean, read_labelled, read_lines, sentences

TEXTS = [
    "The nurse went home early.",
    "A farmer sold two horses at the market in the town.",
    "It rained on Tuesday and nobody complained about the weather.",
    "Unquestionably incomprehensible bookkeeping.",
]


@pytest.fixture(scope="module")
def tokenizer():
    return AutoTokenizer.from_pretrained(Path(audit.bundled.__file__).parent / "fill-mask")


def tiny(tokenizer, kind=BertForMaskedLM, **extra):
    torch.manual_seed(0)
    return kind(
        BertConfig(
            vocab_size=len(tokenizer),
            hidden_size=16,
            num_hidden_layers=1,
            num_attention_heads=2,
            intermediate_size=16,
            hidden_dropout_prob=0.0,
            attention_probs_dropout_prob=0.0,
            **extra,
        )
    )


def test_masking_takes_whole_words_and_leaves_special_pieces(tokenizer) -> None:
    vocabulary = Vocabulary.of(tokenizer)
    made = buckets(encode(tokenizer, TEXTS * 20, 32), np.ones(80), (32,))
    ids = made[0].ids
    changed, where, labels = mask_words(ids, vocabulary, 0.3, 400, np.random.default_rng(0))
    kept = labels != IGNORED
    chosen = np.zeros(ids.size, dtype=bool)
    chosen[where[kept]] = True
    flat = ids.reshape(-1)
    assert (flat[chosen] == labels[kept]).all()
    assert not vocabulary.special[flat[chosen]].any()
    assert (changed.reshape(-1)[~chosen] == flat[~chosen]).all()
    goes_on = np.flatnonzero(vocabulary.continues[flat])
    assert (chosen[goes_on] == chosen[goes_on - 1]).all()
    assert 0.75 < (changed.reshape(-1)[chosen] == vocabulary.mask).mean() < 0.95


def test_buckets_hold_every_text_once(tokenizer) -> None:
    made = buckets(encode(tokenizer, TEXTS, 32), np.array([1.0, 2.0, 0.0, 1.0]), (8, 16, 32))
    assert sorted(np.concatenate([bucket.rows for bucket in made]).tolist()) == [0, 1, 3]
    for bucket in made:
        assert (bucket.ids[:, 0] == tokenizer.cls_token_id).all()


def test_a_resumed_run_ends_where_an_uninterrupted_one_does(tokenizer, tmp_path: Path) -> None:
    made = buckets(encode(tokenizer, TEXTS, 32), np.ones(len(TEXTS)), (16, 32))

    def run(folder: Path, *totals: int) -> dict[str, torch.Tensor]:
        for total in totals:
            task = MaskedTask(tiny(tokenizer), tokenizer, made, TEXTS[:1], seed=3, tokens=64)
            plan = Plan(steps=total, rate=1e-2, warmup=2, decay=1e-9, save_every=2, measure_every=100, bf16=False)
            fit(task, plan, folder, say=lambda _: None)
        return task.model.state_dict()

    once, twice = run(tmp_path / "a", 6), run(tmp_path / "b", 4, 6)
    for name, value in once.items():
        torch.testing.assert_close(value, twice[name], atol=1e-6, rtol=0)


def test_training_lowers_the_loss(tokenizer, tmp_path: Path) -> None:
    made = buckets(encode(tokenizer, TEXTS, 32), np.ones(len(TEXTS)), (32,))
    task = MaskedTask(tiny(tokenizer), tokenizer, made, TEXTS[:1], seed=0, tokens=64)
    before = task.loss(*task.batch(0)).item()
    fit(task, Plan(steps=30, rate=3e-2, warmup=2, measure_every=100, bf16=False), tmp_path, say=lambda _: None)
    assert task.loss(*task.batch(0)).item() < before - 1


def test_rate_rises_stays_and_falls() -> None:
    plan = Plan(steps=1000, rate=1.0, warmup=100, decay=0.5)
    assert rate_at(0, plan) == pytest.approx(0.01)
    assert rate_at(300, plan) == 1.0
    assert rate_at(750, plan) == pytest.approx(0.5)
    assert rate_at(999, plan) < 0.01


def test_single_words_mask_one_whole_word_each(tokenizer) -> None:
    texts, answers, owner = single_words(tokenizer, TEXTS, seed=0, each=3)
    assert len(texts) == len(answers) == len(owner)
    for ids, (column, piece), number in zip(texts, answers, owner, strict=True):
        assert ids[column] == tokenizer.mask_token_id
        whole = list(ids)
        whole[column] = int(piece)
        assert tokenizer.decode(whole, skip_special_tokens=True) == TEXTS[number].lower()
    assert 3 not in owner or all(answers[owner == 3][:, 0] > 0)
    found = ranks(tiny(tokenizer), texts, answers)
    assert ((found >= 0) & (found < len(tokenizer))).all()


def test_wikipedia_is_found_by_form_and_held_out_without_overlap() -> None:
    fact = "In {} the council of the northern province built the bridge number {} across the river."
    wikipedia = [fact.format(1800 + n, n) for n in range(120)]
    novel = [f"she cried, “I never said so,” and ran for the {n} th time—away from him" for n in range(120)]
    trained, other, kept = wiki.split(wikipedia + novel)
    assert set(kept) <= set(wikipedia)
    assert 5 < len(kept) < 60
    assert set(other) <= set(novel)
    assert not set(trained) & set(kept)
    assert all(wiki.held_out(line) for line in kept)


def test_no_line_trained_on_shares_eight_words_with_a_sentence_held_out() -> None:
    kept = ["one two three four five six seven eight nine"]
    lines = ["zero one two three four five six seven eight", "one two three four five six seven", "other"]
    assert wiki.without(kept, lines) == lines[1:]


def test_sources(tmp_path: Path) -> None:
    (tmp_path / "a.json").write_text(
        '{"X": {"extract": "He was born in the U.S. state of Ohio in 1901. He died there in 1950, aged 49."}}',
        encoding="utf-8",
    )
    assert len(read_lines(str(tmp_path / "a.json"))) == 2
    assert sentences("Too short. This one has five words.") == ["This one has five words."]
    (tmp_path / "b.tsv").write_text('source\tlabel\ttext\nt\tpositive\t"so good"\n', encoding="utf-8")
    assert read_labelled(str(tmp_path / "b.tsv")) == [Labelled("t", "positive", '"so good"')]
    (tmp_path / "c.tsv").write_text("t\tgreat\tx\n", encoding="utf-8")
    with pytest.raises(ValueError, match="line 1"):
        read_labelled(str(tmp_path / "c.tsv"))
    assert clean('"""Tom\\u2019s &amp; Ann\\u002c \\""""hi"""') == 'Tom’s & Ann, "hi'


def test_mixture_weighs_labels_of_a_source_alike() -> None:
    rows = [Labelled("t", "positive", f"p{n}") for n in range(9)] + [Labelled("t", "negative", "n")]
    data = sentiment.mixture(rows)
    assert data.weights[data.labels == 2].sum() == pytest.approx(data.weights[data.labels == 0].sum())
    text = sentiment.respaced([Labelled("sentence_polarity", "negative", "it is n't good , is it ?")])[0].text
    assert text == "It isn't good, is it?"


def test_classifier_task_learns(tokenizer, tmp_path: Path) -> None:
    rows = [Labelled("t", "positive", "good"), Labelled("t", "negative", "bad"), Labelled("t", "neutral", "a table")]
    model = tiny(tokenizer, BertForSequenceClassification, num_labels=3)
    task = sentiment.SentimentTask(model, tokenizer, sentiment.mixture(rows), rows, seed=0, tokens=64)
    fit(task, Plan(steps=120, rate=1e-2, warmup=10, measure_every=100, bf16=False), tmp_path, say=lambda _: None)
    assert task.measure()["macro recall"] == 1


def test_shipping_keeps_the_weights_in_half_precision(tokenizer, tmp_path: Path) -> None:
    model = tiny(tokenizer)
    ship(model, tokenizer, tmp_path / "m")
    again, info = BertForMaskedLM.from_pretrained(tmp_path / "m", dtype=torch.float32, output_loading_info=True)
    assert not info["missing_keys"]
    for name, value in model.state_dict().items():
        torch.testing.assert_close(again.state_dict()[name], value.half().float())
    assert model.dtype == torch.float32


def test_a_base_with_other_weights_is_refused(tmp_path: Path) -> None:
    (tmp_path / "model.safetensors").write_bytes(b"other")
    with pytest.raises(ValueError, match="SHA-256"):
        find_base(str(tmp_path))
    assert callable(classifier)


def test_openings_and_cuts() -> None:
    assert openings(50, 1) == openings(50, 1) != openings(50, 2)
    assert not any("[MASK]" in opening for opening in openings(500, 0))
    assert whole_sentences("The man worked as a cook. He was\nnever late. And th") == (
        "The man worked as a cook. He was never late."
    )


def test_average_is_the_mean_of_two_goes(tokenizer, tmp_path: Path) -> None:
    model, other = tiny(tokenizer), tiny(tokenizer)
    with torch.no_grad():
        for value in other.parameters():
            value.add_(1.0)
    torch.save({"model": other.state_dict()}, tmp_path / "other.pt")
    before = {name: value.clone() for name, value in model.state_dict().items()}
    average(model, tmp_path / "other.pt")
    for name, value in model.state_dict().items():
        torch.testing.assert_close(value, before[name] + 0.5)
