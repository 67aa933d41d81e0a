"""All groups of an axis at once; variances of a suite shrunk toward one another."""

from __future__ import annotations

import numpy as np
import pytest
from scipy.special import digamma, polygamma

from audit.stats import generator, moderate
from audit.stats.axis import Cells, solve_axis, with_scale
from audit.stats.moderated import fit_prior, trigamma_inverse


def axis(rng, groups=4, people=16, templates=12, sd=0.4, shift=None, kept=None):
    t, r, g = np.meshgrid(np.arange(templates), np.arange(people), np.arange(groups), indexing="ij")
    value = rng.normal(0, 1, templates)[t] + rng.normal(0, 1, people)[r]
    value = value + sd * rng.normal(0, 1, (people, groups))[r, g] + sd / 2 * rng.normal(0, 1, t.shape)
    for group, size in (shift or {}).items():
        value = value + size * (g == group)
    cells = [x.ravel() for x in (t, r, g, value)]
    chosen = np.ones(t.size, dtype=bool) if kept is None else kept(*cells[:3])
    return Cells(*(x[chosen] for x in cells))


@pytest.mark.parametrize("sd", [0.4, 1e-6, 0.0])
def test_a_group_outside_every_named_pair_is_found(sd):
    found = solve_axis(axis(generator(0, "axis"), sd=sd, shift={2: -3.0}), generator(0, "deal"))
    assert found.furthest.group == 2
    assert found.furthest.value == pytest.approx(-3.0, abs=0.35)
    assert found.furthest.high < -2.0
    assert found.p < 1e-4, "an exact effect is told from chance as well as one with noise"


def test_groups_alike_are_seldom_told_apart():
    rng = generator(1, "axis")
    ps = [solve_axis(axis(rng, 3, 6, 8), rng, 200).p for _ in range(120)]
    assert np.mean(np.array(ps) < 0.05) <= 0.09


def test_two_groups_are_a_paired_t_and_flips_of_signs():
    found = solve_axis(axis(generator(2, "axis"), 2, 6, 400, sd=0.4, shift={0: 0.6}), generator(0, "deal"))
    assert found.least == pytest.approx(2.0**-5) and found.p >= found.least
    assert found.df == 5
    assert found.effects[0].value == pytest.approx(-found.effects[1].value) == found.effects[0].raw


def test_blocks_take_off_what_ranks_and_templates_have_of_their_own():
    """A further group has four of the ranks, in a quarter of the templates; its level is not theirs."""
    rng = generator(3, "axis")

    def kept(t, r, g):
        return np.where(g < 2, (t + r) % 2 == 0, (r < 4) & ((t + r) % 4 == 0))

    wide = axis(rng, 4, 6, 16, sd=0.01, shift={3: 0.5}, kept=kept)
    found = solve_axis(wide, generator(0, "deal"), 200)
    assert [effect.people for effect in found.effects] == [6, 6, 4, 4]
    assert found.effects[3].raw == pytest.approx(0.5, abs=0.05)
    assert found.effects[2].raw == pytest.approx(-0.5 / 3, abs=0.05)


def test_effects_shrink_where_groups_differ_by_no_more_than_noise():
    found = solve_axis(axis(generator(4, "axis"), 5, 4, 8, sd=1.0), generator(0, "deal"), 200)
    assert all(abs(effect.value) <= abs(effect.raw) for effect in found.effects)
    noisy = with_scale(found, 100.0, found.df)
    assert all(effect.value == 0 for effect in noisy.effects)


def test_too_few_of_anything_has_a_reason():
    empty = Cells(*(np.array([], dtype=int) for _ in range(3)), np.array([]))
    assert solve_axis(empty, generator(0, "deal")).reason == "no rows to compare"
    one = axis(generator(5, "axis"), 2, 1, 8)
    assert solve_axis(one, generator(0, "deal")).reason == "fewer than two templates and fillers"


def test_variances_are_shrunk_as_smyth_does():
    rng = generator(6, "moderate")
    d0, s0, d = 8.0, 0.5, 5
    true = d0 * s0 / rng.chisquare(d0, 400)
    seen = true * rng.chisquare(d, 400) / d
    prior = fit_prior(seen, [d] * 400)
    assert prior.df == pytest.approx(d0, rel=0.5) and prior.variance == pytest.approx(s0, rel=0.2)
    (first, df), *_ = moderate(seen, [d] * 400)
    assert first == pytest.approx((prior.df * prior.variance + d * seen[0]) / (prior.df + d))
    assert df == pytest.approx(d + prior.df)


def test_a_variance_of_0_and_one_of_nearly_0_come_out_alike():
    others = [0.2, 0.3, 0.25, 0.4, 0.22]
    none, some = (moderate([v, *others], [5] * 6)[0] for v in (0.0, 1e-12))
    assert none[0] > 0.01 and none == pytest.approx(some)
    assert moderate([0.0, 0.2], [5, 5]) == [(0.0, 5.0), (0.2, 5.0)], "two have nothing to learn from"


def test_trigamma_is_inverted():
    for x in (0.3, 1.0, 7.0, 500.0):
        assert trigamma_inverse(float(polygamma(1, x))) == pytest.approx(x, rel=1e-5)
    assert np.isfinite(digamma(1.0))
