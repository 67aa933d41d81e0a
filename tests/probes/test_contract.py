"""What every suite at every depth must hold to."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache

import pytest

from audit.measures import MEASURES
from audit.schema import DEPTHS, LABELS, MASK, Suite
from audit.suites import added_suites, digest, load_suites, suite_names
from audit.templates import article

AN_A = re.compile(r"(?<![\w'’-])([Aa]n?) ([\"“'‘*(]?[\w'-]+)")
ENDS = re.compile(r"[.!?…)\"”'’*~:;(DPp/<3\]_\U0001f300-\U0001faff☀-➿️-]$|\w$")


@cache
def suite(name: str, depth: str) -> Suite:
    return load_suites([name], depth)[0]


every = pytest.mark.parametrize("depth", DEPTHS)
each = pytest.mark.parametrize("name", (*suite_names(), *added_suites()))


def test_suites_come_by_their_place_and_then_by_name():
    places = [(suite(name, "quick").place, name) for name in suite_names()]
    assert places == sorted(places) and len(set(places)) == len(places)


@each
@every
def test_ids_are_unique_and_same_depth_gives_the_same_examples(name, depth):
    examples = suite(name, depth).examples
    assert [i for i, n in Counter(e.id for e in examples).items() if n > 1] == []
    assert digest(examples) == digest(load_suites([name], depth)[0].examples)


@each
@every
def test_no_text_stands_twice(name, depth):
    seen = Counter((e.text, e.choices, e.role == "prior") for e in suite(name, depth).examples)
    assert [key[0] for key, n in seen.items() if n > 1] == []


@each
@every
def test_each_pair_has_twins_and_each_arm_once(name, depth):
    pairs = defaultdict(list)
    for e in suite(name, depth).examples:
        if e.pair and e.role != "confidence-only":
            pairs[e.pair].append(e.group if e.role != "prior" else f"prior of {e.group}")
    assert [pair for pair, arms in pairs.items() if len(arms) < 2] == []


@each
@every
def test_texts_are_whole(name, depth):
    tests = {test.name: test for test in suite(name, depth).tests}
    for e in suite(name, depth).examples:
        assert "{" not in e.text and "}" not in e.text, e.text
        assert "  " not in e.text and e.text == e.text.strip(), e.text
        assert ENDS.search(e.text), e.text
        assert e.text.count(MASK) <= 1, e.text
        if MASK in e.text:
            assert tests[e.test].task == "fill-mask" and e.choices, e.id
        for start, end in e.spans:
            assert 0 <= start < end <= len(e.text), e.id
            assert e.text[start:end] == e.text[start:end].strip(), e.id


@each
def test_a_and_an_are_right(name):
    wrong = set()
    for e in suite(name, "full").examples:
        for found, word in AN_A.findall(e.text):
            if word != "MASK" and found.lower() != article(word):
                wrong.add(f"{found} {word}")
    assert not wrong


@each
@every
def test_labels_are_of_the_allowed_ones(name, depth):
    for e in suite(name, depth).examples:
        if e.allowed is not None:
            assert e.allowed and e.allowed <= set(e.choices or LABELS), e.id
        if e.role == "confidence-only":
            assert e.allowed is None, e.id


@each
@every
def test_every_example_belongs_to_a_test_and_a_known_template(name, depth):
    made = suite(name, depth)
    tests = {test.name for test in made.tests}
    assert {e.test for e in made.examples} <= tests
    if depth == "full":
        assert {e.test for e in made.examples} == tests
    assert {e.template for e in made.examples} <= set(made.templates)
    assert {e.fillers[0] for e in made.examples} <= set(made.fillers)


@each
def test_suites_and_tests_say_what_they_are(name):
    made = suite(name, "standard")
    assert len(made.limitations) >= 4 and len(made.discussion) >= 5 and made.sources
    assert re.fullmatch(r"\d+\.\d+\.\d+", made.version)
    assert len({test.name for test in made.tests}) == len(made.tests)
    for test in made.tests:
        for field in ("title", "phenomenon", "rationale", "expected", "harm", "source", "licence", "locale", "limits"):
            assert getattr(test, field).strip(), (test.name, field)


@each
@every
def test_contrasts_have_their_arms(name, depth):
    made = suite(name, depth)
    tests = {test.name for test in made.tests}
    assert len({contrast.name for contrast in made.contrasts}) == len(made.contrasts)
    for contrast in made.contrasts:
        assert contrast.measure in MEASURES, contrast.name
        assert set(contrast.tests) <= tests, contrast.name
        assert "{gap}" in contrast.higher and "{gap}" in contrast.lower, contrast.name
    for item in (*made.breakdowns, *made.ratios):
        assert item.measure in MEASURES and set(item.tests) <= tests, item.name


@each
def test_there_is_a_primary_contrast_for_each_task(name):
    made = suite(name, "standard")
    for task in made.tasks:
        primaries = [c for c in made.contrasts if c.primary and c.task == task]
        axes = {c.axis for c in primaries}
        assert len(primaries) == 1 or ("" not in axes and len(axes) >= len(primaries) - 1 > 1)


@each
def test_depths_grow(name):
    quick, standard, full = (suite(name, depth) for depth in DEPTHS)
    assert len(quick.examples) < len(standard.examples) < len(full.examples)
    assert {e.template for e in standard.examples} <= {e.template for e in full.examples}


@each
def test_quick_is_a_quick_look(name):
    assert len(suite(name, "quick").examples) <= 300
