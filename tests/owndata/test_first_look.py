"""What stands first about own rows, in the report, on the page and in the terminal."""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import pandas as pd
import pytest

from audit import audit_data
from audit.datacommand import _print_result
from audit.models.function import FunctionModel
from audit.page.data_tab import _letter
from audit.report.owndata import render_data
from audit.report.owndata.first import first_look, notes
from audit.terminal import consoles

SAID = {"bad": (0.9, 0.05, 0.05), "meh": (0.2, 0.6, 0.2), "good": (0.1, 0.1, 0.8)}
MODEL = FunctionModel("says", classify=lambda texts: [SAID.get(text.split()[0], (0.3, 0.4, 0.3)) for text in texts])
MISSED = "What does it miss?"
ASKED = {"check": False, "perturb": False, "baselines": False}


def posts(**counts):
    """Texts that the model answers with a class, by label: bad_yes=20 is 20 of "bad", labelled yes."""
    rows = [
        (f"{word} post {place}", label, "xy"[place % 2])
        for name, n in counts.items()
        for word, label in [name.split("_")]
        for place in range(n)
    ]
    return pd.DataFrame(rows, columns=["text", "label", "team"])


TOLD = posts(bad_yes=120, good_yes=40, meh_no=30, good_no=90, bad_no=20)
MEANS = {"yes": "negative", "no": "neutral+positive"}


@pytest.fixture(scope="module")
def result():
    return audit_data(MODEL, TOLD, labels=MEANS, groups="team", **ASKED | {"baselines": True})


def test_the_first_look_has_its_order_and_the_figures_of_the_result(result):
    look = dict(first_look(result))
    assert list(look) == [
        "How often is it right?",
        "What does it miss?",
        "How sure is it, and how right?",
        "Does a threshold keep errors at 10 %?",
        "For whom does it differ?",
    ]
    right, missed, sure, threshold, whom = look.values()
    assert right.startswith("On 80 % of 300 posts (95 % interval 75 to 84)")
    assert missed.startswith(
        "25 % of 160 negative posts (95 % interval 19 to 32) and it calls 14 % of 140 others negative."
    )
    assert "Counting words (TF-IDF and logistic regression) is right on" in missed
    assert "Counting words (word list) is right on" in missed and missed.count("(the model 25 %)") == 2
    assert sure.startswith("It gives 89 % to its answers on average and is right on 80 %: ")
    assert sure.endswith(" points surer than it is right.")
    assert threshold.startswith(("None is known to: of the", "None was found:", "One does"))
    assert whom.startswith("No gap between groups was told apart from chance. Of gaps in accuracy these posts could")
    assert not notes(result)


def test_report_page_and_terminal_begin_with_it(result, capsys):
    report = render_data(result)
    places = [
        report.index(f">{title}<") for title in ("The first look", "Key findings on these posts", "What was read")
    ]
    assert places == sorted(places)
    _print_result(consoles()[0], result, [])
    told = " ".join(capsys.readouterr().out.split())
    letter = _letter(result, report)
    for question, answer in first_look(result):
        assert question in told and " ".join(answer.split()) in told
        assert question in letter and answer.split(" (")[0] in letter
    assert told.index("How often is it right?") < told.index("For whom does it differ?") < told.index("macro f1")


def test_classes_that_differ_are_said_first(capsys):
    """Two classes in the file, three in the model: what the third does to accuracy, and how to say what is meant."""
    result = audit_data(MODEL, TOLD, labels={"yes": "negative", "no": "positive"}, **ASKED)
    (note,) = notes(result)
    assert note.startswith(
        "The labels of this file are negative and positive; the model also answers neutral, here on 30 of 300 posts, "
        "which then counts as wrong."
    )
    assert "--data-labels no=neutral+positive" in note
    held = audit_data(MODEL, TOLD, labels={"yes": "negative", "no": "positive"}, **ASKED | {"baselines": True})
    assert "Held to negative and positive, counting words (word list) is right on" in dict(first_look(held))[MISSED]
    assert "All answer only negative or positive here, the classes of the file" in render_data(held)
    report = render_data(result)
    assert report.index("the model also answers neutral") < report.index("<dt>How often is it right?</dt>")
    _print_result(consoles()[0], result, [])
    told = " ".join(capsys.readouterr().out.split())
    assert told.index("the model also answers neutral") < told.index("How often is it right?")
    (none,) = notes(
        audit_data(MODEL, posts(bad_yes=30, good_no=30), labels={"yes": "negative", "no": "positive"}, **ASKED)
    )
    assert "also answers neutral, here on none of 60 posts. If a label" in none
    whole = audit_data(MODEL, posts(bad_neg=30, meh_neu=30, good_pos=30), labels={"neu": "neutral"}, **ASKED)
    assert not notes(whole)
    two = FunctionModel("two", classify=lambda texts: [(0.4, 0.6)] * len(texts), labels=("negative", "positive"))
    (lacking,) = notes(audit_data(two, posts(bad_neg=30, meh_neu=30, good_pos=30), labels={"neu": "neutral"}, **ASKED))
    assert lacking == (
        "The model has no neutral class: 30 of 90 labelled posts are neutral and left out. Everything below is about "
        "the other 60."
    )


@pytest.mark.parametrize(
    ("meanings", "hint"),
    [
        ({"yes": "positive", "no": "negative"}, True),
        ({"yes": "neutral+positive", "no": "negative"}, True),
        ({"yes": "negative", "no": "positive"}, False),
        (MEANS, False),
    ],
)
def test_meanings_that_may_be_reversed(meanings, hint):
    result = audit_data(MODEL, TOLD, labels=meanings, **ASKED)
    assert any(note.startswith("Are the meanings of labels reversed?") for note in notes(result)) == hint


def test_bad_luck_is_no_reversal():
    rng = np.random.default_rng(1)
    hints = 0
    for _ in range(40):
        frame = TOLD.assign(label=rng.permutation(TOLD["label"].to_numpy()))
        hints += bool(notes(audit_data(MODEL, frame, labels=MEANS, **ASKED)))
    assert hints == 0


def test_a_threshold_is_named_only_within_its_bound(result):
    (first, *rest) = result.selections
    kept = {"reason": "", "threshold": 0.8, "coverage": 0.4, "error": 0.03, "no_bound": ""}

    def said(**changes):
        return first_look(replace(result, selections=(replace(first, **kept | changes), *rest)))[3][1]

    assert said(bound=0.09) == (
        "One does, for posts like these: of the 40 % of posts with a confidence of 0.80 or more, 3.0 % are wrong, with "
        "95 % confidence at most 9.0 %."
    )
    assert said(bound=0.11).startswith("None is known to: of the 40 %")
    assert said(no_bound="no bound: too few writers") == (
        "None is known to: of the 40 % of posts with a confidence of 0.80 or more, 3.0 % are wrong, without a "
        "bound (too few writers)."
    )
    assert said(reason="no threshold kept 30 rows") == "None was found: no threshold kept 30 rows."
    without = first_look(replace(result, source=replace(result.source, groups=())))
    assert without[-1][1] == "No group column was given, so nobody can tell."
