"""Intervals, tests and corrections for data with two random factors, templates and fillers.

Specification: the project's method page. scipy and statsmodels do what they already do; what stands here is
what they lack. Nothing depends on the order of rows, and every random number comes from `generator(seed, ...)`.
"""

from __future__ import annotations

from audit.stats.design import Layout, Part, Twins, arrange, cell_part, differences, layout, ordered
from audit.stats.heterogeneity import NewTemplate, new_template
from audit.stats.moderated import moderate
from audit.stats.multiplicity import benjamini_hochberg, holm, suite_weights
from audit.stats.rates import (
    ECE_ROWS,
    calibration_error,
    calibration_interval,
    coverage_curve,
    effective_rows,
    share_interval,
    wilson,
)
from audit.stats.resample import (
    RESAMPLES,
    Flips,
    bootstrap_interval,
    bootstrap_means,
    flip_p,
    flips,
    generator,
    sign_flip,
    worst_gap_null,
)
from audit.stats.shares import ShareGap, quantile, score_z, share_gap, two_sided, wilson_limits
from audit.stats.shrinkage import shrunken, spread_between
from audit.stats.spread import Spread, leave_one_out, spread, template_gaps
from audit.stats.strata import halves
from audit.stats.twoway import NOISE, Gap, Variance, balanced, cluster, nesting, solve

__all__ = [
    "ECE_ROWS",
    "NOISE",
    "Flips",
    "NewTemplate",
    "RESAMPLES",
    "Gap",
    "Layout",
    "Part",
    "ShareGap",
    "Spread",
    "Twins",
    "Variance",
    "arrange",
    "balanced",
    "benjamini_hochberg",
    "bootstrap_interval",
    "bootstrap_means",
    "calibration_error",
    "calibration_interval",
    "cell_part",
    "cluster",
    "coverage_curve",
    "differences",
    "effective_rows",
    "flip_p",
    "flips",
    "generator",
    "halves",
    "holm",
    "layout",
    "leave_one_out",
    "moderate",
    "nesting",
    "new_template",
    "ordered",
    "quantile",
    "score_z",
    "share_gap",
    "share_interval",
    "shrunken",
    "sign_flip",
    "solve",
    "spread",
    "spread_between",
    "suite_weights",
    "template_gaps",
    "two_sided",
    "wilson",
    "wilson_limits",
    "worst_gap_null",
]
