"""One pass over the rows: sums by cell and cluster, histograms of confidence, and patterns of annotators.

A row is eleven numbers: a 1 at its place in the 3 x 3 table of label and prediction, its confidence, and its squared
error. Every figure is a function of the sums of these. How sure it is follows from the sums of each cluster, left out
one at a time (`audit.owndata.analysis.sides`); of rows that are alone in their cluster second moments are enough, so no
row has to be kept.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field
from itertools import combinations
from typing import Any

import numpy as np
from numpy.typing import NDArray

from audit.owndata.classes import classes_of
from audit.owndata.table import ANNOTATOR, GROUP, read_batches
from audit.schema import OVERALL, DataSource

Floats = NDArray[np.float64]
Ints = NDArray[np.int64]
FEATURES = 11
"""0-8: place of the label * 3 + that of the answer (`audit.owndata.classes`);
9: confidence; 10: squared error of the confidence (Brier 1950)."""
CONFIDENCE, BRIER = 9, 10
BINS = 1000
"""Of the histogram of confidence; a threshold is as fine as that."""
STEPS = 100
"""Of the histogram of the probability of negative."""
CROSS = " x "
_MERGE_AT = 30_000


@dataclass
class Grouping:
    """One way to divide the rows: by nothing, by a column, or by two columns."""

    by: str
    columns: tuple[str, ...]
    values: list[str] = field(default_factory=list)
    """Groups, in the order in which they were seen; `order` sorts them."""
    sums: Floats = field(default_factory=lambda: np.zeros((0, FEATURES)))
    """(groups, features)"""
    alone: Floats = field(default_factory=lambda: np.zeros((0, FEATURES)))
    """(groups, features): of the rows that are alone in their cluster."""
    moments: Floats = field(default_factory=lambda: np.zeros((0, FEATURES, FEATURES)))
    """(groups, features, features): sum over the rows that are alone in their cluster of outer products."""
    histogram: Floats = field(default_factory=lambda: np.zeros((0, BINS, 3)))
    """(groups, bins, 3): rows, right answers, sum of confidence."""
    scores: Floats = field(default_factory=lambda: np.zeros((0, STEPS, 2)))
    """(groups, steps, 2): by probability of negative, rows not labelled negative and rows labelled so."""
    keys: Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int64))
    """(pairs,) cluster * 2^20 + group, of clusters with several rows."""
    pairs: Floats = field(default_factory=lambda: np.zeros((0, FEATURES), dtype=np.float32))
    """(pairs, features), single precision: variances are made of them, figures of `sums`."""
    parts: dict[str, tuple[str, ...]] = field(default_factory=dict)
    """Group -> its value in each column."""
    _waiting: list[tuple[Ints, Floats]] = field(default_factory=list)
    _codes: dict[str, int] = field(default_factory=dict)

    def codes_of(self, chosen: list[tuple[str, ...]]) -> Ints:
        """Give the number of each group, by its value in each column; new ones included."""
        names = [CROSS.join(values) or "all" for values in chosen]
        for name, values in zip(names, chosen, strict=True):
            if name not in self._codes:
                self._codes[name] = len(self.values)
                self.values.append(name)
                self.parts[name] = values
        more = len(self.values) - len(self.sums)
        if more:
            for attribute in ("sums", "alone", "moments", "histogram", "scores"):
                old = getattr(self, attribute)
                setattr(self, attribute, np.concatenate([old, np.zeros((more, *old.shape[1:]))]))
        return np.array([self._codes[name] for name in names], dtype=np.int64)

    def add(self, codes: Ints, features: Floats, clusters: Ints, together: NDArray[np.bool_]) -> None:
        """Add a batch of rows.

        Args:
            codes: (rows,) group of each.
            features: (rows, features).
            clusters: (rows,) number of the cluster of each.
            together: (rows,) whether the cluster has other rows.
        """
        groups = len(self.values)
        for k in range(FEATURES):
            self.sums[:, k] += np.bincount(codes, features[:, k], groups)
        if together.any():
            keys, summed = sum_by(clusters[together] * (1 << 20) + codes[together], features[together])
            self._waiting.append((keys, summed.astype(np.float32)))
            if sum(len(keys) for keys, _ in self._waiting) > _MERGE_AT:
                self.merge()
        if together.all():
            return
        alone = np.flatnonzero(~together)
        order = alone[np.argsort(codes[alone], kind="stable")]
        for part in np.split(order, np.flatnonzero(np.diff(codes[order])) + 1):
            code = codes[part[0]]
            self.alone[code] += features[part].sum(0)
            self.moments[code] += features[part].T @ features[part]

    def merge(self) -> None:
        """Bring the cluster sums of all batches together."""
        if self._waiting:
            keys = np.concatenate([self.keys, *(keys for keys, _ in self._waiting)])
            sums = np.concatenate([self.pairs, *(sums for _, sums in self._waiting)])
            self.keys, self.pairs = sum_by(keys, sums)
            self._waiting = []

    def place(self, group: str) -> int:
        """Give the number of a group."""
        return self._codes[group]

    @property
    def rows(self) -> Ints:
        """Judged rows of each group."""
        counts: Ints = np.rint(self.sums[:, :9].sum(1)).astype(np.int64)
        return counts

    def side(self, codes: Ints) -> Side:
        """Give some of the groups as one side of a comparison."""
        if not len(self.keys):
            pairs, ids = self.pairs[:0], self.keys[:0]
        else:
            chosen = np.zeros(len(self.values), dtype=bool)
            chosen[codes] = True
            mine = chosen[self.keys % (1 << 20)]
            ids, pairs = self.keys[mine] >> 20, self.pairs[mine]
            if len(codes) > 1 and len(ids):
                starts = np.flatnonzero(np.append(True, np.diff(ids) != 0))
                ids, pairs = ids[starts], np.add.reduceat(pairs, starts, axis=0)
        sums, alone, moments = (x[codes].sum(0) for x in (self.sums, self.alone, self.moments))
        return Side(sums, alone, moments, pairs.astype(np.float64), ids)

    def own(self, code: int) -> Side:
        """Give a group."""
        return self.side(np.array([code]))

    def rest(self, code: int) -> Side:
        """Give all other groups."""
        return self.side(np.delete(np.arange(len(self.values)), code))


@dataclass(frozen=True, slots=True)
class Side:
    """The rows of one or more groups: sums, and what is needed to leave each cluster out."""

    sums: Floats
    """(features,)"""
    alone: Floats
    """(features,) of the rows that are alone in their cluster."""
    moments: Floats
    """(features, features) of these."""
    clusters: Floats
    """(clusters, features) sums of the clusters that have several rows."""
    ids: Ints
    """(clusters,) their numbers, ascending."""


@dataclass
class Sums:
    """What one pass leaves."""

    groupings: dict[str, Grouping]
    labels: tuple[str, ...]
    """Classes of the file that the model can give (`audit.owndata.classes`)."""
    repeated: Ints
    """Numbers of the clusters that have several rows, ascending."""
    neutral_left_out: int = 0
    patterns: Counter[tuple[int, ...]] = field(default_factory=Counter)
    """(annotator labels..., prediction) -> rows; -1 where an annotator gave none."""
    annotators: tuple[str, ...] = ()

    @property
    def overall(self) -> Grouping:
        """The grouping by nothing."""
        return self.groupings[OVERALL]


def sum_by(keys: Ints, values: Floats) -> tuple[Ints, Floats]:
    """Add up rows of values that share a key; keys come out sorted."""
    order = np.argsort(keys, kind="stable")
    ordered = keys[order]
    starts = np.flatnonzero(np.append(True, np.diff(ordered) != 0)) if len(ordered) else np.zeros(0, dtype=np.intp)
    summed = np.add.reduceat(values[order], starts, axis=0) if len(starts) else values[:0]
    return ordered[starts], summed


def reduce_rows(rows: Any, source: DataSource) -> Sums:
    """Read the rows: once for the clusters that have several, once for everything else.

    Args:
        rows: see `audit.owndata.analysis.analyse`.
        source: names the group and annotator columns.
    """
    return reduce_batches(batches(rows, source), source, several(rows))


def several(rows: Any) -> Ints:
    """Give the numbers of the clusters that have several rows, ascending: a cluster has the number of its first row."""
    found = np.zeros(0, dtype=np.int64)
    waiting: list[Ints] = []
    for batch in read_batches(rows, ["row", "cluster"]):
        cluster = batch.column("cluster").to_numpy().astype(np.int64)
        waiting.append(np.unique(cluster[cluster != batch.column("row").to_numpy()]))
        if sum(map(len, waiting)) > _MERGE_AT:
            found, waiting = np.unique(np.concatenate([found, *waiting])), []
    return np.unique(np.concatenate([found, *waiting]))


def reduce_batches(read: Iterable[dict[str, Any]], source: DataSource, repeated: Ints) -> Sums:
    """Do what `reduce_rows` does, for rows that are there.

    Args:
        read: as `batches` gives them.
        source: names the group and annotator columns.
        repeated: see `several`.
    """
    groupings = [Grouping(OVERALL, ()), *(Grouping(name, (name,)) for name in source.groups)]
    groupings += [Grouping(CROSS.join(pair), pair) for pair in combinations(source.groups, 2)]
    classes = classes_of(source.labels.values())
    found = Sums({g.by: g for g in groupings}, classes.names, repeated, annotators=source.annotators)
    two_class = True
    for batch in read:
        label, predicted = batch["label"], batch["predicted"]
        two_class &= bool(np.isnan(batch["p_neutral"]).all())
        _count_patterns(found, batch, predicted)
        out = classes.left_out(label, two_class)
        found.neutral_left_out += int(out.sum())
        judged = (label >= 0) & ~out
        if judged.any():
            _add(found, {name: values[judged] for name, values in batch.items()}, repeated)
    # A batch of nothing but NaN may come before one that has neutral: only a mixed table does that.
    found.labels = classes.names_for(two_class)
    for grouping in groupings:
        grouping.merge()
    return found


def batches(rows: Any, source: DataSource) -> Iterator[dict[str, Any]]:
    """Give the rows as dictionaries of arrays, judged by the classes of the file; groups as lists of strings."""
    classes = classes_of(source.labels.values())
    names = list(dict.fromkeys([*classes.columns, "p_negative", "p_neutral", "cluster"]))
    groups = [GROUP + name for name in source.groups]
    annotators = [ANNOTATOR + name for name in source.annotators]
    for batch in read_batches(rows, [*names, *groups, *annotators]):
        if not batch.num_rows:
            continue
        out: dict[str, Any] = {}
        for name in (*names, *annotators):
            out[name] = batch.column(name).to_numpy(zero_copy_only=False)
        out["label"], out["predicted"], out["confidence"] = classes.judged(batch)
        for name in annotators:
            out[name] = classes.places[out[name].astype(np.int64)]
        for name in groups:
            out[name] = np.array(batch.column(name).to_pylist(), dtype=object)
        yield out


def features_of(batch: dict[str, Any]) -> Floats:
    """(rows, features) of a batch of judged rows."""
    n = len(batch["label"])
    features = np.zeros((n, FEATURES))
    features[np.arange(n), batch["label"].astype(np.int64) * 3 + batch["predicted"].astype(np.int64)] = 1.0
    confidence = batch["confidence"].astype(np.float64)
    features[:, CONFIDENCE] = confidence
    features[:, BRIER] = (confidence - (batch["label"] == batch["predicted"])) ** 2
    return features


def _add(found: Sums, batch: dict[str, Any], repeated: Ints) -> None:
    features = features_of(batch)
    clusters = batch["cluster"].astype(np.int64)
    together = np.isin(clusters, repeated) if len(repeated) else np.zeros(len(clusters), dtype=bool)
    right = (batch["label"] == batch["predicted"]).astype(np.float64)
    confidence = features[:, CONFIDENCE]
    place = np.minimum((confidence * BINS).astype(np.int64), BINS - 1)
    step = np.minimum((batch["p_negative"].astype(np.float64) * STEPS).astype(np.int64), STEPS - 1)
    negative = (batch["label"] == 0).astype(np.int64)
    for grouping in found.groupings.values():
        codes = _codes(grouping, batch, len(features))
        grouping.add(codes, features, clusters, together)
        size = len(grouping.values)
        joint = codes * BINS + place
        for k, weight in enumerate((None, right, confidence)):
            grouping.histogram[:, :, k] += np.bincount(joint, weight, size * BINS).reshape(size, BINS)
        both = (codes * STEPS + step) * 2 + negative
        grouping.scores += np.bincount(both, minlength=size * STEPS * 2).reshape(size, STEPS, 2)


def _codes(grouping: Grouping, batch: dict[str, Any], n: int) -> Ints:
    if not grouping.columns:
        return np.repeat(grouping.codes_of([()]), n)
    parts = [np.unique(batch[GROUP + name].astype(str), return_inverse=True) for name in grouping.columns]
    joint = parts[0][1].astype(np.int64)
    for values, inverse in parts[1:]:
        joint = joint * len(values) + inverse
    present, inverse = np.unique(joint, return_inverse=True)
    named = []
    for code in present.tolist():
        chosen: list[str] = []
        for values, _ in reversed(parts):
            code, place = divmod(code, len(values))
            chosen.insert(0, str(values[place]))
        named.append(tuple(chosen))
    return grouping.codes_of(named)[inverse]


def _count_patterns(found: Sums, batch: dict[str, Any], predicted: Any) -> None:
    if not found.annotators:
        return
    table = np.column_stack([*(batch[ANNOTATOR + name] for name in found.annotators), predicted]).astype(np.int64)
    unique, counts = np.unique(table, axis=0, return_counts=True)
    for pattern, count in zip(unique.tolist(), counts.tolist(), strict=True):
        found.patterns[tuple(pattern)] += count
