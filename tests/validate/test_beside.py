"""The section on published implementations: what is stored is shown, and a difference without a reason is named."""

from __future__ import annotations

import json

import pytest

from audit.validate.beside import LAST_DIGIT, PUBLISHED_FILE, QUIRKS, TARGET, beside


def _row(largest: float, with_quirk: float | None, quirk: str = "rounding") -> dict[str, object]:
    told = {"package": "theirs", "method": "m", "ours": "PLL", "quirk": quirk, "model": "fill-mask"}
    return {**told, "texts": 2, "pieces": 9, "largest": largest, "with_quirk": with_quirk}


def _stored(folder, *rows):
    path = folder / "published.json"
    found = {
        "command": "python -m benchmarks.published",
        "ours": {"torch": "2"},
        "theirs": {"minicons": "0"},
        "scripts": {"metric.py": "0" * 64},
        "said": {"mlm-bias, two loads differ by": 0.5, "an option": "SomeError"},
        "rows": list(rows),
    }
    path.write_text(json.dumps(found), encoding="utf-8")
    return "\n".join(beside(path))


@pytest.mark.parametrize(
    ("row", "said"),
    [
        (_row(1e-6, None, ""), "the same"),
        (_row(0.3, 2e-6), "explained"),
        (_row(0.3, 2e-4, "order"), "**not explained**"),
        (_row(0.3, 2e-4), "explained, but for a tie"),
        (_row(0.3, None, ""), "**not explained**"),
    ],
)
def test_a_line_says_whether_the_difference_has_a_reason(tmp_path, row, said):
    page = _stored(tmp_path, row)
    (line,) = [line for line in page.splitlines() if line.startswith("| theirs: m")]
    assert line.endswith(f"| {said} |")
    assert "an option ends with SomeError" in page


def test_the_worst_model_counts(tmp_path):
    page = _stored(tmp_path, _row(0.3, 1e-7), _row(0.4, 2e-3))
    assert "| 2 | 0.400 | rounding | 0.002 | **not explained** |" in page


def test_nothing_is_said_where_nothing_is_stored(tmp_path):
    assert beside(tmp_path / "nothing.json") == []


def test_every_stored_difference_is_explained():
    """The figures that the package carries: four implementations, five checkpoints, each difference with its reason."""
    rows = json.loads(PUBLISHED_FILE.read_text(encoding="utf-8"))["rows"]
    assert {row["package"] for row in rows} == {"minicons", "CrowS-Pairs", "AUL script", "mlm-bias"}
    assert len({row["model"] for row in rows}) == 5
    assert {row["quirk"] for row in rows} - {""} == set(QUIRKS)
    for row in rows:
        least = row["largest"] if row["with_quirk"] is None else row["with_quirk"]
        assert least <= (LAST_DIGIT if row["quirk"] == "rounding" else TARGET), row
    for quirk in set(QUIRKS):
        assert max(row["largest"] for row in rows if row["quirk"] == quirk) > TARGET, quirk
