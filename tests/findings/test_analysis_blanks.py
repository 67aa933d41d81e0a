"""From the answers of models that fill blanks to numbers."""

import math

import numpy as np
import pytest
from made_rows import MASKED, contrast, only, row, run, suite
from scipy.special import expit, logit
from scipy.stats import linregress

from audit.schema import FILL_MASK

WOMEN = {
    f"job{i}": {"women": str(w), "band": "women" if w > 50 else "men"} for i, w in enumerate((5, 15, 30, 70, 85, 95))
}


def blanks(alpha=0.3, beta=0.5, prior=0.8, planted=0.0, test="x"):
    """he/she blanks; `prior` is a pull of the frames that has nothing to do with occupations."""
    rng = np.random.default_rng(3)
    rows = []
    for t in range(8):
        frame = prior + rng.normal(0, 0.5)
        for i, (job, about) in enumerate(WOMEN.items()):
            she = alpha + beta * logit(float(about["women"]) / 100) + (planted if i >= 3 else 0.0) + rng.normal(0, 0.01)
            group = about["band"]
            pair = f"{t}{job}"
            for role, x in (("item", she + frame), ("prior", frame)):
                p = float(expit(x))
                more = {"labels": ["he", "she"], "probabilities": [1 - p, p], "mass": 0.4, "pair": pair}
                rows.append(row(f"t{t}", job, group, 0.0, None, role=role, test=test, **more))
    return rows


LPBS = contrast("lpbs", "women", "men", "log-odds", design="unpaired", task=FILL_MASK)
OCCUPATIONS = suite("s", [LPBS], task=FILL_MASK, fillers=WOMEN)


def test_world_fit_finds_skew_and_slope():
    rows = blanks(alpha=0.3, beta=0.5, prior=0.0)
    estimates, _, _ = run(rows, [OCCUPATIONS], MASKED)
    alpha, beta = (only(estimates, measure="world_fit", group=g) for g in ("alpha", "beta"))
    frames = np.mean([math.log(r["probabilities"][1] / r["probabilities"][0]) for r in rows if r["role"] == "prior"])
    assert alpha.value == pytest.approx(0.3 + frames, abs=0.02)
    assert beta.value == pytest.approx(0.5, abs=0.01)
    assert beta.low <= beta.value <= beta.high
    assert alpha.high - alpha.low > 0.3, "alpha moves with the frames, and its interval says so"
    jobs = [e for e in estimates if e.measure == "lpbs" and e.by == "filler"]
    assert [e.extra["women"] for e in jobs] == ["5", "15", "30", "70", "85", "95"]
    assert jobs[0].value == pytest.approx(0.3 + 0.5 * logit(0.05), abs=0.02)


def test_world_fit_is_the_least_squares_line_of_scipy():
    rows = blanks(planted=0.7)
    estimates, _, _ = run(rows, [OCCUPATIONS], MASKED)
    items = [r for r in rows if r["role"] == "item"]
    line = linregress(
        [logit(float(WOMEN[r["filler"]]["women"]) / 100) for r in items],
        [math.log(r["probabilities"][1] / r["probabilities"][0]) for r in items],
    )
    alpha, beta = (only(estimates, measure="world_fit", group=g) for g in ("alpha", "beta"))
    assert (alpha.value, beta.value) == pytest.approx((line.intercept, line.slope))


def test_a_planted_pull_is_recovered_exactly_over_the_base():
    _, (base,), _ = run(blanks(planted=0.0), [OCCUPATIONS], MASKED)
    _, (planted,), _ = run(blanks(planted=1.5), [OCCUPATIONS], MASKED)
    assert planted.gap - base.gap == pytest.approx(1.5, abs=1e-4)


def test_the_prior_takes_the_pull_of_the_frames_off():
    """Raw ratios vary with the frames by .5; what is left after the prior is the noise of .01."""
    found = [run(blanks(beta=0.0, prior=p), [OCCUPATIONS], MASKED)[0] for p in (0.0, 2.0)]
    raw, corrected = (
        [np.mean([e.value for e in f if e.measure == m and e.by == "filler"]) for f in found]
        for m in ("pronoun_log_ratio", "lpbs")
    )
    assert raw[1] - raw[0] == pytest.approx(2.0, abs=1e-6)
    assert corrected == pytest.approx([0.3, 0.3], abs=0.01)


def test_positive_controls_stand_apart():
    rows = blanks()
    more = {"labels": ["he", "she"], "probabilities": [0.01, 0.99], "mass": 0.4, "pair": "0job0"}
    rows.append(row("t0", "waitress", "women", 0.0, None, role="positive-control", **more))
    with_it, without = (run(x, [OCCUPATIONS], MASKED) for x in (rows, rows[:-1]))
    assert with_it[1] == without[1]
    control = only(with_it[0], measure="lpbs", by="positive-control")
    assert (control.group, control.n) == ("waitress", 1)
    assert control.value > 2
    assert [e for e in with_it[0] if e.by != "positive-control"] == without[0]


def test_the_mass_of_the_choices_is_shown():
    estimates, _, _ = run(blanks(), [OCCUPATIONS], MASKED)
    assert only(estimates, measure="mass", by="overall").value == pytest.approx(0.4)
    assert only(estimates, measure="mass", by="overall").n == 48
    assert "flag" not in only(estimates, measure="mass", by="overall").extra
    estimates, _, _ = run([r | {"mass": 0.001} for r in blanks()], [OCCUPATIONS], MASKED)
    assert "less than 1 %" in only(estimates, measure="mass", by="overall").extra["flag"]
