"""How a model is asked is found out at load: padding, its side, segments, and decoders that look for the last piece."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
import tiny_models
import torch
import transformers
from tiny_models import SENTENCES, score

from audit.models import Request, load_model, loading, padding
from audit.schema import ModelUnsupported
from benchmarks.zoo import enlarge

NAMES = {0: "negative", 1: "positive"}
SIZE = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}


def framed(single, **names):
    """The small WordPiece tokenizer with another frame around each text."""
    from tokenizers import processors
    from transformers import PreTrainedTokenizerFast

    backend = tiny_models.wordpiece().backend_tokenizer
    ids = [(token, backend.token_to_id(token)) for token in ("[CLS]", "[SEP]")]
    backend.post_processor = processors.TemplateProcessing(single=single, special_tokens=ids)
    return PreTrainedTokenizerFast(tokenizer_object=backend, unk_token="[UNK]", **names)


def llama(tokenizer, **more):
    torch.manual_seed(1)
    config = transformers.LlamaConfig(vocab_size=len(tokenizer), id2label=NAMES, num_key_value_heads=2, **SIZE, **more)
    model = transformers.LlamaForSequenceClassification(config).eval()
    enlarge(model)
    return model


def plain(model, tokenizer, text):
    with torch.no_grad():
        return model(**tokenizer(text, return_tensors="pt")).logits[0].softmax(-1).tolist()


def check(tmp_path, model, tokenizer):
    """Load, ask all texts together, and compare each with a plain pass."""
    expected = [plain(model, tokenizer, text) for text in SENTENCES]
    loaded = load_model(tiny_models.save(tmp_path, model, tokenizer))
    answers = score(loaded, [Request(text) for text in SENTENCES])
    for answer, own in zip(answers, expected, strict=True):
        assert answer.probabilities == pytest.approx(own, abs=1e-5)
    return loaded


def test_the_side_of_the_tokenizer_is_followed_and_its_segments_are_told(tmp_path):
    """XLNet reads the last place, and its tokenizer puts the piece for the whole text into a segment of its own."""
    special = {"pad_token": "[PAD]", "cls_token": "[CLS]", "sep_token": "[SEP]"}
    tokenizer = framed("$A:0 [SEP]:0 [CLS]:2", padding_side="left", **special)
    tokenizer.model_input_names = ["input_ids", "token_type_ids", "attention_mask"]
    torch.manual_seed(1)
    config = transformers.XLNetConfig(
        vocab_size=len(tokenizer), d_model=32, n_layer=2, n_head=4, d_inner=64, id2label=NAMES, pad_token_id=0
    )
    model = transformers.XLNetForSequenceClassification(config).eval()
    enlarge(model)
    loaded = check(tmp_path, model, tokenizer)
    assert loaded._padding.side == "left" and not loaded.info.notes
    assert loaded._padding.types == {tokenizer.cls_token_id: 2}


@pytest.mark.parametrize("pad", [None, -1])
def test_a_decoder_without_a_padding_piece_reads_the_last_one(tmp_path, pad):
    tokenizer = framed("[CLS] $A", bos_token="[CLS]")
    check(tmp_path, llama(tokenizer, pad_token_id=pad, bos_token_id=2, eos_token_id=None), tokenizer)


def test_a_text_that_ends_with_the_piece_that_would_pad_is_read_to_its_end(tmp_path):
    tokenizer = framed("[CLS] $A [SEP]", bos_token="[CLS]", eos_token="[SEP]")
    check(tmp_path, llama(tokenizer, pad_token_id=None, bos_token_id=2, eos_token_id=3), tokenizer)


def test_a_padding_row_that_is_not_zero_is_noticed(tmp_path):
    """MobileBERT adds the embeddings of neighbours: with a [PAD] of zeros a batch is right, else it is not."""
    tokenizer = tiny_models.wordpiece()
    torch.manual_seed(2)
    config = transformers.MobileBertConfig(
        vocab_size=len(tokenizer), embedding_size=32, true_hidden_size=32, num_feedforward_networks=1,
        intra_bottleneck_size=32, id2label=NAMES, pad_token_id=0, **SIZE,
    )  # fmt: skip
    model = transformers.MobileBertForSequenceClassification(config).eval()
    enlarge(model)
    loaded = check(tmp_path / "filled", model, tokenizer)
    assert any("only texts of equal length" in note for note in loaded.info.notes)
    with torch.no_grad():
        model.mobilebert.embeddings.word_embeddings.weight[0] = 0
    assert not check(tmp_path / "zero", model, tokenizer).info.notes


def asked(answer, settings=None):
    """Find out how a model is asked that answers with a function of ids and mask."""
    config = SimpleNamespace(pad_token_id=0, vocab_size=9, model_type="made-up", **(settings or {}))
    model = SimpleNamespace(config=config, forward=lambda input_ids, attention_mask: None)
    tokenizer = SimpleNamespace(pad_token_id=0, eos_token_id=None, padding_side="right", pad_token_type_id=0)

    def ask(inputs, places):
        ids, mask = inputs["input_ids"], inputs["attention_mask"]
        return torch.stack([answer(ids, mask)[row] for row, _ in places])

    samples = ((1, 2, 3), (4, 5, 6, 7, 8, 1, 2), (3, 1, 2, 5))
    return padding.measured("o/m", model, tokenizer, samples, ask)


def classes(score):
    return torch.stack((score, -score), dim=-1)


def test_each_way_is_found():
    assert asked(lambda ids, mask: classes((ids * mask).sum(1).float())).side == "right"
    assert asked(lambda ids, mask: classes(ids[:, -1].float())).side == "left"
    assert asked(lambda ids, mask: classes(torch.full((len(ids),), float(ids.shape[1])))).side == ""
    assert asked(lambda ids, mask: classes((ids.sum() + ids.sum(1)).float())).side == "alone"


def test_a_model_that_needs_one_length_gets_it():
    def answer(ids, mask):
        if ids.shape[1] != 8:
            raise RuntimeError("shape is invalid")
        return classes((ids * mask).sum(1).float())

    way = asked(answer, {"segment_means_seq_len": 8})
    assert way.length == 8
    assert way.inputs([(1, 2)])["input_ids"].tolist() == [[1, 2, 0, 0, 0, 0, 0, 0]]
    assert "filled up to 8 pieces" in padding.notes(way, SimpleNamespace(config=SimpleNamespace(model_type="x")))[0]


def test_a_model_that_cannot_be_asked_or_repeats_nothing_is_refused():
    def broken(ids, mask):
        raise RuntimeError("mat1 and mat2\nshapes")

    with pytest.raises(ModelUnsupported, match=r"cannot be asked a plain text \(RuntimeError: mat1 and mat2\)"):
        asked(broken)
    with pytest.raises(ModelUnsupported, match="another answer each time"):
        asked(lambda ids, mask: classes(torch.rand(len(ids))))


def test_limits_have_several_names():
    tokenizer = SimpleNamespace(model_max_length=10**30)
    for config in (
        transformers.MptConfig(max_seq_len=96),
        transformers.GPT2Config(n_positions=96),
        transformers.LlamaConfig(max_position_embeddings=96),
    ):
        assert loading.longest(config, tokenizer) == 96
    assert loading.longest(transformers.T5Config(), tokenizer) == 512


def test_a_tokenizer_of_characters_has_no_files(tmp_path):
    tokenizer = transformers.CanineTokenizer()
    torch.manual_seed(1)
    config = transformers.CanineConfig(id2label=NAMES, num_hash_buckets=256, **SIZE)
    model = transformers.CanineForSequenceClassification(config).eval()
    loaded = load_model(tiny_models.save(tmp_path, model, tokenizer))
    assert loaded.info.architecture == "CanineForSequenceClassification"
