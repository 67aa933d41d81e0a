"""Observations to cells: pairing, controls, order."""

import numpy as np
import pandas as pd
import pytest

from audit.stats import differences, layout, leave_one_out, ordered, solve, spread, template_gaps


def cells(*rows):
    names = ["template", "filler", "group", "value", "example", "pair"]
    return pd.DataFrame(rows, columns=names)


def twins(n=6, gap=1.0, control=0.0):
    """Pairs whose level differs far more than the gap."""
    rows = []
    for t in range(n):
        for f in range(3):
            level, pair = 100.0 * t + 10 * f, f"p{t}{f}"
            for arm, shift in (("a", gap + 0.01 * t), ("b", 0.0), ("inert", control)):
                rows.append((f"t{t}", f"f{f}", arm, level + shift, f"{pair}{arm}", pair))
    return cells(*rows)


def test_twins_are_matched_before_they_are_averaged():
    found = layout(twins(), "a", "b", "paired")
    gap = solve(found)
    assert gap.value == pytest.approx(1.025)
    assert gap.se < 0.05
    assert (found.pairs, found.observations) == (18, 36)
    unpaired = solve(layout(twins(), "a", "b", "unpaired"))
    assert unpaired.value == pytest.approx(1.025)


def test_twins_whose_filler_differs_are_matched_by_pair():
    found = cells(
        ("t", "man", "a", 3.0, "1", "p"),
        ("t", "woman", "b", 1.0, "2", "p"),
        ("t", "boy", "a", 5.0, "3", "q"),
        ("t", "girl", "b", 1.0, "4", "q"),
    )
    matched = differences(ordered(found), "a", "b")
    assert dict(zip(matched.filler, matched.value, strict=True)) == {"man": 2.0, "boy": 4.0}
    assert list(matched.second) == ["2", "4"]


def test_without_pair_ids_the_cell_matches():
    found = twins().assign(pair="")
    assert solve(layout(found, "a", "b", "paired")).value == pytest.approx(1.025)


def test_an_observation_without_its_twin_does_not_count():
    found = twins()
    found = found[found["example"] != "p00b"]
    arranged = layout(found, "a", "b", "paired")
    assert arranged.pairs == 17
    assert solve(arranged).value == pytest.approx(1.025, abs=0.01)


def test_the_control_is_taken_off():
    net = layout(twins(gap=1.0, control=0.4), "a", "b", "paired", ("inert", "b"))
    assert solve(net).value == pytest.approx(0.625)
    assert len(net.parts) == 1


def test_the_control_is_taken_off_cell_by_cell():
    """What the control does to a cell, however large, leaves no trace where it does the same to the other arm."""
    found = twins(gap=1.0, control=0.0)
    shift = np.random.default_rng(3).normal(0, 50, 18).repeat(3)
    moved = found.assign(value=found["value"] + np.where(found["group"] == "b", 0.0, shift))
    gap = solve(layout(moved, "a", "b", "paired", ("inert", "b")))
    assert gap.value == pytest.approx(1.025)
    assert gap.se < 0.05


def test_observations_without_a_pair_id_are_no_twins_of_one_another():
    stray = cells(("t0", "f0", "a", 900.0, "s1", ""), ("t0", "f0", "b", 0.0, "s2", ""))
    arranged = layout(pd.concat([twins(), stray]), "a", "b", "paired")
    assert arranged.pairs == 18
    assert solve(arranged).value == pytest.approx(1.025)


def test_groups_can_have_a_control_too():
    rng = np.random.default_rng(4)
    size = {"a": 5.0, "b": 2.0, "c": 4.0, "d": 3.5}
    rows = [
        (f"t{t}", f"{g}{f}", g, v + t + rng.normal(0, 0.01), f"{t}{g}{f}", "")
        for t in range(5)
        for g, v in size.items()
        for f in "xyz"
    ]
    gap = solve(layout(cells(*rows), "a", "b", "unpaired", ("c", "d")))
    assert gap.value == pytest.approx(2.5, abs=0.02)
    assert (gap.df, gap.method) == (2, "groups")
    assert gap.se < 0.02


def test_a_control_on_other_cells_is_taken_off_as_a_whole():
    found = twins(gap=1.0, control=0.4)
    elsewhere = found["group"] == "inert"
    moved = found[found["group"] != "a"].assign(
        template=lambda x: "u" + x["template"], pair=lambda x: "u" + x["pair"], example=lambda x: "u" + x["example"]
    )
    moved["group"] = moved["group"].replace({"b": "plain"})
    net = layout(pd.concat([found[~elsewhere], moved]), "a", "b", "paired", ("inert", "plain"))
    assert len(net.parts) == 2
    assert solve(net).value == pytest.approx(0.625)


@pytest.mark.parametrize("design", ["paired", "unpaired", "mean"])
def test_the_order_of_rows_changes_no_bit(design):
    found = twins().assign(value=np.random.default_rng(1).normal(size=54))
    shuffled = found.sample(frac=1, random_state=2)
    assert solve(layout(found, "a", "b", design)) == solve(layout(shuffled, "a", "b", design))


def test_a_missing_group_is_undefined():
    gap = solve(layout(twins(), "a", "absent", "paired"))
    assert np.isnan(gap.value)
    assert gap.reason == "no rows to compare"


def test_missing_cells_do_not_let_the_level_of_templates_in():
    rows = [
        (f"t{t}", f"{g}{f}", g, 100.0 * t + (2.0 if g == "a" else 0.0), f"{t}{g}{f}", "")
        for t in range(5)
        for g in "ab"
        for f in range(4)
        if (t, g, f) not in {(4, "a", 0), (0, "b", 3)}
    ]
    gap = solve(layout(cells(*rows), "a", "b", "unpaired"))
    assert gap.value == pytest.approx(2.0)
    assert gap.se == pytest.approx(0.0, abs=1e-9)


def test_spread_between_templates():
    found = cells(*((f"t{t}", f"f{f}", "x", v, f"{t}{f}", "") for t, v in enumerate([3.0, 1.0, -1.0]) for f in (0, 1)))
    parts = layout(found).parts
    summary = spread(parts, 1.0)
    assert template_gaps(parts) == pytest.approx([3.0, 1.0, -1.0])
    assert summary.sd == pytest.approx(2.0)
    assert summary.same_sign == pytest.approx(2 / 3)
    assert (summary.apart, summary.alike) == (3, 0)
    assert leave_one_out(parts) == pytest.approx((0.0, 2.0))


def test_templates_without_a_gap_take_no_side():
    """93 for, none against and 147 ties agree; sums of the same values in another order are ties."""
    gaps = [1.0] * 93 + [0.0] * 146 + [0.1 + 0.2 - 0.3]
    found = cells(*((f"t{t}", f"f{f}", "x", v, f"{t}{f}", "") for t, v in enumerate(gaps) for f in (0, 1)))
    summary = spread(layout(found).parts, 93 / 240)
    assert (summary.same_sign, summary.apart, summary.alike) == (1.0, 93, 147)
    against = spread(layout(found).parts, -1.0)
    assert (against.same_sign, against.apart) == (0.0, 93)
