from collections import Counter, defaultdict

import pytest
from audit.probes.slang import SUITE, TRIPLES
from audit.probes.slang_items import DENIED, FRAMES, build, table, terms


@pytest.fixture(scope="module")
def standard():
    return list(build("standard"))


@pytest.fixture(scope="module")
def full():
    return list(build("full"))


@pytest.mark.parametrize(("depth", "wanted"), [("quick", 20), ("standard", 60), ("full", 239)])
def test_each_depth_has_its_terms_with_four_frames_each(depth, wanted):
    frames = defaultdict(set)
    for e in build(depth):
        if e.test in TRIPLES and e.group == "slang":
            frames[e.fillers[0]].add(e.template)
    assert len(frames) == wanted
    assert {len(found) for found in frames.values()} == {len(FRAMES)}


@pytest.mark.parametrize("depth", ["quick", "standard", "full"])
def test_praise_and_complaint_are_balanced(depth):
    counts = Counter(e.features["polarity"] for e in build(depth) if e.test in TRIPLES and e.group == "slang")
    assert abs(counts["positive"] - counts["negative"]) / counts.total() < 0.03
    assert 0 < counts["neutral"] / counts.total() <= 0.1


def test_every_register_has_praise_and_complaint_at_standard(standard):
    seen = {(e.features["register"], e.features["polarity"]) for e in standard if e.test in TRIPLES}
    for register in ("age cohort", "region", "platform", "subculture"):
        assert {(register, "positive"), (register, "negative")} <= seen


def test_a_frame_belongs_to_one_term(full):
    owners = defaultdict(set)
    for e in full:
        if e.test in TRIPLES:
            owners[e.template].add(e.fillers[0])
    assert all(len(found) == 1 for found in owners.values())


def test_twins_differ_in_the_term_alone(full):
    pairs = defaultdict(dict)
    for e in full:
        if e.spans and e.group in ("slang", "standard"):
            (start, end) = e.spans[0]
            before = e.text[:start].removesuffix("an ").removesuffix("a ")
            pairs[e.pair][e.group] = (before, e.text[start:end], e.text[end:])
    assert len(pairs) > 800
    for pair, arms in pairs.items():
        slang, plain = arms["slang"], arms["standard"]
        assert (slang[0], slang[2]) == (plain[0], plain[2]), pair
        assert slang[1] != plain[1], pair


def test_paraphrase_is_not_slang_of_the_list_itself():
    words = {term["slang"].lower() for term in table("slang_terms.tsv")}
    for term in table("slang_terms.tsv"):
        assert term["standard"].lower() not in words, term["id"]


def test_literal_sentences_use_the_word_of_the_term():
    stems = 0
    for term in table("slang_terms.tsv"):
        if term["literal"]:
            word = term["slang"].lower().removeprefix("the ").removeprefix("a ")
            assert word in term["literal"].lower(), term["id"]
            stems += 1
    assert stems > 100


def test_literal_uses_do_not_carry_the_polarity_of_the_slang(full):
    for e in full:
        if e.group == "literal" and e.features["polarity"] == "positive":
            assert e.allowed - {"positive"}, e.id


def test_terms_say_their_year_scene_and_gloss():
    for term in table("slang_terms.tsv"):
        assert 1500 < int(term["year"]) < 2026, term["id"]
        assert term["scene"] and term["gloss"], term["id"]
        assert term["register"] in {"age cohort", "region", "platform", "subculture"}
        assert term["origin"] in {"", "African American English"}


def test_denied_terms_have_paraphrases_of_their_own():
    for test, ids in DENIED.items():
        standards = [terms()[term]["standard"] for term in ids]
        assert len(set(standards)) == len(standards), test


def test_dialect_pairs_stay_out_of_standard_and_out_of_findings(standard):
    dialect = {test.name for test in SUITE.tests if test.phenomenon == "dialect grammar"}
    assert len(dialect) == 8
    assert not dialect & {e.test for e in standard}
    for contrast in SUITE.contrasts:
        assert contrast.tests, contrast.name
        assert not dialect & set(contrast.tests), contrast.name
    for test in SUITE.tests:
        if test.name in dialect:
            assert "not written or rated by speakers" in test.limits
            assert "feature described in" in test.source
