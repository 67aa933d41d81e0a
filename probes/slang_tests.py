"""The named tests of the slang suite: why each is a fair test, and who is hurt when a model fails it."""

from __future__ import annotations

from audit.schema import LABELS, Test, TestType

_LIMITS = (
    "Items are author-labelled and unpiloted. Slang means different things to different people and ages fast; the "
    "years given are about when the sense was widely used, by the author's judgment."
)
_EXPECTED = "The same label for the slang and for its paraphrase, and the plain label for the literal use."
_DIALECT_LIMITS = (
    "Constructed, not written or rated by speakers. A few sentences with one grammatical feature are not a dialect, "
    "and features vary among speakers. Shown as a chart only, never as a finding."
)
_DIALECT_HARM = (
    "Where a tool reads a way of speaking as anger, sadness or noise, the people who speak that way are served worse."
)


def _test(
    name: str,
    title: str,
    rationale: str,
    harm: str,
    *,
    expected: str = _EXPECTED,
    kind: TestType = "MFT",
    phenomenon: str = "slang",
    allowed: tuple[str, ...] = LABELS,
    locale: str = "US English",
    limits: str = _LIMITS,
    source: str = "Written for this project",
) -> Test:
    return Test(
        name=name,
        title=title,
        phenomenon=phenomenon,
        type=kind,
        rationale=rationale,
        expected=expected,
        harm=harm,
        allowed=allowed,
        locale=locale,
        limits=limits,
        source=source,
    )


def _dialect(name: str, title: str, feature: str, source: str, locale: str) -> Test:
    return _test(
        name,
        title,
        f"{feature} The twin has the nearest standard wording, so the polarity is the same.",
        _DIALECT_HARM,
        expected="The same label and about the same confidence for both.",
        kind="INV",
        phenomenon="dialect grammar",
        locale=locale,
        limits=_DIALECT_LIMITS,
        source=f"Sentences written for this project; feature described in {source}",
    )


_GREEN = "Green (2002), African American English: A Linguistic Introduction"
_AAE = "African American English"

TRIPLE_TESTS: tuple[Test, ...] = (
    _test(
        "cohort-praise",
        "Praise in the slang of an age group",
        "Each term is praise to those who use it, and its paraphrase in the same sentence is praise to everybody.",
        "Delight of the young is filed as neutral or negative, and an average over ages comes out wrong.",
    ),
    _test(
        "cohort-blame",
        "Complaint in the slang of an age group",
        "Each term is a complaint to those who use it; the paraphrase says the same in standard words.",
        "Complaints of students in their own words are not counted as complaints.",
    ),
    _test(
        "region-praise",
        "Praise in the slang of a region",
        "Words such as chuffed or ono are ordinary praise where they are used.",
        "Visitors and international students are read less well than locals.",
        locale="English of several regions",
    ),
    _test(
        "region-blame",
        "Complaint in the slang of a region",
        "Words such as knackered or munted are ordinary complaint where they are used.",
        "An exhausted student from another country is read as neutral.",
        locale="English of several regions",
    ),
    _test(
        "platform-praise",
        "Praise in the slang of a platform",
        "Each term is known praise on the platform named with it.",
        "Posts are compared between platforms as if a model read all of them alike.",
    ),
    _test(
        "platform-blame",
        "Complaint in the slang of a platform",
        "Each term is known blame or complaint on the platform named with it.",
        "Reports of being deceived or mocked online pass as small talk.",
    ),
    _test(
        "scene-praise",
        "Praise in the slang of a scene",
        "Skaters, dancers, gamers and cooks praise in words of their own; the paraphrase is praise to outsiders as "
        "well.",
        "Communities are scored by how close their words are to those of reviewers.",
    ),
    _test(
        "scene-blame",
        "Complaint in the slang of a scene",
        "The terms name failure, damage or strain in a scene, and the paraphrase says so to outsiders.",
        "A cook who is in the weeds or a runner who bonked is not seen to be in trouble.",
    ),
    _test(
        "harsh-praise",
        "Praise in harsh words",
        "Sick, filthy and insane are praise in these sentences and blame in others; context decides.",
        "The most excited posts are the ones most likely to be flagged.",
    ),
    _test(
        "plain-blame",
        "Blame in plain words",
        "Salty, basic and cap are harmless words with a second, unkind sense.",
        "Put-downs among students go unseen because every word in them is harmless.",
    ),
    _test(
        "phrase-praise",
        "Praise in a phrase",
        "The phrase is praise as a whole; no single word of it is.",
        "Compliments count for nothing where they are phrased with wit.",
    ),
    _test(
        "phrase-blame",
        "Complaint in a phrase",
        "The phrase is a complaint as a whole; its words alone are not.",
        "Complaints count for nothing where they are phrased with wit.",
    ),
    _test(
        "abbreviations",
        "Abbreviations",
        "The letters stand for words with a clear polarity, given in the paraphrase.",
        "Short messages, typed on a phone between two classes, are read worst.",
    ),
    _test(
        "earlier-decades",
        "Slang of earlier decades",
        "Terms that were current decades ago and are still understood; the paraphrase is timeless.",
        "Older writers are read less well, or an archive is scored by the words of today.",
    ),
    _test(
        "neutral-slang",
        "Slang without polarity",
        "A word for sneakers or for an afternoon takes no side; sounding casual is not a sentiment.",
        "A casual tone is taken for a cheerful or a hostile one.",
        limits=_LIMITS + " Left out for models without a neutral label.",
    ),
)

SIDE_TESTS: tuple[Test, ...] = (
    _test(
        "intensifiers",
        "Slang intensifiers",
        "The polar adjective is the same; only the word for very changes.",
        "Feelings are read as weaker or stronger for the words that come before them.",
        expected="The same label with either intensifier.",
        kind="INV",
        allowed=("negative", "positive"),
    ),
    _test(
        "negated-praise",
        "Denied praise",
        "Not fire is not praise, as not excellent is not; neutral and negative both count as right.",
        "A model that has learned slang as a list of good words takes a denial for praise.",
        expected="Not positive, for either wording.",
        allowed=("negative", "neutral"),
    ),
    _test(
        "negated-blame",
        "Denied blame",
        "Not mid is not blame, as not disappointing is not; neutral and positive both count as right.",
        "Somebody who defends a thing is counted among its critics.",
        expected="Not negative, for either wording.",
        allowed=("neutral", "positive"),
    ),
    _test(
        "emoji-slang",
        "Emoji as slang words",
        "The emoji stands where its meaning in words stands in the twin.",
        "Texts of people who write with emoji are read without their key word.",
        expected="The same label for the emoji and for its meaning.",
        allowed=("negative", "positive"),
        limits=_LIMITS + " Many models have no token for emoji; items with unknown tokens get no verdict.",
    ),
    _test(
        "stretched-spelling",
        "Stretched spelling",
        "Repeating a letter makes a word louder, not another word.",
        "The more feeling somebody puts into the spelling, the less of it is read.",
        expected="The same label for both spellings.",
        kind="INV",
        allowed=("negative", "positive"),
    ),
    _test(
        "texting-style",
        "Texting spelling",
        "The same message in the spelling of text messages and in full.",
        "Messages typed in haste, often those that matter, are read as noise.",
        expected="The same label for both spellings.",
        kind="INV",
        allowed=("negative", "positive"),
    ),
)

DIALECT_TESTS: tuple[Test, ...] = (
    _dialect(
        "dialect-aae-habitual-be",
        "Habitual be",
        "In African American English, be before an adjective or a verb in -ing marks what happens again and again.",
        _GREEN,
        _AAE,
    ),
    _dialect(
        "dialect-aae-zero-copula",
        "Zero copula",
        "In African American English, is and are may be left out where other varieties can contract them.",
        _GREEN,
        _AAE,
    ),
    _dialect(
        "dialect-aae-done",
        "Completive done",
        "In African American English, unstressed done before a verb marks that something has been completed.",
        _GREEN,
        _AAE,
    ),
    _dialect(
        "dialect-aae-negative-concord",
        "Negative concord",
        "In African American English, as in many varieties and languages, two negative words can make one negation.",
        _GREEN,
        _AAE,
    ),
    _dialect(
        "dialect-indian-stative-progressive",
        "Progressive of stative verbs",
        "In Indian English, verbs of state such as have and know may stand in the progressive.",
        "van Rooy (2014), Progressive aspect and stative verbs in Outer Circle varieties, World Englishes 33",
        "Indian English",
    ),
    _dialect(
        "dialect-indian-only",
        "Only as a marker of focus",
        "In Indian English, only after a word can put it in focus without restricting it.",
        "Lange (2012), The Syntax of Spoken Indian English",
        "Indian English",
    ),
    _dialect(
        "dialect-scottish-needs-washed",
        "Needs washed",
        "In Scottish English, and in parts of the United States, need takes a participle without to be.",
        "Strelluf (2020), needs + past participle in regional Englishes on Twitter, World Englishes 39(1)",
        "Scottish English",
    ),
    _dialect(
        "dialect-singapore-lah",
        "Clause-final lah",
        "In Colloquial Singapore English, lah at the end of a clause shows the speaker's stance toward the listener.",
        "Gupta (1992), The pragmatic particles of Singapore Colloquial English, Journal of Pragmatics 18",
        "Colloquial Singapore English",
    ),
)

TESTS = (*TRIPLE_TESTS, *SIDE_TESTS, *DIALECT_TESTS)
