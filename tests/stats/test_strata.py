"""Fixed parts are averaged and do not count as draws; families, rotated people, and bounds near 0 and 100 %."""

from __future__ import annotations

import numpy as np
import pandas as pd
import pytest

from audit.analysis.frame import by_family
from audit.stats import Gap, Part, generator, halves, layout, new_template, ordered, solve
from audit.stats.twoway import MATCHED, satterthwaite


def frame(rows):
    return ordered(pd.DataFrame(rows, columns=["template", "filler", "group", "value", "example", "pair"]))


def half(rng, name, level, templates=12, fillers=8, own=True, sd=0.1):
    """Plain minus changed is `level` in this half, with a little noise of fillers and cells."""
    filler = rng.normal(0, sd, fillers)
    rows = []
    for t in range(templates):
        for f in range(fillers):
            who = f"{name if own else ''}{f}"
            value = level + filler[f] + rng.normal(0, sd)
            rows += [(f"t{t}", who, "plain", value, f"{name}p{t}-{f}", f"{name}{t}-{f}")]
            rows += [(f"t{t}", who, "changed", 0.0, f"{name}c{t}-{f}", f"{name}{t}-{f}")]
    return frame(rows)


def mixed(one, two):
    """The same rows as if polarity had been drawn: one contrast over the fillers of both halves."""
    return layout(pd.concat([one, two]), "plain", "changed", "paired")


@pytest.mark.parametrize("own", [True, False])
def test_a_difference_between_halves_is_no_uncertainty_of_their_mean(own):
    rng = generator(0, "halves")
    one, two = half(rng, "good", 0.0, own=own), half(rng, "bad", 0.8, own=own)
    found = solve(halves([(one, "plain", "changed"), (two, "plain", "changed")]))
    assert found.value == pytest.approx(0.4, abs=0.06)
    assert found.se < 0.05
    if own:
        drawn = solve(mixed(one, two))
        assert drawn.value == pytest.approx(found.value) and drawn.se > 2 * found.se


def test_the_standard_error_of_a_mean_of_halves_is_right():
    rng = generator(1, "halves")
    gaps = [
        solve(halves([(half(rng, n, v, 8, 8), "plain", "changed") for n, v in (("good", 0.0), ("bad", 0.5))]))
        for _ in range(250)
    ]
    ratio = np.mean([gap.se for gap in gaps]) / np.std([gap.value for gap in gaps])
    assert 0.85 < ratio < 1.2
    assert {gap.method for gap in gaps} == {"strata"} and {gap.df for gap in gaps} == {7}


def test_halves_of_one_cell_are_subtracted_in_the_cell():
    """What a cue adds to both halves with opposite signs (saying positive more readily) cancels there."""
    rng = generator(2, "halves")
    ready = rng.normal(0, 0.5, (12, 8))
    rows = {name: [] for name in ("good", "bad")}
    for t, f in np.ndindex(ready.shape):
        for name, sign in (("good", 1), ("bad", -1)):
            rows[name] += [(f"t{t}", f"f{f}", "plain", 0.1 + sign * ready[t, f], f"{name}p{t}{f}", f"{name}{t}-{f}")]
            rows[name] += [(f"t{t}", f"f{f}", "changed", 0.0, f"{name}c{t}{f}", f"{name}{t}-{f}")]
    found = halves([(frame(rows[name]), "plain", "changed") for name in rows])
    assert len(found.parts) == 1
    gap = solve(found)
    assert gap.value == pytest.approx(0.1) and gap.se < 1e-9


def test_frames_of_one_idea_count_as_one():
    """An effect that goes with an idea, worded in four frames each, is seen in as many clusters as there are ideas."""
    rng = generator(3, "families")
    alarms = {"frames": 0, "families": 0}
    for _ in range(150):
        idea = np.repeat(rng.normal(0, 1, 4), 4)
        rows = []
        for t, f in np.ndindex(16, 6):
            rows += [(f"t{t}", f"f{f}", "a", idea[t] + rng.normal(0, 0.3), f"a{t}-{f}", f"{t}-{f}")]
            rows += [(f"t{t}", f"f{f}", "b", 0.0, f"b{t}-{f}", f"{t}-{f}")]
        cells = frame(rows)
        one = by_family(cells, {f"t{t}": f"idea{t // 4}" for t in range(16)})
        assert set(one["frame"]) == set(cells["template"]) and one["template"].nunique() == 4
        alarms["frames"] += solve(layout(cells, "a", "b", "paired")).p < 0.05
        alarms["families"] += solve(layout(one, "a", "b", "paired")).p < 0.05
    assert alarms["frames"] > 25 and alarms["families"] < 18


def test_taking_a_templates_level_off_takes_none_of_the_spread_between_people():
    """Three of six people a template: the standard error was 8 to 10 % too small."""
    rng = generator(4, "rotated")
    gaps = []
    for _ in range(250):
        level, rows = rng.normal(0, 1, 16), []
        for group in "ab":
            person = rng.normal(0, 0.5, 6)
            for t, r in np.ndindex(16, 6):
                if (t + r) % 6 < 3:
                    value = level[t] + person[r] + rng.normal(0, 0.2)
                    rows.append((f"t{t}", f"{group}{r}", group, value, f"{group}{t}-{r}", ""))
        gaps.append(solve(layout(frame(rows), "a", "b", "unpaired")))
    ratio = np.sqrt(np.mean([gap.se**2 for gap in gaps])) / np.std([gap.value for gap in gaps])
    assert 0.96 < ratio < 1.1


def rate(share, templates=16, fillers=24, moved=0):
    value = np.full((templates, fillers), float(share))
    value.ravel()[:moved] = 1.0
    t, f = np.indices(value.shape)
    return [Part(t.ravel(), f.ravel(), value.ravel())]


def test_near_0_and_100_percent_an_interval_has_the_width_of_a_score_interval():
    none, few, all_of = (solve(rate(*x), rate=True) for x in ((0, 16, 24, 0), (0, 16, 24, 2), (1, 16, 24, 0)))
    z2 = 1.959964**2
    assert none.half_width() == pytest.approx(z2 / (16 + z2), rel=1e-4)
    assert all_of.half_width() == pytest.approx(none.half_width())
    # 2 of 384 moved: t alone would say plus or minus 0.8 points
    assert few.t(0.975) * few.se < 0.012 and few.half_width() > 0.012
    middle = solve(rate(0, 16, 24, 200), rate=True)
    assert middle.half_width() == pytest.approx(middle.t(0.975) * middle.se, rel=0.35)


def test_degrees_of_freedom_are_the_smallest_under_48_matched_pairs():
    terms = ((1.0, 23), (1.0, 46), (0.1, 23 * 46))
    assert satterthwaite(*terms, sizes=(24, MATCHED - 1)) == 23
    wide = satterthwaite(*terms, sizes=(24, MATCHED))
    assert wide == pytest.approx(1.9**2 / (1 / 23 + 1 / 46 + 0.01 / (23 * 46)))
    assert satterthwaite(*terms, sizes=(23, 400)) == 23


def test_a_new_template_may_show_what_these_differ_by():
    t, f = np.indices((16, 12))
    alternate = np.where(t % 2 == 0, 0.55, -0.55) + generator(5, "new").normal(0, 0.05, t.shape)
    parts = [Part(t.ravel(), f.ravel(), alternate.ravel())]
    found = new_template(parts, solve(parts))
    assert found.sd == pytest.approx(0.57, abs=0.03)
    assert found.low < -1.1 and found.high > 1.1 and not found.nested
    level = [Part(t.ravel(), f.ravel(), generator(6, "new").normal(0.1, 0.3, t.size))]
    alike = new_template(level, solve(level))
    assert alike.high - alike.low < 0.35, "noise of cells is no difference between templates"


def test_a_gap_is_judged_by_the_larger_p_of_t_and_of_flips():
    gap = Gap(0.5, 0.1, 20, 12, 12, 12, 144, "balanced")
    assert gap.p < 1e-4
    assert Gap(0.5, 0.1, 20, 12, 12, 12, 144, "balanced", p_flip=0.2).p == 0.2
