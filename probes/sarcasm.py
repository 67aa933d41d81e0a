"""Sarcasm: does a classifier take bad news for good because it is wrapped in praise?"""

from __future__ import annotations

from audit.schema import Breakdown, Contrast, Ratio, Stratum, Suite, Unit

from .families import families
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
        harm=harm,
        group_label=_LABELS[group],
        reference_label=_LABELS[reference],
    )


_EVENTS = (
    Stratum("good-news", "on good news", "polarity", "plain-positive", "sincere"),
    Stratum("bad-news", "on bad news", "polarity", "plain-negative", "sarcastic"),
)


def _cost(name: str, what: str, tests: tuple[str, ...], primary: bool = False) -> Contrast:
    return Contrast(
        name=name,
        measure="side_score",
        group="plain-positive",
        reference="sincere",
        unit="points",
        higher=f"{what} costs {{gap}} of balanced accuracy",
        lower=f"{what} raises the balanced accuracy by {{gap}}",
        tests=tests,
        strata=_EVENTS,
        primary=primary,
        harm=_MISREAD,
        group_label="news in plain words",
        reference_label="the same news under a cue",
    )


CONTRASTS = (
    _cost("sarcasm-cost", "a cue of sarcasm", WORDED, primary=True),
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
    *(_cost(f"cost-{kind}", f"a cue in the form of {_KIND_PHRASES[kind]}", tests) for kind, tests in KINDS.items()),
    *(_cost(f"cost-{test}", f"{_KIND_PHRASES[test]}", (test,)) for test in SYMBOLS),
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
        "The primary number is what the cue costs: balanced accuracy on the plain texts minus that on the texts with "
        "a cue, over 24 cues of 12 families and 24 situations at standard depth. A text scores 1 on the side of its "
        "event, 1/2 for neutral, 0 on the other side, so that a model that takes every cue for praise and one that "
        "takes every cue for sarcasm pay alike. The plain texts show whether the model knows good from bad events."
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
        "The primary contrast averages over families of cues with two cues each at standard depth, and a family counts "
        "as one. Differences between families mix the family with its wordings; the full depth has four of each.",
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
    version="1.1.0",
    templates=wordings(),
    fillers=filler_table(),
    families=families("sarcasm"),
    breakdowns=BREAKDOWNS,
    ratios=RATIOS,
    sources=("All cues and situations were written for this project.",),
)
