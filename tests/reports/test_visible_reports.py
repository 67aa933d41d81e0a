"""Every text that a report, a card, a notebook, a handout or the terminal shows, read for what no reader should see."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import fields, is_dataclass, replace
from pathlib import Path
from typing import Any

import pytest
import synthetic_audit
from typer.testing import CliRunner
from visible_text import faults, faults_of_page

from audit.cli import app
from audit.lessons.handouts import papers
from audit.owndata.store import load_data_result
from audit.report.html import render
from audit.report.markdown import card_section, to_markdown
from audit.report.notebook import to_html
from audit.report.owndata import render_data
from audit.report.words import VERDICT_WORDS
from audit.schema import FOUND, AuditResult, DataResult, Verdict
from audit.store import load_result
from benchmarks.rows import write_posts

ASKED = ("--text", "post", "--label", "sentiment", "--group", "gender", "--cluster", "author", "--no-perturb")


def said(result: Any) -> Iterator[str]:
    """Give the sentences in a result, as whoever reads its JSON meets them."""
    if isinstance(result, tuple | list):
        for entry in result:
            yield from said(entry)
    elif is_dataclass(result):
        for field in fields(result):
            value = getattr(result, field.name)
            if isinstance(value, str) and field.name in ("sentence", "reason", "harm", "title", "detail"):
                yield value
            elif field.name not in ("predictions", "rows", "command"):
                yield from said(value)


@pytest.fixture(scope="module")
def ran(tmp_path_factory) -> tuple[Path, dict[str, str]]:
    """Two audits of one model, of suites and of own rows, all formats, and a comparison; what each command printed."""
    out = tmp_path_factory.mktemp("results")
    write_posts(out / "posts.csv", 120)
    suites = ("--suite", "slang", "--suite", "demographics", "--depth", "quick")
    first, second = str(out / "first"), str(out / "second")
    commands = {
        "run": ("run", "word-count", *suites, "--out", first),
        "run again": ("run", "word-count", *suites, "--out", second, "--seed", "1"),
        "data": ("data", str(out / "posts.csv"), "word-count", *ASKED, "--out", first),
        "report": ("report", f"{first}/word-count", "--format", "html,csv,md,card,site", "--interactive"),
        "compare": ("compare", f"{first}/word-count", f"{second}/word-count", "--out", str(out / "compared")),
        "inspect": ("inspect", "word-count"),
        "suites": ("suites", "list"),
        "show": ("suites", "show", "slang"),
    }
    printed = {}
    for name, words in commands.items():
        done = CliRunner().invoke(app, list(words), catch_exceptions=False)
        assert done.exit_code == 0, (name, done.output)
        printed[name] = done.output
    return out, printed


def test_what_the_terminal_prints(ran):
    out, printed = ran
    found = {name: faults(text.replace(str(out), "results"), columns=True) for name, text in printed.items()}
    assert {name: some for name, some in found.items() if some} == {}
    assert "Plain items" in printed["run"] and "rows scored" in printed["data"]


def test_what_files_show(ran):
    out, _ = ran
    pages = sorted(out.rglob("*.html"))
    texts = sorted(out.rglob("*.md"))
    assert {path.name for path in pages} == {"report.html", "report-interactive.html", "index.html", "compare.html"}
    assert {path.name for path in texts} == {"report.md", "model-card-section.md", "README.md"}
    found = {str(path.relative_to(out)): faults_of_page(path.read_text(encoding="utf-8")) for path in pages}
    found |= {str(path.relative_to(out)): faults(path.read_text(encoding="utf-8")) for path in texts}
    assert {name: some for name, some in found.items() if some} == {}


def test_sentences_of_results_and_what_notebooks_show(ran):
    out, _ = ran
    results: list[AuditResult | DataResult] = [
        load_result(out / "first" / "word-count"),
        load_data_result(out / "first" / "word-count"),
    ]
    for result in results:
        assert [fault for text in said(result) for fault in faults(text)] == []
        assert faults_of_page(to_html(result)) == []
    assert faults_of_page(render_data(results[1])) == []


@pytest.mark.parametrize("verdict", VERDICT_WORDS)
@pytest.mark.parametrize("made", [synthetic_audit.classifier, synthetic_audit.fill_mask])
def test_every_verdict_in_every_format(made, verdict: Verdict):
    result = made()
    kept = ("harm",) if verdict in FOUND else ()
    changed = tuple(
        replace(
            f,
            verdict=verdict,
            comparisons=13,
            reason="too few" if verdict == "undefined" else "",
            harm=f.harm * len(kept),
        )
        for f in result.findings
    )
    result = replace(result, findings=changed)
    for page in (render(result), render(result, True), to_html(result)):
        assert faults_of_page(page) == []
        assert ("Possible harm" in page) <= (verdict in FOUND)
    for text in (to_markdown(result), card_section(result)):
        assert faults(text) == []


def test_handouts():
    assert {name: some for name, page in papers().items() if (some := faults_of_page(page))} == {}
