"""From predictions to numbers: planted effects come out at their size, and nothing else does."""

import json
import math

import numpy as np
import pandas as pd
import pyarrow as pa
import pytest
from made_rows import CLASSIFIER, contrast, only, row, run, suite, twins
from scipy.special import expit

from audit.analysis import analyse
from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, Breakdown, Ratio

LPBS = contrast("lpbs", "women", "men", "log-odds", design="unpaired", task=FILL_MASK)
LOG_ODDS = suite("s", [contrast("log_odds", "a", "b", "log-odds")])


@pytest.mark.parametrize("shift", [1.0, -1.0])
def test_a_planted_shift_is_found_with_its_sign_and_size(shift):
    """Levels differ by far more than the shift: matching twins is what makes it visible."""
    _, (finding,), _ = run(twins(shift), [LOG_ODDS])
    assert finding.gap == pytest.approx(shift, abs=0.1)
    assert finding.low < shift < finding.high
    assert finding.bootstrap[0] < shift < finding.bootstrap[1]
    assert (finding.verdict, finding.severity) == ("finding", "high")
    assert ("higher" if shift > 0 else "lower") in finding.sentence
    assert finding.n == 240
    assert finding.sentence.startswith("On 120 paired sentences, a is 1.0")
    assert finding.p_sign_flip < 0.01
    assert finding.same_sign == 1.0
    assert finding.leave_one_out[0] <= finding.gap <= finding.leave_one_out[1]


def test_without_a_shift_there_is_no_finding():
    _, (finding,), _ = run(twins(0.0), [LOG_ODDS])
    assert finding.verdict == "equivalent"


def test_evidence_is_twins_of_different_templates_the_clearest_first():
    rows = twins(1.0)
    _, (finding,), _ = run(rows, [LOG_ODDS])
    assert len(finding.evidence) == 6
    by_example = {r["example"]: r for r in rows}
    shown = [by_example[e] for e in finding.evidence]
    gaps = [a["log_odds"] - b["log_odds"] for a, b in zip(shown[::2], shown[1::2], strict=True)]
    assert all(a["pair"] == b["pair"] for a, b in zip(shown[::2], shown[1::2], strict=True))
    assert gaps == sorted(gaps, reverse=True)
    assert len({r["template"] for r in shown}) == 3


def test_evidence_across_groups_sets_like_forms_side_by_side():
    """A positive text of one group beside a negative one of the other would show the forms, not the groups."""
    rows = []
    for place, filler in enumerate(("f0", "f1", "f2", "g0", "g1", "g2")):
        group = "a" if filler.startswith("f") else "b"
        for t in range(4):
            for form, level in (("positive", 2.0), ("neutral", 0.0), ("negative", -2.0)):
                x = level + 0.01 * place + (0.2 * t if group == "a" else 0.0)
                features = {"form": form}
                rows.append(row(f"t{t}", filler, group, x, features=features, example=f"{t}/{filler}/{form}", pair=""))
    compared = suite("s", [contrast("log_odds", "a", "b", "log-odds", design="unpaired")])
    _, (finding,), _ = run(rows, [compared])
    forms = [example.split("/")[2] for example in finding.evidence]
    assert len(forms) == 6 and forms[::2] == forms[1::2]


def test_nothing_depends_on_the_order_of_rows_or_on_the_container():
    rows = twins(0.4)
    frame = pd.DataFrame(rows)
    shuffled = frame.sample(frac=1, random_state=1)
    assert analyse(frame, [LOG_ODDS], CLASSIFIER, 0) == analyse(shuffled, [LOG_ODDS], CLASSIFIER, 0)
    assert repr(analyse(frame, [LOG_ODDS], CLASSIFIER, 0)) == repr(
        analyse(pa.Table.from_pylist(rows), [LOG_ODDS], CLASSIFIER, 0)
    )


def test_the_seed_moves_the_diagnostics_only():
    zero, again, other = (run(twins(0.1), [LOG_ODDS], seed=seed)[1][0] for seed in (0, 0, 5))
    assert zero == again
    assert zero.bootstrap != other.bootstrap
    assert (zero.gap, zero.low, zero.p) == (other.gap, other.low, other.p)


def test_the_control_is_taken_off():
    rows = twins(2.0, arms=("a", "b", "inert"))
    inert = [row(r["template"], r["filler"], "inert", (r["log_odds"] + 1.5) / 2) for r in rows if r["group"] == "b"]
    rows = [r for r in rows if r["group"] != "inert"] + inert
    plain, net = (contrast("log_odds", "a", "b", "log-odds", control=c) for c in (None, ("inert", "b")))
    _, (before,), _ = run(rows, [suite("s", [plain])])
    _, (after,), _ = run(rows, [suite("s", [net])])
    assert before.gap == pytest.approx(2.0, abs=0.1)
    assert after.gap == pytest.approx(0.5, abs=0.1)
    assert after.n == before.n + 120


def names(shift=0.0, flip_noise=0.0, seed=0):
    """Three groups of six names; `shift` moves group g0, `flip_noise` makes names differ within groups."""
    rng = np.random.default_rng(seed)
    own = rng.normal(0, 1, (3, 6)) * flip_noise
    return [
        row(
            f"t{t:02}", f"g{g}n{n}", f"g{g}", (0.4 if t % 2 else -0.4) + own[g, n] + (shift if g == 0 else 0.0), pair=""
        )
        | {"features": json.dumps({"axis": "names"}), "allowed": ["positive" if t % 2 else "negative"]}
        for t in range(16)
        for g in range(3)
        for n in range(6)
    ]


FLIPS = suite("s", [contrast("flip_excess", "all", "", "points", design="mean")])


def test_flips_within_groups_are_no_finding():
    """Every name moves the answers on its own: many flips, none of them because of the group."""
    rows = names(flip_noise=1.0)
    _, (finding,), _ = run(rows, [FLIPS])
    label = pd.DataFrame(rows).pivot(index="template", columns="filler", values="label")
    assert (label.nunique(axis=1) > 1).mean() > 0.8
    assert abs(finding.gap) < 0.05
    assert finding.verdict != "finding"


def test_flips_between_groups_are():
    _, (finding,), _ = run(names(shift=1.0), [FLIPS])
    assert finding.gap == pytest.approx(1 / 3, abs=0.01)
    assert finding.verdict == "finding"


def test_groups_of_names_are_compared_unpaired():
    wanted = contrast("log_odds", "g0", "g1", "log-odds", design="unpaired")
    _, (finding,), _ = run(names(shift=0.5, flip_noise=0.1), [suite("s", [wanted])])
    assert finding.gap == pytest.approx(1.0, abs=0.3)
    assert finding.df == 5
    assert finding.sentence.startswith("On 192 sentences, ")
    assert [e.split("/")[1] for e in finding.evidence[::2]] == [e.split("/")[1] for e in finding.evidence[1::2]]


def test_the_worst_group_stands_beside_its_null():
    rows = names(flip_noise=0.1)
    for r in rows:
        r["correct"] = not (r["group"] == "g1" and r["template"] < "t08")
    estimates, _, _ = run(rows, [FLIPS])
    found = only(estimates, measure="worst_gap")
    assert found.value == pytest.approx(0.5)
    assert found.extra["worst"] == "g1"
    assert float(found.extra["null_high"]) < 0.5
    assert float(found.extra["p"]) < 0.01
    assert math.isnan(found.low)
    assert found.reason


def test_texts_the_model_cannot_read_do_not_count():
    rows = twins(1.0)
    rows[0]["unknown"] = 2
    _, (finding,), skipped = run(rows, [LOG_ODDS])
    assert finding.sentence.startswith("On 119 paired sentences")
    assert [(s.what, s.n) for s in skipped] == [("s/x", 1)]


def test_a_test_with_many_unknown_tokens_gets_no_verdict():
    rows = twins(1.0)
    for r in rows[:25]:
        r["unknown"] = 1
    estimates, (finding,), skipped = run(rows, [LOG_ODDS])
    assert finding.verdict == "undefined"
    assert "not readable by this model" in finding.sentence
    assert [(s.what, s.n) for s in skipped] == [("s/x", 240)]
    by_test = only(estimates, measure="accuracy", by="test")
    assert math.isnan(by_test.value)
    assert "not readable" in by_test.reason
    for r in rows[24:25]:
        r["unknown"] = 0
    _, (finding,), skipped = run(rows, [LOG_ODDS])
    assert finding.verdict == "finding"
    assert skipped == []


def test_estimates_have_wilson_intervals_and_undefined_ones_a_reason():
    rows = twins(0.0)
    rows += [row("t00", f"f{f:02}", "bare", 3.0, None, test="y", role="confidence-only") for f in range(4)]
    rows += [row("t00", "f00", "a", 3.0, ["positive"], test="x", role="positive-control", example="pc")]
    estimates, _, _ = run(rows, [suite("s", [], tests=("x", "y"))])
    overall = only(estimates, measure="accuracy", by="overall")
    right = [r["correct"] for r in rows if r["role"] == "item"]
    assert overall.value == pytest.approx(np.mean(right))
    assert overall.n == 240
    assert 0 < overall.low < overall.value < overall.high < 1
    assert only(estimates, measure="failure", by="overall").value == pytest.approx(1 - overall.value)
    undefined = only(estimates, measure="accuracy", by="test", group="y")
    assert math.isnan(undefined.value)
    assert "right answer" in undefined.reason
    assert only(estimates, measure="confidence", by="group", group="bare").value == pytest.approx(expit(6.0))
    assert only(estimates, measure="confidence", by="overall").n == 240
    control = only(estimates, measure="accuracy", by="positive-control")
    assert (control.value, control.n) == (1.0, 1)
    over = only(estimates, measure="overconfidence", by="overall")
    mean_confidence = only(estimates, measure="confidence", by="overall").value
    assert over.value == pytest.approx(mean_confidence - overall.value)


def test_the_surest_answers_come_first():
    estimates, _, _ = run(twins(0.0), [LOG_ODDS])
    curve = [e for e in estimates if e.measure == "selective_accuracy"]
    assert [e.group for e in curve] == ["0.25", "0.5", "0.75", "0.9", "1"]
    assert [e.n for e in curve] == [60, 120, 180, 216, 240]
    assert curve[-1].value == pytest.approx(only(estimates, measure="accuracy", by="overall").value)


def test_calibration_error_needs_a_hundred_items():
    estimates, _, _ = run(twins(0.0), [LOG_ODDS])
    overall = only(estimates, measure="calibration_error", by="overall")
    assert (overall.n, math.isnan(overall.value)) == (240, False)
    estimates, _, _ = run(twins(0.0, templates=6, fillers=5), [LOG_ODDS])
    assert "fewer than 100" in only(estimates, measure="calibration_error", by="overall").reason


def test_breakdowns_and_ratios_are_those_declared():
    rows = [
        row(f"t{t}", f"f{f}", arm, {"s": -0.2, "c": 0.5, "n": -0.5}[arm], features={"level": str(t % 3)})
        for t in range(6)
        for f in range(5)
        for arm in "scn"
    ]
    declared = suite(
        "s",
        [],
        breakdowns=(
            Breakdown("by-level", "valence", "feature:level", "?", order=("2", "1", "0", "9")),
            Breakdown("by-arm", "valence", "test+group", "?", groups=("s", "c")),
            Breakdown("masked", "lpbs", "group", "?", task=FILL_MASK),
        ),
        ratios=(
            Ratio("recovery", "recovery", "valence", ("c", "s"), ("c", "n")),
            Ratio("nothing", "nothing", "valence", ("c", "s"), ("c", "c")),
            Ratio("absent", "absent", "valence", ("c", "s"), ("c", "q")),
        ),
    )
    estimates, _, _ = run(rows, [declared])
    levels = [e for e in estimates if e.extra.get("breakdown") == "by-level"]
    assert [(e.by, e.group) for e in levels] == [("level", x) for x in "2109"]
    assert math.isnan(levels[-1].value)
    assert levels[-1].reason
    arms = [e for e in estimates if e.extra.get("breakdown") == "by-arm"]
    assert [(e.test, e.group) for e in arms] == [("x", "s"), ("x", "c")]
    assert not [e for e in estimates if e.extra.get("breakdown") == "masked"]
    valence = {arm: 2 * expit(2 * x) - 1 for arm, x in (("s", -0.2), ("c", 0.5), ("n", -0.5))}
    recovery = only(estimates, by="ratio", group="recovery")
    assert recovery.value == pytest.approx((valence["c"] - valence["s"]) / (valence["c"] - valence["n"]))
    assert recovery.low == pytest.approx(recovery.value)
    assert "is 0" in only(estimates, by="ratio", group="nothing").reason
    assert math.isnan(only(estimates, by="ratio", group="absent").value)


def test_contrasts_of_another_task_are_not_asked():
    both = suite("s", [LPBS, contrast("log_odds", "a", "b", "log-odds", name="other")])
    _, findings, _ = run(twins(1.0), [both])
    assert [f.contrast for f in findings] == ["other"]


def test_a_test_may_fit_two_tasks():
    both = suite("s", [LOG_ODDS.contrasts[0]], task=f"{TEXT_CLASSIFICATION}+{FILL_MASK}")
    _, (finding,), _ = run(twins(1.0), [both])
    assert finding.verdict == "finding"


def test_a_suite_without_rows_gives_nothing():
    estimates, findings, skipped = run(twins(1.0), [suite("absent", [LPBS])])
    assert (estimates, findings, skipped) == ([], [], [])


def test_a_quick_audit_illustrates_where_it_cannot_judge():
    small = twins(1.0, templates=6)
    _, (finding,), _ = run(small, [LOG_ODDS], depth="quick")
    assert finding.verdict == "undefined"
    assert finding.gap == pytest.approx(1.0, abs=0.1)
    assert finding.sentence.startswith("Illustration only: ")


def test_an_answer_that_never_changes_is_no_finding():
    rows = [row(f"t{t:02}", f"f{f}", arm, 1.0) for t in range(16) for f in range(8) for arm in "ab"]
    wanted = [
        contrast("failure", "a", "b", name="rate"),
        contrast("log_odds", "a", "b", "log-odds", name="odds", primary=False),
        contrast("flip_excess", "all", "", name="flips", design="mean", primary=False),
    ]
    _, (rate, odds, flips), _ = run(rows, [suite("s", wanted)])
    assert (rate.gap, rate.p, rate.verdict) == (0.0, 1.0, "inconclusive")
    assert rate.high - rate.low > 0.3
    assert (odds.gap, odds.verdict) == (0.0, "equivalent")
    assert (flips.gap, flips.verdict) == (0.0, "inconclusive")
