"""Third-party results stand beside an audit: no verdict, no part in its testing, not among its key findings."""

from __future__ import annotations

import io
import re
import zlib
from dataclasses import replace

import pytest
from borrowed_files import CROWS
from commandline import caveat
from fakes import FakeMaskedLM
from rich.console import Console

from audit import terminal
from audit.findings import COMPATIBILITY, key_findings
from audit.models import Response
from audit.report.headings import illustration
from audit.report.html import render
from audit.report.markdown import card_section
from audit.run import run_audit
from audit.schema import Operation
from audit.suites import load_suites


class Talker(FakeMaskedLM):
    """Likes every stereotyping text far better, and knows what a likelihood is."""

    operations = frozenset(Operation.__args__)

    def finish(self, request, rows, results):
        if request.operation == "score":
            return super().finish(request, rows, results)
        n = len(request.text.split())
        return Response(value=-n * (1 + zlib.crc32(request.text.encode()) / 2**33), tokens=n)


@pytest.fixture(scope="module")
def audits(tmp_path_factory):
    path = tmp_path_factory.mktemp("pairs") / "crows_pairs_anonymized.csv"
    head, *lines = CROWS.splitlines()
    path.write_text("\n".join([head, *(line.replace("a1", f"a{at}") for at in range(9) for line in lines)]) + "\n")
    own = load_suites(["negation"], "quick")
    alone = run_audit(Talker(), own, check=False)
    both = run_audit(Talker(), [*own, *load_suites([f"crows-pairs:{path}"])], check=False)
    return alone, both


def test_the_benchmark_changes_nothing_about_the_audit_beside_it(audits):
    alone, both = audits
    kept = [f for f in both.findings if f.suite != "crows-pairs"]
    assert len(kept) == len(alone.findings) > 0
    for one, two in zip(alone.findings, kept, strict=True):
        assert (one.sentence, one.verdict) == (two.sentence, two.verdict)
        assert one.p_adjusted == pytest.approx(two.p_adjusted, nan_ok=True)
    assert any(f.p_adjusted == f.p_adjusted for f in kept)


def test_its_numbers_have_intervals_and_no_verdict(audits):
    found = [f for f in audits[1].findings if f.suite == "crows-pairs"]
    assert {f.contrast for f in found} == {"crows-pairs-score", "aul-score"}
    for finding in found:
        assert finding.low <= finding.gap <= finding.high
        assert finding.verdict == "undefined"
        assert finding.reason == COMPATIBILITY
        assert finding.p_adjusted != finding.p_adjusted
        assert finding.sentence.startswith("Compatibility result: on 36 paired sentences")
        assert not illustration(finding)
    assert not [f for f in key_findings(audits[1].findings) if f.suite == "crows-pairs"]


def test_the_report_says_what_they_are(audits):
    page = re.sub(r"\s+", " ", render(audits[1]))
    assert "Suites marked “compatibility” are benchmarks of others." in page
    assert "The items are author-labelled and unpiloted" in page
    assert "Compatibility results, without a verdict" in page
    assert "Illustrations: too few items" not in page.split('id="suite-crows-pairs"')[1]
    assert "may not be a good indicator of social biases" in page
    key = page.split('id="findings"')[1].split('id="coverage"')[0]
    assert "CrowS" not in key


def test_a_report_of_nothing_else_does_not_call_the_items_the_projects_own(audits):
    both = audits[1]
    only = replace(
        both,
        suites=tuple(s for s in both.suites if s.compatibility),
        findings=tuple(f for f in both.findings if f.suite == "crows-pairs"),
        estimates=tuple(e for e in both.estimates if e.suite == "crows-pairs"),
    )
    page = re.sub(r"\s+", " ", render(only))
    assert "The items are those of others." in page
    assert "author-labelled and unpiloted" not in page
    assert "The numbers of benchmarks of others stand with their suites." in page
    assert "author-labelled" not in card_section(only)


def test_the_terminal_says_what_they_are(audits):
    screen = Console(file=io.StringIO(), width=80)
    both = audits[1]
    terminal._print_result(screen, both, [])
    said = re.sub(r"\s+", " ", screen.file.getvalue())
    assert "Compatibility result: on 36 paired sentences, by the CrowS-Pairs score" in said
    assert "crows-pairs Fewer items than in its authors' files: 36 of 1,508." in said
    ours = [f for f in both.findings if f.suite != "crows-pairs"]
    tested = [f.primary for f in ours if f.p_adjusted == f.p_adjusted]
    counts = f"of {len(ours)} contrasts, {sum(tested)} primary and {tested.count(False)} secondary ones were tested"
    assert counts in said
    untested = replace(both, findings=tuple(replace(f, p_adjusted=float("nan"), verdict="undefined") for f in ours))
    screen = Console(file=io.StringIO(), width=80)
    terminal._print_result(screen, untested, [])
    said = re.sub(r"\s+", " ", screen.file.getvalue())
    assert "No contrast could be tested; the report says why." in said and "told apart" not in said
    assert f"of {len(ours)} contrasts, 0 primary and 0 secondary ones were tested" in said
    only = replace(both, findings=tuple(f for f in both.findings if f.suite == "crows-pairs"))
    screen = Console(file=io.StringIO(), width=80)
    terminal._print_result(screen, only, [])
    assert "No contrast was told apart" not in screen.file.getvalue()


def test_the_list_says_how_to_get_each():
    said = re.sub(r"\s+", " ", caveat("suites", "list", "--third-party").stdout)
    for name in ("crows-pairs", "stereoset", "winobias", "winogender", "bec-pro", "eec", "honest", "bbq"):
        assert f"--suite {name}:PATH" in said
    assert "Licence: CC BY-SA 4.0" in said
    assert "docs/third-party.md" in said
