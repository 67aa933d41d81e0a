"""Tokenizers written in Python: which characters their pieces stand for, and blanks that come out as they should."""

from __future__ import annotations

import math
import shutil

import pytest
import tiny_models
import torch
import transformers
from tiny_models import SENTENCES, score

from audit.models import Request, load_model
from audit.models.aligned import AlignedTokenizer, spans_of


@pytest.mark.parametrize(
    ("text", "pieces", "found"),
    [
        ("The nurse.", ["the", "nur@@", "se", "."], ["The", "nur", "se", "."]),
        ("Café  olé", ["cafe", "ol", "##e"], ["Café", "ol", "é"]),
        ("a 😀 b", ["a", "[UNK]", "b"], ["a", "😀", "b"]),
        ("😀 is 🙂 here", ["[UNK]", "is", "[UNK]", "here"], ["😀", "is", "🙂", "here"]),
        ("x 😀 🙂 y", ["x", "[UNK]", "[UNK]", "y"], ["x", "😀", "🙂", "y"]),
        ("東京に", ["東京", "##に"], ["東京", "に"]),
        ("the the", ["▁the", "▁", "the"], ["the", "", "the"]),
        ("ends 😀", ["ends", "[UNK]"], ["ends", "😀"]),
    ],
)
def test_pieces_are_found_in_the_text(text, pieces, found):
    assert [text[begin:end] for begin, end in spans_of(text, pieces)] == found


@pytest.fixture(scope="module")
def slow():
    """BERT's WordPiece once in Rust, and once behind what a tokenizer in Python offers."""
    return tiny_models.wordpiece()


class InPython:
    """A tokenizer that gives no offsets."""

    is_fast = False

    def __init__(self, tokenizer):
        self._tokenizer = tokenizer

    def __getattr__(self, name):
        return getattr(self._tokenizer, name)

    def __call__(self, *args, **more):
        return self._tokenizer(*args, **more)


def test_pieces_and_words_are_those_of_the_tokenizer_in_rust(slow):
    from audit.models.tokens import PieceTokenizer

    texts = [*SENTENCES, "The paralegals, she said, worked!", "a"]
    assert PieceTokenizer(InPython(slow), 40).encode(texts) == PieceTokenizer(slow, 40).encode(texts)
    assert isinstance(PieceTokenizer(InPython(slow), 40)._backend, AlignedTokenizer)


def test_a_model_with_a_python_tokenizer_fills_blanks(tmp_path):
    """BERTweet, with words of one and two pieces."""
    (tmp_path / "made").mkdir()
    words = ("the", "woman", "man", "worked", "as", "a", "nurse", "nur@@", "para@@", "legal", ".", ",")
    (tmp_path / "made" / "vocab.txt").write_text("".join(f"{word} 1\n" for word in words))
    merges = []
    for word in ("the", "woman", "man", "worked", "as", "nurse"):
        parts = [*word[:-1], f"{word[-1]}</w>"]
        while len(parts) > 1:
            merges.append(f"{parts[0]} {parts[1]} 1")
            parts = [parts[0] + parts[1], *parts[2:]]
    for word in ("para", "legal"):
        parts = [*word[:-1], word[-1] + ("</w>" if word == "legal" else "")]
        while len(parts) > 1:
            merges.append(f"{parts[0]} {parts[1]} 1")
            parts = [parts[0] + parts[1], *parts[2:]]
    (tmp_path / "made" / "bpe.codes").write_text("\n".join(dict.fromkeys(merges)) + "\n")
    made = tmp_path / "made"
    tokenizer = transformers.BertweetTokenizer(str(made / "vocab.txt"), str(made / "bpe.codes"), model_max_length=40)
    torch.manual_seed(4)
    size = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}
    config = transformers.RobertaConfig(
        vocab_size=len(tokenizer), max_position_embeddings=64, initializer_range=0.25, pad_token_id=1, **size
    )
    model = transformers.RobertaForMaskedLM(config).eval()
    folder = tiny_models.save(tmp_path / "saved", model, tokenizer)
    # As in the published repository; the library saves the pieces without their order.
    shutil.copy(made / "bpe.codes", folder)
    loaded = load_model(folder)
    frame = "the woman worked as a [MASK] ."
    (answer,) = score(loaded, [Request(frame, choices=("nurse", "paralegal"))])
    before, after = (tokenizer(part, add_special_tokens=False)["input_ids"] for part in frame.split("[MASK]"))
    pieces = {word: tokenizer(word, add_special_tokens=False)["input_ids"] for word in answer.labels}
    assert [len(pieces[word]) for word in answer.labels] == [1, 2]
    logs = []
    for word in answer.labels:
        total = 0.0
        for done, piece in enumerate(pieces[word]):
            masks = [tokenizer.mask_token_id] * (len(pieces[word]) - done)
            ids = [0, *before, *pieces[word][:done], *masks, *after, 2]
            with torch.no_grad():
                logits = model(input_ids=torch.tensor([ids])).logits[0, 1 + len(before) + done]
            total += float(logits.log_softmax(-1)[piece])
        logs.append(total)
    weights = [math.exp(log - max(logs)) for log in logs]
    assert answer.probabilities == pytest.approx([weight / sum(weights) for weight in weights], rel=1e-4)
