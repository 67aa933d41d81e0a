from __future__ import annotations

import math
import re
from dataclasses import replace

import pytest
import synthetic_audit

from audit.report import headings, words
from audit.schema import Contrast

THIN = words.THIN


@pytest.mark.parametrize(
    ("value", "unit", "low", "high", "expected"),
    [
        (0.314, "points", 0.243, 0.385, "31 points"),
        (0.012, "points", 0.008, 0.016, "1.2 points"),
        (0.01, "points", -0.03, 0.05, "1 point"),
        (-0.314, "points", -0.385, -0.243, "\N{MINUS SIGN}31 points"),
        (0.34, "share", 0.30, 0.38, f"34{THIN}%"),
        (1.74, "log-odds", 1.31, 2.17, "1.7 log-odds"),
        (0.523, "log-odds", 0.49, 0.556, "0.52 log-odds"),
        (-0.0001, "log-odds", -0.5, 0.5, "0.0 log-odds"),
        (math.nan, "points", math.nan, math.nan, words.DASH),
    ],
)
def test_amount_is_rounded_to_what_the_interval_supports(value, unit, low, high, expected) -> None:
    assert words.amount(value, unit, low, high) == expected


def test_end_of_an_interval_that_excludes_0_does_not_print_as_0() -> None:
    assert words.interval(0.03, 0.61, "log-odds") == "0.03 to 0.61"
    assert words.interval(-0.03, 0.61, "log-odds") == "0.0 to 0.6"


def test_interval_that_is_missing_is_told() -> None:
    assert words.interval(math.nan, 1.0, "points") == "no interval"


@pytest.mark.parametrize(
    ("p", "expected"), [(0.0312, ".031"), (0.0001, f"<{THIN}.001"), (1.0, "1"), (math.nan, words.DASH)]
)
def test_p_value(p: float, expected: str) -> None:
    assert words.p_value(p) == expected


@pytest.mark.parametrize(
    ("value", "expected"), [(0.34, f"34{THIN}%"), (0.0042, f"0.4{THIN}%"), (0.0001, f"under 0.1{THIN}%")]
)
def test_probability(value: float, expected: str) -> None:
    assert words.probability(value) == expected


def contrast() -> Contrast:
    return Contrast(
        name="c", measure="failure", group="negated", reference="affirmative", unit="points",
        higher="{group_label} fail {gap} more often", lower="{group_label} fail {gap} less often",
        group_label="negated statements",
    )  # fmt: skip


@pytest.mark.parametrize(
    ("changes", "expected"),
    [
        ({}, "Negated statements fail 31 points more often"),
        ({"gap": -0.314, "low": -0.385, "high": -0.243}, "Negated statements fail 31 points less often"),
        ({"verdict": "equivalent"}, "no difference of means larger than 5 points on these items"),
        ({"verdict": "alike"}, "means alike within 5 points on these items; templates differ"),
        ({"verdict": "undefined", "reason": "too few phrases for a verdict"}, "and affirmative: no verdict"),
        ({"verdict": "undefined", "reason": "illustration: a quick audit"}, "fail 31 points more often"),
        ({"verdict": "inconclusive"}, "no evidence of a difference at this power (could have seen 9 points)"),
        ({"verdict": "chance", "comparisons": 13}, "not told apart from chance among 13 comparisons"),
        ({"verdict": "chance", "comparisons": 1}, "not told apart from chance"),
        ({"verdict": "inconclusive", "minimum_detectable": 1.03}, "(too few items to see a gap of any size)"),
        ({"unit": "share"}, "Negated statements fail 31 points more often"),
        ({"unit": "valence", "gap": 1.26, "low": 0.7, "high": 1.8}, "fail 1.3 valence units more often"),
        ({"verdict": "undefined", "gap": math.nan}, "Negated statements and affirmative: no verdict"),
        ({"verdict": "undefined"}, "Negated statements fail 31 points more often"),
    ],
)
def test_headline_says_what_the_verdict_allows(changes: dict, expected: str) -> None:
    assert headings.headline(contrast(), synthetic_audit.finding("s", "c", **changes)).endswith(expected)


def test_dates_durations_and_counts() -> None:
    assert words.date("2026-11-24T02:00:00+00:00") == "24 November 2026, 02:00 UTC"
    assert words.date("2028-03-01T13:59:00+14:00") == "29 February 2028, 23:59 UTC"
    assert words.date("yesterday") == "yesterday"
    assert [words.duration(s) for s in (0.2, 1, 41, 300)] == ["under a second", "1 second", "41 seconds", "5 minutes"]
    assert words.integer(12345) == f"12{THIN}345"
    assert words.plural(1, "test") == "1 test"
    assert words.listing(["a", "b", "c"]) == "a, b and c"


@pytest.mark.parametrize(
    ("plain", "expected"),
    [
        (
            'the words "good" and "not"',
            "the words \N{LEFT DOUBLE QUOTATION MARK}good\N{RIGHT DOUBLE QUOTATION MARK} and "
            "\N{LEFT DOUBLE QUOTATION MARK}not\N{RIGHT DOUBLE QUOTATION MARK}",
        ),
        (
            "the model's 'own'",
            "the model\N{RIGHT SINGLE QUOTATION MARK}s \N{LEFT SINGLE QUOTATION MARK}own"
            "\N{RIGHT SINGLE QUOTATION MARK}",
        ),
        ("(95 % interval -17 to 79)", f"(95{THIN}% interval {words.MINUS}17 to 79)"),
        ("a well-set line", "a well-set line"),
    ],
)
def test_prose_is_set_as_a_printer_would(plain: str, expected: str) -> None:
    assert words.prose(plain) == expected


def test_every_measure_has_its_words_and_unit() -> None:
    from audit.measures import MEASURES

    rates = {"points", "share"}
    for name, measure in MEASURES.items():
        wording = words._WORDINGS[name]
        assert wording.title
        # a Brier score is printed as the plain number that it is
        plain = name == "brier" and wording.unit == "valence"
        assert plain or wording.unit == measure.unit or {wording.unit, measure.unit} <= rates, name


def test_comparisons_of_a_suite_have_different_names() -> None:
    base = contrast()
    contrasts = {
        "main": replace(base, name="main"),
        "never": replace(base, name="never", tests=("never",)),
        "errors": replace(base, name="errors", measure="confident_error"),
        "one-gap": replace(base, name="one-gap", tests=("a", "b")),
        "other-gap": replace(base, name="other-gap", tests=("c", "d")),
    }
    found = [
        synthetic_audit.finding("s", name, primary=name == "main", measure=c.measure) for name, c in contrasts.items()
    ]
    assert headings.comparison_names(contrasts, found, {"never": "Never instead of always"}) == {
        "main": "Negated statements and affirmative",
        "never": "Never instead of always",
        "errors": "Negated statements and affirmative, confident errors",
        "one-gap": "Negated statements and affirmative, one gap",
        "other-gap": "Negated statements and affirmative, other gap",
    }


def test_those_stands_for_sentences_in_a_heading() -> None:
    about = replace(contrast(), higher="those about {group_label} score {gap} more, net of ten")
    assert headings.clause(about, higher=True, gap="2 points") == (
        "sentences about negated statements score 2 points more, net of ten"
    )


def test_clause_without_a_size_reads_on() -> None:
    by = replace(contrast(), lower="the model leans to praise by {gap} less for one than for the other")
    assert headings.clause(by, higher=False) == "the model leans to praise less for one than for the other"


@pytest.mark.parametrize(
    ("pattern", "expected"),
    [
        ("It was [|not |really ]{adj}.", "It was (\N{EM DASH} / not / really) <i>adj</i>."),
        ("It was [{a:adj}|not {a:adj}] day.", "It was (a/an <i>adj</i> / not a/an <i>adj</i>) day."),
        ("Lunch with <a coworker>.", "Lunch with <i>a coworker</i>."),
        ("The {job} said that [MASK] was late & <b", "The <i>job</i> said that ____ was late &amp; &lt;b"),
    ],
)
def test_frames_are_readable_and_escaped(pattern: str, expected: str) -> None:
    assert str(words.frame(pattern)) == expected


@pytest.mark.parametrize(
    ("key", "expected"),
    [("black-men", "Black men"), ("younger_women", "younger women"), ("first-generation", "first-generation")],
)
def test_group_names(key: str, expected: str) -> None:
    assert words.group_name(key) == expected


def test_ranges_of_a_gap_follow_its_sentence() -> None:
    less = synthetic_audit.finding("s", "c", gap=-0.31, low=-0.38, high=-0.24)
    assert words.gap_interval(less) == "24 to 38"
    assert words.gap_interval(less, (-0.35, 0.02)) == f"{words.MINUS}2 to 35"
    assert words.signed_gap(less) == f"{words.MINUS}31 points"


def test_what_to_read_first_promises_no_more_than_the_report_holds(page):
    """Some comparisons rule a gap out and say no gap that could have been seen; some figures have no interval."""
    first = page[page.index('id="read-first"') :].partition("</section>")[0]
    text = " ".join(re.sub(r"<[^>]+>", "", first).split())
    assert "A main comparison that leaves the question open says how small a gap it could have seen" in text
    assert "or says that there is none" in text
    assert "Each comparison without" not in text and "Every number" not in text
