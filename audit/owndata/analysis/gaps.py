"""Gaps between a group and the rest: interval, test, verdict, and how many labels would be needed.

Named in advance, one family a group column: the accuracy of each group against the rest (of the one against the other
where there are two), and one family a pair of columns: the deviation of each crossing from what the two columns give by
themselves. These are corrected together by Holm with a weight of 1 a family, shared by its members, as primary
endpoints of suites are; misses, false alarms, confidence and overconfidence by Benjamini and Hochberg.

Shares are compared by Newcombe's interval and the score test (`audit.stats.shares`), with the independent rows that
they are worth where writers have several. An accuracy gap is split into what other labels and what other rates of
error make of it (Kitagawa 1955), and the rates are judged.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from audit.findings import ALPHA, UNIT_THRESHOLDS, verdict_of
from audit.owndata.analysis.crossings import Crossing, crossings_of
from audit.owndata.analysis.figures import FEW_OF_LABEL, SUITE, Share, likeness, ratio, shares
from audit.owndata.analysis.sides import Strata, correlation, jackknife, together, vector, worth_of, writers_of
from audit.owndata.analysis.sums import CROSS, Grouping, Side, Sums
from audit.owndata.analysis.suppress import Hidden
from audit.owndata.classes import PLACES, in_words
from audit.schema import FOUND, SMALL, Finding, Unit
from audit.stats import Gap, ShareGap, benjamini_hochberg, holm, share_gap
from audit.wording import amount, closing, interval_words, seen_words, size_words

NAN = math.nan
COMPARED = ("accuracy", "miss", "false_alarm", "confidence", "overconfidence")
PRIMARY = "accuracy"
REST = "the rest"
EXPECTED = "what the two columns give by themselves"
MIX_WORTH_SAYING = 0.01
"""Share of an accuracy gap that other labels make, from which on a sentence speaks of it."""
_UNITS: dict[str, Unit] = dict.fromkeys(COMPARED, "points")
_SAID = {
    "accuracy": ("are read right {gap} more often", "are read right {gap} less often"),
    "miss": ("with a negative label are missed {gap} more often", "with a negative label are missed {gap} less often"),
    "false_alarm": (
        "without a negative label are called negative {gap} more often",
        "without a negative label are called negative {gap} less often",
    ),
    "confidence": ("are answered with {gap} more confidence", "are answered with {gap} less confidence"),
    "overconfidence": (
        "have {gap} more confidence over accuracy",
        "have {gap} less confidence over accuracy",
    ),
}
_HARMS = {
    "accuracy": "Findings about people of one group rest on more wrong labels than those about others.",
    "miss": "Posts of one group that call for a reader are passed over more often.",
    "false_alarm": "People of one group are flagged more often when nothing is wrong.",
    "confidence": "A threshold on confidence sends posts of one group to a reader more often.",
    "overconfidence": "Errors about one group look surer than they are.",
}


@dataclass(frozen=True, slots=True)
class Gaps:
    """Findings, and how many labels would show the smallest gap of interest."""

    findings: tuple[Finding, ...]
    needed: tuple[tuple[str, str, int, int], ...]
    crossings: tuple[Crossing, ...]


def contrast_of(measure: str, column: str) -> str:
    """Name the gaps of a column in a measure, as --fail-on and the findings do."""
    return f"{measure.replace('_', '-')}-by-{column}"


@dataclass(frozen=True, slots=True)
class _Draft:
    grouping: Grouping
    group: str
    reference: str
    share: Share
    gap: Gap
    rows: tuple[int, int]
    raw: float = NAN
    """The gap before other labels are taken into account."""
    labels: str = ""
    """How the labels of the two sides differ most, in words."""
    shrunken: float = NAN


@dataclass(frozen=True, slots=True)
class Split:
    """An accuracy gap, split (Kitagawa 1955)."""

    raw: float
    strata: Strata
    """Labels that both sides have, each with the mean of its share on the two sides."""
    rates: tuple[float, ...]
    """How often each label is read right on both sides together."""
    labels: str
    """How the labels differ most, in words."""


def gaps_of(sums: Sums, hidden: Hidden) -> Gaps:
    """Compare every group that is shown with the rest, column by column."""
    drafts = [draft for grouping in sums.groupings.values() for draft in _column(sums, grouping, hidden)]
    crossed = crossings_of(sums, hidden)
    drafts += [_crossed(crossing, sums) for crossing in crossed if crossing.tested]
    primary = [i for i, d in enumerate(drafts) if d.share.name == PRIMARY and d.gap.defined]
    columns = [drafts[i].grouping.by for i in primary]
    weights = [1.0 / columns.count(name) for name in columns]
    adjusted, alphas = [NAN] * len(drafts), [ALPHA] * len(drafts)
    for i, weight, p in zip(primary, weights, holm([drafts[i].gap.p for i in primary], weights), strict=True):
        adjusted[i], alphas[i] = p, ALPHA * weight / sum(weights)
    rest = [i for i, d in enumerate(drafts) if d.share.name != PRIMARY and d.gap.defined]
    for i, p in zip(rest, benjamini_hochberg([drafts[i].gap.p for i in rest]), strict=True):
        adjusted[i], alphas[i] = p, ALPHA / len(rest)
    families = [len(primary if d.share.name == PRIMARY else rest) if d.gap.defined else 0 for d in drafts]
    findings = tuple(_finding(d, p, a, n) for d, p, a, n in zip(drafts, adjusted, alphas, families, strict=True))
    return Gaps(findings, tuple(_needed(drafts, findings, alphas)), tuple(crossed))


def _column(sums: Sums, grouping: Grouping, hidden: Hidden) -> Iterator[_Draft]:
    if len(grouping.columns) != 1:
        return
    shown = [group for group in sorted(grouping.values) if not hidden.reason(grouping.by, group)]
    if len(grouping.values) < 2 or not shown:
        return
    two = len(grouping.values) == 2
    compared = [share for share in shares(sums.labels) if share.name in COMPARED]
    rho = {share.name: likeness(grouping, share) for share in compared if share.rate}
    for group in shown[:1] if two else shown:
        reference = next(g for g in grouping.values if g != group) if two else REST
        code = grouping.place(group)
        sides = grouping.own(code), grouping.rest(code)
        without = hidden.without(grouping.by, group)
        for share in compared:
            # With the rate of the whole a gap gives that of the group.
            reason = FEW_OF_LABEL if share.name in without else ""
            yield _draft(grouping, group, reference, share, sides, rho.get(share.name, 0.0), sums.labels, reason)


def _draft(
    grouping: Grouping,
    group: str,
    reference: str,
    share: Share,
    sides: tuple[Side, Side],
    rho: float,
    labels: tuple[str, ...],
    hidden: str,
) -> _Draft:
    here, there = sides
    writers = writers_of(here, share.bottom), writers_of(there, share.bottom)
    clusters = writers[0].number, writers[1].number
    rows = (int(round(float(share.bottom @ here.sums))), int(round(float(share.bottom @ there.sums))))
    split = split_of(here, there, labels) if share.name == PRIMARY else None
    reason = writers[0].too_few or writers[1].too_few
    if min(rows) < SMALL:
        reason = f"fewer than {SMALL} such rows on one side"
    elif split is not None and not split.strata:
        reason = "the two sides have no label in common, so that their rates of error cannot be compared"
    reason = hidden or reason
    if reason:
        gap = Gap(NAN, NAN, 0, *clusters, min(clusters), sum(rows), "clusters", reason, share.rate)
        return _Draft(grouping, group, reference, share, gap, rows)
    if not share.rate:
        return _Draft(grouping, group, reference, share, gap_of_means(here, there, share), rows)
    strata: Strata = split.strata if split else [(share.top, share.bottom, 1.0)]
    one, two = (worth_of(side, strata, rho, split.rates if split else None) for side in sides)
    found = share_gap(
        (one.share, two.share),
        (one.count, two.count),
        (one.df, two.df),
        correlation(one, two, here, there),
        rows,
        clusters,
    )
    if split is None:
        return _Draft(grouping, group, reference, share, found, rows)
    return _Draft(grouping, group, reference, share, found, rows, split.raw, split.labels)


def split_of(here: Side, there: Side, labels: tuple[str, ...]) -> Split:
    """Split a gap in accuracy into labels and rates (Kitagawa 1955).

    Accuracy is the sum over labels of how many posts have the label times how often it is read right. The rates' part
    of a gap is sum of (mean of the two sides' shares of a label) * (difference of how often it is read right); the
    rest is owed to the labels. A label that one side lacks has no rate there, and belongs to the labels' part.
    """
    codes = [PLACES[name] for name in labels]
    counts = [[float(side.sums[3 * c : 3 * c + 3].sum()) for c in codes] for side in (here, there)]
    right = [[float(side.sums[4 * c]) for c in codes] for side in (here, there)]
    bases = [[n / sum(own) for n in own] for own in counts]
    both = [k for k in range(len(codes)) if counts[0][k] > 0 and counts[1][k] > 0]
    total = sum(bases[0][k] + bases[1][k] for k in both)
    strata = [
        (
            vector(4 * codes[k]),
            vector(*range(3 * codes[k], 3 * codes[k] + 3)),
            (bases[0][k] + bases[1][k]) / total,
        )
        for k in both
    ]
    rates = tuple((right[0][k] + right[1][k]) / (counts[0][k] + counts[1][k]) for k in both)
    widest = max(range(len(codes)), key=lambda k: abs(bases[0][k] - bases[1][k]))
    said = f"{100 * bases[0][widest]:.0f} % against {100 * bases[1][widest]:.0f} % are {in_words(labels[widest])}"
    raw = sum(right[0]) / sum(counts[0]) - sum(right[1]) / sum(counts[1])
    return Split(raw, strata, rates, said)


def gap_of_means(here: Side, there: Side, share: Share) -> Gap:
    """Compare two means of rows: the wider of Welch's interval and that of one common variance.

    Welch's has no variance to go by where a few rows happen to be alike; a common variance is wrong where one group
    truly varies more. Variances are jackknife ones, a group counts as its effective writers.
    """
    (one, slope), (two, other_slope) = ratio(share, here.sums), ratio(share, there.sums)
    first = jackknife(here, one, slope, share.bottom)
    second = jackknife(there, two, other_slope, share.bottom)
    shared = 2 * together(first, second, here, there)
    g, h = first.writers.effective, second.writers.effective
    parts = first.variance, second.variance
    below = parts[0] ** 2 / first.writers.df + parts[1] ** 2 / second.writers.df
    df = sum(parts) ** 2 / below if below > 0 else g + h - 2
    unit = (parts[0] * g * g + parts[1] * h * h) / (g + h)
    clusters = first.writers.number, second.writers.number
    rows = int(round(float(share.bottom @ (here.sums + there.sums))))
    common = unit * (1 / g + 1 / h)
    gaps = [
        Gap(one - two, math.sqrt(max(total - shared, 0.0)), free, *clusters, min(clusters), rows, "clusters")
        for total, free in ((sum(parts), df), (common, max(g + h - 2, 1.0)))
    ]
    return max(gaps, key=lambda gap: gap.half_width())


def _crossed(crossing: Crossing, sums: Sums) -> _Draft:
    accuracy = next(share for share in shares(sums.labels) if share.name == PRIMARY)
    rest = crossing.gap.cells - crossing.rows
    return _Draft(
        crossing.grouping, crossing.group, EXPECTED, accuracy, crossing.gap, (crossing.rows, rest),
        shrunken=crossing.shrunken - crossing.additive,
    )  # fmt: skip


def _finding(draft: _Draft, p_adjusted: float, alpha: float, comparisons: int) -> Finding:
    gap, name = draft.gap, draft.share.name
    unit = _UNITS[name]
    threshold = UNIT_THRESHOLDS[unit]
    verdict, severity = verdict_of(gap, threshold, p_adjusted, 1.0)
    low, high = gap.interval()
    found = Finding(
        suite=SUITE,
        contrast=contrast_of(name, draft.grouping.by),
        measure=name,
        unit=unit,
        group=draft.group,
        reference=draft.reference,
        gap=gap.value,
        low=low,
        high=high,
        p=gap.p,
        p_adjusted=p_adjusted,
        minimum_detectable=gap.detectable(alpha),
        threshold=threshold,
        verdict=verdict,
        severity=severity,
        sentence="",
        primary=name == PRIMARY,
        n=sum(draft.rows),
        templates=gap.templates,
        fillers=gap.fillers,
        se=gap.se,
        df=gap.df,
        comparisons=comparisons,
        harm=_HARMS[name] if verdict in FOUND else "",
        axis=draft.grouping.by,
        reason=gap.reason,
        raw_gap=draft.raw,
        mix=draft.raw - gap.value,
        shrunken=draft.shrunken,
    )
    return replace(found, sentence=sentence(found, gap.interval(0.90), draft.labels))


def sentence(found: Finding, narrow: tuple[float, float], labels: str = "") -> str:
    """Say a gap between groups in words.

    Args:
        found: the numbers.
        narrow: its 90 % interval.
        labels: how the labels of the two sides differ.
    """
    who, whom = _sides(found)
    if found.reason:
        return f"No verdict on {who} against {whom}: {found.reason}."
    pattern = _SAID[found.measure][0 if found.gap >= 0 else 1]
    said = pattern.replace("{gap}", amount(found.gap, found.unit, found.low, found.high))
    interval = interval_words(found.gap, found.low, found.high, found.unit)
    core = f"On {found.n:,} rows, {who} {said} than {whom} (95 % interval {interval})."
    core += _labels_said(found, labels)
    seen = seen_words(found.minimum_detectable, found.unit, of="rows")
    limit, inner = size_words(found.threshold, found.unit), interval_words(found.gap, *narrow, found.unit)
    return f"{core} {closing(found.verdict, limit, inner, found.comparisons, seen, on='rows')}".rstrip()


def _sides(found: Finding) -> tuple[str, str]:
    if found.reference == EXPECTED:
        pairs = zip(found.axis.split(CROSS), found.group.split(CROSS), strict=False)
        return "posts where " + " and ".join(f"{column} is {value}" for column, value in pairs), EXPECTED
    whom = found.reference if found.reference == REST else f"those where it is {found.reference}"
    return f"posts where {found.axis} is {found.group}", whom


def _labels_said(found: Finding, labels: str) -> str:
    """Say how much of a gap in accuracy is owed to the labels, where that is a point or more."""
    if not labels or not abs(found.mix) >= MIX_WORTH_SAYING:
        return ""
    raw, mix = (f"{100 * x:+.0f}".replace("-", "\u2212") for x in (found.raw_gap, found.mix))
    return (
        f" That is with the same labels on both sides; as they are, {labels}, the gap is {raw}, {mix} of it from that."
    )


def _needed(
    drafts: list[_Draft], findings: tuple[Finding, ...], alphas: list[float]
) -> Iterator[tuple[str, str, int, int]]:
    """How many labels it would take to see the smallest gap of interest in accuracy, were both sides to grow alike.

    By the formula for large groups (Fleiss 1981), at the design effect of these rows.
    """
    for draft, finding, alpha in zip(drafts, findings, alphas, strict=True):
        if len(draft.grouping.columns) == 1 and draft.share.name == PRIMARY and isinstance(draft.gap, ShareGap):
            times = draft.gap.times(finding.threshold, alpha)
            yield draft.grouping.by, draft.group, draft.rows[0], math.ceil(draft.rows[0] * max(times, 1.0))
