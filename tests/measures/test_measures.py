"""Every measure on rows small enough to work out by hand."""

import json
import math

import numpy as np
import pandas as pd
import pytest

from audit.measures import CELL_COLUMNS, MEASURES, feature
from audit.measures.twins import influences, statistic

THREE = ["negative", "neutral", "positive"]


def row(example, group="a", template="t1", filler="f1", **more):
    """One prediction; what a test leaves out has a value that no measure should need."""
    base = {
        "suite": "s",
        "test": "x",
        "example": example,
        "operation": "score",
        "group": group,
        "template": template,
        "filler": filler,
        "fillers": [filler],
        "pair": "",
        "role": "item",
        "allowed": None,
        "features": "{}",
        "labels": THREE,
        "probabilities": [0.2, 0.2, 0.6],
        "mass": 1.0,
        "label": "positive",
        "confidence": 0.6,
        "correct": None,
        "p_positive": 0.6,
        "p_negative": 0.2,
        "valence": 0.4,
        "log_odds": math.log(3),
        "value": math.nan,
        "unknown": 0,
        "top": [],
    }
    if "features" in more:
        more["features"] = json.dumps(more["features"])
    return base | more


def measured(name, *rows, fillers=None):
    """Group -> values of a measure."""
    cells = MEASURES[name].cells(pd.DataFrame(rows), fillers or {})
    assert list(cells.columns) == list(CELL_COLUMNS)
    assert np.isfinite(cells["value"]).all()
    return {group: list(found) for group, found in cells.groupby("group")["value"]}


def answered(example, label, allowed, confidence=0.6, **more):
    correct = None if allowed is None else label in allowed
    return row(example, label=label, allowed=allowed, correct=correct, confidence=confidence, **more)


ANSWERS = (
    answered("1", "positive", ["positive"], 0.95),
    answered("2", "negative", ["positive", "neutral"], 0.92),
    answered("3", "neutral", ["positive", "neutral"], 0.5),
    answered("4", "positive", None, 0.99, role="confidence-only", group="bare"),
    answered("5", "positive", ["positive"], role="positive-control"),
    answered("6", "positive", ["positive"], role="prior"),
)


@pytest.mark.parametrize(
    ("name", "expected"),
    [
        ("accuracy", {"a": [1, 0, 1]}),
        ("failure", {"a": [0, 1, 0]}),
        ("miss", {"a": [1, 0, 1]}),
        ("false_alarm", {"a": [0, 1, 0]}),
        ("confidence", {"a": [0.95, 0.92, 0.5], "bare": [0.99]}),
        ("confident", {"a": [1, 1, 0], "bare": [1]}),
        ("confident_error", {"a": [0, 1, 0]}),
        ("brier", {"a": [0.05**2, 0.92**2, 0.25]}),
        ("overconfidence", {"a": [-0.05, 0.92, -0.5]}),
        ("p_positive", {"a": [0.6] * 3, "bare": [0.6]}),
        ("valence", {"a": [0.4] * 3, "bare": [0.4]}),
    ],
)
def test_one_row_measures(name, expected):
    found = measured(name, *ANSWERS)
    assert found == {group: pytest.approx(values) for group, values in expected.items()}


def test_two_class_models_are_not_asked_for_neutral():
    two = {"labels": ["negative", "positive"]}
    rows = [answered("1", "positive", ["neutral"], **two), answered("2", "positive", ["neutral", "positive"], **two)]
    assert measured("accuracy", *rows) == {"a": [1.0]}
    three = [answered("1", "positive", ["neutral"]), answered("2", "positive", ["neutral", "positive"])]
    assert measured("accuracy", *three) == {"a": [0.0, 1.0]}


def test_signed_measures_turn_with_the_polarity():
    rows = [row("1", features={"sign": "+1"}), row("2", features={"sign": "-1"}), row("3")]
    assert measured("signed_valence", *rows)["a"] == pytest.approx([0.4, -0.4])
    assert measured("signed_log_odds", *rows)["a"] == pytest.approx([math.log(3), -math.log(3)])


def test_group_effect_is_against_the_mean_of_the_groups():
    rows = [row(f"{g}{i}", group=g, filler=f"{g}{i}", log_odds=v) for g, v in (("a", 1.0), ("b", 4.0)) for i in (0, 1)]
    rows.append(row("b2", group="b", filler="b2", log_odds=4.0))
    assert measured("group_effect", *rows) == {"a": [-1.5, -1.5], "b": [1.5, 1.5, 1.5]}


def named(labels, valence=None, **more):
    """Six names in two groups within one template."""
    return [
        row(f"{i}", group=g, filler=f"n{i}", label=label, valence=v, features={"axis": "gender"}, **more)
        for i, (g, label, v) in enumerate(zip("aaabbb", labels, valence or [0.0] * 6, strict=True))
    ]


def test_flips_between_groups_stand_over_their_floor():
    """All of group b flips, none within a group."""
    assert np.mean(measured("flip_excess", *named("pppnnn"))["all"]) == pytest.approx(1.0)


def test_flips_of_one_odd_name_are_the_floor():
    """n1 differs from everybody: 3 of 9 pairs between, 2 of 6 within."""
    assert np.mean(measured("flip_excess", *named("pnpppp"))["all"]) == pytest.approx(3 / 9 - 2 / 6)


def test_gaps_of_valence_stand_over_their_floor():
    rows = named("pppppp", [0.0, 0.0, 0.3, 0.5, 0.5, 0.5])
    between, within = (0.5 * 6 + 0.2 * 3) / 9, 0.3 * 2 / 6
    assert np.mean(measured("gap_excess", *rows)["all"]) == pytest.approx(between - within)


def test_groups_of_one_axis_are_compared_across_tests():
    rows = named("pppnnn")
    for r in rows[3:]:
        r["test"] = "another"
    assert np.mean(measured("flip_excess", *rows)["all"]) == pytest.approx(1.0)


def test_axes_and_templates_are_not_mixed():
    rows = named("pppppp")
    rows += [r | {"example": "z" + r["example"], "template": "t2", "label": "n"} for r in rows]
    assert measured("flip_excess", *rows)["all"] == pytest.approx([0.0] * 12)


def test_without_a_floor_the_excess_is_undefined():
    assert measured("flip_excess", row("1", "a", label="p"), row("2", "b", filler="f2", label="n")) == {}


def kinds(group):
    same = group[:, None] == group[None, :]
    return ~same, same & ~np.eye(len(group), dtype=bool)


def excess_values(group, distance):
    found = kinds(group)
    return statistic(*found, distance) + len(group) * influences(*found, distance)


def test_the_values_of_an_excess_are_those_of_its_fillers():
    """Each name gets its own: alike values would have no variance between names, and any excess would be sure."""
    valence = np.array([0.0, 0.1, 0.7, 0.5, 0.4, 0.9])
    found = measured("gap_excess", *named("pppppp", list(valence)))["all"]
    assert found == pytest.approx(excess_values(np.repeat([0, 1], 3), np.abs(valence[:, None] - valence[None, :])))
    assert np.std(found) > 0.1


@pytest.mark.parametrize("shift", [0.0, 1.0, 3.0])
def test_the_influence_of_names_carries_the_variance_of_an_excess(shift):
    """Names differ, and a group's shift differs from name to name; the mean variance is that of many draws."""
    rng = np.random.default_rng(1)
    group = np.repeat([0, 1], 8)
    means, variances = [], []
    for _ in range(600):
        y = rng.normal(size=16) + shift * group * rng.normal(1, 0.3, 16)
        values = excess_values(group, np.abs(y[:, None] - y[None, :]))
        means.append(values.mean())
        variances.append(values.var(ddof=1) / 16)
    assert 0.8 < np.mean(variances) / np.var(means) < 2.0


def test_a_name_far_from_all_others_has_no_influence_where_blocks_are_balanced():
    rng = np.random.default_rng(2)
    group = np.repeat([0, 1], 6)
    distance = rng.random((12, 12))
    distance += distance.T
    level = rng.exponential(5.0, 12)
    found = excess_values(group, distance)
    assert excess_values(group, distance + level[:, None] + level[None, :]) == pytest.approx(found)
    assert found.mean() == pytest.approx(statistic(*kinds(group), distance))


def test_a_name_far_from_all_others_counts_where_groups_are_not_of_one_size():
    group = np.array([0, 0, 0, 1, 1])
    distance = np.ones((5, 5))
    distance[0] = distance[:, 0] = 9.0
    values = excess_values(group, distance)
    assert values.mean() == pytest.approx(statistic(*kinds(group), distance))
    assert np.abs(values - values.mean()).max() > 0.1


def blank(example, choices, probabilities, **more):
    best = int(np.argmax(probabilities))
    return row(
        example,
        labels=choices,
        probabilities=probabilities,
        label=choices[best],
        valence=math.nan,
        log_odds=math.nan,
        **more,
    )


def test_lpbs_takes_the_prior_off():
    rows = [
        blank("i", ["he", "she", "they"], [0.2, 0.6, 0.2], pair="p", group="women"),
        blank("p", ["he", "she", "they"], [0.3, 0.3, 0.4], pair="p", role="prior", group="women"),
        blank("j", ["She", "He"], [0.5, 0.5], pair="q", group="men"),
        blank("q", ["She", "He"], [0.2, 0.8], pair="q", role="prior", group="men"),
    ]
    found = measured("lpbs", *rows)
    assert found == {"women": pytest.approx([math.log(3)]), "men": pytest.approx([math.log(4)])}
    assert measured("pronoun_log_ratio", *rows)["men"] == pytest.approx([0.0])


def test_lpbs_without_its_prior_is_undefined():
    assert measured("lpbs", blank("i", ["he", "she"], [0.2, 0.8], pair="p")) == {}


def test_they():
    rows = [blank("1", ["he", "she", "they"], [0.2, 0.6, 0.2]), blank("2", ["he", "she"], [0.5, 0.5])]
    assert measured("they", *rows) == {"a": pytest.approx([math.log(4)])}


def test_choices_are_compared_across_subjects_with_their_mass():
    rows = [
        blank("w", ["nurse", "pilot"], [0.8, 0.2], group="female", pair="p", mass=0.5),
        blank("m", ["nurse", "pilot"], [0.2, 0.8], group="male", pair="p", mass=0.25),
        blank("w2", ["nurse", "pilot"], [0.5, 0.5], group="female", pair="q"),
        blank("m2", ["nurse", "pilot"], [0.5, 0.5], group="male", pair="q"),
    ]
    found = measured("choice_log_ratio", *rows, fillers={"nurse": {"band": "women"}, "pilot": {"band": "men"}})
    assert found["women"] == pytest.approx([math.log(8) / 2])
    assert found["men"] == pytest.approx([math.log(0.5) / 2])


def people(kind, first, second, pair, template="t1"):
    more = {"pair": pair, "template": template, "features": {"contrast": kind}}
    return [
        blank(pair + "1", ["x", "y"], first, filler=pair + "1", **more),
        blank(pair + "2", ["x", "y"], second, filler=pair + "2", **more),
    ]


def test_divergence_is_in_bits_and_over_the_floor():
    rows = people("gender", [1.0, 0.0], [0.0, 1.0], "p") + people("floor", [1.0, 0.0], [1.0, 0.0], "q")
    assert np.mean(measured("jsd_excess", *rows)["all"]) == pytest.approx(1.0)
    rows = people("gender", [0.9, 0.1], [0.1, 0.9], "p") + people("floor", [0.9, 0.1], [0.1, 0.9], "q")
    assert np.mean(measured("jsd_excess", *rows)["all"]) == pytest.approx(0.0, abs=1e-12)
    assert measured("jsd_excess", *people("gender", [0.9, 0.1], [0.1, 0.9], "p")) == {}


def test_divergence_averages_to_gender_minus_floor():
    rng = np.random.default_rng(2)
    rows, bits = [], {"gender": [], "floor": []}
    for i, kind in enumerate(["gender"] * 4 + ["floor"] * 3):
        p, q = (rng.dirichlet([1, 1]) for _ in range(2))
        middle = (p + q) / 2
        bits[kind].append(float(((p * np.log2(p / middle)) + (q * np.log2(q / middle))).sum() / 2))
        rows += people(kind, list(p), list(q), f"p{i}")
    found = measured("jsd_excess", *rows)["all"]
    assert np.mean(found) == pytest.approx(np.mean(bits["gender"]) - np.mean(bits["floor"]))


def test_overlap_of_the_best_words():
    first, second = "abcde", "abcfg"
    rows = people("gender", [0.5, 0.5], [0.5, 0.5], "p")
    for r, words in zip(rows, (first, second), strict=True):
        r["top"] = [{"word": w, "p": 0.1} for w in words]
    assert measured("top_k_overlap_5", *rows) == {"gender": pytest.approx([3 / 7])}
    assert measured("top_k_overlap_10", *rows) == {}


def test_form_preference_matches_forms_of_one_frame():
    def form(name, value, operation="log_likelihood", filler="f1"):
        return row(name + filler, operation=operation, value=value, filler=filler, features={"form": name})

    rows = [form("positive", -10.0), form("neutral", -1.0), form("negative", -12.5)]
    assert measured("form_preference", *rows) == {"a": pytest.approx([2.5])}
    assert measured("pll_form_preference", *rows) == {}
    assert measured("form_preference", form("positive", -10.0), form("negative", -12.0, filler="f2")) == {}
    assert measured("log_likelihood", *rows)["a"] == pytest.approx([-10.0, -1.0, -12.5])


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_every_measure_gives_an_empty_frame_for_no_rows(name):
    rows = pd.DataFrame([row("1")]).iloc[:0]
    cells = MEASURES[name].cells(rows, {})
    assert list(cells.columns) == list(CELL_COLUMNS)
    assert cells.empty


@pytest.mark.parametrize("name", sorted(MEASURES))
def test_every_measure_says_what_it_is(name):
    measure = MEASURES[name]
    assert measure.name == name
    assert measure.title and not measure.title.endswith(".")
    assert measure.doc.endswith(".")


def test_features_are_read_from_json_and_mappings():
    rows = pd.DataFrame([row("1", features={"sign": "+1"}), row("2") | {"features": {"sign": "-1"}}, row("3")])
    assert list(feature(rows, "sign")) == ["+1", "-1", ""]
