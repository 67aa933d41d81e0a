"""The table of broken lines fits the project as it is: each line stands in its file once, each test is there."""

from __future__ import annotations

from collections import Counter

import pytest
from guards import GUARDS

from benchmarks.mutants import ROOT, mutants


@pytest.mark.parametrize("mutant", mutants(), ids=lambda mutant: f"{mutant.file}: {mutant.wrong[:40]}")
def test_the_line_is_there_once_and_so_is_the_test(mutant):
    source = (ROOT / "audit" / mutant.file).read_text(encoding="utf-8")
    assert source.count(mutant.right) == 1, "the line has changed: write this mutant anew"
    compile(source.replace(mutant.right, mutant.wrong), mutant.file, "exec")
    for test in mutant.tests.split():
        file, _, name = test.partition("::")
        tests = (ROOT / "tests" / file).read_text(encoding="utf-8")
        assert f"def {name.partition('[')[0]}(" in tests if name else tests


def test_each_promise_is_broken_in_three_ways_or_more():
    counted = Counter(f"the {mutant.guard}" for mutant in mutants())
    assert set(counted) == set(GUARDS)
    assert min(counted.values()) >= 3
