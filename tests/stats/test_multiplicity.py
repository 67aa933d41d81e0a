"""Corrections for several tests."""

import math
from itertools import combinations

import numpy as np
import pytest
from scipy.stats import binom, false_discovery_control
from statsmodels.stats.multitest import multipletests

from audit.stats import benjamini_hochberg, holm, suite_weights

P = [0.04, 0.001, 0.2, 0.011, 0.03, 0.011]


def test_equal_weights_are_plain_holm():
    assert holm(P) == pytest.approx(multipletests(P, method="holm")[1])


def test_weights_follow_holm_1979():
    """p/w is 0.01, 0.04 and 0.06; the weights left at each step are 2, 1 and 0.5."""
    assert holm([0.01, 0.02, 0.03], [1.0, 0.5, 0.5]) == pytest.approx([0.02, 0.04, 0.04])
    assert holm([0.03, 0.02, 0.01], [0.5, 0.5, 1.0]) == pytest.approx([0.04, 0.04, 0.02])


def test_weighted_holm_is_the_closed_test_of_weighted_bonferroni():
    """A hypothesis is rejected where every set that it is in is: its p is the largest over the sets it belongs to."""
    rng = np.random.default_rng(2)
    for _ in range(20):
        p, w = rng.random(5) ** 3, rng.uniform(0.1, 1.0, 5)
        sets = [list(s) for n in range(1, 6) for s in combinations(range(5), n)]
        by_set = [min(1.0, min(p[i] * w[s].sum() / w[i] for i in s)) for s in sets]
        closed = [max(q for s, q in zip(sets, by_set, strict=True) if i in s) for i in range(5)]
        assert holm(p, w) == pytest.approx(closed)


def test_weighted_holm_keeps_the_family_wise_error():
    rng = np.random.default_rng(1)
    weights = suite_weights(["a", "b", "c", *["d"] * 9])
    wrong = np.mean([min(holm(rng.random(12), weights)) < 0.05 for _ in range(2000)])
    assert wrong <= binom.ppf(0.999, 2000, 0.05) / 2000
    assert np.mean([rng.random(12).min() < 0.05 for _ in range(500)]) > 0.3


def test_benjamini_hochberg_is_in_the_order_given():
    assert benjamini_hochberg(P) == pytest.approx(list(false_discovery_control(P)))


def test_what_was_not_tested_takes_no_share():
    nan = float("nan")
    for adjust in (holm, benjamini_hochberg):
        found = adjust([0.04, nan, 0.01])
        assert math.isnan(found[1])
        assert [found[0], found[2]] == pytest.approx(adjust([0.04, 0.01]))
    assert benjamini_hochberg([]) == holm([]) == []


def test_a_suite_shares_its_weight_among_its_axes():
    assert suite_weights(["a", "b", "b", "b", "b"]) == [1.0, 0.25, 0.25, 0.25, 0.25]
