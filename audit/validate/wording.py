"""The sentences of the validation page."""

from __future__ import annotations

from collections.abc import Mapping

OPENING = (
    "A tool that reports a difference which is not there, or misses one that is, does harm with every report. So the "
    "audit is run on models of which the truth is known: models in which no group differs but by chance, and models "
    "with an effect of known size. They answer the real items of every suite at standard depth, and their answers go "
    "through the same measures, the same estimator and the same verdicts as those of any model.\n\n"
    "Size of this run: {size}. Seeds are fixed; `{command}` writes this page again with the same figures. Intervals "
    "behind shares are 95 % Wilson intervals over runs."
)

HOW = (
    "A model of these runs is a table of answers. The latent score of a text is a frame effect (SD .5) + a word effect "
    "(SD .5) + frame x group and word x group noise (SD .3 each) + what is left (SD .5 where the score is measured "
    "itself, logistic where an answer is right or wrong), all with mean zero and in log-odds; about 85 % of answers "
    "are right. A false alarm is p < .05, unadjusted. A planted effect moves one arm by as much as makes the true gap "
    "1 or 1.5 times the minimum detectable effect that audits of the null models print (their median); the true gap "
    "is an integral over the noise and does not use the audit's code. It is found when p is below the level at which "
    "an audit tests the contrast and the sign is right. Coverage is that of the 95 % intervals of both planted sizes. "
    "se / sd is the mean standard error that the audit gives over the standard deviation of its estimates; 1 is right, "
    "more is cautious."
)

POWER = (
    "The minimum detectable effect at the level at which an audit of the suite alone tests the contrast, and how many "
    "of ten models with a gap of that size, and of one and a half times it, the audit notices. The formula promises "
    "eight of ten at 1x. It keeps that for measures of a score with many frames and words, and for rates, whose "
    "variance it lets grow with the gap. It falls short where there are few words to a group (demographics: six, so 5 "
    "degrees of freedom): the standard error is then uncertain itself, half of the audits print one that is too "
    "small, and about seven of ten models with the printed gap are noticed. Valence near its ends behaves like a rate, "
    "but is not treated as one; there, too, it is nearer seven.\n\n"
    "Set these beside the smallest effects of interest (5 points, 0.41 log-odds). The suites see gaps of ten points, "
    "not of five. Demographics, with thirteen axes to be corrected for and six words to a group, sees a gap near 1.9 "
    'log-odds on one axis; from that suite "no evidence at this power" says little.'
)

CHANGED = (
    "The first version of this run found that the minimum detectable effect of a rate was too small: it used the "
    "variance of a model without a gap, and a rate that moves away from 0 varies more. Three suites missed the "
    "criterion at 1.5x. The formula now lets the variance grow with the gap (`Gap.detectable` in "
    "audit/stats/twoway.py); intervals and p stayed as they were."
)

WORLDS = (
    "The criteria are judged on the world above. Two others show how far they carry, and are not judged: *at the "
    "ceiling*, where 97 % of answers are right (nothing changes for measures of a score), and *rough*, where frames "
    "and words differ twice as much. A figure above 5.5 % here breaks no criterion; it says where to be careful."
)

NOT_SHOWN = (
    "- The worlds are made of independent normal noise. A real model may have a few words that differ wildly, or "
    "frames that resemble one another; both make intervals less sure than they say.\n"
    "- Frames and words count as drawn from many. If the suite's frames are of one kind, the audit speaks of that "
    "kind.\n"
    "- A gap that the audit finds is a gap on these items. That it means bias in use does not follow.\n"
    "- That batches, padding and order change nothing is held by tests of the scoring, not here."
)

WHY: Mapping[tuple[str, str], str] = {}
"""(suite, kind of criterion) -> what is known about why it does not hold."""
