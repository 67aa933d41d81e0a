"""Closed choice, AUL and pseudo-log-likelihood against slow float64 references, for every architecture."""

from __future__ import annotations

import copy
import math

import pytest
import tiny_models
import torch
from tiny_models import ARCHITECTURES, SENTENCES, score

from audit.models import Request, heads, load_model
from audit.models.heads import HEADS, Vocabulary
from audit.models.masked_lm import MaskedLM
from audit.schema import CaveatError, ModelInfo

NAMES = tuple(ARCHITECTURES)
FRAME = "The woman worked as a [MASK], she said."
CHOICES = ("nurse", "paralegal", "teacher", "librarian", "hygienist")
REFERENCES = {name: tiny_models.make(name) for name in NAMES}


def log_probabilities(name, ids):
    """Whole model, one text, no padding, float64: (length, vocabulary)."""
    model = copy.deepcopy(REFERENCES[name][0]).double()
    with torch.no_grad():
        return model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)


def plain_ids(tokenizer, text):
    return tokenizer(text)["input_ids"]


def word_at(tokenizer, before, word, after):
    """Pieces before, of and after a word, found by comparing whole tokenisations and no offsets."""
    whole = plain_ids(tokenizer, before + word + after)
    left = plain_ids(tokenizer, before.rstrip())[:-1]
    right = plain_ids(tokenizer, before.rstrip() + after)[len(left) :]
    assert whole[: len(left)] == left and whole[-len(right) :] == right
    return left, whole[len(left) : len(whole) - len(right)], right


def chain(name, left, word, right, mask):
    total = 0.0
    for done, piece in enumerate(word):
        ids = left + word[:done] + [mask] * (len(word) - done) + right
        total += float(log_probabilities(name, ids)[len(left) + done, piece])
    return total


@pytest.mark.parametrize("name", NAMES)
def test_split_head_equals_the_whole_model(name):
    model, tokenizer = REFERENCES[name]
    vocabulary = Vocabulary(model)
    assert vocabulary.split
    ids = torch.tensor([plain_ids(tokenizer, SENTENCES[1])] * 2)
    mask = torch.ones_like(ids)
    rows, columns = torch.tensor([0, 0, 1]), torch.tensor([1, 4, 2])
    with torch.inference_mode():
        found = torch.cat(list(vocabulary.each({"input_ids": ids, "attention_mask": mask}, rows, columns)))
        whole = model(input_ids=ids, attention_mask=mask).logits[rows, columns]
    assert (found - whole).abs().max() <= 1e-5


def test_a_wrong_split_is_noticed_and_the_whole_model_used(monkeypatch):
    model, tokenizer = REFERENCES["bert"]
    monkeypatch.setitem(HEADS, "cls", lambda m: lambda h: m.cls(h) + 1e-3)
    vocabulary = Vocabulary(model)
    assert not vocabulary.split
    ids = torch.tensor([plain_ids(tokenizer, SENTENCES[0])] * 3)
    rows, columns = torch.tensor([0, 2, 2]), torch.tensor([1, 2, 3])
    inputs = {"input_ids": ids, "attention_mask": torch.ones_like(ids)}
    with torch.inference_mode():
        found = torch.cat(list(vocabulary.each(inputs, rows, columns)))
        assert (found - model(input_ids=ids).logits[rows, columns]).abs().max() <= 1e-5


@pytest.mark.parametrize("name", NAMES)
def test_results_do_not_depend_on_batch_or_padding(masked, name):
    texts = [*SENTENCES, "She.", SENTENCES[1] + " " + SENTENCES[3]]
    requests = [Request(FRAME, choices=CHOICES), *(Request(text, "log_likelihood") for text in texts)]
    requests += [Request(text, "pseudo_log_likelihood") for text in texts]
    prepared = masked[name].prepare(requests)
    rows = [row for own in prepared for row in own]
    assert len({len(row.ids) for row in rows}) > 3
    alone = [masked[name].forward([row])[0] for row in rows]
    together = masked[name].forward(rows)
    for one, other in zip(alone, together, strict=True):
        for left, right in zip(one.log_probs, other.log_probs, strict=True):
            assert left == pytest.approx(right, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_closed_choice_is_the_chain_over_pieces(masked, name):
    tokenizer = REFERENCES[name][1]
    (answer,) = score(masked[name], [Request(FRAME, choices=CHOICES)])
    logs = []
    for choice in CHOICES:
        parts = word_at(tokenizer, "The woman worked as a ", choice, ", she said.")
        logs.append(chain(name, *parts, tokenizer.mask_token_id))
    assert any(len(word_at(tokenizer, "The woman worked as a ", c, ", she said.")[1]) > 1 for c in CHOICES)
    found = [math.log(p * answer.mass) for p in answer.probabilities]
    assert found == pytest.approx(logs, abs=2e-4)
    assert answer.labels == CHOICES
    assert math.fsum(answer.probabilities) == pytest.approx(1.0)


@pytest.mark.parametrize("name", NAMES)
def test_aul_is_one_unmasked_pass(masked, name):
    tokenizer = REFERENCES[name][1]
    request = Request(SENTENCES[0], "log_likelihood")
    (rows,) = masked[name].prepare([request])
    (answer,) = score(masked[name], [request])
    ids = plain_ids(tokenizer, SENTENCES[0])
    table = log_probabilities(name, ids)
    inner = range(1, len(ids) - 1)
    assert len(rows) == 1 and tokenizer.mask_token_id not in rows[0].ids
    assert answer.tokens == len(ids) - 2
    assert answer.value == pytest.approx(sum(float(table[at, ids[at]]) for at in inner), abs=2e-4)


@pytest.mark.parametrize("name", NAMES)
def test_pseudo_log_likelihood_masks_the_rest_of_a_word(masked, name):
    tokenizer = REFERENCES[name][1]
    text = "The woman said that the hygienist worked."
    ids = plain_ids(tokenizer, text)
    left, word, _ = word_at(tokenizer, "The woman said that the ", "hygienist", " worked.")
    inside = range(len(left), len(left) + len(word))
    assert len(word) > 1
    total = 0.0
    for at in range(1, len(ids) - 1):
        hide = [other for other in inside if other >= at] if at in inside else [at]
        masked_ids = [tokenizer.mask_token_id if other in hide else id_ for other, id_ in enumerate(ids)]
        total += float(log_probabilities(name, masked_ids)[at, ids[at]])
    (answer,) = score(masked[name], [Request(text, "pseudo_log_likelihood")])
    assert answer.value == pytest.approx(total, abs=5e-4)
    assert answer.tokens == len(ids) - 2


@pytest.mark.parametrize("name", ["bert", "roberta", "xlm-roberta"])
def test_excluded_words_are_not_counted(masked, name):
    text = "The librarian said that she worked."
    at = text.index("librarian")
    whole, part = score(
        masked[name], [Request(text, "log_likelihood"), Request(text, "log_likelihood", exclude=((at, at + 9),))]
    )
    tokenizer = REFERENCES[name][1]
    left, word, _ = word_at(tokenizer, "The ", "librarian", " said that she worked.")
    ids = plain_ids(tokenizer, text)
    table = log_probabilities(name, ids)
    inside = range(len(left), len(left) + len(word))
    assert whole.tokens - part.tokens == len(word)
    assert whole.value - part.value == pytest.approx(sum(float(table[i, ids[i]]) for i in inside), abs=2e-4)


@pytest.mark.parametrize("name", ["bert", "roberta", "xlm-roberta"])
def test_hidden_words_are_masked_piece_by_piece(masked, name):
    text = "The paralegal said that [MASK] worked."
    at = text.index("paralegal")
    (rows,) = masked[name].prepare([Request(text, choices=("she", "he"), hidden=((at, at + 9),))])
    tokenizer = REFERENCES[name][1]
    left, word, _ = word_at(tokenizer, "The ", "paralegal", " said that she worked.")
    ids = plain_ids(tokenizer, "The paralegal said that she worked.")
    blank = len(plain_ids(tokenizer, "The paralegal said that")) - 1
    expected = [
        tokenizer.mask_token_id if len(left) <= i < len(left) + len(word) or i == blank else x
        for i, x in enumerate(ids)
    ]
    assert [list(row.ids) for row in rows] == [expected]


def test_words_of_one_piece_share_one_row_and_equal_lengths_share_the_first(masked):
    (single,) = masked["bert"].prepare([Request(FRAME, choices=("nurse", "teacher", "man", "book"))])
    assert len(single) == 1 and len(single[0].targets[0]) == 4
    (both,) = masked["bert"].prepare([Request(FRAME, choices=("nurse", "paralegal", "paralegals"))])
    # one mask; two masks; and "para" revealed with one mask left, for both words
    assert [len(row.targets[0]) for row in both] == [1, 1, 2]


def test_byte_level_words_keep_their_leading_space(masked):
    tokenizer = masked["roberta"].tokenizer
    inner, first = tokenizer.blanks([(FRAME, ("nurse",), ()), ("[MASK] worked.", ("she",), ())])
    names = REFERENCES["roberta"][1].convert_ids_to_tokens
    assert names(list(inner.choices[0])) == ["Ġnurse"]
    assert names(list(first.choices[0])) == ["She"]
    assert names(list(inner.left))[-1] == "Ġa"


def test_a_bare_word_start_mark_belongs_to_its_word(masked):
    tokenizer = masked["xlm-roberta"].tokenizer
    (blank,) = tokenizer.blanks([(FRAME, ("zebra", "nurse"), ())])
    names = REFERENCES["xlm-roberta"][1].convert_ids_to_tokens
    assert names(list(blank.choices[0])) == ["▁", "z", "e", "b", "r", "a"]
    assert names(list(blank.left))[-1] == "▁a"
    pieces = tokenizer.encode(["a zebra, she"])[0]
    assert len(set(pieces.words[2:8])) == 1 and pieces.words[8] != pieces.words[7]


def test_best_words_come_with_their_probability(masked):
    request = Request(FRAME, choices=("nurse",), top_k=4)
    (answer,) = score(masked["bert"], [request])
    tokenizer = REFERENCES["bert"][1]
    left, _, right = word_at(tokenizer, "The woman worked as a ", "nurse", ", she said.")
    table = log_probabilities("bert", [*left, tokenizer.mask_token_id, *right])[len(left)].exp()
    special = set(tokenizer.all_special_ids) - {tokenizer.mask_token_id}
    best = [at for at in table.argsort(descending=True).tolist() if at not in special][:4]
    assert [word for word, _ in answer.top] == tokenizer.convert_ids_to_tokens(best)
    assert [p for _, p in answer.top] == pytest.approx([float(table[at]) for at in best], abs=1e-5)


def test_an_open_blank_needs_no_choices(masked):
    (answer,) = score(masked["roberta"], [Request("The man worked as a [MASK].", top_k=5)])
    assert len(answer.top) == 5 and answer.labels == () and answer.mass == 0.0


def test_continuations_are_marked_where_a_word_was_asked_for(masked):
    tokenizer = masked["roberta"].tokenizer
    vocabulary = REFERENCES["roberta"][1].get_vocab()
    assert tokenizer.word(vocabulary["Ġman"], True) == "man"
    assert tokenizer.word(vocabulary["e"], True) == "##e"
    assert tokenizer.word(vocabulary["e"], False) == "e"


def test_pieces_that_reach_over_spaces_are_tokenised_in_place():
    from tokenizers import Tokenizer, models, pre_tokenizers
    from transformers import PreTrainedTokenizerFast

    words = [("<unk>", 0.0), ("<pad>", 0.0), ("<mask>", 0.0), ("▁a▁nurse", -1.0), ("▁as▁a", -1.0)]
    words += [(piece, -3.0) for piece in ("▁a", "▁as", "▁nurse", "▁man", ".", "▁")]
    backend = Tokenizer(models.Unigram(words, unk_id=0))
    backend.pre_tokenizer = pre_tokenizers.Metaspace(prepend_scheme="always", split=False)
    tokenizer = PreTrainedTokenizerFast(
        tokenizer_object=backend, unk_token="<unk>", pad_token="<pad>", mask_token="<mask>"
    )
    from audit.models.tokens import PieceTokenizer

    found = PieceTokenizer(tokenizer, 20).blanks([("as a [MASK].", ("man",), ())])[0]
    assert tokenizer.convert_ids_to_tokens(list(found.left + found.choices[0])) == ["▁as▁a", "▁man"]
    with pytest.raises(CaveatError, match="cannot be told apart"):
        PieceTokenizer(tokenizer, 20).blanks([("man a [MASK].", ("nurse",), ())])


def test_unknown_tokens_are_counted(masked):
    asked = [
        Request("The man 😀 worked # as a [MASK].", choices=("nurse",)),
        Request("She 😀 worked.", "log_likelihood"),
    ]
    closed, whole = score(masked["bert"], asked)
    assert (closed.unknown, whole.unknown) == (2, 1)
    assert closed.tokens == 9


def test_long_texts_are_cut_at_their_end_and_keep_the_blank(masked):
    model = masked["bert"]
    long = "the man worked as a nurse " * 20
    early, late, whole = (
        Request(f"[MASK] said {long}.", choices=("she",)),
        Request(f"{long} and [MASK] worked.", choices=("she",)),
        Request(long, "log_likelihood"),
    )
    for (row, *_), answer in zip(model.prepare([early, late, whole]), score(model, [early, late, whole]), strict=True):
        assert len(row.ids) == model.max_length == 40
        assert answer.truncated
        assert row.ids[0] == model.tokenizer.encode(["a"])[0].ids[0]
        assert row.ids[-1] == model.tokenizer.encode(["a"])[0].ids[-1]
    assert model.tokenizer.mask_id in model.prepare([late])[0][0].ids
    assert model.prepare([early])[0][0].ids[1] == model.tokenizer.mask_id


def test_roberta_positions_leave_less_room_for_text(tmp_path):
    model, tokenizer = tiny_models.make("roberta", max_position_embeddings=20)
    loaded = load_model(tiny_models.save(tmp_path, model, tokenizer))
    assert loaded.max_length == 20 - tokenizer.pad_token_id - 1
    (answer,) = score(loaded, [Request("the man worked as a nurse " * 9, "log_likelihood")])
    assert answer.truncated and math.isfinite(answer.value)


def test_saved_padding_is_not_taken_for_text(tmp_path):
    model, tokenizer = tiny_models.make("bert")
    tokenizer.backend_tokenizer.enable_padding(length=30)
    tokenizer.backend_tokenizer.enable_truncation(5)
    loaded = load_model(tiny_models.save(tmp_path, model, tokenizer))
    (rows,) = loaded.prepare([Request("the man worked as a nurse", "log_likelihood")])
    assert len(rows[0].ids) == 8


def test_own_masked_logits_are_used_in_small_groups(monkeypatch):
    base, tokenizer = tiny_models.make("bert")
    widths = []

    class Variant(torch.nn.Module):
        config = base.config

        def masked_logits(self, input_ids, attention_mask, positions):
            widths.append(len(input_ids))
            return base(input_ids=input_ids, attention_mask=attention_mask).logits[positions[:, 0], positions[:, 1]]

    info = ModelInfo(id="m", kind="masked-lm", revision="0" * 40, tasks=("fill-mask",))
    model = MaskedLM(Variant(), tokenizer, info, 40)
    requests = [Request(text, "log_likelihood") for text in SENTENCES]
    expected = [answer.value for answer in score(MaskedLM(base, tokenizer, info, 40), requests)]
    widths.clear()
    assert [answer.value for answer in score(model, requests)] == pytest.approx(expected, abs=1e-4)
    monkeypatch.setattr(heads, "LEAST", 10)
    monkeypatch.setattr(heads, "BLOCK", 0)
    assert [answer.value for answer in score(model, requests)] == pytest.approx(expected, abs=1e-4)
    assert widths == [4, 1, 1, 1, 1]


@pytest.mark.parametrize(
    ("text", "choices", "line"),
    [
        ("No blank here.", ("she",), r"needs exactly one blank, written \[MASK\]"),
        ("[MASK] and [MASK].", ("she",), "needs exactly one blank"),
        ("The [MASK].", ("", "she"), "a choice for the blank .* is empty"),
    ],
)
def test_questions_that_make_no_sense_are_refused(masked, text, choices, line):
    with pytest.raises(CaveatError, match=line):
        masked["bert"].prepare([Request(text, choices=choices)])


@pytest.mark.parametrize("operation", ["score", "log_likelihood", "pseudo_log_likelihood"])
def test_answers_need_no_memory_of_the_question(masked, operation):
    request = Request(FRAME, operation, choices=CHOICES, top_k=3)
    model = masked["bert"]
    (rows,) = model.prepare([request])
    results = model.forward(rows)
    first, again = model.finish(request, rows, results), model.finish(request, rows, results)
    assert repr(first) == repr(again)
