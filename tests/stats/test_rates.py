"""Intervals of shares, calibration, selective prediction."""

import math

import numpy as np
import pytest
from scipy.special import expit
from scipy.stats import binomtest
from statsmodels.stats.proportion import proportion_confint

from audit.stats import (
    Part,
    calibration_error,
    calibration_interval,
    coverage_curve,
    effective_rows,
    generator,
    share_interval,
    solve,
    wilson,
)


def rate(table):
    template, filler = (codes.ravel() for codes in np.indices(table.shape))
    return solve([Part(template, filler, table.ravel().astype(float))], rate=True)


def test_wilson_is_that_of_scipy():
    expected = binomtest(7, 40).proportion_ci(0.95, method="wilson")
    assert wilson(7 / 40, 40) == pytest.approx((expected.low, expected.high))


def test_rows_that_move_together_count_for_fewer():
    table = np.repeat(np.arange(16)[:, None] % 4 == 0, 24, axis=1)
    gap = rate(table)
    assert effective_rows(gap, table.size) == pytest.approx(0.25 * 0.75 / gap.se**2)
    assert effective_rows(gap, table.size) < 17
    assert effective_rows(gap, 5) == 5


@pytest.mark.parametrize("share", [0.0, 1.0])
def test_none_or_all_are_worth_the_clusters(share):
    gap = rate(np.full((16, 24), share))
    assert effective_rows(gap, 384) == 16
    assert share_interval(gap, 384) == pytest.approx(proportion_confint(16 * share, 16, method="wilson"))


def test_share_intervals_hold_the_truth_where_rows_would_not():
    rng = np.random.default_rng(2)
    truth = expit(2 + rng.normal(0, np.sqrt(0.98), 200_000)).mean()
    ours, rows = [], []
    for _ in range(400):
        level = 2 + rng.normal(0, 0.7, (12, 1)) + rng.normal(0, 0.7, (1, 20))
        table = rng.random((12, 20)) < expit(level)
        low, high = share_interval(rate(table), 240)
        ours.append(low <= truth <= high)
        low, high = wilson(table.mean(), 240)
        rows.append(low <= truth <= high)
    assert np.mean(ours) >= 0.93
    assert np.mean(rows) < 0.85


def test_a_share_of_one_cluster_has_no_interval():
    assert all(math.isnan(x) for x in share_interval(rate(np.zeros((1, 1))), 1))


def test_calibration_error_is_near_0_on_calibrated_answers():
    rng = np.random.default_rng(3)
    ours, plain = [], []
    for _ in range(200):
        confidence = rng.uniform(0.5, 1, 200)
        correct = (rng.random(200) < confidence).astype(float)
        ours.append(calibration_error(confidence, correct) ** 2)
        bins = np.array_split(np.argsort(confidence), 10)
        plain.append(np.mean([(correct[b].mean() - confidence[b].mean()) ** 2 for b in bins]))
    assert np.mean(ours) < 0.6 * np.mean(plain)


def test_calibration_error_finds_a_shift():
    rng = np.random.default_rng(4)
    confidence = rng.uniform(0.7, 1, 5000)
    correct = (rng.random(5000) < confidence - 0.2).astype(float)
    assert calibration_error(confidence, correct) == pytest.approx(0.2, abs=0.02)


def test_calibration_error_needs_a_hundred_rows():
    assert math.isnan(calibration_error(np.full(99, 0.9), np.ones(99)))
    assert calibration_error(np.full(100, 1.0), np.ones(100)) == 0


def test_coverage_curve_takes_the_surest_first():
    coverage, accuracy, threshold = coverage_curve(np.array([0.6, 0.9, 0.9, 0.7]), np.array([0.0, 1.0, 1.0, 0.0]))
    assert coverage == pytest.approx([0.5, 0.75, 1.0])
    assert accuracy == pytest.approx([1.0, 2 / 3, 0.5])
    assert threshold == pytest.approx([0.9, 0.7, 0.6])


def answers(rng, templates, fillers, shift, sd):
    """Confidence and right answers, with template and filler effects; the shift makes a model surer than right."""
    score = np.abs(rng.normal(2, 1, (templates, fillers)))
    level = score + shift + rng.normal(0, sd, (templates, 1)) + rng.normal(0, sd, (1, fillers))
    correct = (rng.random((templates, fillers)) < expit(level)).astype(float)
    template, filler = (codes.ravel() for codes in np.indices((templates, fillers)))
    return template, filler, expit(score).ravel(), correct.ravel()


@pytest.mark.parametrize(("shift", "sd"), [(0.0, 0.0), (-1.0, 0.0), (-1.0, 0.5)])
def test_the_interval_of_the_calibration_error_holds_the_truth(shift, sd):
    rng = np.random.default_rng(11)
    _, _, confidence, correct = answers(rng, 800, 800, shift, sd)
    truth = 0.0 if shift == sd == 0 else calibration_error(confidence, correct)
    held = []
    for run in range(120):
        low, high = calibration_interval(*answers(rng, 16, 24, shift, sd), np.random.default_rng(run))
        held.append(low <= truth <= high)
    assert np.mean(held) >= 0.93


def test_a_calibration_error_has_an_interval_from_a_hundred_rows_and_two_clusters_on():
    rng = np.random.default_rng(12)
    low, high = calibration_interval(*answers(rng, 10, 10, 0.0, 0.0), generator(0, "x"))
    assert 0 <= low < high
    few = answers(rng, 9, 11, 0.0, 0.0)
    assert all(math.isnan(x) for x in calibration_interval(*few, generator(0, "x")))
    template, filler, confidence, correct = answers(rng, 10, 10, 0.0, 0.0)
    one = np.zeros_like(template)
    assert all(math.isnan(x) for x in calibration_interval(one, one, confidence, correct, generator(0, "x")))
