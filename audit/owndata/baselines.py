"""Is a transformer needed? Counting words on the same rows, beside the model.

Two baselines: TF-IDF and logistic regression, trained on the rows themselves and cross-validated so that no writer, and
no copy of a text, is in training and test at once; and the word list that ships with the project. Both are compared
with the model row by row. The first has seen labels of this very data set, which the model as a rule has not: it says
what the words give.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.owndata.analysis.figures import Share, macro_f1, ratio
from audit.owndata.analysis.sides import MOST_OUT, RIGHT, ROWS
from audit.owndata.analysis.sums import FEATURES, Floats, sum_by
from audit.owndata.table import CODES, read_batches
from audit.schema import LABELS, Comparison, Skipped
from audit.stats import generator

MOST = 10_000
"""Rows that are compared; of more, a random part by the seed: gaps of a point or two show, and memory stays flat."""
ASKED = 2048
"""Texts that are scored at a time."""
FOLDS = 5
TRAINED = "TF-IDF and logistic regression"
LISTED = "word list"
Codes = NDArray[np.int64]


@dataclass(frozen=True, slots=True)
class Sample:
    """Judged rows with their texts."""

    texts: list[str]
    label: Codes
    predicted: Codes
    cluster: Codes


def compare_baselines(
    texts: Callable[[], Iterator[list[str]]], rows: Any, seed: int
) -> tuple[tuple[Comparison, ...], tuple[Skipped, ...]]:
    """Compare the model with the baselines.

    Args:
        texts: gives the texts of the rows, in their order, chunk by chunk.
        rows: the scored rows (`audit.owndata.table.columns`).
        seed: of the folds, and of the part of large data that is compared.

    Returns:
        Two comparisons (accuracy, macro-F1) for each baseline, and the baselines that could not be made.
    """
    found, part = draw_sample(texts, rows, seed)
    labels = labels_of(found)
    skipped: list[Skipped] = []
    out: list[Comparison] = []
    note = f" on a random {MOST:,} of {part:,} rows" if part > len(found.texts) else ""
    for name, make in ((TRAINED, _trained), (LISTED, _listed)):
        made = make(found, labels, seed)
        if isinstance(made, str):
            skipped.append(Skipped(f"baseline: {name}", made))
        else:
            out += compare(found, made, name + note)
    return tuple(out), tuple(skipped)


def draw_sample(texts: Callable[[], Iterator[list[str]]], rows: Any, seed: int) -> tuple[Sample, int]:
    """Give the judged rows, or a random part of them, and how many there are; the rest is never in memory."""
    judged, two_class = _judged(rows)
    total = sum(judged)
    chosen = np.arange(total)
    if total > MOST:
        chosen = np.sort(generator(seed, "data", "baselines").choice(total, MOST, replace=False))
    places, columns = _picked(rows, chosen, two_class)
    kept: list[str] = []
    start = 0
    for chunk in texts():
        first, last = np.searchsorted(places, (start, start + len(chunk)))
        kept += [chunk[place - start] for place in places[first:last].tolist()]
        start += len(chunk)
    return Sample(kept, *columns), total


def _judged(rows: Any) -> tuple[list[int], bool]:
    """Count the judged rows of each batch, and say whether the model has no neutral class, which leaves some out."""
    labelled, neutral, two_class = [], [], True
    for batch in read_batches(rows, ["label", "p_neutral"]):
        label = batch.column("label").to_numpy()
        labelled.append(int((label >= 0).sum()))
        neutral.append(int((label == CODES["neutral"]).sum()))
        two_class &= bool(np.isnan(batch.column("p_neutral").to_numpy()).all())
    return [n - m * two_class for n, m in zip(labelled, neutral, strict=True)], two_class


def _picked(rows: Any, chosen: Codes, two_class: bool) -> tuple[Codes, list[Codes]]:
    """Give places in the table, labels, predictions and clusters of some of the judged rows, by their number."""
    start, seen = 0, 0
    places: list[Codes] = [np.zeros(0, dtype=np.int64)]
    columns: list[list[Codes]] = [[np.zeros(0, dtype=np.int64)] for _ in range(3)]
    for batch in read_batches(rows, ["label", "predicted", "cluster"]):
        label = batch.column("label").to_numpy()
        mine = np.flatnonzero((label >= 0) & ~(two_class & (label == CODES["neutral"])))
        first, last = np.searchsorted(chosen, (seen, seen + len(mine)))
        mine_chosen = mine[chosen[first:last] - seen]
        places.append(mine_chosen + start)
        for found, name in zip(columns, ("label", "predicted", "cluster"), strict=True):
            found.append(batch.column(name).to_numpy()[mine_chosen].astype(np.int64))
        start, seen = start + len(label), seen + len(mine)
    return np.concatenate(places), [np.concatenate(found) for found in columns]


def labels_of(found: Sample) -> tuple[str, ...]:
    """Labels that rows or predictions have."""
    present = set(found.label.tolist()) | set(found.predicted.tolist())
    return tuple(name for name in LABELS if CODES[name] in present)


def _trained(found: Sample, labels: Sequence[str], seed: int) -> Codes | str:
    from sklearn.feature_extraction.text import TfidfVectorizer
    from sklearn.linear_model import LogisticRegression
    from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
    from sklearn.pipeline import make_pipeline

    present, counts = np.unique(found.label, return_counts=True)
    if len(present) < 2:
        return "needs rows of two or more labels"
    groups = min(len(np.unique(found.cluster[found.label == code])) for code in present)
    folds = min(FOLDS, int(counts.min()), groups)
    if folds < 2:
        return "needs two or more rows, by two or more writers, of every label"
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), min_df=1, sublinear_tf=True, max_features=200_000),
        LogisticRegression(max_iter=1000, class_weight="balanced"),
    )
    split = StratifiedGroupKFold(folds, shuffle=True, random_state=seed % 2**32)
    try:
        answers = cross_val_predict(model, found.texts, found.label, groups=found.cluster, cv=split)
    except ValueError as error:
        return f"could not be trained on these rows ({str(error).splitlines()[0]})"
    return np.asarray(answers, dtype=np.int64)


def _listed(found: Sample, labels: Sequence[str], seed: int) -> Codes | str:
    from audit.models import load_model
    from audit.models.base import Request
    from audit.scoring import score

    model = load_model("word-count")
    texts = (found.texts[start : start + ASKED] for start in range(0, len(found.texts), ASKED))
    out = []
    for answer in (one for some in texts for one in score(model, [Request(text) for text in some])):
        chances = {k: p for k, p in zip(answer.labels, answer.probabilities, strict=True) if k in labels}
        out.append(CODES[max(chances, key=chances.__getitem__)] if chances else CODES[labels[0]])
    return np.array(out, dtype=np.int64)


def features(label: Codes, predicted: Codes) -> Floats:
    """(rows, features) of answers, as `audit.owndata.analysis.sums` has them; confidence is left 0."""
    out = np.zeros((len(label), FEATURES))
    out[np.arange(len(label)), label * 3 + predicted] = 1.0
    return out


def compare(found: Sample, other: Codes, name: str) -> list[Comparison]:
    """Compare the model's answers with another's on the same rows.

    Args:
        found: rows with the model's answers.
        other: (rows,) codes of the other's answers.
        name: of the other.

    Returns:
        Accuracy (McNemar's exact test where rows are independent, else a paired t that leaves out each cluster) and
        macro-F1 (the same t on the linearised difference).
    """
    own, theirs = features(found.label, found.predicted), features(found.label, other)
    accuracy = Share("accuracy", RIGHT, ROWS)
    first = _paired("accuracy", ratio(accuracy, own.sum(0)), ratio(accuracy, theirs.sum(0)), own, theirs, found, name)
    f1 = macro_f1(own.sum(0)), macro_f1(theirs.sum(0))
    second = _paired("macro_f1", f1[0], f1[1], own, theirs, found, name)
    if len(np.unique(found.cluster)) == len(found.cluster):
        first = replace(first, p=_mcnemar(found, other), method="McNemar's exact test; interval from paired rows")
    return [first, second]


def _paired(
    measure: str,
    one: tuple[float, Floats],
    two: tuple[float, Floats],
    own: Floats,
    theirs: Floats,
    found: Sample,
    name: str,
) -> Comparison:
    from scipy.stats import t

    rows = float(len(own))
    influence = np.column_stack([own @ one[1] - theirs @ two[1], np.ones(len(own))])
    _, sums = sum_by(found.cluster, influence)
    clusters, sizes = len(sums), sums[:, 1]
    gap = one[0] - two[0]
    # The jackknife by cluster of `audit.owndata.analysis.sides`, on one column of differences.
    moves = sums[:, 0] / (1 - np.minimum(sizes / rows, MOST_OUT)) if clusters > 1 else sums[:, 0]
    se = math.sqrt(float((moves**2).sum()) * (clusters - 1) / clusters) if clusters > 1 else math.nan
    df = max(rows**2 / float((sizes**2).sum()) - 1, 1.0) if clusters > 1 else math.nan
    half = float(t.ppf(0.975, df)) * se if clusters > 1 else math.nan
    certain = 1.0 if gap == 0 else math.nan
    p = 2 * float(t.sf(abs(gap) / se, df)) if se > 0 else certain
    method = f"paired t over {clusters:,} clusters, linearised"
    return Comparison(
        "model", name, measure, one[0], two[0], gap, gap - half, gap + half, p, len(found.label), method, df
    )


def _mcnemar(found: Sample, other: Codes) -> float:
    from statsmodels.stats.contingency_tables import mcnemar

    right, theirs = found.predicted == found.label, other == found.label
    table = [[0, int((right & ~theirs).sum())], [int((~right & theirs).sum()), 0]]
    return float(mcnemar(table, exact=True).pvalue)
