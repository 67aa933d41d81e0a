"""Numbers -> words: how many digits an interval supports, and what a unit is called."""

from __future__ import annotations

import math

from audit.schema import Unit, Verdict

_IN_POINTS = ("points", "share")
_MINUS = "-"


def digits(half_width: float, least: int = 0, most: int = 3) -> int:
    """Give how many decimals an interval supports: the place of its half-width's first digit.

    Args:
        half_width: half the width of the interval, in the unit that is printed.
        least: never fewer than this.
        most: never more than this.
    """
    if not math.isfinite(half_width):
        return max(least, min(2, most))
    if half_width <= 0:
        return most
    # a half-width of 0.98 prints as 1, and supports no decimal that 1.0 would not
    return min(most, max(least, -math.floor(math.log10(half_width * 1.03))))


def number(value: float, decimals: int) -> str:
    """Print a number with that many decimals; 0 never carries a sign."""
    text = f"{value:,.{decimals}f}"
    return text.lstrip(_MINUS) if float(text.replace(",", "")) == 0 else text


def _scale(unit: Unit) -> float:
    return 100.0 if unit in _IN_POINTS else 1.0


def places(low: float, high: float, unit: Unit) -> int:
    """Give how many decimals a gap and its interval are printed with.

    Args:
        low: lower end of the interval, in `unit`.
        high: upper end.
        unit: points and shares are printed per hundred.

    Returns:
        The digits that the interval's width supports; more where an interval that excludes 0 would otherwise
        seem to touch it.
    """
    least, most = (0, 1) if unit in _IN_POINTS else (1, 3)
    found = digits((high - low) / 2 * _scale(unit), least, most)
    nearest = max(low, -high) * _scale(unit)
    while nearest > 0 and found < most and round(nearest, found) == 0:
        found += 1
    return found


def _named(text: str, unit: Unit) -> str:
    match unit:
        case "points" | "share":
            return f"{text} {'point' if text == '1' else 'points'}"
        case "log-odds":
            return f"{text} log-odds"
        case "valence":
            return f"{text} valence {'unit' if text == '1' else 'units'}"
        case "bits":
            return f"{text} bits"
        case _:
            return f"{text} per step"


def amount(gap: float, unit: Unit, low: float, high: float) -> str:
    """Say the size of a gap without its sign, rounded to what the interval supports.

    Args:
        gap: in `unit`; points and shares as a difference of rates (0.31 is 31 points).
        unit: see `audit.schema.Unit`.
        low: lower end of the interval.
        high: upper end.

    Returns:
        Words such as "31 points", "0.21 valence units" or "1.2 log-odds (odds ratio 3.3)". They stand after "by" and
        before "higher" or "more" alike. A valence unit is the way from undecided (0) to surely positive (1).
    """
    printed = number(abs(gap) * _scale(unit), places(low, high, unit))
    text = _named(printed, unit)
    # beside a 0 the ratio would seem to say something else
    if unit != "log-odds" or not float(printed.replace(",", "")):
        return text
    ratio = math.exp(min(abs(gap), 50.0))
    if ratio >= 99.5:
        return f"{text} (odds ratio above 99)"
    return f"{text} (odds ratio {ratio:.{0 if ratio >= 9.95 else 1}f})"


def signed(value: float, unit: Unit, low: float, high: float) -> str:
    """Print a value with its sign and without its unit, with the digits of an interval in the same unit."""
    return number(value * _scale(unit), places(low, high, unit))


def interval_words(gap: float, low: float, high: float, unit: Unit) -> str:
    """Say an interval in the direction of the gap: "24 to 38", so that it can stand beside an unsigned size."""
    if gap < 0:
        low, high = -high, -low
    scale = _scale(unit)
    decimals = places(low, high, unit)
    return f"{number(low * scale, decimals)} to {number(high * scale, decimals)}"


def size_words(size: float, unit: Unit) -> str:
    """Say a size that has no interval, such as a threshold or a minimum detectable gap, to two digits."""
    scaled = size * _scale(unit)
    if not math.isfinite(scaled) or scaled <= 0:
        return _named(number(scaled, 0), unit)
    text = number(scaled, max(0, 1 - math.floor(math.log10(scaled))))
    if unit in _IN_POINTS and scaled >= 1.95:
        text = number(scaled, 0)
    return _named(text.rstrip("0").rstrip(".") if "." in text else text, unit)


def seen_words(
    minimum_detectable: float, unit: Unit, thing: str = "gap", of: str = "items", widest: float = 1.0
) -> str:
    """Say what could have been seen: "Could have seen a gap of 9 points."; empty where that is not known.

    Args:
        minimum_detectable: in `unit`.
        unit: see `audit.schema.Unit`.
        thing: what would have been seen.
        of: what there are too few of where nothing could have been.
        widest: the largest that a difference of rates can be; of a change of two such differences, 2.
    """
    if not minimum_detectable > 0:
        return ""
    if unit in _IN_POINTS and minimum_detectable >= widest:
        return f"Too few {of} to see a {thing} of any size."
    return f"Could have seen a {thing} of {size_words(minimum_detectable, unit)}."


def chance_words(comparisons: int) -> str:
    """Say that a difference was not told apart from chance, and among how many comparisons."""
    return "not told apart from chance" + (f" among {comparisons:,} comparisons" if comparisons > 1 else "")


def closing(
    verdict: Verdict, limit: str, narrow: str, comparisons: int, seen: str, thing: str = "difference", on: str = "items"
) -> str:
    """Say what a verdict allows to say of a gap; empty of a finding, whose numbers say it.

    Args:
        verdict: of the gap.
        limit: the smallest effect of interest, in words.
        narrow: the 90 % interval, in words.
        comparisons: how many were corrected together.
        seen: of `seen_words`; printed under what was not found.
        thing: "difference" or "change".
        on: what it was measured on.
    """
    match verdict:
        case "finding":
            return ""
        case "uncertain":
            return f"There is a {thing}; its size is uncertain."
        case "below":
            return f"Detectable, but below the threshold of {limit}."
        case "equivalent":
            return f"No {thing} larger than {limit} on these {on} (90 % interval {narrow})."
        case "chance":
            said = chance_words(comparisons)
            return f"{said[:1].upper()}{said[1:]}. {seen}".rstrip()
    return f"No evidence of a {thing} at this power. {seen}".rstrip()
