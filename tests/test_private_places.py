"""Nothing that is shared tells where somebody keeps a model, a suite, a label map or their results."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pyarrow.parquet as pq
import pytest
from typer.testing import CliRunner

from audit import load_data_result, load_result
from audit.cli import app
from audit.comparecommand import names_of
from audit.terminal import without_folders

BUNDLED = Path(__file__).parent.parent / "audit" / "bundled" / "sentiment"
TELLING = "secret-project-of-anna"
POSTS = "text,label\n" + "I love this town,positive\nI hate this town,negative\n" * 12
ITEMS = "text,allowed,group,pair,template\n" + "".join(
    f"I {verb} {place} town,{label},{group},{verb},{verb}\n"
    for verb, label in (("love", "positive"), ("like", "positive"), ("hate", "negative"), ("dread", "negative"))
    for place, group in (("this", "a"), ("that", "b"))
)


def told_in(folder: Path) -> set[str]:
    """Files in which the telling word stands, whatever their kind."""
    found = set()
    for path in sorted(folder.rglob("*")):
        if path.is_file():
            text = str(pq.read_table(path).to_pylist()) if path.suffix == ".parquet" else path.read_text("utf-8")
            if TELLING in text:
                found.add(path.relative_to(folder).as_posix())
    return found


@pytest.fixture(scope="module")
def home(tmp_path_factory):
    """A folder with a telling name: a model, own items, a label map and labelled posts in it."""
    folder = tmp_path_factory.mktemp("users") / TELLING
    shutil.copytree(BUNDLED, folder / "model")
    (folder / "items.csv").write_text(ITEMS)
    (folder / "map.json").write_text(json.dumps({"negative": "negative", "neutral": "neutral", "positive": "positive"}))
    (folder / "posts.csv").write_text(POSTS)
    return folder


def invoke(*words: object) -> str:
    done = CliRunner().invoke(app, [str(word) for word in words])
    assert done.exit_code == 0, done.output + repr(done.exception)
    return done.output


def test_a_run_tells_no_folder_in_any_file(home, tmp_path):
    formats = "html,json,csv,md,card,site"
    invoke(
        "run", home / "model", "--suite", home / "items.csv", "--labels", home / "map.json", "--depth", "quick",
        "--interactive", "--format", formats, "--out", tmp_path,
    )  # fmt: skip
    assert len(list(tmp_path.rglob("*"))) > 10 and told_in(tmp_path) == set()
    result = load_result(tmp_path / "model")
    assert result.settings.command == "caveat run model --suite items.csv --depth quick --labels map.json"
    assert result.model.id == "model" and TELLING not in result._repr_html_()
    # Nor does the report call the items of a user its own.
    page = (tmp_path / "model" / "report.html").read_text("utf-8")
    assert "for this project" not in page and "unpiloted" not in page
    assert "are those of whoever ran this audit" in page
    for name in ("report.md", "model-card-section.md"):
        text = (tmp_path / "model" / name).read_text("utf-8")
        assert "unpiloted" not in text and "those of whoever ran this audit" in text
    items = home / "items.csv"
    invoke("run", "word-count", "--suite", items, "--suite", "slang", "--depth", "quick", "--out", tmp_path)
    mixed = (tmp_path / "word-count" / "report.html").read_text("utf-8")
    assert "The items of Slang" in mixed and "The items of Items are those of whoever ran this audit" in mixed


def test_own_data_and_a_comparison_tell_no_folder(home, tmp_path):
    formats = "html,json,csv,md,card,site"
    for out in ("one", "two"):
        invoke(
            "data", home / "posts.csv", home / "model", "--labels", home / "map.json", "--format", formats,
            "--no-perturb", "--out", home / out,
        )  # fmt: skip
        assert told_in(home / out) == set()
        assert load_data_result(home / out / "model").settings.command.startswith("caveat data posts.csv model ")
    invoke("compare", home / "one" / "model", home / "two" / "model", "--out", tmp_path)
    assert told_in(tmp_path) == set()


def test_folders_of_one_name_are_told_apart_without_their_place(tmp_path, monkeypatch):
    for name in ("anna", "ben"):
        (tmp_path / name / "audits").mkdir(parents=True)
    both = [tmp_path / name / "audits" for name in ("anna", "ben")]
    assert names_of(both) == ["audits 1", "audits 2"]
    monkeypatch.chdir(tmp_path)
    assert names_of([Path("anna/audits"), Path("ben/audits")]) == ["anna/audits", "ben/audits"]
    monkeypatch.chdir(tmp_path / "anna")
    assert names_of([Path("audits"), Path("../ben/audits")]) == ["audits 1", "audits 2"]


def test_only_places_lose_their_folder(tmp_path, monkeypatch):
    monkeypatch.chdir(tmp_path)
    (tmp_path / "deep").mkdir()
    (tmp_path / "deep" / "f.csv").write_text("x")
    there = str(tmp_path / "deep" / "f.csv")
    for word, shown in {
        there: "f.csv",
        "deep/f.csv": "f.csv",
        f"crows-pairs:{there}": "crows-pairs:f.csv",
        f"honest:{there},deep/f.csv": "honest:f.csv,f.csv",
        "owner/model": "owner/model",
        "LABEL_0=a/b": "LABEL_0=a/b",
        "x" * 5000: "x" * 5000,
        ".": tmp_path.name,
    }.items():
        assert without_folders(word) == shown
