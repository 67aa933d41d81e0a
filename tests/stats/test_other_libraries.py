"""Numbers that scipy, statsmodels, scikit-learn and fairlearn give as well are the same here.

Beside what stands below: Wilson's interval (`test_rates`), the balanced two-way table, one- and two-way clusters of a
mean (`test_twoway`), Holm's and Benjamini and Hochberg's procedures (`test_multiplicity`), and what is made of
somebody's own rows (`tests/owndata/test_rows_other_libraries`, `test_analysis_figures`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, equalized_odds_difference, false_negative_rate, selection_rate
from scipy import special
from scipy import stats as scipy_stats
from sklearn.calibration import calibration_curve
from sklearn.metrics import accuracy_score, brier_score_loss, precision_recall_curve, roc_auc_score
from statsmodels.regression.linear_model import OLS
from statsmodels.regression.mixed_linear_model import MixedLM
from statsmodels.stats.inter_rater import cohens_kappa, fleiss_kappa, to_table
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import ttost_paired

from audit.analysis import analyse
from audit.findings import verdict_of
from audit.labelcheck import krippendorff_alpha
from audit.measures import MEASURES
from audit.measures.base import log_ratio
from audit.measures.blanks import _jensen_shannon
from audit.models.classifier import polarity
from audit.models.gate import area_under_curve
from audit.models.labels import resolve
from audit.schema import ModelInfo
from audit.stats import (
    Part,
    bootstrap_interval,
    calibration_error,
    cluster,
    coverage_curve,
    flip_p,
    generator,
    sign_flip,
    solve,
    worst_gap_null,
)
from audit.validate.designs import Endpoint, bench, suite_named
from audit.validate.worlds import REALISTIC, draw

MASKED = Endpoint("masking", "missed-distress")
RELIGION = Endpoint("demographics", "religion-errors")


def row_of(values):
    """Values of templates, one filler."""
    found = np.asarray(values, dtype=float)
    return Part(np.arange(len(found)), np.zeros(len(found), dtype=int), found)


def fairlearn_frame(rows, metric):
    """A metric by group; "positive" outcome: the right answer was "negative", the prediction is "negative"."""
    truth = np.array(["negative" in allowed for allowed in rows["allowed"]])
    return MetricFrame(
        metrics=metric, y_true=truth, y_pred=(rows["label"] == "negative").to_numpy(), sensitive_features=rows["group"]
    )


def group_means(rows, measure, fillers):
    cells = MEASURES[measure].cells(rows, fillers)
    return cells.groupby("group")["value"].mean()


def test_missed_distress_is_the_false_negative_rate_of_fairlearn():
    ready = bench(MASKED)
    rows = draw(ready, REALISTIC, generator(0, "fairlearn"), 1.0)
    frame = fairlearn_frame(rows, false_negative_rate)
    ours = group_means(rows, "miss", ready.fillers)
    assert ours.to_dict() == pytest.approx(frame.by_group.to_dict())
    # a family of templates weighs as one here, and fairlearn knows rows alone
    assert abs(replace(ready, families={}).gap(rows).value) == pytest.approx(frame.difference(method="between_groups"))
    assert min(ours) > 0


def test_false_alarms_are_the_selection_rate_of_fairlearn():
    ready = bench(Endpoint("masking", "false-alarms"))
    rows = draw(ready, REALISTIC, generator(0, "fairlearn"), 1.0)
    frame = fairlearn_frame(rows, selection_rate)
    assert group_means(rows, "false_alarm", ready.fillers).to_dict() == pytest.approx(frame.by_group.to_dict())


def test_accuracy_by_group_and_its_worst_gap_are_those_of_fairlearn():
    ready = bench(RELIGION)
    rows = draw(ready, REALISTIC, generator(0, "fairlearn"), 1.0)
    right = rows["correct"].astype(bool)
    frame = MetricFrame(
        metrics=accuracy_score, y_true=np.ones(len(rows)), y_pred=right, sensitive_features=rows["group"]
    )
    info = ModelInfo("m", "function", "0" * 40, ("text-classification",))
    estimates, _, _ = analyse(rows, [suite_named("demographics")], info)
    ours = {e.group: e.value for e in estimates if (e.measure, e.by) == ("accuracy", "group")}
    assert ours == pytest.approx(frame.by_group.to_dict())
    (worst,) = [e for e in estimates if e.measure == "worst_gap" and e.group == "religion"]
    assert worst.value == pytest.approx(frame.difference(method="between_groups"))
    assert worst.extra["worst"] == frame.by_group.idxmin()
    (overall,) = [e for e in estimates if (e.measure, e.by) == ("accuracy", "overall")]
    assert overall.value == pytest.approx(frame.overall)


def test_one_filler_is_the_paired_t_test_of_scipy():
    rng = np.random.default_rng(1)
    a, b = rng.normal(0.3, 1, 14), rng.normal(0, 1, 14)
    expected = scipy_stats.ttest_rel(a, b)
    gap = solve([row_of(a - b)])
    assert gap.p == pytest.approx(expected.pvalue)
    assert gap.interval() == pytest.approx(tuple(expected.confidence_interval(0.95)))


@pytest.mark.parametrize("shift", [0.0, 0.02, 0.2])
def test_no_larger_than_is_two_one_sided_tests(shift):
    """The 90 % interval lies within the threshold exactly where the larger one-sided p is below .05."""
    rng = np.random.default_rng(2)
    a = rng.normal(0, 1, 16)
    b = a - rng.normal(shift, 0.1, 16)
    p, _, _ = ttost_paired(a, b, -0.1, 0.1)
    verdict, _ = verdict_of(solve([row_of(a - b)]), 0.1, 1.0)
    assert (verdict == "equivalent") == (p < 0.05)


def test_the_detectable_gap_is_near_the_exact_power_of_the_t_test():
    """Bloom's sum of two t quantiles stands for the noncentral t; the difference is a few per cent."""
    table = row_of(np.random.default_rng(3).normal(0, 1, 24))
    sd = table.value.std(ddof=1)
    exact = TTestPower().solve_power(nobs=24, alpha=0.05, power=0.8)
    assert solve([table]).detectable() == pytest.approx(exact * sd, rel=0.03)


def test_exact_sign_flips_are_those_of_scipy():
    shares = np.random.default_rng(4).normal(0.4, 1, 9)
    expected = scipy_stats.permutation_test(
        (shares, np.zeros(9)), lambda x, y: np.mean(x - y), permutation_type="samples", n_resamples=np.inf
    )
    assert sign_flip(shares, generator(0, "x")) == pytest.approx(expected.pvalue)


def test_dealing_names_out_again_is_the_permutation_test_of_scipy():
    rng = np.random.default_rng(5)
    a, b = rng.normal(0.8, 1, 6), rng.normal(0, 1, 6)
    parts = [
        Part(np.zeros(6, dtype=int), np.arange(6), a),
        Part(np.zeros(6, dtype=int), np.arange(6, 12), b, -1.0, True),
    ]
    expected = scipy_stats.permutation_test((a, b), lambda x, y: np.mean(x) - np.mean(y), n_resamples=np.inf)
    assert flip_p(parts, generator(0, "x"), 20_000) == pytest.approx(expected.pvalue, abs=0.015)


def test_one_margin_is_the_bootstrap_of_scipy():
    values = np.random.default_rng(6).normal(0, 1, 30)
    expected = scipy_stats.bootstrap(
        (values,), np.mean, method="percentile", n_resamples=20_000, rng=np.random.default_rng(7)
    ).confidence_interval
    assert bootstrap_interval([row_of(values)], generator(0, "x"), 20_000) == pytest.approx(tuple(expected), abs=0.02)


def test_the_brier_score_is_that_of_scikit_learn():
    rng = np.random.default_rng(8)
    p = rng.uniform(0.05, 0.95, 40)
    truth = rng.random(40) < p
    rows = pd.DataFrame(
        {
            "template": "t",
            "filler": [f"f{i}" for i in range(40)],
            "group": "g",
            "example": [f"e{i}" for i in range(40)],
            "pair": "",
            "role": "item",
            "operation": "score",
            "allowed": [["positive"] if x else ["negative"] for x in truth],
            "labels": [["negative", "positive"]] * 40,
            "probabilities": [[1 - x, x] for x in p],
            "p_positive": p,
            "p_negative": 1 - p,
            "label": np.where(p >= 0.5, "positive", "negative"),
            "confidence": np.maximum(p, 1 - p),
            "correct": (p >= 0.5) == truth,
        }
    )
    right = ((p >= 0.5) == truth).astype(int)
    expected = brier_score_loss(right, np.maximum(p, 1 - p))
    assert MEASURES["brier"].cells(rows, {})["value"].mean() == pytest.approx(expected)


def test_the_area_under_the_curve_is_that_of_scikit_learn():
    rng = np.random.default_rng(9)
    good, bad = rng.normal(0.5, 1, 16).round(1), rng.normal(0, 1, 18).round(1)
    expected = roc_auc_score([1] * 16 + [0] * 18, [*good, *bad])
    assert area_under_curve(list(good), list(bad)) == pytest.approx(expected)


def test_the_variance_of_a_balanced_table_is_that_of_the_mixed_model_of_statsmodels():
    """Two crossed random effects by restricted maximum likelihood: where no component is 0, the same moments."""
    rng = np.random.default_rng(10)
    table = rng.normal(0, 1, (8, 1)) + rng.normal(0, 1, (1, 6)) + rng.normal(0, 0.5, (8, 6))
    template, filler = (codes.ravel() for codes in np.indices(table.shape))
    frame = pd.DataFrame({"y": table.ravel(), "t": template, "f": filler})
    effects = {"t": "0 + C(t)", "f": "0 + C(f)"}
    fit = MixedLM.from_formula("y ~ 1", frame, groups=np.ones(48), vc_formula=effects).fit(reml=True)
    gap = solve([Part(template, filler, table.ravel())])
    assert gap.value == pytest.approx(fit.fe_params["Intercept"])
    assert gap.se == pytest.approx(fit.bse_fe["Intercept"], rel=1e-3)


def test_a_gap_between_groups_clusters_as_a_regression_of_statsmodels_does():
    """Cells are missing; frames are in both groups, words in one. statsmodels has a factor (N - 1) / (N - 2) more."""
    rng = np.random.default_rng(11)
    parts = []
    for sign, first in ((1.0, 0), (-1.0, 7)):
        kept = rng.random(70) > 0.2
        template, filler = (codes.ravel()[kept] for codes in np.indices((10, 7)))
        value = rng.normal(0, 1, 10)[template] + rng.normal(0, 1, 7)[filler] + rng.normal(0, 1, kept.sum())
        parts.append(Part(template, filler + first, value, sign, first > 0))
    value, template = (np.concatenate([getattr(p, name) for p in parts]) for name in ("value", "template"))
    group = np.repeat([1.0, 0.0], [len(p.value) for p in parts])
    n = len(value)
    model = OLS(value, np.column_stack([np.ones(n), group]))
    robust = model.fit(cov_type="cluster", cov_kwds={"groups": template}).cov_params()[1, 1]
    assert cluster(parts, "template") == pytest.approx(robust * (n - 2) / (n - 1))
    alone = [OLS(p.value, np.ones(len(p.value))).fit(cov_type="cluster", cov_kwds={"groups": p.filler}) for p in parts]
    assert cluster(parts, "filler") == pytest.approx(sum(fit.cov_params()[0, 0] for fit in alone))
    assert solve(parts).value == pytest.approx(model.fit().params[1])


def test_alpha_is_the_kappa_of_statsmodels_for_two_who_judged_everything():
    """Krippendorff's alpha is Fleiss's kappa but for drawing pairs without replacement; Cohen's lies close to both."""
    rng = np.random.default_rng(12)
    one = rng.choice(["negative", "neutral", "positive"], 80)
    two = np.where(rng.random(80) < 0.7, one, rng.choice(["negative", "neutral", "positive"], 80))
    codes = np.column_stack([pd.factorize(np.concatenate([one, two]), sort=True)[0].reshape(2, -1)]).T
    counts = np.array([[(row == code).sum() for code in range(3)] for row in codes])
    n = counts.sum()
    alpha = krippendorff_alpha(list(zip(one, two, strict=True)))
    assert 1 - alpha == pytest.approx((1 - fleiss_kappa(counts)) * (n - 1) / n)
    assert alpha == pytest.approx(cohens_kappa(to_table(codes)[0]).kappa, abs=0.02)


def test_the_bins_of_the_calibration_error_are_those_of_scikit_learn():
    rng = np.random.default_rng(13)
    sure = rng.uniform(0.5, 1, 300)
    right = (rng.random(300) < sure - 0.1).astype(float)
    accuracy, confidence = calibration_curve(right, sure, n_bins=15, strategy="quantile")
    squared = np.mean((accuracy - confidence) ** 2 - accuracy * (1 - accuracy) / 19)
    assert calibration_error(sure, right) == pytest.approx(np.sqrt(squared))


def test_accuracy_of_the_surest_is_the_precision_of_scikit_learn():
    rng = np.random.default_rng(14)
    sure = rng.uniform(0.4, 1, 60).round(1)
    right = (rng.random(60) < sure).astype(float)
    precision, _, thresholds = precision_recall_curve(right, sure)
    _, accuracy, taken = coverage_curve(sure, right)
    assert taken[::-1] == pytest.approx(thresholds)
    assert accuracy[::-1] == pytest.approx(precision[:-1])


def test_the_null_of_the_worst_group_is_the_permutation_test_of_scipy():
    rng = np.random.default_rng(15)
    names = rng.normal(0, 1, 10)
    names[:5] += 0.8
    template, filler = (codes.ravel() for codes in np.indices((4, 10)))
    table = names[filler] + np.repeat(rng.normal(0, 1, 4), 10)
    gap, null = worst_gap_null(template, filler, filler // 5, table, generator(0, "x"), 20_000)
    seen = scipy_stats.permutation_test(
        (names[:5], names[5:]), lambda x, y: np.mean(x) - np.mean(y), n_resamples=np.inf, alternative="two-sided"
    )
    assert gap == pytest.approx(abs(seen.statistic))
    assert (null >= gap * (1 - 1e-9)).mean() == pytest.approx(seen.pvalue, abs=0.015)


def test_equal_odds_of_missed_and_raised_alarms_are_those_of_fairlearn():
    """The wider of the gaps in misses and in false alarms, on answers to items that have either label."""
    rng = np.random.default_rng(16)
    truth, group = rng.random(400) < 0.5, rng.choice(list("abc"), 400)
    called = np.where(rng.random(400) < np.where(group == "a", 0.6, 0.8), truth, ~truth)
    rows = pd.DataFrame(
        {
            "template": "t", "filler": "f", "group": group, "example": [f"e{i}" for i in range(400)], "pair": "",
            "role": "item", "operation": "score", "label": np.where(called, "negative", "positive"),
        }
    )  # fmt: skip
    wide = [
        np.ptp(group_means(rows[kept], measure, {}))
        for measure, kept in (("miss", truth), ("false_alarm", ~truth))
    ]  # fmt: skip
    expected = equalized_odds_difference(y_true=truth, y_pred=called, sensitive_features=group)
    assert max(wide) == pytest.approx(expected)


def test_divergence_in_bits_is_the_entropy_of_scipy():
    rng = np.random.default_rng(17)
    p, q = rng.dirichlet(np.ones(20), 2)
    twins = pd.DataFrame([{"labels": ["w"] * 20, "labels_2": ["w"] * 20, "probabilities": p, "probabilities_2": q}])
    middle = (p + q) / 2
    expected = scipy_stats.entropy(middle, base=2) - scipy_stats.entropy([p, q], axis=1, base=2).mean()
    assert _jensen_shannon(twins)[0] == pytest.approx(expected)


def test_probabilities_of_classes_are_those_of_scipy():
    logits = [-2.0, 0.3, 1.7]
    found = resolve(["neutral", "POSITIVE", "NEG"], "")
    neutral, positive, negative = special.softmax(logits)
    labels, probabilities, valence = polarity(logits, found)
    assert dict(zip(labels, probabilities, strict=True)) == pytest.approx(
        {"negative": negative, "neutral": neutral, "positive": positive}
    )
    assert valence == pytest.approx(positive - negative)
    assert polarity([0.7], resolve(["positive"], ""))[1][1] == pytest.approx(special.expit(0.7))
    assert log_ratio(np.array([0.8]), np.array([0.2]))[0] == pytest.approx(special.logit(0.8))
