"""The list of rows that a person should read."""

from __future__ import annotations

import csv
import math

import pyarrow as pa
import pyarrow.dataset as ds
import pytest

from audit.owndata.perturb import Answer
from audit.owndata.review import LOW, NOTE, write_review
from audit.owndata.table import columns
from audit.schema.data import Selection


def dataset(confidences, texts=None, teams=None, ids=None):
    n = len(confidences)
    schema = columns(("team",), ())
    values = {
        "row": range(1, n + 1),
        "id": ids or [None] * n,
        "key": [f"{i:016x}" for i in range(n)],
        "label": [0] * n,
        "predicted": [i % 3 for i in range(n)],
        "p_negative": [0.2] * n,
        "p_neutral": [math.nan] * n,
        "p_positive": [0.8] * n,
        "confidence": confidences,
        "valence": [0.0] * n,
        "tokens": [5] * n,
        "truncated": [False] * n,
        "duplicate": [False] * n,
        "cluster": range(1, n + 1),
        "group:team": pa.array(teams or ["red"] * n).dictionary_encode(),
        "text": texts or [None] * n,
    }
    table = pa.table({name: pa.array(v, type=schema.field(name).type) if not isinstance(v, pa.DictionaryArray) else v
                      for name, v in values.items()})  # fmt: skip
    return ds.dataset(table)


def answer(row, kind="name", before=0, after=2, floor=False):
    return Answer(row, row, kind, "a to b", floor, 0, before, after, 0.4)


def chosen(threshold, reason=""):
    return Selection(0.1, threshold, 0.6, 0.05, 0.09, 100, 50, "as drawn", reason)


def read(path):
    with path.open(encoding="utf-8-sig", newline="") as file:
        return list(csv.DictReader(file))


def test_rows_below_the_chosen_threshold_are_listed_least_sure_first(tmp_path):
    found = write_review(tmp_path / "review.csv", dataset([0.9, 0.5, 0.7, 0.4]), [chosen(0.7)])
    assert [line["row"] for line in read(found.path)] == ["4", "2"]
    assert (found.written, found.left_out, found.threshold) == (2, 0, pytest.approx(0.7))
    assert found.reasons == ((LOW, 2),)
    assert "10%" in found.source


def test_without_a_threshold_the_least_sure_tenth_is_listed(tmp_path):
    confidences = [0.5 + i / 100 for i in range(40)]
    found = write_review(tmp_path / "r.csv", dataset(confidences), [chosen(math.nan, "too few rows")])
    assert [line["row"] for line in read(found.path)] == ["1", "2", "3", "4"]
    assert "tenth" in found.source


def test_changed_classes_come_before_low_confidence(tmp_path):
    answers = [answer(1), answer(1, "slang"), answer(3, "gender")]
    found = write_review(tmp_path / "r.csv", dataset([0.99, 0.5, 0.6, 0.9]), [chosen(0.7)], answers)
    lines = read(found.path)
    assert [line["row"] for line in lines] == ["1", "3", "2"]
    assert (
        lines[0]["reasons"] == "class changes with another first name; class changes between slang and standard words"
    )
    assert lines[1]["reasons"] == "class changes with he or she; low confidence"


@pytest.mark.parametrize(
    "harmless",
    [answer(1, floor=True), answer(1, "surface", floor=True), answer(1, "negation"), answer(1, before=2, after=2)],
    ids=["floor", "typography", "turned meaning", "same class"],
)
def test_floors_and_turned_meanings_are_no_reason(tmp_path, harmless):
    found = write_review(tmp_path / "r.csv", dataset([0.99, 0.5]), [chosen(0.7)], [harmless])
    assert [line["row"] for line in read(found.path)] == ["2"]


def test_the_list_is_capped_and_says_what_was_left_out(tmp_path):
    found = write_review(tmp_path / "r.csv", dataset([0.3, 0.2, 0.1, 0.95]), [chosen(0.7)], [answer(4)], limit=2)
    assert [line["row"] for line in read(found.path)] == ["4", "3"]
    assert (found.written, found.left_out) == (2, 2)
    assert found.sentence == "2 rows to read in r.csv; 2 more had a reason and no room"
    assert dict(found.reasons)[LOW] == 3


def test_texts_and_groups_only_when_asked_for(tmp_path):
    rows = dataset([0.1], ["=cmd|' /C calc'!A0"], ["@team"])
    plain = write_review(tmp_path / "a.csv", rows, [chosen(0.7)])
    assert "text" not in read(plain.path)[0] and "team" not in read(plain.path)[0]
    full = write_review(tmp_path / "b.csv", rows, [chosen(0.7)], groups=["team"], include_texts=True)
    line = read(full.path)[0]
    assert (line["text"], line["team"]) == ("'=cmd|' /C calc'!A0", "'@team")
    assert line["p_neutral"] == "" and line["p_positive"] == "0.8000" and line["predicted"] == "negative"


def test_rows_are_named_as_their_owner_does(tmp_path):
    rows = dataset([0.3, 0.9, 0.4], ids=["p-17", "p-18", "=1+1"])
    found = write_review(tmp_path / "r.csv", rows, [chosen(0.7)], name="post")
    assert [(line["row"], line["post"]) for line in read(found.path)] == [("1", "p-17"), ("3", "'=1+1")]


def test_an_empty_table_gives_a_heading_alone(tmp_path):
    found = write_review(tmp_path / "r.csv", dataset([]))
    assert read(found.path) == [] and found.written == 0
    assert found.path.read_bytes().startswith(b"\xef\xbb\xbfrow,key,reasons,predicted,confidence")


def test_the_note_makes_no_claim_about_a_person():
    assert "no sign that somebody is or is not at risk" in NOTE
