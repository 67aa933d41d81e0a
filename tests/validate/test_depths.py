from statistics import median

import pytest
from kept import KEPT

from audit.validate.designs import Endpoint
from benchmarks.depths import by_suite, compare, detectable


def test_full_depth_sees_less_than_standard_depth():
    standard, full = (detectable(Endpoint("sarcasm", "sarcasm-cost"), depth, 2)[0] for depth in ("standard", "full"))
    assert median(full) < 0.6 * median(standard)


@pytest.mark.slow
def test_full_depth_sees_half_of_what_standard_depth_sees():
    ratios = by_suite(list(compare(runs=4)))
    assert set(ratios) >= set(KEPT)
    ratios = {name: ratios[name] for name in KEPT}
    assert max(ratios.values()) < 0.55, ratios
    assert min(ratios.values()) > 0.15, ratios
