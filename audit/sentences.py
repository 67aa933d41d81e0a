"""A finding in words: a sentence that says no more than the numbers do, and what stands beside it."""

from __future__ import annotations

import math

from audit.draft import COMPATIBILITY, COMPATIBILITY_WORDS, HEDGES, VALENCE_THRESHOLD, Draft, moves
from audit.schema import FOUND, Finding, Part
from audit.wording import (
    amount,
    axis_words,
    beside_interval,
    closing,
    interval_words,
    listed,
    places,
    seen_words,
    size_words,
)


def sentence(found: Finding, draft: Draft) -> str:
    """Say a finding; the closing words depend on the verdict.

    Args:
        found: the finding; its own `sentence` is not read.
        draft: what it was made from.

    Returns:
        One to four sentences of plain text.
    """
    if not draft.gap.defined:
        return f"No verdict: {found.reason or 'undefined'}."
    unit = found.unit
    basis = f"{draft.pairs:,} paired sentences" if draft.pairs else f"{draft.n:,} sentences"
    core = f"{_claim(found, draft)} (95 % interval {interval_words(found.gap, found.low, found.high, unit)})"
    core += _strata(found.strata, found)
    if found.reason:
        if found.reason == COMPATIBILITY:
            return f"Compatibility result: on {basis}, {core}. {COMPATIBILITY_WORDS}"
        kind = "Illustration only" if found.reason.startswith("illustration") else "No verdict"
        why = "" if found.reason.startswith("illustration") else f" {found.reason[:1].upper()}{found.reason[1:]}."
        return f"{kind}: on {basis}, {core}.{why}"
    if draft.cost is not None and found.gap > 0 and draft.cost.neutral > HEDGES:
        core += (
            f". The model does not commit: neutral answers make {100 * min(draft.cost.neutral, 1):.0f} % of the cost"
        )
    if draft.cost is not None and found.gap < 0 and found.verdict in FOUND:
        core += ". The words of the change carry a polarity of their own"
    if found.verdict == "below" and not moves(draft):
        still = size_words(VALENCE_THRESHOLD, "valence")
        return f"On {basis}, {core}. Detectable, but below the threshold: the answers move by less than {still}."
    narrow = interval_words(found.gap, *draft.interval(0.90), unit)
    limit = size_words(found.threshold, unit)
    tail = closing(found.verdict, limit, narrow, found.comparisons, seen(found), spread=spread_words(found))
    if found.verdict == "inconclusive" and draft.pairs and found.gap == found.se == 0:
        tail = tail.replace(" at this power", " at this power, although no answers differed", 1)
    return f"On {basis}, {core}. {tail}".rstrip()


def _claim(found: Finding, draft: Draft) -> str:
    contrast = draft.contrast
    pattern = contrast.higher if found.gap >= 0 else contrast.lower
    said = pattern.replace("{gap}", amount(found.gap, found.unit, found.low, found.high))
    if found.groups:
        said = axis_words(said, [part.label for part in found.groups])
        far = [part.label for part in found.groups[1:] if _beyond(part, found)]
        said += f"; so do those about {listed(far)}" if far else ""
    said = said.replace("{group_label}", contrast.group_label or found.group)
    said = said.replace("{reference_label}", contrast.reference_label or found.reference)
    if draft.gap.method == "groups, fixed filler":
        said += ", for the one word or name that stands for each"
    return said


def _beyond(part: Part, found: Finding) -> bool:
    """Whether another group lies beyond the threshold on the same side as the furthest."""
    return part.low > found.threshold if found.gap > 0 else part.high < -found.threshold


def _strata(parts: tuple[Part, ...], found: Finding) -> str:
    """Give each stratum with its interval: "; for praise 31 (20 to 42), for blame 5 (-4 to 14)"."""
    said = [f"{part.label} {_number(part, found)}" for part in parts if math.isfinite(part.value)]
    return f": {', '.join(said)}" if said else ""


def _number(part: Part, found: Finding) -> str:
    return beside_interval(part.value, part.low, part.high, found.unit)


def seen(found: Finding) -> str:
    """Say what could have been told from chance, and what would have been called a finding."""
    words = seen_words(found.minimum_detectable, found.unit)
    rate = found.unit in ("points", "share")
    if not words or not math.isfinite(found.minimum_finding) or (rate and found.minimum_finding >= 1):
        return words
    return f"{words[:-1]}, and called one of {size_words(found.minimum_finding, found.unit)} a finding."


def spread_words(found: Finding) -> str:
    """Say how far templates differ: half the width of the prediction interval for a new one; empty where unknown."""
    low, high = found.new_template
    return size_words((high - low) / 2, found.unit) if math.isfinite(high - low) else ""


def notes_of(found: Finding, draft: Draft) -> tuple[str, ...]:
    """Give the sentences that stand beside a finding: what a new template may show, the groups of an axis, and more."""
    if not draft.gap.defined:
        return ()
    out = list(draft.notes)
    low, high = found.new_template
    if draft.new is not None and math.isfinite(high - low):
        what = "term with sentences of its own" if draft.new.nested else "template"
        fewest = places(low, high, found.unit)
        between = f"{_plain(low, found, fewest)} to {_plain(high, found, fewest)} {_unit(found)}"
        out.append(f"In a {what} that somebody else writes, expect {between} (95 % prediction interval).")
    if len(found.groups) > 2:
        each = ", ".join(f"{part.label} {_number(part, found)}" for part in found.groups)
        out.append(f"Each group against the mean of the others, shrunken, in {_unit(found)}: {each}.")
    if any(math.isfinite(part.valence) for part in found.groups):
        each = ", ".join(f"{part.label} {part.valence:+.2f}" for part in found.groups)
        out.append(f"The same on valence: {each}.")
    if draft.people is not None and len(draft.people) > 1:
        against = float((draft.people * draft.gap.value < 0).mean())
        spread = float(draft.people.std(ddof=1))
        out.append(
            f"Phrases differ: {100 * against:.0f} % of them go against the sign of the whole, and their gaps have a "
            f"standard deviation of {size_words(spread, found.unit)}."
        )
    return tuple(out)


def _plain(value: float, found: Finding, decimals: int) -> str:
    scale = 100.0 if found.unit in ("points", "share") else 1.0
    text = f"{value * scale:.{decimals}f}"
    return text.lstrip("-") if float(text) == 0 else text


def _unit(found: Finding) -> str:
    names = {"points": "points", "share": "points", "valence": "valence units", "slope": "per step"}
    return names.get(found.unit, found.unit)
