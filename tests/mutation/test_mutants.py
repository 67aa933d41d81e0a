"""The tool that breaks the audit on purpose: what it cannot break it names; what is broken is noticed."""

from __future__ import annotations

from collections import Counter

import pytest

from benchmarks.mutants import Mutant, ask, copied, misfits, mutants, noticed

NOTICED = "mutation/test_guards.py::test_what_twins_share_leaves_no_trace"


def test_a_line_that_has_left_its_file_and_a_test_that_is_gone_are_named():
    gone = Mutant("pairing", "stats/design.py", "no such line", "", NOTICED)
    twice = Mutant(
        "pairing", "stats/design.py", "return", "raise", f"{NOTICED}[of-old] stats/test_design.py::test_gone"
    )
    assert list(misfits([gone, twice])) == [
        "mutants.tsv: this line is no longer in audit/stats/design.py: no such line",
        next(line for line in misfits([twice]) if "times in audit/stats/design.py: return" in line),
        "mutants.tsv: there is no test stats/test_design.py::test_gone",
    ]


def test_each_promise_is_broken_in_three_ways_or_more():
    counted = Counter(mutant.guard for mutant in mutants())
    assert len(counted) == 8 and min(counted.values()) >= 3


@pytest.mark.slow
def test_a_broken_copy_is_noticed_and_a_whole_one_is_not(tmp_path):
    folder = copied(tmp_path / "copy")
    mutant = next(mutant for mutant in mutants() if mutant.tests == NOTICED)
    assert noticed(mutant, folder) == NOTICED
    assert ask(folder, [NOTICED]) == ""
