"""The example study: its data, what its datasheet says of them, and the walk-through."""

from __future__ import annotations

import csv
import re
from collections import Counter, defaultdict
from pathlib import Path

import pytest

FOLDER = Path(__file__).parents[2] / "examples" / "student_posts"
SHEET = (FOLDER / "README.md").read_text(encoding="utf-8")
LABELS = {"negative", "neutral", "positive"}
ALLOWED = {
    "sentiment": LABELS,
    "annotator_a": LABELS,
    "annotator_b": LABELS,
    "annotator_c": LABELS,
    "gender": {"woman", "man", "nonbinary"},
    "year": {"first year", "second year", "third year", "fourth year", "graduate"},
    "background": {"first-generation", "continuing-generation"},
    "language": {"English first", "additional language"},
    "device": {"plain", "negated", "slang", "ironic", "masked", "coping", "disclaimer", "mixed"},
}


@pytest.fixture(scope="module")
def posts():
    with (FOLDER / "posts.csv").open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


def count(posts, **wanted):
    return sum(all(post[k] == v for k, v in wanted.items()) for post in posts)


def test_there_are_enough_posts_and_no_two_are_alike(posts):
    assert len(posts) >= 320
    assert len({post["id"] for post in posts}) == len(posts)
    assert len({re.sub(r"\W+", " ", post["post"].lower()).strip() for post in posts}) == len(posts)
    openings = Counter(" ".join(post["post"].lower().split()[:5]) for post in posts)
    assert max(openings.values()) <= 2, openings.most_common(3)


def test_values_are_the_documented_ones(posts):
    for column, values in ALLOWED.items():
        assert {post[column] for post in posts} == values
    assert all(post["annotator_a"] == post["sentiment"] for post in posts)


def test_lengths(posts):
    lengths = [len(post["post"].split()) for post in posts]
    assert min(lengths) >= 10 and max(lengths) <= 60


def test_a_writer_stays_the_same_person(posts):
    seen = defaultdict(set)
    for post in posts:
        seen[post["writer"]].add(tuple(post[name] for name in ("gender", "year", "background", "language")))
    assert all(len(attributes) == 1 for attributes in seen.values())
    assert max(Counter(post["writer"] for post in posts).values()) <= 6


@pytest.mark.parametrize("column", ["gender", "year", "background", "language"])
def test_labels_are_spread_alike_over_groups(posts, column):
    overall = count(posts, sentiment="negative") / len(posts)
    for group in ALLOWED[column]:
        share = count(posts, sentiment="negative", **{column: group}) / count(posts, **{column: group})
        assert abs(share - overall) < 0.08, group


def test_the_datasheet_counts_right(posts):
    writers = {post["writer"] for post in posts}
    assert f"| all | {len(posts)} | {len(writers)} |" in SHEET
    rows = {
        "sentiment": ["negative", "neutral", "positive"],
        "gender": ["woman", "man", "nonbinary"],
        "year": ["first year", "second year", "third year", "fourth year", "graduate"],
        "background": ["first-generation", "continuing-generation"],
        "language": ["English first", "additional language"],
    }
    for column, groups in rows.items():
        assert " / ".join(str(count(posts, **{column: group})) for group in groups) in SHEET
        of_writers = [len({p["writer"] for p in posts if p[column] == group}) for group in groups]
        assert column == "sentiment" or " / ".join(map(str, of_writers)) in SHEET
    for device, n in Counter(post["device"] for post in posts).items():
        assert f"| {device} | {n} |" in SHEET


def test_the_datasheet_states_the_planted_differences(posts):
    other, first = {"language": "additional language"}, {"language": "English first"}
    negated = count(posts, device="negated", **other), count(posts, device="negated", **first)
    slang = count(posts, device="slang", year="first year")
    text = " ".join(SHEET.split())
    assert f"{negated[0]} of their {count(posts, **other)} posts" in text
    assert f"{negated[1]} of the {count(posts, **first)} posts" in text
    freshmen = count(posts, year="first year")
    rest = count(posts, device="slang") - slang
    assert f"{slang} of their {freshmen} posts, against {rest} of the {len(posts) - freshmen} others" in text


def test_it_says_that_it_is_synthetic_and_that_labels_are_rules(posts):
    assert SHEET.count("Synthetic") >= 1 and "are not three people" in SHEET
    differ = {name: sum(post[name] != post["sentiment"] for post in posts) for name in ("annotator_b", "annotator_c")}
    assert differ["annotator_b"] > differ["annotator_c"] > 20
