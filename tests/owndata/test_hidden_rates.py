"""Attacks on rates that are left out because fewer than ten rows stand behind them."""

from __future__ import annotations

import math

import numpy as np
import pandas as pd
import pytest
from test_analysis_figures import MODEL, SETTINGS, source, table

from audit.owndata.analysis import analyse, unsuppressed

LABELS = ("negative", "neutral", "positive")


def entries(*places):
    return np.array([float(place in places) for place in range(9)])


def forms(measure):
    """What a rate counts, and out of what, as sums of entries of the table of label (rows) and answer."""
    kind, _, label = measure.partition(":")
    every, code = entries(*range(9)), LABELS.index(label) if label else 0
    row, column, right = (
        entries(*(3 * code + j for j in range(3))),
        entries(*(3 * i + code for i in range(3))),
        4 * code,
    )
    return {
        "accuracy": (entries(0, 4, 8), every),
        "miss": (row - entries(0), row),
        "false_alarm": (column - entries(0), every - row),
        "flagged": (column, every),
        "labelled": (row, every),
        "recall": (entries(right), row),
        "precision": (entries(right), column),
    }.get(kind)


def told(found, by, groups):
    """(equations over the tables of all groups, one after the other): all that a result tells of counts."""
    place = {group: at for at, group in enumerate(groups)}
    lines = [np.tile(entries(k), len(groups)) for k in range(9)]

    def of(group, form):
        line = np.zeros(9 * len(groups))
        line[9 * place[group] : 9 * place[group] + 9] = form
        return line

    for e in found.estimates:
        if e.by == by and e.group and math.isfinite(e.value) and forms(e.measure):
            lines += [of(e.group, form) for form in forms(e.measure)]
    for c in found.confusions:
        if c.by == by and c.counts:
            lines += [of(c.group, entries(k)) for k in range(9)]
    return np.array(lines), of


def follows(lines, line):
    return np.linalg.matrix_rank(np.vstack([lines, line])) == np.linalg.matrix_rank(lines)


def made(cells, columns=("g",)):
    """Rows of (group, ..., label, answer, count)."""
    rows = [cell[:-1] for cell in cells for _ in range(cell[-1])]
    frame = pd.DataFrame(rows, columns=[*columns, "label", "predicted"])
    return frame.assign(confidence=0.8)


def few_others(seed):
    """25 rows, 22 of them negative; of the three others two are wrong. Two more groups have enough of all."""
    rng = np.random.default_rng(seed)
    small = [("a", 0, 0, 19), ("a", 0, 2, 3), ("a", 2, 2, 1), ("a", 1, 0, 2)]
    large = [(g, i, j, int(rng.integers(15, 60))) for g in "bc" for i in range(3) for j in range(3)]
    return made(small + large)


def test_accuracy_and_misses_do_not_tell_how_three_other_rows_were_read():
    found = analyse(table(few_others(0), ("g",)), source(("g",)), MODEL, SETTINGS)
    got = {(e.group, e.measure): e for e in found.estimates if e.by == "g"}
    accuracy, miss, alarm = (got["a", name] for name in ("accuracy", "miss", "false_alarm"))
    assert accuracy.value == pytest.approx(20 / 25)
    assert math.isnan(alarm.value) and math.isnan(miss.value) and "needed to keep such a figure hidden" in miss.reason
    lines, of = told(found, "g", ("a", "b", "c"))
    assert follows(lines, of("a", entries(0, 4, 8)))
    assert not follows(lines, of("a", entries(4, 8))), "right among the three"
    assert not follows(lines, of("a", entries(3, 6))), "flagged among the three"
    # The smaller of the other two shows no more; the larger all that it has.
    assert {m for (g, m), e in got.items() if g == "b" and math.isnan(e.value)} | {
        m for (g, m), e in got.items() if g == "c" and math.isnan(e.value)
    } >= {"miss", "macro_f1"}
    assert math.isfinite(got["b", "miss"].value) or math.isfinite(got["c", "miss"].value)
    # Nor does a gap, a curve, or a difference over groups.
    assert all(math.isnan(f.gap) for f in found.findings if (f.group, f.measure) == ("a", "miss"))
    assert all(not c.points for c in found.curves if c.group == "a" and c.kind in ("threshold", "alarms"))
    assert all(not c.counts for c in found.confusions if c.group == "a")
    # Rules of the owner are still judged by all of it.
    estimates, _ = unsuppressed(table(few_others(0), ("g",)), source(("g",)), 0)
    (own,) = [e for e in estimates if (e.by, e.group, e.measure) == ("g", "a", "false_alarm")]
    assert own.value == pytest.approx(2 / 3)


@pytest.mark.parametrize("seed", range(12))
def test_no_rate_with_few_rows_follows_from_all_that_is_shown(seed):
    """Linear algebra over all groups of a column at once, with the table of the whole."""
    rng = np.random.default_rng(seed)
    groups = "abcde"[: 2 + seed % 4]
    sizes = rng.integers(14, 90, len(groups))
    frame = made(
        [
            (g, i, int(j), 1)
            for g, n in zip(groups, sizes, strict=True)
            for i, j in zip(rng.choice(3, n, p=[0.6, 0.15, 0.25]), rng.choice(3, n, p=[0.5, 0.2, 0.3]), strict=True)
        ]
    )
    found = analyse(table(frame, ("g",)), source(("g",)), MODEL, SETTINGS)
    lines, of = told(found, "g", tuple(groups))
    attacked = 0
    for group in groups:
        mine = frame[frame["g"] == group]
        counts = np.bincount(mine["label"] * 3 + mine["predicted"], minlength=9)
        kinds = [f"{kind}:{name}" for kind in ("recall", "precision") for name in LABELS] + ["miss", "false_alarm"]
        rates = [forms(kind) for kind in kinds]
        rates += [(entries(*(4 * c for c in two)), entries(*(3 * c + j for c in two for j in range(3))))
                  for two in ((0, 1), (0, 2), (1, 2))]  # fmt: skip
        for top, bottom in rates:
            if 0 < bottom @ counts < 10:
                attacked += 1
                assert not (follows(lines, of(group, top)) and follows(lines, of(group, bottom)))
    assert attacked


def test_crossings_show_rates_by_label_where_every_cell_could():
    cells = [(g, h, i, j, 20) for g in "pq" for h in "uv" for i in range(3) for j in range(3)]
    whole = made(cells, ("g", "h"))
    few = made([(*cell[:4], 2 if cell[:3] == ("p", "u", 1) else cell[4]) for cell in cells], ("g", "h"))
    for frame, shown in ((whole, True), (few, False)):
        rows = table(frame, ("g", "h"))
        found = analyse(rows, source(("g", "h")), MODEL, SETTINGS)
        got = {(e.group, e.measure): e.value for e in found.estimates if e.by == "g x h"}
        assert math.isfinite(got["q x v", "miss"]) == math.isfinite(got["q x v", "macro_f1"]) == shown
        assert math.isfinite(got["p x u", "accuracy"])
