"""What is logged, and that nothing is unless somebody asks."""

from __future__ import annotations

import logging
from importlib.metadata import version

from commandline import caveat

from audit import load_model, load_suites, run_audit


def test_nothing_is_said_unless_it_is_asked_for(capfd):
    run_audit(load_model("word-count"), load_suites(["slang"], "quick"))
    assert capfd.readouterr() == ("", "")


def test_scoring_says_what_it_does_and_quotes_no_text(caplog, tmp_path):
    suites = load_suites(["slang"], "quick")
    with caplog.at_level(logging.DEBUG, logger="audit"):
        run_audit(load_model("word-count"), suites, out=tmp_path)
    assert "slang: " in caplog.text and "is on disk" in caplog.text
    assert not [e.text for e in suites[0].examples if e.text in caplog.text]


def test_the_version_is_that_of_the_package():
    done = caveat("--version")
    assert (done.returncode, done.stdout.strip()) == (0, f"caveat {version('caveat-audit')}")
