"""Sign and punctuation are part of a label, however the rows come; what the map leaves out is named."""

from __future__ import annotations

import json
import shlex
import sys

import numpy as np
import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit import audit_data, load_model
from audit.__main__ import main
from audit.owndata.labels import DataLabels, checked, parse
from audit.schema import CaveatError

TEXTS = {
    "negative": "The exam was a disaster ({}).",
    "neutral": "It starts at nine ({}).",
    "positive": "Great fun ({}).",
}
SCALE = {"-1": "negative", "0": "neutral", "1": "positive"}


def rows(*labels: tuple[object, str]) -> dict[str, list]:
    """Twelve rows of each label, with texts that the word list reads as the polarity beside it."""
    made = [
        (TEXTS[polarity].format(f"{at}.{n}"), label) for at, (label, polarity) in enumerate(labels) for n in range(12)
    ]
    return {"text": [text for text, _ in made], "label": [label for _, label in made]}


@pytest.fixture
def caveat(monkeypatch, capsys):
    """Call the command line in this process: exit code, stdout, stderr."""

    def call(*words: str) -> tuple[int, str, str]:
        monkeypatch.setenv("COLUMNS", "400")
        monkeypatch.setattr(sys, "argv", ["caveat", *words])
        with pytest.raises(SystemExit) as stopped:
            main()
        return (int(stopped.value.code or 0), *capsys.readouterr())

    return call


SIGNED = [(-1, "negative"), (0, "neutral"), (1, "positive")]


def right(source, labels):
    result = audit_data(load_model("word-count"), source, labels=labels, perturb=False, check=False)
    accuracy = next(e for e in result.estimates if e.measure == "accuracy" and e.by == "overall")
    return accuracy.value, result.source


@pytest.mark.parametrize("kind", ["frame of int8", "frame of text", "parquet of int8", "csv", "categories", "floats"])
def test_minus_one_is_not_one(tmp_path, kind):
    table = rows(*SIGNED)
    frame = pd.DataFrame(table)
    if kind == "frame of int8":
        source = frame.astype({"label": np.int8})
    elif kind == "frame of text":
        source = frame.astype({"label": str})
    elif kind == "categories":
        source = frame.astype({"label": "category"})
    elif kind == "floats":
        source = frame.astype({"label": float})
    elif kind == "csv":
        source = tmp_path / "a.csv"
        frame.to_csv(source, index=False)
    else:
        source = tmp_path / "a.parquet"
        pq.write_table(pa.table({"text": table["text"], "label": pa.array(table["label"], pa.int8())}), source)
    value, described = right(source, SCALE)
    assert value == 1.0 and described.labels == SCALE
    assert right(source, {-1: "negative", 0: "neutral", 1.0: "positive"})[0] == 1.0


@pytest.mark.parametrize("spelling", [["--data-labels=-1=negative,0=neutral,1=positive"],
                                      ["--data-labels", "-1=negative,0=neutral,1=positive"]])  # fmt: skip
def test_minus_one_is_not_one_on_the_command_line(tmp_path, monkeypatch, caveat, spelling):
    monkeypatch.chdir(tmp_path)
    pd.DataFrame(rows(*SIGNED)).to_csv("a.csv", index=False)
    code, out, err = caveat("data", "a.csv", "word-count", "--no-perturb", "--out", "r", *spelling)
    assert code == 0 and "negative: -1; neutral: 0; positive: 1." in err
    assert "accuracy   1.000" in out
    command = json.loads((tmp_path / "r/word-count/data.json").read_text())["settings"]["command"]
    assert "--data-labels -1=negative,0=neutral,1=positive" in command


@pytest.mark.parametrize(
    ("user", "left_out", "stray"),
    [
        ({"-1": "negative", "+1": "positive"}, "1", "+1"),
        ({"-1": "negative", "1.0": "positive"}, "1", "1.0"),
        ({"C": "negative", "B": "positive"}, "B-", ""),
        ({"C": "negative", "B-": "positive"}, "B", ""),
        ({"C": "negative", "B": "positive"}, "B+", ""),
        ({"C": "negative", "-": "positive"}, "—", ""),
        ({"C": "negative", "★": "positive"}, "★★", ""),
        ({"a_b": "negative", "B": "positive"}, "a b", ""),
        ({"a-b": "negative", "B": "positive"}, "a_b", ""),
        ({"C": "negative", "b.": "positive"}, "b", ""),
    ],
)
def test_a_label_that_differs_in_sign_or_punctuation_is_refused_by_name(user, left_out, stray):
    first, *rest = [key for key in user if key != stray]
    table = rows((first, "negative"), (left_out, "positive"), *((key, "positive") for key in rest))
    with pytest.raises(CaveatError) as error:
        right(pd.DataFrame(table), user)
    assert f"unknown label {left_out!r} (12)." in str(error.value)
    assert ("which no row has: sign and punctuation count" in str(error.value)) == bool(stray)


@pytest.mark.parametrize(
    ("one", "other"), [("-", "—"), ("★", "★★"), ("B-", "B"), ("A-", "A+"), ("-1", "+1"), ("p", "P"), ("a_b", "a-b")]
)
def test_labels_of_one_map_that_look_alike_keep_their_own_meaning(one, other):
    table = rows((one, "negative"), (other, "positive"))
    assert right(pd.DataFrame(table), {one: "negative", other: "positive"})[0] == 1.0
    assert right(pd.DataFrame(table), {other: "positive", one: "negative"})[0] == 1.0


def test_an_empty_cell_is_not_a_dash(tmp_path):
    path = tmp_path / "a.csv"
    pd.DataFrame(rows(("-", "negative"), ("", "neutral"), ("good", "positive"))).to_csv(path, index=False)
    value, source = right(path, {"-": "negative", "good": "positive"})
    assert (value, source.labelled) == (1.0, 24)
    assert [(count.what, count.n) for count in source.counts if "label" in count.what] == [("no label", 12)]


def test_values_that_are_taken_for_no_label_are_named_with_their_counts():
    table = rows(("neg", "negative"), ("none", "neutral"), ("N/A", "neutral"), ("null", "neutral"), ("pos", "positive"))
    table["text"] += ["nothing"]
    table["label"] += [None]
    for user in ({}, {"neg": "negative", "pos": "positive"}):
        counts = {count.what: count for count in right(pd.DataFrame(table), user)[1].counts}
        assert counts["no label"].n == 1
        for value in ("none", "N/A", "null"):
            count = counts[f"label {value!r}, taken for no label"]
            assert count.n == 12 and "--data-labels" in count.treatment
    value, source = right(pd.DataFrame(table), {"none": "neutral", "n/a": "none", "null": "neutral"})
    assert source.labels == {"neg": "negative", "none": "neutral", "N/A": "none", "null": "neutral", "pos": "positive"}
    assert (value, source.labelled) == (1.0, 48)


def test_capitals_and_spaces_may_differ_and_are_told():
    table = rows(("Burn  Out", "negative"), ("burn out", "negative"), ("calm", "positive"))
    value, source = right(pd.DataFrame(table), {"burn out": "negative", "Calm": "positive"})
    assert value == 1.0
    told = {count.what: count.n for count in source.counts}
    assert told["label 'Burn  Out', read as 'burn out' of the map"] == 12
    assert told["label 'calm', read as 'Calm' of the map"] == 12 and len(told) == 2


def test_a_label_between_two_of_the_map_is_refused():
    labels = DataLabels({"sad": "negative", "Sad": "positive"}, {})
    assert labels.read("sad").target == "negative" and labels.read("Sad").target == "positive"
    assert labels.read("SAD").target is None
    with pytest.raises(CaveatError, match=r"'SAD' \(12\), which may be 'sad' or 'Sad' of the map"):
        right(pd.DataFrame(rows(("SAD", "negative"))), {"sad": "negative", "Sad": "positive"})


def test_two_targets_for_one_label_are_refused_and_keys_are_written_as_cells():
    with pytest.raises(CaveatError, match="'a' has two targets"):
        parse("a=negative,a=positive")
    assert parse("a=negative,a=Negative") == {"a": "negative"}
    for key in (-1, -1.0, " -1"):
        with pytest.raises(CaveatError, match="'-1' has two targets, positive and negative"):
            checked({"-1": "positive", key: "negative"})
    assert checked({"-1": "negative", -1: "Negative"}) == {"-1": "negative"}
    assert checked({-1: "negative", 2.0: "positive", True: "Very_Positive"}) == {
        "-1": "negative", "2": "positive", "true": "positive"
    }  # fmt: skip


def test_the_example_of_a_signed_label_can_be_typed(tmp_path, monkeypatch, caveat):
    monkeypatch.chdir(tmp_path)
    pd.DataFrame(rows(*SIGNED)).to_csv("a.csv", index=False)
    code, _, err = caveat("data", "a.csv", "word-count", "--no-perturb")
    assert code == 2 and "--data-labels=-1=?,0=?,1=?" in err


def test_the_example_of_labels_with_spaces_or_quotes_is_one_word_of_a_shell():
    for label in ("not sure", "it's bad", "what?"):
        with pytest.raises(CaveatError) as refused:
            right(pd.DataFrame(rows((label, "negative"), ("positive", "positive"))), {})
        said = str(refused.value)
        words = shlex.split(said[said.index("--data-labels") :].split("; each one")[0])
        assert words == ["--data-labels", f"{label}=?"]
