"""Standard errors of crossed, grouped, unbalanced and nested designs."""

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
import statsmodels.formula.api as smf
from scipy import stats as scipy_stats
from statsmodels.regression.linear_model import OLS

from audit.stats import Part, balanced, cluster, nesting, solve
from audit.stats.design import level_templates

SIMULATIONS = 1000


def part(table, keep=None, sign=1.0, other=False, first_filler=0):
    """A table (templates, fillers) as a part of a contrast."""
    template, filler = (codes.ravel() for codes in np.indices(table.shape))
    kept = np.ones(table.size, dtype=bool) if keep is None else keep.ravel()
    return Part(template[kept], filler[kept] + first_filler, table.ravel()[kept].astype(float), sign, other)


def crossed(rng, templates, fillers, sd=(0.3, 0.3, 0.5)):
    """Random effects of templates and fillers, and noise."""
    return (
        rng.normal(0, sd[0], (templates, 1))
        + rng.normal(0, sd[1], (1, fillers))
        + rng.normal(0, sd[2], (templates, fillers))
    )


def at_most(rate):
    """Largest share that chance allows, at 1 in 1,000, when the true rate is this."""
    return scipy_stats.binom.ppf(0.999, SIMULATIONS, rate) / SIMULATIONS


def at_least(rate):
    return scipy_stats.binom.ppf(0.001, SIMULATIONS, rate) / SIMULATIONS


def test_balanced_parts_are_those_of_the_analysis_of_variance():
    table = crossed(np.random.default_rng(1), 6, 9)
    frame = pd.DataFrame({"y": table.ravel(), "t": np.repeat(range(6), 9), "f": np.tile(range(9), 6)})
    from statsmodels.stats.anova import anova_lm

    squares = anova_lm(smf.ols("y ~ C(t) + C(f)", frame).fit())["mean_sq"]
    found = balanced(table)
    assert found.template == pytest.approx(squares["C(t)"] / 54)
    assert found.filler == pytest.approx(squares["C(f)"] / 54)
    assert found.error == pytest.approx(squares["Residual"] / 54)


def test_the_standard_error_is_the_largest_of_the_three():
    table = crossed(np.random.default_rng(2), 8, 5)
    v = balanced(table)
    gap = solve([part(table)])
    assert gap.se**2 == pytest.approx(max(v.template + v.filler - v.error, v.template, v.filler))
    assert (gap.df, gap.clusters, gap.method) == (4, 5, "balanced")


def test_one_filler_is_the_t_test_over_templates():
    values = np.random.default_rng(3).normal(0.2, 1, (12, 1))
    gap = solve([part(values)])
    expected = scipy_stats.ttest_1samp(values.ravel(), 0)
    assert gap.p == pytest.approx(expected.pvalue)
    assert gap.interval() == pytest.approx(tuple(expected.confidence_interval(0.95)))


def test_one_template_and_two_groups_is_close_to_the_two_sample_test():
    rng = np.random.default_rng(4)
    a, b = rng.normal(0, 1, (1, 30)), rng.normal(0.5, 2, (1, 30))
    gap = solve([part(a), part(b, sign=-1.0, other=True, first_filler=30)])
    expected = scipy_stats.ttest_ind(a.ravel(), b.ravel(), equal_var=False)
    assert gap.value / gap.se == pytest.approx(expected.statistic)
    assert gap.df == 29


def test_missing_cells_give_the_two_way_cluster_variance_of_statsmodels():
    rng = np.random.default_rng(5)
    found = part(crossed(rng, 10, 12), keep=rng.random((10, 12)) > 0.3)
    fit = OLS(found.value, np.ones(len(found.value))).fit(
        cov_type="cluster", cov_kwds={"groups": np.column_stack([found.template, found.filler])}
    )
    v_t, v_f, v_tf = (cluster([found], by) for by in ("template", "filler", "both"))
    assert v_t + v_f - v_tf == pytest.approx(fit.cov_params()[0, 0])
    gap = solve([found])
    assert gap.method == "clusters"
    assert gap.se**2 == pytest.approx(max(v_t + v_f - v_tf, v_t, v_f))


@pytest.mark.parametrize("outer", ["filler", "template"])
def test_nested_designs_cluster_on_the_outer_factor_like_statsmodels(outer):
    rng = np.random.default_rng(6)
    inner, belongs = np.arange(60), np.repeat(np.arange(15), 4)
    value = rng.normal(0, 1, 15)[belongs] + rng.normal(0, 1, 60)
    found = Part(inner, belongs, value) if outer == "filler" else Part(belongs, inner, value)
    fit = OLS(value, np.ones(60)).fit(cov_type="cluster", cov_kwds={"groups": belongs})
    gap = solve([found])
    assert nesting([found]) == outer
    assert gap.se == pytest.approx(fit.bse[0])
    assert (gap.df, gap.clusters) == (14, 15)


def test_balanced_groups_follow_the_formula():
    rng = np.random.default_rng(7)
    a, b = crossed(rng, 9, 5), crossed(rng, 9, 7)
    between = a.mean(1) - b.mean(1)
    v_t, one, two = between.var(ddof=1) / 9, balanced(a), balanced(b)
    v_f = one.filler + two.filler
    gap = solve([part(a), part(b, sign=-1.0, other=True, first_filler=5)])
    assert gap.value == pytest.approx(a.mean() - b.mean())
    assert gap.se**2 == pytest.approx(max(v_t + v_f - one.error - two.error, v_t, v_f))
    assert gap.df == 4


@pytest.mark.parametrize("share_missing", [0.0, 0.1])
def test_paired_false_alarms_and_coverage(share_missing):
    rng = np.random.default_rng(8)
    gaps = [solve([part(crossed(rng, 12, 20), rng.random((12, 20)) >= share_missing)]) for _ in range(SIMULATIONS)]
    assert np.mean([gap.p < 0.05 for gap in gaps]) <= at_most(0.055)
    assert np.mean([gap.interval()[0] <= 0 <= gap.interval()[1] for gap in gaps]) >= at_least(0.95)


def test_rows_taken_as_independent_would_raise_false_alarms():
    """The null used above is a hard one: without clustering more than one in seven is a false alarm."""
    rng = np.random.default_rng(9)
    tables = [crossed(rng, 12, 20) for _ in range(SIMULATIONS)]
    naive = [scipy_stats.ttest_1samp(table.ravel(), 0).pvalue < 0.05 for table in tables]
    assert np.mean(naive) > 0.15


@pytest.mark.parametrize("share_missing", [0.0, 0.1])
def test_unpaired_false_alarms(share_missing):
    """Templates differ a lot in level, which must not leak into the gap where cells are missing."""
    rng = np.random.default_rng(10)
    alarms = []
    for _ in range(SIMULATIONS):
        level, moves = rng.normal(0, 1, (16, 1)), rng.normal(0, 0.3, (16, 1))
        a = level + moves / 2 + crossed(rng, 16, 11, (0, 0.3, 0.5))
        b = level - moves / 2 + crossed(rng, 16, 12, (0, 0.3, 0.5))
        kept = [rng.random(x.shape) >= share_missing for x in (a, b)]
        parts = (part(a, kept[0]), part(b, kept[1], -1.0, True, 11))
        alarms.append(solve(level_templates(parts)).p < 0.05)
    assert np.mean(alarms) <= at_most(0.055)


@pytest.mark.parametrize("share_missing", [0.0, 0.1])
def test_gaps_between_gaps_false_alarms(share_missing):
    """Four groups, as when a gap among women is set against that among men."""
    rng = np.random.default_rng(15)
    alarms = []
    for _ in range(SIMULATIONS):
        level = rng.normal(0, 1, (16, 1))
        tables = [level + rng.normal(0, 0.2, (16, 1)) + crossed(rng, 16, 6, (0, 0.3, 0.4)) for _ in range(4)]
        signs = (1.0, -1.0, -1.0, 1.0)
        parts = tuple(
            part(x, rng.random(x.shape) >= share_missing, sign, i > 0, 6 * i)
            for i, (x, sign) in enumerate(zip(tables, signs, strict=True))
        )
        gap = solve(level_templates(parts))
        assert gap.df == 5
        alarms.append(gap.p < 0.05)
    assert np.mean(alarms) <= at_most(0.055)


def test_a_group_with_one_filler_borrows_the_others_spread():
    rng = np.random.default_rng(11)
    alarms = []
    for _ in range(SIMULATIONS):
        a, b = crossed(rng, 12, 1, (0.1, 0.4, 0.3)), crossed(rng, 12, 8, (0.1, 0.4, 0.3))
        alarms.append(solve([part(a), part(b, None, -1.0, True, 1)]).p < 0.05)
    assert np.mean(alarms) <= at_most(0.055)


def test_one_and_a_half_times_the_minimum_detectable_effect_is_found():
    rng = np.random.default_rng(12)
    typical = np.mean([solve([part(crossed(rng, 16, 24))]).detectable() for _ in range(50)])
    at_once, wider = [], []
    for _ in range(SIMULATIONS):
        noise = crossed(rng, 16, 24)
        at_once.append(solve([part(noise + typical)]).p < 0.05)
        gap = solve([part(noise + 1.5 * typical)])
        wider.append(gap.p < 0.05)
        assert gap.value > 0 or gap.p >= 0.05
    assert at_least(0.8) <= np.mean(at_once) <= at_most(0.92)
    assert np.mean(wider) >= at_least(0.95)


def test_the_sign_is_that_of_the_first_group():
    a, b = np.ones((4, 3)) + np.eye(4, 3), np.zeros((4, 3)) + np.eye(4, 3)[::-1]
    assert solve([part(a), part(b, sign=-1.0, other=True, first_filler=3)]).value == pytest.approx(1.0)


def test_minimum_detectable_grows_as_alpha_shrinks():
    gap = solve([part(crossed(np.random.default_rng(13), 16, 24))])
    t = scipy_stats.t(15).ppf
    assert gap.detectable(0.05) == pytest.approx((t(0.975) + t(0.8)) * gap.se)
    assert gap.detectable(0.05 / 6) == pytest.approx((t(1 - 0.05 / 12) + t(0.8)) * gap.se)


def test_rates_that_never_vary_do_not_get_an_interval_without_width():
    gap = solve([part(np.zeros((16, 24)))], rate=True)
    none_of_16 = scipy_stats.binomtest(0, 16).proportion_ci(0.95, method="wilson").high
    assert gap.p == 1.0
    assert gap.interval() == pytest.approx((-none_of_16, none_of_16))
    assert gap.detectable() > none_of_16
    always = solve([part(np.ones((16, 24)))], rate=True)
    assert always.p == pytest.approx(2.0**-15)
    assert always.interval()[1] == 1.0


def test_rounding_noise_is_no_effect():
    noise = 1e-6 + 1e-9 * crossed(np.random.default_rng(14), 16, 24)
    gap = solve([part(noise)])
    assert (gap.value, gap.se, gap.p) == (0.0, 0.0, 1.0)


def test_level_rows_and_columns_do_not_hide_the_noise():
    checkers = np.indices((4, 4)).sum(0) % 2 * 2.0 - 1 + 0.1
    gap = solve([part(checkers)])
    assert gap.se == pytest.approx(math.sqrt(balanced(checkers).error))


@pytest.mark.parametrize("shape", [(0, 0), (1, 1)])
def test_too_little_is_undefined_with_a_reason(shape):
    gap = solve([part(np.zeros(shape))])
    assert not gap.defined
    assert gap.reason
    assert math.isnan(gap.p)
    assert math.isnan(gap.detectable())


def rates(rng, share, shape=(16, 24)):
    """Twins of which 3 % fail in one arm, and `share` more in the other; frames and words differ."""
    level = np.exp(0.25 * (rng.normal(size=(shape[0], 1)) + rng.normal(size=(1, shape[1]))) - 0.06)
    right, wrong = (rng.random(shape) < np.clip(p * level, 0, 1) for p in (0.03, 0.03 + share))
    template, filler = np.indices(shape)
    return Part(template.ravel(), filler.ravel(), (wrong.astype(float) - right).ravel())


def test_a_rate_of_few_failures_varies_more_once_there_is_a_gap():
    """What a model without a gap is told of the power: eight of ten models with that gap are found."""
    rng = np.random.default_rng(0)
    told = float(np.median([solve([rates(rng, 0.0)], rate=True).detectable() for _ in range(60)]))
    plain = float(np.median([solve([rates(rng, 0.0)], rate=False).detectable() for _ in range(60)]))
    found = np.mean([solve([rates(rng, told)], rate=True).p < 0.05 for _ in range(300)])
    short = np.mean([solve([rates(rng, plain)], rate=True).p < 0.05 for _ in range(300)])
    assert 0.78 < found < 0.92
    assert short < 0.68


def test_growth_is_for_rates_alone_and_counts_the_answers_of_a_cell():
    part = rates(np.random.default_rng(1), 0.0)
    assert solve([part]).growth == 0.0
    one = solve([part], rate=True)
    assert one.growth == pytest.approx(1 / part.value.var())
    four = solve([replace(part, each=4.0)], rate=True)
    assert four.growth == pytest.approx(one.growth / 4)
    assert solve([part]).detectable() < four.detectable() < one.detectable()


def test_the_minimum_of_a_rate_solves_its_equation():
    gap = solve([rates(np.random.default_rng(2), 0.0)], rate=True)
    m = gap.detectable()
    se = gap.se * math.sqrt(1 + gap.growth * m * (1 - m))
    assert m == pytest.approx((gap.t(0.975) + gap.t(0.8)) * se)
