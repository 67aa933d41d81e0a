"""The same results as Markdown, as a section of a model card, as a site, as a PDF, and in a notebook."""

from __future__ import annotations

import math
import re
from dataclasses import replace
from functools import partial
from html import unescape
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pandas as pd
import pytest
from synthetic_audit import HOSTILE, classifier

import audit
from audit import models, suites
from audit.rendering import write_formats
from audit.report import hubcard, pdf
from audit.report.digest import content_digest
from audit.report.html import render
from audit.report.markdown import card_section, escape, to_markdown
from audit.report.notebook import to_frame, to_html
from audit.schema import CaveatError
from audit.store import load_result, save

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def result():
    return classifier()


@pytest.fixture(scope="module")
def folder(tmp_path_factory, result):
    path = tmp_path_factory.mktemp("results")
    save(result, path)
    return path


def test_markdown_tells_every_primary_contrast_with_its_interval(result):
    text = to_markdown(result)
    for finding in result.findings:
        if finding.primary:
            assert finding.contrast.replace("-", " ") in text
    assert "What this audit cannot tell" in text and result.settings.command in text


def test_markdown_cannot_be_broken_out_of(result):
    hostile = replace(result, model=replace(result.model, id=HOSTILE))
    for text in (to_markdown(hostile), card_section(hostile)):
        plain = re.sub(r"`[^`\n]*`", "", text)
        assert not re.search(r"(?<!\\)<(script|img)", plain)
    assert escape("a|b_c") == "a\\|b\\_c"


def test_a_card_tells_every_main_comparison_and_under_which_verdict(result):
    """The key findings stop at two of a suite; a card that stops there leaves out a main comparison of 35 points."""
    first = result.findings[0]
    told = [replace(first, contrast=f"c{i}", sentence=f"Difference number {i}.") for i in range(7)]
    unsure = [
        replace(first, contrast=verdict, verdict=verdict, sentence=f"Words of {verdict}.", severity="inconclusive")
        for verdict in ("chance", "inconclusive", "equivalent", "alike")
    ]
    second = replace(first, contrast="secondary", primary=False, verdict="uncertain", sentence="A secondary one.")
    card = card_section(replace(result, findings=(*told, *unsure, second)))
    assert [i for i in range(7) if f"Difference number {i}." in card] == list(range(7))
    assert "A secondary one." not in card
    assert (
        card.index("Difference number 6.") < card.index("not told apart from chance:") < card.index("Words of chance.")
    )
    assert card.index("Words of chance.") < card.index("Words of inconclusive.") < card.index("What it cannot tell")
    limit = card.index("without a difference larger than the smallest effect of interest:")
    assert card.index("Words of inconclusive.") < limit < card.index("Words of equivalent.")
    assert card.index("alike while templates differ:") < card.index("Words of alike.")
    assert " items of 1 suite (" in card
    assert "No comparison was told apart from chance" in card_section(replace(result, findings=tuple(unsure)))


def test_what_was_never_tested_is_not_called_not_told_apart(result):
    untested = tuple(replace(f, verdict="undefined", p_adjusted=math.nan) for f in result.findings)
    for write in (to_markdown, card_section):
        text = write(replace(result, findings=untested))
        assert "No comparison led to a verdict; the reasons stand below." in text and "told apart" not in text


def test_a_gap_in_a_table_has_one_unit(result):
    rows = [line for line in to_markdown(result).splitlines() if line.startswith("| Negation |")]
    assert "| 31 points |" in rows[0]


def test_what_markdown_cannot_tell_counts_what_got_no_verdict(result):
    first = result.findings[0]
    silent = [
        replace(first, axis=axis, verdict="undefined", severity="inconclusive", reason="no rows to compare")
        for axis in ("age", "class")
    ]
    unsure = replace(first, axis="gender", verdict="chance", severity="inconclusive", minimum_detectable=0.4)
    wide = replace(first, axis="faith", verdict="uncertain", severity="low")
    text = to_markdown(replace(result, findings=(*silent, unsure, wide)))
    assert "- Negation, age and Negation, class: anything; no rows to compare." in text
    assert "- Negation, gender: whether there is a gap smaller than 40 points." in text
    assert "- Negation, faith: how large the difference is; the interval reaches from 24 to 38 points." in text


def test_the_card_section_replaces_that_of_the_same_name(result):
    section = card_section(result)
    assert section.startswith(hubcard.HEADING)
    card = f"---\nlicense: mit\n---\n# Model\n\n{hubcard.HEADING}\n\n[More Information Needed]\n\n## Training\n\nx\n"
    merged = hubcard.with_section(card, section)
    assert merged.count(hubcard.HEADING) == 1
    assert "[More Information Needed]" not in merged and merged.rstrip().endswith("## Training\n\nx")
    assert hubcard.with_section("# Model\n", section).rstrip().endswith(section.rstrip())


def test_a_pull_request_holds_the_merged_card_and_nothing_is_sent_otherwise(monkeypatch, tmp_path, result):
    (tmp_path / "README.md").write_text("# Model\n\n## Bias, Risks, and Limitations\n\nold\n")
    sent = {}

    class Api:
        def hf_hub_download(self, repo, name):
            return str(tmp_path / name)

        def upload_file(self, **given):
            sent.update(given)
            return SimpleNamespace(pr_url="https://hub.example/discussions/1", commit_url="")

    monkeypatch.setattr("huggingface_hub.HfApi", Api)
    assert hubcard.open_pull_request("owner/name", card_section(result)).endswith("/discussions/1")
    assert sent["create_pr"] is True and sent["repo_id"] == "owner/name"
    assert b"old" not in sent["path_or_fileobj"] and b"Audited with Caveat" in sent["path_or_fileobj"]


def test_a_bad_name_for_a_pull_request_gives_one_line(result):
    with pytest.raises(CaveatError, match="no model on the Hub. Write owner/name"):
        hubcard.open_pull_request("not a name/at/all", card_section(result))


def test_a_site_has_a_page_its_numbers_and_the_front_matter_of_a_static_space(folder):
    (site,) = write_formats(folder, load_result(folder), None, ["site"])
    assert {path.name for path in site.iterdir()} == {"index.html", "README.md", "result.json", "predictions.parquet"}
    readme = (site / "README.md").read_text()
    assert "\nsdk: static\n" in readme and "\napp_file: index.html\n" in readme
    assert "<script" not in (site / "index.html").read_text()


def test_a_site_shares_neither_rows_nor_the_secret(folder):
    for name in ("rows.parquet", ".secret", "review.csv"):
        (folder / name).write_text("private")
    (site,) = write_formats(folder, load_result(folder), None, ["site"])
    assert not {"rows.parquet", ".secret", "review.csv"} & {path.name for path in site.iterdir()}


def test_drawings_in_the_pdf_bring_their_own_style(result):
    page = pdf.prepared(render(result))
    assert 'class="narrow"' not in page and "<use" not in page
    style = pdf.drawing_style()
    assert "var(" not in style and "currentColor" not in style
    assert re.search(r"\.mark\.s-blue \{ fill: #0072b2", style)
    drawings = re.findall(r"<svg\b[^>]*>(.{0,7})", page)
    assert drawings and set(drawings) == {"<style>"}


@pytest.mark.filterwarnings("ignore:HarfBuzz-Subset will be required:DeprecationWarning")
def test_a_page_becomes_a_pdf():
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        pytest.skip("WeasyPrint or Pango is missing")
    assert pdf.to_pdf("<p>one word</p>").startswith(b"%PDF-")


@pytest.mark.slow
@pytest.mark.filterwarnings("ignore:HarfBuzz-Subset will be required:DeprecationWarning")
def test_the_pdf_is_a_pdf_or_one_line_says_what_is_missing(folder):
    try:
        import weasyprint  # noqa: F401
    except (ImportError, OSError):
        with pytest.raises(CaveatError, match="needs WeasyPrint and Pango"):
            write_formats(folder, load_result(folder), None, ["pdf"])
        return
    (path,) = write_formats(folder, load_result(folder), None, ["pdf"])
    assert path.read_bytes().startswith(b"%PDF-") and path.stat().st_size > 20_000


def test_without_weasyprint_one_line_says_how_to_get_it(monkeypatch):
    monkeypatch.setitem(__import__("sys").modules, "weasyprint", None)
    with pytest.raises(CaveatError, match=r"pip install 'caveat-audit\[pdf\]'"):
        pdf.to_pdf("<html></html>")


def test_the_digest_knows_the_numbers_and_not_the_date(result):
    digest = content_digest(result)
    assert content_digest(replace(result, created="2030-01-01T00:00:00+00:00", seconds=9.0)) == digest
    other = replace(result.findings[0], gap=result.findings[0].gap + 1e-6)
    assert content_digest(replace(result, findings=(other, *result.findings[1:]))) != digest
    assert digest in render(result)


def test_a_notebook_shows_findings_and_escapes(result):
    shown = to_html(replace(result, model=replace(result.model, id=HOSTILE)))
    assert "<script" not in shown and result.findings[0].sentence[:40] in shown
    assert result._repr_html_() == to_html(result)


def test_the_lines_of_the_readme_make_a_result_that_shows_itself(tmp_path, monkeypatch, capsys):
    (lines,) = re.findall(r"```python\n(.*?)```", (ROOT / "README.md").read_text(encoding="utf-8"), re.DOTALL)
    assert len([line for line in lines.splitlines() if line]) == 5
    monkeypatch.chdir(tmp_path)
    # The lines as they stand, but with the quickest model.
    monkeypatch.setitem(vars(audit), "load_model", lambda name: models.load_model("word-count"))
    monkeypatch.setitem(vars(audit), "load_suites", partial(suites.load_suites, depth="standard"))
    names: dict[str, Any] = {}
    exec(lines, names)
    found = names["result"]
    assert found.findings[0].sentence in capsys.readouterr().out
    shown = found._repr_html_()
    assert "1 suite, standard depth" in shown and found.findings[0].sentence[:40] in unescape(shown)
    assert (tmp_path / "audits" / "sentiment" / "result.json").exists()


def test_frames_hold_every_finding_estimate_and_row(result):
    assert len(result.frame("findings")) == len(result.findings)
    assert len(to_frame(result, "estimates")) == len(result.estimates)
    rows = result.frame("rows")
    assert isinstance(rows, pd.DataFrame) and {"text", "label"} <= set(rows.columns)
    with pytest.raises(ValueError, match="there are: findings, estimates, rows"):
        result.frame("everything")
