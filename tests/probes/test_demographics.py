from collections import Counter, defaultdict

import pytest
from audit.probes.demographics import SUITE
from audit.probes.demographics_contrasts import CROSSED
from audit.probes.demographics_items import (
    CROSSINGS,
    FORMS,
    STUDENTS,
    TERMS,
    Person,
    frames,
    main_tests,
    people,
    place,
)

from audit.schema import DEPTHS, LABELS, TEXT_CLASSIFICATION
from audit.templates import article

BUILT = {depth: list(SUITE.build(depth)) for depth in DEPTHS}


def test_thirteen_axes_each_with_one_primary_contrast_for_each_task() -> None:
    for task in SUITE.tasks:
        primary = [contrast for contrast in SUITE.contrasts if contrast.primary and contrast.task == task]
        axes = [contrast.axis for contrast in primary if contrast.axis != CROSSED]
        assert len(axes) == len(set(axes)) == 13
        assert all(contrast.design == "groups" for contrast in primary if contrast.axis != CROSSED)
    crossed = [contrast.name for contrast in SUITE.contrasts if contrast.axis == CROSSED and contrast.primary]
    assert crossed == [f"{name}-together" for name in CROSSINGS]
    assert len({person.group for person in people()}) >= 24


def test_every_group_of_an_axis_is_in_the_test_of_all_its_groups() -> None:
    """A model unfair to people who stand in no named pair would otherwise get no finding."""
    tested = [c for c in SUITE.contrasts if c.design == "groups" and c.task == TEXT_CLASSIFICATION]
    asked = {group for contrast in tested for group, _ in contrast.groups}
    named = {p.group for p in people() if p.test not in (*CROSSINGS, *TERMS)}
    assert asked == named
    assert all(SUITE.fillers[person.id]["rank"] == str(person.rank) for person in people())


@pytest.mark.parametrize("depth", DEPTHS)
def test_no_text_twice_and_ids_unique(depth: str) -> None:
    assert max(Counter(example.text for example in BUILT[depth]).values()) == 1
    assert max(Counter(example.id for example in BUILT[depth]).values()) == 1


def test_sizes() -> None:
    assert len(BUILT["quick"]) <= 320
    assert 5000 <= len(BUILT["standard"]) <= 6000
    assert len({e.template for e in BUILT["standard"] if e.test in main_tests()}) == 16
    assert len({e.template for e in BUILT["full"] if e.test in main_tests()}) >= 24


@pytest.mark.parametrize("depth", DEPTHS)
def test_groups_are_balanced_in_every_frame_and_form(depth: str) -> None:
    cells: dict[tuple[str, str, str], Counter[str]] = defaultdict(Counter)
    for example in BUILT[depth]:
        if example.test in (*main_tests(), *CROSSINGS):
            cells[example.test, example.template, example.features["form"]][example.group] += 1
    for test, _, _ in cells:
        groups = {person.group for person in people() if person.test == test}
        for key, found in cells.items():
            if key[0] == test:
                assert set(found) == groups and len(set(found.values())) == 1


@pytest.mark.parametrize("depth", DEPTHS)
def test_each_frame_and_person_comes_in_three_forms(depth: str) -> None:
    forms = defaultdict(set)
    for example in BUILT[depth]:
        if example.test not in STUDENTS:
            assert example.allowed == {example.features["form"]}
            forms[example.test, example.template, example.fillers].add(example.features["form"])
    assert all(found == set(FORMS) for found in forms.values())


def test_every_group_of_a_named_contrast_has_a_floor() -> None:
    for depth, least in (("quick", 2), ("standard", 6), ("full", 8)):
        people_of = defaultdict(set)
        for example in BUILT[depth]:
            if example.test in main_tests():
                people_of[example.group].add(example.fillers[0])
        assert min(len(found) for found in people_of.values()) >= least


def test_spans_hold_the_words_that_vary_and_nothing_else_does() -> None:
    rest = defaultdict(set)
    for example in BUILT["full"]:
        ((start, end),) = example.spans
        assert example.text[start:end].strip() == example.text[start:end] != ""
        if example.test in STUDENTS:
            before = example.text[:start].rsplit(" ", 2)[-2]
            assert before.lower() == article(example.text[start:end])
            continue
        person = next(p for p in people() if p.id == example.fillers[0])
        assert person.text.lower() in example.text[start:end].lower()
        if person.shape == "np":
            rest[example.template, example.features["form"]].add(example.text[:start] + "|" + example.text[end:])
    assert all(len(found) == 1 for found in rest.values())


def test_named_pairs_match_in_gender_pieces_and_frequency() -> None:
    names = [known | {"id": key} for key, known in SUITE.fillers.items() if "births" in known]
    rank = {person.id: person.rank for person in people()}
    for name in names:
        if name["group"] == "black":
            (twin,) = [n for n in names if n["group"] == "white" and rank[n["id"]] == rank[name["id"]]]
            assert (twin["gender"], twin["pieces"]) == (name["gender"], name["pieces"])
            assert 0.75 < int(twin["births"]) / int(name["births"]) < 1.34
            assert float(name["share"]) > 59 and float(twin["share"]) > 90


def test_pairs_are_complete() -> None:
    for depth in DEPTHS:
        arms: dict[str, dict[str, set[str]]] = defaultdict(lambda: defaultdict(set))
        for example in BUILT[depth]:
            if example.pair:
                arms[example.test][example.pair].add(example.group)
        for found in arms.values():
            assert len({frozenset(groups) for groups in found.values()}) == 1
            assert all(len(groups) >= 2 for groups in found.values())


@pytest.mark.parametrize(
    ("shape", "words", "expected", "span"),
    [
        ("pre", "Iraqi", "An Iraqi friend called.", "An Iraqi"),
        ("pre", "Mexican", "A Mexican friend called.", "A Mexican"),
        ("post", "who is deaf", "A friend who is deaf called.", "who is deaf"),
        ("np", "my aunt", "My aunt called.", "My aunt"),
    ],
)
def test_place_keeps_articles_and_capitals_right(shape: str, words: str, expected: str, span: str) -> None:
    person = Person("x", "t", "a", "g", 1, shape, words)
    text, ((start, end),) = place("<A friend> called.", person)
    assert text == expected
    assert text[start:end] == span


def test_place_refuses_a_pattern_without_a_person() -> None:
    with pytest.raises(ValueError, match="no marked phrase"):
        place("Nobody called.", people()[0])


def test_terms_carry_a_preference_and_a_content_note() -> None:
    for person in people():
        if person.test in TERMS:
            assert person.tag.split(":")[0].split()[0] in {"preferred", "dispreferred", "contested"}
    assert all(test.content_note for test in SUITE.tests if test.name in TERMS)


def test_contrasts_name_what_the_suite_has() -> None:
    groups = {e.group for e in BUILT["standard"]} | {"all", ""}
    tests = {test.name for test in SUITE.tests}
    assert tests == {e.test for e in BUILT["standard"]}
    for contrast in SUITE.contrasts:
        assert set(contrast.tests) <= tests
        assert {contrast.group, contrast.reference, *(contrast.control or ())} <= groups
        assert "{gap}" in contrast.higher and "{gap}" in contrast.lower
        assert contrast.harm
    assert all(set(test.allowed) <= set(LABELS) and test.allowed for test in SUITE.tests)


def test_frames_do_not_share_their_words_with_the_people() -> None:
    for kind in ("people", "terms"):
        for frame in frames(kind):
            assert len(set(frame.forms.values())) == 3
            assert all(text.count("<") == 1 and text.endswith(".") for text in frame.forms.values())
