import pytest
from audit.probes.swaps import swap

from audit.places import folder

LINES = folder("probes").joinpath("data", "swaps.tsv").read_text(encoding="utf-8").splitlines()
PAIRS = [tuple(line.split("\t")[1:]) for line in LINES if line and line[0] != "#"][1:]


def test_there_are_enough_pairs_and_none_twice() -> None:
    assert len(PAIRS) >= 200
    assert len({frozenset(pair) for pair in PAIRS}) == len(PAIRS)


@pytest.mark.parametrize(("first", "second"), PAIRS)
def test_every_hand_checked_pair_swaps_both_ways(first: str, second: str) -> None:
    assert swap(first) == second
    assert swap(second) == first
