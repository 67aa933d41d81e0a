from collections import Counter, defaultdict

import pytest
from audit.probes.masking import SUITE
from audit.probes.masking_items import MAIN, WITHOUT_GOOD, build, table


@pytest.fixture(scope="module")
def standard():
    return list(build("standard"))


@pytest.fixture(scope="module")
def full():
    return list(build("full"))


def test_the_primary_design_is_a_complete_crossing(standard):
    cells = Counter((e.template, e.fillers[0], e.group) for e in standard if e.test in MAIN)
    templates = {template for template, _, _ in cells}
    scenarios = {scenario for _, scenario, _ in cells}
    assert len(templates) == 12
    assert len(scenarios) == 24
    assert len(cells) == 12 * 24 * 4
    assert set(cells.values()) == {1}


def test_every_scenario_has_three_levels_in_four_contexts(standard):
    seen = defaultdict(set)
    for e in standard:
        if e.test in (*MAIN, "bare-cheer", "weak-cue") and e.features["wording"] == "cheerful":
            seen[e.fillers[0]].add((e.features["exaggeration"], e.features["context"]))
    assert len(seen) == 24
    assert all(len(pairs) == 12 for pairs in seen.values())


def test_full_has_more_frames_and_widens_the_scenarios(full):
    rows = [e for e in full if e.test in MAIN]
    assert len({e.template for e in rows}) == 42
    assert len({e.fillers[0] for e in rows}) == 36


def test_the_quick_primary_has_twelve_frames():
    rows = [e for e in build("quick") if e.group == "masked" and e.test in MAIN]
    assert len({e.template for e in rows}) == 12
    assert len({e.fillers[0] for e in rows}) == 8
    assert len(list(build("quick"))) <= 300


def test_arms_carry_the_labels_that_the_fact_gives(full):
    wanted = {
        "masked": {"negative"},
        "plain": {"negative"},
        "sincere": {"positive"},
        "plain-good": {"neutral", "positive"},
        "coping": {"neutral", "positive"},
        "burnout": {"negative"},
        "calm": {"neutral", "positive"},
        "over": {"neutral", "positive"},
        "ongoing": {"negative"},
        "help-seeking": {"neutral", "positive"},
        "errand": {"neutral", "positive"},
    }
    for e in full:
        assert e.allowed == wanted.get(e.group), e.id
        assert (e.allowed is None) == (e.role == "confidence-only"), e.id


def test_twins_share_the_fact_and_only_the_wording_differs(full):
    pairs = defaultdict(dict)
    for e in full:
        if e.group in ("masked", "plain", "sincere", "plain-good"):
            (start, end) = e.spans[0]
            pairs[e.pair][e.group] = e.text[start:end]
    for pair, facts in pairs.items():
        assert facts["masked"] == facts["plain"], pair
        if not pair.startswith(WITHOUT_GOOD):
            assert facts["sincere"] == facts["plain-good"] != facts["masked"], pair


def test_bare_cheer_says_nothing_but_the_topic(full):
    topics = {row["id"]: row for row in table("masking_scenarios.tsv")}
    for e in full:
        if e.test == "bare-cheer":
            row = topics[e.fillers[0]]
            assert row["topic"].lower() in e.text.lower()
            assert not any(row[kind] in e.text for kind in ("distress", "good", "weak")), e.id


def test_plain_wordings_have_no_cheer_of_their_own():
    for row in table("masking_frames.tsv"):
        assert "!" not in row["plain"], row["id"]
        assert not {"great", "happy", "wonderful", "love", ":)"} & set(row["plain"].lower().split()), row["id"]


def test_fact_lengths_do_not_give_the_arm_away():
    for name in ("masking_scenarios.tsv", "masking_facts.tsv"):
        words = [(len(row["distress"].split()), len(row["good"].split())) for row in table(name)]
        assert abs(sum(a - b for a, b in words) / len(words)) < 1.0


def test_the_care_note_stands_first_and_names_a_number():
    assert "not a screening, diagnostic or crisis tool" in SUITE.limitations[0]
    assert "988" in SUITE.limitations[0]


def test_tests_with_stated_distress_have_a_content_note(full):
    groups = defaultdict(set)
    for e in full:
        groups[e.test].add(e.group)
    for test in SUITE.tests:
        if groups[test.name] & {"masked", "burnout", "ongoing"}:
            assert "No self-harm" in test.content_note, test.name
