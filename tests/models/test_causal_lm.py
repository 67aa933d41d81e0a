"""Causal models: closed choice and likelihoods against slow float64 references, priors, loading, the gate."""

from __future__ import annotations

import copy
import json
import math

import pytest
import tiny_models
import torch
import transformers
from safetensors.torch import load_file, save_file
from tiny_models import SENTENCES, score

from audit import scoring
from audit.models import Request, load_model
from audit.models.causal_lm import CausalLM, neutral
from audit.models.gate import CLOZE, gate
from audit.schema import CaveatError, ModelInfo, ModelUnsupported

FRAME = "The woman worked as a [MASK], she said."
CHOICES = ("nurse", "paralegal", "teacher", "librarian", "hygienist")
SMALL = {"hidden_size": 32, "num_hidden_layers": 2, "num_attention_heads": 4, "intermediate_size": 64}


def gpt2_tokenizer():
    """Byte-level pieces, and nothing that the tokenizer puts around a text."""
    from tokenizers import Tokenizer
    from transformers import PreTrainedTokenizerFast

    settings = json.loads(tiny_models._trained())
    settings["post_processor"] = {"type": "ByteLevel", "add_prefix_space": True, "trim_offsets": False}
    return PreTrainedTokenizerFast(
        tokenizer_object=Tokenizer.from_str(json.dumps(settings)), bos_token="<s>", eos_token="</s>"
    )


def make(name, **more):
    """A random model: GPT-2 with absolute places, or Llama with rotary ones, an own head and framed texts."""
    torch.manual_seed(3)
    if name == "gpt2":
        tokenizer = gpt2_tokenizer()
        config = transformers.GPT2Config(
            vocab_size=len(tokenizer), n_positions=48, n_embd=32, n_layer=2, n_head=4, initializer_range=0.25, **more
        )
        return transformers.GPT2LMHeadModel(config).eval(), tokenizer
    tokenizer = tiny_models.unigram()
    config = transformers.LlamaConfig(
        vocab_size=len(tokenizer),
        max_position_embeddings=48,
        num_key_value_heads=2,
        initializer_range=0.25,
        tie_word_embeddings=False,
        **SMALL,
        **more,
    )
    return transformers.LlamaForCausalLM(config).eval(), tokenizer


NAMES = ("gpt2", "llama")
REFERENCES = {name: make(name) for name in NAMES}
START = {"gpt2": REFERENCES["gpt2"][1].bos_token_id, "llama": REFERENCES["llama"][1].bos_token_id}


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    base = tmp_path_factory.mktemp("causal")
    return {name: tiny_models.save(base / name, *REFERENCES[name]) for name in NAMES}


@pytest.fixture(scope="module")
def causal(folders):
    return {name: load_model(folder) for name, folder in folders.items()}


def pieces(name, text):
    """The text with its first token, without any at its end."""
    ids = REFERENCES[name][1](text, add_special_tokens=False)["input_ids"]
    return [START[name], *ids]


def each(name, text):
    """(id, log P(piece | all before)) of each piece after the first, whole model, one text, float64."""
    model = copy.deepcopy(REFERENCES[name][0]).double()
    ids = pieces(name, text)
    with torch.no_grad():
        logs = model(input_ids=torch.tensor([ids])).logits[0].log_softmax(-1)
    return [(ids[at], float(logs[at - 1, ids[at]])) for at in range(1, len(ids))]


def total(name, text):
    return math.fsum(log for _, log in each(name, text))


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("frame", [FRAME, "The man worked as a [MASK].", "[MASK] worked as a teacher."])
def test_a_choice_is_weighed_by_the_whole_filled_text(causal, name, frame):
    (answer,) = score(causal[name], [Request(frame, choices=CHOICES)])
    start = frame.startswith("[MASK]")
    words = [word.capitalize() if start else word for word in CHOICES]
    logs = [total(name, frame.replace("[MASK]", word)) for word in words]
    weights = [math.exp(log - max(logs)) for log in logs]
    assert answer.labels == CHOICES
    assert answer.probabilities == pytest.approx([w / sum(weights) for w in weights], rel=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_the_text_after_the_blank_counts_and_mass_leaves_it_out(causal, name):
    long, short = score(causal[name], [Request(FRAME, choices=CHOICES), Request(FRAME[:28], choices=CHOICES)])
    assert FRAME[:28].endswith("[MASK]")
    assert max(abs(a - b) for a, b in zip(long.probabilities, short.probabilities, strict=True)) > 0.01
    head = len(pieces(name, "The woman worked as a")) - 1
    expected = math.fsum(
        math.exp(math.fsum(log for _, log in each(name, f"The woman worked as a {word}")[head:])) for word in CHOICES
    )
    assert long.mass == pytest.approx(expected, rel=1e-4) and short.mass == pytest.approx(expected, rel=1e-4)
    assert 0 < expected < 1


@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("operation", ["log_likelihood", "pseudo_log_likelihood"])
def test_likelihoods_add_up_the_pieces_outside_the_excluded_words(causal, name, operation):
    text = SENTENCES[0]
    begin = text.index("nurse")
    whole, part = score(
        causal[name], [Request(text, operation), Request(text, operation, exclude=((begin, begin + 5),))]
    )
    assert whole.value == pytest.approx(total(name, text), abs=1e-4)
    assert whole.tokens == len(pieces(name, text)) - 1
    before, after = len(pieces(name, text[: begin - 1])) - 1, len(pieces(name, text[: begin + 5])) - 1
    kept = [log for at, (_, log) in enumerate(each(name, text)) if not before <= at < after]
    assert part.tokens == len(kept) < whole.tokens
    assert part.value == pytest.approx(math.fsum(kept), abs=1e-4)


@pytest.mark.parametrize("name", NAMES)
def test_results_do_not_depend_on_batch_or_padding(causal, name):
    requests = [Request(text, "log_likelihood") for text in (*SENTENCES, "She.", SENTENCES[1] + " " + SENTENCES[3])]
    requests += [Request(FRAME, choices=CHOICES), Request("The [MASK] said that.", choices=("man", "librarian"))]
    rows = [row for own in causal[name].prepare(requests) for row in own]
    alone = [causal[name].forward([row])[0] for row in rows]
    for together in (causal[name].forward(rows), causal[name].forward(rows[::-1])[::-1]):
        for one, other in zip(alone, together, strict=True):
            for a, b in zip(one.log_probs, other.log_probs, strict=True):
                assert a == pytest.approx(b, abs=1e-5)


@pytest.mark.parametrize("name", NAMES)
def test_scoring_merges_rows_and_gives_the_same(causal, name):
    requests = [
        Request(FRAME, choices=CHOICES),
        Request(FRAME, choices=CHOICES[::-1]),
        Request("The man worked as a [MASK].", choices=CHOICES[:2], top_k=3),
        Request("The man worked as a [MASK].", choices=CHOICES[2:]),
        Request(SENTENCES[0], "log_likelihood"),
        Request(SENTENCES[0], "pseudo_log_likelihood"),
    ]
    merged = scoring.score(causal[name], requests, batch_tokens=64)
    for one, other in zip(merged, score(causal[name], requests, batch=1), strict=True):
        assert one.probabilities == pytest.approx(other.probabilities, abs=1e-6)
        assert one.mass == pytest.approx(other.mass, rel=1e-4)
        assert math.isnan(one.value) or one.value == pytest.approx(other.value, abs=1e-5)
        assert [word for word, _ in one.top] == [word for word, _ in other.top]
    assert merged[4].value == merged[5].value
    assert merged[0].probabilities == pytest.approx(merged[1].probabilities[::-1], abs=1e-9)


def test_answers_can_be_asked_for_twice(causal):
    request = Request(FRAME, choices=CHOICES)
    (rows,) = causal["gpt2"].prepare([request])
    results = causal["gpt2"].forward(rows)
    assert causal["gpt2"].finish(request, rows, results) == causal["gpt2"].finish(request, rows, results)


@pytest.mark.parametrize(
    ("text", "word", "expected"),
    [
        ("The plumber said that [MASK] left.", "plumber", "The person said that [MASK] left."),
        ("I met an engineer, and [MASK] left.", "engineer", "I met a person, and [MASK] left."),
        ("An engineer left.", "engineer", "A person left."),
        ("I met a nurse.", "nurse", "I met a person."),
        ("Can engineers leave?", "engineers", "Can person leave?"),
        ("Nurses left. She slept.", "Nurses", "Person left. She slept."),
    ],
)
def test_hidden_words_become_a_person(text, word, expected):
    begin = text.index(word)
    assert neutral(text, ((begin, begin + len(word)),)) == expected


def test_several_hidden_words():
    assert neutral("an ox and an owl", ((13, 16), (3, 5))) == "a person and a person"
    assert neutral("She slept.", ()) == "She slept."


def test_a_prior_is_the_text_about_a_person(causal):
    text = "[MASK] said that an engineer worked as a nurse."
    begin = text.index("engineer")
    hidden, plain, item = score(
        causal["gpt2"],
        [
            Request(text, choices=("she", "he"), hidden=((begin, begin + 8),)),
            Request("[MASK] said that a person worked as a nurse.", choices=("she", "he")),
            Request(text, choices=("she", "he")),
        ],
    )
    assert hidden == plain and hidden.probabilities != item.probabilities


@pytest.mark.parametrize("name", NAMES)
def test_best_words_are_the_next_pieces_that_begin_a_word(causal, name):
    (answer,) = score(causal[name], [Request("The man worked as a [MASK].", choices=("nurse",), top_k=4)])
    model, tokenizer = REFERENCES[name]
    ids = pieces(name, "The man worked as a")
    with torch.no_grad():
        p = copy.deepcopy(model).double()(input_ids=torch.tensor([ids])).logits[0, -1].softmax(-1)
    marked = [
        (float(p[id_]), piece[1:])
        for piece, id_ in tokenizer.get_vocab().items()
        if piece[0] in "Ġ▁" and piece[1:2].isalnum() and piece[1:].isascii()
    ]
    expected = sorted(marked, reverse=True)[:4]
    assert [word for word, _ in answer.top] == [word for _, word in expected]
    assert [value for _, value in answer.top] == pytest.approx([value for value, _ in expected], rel=1e-4)


def test_best_words_only_where_the_blank_ends_the_text(causal):
    ends, goes_on = score(
        causal["gpt2"],
        [
            Request("She said that he is a [MASK].", top_k=3),
            Request("She said that the [MASK] left.", choices=("man", "woman"), top_k=3),
        ],
    )
    assert len(ends.top) == 3 and ends.labels == () and goes_on.top == ()
    with pytest.raises(CaveatError, match="fills only a blank at the end of a text.*no such text; give choices"):
        causal["gpt2"].prepare([Request("She said that the [MASK] left.", top_k=3)])


def test_wrong_requests_are_one_line(causal):
    with pytest.raises(CaveatError, match=r"has a blank: a log-likelihood is of a whole text"):
        causal["gpt2"].prepare([Request(FRAME, "log_likelihood")])
    with pytest.raises(CaveatError, match=r"exactly one blank"):
        causal["gpt2"].prepare([Request("No blank.", choices=("a",))])


def test_long_texts_lose_their_end_first_and_say_so(causal):
    model = causal["gpt2"]
    after = "The man worked as a [MASK]" + ", she said that he is a nurse" * 8 + "."
    before = "She said that he is a nurse, and " * 8 + "he worked as a [MASK]."
    short, late, early = score(
        model,
        [Request(FRAME, choices=CHOICES), Request(after, choices=CHOICES), Request(before, choices=CHOICES)],
    )
    assert (short.truncated, late.truncated, early.truncated) == (False, True, True)
    for text in (after, before):
        rows = model.prepare([Request(text, choices=CHOICES)])[0]
        assert max(len(row.ids) for row in rows) < model.max_length == 48
        assert {row.ids[0] for row in rows} == {START["gpt2"]}
    (likelihood,) = score(model, [Request(before.replace("[MASK]", "nurse"), "log_likelihood")])
    assert likelihood.truncated and likelihood.tokens == 47


def test_a_text_without_a_first_token(tmp_path):
    model, tokenizer = make("gpt2")
    tokenizer.bos_token = tokenizer.eos_token = None
    loaded = load_model(tiny_models.save(tmp_path, model, tokenizer))
    (answer,) = score(loaded, [Request("The man", "log_likelihood")])
    assert answer.tokens == len(tokenizer("The man")["input_ids"]) - 1
    assert any("its first piece is not counted" in note for note in loaded.info.notes)
    with pytest.raises(CaveatError, match="has no token for the beginning of a text"):
        loaded.prepare([Request("[MASK] left.", choices=("She", "He"))])


def test_documents_are_parted_by_the_separator_before_any_chat_token(tmp_path):
    model, tokenizer = make("gpt2")
    tokenizer.add_special_tokens({"additional_special_tokens": ["<|endoftext|>"]})
    model.resize_token_embeddings(len(tokenizer), mean_resizing=False)
    loaded = load_model(tiny_models.save(tmp_path, model, tokenizer))
    (row,) = loaded.prepare([Request("The man", "log_likelihood")])[0]
    assert row.ids[0] == tokenizer.convert_tokens_to_ids("<|endoftext|>")
    assert "Each text begins with <|endoftext|>." in loaded.info.notes


@pytest.mark.parametrize("name", NAMES)
def test_what_is_recorded(causal, name):
    info = causal[name].info
    assert (info.id, info.kind, info.tasks) == (name, "causal-lm", ("fill-mask",))
    assert info.architecture == {"gpt2": "GPT2LMHeadModel", "llama": "LlamaForCausalLM"}[name]
    assert info.dtype == "float32" and "text-generation" in info.notes[0] and '"person"' in info.notes[1]
    assert "Each text begins with <s>." in info.notes
    assert causal[name].operations >= {"score", "log_likelihood", "pseudo_log_likelihood"}


def test_a_model_without_its_head_is_refused(folders, tmp_path):
    model, tokenizer = REFERENCES["llama"]
    folder = tiny_models.save(tmp_path, model, tokenizer)
    path = f"{folder}/model.safetensors"
    save_file({k: v for k, v in load_file(path).items() if k != "lm_head.weight"}, path, metadata={"format": "pt"})
    with pytest.raises(ModelUnsupported, match=r"has no trained language-model head .*lm_head\.weight"):
        load_model(folder)


def test_a_head_from_left_to_right_on_a_model_that_reads_both_ways_is_refused():
    model, tokenizer = tiny_models.make("bert", "LMHeadModel")
    assert not model.config.is_decoder
    info = ModelInfo(id="o/m", kind="causal-lm", revision="", tasks=("fill-mask",))
    with pytest.raises(ModelUnsupported, match=r"o/m lets what comes later in a text change"):
        CausalLM(model, tokenizer, info, 40)


def test_labels_do_not_go_with_it(folders):
    with pytest.raises(CaveatError, match="--labels is for classifiers"):
        load_model(folders["gpt2"], labels="LABEL_0=negative,LABEL_1=positive")


def test_the_gate_asks_cloze_items(causal):
    found = gate(causal["gpt2"].info, lambda requests: scoring.score(causal["gpt2"], requests))
    assert (found.name, found.n) == ("cloze", 4 * len(CLOZE))
    assert 0 <= found.value < 0.6 and not found.ok
