"""Gaps between shares: statsmodels where it has the formula, sums over binomial counts where it has none."""

from __future__ import annotations

import math

import numpy as np
import pytest
from scipy.stats import binom, chi2_contingency, fisher_exact, norm
from statsmodels.stats.proportion import confint_proportions_2indep, proportion_confint, test_proportions_2indep

from audit.stats import score_z, share_gap, shrunken, spread_between, wilson_limits

test_proportions_2indep.__test__ = False  # it is a function to call, not a test to collect

TABLES = [(12, 12, 540, 600), (8, 12, 540, 600), (30, 100, 55, 120), (0, 20, 3, 400), (399, 400, 380, 400)]


def gap(one, n, two, m, **more):
    return share_gap((one / n, two / m), (float(n), float(m)), **more)


@pytest.mark.parametrize("table", TABLES)
@pytest.mark.parametrize("level", [0.95, 0.9])
def test_the_interval_is_newcombes_of_statsmodels(table, level):
    expected = confint_proportions_2indep(*table, method="newcomb", compare="diff", alpha=1 - level)
    assert gap(*table).interval(level) == pytest.approx(tuple(map(float, expected)))


@pytest.mark.parametrize("table", [(55, 120, 30, 100), (399, 400, 380, 400), (3, 400, 0, 200)])
def test_the_test_is_the_score_test_of_statsmodels_and_the_chi_squared_test_of_scipy(table):
    one, n, two, m = table
    squared = chi2_contingency([[one, n - one], [two, m - two]], correction=False)
    assert gap(*table).p == pytest.approx(float(squared.pvalue))
    if two:
        expected = test_proportions_2indep(*table, method="score", compare="diff", correction=False).pvalue
        assert gap(*table).p == pytest.approx(float(expected))


@pytest.mark.parametrize("table", [(8, 12, 540, 600), (27, 40, 646, 760), (9, 20, 17, 25)])
def test_below_a_hundred_rows_it_is_fishers_exact_test_of_scipy_where_that_is_larger(table):
    one, n, two, m = table
    seen = gap(*table)
    expected = fisher_exact([[one, n - one], [two, m - two]]).pvalue
    score = 2 * norm.sf(abs(seen.value / seen.se))
    assert seen.p == pytest.approx(max(float(expected), float(score)))


def test_of_many_small_groups_no_more_are_told_apart_than_allowed():
    """Nine misses of 20 where 15 % are missed: the score test gives p .0006, the binomial twice that."""
    counts = np.arange(21)
    chance = binom.pmf(counts, 20, 0.15)
    found = [gap(int(k), 20, 57, 380) for k in counts]
    exact = np.array([one.p < 0.05 / 80 for one in found])
    score = np.array([2 * norm.sf(abs(one.value / one.se)) < 0.05 / 80 for one in found])
    assert 80 * chance[exact].sum() < 0.05 < 0.1 < 80 * chance[score].sum()


def test_limits_of_a_share_are_wilsons_of_statsmodels():
    for right, n in ((0, 12), (5, 12), (12, 12), (311, 400)):
        expected = proportion_confint(right, n, method="wilson")
        assert wilson_limits(right / n, n, 1.959963984540054) == pytest.approx(expected, abs=1e-12)


def test_twelve_rows_against_six_hundred_show_a_gap_from_32_points_on():
    """At .05/6 from 40 on; the pooled formula promises 24."""
    found = gap(12, 12, 540, 600)
    assert found.detectable(0.05) == 0.32 and found.detectable(0.05 / 6) == 0.4
    counts = np.arange(13)
    for alpha, size in ((0.05, 0.32), (0.05 / 6, 0.4)):
        told = [share_gap((k / 12, 0.9), (12.0, 600.0)).p < alpha for k in counts]
        assert binom.pmf(counts, 12, 0.9 - size)[told].sum() >= 0.8
        assert binom.pmf(counts, 12, 0.9 - size + 0.01)[told].sum() < 0.8


def test_where_no_gap_can_be_seen_it_is_said():
    assert gap(5, 10, 5, 10).detectable(0.001) == 1.0


def test_what_large_groups_can_see_goes_on_where_the_sums_end():
    below, above = gap(90, 99, 540, 600).detectable(), gap(92, 101, 540, 600).detectable()
    assert abs(below - above) <= 0.011


def test_as_many_times_the_rows_as_said_show_the_gap_that_was_wanted():
    found = gap(240, 300, 480, 600)
    times = found.times(0.05, 0.05)
    more = share_gap((0.8, 0.8), (300 * times, 600 * times))
    assert more.detectable(0.05) == pytest.approx(0.05, abs=0.01)


def test_shared_writers_make_a_gap_surer_and_estimated_counts_less_sure():
    plain = gap(80, 100, 90, 100)
    shared, estimated = gap(80, 100, 90, 100, shared=0.5), gap(80, 100, 90, 100, dfs=(12.0, 12.0))
    assert shared.half_width() < plain.half_width() < estimated.half_width()
    assert shared.p < plain.p < estimated.p


def test_the_score_statistic_of_equal_rows_is_nought():
    assert score_z(1.0, 12, 1.0, 600) == 0.0 and gap(12, 12, 600, 600).p == 1.0
    assert math.isfinite(gap(12, 12, 600, 600).interval()[0])


def test_groups_that_differ_by_chance_shrink_to_their_mean_and_others_keep_their_spread():
    rng = np.random.default_rng(1)
    noise = rng.uniform(0.02, 0.08, 20)
    alike = 0.8 + noise * rng.standard_normal(20)
    assert np.ptp(shrunken(alike, noise**2)) < 0.35 * np.ptp(alike)
    apart = 0.8 + 0.15 * rng.standard_normal(20)
    kept = shrunken(apart + noise * rng.standard_normal(20), noise**2)
    assert np.corrcoef(kept, apart)[0, 1] > 0.9 and np.ptp(kept) > 0.6 * np.ptp(apart)


def test_the_spread_between_makes_the_weighted_squares_what_chance_would():
    values, variances = [0.5, 0.7, 0.9, 0.6], [0.001, 0.002, 0.001, 0.003]
    between = spread_between(values, variances)
    weights = 1 / (np.array(variances) + between)
    middle = weights @ values / weights.sum()
    assert weights @ (np.array(values) - middle) ** 2 == pytest.approx(3.0)
    assert spread_between([0.5, 0.501], [0.01, 0.01]) == 0.0
