"""A heat map: one number for every pair of things, such as how much one piece of a text takes from another.

In the `ChartSpec`, a row is what stands at the left, a series what stands on top, and the mark of a row and a series is
the number of the two. The more colour a square has, the larger its number; each has its number as a title as well.
"""

from __future__ import annotations

import math
from typing import TYPE_CHECKING, Any

from markupsafe import escape

from audit.report.spec import COLOURS, ChartSpec

if TYPE_CHECKING:
    import plotly.graph_objects as go

_CHARACTER = 7.1
_CELL = 26.0
_LEAST, _MOST = 22.0, 44.0
"""Pixels of a square on the page; more pieces make smaller squares."""
_WIDE = 640


def matrix(spec: ChartSpec) -> list[list[float]]:
    """Give the numbers of a heat map, row by row in the order of its series; NaN where a pair has none."""
    found = []
    for row in spec.rows:
        values = {mark.series: mark.value for mark in row.marks}
        found.append([values.get(series.key, math.nan) for series in spec.series])
    return found


def to_svg(spec: ChartSpec, narrow: bool) -> str:
    """Draw a heat map as one `<svg>` element; `narrow` is for a phone."""
    left = max(len(row.label) for row in spec.rows) * _CHARACTER + 10
    top = max(len(series.label) for series in spec.series) * _CHARACTER * 0.75 + 16
    cell = min(_CELL, ((350 if narrow else 760) - left - 4) / len(spec.series))
    body = []
    for index, series in enumerate(spec.series):
        x, y = left + (index + 0.6) * cell, top - 6
        body.append(
            f'<text x="{x:.1f}" y="{y:.1f}" class="tick" transform="rotate(-50 {x:.1f} {y:.1f})">'
            f"{escape(series.label)}</text>"
        )
    for place, (row, values) in enumerate(zip(spec.rows, matrix(spec), strict=True)):
        y = top + place * cell
        body.append(
            f'<text x="{left - 6:.1f}" y="{y + cell / 2 + 4:.1f}" class="tick" text-anchor="end">'
            f"{escape(row.label)}</text>"
        )
        for index, (series, value) in enumerate(zip(spec.series, values, strict=True)):
            if math.isfinite(value):
                body.append(
                    f"<g><title>{escape(f'{row.label}, {series.label}: {value:.4f}')}</title>"
                    f'<rect class="cell s-blue" fill="currentColor" x="{left + index * cell:.1f}" y="{y:.1f}" '
                    f'width="{cell - 1:.1f}" height="{cell - 1:.1f}" fill-opacity="{_share(spec, value):.4f}"/></g>'
                )
    height = top + len(spec.rows) * cell
    body.append(f'<text x="{left:.1f}" y="{height + 18:.1f}" class="axis">{escape(spec.axis)}</text>')
    width = max(left + len(spec.series) * cell, left + len(spec.axis) * _CHARACTER)
    label = escape(f"{spec.question} {spec.title}. {spec.sentence}")
    return (
        f'<svg viewBox="0 0 {width:.0f} {height + 26:.0f}" width="{width:.0f}" height="{height + 26:.0f}" role="img" '
        f'aria-label="{label}">{"".join(body)}</svg>'
    )


def _share(spec: ChartSpec, value: float) -> float:
    """How much of the colour a number gets."""
    low, high = spec.span
    return min(max((value - low) / (high - low), 0.0), 1.0)


def to_plotly(spec: ChartSpec) -> go.Figure:
    """Draw a heat map with the numbers of `to_svg`, on a transparent background."""
    import plotly.graph_objects as go

    red, green, blue = (int(COLOURS["blue"][0][at : at + 2], 16) for at in (1, 3, 5))
    values = matrix(spec)
    hover = [
        [_safe(f"{row.label}, {series.label}: {value:.0%}") for series, value in zip(spec.series, line, strict=True)]
        for row, line in zip(spec.rows, values, strict=True)
    ]
    figure = go.Figure(
        go.Heatmap(
            z=values,
            x=list(range(len(spec.series))),
            y=list(range(len(spec.rows))),
            zmin=spec.span[0],
            zmax=spec.span[1],
            colorscale=[[0, f"rgba({red},{green},{blue},0.03)"], [1, f"rgba({red},{green},{blue},1)"]],
            xgap=1,
            ygap=1,
            text=hover,
            hovertemplate="%{text}<extra></extra>",
            showscale=False,
        )
    )
    figure.update_layout(**_layout(spec))
    return figure


def _layout(spec: ChartSpec) -> dict[str, Any]:
    cell = min(max(_WIDE / max(len(spec.series), 1), _LEAST), _MOST)
    plain: dict[str, Any] = {
        "showgrid": False,
        "zeroline": False,
        "tickmode": "array",
        "automargin": True,
        "fixedrange": True,
        "ticklabelstandoff": 6,
    }
    return {
        "paper_bgcolor": "rgba(0,0,0,0)",
        "plot_bgcolor": "rgba(0,0,0,0)",
        "font": {"family": "system-ui, -apple-system, 'Segoe UI', Roboto, sans-serif", "size": 13},
        "margin": {"l": 8, "r": 44, "t": 8, "b": 40},
        "xaxis": plain
        | {
            "side": "top",
            "tickangle": -50,
            "tickvals": list(range(len(spec.series))),
            "ticktext": [_safe(series.label) for series in spec.series],
        },
        "yaxis": plain
        | {
            "range": [len(spec.rows) - 0.5, -0.5],
            "tickvals": list(range(len(spec.rows))),
            "ticktext": [_safe(row.label) for row in spec.rows],
        },
        "annotations": [
            {
                "text": _safe(spec.axis),
                "x": 0,
                "y": 0,
                "xref": "paper",
                "yref": "paper",
                "xanchor": "left",
                "yanchor": "top",
                "yshift": -10,
                "showarrow": False,
            }
        ],
        "width": round(cell * len(spec.series) + 44 + _CHARACTER * max(len(row.label) for row in spec.rows) + 30),
        "height": round(cell * len(spec.rows) + 130),
    }


def _safe(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")
