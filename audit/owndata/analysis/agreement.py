"""Are the labels right? How far annotators agree, and what that means for the model.

Krippendorff's alpha for nominal data with missing labels (Krippendorff 2011, "Computing Krippendorff's
alpha-reliability"); its interval resamples units, as he proposes a bootstrap.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping

import numpy as np

from audit.owndata.analysis.sums import Floats, Sums
from audit.schema import LABELS, Agreement
from audit.stats import generator

DRAWS = 2000
Patterns = Mapping[tuple[int, ...], int]


def agreement_of(sums: Sums, seed: int) -> Agreement | None:
    """Give the agreement of two or more annotators; None when there are fewer."""
    if len(sums.annotators) < 2:
        return None
    counted = Counter({pattern: n for pattern, n in sums.patterns.items() if _given(pattern[:-1]) >= 2})
    low, high = _interval(counted, seed)
    people = tuple(_person(sums, place) for place in range(len(sums.annotators)))
    agreeing = [(agreement, n) for _, n, agreement, _ in people if agreement == agreement]
    weight = sum(n for _, n in agreeing)
    return Agreement(
        alpha=krippendorff(counted),
        low=low,
        high=high,
        units=sum(counted.values()),
        annotators=people,
        ceiling=sum(agreement * n for agreement, n in agreeing) / weight if weight else float("nan"),
        model=_model(sums.patterns),
    )


def _given(labels: tuple[int, ...]) -> int:
    return sum(label >= 0 for label in labels)


def krippendorff(patterns: Patterns) -> float:
    """Krippendorff's alpha, nominal.

    Args:
        patterns: (labels of each annotator, -1 for none, and last the prediction) -> units that have it.

    Returns:
        1 for full agreement, 0 for that of chance; NaN when only one label was ever given, or no unit has two.
    """
    observed, expected = _disagreement(*_table(patterns))
    return float(1 - observed[0] / expected[0]) if expected[0] > 0 else float("nan")


def _table(patterns: Patterns) -> tuple[Floats, Floats]:
    """(patterns, labels) labels given, and (1, patterns) how many units have each."""
    rows = [[sum(label == code for label in pattern[:-1]) for code in range(len(LABELS))] for pattern in patterns]
    return np.array(rows, dtype=float).reshape(-1, len(LABELS)), np.array([list(patterns.values())], dtype=float)


def _disagreement(labels: Floats, counts: Floats) -> tuple[Floats, Floats]:
    """Observed and expected disagreement, for each row of counts (draws, patterns)."""
    given = labels.sum(1)
    pairs = given[:, None] * labels - labels * labels
    within = np.where(given > 1, pairs.sum(1) / np.maximum(given - 1, 1), 0.0)
    margins = counts @ labels
    n = margins.sum(1)
    observed = counts @ within
    expected = (n**2 - (margins**2).sum(1)) / np.maximum(n - 1, 1)
    return observed, expected


def _interval(patterns: Patterns, seed: int) -> tuple[float, float]:
    units = sum(patterns.values())
    if units < 2:
        return float("nan"), float("nan")
    labels, counts = _table(patterns)
    rng = generator(seed, "data", "agreement")
    drawn = rng.multinomial(units, counts[0] / units, size=DRAWS).astype(float)
    observed, expected = _disagreement(labels, drawn)
    alphas = 1 - observed[expected > 0] / expected[expected > 0]
    if not len(alphas):
        return float("nan"), float("nan")
    low, high = np.quantile(alphas, [0.025, 0.975])
    return float(low), float(high)


def majority(labels: tuple[int, ...]) -> int:
    """Give the label that most gave; -1 when none was given, or two share the lead."""
    counted = Counter(label for label in labels if label >= 0).most_common(2)
    if not counted or (len(counted) == 2 and counted[0][1] == counted[1][1]):
        return -1
    return counted[0][0]


def _person(sums: Sums, place: int) -> tuple[str, int, float, float]:
    """(name, labels given, agreement with the majority of the others, the model's accuracy against this person)."""
    given = agreed = met = right = 0
    for pattern, n in sums.patterns.items():
        own, others, predicted = pattern[place], pattern[:place] + pattern[place + 1 : -1], pattern[-1]
        if own < 0:
            continue
        given += n
        right += n * (own == predicted)
        lead = majority(others)
        if lead >= 0:
            met += n
            agreed += n * (own == lead)
    nan = float("nan")
    return sums.annotators[place], given, agreed / met if met else nan, right / given if given else nan


def _model(patterns: Patterns) -> float:
    """Accuracy of the model against the majorities that the annotators are held against: all but one of them."""
    met = right = 0
    for pattern, n in patterns.items():
        labels, predicted = pattern[:-1], pattern[-1]
        for place, own in enumerate(labels):
            lead = majority(labels[:place] + labels[place + 1 :])
            if own >= 0 and lead >= 0:
                met += n
                right += n * (predicted == lead)
    return right / met if met else float("nan")
