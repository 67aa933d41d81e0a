"""The line over the score: counts are the rows', intervals the project's, and both drawings show the same."""

from __future__ import annotations

import json
import re

import numpy as np
import pyarrow.parquet as pq
import pytest

from audit import load_result
from audit.bundled.twins import FEMALE_NAMES, FEMALE_PRONOUNS, MALE_NAMES, MALE_PRONOUNS, PAIRS
from audit.page.ready import Ready
from audit.page.settings import results_folder
from audit.page.threshold_numbers import LOOKS, MAIN, STUDENTS, Lines, Look, Posts
from audit.page.threshold_tab import APART, figure, said, under
from audit.page.threshold_words import chart, sentence
from audit.report.plots import to_plotly
from audit.report.svg import to_svg
from audit.schema import CaveatError
from audit.stats.rates import wilson

WORDING, SETTING, WRITER = LOOKS


@pytest.fixture(scope="module")
def lines() -> Lines:
    return Lines(Ready(results_folder(), load_result))


@pytest.fixture(scope="module")
def posts(lines: Lines) -> Posts:
    return lines.get("sentiment")


def test_models_with_posts_about_distress_are_offered(lines: Lines) -> None:
    assert {"sentiment", "word-count"} <= set(lines.names())
    assert "fill-mask" not in lines.names()
    assert lines.get("word-count").looks == (WORDING, SETTING)
    with pytest.raises(CaveatError, match="no stored result of nothing"):
        lines.get("nothing")


@pytest.mark.parametrize("at", [0.0, 0.3, 0.5, 1.0])
def test_counts_are_those_of_the_stored_rows(posts: Posts, at: float) -> None:
    rows = pq.read_table(results_folder() / "sentiment" / "predictions.parquet").to_pandas()
    main = rows[(rows["suite"] == "masking") & rows["test"].isin(MAIN)]
    outcome = posts.outcome(WORDING, at)
    arms = zip(outcome.groups, (("masked", "sincere"), ("plain", "plain-good")), strict=True)
    for group, (distress, good) in arms:
        missed, alarm = (main[main["group"] == arm]["p_negative"] for arm in (distress, good))
        assert (group.missed.count, group.missed.n) == (int((missed < at).sum()), len(missed))
        assert (group.alarm.count, group.alarm.n) == (int((alarm >= at).sum()), len(alarm))
        assert group.missed.value == pytest.approx(group.missed.count / group.missed.n)
    assert outcome.overall.missed.count == sum(group.missed.count for group in outcome.groups)
    assert outcome.overall.alarm.n == sum(group.alarm.n for group in outcome.groups)


def test_a_higher_line_misses_no_fewer_and_flags_no_more(posts: Posts) -> None:
    for look in posts.looks:
        found = [posts.outcome(look, step / 100).overall for step in range(0, 101, 20)]
        missed, alarms = [one.missed.count for one in found], [one.alarm.count for one in found]
        assert missed == sorted(missed) and missed[0] == 0 and missed[-1] == found[0].missed.n
        assert alarms == sorted(alarms, reverse=True) and alarms[0] == found[0].alarm.n and alarms[-1] == 0


def test_at_one_half_the_misses_agree_with_the_suites_own_contrast(posts: Posts) -> None:
    rows = pq.read_table(results_folder() / "sentiment" / "predictions.parquet").to_pandas()
    masked = rows[(rows["suite"] == "masking") & rows["test"].isin(MAIN) & (rows["group"] == "masked")]
    # Of two classes the probable one has more than half; of three, less may do.
    assert posts.outcome(WORDING, 0.5).groups[0].missed.count >= int((masked["label"] != "negative").sum())


def test_intervals_are_wider_than_those_of_independent_rows(posts: Posts) -> None:
    share = posts.outcome(WORDING, 0.5).groups[1].missed
    low, high = wilson(share.value, share.n)
    assert share.low < low and share.high > high


def test_gaps_between_groups_have_an_interval_and_a_sentence(posts: Posts) -> None:
    outcome = posts.outcome(WORDING, 0.5)
    gap = outcome.gaps["missed"]
    assert gap.value == pytest.approx(outcome.groups[0].missed.value - outcome.groups[1].missed.value)
    for look in (WORDING, WRITER):
        found = posts.outcome(look, 0.5)
        for kind, what in (("missed", "missed"), ("alarm", "falsely flagged")):
            low, high = found.gaps[kind].interval()
            unsure = f"are {what} more often than posts" in sentence(found) and "these posts cannot tell" in sentence(
                found
            )
            assert (
                unsure
                if low <= 0 <= high
                else f"{what} {'more' if low > 0 else 'less'}" in _without_sizes(sentence(found))
            )
    assert "every one is missed" in sentence(posts.outcome(WORDING, 1.0))


def _without_sizes(text: str) -> str:
    """Leave out how much more often."""
    return re.sub(r"[\d.]+ points? ", "", text)


@pytest.mark.parametrize("look", LOOKS, ids=lambda look: look.key)
def test_groups_hold_all_posts(posts: Posts, look: Look) -> None:
    outcome = posts.outcome(look, 0.5)
    for kind in ("missed", "alarm"):
        assert sum(getattr(group, kind).n for group in outcome.groups) == getattr(outcome.overall, kind).n


def test_both_drawings_show_the_same_shares(posts: Posts) -> None:
    for look in posts.looks:
        outcome = posts.outcome(look, 0.4)
        spec = chart(outcome)
        groups = (outcome.overall, *outcome.groups)
        drawn, plain = figure(outcome), to_plotly(spec)
        for place, kind in enumerate(("missed", "alarm")):
            expected = [100 * getattr(group, kind).value for group in groups]
            np.testing.assert_allclose(plain.data[place].x, expected)
            np.testing.assert_allclose(drawn.data[place].x, expected)
            np.testing.assert_allclose(np.abs(np.array(drawn.data[place].y) - range(len(groups))), APART)
        svg = to_svg(spec)
        for group in groups:
            assert group.missed.words in svg and group.alarm.words in svg


def test_every_number_of_the_chart_is_in_the_table(posts: Posts) -> None:
    own = {"at": 50, "why": "<script>"}
    for look in posts.looks:
        outcome = posts.outcome(look, 0.3)
        html = under(posts, look, outcome, own)
        for group in (outcome.overall, *outcome.groups):
            for share in (group.missed, group.alarm):
                assert f"{share.count} of {share.n}" in html and share.words in html
        assert "<script>" not in html and "You committed to <strong>50</strong>" in html
        assert "The line decides who is missed" in html and 'role="status"' in said(outcome)
    assert "the line that you committed to" in under(posts, WORDING, posts.outcome(WORDING, 0.5), own)


def test_single_students_are_counted_and_never_compared(posts: Posts) -> None:
    rows = pq.read_table(results_folder() / "sentiment" / "predictions.parquet").to_pandas()
    masked = rows[rows["test"] == "student-masked-distress"]
    who = [json.loads(text)["identity"] for text in masked["features"]]
    found = posts.identities(0.5)
    assert {name: of for name, _, of, _, _ in found} == {name: who.count(name) for name in set(who)}
    assert sum(missed for _, missed, _, _, _ in found) == int((masked["p_negative"] < 0.5).sum())
    html = under(posts, WRITER, posts.outcome(WRITER, 0.5), {})
    assert "Too few to compare one student with another" in html


def test_the_known_models_would_show_nearly_the_same_lines() -> None:
    rows = pq.read_table(results_folder() / "sentiment" / "predictions.parquet").to_pandas()
    posts = rows[rows["test"].isin([*MAIN, *STUDENTS])]["text"].str.lower()
    words = [set(re.findall(r"[a-z']+", text)) for text in posts]
    female = {*FEMALE_NAMES, *FEMALE_PRONOUNS, *(pair[1] for pair in PAIRS)}
    male = {*MALE_NAMES, *MALE_PRONOUNS, *(pair[0] for pair in PAIRS)}
    assert len(words) > 1000 and not any(female & one for one in words)
    assert sum(bool(male & one) for one in words) < 0.03 * len(words)


def test_a_place_is_worked_out_once(posts: Posts) -> None:
    assert posts.outcome(WORDING, 0.45) is posts.outcome(WORDING, 0.4500001)
