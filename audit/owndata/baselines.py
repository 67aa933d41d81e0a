"""Is a transformer needed? Counting words on the same rows, beside the model.

Two baselines: TF-IDF and logistic regression, trained on the rows themselves and cross-validated so that no writer, and
no copy of a text, is in training and test at once; and the word list that ships with the project. Both are compared
with the model row by row. The first has seen labels of this very data set, which the model as a rule has not: it says
what the words give.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator
from dataclasses import dataclass, replace
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.owndata.analysis.figures import Share, macro_f1, ratio
from audit.owndata.analysis.sides import MOST_OUT, RIGHT, ROWS
from audit.owndata.analysis.sums import FEATURES, Floats, sum_by
from audit.owndata.classes import CHANCES, CODES, PLACES, Classes, in_words
from audit.owndata.table import read_batches
from audit.schema import Comparison, Skipped
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
    held: bool = False
    """Whether some answers were of a class that no label has, and the likeliest of the others stands for them."""


def compare_baselines(
    texts: Callable[[], Iterator[list[str]]], rows: Any, classes: Classes, seed: int
) -> tuple[tuple[Comparison, ...], tuple[Skipped, ...]]:
    """Compare the model with the baselines.

    Args:
        texts: gives the texts of the rows, in their order, chunk by chunk.
        rows: the scored rows (`audit.owndata.table.columns`).
        classes: of the file. All answer with the classes that its labels have: the model with the likeliest of these.
        seed: of the folds, and of the part of large data that is compared.

    Returns:
        Comparisons of accuracy, macro-F1 and, where rows are negative, misses with each baseline, and the baselines
        that could not be made.
    """
    found, part = draw_sample(texts, rows, classes, seed)
    labels = tuple(name for name in classes.names if PLACES[name] in set(found.label.tolist()))
    held = ", ".join(map(in_words, labels)) if found.held else ""
    skipped: list[Skipped] = []
    out: list[Comparison] = []
    note = f" on a random {MOST:,} of {part:,} rows" if part > len(found.texts) else ""
    for name, make in ((TRAINED, _trained), (LISTED, _listed)):
        made = make(found, classes, seed)
        if isinstance(made, str):
            skipped.append(Skipped(f"baseline: {name}", made))
        else:
            pairs = compare(found, made, name + note) + missed(found, made, name + note)
            out += [replace(one, classes=held) for one in pairs]
    return tuple(out), tuple(skipped)


def draw_sample(texts: Callable[[], Iterator[list[str]]], rows: Any, classes: Classes, seed: int) -> tuple[Sample, int]:
    """Give the judged rows, or a random part of them, and how many there are; the rest is never in memory."""
    judged, two_class, present = _judged(rows, classes)
    total = sum(judged)
    chosen = np.arange(total)
    if total > MOST:
        chosen = np.sort(generator(seed, "data", "baselines").choice(total, MOST, replace=False))
    places, columns, held = _picked(rows, classes, chosen, two_class, present)
    kept: list[str] = []
    start = 0
    for chunk in texts():
        first, last = np.searchsorted(places, (start, start + len(chunk)))
        kept += [chunk[place - start] for place in places[first:last].tolist()]
        start += len(chunk)
    return Sample(kept, columns[0], columns[1], columns[2], held), total


def _judged(rows: Any, classes: Classes) -> tuple[list[int], bool, set[int]]:
    """Count the judged rows of each batch; say whether the model has no neutral class, and which places labels have."""
    labelled, out, two_class, present = [], [], True, set[int]()
    for batch in read_batches(rows, ["label", "p_neutral"]):
        label = classes.places[batch.column("label").to_numpy().astype(np.int64)]
        labelled.append(int((label >= 0).sum()))
        out.append(int(classes.left_out(label, True).sum()))
        two_class &= bool(np.isnan(batch.column("p_neutral").to_numpy()).all())
        present |= set(np.unique(label[label >= 0]).tolist())
    if two_class and "neutral" in classes.names:
        present.discard(PLACES["neutral"])
    return [n - m * two_class for n, m in zip(labelled, out, strict=True)], two_class, present


def _picked(
    rows: Any, classes: Classes, chosen: Codes, two_class: bool, present: set[int]
) -> tuple[Codes, list[Codes], bool]:
    """Give places in the table, labels, answers and clusters of some of the judged rows, by their number.

    Answers are held to the places that labels have; the last is whether any was another.
    """
    start, seen, held = 0, 0, False
    places: list[Codes] = [np.zeros(0, dtype=np.int64)]
    columns: list[list[Codes]] = [[np.zeros(0, dtype=np.int64)] for _ in range(3)]
    members = [CODES[name] for name in classes.members(present)]
    for batch in read_batches(rows, [*dict.fromkeys([*classes.columns, *CHANCES]), "cluster"]):
        label, predicted, _ = classes.judged(batch)
        mine = np.flatnonzero((label >= 0) & ~classes.left_out(label, two_class))
        first, last = np.searchsorted(chosen, (seen, seen + len(mine)))
        picked = mine[chosen[first:last] - seen]
        stray = ~np.isin(predicted, list(present))
        if stray[picked].any():
            held = True
            chances = np.column_stack([batch.column(CHANCES[code]).to_numpy() for code in members])
            likeliest = np.array(members)[np.nan_to_num(chances, nan=-1.0).argmax(1)]
            predicted = np.where(stray, classes.places[likeliest], predicted)
        places.append(picked + start)
        for found, values in zip(columns, (label, predicted, batch.column("cluster").to_numpy()), strict=True):
            found.append(values[picked].astype(np.int64))
        start, seen = start + len(label), seen + len(mine)
    return np.concatenate(places), [np.concatenate(found) for found in columns], held


def _trained(found: Sample, classes: Classes, seed: int) -> Codes | str:
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


def _listed(found: Sample, classes: Classes, seed: int) -> Codes | str:
    from audit.models import load_model
    from audit.models.base import Request
    from audit.scoring import score

    model = load_model("word-count")
    texts = (found.texts[start : start + ASKED] for start in range(0, len(found.texts), ASKED))
    members, out = classes.members(set(found.label.tolist())), []
    for answer in (one for some in texts for one in score(model, [Request(text) for text in some])):
        chances = {k: p for k, p in zip(answer.labels, answer.probabilities, strict=True) if k in members}
        out.append(int(classes.places[CODES[max(chances, key=chances.__getitem__)]]))
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


def missed(found: Sample, other: Codes, name: str) -> list[Comparison]:
    """Compare how many negative rows each misses; empty where there are none.

    Args:
        found: rows with the model's answers.
        other: (rows,) codes of the other's answers.
        name: of the other.
    """
    mine = found.label == PLACES["negative"]
    if not mine.any():
        return []
    rows = Sample([], found.label[mine], found.predicted[mine], found.cluster[mine])
    right, _ = compare(rows, other[mine], name)
    return [
        replace(
            right, measure="miss", value=1 - right.value, other_value=1 - right.other_value,
            gap=0 - right.gap, low=0 - right.high, high=0 - right.low,
        )
    ]  # fmt: skip


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
