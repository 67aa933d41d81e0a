"""Own posts on the page: from an uploaded file to a downloaded report, in a browser."""

from __future__ import annotations

from pathlib import Path

import pytest
from conftest import PATIENCE
from playwright.sync_api import Page, expect

pytestmark = [pytest.mark.slow, pytest.mark.filterwarnings("ignore::pandas.errors.Pandas4Warning")]
TONES = {"wonderful": "positive", "terrible": "negative"}


@pytest.fixture
def posts(tmp_path: Path) -> Path:
    lines = ["post,mood,who"]
    lines += [
        f"Day {day} at the lab was {tone}.,{mood},{'ab'[day % 2]}" for day in range(30) for tone, mood in TONES.items()
    ]
    path = tmp_path / "posts.csv"
    path.write_text("\n".join(lines) + "\n", encoding="utf-8")
    return path


@pytest.fixture
def data(page: Page) -> Page:
    page.get_by_role("tab", name="Your posts").click()
    return page


def test_from_a_file_to_a_report(data: Page, posts: Path, tmp_path: Path) -> None:
    data.locator("#data-file input[type=file]").set_input_files(posts)
    expect(data.locator("#data-start")).to_be_visible(timeout=PATIENCE)
    expect(data.locator("#data-text input")).to_have_value("post")
    data.locator("#data-label input").click()
    data.get_by_role("option", name="mood").click()
    data.locator("#data-groups").get_by_label("who").check()
    data.locator("#data-model input").click()
    data.get_by_role("option", name="word-count").click()
    data.locator("#data-start").click()
    expect(data.get_by_role("heading", name="What was found")).to_be_visible(timeout=2 * PATIENCE)
    expect(data.get_by_text("60 posts read, 60 with a label. The file was deleted.")).to_be_visible()
    inside = data.frame_locator("#data-shown iframe")
    expect(inside.get_by_role("heading", name="For whom? By who")).to_be_attached()
    with data.expect_download() as download:
        data.locator("#data-report").click()
    download.value.save_as(tmp_path / "report.html")
    report = (tmp_path / "report.html").read_text(encoding="utf-8")
    assert "Key findings on these posts" in report and "at the lab was" not in report


def test_a_mistake_is_one_line_and_names_no_folder(data: Page, posts: Path) -> None:
    data.locator("#data-file input[type=file]").set_input_files(posts)
    expect(data.locator("#data-start")).to_be_visible(timeout=PATIENCE)
    data.locator("#data-label input").click()
    data.get_by_role("option", name="who").click()
    data.locator("#data-start").click()
    alert = data.get_by_role("alert")
    expect(alert).to_contain_text("That did not work.", timeout=PATIENCE)
    expect(alert).not_to_contain_text("/tmp")
    expect(data.locator("#data-start")).to_be_visible()


def test_a_file_that_is_no_table_is_told_at_once(data: Page, tmp_path: Path) -> None:
    path = tmp_path / "posts.parquet"
    path.write_bytes(b"not a table")
    data.locator("#data-file input[type=file]").set_input_files(path)
    expect(data.get_by_role("alert")).to_contain_text("That did not work.", timeout=PATIENCE)
    expect(data.locator("#data-start")).not_to_be_visible()
