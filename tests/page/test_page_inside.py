"""Words left out and attention: the numbers are the model's own, and both drawings show the same."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree import ElementTree

import gradio as gr
import numpy as np
import pytest

from audit.models.attention import Attention
from audit.models.base import LoadedModel, Request, Response
from audit.models.function import FunctionModel, count_words, word_count
from audit.page import explore_asked as asked
from audit.page import explore_inside as inside
from audit.page.engine import Engine
from audit.page.room import Room
from audit.page.settings import settings_for
from audit.report import heat
from audit.report.plots import to_plotly
from audit.report.svg import to_svg
from audit.schema import CaveatError
from audit.scoring import score

FOUND = Attention(
    ("[CLS]", "a<b", "[SEP]"),
    np.array([[[[0.7, 0.2, 0.1], [0.1, 0.8, 0.1], [0.3, 0.3, 0.4]], np.full((3, 3), 1 / 3)]], dtype=np.float32),
)


def test_each_word_is_left_out_once_and_marks_stay() -> None:
    out = inside.left_out("Well, the [MASK] was (very) good.")
    assert [one.word for one in out] == ["Well", "the", "was", "very", "good"]
    assert out[0].text == ", the [MASK] was (very) good."
    assert out[-1].text == "Well, the [MASK] was (very)."


@pytest.mark.parametrize(("text", "line"), [("word " * 31, "has 31 words"), ("One.", "one word")])
def test_too_many_words_or_too_few_are_one_line(text: str, line: str) -> None:
    with pytest.raises(CaveatError, match=line):
        inside.left_out(text)


def test_the_shift_is_with_the_word_minus_without_it() -> None:
    text = "The food was good."
    spec = inside.weigh([word_count(), FunctionModel("other", classify=count_words)], text, score)
    whole, without = score(word_count(), [Request(text), Request("The food was.")])
    expected = whole.probabilities[-1] - without.probabilities[-1]
    marks = {row.label: row.marks for row in spec.rows}
    assert marks["good"][0].value == pytest.approx(expected) and expected > 0.2
    assert marks["good"][1].value == marks["good"][0].value
    assert all(mark.value == 0 for mark in marks["food"])
    assert "Without \N{LEFT DOUBLE QUOTATION MARK}good\N{RIGHT DOUBLE QUOTATION MARK}" in spec.title
    assert "falls" in spec.title
    drawn = inside.drawn(spec)
    assert drawn.data[0].x[3] == pytest.approx(100 * expected)
    assert f"{100 * expected:.0f} points" in inside.words_table(spec)


def test_a_blank_is_weighed_by_the_models_own_best_word() -> None:
    seen: list[Request] = []

    def answers(model: object, requests: list[Request]) -> list[object]:
        seen.extend(requests)
        if requests[0].top_k:
            return [Response(top=(("##s", 0.5), ("nurse", 0.3)))]
        return [Response(("nurse",), (1.0,), 0.3 if "woman" in one.text else 0.1) for one in requests]

    model = FunctionModel("filler", fill=lambda texts, choices: [[] for _ in texts])
    spec = inside.weigh([model], "The woman is a [MASK].", answers)  # type: ignore[arg-type]
    assert spec.series[0].label == "filler: nurse"
    assert {row.label: round(row.marks[0].value, 3) for row in spec.rows} == {"The": 0, "woman": 0.2, "is": 0, "a": 0}
    assert all(one.choices == ("nurse",) for one in seen if not one.top_k)


def test_each_model_is_a_turn_of_its_own() -> None:
    turns: list[int] = []

    def counted(model: LoadedModel, requests: Sequence[Request]) -> list[Response]:
        turns.append(len(requests))
        return score(model, requests)

    engine = Engine(load_model=lambda name: FunctionModel(name, classify=count_words), score=counted)
    room, names, pair = Room(settings_for(), engine), ["sentiment", "word-count"], ("The food was good.", "It was bad.")
    state, line, *_ = asked.weigh(room, names, *pair, 0)
    assert turns == [] and "sentiment (1 of 2) once without each of 4 words" in line
    state, line, plot, _ = asked.weigh_next(room, names, *pair, state)
    assert turns == [5] and "word-count (2 of 2)" in line and plot == gr.skip()
    late, *_ = asked.weigh_next(room, names, "The tea was good.", pair[1], state)
    assert late is None and turns == [5]
    state, title, plot, table = asked.weigh_next(room, names, *pair, state)
    assert turns == [5, 5] and state is None and plot.visible is True
    assert "Without" in title and "word-count" in table
    assert all(part == gr.skip() for part in asked.weigh_next(room, names, *pair, state))


@pytest.mark.parametrize(("layer", "head"), [(1, 0), (1, 1), (9, 9)])
@pytest.mark.parametrize("narrow", [False, True])
def test_plotly_and_svg_show_the_same_attention(layer: int, head: int, narrow: bool) -> None:
    spec = inside.heat(FOUND, layer, head)
    expected = FOUND.weights[0].mean(axis=0) if head == 0 else FOUND.weights[0, min(head, 2) - 1]
    (trace,) = to_plotly(spec).data
    np.testing.assert_allclose(np.array(trace.z), expected, atol=1e-6)
    tree = ElementTree.fromstring(to_svg(spec, narrow))
    titles = ["".join(node.itertext()) for node in tree.iter("title")]
    shown = [float(title.rsplit(": ", 1)[1]) for title in titles]
    np.testing.assert_allclose(shown, np.array(trace.z).ravel(), atol=6e-5)
    opacity = [float(node.attrib["fill-opacity"]) for node in tree.iter("rect")]
    np.testing.assert_allclose(opacity, np.array(trace.z).ravel() / trace.zmax, atol=6e-5)


def test_a_heat_map_escapes_pieces_and_names_the_largest() -> None:
    spec = inside.heat(FOUND, 1, 1)
    assert "takes 80" in spec.sentence and spec.title == "Layer 1 of 1, head 1"
    table = inside.heat_table(spec)
    assert "a<b" not in table and "a&lt;b" in table
    assert "a&lt;b" in str(to_plotly(spec).layout.xaxis.ticktext)
    assert heat.matrix(spec)[1][1] == pytest.approx(0.8)
