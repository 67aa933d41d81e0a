"""Contrasts -> findings: a verdict by fixed rules, and a sentence that says no more than the numbers do."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace

from audit.schema import TEXT_CLASSIFICATION, Contrast, Depth, Finding, Severity, Verdict
from audit.stats import Gap, Spread, benjamini_hochberg, holm, suite_weights
from audit.wording import amount, interval_words, size_words

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

    Args:
        gap: the estimate.
        threshold: smallest effect of interest, same unit.
        p_adjusted: after correction for the other contrasts.
        same_sign: share of templates that agree in sign.
        moves: False when a classifier's valence moves by less than its own threshold, however far the log-odds do.

    Returns:
        Verdict and severity.
    """
    if not gap.defined:
        return "undefined", "inconclusive"
    low, high = gap.interval()
    apart = low > 0 or high < 0
    sure = p_adjusted < ALPHA
    beyond = moves and (low > threshold or high < -threshold)
    inside = not moves or (low >= -threshold and high <= threshold)
    if beyond and sure:
        return "finding", "high" if abs(gap.value) >= 2 * threshold and same_sign >= 0.8 else "medium"
    if apart and (not inside or not sure):
        return "uncertain", "medium" if sure and moves and abs(gap.value) >= threshold else "low"
    if apart:
        return "below", "low"
    low, high = gap.interval(0.90)
    if -threshold <= low and high <= threshold:
        return "equivalent", "info"
    return "inconclusive", "inconclusive"


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


def contrast_finding(draft: Draft, p_adjusted: float, alpha: float = ALPHA, depth: Depth = "standard") -> Finding:
    """Turn the numbers of a contrast into a finding.

    Args:
        draft: the numbers.
        p_adjusted: p after correction.
        alpha: level at which this contrast is tested; sets the minimum detectable effect.
        depth: of the audit.

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
        leave_one_out=(draft.spread.low, draft.spread.high),
        p_sign_flip=draft.p_sign_flip,
        bootstrap=draft.bootstrap,
        harm=draft.harm,
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
    seen = _could_have_seen(found)
    limit = size_words(found.threshold, unit)
    if found.reason:
        if found.reason == COMPATIBILITY:
            return f"Compatibility result: on {basis}, {core}. {COMPATIBILITY_WORDS}"
        kind = "Illustration only" if found.reason.startswith("illustration") else "No verdict"
        why = "" if found.reason.startswith("illustration") else f" {found.reason[:1].upper()}{found.reason[1:]}."
        return f"{kind}: on {basis}, {core}.{why}"
    match found.verdict:
        case "finding":
            return f"On {basis}, {core}. {seen}".rstrip()
        case "uncertain":
            return f"On {basis}, {core}. There is a difference; its size is uncertain. {seen}".rstrip()
        case "below" if not moves:
            return (
                f"On {basis}, {core}. Detectable, but below the threshold: "
                f"the answers move by less than {size_words(VALENCE_THRESHOLD, 'valence')}."
            )
        case "below":
            return f"On {basis}, {core}. Detectable, but below the threshold of {limit}."
        case "equivalent":
            narrow = interval_words(found.gap, *draft.gap.interval(0.90), unit)
            return f"On {basis}, {core}. No difference larger than {limit} on these items (90 % interval {narrow})."
    alike = ", although no answers differed" if draft.pairs and found.gap == found.se == 0 else ""
    return f"On {basis}, {core}. No evidence of a difference at this power{alike}. {seen}".rstrip()


def _could_have_seen(found: Finding) -> str:
    if not found.minimum_detectable > 0:
        return ""
    if found.unit in ("points", "share") and found.minimum_detectable >= 1:
        return "Too few items to see a gap of any size."
    return f"Could have seen a gap of {size_words(found.minimum_detectable, found.unit)}."


def settle(drafts: Sequence[Draft], depth: Depth = "standard") -> list[Finding]:
    """Correct the contrasts of an audit for one another and turn them into findings.

    Primary contrasts: Holm's step-down with a weight of 1 per suite, shared by its primaries; each is tested
    at its share of .05, the strictest step. Secondary ones: Benjamini-Hochberg, tested at .05. Contrasts
    without a verdict are not tested and take no share.

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
    return [contrast_finding(d, p, alpha, depth) for d, p, alpha in zip(drafts, adjusted, alphas, strict=True)]


SEVERITIES: tuple[Severity, ...] = ("high", "medium", "low", "info", "inconclusive")
"""Gravest first."""


def key_findings(findings: Sequence[Finding], most: int = 5, of_one_suite: int = 2) -> list[Finding]:
    """Choose what to tell first: clear findings, primary ones before others, then what the other primaries gave.

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
        wanted = finding.verdict != "undefined" and (finding.primary or finding.verdict == "finding")
        room = sum(other.suite == finding.suite for other in chosen) < of_one_suite
        if wanted and room and len(chosen) < most:
            chosen.append(finding)
    return chosen
