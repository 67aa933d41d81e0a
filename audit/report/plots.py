"""A ChartSpec as a plotly figure, for the page, notebooks and the interactive report."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from audit.report import heat
from audit.report.spec import COLOURS, ChartRow, ChartSpec, Mark, Series

if TYPE_CHECKING:
    import plotly.graph_objects as go

INK = "#767676"
"""Grey that keeps 4.5:1 on white and 4:1 on a dark ground; a page that knows its ground sets its own."""
_GRID = "rgba(128,128,128,0.22)"
_BAND = "rgba(128,128,128,0.16)"


def to_plotly(spec: ChartSpec) -> go.Figure:
    """Draw a chart with the numbers of `svg.to_svg`.

    Args:
        spec: the chart.

    Returns:
        A figure with a transparent background and one scatter trace per series, in the order of `spec.series`;
        `x` holds the values of a row chart, `y` those of a scatter. Shares and points are printed per hundred.
        A heat map is one trace instead, its numbers in `z`.
    """
    import plotly.graph_objects as go

    if spec.kind == "heat":
        return heat.to_plotly(spec)

    figure = go.Figure()
    flat = spec.kind != "scatter"
    for series in spec.series:
        found = [(row, mark) for row in spec.rows for mark in row.marks if mark.series == series.key]
        found = [(row, mark) for row, mark in found if math.isfinite(mark.value)]
        figure.add_trace(go.Scatter(**_trace(spec, series, found, flat)))
    figure.update_layout(**_layout(spec, flat))
    return figure


def scale(spec: ChartSpec) -> int:
    """Factor between the numbers of a spec and those on its axis."""
    return 100 if spec.unit in ("points", "share") else 1


def _trace(spec: ChartSpec, series: Series, found: Sequence[tuple[ChartRow, Mark]], flat: bool) -> dict[str, Any]:
    factor = scale(spec)
    places = {id(row): index for index, row in enumerate(spec.rows)}
    colour = COLOURS["blue" if series.colour == "ink" else series.colour][0]
    values = [mark.value * factor for _, mark in found]
    error = {
        "type": "data",
        "symmetric": False,
        "array": [_reach(mark.high - mark.value) * factor for _, mark in found],
        "arrayminus": [_reach(mark.value - mark.low) * factor for _, mark in found],
        "thickness": 1.5,
        "width": 0,
        "color": colour,
    }
    symbols = [f"{series.symbol}-open" if mark.few else series.symbol for _, mark in found]
    trace: dict[str, Any] = {
        "mode": "markers",
        "name": series.label,
        "marker": {"symbol": symbols, "size": 10, "color": colour, "line": {"width": 2, "color": colour}},
        "customdata": [[_safe(row.label), _safe(mark.label), row.note] for row, mark in found],
        "hovertemplate": "%{customdata[0]}<br>%{customdata[1]}<br>%{customdata[2]}<extra></extra>",
    }
    inside = all(not mark.low < spec.span[0] and not mark.high > spec.span[1] for _, mark in found)
    if flat:
        trace["cliponaxis"] = not inside
        return trace | {"x": values, "y": [places[id(row)] for row, _ in found], "error_x": error}
    names = _names(spec, found)
    sides = [_side(spec, found, place, names[place]) for place in range(len(found))]
    named = {"mode": "markers+text", "text": names, "textposition": sides, "cliponaxis": False}
    return trace | named | {"x": [row.x for row, _ in found], "y": values, "error_y": error}


def _names(spec: ChartSpec, found: Sequence[tuple[ChartRow, Mark]]) -> list[str]:
    """Names of the points that carry one, left out where they would cover a name that is there already."""
    taken: list[tuple[float, float]] = []
    names = []
    height = spec.span[1] - spec.span[0]
    for row, mark in found:
        free = all(abs(row.x - x) > 16 or abs(mark.value - y) > height / 18 for x, y in taken)
        if row.named and free:
            taken.append((row.x, mark.value))
        names.append(_safe(row.label) if row.named and free else "")
    return names


def _side(spec: ChartSpec, found: Sequence[tuple[ChartRow, Mark]], place: int, name: str) -> str:
    """Choose the side of a point on which its name covers the fewest other points; its size is a guess."""
    row, mark = found[place]
    wide, high = 1.7 * len(name), (spec.span[1] - spec.span[0]) / 16
    x, y, away = row.x, mark.value, 1.5
    boxes = {
        "middle right": (x + away, x + away + wide, y - high / 2, y + high / 2),
        "middle left": (x - away - wide, x - away, y - high / 2, y + high / 2),
        "top center": (x - wide / 2, x + wide / 2, y + high / 2, y + 1.5 * high),
        "bottom center": (x - wide / 2, x + wide / 2, y - 1.5 * high, y - high / 2),
    }

    def covered(side: str) -> float:
        left, right, low, top = boxes[side]
        outside = left < 0 or right > 100
        # A point's own line runs through what stands above or below it.
        own = 0.5 if side.endswith("center") else 0.0
        others = (other for at, other in enumerate(found) if at != place)
        return own + 9 * outside + sum(left <= r.x <= right and low <= m.value <= top for r, m in others)

    return min(boxes, key=covered)


def _reach(width: float) -> float:
    return max(width, 0.0) if math.isfinite(width) else 0.0


def _layout(spec: ChartSpec, flat: bool) -> dict[str, Any]:
    factor = scale(spec)
    ends = [spec.span[0] * factor, spec.span[1] * factor]
    values = {
        "title": {"text": spec.axis, "font": {"size": 12}},
        "range": ends,
        "zeroline": spec.zero,
        "zerolinecolor": INK,
        "zerolinewidth": 1.5,
        "gridcolor": _GRID,
    }
    layout: dict[str, Any] = {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", "size": 13, "color": INK},
        "showlegend": len(spec.series) > 1,
        "legend": {"orientation": "h", "x": 0, "y": 1.02, "yanchor": "bottom"},
        "margin": {"l": 8, "r": 16, "t": 28, "b": 48},
        "hoverlabel": {"align": "left"},
        "modebar": {"bgcolor": "rgba(0,0,0,0)", "color": INK},
    }
    if not flat:
        shares = {
            "title": {"text": spec.x_axis, "font": {"size": 12}},
            "range": [0, 100],
            "gridcolor": _GRID,
            "zeroline": False,
        }
        return layout | {"xaxis": shares, "yaxis": values | {"automargin": True}, "height": 460}
    labels = [f"<b>{_safe(row.label)}</b>" if row.strong else _safe(row.label) for row in spec.rows]
    labels = [
        f"{_cut(label)}<br>{row.note}" if row.note else label for label, row in zip(labels, spec.rows, strict=True)
    ]
    most = max(label.count("<br>") for label in labels) + 1
    rows = {
        "tickmode": "array",
        "tickvals": list(range(len(labels))),
        "ticktext": labels,
        "range": [len(labels) - 0.5, -0.5],
        "automargin": True,
        "gridcolor": "rgba(0,0,0,0)",
        "zeroline": False,
    }
    shapes = [_band(index, row, factor) for index, row in enumerate(spec.rows) if math.isfinite(row.band)]
    return layout | {"xaxis": values, "yaxis": rows, "shapes": shapes, "height": 110 + (12 + 17 * most) * len(labels)}


def _safe(text: str) -> str:
    """Plotly reads a little HTML in its texts; angle brackets and ampersands are written as entities."""
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _cut(label: str) -> str:
    """Break a long label once, at the space nearest to its middle."""
    if len(label) <= 34:
        return label
    spaces = [index for index, character in enumerate(label) if character == " "]
    if not spaces:
        return label
    middle = min(spaces, key=lambda index: abs(index - len(label) / 2))
    return f"{label[:middle]}<br>{label[middle + 1 :]}"


def _band(index: int, row: ChartRow, factor: int) -> dict[str, Any]:
    return {
        "type": "rect",
        "layer": "below",
        "x0": -row.band * factor,
        "x1": row.band * factor,
        "y0": index - 0.5,
        "y1": index + 0.5,
        "fillcolor": _BAND,
        "line": {"width": 0},
    }
