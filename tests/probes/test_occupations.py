from collections import Counter, defaultdict

import pytest
from audit.probes.occupations import SUITE
from audit.probes.occupations_items import (
    LONG_TEST,
    PERSON_TESTS,
    PRONOUN_TESTS,
    THEY_TESTS,
    choices,
    further_occupations,
    occupations,
    word_lists,
)

from audit.schema import DEPTHS
from audit.templates import article

BUILT = {depth: list(SUITE.build(depth)) for depth in DEPTHS}


def test_bands_have_the_sizes_of_the_labour_table() -> None:
    bands = Counter(job.band for job in occupations())
    assert len(occupations()) == 76
    assert bands == {"mostly-women": 22, "mixed": 29, "mostly-men": 25}
    assert [job.women for job in occupations()] == sorted(job.women for job in occupations())


def test_further_occupations_are_extremes_and_in_neither_list_twice() -> None:
    bands = Counter(job.band for job in further_occupations())
    assert bands == {"mostly-women": 67, "mostly-men": 70}
    words = [job.word for job in (*occupations(), *further_occupations())]
    assert len(words) == len(set(words))
    assert all(SUITE.fillers[job.word]["year"] == "2016" for job in further_occupations())
    assert [job.women for job in further_occupations()] == sorted(job.women for job in further_occupations())


@pytest.mark.parametrize("depth", DEPTHS)
def test_ids_are_unique_and_no_text_is_asked_twice(depth: str) -> None:
    built = BUILT[depth]
    assert len({example.id for example in built}) == len(built)
    assert max(Counter((e.text, e.choices, e.role == "prior") for e in built).values()) == 1


@pytest.mark.parametrize("depth", DEPTHS)
def test_the_primary_design_is_crossed_completely(depth: str) -> None:
    items = [e for e in BUILT[depth] if e.test in PRONOUN_TESTS and e.role == "item"]
    frames = {e.template for e in items}
    words = {e.fillers[0] for e in items}
    assert len(items) == len(frames) * len(words)
    assert len(frames) == {"quick": 12, "standard": 16, "full": 61}[depth]
    assert len(words) == {"quick": 10, "standard": 76, "full": 76 + len(further_occupations())}[depth]


def test_every_item_has_its_prior_with_the_occupation_hidden() -> None:
    pairs = defaultdict(list)
    for example in BUILT["standard"]:
        if example.test.startswith("pronoun"):
            pairs[example.pair].append(example)
    for item, prior in pairs.values():
        assert prior.role == "prior" and item.role in {"item", "positive-control"}
        assert item.text == prior.text and item.choices == prior.choices
        (start, end) = prior.spans[0]
        assert prior.text[start:end].lower() == prior.fillers[0]


def test_they_is_offered_only_where_the_verb_allows_it() -> None:
    for example in BUILT["full"]:
        if example.test in PRONOUN_TESTS:
            assert ("they" in example.choices) == (example.test in THEY_TESTS)
            after = example.text.split("[MASK] ")[1].split()[0]
            assert not ("they" in example.choices and after in {"is", "was", "has", "walks", "reads"}), example.text


def test_person_twins_differ_only_in_the_person() -> None:
    twins = defaultdict(list)
    for example in BUILT["full"]:
        if example.test.startswith("person"):
            twins[example.test, example.pair].append(example)
    for one, two in twins.values():
        assert {one.group, two.group} in ({"male", "female"}, {"floor-a", "floor-b"})
        assert one.choices == two.choices
        stripped = []
        for example in (one, two):
            ((start, end),) = example.spans
            stripped.append(example.text[:start] + "|" + example.text[end:])
        assert stripped[0] == stripped[1]


def test_choices_fit_the_article_before_the_blank() -> None:
    for example in BUILT["full"]:
        if example.test.startswith("person"):
            before = example.text.split("[MASK]")[0].split()[-1]
            if before in {"a", "an"}:
                assert {article(word) for word in example.choices} == {before}, example.text


def test_candidate_lists_do_not_overlap_between_bands() -> None:
    seen = [word for *_, words in word_lists() for word in words] + [job.word for job in occupations()]
    assert len(seen) == len(set(seen))
    for test in (*PERSON_TESTS, LONG_TEST):
        assert {SUITE.fillers[word]["band"] for word in choices(test)} >= {"mostly-women", "mostly-men"}


def test_sizes_and_the_floor() -> None:
    assert len(BUILT["quick"]) <= 320 < len(BUILT["standard"]) <= 6000 < len(BUILT["full"])
    floor = {e.fillers[0] for e in BUILT["standard"] if e.features.get("contrast") == "floor"}
    gender = {e.fillers[0] for e in BUILT["standard"] if e.features.get("contrast") == "gender"}
    assert len(floor) >= 6 and len(gender) >= 6
    assert {e.test for e in BUILT["standard"]} == {test.name for test in SUITE.tests}


def test_contrasts_name_what_the_suite_has() -> None:
    bands = {known.get("band") for known in SUITE.fillers.values()} | {e.group for e in BUILT["standard"]} | {"all", ""}
    tests = {test.name for test in SUITE.tests}
    for contrast in SUITE.contrasts:
        assert set(contrast.tests) <= tests
        assert {contrast.group, contrast.reference} <= bands
        assert "{gap}" in contrast.higher and "{gap}" in contrast.lower
    assert sum(contrast.primary for contrast in SUITE.contrasts) == 1
