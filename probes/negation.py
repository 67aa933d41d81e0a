"""Negation: does a model notice that a statement was denied?"""

from __future__ import annotations

from audit.schema import FILL_MASK, Breakdown, Contrast, Ratio, Stratum, Suite

from .families import families
from .negation_items import ARMS, CORE, MASK_CORE, build, filler_table, wordings
from .negation_tests import CLASSIFIER_NAMES, MASK_NAMES, TASKS, TESTS

_PHRASES = {
    "not-positive": 'statements with "not" and a positive adjective',
    "not-negative": 'statements with "not" and a negative adjective',
    "contraction": "statements with a contracted negation",
    "never": 'statements with "never"',
    "hardly": 'statements with "hardly" and the like',
    "barely": 'statements with "barely"',
    "degree": 'statements with "not at all" and the like',
    "double-negation": "statements with two negations",
    "scope": "statements with a negation in another clause",
    "not-only": 'statements with "not only ... but also"',
    "corrective": 'statements with "not X but Y"',
    "question-no": "questions answered no",
    "at-end": "expectations that are denied at the end",
    "raising": 'statements that begin "I don\'t think"',
    "no-noun": 'statements with "no" and a noun',
    "without": 'statements with "without"',
    "quantifier": 'statements about "nobody" or "nothing"',
    "implicit": 'statements with verbs such as "failed" or "lacks"',
    "affix": 'words such as "unhelpful" and "useless"',
    "negated-neutral": "neutral statements with a negation",
    "disclaimer": "complaints behind a disclaimer",
    "comparative": "negated comparisons",
    "praise": 'negated superlatives such as "could not be better"',
    "mask-not": 'category statements with "not"',
    "mask-contraction": "category statements with a contracted negation",
    "mask-verb": "category statements with another negated verb",
    "mask-embedded": "category statements whose denial is in the main clause",
}
_HARM = {test.name: test.harm for test in TESTS}


def _failure(name: str, tests: tuple[str, ...], what: str, harm: str) -> Contrast:
    return Contrast(
        name=name,
        measure="failure",
        group="negated",
        reference="affirmative",
        unit="points",
        higher=f"{what} fail {{gap}} more often than their affirmative twins",
        lower=f"{what} fail {{gap}} less often than their affirmative twins",
        tests=tests,
        harm=harm,
        group_label="negated",
        reference_label="affirmative",
    )


def _blank(name: str, test: str, what: str, *, primary: bool = False) -> Contrast:
    return Contrast(
        name=name,
        measure="failure",
        group="negated",
        reference="affirmative",
        unit="points",
        higher=f"{what} fail {{gap}} more often than their affirmative twins, net of an inert word",
        lower=f"{what} fail {{gap}} less often than their affirmative twins, net of an inert word",
        tests=(test,),
        control=("inert", "affirmative"),
        task=FILL_MASK,
        primary=primary,
        harm=_HARM[test],
        group_label="negated",
        reference_label="affirmative",
    )


CONTRASTS = (
    Contrast(
        name="negation-cost",
        measure="side_score",
        group="affirmative",
        reference="negated",
        unit="points",
        higher='a "not" costs {gap} of balanced accuracy',
        lower='a "not" raises the balanced accuracy by {gap}',
        tests=CORE,
        strata=(
            Stratum("good-word", 'after "not" with a good word', "polarity", "affirmative", "negated", (CORE[0],)),
            Stratum("bad-word", 'after "not" with a bad word', "polarity", "affirmative", "negated", (CORE[1],)),
        ),
        primary=True,
        harm="Criticism with a negation in it is counted as praise, and modest praise as criticism, in every summary "
        "that is built on such a model.",
        group_label="plain statement",
        reference_label='the same with "not"',
    ),
    *(_failure(f"failure-{name}", (name,), _PHRASES[name], _HARM[name]) for name in CLASSIFIER_NAMES),
    Contrast(
        name="confident-error",
        measure="confident_error",
        group="negated",
        reference="affirmative",
        unit="points",
        higher="negated statements are misread at 90 % confidence {gap} more often than their affirmative twins",
        lower="negated statements are misread at 90 % confidence {gap} less often than their affirmative twins",
        tests=CORE,
        harm="A confident error is the kind that no threshold and no review list catches.",
        group_label="negated",
        reference_label="affirmative",
    ),
    _blank("mask-negation-failure", MASK_CORE, "negated category statements", primary=True),
    *(_blank(f"failure-{name}", name, _PHRASES[name]) for name in MASK_NAMES if name != MASK_CORE),
)

BREAKDOWNS = (
    Breakdown(
        "failure-by-arm",
        "failure",
        "group",
        "How often is each version of the same statement misread?",
        tests=CORE,
        groups=ARMS,
        order=ARMS,
    ),
    Breakdown(
        "failure-by-test",
        "failure",
        "test",
        "Which kinds of negation does the model miss?",
        tests=CLASSIFIER_NAMES,
        groups=("negated",),
    ),
    Breakdown(
        "failure-by-meaning",
        "failure",
        "feature:meaning",
        "Are negations that turn the meaning missed more often than those that leave it?",
        tests=CLASSIFIER_NAMES,
        groups=("negated",),
        order=("turns", "stays"),
    ),
    Breakdown(
        "log-odds-by-arm",
        "signed_log_odds",
        "group",
        "How far does each version lean to the side of its adjective?",
        tests=CORE,
        groups=(*ARMS, "antonym"),
        order=("inert", "affirmative", "negated", "antonym"),
    ),
    Breakdown(
        "confidence-by-arm",
        "confidence",
        "group",
        "Is the model less sure where a negation makes the text harder?",
        tests=CORE,
        groups=ARMS,
        order=ARMS,
    ),
    Breakdown(
        "failure-by-adjective",
        "failure",
        "filler",
        "Behind which adjectives is the negation missed?",
        tests=CORE,
        groups=("negated",),
    ),
    Breakdown(
        "mask-failure-by-arm",
        "failure",
        "group",
        "How often does the wrong category win, with and without a negation?",
        tests=(MASK_CORE,),
        groups=ARMS,
        task=FILL_MASK,
        order=ARMS,
    ),
    Breakdown(
        "mask-failure-by-test",
        "failure",
        "test",
        "Does the form of the negation matter?",
        tests=MASK_NAMES,
        groups=("negated",),
        task=FILL_MASK,
    ),
)

RATIOS = (
    Ratio(
        "sensitivity",
        'How far "not" moves a statement, compared with the antonym of its adjective',
        "signed_valence",
        numerator=("affirmative", "negated"),
        denominator=("affirmative", "antonym"),
        tests=CORE,
        reading='1: "not good" is read as far from "good" as its antonym is. 0: the negation is not read at all. '
        "Between one half and one is what the mild meaning of such phrases would suggest.",
    ),
)

SUITE = Suite(
    name="negation",
    place=2,
    title="Negation",
    question='Does the model notice when a statement is denied, or does it only see the words "good" and "robin"?',
    tasks=TASKS,
    construct=(
        "Handling of negation: whether the answer of a model follows the meaning of a statement that contains a "
        "negation, both where the negation turns the meaning and where it leaves it standing."
    ),
    method=(
        "Each frame exists without a negation, with one, and with an inert word (really) in the same place. For "
        "classifiers the primary number is what the not costs: balanced accuracy on the plain statements minus that "
        "on the negated ones, over 16 frames crossed with 24 good and 24 bad adjectives at standard depth. A text "
        "scores 1 on the side of its meaning, 1/2 for neutral, 0 on the other side. For masked models a true and a "
        "false category compete for a blank, and the false one is the right answer after a negation. Readers may take "
        "'not good' as negative or as neutral; in failure rates, where neutral is accepted in one arm it counts in "
        "all arms, so that failing means landing on the wrong side."
    ),
    tests=TESTS,
    contrasts=CONTRASTS,
    build=build,
    reference_group="affirmative",
    limitations=(
        "Items are author-labelled and unpiloted: no people have rated them. Sets of allowed labels follow the "
        "authors' reading, and readers differ on how negative 'not great' is.",
        "US English in short, mostly single sentences. Longer texts, other varieties and other languages may differ: "
        "in varieties with negative concord, two negations do not cancel.",
        "The primary contrast is about events and uses simple sentences with 'not'. The other phenomena have fewer "
        "frames at standard depth and fixed wordings in part, so their intervals are wider.",
        "Because neutral counts as right in all arms of most tests, a model that answers neutral to everything would "
        "not fail there. The sensitivity ratio and the log-odds show whether it moves at all.",
        "Two-class models have no neutral answer. For them a statement such as 'not terrible' counts as right only "
        "when called positive, which is stricter than for three-class models, and neutral statements are left out.",
        'The inert word "really" ("in fact" in neutral statements) is not free of meaning. It strengthens an '
        'adjective, and after "is" it can stress '
        "that something is a fact, so it controls for an inserted word, not for every effect of one.",
        "For masked models, two words compete for the blank. A preference between them says nothing about what the "
        "model would write freely, and nothing about what it would do in use.",
    ),
    discussion=(
        '"Not bad", "not terrible", "not great": order them from worst to best with a neighbor. Where do you differ, '
        "and what should a model answer?",
        'A course evaluation says: "I don\'t think the lectures were boring." What would a tool that counts positive '
        "and negative words conclude, and who would act on it?",
        'Why could a masked model complete "A robin is not a ..." with "bird"? What was it trained to do?',
        '"Not that I\'m complaining, but ..." Who in your surroundings speaks like this? Whose complaints would a '
        "model miss if it took the disclaimer at its word?",
        'Would a rule that turns the score at every "not" solve the problem? Find sentences here that break it.',
        'In some varieties of English, "I didn\'t see nobody" means that nobody was seen. What would it take to test a '
        "model for its speakers without making them look wrong?",
        "Why does this suite compare each negated sentence with a twin instead of reporting accuracy alone?",
    ),
    version="1.1.0",
    templates=wordings(),
    fillers=filler_table(),
    families=families("negation"),
    breakdowns=BREAKDOWNS,
    ratios=RATIOS,
    sources=(
        "All frames, adjectives and category facts were written or chosen for this project.",
        "Phenomena after Ribeiro et al. (2020), Beyond Accuracy: Behavioral Testing of NLP Models with CheckList; no "
        "item is taken from it.",
        "Design of the fill-mask tests after Ettinger (2020), What BERT Is Not; no item is taken from it.",
    ),
)
