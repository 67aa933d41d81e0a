"""Behind an answer: which word it hangs on, by leaving words out, and what attention looks like.

Both are explorations of one sentence. Leaving a word out (occlusion, Zeiler & Fergus 2014, there for images) also makes
the sentence odder, so a change need not be due to what the word means.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from html import escape
from typing import Any

from audit.models.attention import Attention
from audit.models.base import LoadedModel, Request, Response
from audit.page.findings_screen import PLOT_TEXT
from audit.page.fragments import page, say
from audit.page.trying import EXPLORATION, fills
from audit.report import words
from audit.report.spec import ChartRow, ChartSpec, Mark, Series, span_of
from audit.schema import MASK, CaveatError

MOST_WORDS = 30
"""Words that are left out, one at a time: an answer must not keep others waiting."""
ROW = 30
"""Pixels of a row of the chart."""
_COLOURS = ("blue", "vermillion", "green", "purple")
_WORD = re.compile(r"\S+")
_SPACE_BEFORE = re.compile(r"\s+([.,!?;:])")
Score = Callable[[LoadedModel, Sequence[Request]], list[Response]]
Weight = tuple[str, str, tuple[float, ...]]
"""A model, the word that it put into the blank or "", and for each word of the sentence: with it minus without it."""

CAUTION = (
    "Attention says how much the numbers of one piece go into those of another, in one layer and head. It is not the "
    "reason for an answer: Jain and Wallace (2019) changed attention a lot, and the answers often stayed the same. "
    "Wiegreffe and Pinter (2019) reply that this alone does not make it useless; it depends on what you call an "
    "explanation. Many heads look at a full stop or a special piece most of the time."
)


@dataclass(frozen=True, slots=True)
class Without:
    """A word of a sentence, and the sentence without it."""

    word: str
    text: str


def left_out(text: str) -> list[Without]:
    """Leave each word out once; marks stay, and so does the blank.

    Raises:
        CaveatError: for more than `MOST_WORDS` words, or fewer than two.
    """
    found = []
    for match in _WORD.finditer(text):
        core = re.search(r"\w(?:.*\w)?", match.group())
        if core is None or MASK in match.group():
            continue
        start, end = match.start() + core.start(), match.start() + core.end()
        rest = " ".join((text[:start] + text[end:]).split())
        found.append(Without(core.group(), _SPACE_BEFORE.sub(r"\1", rest)))
    if len(found) > MOST_WORDS:
        raise CaveatError(
            f"The sentence has {len(found)} words. Leaving each one out is done for at most {MOST_WORDS}, so that "
            "nobody waits long. Shorten it."
        )
    if len(found) < 2:
        raise CaveatError("There is one word, and nothing is left without it. Write a longer sentence.")
    return found


def weigh(models: Sequence[LoadedModel], text: str, score: Score) -> ChartSpec:
    """Ask every model about a sentence with each word left out.

    Args:
        models: one to four of one kind.
        text: checked by `trying.clean`.
        score: asks a model.

    Returns:
        A chart: with the word minus without it, of the probability of positive, or of a model's own best word.

    Raises:
        CaveatError: as `left_out` does, and for a model that offers no word for the blank.
    """
    return weighed(text, [weigh_one(model, text, score) for model in models])


def weigh_one(model: LoadedModel, text: str, score: Score) -> Weight:
    """Ask one model, which is what others wait for.

    Args:
        model: whom.
        text: checked by `trying.clean`.
        score: asks a model.

    Raises:
        CaveatError: as `weigh` does.
    """
    out = left_out(text)
    blank = fills(model)
    choices = (_best(model, text, score),) if blank else ()
    asked = [Request(one, choices=choices) for one in (text, *(one.text for one in out))]
    whole, *rest = (_value(answer, blank) for answer in score(model, asked))
    return model.info.id, choices[0] if choices else "", tuple(whole - value for value in rest)


def weighed(text: str, found: Sequence[Weight]) -> ChartSpec:
    """Put the answers of `weigh_one` into one chart."""
    series = [
        Series(name, f"{name}: {word}" if word else name, colour)
        for (name, word, _), colour in zip(found, _COLOURS, strict=False)
    ]
    return _chart(left_out(text), series, [shifts for _, _, shifts in found], bool(found[0][1]))


def _best(model: LoadedModel, text: str, score: Score) -> str:
    """Give the model's own best word for the blank; a part of a word cannot be asked for again."""
    top = score(model, [Request(text, top_k=10)])[0].top
    best = next((word for word, _ in top if word[:1].isalpha()), "")
    if not best:
        raise CaveatError(f"{model.info.id} offers no word for this blank. Choose another model, or a sentence.")
    return best


def _value(answer: Response, blank: bool) -> float:
    """Give the probability of the one choice, or of positive."""
    if blank:
        return answer.mass
    return dict(zip(answer.labels, answer.probabilities, strict=True)).get("positive", 0.0)


def _chart(
    out: Sequence[Without], series: Sequence[Series], shifts: Sequence[Sequence[float]], blank: bool
) -> ChartSpec:
    what = "the word that the model put first" if blank else "positive"
    rows = tuple(
        ChartRow(
            one.word,
            tuple(
                Mark(series=own.key, value=values[place], label=_signed(values[place]))
                for own, values in zip(series, shifts, strict=True)
            ),
        )
        for place, one in enumerate(out)
    )
    found = [mark for row in rows for mark in row.marks]
    top, where = max(((abs(v), (i, j)) for i, values in enumerate(shifts) for j, v in enumerate(values)))
    change = shifts[where[0]][where[1]]
    told = words.prose(
        f'Without "{out[where[1]].word}", the probability of {what} {"falls" if change > 0 else "rises"} by '
        f"{words.amount(top, 'points')}"
    )
    whose = f", says {series[where[0]].key}" if len(series) > 1 else ""
    return ChartSpec(
        name="explore-words",
        kind="dots",
        question="Which word does the answer hang on?",
        title=f"{told}{whose}" if top >= 0.005 else "No single word moves the answer",
        sentence=f"Right of 0: with the word, {what} is more probable than without it. Left of 0: less. One sentence, "
        "no interval: the chart says what happened here, not what a word does elsewhere.",
        unit="points",
        axis="\N{LEFTWARDS ARROW} lowers it   points of probability   raises it \N{RIGHTWARDS ARROW}",
        rows=rows,
        series=tuple(series),
        span=span_of(found, "points", zero=True),
        zero=True,
    )


def _signed(value: float) -> str:
    text = words.amount(value, "points")
    return f"+{text}" if value > 0 and not text.startswith("0 ") else text


def drawn(spec: ChartSpec) -> Any:
    """Draw the chart of left-out words for a room; the dots of several models stand above each other."""
    from audit.report.plots import to_plotly

    figure = to_plotly(spec)
    figure.update_layout(font_size=PLOT_TEXT, height=150 + (ROW + 8 * len(spec.series)) * len(spec.rows), margin_t=44)
    # As long as a phone has room for; the sentence under the chart says it in full.
    axis = "\N{LEFTWARDS ARROW} lowers it   points   raises it \N{RIGHTWARDS ARROW}"
    figure.update_xaxes(title_text=axis, title_font_size=PLOT_TEXT, nticks=6, tickangle=0, fixedrange=True)
    figure.update_yaxes(fixedrange=True)
    figure.update_traces(marker_size=12)
    for place, trace in enumerate(figure.data):
        shift = 0.22 * (place - (len(figure.data) - 1) / 2)
        trace.y = [row + shift for row in trace.y]
    return figure


def words_table(spec: ChartSpec) -> str:
    """Give the sentence under the chart and its numbers as a table."""
    head = "".join(f'<th scope="col" class="num">{escape(series.label)}</th>' for series in spec.series)
    rows = "".join(
        f'<tr><th scope="row">{escape(row.label)}</th>'
        + "".join(f'<td class="num">{escape(mark.label)}</td>' for mark in row.marks)
        + "</tr>"
        for row in spec.rows
    )
    return _under(spec, f'<thead><tr><th scope="col">Left out</th>{head}</tr></thead><tbody>{rows}</tbody>')


def _under(spec: ChartSpec, table: str) -> str:
    return page(
        f'<p class="muted">{say(spec.sentence)}</p><details><summary>The numbers of this figure</summary>'
        '<div class="scroll" tabindex="0" role="region" aria-label="Numbers of the figure">'
        f'<table>{table}</table></div></details><p class="muted">{EXPLORATION}</p>'
    )


def heat(found: Attention, layer: int, head: int) -> ChartSpec:
    """Make the heat map of one layer and head.

    Args:
        found: attention of one text.
        layer: from 1 on.
        head: from 1 on; 0 is the mean of all heads.
    """
    layers, heads = found.weights.shape[:2]
    layer, head = min(max(layer, 1), layers), min(max(head, 0), heads)
    weights = found.weights[layer - 1].mean(axis=0) if head == 0 else found.weights[layer - 1, head - 1]
    series = tuple(Series(str(place), piece, "blue") for place, piece in enumerate(found.pieces))
    rows = tuple(
        ChartRow(
            piece,
            tuple(
                Mark(own.key, float(value), label=words.probability(float(value)))
                for own, value in zip(series, line, strict=True)
            ),
        )
        for piece, line in zip(found.pieces, weights, strict=True)
    )
    which = f"head {head}" if head else "mean of all heads"
    taker, giver = divmod(int(weights.argmax()), len(found.pieces))
    most = words.probability(float(weights[taker, giver]))
    return ChartSpec(
        name="explore-attention",
        kind="heat",
        question="Which piece takes from which?",
        title=f"Layer {layer} of {layers}, {which}",
        sentence=f"A row is a piece that takes, a column one that it takes from; every row adds to 100 %. The "
        f"most: {_quoted(found.pieces[taker])} takes {most} from {_quoted(found.pieces[giver])}. {found.note}".strip(),
        unit="share",
        axis="rows take from columns",
        rows=rows,
        series=series,
        span=(0.0, max(float(weights.max()), 1e-9)),
    )


def _quoted(piece: str) -> str:
    """Set a piece in quotation marks by hand: it may end in a mark that misleads a rule."""
    return f"\N{LEFT DOUBLE QUOTATION MARK}{piece}\N{RIGHT DOUBLE QUOTATION MARK}"


def heat_drawn(spec: ChartSpec) -> Any:
    """Draw a heat map for a room."""
    from audit.report.plots import to_plotly

    figure = to_plotly(spec)
    figure.update_layout(font_size=PLOT_TEXT if len(spec.rows) <= 24 else 11)
    return figure


def heat_table(spec: ChartSpec) -> str:
    """Give the sentence under a heat map, and for each piece the three that it takes most from."""
    names = {series.key: series.label for series in spec.series}
    rows = []
    for row in spec.rows:
        best = sorted(row.marks, key=lambda mark: -mark.value)[:3]
        cells = "".join(f"<td>{escape(names[mark.series])} {escape(mark.label)}</td>" for mark in best)
        rows.append(f'<tr><th scope="row">{escape(row.label)}</th>{cells}</tr>')
    head = "".join(f'<th scope="col">{name}</th>' for name in ("Piece", "takes most from", "then", "then"))
    return _under(spec, f"<thead><tr>{head}</tr></thead><tbody>{''.join(rows)}</tbody>")
