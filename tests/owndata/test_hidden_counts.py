"""Attacks on what a report leaves hidden: everything that is published, solved for what is not."""

from __future__ import annotations

import itertools
import math

import numpy as np
import pytest
from scipy.optimize import linprog
from sklearn.metrics import confusion_matrix
from test_analysis_figures import MODEL, SETTINGS, made, small_table, source, table

from audit.owndata.analysis import analyse


def published(found):
    """Every count that leaves the machine with a result: by -> group -> n."""
    counts: dict[str, dict[str, int]] = {}
    for e in found.estimates:
        if e.group and e.measure == "accuracy" and math.isfinite(e.value):
            counts.setdefault(e.by, {})[e.group] = e.n
    return counts


def possible(counts, names, by, group):
    """The least and the greatest count of a cell that all that is published allows, over the joint table of columns."""
    joint = list(itertools.product(*([*sorted(counts[name])] for name in names)))
    equal, sums = [], []

    def inside(by, group):
        wanted = dict(zip(by.split(" x "), group.split(" x "), strict=True))
        return np.array([all(cell[names.index(c)] == v for c, v in wanted.items()) for cell in joint], dtype=float)

    for name, cells in counts.items():
        for one, n in cells.items():
            equal.append(np.ones(len(joint)) if name == "overall" else inside(name, one))
            sums.append(n)
    ends = []
    for sign in (1, -1):
        found = linprog(sign * inside(by, group), A_eq=equal, b_eq=sums)
        assert found.success, found.message
        ends.append(sign * found.fun)
    return ends


@pytest.mark.parametrize("seed", range(6))
def test_all_that_is_published_leaves_a_hidden_count_open(seed):
    """Linear programmes over all margins and crossings at once; one column is a coarser form of another."""
    rng = np.random.default_rng(1000 + seed)
    rows = small_table(seed).assign(
        c=lambda f: np.where(f["a"].isin(["p", "q"]), "early", "late"), d=rng.choice(["m", "n"], 400, p=[0.93, 0.07])
    )
    names = ("a", "b", "c", "d")
    counts = published(analyse(table(rows, names), source(names), MODEL, SETTINGS))
    attacked = 0
    for by in (" x ".join(pair) for pair in itertools.combinations(names, 2)):
        for key, n in rows.groupby(by.split(" x ")).size().items():
            group = " x ".join(key)
            if n >= 10:
                continue
            attacked += 1
            assert group not in counts.get(by, {})
            low, high = possible(counts, list(names), by, group)
            assert high - low >= 4 - 1e-6, f"{by}: {group} lies between {low:.1f} and {high:.1f}"
    assert attacked


def test_a_hidden_crossing_looks_like_an_empty_one():
    rows = small_table(3)
    rows.loc[(rows["a"] == "s") & (rows["b"] == "w"), "b"] = "u"
    found = analyse(table(rows, ("a", "b")), source(("a", "b")), MODEL, SETTINGS)
    crossed = [e for e in found.estimates if e.by == "a x b" and e.measure == "accuracy"]
    assert crossed and all(e.n >= 10 for e in crossed)
    shown = {e.group for e in crossed}
    sizes = rows.groupby(["a", "b"]).size()
    assert any(0 < n < 10 for n in sizes) and ("s", "w") not in sizes.index
    assert all(" x ".join(key) not in shown for key, n in sizes.items() if n < 10)
    (told,) = [s for s in found.skipped if s.what.startswith("some cells")]
    assert told.n == 0, "the number of hidden cells would tell how many are not empty"


def tables_of(found, by):
    """Group -> its table of label and answer; None where it is left out."""
    return {c.group: np.array(c.counts) if c.counts else None for c in found.confusions if c.by == by}


@pytest.mark.parametrize("seed", range(5))
def test_no_table_with_a_small_entry_is_shown_nor_the_rest_of_the_others(seed):
    rows = small_table(seed)
    found = analyse(table(rows, ("a", "b")), source(("a", "b")), MODEL, SETTINGS)
    for by in ("a", "b"):
        tables = tables_of(found, by)
        assert all(((t == 0) | (t >= 10)).all() for t in tables.values() if t is not None)
        assert sum(t is None for t in tables.values()) != 1, "it would be what all rows have more than the others"


def test_a_table_is_left_out_with_the_smallest_of_the_others():
    rng = np.random.default_rng(3)
    rows = made(4000).assign(g=rng.choice(["large", "middle", "lesser"], 4000, p=[0.5, 0.3, 0.2]))
    assert all(
        t is not None for t in tables_of(analyse(table(rows, ("g",)), source(("g",)), MODEL, SETTINGS), "g").values()
    )
    # Of the middle group, all neutral posts called positive but four are called neutral.
    some = rows.index[(rows["g"] == "middle") & (rows["label"] == 1) & (rows["predicted"] == 2)]
    rows.loc[some[4:], "predicted"] = 1
    tables = tables_of(analyse(table(rows, ("g",)), source(("g",)), MODEL, SETTINGS), "g")
    assert tables["middle"] is None and tables["lesser"] is None
    whole = confusion_matrix(rows["label"], rows["predicted"])
    other = rows[rows["g"] == "large"]
    assert np.array_equal(tables["large"], confusion_matrix(other["label"], other["predicted"]))
    rest = whole - tables["large"]
    assert rest[1, 2] > 4, "what is left holds the sum of two groups"
