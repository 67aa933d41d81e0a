"""The model's own labels -> polarity: the user, then names, then the table, and never the index."""

from __future__ import annotations

import math

import pytest

from audit.models import labels
from audit.models.classifier import polarity, understood
from audit.models.labels import REPOSITORIES, LabelMap, parse, resolve, star
from audit.schema import CaveatError, ModelUnsupported

N, U, P = "negative", "neutral", "positive"
GO_EMOTIONS = (
    *("admiration", "amusement", "anger", "annoyance", "approval", "caring", "confusion", "curiosity", "desire"),
    *("disappointment", "disapproval", "disgust", "embarrassment", "excitement", "fear", "gratitude", "grief", "joy"),
    *("love", "nervousness", "optimism", "pride", "realization", "relief", "remorse", "sadness", "surprise", "neutral"),
)


@pytest.mark.parametrize(
    ("own", "expected"),
    [
        (("NEGATIVE", "POSITIVE"), (N, P)),
        (("POSITIVE", "NEGATIVE"), (P, N)),
        (("neg", "pos"), (N, P)),
        (("NEG", "NEU", "POS"), (N, U, P)),
        (("Neutral", "Positive", "Negative"), (U, P, N)),
        (("1 star", "2 stars", "3 stars", "4 stars", "5 stars"), (N, N, U, P, P)),
        (("5 stars", "4 stars", "3 stars", "2 stars", "1 star"), (P, P, U, N, N)),
        (("one star", "two stars", "three stars", "four stars", "five stars"), (N, N, U, P, P)),
        (("very_negative", "Negative", "neutral", "positive", "VERY-POSITIVE"), (N, N, U, P, P)),
        (("★", "★★", "★★★", "★★★★", "★★★★★"), (N, N, U, P, P)),
        (("Positiv", "Neutral", "Negativ"), (P, U, N)),
        (("négatif", "neutre", "positif"), (N, U, P)),
        (("muy negativo", "negativo", "neutro", "positivo", "muy positivo"), (N, N, U, P, P)),
        (("bearish", "bullish", "neutral"), (N, P, U)),
        (("bad", "good"), (N, P)),
        (("sadness", "joy", "love", "anger", "fear", "surprise"), (N, P, P, N, N, U)),
        (("anger", "joy", "optimism", "sadness"), (N, P, P, N)),
    ],
)
def test_names_speak_for_themselves_in_any_order(own, expected):
    found = resolve(own, "o/m")
    assert found.classes == expected
    assert found.polarity == dict(zip(own, expected, strict=True))
    assert found.source == "names"


def test_go_emotions_is_grouped_as_its_paper_does():
    found = resolve(GO_EMOTIONS, "o/m")
    assert [found.classes.count(label) for label in (P, N, U)] == [12, 11, 5]


def test_stars_and_very_positive_keep_their_half_steps():
    stars = tuple(f"{k} star{'s' if k > 1 else ''}" for k in (2, 1, 3, 5, 4))
    assert resolve(stars, "o/m").values == (-0.5, -1.0, 0.0, 1.0, 0.5)
    words = ("very negative", "negative", "neutral", "positive", "very positive")
    assert resolve(words, "o/m").values == (-1.0, -0.5, 0.0, 0.5, 1.0)
    assert resolve(("sehr_negativ", "negativ", "positiv"), "o/m").values == (-1.0, -1.0, 1.0)
    assert resolve(words, "o/m", {"neutral": "neutral"}).values == (-1.0, -1.0, 0.0, 1.0, 1.0)


@pytest.mark.parametrize(
    ("text", "value"),
    [
        *(("1 star", 1), ("4 Stars", 4), ("stars_2", 2), ("five stars", 5), ("6 stars", None), ("☆", None)),
        *(("★★★", 3), ("★★★☆☆", 3), ("⭐️⭐️", 2), ("★ ★ ★ ★", 4), ("★★★★★★", None)),
    ],
)
def test_star_names(text, value):
    assert star(text) == value


@pytest.mark.parametrize("repository", REPOSITORIES)
def test_the_table_covers_exactly_what_has_no_names(repository):
    table = REPOSITORIES[repository]
    found = resolve(tuple(table), repository)
    assert found.source == "table" and found.classes == tuple(table.values())
    assert resolve(tuple(table), repository.upper()).source == "table"
    assert not set(table) & set(labels.NAMES)


def test_the_table_says_what_the_cards_and_data_sets_say():
    """SST-2, IMDb, Rotten Tomatoes and Yelp Polarity: 0 negative, 1 positive; the tweets: 0, 1, 2 as in the card."""
    two = {"LABEL_0": N, "LABEL_1": P}
    assert {
        name: dict(table) for name, table in REPOSITORIES.items() if "twitter" not in name
    } == dict.fromkeys((name for name in REPOSITORIES if name.startswith("textattack/")), two)  # fmt: skip
    three = {"LABEL_0": N, "LABEL_1": U, "LABEL_2": P}
    assert REPOSITORIES["cardiffnlp/twitter-roberta-base-sentiment"] == three


def test_labels_without_a_neutral_one_answer_two():
    assert resolve(("neg", "pos"), "o/m").labels == (N, P)
    assert resolve(("anger", "joy", "surprise"), "o/m").labels == (N, U, P)


@pytest.mark.parametrize(
    ("own", "line"),
    [
        (
            ("LABEL_0", "LABEL_1"),
            r"not known: LABEL_0, LABEL_1. .* negative, neutral, positive: --labels LABEL_0=\.\.\.,LABEL_1=\.\.\.$",
        ),
        (("no_burnout", "burnout"), r"--labels no_burnout=\.\.\.,burnout=\.\.\.$"),
        (("sport", "politics"), "not known: sport, politics"),
        (("positive", "mixed", "odd", "negative"), "not known: mixed, odd"),
        (("mixed", "negative"), "not known: mixed"),
        (("1", "2", "3", "4", "5"), "not known: 1, 2, 3, 4, 5"),
        (tuple(f"t{k}" for k in range(20)), "t11 and 8 more.*,...$"),
    ],
)
def test_unknown_labels_are_printed_with_the_option_that_fixes_it(own, line):
    with pytest.raises(ModelUnsupported, match=rf"o/m: what these labels mean is {line}" if "not" in line else line):
        resolve(own, "o/m")


def test_one_class_without_a_meaning_leaves_the_rest():
    own = ("positive", "mixed", "negative")
    found = resolve(own, "o/m")
    assert found.classes == (P, "", N) and found.labels == (N, P) and found.values == (1.0, 0.0, -1.0)
    assert found.polarity == {P: P, N: N} and "one class more" in found.note
    assert not resolve(("positive", "negative"), "o/m").note
    logits = [math.log(x) for x in (0.3, 0.6, 0.1)]
    names, shares, valence = polarity(logits, found)
    assert names == (N, P) and shares == pytest.approx((0.25, 0.75)) and valence == pytest.approx(0.5)
    assert understood(logits, found) == pytest.approx(0.4)
    assert understood(logits, resolve(own, "o/m", {"mixed": U})) == 1.0
    assert polarity((-900.0, 900.0, -901.0), found)[1][1] == pytest.approx(1 / (1 + math.exp(-1)))


@pytest.mark.parametrize(
    ("own", "line"),
    [
        (("positive", "neutral"), "no label of o/m is negative"),
        (("surprise", "neutral"), "no label of o/m is negative or positive"),
    ],
)
def test_both_poles_are_needed(own, line):
    with pytest.raises(ModelUnsupported, match=rf"{line} .*: a sentiment audit needs both"):
        resolve(own, "o/m")


def test_the_user_goes_before_names_and_table():
    repository, table = next((key, value) for key, value in REPOSITORIES.items() if len(value) == 2)
    found = resolve(tuple(table), repository, {"LABEL_0": "positive", "LABEL_1": "negative"})
    assert found.classes == (P, N) and found.source == "user"
    assert resolve(("NEG", "POS"), "o/m", {"NEG": P, "POS": N}).classes == (P, N)


def test_the_user_may_leave_out_what_names_say():
    found = resolve(("positive", "mixed", "negative"), "o/m", {"mixed": "neutral"})
    assert found == LabelMap({P: P, "mixed": U, N: N}, (P, U, N), (1.0, 0.0, -1.0), "user")
    with pytest.raises(ModelUnsupported, match="not known: LABEL_1"):
        resolve(("LABEL_0", "LABEL_1"), "o/m", {"LABEL_0": N})


def test_stray_labels_are_a_usage_error():
    with pytest.raises(CaveatError, match="LABEL_7 is no label of o/m; it has LABEL_0, LABEL_1") as found:
        resolve(("LABEL_0", "LABEL_1"), "o/m", {"LABEL_7": N})
    assert found.value.exit_code == 2


def test_one_output_needs_only_one_pole():
    assert resolve(("LABEL_0",), "o/m", {"LABEL_0": P}).classes == (P,)
    with pytest.raises(ModelUnsupported, match="not known: LABEL_0"):
        resolve(("LABEL_0",), "o/m")


def test_maps_as_text():
    assert parse("LABEL_0=negative, LABEL_1=POS") == {"LABEL_0": N, "LABEL_1": P}
    assert parse("a=b=neu") == {"a=b": U}


def test_maps_from_files(tmp_path):
    (tmp_path / "m.json").write_text('{"LABEL_0": "negative", "LABEL_1": "positive"}')
    (tmp_path / "m.tsv").write_text("LABEL_0\tnegative\n\nLABEL_1\tpositive\n")
    expected = {"LABEL_0": N, "LABEL_1": P}
    assert parse(str(tmp_path / "m.json")) == parse(str(tmp_path / "m.tsv")) == expected


@pytest.mark.parametrize(
    ("text", "line"),
    [
        ("LABEL_0", "'LABEL_0' is not of the form LABEL=POLARITY; write --labels"),
        ("LABEL_0=good", r"'good' \(for LABEL_0\) is not one of negative, neutral, positive"),
        ("LABEL_0=joy", r"'joy' \(for LABEL_0\) is not one of"),
        ("no-such-file.json", "cannot read no-such-file.json: No such file or directory; check the path"),
    ],
)
def test_maps_that_cannot_be_read(text, line):
    with pytest.raises(CaveatError, match=line) as found:
        parse(text)
    assert found.value.exit_code == 2


@pytest.mark.parametrize(
    ("name", "content", "line"),
    [
        ("m.json", b'{"a": ', r"is no JSON \(line 1\)"),
        ("m.json", b'["a"]', "must hold one object"),
        ("m.json", b'{"a": 1}', "must hold one object"),
        ("m.tsv", b"a\tb\tc\n", "line 1 of .* has 3 columns; it needs LABEL<tab>POLARITY"),
        ("m.tsv", b"\n", "the map is empty"),
        ("m.tsv", b"\xff\xfe\n", "not a UTF-8 text"),
    ],
)
def test_files_that_cannot_be_read(tmp_path, name, content, line):
    (tmp_path / name).write_bytes(content)
    with pytest.raises(CaveatError, match=line):
        parse(str(tmp_path / name))


def test_a_map_may_be_for_one_of_several_models():
    found = labels.addressed(["b/c:LABEL_0=neg,LABEL_1=pos", "x.json"], ["a", "b/c"])
    assert found == {"a": "x.json", "b/c": "LABEL_0=neg,LABEL_1=pos"}
    assert labels.addressed(["a:b:one=neg"], ["a", "a:b"]) == {"a:b": "one=neg"}
    assert labels.addressed([], ["a"]) == {}
    with pytest.raises(CaveatError, match="a has two maps"):
        labels.addressed(["a:x=neg", "a:x=pos"], ["a"])
    with pytest.raises(CaveatError, match="2 maps are for all models .*write MODEL: before one"):
        labels.addressed(["x=neg", "y=neg"], ["a"])
