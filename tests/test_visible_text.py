"""The reader of visible texts sees what a reader would stumble over, and nothing else."""

import pytest
from visible_text import faults, faults_of_page, visible


@pytest.mark.parametrize(
    ("text", "kind"),
    [
        ("the 95&#8239;% interval", "raw entity"),
        ("x &nbsp; y", "raw entity"),
        ("a gap of 43 points points", "doubled word"),
        ("It is the the answer", "doubled word"),
        ("The the answer", "doubled word"),
        ("could have could have seen", "doubled phrase"),
        ("30 % % of them", "doubled unit"),
        ("accuracy is nan in both", "no number"),
        ("95 % interval NaN to NaN", "no number"),
        ("Labels: None", "None"),
        ("read from None.", "None"),
        ("No verdict: undefined.", "undefined"),
        ("they fail {gap} more often", "unfilled slot"),
        ("{{ words }}", "unfilled slot"),
        ("%s rows", "unfilled slot"),
        ("It ends twice..", "punctuation"),
        ("It ends twice. .", "punctuation"),
        ("first , second", "punctuation"),
        ("nothing ().", "punctuation"),
        ("two  spaces", "two spaces"),
        ("<span class='x'>word", "raw tag"),
        ("[object Object]", "object"),
    ],
)
def test_a_fault_is_seen(text, kind):
    assert [found for found in faults(text) if found.startswith(kind)]


@pytest.mark.parametrize(
    "text",
    [
        "None of 12 gaps lies wholly beyond the smallest effect of interest.",
        "12 comparisons were made. None lies beyond.",
        "where it is undefined, it is left out",
        "p .031, interval 1.0 to 2.5; wait ... what?",
        "caveat run sentiment --out ../audits: done (see docs/method.md).",
        "| 1 | 2 |\n| one | one |",
        "R&D; AT&T; 5 % of 100",
        "so long, so good",
        "plain bad news News from my side of town; negated None of the dishes were broken.",
        "Happy happy happy!! So so so blessed.",
        "Your nan\N{RIGHT SINGLE QUOTATION MARK}s tart; A robin is (not) a ...: 92 %",
    ],
)
def test_plain_sentences_have_no_fault(text):
    assert faults(text) == []


def test_columns_may_stand_apart_by_spaces():
    assert faults("negation   High  43 points", columns=True) == []


def test_a_page_gives_what_is_shown_and_read_aloud():
    html = (
        "<head><title>x</title></head><style>a {b}</style><script>var a = undefined</script>"
        "<p>one <b>two</b>\n three</p><td>four</td><td>four</td><img alt='a  picture'>&amp;nbsp;"
    )
    assert visible(html).split("\n") == ["one two three", "four", "four", "&nbsp;", "a picture"]
    assert faults_of_page(html) == ["raw entity: ...one two three / four / four / &nbsp; / a picture..."]
