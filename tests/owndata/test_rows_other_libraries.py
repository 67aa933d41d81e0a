"""Statistics of somebody's own rows, beside scipy and statsmodels; figures by group: test_analysis_figures."""

from __future__ import annotations

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
from audit.owndata.analysis.figures import RIGHT, ROWS, Share, macro_f1, ratio
from audit.owndata.analysis.gaps import gaps_of
from audit.owndata.analysis.selection import upper_bound
from audit.owndata.analysis.sums import FEATURES, Grouping, reduce_rows, sum_by
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
    accuracy, _ = compare(found, other, "other", False)
    assert accuracy.p == pytest.approx(expected.pvalue)


def test_accuracy_of_two_models_by_writer_is_the_clustered_t_test_of_statsmodels():
    found, other = sample(np.random.default_rng(2))
    gap = (found.predicted == found.label).astype(float) - (other == found.label)
    robust = {"cov_type": "cluster", "cov_kwds": {"groups": found.cluster}, "use_t": True}
    fit = OLS(gap, np.ones(len(gap))).fit(**robust)
    accuracy, _ = compare(found, other, "other", True)
    assert accuracy.p == pytest.approx(fit.pvalues[0])
    assert (accuracy.low, accuracy.high) == pytest.approx(tuple(fit.conf_int()[0]))


def test_the_gradient_of_macro_f1_is_the_numerical_one_of_scipy():
    found, _ = sample(np.random.default_rng(3))
    sums = features(found.label, found.predicted).sum(0)
    value, gradient = macro_f1(sums)
    assert value == pytest.approx(f1_score(found.label, found.predicted, average="macro"))
    numerical = approx_fprime(sums, lambda x: macro_f1(x)[0], 1e-6)
    assert gradient == pytest.approx(numerical, abs=1e-6)


def test_a_gap_between_groups_that_share_writers_is_the_clustered_regression_of_statsmodels():
    """Its parts, before each is scaled by its own G / (G - 1)."""
    rng = np.random.default_rng(4)
    found, _ = sample(rng)
    group = rng.integers(0, 2, len(found.label))
    grouping = Grouping("g", ("g",))
    codes = grouping.codes_of([("x",), ("y",)])[group]
    grouping.add(codes, features(found.label, found.predicted), found.cluster)
    grouping.finish(True)
    (one, slope), (two, other_slope) = (ratio(ACCURACY, grouping.sums[code]) for code in (0, 1))
    own, rest, across = grouping.cross(0)
    total = slope @ own @ slope + other_slope @ rest @ other_slope - 2 * slope @ across @ other_slope
    right = (found.predicted == found.label).astype(float)
    design = np.column_stack([np.ones(len(right)), group == 0]).astype(float)
    robust = {"cov_type": "cluster", "cov_kwds": {"groups": found.cluster, "use_correction": False}}
    fit = OLS(right, design).fit(**robust)
    assert one - two == pytest.approx(fit.params[1])
    assert total == pytest.approx(fit.cov_params()[1, 1], rel=1e-5), "sums by writer are kept in single precision"
    assert np.abs(slope @ across @ other_slope) > 1e-5, "writers are in both groups"


def test_findings_between_groups_that_share_writers_have_that_standard_error():
    """The regression without its correction, each part scaled by its own G / (G - 1); the covariance is not."""
    rng = np.random.default_rng(7)
    found, _ = sample(rng)
    group = rng.integers(0, 2, len(found.label))
    right = (found.predicted == found.label).astype(float)
    robust = {"cov_type": "cluster", "use_t": True}
    plain = {"groups": found.cluster, "use_correction": False}
    design = np.column_stack([np.ones(len(right)), group == 0]).astype(float)
    whole = OLS(right, design).fit(cov_type="cluster", cov_kwds=plain).cov_params()[1, 1]
    parts, unscaled, fewest = 0.0, 0.0, 10_000
    for code in (0, 1):
        mine = group == code
        own = {**robust, "cov_kwds": {"groups": found.cluster[mine]}}
        clusters = len(np.unique(found.cluster[mine]))
        variance = OLS(right[mine], np.ones(int(mine.sum()))).fit(**own).cov_params()[0, 0]
        parts, unscaled = parts + variance, unscaled + variance * (clusters - 1) / clusters
        fewest = min(fewest, clusters)
    frame = pd.DataFrame(
        {"label": found.label, "predicted": found.predicted, "confidence": 0.8, "cluster": found.cluster + 1}
    )
    frame["g"] = np.where(group == 0, "x", "y")
    sums = reduce_rows(table(frame, ("g",)), source(("g",), "cluster"))
    (finding,) = [f for f in gaps_of(sums, hide(sums)).findings if f.measure == "accuracy"]
    assert (finding.group, finding.df) == ("x", fewest - 1)
    assert finding.se**2 == pytest.approx(parts - (unscaled - whole), rel=1e-5)


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
    bound = upper_bound(np.zeros((0, 2)), 150, wrong, 150, False)
    expected = scipy_stats.binomtest(wrong, 150, alternative="less").proportion_ci(0.95, method="exact")
    assert bound == pytest.approx(expected.high)
    assert bound == pytest.approx(proportion_confint(wrong, 150, alpha=0.1, method="beta")[1])


def test_the_bound_by_writer_is_the_clustered_t_bound_of_statsmodels():
    found, _ = sample(np.random.default_rng(5))
    wrong = (found.predicted != found.label).astype(float)
    _, sums = sum_by(found.cluster, np.column_stack([np.ones(len(wrong)), wrong]))
    robust = {"cov_type": "cluster", "cov_kwds": {"groups": found.cluster}, "use_t": True}
    fit = OLS(wrong, np.ones(len(wrong))).fit(**robust)
    bound = upper_bound(sums, len(wrong), wrong.sum(), len(sums), True)
    assert bound == pytest.approx(fit.conf_int(alpha=0.1)[0, 1])


def test_the_bound_of_writers_without_an_error_is_clopper_and_pearsons_over_writers():
    sums = np.column_stack([np.full(25, 6.0), np.zeros(25)])
    expected = scipy_stats.binomtest(0, 25, alternative="less").proportion_ci(0.95, method="exact")
    assert upper_bound(sums, 150, 0, 25, True) == pytest.approx(expected.high)


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
