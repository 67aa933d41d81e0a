"""Sarcasm: does a classifier take bad news for good because it is wrapped in praise?"""

from __future__ import annotations

from audit.schema import Breakdown, Contrast, Ratio, Suite, Unit

from .sarcasm_items import ARMS, KINDS, SYMBOLS, WORDED, build, filler_table, wordings
from .sarcasm_tests import TESTS

_MISREAD = "Ironic complaints are counted as praise, so the people who make them are heard as satisfied."
_KIND_PHRASES = {
    "praise": "words of praise",
    "address": "thanks, congratulations, hyperbole and rhetorical questions",
    "marks": "quotation marks, asterisks, hashtags and stretched letters",
    "emoticon": "an emoticon",
    "emoji": "an emoji",
}
_LABELS = {
    "sarcastic": "sarcastic (bad event)",
    "sincere": "sincere (good event)",
    "plain-negative": "plain bad news",
    "plain-positive": "plain good news",
}
_ORDER = tuple(ARMS)


def _contrast(
    name: str,
    measure: str,
    group: str,
    reference: str,
    higher: str,
    lower: str,
    *,
    tests: tuple[str, ...] = WORDED,
    unit: Unit = "points",
    harm: str = _MISREAD,
    primary: bool = False,
) -> Contrast:
    return Contrast(
        name=name,
        measure=measure,
        group=group,
        reference=reference,
        unit=unit,
        higher=higher,
        lower=lower,
        tests=tests,
        primary=primary,
        harm=harm,
        group_label=_LABELS[group],
        reference_label=_LABELS[reference],
    )


def _shortfall(kind: str, tests: tuple[str, ...]) -> Contrast:
    return _contrast(
        f"shortfall-{kind}",
        "accuracy",
        "sincere",
        "sarcastic",
        f"with {_KIND_PHRASES[kind]}, sincere texts are read right {{gap}} more often than sarcastic ones",
        f"with {_KIND_PHRASES[kind]}, sincere texts are read right {{gap}} less often than sarcastic ones",
        tests=tests,
    )


CONTRASTS = (
    _contrast(
        "sarcasm-shortfall",
        "accuracy",
        "sincere",
        "sarcastic",
        "sincere texts are read right {gap} more often than sarcastic ones with the same cue",
        "sincere texts are read right {gap} less often than sarcastic ones with the same cue",
        primary=True,
    ),
    _contrast(
        "confident-error",
        "confident_error",
        "sarcastic",
        "sincere",
        "sarcastic texts are misread at 90 % confidence {gap} more often than sincere ones with the same cue",
        "sarcastic texts are misread at 90 % confidence {gap} less often than sincere ones with the same cue",
        harm="A confident error is the kind that no threshold and no review list catches.",
    ),
    _contrast(
        "cue-cost",
        "accuracy",
        "plain-negative",
        "sarcastic",
        "bad news in plain words is read right {gap} more often than the same bad news in sarcastic words",
        "bad news in plain words is read right {gap} less often than the same bad news in sarcastic words",
    ),
    _contrast(
        "cue-lift",
        "valence",
        "sarcastic",
        "plain-negative",
        "a sarcastic cue lifts the reading of bad news by {gap}",
        "a sarcastic cue lowers the reading of bad news by {gap}",
        unit="valence",
    ),
    _contrast(
        "sincere-doubted",
        "accuracy",
        "plain-positive",
        "sincere",
        "good news in plain words is read right {gap} more often than the same good news with a cue",
        "good news in plain words is read right {gap} less often than the same good news with a cue",
        harm="A model that takes every cheerful cue for sarcasm counts happy people as unhappy.",
    ),
    *(_shortfall(kind, tests) for kind, tests in KINDS.items()),
    *(_shortfall(test, (test,)) for test in SYMBOLS),
)

BREAKDOWNS = (
    Breakdown(
        "accuracy-by-arm",
        "accuracy",
        "group",
        "How often is each member of a quadruple read right?",
        tests=WORDED,
        order=_ORDER,
    ),
    Breakdown(
        "valence-by-arm",
        "valence",
        "group",
        "Where on the scale does each member of a quadruple land?",
        tests=WORDED,
        order=_ORDER,
    ),
    Breakdown(
        "confidence-by-arm",
        "confidence",
        "group",
        "Is the model less sure where cue and event clash?",
        tests=WORDED,
        order=_ORDER,
    ),
    Breakdown(
        "accuracy-by-cue",
        "accuracy",
        "test",
        "Which cues of sarcasm mislead the model most?",
        groups=("sarcastic",),
    ),
    Breakdown(
        "accuracy-by-domain",
        "accuracy",
        "feature:domain",
        "Does it matter what the bad news is about?",
        tests=WORDED,
        groups=("sarcastic",),
    ),
)

RATIOS = (
    Ratio(
        "recovery",
        "How much of the difference between good and bad events survives the cue",
        "valence",
        numerator=("sincere", "sarcastic"),
        denominator=("sincere", "plain-negative"),
        tests=WORDED,
        reading="1: bad news under a cheerful cue is read as bad as in plain words. 0: the cue alone decides.",
    ),
)

SUITE = Suite(
    name="sarcasm",
    place=3,
    title="Sarcasm",
    question='When somebody writes "Oh great, my flight got canceled", does the model hear joy?',
    tasks=("text-classification",),
    construct=(
        "Reading of verbal irony in one text: the polarity that the author means, as far as the text gives it away "
        "through the clash of a cheerful cue with a plainly bad event."
    ),
    method=(
        "Each cue is crossed with situations that have a bad and a good turn, and each pair of cue and situation gives "
        "four texts: sarcastic (cue and bad event), sincere (same cue, good event), and both events in plain words. "
        "The primary number is accuracy on sincere texts minus accuracy on sarcastic ones, over 24 cues and 24 "
        "situations at standard depth. A model that takes every cue for sarcasm fails the sincere texts instead, and "
        "the plain texts show whether it knows good from bad events at all."
    ),
    tests=TESTS,
    contrasts=CONTRASTS,
    build=build,
    reference_group="sincere",
    limitations=(
        "Items are author-labelled and unpiloted: no people have rated them. The events are chosen to be plainly good "
        "or bad, but readers were not asked.",
        "US English, mostly of students. How sarcasm is marked, and how much of it is usual, differs between regions, "
        "cultures and ages, and between neurotypes.",
        "Every item can be decided from the event alone. The suite tests whether a cheerful cue misleads a model, not "
        "whether it recognizes sarcasm as such: a model that never saw sarcasm but weighs events well does well here.",
        "Sarcastic and sincere texts differ in the whole event, so part of a gap can come from bad events being harder "
        "to read than good ones. The plain twins show how much.",
        "The primary contrast averages over families of cues with two cues each at standard depth. Differences between "
        "families mix the family with its wordings; the full depth has four of each.",
        "Sarcasm that says something bad and means something good, and sarcasm without any cue, are not covered.",
        "Emoticons and emoji stand apart, because vocabularies without them give a model nothing to read.",
    ),
    discussion=(
        "Read five sarcastic items aloud, then the same words flatly. What do your ears use that a model does not "
        "have?",
        "Which of your own messages from last week would a stranger have read the wrong way round?",
        "A university counts the polarity of posts about its housing office. What happens to its numbers in the week "
        "when the heating fails?",
        'If a model took every "oh great" for sarcasm, it would be right on every sarcastic item. Why is that no '
        "solution, and where does this suite show it?",
        "Who is sarcastic toward whom? Would you expect complaints of some groups to be misread more often than "
        "those of others?",
        "Some people find sarcasm hard to read. Is it right to call a machine deficient for the same, and for which "
        "uses?",
        'How sure should a model be about "Best day of my entire life", with nothing else to go by?',
    ),
    version="1.0.1",
    templates=wordings(),
    fillers=filler_table(),
    breakdowns=BREAKDOWNS,
    ratios=RATIOS,
    sources=("All cues and situations were written for this project.",),
)
