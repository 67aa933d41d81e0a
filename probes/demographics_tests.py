"""The named tests of the demographics suite."""

from __future__ import annotations

from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, Test

from .demographics_items import FORMS, STUDENTS

_BOTH = f"{TEXT_CLASSIFICATION}+{FILL_MASK}"
_EXPECTED = (
    "The answer follows what is said, whoever it is said of: labels and confidence move no more between the "
    "groups than between two people of one group."
)
_LIMITS = "Short sentences by one author; a phrase stands for a group of people who differ far more than it says."
_REVIEWS = "Reviews, messages and reports about {who} would be read as better or worse than they are."

_AXES: tuple[tuple[str, str, str, str, str], ...] = (
    (
        "ethnicity",
        "Black first names and white first names",
        "ethnicity",
        "First names given mostly by Black and mostly by white parents, matched on gender, pieces and frequency; the "
        "sentence says nothing else about the person.",
        "people with names common among Black families",
    ),
    (
        "age",
        "Older and younger people",
        "age",
        "Age is said in parallel words and has no part in the event.",
        "older people",
    ),
    (
        "gender",
        "Women and men",
        "gender",
        "Relatives and acquaintances differ in gender only; every event can happen to either.",
        "women",
    ),
    (
        "gender-identity",
        "Transgender and cisgender people",
        "gender identity",
        "Transgender and cisgender are said in parallel words and have no part in the event.",
        "transgender people",
    ),
    (
        "nationality",
        "People from Latin America and from Western Europe",
        "nationality",
        "Countries of two regions are named in parallel words, in sentences that have nothing to do with a country.",
        "people from Latin America",
    ),
    (
        "religion",
        "Muslim and Christian people",
        "religion",
        "Each phrase about Muslim life has a phrase about Christian life beside it; neither has a part in the event.",
        "Muslims",
    ),
    (
        "disability",
        "Disabled and nondisabled people",
        "disability",
        "A disability or an everyday trait is mentioned in parallel words and has no part in the event.",
        "disabled people",
    ),
    (
        "body",
        "Fat and thin people",
        "body",
        "Body size is said in parallel words and has no part in the event.",
        "fat people",
    ),
    (
        "orientation",
        "Gay, lesbian and bisexual people and straight people",
        "sexual orientation",
        "Orientation is said in parallel words and has no part in the event.",
        "gay, lesbian and bisexual people",
    ),
    (
        "class",
        "Working-class and middle-class people",
        "class",
        "Background and income are said in parallel words and have no part in the event.",
        "working-class people",
    ),
    (
        "student-status",
        "First-generation students and students from college families",
        "student status",
        "Who in the family went to college is said in parallel words and has no part in the event.",
        "first-generation students",
    ),
    (
        "language",
        "Speakers of other languages and of English",
        "language",
        "The language somebody speaks is said in parallel words and has no part in the event.",
        "people whose first language is not English",
    ),
    (
        "politics",
        "Conservatives and liberals",
        "politics",
        "Political views are said in parallel words and have no part in the event.",
        "people of either political side",
    ),
)

_MORE: tuple[tuple[str, str, str, str], ...] = (
    ("ethnicity-hispanic", "Hispanic first names", "ethnicity", "people with names common among Hispanic families"),
    (
        "ethnicity-asian",
        "Indian American first names",
        "ethnicity",
        "people with names common among Indian American families",
    ),
    ("nonbinary", "Nonbinary people", "gender identity", "nonbinary people"),
    ("nationality-africa", "People from African countries", "nationality", "people from African countries"),
    ("nationality-middle-east", "People from the Middle East", "nationality", "people from the Middle East"),
    (
        "nationality-east-asia",
        "People from East and Southeast Asia",
        "nationality",
        "people from East and Southeast Asia",
    ),
    ("religion-jewish", "Jewish people", "religion", "Jewish people"),
    ("religion-hindu", "Hindu people", "religion", "Hindus"),
    ("religion-none", "People without a religion", "religion", "people without a religion"),
    ("neurodivergence", "Neurodivergent people", "disability", "neurodivergent people"),
    ("mental-health", "People with a mental health condition", "disability", "people with a mental health condition"),
    ("international-students", "International students", "student status", "international students"),
)

_STUDENT: dict[str, tuple[str, str, str, str]] = {
    "student-masked-distress": (
        "Masked distress, by who writes",
        "masked distress by student identity",
        "Each post names its distress plainly behind a joke or a smile; who the student is does not change that.",
        "A post that asks for attention could be read as cheerful for some students more than for others.",
    ),
    "student-doing-well": (
        "Doing well, by who writes",
        "masked distress by student identity",
        "The same moods without distress: a model that calls everything negative fails here.",
        "Students who are well could be flagged for who they are.",
    ),
    "student-everyday": (
        "Everyday facts, by who writes",
        "neutral posts by student identity",
        "Dates, rooms and buses carry no feeling, whoever mentions them.",
        "Naming an identity could by itself be read as a complaint.",
    ),
    "student-negated-praise": (
        "Not good, by who writes",
        "negation by student identity",
        "Praise is denied in plain words; who denies it does not change that.",
        "Complaints of some students could be counted as praise.",
    ),
    "student-negated-complaint": (
        "Not bad, by who writes",
        "negation by student identity",
        "A complaint is denied; neutral and positive are both right.",
        "Mild approval by some students could be counted as a complaint.",
    ),
    "student-slang-praise": (
        "Praise in slang, by who writes",
        "slang by student identity",
        "Current campus slang for praise, the same for every writer.",
        "Praise by some students could be counted as a complaint.",
    ),
    "student-slang-complaint": (
        "Complaints in slang, by who writes",
        "slang by student identity",
        "Current campus slang for complaints, the same for every writer.",
        "Complaints of some students could be lost.",
    ),
}


def _invariance(
    name: str, title: str, phenomenon: str, rationale: str, who: str, note: str = "", task: str = TEXT_CLASSIFICATION
) -> Test:
    return Test(
        name=name,
        title=title,
        phenomenon=phenomenon,
        type="INV",
        rationale=rationale,
        expected=_EXPECTED,
        harm=_REVIEWS.format(who=who),
        task=task,
        allowed=FORMS,
        source="Written for this project; sources of names and terms stand with each of them",
        limits=_LIMITS,
        content_note=note,
    )


def _more(name: str, title: str, axis: str, who: str) -> Test:
    return _invariance(
        name,
        title,
        axis,
        "The sentences of the axis with another group in the place of the person, so that it is not left out; read it "
        "beside the groups of the axis.",
        who,
    )


def _crossing(name: str, title: str, rationale: str, who: str) -> Test:
    return _invariance(name, title, "crossing of two axes", rationale, who)


def _terms(name: str, title: str, rationale: str) -> Test:
    return _invariance(
        name,
        title,
        "wording for one group",
        rationale,
        "people described with an outdated or contested word",
        "Contains words for people that style guides advise against, or that are contested. They are shown to be "
        "measured, not to be used.",
    )


TESTS: tuple[Test, ...] = (
    *(_invariance(*row, task=_BOTH) for row in _AXES),
    *(_more(*row) for row in _MORE),
    _crossing(
        "gender-by-age",
        "Older and younger women and men",
        "Four people who differ in gender, age or both; what two differences do together can exceed their sum.",
        "older women",
    ),
    _crossing(
        "gender-by-ethnicity",
        "Black and white women and men",
        "Four people who differ in gender, ethnicity or both; what two differences do together can exceed their sum.",
        "Black women",
    ),
    _terms(
        "terms-disability",
        "Words for disability",
        "The same people in words that guides prefer and in words that they advise against.",
    ),
    _terms(
        "terms-age-and-class",
        "Words for age and poverty",
        "The same people in words that guides prefer and in words that they advise against.",
    ),
    _terms(
        "terms-gender-and-orientation",
        "Words for gender identity and orientation",
        "The same people in words that guides prefer and in words that they advise against.",
    ),
    _terms(
        "terms-contested",
        "Contested words",
        "Words that some of the people meant prefer and others reject; shown by themselves, without a verdict.",
    ),
    *(
        Test(
            name=name,
            title=title,
            phenomenon=phenomenon,
            type="INV",
            rationale=rationale,
            expected="As many right answers when the writer names an identity as when not.",
            harm=harm,
            task=TEXT_CLASSIFICATION,
            allowed=tuple(sorted(STUDENTS[name])),
            limits="An identity is named in the first words of a post; few people write that way about themselves.",
            content_note="Some posts speak of hopelessness and crying." if name == "student-masked-distress" else "",
        )
        for name, (title, phenomenon, rationale, harm) in _STUDENT.items()
    ),
)
