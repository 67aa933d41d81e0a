"""Contrasts -> findings: a verdict by fixed rules (docs/method.md, section 4)."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace

from audit.draft import (
    COMPATIBILITY,
    COMPATIBILITY_WORDS,
    KNOWN,
    MEASURE_THRESHOLDS,
    UNIT_THRESHOLDS,
    VALENCE_THRESHOLD,
    Cost,
    Draft,
    moves,
    threshold_of,
)
from audit.schema import FOUND, Depth, Finding, Part, Severity, Verdict
from audit.sentences import notes_of, sentence
from audit.stats import Gap, NewTemplate, benjamini_hochberg, holm, moderate, suite_weights
from audit.stats.axis import with_scale

ALPHA = 0.05
QUICK_CLUSTERS = 10
"""A quick audit gives verdicts only to primary contrasts with at least this many ideas of templates, or clusters."""

CERTAINTY: dict[Verdict, str] = {
    "finding": "sure, and of a size that matters",
    "uncertain": "sure that there is a difference, not how large",
    "below": "sure, and small",
    "equivalent": "sure that it is small on these items, and in new templates",
    "alike": "sure that means are alike on these items, not in new templates",
    "chance": "not told apart from chance",
    "inconclusive": "open",
    "undefined": "not judged",
}
"""How sure one can be, in words; severity says how large it is and what it could do."""


def verdict_of(
    gap: Gap,
    threshold: float,
    p_adjusted: float,
    same_sign: float = math.nan,
    moves: bool = True,
    interval: tuple[float, float] | None = None,
    narrow: tuple[float, float] | None = None,
    new: NewTemplate | None = None,
) -> tuple[Verdict, Severity]:
    """Judge an interval; the first rule that holds wins (docs/method.md, section 4).

    A difference is claimed only where the adjusted p is below .05, however far the interval lies from 0.

    Args:
        gap: the estimate.
        threshold: smallest effect of interest, same unit.
        p_adjusted: after correction for the other contrasts.
        same_sign: share of templates that agree in sign, of those whose gap is not 0.
        moves: False when a classifier's valence moves by less than its own threshold, however far the log-odds do.
        interval: 95 %, where it is not the plain one of the gap.
        narrow: 90 %, corrected for the number of sentences that say "no difference"; by default the plain one.
        new: what to expect of a template that somebody else writes; None is not asked.

    Returns:
        Verdict and severity.
    """
    if not gap.defined:
        return "undefined", "inconclusive"
    low, high = interval or gap.interval()
    apart = low > 0 or high < 0
    if apart and p_adjusted < ALPHA:
        if moves and (low > threshold or high < -threshold):
            return "finding", "high" if abs(gap.value) >= 2 * threshold and same_sign >= 0.8 else "medium"
        if not moves or (low >= -threshold and high <= threshold):
            return "below", "low"
        return "uncertain", "medium" if abs(gap.value) >= threshold else "low"
    low, high = narrow or gap.interval(0.90)
    if -threshold <= low and high <= threshold:
        there = new is None or (-threshold <= new.low and new.high <= threshold)
        return "equivalent" if there else "alike", "info"
    return "chance" if apart else "inconclusive", "inconclusive"


def no_verdict(draft: Draft, depth: Depth) -> str:
    """Say why a contrast is not tested at all; empty when it is."""
    if draft.reason:
        return draft.reason
    if not draft.gap.defined:
        return draft.gap.reason or "undefined"
    if depth == "quick":
        if not draft.contrast.primary:
            return "illustration: a quick audit judges primary contrasts only"
        if max(draft.gap.templates, draft.gap.clusters) < QUICK_CLUSTERS:
            return f"illustration: a quick audit judges from {QUICK_CLUSTERS} templates on"
    return ""


def withheld(draft: Draft, alpha: float) -> str:
    """Say why a contrast that takes its share of the level gets no verdict all the same; empty when it does get one.

    Args:
        draft: the numbers.
        alpha: level at which it is tested.
    """
    if draft.cost is not None and not draft.cost.plain >= KNOWN:
        if math.isnan(draft.cost.plain):
            return "the plain texts are of one side only"
        known = f"{100 * draft.cost.plain:.0f} % balanced accuracy on the plain texts, under {100 * KNOWN:.0f} %"
        return f"the model does not know these sentences: {known}"
    if draft.least_p > alpha:
        return (
            f"too few phrases for a verdict: so few templates and phrases cannot give a p under {draft.least_p:.2g}, "
            f"and {alpha:.2g} is asked for"
        )
    return ""


def contrast_finding(
    draft: Draft,
    p_adjusted: float,
    alpha: float = ALPHA,
    depth: Depth = "standard",
    comparisons: int = 1,
    alike: int = 1,
) -> Finding:
    """Turn the numbers of a contrast into a finding.

    Args:
        draft: the numbers.
        p_adjusted: p after correction.
        alpha: level at which this contrast is tested; sets the minimum detectable effect.
        depth: of the audit.
        comparisons: how many were corrected together, this one among them.
        alike: how many sentences say "no difference", for which the 90 % interval is corrected.

    Returns:
        A finding; without enough to judge, its verdict is "undefined" and `reason` says why.
    """
    contrast, gap = draft.contrast, draft.gap
    threshold = threshold_of(contrast)
    reason = no_verdict(draft, depth) or withheld(draft, alpha)
    low, high = draft.interval()
    verdict, severity = verdict_of(
        gap,
        threshold,
        p_adjusted,
        draft.spread.same_sign,
        moves(draft),
        (low, high),
        draft.interval(1 - 0.1 / max(alike, 1)),
        draft.new,
    )
    if reason:
        verdict, severity = "undefined", "inconclusive"
    detectable = gap.detectable(alpha)
    found = Finding(
        suite=draft.suite,
        contrast=contrast.name,
        measure=contrast.measure,
        unit=contrast.unit,
        group=draft.furthest or contrast.group,
        reference=contrast.reference if len(draft.groups) < 3 else "the other groups",
        gap=gap.value,
        low=low,
        high=high,
        p=draft.p,
        p_adjusted=p_adjusted,
        minimum_detectable=detectable,
        threshold=threshold,
        verdict=verdict,
        severity=severity,
        sentence="",
        primary=contrast.primary,
        n=draft.n,
        templates=gap.templates,
        fillers=gap.fillers,
        se=gap.se,
        df=gap.df,
        template_sd=draft.spread.sd,
        same_sign=draft.spread.same_sign,
        templates_apart=draft.spread.apart,
        templates_alike=draft.spread.alike,
        leave_one_out=(draft.spread.low, draft.spread.high),
        p_sign_flip=draft.p_sign_flip,
        bootstrap=draft.bootstrap,
        comparisons=comparisons,
        harm=draft.harm if verdict in FOUND else "",
        axis=contrast.axis,
        evidence=draft.evidence,
        reason=reason,
        strata=draft.strata,
        groups=group_parts(draft),
        plain=draft.cost.plain if draft.cost else math.nan,
        neutral=draft.cost.neutral if draft.cost else math.nan,
        new_template=(draft.new.low, draft.new.high) if draft.new is not None else (math.nan, math.nan),
        minimum_finding=max(detectable, threshold + (gap.t(0.975) + gap.t(0.8)) * gap.se)
        if gap.defined
        else detectable,
        alpha=alpha,
        least_p=draft.least_p,
        certainty=CERTAINTY[verdict],
    )
    found = replace(found, notes=notes_of(found, draft))
    return replace(found, sentence=sentence(found, draft))


def group_parts(draft: Draft) -> tuple[Part, ...]:
    """Give the groups of an axis, the furthest from the others first."""
    if draft.axis is None or not draft.gap.defined:
        return ()
    labels = dict(draft.contrast.groups)
    out = []
    for effect in sorted(draft.axis.effects, key=lambda e: -abs(e.value)):
        name = draft.groups[effect.group]
        valence = draft.valences[effect.group] if draft.valences else math.nan
        out.append(Part(name, labels.get(name, name), effect.value, effect.low, effect.high, effect.people, valence))
    return tuple(out)


def moderated(drafts: Sequence[Draft]) -> list[Draft]:
    """Shrink the variances of like contrasts of a suite toward one another; see `audit.stats.moderate`.

    Like are contrasts of one suite, task and measure that are arranged alike; secondary ones do not weigh on primary
    ones. Variances are set side by side as those
    of one cluster: V times the number of clusters; of an axis, that of one person.
    """
    out = list(drafts)
    pools: dict[tuple[str, ...], list[int]] = {}
    for i, draft in enumerate(drafts):
        if draft.gap.defined and not draft.reason:
            contrast = draft.contrast
            key = (draft.suite, contrast.task, contrast.measure, contrast.design, str(contrast.primary))
            pools.setdefault(key, []).append(i)
    for places in pools.values():
        units = [_unit(out[i]) for i in places]
        for i, unit, (variance, df) in zip(
            places, units, moderate(units, [out[i].gap.df for i in places]), strict=True
        ):
            if (variance, df) != (unit, out[i].gap.df):
                out[i] = _with_unit(out[i], variance, df)
    return out


def _unit(draft: Draft) -> float:
    """Variance of one cluster; rates whose cells never moved have none to show, and are left to their own bound."""
    return draft.axis.scale if draft.axis is not None else draft.gap.se**2 * draft.gap.clusters


def _with_unit(draft: Draft, variance: float, df: float) -> Draft:
    if draft.gap.value == 0 == draft.gap.se:
        return draft
    if draft.axis is None:
        return replace(draft, gap=replace(draft.gap, se=math.sqrt(variance / draft.gap.clusters), df=df))
    axis = with_scale(draft.axis, variance, df)
    return replace(draft, axis=axis, gap=replace(draft.gap, value=axis.furthest.value, se=axis.se, df=df))


def settle(drafts: Sequence[Draft], depth: Depth = "standard") -> list[Finding]:
    """Correct the contrasts of an audit for one another and turn them into findings.

    Primary contrasts: Holm's step-down with a weight of 1 per suite, shared by its primaries (by its axes, where it
    has some). Secondary ones: Benjamini-Hochberg. What could have been seen is that of a lone difference, at the
    strictest step of either: the contrast's share of .05. Contrasts that are not tested take no share; a primary one
    whose verdict is withheld keeps its own.

    Args:
        drafts: all contrasts of all suites run.
        depth: of the audit.

    Returns:
        One finding per draft, in the same order.
    """
    drafts = moderated(drafts)
    tested = [not no_verdict(draft, depth) for draft in drafts]
    adjusted = [math.nan] * len(drafts)
    alphas = [ALPHA] * len(drafts)
    first = [i for i, draft in enumerate(drafts) if draft.contrast.primary and tested[i]]
    weights = suite_weights(
        [drafts[i].suite for i in first], [drafts[i].contrast.axis or drafts[i].contrast.name for i in first]
    )
    for i, weight in zip(first, weights, strict=True):
        alphas[i] = ALPHA * weight / sum(weights)
    ps = [1.0 if withheld(drafts[i], alphas[i]) else drafts[i].p for i in first]
    for i, p in zip(first, holm(ps, weights), strict=True):
        adjusted[i] = p
    rest = enough([i for i, draft in enumerate(drafts) if not draft.contrast.primary and tested[i]], drafts)
    for i in range(len(drafts)):
        if not drafts[i].contrast.primary and tested[i]:
            alphas[i] = ALPHA / max(len(rest), 1)
    for i, p in zip(rest, benjamini_hochberg([drafts[i].p for i in rest]), strict=True):
        adjusted[i] = p
    judged = {*first, *rest}
    sizes = [len(first if draft.contrast.primary else rest) for draft in drafts]
    families = [size if i in judged else 0 for i, size in enumerate(sizes)]
    told = sum(_alike(drafts[i], adjusted[i]) for i in judged if not withheld(drafts[i], alphas[i]))
    return [
        contrast_finding(d, p, alpha, depth, family, told)
        for d, p, alpha, family in zip(drafts, adjusted, alphas, families, strict=True)
    ]


def enough(places: Sequence[int], drafts: Sequence[Draft]) -> list[int]:
    """Keep the secondary contrasts that can be judged at the level at which as many as are kept are tested.

    A contrast of few clusters cannot give a p under 2^(1-G), whatever its gap; it would only make the level of the
    others stricter. How many are kept depends on the items alone: the most whose smallest p is at most .05 over their
    number.
    """
    able = sorted((i for i in places if not withheld(drafts[i], ALPHA)), key=lambda i: drafts[i].least_p)
    kept = max((k for k in range(1, len(able) + 1) if drafts[able[k - 1]].least_p <= ALPHA / k), default=0)
    return sorted(able[:kept])


def _alike(draft: Draft, p_adjusted: float) -> bool:
    """Whether a contrast would be called alike if it were the only one."""
    verdict, _ = verdict_of(
        draft.gap, threshold_of(draft.contrast), p_adjusted, moves=moves(draft), interval=draft.interval()
    )
    return verdict == "equivalent"


SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "info", "inconclusive")
"""Gravest first."""


def key_findings(findings: Sequence[Finding], most: int = 5, of_one_suite: int = 2) -> list[Finding]:
    """Choose what to tell first: clear findings, primary ones before others, then other differences of primaries.

    What was not told apart from zero, or from chance, is never among them.

    Args:
        findings: all of a result.
        most: how many at most.
        of_one_suite: how many at most from one suite.
    """

    def order(finding: Finding) -> tuple[bool, bool, int, float]:
        size = abs(finding.gap) / finding.threshold if finding.threshold else 0.0
        return finding.verdict != "finding", not finding.primary, SEVERITIES.index(finding.severity), -size

    chosen: list[Finding] = []
    for finding in sorted(findings, key=order):
        wanted = finding.verdict == "finding" or (finding.primary and finding.verdict in FOUND)
        room = sum(other.suite == finding.suite for other in chosen) < of_one_suite
        if wanted and room and len(chosen) < most:
            chosen.append(finding)
    return chosen


__all__ = [
    "ALPHA",
    "COMPATIBILITY",
    "COMPATIBILITY_WORDS",
    "MEASURE_THRESHOLDS",
    "QUICK_CLUSTERS",
    "SEVERITIES",
    "UNIT_THRESHOLDS",
    "VALENCE_THRESHOLD",
    "Cost",
    "Draft",
    "contrast_finding",
    "key_findings",
    "moderated",
    "no_verdict",
    "sentence",
    "settle",
    "threshold_of",
    "verdict_of",
    "withheld",
]
