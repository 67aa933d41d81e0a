"""What the suites with a datasheet promise in numbers, counted from the suites themselves."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from functools import cache
from pathlib import Path

import pytest
from audit.probes.demographics_items import CROSSINGS, FORMS, STUDENTS, TERMS, main_tests, people
from audit.probes.masking_items import MAIN
from kept import KEPT
from typer.testing import CliRunner

from audit.cli import app
from audit.findings import QUICK_CLUSTERS
from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, Example, Suite
from audit.suites import load_suites

DOCS = Path(__file__).parents[2] / "docs"
WORDS = re.compile(r"[^\W_]+(?:'[^\W_]+)?")
AXES = {
    "age", "gender", "gender identity", "ethnicity", "nationality", "religion", "disability", "body",
    "sexual orientation", "class", "student status", "language", "politics",
}  # fmt: skip
FLOORS = {"flip_excess", "gap_excess"}


@cache
def suite(name: str, depth: str = "full") -> Suite:
    return load_suites([name], depth)[0]


@cache
def by_test(name: str, depth: str = "full") -> dict[str, list[Example]]:
    found: dict[str, list[Example]] = defaultdict(list)
    for example in suite(name, depth).examples:
        found[example.test].append(example)
    return dict(found)


def frames(examples: list[Example]) -> set[str]:
    return {example.template for example in examples}


def test_tests_are_named_and_of_all_four_types():
    tests = [test for name in KEPT for test in suite(name).tests]
    assert len(tests) >= 130
    assert {test.type for test in tests} == {"MFT", "INV", "DIR", "association"}


def test_frames_at_full_depth_and_twice_the_sight():
    assert sum(len(suite(name).templates) for name in KEPT) >= 400
    text = (DOCS / "depths.md").read_text(encoding="utf-8")
    ratios = {row[0]: float(row[1]) for row in re.findall(r"^\| (\w+) \| (\d\.\d+) \|$", text, re.MULTILINE)}
    assert set(ratios) == set(KEPT)
    # families count as one and further groups have four people at every depth, so that two suites fall short of half
    assert max(ratios.values()) <= 0.52 and sum(ratio <= 0.5 for ratio in ratios.values()) >= 5
    endpoints = {f"{name} / {c.name}" for name in KEPT for c in suite(name).contrasts if c.primary}
    assert endpoints == set(re.findall(r"^\| (\w+ / [\w-]+) \|", text, re.MULTILINE))


def test_primary_endpoints_of_a_quick_look_rest_on_enough_frames():
    # of ideas: of 12 templates some may word the same one
    assert QUICK_CLUSTERS >= 10
    judged = 0
    for name in KEPT:
        for contrast in (c for c in suite(name, "quick").contrasts if c.primary):
            tests = contrast.tests or tuple(by_test(name, "quick"))
            kinds = {t.name: t.task for t in suite(name).tests}
            asked = [e for test in tests for e in by_test(name, "quick").get(test, []) if e.role != "positive-control"]
            if contrast.task and name == "negation":
                asked = [e for e in asked if (kinds[e.test] == FILL_MASK) == (contrast.task == FILL_MASK)]
            if asked:
                judged += 1
                # mild cheer has four frames at this depth, and so an illustration and no verdict
                least = 4 if contrast.name == "masking-cost" else 12
                assert len(frames(asked)) >= least, (name, contrast.name)
    assert judged >= 6


def test_the_list_gives_frames_and_clusters_before_cases():
    heading = CliRunner().invoke(app, ["suites", "list", "--depth", "quick"]).output.splitlines()[0].split()
    assert heading.index("frames") < heading.index("clusters") < heading.index("cases")


def test_occupations():
    known = suite("occupations").fillers.values()
    assert Counter(v["year"] for v in known if "women" in v)["2022"] == 76
    assert all(v["source"] and v["year"] for v in known if "women" in v)
    assert sum(int(v["pieces"]) > 1 for v in known if "women" in v and "pieces" in v) >= 14
    items = [e for e in suite("occupations").examples if e.role == "item"]
    assert len(frames([e for e in items if e.test.startswith("pronoun")])) >= 24
    to_work = ("person-works-as", "person-job-title", "person-works-as-an", "person-long-words")
    assert len(frames([e for e in items if e.test in to_work])) >= 24
    pairs = defaultdict(set)
    for example in by_test("occupations", "standard")["person-works-as"]:
        pairs[example.features["contrast"]].add(example.fillers[0])
    assert len(pairs["gender"]) >= 6 and len(pairs["floor"]) >= 6
    beyond = {"person-competence", "person-emotion", "person-appearance", "person-home"}
    assert beyond <= set(by_test("occupations"))
    assert any("they" in e.choices for e in items)
    controls = {e.test for e in suite("occupations").examples if e.role == "positive-control"}
    assert {"pronoun-gendered-words", "person-gendered-words"} <= controls


def test_negation():
    full = [test for test, rows in by_test("negation").items() if len(frames(rows)) >= 16]
    turned = [t for t in full if {"affirmative", "negated", "inert"} <= {e.group for e in by_test("negation")[t]}]
    assert len(turned) == len(suite("negation").tests) >= 12
    for rows in by_test("negation").values():
        arms = defaultdict(set)
        for example in rows:
            arms[example.pair].add(example.group)
        assert all(found >= {"affirmative", "negated", "inert"} for found in arms.values())
    assert any(e.text.startswith("Not that I'm complaining, but") for e in by_test("negation")["disclaimer"])


def test_sarcasm():
    made = by_test("sarcasm", "standard")
    quadruples = defaultdict(set)
    for example in suite("sarcasm", "standard").examples:
        quadruples[example.pair].add(example.group)
    assert all(len(arms) == 4 for arms in quadruples.values())
    cues = defaultdict(set)
    for test, rows in made.items():
        for example in rows:
            cues[example.fillers[0]].add(test)
    assert sum(len(found) >= 8 for found in cues.values()) >= 24
    wanted = {"hyperbole", "thanks", "needed", "quotes", "actions", "emoticon", "emoji", "understatement"}
    assert wanted <= set(by_test("sarcasm"))
    assert any("*nervous laughter*" in e.text for e in by_test("sarcasm")["actions"])


def test_slang():
    arms = defaultdict(set)
    for example in suite("slang").examples:
        arms[example.fillers[0]].add(example.group)
    assert sum(found >= {"slang", "literal", "standard"} for found in arms.values()) >= 150
    terms = [known for known in suite("slang").fillers.values() if "register" in known]
    assert len({term["register"] for term in terms}) >= 4
    assert all(term["year"] and term["scene"] for term in terms)
    dialects = " ".join(str(test) for test in suite("slang").tests if test.phenomenon == "dialect grammar")
    for variety in ("African American English", "Indian English", "Scottish English", "Singap"):
        assert variety in dialects
    lessons = Path(__file__).parents[2] / "audit" / "lessons"
    assert not [path for path in lessons.glob("*.py") if "dialect" in path.read_text(encoding="utf-8").lower()]


def test_masking():
    made = by_test("masking", "standard")
    cheerful = [e for test in (*MAIN, "bare-cheer", "weak-cue") for e in made[test]]
    cells = defaultdict(set)
    for example in cheerful:
        if example.features["wording"] == "cheerful":
            cells[example.fillers[0]].add((example.features["exaggeration"], example.features["context"]))
    assert sum(len(found) == 12 for found in cells.values()) >= 24
    pairs = defaultdict(set)
    for test in MAIN:
        for example in made[test]:
            pairs[example.pair].add(example.group)
    assert set(map(frozenset, pairs.values())) == {frozenset({"masked", "plain", "sincere", "plain-good"})}
    settings = Counter(e.features["setting"] for e in {e.fillers[0]: e for e in cheerful}.values())
    assert settings.most_common(1)[0][0] == "student" and {"work", "illness"} <= set(settings)
    assert {"coping", "burnout"} <= {e.group for e in made["coping"]}
    assert any("Built different, thriving" in e.text for e in made["overwork"])
    assert any("I'm fine :) :)" in e.text for e in made["fine-smileys"])
    assert "jokes" in made


def test_demographics():
    assert len({person.group for person in people()}) >= 24
    for task in (TEXT_CLASSIFICATION, FILL_MASK):
        axes = [c.axis for c in suite("demographics").contrasts if c.design == "groups" and c.task == task]
        assert set(axes) == AXES and len(axes) == len(AXES)
    assert set(CROSSINGS) == {"gender-by-age", "gender-by-ethnicity"}
    forms = defaultdict(set)
    for test in (*main_tests(), *CROSSINGS, *TERMS):
        for example in by_test("demographics")[test]:
            forms[example.template, example.fillers].add(next(iter(example.allowed or ())))
    assert set(map(frozenset, forms.values())) == {frozenset(FORMS)}


def test_every_term_has_a_preference_with_a_source():
    sources = re.compile(
        r"APA Style 7|RTC/IL Guidelines|Associated Press Stylebook|GLAAD Media Reference Guide|"
        r"Gernsbacher et al\. 2016|Kenny et al\. 2016|Pew Research Center 2020|Meadows and Danielsdottir 2016"
    )
    tags = {person.text: person.tag for person in people() if person.test in TERMS}
    assert [text for text, tag in tags.items() if not sources.search(tag)] == []
    assert {tag.split(":")[0].split()[0] for tag in tags.values()} == {"preferred", "dispreferred", "contested"}


def test_named_people_are_matched_and_come_from_published_data():
    names = {key: known for key, known in suite("demographics").fillers.items() if "births" in known}
    groups = Counter(known["group"] for known in names.values())
    assert set(groups) >= {"black", "white", "hispanic", "asian"}
    assert all("Tzioumis 2018" in known["source"] for known in names.values())
    pieces = {g: Counter(k["pieces"] for k in names.values() if k["group"] == g) for g in ("black", "white")}
    assert pieces["black"] == pieces["white"]
    births = {g: sorted(int(k["births"]) for k in names.values() if k["group"] == g) for g in ("black", "white")}
    assert all(0.6 < one / two < 1.67 for one, two in zip(births["black"], births["white"], strict=True))


def test_the_same_posts_by_students_of_many_kinds():
    named = {e.features["identity"] for t in STUDENTS for e in by_test("demographics")[t] if e.group != "plain-student"}
    assert len(named) >= 8
    for word in ("first-generation", "international", "60-year-old", "disabled", "Muslim"):
        assert any(word in identity for identity in named), word
    for part in ("masked-distress", "negated", "slang"):
        rows = [e for test in STUDENTS if part in test for e in by_test("demographics")[test]]
        assert {e.features["identity"] for e in rows} >= named, part
        assert {"named-identity", "plain-student"} == {e.group for e in rows}
    floors = [c for c in suite("demographics").contrasts if c.measure in FLOORS and set(c.tests) == set(STUDENTS)]
    assert {c.measure for c in floors} == FLOORS


def test_no_text_stands_in_two_suites_nor_in_two_tests_but_for_other_words():
    where = defaultdict(set)
    for name in KEPT:
        for e in suite(name).examples:
            where[e.text].add(name)
            where[e.text, e.choices].add(e.test)
    assert [text for text, found in where.items() if len(found) > 1] == []


def vocabulary(values: list[str]) -> set[str]:
    return {word for value in values for word in WORDS.findall(value.lower())} | {"a", "an", "mask"}


@pytest.mark.parametrize("name", ["occupations", "demographics"])
def test_nobody_is_named_who_is_not_on_the_list(name):
    made = suite(name)
    framed = {key: vocabulary([text]) for key, text in made.templates.items()}
    listed = {key: vocabulary([key, *known.values()]) for key, known in made.fillers.items()}
    for e in made.examples:
        allowed = framed[e.template].union(*(listed[filler] for filler in e.fillers))
        assert {word.lower() for word in WORDS.findall(e.text)} <= allowed, e.text


def spelled_out(pattern: str) -> list[str]:
    """Give "[|un]kind" as "kind" and "unkind"."""
    found = re.search(r"\[([^\[\]]*\|[^\[\]]*)\]", pattern)
    if not found:
        return [pattern]
    filled = (pattern[: found.start()] + part + pattern[found.end() :] for part in found[1].split("|"))
    return [text for one in filled for text in spelled_out(one)]


@pytest.mark.parametrize("name", ["negation", "sarcasm", "slang", "masking"])
def test_no_word_comes_from_outside_the_material_of_the_suite(name):
    root = Path(__file__).parents[2] / "probes"
    paths = [*root.glob(f"data/{name}_*.tsv"), root / f"{name}_items.py"]
    written = [path.read_text(encoding="utf-8") for path in paths]
    framed = [text for pattern in suite(name).templates.values() for text in spelled_out(pattern)]
    known = vocabulary([*framed, *written])
    assert {word.lower() for e in suite(name).examples for word in WORDS.findall(e.text)} - known == set()


def test_each_suite_has_a_datasheet_that_says_who_checked_the_labels():
    for name in KEPT:
        text = (DOCS / "suites" / f"{name}.md").read_text(encoding="utf-8")
        for title in ("Motivation", "Composition", "Collection", "Labelling", "Uses", "Limits", "Maintenance"):
            assert f"## {title}" in text, (name, title)
        if name != "occupations":
            assert "Checked by automated annotators, not people; agreement among them overstates human" in text
        assert "unpiloted" in text
