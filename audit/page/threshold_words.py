"""What a line over a score does, as a chart and in sentences."""

from __future__ import annotations

from audit.page.threshold_numbers import Kind, Outcome, Share
from audit.report import words
from audit.report.spec import ChartRow, ChartSpec, Mark, Series

SERIES = (Series("missed", "missed", "vermillion"), Series("alarm", "false alarms", "blue"))


def chart(outcome: Outcome) -> ChartSpec:
    """Draw misses and false alarms, overall and by group, on one axis that never moves."""
    rows = []
    for place, group in enumerate((outcome.overall, *outcome.groups)):
        marks = tuple(
            Mark(series.key, share.value, share.low, share.high, share.n, share.few, share.words)
            for series, share in zip(SERIES, (group.missed, group.alarm), strict=True)
        )
        n = f"n {words.integer(group.missed.n)} and {words.integer(group.alarm.n)}"
        rows.append(ChartRow(words.capital(group.label), marks, n, strong=not place))
    return ChartSpec(
        name=f"threshold-{outcome.look.key}",
        kind="dumbbell",
        question="Who is missed, and who is flagged although well?",
        title=title(outcome),
        sentence=sentence(outcome),
        unit="share",
        axis="per cent of posts that state distress (missed), of posts with good news (false alarms)",
        rows=tuple(rows),
        series=SERIES,
        span=(0.0, 1.0),
    )


def title(outcome: Outcome) -> str:
    """Say in a line what a line does to all posts."""
    missed, alarm = outcome.overall.missed, outcome.overall.alarm
    return (
        f"Acting from {score(outcome.at)} on: {words.integer(missed.count)} of {words.integer(missed.n)} missed, "
        f"{words.integer(alarm.count)} of {words.integer(alarm.n)} false alarms"
    )


def score(at: float) -> str:
    """Print a score as the page does: 0 to 100."""
    return f"{round(100 * at)}"


def sentence(outcome: Outcome) -> str:
    """Say what the chart shows."""
    missed, alarm = outcome.overall.missed, outcome.overall.alarm
    first = (
        f"When somebody acts from {score(outcome.at)} on, {missed.count} of {missed.n} posts that state distress are "
        f"missed, {_interval(missed)}, and {alarm.count} of {alarm.n} posts with good news are false alarms, "
        f"{_interval(alarm)}."
    )
    rest = [_compared(outcome, kind) for kind in outcome.gaps]
    if not rest and any(group.missed.few for group in outcome.groups):
        rest = ["An open dot stands on few posts, or on few situations: it says little."]
    return " ".join([first, *rest])


def _interval(share: Share) -> str:
    return (
        f"{words.amount(share.value, 'share', share.low, share.high)} "
        f"(95 % interval {words.interval(share.low, share.high, 'share')})"
    )


def _compared(outcome: Outcome, kind: Kind) -> str:
    """Compare the first group with the second, and say where the posts cannot tell."""
    gap = outcome.gaps[kind]
    one, other = (group.label for group in outcome.groups[:2])
    what = {"missed": "missed", "alarm": "falsely flagged"}[kind]
    if not gap.defined:
        return f"Nothing can be said about who is {what} more."
    low, high = gap.interval()
    shares = [getattr(group, kind) for group in outcome.groups[:2]]
    if all(share.count == 0 for share in shares):
        return f"Posts {_by(one)} and posts {_by(other)}: none is {what}."
    if all(share.count == share.n for share in shares):
        return f"Posts {_by(one)} and posts {_by(other)}: every one is {what}."
    if low <= 0 <= high:
        return (
            f"Whether posts {_by(one)} are {what} more often than posts {_by(other)}, these posts cannot tell: the "
            f"difference is {words.amount(gap.value, 'points', low, high)} "
            f"({words.interval(low, high, 'points')})."
        )
    more = "more" if gap.value > 0 else "less"
    ends = (low, high) if gap.value > 0 else (-high, -low)
    return (
        f"Posts {_by(one)} are {what} {words.amount(abs(gap.value), 'points', low, high)} {more} often than posts "
        f"{_by(other)} ({words.interval(*ends, 'points')})."
    )


def _by(label: str) -> str:
    return f"by students {label}" if label.startswith("naming") else label
