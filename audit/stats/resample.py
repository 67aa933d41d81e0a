"""Resampling: bootstrap over both margins, sign flips, and permutation nulls. All seeded, none global."""

from __future__ import annotations

import zlib
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from math import comb

import numpy as np

from audit.stats.design import Floats, Ints, Part
from audit.stats.twoway import nesting

RESAMPLES = 2000


def generator(seed: int, *names: str) -> np.random.Generator:
    """Give the random numbers of one named purpose, the same whatever else is run and in which order.

    Args:
        seed: the run's seed; 0 is a seed like any other.
        names: what the numbers are for, such as suite and contrast.
    """
    keys = [zlib.crc32(name.encode()) for name in names]
    return np.random.default_rng(np.random.SeedSequence([seed, *keys]))


def _weights(rng: np.random.Generator, levels: Sequence[Ints], n: int, resamples: int) -> Floats:
    """How often each level is drawn, (resamples, n); levels of separate groups are drawn separately."""
    out = np.zeros((resamples, n))
    for found in levels:
        out[:, found] = rng.multinomial(len(found), np.full(len(found), 1 / len(found)), size=resamples)
    return out


def _strata(parts: Sequence[Part], name: str) -> list[Ints]:
    """Levels of a factor, in one stratum per part where no level lies in two parts."""
    levels = [np.unique(getattr(p, name)) for p in parts]
    every = np.unique(np.concatenate(levels))
    return levels if len(every) == sum(map(len, levels)) else [every]


def bootstrap_means(parts: Sequence[Part], rng: np.random.Generator, resamples: int = RESAMPLES) -> Floats:
    """Resample templates and fillers together and give the mean of every part (Owen 2007).

    A cell's weight is the product of how often its template and its filler were drawn. Of nested designs only
    the outer factor is drawn, of a factor with one level nothing.

    Args:
        parts: parts that share the numbering of templates and fillers.
        rng: from `generator`.
        resamples: at least 2,000 for intervals.

    Returns:
        (resamples, parts); NaN where a resample left a part without cells.
    """
    n_t = max(int(p.template.max()) for p in parts) + 1
    n_f = max(int(p.filler.max()) for p in parts) + 1
    outer = nesting(parts)
    strata_t, strata_f = _strata(parts, "template"), _strata(parts, "filler")
    levels_t, levels_f = (len(np.unique(np.concatenate(x))) for x in (strata_t, strata_f))
    draw_t = levels_t > 1 and (outer != "filler" or levels_f == 1)
    draw_f = levels_f > 1 and (outer != "template" or levels_t == 1)
    w_t = _weights(rng, strata_t, n_t, resamples) if draw_t else np.ones((resamples, n_t))
    w_f = _weights(rng, strata_f, n_f, resamples) if draw_f else np.ones((resamples, n_f))
    return np.column_stack([_weighted_mean(p, w_t, w_f, draw_t, draw_f) for p in parts])


def _weighted_mean(part: Part, w_t: Floats, w_f: Floats, draw_t: bool, draw_f: bool) -> Floats:
    if not (draw_t and draw_f):
        codes, weights = (part.template, w_t) if draw_t else (part.filler, w_f)
        n = weights.shape[1]
        total, count = weights @ np.bincount(codes, part.value, n), weights @ np.bincount(codes, minlength=n)
    else:
        from scipy.sparse import coo_array

        shape = (w_t.shape[1], w_f.shape[1])
        place = (part.template, part.filler)
        full = len(part.value) * 4 > shape[0] * shape[1]
        tables = [coo_array((x, place), shape=shape) for x in (part.value, np.ones(len(part.value)))]
        dense = [x.toarray() if full else x.tocsr() for x in tables]
        total, count = (((x.T @ w_t.T).T * w_f).sum(1) for x in dense)
    with np.errstate(invalid="ignore", divide="ignore"):
        return np.asarray(total / count, dtype="float64")


def bootstrap_interval(
    parts: Sequence[Part],
    rng: np.random.Generator,
    resamples: int = RESAMPLES,
    level: float = 0.95,
    combine: Callable[[Floats], Floats] | None = None,
) -> tuple[float, float]:
    """Percentile interval of a function of the parts' means.

    Args:
        parts: see `bootstrap_means`.
        rng: from `generator`.
        resamples: how many.
        level: coverage asked for.
        combine: (resamples, parts) -> (resamples,); by default the sum of signed means.

    Returns:
        Low and high; NaN when more than 1 % of resamples are undefined.
    """
    means = bootstrap_means(parts, rng, resamples)
    values = combine(means) if combine else means @ np.array([p.sign for p in parts])
    values = values[np.isfinite(values)]
    if len(values) < 0.99 * resamples:
        return float("nan"), float("nan")
    low, high = np.quantile(values, [(1 - level) / 2, (1 + level) / 2])
    return float(low), float(high)


def _shares(parts: Sequence[Part], name: str) -> Floats:
    """What each level of a factor adds to the estimate."""
    codes = [getattr(p, name) for p in parts]
    n = max(int(c.max()) for c in codes) + 1
    total = np.zeros(n)
    for p, code in zip(parts, codes, strict=True):
        total += p.sign * np.bincount(code, p.value, minlength=n) / len(p.value)
    return total[np.unique(np.concatenate(codes))]


CLOSE = 0.05
"""A share of draws under this is counted again with ten times as many: corrected levels lie far below .05."""


def _counted(trial: Callable[[int], Floats], seen: float, resamples: int) -> float:
    """Two-sided p of drawn arrangements; the observed one counts as one more (Phipson & Smyth 2010)."""
    p = float((1 + (np.abs(trial(resamples)) >= seen).sum()) / (1 + resamples))
    if p >= CLOSE:
        return p
    hits = sum(int((np.abs(trial(resamples)) >= seen).sum()) for _ in range(10))
    return float((1 + hits) / (1 + 10 * resamples))


def sign_flip(shares: Floats, rng: np.random.Generator, resamples: int = RESAMPLES) -> float:
    """Two-sided p of flipping signs: exact up to 14 units, else with that many draws (ten times as many under .05).

    Args:
        shares: (units,) what each independent unit adds to the estimate.
        rng: from `generator`.
        resamples: draws.
    """
    n = len(shares)
    seen = abs(shares.sum()) * (1 - 1e-9)
    if n <= 14:
        signs = 1 - 2 * ((np.arange(2**n)[:, None] >> np.arange(n)) & 1)
        return float((np.abs(signs @ shares) >= seen).mean())
    return _counted(lambda k: (rng.integers(0, 2, size=(k, n), dtype=np.int8) * 2.0 - 1.0) @ shares, seen, resamples)


def _label_swap(parts: Sequence[Part], rng: np.random.Generator, resamples: int) -> float:
    """Two-sided p of dealing the fillers of two groups out again, on filler means."""
    means = []
    for p in parts:
        found, inverse = np.unique(p.filler, return_inverse=True)
        means.append(np.bincount(inverse, p.value) / np.bincount(inverse, minlength=len(found)))
    pool, n = np.concatenate(means), len(means[0])
    seen = abs(means[0].mean() - means[1].mean()) * (1 - 1e-9)

    def deal(k: int) -> Floats:
        order = rng.permuted(np.tile(np.arange(len(pool)), (k, 1)), axis=1)
        return np.asarray(pool[order[:, :n]].mean(1) - pool[order[:, n:]].mean(1))

    return _counted(deal, seen, resamples)


@dataclass(frozen=True, slots=True)
class Flips:
    """What flipping signs says of a gap."""

    p: float
    """The larger p of flipping templates and of flipping fillers; NaN where no factor has two levels."""
    least: float
    """The smallest p that so few templates and fillers could give: 2^(1-G)."""


def flips(parts: Sequence[Part], rng: np.random.Generator, resamples: int = RESAMPLES) -> Flips:
    """Flip the signs of templates, and of fillers, and take the larger p.

    Where two groups have fillers of their own, these are dealt out again instead of flipped; with a control as
    well (four groups), templates alone are flipped. A factor with one level, and the inner factor of a nested
    design, is left alone. Fillers of strata are flipped: each belongs to one stratum, whose sign is its own.
    """
    outer = nesting(parts)
    template, filler = _shares(parts, "template"), _shares(parts, "filler")
    found: list[tuple[float, float]] = []
    if len(template) > 1 and (outer != "filler" or len(filler) == 1):
        found.append((sign_flip(template, rng, resamples), 2.0 ** (1 - len(template))))
    own = any(p.other for p in parts) and len(_strata(parts, "filler")) > 1
    if len(filler) > 1 and (outer != "template" or len(template) == 1):
        if not own:
            found.append((sign_flip(filler, rng, resamples), 2.0 ** (1 - len(filler))))
        elif len(parts) == 2:
            one, two = (len(np.unique(p.filler)) for p in parts)
            found.append((_label_swap(parts, rng, resamples), min(1.0, 2.0 / comb(one + two, one))))
    return Flips(max((p for p, _ in found), default=float("nan")), max((low for _, low in found), default=0.0))


def flip_p(parts: Sequence[Part], rng: np.random.Generator, resamples: int = RESAMPLES) -> float:
    """Give the larger p of flipping templates and of flipping fillers; see `flips`."""
    return flips(parts, rng, resamples).p


def worst_gap_null(
    template: Ints, filler: Ints, group: Ints, value: Floats, rng: np.random.Generator, resamples: int = RESAMPLES
) -> tuple[float, Floats]:
    """Largest minus smallest group mean, and how large it is when groups mean nothing.

    Group labels are dealt out over the fillers; where every group has one filler, over the cells of each
    template.

    Args:
        template: (cells,) numbers.
        filler: (cells,) numbers; each filler belongs to one group.
        group: (cells,) numbers 0..G-1.
        value: (cells,)
        rng: from `generator`.
        resamples: how many deals.

    Returns:
        The gap, and (resamples,) gaps under the null.
    """
    n_g = int(group.max()) + 1
    fillers, inverse = np.unique(filler, return_inverse=True)
    if len(fillers) > n_g:
        return _null_over_fillers(inverse, group, value, n_g, rng, resamples)
    means = np.bincount(group, value, n_g) / np.bincount(group, minlength=n_g)
    order = np.lexsort((group, template))
    group, value, template = group[order], value[order], template[order]
    starts = np.unique(template, return_index=True)[1]
    dealt = np.empty((resamples, n_g))
    sums, counts = np.zeros((resamples, n_g)), np.bincount(group, minlength=n_g)
    for start, stop in zip(starts, [*starts[1:], len(template)], strict=True):
        shuffled = rng.permuted(np.tile(value[start:stop], (resamples, 1)), axis=1)
        np.add.at(sums.T, group[start:stop], shuffled.T)
    dealt = sums / counts
    return float(np.ptp(means)), np.ptp(dealt, axis=1)


def _null_over_fillers(
    filler: Ints, group: Ints, value: Floats, n_g: int, rng: np.random.Generator, resamples: int
) -> tuple[float, Floats]:
    n_f = int(filler.max()) + 1
    sums, counts = np.bincount(filler, value, n_f), np.bincount(filler, minlength=n_f).astype("float64")
    owner = np.zeros(n_f, dtype=np.intp)
    owner[filler] = group
    member = np.eye(n_g)[owner]
    means = (sums @ member) / (counts @ member)
    order = rng.permuted(np.tile(np.arange(n_f), (resamples, 1)), axis=1)
    dealt = (sums[order] @ member) / (counts[order] @ member)
    return float(np.ptp(means)), np.ptp(dealt, axis=1)
