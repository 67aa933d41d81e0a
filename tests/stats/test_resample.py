"""Bootstrap, sign flips, permutation null, seeds."""

import numpy as np
import pytest

from audit.stats import Part, bootstrap_interval, bootstrap_means, flip_p, generator, sign_flip, solve, worst_gap_null


def part(table, sign=1.0, other=False, first_filler=0):
    template, filler = (codes.ravel() for codes in np.indices(table.shape))
    return Part(template, filler + first_filler, table.ravel().astype(float), sign, other)


def crossed(seed, templates=16, fillers=24):
    rng = np.random.default_rng(seed)
    effects = rng.normal(0, 0.3, (templates, 1)) + rng.normal(0, 0.3, (1, fillers))
    return effects + rng.normal(0, 0.5, (templates, fillers))


def test_seed_0_is_a_seed():
    first, again, other = (generator(seed, "suite", "contrast").random(3) for seed in (0, 0, 1))
    assert list(first) == list(again)
    assert list(first) != list(other)
    assert list(first) != list(generator(0, "suite", "another").random(3))


def test_the_bootstrap_agrees_with_the_formula():
    """Resampling both margins is known to be somewhat wide (Owen 2007)."""
    parts = [part(crossed(1))]
    means = bootstrap_means(parts, generator(0, "x"))[:, 0]
    gap = solve(parts)
    assert means.mean() == pytest.approx(gap.value, abs=0.02)
    assert 0.9 < means.std() / gap.se < 1.25


def test_resampling_follows_the_definition():
    table = crossed(2, 3, 4)
    means = bootstrap_means([part(table)], np.random.default_rng(5), 50)[:, 0]
    rng = np.random.default_rng(5)
    w_t = rng.multinomial(3, [1 / 3] * 3, size=50)
    w_f = rng.multinomial(4, [1 / 4] * 4, size=50)
    assert means == pytest.approx([np.outer(t, f).ravel() @ table.ravel() / 12 for t, f in zip(w_t, w_f, strict=True)])


def test_groups_are_resampled_apart_and_sparse_tables_alike():
    a, b = crossed(3, 10, 6) + 1.0, crossed(4, 10, 5)
    parts = [part(a), part(b, -1.0, True, 6)]
    low, high = bootstrap_interval(parts, generator(0, "x"))
    assert low < a.mean() - b.mean() < high
    thin = np.eye(40, dtype=bool) | np.roll(np.eye(40, dtype=bool), 1, axis=1)
    template, filler = np.nonzero(thin)
    value = np.random.default_rng(6).normal(1, 0.1, len(template))
    low, high = bootstrap_interval([Part(template, filler, value)], generator(0, "y"))
    assert low < 1 < high
    assert high - low < 0.2


def test_nested_designs_resample_the_outer_factor():
    belongs = np.repeat(np.arange(20), 5)
    value = np.random.default_rng(7).normal(0, 1, 20)[belongs]
    found = Part(np.arange(100), belongs, value)
    means = bootstrap_means([found], generator(0, "x"))[:, 0]
    assert means.std() == pytest.approx(solve([found]).se, rel=0.1)


def test_sign_flips_are_exact_for_few_units():
    assert sign_flip(np.ones(5), generator(0, "x")) == pytest.approx(2 / 32)
    assert sign_flip(np.array([1.0, -1.0, 1.0, -1.0]), generator(0, "x")) == 1.0
    many = sign_flip(np.ones(30), generator(0, "x"))
    assert many == pytest.approx(1 / 20001)  # under .05, ten times as many draws


def test_the_larger_of_two_flips_counts():
    """One filler alone carries the gap: every template shows it, but fillers do not agree."""
    table = np.zeros((14, 14))
    table[:, 0] = 1.0
    assert flip_p([part(table)], generator(0, "x")) > 0.5
    assert flip_p([part(table + 1.0)], generator(0, "x")) < 0.01


def test_groups_with_their_own_fillers_are_dealt_out_again():
    a, b = np.tile(np.arange(8.0), (12, 1)), np.tile(np.arange(8.0), (12, 1))
    assert flip_p([part(a), part(b, -1.0, True, 8)], generator(0, "x")) == 1.0
    assert flip_p([part(a + 20), part(b, -1.0, True, 8)], generator(0, "x")) < 0.01


def test_the_worst_gap_of_equal_groups_lies_within_its_null():
    rng = np.random.default_rng(8)
    template, filler = (x.ravel() for x in np.indices((16, 24)))
    inside = 0
    for i in range(40):
        value = (rng.random(384) < 0.85).astype(float)
        gap, null = worst_gap_null(template, filler, filler // 4, value, generator(i, "x"), 400)
        inside += gap <= np.quantile(null, 0.95)
    assert inside >= 34


def test_24_equal_groups_of_one_filler_seem_7_points_apart():
    rng = np.random.default_rng(9)
    template, filler = (x.ravel() for x in np.indices((384, 24)))
    gap, null = worst_gap_null(template, filler, filler, (rng.random(384 * 24) < 0.85) * 1.0, generator(0, "x"), 300)
    assert np.median(null) == pytest.approx(0.07, abs=0.01)
    assert gap == pytest.approx(0.07, abs=0.03)


def test_a_group_that_is_worse_stands_out():
    template, filler = (x.ravel() for x in np.indices((16, 24)))
    value = np.random.default_rng(10).random(384) - (filler // 4 == 2) * 0.5
    gap, null = worst_gap_null(template, filler, filler // 4, value, generator(0, "x"), 500)
    assert gap > null.max() * 0.99
