"""Numbers that scipy, statsmodels, scikit-learn and fairlearn give as well are the same here."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest
from fairlearn.metrics import MetricFrame, false_negative_rate, selection_rate
from scipy import stats as scipy_stats
from sklearn.metrics import accuracy_score, brier_score_loss, roc_auc_score
from statsmodels.stats.power import TTestPower
from statsmodels.stats.weightstats import ttost_paired

from audit.analysis import analyse
from audit.findings import verdict_of
from audit.measures import MEASURES
from audit.models.gate import area_under_curve
from audit.schema import ModelInfo
from audit.stats import Part, bootstrap_interval, flip_p, generator, sign_flip, solve
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
    assert abs(ready.gap(rows).value) == pytest.approx(frame.difference(method="between_groups"))
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
