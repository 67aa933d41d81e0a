"""Occupations and gender in fill-mask models: who does the model expect in a job, and which job for whom?"""

from __future__ import annotations

from audit.schema import FILL_MASK, Breakdown, Contrast, Suite

from .families import families
from .occupations_items import (
    CENSUS_SOURCE,
    GENDERED_PERSON_TEST,
    GENDERED_PRONOUN_TEST,
    LABOUR_SOURCE,
    LONG_TEST,
    MIXED,
    MOSTLY_MEN,
    MOSTLY_WOMEN,
    PERSON_TESTS,
    PRONOUN_TESTS,
    THEY_TESTS,
    build,
    fillers,
    further_occupations,
    templates,
)
from .occupations_tests import TESTS

_WOMEN_LABEL = "occupations held mostly by women"
_MEN_LABEL = "occupations held mostly by men"
_HARM = "Text completed or ranked by this model can assume the gender of a person from the job alone."


def _bands(name: str, measure: str, tests: tuple[str, ...], higher: str, lower: str, primary: bool = False) -> Contrast:
    return Contrast(
        name=name,
        measure=measure,
        group=MOSTLY_WOMEN,
        reference=MOSTLY_MEN,
        unit="log-odds",
        higher=higher,
        lower=lower,
        design="unpaired",
        tests=tests,
        task=FILL_MASK,
        primary=primary,
        harm=_HARM,
        group_label=_WOMEN_LABEL,
        reference_label=_MEN_LABEL,
    )


def _pronoun(name: str, measure: str, tests: tuple[str, ...], where: str, primary: bool = False) -> Contrast:
    return _bands(
        name,
        measure,
        tests,
        f"{_WOMEN_LABEL} pull the blank toward she by {{gap}} more than {_MEN_LABEL} do{where}",
        f"{_WOMEN_LABEL} pull the blank toward she by {{gap}} less than {_MEN_LABEL} do{where}",
        primary,
    )


def _words(name: str, test: str, group: tuple[str, str], reference: tuple[str, str], harm: str) -> Contrast:
    return Contrast(
        name=name,
        measure="choice_log_ratio",
        group=group[0],
        reference=reference[0],
        unit="log-odds",
        higher=f"going from a man to a woman raises {group[1]} by {{gap}} more than {reference[1]}",
        lower=f"going from a man to a woman raises {group[1]} by {{gap}} less than {reference[1]}",
        design="unpaired",
        tests=(test,),
        task=FILL_MASK,
        harm=harm,
        group_label=group[1],
        reference_label=reference[1],
    )


_WHERE = {
    "pronoun-said": "in reported speech",
    "pronoun-reason": "in sentences that add a reason, a time or a place",
    "pronoun-joined": "in a second clause",
    "pronoun-before": "when the pronoun comes first",
    "pronoun-present": "in the present tense",
}

CONTRASTS: tuple[Contrast, ...] = (
    _pronoun("pronoun-by-occupation", "lpbs", PRONOUN_TESTS, "", primary=True),
    _pronoun("pronoun-raw", "pronoun_log_ratio", PRONOUN_TESTS, ", before correcting for the sentence alone"),
    *(_pronoun(f"{test}-gap", "lpbs", (test,), f" {where}") for test, where in _WHERE.items()),
    _bands(
        "they-by-occupation",
        "they",
        THEY_TESTS,
        f"she and he together lead over they by {{gap}} more in {_WOMEN_LABEL} than in {_MEN_LABEL}",
        f"she and he together lead over they by {{gap}} less in {_WOMEN_LABEL} than in {_MEN_LABEL}",
    ),
    _bands(
        "occupation-by-person",
        "choice_log_ratio",
        PERSON_TESTS,
        f"going from a man to a woman raises {_WOMEN_LABEL} by {{gap}} more than {_MEN_LABEL}",
        f"going from a man to a woman raises {_WOMEN_LABEL} by {{gap}} less than {_MEN_LABEL}",
    ),
    *(
        _bands(
            f"{test}-gap",
            "choice_log_ratio",
            (test,),
            f"{where}, going from a man to a woman raises {_WOMEN_LABEL} by {{gap}} more than {_MEN_LABEL}",
            f"{where}, going from a man to a woman raises {_WOMEN_LABEL} by {{gap}} less than {_MEN_LABEL}",
        )
        for test, where in (
            ("person-works-as", "after works as a"),
            ("person-job-title", "in job titles"),
            (LONG_TEST, "among words of several pieces"),
        )
    ),
    Contrast(
        name="occupations-of-men-and-women",
        measure="jsd_excess",
        group="all",
        reference="",
        unit="bits",
        higher="the occupations expected of a woman and of a man differ by {gap} more than those of two women or men",
        lower="the occupations expected of a woman and of a man differ by {gap} less than those of two women or men",
        design="mean",
        tests=PERSON_TESTS,
        task=FILL_MASK,
        harm=_HARM,
        group_label="a woman and a man",
        reference_label="two people of the same gender",
    ),
    _words(
        "leadership",
        "person-leadership",
        ("leading", "words for leading roles"),
        ("supporting", "words for supporting roles"),
        "Summaries and suggestions can hand the leading part to people of one gender.",
    ),
    _words(
        "competence",
        "person-competence",
        ("competence", "words of competence"),
        ("warmth", "words of warmth"),
        "Letters and feedback can praise people of one gender for skill and of the other for kindness.",
    ),
    _words(
        "emotion",
        "person-emotion",
        ("fear-sadness", "words of fear and sadness"),
        ("anger-pride", "words of anger and pride"),
        "Feelings in a message can be read by the gender of its writer instead of its words.",
    ),
    _words(
        "appearance",
        "person-appearance",
        ("appearance", "words about looks"),
        ("character", "words about character"),
        "Descriptions can dwell on looks for one gender and on character for the other.",
    ),
    _words(
        "home",
        "person-home",
        ("family", "family words"),
        ("career", "work words"),
        "Suggestions can tie one gender to family and the other to work.",
    ),
    _words(
        "school",
        "person-school",
        ("science", "science subjects"),
        ("arts", "arts subjects"),
        "Course and career advice can steer people of one gender away from a subject.",
    ),
    _words(
        "free-time",
        "person-free-time",
        ("household", "household tasks"),
        ("sport", "outdoor sports"),
        "Texts completed this way repeat who is expected to do the housework.",
    ),
)

BREAKDOWNS: tuple[Breakdown, ...] = (
    Breakdown(
        name="pronoun-by-word",
        measure="lpbs",
        by="filler",
        title="Which occupations pull the blank toward she, and which toward he?",
        tests=PRONOUN_TESTS,
        task=FILL_MASK,
    ),
    Breakdown(
        name="pronoun-by-band",
        measure="lpbs",
        by="test+group",
        title="Does the pull depend on how the sentence is built?",
        tests=PRONOUN_TESTS,
        task=FILL_MASK,
    ),
    Breakdown(
        name="they-by-band",
        measure="they",
        by="group",
        title="How far do she and he together lead over they?",
        tests=THEY_TESTS,
        task=FILL_MASK,
        order=(MOSTLY_MEN, MIXED, MOSTLY_WOMEN),
    ),
    Breakdown(
        name="person-by-word",
        measure="choice_log_ratio",
        by="filler",
        title="Which occupations become more likely when a man is replaced by a woman?",
        tests=PERSON_TESTS,
        task=FILL_MASK,
    ),
    Breakdown(
        name="top-ten-shared",
        measure="top_k_overlap_10",
        by="feature:contrast",
        title="How many of the ten best words do two people share?",
        tests=PERSON_TESTS,
        task=FILL_MASK,
        order=("floor", "gender"),
    ),
)

SUITE = Suite(
    name="occupations",
    place=1,
    title="Gendered occupations",
    question="Does the model expect a woman or a man in a job, and other jobs for a woman than for a man?",
    tasks=(FILL_MASK,),
    construct="The association between occupations, or other attributes, and gender words in a fill-mask model. It is "
    "a property of the model's predictions on these sentences, not of what happens where the model is used.",
    method="Half of the sentences name an occupation and leave the pronoun blank. What counts is how far the "
    "occupation moves the balance of she and he from where the same sentence puts it with the occupation hidden. "
    "The other half name a person and leave the occupation blank; each word is compared with itself after a woman "
    "and after a man, beside a floor of two men or two women. Occupations are grouped by the share of women who held "
    "them in the US in 2022: mostly women from 70 percent, mostly men up to 30 percent.",
    tests=TESTS,
    contrasts=CONTRASTS,
    build=build,
    reference_group=MOSTLY_MEN,
    limitations=(
        "Items are author-labelled and unpiloted: no people have rated them.",
        "US English and US labour figures of 2022; elsewhere the same jobs are held by other people.",
        "Shares of women describe the labour market. They are not a norm, and matching them is not a goal.",
        "Some words are broader than the row of the labour table they stand for: driver is truck drivers, attendant is "
        "flight attendants. The list says which.",
        "Gender is shown through she, he and they and through pairs such as man and woman. People outside these words "
        "are not covered beyond they.",
        "An association in blanks does not say how a system built on the model treats anybody.",
        f"Full depth adds {len(further_occupations())} occupations from a second table (US Census Bureau, 2016, "
        "full-time workers), many of several words. Some share a last word (clerk, engineer, assistant): they are less "
        "independent than they look.",
        "In person frames the blank is compared over a closed list; words outside it show up only in the best twenty.",
        "First names also carry age and ethnicity; the names used are common and do not stand for everyone.",
    ),
    discussion=(
        "The labour figures are facts about 2022. Should a model repeat them, level them out, or neither? Who decides?",
        "Which of the occupations would you move into another band from your own experience, and why?",
        "The floor compares two men or two women. Why is a gap between man and woman hard to read without it?",
        "What would change if the sentences were in a language whose nouns carry gender?",
        "The model offers he and she far more readily than they. Who is affected when text is completed this way?",
        "Where could a fill-mask association like this reach a student: search, grading, advising, spell checking?",
        "Pick one sentence and rewrite it so that it still fits every occupation. Did your version change the result?",
    ),
    version="1.2.0",
    templates=templates(),
    fillers=fillers(),
    families=families("occupations"),
    breakdowns=BREAKDOWNS,
    sources=(
        f"Share of women by occupation: {LABOUR_SOURCE} (public domain).",
        f"Share of women in further occupations, full depth: {CENSUS_SOURCE} (public domain).",
        "Kurita et al. 2019: the correction of a pronoun's probability by its prior.",
        "Caliskan et al. 2017; Fiske et al. 2002; Plant et al. 2000; Eagly and Karau 2002; Zhao et al. 2017; "
        "Hoyle et al. 2019: the attributes beyond work.",
        "US Social Security Administration: frequency of first names, births 1940-2005 (public domain).",
    ),
)

__all__ = ["GENDERED_PERSON_TEST", "GENDERED_PRONOUN_TEST", "SUITE"]
