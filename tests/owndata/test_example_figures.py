"""Every figure by group of the stored example study, worked out again from its posts by other libraries."""

from __future__ import annotations

import itertools
import math
import re
from collections import Counter

import pandas as pd
import pytest
from fairlearn.metrics import equalized_odds_difference
from scipy.stats import norm, t
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


def left_out_one_by_one(values, writers):
    """Variance of a mean by the jackknife over writers (CR3), and the effective number of writers."""
    every = len(values)
    moved = [values[writers != who].mean() - values.mean() for who in writers.unique()]
    sizes = values.groupby(writers).size()
    factor = (len(sizes) - 1) / len(sizes)
    return factor * sum(one * one for one in moved), every**2 / float((sizes**2).sum())


def alike(right, by, writers):
    """Intraclass correlation of rows of one writer, over the groups of a column, by pairs of rows."""
    seen = most = 0.0
    for group in by.unique():
        own, rate = right[by == group], right[by == group].mean()
        for _, part in own.groupby(writers[by == group]):
            away = part - rate
            seen += float(away.sum() ** 2 - (away**2).sum())
            most += len(part) * (len(part) - 1) * rate * (1 - rate)
    return min(max(seen / most, 0.0), 1.0)


def wilson(p, n, quantile):
    middle = (p + quantile**2 / (2 * n)) / (1 + quantile**2 / n)
    half = quantile / (1 + quantile**2 / n) * math.sqrt(p * (1 - p) / n + quantile**2 / (4 * n**2))
    return middle - half, middle + half


@pytest.mark.slow
def test_intervals_of_accuracy_and_recall_follow_from_writers(answered):
    """Wilson's, with the rows that they are worth: over the larger of two design effects, each worked out plainly."""
    checked = 0
    for e in stored().estimates:
        known = e.measure in ("accuracy", "recall:negative", "recall:positive") and math.isfinite(e.value)
        if not known or not 0 < e.value < 1:
            continue
        label = e.measure.partition(":")[2]
        whole = answered[answered["sentiment"] == label] if label else answered
        by = whole[e.by] if e.by != "overall" else pd.Series("all", index=whole.index)
        right = (whole["sentiment"] == whole["said"]).astype(float)
        mine = by == e.group
        part, writers = right[mine], whole["writer"][mine]
        variance, effective = left_out_one_by_one(part, writers)
        assert (e.n, e.clusters) == (len(part), writers.nunique())
        if effective < 20 and len(part) > writers.nunique():
            assert math.isnan(e.low) and "writers of equal size" in e.reason
            continue
        n, rho = len(part), alike(right, by, whole["writer"])
        times = n / effective
        if times <= 1.25:
            rows, quantile = effective, norm.ppf(0.975)
        else:
            effect = max(variance * n / (e.value * (1 - e.value)), 1 + rho * (times - 1), 1)
            rows, quantile = n / effect, t.ppf(0.975, effective - 1)
        # Left out one by one, rows are taken from the denominator too; the design effect differs by a row or two.
        assert (e.low, e.high) == pytest.approx(wilson(e.value, rows, quantile), abs=0.004), e
        checked += 1
    assert checked > 30


@pytest.mark.slow
def test_gaps_in_accuracy_are_those_with_the_same_labels_on_both_sides(answered):
    right = (answered["sentiment"] == answered["said"]).astype(float)
    checked = 0
    for finding in stored().findings:
        if finding.measure != "accuracy" or " x " in finding.axis or not math.isfinite(finding.gap):
            continue
        inside = answered[finding.axis] == finding.group
        rates, shares = (
            (
                answered.assign(right=right)[side].groupby("sentiment")["right"].agg("mean").reindex(LABELS)
                for side in (inside, ~inside)
            ),
            (answered["sentiment"][side].value_counts(normalize=True).reindex(LABELS) for side in (inside, ~inside)),
        )
        (one, two), (here, there) = rates, shares
        both = (one.notna() & two.notna()).to_numpy()
        weights = (here.fillna(0) + there.fillna(0))[both]
        assert finding.gap == pytest.approx(((one - two)[both] * weights).sum() / weights.sum(), abs=1e-9)
        assert finding.raw_gap == pytest.approx(right[inside].mean() - right[~inside].mean(), abs=1e-9)
        assert finding.mix == pytest.approx(finding.raw_gap - finding.gap, abs=1e-9)
        assert finding.low < finding.gap < finding.high
        checked += 1
    assert checked >= 10


@pytest.mark.slow
def test_differences_over_groups_are_fairlearns(answered):
    hidden = [e for e in stored().estimates if e.measure == "equalized_odds_difference" and math.isnan(e.value)]
    assert {e.by for e in hidden} == {"gender"}, "rates of a small group would follow"
    for column in stored().source.groups[1:4]:
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
            else 1 - recall_score(answered["sentiment"] == "negative", answered["said"] == "negative")
            if found.measure == "miss"
            else f1_score(answered["sentiment"], answered["said"], average="macro"),
            abs=1e-9,
        )
    (found,) = [c for c in stored().comparisons if c.measure == "accuracy" and c.other.startswith("TF-IDF")]
    first = answered.index.to_series().groupby(answered["writer"]).transform("min") + 1
    split = StratifiedGroupKFold(FOLDS, shuffle=True, random_state=0)
    told = cross_val_predict(model, answered["post"], codes, groups=first, cv=split)
    assert found.other_value == pytest.approx(accuracy_score(codes, told), abs=1e-9)
    own, theirs = ((codes == said).astype(float) for said in (answered["said"].map(LABELS.index), told))
    variance, effective = left_out_one_by_one(own - theirs, writer)
    half = t.ppf(0.975, effective - 1) * math.sqrt(variance)
    assert (found.low, found.high) == pytest.approx((found.gap - half, found.gap + half), abs=1e-6)


def test_the_report_says_what_it_leaves_out_and_prints_no_raw_p():
    page = render_data(stored())
    text = " ".join(re.sub(r"<[^>]+>", " ", page.partition("</style>")[2]).split())
    assert "left out for man, nonbinary and woman: an entry of it is under 10" in text
    assert "The figures by device" in text and 'href="#own-groups-device"' in page and 'id="own-groups-device"' in page
    assert not re.search(r"\(p 0\.\d", text), "p is printed as everywhere else"
    assert "not corrected, one of 13 figures of this kind)" in text and "this is beyond it" not in text
    assert "Slang and standard words: the class changes 9 points more often than its floor" in text
    assert "LPBS" not in text, "the glossary explains what the page says"
