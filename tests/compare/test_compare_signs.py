"""Words, sign, caption and the side of the dot say one thing, and models that share no question share no verdict."""

from __future__ import annotations

import html
import json
import re
from dataclasses import replace

import pytest
from fakes import FakeClassifier, FakeMaskedLM
from typer.testing import CliRunner

from audit.cli import app
from audit.compare import compare
from audit.compare.compare import Draft, settle
from audit.comparecommand import _print
from audit.report.comparison import charts, render_comparison
from audit.run import run_audit
from audit.stats import Gap, Spread
from audit.suites import load_suites
from audit.terminal import consoles


@pytest.fixture(scope="module")
def audits(tmp_path_factory):
    root = tmp_path_factory.mktemp("audits")
    suites = load_suites(["negation"], "quick")
    made = {}
    for name in ("one", "two"):
        made[name] = run_audit(FakeClassifier(), suites, out=root / name, check=False)
    return root, made


def text_of(page: str) -> str:
    return html.unescape(" ".join(re.sub(r"<[^>]+>", " ", page.partition("</style>")[2]).split()))


def planted(made, base: float, other: float):
    """A comparison in which the primary contrast of the suite has these two values, surely."""
    real = compare(made)
    (compared,) = real.others
    (change,) = [c for c in compared.changes if c.primary]
    (suite,) = made["one"].suites
    contrast = next(c for c in suite.contrasts if c.primary)
    gaps = [Gap(value, 0.02, 40, 40, 40, 40, 320, "clusters") for value in (base, other, other - base)]
    draft = Draft(
        suite.name, contrast.name, "", contrast.measure, contrast, *gaps, Spread(0.1, 1.0, base, other),
        0.05, True, 320, ("one", "two"), change.title,
    )  # fmt: skip
    found = settle([draft])
    return replace(real, others=(replace(compared, changes=tuple(found)),))


@pytest.mark.parametrize(
    ("base", "other", "verb", "size"),
    [
        (0.5, 1.5, "rose", "the gap grew"),
        (1.5, 0.5, "fell", "the gap shrank"),
        (-0.5, -1.5, "fell", "the gap grew"),
        (-1.5, -0.5, "rose", "the gap shrank"),
        (0.5, -0.5, "fell", "the gap changed its direction"),
        (-0.5, 0.5, "rose", "the gap changed its direction"),
    ],
)
def test_a_planted_change_points_one_way_in_words_number_and_drawing(audits, capsys, base, other, verb, size):
    result = planted(audits[1], base, other)
    (compared,) = result.others
    (change,) = compared.changes
    right = other > base
    size_of = f"{100 * abs(other - base):.0f} points"
    numbers = f"from {100 * base:.0f} to {100 * other:.0f}, it {verb} by {size_of}"
    assert numbers in change.sentence and size in change.sentence
    assert (change.change > 0) == right == (verb == "rose")
    (drawn,) = [spec for spec in charts(result, compared, 1) if spec.kind == "forest"]
    ((mark,),) = [row.marks for row in drawn.rows]
    assert (mark.value > 0) == right and (mark.low > 0) == right == (mark.high > 0)
    assert drawn.title == "1 of 1 change lies wholly beyond the smallest effect of interest"
    assert drawn.sentence.startswith("To the right of 0 the number rose from the first audit, to the left it fell")
    page = text_of(render_comparison(result))
    assert numbers.replace("-", "\N{MINUS SIGN}") in page.replace("\N{NO-BREAK SPACE}", " ") and size in page
    assert "the gap is larger" not in page
    _print(consoles()[0], result, [])
    assert numbers in " ".join(capsys.readouterr().out.split())
    assert numbers in html.unescape(result._repr_html_())


def test_a_change_that_was_not_told_apart_says_nothing_of_the_size_of_a_gap(audits):
    (compared,) = compare(audits[1]).others
    (change,) = [c for c in compared.changes if c.primary]
    assert change.change == 0 and "the gap grew" not in change.sentence


def test_models_for_different_tasks_have_nothing_to_compare(audits, tmp_path, capsys):
    made = {
        "one": audits[1]["one"],
        "blanks": run_audit(FakeMaskedLM(), load_suites(["negation", "occupations"], "quick"), check=False),
    }
    result = compare(made)
    (compared,) = result.others
    assert not compared.changes
    (skipped,) = compared.skipped
    assert "one is for text-classification and blanks for fill-mask" in skipped.reason
    page = text_of(render_comparison(result))
    assert "Nothing could be compared." in page and skipped.reason in page and "All 0 changes" not in page
    _print(consoles()[0], result, [])
    said = " ".join(capsys.readouterr().out.split())
    assert "Nothing could be compared." in said and "told apart" not in said
    assert "Nothing could be compared." in result._repr_html_()


@pytest.mark.parametrize(
    ("more", "said"),
    [
        ((), "caveat compare one two"),
        (("--out", "c/d", "--format", "json"), "caveat compare one two --out c/d --format json"),
        (
            ("--out", "c", "--fail-on", "negation.negation-cost > 0.9"),
            "caveat compare one two --out c --fail-on 'negation.negation-cost > 0.9'",
        ),
    ],
)
def test_the_command_of_a_comparison_is_the_one_that_was_given(audits, monkeypatch, tmp_path, more, said):
    monkeypatch.chdir(tmp_path)
    for name in ("one", "two"):
        (tmp_path / name).symlink_to(audits[0] / name)
    assert CliRunner().invoke(app, ["compare", "one", "two", *more]).exit_code == 0
    (stored,) = tmp_path.rglob("compare.json")
    assert json.loads(stored.read_text())["command"] == said
    if "json" not in more:
        assert said in text_of(stored.with_name("compare.html").read_text())


def test_folders_of_whoever_compared_do_not_travel_with_the_report(audits, monkeypatch, tmp_path):
    monkeypatch.chdir(tmp_path)
    out = tmp_path / "secret" / "c"
    words = ["compare", str(audits[0] / "one"), str(audits[0] / "two"), "--out", str(out)]
    assert CliRunner().invoke(app, words).exit_code == 0
    assert json.loads((out / "compare.json").read_text())["command"] == "caveat compare one two --out c"


def test_what_is_the_same_in_both_neither_rises_nor_falls(audits):
    (other,) = planted(audits[1], 0.5, 0.5).others
    (change,) = other.changes
    assert "From the one to the other, from 50 to 50, it did not change (95 % interval " in change.sentence
    assert "rose" not in change.sentence and "fell" not in change.sentence
    (other,) = planted(audits[1], 0.5, 0.5001).others
    (change,) = other.changes
    assert "from 50 to 50, it hardly moved (95 % interval " in change.sentence and "rose" not in change.sentence


def test_accuracy_of_a_suite_is_told_as_what_it_is_a_mean_over_frames(audits):
    result = compare(audits[1])
    (compared,) = result.others
    accuracies = [c for c in compared.changes if c.contrast == "accuracy"]
    assert accuracies and all("accuracy averaged over frames is " in c.sentence for c in accuracies)
    (drawn,) = [spec for spec in charts(result, compared, 1) if spec.kind == "dumbbell"]
    assert "on the same items, averaged over frames." in drawn.sentence


@pytest.mark.parametrize(
    ("verdict", "change", "title"),
    [
        ("chance", 0.3, "No change of accuracy was told apart from chance"),
        ("equivalent", 0.0, "No change of accuracy was told apart from chance"),
        ("finding", 0.3, "Accuracy rises from 50 % to 80 %"),
        ("finding", -0.3, "Accuracy falls from 50 % to 20 %"),
    ],
)
def test_the_figure_of_accuracies_claims_only_a_change_that_was_found(audits, verdict, change, title):
    result = planted(audits[1], 0.5, 0.5 + change)
    (compared,) = result.others
    (of,) = compared.changes
    of = replace(of, contrast="accuracy", title="Negation: accuracy", verdict=verdict)
    (drawn,) = [spec for spec in charts(result, replace(compared, changes=(of,)), 1) if spec.kind == "dumbbell"]
    assert drawn.title == title
