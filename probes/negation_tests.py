"""The named tests of the negation suite: why each is a fair test, and who is hurt when a model fails it."""

from __future__ import annotations

from audit.schema import FILL_MASK, LABELS, TEXT_CLASSIFICATION, Test, TestType

_BOTH = ("negative", "neutral", "positive")
_LIMITS = "Items are author-labelled and unpiloted; short statements about everyday events, in US English."
_TURNS = (
    "The statement with the negation is read on the other side of its twin, or as neutral; the twin with the inert "
    "word stays where it was."
)
_STAYS = "The statement with the negation is read like its twin, because the negation leaves the judgment standing."


def _test(
    name: str,
    title: str,
    rationale: str,
    harm: str,
    *,
    expected: str = _TURNS,
    kind: TestType = "DIR",
    allowed: tuple[str, ...] = _BOTH,
    limits: str = _LIMITS,
    source: str = "Written for this project",
) -> Test:
    return Test(
        name=name,
        title=title,
        phenomenon="negation",
        type=kind,
        rationale=rationale,
        expected=expected,
        harm=harm,
        allowed=tuple(label for label in LABELS if label in allowed),
        source=source,
        limits=limits,
    )


def _mask_test(name: str, title: str, rationale: str, harm: str, *, top_k: int = 0) -> Test:
    return Test(
        name=name,
        title=title,
        phenomenon="negation",
        type="DIR",
        rationale=rationale,
        expected="Of two categories, the true one is preferred without the negation and the false one with it.",
        harm=harm,
        task=FILL_MASK,
        allowed=_CATEGORIES,
        source="Written for this project; the design follows Ettinger (2020), no item is taken from it",
        limits="Two words compete for the blank; the model may want neither. A preference is not a belief.",
        top_k=top_k,
    )


_CATEGORIES = (
    *("bird", "boat", "car", "dance", "fish", "flower", "fruit", "house"),
    *("tool", "tree", "vegetable", "weapon"),
)

CLASSIFIER_TESTS = (
    _test(
        "not-positive",
        "Not + positive adjective",
        'Whoever writes that an event was "not good" does not praise it. Readers may take it as a complaint or as a '
        "lukewarm remark, so negative and neutral both count.",
        "Politely worded criticism in course evaluations or reviews is counted as praise, and the problem stays.",
    ),
    _test(
        "not-negative",
        "Not + negative adjective",
        'Whoever writes that an event was "not terrible" does not condemn it. Readers may take it as faint praise or '
        "as a neutral remark, so positive and neutral both count.",
        "People who write in understatement are counted as dissatisfied, and those they write about get the blame.",
    ),
    _test(
        "contraction",
        "Contracted negation (n't)",
        "In everyday writing most negation is contracted; the meaning is that of the full form.",
        "Informal writers are misread more often than formal ones who say the same.",
    ),
    _test(
        "never",
        "Never instead of always",
        '"Never" denies the quality on every occasion, "always" states it; nothing else differs.',
        "A lasting problem is read as a lasting strength, or the reverse.",
        limits="The affirmative twin has a word of its own (always), so both arms carry an adverb. " + _LIMITS,
    ),
    _test(
        "hardly",
        "Hardly, scarcely, far from, anything but",
        "These words deny what follows without a form of not; readers of US English treat them as negations.",
        "Writers with a richer vocabulary of denial, and learned or ironic styles, are misread.",
        limits='"Far from" and "anything but" are idioms, not adverbs of degree. ' + _LIMITS,
    ),
    _test(
        "barely",
        "Barely + verb",
        "What barely works, barely listens or barely pays the rent is a complaint, and the same clause without "
        '"barely" is at worst a plain report.',
        "Reports of services that almost fail are filed as reports of services that work.",
    ),
    _test(
        "degree",
        "Not at all, by no means, not particularly",
        '"Not at all" and its kin deny outright, "not particularly" denies softly; neither states the quality.',
        "Soft and firm denials alike are counted as the opinion that they deny.",
    ),
    _test(
        "double-negation",
        "Two negations that cancel",
        "Two negations in one statement leave its polarity standing, sometimes softened to neutral; that is why "
        "neutral counts where the outer negation is a claim about what one would say.",
        "A rule that turns the score at every negation word misreads careful, layered statements.",
        expected=_STAYS,
        limits="Some sentences sound formal: two negations are rarer in conversation than one. " + _LIMITS,
    ),
    _test(
        "scope",
        "Negation in another clause",
        "A negation about bringing a camera says nothing about how the parade was; the judgment is in a clause "
        "without any negation.",
        "Texts that mention what did not happen are marked down or up for reasons that are not in them.",
        expected=_STAYS,
        kind="INV",
        allowed=("negative", "positive"),
    ),
    _test(
        "not-only",
        "Not only ... but also",
        'In "not only X but also Y" both hold, and both are judgments of the same kind here.',
        "Emphatic praise is read as criticism, emphatic criticism as praise.",
        expected=_STAYS,
        kind="INV",
        allowed=("negative", "positive"),
        limits="The first quality is milder than the second and may be neutral by itself. " + _LIMITS,
    ),
    _test(
        "corrective",
        "Not X but Y",
        "The writer rejects one judgment and states the opposite one in so many words; the stated one counts.",
        "Somebody who corrects a false impression is counted as having confirmed it.",
        expected=_STAYS,
        kind="INV",
        allowed=("negative", "positive"),
    ),
    _test(
        "question-no",
        "A question, answered no",
        "The answer settles the question: after no, the quality that was asked about is denied. CheckList "
        "(Ribeiro et al. 2020) tests the same with one template.",
        "Interviews and forms are full of questions with short answers; reading the question as the opinion turns "
        "answers around.",
    ),
    _test(
        "at-end",
        "Expectation, denied at the end",
        "The expectation is stated first and taken back by the last words; what was found counts, not what was "
        "expected. CheckList (Ribeiro et al. 2020) names the phenomenon.",
        "Disappointed people are counted as delighted, because hope takes more words than its end.",
    ),
    _test(
        "raising",
        "I don't think that ...",
        'In English, "I don\'t think it was good" is understood as "I think it was not good"; linguists call this '
        "neg-raising.",
        "A polite way to disagree is counted as agreement.",
    ),
    _test(
        "no-noun",
        "No + noun",
        "What there is none of is missing: no patience is a reproach, no problems a relief.",
        "Reports of missing care, or of relief from trouble, are filed under the opposite.",
        limits='The inert arm uses "real" or "really" as the noun demands. ' + _LIMITS,
    ),
    _test(
        "without",
        "Without + noun",
        "Doing something without kindness is the opposite of doing it with kindness; the same holds for trouble.",
        "Descriptions of neglect are counted as descriptions of care.",
        limits='The inert arm uses "real" or "really" as the noun demands. ' + _LIMITS,
    ),
    _test(
        "quantifier",
        "Nobody, nothing, none",
        "The negation stands in the subject: what nobody liked was disliked, and what nobody complained about was "
        "at least acceptable.",
        "A judgment shared by a whole group is turned around in its summary.",
    ),
    _test(
        "implicit",
        "Failed, lacks, stopped: negation inside a verb",
        "These verbs deny what follows without any negation word: a speech that failed to inspire did not inspire.",
        "Models that learned negation as a list of words miss the denials that are not on the list.",
        limits="The verbs carry some polarity of their own, so this tests more than negation. " + _LIMITS,
    ),
    _test(
        "affix",
        "Un-, in-, dis-, -less",
        "The affix denies the quality inside the word; the pair differs in nothing else.",
        "Where a tokenizer splits unhelpful into un and helpful, a complaint can be read as praise.",
        limits="Many such words are in a model's vocabulary as a whole, so this tests words more than grammar. "
        + _LIMITS,
    ),
    _test(
        "negated-neutral",
        "Negation in a neutral statement",
        "That a parcel is not from Ohio is no opinion. A model that counts negation words as bad calls it negative. "
        "CheckList (Ribeiro et al. 2020) found this to fail most often.",
        "Plain factual corrections are logged as complaints, and their writers as complainers.",
        expected="Both the statement and its negation are neutral.",
        kind="INV",
        allowed=("neutral",),
        limits="Two-class models have no neutral label and are left out of this test. " + _LIMITS,
    ),
    _test(
        "disclaimer",
        "A complaint behind a disclaimer",
        'Whoever writes "Not that I\'m complaining, but the heating has been broken for three weeks" reports broken '
        "heating. The disclaimer makes it polite, and leaves the fact standing.",
        "People who were taught not to complain are heard least, although what they report is as bad.",
        expected=_STAYS,
        kind="INV",
        allowed=("negative",),
        limits="Politeness differs between speakers and cultures; the facts are plainly bad to keep the label clear. "
        + _LIMITS,
    ),
    _test(
        "comparative",
        "No better than, not as bad as",
        "To be no better than a rival is no praise, and not to be as bad as feared is no complaint.",
        "Comparisons in reviews are turned around, so that readers are sent to the wrong place.",
    ),
    _test(
        "praise",
        "Could not be better",
        'A negated comparative is a superlative: what "could not be better" is as good as it gets, what "could be '
        'better" is not.',
        "The strongest praise, and the strongest criticism, is read as its opposite.",
        limits="Several items are set phrases that a model may have learned as a whole. " + _LIMITS,
    ),
)

MASK_TESTS = (
    _mask_test(
        "mask-not",
        "A robin is (not) a ...",
        "With the negation, the true category makes the statement false; of two words, the other one must fit better.",
        "Tools that complete or check sentences repeat the association and drop the denial.",
        top_k=5,
    ),
    _mask_test(
        "mask-contraction",
        "A robin isn't a ...",
        "The contracted form means the same as the full one and is more common in conversation.",
        "Informal denials are lost more easily than formal ones.",
    ),
    _mask_test(
        "mask-verb",
        "Does not count as a ..., cannot be called a ...",
        "The negation belongs to another verb than is, and denies the same membership.",
        "Definitions and rules in other words than the usual ones are completed into their opposite.",
    ),
    _mask_test(
        "mask-embedded",
        "It is not true that a robin is a ...",
        "The denial stands in the main clause, further from the blank, and denies the whole statement after it.",
        "Corrections of false claims are completed into the claims that they correct.",
    ),
)

TESTS = (*CLASSIFIER_TESTS, *MASK_TESTS)

CLASSIFIER_NAMES = tuple(test.name for test in CLASSIFIER_TESTS)
MASK_NAMES = tuple(test.name for test in MASK_TESTS)
TASKS = (TEXT_CLASSIFICATION, FILL_MASK)
