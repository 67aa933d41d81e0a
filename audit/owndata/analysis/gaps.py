"""Gaps between a group and the rest: interval, test, verdict, and how many labels would be needed.

Named in advance, one family a group column: the accuracy of each group against the rest (of the one against the other
where there are two). These are corrected by Holm with a weight of 1 a column, shared by its groups, as primary
endpoints of suites are; misses, false alarms, confidence and overconfidence by Benjamini and Hochberg. A writer who
stands in both groups is one cluster in both, and the covariance is taken into account.
"""

from __future__ import annotations

import math
from collections.abc import Iterator
from dataclasses import dataclass, replace

from audit.findings import ALPHA, UNIT_THRESHOLDS, verdict_of
from audit.owndata.analysis.figures import NO_CLUSTERS, SUITE, Share, ratio, shares
from audit.owndata.analysis.sums import Grouping, Sums
from audit.owndata.analysis.suppress import Hidden
from audit.schema import FOUND, SMALL, Finding, Unit
from audit.stats import Gap, benjamini_hochberg, holm
from audit.wording import amount, closing, interval_words, seen_words, size_words

NAN = math.nan
COMPARED = ("accuracy", "miss", "false_alarm", "confidence", "overconfidence")
PRIMARY = "accuracy"
REST = "the rest"
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


def gaps_of(sums: Sums, hidden: Hidden) -> Gaps:
    """Compare every group that is shown with the rest, column by column."""
    drafts = [draft for grouping in sums.groupings.values() for draft in _column(sums, grouping, hidden)]
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
    return Gaps(findings, tuple(_needed(drafts, findings)))


def _column(sums: Sums, grouping: Grouping, hidden: Hidden) -> Iterator[_Draft]:
    if len(grouping.columns) != 1:
        return
    shown = [group for group in sorted(grouping.values) if not hidden.reason(grouping.by, group)]
    if len(grouping.values) < 2 or not shown:
        return
    two = len(grouping.values) == 2
    compared = [share for share in shares(sums.labels) if share.name in COMPARED]
    for group in shown[:1] if two else shown:
        reference = next(g for g in grouping.values if g != group) if two else REST
        for share in compared:
            yield _draft(grouping, group, reference, share)


def _draft(grouping: Grouping, group: str, reference: str, share: Share) -> _Draft:
    code = grouping.place(group)
    own = grouping.sums[code]
    others = grouping.sums.sum(0) - own
    (one, slope), (two, other_slope) = ratio(share, own), ratio(share, others)
    rows = (int(round(float(share.bottom @ own))), int(round(float(share.bottom @ others))))
    clusters = grouping.clusters(code, share.bottom), grouping.clusters_of_rest(code, share.bottom)
    fewest = min(clusters)
    if min(rows) < SMALL or fewest < 2:
        reason = NO_CLUSTERS if fewest < 2 else f"fewer than {SMALL} such rows on one side"
        gap = Gap(NAN, NAN, 0, *clusters, fewest, sum(rows), "clusters", reason, share.rate)
        return _Draft(grouping, group, reference, share, gap, rows)
    here, there, across = grouping.cross(code)
    parts = (float(slope @ here @ slope), float(other_slope @ there @ other_slope))
    scaled = sum(part * g / (g - 1) for part, g in zip(parts, clusters, strict=True))
    total = max(scaled - 2 * float(slope @ across @ other_slope), 0.0)
    gap = Gap(one - two, math.sqrt(total), fewest - 1, *clusters, fewest, sum(rows), "clusters", "", share.rate)
    return _Draft(grouping, group, reference, share, gap, rows)


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
    )
    return replace(found, sentence=sentence(found, gap.interval(0.90)))


def sentence(found: Finding, narrow: tuple[float, float]) -> str:
    """Say a gap between groups in words.

    Args:
        found: the numbers.
        narrow: its 90 % interval.
    """
    who = f"posts where {found.axis} is {found.group}"
    whom = found.reference if found.reference == REST else f"those where it is {found.reference}"
    if found.reason:
        return f"No verdict on {who} against {whom}: {found.reason}."
    pattern = _SAID[found.measure][0 if found.gap >= 0 else 1]
    said = pattern.replace("{gap}", amount(found.gap, found.unit, found.low, found.high))
    interval = interval_words(found.gap, found.low, found.high, found.unit)
    core = f"On {found.n:,} rows, {who} {said} than {whom} (95 % interval {interval})."
    seen = seen_words(found.minimum_detectable, found.unit, of="rows")
    limit, inner = size_words(found.threshold, found.unit), interval_words(found.gap, *narrow, found.unit)
    return f"{core} {closing(found.verdict, limit, inner, found.comparisons, seen, on='rows')}".rstrip()


def _needed(drafts: list[_Draft], findings: tuple[Finding, ...]) -> Iterator[tuple[str, str, int, int]]:
    """How many labels it would take to see the smallest gap of interest in accuracy, were both sides to grow alike.

    The smallest gap that is seen shrinks with the root of the rows (Bloom 1995), at the design effect of these rows.
    """
    for draft, finding in zip(drafts, findings, strict=True):
        if draft.share.name == PRIMARY and draft.gap.defined and finding.minimum_detectable > 0:
            times = (finding.minimum_detectable / finding.threshold) ** 2
            yield draft.grouping.by, draft.group, draft.rows[0], math.ceil(draft.rows[0] * max(times, 1.0))
