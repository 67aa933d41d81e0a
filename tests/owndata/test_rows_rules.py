"""What makes figures of own rows hold: small groups, writers, copies, other labels, crossings, extremes, bounds."""

from __future__ import annotations

import math
from dataclasses import replace

import numpy as np
import pandas as pd
import pytest
from test_analysis_figures import MODEL, SETTINGS, source, table

from audit import load_model
from audit.owndata.analysis import analyse
from audit.owndata.analysis.bounds import effective_writers, exact_bound, upper_bound, why_no_bound
from audit.owndata.analysis.crossings import crossings_of
from audit.owndata.analysis.figures import estimates_of, shares
from audit.owndata.analysis.gaps import gaps_of
from audit.owndata.analysis.parity import dealt, range_interval
from audit.owndata.analysis.sides import RIGHT, ROWS, alike, jackknife, together, worth_of, writers_of
from audit.owndata.analysis.sums import reduce_rows
from audit.owndata.analysis.suppress import hide
from audit.owndata.options import DataOptions
from audit.owndata.run import audit_data
from audit.owndata.survey import plain
from audit.schema import LABELS

SHARES = {share.name: share for share in shares(LABELS)}


def rows_of(groups, right, label=None, confidence=0.8, cluster=None, **more):
    """Rows of two labels with given right answers."""
    right = np.asarray(right, dtype=bool)
    label = np.resize([0, 2], len(right)) if label is None else np.asarray(label)
    frame = pd.DataFrame({"label": label, "predicted": np.where(right, label, 2 - label), "confidence": confidence})
    frame = frame.assign(g=np.asarray(groups), **more)
    return frame if cluster is None else frame.assign(cluster=np.asarray(cluster) + 1)


def sums_of(frame, groups=("g",)):
    return reduce_rows(table(frame, groups), source(groups))


def gaps(frame, groups=("g",)):
    sums = sums_of(frame, groups)
    return {(f.axis, f.group, f.measure): f for f in gaps_of(sums, hide(sums)).findings}


def small_group():
    """Twelve rows, all right, beside six hundred of which one in ten is wrong."""
    return rows_of(["no"] * 600 + ["yes"] * 12, [i % 10 != 0 for i in range(600)] + [True] * 12)


def test_twelve_rows_without_an_error_are_no_finding_and_say_what_they_cannot_show():
    found = gaps(small_group())
    assert not [f for f in found.values() if f.verdict in ("finding", "uncertain", "below")]
    accuracy = found["g", "no", "accuracy"]
    assert accuracy.low < -0.05 and accuracy.high > 0.05 and accuracy.minimum_detectable >= 0.32
    assert found["g", "no", "overconfidence"].p > 0.2, "twelve errors that did not happen are no variance of nought"


def test_how_sure_twelve_rows_without_an_error_are_is_not_known_to_the_point():
    found = analyse(table(small_group(), ("g",)), source(("g",)), MODEL, SETTINGS).estimates
    (over,) = [e for e in found if (e.by, e.group, e.measure) == ("g", "yes", "overconfidence")]
    assert over.value == pytest.approx(-0.2) and over.high - over.low > 0.2


def writers(seed, number=60, groups=2):
    """Writers of one to thirty rows, in one or both groups, who differ in how well they are read."""
    rng = np.random.default_rng(seed)
    who = np.repeat(np.arange(number), np.minimum(np.ceil(rng.pareto(1.5, number) * 2), 30).astype(int))
    group = np.where(rng.random(len(who)) < 0.2, who % groups, (who + 1) % groups)
    right = rng.random(len(who)) < rng.beta(4, 1, number)[who]
    return rows_of([f"g{k}" for k in group], right, rng.choice([0, 2], len(who)), rng.uniform(0.5, 1, len(who)), who)


@pytest.mark.parametrize("measure", ["accuracy", "miss", "overconfidence"])
def test_the_variance_of_a_gap_is_that_of_leaving_each_writer_out(measure):
    frame = writers(1)
    grouping = sums_of(frame).groupings["g"]
    share = SHARES[measure]
    sides = grouping.own(0), grouping.rest(0)
    means = []
    for side in sides:
        below = float(share.bottom @ side.sums)
        value = float(share.top @ side.sums) / below
        means.append(jackknife(side, value, (share.top - value * share.bottom) / below, share.bottom))
    total = means[0].variance + means[1].variance - 2 * together(*means, *sides)

    def value(part):
        right = part["label"] == part["predicted"]
        if measure == "overconfidence":
            return (part["confidence"] - right).mean()
        return right.mean() if measure == "accuracy" else 1 - right[part["label"] == 0].mean()

    first = grouping.values[0]
    parts = [frame[frame["g"] == first], frame[frame["g"] != first]]
    moves = np.zeros((frame["cluster"].max() + 1, 2))
    for k, part in enumerate(parts):
        kept = part if measure != "miss" else part[part["label"] == 0]
        number = kept["cluster"].nunique()
        for who in kept["cluster"].unique():
            moves[who, k] = (value(part[part["cluster"] != who]) - value(part)) * math.sqrt((number - 1) / number)
    assert total == pytest.approx(((moves[:, 0] - moves[:, 1]) ** 2).sum(), rel=1e-5)
    sizes = parts[0]["cluster"].value_counts().to_numpy()
    assert writers_of(sides[0], ROWS).effective == pytest.approx(sizes.sum() ** 2 / (sizes**2).sum())


def test_few_writers_or_one_large_one_have_no_interval_and_others_do():
    def accuracy(cluster):
        n = len(cluster)
        sums = sums_of(rows_of(["a"] * n, np.arange(n) % 10 != 0, cluster=cluster), ())
        return next(e for e in estimates_of(sums, hide(sums)) if e.measure == "accuracy")

    few, large = np.repeat(np.arange(19), 10), np.concatenate([np.arange(300), np.full(79, 999)])
    assert math.isnan(accuracy(few).low) and "20 are needed" in accuracy(few).reason
    assert math.isnan(accuracy(large).low) and "at most a fifth" in accuracy(large).reason
    enough = accuracy(np.repeat(np.arange(20), 10))
    assert enough.low < enough.value < enough.high and not enough.reason
    assert math.isfinite(accuracy(np.arange(12)).low), "rows that are independent need no writers"


def test_a_small_group_takes_over_how_alike_rows_of_a_writer_are():
    """One error among 25 writers of 4: alone it would make 100 independent rows of them."""
    rng = np.random.default_rng(5)
    who = np.repeat(np.arange(225), 4)
    right = np.where(who < 25, np.arange(900) != 3, (rng.random(225) < 0.8)[who])
    grouping = sums_of(rows_of(np.where(who < 25, "few", "many"), right, cluster=who)).groupings["g"]
    side = grouping.own(grouping.place("few"))
    rho = alike([grouping.own(k) for k in (0, 1)], RIGHT, ROWS)
    assert rho > 0.9
    assert worth_of(side, [(RIGHT, ROWS, 1.0)], rho).count < 30
    assert worth_of(side, [(RIGHT, ROWS, 1.0)], 0.0).count > 90


def test_copies_add_nothing():
    rng = np.random.default_rng(3)
    once = rows_of(
        rng.choice(["x", "y"], 150), rng.random(150) < 0.8, rng.choice([0, 2], 150), rng.uniform(0.5, 1, 150)
    )
    four = (
        once.loc[np.repeat(once.index, 4)].reset_index(drop=True).assign(cluster=np.repeat(np.arange(150), 4) * 4 + 1)
    )
    one, copied = (analyse(table(frame, ("g",)), source(("g",)), MODEL, SETTINGS) for frame in (once, four))
    checked = 0
    for a, b in zip([*one.estimates, *one.findings], [*copied.estimates, *copied.findings], strict=True):
        if a.measure != "ece" and math.isfinite(a.low):
            assert (b.low, b.high) == pytest.approx((a.low, a.high), abs=1e-6), a
            checked += 1
    assert checked > 40


def test_copies_of_a_text_are_one_cluster_under_the_writer_of_the_first(tmp_path):
    texts = [f"I had a {'good' if i % 2 else 'bad'} day, number {i}" for i in range(40)]
    frame = pd.DataFrame(
        {"text": texts, "label": ["negative", "positive"] * 20, "who": [f"w{i // 2}" for i in range(40)]}
    )
    again = frame.iloc[[0, 0, 5]].assign(who=["w9", "w10", "w11"])
    again["text"] = [
        "RT @someone: " + again["text"].iloc[0],
        again["text"].iloc[1].upper(),
        again["text"].iloc[2] + "  ",
    ]
    frame = pd.concat([frame, again], ignore_index=True)
    options = DataOptions(cluster="who", check=False, perturb=False)
    rows = audit_data(load_model("word-count"), frame, options).rows.to_table().to_pandas()
    assert rows["cluster"].iloc[40:].tolist() == [1, 1, 5] and rows["duplicate"].iloc[40:].all()
    assert rows["cluster"].iloc[18:22].tolist() == [19, 19, 21, 21], "what a person wrote stays theirs"
    alone = audit_data(load_model("word-count"), frame, replace(options, cluster="")).rows.to_table().to_pandas()
    assert alone["cluster"].tolist() == [*range(1, 41), 1, 1, 6]
    assert plain("RT @a: RT @b  Hi\n there") == plain("hi  THERE") and plain("RT @a") == "rt @a"


def test_baselines_learn_nothing_from_copies():
    rng = np.random.default_rng(2)
    words = np.array(
        [
            "alpha",
            "bravo",
            "delta",
            "echo",
            "golf",
            "hotel",
            "india",
            "kilo",
            "lima",
            "mike",
            "oscar",
            "papa",
            "quebec",
            "romeo",
            "sierra",
        ]
    )
    texts = [" ".join(rng.choice(words, 8)) + f" n{i}" for i in range(60)]
    frame = pd.DataFrame({"text": texts, "label": rng.permutation(["negative", "positive"] * 30)})
    frame = pd.concat([frame] * 4, ignore_index=True)
    found = audit_data(load_model("word-count"), frame, DataOptions(check=False, perturb=False)).comparisons
    trained = next(c for c in found if c.other.startswith("TF-IDF") and c.measure == "accuracy")
    assert trained.other_value < 0.7


def mixed():
    """Both groups: one negative post in four is missed, one positive post in twenty; 60 and 10 % are negative."""
    label = np.concatenate([np.repeat([0, 2], [600, 400]), np.repeat([0, 2], [100, 900])])
    every = ((600, 4), (400, 20), (100, 4), (900, 20))
    wrong = np.concatenate([np.arange(n) % one_in == 0 for n, one_in in every])
    return rows_of(["a"] * 1000 + ["b"] * 1000, ~wrong, label)


def test_other_labels_are_no_other_rates():
    found = gaps(mixed())["g", "a", "accuracy"]
    assert found.raw_gap == pytest.approx(-0.10) and found.gap == pytest.approx(0.0, abs=1e-9)
    assert found.mix == pytest.approx(found.raw_gap - found.gap) and found.verdict in ("equivalent", "inconclusive")
    assert "60 % against 10 % are negative" in found.sentence
    base = analyse(table(mixed(), ("g",)), source(("g",)), MODEL, SETTINGS).estimates
    assert {e.group: e.value for e in base if e.measure == "labelled:negative" and e.by == "g"} == {"a": 0.6, "b": 0.1}


def test_a_gap_in_rates_is_found_whatever_the_labels():
    frame = mixed()
    extra = (frame["g"] == "a") & (frame.index % 5 == 1)
    frame.loc[extra, "predicted"] = 2 - frame.loc[extra, "label"]
    assert gaps(frame)["g", "a", "accuracy"].verdict == "finding"


def crossed(accuracies, n=200):
    parts = [("p", "u"), ("p", "v"), ("q", "u"), ("q", "v")]
    right = np.concatenate([np.arange(n) < round(n * share) for share in accuracies])
    a, b = (np.repeat([part[k] for part in parts], n) for k in (0, 1))
    return rows_of(a, right, h=b)


def test_a_crossing_that_its_columns_do_not_explain_is_found():
    frame = crossed([0.95, 0.65, 0.65, 0.95])
    found = gaps(frame, ("g", "h"))
    assert abs(found["g", "p", "accuracy"].gap) < 0.01 and abs(found["h", "u", "accuracy"].gap) < 0.01
    crossing = found["g x h", "p x u", "accuracy"]
    assert crossing.gap == pytest.approx(0.15) and crossing.verdict == "finding" and crossing.primary
    assert [key for key in found if key[0] == "g x h"] == [("g x h", "p x u", "accuracy")], "one deviation, one test"
    assert "where g is p and h is u" in crossing.sentence
    assert 0.13 < crossing.shrunken < crossing.gap
    cell = [e for e in analyse(table(frame, ("g", "h")), source(("g", "h")), MODEL, SETTINGS).estimates
            if (e.by, e.group, e.measure) == ("g x h", "p x v", "accuracy")]  # fmt: skip
    assert float(cell[0].extra["additive"]) == pytest.approx(0.8) and 0.65 < float(cell[0].extra["shrunken"]) < 0.67


def test_crossings_that_add_up_are_no_finding_and_shrink_to_nothing():
    sums = sums_of(crossed([0.95, 0.85, 0.80, 0.70]), ("g", "h"))
    assert all(c.gap.value == pytest.approx(0, abs=0.01) for c in crossings_of(sums, hide(sums)))
    assert all(c.shrunken == pytest.approx(c.additive) for c in crossings_of(sums, hide(sums)))


def test_of_many_equal_groups_the_worst_is_shown_shrunken():
    rng = np.random.default_rng(7)
    group = np.repeat([f"g{k:02}" for k in range(20)], 40)
    found = analyse(table(rows_of(group, rng.random(800) < 0.85), ("g",)), source(("g",)), MODEL, SETTINGS).estimates
    shown = [
        (e.value, float(e.extra["shrunken"])) for e in found if e.by == "g" and e.measure == "accuracy" and e.group
    ]
    raw, shrunk = np.array(shown).T
    assert len(shown) == 20 and np.ptp(shrunk) < 0.4 * np.ptp(raw)


def test_the_null_of_extremes_is_that_of_dealing_the_rows_out_again():
    """A small group without an error has no variance of its own: the null must come from all rows."""
    rng = np.random.default_rng(0)
    right = np.concatenate([np.ones(12), np.arange(588) % 10 != 0])
    null = dealt(np.array([1.0, right[12:].mean()]), np.array([12.0, 588.0]), rng, 4000)
    shuffled = rng.permuted(np.tile(right, (4000, 1)), axis=1)
    expected = np.abs(shuffled[:, :12].mean(1) - shuffled[:, 12:].mean(1))
    assert np.quantile(null, [0.5, 0.95]) == pytest.approx(np.quantile(expected, [0.5, 0.95]), abs=0.02)
    (worst,) = [e for e in analyse(table(small_group(), ("g",)), source(("g",)), MODEL, SETTINGS).estimates
                if e.measure == "worst_gap"]  # fmt: skip
    assert float(worst.extra["p"]) > 0.2


def test_the_interval_of_a_range_holds_it_and_reaches_nought_where_groups_are_alike():
    rng = np.random.default_rng(4)
    counts = np.array([[40.0], [60.0], [200.0], [400.0]])
    for truth in (np.full(4, 0.85), np.array([0.6, 0.8, 0.85, 0.9])):
        held = 0
        for _ in range(300):
            rates = rng.binomial(counts[:, 0].astype(int), truth)[:, None] / counts
            low, high = range_interval(rates, counts, np.full((4, 1), np.inf))
            held += low <= np.ptp(truth) <= high
        assert held >= 0.93 * 300


def test_the_bound_never_falls_when_errors_are_added_and_is_never_under_that_of_independent_rows():
    rng = np.random.default_rng(6)
    for _ in range(60):
        number = int(rng.integers(20, 60))
        sizes = np.minimum(np.ceil(rng.pareto(1.3, number) * 3), 60.0) + 1
        errors, alone = np.zeros(number), (float(rng.integers(0, 50)), 0.0)
        last = 0.0
        for _ in range(25):
            place = int(rng.integers(number))
            errors[place] = min(errors[place] + 1, sizes[place])
            bound = upper_bound(sizes, errors, alone)
            assert bound >= last - 1e-9
            assert bound >= exact_bound(errors.sum(), sizes.sum() + alone[0]) - 1e-12
            last = bound
    assert effective_writers(np.full(30, 10.0), 0.0) == pytest.approx(30)


def test_a_bound_is_given_within_the_rule_and_the_rule_is_said_outside():
    rng = np.random.default_rng(8)

    def why(number, each, errors):
        wrong = np.bincount(rng.integers(0, number, errors), minlength=number).astype(float)
        return why_no_bound(np.full(number, float(each)), np.minimum(wrong, each))

    assert not why_no_bound(np.zeros(0), np.zeros(0), (300.0, 1.0)), "independent rows"
    assert not why(100, 10, 50) and not why(200, 10, 100) and not why(50, 10, 25)
    assert "40 writers of equal size" in why(30, 10, 15) and "worth 30" in why(30, 10, 15)
    assert "0 have an error" in why(100, 10, 0), "none seen says little of how alike errors of a writer are"
    sizes = np.append(np.full(200, 5.0), 60.0)
    assert "the largest has 5.7 %" in why_no_bound(sizes, np.ones(201))
    assert not why_no_bound(np.full(3, 2.0), np.zeros(3), (400.0, 0.0)), "three texts twice are no matter"


def test_a_threshold_of_few_writers_has_an_error_and_no_bound():
    rng = np.random.default_rng(4)
    who = np.repeat(np.arange(30), 40)
    sure = rng.uniform(0.6, 1.0, 1200)
    frame = rows_of(["a"] * 1200, rng.random(1200) < sure, rng.choice([0, 2], 1200), sure, who)
    found = analyse(table(frame, ("g",)), source(("g",)), MODEL, SETTINGS)
    chosen = found.selections[0]
    assert math.isfinite(chosen.error) and math.isnan(chosen.bound) and "a bound is given from 40" in chosen.no_bound
    alone = analyse(table(frame.drop(columns="cluster"), ("g",)), source(("g",)), MODEL, SETTINGS).selections[0]
    assert alone.bound > alone.error and not alone.no_bound
