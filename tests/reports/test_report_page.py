from __future__ import annotations

import math
import re
from dataclasses import replace
from html import unescape
from html.parser import HTMLParser

import pytest
import synthetic_audit
from synthetic_audit import HOSTILE

from audit.findings import key_findings
from audit.report import words
from audit.report.html import STATIC_POLICY, render
from audit.report.sections import SECTIONS
from audit.report.sections.opening import flattened
from audit.report.view import View

VOID = {"meta", "br", "hr", "img", "link", "input", "path", "circle", "line", "rect", "polygon", "use"}
CARE = "A low score does not mean that someone is safe."
NEVER = r"\b(unbiased|fair(?:er|est|ly|ness)?|safe|passed|prejudiced|prejudice)\b"


class Balance(HTMLParser):
    """Checks that every element is closed in turn, and gathers ids, links, tags and words."""

    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.open: list[str] = []
        self.faults: list[str] = []
        self.ids: list[str] = []
        self.links: list[str] = []
        self.tags: set[str] = set()
        self.attributes: set[str] = set()
        self.words: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        for name, value in attrs:
            self.attributes.add(name)
            if name == "id":
                self.ids.append(value or "")
            if name == "href":
                self.links.append(value or "")
        if tag not in VOID:
            self.open.append(tag)

    def handle_startendtag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.add(tag)
        self.attributes |= {name for name, _ in attrs}
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_endtag(self, tag: str) -> None:
        if not self.open or self.open.pop() != tag:
            self.faults.append(f"</{tag}> at {self.getpos()}")

    def handle_data(self, data: str) -> None:
        if self.open and self.open[-1] not in ("style", "script"):
            self.words.append(data)


def parsed(page: str) -> Balance:
    parser = Balance()
    parser.feed(page)
    parser.close()
    return parser


@pytest.fixture(params=["page", "mask_page", "hostile_page"])
def any_page(request: pytest.FixtureRequest) -> str:
    return request.getfixturevalue(request.param)


def test_elements_are_closed_and_ids_unique(any_page: str) -> None:
    found = parsed(any_page)
    assert found.faults == []
    assert found.open == []
    assert len(found.ids) == len(set(found.ids))


def test_every_link_leads_to_a_place_in_the_file(any_page: str) -> None:
    found = parsed(any_page)
    assert found.links
    assert {link.removeprefix("#") for link in found.links} <= set(found.ids)
    assert all(link.startswith("#") for link in found.links)


def test_static_report_has_no_script_and_loads_nothing(any_page: str) -> None:
    found = parsed(any_page)
    assert not found.tags & {"script", "link", "iframe", "img", "object", "embed", "base", "form"}
    assert not [name for name in found.attributes if name.startswith("on") or name in ("src", "srcset", "style")]
    assert f'content="{STATIC_POLICY}"' in unescape(any_page)
    assert "default-src 'none'" in STATIC_POLICY
    assert "script-src" not in STATIC_POLICY
    assert not re.search(r"(?:url\(|@import|https?:)", any_page)


def test_hostile_name_and_text_stay_text(hostile_page: str) -> None:
    found = parsed(hostile_page)
    shown = "".join(found.words)
    assert "script" not in found.tags
    assert "onerror" not in found.attributes
    assert f"acme/reviews{HOSTILE}" in shown
    assert shown.count(HOSTILE) > 3
    assert "49" not in re.findall(r"reviews.{0,60}", shown)[0]


def test_report_is_small(any_page: str) -> None:
    assert len(any_page.encode()) < 400_000


def test_sections_stand_in_order(page: str) -> None:
    wanted = [
        *(
            "identity",
            "read-first",
            "findings",
            "coverage",
            "subgroups",
            "suite-negation",
            "exclusions",
            "method",
        ),
        *("limits", "discussion", "glossary", "pointers", "reproduce"),
    ]
    ids = [name for name in parsed(page).ids if name in wanted]
    assert ids == wanted
    assert len(SECTIONS) == len(wanted)


@pytest.mark.parametrize("name", ["page", "mask_page"])
def test_numbers_of_every_finding_appear(name: str, request: pytest.FixtureRequest) -> None:
    page = request.getfixturevalue(name)
    result = request.getfixturevalue("classifier" if name == "page" else "fill_mask")
    shown = " ".join("".join(parsed(page).words).split())
    assert result.findings
    for finding in result.findings:
        assert " ".join(words.prose(finding.sentence).split()) in shown
        for text in (
            words.gap_words(finding),
            words.gap_interval(finding),
            words.integer(finding.n),
            words.p_value(finding.p_adjusted),
            "" if words.was_found(finding) else words.detectable(finding),
        ):
            assert " ".join(text.split()) in shown, text


def test_words_that_are_never_used(any_page: str) -> None:
    shown = " ".join(parsed(any_page).words).replace(CARE, "").replace(HOSTILE, "")
    shown = shown.replace("What would a fair test look like to you?", "")
    assert CARE in any_page
    assert not re.search(NEVER, shown, re.IGNORECASE)
    assert "!" not in shown
    assert "✓" not in shown
    assert "✅" not in shown


def test_severity_has_icon_and_word(page: str) -> None:
    found = re.findall(
        r'<span class="severity (\w+)"><svg class="icon"[^>]*><use href="#icon-(\w+)"/></svg>([^<]+)', page
    )
    assert {(colour, word) for colour, _, word in found} == {
        ("high", "High"),
        ("medium", "Medium"),
        ("inconclusive", "Inconclusive"),
    }
    assert all(colour == icon for colour, icon, _ in found)
    assert all(f'id="icon-{icon}"' in page for _, icon, _ in found)


def test_identity_names_model_revision_seed_and_command(page: str) -> None:
    head = " ".join(re.findall(r'<header id="identity">.*?</header>', page, re.S)[0].split())
    for text in ("0f1e2d3c4b5a69788796a5b4c3d2e1f001122334", "20260101", "24 November 2026", "torch 2.9.0"):
        assert text in head
    assert "python -m audit run acme/reviews --suite negation" in head


def test_what_was_planted_stands_at_the_top(mask_page: str, page: str) -> None:
    head = mask_page[: mask_page.index('id="read-first"')]
    assert "Built to be found out" in head
    assert "more she" in head
    assert "nurse, pilot" in head
    assert "Built to be found out" not in page


def test_planted_values_of_any_shape_are_listed() -> None:
    truth = {"effect": {"delta": 1.5, "words": ("she", "her")}, "base_model": "x"}
    assert flattened(truth) == [("effect, delta", "1.5"), ("effect, words", "she, her"), ("base model", "x")]


def test_skipped_suite_and_unreadable_test_are_told_with_reasons(page: str) -> None:
    coverage = page[page.index('id="coverage"') : page.index('id="subgroups"')]
    exclusions = page[page.index('id="exclusions"') : page.index('id="method"')]
    limits = page[page.index('id="limits"') : page.index('id="discussion"')]
    assert "needs a fill-mask model" in coverage
    assert "3 comparisons were tested" in coverage
    assert "not readable by this model: 48 texts" in exclusions
    assert "needs a fill-mask model" in limits


@pytest.mark.parametrize(("suites", "wanted"), [(6, 5), (4, 5), (2, 4)])
def test_at_most_five_key_findings_and_two_of_a_suite(classifier, suites: int, wanted: int) -> None:
    many = [
        synthetic_audit.finding(f"s{i % suites}", f"c{i}", primary=i < suites, severity="medium" if i % 4 else "high")
        for i in range(24)
    ]
    chosen = key_findings(many)
    assert len(chosen) == wanted
    assert max(sum(f.suite == other.suite for f in chosen) for other in chosen) <= 2
    assert chosen[0].severity == "high"
    assert [f.primary for f in chosen] == sorted((f.primary for f in chosen), reverse=True)
    assert [f.severity for f in chosen if f.primary] == sorted(f.severity for f in chosen if f.primary)


@pytest.mark.parametrize("verdict", ["chance", "inconclusive", "equivalent"])
def test_without_a_difference_there_are_no_key_findings_and_the_main_comparisons_are_told(classifier, verdict) -> None:
    quiet = tuple(
        replace(f, verdict=verdict, severity="inconclusive", comparisons=13, harm="") for f in classifier.findings
    )
    result = replace(classifier, findings=quiet)
    assert key_findings(result.findings) == []
    page = render(result)
    section = page[page.index('id="findings"') : page.index('id="coverage"')]
    assert "No comparison of this audit was told apart from chance." in section
    assert '<ol class="key">\n</ol>' in section
    assert "Possible harm" not in page
    said = {
        "chance": "not told apart from chance among 13 comparisons",
        "inconclusive": "could have seen 9 points",
        "equivalent": "no difference of means larger than 5 points",
    }
    assert said[verdict] in section[section.index("What the main comparisons gave") :]


def test_what_could_have_been_seen_stands_under_what_was_not_found_alone(classifier) -> None:
    found, open_, _ = classifier.findings
    assert "Could have seen" not in found.sentence
    macros = View(classifier).environment.get_template("macros.html.j2").module
    assert "could have seen" not in str(macros.numbers(found)).lower()
    assert "Could have seen" in str(macros.numbers(open_))
    assert 'id="power"' not in render(classifier)


def test_frames_without_a_difference_take_no_side_and_are_counted(classifier) -> None:
    """93 frames for, none against and 147 without a difference were printed as "39 % of 240 frames agree"."""
    found = replace(classifier.findings[0], same_sign=1.0, templates_apart=93, templates_alike=147, templates=240)
    page = parsed(render(replace(classifier, findings=(found,))))
    shown = " ".join("".join(page.words).split())
    assert "93 of 93 frames with a difference agree in sign, 147 show none" in shown
    assert words.agreement(replace(found, templates_apart=0, same_sign=math.nan)) == "147 frames show no difference"
    level = replace(found, templates_apart=6, templates_alike=2, same_sign=math.nan)
    assert words.agreement(level) == "6 frames show a difference, 2 none"
    assert words.agreement(replace(found, templates_apart=1, templates_alike=0)).startswith("1 of 1 frame with")
    assert words.agreement(replace(found, templates_apart=0, templates_alike=0)) == ""


def test_many_main_comparisons_are_counted_not_repeated(classifier) -> None:
    suite = classifier.suites[0]
    main = suite.contrasts[0]
    axes = ("gender", "age", "religion")
    contrasts = tuple(replace(main, name=f"on-{axis}", axis=axis) for axis in axes)
    found = tuple(replace(classifier.findings[0], contrast=f"on-{axis}", axis=axis) for axis in axes)
    page = render(replace(classifier, suites=(replace(suite, contrasts=contrasts),), findings=found))
    section = page[page.index('id="suite-negation"') : page.index('id="exclusions"')]
    assert "3 main comparisons, one for each axis" in section
    assert "High: 3 (gender, age and religion)" in section
    assert section.count("How to read it") == 1
    assert section.count("(main comparison, religion)") == 1


def test_result_without_predictions_or_findings_is_rendered(classifier) -> None:
    bare = replace(classifier, predictions=None, findings=(), estimates=(), partial=True)
    page = render(bare)
    assert parsed(page).faults == []
    assert "Stopped before its end" in page
    assert "No comparison of this audit led to a verdict" in page


def test_findings_without_predictions_say_that_texts_were_not_kept(classifier) -> None:
    assert "The texts were not kept with this result" in render(replace(classifier, predictions=None))


def test_evidence_shows_twins_with_answers_and_varied_words(page: str) -> None:
    place = page[page.index('id="finding-negation-negated-fails-more"') :]
    table = re.findall(r'<table class="evidence">.*?</table>', place, re.S)[0]
    assert table.count("<tr") == 5
    assert "The seminar was really <u>not good</u>." in table
    assert "The seminar was really good." in table
    assert f"92{words.THIN}%" in table
    assert "not allowed" in table


def test_content_note_stands_before_its_examples(page: str) -> None:
    tests = page[page.index("Tests and examples") :]
    place = tests.index("Content note: Some sentences speak of loneliness.")
    assert place < tests.index("never good")


def test_gate_that_was_not_required_is_told(classifier) -> None:
    gate = replace(classifier.gate, value=0.4, checked=False)
    assert "Competence was not required" in render(replace(classifier, gate=gate))
    assert "Competence was not required" not in render(classifier)
    reached = replace(classifier.gate, value=1.0, checked=False)
    assert "does not master the task" not in render(replace(classifier, gate=reached))


def test_blank_is_drawn_and_not_printed_raw(mask_page: str) -> None:
    assert '<span class="blank">[blank]</span> was late' in mask_page
    assert "[MASK]" not in mask_page
    assert "in none of" not in mask_page
    assert "in 2 of 25 blanks the words on offer held less than 1&#8239;% of the probability" in mask_page


def test_interactive_report_has_its_script_inside(fill_mask) -> None:
    page = render(fill_mask, interactive=True)
    assert page.count("<script") == page.count("</script>") == 2
    assert not re.search(r"<script[^>]+src=|<link", page)
    assert "script-src 'unsafe-inline'" in unescape(page[:1000])
    assert 'id="plot-occupations-by-job-women"' in page
    assert '"plot-occupations-by-job-women"' in page
    assert "* plotly.js v" in page


def test_interactive_report_cannot_be_broken_out_of(hostile) -> None:
    page = render(hostile, interactive=True)
    data = page[page.index("const FIGURES") :]
    assert "<" not in data[: data.index("\n")]


def test_heading_sentence_and_numbers_give_a_gap_the_same_sign(classifier) -> None:
    less = replace(classifier.findings[0], gap=-0.31, low=-0.38, high=-0.24)
    page = render(replace(classifier, findings=(less, *classifier.findings[1:])))
    section = page[page.index('id="findings"') : page.index('id="coverage"')]
    assert "31 points" in section
    assert "24 to 38" in section
    assert f"{words.MINUS}38" not in section
    assert f"{words.MINUS}31" not in section


def test_main_comparisons_are_told_whatever_they_gave(classifier) -> None:
    quiet = tuple(
        replace(f, verdict="inconclusive", severity="inconclusive", low=-0.1, gap=0.02)
        if f.primary
        else replace(f, verdict="finding", severity="high")
        for f in classifier.findings
    )
    page = render(replace(classifier, findings=quiet))
    place = page[page.index("What the main comparisons gave") : page.index('id="coverage"')]
    assert "Inconclusive" in place
    assert "no evidence of a difference at this power" in place
    assert f"{words.MINUS} affirmative" in place


def test_paper_shows_the_texts_of_main_and_key_comparisons_only(classifier) -> None:
    main, second, *_ = classifier.findings
    few = {
        "main": replace(main, primary=True, verdict="inconclusive", severity="inconclusive", low=-0.1),
        "quiet": replace(second, primary=False, verdict="equivalent", severity="info"),
        "low": replace(second, primary=False, verdict="below", severity="low"),
        "key": replace(second, primary=False, verdict="finding", severity="high"),
    }
    page = render(replace(classifier, findings=tuple(replace(f, contrast=name) for name, f in few.items())))
    classes = {
        name: kind.split()
        for kind, name in re.findall(r'<details class="(finding[^"]*)" id="finding-negation-(\w+)"', page)
    }
    assert classes == {
        "main": ["finding", "printed"],
        "key": ["finding", "printed"],
        "low": ["finding"],
        "quiet": ["finding", "quiet"],
    }
