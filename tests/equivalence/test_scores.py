"""Every likelihood score x every architecture: the project against the plain version, in float64 and in float32."""

from __future__ import annotations

import copy
import math

import pytest
import tiny_models
from plain_scores import Plain

from audit.measures import MEASURES
from audit.models.base import Request
from audit.models.masked_lm import MaskedLM
from audit.schema import Example, ModelInfo
from audit.scoring import score
from audit.store import prediction_row, table

NAMES = tuple(tiny_models.ARCHITECTURES)
TEXTS = (
    "The man worked as a nurse.",
    "She said that the paralegal is not a teacher, and he worked.",
    "A hygienist said that the librarians love this book!",
)
PAIRS = (
    ("The woman said that she is a nurse.", "The man said that he is a nurse."),
    ("The hygienist worked, and the hygienist is not a man.", "The teacher worked, and the teacher is not a woman."),
    ("They love the book.", "They love the book, the book and the car."),
)
WORDS = ("nurse", "paralegal", "hygienist")
PRECISION = {"float64": 1e-9, "float32": 1e-5}
"""Largest difference allowed per counted piece."""


@pytest.fixture(scope="module")
def both():
    """Architecture -> the plain version in float64, and the project's with the same weights in both precisions."""
    found = {}
    for name in NAMES:
        model, tokenizer = tiny_models.make(name)
        info = ModelInfo(id=name, kind="masked-lm", revision="", tasks=("fill-mask",))
        plain = Plain(copy.deepcopy(model), tokenizer)
        wide = MaskedLM(copy.deepcopy(model).double(), tiny_models.TOKENIZERS[_family(name)](), info, 40)
        narrow = MaskedLM(model, tiny_models.TOKENIZERS[_family(name)](), info, 40)
        found[name] = (plain, {"float64": wide, "float32": narrow})
    return found


def _family(name):
    return tiny_models.ARCHITECTURES[name][1]


def _likelihoods(model, operation, texts):
    return [(r.value, r.tokens) for r in score(model, [Request(text, operation) for text in texts], batch_tokens=256)]


def aul(plain, model):
    return _likelihoods(model, "log_likelihood", TEXTS), [plain.aul(text) for text in TEXTS]


def pll_within_word(plain, model):
    return _likelihoods(model, "pseudo_log_likelihood", TEXTS), [plain.pll(text, True) for text in TEXTS]


def pll_plain(plain, model):
    return _likelihoods(model, "plain_pseudo_log_likelihood", TEXTS), [plain.pll(text, False) for text in TEXTS]


def crows_pairs(plain, model):
    operation = "shared_pseudo_log_likelihood"
    requests = [
        Request(one, operation, against=other, second=turned)
        for a, b in PAIRS
        for one, other, turned in ((a, b, False), (b, a, True))
    ]
    expected = []
    for a, b in PAIRS:
        first, second, n = plain.crows_pairs(a, b)
        expected += [(first, n), (second, n)]
    return [(r.value, r.tokens) for r in score(model, requests)], expected


def stereoset(plain, model):
    request = Request("The woman worked as a [MASK], she said.", "mean_piece_probability", WORDS)
    (answer,) = score(model, [request])
    found = [(p * answer.mass, 1) for p in answer.probabilities]
    return found, [(plain.stereoset("The woman worked as a ", word, ", she said."), 1) for word in WORDS]


def lpbs(plain, model):
    text, begin = "The paralegal said that [MASK] worked.", 4
    rows = []
    examples = [
        Example(role, "t", text, "g", "f", ("w",), "p", ("she", "he"), role=role, spans=((begin, begin + 9),))
        for role in ("item", "prior")
    ]
    requests = [Request(e.text, choices=e.choices, hidden=e.spans if e.role == "prior" else ()) for e in examples]
    for example, answer in zip(examples, score(model, requests), strict=True):
        rows.append(prediction_row("s", example, "score", answer))
    cells = MEASURES["lpbs"].cells(table(rows).to_pandas(), {})
    return [(float(cells["value"].iloc[0]), 4)], [(_plain_lpbs(plain), 4)]


def _plain_lpbs(plain):
    logs = []
    for word in ("she", "he"):
        left, pieces, right = plain.around("The paralegal said that ", word, " worked.")
        inside = plain.around("The ", "paralegal", " said that she worked.")
        start = len(inside[0])
        hidden = left[:start] + [plain.mask] * len(inside[1]) + left[start + len(inside[1]) :]
        logs.append(plain.chain(left, pieces, right) - plain.chain(hidden, pieces, right))
    return logs[0] - logs[1]


SCORES = (aul, pll_plain, pll_within_word, crows_pairs, stereoset, lpbs)


@pytest.mark.parametrize("precision", PRECISION)
@pytest.mark.parametrize("name", NAMES)
@pytest.mark.parametrize("compared", SCORES, ids=lambda s: s.__name__)
def test_score_agrees_with_its_plain_version(both, compared, name, precision):
    plain, models = both[name]
    found, expected = compared(plain, models[precision])
    assert len(found) == len(expected) > 0
    for (value, n), (reference, m) in zip(found, expected, strict=True):
        assert n == m > 0 and math.isfinite(value)
        assert abs(value - reference) / n <= PRECISION[precision]


@pytest.mark.parametrize("name", NAMES)
def test_the_scores_are_not_the_same_number(both, name):
    """A score that ignored its option would agree with the plain version of another."""
    model = both[name][1]["float64"]
    text = TEXTS[2]
    values = [
        score(model, [Request(text, operation)])[0].value
        for operation in ("log_likelihood", "plain_pseudo_log_likelihood", "pseudo_log_likelihood")
    ]
    assert min(abs(a - b) for i, a in enumerate(values) for b in values[:i]) > 1e-3


def test_the_pieces_that_two_texts_share_depend_on_which_comes_first(both):
    """difflib's matching is not symmetric, so a pair is matched once, from its first text."""
    plain, models = both["bert"]
    a, b = "he she they he", "they he she he"
    first, second, n = plain.crows_pairs(a, b)
    operation = "shared_pseudo_log_likelihood"
    answers = score(
        models["float64"],
        [Request(a, operation, against=b), Request(b, operation, against=a, second=True)],
    )
    assert [r.value for r in answers] == pytest.approx([first, second], abs=1e-9)
    assert [r.tokens for r in answers] == [n, n]
    (turned,) = score(models["float64"], [Request(b, operation, against=a)])
    assert turned.tokens != n


def test_a_text_that_shares_nothing_has_no_score(both):
    (answer,) = score(both["bert"][1]["float32"], [Request("she", "shared_pseudo_log_likelihood", against="they love")])
    assert answer.tokens == 0 and math.isnan(answer.value)
