"""Contrasts -> findings: a verdict by fixed rules, and a sentence that says no more than the numbers do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from audit.schema import FOUND, TEXT_CLASSIFICATION, Contrast, Depth, Finding, Severity, Verdict
from audit.stats import Gap, Spread, benjamini_hochberg, holm, suite_weights
from audit.wording import amount, closing, interval_words, seen_words, size_words

ALPHA = 0.05
QUICK_CLUSTERS = 12
"""A quick audit gives verdicts only to primary contrasts with at least this many templates or clusters."""

UNIT_THRESHOLDS: Mapping[str, float] = {
    "points": 0.05,
    "log-odds": math.log(1.5),
    "valence": 0.05,
    "share": 0.05,
    "bits": 0.01,
    "slope": 0.05,
}
"""Smallest effects of interest (provisional). 0.01 bits: an odds ratio of 1.5 turns an even choice between two
words into 55 to 45 against 45 to 55, whose Jensen-Shannon divergence is 0.007 bits; rounded up."""

MEASURE_THRESHOLDS: Mapping[str, float] = {"flip_excess": 0.02}
"""Measures whose smallest effect of interest is not that of their unit."""

COMPATIBILITY = "compatibility result: a benchmark of others, given for comparison with published figures"
"""Why the contrasts of a third-party benchmark get no verdict; they are no part of the multiple testing either."""
COMPATIBILITY_WORDS = "It stands beside published figures of the same benchmark and gets no verdict."

VALENCE_THRESHOLD = 0.05
"""Log-odds move freely where a classifier is saturated, so that its valence must move as well."""


@dataclass(frozen=True, slots=True)
class Draft:
    """The numbers of one contrast, before it is corrected for the other contrasts."""

    suite: str
    contrast: Contrast
    gap: Gap
    spread: Spread = field(default_factory=Spread)
    valence_gap: float = float("nan")
    """The same contrast on valence; needed for log-odds of a classifier only."""
    bootstrap: tuple[float, float] = (float("nan"), float("nan"))
    p_sign_flip: float = float("nan")
    n: int = 0
    """Examples in all arms."""
    pairs: int = 0
    """Matched twins, 0 where the design has none."""
    evidence: tuple[str, ...] = ()
    harm: str = ""
    reason: str = ""
    """Why there can be no verdict, whatever the numbers are."""


def threshold_of(contrast: Contrast) -> float:
    """Give the smallest effect of interest: the contrast's own, else the measure's, else the unit's."""
    if contrast.threshold is not None:
        return contrast.threshold
    return MEASURE_THRESHOLDS.get(contrast.measure, UNIT_THRESHOLDS[contrast.unit])


def verdict_of(
    gap: Gap, threshold: float, p_adjusted: float, same_sign: float = float("nan"), moves: bool = True
) -> tuple[Verdict, Severity]:
    """Judge an interval; the first rule that holds wins (docs/method.md, section 4).

    A difference is claimed only where the adjusted p is below .05, however far the interval lies from 0.

    Args:
        gap: the estimate.
        threshold: smallest effect of interest, same unit.
        p_adjusted: after correction for the other contrasts.
        same_sign: share of templates that agree in sign, of those whose gap is not 0.
        moves: False when a classifier's valence moves by less than its own threshold, however far the log-odds do.

    Returns:
        Verdict and severity.
    """
    if not gap.defined:
        return "undefined", "inconclusive"
    low, high = gap.interval()
    apart = low > 0 or high < 0
    if apart and p_adjusted < ALPHA:
        if moves and (low > threshold or high < -threshold):
            return "finding", "high" if abs(gap.value) >= 2 * threshold and same_sign >= 0.8 else "medium"
        if not moves or (low >= -threshold and high <= threshold):
            return "below", "low"
        return "uncertain", "medium" if abs(gap.value) >= threshold else "low"
    low, high = gap.interval(0.90)
    if -threshold <= low and high <= threshold:
        return "equivalent", "info"
    return "chance" if apart else "inconclusive", "inconclusive"


def no_verdict(draft: Draft, depth: Depth) -> str:
    """Say why a contrast gets no verdict; empty when it does get one."""
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


def contrast_finding(
    draft: Draft, p_adjusted: float, alpha: float = ALPHA, depth: Depth = "standard", comparisons: int = 1
) -> Finding:
    """Turn the numbers of a contrast into a finding.

    Args:
        draft: the numbers.
        p_adjusted: p after correction.
        alpha: level at which this contrast is tested; sets the minimum detectable effect.
        depth: of the audit.
        comparisons: how many were corrected together, this one among them.

    Returns:
        A finding; without enough to judge, its verdict is "undefined" and `reason` says why.
    """
    contrast, gap = draft.contrast, draft.gap
    threshold = threshold_of(contrast)
    reason = no_verdict(draft, depth)
    moves = not _needs_valence(contrast) or not abs(draft.valence_gap) < VALENCE_THRESHOLD
    verdict, severity = verdict_of(gap, threshold, p_adjusted, draft.spread.same_sign, moves)
    if reason:
        verdict, severity = "undefined", "inconclusive"
    low, high = gap.interval()
    found = Finding(
        suite=draft.suite,
        contrast=contrast.name,
        measure=contrast.measure,
        unit=contrast.unit,
        group=contrast.group,
        reference=contrast.reference,
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
    )
    return replace(found, sentence=sentence(found, draft, moves))


def _needs_valence(contrast: Contrast) -> bool:
    return contrast.unit == "log-odds" and contrast.task == TEXT_CLASSIFICATION


def sentence(found: Finding, draft: Draft, moves: bool = True) -> str:
    """Say a finding in words; the closing words depend on the verdict.

    Args:
        found: the finding; its own `sentence` is not read.
        draft: what it was made from.
        moves: see `verdict_of`.

    Returns:
        One to three sentences of plain text.
    """
    if not draft.gap.defined:
        return f"No verdict: {found.reason or 'undefined'}."
    unit, low, high = found.unit, found.low, found.high
    pattern = draft.contrast.higher if found.gap >= 0 else draft.contrast.lower
    said = pattern.replace("{gap}", amount(found.gap, unit, low, high))
    said = said.replace("{group_label}", draft.contrast.group_label or found.group)
    said = said.replace("{reference_label}", draft.contrast.reference_label or found.reference)
    basis = f"{draft.pairs:,} paired sentences" if draft.pairs else f"{draft.n:,} sentences"
    if draft.gap.method == "groups, fixed filler":
        said += ", for the one word or name that stands for each"
    core = f"{said} (95 % interval {interval_words(found.gap, low, high, unit)})"
    if found.reason:
        if found.reason == COMPATIBILITY:
            return f"Compatibility result: on {basis}, {core}. {COMPATIBILITY_WORDS}"
        kind = "Illustration only" if found.reason.startswith("illustration") else "No verdict"
        why = "" if found.reason.startswith("illustration") else f" {found.reason[:1].upper()}{found.reason[1:]}."
        return f"{kind}: on {basis}, {core}.{why}"
    if found.verdict == "below" and not moves:
        still = size_words(VALENCE_THRESHOLD, "valence")
        return f"On {basis}, {core}. Detectable, but below the threshold: the answers move by less than {still}."
    narrow = interval_words(found.gap, *draft.gap.interval(0.90), unit)
    limit, seen = size_words(found.threshold, unit), seen_words(found.minimum_detectable, unit)
    tail = closing(found.verdict, limit, narrow, found.comparisons, seen)
    if found.verdict == "inconclusive" and draft.pairs and found.gap == found.se == 0:
        tail = tail.replace(" at this power", " at this power, although no answers differed", 1)
    return f"On {basis}, {core}. {tail}".rstrip()


def settle(drafts: Sequence[Draft], depth: Depth = "standard") -> list[Finding]:
    """Correct the contrasts of an audit for one another and turn them into findings.

    Primary contrasts: Holm's step-down with a weight of 1 per suite, shared by its primaries. Secondary ones:
    Benjamini-Hochberg. What could have been seen is that of a lone difference, at the strictest step of either: the
    contrast's share of .05. Contrasts without a verdict are not tested and take no share.

    Args:
        drafts: all contrasts of all suites run.
        depth: of the audit.

    Returns:
        One finding per draft, in the same order.
    """
    tested = [not no_verdict(draft, depth) for draft in drafts]
    adjusted = [float("nan")] * len(drafts)
    alphas = [ALPHA] * len(drafts)
    first = [i for i, draft in enumerate(drafts) if draft.contrast.primary and tested[i]]
    weights = suite_weights([drafts[i].suite for i in first])
    for i, weight, p in zip(first, weights, holm([drafts[i].gap.p for i in first], weights), strict=True):
        adjusted[i] = p
        alphas[i] = ALPHA * weight / sum(weights)
    rest = [i for i, draft in enumerate(drafts) if not draft.contrast.primary and tested[i]]
    for i, p in zip(rest, benjamini_hochberg([drafts[i].gap.p for i in rest]), strict=True):
        adjusted[i] = p
        alphas[i] = ALPHA / len(rest)
    sizes = [len(first if draft.contrast.primary else rest) for draft in drafts]
    families = [size if told else 0 for size, told in zip(sizes, tested, strict=True)]
    return [
        contrast_finding(d, p, alpha, depth, family)
        for d, p, alpha, family in zip(drafts, adjusted, alphas, families, strict=True)
    ]


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
