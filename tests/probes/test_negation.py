import re
from collections import Counter, defaultdict

import pytest
from audit.probes.negation import SUITE
from audit.probes.negation_items import (
    ARMS,
    CORE,
    MASK_CORE,
    STAYS,
    WORD,
    allowed_labels,
    build,
    core_frames,
    frames,
    table,
)
from audit.probes.negation_tests import CLASSIFIER_NAMES, CLASSIFIER_TESTS, MASK_NAMES

from audit.schema import DEPTHS, FILL_MASK, TEXT_CLASSIFICATION

DENIALS = re.compile(
    r"\b(not|no|never|none|nobody|nothing|hardly|scarcely|barely|without|far from|anything but|nowhere near|cannot|"
    r"\w+n't|"
    r"failed|lacks|refused|forgot|broke|breaks|lost|falls short|misses|avoided|stopped|quit|escaped|"
    r"ignored|lacked|neglected|ceased|prevented|"
    r"un\w+|in(?:consistent|convenient|competent)|impolite|dishonest|\w+less|know no)\b",
    re.IGNORECASE,
)


@pytest.fixture(scope="module")
def standard():
    return list(build("standard"))


@pytest.fixture(scope="module")
def full():
    return list(build("full"))


@pytest.mark.parametrize(
    ("depth", "templates", "fillers", "arms"),
    [("standard", 16, 24, 4), ("full", 48, 48, 4)],
)
def test_the_primary_design_for_classifiers_is_a_complete_crossing(depth, templates, fillers, arms):
    cells = Counter((e.template, e.fillers[0], e.group) for e in build(depth) if e.test in CORE)
    assert len({t for t, _, _ in cells}) == templates
    assert len({f for _, f, _ in cells}) == fillers
    assert len(cells) == templates * fillers * arms
    assert set(cells.values()) == {1}


@pytest.mark.parametrize(("depth", "templates", "things"), [("standard", 16, 24), ("full", 48, 48)])
def test_the_primary_design_for_masked_models_is_a_complete_crossing(depth, templates, things):
    cells = Counter((e.template, e.fillers[0], e.group) for e in build(depth) if e.test == MASK_CORE)
    assert len({t for t, _, _ in cells}) == templates
    assert len({f for _, f, _ in cells}) == things
    assert len(cells) == templates * things * len(ARMS)


@pytest.mark.parametrize(("tests", "each"), [(CORE, 4), ((MASK_CORE,), 3)])
def test_a_quick_look_spreads_its_primary_items_evenly_over_twelve_frames_and_fillers(tests, each):
    cells = Counter((e.template, e.fillers[0]) for e in build("quick") if e.test in tests)
    assert set(cells.values()) == {len(ARMS)}
    for at in (0, 1):
        counts = Counter(cell[at] for cell in cells)
        assert len(counts) == 12 and set(counts.values()) == {each}


@pytest.mark.parametrize("depth", DEPTHS)
def test_signs_are_balanced_in_the_primary_design(depth):
    signs = Counter(e.features["sign"] for e in build(depth) if e.test in CORE)
    assert signs["+1"] == signs["-1"]


def test_each_phenomenon_has_sixteen_frames_and_all_arms(full):
    found = defaultdict(set)
    for e in full:
        found[e.test].add((e.template, e.group))
    assert set(found) == {test.name for test in SUITE.tests}
    for test, seen in found.items():
        templates = {template for template, _ in seen}
        assert len(templates) >= 16, test
        assert {(t, arm) for t in templates for arm in ARMS} <= seen, test


def test_adjectives_and_things_rotate_evenly_over_the_frames(standard):
    for test in CLASSIFIER_NAMES:
        rows = [e for e in standard if e.test == test and e.group == "negated"]
        counts = Counter(e.fillers[0] for e in rows)
        assert max(counts.values()) <= 16, test
        if test not in CORE and not rows[0].fillers[0].startswith("wording-"):
            assert max(counts.values()) - min(counts.values()) <= 2, test
            assert len(counts) >= 12, test
    for test in MASK_NAMES:
        things = Counter(e.fillers[0] for e in standard if e.test == test and e.group == "negated")
        assert len(things) == 24 and len(set(things.values())) == 1, test


def test_the_negated_arm_has_a_denial_that_its_twin_lacks(full):
    pairs = defaultdict(dict)
    for e in full:
        pairs[e.pair][e.group] = e.text
    for arms in pairs.values():
        found, plain = (len(DENIALS.findall(arms[arm])) for arm in ("negated", "affirmative"))
        assert found > plain, arms


def test_the_inert_arm_adds_a_word_that_denies_nothing(full):
    pairs = defaultdict(dict)
    for e in full:
        pairs[e.pair][e.group] = e
    for arms in pairs.values():
        inert, plain = arms["inert"], arms["affirmative"]
        inert_word = re.compile(r"\b([Rr]eal(ly)?|in fact)\b")
        assert inert_word.search(inert.text) and not inert_word.search(plain.text), inert.text
        assert inert.allowed == plain.allowed
        assert len(DENIALS.findall(inert.text)) == len(DENIALS.findall(plain.text)), inert.text


def test_labels_follow_the_meaning(standard):
    for e in standard:
        if e.test not in CLASSIFIER_NAMES or "sign" not in e.features:
            continue
        own = WORD[e.features["sign"]]
        other = WORD["-1" if e.features["sign"] == "+1" else "+1"]
        turned = e.group == "antonym" or (e.group == "negated" and e.test not in STAYS)
        assert e.allowed - {"neutral"} == {other if turned else own}, e.text


def test_neutral_counts_in_all_arms_of_a_pair_or_in_none(full):
    pairs = defaultdict(set)
    for e in full:
        pairs[e.pair].add("neutral" in e.allowed)
    assert all(len(seen) == 1 for seen in pairs.values())
    core = [e for e in full if e.test in CORE]
    assert core and all("neutral" in e.allowed for e in core)
    strict = [e for e in full if e.test in ("scope", "not-only", "corrective", "disclaimer")]
    assert strict and not any("neutral" in e.allowed for e in strict)


def test_no_item_allows_every_label_and_turning_twins_never_share_an_extreme(full):
    pairs = defaultdict(dict)
    for e in full:
        pairs[e.pair][e.group] = e
    for arms in pairs.values():
        negated, affirmative = arms["negated"], arms["affirmative"]
        assert len(negated.allowed) < 3 and len(affirmative.allowed) < 3
        if negated.features["meaning"] == "turns":
            assert not (negated.allowed & affirmative.allowed) - {"neutral"}, negated.text


def test_tests_name_the_labels_of_their_items(full):
    declared = {test.name: set(test.allowed) for test in SUITE.tests}
    used = defaultdict(set)
    for e in full:
        used[e.test] |= e.allowed
    assert used == declared


def test_a_list_of_labels_is_read_as_one():
    assert allowed_labels("positive,neutral", "") == {"positive", "neutral"}
    assert allowed_labels("softened", "-1") == {"negative", "neutral"}
    with pytest.raises(KeyError, match="''"):
        allowed_labels("word", "")


def test_antonyms_are_not_fillers_and_serve_once():
    rows = table("negation_adjectives")
    words, antonyms = [r["word"] for r in rows], [r["antonym"] for r in rows]
    assert len({*words, *antonyms}) == 2 * len(rows)


def test_category_facts_come_in_pairs_that_serve_each_other():
    rows = table("negation_mask")
    false = {r["true"]: r["false"] for r in rows}
    assert all(false[false[category]] == category != false[category] for category in false)
    assert len({r["thing"] for r in rows}) == len(rows)
    at_standard = Counter(r["true"] for r in rows if r["depth"] != "full")
    assert set(at_standard.values()) == {2} and len(at_standard) == 12


def test_masked_items_offer_the_true_and_the_false_category(standard):
    facts = {r["thing"]: r for r in table("negation_mask")}
    for e in standard:
        if e.test in MASK_NAMES:
            fact = facts[e.fillers[0]]
            assert set(e.choices) == {fact["true"], fact["false"]}
            assert e.allowed == {fact["false" if e.group == "negated" else "true"]}
            assert e.text[slice(*e.spans[0])].lower() == fact["thing"]


def test_spans_hold_the_adjective(standard):
    for e in standard:
        if e.test in CORE and e.group != "antonym":
            assert e.text[slice(*e.spans[0])].replace(" ", "-") == e.fillers[0]


def test_the_inert_word_is_a_control_of_blanks_alone():
    primary = {c.task: c for c in SUITE.contrasts if c.primary}
    assert set(primary) == {TEXT_CLASSIFICATION, FILL_MASK}
    blank, cost = primary[FILL_MASK], primary[TEXT_CLASSIFICATION]
    assert (blank.measure, blank.group, blank.reference) == ("failure", "negated", "affirmative")
    assert blank.control == ("inert", "affirmative") and blank.unit == cost.unit == "points"
    assert cost.tests == CORE and cost.control is None and cost.measure == "side_score"
    assert [(s.tests, s.group, s.reference) for s in cost.strata] == [
        ((test,), "affirmative", "negated") for test in CORE
    ]
    assert not [c.name for c in SUITE.contrasts if c.task == TEXT_CLASSIFICATION and c.control]


def test_every_test_has_a_contrast_of_its_own():
    alone = {c.tests[0] for c in SUITE.contrasts if len(c.tests) == 1 and c.measure == "failure"}
    assert alone == {test.name for test in SUITE.tests}


def test_enough_material():
    assert len(CLASSIFIER_TESTS) >= 12
    assert len(core_frames()) + sum(len(rows) for rows in frames().values()) >= 350
