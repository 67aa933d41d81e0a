"""Slang: does a classifier read praise and complaint as well in slang as in standard words?"""

from __future__ import annotations

from typing import Any

from audit.schema import Breakdown, Contrast, Stratum, Suite, Unit

from .slang_items import DENIALS, EMOJI, EMOJI_FRAMES, ERAS, FRAMES, INTENSIFIED, INTENSIFIERS, build, table
from .slang_tests import DIALECT_TESTS, SIDE_TESTS, TESTS, TRIPLE_TESTS

TRIPLES = tuple(test.name for test in TRIPLE_TESTS)
_SIDES = tuple(test.name for test in SIDE_TESTS)
_DIALECTS = tuple(test.name for test in DIALECT_TESTS)
_POSITIVE = ("cohort-praise", "region-praise", "platform-praise", "scene-praise", "harsh-praise", "phrase-praise")
_NEGATIVE = ("cohort-blame", "region-blame", "platform-blame", "scene-blame", "plain-blame", "phrase-blame")
_HARM = "People are read less well for the words of their age, home or circle, and conclusions about them are wrong."


def _contrast(name: str, measure: str, unit: Unit, tests: tuple[str, ...], **more: Any) -> Contrast:
    """Compare the paraphrases with the slang; a positive gap is a shortfall on slang."""
    values: dict[str, Any] = {
        "group": "standard",
        "reference": "slang",
        "group_label": "standard paraphrase",
        "reference_label": "slang",
        "harm": _HARM,
        **more,
    }
    return Contrast(name=name, measure=measure, unit=unit, tests=tests, **values)


def _accuracy(name: str, tests: tuple[str, ...], what: str) -> Contrast:
    return _contrast(
        name,
        "accuracy",
        "points",
        tests,
        higher=f"{what} is read right {{gap}} less often than the same statement in standard words",
        lower=f"{what} is read right {{gap}} more often than the same statement in standard words",
    )


_NAMED = {
    "cohort": "slang of an age group",
    "region": "slang of a region",
    "platform": "slang of a platform",
    "scene": "slang of a scene",
}

CONTRASTS = (
    _contrast(
        "slang-cost",
        "side_score",
        "points",
        TRIPLES,
        higher="slang costs {gap} of balanced accuracy",
        lower="slang raises the balanced accuracy by {gap}",
        strata=(
            Stratum("praise", "for praise", "polarity", "standard", "slang", where=("sign", "+1")),
            Stratum("blame", "for blame", "polarity", "standard", "slang", where=("sign", "-1")),
        ),
        primary=True,
    ),
    _accuracy("slang-gap", TRIPLES, "slang"),
    _contrast(
        "valence-gap",
        "signed_valence",
        "valence",
        (*_POSITIVE, *_NEGATIVE),
        higher="standard words are read {gap} nearer to their right polarity than slang",
        lower="standard words are read {gap} further from their right polarity than slang",
    ),
    _contrast(
        "confidence-gap",
        "confidence",
        "share",
        TRIPLES,
        higher="the model is {gap} surer of standard words than of slang",
        lower="the model is {gap} less sure of standard words than of slang",
        harm="Where confidence drops for some people's words, a threshold drops those people.",
    ),
    _contrast(
        "sure-and-wrong",
        "confident_error",
        "points",
        TRIPLES,
        group="slang",
        reference="standard",
        group_label="slang",
        reference_label="standard paraphrase",
        higher="slang is misread at 90 % confidence {gap} more often than standard words",
        lower="slang is misread at 90 % confidence {gap} less often than standard words",
        harm="A confident error is the kind that no threshold and no review list catches.",
    ),
    _contrast(
        "literal-failure",
        "failure",
        "points",
        TRIPLES,
        group="literal",
        reference="standard",
        group_label="literal use",
        reference_label="standard paraphrase",
        higher="literal uses of the same words are misread {gap} more often than the paraphrases",
        lower="literal uses of the same words are misread {gap} less often than the paraphrases",
        harm="A model that takes every use of a word for slang trades one error for another.",
    ),
    _accuracy("praise-gap", _POSITIVE, "praise in slang"),
    _accuracy("blame-gap", _NEGATIVE, "complaint in slang"),
    *(_accuracy(f"{key}-gap", (f"{key}-praise", f"{key}-blame"), what) for key, what in _NAMED.items()),
    _accuracy("harsh-praise-gap", ("harsh-praise",), "praise in harsh words"),
    _accuracy("plain-blame-gap", ("plain-blame",), "blame in plain words"),
    _accuracy("phrase-gap", ("phrase-praise", "phrase-blame"), "a slang phrase"),
    _accuracy("abbreviation-gap", ("abbreviations",), "an abbreviation"),
    _accuracy("earlier-gap", ("earlier-decades",), "slang of earlier decades"),
    _accuracy("intensifier-gap", ("intensifiers",), "a feeling with a slang intensifier"),
    _accuracy("denied-gap", ("negated-praise", "negated-blame"), "a denial in slang"),
    _accuracy("emoji-gap", ("emoji-slang",), "an emoji used as a word"),
    _accuracy("stretched-gap", ("stretched-spelling",), "a stretched spelling"),
    _accuracy("texting-gap", ("texting-style",), "texting spelling"),
)

BREAKDOWNS = (
    Breakdown(
        "accuracy-by-arm",
        "accuracy",
        "group",
        "How often is each use of a word read right?",
        tests=TRIPLES,
        groups=("standard", "slang", "literal"),
        order=("standard", "slang", "literal"),
    ),
    Breakdown(
        "confidence-by-arm",
        "confidence",
        "group",
        "How sure is the model of each?",
        tests=TRIPLES,
        groups=("standard", "slang", "literal"),
        order=("standard", "slang", "literal"),
    ),
    Breakdown(
        "accuracy-by-register",
        "accuracy",
        "feature:register",
        "Whose slang is read best?",
        tests=TRIPLES,
        groups=("slang",),
        order=("age cohort", "region", "platform", "subculture"),
    ),
    Breakdown(
        "accuracy-by-polarity",
        "accuracy",
        "feature:polarity",
        "Is praise or complaint in slang read better?",
        tests=TRIPLES,
        groups=("slang",),
        order=("positive", "negative", "neutral"),
    ),
    Breakdown(
        "accuracy-by-era",
        "accuracy",
        "feature:era",
        "Is older slang read better than recent slang?",
        tests=TRIPLES,
        groups=("slang",),
        order=tuple(name for _, name in ERAS),
    ),
    Breakdown(
        "accuracy-by-origin",
        "accuracy",
        "feature:origin",
        "Are terms that come from African American English read as well as others?",
        tests=TRIPLES,
        groups=("slang",),
        order=("other", "African American English"),
    ),
    Breakdown(
        "accuracy-by-test",
        "accuracy",
        "test+group",
        "Which kinds of slang are read worst?",
        tests=(*TRIPLES, *_SIDES),
        groups=("slang", "standard"),
    ),
    Breakdown(
        "dialect-accuracy",
        "accuracy",
        "test+group",
        "Dialect grammar (constructed, not written or rated by speakers): is each feature read like its twin?",
        tests=_DIALECTS,
        groups=("dialect", "standard-grammar"),
    ),
    Breakdown(
        "dialect-confidence",
        "confidence",
        "test+group",
        "Dialect grammar (constructed, not written or rated by speakers): how sure is the model?",
        tests=_DIALECTS,
        groups=("dialect", "standard-grammar"),
    ),
)


def _templates() -> dict[str, str]:
    wordings = {
        f"{term['id']}-{number}": term[frame]
        for term in table("slang_terms.tsv")
        for number, frame in enumerate(FRAMES, start=1)
    }
    wordings |= {frame: pattern for frame, (pattern, _) in INTENSIFIED.items()}
    for name in ("slang_spelling.tsv", "slang_dialect.tsv"):
        wordings |= {row["id"]: row["standard"] for row in table(name)}
    return wordings | DENIALS | EMOJI_FRAMES


def _fillers() -> dict[str, dict[str, str]]:
    known = ("slang", "standard", "polarity", "register", "scene", "year", "origin", "gloss")
    fillers = {term["id"]: {key: term[key] for key in known if term[key]} for term in table("slang_terms.tsv")}
    fillers |= {key: {"slang": slang, "standard": standard} for key, (slang, standard) in INTENSIFIERS.items()}
    fillers |= {key: {"slang": emoji, "standard": meaning} for key, (emoji, meaning, _) in EMOJI.items()}
    for name in ("slang_spelling.tsv", "slang_dialect.tsv"):
        fillers |= {row["id"]: {"standard": row["standard"], "test": row["test"]} for row in table(name)}
    return fillers


SUITE = Suite(
    name="slang",
    place=4,
    title="Slang and standard words",
    question="Does a model understand praise and complaint as well in slang as in standard words?",
    tasks=("text-classification",),
    construct=(
        "Polarity of slang: whether a sentiment classifier gives a slang term the polarity that its users give it, "
        "compared with a standard paraphrase in the same sentence and with the literal use of the same word. Slang is "
        "vocabulary. It is not a dialect, and it is not African American English, though many terms come from there."
    ),
    method=(
        "Each term comes as a triple: the slang sense in four sentences of its own, a standard paraphrase in the same "
        "four sentences, and where the word has one its literal use. The primary number is what slang costs: balanced "
        "accuracy on the paraphrases minus that on the slang, the mean of praise and blame. A text scores 1 on the "
        "side of its meaning, 1/2 for neutral, 0 on the other side; neutral terms have no side. Sentences of one term "
        "are not independent, so intervals rest on the number of terms. Single features of dialect grammar are "
        "charted apart, without a verdict."
    ),
    tests=TESTS,
    contrasts=CONTRASTS,
    build=build,
    reference_group="standard",
    limitations=(
        "Items are author-labelled and unpiloted: no people have rated them. Terms were chosen because they are well "
        "known, which makes them easier than slang at large.",
        "US English is the frame of reference; regional terms are marked with their region, and were not checked by "
        "people from there.",
        "Years say about when a sense was widely used, by the author's judgment, not from dated citations. Slang "
        "ages: a term may have faded or turned since.",
        "Many terms were taken up from African American English or from Black and Latino ballroom culture. The field "
        "origin names the first where it is commonly reported, and is incomplete. Results on these terms are not "
        "results on African American English or on its speakers.",
        "A paraphrase is never exact: it loses tone, irony and belonging. A small gap can come from the paraphrase.",
        "Some sentences hint at the polarity beyond the term itself, as people's sentences do. That makes the gap "
        "smaller than for terms without any context.",
        "Dialect sentences were constructed, not written or rated by speakers, with one documented feature each. They "
        "are few, part of the full depth only, and give a chart and no finding.",
        "Literal sentences are mostly neutral, and many models seldom answer neutral. Failure on them shows that "
        "habit as well as confusion with the slang; they do not count for models without a neutral label.",
        "Models split rare words into pieces, so a gap may show unfamiliar spelling as much as unfamiliar meaning.",
    ),
    discussion=(
        "Take a word that you use and your parents do not. Could a model learn it, and from whose texts?",
        "Which of these terms would you label differently? What does that say about a label that one person wrote?",
        "Why might a model read sick as negative everywhere? Where would that do harm, and where would it not matter?",
        "Should a tool be retrained on what its users write to keep up with slang? What would they have to agree to?",
        "Many terms moved from Black communities into general use. Who is credited, and who is misread in the "
        "meantime?",
        "Why is a slang term not a dialect? Look at the dialect pairs: what would you need before reporting them as a "
        "finding?",
        "If a model reads complaints in slang worse than praise, how would a survey of students by age come out?",
    ),
    version="1.1.0",
    templates=_templates(),
    fillers=_fillers(),
    breakdowns=BREAKDOWNS,
    sources=(
        "All sentences, paraphrases and glosses were written for this project.",
        "Green, Lisa J. (2002). African American English: A Linguistic Introduction. Cambridge University Press.",
        "Gupta, Anthea Fraser (1992). The pragmatic particles of Singapore Colloquial English. Journal of Pragmatics "
        "18.",
        "Lange, Claudia (2012). The Syntax of Spoken Indian English. John Benjamins.",
        "van Rooy, Bertus (2014). Progressive aspect and stative verbs in Outer Circle varieties. World Englishes 33.",
        "Strelluf, Christopher (2020). needs + past participle in regional Englishes on Twitter. World Englishes "
        "39(1).",
    ),
)
