"""A run on somebody's own rows: streamed, resumable, private, and nothing dropped silently."""

from __future__ import annotations

import json
import math
import os
import signal
import subprocess
import sys
import time
from dataclasses import replace
from pathlib import Path

import pandas as pd
import pyarrow.parquet as pq
import pytest
from commandline import caveat

from audit import audit_data, load_data_result, load_model
from audit.datacommand import _print_result
from audit.models.function import FunctionModel, count_words
from audit.owndata import scoring as scoring_module
from audit.owndata import survey as survey_module
from audit.owndata.reading import delimited
from audit.owndata.table import MISSING, columns
from audit.report.markdown import card_section, to_markdown
from audit.schema import CaveatError, ModelUnsupported
from audit.scoring import Cancelled
from audit.terminal import consoles
from benchmarks.rows import measure, posts, write_posts

ROOT = Path(__file__).parent.parent.parent
BARE = {"perturb": False, "baselines": False}
"""What is asked here is how rows are read, scored and kept: no text is rewritten, no baseline is trained."""
ASKED = {"text": "post", "label": "sentiment", "groups": ("gender", "year"), "cluster": "author", **BARE}
CHUNK = 64


@pytest.fixture(autouse=True)
def small_chunks(monkeypatch):
    monkeypatch.setattr(delimited, "SIZE", CHUNK)
    monkeypatch.setattr(survey_module, "SIZE", CHUNK)


@pytest.fixture
def model():
    return load_model("word-count")


@pytest.fixture
def file(tmp_path):
    path = tmp_path / "posts.csv"
    write_posts(path, 500)
    return path


def rows_of(result):
    return result.rows.to_table().to_pylist()


def test_rows_say_what_the_file_and_the_model_say(file, model):
    result = audit_data(model, file, **ASKED)
    assert result.rows.schema.equals(columns(("gender", "year"), ()))
    expected = list(posts(500))
    first_of = {}
    for row, (text, label, gender, year, author) in zip(rows_of(result), expected, strict=True):
        number = row["row"]
        assert expected[number - 1][0] == text
        p = count_words([text])[0]
        assert [row["p_negative"], row["p_neutral"], row["p_positive"]] == pytest.approx(p, abs=1e-6)
        assert row["predicted"] == max(range(3), key=p.__getitem__)
        assert row["confidence"] == pytest.approx(max(p), abs=1e-6)
        assert row["valence"] == pytest.approx(p[2] - p[0], abs=1e-6)
        assert row["label"] == ("negative", "neutral", "positive").index(label)
        assert (row["group:gender"], row["group:year"]) == (gender, year)
        assert row["cluster"] == first_of.setdefault(author, number)
        assert row["text"] is None and len(row["key"]) == 16


def test_posts_are_named_by_a_column_of_their_owner(file, model, tmp_path):
    frame = pd.read_csv(file)
    frame["post id"] = [f"=t{1000 + i}" if i else "" for i in range(len(frame))]
    path, asked = tmp_path / "named.csv", ASKED
    frame.to_csv(path, index=False)
    result = audit_data(model, path, out=tmp_path / "named", id="post id", **asked)
    assert [row["id"] for row in rows_of(result)][:2] == ["", "=t1001"] and result.source.id == "post id"
    heading = (tmp_path / "named" / "review.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    assert heading.startswith("row,post id,key,")
    assert "t1001" not in (tmp_path / "named" / "report.html").read_text(), "and the report names none"
    plain = audit_data(model, path, out=tmp_path / "plain", **asked)
    assert {row["id"] for row in rows_of(plain)} == {None}
    assert "post id" not in (tmp_path / "plain" / "review.csv").read_text(encoding="utf-8-sig").splitlines()[0]
    with pytest.raises(CaveatError, match="given to --cluster and to --id"):
        audit_data(model, path, id="author", **asked)
    with pytest.raises(CaveatError, match="no column 'posts'"):
        audit_data(model, path, id="posts", **asked)


def test_texts_are_kept_only_when_asked_for(file, model, tmp_path):
    text = next(posts(500))[0]
    for keep in (False, True):
        out = tmp_path / str(keep)
        result = audit_data(model, file, out=out, **ASKED, include_texts=keep)
        assert rows_of(result)[0]["text"] == (text if keep else None)
        kept = b"".join(path.read_bytes() for path in out.rglob("*") if path.is_file() and path.suffix != ".parquet")
        assert text.encode() not in kept
    keys = [{row["key"] for row in pq.read_table(tmp_path / k / "rows.parquet").to_pylist()} for k in ("True", "False")]
    assert not keys[0] & keys[1], "each results folder has a secret of its own"


def test_a_cancelled_run_goes_on_at_the_first_missing_chunk_and_ends_byte_equal(file, model, tmp_path):
    whole = tmp_path / "whole"
    audit_data(model, file, out=whole, **ASKED)
    cut = tmp_path / "cut"
    cut.mkdir()
    (cut / ".secret").write_bytes((whole / ".secret").read_bytes())
    asked: list[int] = []

    def stop() -> bool:
        asked.append(1)
        return len(asked) > 6

    with pytest.raises(Cancelled, match="rows"):
        audit_data(model, file, out=cut, cancelled=stop, **ASKED)
    parts = sorted((cut / ".parts").rglob("part-*.parquet"))
    assert 1 <= len(parts) < 8 and not (cut / "data.json").exists()
    assert all(pq.read_table(path)["text"].null_count == CHUNK for path in parts)
    times = {path: path.stat().st_mtime_ns for path in parts}
    scored: list[int] = []
    original = scoring_module._ask

    def ask(model, texts, pace, cancelled):
        scored.append(len(texts))
        return original(model, texts, pace, cancelled)

    scoring_module._ask = ask
    try:
        again = audit_data(model, file, out=cut, **ASKED)
    finally:
        scoring_module._ask = original
    assert sum(scored) == 500 - CHUNK * len(times)
    assert (cut / "rows.parquet").read_bytes() == (whole / "rows.parquet").read_bytes()
    assert not (cut / ".parts").exists()
    one, other = (json.loads((folder / "data.json").read_text()) for folder in (whole, cut))
    assert {**one, "created": ""} == {**other, "created": ""}
    assert again.source.used == 500


def test_a_results_folder_holds_the_report(file, model, tmp_path):
    made = {"data.json", "rows.parquet", "review.csv", "timing.json", ".secret"}
    audit_data(model, file, out=tmp_path / "o", **ASKED)
    assert {path.name for path in (tmp_path / "o").iterdir()} == made | {"report.html"}
    audit_data(model, file, out=tmp_path / "p", formats=(), **ASKED)
    assert {path.name for path in (tmp_path / "p").iterdir()} == made


def test_baselines_are_left_out_when_they_are_not_asked_for(file, model, monkeypatch):
    asked = []
    monkeypatch.setattr("audit.owndata.baselines.compare_baselines", lambda *more: (asked.append(more) or (), ()))
    audit_data(model, file, **ASKED)
    assert not asked
    audit_data(model, file, **ASKED | {"baselines": True})
    assert len(asked) == 1


def test_a_finished_run_asks_the_model_nothing(file, model, tmp_path, monkeypatch):
    first = audit_data(model, file, out=tmp_path / "o", **ASKED)
    monkeypatch.setattr(scoring_module, "_ask", lambda *_: pytest.fail("asked again"))
    assert audit_data(model, file, out=tmp_path / "o", **ASKED).created == first.created
    with pytest.raises(pytest.fail.Exception, match="asked again"):
        audit_data(model, file, out=tmp_path / "o", **ASKED | {"label": "sentiment", "groups": ("gender",)})


def test_what_is_on_disk_is_what_was_returned(file, model, tmp_path):
    made = audit_data(model, file, out=tmp_path / "o", **ASKED)
    read = load_data_result(tmp_path / "o")
    assert (read.source, read.gate, read.settings, read.model) == (made.source, made.gate, made.settings, made.model)
    assert read.rows.count_rows() == 500
    with pytest.raises(CaveatError, match=r"No data\.json in .*caveat data FILE MODEL"):
        load_data_result(tmp_path)


def test_every_kind_of_row_is_counted(tmp_path, model):
    frame = pd.DataFrame(
        {
            "text": ["I love it", "I love it", "", None, "fine by me", "no idea", "I love it"],
            "label": ["pos", "pos", "neg", "neg", None, "mixed", "neg"],
            "team": ["a", None, "a", "b", "b", "b", "b"],
            "who": ["x", "x", "y", "y", None, "y", "y"],
        }
    )
    result = audit_data(model, frame, groups="team", cluster="who", labels={"mixed": "None"}, **BARE)
    source = result.source
    assert (source.read, source.used, source.labelled) == (7, 5, 3)
    counts = {count.what: count.n for count in source.counts}
    assert counts == {
        "empty text in 'text'": 2,
        "no label": 1,
        "label 'mixed', mapped to none": 1,
        "text that stood in an earlier row": 2,
        "text that stood before with another label": 1,
        "no value in 'who'": 1,
    }
    rows = rows_of(result)
    assert [row["row"] for row in rows] == [1, 2, 5, 6, 7]
    assert [row["label"] for row in rows] == [2, 2, -1, -1, 0]
    assert [row["duplicate"] for row in rows] == [False, True, False, False, True]
    assert [row["cluster"] for row in rows] == [1, 1, 5, 6, 1], "a copy is of the cluster of the first"
    assert [row["group:team"] for row in rows] == ["a", MISSING, "b", "b", "b"]
    assert len({row["key"] for row in rows}) == 3


def test_annotators_give_the_majority(model):
    frame = pd.DataFrame(
        {
            "text": ["a b", "c d", "e f", "g h"],
            "one": ["pos", "neg", "pos", None],
            "two": ["pos", "pos", "neu", "neg"],
            "three": ["neg", "neg", "neg", None],
        }
    )
    result = audit_data(model, frame, annotators=("one", "two", "three"), **BARE)
    assert [row["label"] for row in rows_of(result)] == [2, 0, -1, 0]
    assert [row["annotator:three"] for row in rows_of(result)] == [0, 0, 0, -1]
    assert result.source.label == "" and result.source.labelled == 3
    assert [(c.what, c.n) for c in result.source.counts] == [("annotators without a majority", 1)]


def test_bins_make_named_ranges(model):
    frame = pd.DataFrame({"text": ["a b"] * 6, "label": ["pos"] * 6, "age": [17, 18, 24, 25, 40, None]})
    result = audit_data(model, frame, groups=("age",), bins={"age": "18,25"}, **BARE)
    assert [row["group:age"] for row in rows_of(result)] == [
        "under 18",
        "18 to under 25",
        "18 to under 25",
        "25 and over",
        "25 and over",
        MISSING,
    ]
    halves = audit_data(model, frame, groups=("age",), bins={"age": "2"}, **BARE)
    assert [row["group:age"] for row in rows_of(halves)][:5] == ["under 24", "under 24", *["24 and over"] * 3]


def test_two_classes_have_no_neutral(capsys):
    def classify(texts):
        return [(0.8, 0.2) if "bad" in text or any(w in text for w in NEGATIVE) else (0.1, 0.9) for text in texts]

    from audit.models.gate import ANCHORS

    NEGATIVE = tuple(ANCHORS["negative"])
    two = FunctionModel("two", classify=classify, labels=("negative", "positive"))
    frame = pd.DataFrame({"text": ["bad day", "a day"], "label": ["neg", "neutral"]})
    result = audit_data(two, frame, **BARE)
    _print_result(consoles()[0], result, [])
    assert "2 rows scored, 1 judged;" in capsys.readouterr().out
    rows = rows_of(result)
    assert [row["predicted"] for row in rows] == [0, 2]
    assert all(row["p_neutral"] != row["p_neutral"] for row in rows)


def test_a_model_that_knows_nothing_is_refused(file):
    even = FunctionModel("even", classify=lambda texts: [(1.0, 1.0, 1.0)] * len(texts))
    with pytest.raises(ModelUnsupported, match="does not tell plain positive from plain negative"):
        audit_data(even, file, **ASKED)
    assert audit_data(even, file, **ASKED, check=False).gate.checked is False


def test_ctrl_c_gives_130_and_the_same_command_goes_on(tmp_path, monkeypatch):
    path = tmp_path / "many.csv"
    write_posts(path, 600)
    words = [
        "data",
        path,
        "word-count",
        "--text",
        "post",
        "--label",
        "sentiment",
        "--no-perturb",
        "--out",
        tmp_path / "out",
    ]
    original, asked = scoring_module._ask, []

    def ask(model, texts, pace, cancelled):
        asked.append(len(texts))
        if len(asked) == 4:
            raise KeyboardInterrupt
        return original(model, texts, pace, cancelled)

    monkeypatch.setattr(scoring_module, "_ask", ask)
    cut = caveat(*words)
    assert cut.returncode == 130 and "the same command goes on from there" in cut.stderr
    assert len(list(tmp_path.rglob("part-*.parquet"))) == 3
    done = caveat(*words)
    assert done.returncode == 0 and "600 rows scored" in done.stdout
    assert sum(asked) - asked[3] == 600
    assert pq.read_table(tmp_path / "out" / "word-count" / "rows.parquet")["row"].to_pylist() == list(range(1, 601))


def start(words: list[str]) -> subprocess.Popen[str]:
    return subprocess.Popen(
        [sys.executable, "-m", "audit", "data", *words],
        cwd=ROOT,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=os.environ | {"PYTHONUNBUFFERED": "1"},
    )


@pytest.mark.slow
def test_interrupt_of_a_process_gives_130_and_the_same_call_goes_on(tmp_path):
    path = tmp_path / "many.csv"
    write_posts(path, 60_000)
    words = [str(path), "word-count", "--text", "post", "--label", "sentiment", "--group", "gender", "--no-perturb"]
    words += ["--out", str(tmp_path / "out")]
    with start(words) as run:
        deadline = time.monotonic() + 180
        while not list(tmp_path.rglob("part-00002.parquet")) and time.monotonic() < deadline:
            time.sleep(0.01)
        run.send_signal(signal.SIGINT)
        _, told = run.communicate(timeout=180)
    assert run.returncode == 130, told
    assert "the same command goes on from there" in told and "Traceback" not in told
    kept = list(tmp_path.rglob("part-*.parquet"))
    assert 2 < len(kept) < 15
    with start(words) as run:
        shown, told = run.communicate(timeout=300)
    assert run.returncode == 0, told
    assert "60,000 rows scored" in shown
    assert pq.read_table(tmp_path / "out" / "word-count" / "rows.parquet")["row"].to_pylist() == list(range(1, 60_001))


def test_two_models_read_the_file_once_and_a_finished_one_is_not_asked_again(tmp_path, monkeypatch):
    monkeypatch.setattr("audit.owndata.baselines.compare_baselines", lambda *_: ((), ()))
    path = tmp_path / "posts.csv"
    write_posts(path, 90)
    words = ["data", path, "word-count", "sentiment", "--text", "post", "--label", "sentiment", "--no-perturb"]
    words += ["--out", tmp_path / "out"]
    for before in (False, True):
        done = caveat(*words)
        shown, told = done.stdout, done.stderr
        assert done.returncode == 0, told
        assert told.count("90 rows, 90 with a text") == 1
        assert told.count("done before with the same settings") == 2 * before
        assert shown.count("90 rows scored, 90 judged") == 2
        assert all(len(line) <= 80 for line in shown.splitlines() if str(tmp_path) not in line)
    command = load_data_result(tmp_path / "out" / "word-count").settings.command
    columns_given = "--text post --label sentiment"
    assert command == f"caveat data posts.csv word-count {columns_given} --target-error 0.1 --no-perturb"


@pytest.mark.slow
def test_memory_is_flat_and_time_linear():
    small, large = measure((10_000, 40_000))
    assert large["mb"] < small["mb"] * 1.35 + 10
    assert large["seconds"] < 4 * 2 * small["seconds"]


@pytest.mark.parametrize("missing", ["analysis", "baselines"])
def test_a_part_that_cannot_be_imported_is_an_error_and_no_empty_result(model, file, tmp_path, monkeypatch, missing):
    asked = ASKED | {"baselines": True}
    with monkeypatch.context() as patched:
        patched.setitem(sys.modules, f"audit.owndata.{missing}", None)
        with pytest.raises(ImportError):
            audit_data(model, file, out=tmp_path / "r", **asked)
    assert not (tmp_path / "r" / "data.json").exists()
    again = audit_data(model, file, out=tmp_path / "r", **asked)
    assert again.estimates and again.comparisons


def test_gaps_that_were_never_tested_are_not_called_not_told_apart(model, file, capsys):
    result = audit_data(model, file, **ASKED)
    card = card_section(None, result)
    (accuracy,) = [e for e in result.estimates if e.by == "overall" and e.measure == "accuracy"]
    assert f"- Accuracy {accuracy.value:.3f} (95 % interval {accuracy.low:.3f} to {accuracy.high:.3f}" in card
    assert card.count("\n\n\n") == 0
    untested = [replace(f, verdict="undefined", p_adjusted=math.nan, gap=math.nan) for f in result.findings]
    silent = replace(result, findings=tuple(untested))
    capsys.readouterr()
    _print_result(consoles()[0], silent, [])
    for said in (capsys.readouterr().out, to_markdown(None, silent), card_section(None, silent)):
        assert "No gap between groups led to a verdict: too few posts or writers in each." in " ".join(said.split())
        assert "told apart" not in said
