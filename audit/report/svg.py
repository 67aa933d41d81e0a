"""A ChartSpec as inline SVG; colours come from the report's style sheet, so that light and dark both hold."""

from __future__ import annotations

import math
from dataclasses import dataclass

from markupsafe import escape

from audit.report import heat
from audit.report.spec import ChartRow, ChartSpec, Mark, ticks
from audit.report.words import MINUS

_CHARACTER = 7.1
"""Mean width of a character of 13 px sans-serif, in pixels; only for breaking labels into lines."""
_RADIUS = 5.0


_ABOVE = 4.0
"""Room between the rule of one row and the label under it, where labels stand above their line."""


@dataclass(frozen=True, slots=True)
class _Frame:
    """Where things stand, in pixels."""

    width: int
    left: float
    right: float
    """Ends of the plotting area."""
    values: float
    """Where the column of printed numbers begins."""
    label_width: float
    above: bool
    """Labels stand above their line (narrow) or to the left of it (wide)."""


def _frame(spec: ChartSpec, narrow: bool) -> _Frame:
    """Give labels and printed numbers what they need and the plot the rest."""
    longest = max(len(mark.label) for mark in spec.marks) * _CHARACTER + (16 if len(spec.series) > 1 else 3)
    if narrow:
        return _Frame(width=350, left=8, right=334 - longest, values=350 - longest, label_width=350, above=True)
    width = min(max(_label_width(row) + _note_width(row) for row in spec.rows) + 4, 290.0)
    values = 760 - longest
    return _Frame(width=760, left=width + 22, right=values - 18, values=values, label_width=width, above=False)


def _label_width(row: ChartRow) -> float:
    return len(row.label) * (7.9 if row.strong else _CHARACTER)


def _note_width(row: ChartRow) -> float:
    return 20 + 6.5 * len(row.note) if row.note else 0.0


def _text_lines(row: ChartRow, frame: _Frame) -> tuple[list[str], bool]:
    """Break a label into lines, and say whether its note fits beside it."""
    beside = _label_width(row) + _note_width(row) <= frame.label_width
    return ([row.label], True) if beside else (_lines(row.label, frame.label_width), not row.note)


def to_svg(spec: ChartSpec, narrow: bool = False) -> str:
    """Draw a chart.

    Args:
        spec: the chart.
        narrow: for a phone: 350 pixels wide with labels above their lines, instead of 760 with labels at the left.

    Returns:
        One `<svg>` element without scripts, styles or references.
    """
    if spec.kind == "scatter":
        return _scatter(spec, narrow)
    if spec.kind == "heat":
        return heat.to_svg(spec, narrow)
    frame = _frame(spec, narrow)
    body: list[str] = []
    top = 4.0
    if len(spec.series) > 1:
        top = _key(spec, body, frame)
    heights = [_height(row, frame) for row in spec.rows]
    bottom = top + sum(heights)
    _grid(spec, body, frame, top, bottom)
    y = top
    for row, height in zip(spec.rows, heights, strict=True):
        _row(spec, row, body, frame, y, height)
        y += height
    _axis_title(spec, body, frame, bottom)
    return _wrap(spec, body, frame.width, bottom + 44)


def _wrap(spec: ChartSpec, body: list[str], width: float, height: float) -> str:
    label = escape(f"{spec.question} {spec.title}. {spec.sentence}")
    return (
        f'<svg viewBox="0 0 {width:g} {height:g}" width="{width:g}" height="{height:g}" role="img" '
        f'aria-label="{label}">{"".join(body)}</svg>'
    )


def place(value: float, span: tuple[float, float], left: float, right: float) -> float:
    """Pixels of a value on an axis."""
    return left + (value - span[0]) / (span[1] - span[0]) * (right - left)


def _lines(text: str, width: float, most: int = 2) -> list[str]:
    limit = max(int(width / _CHARACTER), 8)
    lines = [""]
    for word in text.split():
        if lines[-1] and len(lines[-1]) + 1 + len(word) > limit:
            lines.append("")
        lines[-1] = f"{lines[-1]} {word}".strip()
    if len(lines) > most:
        lines = [*lines[: most - 1], f"{lines[most - 1][: limit - 1]}\N{HORIZONTAL ELLIPSIS}"]
    return [line if len(line) <= limit else f"{line[: limit - 1]}\N{HORIZONTAL ELLIPSIS}" for line in lines]


def _height(row: ChartRow, frame: _Frame) -> float:
    stack = 17.0 * max(len(row.marks), 1)
    text = _text_height(row, frame)
    return _ABOVE + text + max(stack, 20) + 12 if frame.above else max(text, stack) + 12


def _text_height(row: ChartRow, frame: _Frame) -> float:
    lines, beside = _text_lines(row, frame)
    return 17.0 * len(lines) + (0 if beside else 15)


def _text(x: float, y: float, text: str, classes: str = "", anchor: str = "") -> str:
    attributes = (f' class="{classes}"' if classes else "") + (f' text-anchor="{anchor}"' if anchor else "")
    return f'<text x="{x:.1f}" y="{y:.1f}"{attributes}>{escape(text)}</text>'


def _key(spec: ChartSpec, body: list[str], frame: _Frame) -> float:
    x, y = frame.left, 14.0
    for series in spec.series:
        width = 30 + _CHARACTER * len(series.label)
        if x > frame.left and x + width > frame.width:
            x, y = frame.left, y + 20
        body.append(_symbol(x + 6, y, series.symbol, f"s-{series.colour}"))
        body.append(_text(x + 17, y + 4.5, series.label, "key"))
        x += width
    return y + 16


def _grid(spec: ChartSpec, body: list[str], frame: _Frame, top: float, bottom: float) -> None:
    marks = _ticks(spec, frame)
    distance = marks[1] - marks[0] if len(marks) > 1 else 1.0
    for tick in marks:
        x = place(tick, spec.span, frame.left, frame.right)
        body.append(_text(x, bottom + 16, _tick(tick, spec, distance), "tick", "middle"))
    if not frame.above:
        _lines_at_ticks(spec, body, frame, top, bottom)


def _ticks(spec: ChartSpec, frame: _Frame) -> list[float]:
    return ticks(spec.span, 3 if frame.above else min(6, int((frame.right - frame.left) / 62)))


def _lines_at_ticks(spec: ChartSpec, body: list[str], frame: _Frame, top: float, bottom: float) -> None:
    for tick in _ticks(spec, frame):
        x = place(tick, spec.span, frame.left, frame.right)
        kind = "zero" if spec.zero and tick == 0 else "grid"
        body.append(f'<line class="{kind}" x1="{x:.1f}" x2="{x:.1f}" y1="{top:.1f}" y2="{bottom:.1f}"/>')


def _tick(value: float, spec: ChartSpec, distance: float) -> str:
    scale = 100 if spec.unit in ("points", "share") else 1
    decimals = max(0, math.ceil(-math.log10(distance * scale) - 1e-9))
    decimals += 1 if round(distance * scale * 10**decimals, 6) % 1 else 0
    sign = MINUS if value < 0 else "+" if value > 0 and spec.zero else ""
    return f"{sign}{abs(value) * scale:.{decimals}f}"


def _axis_title(spec: ChartSpec, body: list[str], frame: _Frame, bottom: float) -> None:
    if frame.above:
        body.append(_text(frame.left, bottom + 36, spec.axis, "axis"))
    else:
        middle = (frame.left + frame.right) / 2
        body.append(_text(middle, bottom + 36, spec.axis, "axis", "middle"))


def _row(spec: ChartSpec, row: ChartRow, body: list[str], frame: _Frame, y: float, height: float) -> None:
    lines, beside = _text_lines(row, frame)
    text_height = _text_height(row, frame)
    top = y + _ABOVE if frame.above else y
    centre = top + text_height + (y + height - top - text_height) / 2 - 4 if frame.above else y + height / 2
    start = top + 13 if frame.above else y + (height - text_height) / 2 + 12.5
    for index, text in enumerate(lines):
        body.append(_text(0, start + 17 * index, text, "label strong" if row.strong else "label"))
    if row.note and beside:
        body.append(_text(frame.label_width, start, row.note, "note", "end"))
    elif row.note:
        body.append(_text(0, start + 17 * len(lines) - 1, row.note, "note"))
    body.append(f'<line class="rule" x1="0" x2="{frame.width}" y1="{y + height:.1f}" y2="{y + height:.1f}"/>')
    strip = top + text_height + 4 if frame.above else y
    if frame.above:
        # labels stand above, and no line runs through them
        _lines_at_ticks(spec, body, frame, strip, y + height)
    if math.isfinite(row.band):
        first = max(place(-row.band, spec.span, frame.left, frame.right), frame.left)
        last = min(place(row.band, spec.span, frame.left, frame.right), frame.right)
        body.insert(
            0,
            f'<rect class="band" x="{first:.1f}" y="{strip:.1f}" width="{last - first:.1f}" '
            f'height="{y + height - strip:.1f}"/>',
        )
    _marks(spec, row, body, frame, centre)


def _marks(spec: ChartSpec, row: ChartRow, body: list[str], frame: _Frame, y: float) -> None:
    colours = {series.key: series for series in spec.series}
    places = [place(m.value, spec.span, frame.left, frame.right) for m in row.marks if math.isfinite(m.value)]
    if len(places) > 1:
        body.append(f'<line class="pair" x1="{min(places):.1f}" x2="{max(places):.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
    count = len(row.marks)
    for index, mark in enumerate(row.marks):
        offset = (index - (count - 1) / 2) * 17
        series = colours[mark.series]
        text = mark.label or "\N{EM DASH}"
        if math.isfinite(mark.value):
            shift = 0.0 if count == 1 else (index - (count - 1) / 2) * (7 if count > 2 else 9)
            name = f"{row.label}, {series.label}" if series.label else row.label
            body.append(f"<g><title>{escape(f'{name}: {text}, n {mark.n}' if mark.n else f'{name}: {text}')}</title>")
            body.append(_whisker(spec, mark, f"s-{series.colour}", frame, y + shift))
            x = place(mark.value, spec.span, frame.left, frame.right)
            body.append(_symbol(x, y, series.symbol, f"s-{series.colour}{' few' if mark.few else ''}", "mark") + "</g>")
        if len(spec.series) > 1:
            body.append(_symbol(frame.values + 4, y + offset, series.symbol, f"s-{series.colour}", size=3.4))
        body.append(_text(frame.values + (13 if len(spec.series) > 1 else 0), y + offset + 4.5, text, "value"))


def _whisker(spec: ChartSpec, mark: Mark, colour: str, frame: _Frame, y: float) -> str:
    if not (math.isfinite(mark.low) and math.isfinite(mark.high)):
        return ""
    low = place(max(mark.low, spec.span[0]), spec.span, frame.left, frame.right)
    high = place(min(mark.high, spec.span[1]), spec.span, frame.left, frame.right)
    few = " few" if mark.few else ""
    out = f'<line class="whisker {colour}{few}" x1="{low:.1f}" x2="{high:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>'
    if mark.low < spec.span[0]:
        out += f'<path class="arrow {colour}" d="M{low - 5:.1f} {y:.1f}l6 -3.5v7z"/>'
    if mark.high > spec.span[1]:
        out += f'<path class="arrow {colour}" d="M{high + 5:.1f} {y:.1f}l-6 -3.5v7z"/>'
    return out


def _symbol(x: float, y: float, symbol: str, colour: str, kind: str = "sign", size: float = _RADIUS) -> str:
    classes = f'class="{kind} {colour}"'
    if symbol == "circle":
        return f'<circle {classes} cx="{x:.2f}" cy="{y:.2f}" r="{size:g}"/>'
    reach = size * 1.2
    corners = {
        "diamond": ((0, -reach), (reach, 0), (0, reach), (-reach, 0)),
        "square": ((-size, -size), (size, -size), (size, size), (-size, size)),
        "triangle-up": ((0, -reach), (reach, size), (-reach, size)),
    }[symbol]
    points = " ".join(f"{x + dx:.2f},{y + dy:.2f}" for dx, dy in corners)
    return f'<polygon {classes} points="{points}"/>'


def _scatter(spec: ChartSpec, narrow: bool) -> str:
    width, height = (350, 330) if narrow else (760, 430)
    left, right, top, bottom = 38.0, width - 12.0, 26.0, height - 52.0
    body = [_text(0, 12, spec.axis, "axis")]
    for tick in ticks(spec.span, 5):
        y = place(tick, spec.span, bottom, top)
        kind = "zero" if tick == 0 else "grid"
        body.append(f'<line class="{kind}" x1="{left:.1f}" x2="{right:.1f}" y1="{y:.1f}" y2="{y:.1f}"/>')
        distance = ticks(spec.span, 5)[1] - ticks(spec.span, 5)[0]
        body.append(_text(left - 7, y + 4, _tick(tick, spec, distance), "tick", "end"))
    for share in range(0, 101, 25 if narrow else 10):
        body.append(_text(place(share, (0, 100), left, right), bottom + 18, str(share), "tick", "middle"))
    body.append(_text((left + right) / 2, bottom + 40, spec.x_axis, "axis", "middle"))
    taken: list[tuple[float, float, float, float]] = []
    for row in spec.rows:
        mark = row.marks[0]
        x, y = place(row.x, (0, 100), left, right), place(mark.value, spec.span, bottom, top)
        few = " few" if mark.few else ""
        body.append(f"<g><title>{escape(f'{row.label}: {mark.label}, {row.note}')}</title>")
        if math.isfinite(mark.low):
            ends = (min(max(end, spec.span[0]), spec.span[1]) for end in (mark.low, mark.high))
            low, high = (place(end, spec.span, bottom, top) for end in ends)
            body.append(f'<line class="whisker thin s-blue" x1="{x:.1f}" x2="{x:.1f}" y1="{low:.1f}" y2="{high:.1f}"/>')
        body.append(_symbol(x, y, "circle", f"s-blue{few}", "mark", 4) + "</g>")
        taken.append((x - 4, y - 4, x + 4, y + 4))
    for row in spec.rows:
        if row.named:
            _name(spec, row, body, taken, (left, right, top, bottom))
    return _wrap(spec, body, width, height)


def _name(
    spec: ChartSpec,
    row: ChartRow,
    body: list[str],
    taken: list[tuple[float, float, float, float]],
    area: tuple[float, float, float, float],
) -> None:
    """Write a name beside its point where it covers nothing; leave it out where there is no such place."""
    left, right, top, bottom = area
    x, y = place(row.x, (0, 100), left, right), place(row.marks[0].value, spec.span, bottom, top)
    width = 6.4 * len(row.label)
    for dx, dy in ((8, 4), (-8 - width, 4), (8, -7), (8, 15), (-8 - width, -7), (-8 - width, 15)):
        box = (x + dx, y + dy - 10, x + dx + width, y + dy + 3)
        inside = box[0] >= left and box[2] <= right + 8 and box[1] >= top and box[3] <= bottom
        if inside and not any(_meet(box, other) for other in taken):
            taken.append(box)
            body.append(_text(box[0], y + dy, row.label, "point"))
            return


def _meet(a: tuple[float, float, float, float], b: tuple[float, float, float, float]) -> bool:
    return a[0] < b[2] and b[0] < a[2] and a[1] < b[3] and b[1] < a[3]
