"""Every figure by group of the stored example study, worked out again from its posts by other libraries."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter

import pandas as pd
import pytest
from fairlearn.metrics import equalized_odds_difference
from scipy.stats import t
from sklearn.feature_extraction.text import TfidfVectorizer
from sklearn.linear_model import LogisticRegression
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_score, recall_score
from sklearn.model_selection import StratifiedGroupKFold, cross_val_predict
from sklearn.pipeline import make_pipeline
from test_example_study import FOLDER

from audit import load_model
from audit.models.base import Request
from audit.owndata.baselines import FOLDS
from audit.owndata.store import from_json
from audit.report.owndata import render_data
from audit.schema import LABELS
from audit.scoring import score


@pytest.fixture(scope="module")
def answered():
    """The posts, with what the model says to each."""
    posts = pd.read_csv(FOLDER / "posts.csv")
    answers = score(load_model("sentiment"), [Request(text) for text in posts["post"]])
    chances = pd.DataFrame([dict(zip(a.labels, a.probabilities, strict=True)) for a in answers])
    return posts.assign(said=chances.idxmax(axis=1), sure=chances.max(axis=1))


@pytest.mark.slow
def test_every_stored_figure_follows_from_the_posts(answered):
    stored = from_json((FOLDER / "result.json").read_text(encoding="utf-8"))
    checked = 0
    parts = {("overall", "all"): answered}
    for by in stored.source.groups:
        parts.update({(by, str(group)): part for group, part in answered.groupby(by)})
    for estimate in stored.estimates:
        if estimate.value != estimate.value or (estimate.by, estimate.group) not in parts:
            continue
        part = parts[estimate.by, estimate.group]
        y, said, negative = part["sentiment"], part["said"], part["sentiment"] == "negative"
        right = (y == said).astype(float)
        name, _, label = estimate.measure.partition(":")
        one = {"labels": [label], "average": "macro"}
        again = {
            "accuracy": lambda y=y, said=said: accuracy_score(y, said),
            "macro_f1": lambda y=y, said=said: f1_score(y, said, average="macro"),
            "precision": lambda y=y, said=said, one=one: precision_score(y, said, **one),
            "recall": lambda y=y, said=said, one=one: recall_score(y, said, **one),
            "miss": lambda said=said, negative=negative: (said[negative] != "negative").mean(),
            "false_alarm": lambda said=said, negative=negative: (said[~negative] == "negative").mean(),
            "flagged": lambda said=said: (said == "negative").mean(),
            "confidence": lambda part=part: part["sure"].mean(),
            "overconfidence": lambda part=part, right=right: (part["sure"] - right).mean(),
            "brier": lambda part=part, right=right: ((part["sure"] - right) ** 2).mean(),
        }
        if name in again:
            exact = name not in ("confidence", "overconfidence", "brier")
            assert estimate.value == pytest.approx(again[name](), abs=1e-9 if exact else 1e-5), estimate
            checked += 1
    assert checked > 150
    for table in stored.confusions:
        if table.counts and (table.by, table.group) in parts:
            part = parts[table.by, table.group]
            assert (confusion_matrix(part["sentiment"], part["said"], labels=table.labels) == table.counts).all()


def stored():
    return from_json((FOLDER / "result.json").read_text(encoding="utf-8"))


def spread(values, writers):
    """Variance of a mean of values whose writers are drawn, not their posts: by writer, G / (G - 1) of G."""
    sums = (values - values.mean()).groupby(writers).sum()
    return float((sums**2).sum()) / len(values) ** 2 * len(sums) / (len(sums) - 1), len(sums)


def wilson(p, n, quantile):
    middle = (p + quantile**2 / (2 * n)) / (1 + quantile**2 / n)
    half = quantile / (1 + quantile**2 / n) * math.sqrt(p * (1 - p) / n + quantile**2 / (4 * n**2))
    return middle - half, middle + half


@pytest.mark.slow
def test_intervals_of_accuracy_and_recall_follow_from_writers(answered):
    checked = 0
    for e in stored().estimates:
        if e.measure not in ("accuracy", "recall:negative", "recall:positive") or not 0 < e.value < 1:
            continue
        part = answered if e.by == "overall" else answered[answered[e.by] == e.group]
        label = e.measure.partition(":")[2]
        part = part[part["sentiment"] == label] if label else part
        right = (part["sentiment"] == part["said"]).astype(float)
        variance, writers = spread(right, part["writer"])
        rows = min(e.value * (1 - e.value) / variance, len(part)) if variance else len(part)
        low, high = wilson(e.value, rows, t.ppf(0.975, writers - 1))
        assert (e.n, e.clusters) == (len(part), writers)
        assert (e.low, e.high) == pytest.approx((low, high), abs=1e-6), e
        checked += 1
    assert checked > 40


@pytest.mark.slow
def test_gaps_in_accuracy_follow_from_writers(answered):
    right = (answered["sentiment"] == answered["said"]).astype(float)
    checked = 0
    for finding in stored().findings:
        if finding.measure != "accuracy" or finding.axis == "device" or not math.isfinite(finding.gap):
            continue
        inside = answered[finding.axis] == finding.group
        (one, g), (two, h) = (spread(right[side], answered["writer"][side]) for side in (inside, ~inside))
        gap, half = right[inside].mean() - right[~inside].mean(), t.ppf(0.975, min(g, h) - 1) * math.sqrt(one + two)
        assert finding.gap == pytest.approx(gap, abs=1e-9)
        assert (finding.low, finding.high) == pytest.approx((gap - half, gap + half), abs=1e-6), finding.group
        checked += 1
    assert checked == 10


@pytest.mark.slow
def test_differences_over_groups_are_fairlearns(answered):
    for column in stored().source.groups[:4]:
        sizes = answered.groupby([column, answered["sentiment"] == "negative"]).size().unstack()
        enough = answered[answered[column].isin(sizes.index[(sizes >= 10).all(axis=1)])]
        given = {"y_true": enough["sentiment"] == "negative", "y_pred": enough["said"] == "negative"}
        (e,) = [e for e in stored().estimates if e.measure == "equalized_odds_difference" and e.by == column]
        assert e.value == pytest.approx(equalized_odds_difference(**given, sensitive_features=enough[column]), abs=1e-9)


@pytest.mark.slow
def test_agreement_follows_from_the_three_readings(answered):
    found = stored().agreement
    names = ["annotator_a", "annotator_b", "annotator_c"]
    units = answered[names].to_numpy().tolist()
    observed = sum(a != b for unit in units for a, b in itertools.permutations(unit, 2)) / 2
    pool = Counter(label for unit in units for label in unit)
    n = sum(pool.values())
    expected = (n * n - sum(count * count for count in pool.values())) / (n - 1)
    assert found.alpha == pytest.approx(1 - observed / expected, abs=1e-9)
    assert found.low < found.alpha < found.high
    for name, given, agrees, right in found.annotators:
        others = answered[[other for other in names if other != name]]
        same = others.nunique(axis=1) == 1
        assert given == len(answered)
        assert agrees == pytest.approx((others[same].iloc[:, 0] == answered[name][same]).mean(), abs=1e-9)
        assert right == pytest.approx((answered["said"] == answered[name]).mean(), abs=1e-9)


@pytest.mark.slow
def test_the_trained_baseline_is_scikit_learns(answered):
    model = make_pipeline(
        TfidfVectorizer(ngram_range=(1, 2), sublinear_tf=True),
        LogisticRegression(max_iter=1000, class_weight="balanced"),
    )
    writer = answered.groupby("writer", sort=False).ngroup()
    codes = answered["sentiment"].map(LABELS.index)
    for found in stored().comparisons:
        assert found.value == pytest.approx(
            accuracy_score(answered["sentiment"], answered["said"])
            if found.measure == "accuracy"
            else f1_score(answered["sentiment"], answered["said"], average="macro"),
            abs=1e-9,
        )
    (found,) = [c for c in stored().comparisons if c.measure == "accuracy" and c.other.startswith("TF-IDF")]
    first = answered.index.to_series().groupby(answered["writer"]).transform("min") + 1
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    told = cross_val_predict(model, answered["post"], codes, groups=first, cv=split)
    assert found.other_value == pytest.approx(accuracy_score(codes, told), abs=1e-9)
    own, theirs = ((codes == said).astype(float) for said in (answered["said"].map(LABELS.index), told))
    variance, writers = spread(own - theirs, writer)
    half = t.ppf(0.975, writers - 1) * math.sqrt(variance)
    assert (found.low, found.high) == pytest.approx((found.gap - half, found.gap + half), abs=1e-6)


def test_the_report_says_what_it_leaves_out_and_prints_no_raw_p():
    page = render_data(stored())
    text = " ".join(re.sub(r"<[^>]+>", " ", page.partition("</style>")[2]).split())
    assert "left out for man, nonbinary and woman: an entry of it is under 10" in text
    assert "The figures by device" in text and 'href="#own-groups-device"' in page and 'id="own-groups-device"' in page
    assert not re.search(r"\(p 0\.\d", text), "p is printed as everywhere else"
    assert "not corrected, one of 15 figures of this kind)" in text and "this is beyond it" not in text
    assert "Slang and standard words: the class changes 9 points more often than its floor" in text
    assert "LPBS" not in text, "the glossary explains what the page says"
