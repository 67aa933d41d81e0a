"""Own sentences: what is accepted, how twins are shown, and that nothing of it is taken for markup."""

from __future__ import annotations

import pytest

from audit.models.base import Request, Response
from audit.models.function import FunctionModel, word_count
from audit.page.trying import LONGEST, answered, clean, marked, percent, pieces, requests
from audit.schema import CaveatError
from audit.scoring import score


@pytest.mark.parametrize(
    ("text", "blank", "line"),
    [
        ("  ", False, "The first sentence is empty"),
        ("x" * (LONGEST + 1), False, "has 301 characters"),
        ("No blank here.", True, "has 0 blanks"),
        ("[MASK] and [MASK].", True, "has 2 blanks"),
        ("He is [MASK].", False, "judges whole sentences"),
    ],
)
def test_an_own_sentence_that_does_not_fit_says_so(text: str, blank: bool, line: str) -> None:
    with pytest.raises(CaveatError, match=line):
        clean(text, "first", blank)


def test_an_own_sentence_is_tidied() -> None:
    assert clean(" The  man\nworked as a ___. ", "first", True) == "The man worked as a [MASK]."
    assert clean("He is <mask>.", "first", True) == "He is [MASK]."


def test_twins_are_shown_side_by_side_and_escaped() -> None:
    model = word_count()
    pair = ("The <i>food</i> was good.", "The <i>food</i> was bad.")
    asked = requests(model, pair)
    assert asked == [Request(pair[0]), Request(pair[1])]
    html = answered([model], pair, [score(model, asked)])
    assert "<i>" not in html and html.count("negative") >= 2
    assert "the label changes from positive to negative" in html
    assert "not stored" in html


def test_only_the_changed_words_are_marked() -> None:
    assert marked("The man worked.", "The woman worked.") == "The <mark>man</mark> worked."
    assert marked("a <b", "a <c") == "a <mark>&lt;b</mark>"
    assert marked("same", "same") == "same"


def test_fills_of_twins_are_compared() -> None:
    model = FunctionModel("filler", fill=lambda texts, choices: [[] for _ in texts])
    answers = [
        Response(top=(("nurse", 0.2), ("cook", 0.1))),
        Response(top=(("mechanic", 0.3), ("cook", 0.1)), unknown=1),
    ]
    html = answered([model], ("The woman [MASK].", "The man [MASK]."), [answers])
    assert "share 1" in html and "Only in the first: nurse" in html and "Only in the second: mechanic" in html
    assert "does not know 1 of them" in html
    assert requests(model, ("The [MASK].",))[0].top_k == 10


def test_pieces_come_from_the_models_tokenizer() -> None:
    class Tokenizer:
        mask_token = "<m>"

        def tokenize(self, text: str) -> list[str]:
            return list(text)

    model = word_count()
    assert pieces(model, "two words") == ["two", "words"]
    model.raw_tokenizer = Tokenizer()  # type: ignore[attr-defined]
    assert pieces(model, "a[MASK]") == ["a", "<", "m", ">"]


def test_four_models_stand_side_by_side_on_one_scale() -> None:
    models = [word_count() for _ in range(4)]
    pair = ("A good day.", "A <b>bad</b> day.")
    html = answered(models, pair, [score(model, requests(model, pair)) for model in models])
    assert html.count("<h3>word-count</h3>") == 4 and "several" in html and "<b>bad" not in html
    assert html.count('class="which"') == 12
    lists = [Response(top=tuple((f"w{n}", 0.1) for n in range(10)))] * 2
    filler = FunctionModel("filler", fill=lambda texts, choices: [[] for _ in texts])
    blanks = ("The [MASK].", "A [MASK].")
    assert answered([filler], blanks, [lists]).count("width:100.0%") == 2 * 10
    assert answered([filler, filler], blanks, [lists, lists]).count("width:100.0%") == 4 * 6


def test_small_and_large_probabilities_keep_a_decimal() -> None:
    assert [percent(p).split("\N{NARROW NO-BREAK SPACE}")[0] for p in (0.004, 0.0994, 0.25, 0.99, 0.999)] == [
        "0.4",
        "9.9",
        "25",
        "99",
        "99.9",
    ]
