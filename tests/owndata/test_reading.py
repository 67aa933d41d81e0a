"""Every format gives the same rows, whole, in chunks, and the same each time."""

from __future__ import annotations

import csv
import json
import random
import string
from collections import Counter

import pandas as pd
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from audit.owndata.bins import Bins
from audit.owndata.firsts import Firsts
from audit.owndata.labels import DataLabels, parse
from audit.owndata.reading import SIZE, base, columnar, delimited, encoding, jsonlines, open_source, sheets, written
from audit.schema import CaveatError, ModelUnavailable

NAMES = ("text", "label", "year")
ROWS = [
    ('I said, "no"; then left.\nNext day: fine.', "neg", "1"),
    ("Café déjà vu, 100 %", "pos", "2"),
    ("a\ttab and a ; semicolon", "neu", ""),
    ("'=1+1", "neg", "1"),
]


def csv_file(path, rows=ROWS, names=NAMES, mark=",", code="utf-8"):
    with path.open("w", newline="", encoding=code) as file:
        out = csv.writer(file, delimiter=mark)
        out.writerow(names)
        out.writerows(rows)
    return path


def workbook(path):
    from openpyxl import Workbook

    book = Workbook()
    book.active.append(NAMES)
    for row in ROWS:
        book.active.append([cell or None for cell in row])
    for row in book.active.iter_rows():
        for cell in row:
            cell.data_type = "s" if cell.value else cell.data_type
    book.save(path)
    return path


def made(folder, kind):
    objects = [dict(zip(NAMES, row, strict=True)) for row in ROWS]
    if kind.startswith("csv"):
        mark, code = {"csv": (",", "utf-8"), "csv;": (";", "utf-8-sig"), "csv|": ("|", "utf-16")}[kind]
        return csv_file(folder / "a.csv", mark=mark, code=code)
    if kind == "tsv":
        return csv_file(folder / "a.tsv", mark="\t")
    if kind == "jsonl":
        (folder / "a.jsonl").write_text("".join(json.dumps(row) + "\n" for row in objects))
        return folder / "a.jsonl"
    if kind == "json":
        (folder / "a.json").write_text(json.dumps(objects, indent=2, ensure_ascii=False), encoding="utf-8")
        return folder / "a.json"
    if kind == "parquet":
        pq.write_table(pa.Table.from_pylist(objects), folder / "a.parquet")
        return folder / "a.parquet"
    if kind == "xlsx":
        return workbook(folder / "a.xlsx")
    return pd.DataFrame(objects)


def read(source, names=NAMES, **options):
    return [row for chunk in open_source(source, **options).chunks(names) for row in chunk]


@pytest.mark.parametrize("kind", ["csv", "csv;", "csv|", "tsv", "jsonl", "json", "parquet", "xlsx", "frame"])
def test_every_format_gives_the_same_rows_each_time(kind, tmp_path):
    source = made(tmp_path, kind)
    reader = open_source(source)
    assert reader.columns == NAMES
    for _ in range(2):
        found = [row for chunk in reader.chunks(NAMES) for row in chunk]
        assert [tuple(written(cell, "here") or "" for cell in row) for row in found] == ROWS
    picked = [row for chunk in reader.chunks(("label", "text")) for row in chunk]
    assert [tuple(row) for row in picked] == [(row[1], row[0]) for row in ROWS]
    # The same file: a workbook that is written again carries another time.
    assert open_source(source).digest == reader.digest and len(reader.digest) == 64


@pytest.mark.parametrize("kind", ["csv", "jsonl", "json", "parquet", "xlsx", "frame"])
def test_chunks_have_one_size_and_lose_nothing(kind, tmp_path, monkeypatch):
    for module in (delimited, jsonlines, columnar, sheets):
        monkeypatch.setattr(module, "SIZE", 3)
    chunks = list(open_source(made(tmp_path, kind)).chunks(("label",)))
    assert [len(chunk) for chunk in chunks] == [3, 1]
    assert [cell for chunk in chunks for (cell,) in chunk] == [row[1] for row in ROWS]


@pytest.mark.parametrize("seed", range(20))
def test_any_table_survives_a_round_trip(seed, tmp_path):
    draw = random.Random(seed)
    signs = string.ascii_letters + "\",;\t|\n\r '=éñ漢🙂"
    mark = draw.choice(",;\t|")
    rows = [["x" + "".join(draw.choices(signs, k=draw.randrange(12))) for _ in range(3)] for _ in range(50)]
    found = read(csv_file(tmp_path / "a.csv", rows, mark=mark))
    assert [list(row) for row in found] == rows


def test_a_list_of_json_is_read_through_any_window(tmp_path, monkeypatch):
    path = made(tmp_path, "json")
    for window in (1, 2, 7, 64):
        monkeypatch.setattr(jsonlines, "BLOCK", window)
        assert [row["text"] for row in jsonlines.JsonRows(path)._items()] == [row[0] for row in ROWS]


def test_a_blank_line_is_told_from_an_empty_cell(tmp_path):
    (tmp_path / "a.csv").write_text('text,label,year\na,b,c\n\n"",b,c\n')
    assert read(tmp_path / "a.csv") == [("a", "b", "c"), None, ("", "b", "c")]


def test_a_heading_with_the_delimiter_in_quotes(tmp_path):
    (tmp_path / "a.csv").write_text('"what, when";text;label\n1;a, b;neg\n')
    assert open_source(tmp_path / "a.csv").columns == ("what, when", "text", "label")


@pytest.mark.parametrize(
    ("data", "found"),
    [
        ("text\ncafé".encode(), "utf-8"),
        ("text\ncafé".encode("utf-8-sig"), "utf-8-sig"),
        ("text\ncafé".encode("utf-16"), "utf-16"),
        ("text\ncafé".encode("utf-32"), "utf-32"),
        ("text\ncafé".encode("cp1252"), "cp1252"),
    ],
)
def test_encodings_are_found_by_trial(data, found, tmp_path, monkeypatch):
    (tmp_path / "a.csv").write_bytes(data)
    for block in (1, 3, 1 << 20):
        monkeypatch.setattr(encoding, "BLOCK", block)
        reader = open_source(tmp_path / "a.csv")
        assert reader.encoding == found and bool(reader.notes) == (found == "cp1252")
        assert read(tmp_path / "a.csv", ("text",)) == [("café",)]


def test_a_cell_is_written_as_a_person_would():
    given = [None, "a", True, 1, 1.0, 2.5, float("nan"), pd.Timestamp("2024-05-01")]
    assert [written(cell, "x") for cell in given] == [None, "a", "true", "1", "1", "2.5", None, "2024-05-01 00:00:00"]


@pytest.fixture
def hub(monkeypatch):
    import datasets

    features = datasets.Features(text=datasets.Value("string"), label=datasets.ClassLabel(names=["neg", "pos"]))
    data = datasets.Dataset.from_dict({"text": ["a", "b"] * 3000, "label": [0, 1] * 3000}, features)
    known = {("owner/posts", None): datasets.DatasetDict(train=data), ("posts", "small"): data}

    def load(path, config=None, revision=None, split=None):
        if (path, config) not in known:
            raise datasets.exceptions.DatasetNotFoundError(f"Dataset '{path}' doesn't exist on the Hub")
        return known[path, config]

    monkeypatch.setattr(datasets, "load_dataset", load)
    return known


def test_a_hub_data_set_gives_rows_and_the_names_of_its_classes(hub):
    for address in ("hub:owner/posts", "hub:posts/small:train"):
        reader = open_source(address)
        assert reader.columns == ("text", "label") and reader.name == address
        chunks = list(reader.chunks(("label", "text")))
        assert [len(chunk) for chunk in chunks] == [SIZE, 6000 - SIZE]
        assert chunks[0][:2] == [(0, "a"), (1, "b")]
        assert reader.meanings("label") == {"0": "neg", "1": "pos"} and reader.meanings("text") == {}
        labels = DataLabels({}, reader.meanings("label"))
        assert [labels.read("0").target, labels.read("1").target] == ["negative", "positive"]


def test_a_hub_data_set_with_splits_lists_them(hub):
    hub["owner/posts", None]["test"] = hub["owner/posts", None]["train"]
    with pytest.raises(CaveatError, match=r"has the splits train, test\. Add one: hub:owner/posts:train"):
        open_source("hub:owner/posts")
    with pytest.raises(ModelUnavailable, match="hub:owner/none: "):
        open_source("hub:owner/none")


@pytest.mark.parametrize(
    ("label", "target"),
    [
        ("Positive", "positive"),
        (" neg ", "negative"),
        ("very_negative", "negative"),
        ("NEUTRAL", "neutral"),
        ("", ""),
        ("NaN", ""),
        ("joy", None),
        ("1", None),
        ("5 stars", None),
        ("yes", None),
        ("LABEL_1", None),
        ("burnout", "negative"),
        ("Burnout", "negative"),
    ],
)
def test_only_names_that_speak_for_themselves_are_mapped(label, target):
    assert DataLabels({"burnout": "negative"}, {}).read(label).target == target


def test_a_map_of_the_user_goes_before_names(tmp_path):
    (tmp_path / "m.json").write_text('{"pos": "Neg", "none": "neutral", "a,b": "none"}')
    labels = DataLabels(parse(str(tmp_path / "m.json")), {})
    assert [labels.read(x).target for x in ("pos", "none", "a,b", "neu")] == ["negative", "neutral", "none", "neutral"]
    (tmp_path / "m.csv").write_text('"a,b",positive\nc,negative\n')
    assert parse(str(tmp_path / "m.csv")) == {"a,b": "positive", "c": "negative"}
    assert parse("a=b=positive") == {"a=b": "positive"}


def test_firsts_are_those_of_a_plain_dictionary(tmp_path):
    draw = random.Random(3)
    values = [draw.choice([None, *map(str, range(200))]) for _ in range(1500)]
    labels = [draw.choice([-1, 0, 1]) for _ in values]
    firsts = Firsts(tmp_path, "x")
    for start in range(0, 1500, 400):
        firsts.add(start + 1, values[start : start + 400], labels[start : start + 400])
    firsts.finish()
    seen: dict[str, int] = {}
    expected = [0 if v is None else seen.setdefault(v, row) for row, v in enumerate(values, 1)]
    assert firsts.first.tolist() == expected
    counts = Counter(v for v in values if v is not None)
    assert firsts.repeated == sum(n - 1 for n in counts.values())
    pairs = [(labels[first - 1], label) for row, (first, label) in enumerate(zip(expected, labels, strict=True), 1)
             if first not in (0, row)]  # fmt: skip
    assert firsts.conflicts == sum(a != b and a >= 0 and b >= 0 for a, b in pairs)


def test_bins_of_equal_values_do_not_split_them():
    bins = Bins("age", "4")
    for cell in ["20"] * 50 + ["21", "22", "23"]:
        bins.add(cell, "here")
    bins.finish()
    assert bins.names == ("all",) and bins.name("23") == "all"
    assert base.listed(["a"] * 3, 2) == "a, a and 1 more"
