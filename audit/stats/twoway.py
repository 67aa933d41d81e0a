"""How sure a mean or a gap is when rows share templates and fillers (docs/method.md, section 4).

Balanced crossings use the method of moments on the two-way table (Searle, Casella & McCulloch 1992);
unbalanced ones the two-way cluster-robust variance (Cameron, Gelbach & Miller 2011); nested ones clusters
of the outer factor only, because the inner one adds nothing that the outer does not hold already.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
from scipy.special import ndtri, stdtr, stdtrit

from audit.stats.design import Floats, Ints, Layout, Part
from audit.stats.rotated import jackknife
from audit.stats.strata import is_stratified

NOISE = 1e-4
"""Scores of one text repeat to about 1e-5 per token between batches; differences below this are no effect."""

NAN = float("nan")

MATCHED = 48
"""Independent units of the larger factor from which Satterthwaite's degrees of freedom are used (with half as many of
the smaller): with 6 phrases a group they gave a false finding in 12 % of families of 13 axes, the smallest in 3 %."""


@dataclass(frozen=True, slots=True)
class Variance:
    """Parts of the variance of a mean over a balanced template x filler table."""

    template: float
    """V_T = var(row means) / T."""
    filler: float
    """V_F = var(column means) / F."""
    error: float
    """V_E = residual mean square / (T F)."""


@dataclass(frozen=True, slots=True)
class Gap:
    """A mean or a difference of means, and how sure it is."""

    value: float
    se: float
    df: float
    """Degrees of freedom of the t distribution."""
    templates: int
    fillers: int
    clusters: int
    """Independent units: min(templates, fillers), or the outer factor's of a nested design."""
    cells: int
    method: str
    """"balanced", "groups", "clusters", "nested in filler", "nested in template", "fixed filler", ..."""
    reason: str = ""
    """Why `value` or `se` is NaN."""
    rate: bool = False
    """Whether single values are 0 or 1 (or differences of such)."""
    growth: float = 0.0
    """Rates: a gap of m more than there is multiplies the variance by up to 1 + growth * m (1 - m)."""
    moved: tuple[float, float] = (NAN, NAN)
    """Rates: share of cells that moved, and its effective rows, for the bound near 0 and 100 %."""
    p_flip: float = NAN
    """p of flipping signs, where it was asked for; `p` is then the larger of it and that of t."""

    @property
    def defined(self) -> bool:
        """Whether there is an interval."""
        return math.isfinite(self.value) and math.isfinite(self.se) and self.df > 0

    def t(self, q: float) -> float:
        """Quantile of the t distribution."""
        return float(stdtrit(self.df, q))

    def half_width(self, level: float = 0.95) -> float:
        """Half the width of the interval, in the unit of `value`.

        Near 0 and 100 % a t interval is too narrow at any size, because what varies is hardly seen: half the width
        of a rate's interval is at least what Wilson's score interval leaves of the share of cells that moved. With
        none moved of G clusters that is z^2 / (G + z^2); a zero width would claim more than G units can show.
        """
        if not self.defined:
            return NAN
        half = self.t(0.5 + level / 2) * self.se
        if not self.rate:
            return half
        z = float(ndtri(0.5 + level / 2))
        share, rows = self.moved
        if math.isnan(rows):
            return half if self.se > 0 else z * z / (self.clusters + z * z)
        return max(half, _wilson_half(share, rows, z))

    def interval(self, level: float = 0.95) -> tuple[float, float]:
        """Two-sided t interval; that of a difference of rates stays within -1 and 1."""
        half = self.half_width(level)
        low, high = self.value - half, self.value + half
        return (max(low, -1.0), min(high, 1.0)) if self.rate and self.defined else (low, high)

    @property
    def p(self) -> float:
        """Two-sided p of "the value is 0": of t, or of sign flips where that is larger.

        Where nothing varies, t has no meaning: then the exact sign test over clusters, 2^(1-G).
        """
        if not self.defined:
            return NAN
        if self.value == 0:
            return 1.0
        flipped = self.p_flip if math.isfinite(self.p_flip) else 0.0
        if self.se == 0:
            return max(float(2.0 ** (1 - self.clusters)), flipped)
        return max(float(2 * stdtr(self.df, -abs(self.value) / self.se)), flipped)

    def detectable(self, alpha: float = 0.05, power: float = 0.8) -> float:
        """Smallest true gap found with that power: m = (t_{1-alpha/2} + t_power) * se (Bloom 1995).

        The se is that of a model with such a gap. Where single values are measured it is the se at hand; a rate
        that moves away from 0 or 1 varies more, and m solves m^2 = quantiles^2 * se^2 * (1 + growth * m (1 - m)).
        """
        if not self.defined:
            return NAN
        # the bound near 0 and 100 % is of no account at a gap that moves many cells, which `growth` stands for
        quantile = ndtri if self.rate and self.se == 0 else self.t
        wide = float(quantile(1 - alpha / 2))
        half = wide * self.se if self.se > 0 else replace(self, moved=(NAN, NAN)).half_width(1 - alpha)
        found = (wide + float(quantile(power))) / wide * half
        more = found**2 * self.growth
        return (more + math.sqrt(more**2 + 4 * (1 + more) * found**2)) / (2 * (1 + more))


def _wilson_half(share: float, rows: float, z: float) -> float:
    """The longer side of Wilson's (1927) score interval for a share of some effective rows."""
    middle = (share + z * z / (2 * rows)) / (1 + z * z / rows)
    half = z * math.sqrt(share * (1 - share) / rows + z * z / (4 * rows * rows)) / (1 + z * z / rows)
    return max(middle + half - share, share - middle + half)


def balanced(table: Floats) -> Variance:
    """Split the variance of the mean of a full table.

    Args:
        table: (T, F) values without NaN; a factor with one level adds nothing.

    Returns:
        V_T, V_F and V_E, in squared units.
    """
    n_t, n_f = table.shape
    rows, columns = table.mean(1), table.mean(0)
    v_t = rows.var(ddof=1) / n_t if n_t > 1 else 0.0
    v_f = columns.var(ddof=1) / n_f if n_f > 1 else 0.0
    v_e = 0.0
    if n_t > 1 and n_f > 1:
        rest = table - rows[:, None] - columns[None, :] + table.mean()
        v_e = float((rest**2).sum()) / ((n_t - 1) * (n_f - 1)) / (n_t * n_f)
    return Variance(float(v_t), float(v_f), v_e)


def _largest(both: float, template: float, filler: float, error: float) -> float:
    """max(...) of docs/method.md 4; the error alone where both margins happen to be exactly level."""
    found = max(both, template, filler)
    return found if found > 1e-12 * error else max(error, 0.0)


def widest(template: float, filler: float, error: float) -> float:
    """Give max(V_T + V_F - V_E, V_T, V_F); the error alone where both margins happen to be exactly level."""
    return _largest(template + filler - error, template, filler, error)


def satterthwaite(*terms: tuple[float, float], sizes: tuple[int, int]) -> float:
    """Give the degrees of freedom of a variance made of several (Satterthwaite 1946; Welch 1947).

    Args:
        terms: (variance, its degrees of freedom): template, filler, error.
        sizes: templates and fillers; under `MATCHED` of the one or half of it of the other, the smallest degrees of
            freedom of template and filler are given instead.
    """
    least = min(df for _, df in terms[:2])
    if max(sizes) < MATCHED or 2 * min(sizes) < MATCHED:
        return least
    (v_t, _), (v_f, _), (v_e, _) = terms
    whole = sum(v * v / df for v, df in terms if df > 0)
    return max(least, widest(v_t, v_f, v_e) ** 2 / whole) if whole > 0 else least


def _table(part: Part, n_t: int, n_f: int) -> Floats | None:
    """The part as a full (T, F) table, or None if cells are missing."""
    return part.value.reshape(n_t, n_f) if len(part.value) == n_t * n_f else None


def _levels(codes: Sequence[Ints]) -> int:
    return len(np.unique(np.concatenate(list(codes))))


def nesting(parts: Sequence[Part]) -> str:
    """Say whether one factor lies within the other.

    Returns:
        "filler" when each template belongs to one filler, "template" the other way round, "" when crossed.
        Where both hold, "filler".
    """
    template = np.concatenate([p.template for p in parts])
    filler = np.concatenate([p.filler for p in parts])
    pairs = len(np.unique(template * (filler.max() + 1) + filler))
    if pairs == len(np.unique(template)):
        return "filler"
    return "template" if pairs == len(np.unique(filler)) else ""


def solve(found: Layout | Sequence[Part], rate: bool = False) -> Gap:
    """Estimate a mean or a gap with its standard error.

    Args:
        found: the parts of the contrast; value = sum of sign * mean over cells.
        rate: whether single values are 0 or 1, or differences of such.

    Returns:
        The estimate; NaN with a reason where a group has no rows or there are fewer than two clusters.
    """
    parts = list(found.parts) if isinstance(found, Layout) else list(found)
    if not parts or any(len(p.value) == 0 for p in parts):
        return Gap(NAN, NAN, NAN, 0, 0, 0, 0, "none", "no rows to compare", rate)
    n_t, n_f = _levels([p.template for p in parts]), _levels([p.filler for p in parts])
    value = float(sum(p.sign * p.mean for p in parts))
    growth = _growth(parts) if rate else 0.0
    base = Gap(value, NAN, NAN, n_t, n_f, min(n_t, n_f), sum(len(p.value) for p in parts), "", "", rate, growth)
    if rate and not any(p.other for p in parts):
        base = replace(base, moved=_moved(parts, base))
    return _without_noise(_by_design(parts, base))


def _by_design(parts: Sequence[Part], base: Gap) -> Gap:
    if is_stratified(parts):
        return solve_strata(parts, base)
    return _groups(parts, base) if any(p.other for p in parts) else _shared(parts, base)


def _moved(parts: Sequence[Part], base: Gap) -> tuple[float, float]:
    """Give the share of cells that moved, and its effective rows; see `Gap.moved`.

    The rows are those of Kish (1965), p(1-p)/V with the V of this design, between the number of clusters and that of
    cells.
    """
    weight = sum(abs(p.sign) for p in parts)
    size = [replace(p, value=np.abs(p.value), sign=abs(p.sign) / weight) for p in parts]
    share = min(1.0, sum(p.sign * p.mean for p in size))
    found = _by_design(size, base)
    if not found.defined:
        return share, NAN
    v, least = found.se**2, float(found.clusters)
    return share, min(float(base.cells), max(least, share * (1 - share) / v)) if v > 1e-24 else least


def _growth(parts: Sequence[Part]) -> float:
    """How fast the variance of a rate grows with a gap; see `Gap.growth`.

    A gap of m turns a share m of one arm's answers, which adds m (1 - m) to the variance of a single answer (less
    where the answers that turn had been spread evenly); cells of k answers get 1/k of it.
    """
    spread = sum(float(p.value.var()) for p in parts)
    return 1.0 / (parts[0].each * spread) if spread > 1e-12 else 0.0


def _without_noise(gap: Gap) -> Gap:
    """Call 0 what rounding alone makes: tiny gaps that repeat exactly would otherwise be "significant"."""
    if not gap.defined:
        return gap
    if gap.se < 1e-12 * max(1.0, abs(gap.value)):
        gap = replace(gap, se=0.0)
    if max(abs(gap.value), gap.se) < (1e-12 if gap.rate else NOISE):
        gap = replace(gap, value=0.0, se=0.0)
    return gap


def _groups(parts: Sequence[Part], base: Gap) -> Gap:
    """Gap between groups of fillers; a control adds two more groups."""
    sizes = [len(np.unique(p.filler)) for p in parts]
    levels = [n for n in (base.templates, *sizes) if n > 1]
    if not levels:
        return replace(base, clusters=1, reason="fewer than two templates and fillers")
    own = sum(sizes) == base.fillers
    tables = [_table(p, base.templates, n) for p, n in zip(parts, sizes, strict=True)] if own else [None]
    full = [table for table in tables if table is not None]
    if len(full) < len(parts):
        return _shared(parts, base, sizes)
    each = _borrowed([balanced(table) for table in full], sizes)
    between = sum(p.sign * table.mean(1) for p, table in zip(parts, full, strict=True))
    v_t = float(np.var(between, ddof=1)) / base.templates if base.templates > 1 else 0.0
    v_f, error = sum(v.filler for v in each), sum(v.error for v in each)
    v = _largest(v_t + v_f - error, v_t, v_f, error)
    method = "groups" if max(sizes) > 1 else "groups, fixed filler"
    return replace(base, se=math.sqrt(v), df=min(levels) - 1, clusters=min(levels), method=method)


def _borrowed(found: Sequence[Variance], sizes: Sequence[int]) -> list[Variance]:
    """Let a group with one filler borrow the widest spread between fillers of the others, having none to show."""
    filler = max(v.filler * n for v, n in zip(found, sizes, strict=True))
    error = max(v.error * n for v, n in zip(found, sizes, strict=True))
    return [replace(v, filler=filler, error=error) if n == 1 else v for v, n in zip(found, sizes, strict=True)]


def _shared(parts: Sequence[Part], base: Gap, sizes: Sequence[int] = ()) -> Gap:
    """Mean or gap whose parts share templates and fillers."""
    n_t, n_f = base.templates, base.fillers
    if n_t < 2 and n_f < 2:
        return replace(base, clusters=1, reason="fewer than two templates and fillers")
    outer = nesting(parts)
    if n_f == 1 or (outer == "template" and n_t > 1):
        g = n_t
        method = "fixed filler" if n_f == 1 else "nested in template"
        return replace(base, se=math.sqrt(cluster(parts, "template")), df=g - 1, clusters=g, method=method)
    if n_t == 1 or outer == "filler":
        g = min((n for n in sizes if n > 1), default=n_f)
        method = "fixed template" if n_t == 1 else "nested in filler"
        return replace(base, se=math.sqrt(cluster(parts, "filler")), df=g - 1, clusters=g, method=method)
    g = min([n_t, *(n for n in (sizes or [n_f]) if n > 1)])
    table = _table(parts[0], n_t, n_f) if len(parts) == 1 else None
    error = (n_t - 1) * (n_f - 1)
    if table is not None:
        v = balanced(table)
        total = widest(v.template, v.filler, v.error)
        df = satterthwaite((v.template, n_t - 1), (v.filler, n_f - 1), (v.error, error), sizes=(n_t, n_f))
        return replace(base, se=math.sqrt(total), df=df, method="balanced")
    v_t, v_f, v_tf = (cluster(parts, by) for by in ("template", "filler", "both"))
    if any(p.level is not None for p in parts):
        v_t, v_f = jackknife(parts)
    df = g - 1.0
    if len(parts) == 1:
        df = satterthwaite((v_t, n_t - 1), (v_f, n_f - 1), (v_tf, error), sizes=(n_t, n_f))
    return replace(base, se=math.sqrt(widest(v_t, v_f, v_tf)), df=df, clusters=g, method="clusters")


def solve_strata(parts: Sequence[Part], base: Gap) -> Gap:
    """Give the standard error of a mean of strata.

    Args:
        parts: see `halves`.
        base: estimate and sizes.

    Returns:
        `base` with se, degrees of freedom and clusters. Fillers of different strata are different draws: their number
        is that of all, less one for each stratum whose mean is taken off.
    """
    spent = len(parts) - 1
    fillers, templates = base.fillers, base.templates
    own_fillers = sum(len(np.unique(p.filler)) for p in parts) == fillers
    own_templates = sum(len(np.unique(p.template)) for p in parts) == templates
    df_f = fillers - (len(parts) if own_fillers else 1)
    df_t = templates - (len(parts) if own_templates else 1)
    outer = nesting(parts)
    if outer or templates < 2 or fillers < 2:
        by = "filler" if outer == "filler" or templates < 2 else "template"
        df = df_f if by == "filler" else df_t
        if df < 1:
            return replace(base, clusters=1, reason="fewer than two templates and fillers a stratum")
        se = math.sqrt(cluster(parts, by))
        return replace(base, se=se, df=df, clusters=df + 1, method=f"strata, nested in {by}")
    if min(df_t, df_f) < 1:
        return replace(base, clusters=1, reason="fewer than two templates and fillers a stratum")
    v_t, v_f, v_e = _components(parts, own_fillers)
    v = widest(v_t, v_f, v_e)
    free = satterthwaite((v_t, df_t), (v_f, df_f), (v_e, df_t * df_f), sizes=(templates, fillers - spent))
    return replace(base, se=math.sqrt(v), df=free, clusters=min(df_t, df_f) + 1, method="strata")


def _components(parts: Sequence[Part], own_fillers: bool) -> tuple[float, float, float]:
    """V_T, V_F and V_E: by moments where every stratum is a full table over the same templates, else by clusters."""
    templates = [np.unique(p.template) for p in parts]
    sizes = [len(np.unique(p.filler)) for p in parts]
    shared = all(np.array_equal(templates[0], other) for other in templates[1:])
    full = all(len(p.value) == len(t) * n for p, t, n in zip(parts, templates, sizes, strict=True))
    if not (own_fillers and shared and full):
        v_t, v_f, v_tf = (cluster(parts, by) for by in ("template", "filler", "both"))
        return v_t, v_f, v_tf
    tables = [p.value.reshape(len(templates[0]), n) for p, n in zip(parts, sizes, strict=True)]
    each = [balanced(table) for table in tables]
    rows = sum(p.sign * table.mean(1) for p, table in zip(parts, tables, strict=True))
    n_t = len(templates[0])
    v_t = float(np.var(rows, ddof=1)) / n_t
    v_f = sum(p.sign**2 * v.filler for p, v in zip(parts, each, strict=True))
    v_e = sum(p.sign**2 * v.error for p, v in zip(parts, each, strict=True))
    return v_t, v_f, v_e


def cluster(parts: Sequence[Part], by: str) -> float:
    """Cluster-robust variance of a sum of signed means (Liang & Zeger 1986; G/(G-1) as in Cameron et al. 2011).

    Args:
        parts: see `solve`.
        by: "template", "filler" or "both" (their intersection).

    Returns:
        sum over clusters of (sum of influences)^2, times G/(G-1); in squared units. Where each cluster lies in
        one part, each part has its own G, and a part with one cluster borrows the other's spread.
    """
    influence = [p.sign * (p.value - p.mean) / len(p.value) for p in parts]
    width = max(int(p.filler.max()) for p in parts) + 1
    codes = [
        p.template if by == "template" else p.filler if by == "filler" else p.template * width + p.filler for p in parts
    ]
    unique = [np.unique(c) for c in codes]
    if len(parts) > 1 and sum(map(len, unique)) == _levels(codes):
        each = [_squares(u, c) for u, c in zip(influence, codes, strict=True)]
        sizes = [len(u) for u in unique]
        spare = max(v * n for v, n in zip(each, sizes, strict=True))
        return sum(v if n > 1 else spare for v, n in zip(each, sizes, strict=True))
    return _squares(np.concatenate(influence), np.concatenate(codes))


def _squares(influence: Floats, codes: Ints) -> float:
    found, inverse = np.unique(codes, return_inverse=True)
    sums = np.bincount(inverse, influence, minlength=len(found))
    g = len(found)
    return float((sums**2).sum()) * g / (g - 1) if g > 1 else 0.0
