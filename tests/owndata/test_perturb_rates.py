"""Texts in, estimates out: sampling, limits, and numbers that can be worked out by hand."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from audit.owndata.perturb import KINDS, Answer, Sample, estimates, rewrites
from audit.owndata.perturb.core import LONGEST
from audit.schema import CaveatError

EMILY = "My roommate Emily can't cook. The food is bad."


def answer(row, kind="slang", floor=False, flip=False, shift=0.0, expected=0, direction="a to b", cluster=None):
    return Answer(row, row if cluster is None else cluster, kind, direction, floor, expected, 0, int(flip), shift)


def pick(found, kind, measure, group):
    return next(e for e in found if (e.by, e.measure, e.group) == (kind, measure, group))


def test_rewrites_say_what_they_are():
    made = rewrites([EMILY, "", "Nothing here", "x" * (LONGEST + 1)])
    assert {r.row for r in made} == {0}
    kinds = Counter((r.kind, r.floor) for r in made)
    assert kinds == {
        ("name", False): 2,
        ("name", True): 2,
        ("contraction", False): 1,
        ("negation", False): 1,
        ("surface", True): 2,
    }
    assert [r.expected for r in made if r.kind == "negation"] == [1]
    assert all(r.text != EMILY for r in made)


def test_the_limit_keeps_the_floor_and_lets_every_kind_have_one_first():
    made = rewrites([EMILY], limit=5)
    assert Counter(r.kind for r in made) == {"name": 1, "contraction": 1, "negation": 1, "surface": 2}


def test_texts_to_which_only_the_floor_applies_cost_nothing():
    assert rewrites(["The bus leaves at nine."]) == []


def test_kinds_can_be_chosen_and_unknown_ones_are_refused():
    assert {r.kind for r in rewrites([EMILY], kinds=["contraction"])} == {"contraction", "surface"}
    with pytest.raises(CaveatError, match="unknown kind 'tone'; valid: name, gender"):
        rewrites([EMILY], kinds=["tone"])


def test_what_was_left_alone_is_counted():
    left = Counter()
    rewrites(["He met her.", "She met him.", "Why don't we talk?"], left=left)
    assert left == {("gender", "people of both genders"): 2, ("contraction", "a question"): 1}


def test_flip_rate_and_its_excess_over_the_floor():
    found = estimates(
        [answer(row, flip=row <= 12, shift=-0.5 if row <= 12 else 0.1) for row in range(1, 41)]
        + [answer(row, "surface", floor=True, flip=row <= 4, shift=0.02) for row in range(1, 41)]
    )
    rate = pick(found, "slang", "flip_rate", "rewritten")
    assert (rate.value, rate.n, rate.clusters) == (pytest.approx(0.3), 40, 40)
    # Wilson for 12 of 40, with t(39) for z and the n* of a clustered variance: near (0.18, 0.46).
    assert (rate.low, rate.high) == (pytest.approx(0.18, abs=0.01), pytest.approx(0.46, abs=0.01))
    assert pick(found, "slang", "flip_rate", "floor").value == pytest.approx(0.1)
    assert pick(found, "slang", "flip_rate", "excess").value == pytest.approx(0.2)
    assert pick(found, "slang", "gap", "rewritten").value == pytest.approx((12 * 0.5 + 28 * 0.1) / 40)
    assert pick(found, "slang", "gap", "excess").value == pytest.approx(0.22 - 0.02)
    assert pick(found, "surface", "flip_rate", "floor").n == 40


def test_the_excess_is_that_of_each_row_over_its_own_floor():
    """Rows move far apart; each moves by .1 more than under its floor, and that is what the interval is about."""
    found = estimates(
        [answer(row, shift=0.1 + row / 50) for row in range(1, 41)]
        + [answer(row, "surface", floor=True, shift=row / 50) for row in range(1, 41)]
    )
    excess = pick(found, "slang", "gap", "excess")
    assert (excess.low, excess.high) == (pytest.approx(0.1), pytest.approx(0.1))


def test_the_floor_of_names_is_names_of_the_same_group():
    found = estimates(
        [answer(row, "name", flip=True) for row in range(20)]
        + [answer(row, "name", floor=True, flip=row < 5) for row in range(20)]
        + [answer(row, "surface", floor=True) for row in range(20)]
    )
    assert pick(found, "name", "flip_rate", "floor").value == pytest.approx(0.25)
    assert pick(found, "name", "flip_rate", "excess").value == pytest.approx(0.75)


def test_rewritings_of_one_row_count_as_one_row():
    twice = [answer(row, flip=row < 5) for row in range(20) for _ in range(2)]
    rate = pick(estimates(twice), "slang", "flip_rate", "rewritten")
    assert (rate.n, rate.value, rate.extra["rewritings"]) == (20, pytest.approx(0.25), "40")


def test_repeated_writers_widen_the_interval():
    alone = estimates([answer(row, flip=row < 20) for row in range(60)])
    shared = estimates([answer(row, flip=row < 20, cluster=row // 10) for row in range(60)])
    width = [e.high - e.low for e in (pick(f, "slang", "flip_rate", "rewritten") for f in (alone, shared))]
    assert width[1] > 1.5 * width[0]
    assert pick(shared, "slang", "flip_rate", "rewritten").clusters == 6


def test_negation_is_judged_by_its_direction():
    rows = [answer(row, "negation", shift=0.3 if row < 9 else -0.3, expected=1) for row in range(12)]
    found = estimates(rows)
    assert pick(found, "negation", "moved", "rewritten").value == pytest.approx(0.75)
    assert pick(found, "negation", "shift", "rewritten").value == pytest.approx((9 * 0.3 - 3 * 0.3) / 12)
    assert not [e for e in found if e.by == "negation" and e.group == "excess"]


def test_too_few_rows_and_a_single_cluster_give_a_reason():
    few = pick(estimates([answer(row) for row in range(9)]), "slang", "flip_rate", "rewritten")
    assert math.isnan(few.value) and few.n == 9 and "fewer than 10" in few.reason
    one = pick(estimates([answer(row, cluster=1) for row in range(30)]), "slang", "gap", "rewritten")
    assert math.isnan(one.value) and "one cluster" in one.reason


def test_the_order_of_answers_changes_nothing():
    rows = [answer(row, flip=row % 3 == 0, shift=row / 100, cluster=row // 2) for row in range(40)]
    assert estimates(rows) == estimates(rows[::-1])


def signs(texts):
    valence = [0.9 if "not" in text or "n't" in text else -0.9 for text in texts]
    return [2 if v > 0 else 0 for v in valence], valence


def filled(size, chunks, seed=3):
    sample = Sample(seed=seed, rows=size)
    for chunk in chunks:
        sample.add(list(chunk), [f"The bus on day {row} is bad." for row in chunk], list(chunk))
    return sample


def test_the_sample_depends_on_rows_and_seed_alone():
    whole = filled(50, [range(1, 1001)]).measure(signs)
    parts = filled(50, [range(501, 1001), range(1, 251), range(251, 501)]).measure(signs)
    other = filled(50, [range(1, 1001)], seed=0).measure(signs)
    assert whole.answers == parts.answers and whole.rows == 50
    rows = {a.row for a in whole.answers}
    assert len(rows) == 50 and rows != {a.row for a in other.answers}
    assert min(rows) < 300 and max(rows) > 700, "spread over the file"
    assert whole.skipped[0].n == 950 and "random sample of 50 rows" in whole.skipped[0].reason


def test_measuring_asks_in_batches_and_reports_flips():
    asked = []

    def score(texts):
        asked.append(len(texts))
        return signs(texts)

    sample = Sample(rows=100)
    sample.add([7, 9], ["The bus is bad.", "y" * (LONGEST + 1)], [1, 1])
    done = []
    outcome = sample.measure(score, lambda n, total: done.append((n, total)), batch=2)
    assert asked == [2, 2] and done == [(2, 4), (4, 4)]
    [turned] = [a for a in outcome.answers if a.kind == "negation"]
    assert (turned.row, turned.flipped, turned.shift, turned.expected) == (7, True, pytest.approx(1.8), 1)
    assert [(s.what, s.n) for s in outcome.skipped] == [("rewriting", 1)]


def test_every_kind_has_a_place():
    assert {e.by for e in estimates([answer(1, kind) for kind in KINDS])} == set(KINDS)
