"""Figures by group are those of scikit-learn and fairlearn; intervals respect writers; small cells stay hidden."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.dataset as ds
import pytest
from fairlearn.metrics import (
    MetricFrame,
    demographic_parity_difference,
    equalized_odds_difference,
    false_negative_rate,
    false_positive_rate,
    selection_rate,
)
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_score, recall_score

from audit.owndata.analysis import analyse
from audit.owndata.analysis.agreement import krippendorff, majority
from audit.owndata.analysis.bounds import upper_bound
from audit.owndata.analysis.figures import estimates_of
from audit.owndata.analysis.gaps import gaps_of
from audit.owndata.analysis.selection import half_of
from audit.owndata.analysis.sums import reduce_rows
from audit.owndata.analysis.suppress import fixed_by, hide
from audit.owndata.table import columns
from audit.schema import LABELS, DataSettings, DataSource, ModelInfo

MODEL = ModelInfo("m", "classifier", "1", ("text-classification",))
SETTINGS = DataSettings("caveat data", 0)


def source(groups=(), cluster="", annotators=()):
    return DataSource(
        "posts.csv", "csv", "0" * 64, 0, 0, 0, "text", "label", groups=groups, cluster=cluster, annotators=annotators
    )


def table(frame: pd.DataFrame, groups=(), annotators=()) -> ds.Dataset:
    """Rows with given labels, predictions and confidences, in the schema of rows.parquet."""
    n = len(frame)
    filled = {
        "row": np.arange(1, n + 1), "id": None, "key": ["0" * 16] * n,
        "label": frame["label"], "predicted": frame["predicted"],
        "p_negative": frame.get("p_negative", np.where(frame["predicted"] == 0, 0.8, 0.1)),
        "p_neutral": frame.get("p_neutral", 0.1), "p_positive": 0.1, "confidence": frame["confidence"],
        "valence": 0.0, "tokens": 5, "truncated": False, "duplicate": False,
        "cluster": frame.get("cluster", pd.Series(np.arange(1, n + 1))), "text": None,
    }  # fmt: skip
    data = pd.DataFrame(filled, index=range(n))
    for name in groups:
        data[f"group:{name}"] = frame[name].astype(str).to_numpy()
    for name in annotators:
        data[f"annotator:{name}"] = frame[name].to_numpy()
    schema = columns(tuple(groups), tuple(annotators))
    return ds.dataset(pa.Table.from_pandas(data, schema=schema, preserve_index=False))


def made(n=3000, seed=0) -> pd.DataFrame:
    rng = np.random.default_rng(seed)
    frame = pd.DataFrame({"label": rng.choice(3, n, p=[0.4, 0.25, 0.35]), "who": rng.choice(list("abcd"), n)})
    wrong = rng.random(n) < np.where(frame["who"] == "a", 0.35, 0.2)
    frame["predicted"] = np.where(wrong, (frame["label"] + rng.integers(1, 3, n)) % 3, frame["label"])
    frame["confidence"] = rng.uniform(0.4, 1.0, n).astype("float32")
    return frame


def figures(found, by="who"):
    return {(e.group, e.measure): e for e in found.estimates if e.by == by}


@pytest.fixture(scope="module")
def frame():
    return made()


@pytest.fixture(scope="module")
def found(frame):
    return analyse(table(frame, ("who",)), source(("who",)), MODEL, SETTINGS)


def test_accuracy_recall_and_selection_are_fairlearns(frame, found):
    got = figures(found)
    is_negative = {"y_true": frame["label"] == 0, "y_pred": frame["predicted"] == 0}
    metrics = {
        "accuracy": MetricFrame(
            metrics=accuracy_score, y_true=frame["label"], y_pred=frame["predicted"], sensitive_features=frame["who"]
        ),
        "flagged": MetricFrame(metrics=selection_rate, **is_negative, sensitive_features=frame["who"]),
        "false_alarm": MetricFrame(metrics=false_positive_rate, **is_negative, sensitive_features=frame["who"]),
    }
    for name, metric in metrics.items():
        for group, value in metric.by_group.items():
            assert got[group, name].value == pytest.approx(value, abs=1e-9)


def test_crossings_of_two_columns_are_fairlearns(frame):
    rows = frame.assign(year=np.random.default_rng(8).choice(["one", "two", "three"], len(frame)))
    found = analyse(table(rows, ("who", "year")), source(("who", "year")), MODEL, SETTINGS)
    got = figures(found, "who x year")
    is_negative = {"y_true": rows["label"] == 0, "y_pred": rows["predicted"] == 0}
    by = {"sensitive_features": rows[["who", "year"]]}
    metrics = {
        "accuracy": MetricFrame(metrics=accuracy_score, y_true=rows["label"], y_pred=rows["predicted"], **by),
        "flagged": MetricFrame(metrics=selection_rate, **is_negative, **by),
        "false_alarm": MetricFrame(metrics=false_positive_rate, **is_negative, **by),
        "miss": MetricFrame(metrics=false_negative_rate, **is_negative, **by),
        "recall:negative": MetricFrame(metrics=recall_score, **is_negative, **by),
        "precision:negative": MetricFrame(metrics=precision_score, **is_negative, **by),
        "macro_f1": MetricFrame(
            metrics=lambda y_true, y_pred: f1_score(y_true, y_pred, average="macro"),
            y_true=rows["label"],
            y_pred=rows["predicted"],
            **by,
        ),
    }
    for name, metric in metrics.items():
        assert len(metric.by_group) == 12
        for (one, two), value in metric.by_group.items():
            assert got[f"{one} x {two}", name].value == pytest.approx(value, abs=1e-9), (name, one, two)


def test_differences_over_groups_are_fairlearns(frame, found):
    values = {e.measure: e.value for e in found.estimates if e.by == "who" and not e.group}
    given = {"y_true": frame["label"] == 0, "y_pred": frame["predicted"] == 0, "sensitive_features": frame["who"]}
    assert values["demographic_parity_difference"] == pytest.approx(demographic_parity_difference(**given), abs=1e-9)
    assert values["equalized_odds_difference"] == pytest.approx(equalized_odds_difference(**given), abs=1e-9)


def test_f1_precision_recall_and_tables_are_scikit_learns(frame, found):
    got = figures(found)
    for group, part in frame.groupby("who"):
        y, p = part["label"], part["predicted"]
        assert got[group, "macro_f1"].value == pytest.approx(f1_score(y, p, average="macro"), abs=1e-9)
        for code, name in enumerate(LABELS):
            recall = recall_score(y, p, labels=[code], average="macro")
            precision = precision_score(y, p, labels=[code], average="macro")
            assert got[group, f"recall:{name}"].value == pytest.approx(recall, abs=1e-9)
            assert got[group, f"precision:{name}"].value == pytest.approx(precision, abs=1e-9)
        (shown,) = [c for c in found.confusions if (c.by, c.group) == ("who", group)]
        assert np.array_equal(shown.counts, confusion_matrix(y, p, labels=[0, 1, 2]))


def test_confidence_and_brier_are_means_of_the_rows(frame, found):
    got = figures(found)
    for group, part in frame.groupby("who"):
        right = (part["label"] == part["predicted"]).to_numpy(dtype=float)
        sure = part["confidence"].to_numpy(dtype=float)
        assert got[group, "confidence"].value == pytest.approx(sure.mean(), abs=1e-9)
        assert got[group, "brier"].value == pytest.approx(((sure - right) ** 2).mean(), abs=1e-9)
        assert got[group, "overconfidence"].value == pytest.approx((sure - right).mean(), abs=1e-9)


def test_a_gap_is_found_where_it_is_and_nowhere_else(found):
    named = {f.group: f for f in found.findings if f.measure == "accuracy"}
    assert named["a"].verdict in ("finding", "uncertain") and named["a"].high < 0
    assert not [g for g in "bcd" if named[g].verdict == "finding" and named[g].gap < 0]
    assert all(f.primary == (f.measure == "accuracy") for f in found.findings)


def test_the_order_of_rows_changes_nothing(frame, found):
    mixed = frame.sample(frac=1, random_state=3).reset_index(drop=True)
    again = analyse(table(mixed, ("who",)), source(("who",)), MODEL, SETTINGS)
    for one, two in zip(found.estimates, again.estimates, strict=True):
        assert (one.measure, one.by, one.group, one.n) == (two.measure, two.by, two.group, two.n)
        if math.isfinite(one.value):
            assert one.value == pytest.approx(two.value, abs=1e-12)


def test_two_class_models_are_not_blamed_for_neutral_rows(frame):
    rows = frame.assign(predicted=np.where(frame["predicted"] == 1, 0, frame["predicted"]), p_neutral=np.nan)
    found = analyse(table(rows), source(), MODEL, SETTINGS)
    kept = rows[rows["label"] != 1]
    accuracy = next(e for e in found.estimates if e.measure == "accuracy")
    assert accuracy.n == len(kept) and accuracy.value == pytest.approx((kept["label"] == kept["predicted"]).mean())
    (skipped,) = [s for s in found.skipped if "neutral" in s.what]
    assert skipped.n == int((rows["label"] == 1).sum())


def clustered(rng, writers=60, gap=0.0):
    """Writers with one to six posts each, who differ in how well they are read; half of them in group x."""
    who = np.repeat(np.arange(writers), rng.integers(1, 7, writers))
    level = rng.normal(1.2, 1.0, writers) - gap * (np.arange(writers) % 2)
    right = rng.random(len(who)) < 1 / (1 + np.exp(-level[who]))
    label = rng.integers(0, 3, len(who))
    return pd.DataFrame(
        {
            "label": label, "predicted": np.where(right, label, (label + 1) % 3), "cluster": who + 1,
            "confidence": 0.8, "g": np.where(who % 2, "x", "y"),
        }
    )  # fmt: skip


def test_intervals_of_repeated_writers_cover_and_the_null_is_kept():
    truth = np.mean(1 / (1 + np.exp(-np.random.default_rng(1).normal(1.2, 1.0, 200_000))))
    rng = np.random.default_rng(2)
    covered = alarms = naive = 0
    runs = 400
    for _ in range(runs):
        rows = clustered(rng)
        sums = reduce_rows(table(rows, ("g",)), source(("g",), "cluster"))
        hidden = hide(sums)
        overall = next(e for e in estimates_of(sums, hidden) if e.measure == "accuracy" and e.by == "overall")
        covered += overall.low <= truth <= overall.high
        (gap,) = [f for f in gaps_of(sums, hidden).findings if f.measure == "accuracy"]
        alarms += gap.p < 0.05
        half = 1.96 * math.sqrt(overall.value * (1 - overall.value) / len(rows))
        naive += abs(overall.value - truth) <= half
    assert covered / runs >= 0.93
    assert 0.02 <= alarms / runs <= 0.075
    assert naive / runs < 0.92, "rows of one writer taken for independent cover less often"


def test_writers_and_not_rows_are_counted():
    rows = clustered(np.random.default_rng(2))
    found = analyse(table(rows, ("g",)), source(("g",), "cluster"), MODEL, SETTINGS)
    accuracy = next(e for e in found.estimates if e.measure == "accuracy" and e.by == "overall")
    assert accuracy.clusters == rows["cluster"].nunique() and accuracy.n == len(rows)


def small_table(seed):
    """Two columns with some tiny crossings."""
    rng = np.random.default_rng(seed)
    n = 400
    a = rng.choice(["p", "q", "r", "s"], n, p=[0.5, 0.3, 0.15, 0.05])
    b = rng.choice(["u", "v", "w"], n, p=[0.6, 0.3, 0.1])
    return made(n, seed).assign(a=a, b=b)


@pytest.mark.parametrize("seed", range(8))
def test_no_hidden_count_can_be_worked_out(seed):
    """An attacker who knows every count that is shown, and that margins add up, solves for the hidden ones."""
    rows = small_table(seed)
    sums = reduce_rows(table(rows, ("a", "b")), source(("a", "b")))
    hidden = hide(sums)
    crossing = sums.groupings["a x b"]
    cells = [crossing.parts[group] for group in crossing.values]
    counts = dict(zip(crossing.values, crossing.rows.tolist(), strict=True))
    assert all(hidden.reason("a x b", group) for group, n in counts.items() if n < 10)
    unknown = [group for group in crossing.values if hidden.reason("a x b", group)]
    margins = [(k, v) for k, name in enumerate("ab") for v in sums.groupings[name].values]
    lost = [m for m in margins if hidden.reason("ab"[m[0]], m[1])]
    place = {key: i for i, key in enumerate([*unknown, *lost])}
    lines = []
    for k, value in margins:
        line = np.zeros(len(place))
        for group, parts in zip(crossing.values, cells, strict=True):
            if parts[k] == value and group in place:
                line[place[group]] = 1
        if (k, value) in place:
            line[place[k, value]] = -1
        lines.append(line)
    for k in (0, 1):
        lines.append(np.array([float(key in lost and key[0] == k) for key in place]))
    if place:
        assert not fixed_by(np.array(lines))[: len(unknown)].any()


def test_a_hidden_group_never_stands_alone():
    rows = made(200).assign(g=["small"] * 4 + ["big"] * 150 + ["middle"] * 46)
    found = analyse(table(rows, ("g",)), source(("g",)), MODEL, SETTINGS)
    shown = {e.group: e for e in found.estimates if e.by == "g" and e.measure == "accuracy"}
    assert math.isnan(shown["small"].value) and shown["small"].n == 0
    assert math.isnan(shown["middle"].value), "else the small one is the rest"
    assert shown["big"].n == 150


def test_alpha_is_krippendorffs_by_another_way():
    """Over all pairs of labels within units, against all pairs of labels there are."""
    rng = np.random.default_rng(5)
    units = [tuple(int(x) for x in rng.choice([-1, 0, 1, 2], 4, p=[0.2, 0.4, 0.2, 0.2])) for _ in range(60)]
    patterns: dict[tuple[int, ...], int] = {}
    for unit in units:
        patterns[(*unit, 0)] = patterns.get((*unit, 0), 0) + 1
    within = [[label for label in unit if label >= 0] for unit in units]
    within = [labels for labels in within if len(labels) > 1]
    observed = sum(sum(a != b for a, b in itertools.permutations(labels, 2)) / (len(labels) - 1) for labels in within)
    pool = [label for labels in within for label in labels]
    expected = sum(a != b for a, b in itertools.permutations(pool, 2)) / (len(pool) - 1)
    usable = {p: n for p, n in patterns.items() if sum(label >= 0 for label in p[:-1]) > 1}
    assert krippendorff(usable) == pytest.approx(1 - observed / expected, abs=1e-12)


def test_alpha_of_the_published_example():
    """Krippendorff 2011, section C: four observers, twelve units, five labels, nominal alpha .743."""
    observers = [
        ["1", "2", "3", "3", "2", "1", "4", "1", "2", ".", ".", "."],
        ["1", "2", "3", "3", "2", "2", "4", "1", "2", "5", ".", "3"],
        [".", "3", "3", "3", "2", "3", "4", "2", "2", "5", "1", "."],
        ["1", "2", "3", "3", "2", "4", "4", "1", "2", "5", "1", "."],
    ]
    units = list(zip(*observers, strict=True))
    within = [[x for x in unit if x != "."] for unit in units]
    within = [labels for labels in within if len(labels) > 1]
    pool = [x for labels in within for x in labels]
    observed = sum(sum(a != b for a, b in itertools.permutations(u, 2)) / (len(u) - 1) for u in within)
    expected = sum(a != b for a, b in itertools.permutations(pool, 2)) / (len(pool) - 1)
    assert 1 - observed / expected == pytest.approx(0.743, abs=5e-4), "the way above is the published one"


def test_annotators_meet_the_majority_of_the_others():
    rows = made(300).assign(ann=lambda f: f["label"], bob=lambda f: f["label"], cyd=lambda f: (f["label"] + 1) % 3)
    found = analyse(table(rows, (), ("ann", "bob", "cyd")), source((), "", ("ann", "bob", "cyd")), MODEL, SETTINGS)
    assert found.agreement is not None
    people = {name: agreement for name, _, agreement, _ in found.agreement.annotators}
    assert people["cyd"] == 0.0 and math.isnan(people["ann"])
    assert majority((0, 0, 1)) == 0 and majority((0, 1)) == -1 and majority((-1, 2)) == 2


def test_the_bound_of_the_error_holds_as_often_as_it_says():
    rng = np.random.default_rng(11)
    missed = 0
    runs = 400
    for _ in range(runs):
        n = 150
        wrong = float((rng.random(n) < 0.08).sum())
        missed += upper_bound(np.zeros(0), np.zeros(0), (n, wrong)) < 0.08
    assert missed / runs <= 0.07


def test_halves_are_split_by_writer_and_by_the_seed():
    clusters = np.repeat(np.arange(1, 2001), 3)
    half = half_of(clusters, 0)
    assert all(len(set(half[clusters == c].tolist())) == 1 for c in range(1, 50))
    assert 0.45 < half.mean() < 0.55
    assert (half_of(clusters, 1) != half).mean() > 0.3


def test_a_threshold_keeps_the_surest_rows():
    rng = np.random.default_rng(4)
    sure = rng.uniform(0.4, 1.0, 4000)
    label = rng.integers(0, 3, 4000)
    predicted = np.where(rng.random(4000) < sure, label, (label + 1) % 3)
    rows = pd.DataFrame({"label": label, "predicted": predicted, "confidence": sure.astype("float32")})
    found = {s.target: s for s in analyse(table(rows), source(), MODEL, SETTINGS).selections}
    loose = found[0.1]
    assert not loose.reason and loose.error == pytest.approx(0.1, abs=0.03) and loose.bound > loose.error
    assert 0.7 < loose.threshold < 0.9 and 0.2 < loose.coverage < 0.5
    assert found[0.05].reason or found[0.05].coverage < loose.coverage
