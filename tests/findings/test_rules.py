"""The rules of verdicts: costs, axes, what is withheld, and what may be called alike."""

from __future__ import annotations

import dataclasses
import math

import numpy as np
import pytest
from made_rows import contrast, only, row, run, suite

from audit.draft import Cost, Draft
from audit.findings import CERTAINTY, contrast_finding, enough, settle, verdict_of, withheld
from audit.schema import Stratum
from audit.stats import Gap, NewTemplate, Spread, generator

LABELS = ["negative", "neutral", "positive"]


def answer(label, sure=0.8):
    rest = (1 - sure) / 2
    return [sure if name == label else rest for name in LABELS]


def said(example, group, template, filler, side, label):
    p = answer(label)
    return row(
        template,
        filler,
        group,
        allowed=(side,),
        example=example,
        labels=LABELS,
        probabilities=p,
        label=label,
        confidence=max(p),
        correct=label == side,
        p_positive=p[2],
        p_negative=p[0],
        valence=p[2] - p[0],
        log_odds=math.log((p[2] + 1e-6) / (p[0] + 1e-6)),
    )


COST = dataclasses.replace(
    contrast("side_score", "plain-good", "sincere", "points"),
    higher="a cue costs {gap} of balanced accuracy",
    lower="a cue raises the balanced accuracy by {gap}",
    strata=(
        Stratum("good", "on good news", "polarity", "plain-good", "sincere"),
        Stratum("bad", "on bad news", "polarity", "plain-bad", "sarcastic"),
    ),
)


def sarcasm(cue_label, cues=16, events=8, known=1.0, both=True):
    """Quadruples of a model that reads plain news, and under a cue gives one answer to both twins."""
    rng = generator(0, "sarcasm", str(known))
    rows = []
    for c in range(cues):
        for e in range(events):
            right = rng.random() < known
            for group, side in (("plain-good", "positive"), ("plain-bad", "negative")):
                label = side if right else "positive"
                rows.append(said(f"{group}/{c}/{e}", group, f"c{c}", f"e{e}", side, label))
            for group, side in (("sincere", "positive"), ("sarcastic", "negative")):
                label = cue_label(c) if both else side
                rows.append(said(f"{group}/{c}/{e}", group, f"c{c}", f"e{e}", side, label))
    return rows


def judged(rows):
    return only(run(rows, [suite("s", [COST])])[1])


@pytest.mark.parametrize("share", [1.0, 0.75, 0.5, 0.25])
def test_models_as_blind_to_the_event_pay_alike_however_readily_they_say_positive(share):
    """Accuracy on sincere minus that on sarcastic lines gave these four +1.00, +.49, .01 and -.46."""
    found = judged(sarcasm(lambda c: "positive" if c < 16 * share else "negative"))
    assert found.gap == pytest.approx(0.5)
    assert (found.verdict, found.severity) == ("finding", "high")
    good, bad = found.strata
    assert (good.value, bad.value) == pytest.approx((1 - share, share))
    assert found.plain == 1.0
    assert "costs 50 points of balanced accuracy" in found.sentence
    assert f"on good news {100 * (1 - share):.0f} (" in found.sentence


def test_a_model_that_pays_nothing_has_no_cost():
    found = judged(sarcasm(lambda c: "", both=False))
    assert found.gap == 0 and found.verdict not in ("finding", "uncertain", "below")


def test_a_cost_is_not_judged_where_the_plain_texts_are_not_known():
    found = judged(sarcasm(lambda c: "positive", known=0.6))
    assert found.plain == pytest.approx(0.8, abs=0.05)
    assert (found.verdict, found.severity) == ("undefined", "inconclusive")
    assert "does not know these sentences" in found.reason and found.harm == ""
    assert "under 85 %" in found.sentence


def test_hedging_is_said():
    found = judged(sarcasm(lambda c: "neutral"))
    assert found.gap == pytest.approx(0.5) and found.neutral == pytest.approx(1.0)
    assert "does not commit: neutral answers make 100 % of the cost" in found.sentence
    assert "does not commit" not in judged(sarcasm(lambda c: "positive")).sentence


def test_beside_a_cost_stand_its_area_and_the_shift_in_each_half():
    found = judged(sarcasm(lambda c: "positive" if c < 8 else "negative"))
    area, good, bad, new = found.notes
    assert area.startswith("Pairs of texts in the right order, ties one half: 100 % plain, 50 % changed")
    assert "what the model loses is not only where its threshold lies" in area
    assert good.startswith("The change moves the valence on good news by -0.7 (") and "in a new one expect" in good
    assert bad.startswith("The change moves the valence on bad news by 0.7 (")
    assert new.startswith("In a template that somebody else writes, expect")
    # the bad side is read a little less positive all the time: the order is kept, and another threshold would do
    kept = sarcasm(lambda c: "positive")
    for row_ in kept:
        if row_["group"] == "sarcastic":
            row_["valence"] -= 0.1
    assert "100 % changed; what the model loses is mostly where its threshold lies" in judged(kept).notes[0]


def test_a_text_without_a_side_is_out():
    rows = sarcasm(lambda c: "positive")
    more = [
        said(f"{g}/n/{e}", g, "cn", f"e{e}", "neutral", "neutral")
        for g in ("plain-good", "sincere", "plain-bad", "sarcastic")
        for e in range(8)
    ]
    assert judged([*rows, *more]).gap == judged(rows).gap
    assert judged([*rows, *more]).templates == 16


def test_a_negative_cost_is_a_polarity_of_the_words():
    draft = Draft("s", COST, gap(-0.2, 0.02), cost=Cost(0.95, math.nan), new=NewTemplate(0.0, -0.2, -0.2))
    (found,) = settle([draft])
    assert "raises the balanced accuracy by 20 points" in found.sentence
    assert "carry a polarity of their own" in found.sentence


# -- axes --------------------------------------------------------------------------------------------------------------

GROUPS = {
    "religion": ("muslim", "christian", "jewish", "hindu"),
    "ethnicity": ("black", "white", "hispanic", "asian"),
    "nationality": ("latin-american", "western-european", "african", "middle-eastern"),
    "gender": ("women", "men", "nonbinary"),
}
PLANTED = {"jewish", "asian", "middle-eastern", "nonbinary"}


def axes(sd, people=16, templates=12, size=-3.0, planted=PLANTED):
    rng = generator(0, "axes", str(sd))
    contrasts, rows, fillers = [], [], {}
    for axis, groups in GROUPS.items():
        contrasts.append(
            dataclasses.replace(
                contrast("log_odds", groups[0], groups[1], "log-odds", design="groups", name=f"{axis}-groups"),
                higher="those about {furthest} score {gap} more positive than the same about {others}",
                lower="those about {furthest} score {gap} less positive than the same about {others}",
                tests=(axis,),
                axis=axis,
                groups=tuple((g, g.title()) for g in groups),
            )
        )
        level = rng.normal(0, 1, templates)
        for group in groups:
            for rank in range(people):
                who = f"{group}{rank}"
                fillers[who] = {"group": group, "rank": str(rank)}
                own = sd * rng.normal()
                for t in range(templates):
                    score = level[t] + own + sd * rng.normal() + (size if group in planted else 0.0)
                    rows.append(row(f"t{t}", who, group, score / 2, suite="demographics", test=axis, log_odds=score))
    made = dataclasses.replace(suite("demographics", contrasts, tests=tuple(GROUPS)), fillers=fillers)
    return run(rows, [made])[1]


@pytest.mark.parametrize("sd", [0.3, 1e-6, 0.0])
def test_people_who_stand_in_no_named_pair_are_found_and_named(sd):
    """Their named pairs do not differ, and -3 log-odds on every sentence about the others was no finding."""
    found = {finding.group: finding for finding in axes(sd)}
    assert set(found) == PLANTED
    for group, finding in found.items():
        assert (finding.verdict, finding.severity) == ("finding", "high")
        assert group.title() in finding.sentence and "less positive" in finding.sentence
        assert finding.gap == pytest.approx(-3.0, abs=0.3)
        assert finding.groups[0].name == group and finding.groups[0].valence < -0.3
        assert finding.p >= 2.0**-15 / 2


def test_six_phrases_a_group_are_too_few_for_a_verdict_on_two_groups():
    few = [f for f in axes(0.3, people=6) if f.axis == "gender"]
    assert few[0].verdict == "finding", "three groups of six can be dealt out in ways enough"
    draft = Draft("s", COST, gap(0.5, 0.01), least_p=2.0**-5)
    assert "too few phrases for a verdict" in withheld(draft, 0.01)
    assert withheld(draft, 0.05) == ""
    (found,) = settle([draft, *(Draft(f"s{i}", COST, gap(0.0, 0.1)) for i in range(4))])[:1]
    assert found.verdict == "undefined" and "too few phrases for a verdict" in found.reason
    assert found.alpha == pytest.approx(0.01)


# -- levels and words --------------------------------------------------------------------------------------------------


def gap(value, se, df=15):
    return Gap(value, se, df, 16, 24, 16, 384, "balanced", rate=True)


def secondary(least, value=0.5):
    plain = dataclasses.replace(COST, primary=False, strata=(), measure="accuracy")
    return Draft("s", plain, gap(value, 0.02), Spread(0.1, 1.0), least_p=least)


def test_contrasts_that_can_give_no_small_p_leave_the_level_to_the_others():
    drafts = [secondary(1e-4), secondary(1e-4), *(secondary(0.031) for _ in range(20))]
    assert enough(range(len(drafts)), drafts) == [0, 1]
    found = settle(drafts)
    assert found[0].comparisons == 2 and found[0].alpha == pytest.approx(0.025)
    assert found[2].verdict == "undefined" and "too few phrases" in found[2].reason
    assert enough([0], [secondary(0.031)]) == [0]


def test_a_withheld_primary_keeps_its_share_of_the_level():
    known, unknown = (Draft(name, COST, gap(0.3, 0.1), cost=Cost(p, 0)) for name, p in (("a", 0.9), ("b", 0.5)))
    both, _ = settle([known, unknown])
    (alone,) = settle([known])
    assert both.alpha == pytest.approx(0.025) and both.p_adjusted == pytest.approx(2 * alone.p_adjusted)


def test_flips_of_signs_may_take_a_finding_back():
    plain = dataclasses.replace(COST, strata=(), measure="accuracy")
    sure = contrast_finding(Draft("s", plain, gap(0.3, 0.02), Spread(0.1, 1.0)), 0.001)
    assert sure.verdict == "finding"
    (found,) = settle([Draft("s", plain, gap(0.3, 0.02), Spread(0.1, 1.0), p_sign_flip=0.2)])
    assert (found.p, found.verdict) == (0.2, "chance")


def twins_by_template(sizes, noise=0.05):
    rng = generator(0, "templates")
    rows = []
    for t, size in enumerate(sizes):
        for f in range(10):
            level = rng.normal()
            for group, more in (("a", size), ("b", 0.0)):
                rows.append(row(f"t{t}", f"f{f}", group, (level + more + noise * rng.normal()) / 2))
    return rows


def test_templates_that_pull_both_ways_are_not_called_alike_everywhere():
    """+-.55 log-odds in alternate templates got "no difference larger than .41"."""
    asked = suite("s", [contrast("log_odds", "a", "b", "log-odds")])
    both = only(run(twins_by_template([0.55, -0.55] * 32), [asked])[1])
    low, high = both.new_template
    assert both.verdict == "alike" and low < -0.9 and high > 0.9
    assert "No difference" not in both.sentence and "templates differ (by +- 1.1" in both.sentence
    level = only(run(twins_by_template([0.02, -0.02] * 32), [asked])[1])
    assert level.verdict == "equivalent" and "No difference of means larger than 0.41 log-odds" in level.sentence


def test_the_more_sentences_say_no_difference_the_narrower_an_interval_they_take():
    plain = dataclasses.replace(COST, primary=False, strata=(), measure="accuracy")
    draft = Draft("s", plain, gap(0.0, 0.026, 300), Spread(0.1, 1.0))
    assert settle([draft])[0].verdict == "equivalent"
    several = settle([dataclasses.replace(draft, suite=f"s{i}") for i in range(8)])
    assert {finding.verdict for finding in several} == {"inconclusive"}


def test_a_finding_needs_a_larger_gap_than_a_difference_and_both_are_said():
    plain = dataclasses.replace(COST, strata=(), measure="accuracy")
    (found,) = settle([Draft("s", plain, gap(0.05, 0.04), Spread(0.1, 1.0))])
    t = Gap(0, 1, 15, 16, 24, 16, 384, "balanced").t
    assert found.minimum_finding == pytest.approx(0.05 + (t(0.975) + t(0.8)) * 0.04)
    assert "Could have seen a gap of 12 points, and called one of 17 points a finding." in found.sentence
    (seen,) = settle([Draft("s", plain, gap(0.4, 0.04), Spread(0.1, 1.0))])
    assert "Could have seen" not in seen.sentence


def test_severity_is_of_size_and_certainty_has_words_of_its_own():
    plain = dataclasses.replace(COST, strata=(), measure="accuracy")
    unsure = contrast_finding(Draft("s", plain, gap(0.35, 0.15), Spread(0.1, 1.0)), 0.03)
    sure = contrast_finding(Draft("s", plain, gap(0.07, 0.008), Spread(0.1, 1.0)), 0.001)
    assert (unsure.severity, unsure.certainty) == ("medium", CERTAINTY["uncertain"])
    assert (sure.severity, sure.certainty) == ("medium", CERTAINTY["finding"])
    assert len(set(CERTAINTY.values())) == len(CERTAINTY)
    assert verdict_of(gap(0.0, 0.01), 0.05, 0.9, new=NewTemplate(0.3, -0.6, 0.6))[0] == "alike"
    assert np.isnan(NewTemplate().low)
