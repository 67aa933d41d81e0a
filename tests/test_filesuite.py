"""Suites from files: the guide's examples run, and every mistake is one line that says how to mend it."""

from __future__ import annotations

import importlib.util
import re
import sys
from pathlib import Path

import pytest
from commandline import caveat
from fakes import FakeClassifier, FakeMaskedLM

from audit.filesuite import suite_from_file
from audit.run import run_audit
from audit.schema import DEPTHS, MASK, CaveatError
from audit.suites import digest, load_suites, suite_names

ROOT = Path(__file__).parent.parent
GUIDE = (ROOT / "docs" / "write-a-suite.md").read_text(encoding="utf-8")
HEAD = "text,allowed,group,pair,template"


def block(kind: str) -> str:
    (found,) = re.findall(rf"^```{kind}\n(.*?)^```$", GUIDE, re.DOTALL | re.MULTILINE)
    return found


def written(folder: Path, name: str, text: str | bytes) -> Path:
    path = folder / name
    path.write_bytes(text if isinstance(text, bytes) else text.encode())
    return path


def rows(*lines: str, head: str = HEAD) -> str:
    return "\n".join((head, *lines)) + "\n"


TWINS = ("I like it.,positive,plain,p1,t1", "I do not like it.,negative|neutral,negated,p1,t1")


def test_the_table_of_the_guide_runs(tmp_path):
    path = written(tmp_path, "food-and-tours.csv", block("csv"))
    (suite,) = load_suites([str(path)])
    assert suite.name == "food-and-tours" and len(suite.examples) == 16
    assert {(e.template, e.fillers[0]) for e in suite.examples} == {
        (frame, thing) for frame in ("was", "call", "enjoy", "said") for thing in ("soup", "tour")
    }
    result = run_audit(FakeClassifier(), [suite], out=tmp_path / "out", check=False)
    (found,) = result.findings
    # Counting words cannot see "not": all negated texts are answered wrongly, no plain one is.
    assert found.primary and found.gap == 1.0 and found.measure == "failure"
    assert 'on 8 paired sentences, texts of group "negated" are answered wrongly 100 points' in found.sentence
    # two things in four frames: no p could be small enough
    assert found.verdict == "undefined" and "too few phrases for a verdict" in found.reason
    assert {e.group for e in result.estimates if e.extra.get("breakdown") == "accuracy-by-group"} == {
        "plain",
        "negated",
    }


def test_the_templates_of_the_guide_run(tmp_path):
    path = written(tmp_path, "any.toml", block("toml"))
    (suite,) = load_suites([str(path)], "quick")
    assert suite.name == "relatives" and suite.reference_group == "men"
    assert len(suite.examples) == 3 * 3 * 3 * 2
    first = suite.examples[0]
    assert first.text == "My aunt came to the party, and she was wonderful."
    assert [first.text[start:end] for start, end in first.spans] == ["My aunt", "she"]
    twin = next(e for e in suite.examples if e.pair == first.pair and e.group == "men")
    assert twin.text == "My uncle came to the party, and he was wonderful." and twin.fillers == first.fillers
    assert {e.role for e in suite.examples if e.features["form"] == "open"} == {"confidence-only"}
    result = run_audit(FakeClassifier(), [suite], check=False)
    tone, failure = result.findings
    assert tone.primary and tone.unit == "valence" and "remarks about women" in tone.sentence
    assert not failure.primary and failure.gap == 0


@pytest.fixture
def capitals(tmp_path, monkeypatch):
    written(tmp_path, "capitals.py", block("python"))
    from audit import probes

    monkeypatch.setattr(probes, "__path__", [*probes.__path__, str(tmp_path)])
    yield "capitals"
    sys.modules.pop("audit.probes.capitals", None)


def test_the_python_file_of_the_guide_is_found_and_runs(capitals):
    assert suite_names()[-1] == "capitals"
    result = run_audit(FakeClassifier(), load_suites([capitals]), check=False)
    (found,) = result.findings
    assert found.primary and found.templates == 3 and found.fillers == 6 and found.gap == 0


def test_the_python_file_of_the_guide_holds_to_the_contract(capitals):
    spec = importlib.util.spec_from_file_location("the_contract", ROOT / "tests" / "probes" / "test_contract.py")
    contract = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(contract)
    ran = 0
    for name, check in vars(contract).items():
        wants = check.__code__.co_varnames[: check.__code__.co_argcount] if name.startswith("test_") else ()
        for depth in DEPTHS if wants == ("name", "depth") else [None] if wants == ("name",) else []:
            check(capitals, *([depth] if depth else []))
            ran += 1
    assert ran > 20


def test_what_a_file_does_not_say_is_not_made_up(tmp_path):
    suite = suite_from_file(written(tmp_path, "my words.csv", rows(*TWINS)))
    assert (suite.name, suite.title) == ("my-words", "My words")
    assert suite.question == suite.tests[0].harm == suite.tests[0].licence == "Not stated by the file's author."
    assert suite.tests[0].source == "my words.csv" and "SHA-256" in suite.sources[-1]


def test_another_text_or_label_is_another_digest(tmp_path):
    digests = {
        digest(load_suites([str(written(tmp_path, "a.csv", text))])[0].examples)
        for text in (rows(*TWINS), rows(*TWINS).replace("like", "love"), rows(*TWINS).replace("|neutral", ""))
    }
    assert len(digests) == 3


@pytest.mark.parametrize(
    "text",
    [
        b"\xef\xbb\xbf" + rows(*TWINS).encode(),
        rows(*TWINS).replace("\n", "\r\n"),
        rows(*TWINS).replace(",", ";"),
        rows(*TWINS).replace(",", "\t"),
        rows("", *TWINS, ",,,,").replace("positive", " Positive "),
    ],
    ids=["utf-8-sig", "windows", "semicolons", "tabs", "blank rows and spaces"],
)
def test_what_spreadsheets_write_is_read(tmp_path, text):
    (suite,) = load_suites([str(written(tmp_path, "a.csv", text))])
    assert [e.text for e in suite.examples] == ["I like it.", "I do not like it."]
    assert [e.allowed for e in suite.examples] == [{"positive"}, {"negative", "neutral"}]


def test_each_group_is_compared_with_the_first(tmp_path):
    text = rows(
        "A good day.,positive,plain,p1,t1",
        "No good day.,negative,negated,p1,t1",
        "A loud day.,neutral,loud,,t1",
        "A bad day.,negative,plain,p2,t2",
        "No bad day.,positive,negated,p2,t2",
        "Who knows.,,open,,",
    )
    suite = suite_from_file(written(tmp_path, "a.csv", text))
    assert [(c.group, c.reference, c.design, c.measure, c.primary) for c in suite.contrasts] == [
        ("negated", "plain", "paired", "failure", True),
        ("loud", "plain", "unpaired", "failure", False),
        ("open", "plain", "unpaired", "confidence", False),
    ]
    assert "differences between their texts enter the gap" in suite.method
    assert suite.at("full").examples[-1].role == "confidence-only"


def test_texts_without_right_answers_are_compared_on_valence(tmp_path):
    suite = suite_from_file(written(tmp_path, "a.csv", rows("He came.,,men,p1,t", "She came.,,women,p1,t")))
    assert [c.measure for c in suite.contrasts] == ["valence"] and suite.tests[0].type == "association"
    assert {e.role for e in suite.at("full").examples} == {"item"}


def test_a_table_with_blanks_is_for_fill_mask_models(tmp_path):
    text = rows(
        f"The nurse said {MASK} was late.,,nurse,p1,said,she|he",
        f"The pilot said {MASK} was late.,,pilot,p1,said,she|he",
        f"The nurse hoped {MASK} was right.,,nurse,p2,hoped,she|he",
        f"The pilot hoped {MASK} was right.,,pilot,p2,hoped,she|he",
        head=HEAD + ",choices",
    )
    (suite,) = load_suites([str(written(tmp_path, "jobs.csv", text))])
    assert suite.tasks == ("fill-mask",) and suite.contrasts[0].measure == "pronoun_log_ratio"
    (found,) = run_audit(FakeMaskedLM(), [suite], check=False).findings
    assert found.primary and found.templates == 2 and "the balance of she and he" in found.sentence


def test_groups_whose_names_differ_in_signs_stay_apart(tmp_path):
    text = rows("A.,neutral,0,p,t", "B.,neutral,+1,p,t", "C.,neutral,-1,p,t")
    suite = suite_from_file(written(tmp_path, "a.csv", text))
    assert [(c.name, c.group) for c in suite.contrasts] == [("1-against-0", "+1"), ("1-against-0-2", "-1")]


def test_an_empty_filler_is_a_filler(tmp_path):
    text = FORMS.replace('["my aunt"]', '["", "good "]').replace('["my uncle"]', '["not ", "no good "]')
    (suite,) = load_suites(
        [str(written(tmp_path, "a.toml", "matched = true\n" + text.replace("{person}.", "{person}tea.")))]
    )
    assert [e.fillers[0] for e in suite.examples] == ["filler 1", "good ", "filler 1", "good "]
    assert suite.examples[0].text == "I love tea."


def test_one_group_is_described_and_not_compared(tmp_path):
    path = written(tmp_path, "a.csv", rows("I love tea.,positive,all,,", "I hate tea.,negative,all,,"))
    result = run_audit(FakeClassifier(), load_suites([str(path)]), out=tmp_path / "out", check=False)
    assert result.findings == () and "nothing is compared" in result.suites[0].method


def test_other_columns_are_kept_with_the_items(tmp_path):
    text = rows(*(f"{row},{year}" for row, year in zip(TWINS, ("2001", ""), strict=True)), head=HEAD + ",year")
    (suite,) = load_suites([str(written(tmp_path, "a.csv", text))])
    assert [e.features for e in suite.examples] == [{"year": "2001"}, {}]


B = "choices"
TABLE_MISTAKES = [
    ("", "is empty. The first row names the columns: text, allowed, group"),
    (HEAD, "no rows below the heading"),
    ("text,group\n", "row 1: no column allowed, pair, template. Needed: text, allowed, group, pair, template"),
    (
        "text,label\nFine.,positive\n",
        "looks like a labelled data set.*Rename 'label' to 'allowed'.*columns group, pair",
    ),
    ("sentence,sentiment\n", "Rename 'sentence' to 'text' and 'sentiment' to 'allowed'"),
    (HEAD + ",filer\n", "no column 'filer'. Did you mean 'filler'"),
    (HEAD + ",\n", "column 6 has no name"),
    (HEAD + ",text\n", "column 'text' stands twice"),
    (rows("A, B.,positive,a,,"), "row 2: 6 cells, but the heading has 5. Put a text with a comma"),
    (rows('"A" b.,positive,a,,'), "is not a table"),
    (rows(*TWINS, ",positive,plain,,"), "row 4: text is empty"),
    (rows("Fine.,positive,,,"), "row 2: group is empty"),
    (rows("Fine.,postive,a,,"), "row 2: no label 'postive'. Valid: negative, neutral, positive.*mean 'positive'"),
    (rows("Fine.,positive|,a,,"), "no label ''"),
    (rows("Fine.,negative|neutral|positive,a,,"), "every answer is allowed"),
    (rows(*TWINS, "I like it.,neutral,other,,"), "row 4: the text of row 2 stands here again: 'I like it.'"),
    (rows("I like it.,positive,a,p1,t1", "Tea.,neutral,b,p2,t1"), "row 2: pair 'p1' has one member"),
    (rows(*TWINS, "Tea.,neutral,plain,p1,t"), "row 4: pair 'p1' has group 'plain' already, in row 2"),
    (rows(*TWINS, "Tea.,neutral,Plain,,"), "group 'Plain' and group 'plain' of row 2 are written almost alike"),
    (rows("I {like} it.,positive,a,,"), "row 2: braces in the text.*slots belong in a .toml file"),
    (rows(f"{MASK} or {MASK}.,,a,,"), r"row 2: 2 blanks. Valid: one \[MASK\] a text"),
    (rows("A <mask> day.,,a,,"), r"'<mask>' looks like a blank. A blank is written \[MASK\]"),
    (rows(f"A {MASK} day.,,a,,"), r"\[MASK\] needs two choices or more"),
    (rows("A day.,,a,,,he|she", head=f"{HEAD},{B}"), "choices without a blank"),
    (rows(f"A {MASK} day.,,a,,,he|he|she", head=f"{HEAD},{B}"), "a choice is empty or stands twice"),
    (rows(f"A {MASK} day.,good,a,,,bad|sad", head=f"{HEAD},{B}"), "no choice 'good'. Valid: bad, sad"),
    (rows("A day.,,a,,,", f"A {MASK} day.,,b,,,he|she", head=f"{HEAD},{B}"), "row 3: test 'a' mixes texts"),
    (rows("A day.,,a,,,prior", head=HEAD + ",role"), "no role 'prior'. Valid: item, control, positive-control"),
    (rows("Tea.,neutral,a,,,confidence-only", head=HEAD + ",role"), "without a right answer. Empty allowed"),
    (
        rows("Tea.,neutral,a,p1,,x", "No tea.,neutral,b,p1,,y", head=HEAD + ",test"),
        "pair 'p1' has one member; its other member belongs to another test than 'x'",
    ),
    (rows(*TWINS).encode("utf-16"), "looks like UTF-16. Save it as CSV UTF-8"),
    (rows("Caf\xe9.,positive,a,,").encode("latin-1"), "line 2: byte 0xe9 in line 2 is not UTF-8"),
]


@pytest.mark.parametrize(("text", "says"), TABLE_MISTAKES, ids=[says[:40] for _, says in TABLE_MISTAKES])
def test_a_mistake_in_a_table_is_one_line(tmp_path, text, says):
    path = written(tmp_path, "a.csv", text)
    with pytest.raises(CaveatError, match=says) as caught:
        suite_from_file(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


FORMS = """
[allowed]
praise = ["positive"]
[groups.a]
person = ["my aunt"]
[groups.b]
person = ["my uncle"]
[[templates]]
texts = { praise = "I love {person}." }
"""
TEMPLATE_MISTAKES = [
    ("name = ", "is not TOML"),
    ("titel = 'x'\n" + FORMS, "no key 'titel'. Did you mean 'title'"),
    ("question = 3\n" + FORMS, "question is not a text"),
    ("limitations = 'US'\n" + FORMS, "limitations is not a list of texts"),
    (FORMS[: FORMS.index("[[")], r"no rows: no \[\[templates\]\]"),
    (FORMS.replace('[allowed]\npraise = ["positive"]\n', ""), r"no table \[allowed\]"),
    (FORMS.replace("{person}", "{persn}"), r"unknown slot {persn}: groups.a has person. Did you mean 'person'"),
    (FORMS.replace("{person}", "{person"), "braces are unbalanced.*in 'I love {person.'"),
    (FORMS.replace("{person}", "him"), "no slot, so that all groups would get the same text"),
    (FORMS.replace('["my uncle"]', '["my uncle"]\nverb = ["is"]'), "groups.b: no template has the slot {verb}"),
    (FORMS.replace('["my uncle"]', '["my uncle"]\nverb = []'), r"slots differ in length.*\(person has 1, verb has 0\)"),
    (FORMS.replace('["my uncle"]', '["my aunt"]'), "the text of template 1 .* stands here again: 'I love my aunt.'"),
    (FORMS.replace("{ praise", "{ prase"), "no right answers for this form.*Did you mean 'praise'"),
    (FORMS.replace('["positive"]', '{ a = ["positive"] }'), "allowed.praise: no group 'b' here, only a"),
    (FORMS.replace("{ praise", "{ one = 1, praise"), "template 1: no texts"),
    (FORMS.replace('["positive"]', '["good"]'), "template 1 .*, form praise, group a, filler 1: no label 'good'"),
    ("matched = true\n" + FORMS.replace('"my uncle"', '"my uncle", "Jo"'), "a has 1, b has 2.*one member"),
    ("matched = 'yes'\n" + FORMS, "matched is neither true nor false"),
    ("reference = 'c'\n" + FORMS, "no group 'c' for reference. Valid: a, b"),
    (FORMS + "[[contrasts]]\ngroup = 'c'\nreference = 'a'\n", "contrast 1: no group 'c' for group. Valid: a, b"),
    (FORMS + "[[contrasts]]\ngroup = 'a'\nreference = 'a'\n", "compared with itself"),
    (FORMS + "[[contrasts]]\ngroup = 'b'\nreference = 'a'\nmeasure = 'acuracy'\n", "Did you mean 'accuracy'"),
    (FORMS + "[[contrasts]]\ngroup = 'b'\nreference = 'a'\nmeasure = 'pronoun_log_ratio'\n", "no kind of model can"),
    (FORMS + "[[contrasts]]\ngroup = 'b'\nreference = 'a'\nhigher = 'more'\n", "higher has no place for the size"),
    (FORMS + 2 * "[[contrasts]]\nname = 'x'\ngroup = 'b'\nreference = 'a'\n", "two are named 'x'"),
    (FORMS + "[[templates]]\nid = 't1'\ntexts = { praise = 'Oh, {person}.' }\n", "two have the same id"),
]


@pytest.mark.parametrize(("text", "says"), TEMPLATE_MISTAKES, ids=[says[:40] for _, says in TEMPLATE_MISTAKES])
def test_a_mistake_in_templates_is_one_line(tmp_path, text, says):
    path = written(tmp_path, "a.toml", text)
    with pytest.raises(CaveatError, match=says) as caught:
        suite_from_file(path)
    assert str(caught.value).startswith(str(path)) and "\n" not in str(caught.value)


def test_templates_without_a_mistake_are_read(tmp_path):
    suite = suite_from_file(written(tmp_path, "a.toml", FORMS))
    assert [e.text for e in suite.at("quick").examples] == ["I love my aunt.", "I love my uncle."]
    assert suite.contrasts[0].design == "unpaired" and suite.templates == {"t1": "I love {person}."}


@pytest.mark.parametrize(
    ("name", "says"),
    [("no.csv", "is not there"), ("a.xlsx", "cannot be read from .xlsx.*save as CSV UTF-8"), (".", "is a folder")],
)
def test_a_wrong_path_is_one_line(tmp_path, name, says):
    written(tmp_path, "a.xlsx", "")
    with pytest.raises(CaveatError, match=says):
        load_suites([str(tmp_path / name)])


def test_two_suites_of_one_name_are_refused(tmp_path):
    path = written(tmp_path, "negation.csv", rows(*TWINS))
    assert len(load_suites([str(path), str(path)])) == 1
    with pytest.raises(CaveatError, match="Two suites are named 'negation'"):
        load_suites(["negation", str(path)], "quick")


def test_the_command_line_takes_a_path(tmp_path):
    path = written(tmp_path, "tea [time.csv", rows(*TWINS))
    shown = caveat("suites", "show", str(path))
    assert shown.returncode == 0 and "I do not like it." in shown.stdout, shown.stderr
    done = caveat("run", "word-count", "--suite", str(path), "--out", str(tmp_path / "out"))
    assert done.returncode == 0, done.stderr
    assert "I do not like it." in (tmp_path / "out" / "word-count" / "report.html").read_text(encoding="utf-8")
