"""A change in words: what it was, what it is, and how sure the difference is."""

from __future__ import annotations

from audit.schema import FOUND, Change, Contrast, Unit
from audit.wording import amount, axis_words, closing, interval_words, number, seen_words, signed, size_words

RATES = ("accuracy", "macro_f1")
"""Changes of one rate; the others are changes of a gap between two."""


def sentence(change: Change, contrast: Contrast | None, narrow: tuple[float, float], names: tuple[str, str]) -> str:
    """Say a change in words.

    Args:
        change: the numbers; its own `sentence` is not read.
        contrast: what it is a change of; None for an accuracy.
        narrow: its 90 % interval.
        names: of the two audits.

    Returns:
        Plain text: the one, the other, the change with its interval, and what the verdict allows to say.
    """
    interval = interval_words(change.change, change.low, change.high, change.unit)
    core = f"{_moved(change)} (95 % interval {interval})"
    if contrast is None:
        called = change.title.partition(": accuracy, ")[2] or change.test
        where = f'of the test "{called}"' if change.test else "of all tests"
        one, two = (number(100 * value, 0) for value in (change.base, change.other))
        said = (
            f"On {change.n:,} sentences {where}, accuracy averaged over frames is {one} % in {names[0]} and {two} % in "
            f"{names[1]}; from the one to the other it {core}."
        )
    else:
        one, two = (signed(value, change.unit, change.low, change.high) for value in (change.base, change.other))
        said = (
            f"On {change.n:,} sentences: in {names[0]}, {_gap(change.base, change.unit, contrast)}; "
            f"in {names[1]}, {_gap(change.other, change.unit, contrast)}. "
            f"From the one to the other, from {one} to {two}, it {core}{_so(change)}."
        )
    return f"{said} {_tail(change, narrow)}".rstrip()


def rows_sentence(change: Change, narrow: tuple[float, float], names: tuple[str, str]) -> str:
    """Say a change on somebody's own rows in words; arguments as of `sentence`."""
    interval = interval_words(change.change, change.low, change.high, change.unit)
    what = "accuracy" if change.measure == "accuracy" else "macro-F1"
    posts = "posts labelled negative or positive" if change.reason else "posts" if change.test else "all posts"
    where = f"{posts} where {change.test}" if change.test else posts
    one, two = (number(100 * value, 0) for value in (change.base, change.other))
    of = " %" if change.measure == "accuracy" else " of 100"
    said = (
        f"On {change.n:,} rows, {what} on {where} is {one}{of} in {names[0]} and {two}{of} in {names[1]}: "
        f"from the one to the other it {_moved(change)} (95 % interval {interval})."
    )
    if change.reason and change.primary:
        # The name of an audit is written as it is, at the beginning of a sentence too.
        reason = change.reason
        said = f"{'Neither' + reason[7:] if reason.startswith('neither ') else reason}. {said}"
    return f"{said} {_tail(change, narrow)}".rstrip()


def _moved(change: Change) -> str:
    """Say which way a number went and how far; one that is the same in both went nowhere."""
    if change.change == 0:
        return "did not change"
    size = amount(change.change, change.unit, change.low, change.high)
    if not float(size.split()[0].replace(",", "")):
        return "hardly moved"
    return f"{'rose' if change.change > 0 else 'fell'} by {size}"


def _gap(value: float, unit: Unit, contrast: Contrast) -> str:
    if value == 0:
        return "there is no such gap"
    pattern = contrast.higher if value >= 0 else contrast.lower
    said = pattern.replace("{gap}", size_words(abs(value), unit))
    said = said.replace("{group_label}", contrast.group_label or contrast.group)
    said = axis_words(said, (contrast.group_label, contrast.reference_label))
    return said.replace("{reference_label}", contrast.reference_label or contrast.reference)


def _so(change: Change) -> str:
    """Say what became of the size of a gap, where a change was told apart: a gap below 0 that falls has grown."""
    if change.verdict not in FOUND:
        return ""
    if change.base * change.other < 0:
        return ", and the gap changed its direction"
    return f", and the gap {'grew' if abs(change.other) >= abs(change.base) else 'shrank'}"


def _tail(change: Change, narrow: tuple[float, float]) -> str:
    widest = 1.0 if change.contrast in RATES else 2.0
    seen = seen_words(change.minimum_detectable, change.unit, "change", widest=widest)
    limit, inner = size_words(change.threshold, change.unit), interval_words(change.change, *narrow, change.unit)
    return closing(change.verdict, limit, inner, change.comparisons, seen, "change")
