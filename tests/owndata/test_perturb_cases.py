"""Every kind of rewriting against a table that was written and checked by hand."""

from __future__ import annotations

import re
from collections import Counter
from pathlib import Path

import pytest

from audit.owndata.perturb import KINDS
from audit.owndata.perturb.core import table
from audit.owndata.perturb.making import _FIND

_LINES = (Path(__file__).parent / "perturb_cases.tsv").read_text(encoding="utf-8").splitlines()
CASES = [line.split("\t") for line in _LINES if line and not line.startswith("#")][1:]
NAMES = {row["name"]: (row["group"], row["gender"]) for row in table("names")}


@pytest.mark.parametrize(("kind", "text", "made"), [c for c in CASES if c[0] != "name"])
def test_case(kind, text, made):
    expected = [] if made == "-" else made.split(" || ")
    assert [variant.text for variant in _FIND[kind](text).variants] == expected


@pytest.mark.parametrize(("text", "made"), [c[1:] for c in CASES if c[0] == "name"])
def test_names(text, made):
    variants = _FIND["name"](text).variants
    if made == "-":
        assert variants == ()
        return
    pattern = re.escape(made).replace(r"\{\}", r"([A-Z][a-z]+)")
    old = re.fullmatch(pattern, text).group(1)
    for variant in variants:
        found = re.fullmatch(pattern, variant.text)
        assert found and len(set(found.groups())) == 1
        new = found.group(1)
        assert new != old
        assert NAMES[new][1] == NAMES[old][1], "gender stays"
        assert (NAMES[new][0] == NAMES[old][0]) == variant.floor
    assert {variant.floor for variant in variants} == {True, False}


def test_the_table_is_large_and_covers_every_kind():
    counts = Counter(case[0] for case in CASES)
    assert set(counts) == set(KINDS)
    assert len(CASES) >= 250
    assert len({tuple(case[:2]) for case in CASES}) == len(CASES)
    refused = Counter(case[0] for case in CASES if case[2] == "-")
    assert all(refused[kind] >= 2 for kind in KINDS), "each kind has texts that it must leave alone"
