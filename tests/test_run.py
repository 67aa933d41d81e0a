"""The whole way from suites to a results folder, on fake models; and a kill at any moment."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest
from fakes import FakeClassifier, FakeMaskedLM

from audit.run import PARTS, run_audit
from audit.schema import CaveatError, ModelUnsupported
from audit.store import load_result, predictions_table, to_json
from audit.suites import load_suites

ROOT = Path(__file__).parent.parent


def undated(folder: Path) -> str:
    data = json.loads((folder / "result.json").read_text())
    del data["created"]
    return json.dumps(data)


def test_a_classifier_goes_through_the_suites_that_fit(tmp_path):
    suites = load_suites(["occupations", "negation"], "quick")
    result = run_audit(FakeClassifier(), suites, out=tmp_path, check=False)
    assert [suite.name for suite in result.suites] == ["negation"]
    (skipped,) = [s for s in result.skipped if s.what == "occupations"]
    assert "needs a model for fill-mask" in skipped.reason
    (primary,) = [f for f in result.findings if f.primary]
    # Counting words cannot see "not": every negated item fails whose adjective it knows, half of them.
    assert primary.gap == 0.5 and primary.low > 0.1
    assert primary.verdict == "finding" and primary.severity == "high"
    assert predictions_table(result).num_rows == result.suites[0].examples
    assert not (tmp_path / PARTS).exists()


def test_what_is_on_disk_is_what_was_returned(tmp_path):
    result = run_audit(FakeClassifier(), load_suites(["sarcasm"], "quick"), out=tmp_path, check=False)
    assert to_json(load_result(tmp_path)) == to_json(result)


def test_a_results_folder_holds_the_report_as_that_of_the_command_line_does(tmp_path):
    suites = load_suites(["slang"], "quick")
    made = {"result.json", "predictions.parquet", "timing.json", "report.html"}
    run_audit(FakeClassifier(), suites, out=tmp_path / "a", check=False)
    assert {path.name for path in (tmp_path / "a").iterdir()} == made
    # A finished audit is not run again, and what is missing of its rendering is made.
    (tmp_path / "a" / "report.html").unlink()
    run_audit(FakeClassifier(), suites, out=tmp_path / "a", check=False, formats=("html", "md"))
    assert {path.name for path in (tmp_path / "a").iterdir()} == made | {"report.md"}
    run_audit(FakeClassifier(), suites, out=tmp_path / "b", check=False, formats=())
    assert {path.name for path in (tmp_path / "b").iterdir()} == made - {"report.html"}
    with pytest.raises(CaveatError, match="is a file"):
        run_audit(FakeClassifier(), suites, out=tmp_path / "a" / "result.json")
    with pytest.raises(CaveatError, match="seed -1: give 0 or more"):
        run_audit(FakeClassifier(), suites, seed=-1)


def test_two_runs_are_equal_but_for_the_date(tmp_path):
    for name in ("a", "b"):
        run_audit(FakeClassifier(), load_suites(["slang"], "quick"), out=tmp_path / name, check=False)
    assert undated(tmp_path / "a") == undated(tmp_path / "b")
    read = [(tmp_path / name / "predictions.parquet").read_bytes() for name in ("a", "b")]
    assert read[0] == read[1]


def test_order_of_examples_does_not_change_estimates_and_findings():
    (suite,) = load_suites(["negation"], "quick")
    turned = replace(suite, examples=tuple(reversed(suite.examples)))
    straight = run_audit(FakeClassifier(), [suite], check=False)
    reverse = run_audit(FakeClassifier(), [turned], check=False)
    assert repr(straight.findings) == repr(reverse.findings)
    assert repr(sorted(map(repr, straight.estimates))) == repr(sorted(map(repr, reverse.estimates)))


def test_a_cancelled_run_says_so_and_keeps_its_chunks(tmp_path):
    suites = load_suites(["negation", "slang"], "quick")
    seen = []
    result = run_audit(
        FakeClassifier(), suites, out=tmp_path, check=False, progress=seen.append,
        cancelled=lambda: bool(seen) and seen[-1].suite == "slang",
    )  # fmt: skip
    assert result.partial
    assert [s.what for s in result.skipped if "cancelled" in s.reason] == ["slang"]
    assert not (tmp_path / "result.json").exists()
    assert any((tmp_path / PARTS).rglob("part-*.parquet"))
    whole = run_audit(FakeClassifier(), suites, out=tmp_path, check=False)
    assert not whole.partial and len(whole.suites) == 2


def test_a_stop_is_heard_before_the_first_batch():
    suites = load_suites(["negation", "slang"], "quick")
    result = run_audit(FakeClassifier(), suites, check=False, cancelled=lambda: True)
    assert result.partial and not result.suites and len(result.skipped) == 2


def test_no_suite_fits():
    with pytest.raises(CaveatError, match="None of the suites negation can run on fake-masked-lm"):
        fake = FakeMaskedLM()
        fake.info = replace(fake.info, tasks=("translation",))
        run_audit(fake, load_suites(["negation"], "quick"), check=False)


def test_a_model_that_fails_the_plain_items_is_refused():
    class Upside(FakeClassifier):
        def _one(self, text):
            result = super()._one(text)
            return replace(result, logits=tuple(reversed(result.logits)))

    with pytest.raises(ModelUnsupported, match="--labels|labels"):
        run_audit(Upside(), load_suites(["negation"], "quick"))


def audit_in_chunks(folder, batches=0):
    """Audit in some dozen chunks; after so many batches the process is killed, as by kill -9."""

    class Dies(FakeClassifier):
        def forward(self, rows):
            if len(self.batches) == batches > 0:
                os.kill(os.getpid(), signal.SIGKILL)
            return super().forward(rows)

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("audit.scoring.CHUNK_TOKENS", 3000)
        suites = load_suites(["negation", "slang"], "quick")
        return run_audit(Dies(), suites, out=folder, check=False, batch_tokens=1000)


def test_a_killed_process_goes_on_to_the_same_bytes(tmp_path):
    whole, killed = tmp_path / "whole", tmp_path / "killed"
    audit_in_chunks(whole)
    kept = [0]
    for batches in (5, 9):
        code = f"import test_run; test_run.audit_in_chunks({str(killed)!r}, {batches})"
        died = subprocess.run([sys.executable, "-c", f"import sys; sys.path[:0] = ['tests']; {code}"], cwd=ROOT)
        assert died.returncode == -signal.SIGKILL
        kept.append(len(list((killed / PARTS).rglob("part-*.parquet"))))
    assert kept == sorted(set(kept)), "each start goes on where the one before it was killed"
    assert not (killed / "result.json").exists()
    audit_in_chunks(killed)
    assert undated(killed) == undated(whole)
    assert (killed / "predictions.parquet").read_bytes() == (whole / "predictions.parquet").read_bytes()


def test_a_finished_audit_is_not_run_again(tmp_path):
    suites = load_suites(["slang"], "quick")
    first = run_audit(FakeClassifier(), suites, out=tmp_path, check=False)

    class Silent(FakeClassifier):
        def forward(self, rows):
            raise AssertionError("asked again")

    assert run_audit(Silent(), suites, out=tmp_path, check=False).created == first.created
    for again in ({"seed": 1}, {"batch_tokens": 100}):
        with pytest.raises(AssertionError, match="asked again"):
            run_audit(Silent(), suites, out=tmp_path, check=False, **again)
    (tmp_path / "predictions.parquet").unlink()
    with pytest.raises(AssertionError, match="asked again"):
        run_audit(Silent(), suites, out=tmp_path, check=False)
