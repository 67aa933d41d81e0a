"""Tiny checkpoints of many architectures: each is asked rightly, or refused in a line that is true."""

from __future__ import annotations

import pytest

from benchmarks.anymodel import page, walk
from benchmarks.zoo import NOT_BUILT, REFUSED, Outcome, cases, outcome

EQUAL = "only texts of equal length are asked together"
CLASSES, BLANKS, ONWARD = "text-classification", "fill-mask", "text-generation"


@pytest.mark.parametrize(
    ("task", "name", "note"),
    [
        (CLASSES, "fnet", EQUAL),
        (BLANKS, "fnet", "trained on texts filled up to 512 pieces"),
        (CLASSES, "nystromformer", EQUAL),
        (CLASSES, "yoso", EQUAL),
        (CLASSES, "convbert", EQUAL),
        (CLASSES, "t5gemma", EQUAL),
        (CLASSES, "reformer", "random hashes"),
        (CLASSES, "funnel", EQUAL),
        (CLASSES, "canine", EQUAL),
        (BLANKS, "mobilebert", EQUAL),
        (BLANKS, "xmod", ""),
        (BLANKS, "flaubert", ""),
        (BLANKS, "bert", ""),
        (ONWARD, "codegen", ""),
        (ONWARD, "rwkv", ""),
        (ONWARD, "gemma3", ""),
        (ONWARD, "qwen3_5", ""),
        (CLASSES, "jamba", ""),
    ],
)
def test_families_that_differ_in_how_they_are_asked(tmp_path, task, name, note):
    found = outcome(task, name, tmp_path / "model")
    assert found.verdict == "right", found
    assert note in found.detail
    assert (EQUAL in found.detail) == (note == EQUAL or name in ("fnet", "reformer"))
    if name == "bert":
        assert found.difference <= 1e-5


def test_a_right_answer_is_told_from_a_wrong_one(tmp_path, monkeypatch):
    """The walk itself sees padding: with batches as they come, FNet is wrong."""
    from audit.models import padding

    monkeypatch.setattr(padding, "measured", lambda *args, **more: padding.Padding())
    assert outcome(CLASSES, "fnet", tmp_path / "model").verdict == "wrong"


def test_the_table_tells_what_became_of_each():
    found = [
        Outcome(CLASSES, "bert", "right"),
        Outcome(BLANKS, "bert", "right"),
        Outcome(CLASSES, "fnet", "right", EQUAL),
        Outcome(ONWARD, "xlnet", "refused", "/tmp/a/model reads a text from both sides"),
        Outcome(ONWARD, "blt", "not built", NOT_BUILT["blt"]),
    ]
    made = page(found)
    assert made.startswith("5 names: 3 right, 1 refused, 1 not built.")
    assert "| bert | right |  | right |" in made and "| fnet |  |  | right, equal lengths |" in made
    assert "- xlnet (left to right): it reads a text from both sides" in made


@pytest.mark.slow
def test_every_name_is_right_or_refused_in_a_true_line():
    found = walk()
    assert len(found) == len(cases()) > 350
    wrong = [one for one in found if one.verdict in ("wrong", "traceback")]
    assert not wrong, wrong
    assert sum(one.verdict == "not built" for one in found) <= 45
    refused = {(one.task, one.name): one.detail for one in found if one.verdict == "refused"}
    assert refused.keys() == REFUSED.keys()
    assert all(REFUSED[key] in line for key, line in refused.items())
