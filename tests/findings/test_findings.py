"""Verdicts and the words they come in."""

import dataclasses
import math

import pytest

from audit.findings import Draft, contrast_finding, key_findings, settle, threshold_of, verdict_of
from audit.schema import FILL_MASK, FOUND, OPEN, Contrast
from audit.stats import Gap, Spread
from audit.wording import amount, digits, interval_words, size_words

CONTRAST = Contrast(
    name="negation-drop",
    measure="failure",
    group="negated",
    reference="affirmative",
    unit="points",
    higher="negated statements fail {gap} more often than their affirmative twins",
    lower="negated statements fail {gap} less often than their affirmative twins",
    primary=True,
)


def gap(value, se, df=15, templates=16, fillers=24, rate=True):
    return Gap(value, se, df, templates, fillers, min(templates, fillers), templates * fillers, "balanced", "", rate)


def finding(value, se, p=0.001, contrast=CONTRAST, depth="standard", **more):
    agree = Spread(0.1, more.pop("same_sign", 1.0), value, value)
    shape = {k: more.pop(k) for k in ("templates", "rate") if k in more}
    draft = Draft("negation", contrast, gap(value, se, **shape), agree, n=768, pairs=384, **more)
    return contrast_finding(draft, p, depth=depth)


@pytest.mark.parametrize(
    ("value", "se", "p", "same_sign", "expected"),
    [
        (0.31, 0.03, 0.001, 1.0, ("finding", "high")),
        (-0.31, 0.03, 0.001, 1.0, ("finding", "high")),
        (0.31, 0.03, 0.001, 0.7, ("finding", "medium")),
        (0.09, 0.01, 0.001, 1.0, ("finding", "medium")),
        (0.31, 0.03, 0.049, 1.0, ("finding", "high")),
        (0.31, 0.03, 0.05, 1.0, ("chance", "inconclusive")),
        (0.31, 0.03, 0.313, 1.0, ("chance", "inconclusive")),
        (0.09, 0.03, 0.06, 1.0, ("chance", "inconclusive")),
        (0.09, 0.03, 0.01, 1.0, ("uncertain", "medium")),
        (0.04, 0.01, 0.01, 1.0, ("uncertain", "low")),
        (0.02, 0.005, 0.01, 1.0, ("below", "low")),
        (0.02, 0.005, 0.06, 1.0, ("equivalent", "info")),
        (0.06, 0.025, 0.06, 1.0, ("chance", "inconclusive")),
        (0.01, 0.01, 0.3, 1.0, ("equivalent", "info")),
        (0.02, 0.016, 0.3, 1.0, ("equivalent", "info")),
        (0.025, 0.016, 0.3, 1.0, ("inconclusive", "inconclusive")),
        (0.0, 0.2, 1.0, 1.0, ("inconclusive", "inconclusive")),
    ],
)
def test_the_first_row_that_holds_wins(value, se, p, same_sign, expected):
    assert verdict_of(gap(value, se), 0.05, p, same_sign) == expected


def test_a_finding_reads_like_the_letter_it_is_part_of():
    found = finding(0.312, 0.033)
    assert found.sentence == (
        "On 384 paired sentences, negated statements fail 31 points more often than their affirmative twins "
        "(95 % interval 24 to 38)."
    )
    assert (found.verdict, found.n, found.templates) == ("finding", 768, 16)
    assert found.low < found.gap < found.high


def test_a_negative_gap_takes_the_other_words_and_turns_the_interval():
    assert "fail 31 points less often" in finding(-0.312, 0.033).sentence
    assert "(95 % interval 24 to 38)" in finding(-0.312, 0.033).sentence


@pytest.mark.parametrize(
    ("value", "se", "p", "words"),
    [
        (0.31, 0.03, 0.06, "(95 % interval 25 to 37). Not told apart from chance. Could have seen a gap of 9 points."),
        (0.02, 0.005, 0.01, "Detectable, but below the threshold of 5 points."),
        (0.01, 0.01, 0.3, "No difference larger than 5 points on these items (90 % interval"),
        (0.02, 0.05, 0.7, "No evidence of a difference at this power. Could have seen a gap of 15 points."),
    ],
)
def test_closing_words_follow_the_verdict(value, se, p, words):
    assert words in finding(value, se, p).sentence


def test_a_classifier_must_move_and_not_only_its_log_odds():
    log_odds = dataclasses.replace(CONTRAST, unit="log-odds", measure="log_odds")
    moved = finding(2.0, 0.1, contrast=log_odds, valence_gap=0.2, rate=False)
    saturated = finding(2.0, 0.1, contrast=log_odds, valence_gap=0.01, rate=False)
    assert moved.verdict == "finding"
    assert saturated.verdict == "below"
    assert "the answers move by less than 0.05 valence units" in saturated.sentence
    masked = dataclasses.replace(log_odds, task=FILL_MASK)
    assert finding(2.0, 0.1, contrast=masked, rate=False).verdict == "finding"


def test_thresholds_come_from_contrast_then_measure_then_unit():
    assert threshold_of(CONTRAST) == 0.05
    assert threshold_of(dataclasses.replace(CONTRAST, measure="flip_excess")) == 0.02
    assert threshold_of(dataclasses.replace(CONTRAST, unit="log-odds")) == pytest.approx(math.log(1.5))
    assert threshold_of(dataclasses.replace(CONTRAST, threshold=0.1)) == 0.1


def test_a_quick_audit_judges_primary_contrasts_with_enough_templates():
    assert finding(0.31, 0.03, depth="quick").verdict == "finding"
    few = finding(0.31, 0.03, depth="quick", templates=6)
    assert (few.verdict, few.severity) == ("undefined", "inconclusive")
    assert few.reason.startswith("illustration")
    assert few.sentence.startswith("Illustration only: on 384 paired sentences")
    secondary = dataclasses.replace(CONTRAST, primary=False)
    assert finding(0.31, 0.03, depth="quick", contrast=secondary).verdict == "undefined"
    assert finding(0.31, 0.03, contrast=secondary).verdict == "finding"


def test_what_cannot_be_judged_says_why():
    draft = Draft("negation", CONTRAST, Gap(*[math.nan] * 3, 0, 0, 0, 0, "none", "no rows to compare"))
    found = contrast_finding(draft, math.nan)
    assert (found.verdict, found.reason) == ("undefined", "no rows to compare")
    assert found.sentence == "No verdict: no rows to compare."
    unread = finding(0.31, 0.03, reason="not readable by this model")
    assert unread.verdict == "undefined"
    assert unread.sentence.endswith("Not readable by this model.")


def draft(suite, value, primary=True, axis="", se=0.03):
    contrast = dataclasses.replace(CONTRAST, primary=primary, axis=axis)
    return Draft(suite, contrast, gap(value, se), Spread(0.1, 1.0, 0, 0), n=768, pairs=384)


def test_suites_weigh_alike_and_axes_share_their_suites_weight():
    drafts = [draft("negation", 0.08), *(draft("demographics", 0.08, axis=a) for a in "abcd"), draft("slang", 0.08)]
    found = settle(drafts)
    p = found[0].p
    assert found[0].p_adjusted == pytest.approx(3 * p)
    assert found[0].minimum_detectable == pytest.approx(drafts[0].gap.detectable(0.05 / 3))
    assert found[1].minimum_detectable == pytest.approx(drafts[0].gap.detectable(0.05 / 12))


def test_secondary_contrasts_do_not_weigh_on_primary_ones():
    alone = settle([draft("negation", 0.07)])[0]
    among = settle([draft("negation", 0.07), *(draft("negation", 0.0, primary=False) for _ in range(30))])
    assert among[0].p_adjusted == alone.p_adjusted == pytest.approx(alone.p)
    assert among[0].minimum_detectable == alone.minimum_detectable


def test_more_suites_make_the_same_gap_less_sure():
    """Without the correction both would be findings."""
    assert settle([draft("a", 0.16, se=0.05)])[0].verdict == "finding"
    many = [draft("a", 0.16, se=0.05), *(draft(name, 0.0, se=0.05) for name in "bcdefghijklm")]
    unsure = settle(many)[0]
    assert (unsure.verdict, unsure.severity, unsure.comparisons) == ("chance", "inconclusive", 13)
    assert "Not told apart from chance among 13 comparisons. Could have seen a gap of" in unsure.sentence


def test_secondary_contrasts_are_corrected_for_each_other():
    few = settle([draft("a", 0.16, primary=False, se=0.05)])[0]
    many = settle([draft("a", 0.16, False, se=0.05), *(draft("a", 0.0, False, se=0.05) for _ in range(20))])[0]
    assert (few.verdict, many.verdict) == ("finding", "chance")
    assert many.p_adjusted == pytest.approx(21 * many.p)
    assert (few.comparisons, many.comparisons) == (1, 21)


def test_a_gap_not_told_apart_from_chance_is_smaller_than_what_could_have_been_seen():
    """The two stand in one sentence: a lone gap of that size is judged by the same step."""
    unsure = settle([draft("a", 0.16, False, se=0.05), *(draft("a", 0.0, False, se=0.05) for _ in range(20))])[0]
    assert unsure.verdict == "chance"
    assert unsure.minimum_detectable == pytest.approx(gap(0.16, 0.05).detectable(0.05 / 21))
    assert unsure.minimum_detectable > unsure.gap


def harmful(value, se, p, primary=True):
    contrast = dataclasses.replace(CONTRAST, primary=primary)
    made = Draft("s", contrast, gap(value, se), Spread(0.1, 1.0, 0, 0), n=768, pairs=384, harm="Some are passed over.")
    return contrast_finding(made, p)


@pytest.mark.parametrize(
    ("value", "se", "p", "verdict"),
    [
        (0.31, 0.03, 0.001, "finding"),
        (0.09, 0.03, 0.01, "uncertain"),
        (0.02, 0.005, 0.01, "below"),
        (0.31, 0.03, 0.06, "chance"),
        (0.01, 0.01, 0.3, "equivalent"),
        (0.02, 0.05, 0.7, "inconclusive"),
    ],
)
def test_a_harm_and_a_place_among_key_findings_go_with_a_difference_that_was_found(value, se, p, verdict):
    found = harmful(value, se, p)
    assert found.verdict == verdict
    assert bool(found.harm) == (verdict in FOUND)
    assert (found in key_findings([found])) == (verdict in FOUND)
    assert ("Could have seen" in found.sentence) == (verdict in OPEN)


def test_a_secondary_difference_of_uncertain_size_is_no_key_finding():
    assert key_findings([harmful(0.09, 0.03, 0.01, primary=False)]) == []
    assert len(key_findings([harmful(0.31, 0.03, 0.001, primary=False)])) == 1


@pytest.mark.parametrize(
    ("value", "low", "high", "unit", "words"),
    [
        (0.312, 0.24, 0.38, "points", "31 points"),
        (0.0123, 0.0101, 0.0145, "points", "1.2 points"),
        (-0.0098, -0.04, 0.02, "points", "1 point"),
        (1.2, 0.9, 1.5, "log-odds", "1.2 log-odds (odds ratio 3.3)"),
        (8.0, 7.0, 9.0, "log-odds", "8.0 log-odds (odds ratio above 99)"),
        (0.21, 0.15, 0.27, "valence", "0.21 valence units"),
        (1.0, 0.98, 1.02, "valence", "1.00 valence units"),
        (0.03, -0.3, 0.4, "log-odds", "0.0 log-odds"),
        (0.034, 0.02, 0.05, "bits", "0.03 bits"),
    ],
)
def test_numbers_have_the_digits_their_interval_supports(value, low, high, unit, words):
    assert amount(value, unit, low, high) == words


def test_no_number_is_minus_nothing():
    assert interval_words(-0.1, -0.2, 0.001, "points") == "0 to 20"
    assert interval_words(0.1, -0.001, 0.2, "points") == "0 to 20"


def test_an_interval_that_excludes_0_does_not_seem_to_touch_it():
    assert interval_words(0.023, 0.003, 0.043, "points") == "0.3 to 4.3"
    assert amount(0.023, "points", 0.003, 0.043) == "2.3 points"
    assert interval_words(-0.023, -0.043, -0.003, "points") == "0.3 to 4.3"


def test_a_design_too_small_for_any_gap_says_so():
    words = finding(0.0, 0.4, 1.0).sentence
    assert words.endswith("No evidence of a difference at this power. Too few items to see a gap of any size.")


def test_twins_that_never_differ_are_said_to():
    assert "at this power, although no answers differed. Could have seen" in finding(0.0, 0.0, 1.0).sentence


def test_sizes_without_an_interval():
    assert size_words(0.0912, "points") == "9 points"
    assert size_words(0.02, "points") == "2 points"
    assert size_words(0.0031, "points") == "0.31 points"
    assert size_words(math.log(1.5), "log-odds") == "0.41 log-odds"
    assert digits(7.0) == 0
    assert digits(0.98) == 0
    assert digits(0.07) == 2
