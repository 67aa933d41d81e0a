from __future__ import annotations

import math

import pytest
from kept import KEPT

from audit.labelcheck import CHECK, Judgement, check, judgements, krippendorff_alpha, table, text_digest, unjudged
from audit.places import folder
from audit.suites import load_suites


@pytest.fixture(scope="module")
def sarcasm():
    return load_suites(["sarcasm"], "full")[0]


def test_alpha_of_a_worked_example():
    # Ten items, nominal, two annotators: Krippendorff 2011, section B: alpha = .095.
    one, two = "0100000000", "1110010010"
    assert krippendorff_alpha(list(zip(one, two, strict=True))) == pytest.approx(0.095, abs=5e-4)


def test_alpha_is_one_for_full_agreement_and_undefined_for_one_label():
    assert krippendorff_alpha([("n", "n"), ("p", "p")]) == 1
    assert math.isnan(krippendorff_alpha([("n", "n"), ("n", "n")]))


def test_judgements_of_a_reworded_text_do_not_count(sarcasm):
    item = next(example for example in sarcasm.examples if example.allowed == {"negative"})
    kept = Judgement("sarcasm", item.id, text_digest(item.text), "n", "n")
    changed = Judgement("sarcasm", item.id, text_digest(item.text + "!"), "p", "p")
    (row,) = check(sarcasm, [kept, changed])
    assert (row["items"], row["disagreements"]) == ("1", "0")


@pytest.mark.parametrize(
    ("first", "disagreements", "says"), [("n", "0", "none"), ("pn", "1", "kept"), ("p", "1", "open")]
)
def test_a_label_outside_the_allowed_ones_is_a_disagreement(sarcasm, first, disagreements, says):
    item = next(example for example in sarcasm.examples if example.allowed == {"negative"})
    (row,) = check(sarcasm, [Judgement("sarcasm", item.id, text_digest(item.text), first, "n")])
    assert row["disagreements"] == disagreements and row["resolution"].startswith(says)


def test_the_table_is_that_of_the_passes_and_nothing_is_open():
    judged = judgements()
    rows = [row for suite in load_suites(None, "full") for row in check(suite, judged)]
    assert table(rows) == (folder("probes") / "data" / CHECK).read_text(encoding="utf-8"), "run: caveat suites labels"
    assert [row["test"] for row in rows if row["resolution"] == "open"] == []
    assert sum(int(row["items"]) for row in rows) > 5000


def test_a_reworded_frame_is_listed_until_it_is_judged(sarcasm):
    judged = [found for found in judgements() if found.suite == "sarcasm"]
    assert unjudged(sarcasm, judged) == []
    arm = [example for example in sarcasm.examples if (example.template, example.group) == ("thanks-1", "sincere")]
    without = [found for found in judged if found.example not in {example.id for example in arm}]
    assert unjudged(sarcasm, without) == [arm[0].id]


def test_every_wording_of_every_frame_is_judged_as_it_is_now():
    judged = judgements()
    assert [example for suite in load_suites(KEPT, "full") for example in unjudged(suite, judged)] == []
