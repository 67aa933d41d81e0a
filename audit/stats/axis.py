"""All groups of an axis at once: one global test, then an effect of each group, shrunken.

A named pair of groups sees nothing of the others: a model unfair to every Jewish person on every sentence has no gap
between Muslims and Christians. Here every group is compared with the mean of the others, among people worded alike
(one rank) in one template, and one test says whether groups differ at all.
"""

from __future__ import annotations

import math
from collections.abc import Callable
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import fdtrc, gammaln, stdtrit

from audit.stats.design import Floats, Ints
from audit.stats.resample import RESAMPLES, sign_flip

NAN = float("nan")


@dataclass(frozen=True, slots=True)
class Effect:
    """One group against the mean of the others."""

    group: int
    value: float
    """Shrunken toward 0 (empirical Bayes)."""
    raw: float
    low: float
    high: float
    """Interval about `value`, at once for all groups (Bonferroni)."""
    people: int


@dataclass(frozen=True, slots=True)
class Axis:
    """What an axis shows."""

    effects: tuple[Effect, ...]
    """In the order of the group numbers."""
    f: float
    p: float
    """The larger of the p of F and of dealing groups out again within ranks, and within templates."""
    p_f: float
    p_dealt: float
    least: float
    """The smallest p that dealing could give."""
    df: float
    se: float
    """Of the furthest group."""
    scale: float
    """Variance of one person's part in a group's effect, the groups' common one."""
    people: tuple[int, ...]
    templates: int
    means: tuple[float, ...] = ()
    """Of the groups about their own mean."""
    reason: str = ""

    @property
    def furthest(self) -> Effect:
        """The group that is furthest from the others."""
        return max(self.effects, key=lambda effect: abs(effect.value))


@dataclass(frozen=True, slots=True)
class Cells:
    """One value a person and template (forms averaged); arrays (cells,)."""

    template: Ints
    rank: Ints
    group: Ints
    value: Floats


def _codes(*columns: Ints) -> tuple[Ints, int]:
    joint = columns[0]
    for column in columns[1:]:
        joint = joint * (int(column.max()) + 1) + column
    found, inverse = np.unique(joint, return_inverse=True)
    return inverse, len(found)


def _dummies(codes: Ints) -> Floats:
    return np.eye(int(codes.max()) + 1)[codes]


def fit(cells: Cells) -> tuple[Floats, Floats, Floats]:
    """Give the groups' means about their own mean, by least squares with templates and ranks as blocks.

    Where every rank has every group in the templates that it is in, that is the mean of the differences of matched
    people; where a group has other ranks or templates, it uses what is shared.

    Returns:
        (groups,) means, (groups, cells) weights that make them, (cells,) residuals.
    """
    blocks = np.column_stack([_dummies(cells.template), _dummies(cells.rank)])
    groups = _dummies(cells.group)
    own = groups - blocks @ np.linalg.lstsq(blocks, groups, rcond=None)[0]
    weights = np.linalg.pinv(own)
    weights = weights - weights.mean(0)
    means = weights @ cells.value
    rest = cells.value - groups @ means
    rest = rest - blocks @ np.linalg.lstsq(blocks, rest, rcond=None)[0]
    return means, weights, rest


def _between(scores: Floats, codes: Ints, n: int) -> Floats:
    """(groups,) cluster-robust variances from (groups, cells) scores."""
    sums = np.zeros((len(scores), n))
    for row, score in zip(sums, scores, strict=True):
        row += np.bincount(codes, score, n)
    return np.asarray((sums**2).sum(1) * n / (n - 1)) if n > 1 else np.zeros(len(scores))


def solve_axis(cells: Cells, rng: np.random.Generator, resamples: int = RESAMPLES) -> Axis:
    """Test whether the groups of an axis differ, and estimate each.

    F = sum_g R_g (m_g - m)^2 / ((K - 1) s^2) over K groups of R_g people, m_g from `fit`; s^2 is one person's variance
    by two-way clusters of ranks and templates, pooled over groups. Its degrees of freedom are (min(T, R) - 1)(K - 1).

    Args:
        cells: one value a person and template.
        rng: for dealing out again.
        resamples: deals.

    Returns:
        NaN with a reason where a group or the blocks are missing.
    """
    k = int(cells.group.max()) + 1 if len(cells.group) else 0
    ranks, n_r = _codes(cells.rank) if k else (cells.rank, 0)
    templates, n_t = _codes(cells.template) if k else (cells.template, 0)
    people = np.array([len(np.unique(cells.rank[cells.group == g])) for g in range(k)])
    counts = tuple(map(int, people))
    empty = Axis((), NAN, NAN, NAN, NAN, 1.0, NAN, NAN, NAN, counts, n_t, reason="no rows to compare")
    if k < 2 or (people == 0).any():
        return empty
    if n_r < 2 or n_t < 2:
        return replace(empty, reason="fewer than two templates and fillers")
    cells = Cells(templates, ranks, cells.group, cells.value)
    means, weights, rest = fit(cells)
    scores = weights * rest
    both, n_b = _codes(templates, ranks)
    v_t, v_r, v_tr = (_between(scores, codes, n) for codes, n in ((templates, n_t), (ranks, n_r), (both, n_b)))
    v = np.maximum.reduce([v_t + v_r - v_tr, v_t, v_r])
    share = (1 - 1 / k) ** 2 / people + ((1 / people).sum() - 1 / people) / k**2
    own = float(v.sum() / share.sum())
    own_df = float((min(n_t, int(np.median(people))) - 1) * (k - 1))
    if own < 1e-24 * max(1.0, float(np.abs(means).max()) ** 2):
        own = 0.0
    if np.abs(means).max() < 1e-4 and math.sqrt(own) < 1e-4:
        means, own = np.zeros(k), 0.0
    p_dealt = max(_dealt(blocks, cells.group, rest, means, k, rng, resamples) for blocks in (ranks, templates))
    least = max(_least(ranks, cells.group, k), _least(templates, cells.group, k))
    start = Axis((), NAN, NAN, NAN, p_dealt, least, NAN, NAN, NAN, tuple(map(int, people)), n_t, tuple(means))
    return with_scale(start, own, own_df)


def with_scale(axis: Axis, scale: float, df: float) -> Axis:
    """Give an axis its test and effects from the variance of one person's part.

    Args:
        axis: with the groups' means, people and the p of dealing.
        scale: s^2, at hand or moderated.
        df: its degrees of freedom.
    """
    if axis.reason:
        return axis
    means, people, k = np.array(axis.means), np.array(axis.people, dtype="float64"), len(axis.means)
    center = float((people * means).sum() / people.sum())
    q = float((people * (means - center) ** 2).sum())
    f = q / (k - 1) / scale if scale > 0 else (math.inf if q > 0 else 0.0)
    p_f = float(fdtrc(k - 1, df, f)) if math.isfinite(f) else 0.0
    effects = _effects(means, people, scale, df, q, k)
    furthest = int(np.argmax([abs(e.value) for e in effects]))
    p = max(p_f, axis.p_dealt) if q > 0 else 1.0
    se = float(_se(people, scale, k)[furthest])
    return replace(axis, effects=effects, f=f, p=p, p_f=p_f, df=df, se=se, scale=scale)


def _se(people: Floats, scale: float, k: int) -> Floats:
    """Standard error of each group's mean against the mean of the others."""
    others = ((1 / people).sum() - 1 / people) / (k - 1) ** 2
    return np.sqrt(scale * (1 / people + others))


def _effects(means: Floats, people: Floats, scale: float, df: float, q: float, k: int) -> tuple[Effect, ...]:
    """Shrink (Morris 1983, with the moment estimate of DerSimonian & Laird 1986 for the variance between groups)."""
    raw = k / (k - 1) * (means - means.mean())
    spare = people.sum() - (people**2).sum() / people.sum()
    between = max(0.0, (q - (k - 1) * scale) / spare)
    factor = np.where(scale > 0, between / (between + scale / people), 1.0) if k > 2 else np.ones(k)
    half = float(stdtrit(df, 1 - 0.025 / (k if k > 2 else 1))) * _se(people, scale, k)
    value = factor * raw
    return tuple(
        Effect(g, float(value[g]), float(raw[g]), float(value[g] - half[g]), float(value[g] + half[g]), int(people[g]))
        for g in range(k)
    )


def _least(blocks: Ints, group: Ints, k: int) -> float:
    """Smallest p of dealing groups out within blocks: 2^(1-G) with two groups in each of G blocks."""
    pairs = np.unique(blocks * k + group)
    sizes = np.bincount(pairs // k)
    ways = float(gammaln(sizes[sizes > 0] + 1.0).sum())
    return min(1.0, math.exp(float(gammaln(k + 1.0)) - ways))


def _dealt(
    blocks: Ints,
    group: Ints,
    rest: Floats,
    means: Floats,
    k: int,
    rng: np.random.Generator,
    resamples: int,
) -> float:
    """Deal the groups out again among the people of a rank (or of a template), which flips signs where there are two.

    What is dealt is the mean of a group's residuals in a block, its group's mean put back; the statistic is
    sum_g (mean over blocks)^2, its weight the number of blocks. Two groups: the signs of their differences are flipped.
    """
    key, _ = _codes(blocks, group)
    first = np.unique(key, return_index=True)[1]
    block, owner = blocks[first], group[first]
    value = np.bincount(key, rest + means[group]) / np.bincount(key)
    order = np.argsort(block, kind="stable")
    block, owner, value = block[order], owner[order], value[order]
    if k == 2:
        both = np.flatnonzero(np.diff(block) == 0)
        return sign_flip((value[both] - value[both + 1]) * np.where(owner[both] == 0, 1.0, -1.0), rng, resamples)
    level = np.bincount(block, value) / np.maximum(np.bincount(block), 1)
    value = value - level[block]
    count = np.bincount(owner, minlength=k)
    member = np.eye(k)[:, owner]
    spans = np.searchsorted(block, np.unique(block)), np.searchsorted(block, np.unique(block), "right")

    def statistic(values: Floats) -> Floats:
        found = (member @ values) / count[:, None]
        return np.asarray((count[:, None] * (found - (count @ found) / count.sum()) ** 2).sum(0))

    def deal(n: int) -> Floats:
        values = np.tile(value[:, None], (1, n))
        for start, stop in zip(*spans, strict=True):
            values[start:stop] = rng.permuted(values[start:stop], axis=0)
        return statistic(values)

    seen = float(statistic(value[:, None])[0]) * (1 - 1e-9)
    return _share_beyond(deal, seen, resamples)


def _share_beyond(deal: Callable[[int], Floats], seen: float, resamples: int) -> float:
    p = float((1 + (deal(resamples) >= seen).sum()) / (1 + resamples))
    if p >= 0.05:
        return p
    hits = sum(int((deal(resamples) >= seen).sum()) for _ in range(10))
    return float((1 + hits) / (1 + 10 * resamples))
