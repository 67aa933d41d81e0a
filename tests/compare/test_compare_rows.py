"""Two audits of one file of own rows."""

from __future__ import annotations

import re

import pandas as pd
import pytest
from fakes import FakeClassifier
from scipy.stats import binomtest
from typer.testing import CliRunner

from audit.cli import app
from audit.compare import compare
from audit.models.base import RowResult
from audit.models.function import FunctionModel, count_words
from audit.owndata.run import audit_data
from audit.report.comparison import render_comparison
from audit.schema import CaveatError, ModelInfo


class Contrary(FakeClassifier):
    """Says the opposite of the other on texts about the library."""

    def __init__(self) -> None:
        super().__init__()
        self.info = ModelInfo("contrary", "function", "2" * 40, self.info.tasks)

    def _one(self, text: str) -> RowResult:
        found = super()._one(text)
        return RowResult(logits=found.logits[::-1]) if "library" in text else found


TONES = {"great": "positive", "awful": "negative"}
PLACES = ("gym", "library", "bus", "lab")
ROWS = [
    {"text": f"The {place} was {tone} on day {day}.", "label": label, "group": "ab"[day % 2], "writer": f"w{day % 12}"}
    for day in range(30)
    for place in PLACES
    for tone, label in TONES.items()
]


@pytest.fixture(scope="module")
def folders(tmp_path_factory):
    root = tmp_path_factory.mktemp("rows")
    pd.DataFrame(ROWS).to_csv(root / "posts.csv", index=False)
    for model in (FakeClassifier(), Contrary()):
        audit_data(
            model, root / "posts.csv", out=root / model.info.id, text="text", label="label", groups=("group",),
            check=False, perturb=False, baselines=False,
        )  # fmt: skip
    return root


@pytest.fixture(scope="module")
def results(folders):
    from audit.owndata.store import load_data_result

    return {name: load_data_result(folders / name) for name in ("fake-classifier", "contrary")}


def overall(result, measure="accuracy"):
    (found,) = [c for c in result.others[0].changes if c.contrast == measure and not c.test]
    return found


def test_the_change_is_the_share_of_rows_that_turned_wrong(results):
    change = overall(compare({}, rows=results))
    assert change.n == len(ROWS)
    assert (change.base, change.other) == (1.0, 0.75)
    assert change.change == -0.25 and change.high < 0
    assert change.p == pytest.approx(binomtest(0, len(ROWS) // 4).pvalue)
    (answers,) = compare({}, rows=results).others[0].answers
    assert (answers.changed, answers.mended, answers.broken) == (len(ROWS) // 4, 0, len(ROWS) // 4)


def test_every_group_that_is_shown_gets_its_change(results):
    changes = compare({}, rows=results).others[0].changes
    assert {c.test for c in changes} == {"", "group is a", "group is b"}
    assert all(c.change == -0.25 for c in changes if c.contrast == "accuracy")


def test_the_report_says_for_whom_accuracy_changed(results):
    page = render_comparison(compare({}, "caveat compare a b", results))
    text = " ".join(re.sub(r"<[^>]+>", " ", page.partition("</style>")[2]).split())
    assert "For whom did accuracy change?" in text and "3 of 3 changes lie wholly beyond five points" in text
    assert re.search(r"accuracy on posts where group is a is 100\s% in fake-classifier and 75\s% in contrary", text)
    assert "Which gaps changed?" not in text and "macro-f1" not in text


def test_other_files_are_not_compared(folders, results):
    pd.DataFrame(ROWS[:80]).to_csv(folders / "fewer.csv", index=False)
    fewer = audit_data(
        FakeClassifier(), folders / "fewer.csv", text="text", label="label", check=False, perturb=False, baselines=False
    )
    with pytest.raises(CaveatError, match="audits of different files"):
        compare({}, rows={"one": results["contrary"], "two": fewer})


def test_the_command_reads_folders_of_own_data(folders, tmp_path):
    words = ["compare", str(folders / "fake-classifier"), str(folders / "contrary"), "--out", str(tmp_path / "c")]
    done = CliRunner().invoke(app, [*words, "--fail-on", "data.accuracy < -0.1"])
    assert done.exit_code == 1, done.output
    assert "Own data: accuracy" in (tmp_path / "c" / "compare.html").read_text()


NEUTRAL = [{"text": f"The bus leaves at {n}.", "label": "neutral", "group": "ab"[n % 2]} for n in range(30)]
SIDES = {"negative": "awful", "positive": "great"}
POLAR = [
    {"text": f"The day was {word} ({n}).", "label": label, "group": "ab"[n % 2]}
    for n in range(30)
    for label, word in SIDES.items()
]


def two_class(name="binary"):
    def classify(texts):
        return [(0.9, 0.1) if "awful" in text else (0.1, 0.9) for text in texts]

    return FunctionModel(name, classify=classify, labels=("negative", "positive"))


def judged(posts, *models):
    frame = pd.DataFrame(posts)
    asked = {"groups": ("group",), "check": False, "perturb": False}
    return {model.info.id: audit_data(model, frame, **asked) for model in models}


@pytest.mark.parametrize("turned", [False, True])
def test_a_two_class_model_is_compared_where_both_are_judged_and_it_is_said(turned):
    both = judged(POLAR + NEUTRAL, two_class(), FunctionModel("three", classify=count_words))
    result = compare({}, rows=dict(reversed(both.items())) if turned else both)
    (other,) = result.others
    said = "binary has no neutral class and was judged on 60 of 90 labelled rows; both are compared on these"
    (left,) = [skipped for skipped in other.skipped if skipped.what == "rows labelled neutral"]
    assert (left.reason, left.n) == (said, 30)
    change = overall(result)
    assert change.n == 60 and change.sentence.startswith(f"{said}. On 60 rows, accuracy on posts labelled neg")
    assert "from the one to the other it did not change (95 % interval 0.0 to 0.0)" in change.sentence
    assert "all posts" not in " ".join(c.sentence for c in other.changes)
    (group,) = [c for c in other.changes if c.test == "group is a"]
    assert "accuracy on posts labelled negative or positive where group is a is 100 %" in group.sentence
    page = " ".join(re.sub(r"<[^>]+>", " ", render_comparison(result).partition("</style>")[2]).split())
    assert "rises from" not in page and "No change of accuracy was told apart from chance" in page
    assert "counts only when its adjusted p is below .05" in page and "its interval says so" not in page
    assert said in page and "all posts labelled negative or positive" in page and "accuracy on all posts" not in page
    assert said in result._repr_html_()


def test_two_models_without_neutral_say_it_of_both():
    (other,) = compare({}, rows=judged(POLAR + NEUTRAL, two_class(), two_class("again"))).others
    (left,) = other.skipped
    assert left.reason == "neither binary nor again has a neutral class; each was judged on 60 of 90 labelled rows"


def test_nothing_is_left_out_where_no_row_is_neutral():
    (other,) = compare({}, rows=judged(POLAR, two_class(), FunctionModel("three", classify=count_words))).others
    assert not other.skipped and "all posts" in other.changes[0].sentence


def test_rows_that_only_one_can_be_judged_on_leave_nothing_to_compare():
    (other,) = compare({}, rows=judged(NEUTRAL, two_class(), FunctionModel("three", classify=count_words))).others
    assert not other.changes and other.skipped[-1].reason == "none is left that both were judged on"


def test_labels_that_were_read_in_two_ways_are_not_judged(tmp_path):
    frame, model = pd.DataFrame(POLAR), FunctionModel("three", classify=count_words)
    asked = {"check": False, "perturb": False}
    one = audit_data(model, frame, **asked)
    two = audit_data(model, frame, labels={"positive": "neutral"}, **asked)
    (other,) = compare({}, rows={"one": one, "two": two}).others
    (left,) = other.skipped
    assert (left.reason, left.n) == ("whose label the two audits read in different ways", 30)
    assert other.changes[0].n == 30
