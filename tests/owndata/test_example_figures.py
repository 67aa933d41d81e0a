"""Every figure by group of the stored example study, worked out again from its posts by other libraries."""

from __future__ import annotations

import pandas as pd
import pytest
from sklearn.metrics import accuracy_score, confusion_matrix, f1_score, precision_score, recall_score
from test_example_study import FOLDER

from audit import load_model
from audit.models.base import Request
from audit.owndata.store import from_json
from audit.schema import LABELS
from audit.scoring import score


@pytest.fixture(scope="module")
def answered():
    """The posts, with what the model says to each."""
    posts = pd.read_csv(FOLDER / "posts.csv")
    answers = score(load_model("sentiment"), [Request(text) for text in posts["post"]])
    chances = pd.DataFrame([dict(zip(a.labels, a.probabilities, strict=True)) for a in answers])
    return posts.assign(said=chances.idxmax(axis=1), sure=chances.max(axis=1))


def test_every_stored_figure_follows_from_the_posts(answered):
    stored = from_json((FOLDER / "result.json").read_text(encoding="utf-8"))
    checked = 0
    parts = {("overall", "all"): answered}
    for by in stored.source.groups:
        parts.update({(by, str(group)): part for group, part in answered.groupby(by)})
    for estimate in stored.estimates:
        if estimate.value != estimate.value or (estimate.by, estimate.group) not in parts:
            continue
        part = parts[estimate.by, estimate.group]
        y, said, negative = part["sentiment"], part["said"], part["sentiment"] == "negative"
        right = (y == said).astype(float)
        name, _, label = estimate.measure.partition(":")
        one = {"labels": [label], "average": "macro"}
        again = {
            "accuracy": lambda y=y, said=said: accuracy_score(y, said),
            "macro_f1": lambda y=y, said=said: f1_score(y, said, labels=LABELS, average="macro", zero_division=0),
            "precision": lambda y=y, said=said, one=one: precision_score(y, said, **one),
            "recall": lambda y=y, said=said, one=one: recall_score(y, said, **one),
            "miss": lambda said=said, negative=negative: (said[negative] != "negative").mean(),
            "false_alarm": lambda said=said, negative=negative: (said[~negative] == "negative").mean(),
            "flagged": lambda said=said: (said == "negative").mean(),
            "confidence": lambda part=part: part["sure"].mean(),
            "overconfidence": lambda part=part, right=right: (part["sure"] - right).mean(),
            "brier": lambda part=part, right=right: ((part["sure"] - right) ** 2).mean(),
        }
        if name in again:
            exact = name not in ("confidence", "overconfidence", "brier")
            assert estimate.value == pytest.approx(again[name](), abs=1e-9 if exact else 1e-5), estimate
            checked += 1
    assert checked > 150
    for table in stored.confusions:
        if table.counts and (table.by, table.group) in parts:
            part = parts[table.by, table.group]
            assert (confusion_matrix(part["sentiment"], part["said"], labels=table.labels) == table.counts).all()
