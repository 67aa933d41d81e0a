"""Statistics of somebody's own rows, beside scipy and statsmodels; figures by group: test_analysis_figures."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from scipy import stats as scipy_stats
from scipy.optimize import approx_fprime
from sklearn.metrics import f1_score
from statsmodels.regression.linear_model import OLS
from statsmodels.stats.inter_rater import fleiss_kappa
from statsmodels.stats.multitest import multipletests
from statsmodels.stats.proportion import proportion_confint
from test_analysis_figures import source, table

from audit.owndata.analysis.agreement import krippendorff
from audit.owndata.analysis.bounds import upper_bound
from audit.owndata.analysis.figures import Share, macro_f1, ratio
from audit.owndata.analysis.gaps import gaps_of
from audit.owndata.analysis.sides import RIGHT, ROWS, jackknife, together
from audit.owndata.analysis.sums import FEATURES, Grouping, reduce_rows
from audit.owndata.analysis.suppress import hide
from audit.owndata.baselines import Sample, compare, features

ACCURACY = Share("accuracy", RIGHT, ROWS)


def sample(rng, rows=240, writers=40):
    """Rows by writers who differ in how well they are read, and another model's answers."""
    cluster = rng.integers(0, writers, rows)
    level = rng.normal(1, 1, writers)[cluster]
    label = rng.integers(0, 3, rows)
    right, theirs = (rng.random(rows) < 1 / (1 + np.exp(-level - more)) for more in (0.4, 0.0))
    own, other = (np.where(x, label, (label + 1) % 3) for x in (right, theirs))
    return Sample([], label, own, cluster), other


def test_accuracy_of_two_models_is_mcnemars_exact_test_of_scipy():
    found, other = sample(np.random.default_rng(1))
    right, theirs = found.predicted == found.label, other == found.label
    first = int((right & ~theirs).sum())
    expected = scipy_stats.binomtest(first, first + int((~right & theirs).sum()))
    accuracy, _ = compare(replace(found, cluster=np.arange(240)), other, "other")
    assert accuracy.p == pytest.approx(expected.pvalue)


def test_accuracy_of_two_models_by_writer_leaves_each_writer_out():
    """As scipy's t with the effective number of writers less one; equal writers give statsmodels' clustered t test."""
    found, other = sample(np.random.default_rng(2))
    gap = (found.predicted == found.label).astype(float) - (other == found.label)
    left = np.array([gap[found.cluster != who].mean() for who in range(40)])
    se = np.sqrt(39 / 40 * ((left - gap.mean()) ** 2).sum())
    sizes = np.bincount(found.cluster)
    df = sizes.sum() ** 2 / (sizes**2).sum() - 1
    accuracy, _ = compare(found, other, "other")
    assert accuracy.p == pytest.approx(2 * scipy_stats.t.sf(abs(gap.mean()) / se, df))
    assert (accuracy.low, accuracy.high) == pytest.approx(scipy_stats.t.interval(0.95, df, gap.mean(), se))
    even = replace(found, cluster=np.arange(240) % 40)
    robust = {"cov_type": "cluster", "cov_kwds": {"groups": even.cluster, "use_correction": False}, "use_t": True}
    fit = OLS(gap, np.ones(len(gap))).fit(**robust)
    accuracy, _ = compare(even, other, "other")
    expected = 2 * scipy_stats.t.sf(abs(gap.mean()) / (fit.bse[0] * np.sqrt(40 / 39)), 39)
    assert accuracy.p == pytest.approx(expected)


def test_the_gradient_of_macro_f1_is_the_numerical_one_of_scipy():
    found, _ = sample(np.random.default_rng(3))
    sums = features(found.label, found.predicted).sum(0)
    value, gradient = macro_f1(sums)
    assert value == pytest.approx(f1_score(found.label, found.predicted, average="macro"))
    numerical = approx_fprime(sums, lambda x: macro_f1(x)[0], 1e-6)
    assert gradient == pytest.approx(numerical, abs=1e-6)


def shared_writers(rng):
    """Rows of two groups by forty writers, six rows each, who are in both."""
    found, _ = sample(rng)
    cluster = np.arange(240) % 40
    group = (np.arange(240) // 40) % 2
    return replace(found, cluster=cluster), group


def test_a_gap_between_groups_that_share_writers_is_the_clustered_regression_of_statsmodels():
    """With writers of equal size leaving one out is the sandwich, times G / (G - 1)."""
    found, group = shared_writers(np.random.default_rng(4))
    grouping = Grouping("g", ("g",))
    codes = grouping.codes_of([("x",), ("y",)])[group]
    grouping.add(codes, features(found.label, found.predicted), found.cluster, np.ones(240, dtype=bool))
    grouping.merge()
    sides = grouping.own(0), grouping.rest(0)
    values = [ratio(ACCURACY, side.sums) for side in sides]
    one, two = (jackknife(side, *value, ROWS) for side, value in zip(sides, values, strict=True))
    total = one.variance + two.variance - 2 * together(one, two, *sides)
    right = (found.predicted == found.label).astype(float)
    design = np.column_stack([np.ones(len(right)), group == 0]).astype(float)
    robust = {"cov_type": "cluster", "cov_kwds": {"groups": found.cluster, "use_correction": False}}
    fit = OLS(right, design).fit(**robust)
    assert one.value - two.value == pytest.approx(fit.params[1])
    assert total == pytest.approx(fit.cov_params()[1, 1] * 40 / 39, rel=1e-5), "sums by writer: single precision"
    assert abs(together(one, two, *sides)) > 1e-5, "writers are in both groups"


def test_confidence_of_groups_that_share_writers_has_that_standard_error():
    """One variance for both groups, less what they share: writers are of one size, and both groups vary alike."""
    rng = np.random.default_rng(7)
    found, group = shared_writers(rng)
    sure = np.clip(rng.normal(0.7, 0.05, 40)[found.cluster] + rng.normal(0, 0.05, 240), 0.5, 1)
    frame = pd.DataFrame(
        {"label": found.label, "predicted": found.predicted, "confidence": sure, "cluster": found.cluster + 1}
    )
    frame["g"] = np.where(group == 0, "x", "y")
    sums = reduce_rows(table(frame, ("g",)), source(("g",)))
    (finding,) = [f for f in gaps_of(sums, hide(sums)).findings if f.measure == "confidence"]
    design = np.column_stack([np.ones(240), group == 0]).astype(float)
    robust = {"cov_type": "cluster", "cov_kwds": {"groups": found.cluster, "use_correction": False}}
    fit = OLS(sure, design).fit(**robust)
    assert finding.gap == pytest.approx(fit.params[1], abs=1e-6)
    assert finding.se**2 == pytest.approx(fit.cov_params()[1, 1] * 40 / 39, rel=1e-3)


def test_accuracy_of_groups_is_corrected_by_holms_procedure_of_statsmodels():
    """One column: every group against the rest; what is secondary, by Benjamini and Hochberg."""
    rng = np.random.default_rng(8)
    frame = pd.DataFrame({"label": rng.integers(0, 3, 900), "g": rng.choice(list("abcd"), 900), "confidence": 0.8})
    wrong = rng.random(900) < np.where(frame["g"] == "a", 0.35, 0.2)
    frame["predicted"] = np.where(wrong, (frame["label"] + 1) % 3, frame["label"])
    sums = reduce_rows(table(frame, ("g",)), source(("g",)))
    findings = gaps_of(sums, hide(sums)).findings
    for primary, method in ((True, "holm"), (False, "fdr_bh")):
        family = [f for f in findings if f.primary == primary and np.isfinite(f.p)]
        expected = multipletests([f.p for f in family], method=method)[1]
        assert [f.p_adjusted for f in family] == pytest.approx(list(expected))
        assert max(f.p_adjusted - f.p for f in family) > 0.01


@pytest.mark.parametrize("wrong", [0, 4, 150])
def test_the_bound_of_independent_rows_is_clopper_and_pearsons_of_scipy(wrong):
    bound = upper_bound(np.zeros(0), np.zeros(0), (150.0, float(wrong)))
    expected = scipy_stats.binomtest(wrong, 150, alternative="less").proportion_ci(0.95, method="exact")
    assert bound == pytest.approx(expected.high)
    assert bound == pytest.approx(proportion_confint(wrong, 150, alpha=0.1, method="beta")[1])


def test_the_bound_by_writer_is_clopper_and_pearsons_over_the_rows_they_are_worth():
    """Korn & Graubard 1998, with the design effect of statsmodels' clustered regression where no part has a larger."""
    rng = np.random.default_rng(5)
    who = np.repeat(np.arange(200), 5)
    wrong = (rng.random(1000) < rng.beta(0.3, 2.7, 200)[who]).astype(float)
    robust = {"cov_type": "cluster", "cov_kwds": {"groups": who, "use_correction": False}}
    variance = OLS(wrong, np.ones(1000)).fit(**robust).cov_params()[0, 0]
    rate = wrong.mean()
    narrow = (scipy_stats.norm.ppf(0.95) / scipy_stats.t.ppf(0.95, 199)) ** 2
    worth = rate * (1 - rate) / variance * narrow
    expected = scipy_stats.beta.ppf(0.95, rate * worth + 1, worth * (1 - rate))
    bound = upper_bound(np.full(200, 5.0), np.bincount(who, wrong))
    assert bound == pytest.approx(expected, rel=0.02) and bound >= expected - 1e-9


def test_alpha_of_complete_labels_is_fleiss_kappa_of_statsmodels():
    """Four who judged everything; alpha draws pairs of labels without replacement, which is (N - 1) / N less chance."""
    rng = np.random.default_rng(6)
    truth = rng.integers(0, 3, 90)
    given = np.where(rng.random((90, 4)) < 0.75, truth[:, None], rng.integers(0, 3, (90, 4)))
    counts = np.array([[(row == code).sum() for code in range(3)] for row in given])
    patterns: dict[tuple[int, ...], int] = {}
    for row in given.tolist():
        patterns[(*row, 0)] = patterns.get((*row, 0), 0) + 1
    n = counts.sum()
    assert 1 - krippendorff(patterns) == pytest.approx((1 - fleiss_kappa(counts)) * (n - 1) / n)


def test_features_of_a_row_are_its_place_in_the_table():
    rows = features(np.array([0, 2]), np.array([1, 2]))
    assert rows.shape == (2, FEATURES)
    assert rows.argmax(1).tolist() == [1, 8]


def test_macro_f1_is_scikit_learns_whatever_classes_a_group_has():
    rng = np.random.default_rng(5)
    seen = set()
    for _ in range(300):
        classes = rng.choice(3, rng.integers(1, 4), replace=False)
        answers = rng.choice(3, rng.integers(1, 4), replace=False)
        n = int(rng.integers(1, 9))
        label, predicted = rng.choice(classes, n), rng.choice(answers, n)
        seen.add(len({*label.tolist(), *predicted.tolist()}))
        value, gradient = macro_f1(features(label, predicted).sum(0))
        assert value == pytest.approx(f1_score(label, predicted, average="macro", zero_division=0))
        assert np.isfinite(gradient).all()
    assert seen == {1, 2, 3}
    for code in range(3):
        assert macro_f1(features(np.array([code]), np.array([code])).sum(0))[0] == 1.0
    assert np.isnan(macro_f1(np.zeros(11))[0])
