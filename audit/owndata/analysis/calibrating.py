"""Calibration from a histogram of confidence: reliability bins of equal mass, and the debiased calibration error."""

from __future__ import annotations

import math

import numpy as np

from audit.owndata.analysis.sums import Floats
from audit.stats.rates import ECE_BIN, ECE_ROWS

MOST_BINS = 15


def equal_mass(histogram: Floats) -> list[tuple[float, float, float]]:
    """Join the bins of a histogram into groups of about the same number of rows, at least 20.

    Args:
        histogram: (bins, 3) rows, right answers, sum of confidence.

    Returns:
        (rows, right answers, sum of confidence) of each group, least sure first. Rows of one histogram bin stay
        together, so groups differ in size where many rows share a confidence.
    """
    total = float(histogram[:, 0].sum())
    wanted = min(MOST_BINS, int(total // ECE_BIN))
    if wanted < 1:
        return []
    found: list[tuple[float, float, float]] = []
    gathered = np.zeros(3)
    passed = 0.0
    for row in histogram[histogram[:, 0] > 0]:
        gathered = gathered + row
        if passed + gathered[0] >= total * (len(found) + 1) / wanted - 1e-9:
            passed += float(gathered[0])
            found.append((float(gathered[0]), float(gathered[1]), float(gathered[2])))
            gathered = np.zeros(3)
    return found


def expected_calibration_error(histogram: Floats) -> float:
    """Debiased expected calibration error (Kumar, Liang & Ma 2019), NaN with fewer than 100 rows.

    The formula is that of `audit.stats.calibration_error`, over bins that keep equal confidences together.
    """
    total = float(histogram[:, 0].sum())
    if total < ECE_ROWS:
        return math.nan
    squared = 0.0
    for n, right, confidence in equal_mass(histogram):
        share = right / n
        noise = share * (1 - share) / (n - 1) if n > 1 else 0.0
        squared += n / total * ((share - confidence / n) ** 2 - noise)
    return math.sqrt(max(squared, 0.0))
