"""Third-party files: what is read from each, from a path and from the Hub, and one clear line for each mistake."""

from __future__ import annotations

import json
import os
import re
import subprocess
import sys
from pathlib import Path

import pytest
from borrowed_files import CROWS, bbq_item
from loopback import LoopbackHub, Repository

from audit.benchmarks import BENCHMARKS
from audit.benchmarks.about import FEWER
from audit.schema import MASK, CaveatError, ModelUnavailable
from audit.suites import load_suites

ROOT = Path(__file__).parents[2]


def items(name: str):
    (suite,) = load_suites([name])
    return suite, list(suite.examples)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_every_benchmark_says_what_speaks_against_it_and_carries_its_licence(made, name):
    suite, examples = items(made(name))
    about = BENCHMARKS[name]
    assert suite.compatibility
    assert not any(contrast.primary for contrast in suite.contrasts)
    assert examples
    said = " ".join(suite.limitations)
    assert all(warning in said for warning in about.warnings)
    assert about.licence in said
    assert all(test.licence == about.licence for test in suite.tests)
    assert "SHA-256" in suite.sources[-1]
    ids = [example.id for example in examples]
    assert len(set(ids)) == len(ids)


def test_crows_pairs_keeps_the_text_that_its_script_takes_first(made):
    suite, examples = items(made("crows-pairs"))
    assert [e.group for e in examples[:2]] == ["stereotype", "anti-stereotype"]
    turned = [e for e in examples if e.pair == "pair-2"]
    assert [e.group for e in turned] == ["anti-stereotype", "stereotype"]
    assert turned[1].text == "The woman drove the car."
    assert {e.template for e in examples} == {"a1", "a2", "a3"}
    assert {test.name for test in suite.tests} == {"gender", "age"}


def test_stereoset_takes_the_word_that_stands_in_the_blank(made):
    _, examples = items(made("stereoset"))
    first, second, third = examples
    assert first.text == f"The {MASK} worked as a nurse."
    assert dict(first.features) == {"stereotype": "woman", "anti-stereotype": "man", "unrelated": "book"}
    assert second.fillers == ("nurse",)
    assert second.choices == ("a", "not", "children")
    assert third.text == f"The driver is a {MASK}!"
    assert third.choices == ("man", "woman", "film")


def test_winobias_makes_a_blank_of_the_pronoun(made):
    suite, examples = items(made("winobias"))
    assert [e.text for e in examples] == [
        f"The teacher met the nurse because {MASK} was late.",
        f"The teacher met the nurse because {MASK} was late.",
    ]
    assert [e.choices for e in examples] == [("he", "she"), ("she", "he")]
    assert [e.fillers for e in examples] == [("teacher",), ("nurse",)]
    assert any("1 item was left out" in note for note in suite.limitations)


def test_winogender_knows_who_holds_the_job_and_whose_pronoun_it_is(made):
    _, examples = items(made("winogender"))
    assert {(e.test, e.group, e.fillers[0]) for e in examples} == {
        (test, group, occupation)
        for test in ("occupation", "other")
        for group, occupation in (("mostly women", "nurse"), ("mostly men", "mechanic"))
    }
    assert all(e.choices == ("she", "he") and e.text.count(MASK) == 1 for e in examples)


def test_bec_pro_pairs_each_item_with_its_hidden_profession(made):
    _, examples = items(made("bec-pro"))
    assert len(examples) == 2 * 3 * 2 * 2
    item, prior = examples[:2]
    assert (item.role, prior.role) == ("item", "prior")
    assert item.pair == prior.pair
    begin, end = prior.spans[0]
    assert prior.text[begin:end] == "taxi driver"
    assert {e.choices for e in examples} == {("she", "he"), ("woman", "man")}


def test_eec_asks_by_gender_and_by_race(made):
    _, examples = items(made("eec"))
    assert sum(e.test == "gender" for e in examples) == 36
    assert sum(e.test == "race" for e in examples) == 24
    assert {e.group for e in examples if e.test == "race"} == {"European names", "African-American names"}


def test_honest_keeps_digests_of_the_lexicon_and_not_its_words(made):
    suite, examples = items(made("honest"))
    assert len(examples) == 8
    assert all(MASK in e.text for e in examples)
    assert suite.fillers["hurtlex"]["words"] == "2"
    assert "caf" not in json.dumps(dict(suite.fillers))


def test_honest_takes_two_paths_or_a_folder(made, tmp_path):
    name = made("honest")
    other = tmp_path / "elsewhere"
    other.mkdir()
    (tmp_path / "hurtlex_EN.tsv").rename(other / "words.tsv")
    assert len(items(f"{name},{other / 'words.tsv'}")[1]) == 8
    with pytest.raises(CaveatError, match=r"no lexicon: write honest:TEMPLATES.tsv,HURTLEX.tsv"):
        items(name)


def test_bbq_finds_the_stereotyped_answer_or_leaves_the_question_out(made, tmp_path):
    _, examples = items(made("bbq"))
    assert [e.group for e in examples[:3]] == ["target", "other", "unknown"]
    assert examples[0].features["right"] == "unknown"
    assert examples[-1].features["right"] == "other"
    lost = bbq_item(9, additional_metadata={"stereotyped_groups": ["nobody here"]})
    with (tmp_path / "Age.jsonl").open("a") as file:
        file.write(json.dumps(lost) + "\n")
    suite, again = items(f"bbq:{tmp_path}")
    assert len(again) == len(examples)
    assert any("1 item was left out" in note for note in suite.limitations)


def _broken(text: str, old: str, new: str) -> str:
    assert old in text
    return text.replace(old, new)


BROKEN = [
    ("crows-pairs", "crows_pairs_anonymized.csv", "sent_less", "sent_fewer", r"line 1: no column sent_less"),
    (
        "crows-pairs",
        "crows_pairs_anonymized.csv",
        "car.,The man drove",
        "car., The, man drove",
        r"row 4: 9 cells, but the heading has 8",
    ),
    ("crows-pairs", "crows_pairs_anonymized.csv", "antistereo,gender", "neither,gender", r"row 4.*'neither'. Valid"),
    ("crows-pairs", "crows_pairs_anonymized.csv", "The woman fixed the car.", "", r"row 2: a sentence is empty"),
    ("stereoset", "dev.json", '"intrasentence"', '"inside"', r"has no data.intrasentence"),
    ("stereoset", "dev.json", '"target"', '"goal"', r"intrasentence 0: needs id, target"),
    ("stereoset", "dev.json", "{", "", r"is not JSON"),
    ("winobias", "pro_stereotyped_type1.txt.dev", "1 [The", "[The", r"line 1: does not begin with a number"),
    ("winobias", "anti_stereotyped_type1.txt.dev", "3 [The", "2 b\n3 [The", r"4 sentences, but pro_stereotyped"),
    ("winogender", "all_sentences.tsv", "nurse.guest.0.male", "nurse-guest", r"row 2: sentid is 'nurse-guest"),
    ("winogender", "occupations-stats.tsv", "88.5", "most", r"row 2: bls_pct_female is 'most', not a number"),
    ("bec-pro", "BEC-Pro_EN.tsv", "\tbalanced", "\teven", r"Prof_Gender is 'even'. Valid: female, male, balanced"),
    ("bec-pro", "BEC-Pro_EN.tsv", "\tSent_TM", "\tMasked", r"no column Sent_TM"),
    ("eec", "Equity-Evaluation-Corpus.csv", "here.,t0,", "here.,", r"cells, but the heading has 8"),
    ("honest", "hurtlex_EN.tsv", "conservative", "inclusive", r"no row of level conservative"),
    ("honest", "en_template.tsv", "\traw\t", "\tcooked\t", r"no column raw"),
    ("bbq", "Age.jsonl", '"ans2": "', '"ans3": "', r"line 1: needs example_id"),
    ("bbq", "Age.jsonl", "}\n", "\n", r"line 1: is not JSON"),
]


@pytest.mark.parametrize(("name", "file", "old", "new", "says"), BROKEN, ids=lambda v: str(v)[:24])
def test_a_mistake_in_a_file_is_one_line_that_names_the_place(made, tmp_path, name, file, old, new, says):
    asked = made(name)
    path = tmp_path / file
    path.write_text(_broken(path.read_text(), old, new))
    with pytest.raises(CaveatError, match=says) as caught:
        items(asked)
    assert "\n" not in str(caught.value)
    assert str(tmp_path) in str(caught.value)


@pytest.mark.parametrize("name", BENCHMARKS)
def test_without_a_path_or_with_a_wrong_one_the_line_says_where_to_get_it(name, tmp_path):
    for asked in (name, f"{name}:{tmp_path / 'nothing.csv'}"):
        with pytest.raises(CaveatError, match=r"[Gg]et .*licence: ") as caught:
            items(asked)
        assert "\n" not in str(caught.value)


def test_bytes_that_are_no_text_and_empty_files_are_told(made, tmp_path):
    path = tmp_path / "crows_pairs_anonymized.csv"
    path.write_bytes(b"sent_more\xff\xfe")
    with pytest.raises(CaveatError, match="byte 9: is not UTF-8"):
        items(f"crows-pairs:{path}")
    path.write_text("sent_more,sent_less,stereo_antistereo,bias_type\n")
    with pytest.raises(CaveatError, match="no rows below the heading"):
        items(f"crows-pairs:{path}")
    with pytest.raises(CaveatError, match="is a folder"):
        items(f"crows-pairs:{tmp_path}")
    (tmp_path / "empty").mkdir()
    with pytest.raises(CaveatError, match=r"holds no .jsonl file"):
        items(f"bbq:{tmp_path / 'empty'}")


@pytest.mark.parametrize("name", BENCHMARKS)
def test_a_file_that_ends_too_early_is_said_to(made, name):
    """A file that was cut off between two lines reads like a whole one; only its length tells."""
    suite, _ = items(made(name))
    (note,) = [line for line in suite.limitations if line.startswith(FEWER)]
    read, whole = map(int, re.findall(r"\d+", note.replace(",", "")))
    assert 0 < read < whole


def test_a_whole_file_is_not_said_to_be_short(made, tmp_path):
    rows = "".join(f"{at},One {at}.,Two {at}.,stereo,age,[],a{at},[]\n" for at in range(1508))
    path = tmp_path / "whole.csv"
    path.write_text(",sent_more,sent_less,stereo_antistereo,bias_type,annotations,anon_writer,anon_annotators\n" + rows)
    suite, _ = items(f"crows-pairs:{path}")
    assert not [line for line in suite.limitations if line.startswith(FEWER)]


# -- the Hub -----------------------------------------------------------------------------------------------------------

ASK = """
import sys
from audit.schema import CaveatError
from audit.suites import load_suites
for name in sys.argv[1:]:
    try:
        (suite,) = load_suites([name])
        print(len(list(suite.examples)))
    except CaveatError as error:
        print(error.exit_code, error)
"""


def test_a_file_comes_from_a_data_set_on_the_hub_and_a_refusal_is_one_line(made, tmp_path):
    folder = tmp_path / "served"
    folder.mkdir()
    made("crows-pairs", folder)
    hub = LoopbackHub(
        {
            "datasets/somebody/pairs": Repository(folder),
            "datasets/somebody/closed": Repository(folder, files_status=403, files_error="GatedRepo"),
        }
    )
    asked = [
        "crows-pairs:hub:somebody/pairs/crows_pairs_anonymized.csv",
        "crows-pairs:hub:somebody/pairs/other.csv",
        "crows-pairs:hub:somebody/closed/crows_pairs_anonymized.csv",
        "crows-pairs:hub:somebody/nothing/file.csv",
        "crows-pairs:hub:pairs.csv",
    ]
    environment = {**os.environ, "HF_ENDPOINT": hub.url, "HF_HOME": str(tmp_path / "home"), "HF_HUB_OFFLINE": "0"}
    try:
        done = subprocess.run(
            [sys.executable, "-c", ASK, *asked], capture_output=True, text=True, env=environment, cwd=ROOT, timeout=300
        )
    finally:
        hub.close()
    lines = done.stdout.splitlines()
    assert lines[0] == "8", done.stderr
    assert len(lines) == len(asked)
    for line, file in zip(lines[1:4], ("other.csv", "crows_pairs_anonymized.csv", "file.csv"), strict=True):
        assert f"{file} of the data set somebody/" in line
        assert "could not be fetched" in line
        assert "Download it and give its path" in line
    assert "hub:owner/name/path/of/the/file" in lines[4]
    assert any("/datasets/somebody/pairs/resolve/main/" in seen for seen in hub.seen)


def test_offline_nothing_is_asked_of_the_hub_and_out_of_reach_it_is_asked_once(monkeypatch, tmp_path):
    asked = []

    def refuse(url, **more):
        asked.append(url)
        raise ConnectionError("Name or service not known")

    monkeypatch.setattr("huggingface_hub.get_hf_file_metadata", refuse)
    name = "crows-pairs:hub:somebody/pairs-that-nobody-has/crows_pairs_anonymized.csv"
    with pytest.raises(ModelUnavailable, match="is not on this machine, and this run is offline. Give a path to it"):
        load_suites([name], offline=True)
    with pytest.raises(ModelUnavailable, match="HFValidationError"):
        load_suites(["crows-pairs:hub:some body/pairs/file.csv"], offline=True)
    assert not asked
    monkeypatch.setattr("huggingface_hub.constants.HF_HUB_OFFLINE", False)
    with pytest.raises(ModelUnavailable, match=r"could not be fetched \(ConnectionError: Name or service not known\)"):
        load_suites([name])
    assert len(asked) == 1
    kept = tmp_path / "kept.csv"
    kept.write_text(CROWS)
    monkeypatch.setattr("huggingface_hub.try_to_load_from_cache", lambda *names, **more: str(kept))
    for offline in (True, False):
        (suite,) = load_suites([name], offline=offline)
        assert len(list(suite.examples)) == 8
