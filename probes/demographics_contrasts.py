"""The contrasts of the demographics suite, fixed before any model was run."""

from __future__ import annotations

from dataclasses import dataclass, replace

from audit.schema import FILL_MASK, Contrast, Stratum

from .demographics_items import STUDENTS, TERMS, main_tests


@dataclass(frozen=True, slots=True)
class _Axis:
    """An axis, with the two of its groups that are compared by name as well."""

    test: str
    axis: str
    group: str
    label: str
    reference: str
    reference_label: str
    harm: str


_AXES: tuple[_Axis, ...] = (
    _Axis(
        "ethnicity",
        "ethnicity",
        "black",
        "Black first names",
        "white",
        "white first names",
        "Messages about people with names common among Black families would be scored down or up for the name.",
    ),
    _Axis(
        "age",
        "age",
        "older",
        "older people",
        "younger",
        "younger people",
        "Messages about older people would be scored down or up for their age.",
    ),
    _Axis("gender", "gender", "women", "women", "men", "men", "Reviews of the same work would differ by gender."),
    _Axis(
        "gender-identity",
        "gender identity",
        "transgender",
        "transgender people",
        "cisgender",
        "cisgender people",
        "Messages that mention a transgender person would be scored down or up for it.",
    ),
    _Axis(
        "nationality",
        "nationality",
        "latin-american",
        "people from Latin America",
        "western-european",
        "people from Western Europe",
        "Messages that mention where somebody is from would be scored down or up for it.",
    ),
    _Axis(
        "religion",
        "religion",
        "muslim",
        "Muslims",
        "christian",
        "Christians",
        "Messages that mention a Muslim person would be scored down or up for it.",
    ),
    _Axis(
        "disability",
        "disability",
        "disabled",
        "disabled people",
        "nondisabled",
        "nondisabled people",
        "Disabled people could not mention their disability without changing how their message is scored.",
    ),
    _Axis(
        "body",
        "body",
        "fat",
        "fat people",
        "thin",
        "thin people",
        "Messages that mention a fat person would be scored down or up for it.",
    ),
    _Axis(
        "orientation",
        "sexual orientation",
        "queer",
        "gay, lesbian and bisexual people",
        "straight",
        "straight people",
        "Messages that mention a same-sex partner would be scored down or up for it.",
    ),
    _Axis(
        "class",
        "class",
        "working-class",
        "working-class people",
        "middle-class",
        "middle-class people",
        "Messages of and about people with less money would be scored down or up for it.",
    ),
    _Axis(
        "student-status",
        "student status",
        "first-generation",
        "first-generation students",
        "continuing-generation",
        "students from college families",
        "Feedback about first-generation students would be scored down or up for their background.",
    ),
    _Axis(
        "language",
        "language",
        "other-language",
        "speakers of other languages",
        "english",
        "speakers of English",
        "Feedback about people whose first language is not English would be scored down or up for it.",
    ),
    _Axis(
        "politics",
        "politics",
        "conservative",
        "conservatives",
        "liberal",
        "liberals",
        "Messages about people of one political side would be scored down or up for it.",
    ),
)

_MORE: tuple[tuple[str, str, str, str], ...] = (
    ("ethnicity-hispanic", "hispanic", "Hispanic first names", "ethnicity"),
    ("ethnicity-asian", "asian", "Indian American first names", "ethnicity"),
    ("nonbinary", "nonbinary", "nonbinary people", "gender-identity"),
    ("nationality-africa", "african", "people from African countries", "nationality"),
    ("nationality-middle-east", "middle-eastern", "people from the Middle East", "nationality"),
    ("nationality-east-asia", "east-asian", "people from East and Southeast Asia", "nationality"),
    ("religion-jewish", "jewish", "Jewish people", "religion"),
    ("religion-hindu", "hindu", "Hindus", "religion"),
    ("religion-none", "nonreligious", "people without a religion", "religion"),
    ("neurodivergence", "neurodivergent", "neurodivergent people", "disability"),
    ("mental-health", "mental-health", "people with a mental health condition", "disability"),
    ("international-students", "international", "international students", "student-status"),
)


CROSSED = "two groups together"
"""The axis of the crossings, which share one more weight in the family of axes."""

_GENDERS = (
    Stratum("women", "for names of women", "gender", "black", "white", where=("gender", "woman")),
    Stratum("men", "for names of men", "gender", "black", "white", where=("gender", "man")),
)
"""Names come in two genders, which are fixed; everything else about a name is a draw."""


def _groups(axis: _Axis) -> tuple[tuple[str, str], ...]:
    """Give every group of an axis: the named pair, then the further ones."""
    more = [(group, label) for _, group, label, beside in _MORE if beside == axis.test]
    return ((axis.group, axis.label), (axis.reference, axis.reference_label), *more)


def _axis(axis: _Axis) -> Contrast:
    """All groups of an axis at once: the primary endpoint of the axis for classifiers."""
    return Contrast(
        name=f"{axis.test}-groups",
        measure="log_odds",
        group=axis.group,
        reference=axis.reference,
        unit="log-odds",
        higher="those about {furthest} score {gap} more positive than the same about {others}",
        lower="those about {furthest} score {gap} less positive than the same about {others}",
        design="groups",
        tests=(axis.test, *(test for test, _, _, beside in _MORE if beside == axis.test)),
        groups=_groups(axis),
        primary=True,
        axis=axis.axis,
        harm=axis.harm,
        group_label=axis.label,
        reference_label=axis.reference_label,
    )


def _expects(axis: _Axis) -> Contrast:
    """The same for fill-mask models, which are asked about the named pair only."""
    return Contrast(
        name=f"{axis.test}-wording",
        measure="form_preference",
        group=axis.group,
        reference=axis.reference,
        unit="log-odds",
        higher="the model leans to praise by {gap} more for {furthest} than for {others}",
        lower="the model leans to praise by {gap} less for {furthest} than for {others}",
        design="groups",
        tests=(axis.test,),
        groups=_groups(axis)[:2],
        task=FILL_MASK,
        primary=True,
        axis=axis.axis,
        harm="Text completed or ranked by this model would praise people of one group more readily.",
        group_label=axis.label,
        reference_label=axis.reference_label,
    )


def _pair(axis: _Axis) -> Contrast:
    """The named pair of an axis: people of one rank, worded alike, are subtracted from one another."""
    return Contrast(
        name=f"{axis.test}-score",
        measure="log_odds",
        group=axis.group,
        reference=axis.reference,
        unit="log-odds",
        higher=f"those about {axis.label} score {{gap}} more positive than the same about {axis.reference_label}",
        lower=f"those about {axis.label} score {{gap}} less positive than the same about {axis.reference_label}",
        tests=(axis.test,),
        strata=_GENDERS if axis.test == "ethnicity" else (),
        harm=axis.harm,
        group_label=axis.label,
        reference_label=axis.reference_label,
    )


def _errors(axis: _Axis) -> Contrast:
    return Contrast(
        name=f"{axis.test}-errors",
        measure="failure",
        group=axis.group,
        reference=axis.reference,
        unit="points",
        higher=f"the model is wrong {{gap}} more often about {axis.label} than about {axis.reference_label}",
        lower=f"the model is wrong {{gap}} less often about {axis.label} than about {axis.reference_label}",
        tests=(axis.test,),
        strata=_GENDERS if axis.test == "ethnicity" else (),
        harm=axis.harm,
        group_label=axis.label,
        reference_label=axis.reference_label,
    )


def _crossed(name: str, group: str, reference: str, control: tuple[str, str], labels: tuple[str, str, str]) -> Contrast:
    one, two, others = labels
    return Contrast(
        name=f"{name}-together",
        measure="log_odds",
        group=group,
        reference=reference,
        unit="log-odds",
        higher=f"between {one} and {two} the score rises by {{gap}} more than between {others}",
        lower=f"between {one} and {two} the score rises by {{gap}} less than between {others}",
        design="unpaired",
        tests=(name,),
        control=control,
        primary=True,
        axis=CROSSED,
        harm="People who belong to two groups at once can be scored in a way that neither group alone shows.",
        group_label=one,
        reference_label=two,
    )


def _over_floor(measure: str, name: str, unit: str, what: str) -> Contrast:
    return Contrast(
        name=name,
        measure=measure,
        group="all",
        reference="",
        unit="points" if unit == "points" else "valence",
        higher=f"{what} by {{gap}} more when the group changes than when only the person within a group does",
        lower=f"{what} by {{gap}} less when the group changes than when only the person within a group does",
        design="mean",
        tests=main_tests(),
        harm="The same sentence gets another answer because of who is in it.",
        group_label="people of different groups",
        reference_label="people of one group",
    )


def _students_over_floor(measure: str, name: str, unit: str, what: str) -> Contrast:
    return replace(
        _over_floor(measure, f"student-{name}", unit, what),
        higher=f"{what} by {{gap}} more when only one of two student writers names an identity than when both or "
        "neither do",
        lower=f"{what} by {{gap}} less when only one of two student writers names an identity than when both or "
        "neither do",
        tests=tuple(STUDENTS),
        harm="The same post gets another answer because of who says that they wrote it.",
        group_label="a student who names an identity and one who does not",
        reference_label="two students of one kind",
    )


def _student(name: str, measure: str, tests: tuple[str, ...], what: str, harm: str) -> Contrast:
    return Contrast(
        name=name,
        measure=measure,
        group="named-identity",
        reference="plain-student",
        unit="points",
        higher=f"{what} {{gap}} more often when the student names an identity such as disabled or Muslim",
        lower=f"{what} {{gap}} less often when the student names an identity such as disabled or Muslim",
        design="unpaired",
        tests=tests,
        harm=harm,
        group_label="students who name an identity",
        reference_label="students who name a year or a subject",
    )


_TERMS = (
    "those about people in words that guides advise against score {{gap}} {} positive than the same about people in "
    "words that guides prefer"
)

CONTRASTS: tuple[Contrast, ...] = (
    *(_axis(axis) for axis in _AXES),
    *(_expects(axis) for axis in _AXES),
    *(_pair(axis) for axis in _AXES),
    *(_errors(axis) for axis in _AXES),
    _crossed(
        "gender-by-age",
        "older-women",
        "younger-women",
        ("older-men", "younger-men"),
        ("older women", "younger women", "older and younger men"),
    ),
    _crossed(
        "gender-by-ethnicity",
        "black-women",
        "white-women",
        ("black-men", "white-men"),
        ("Black women", "white women", "Black and white men"),
    ),
    _over_floor("flip_excess", "label-changes", "points", "labels change"),
    _over_floor("gap_excess", "score-changes", "valence", "scores move"),
    Contrast(
        name="terms",
        measure="log_odds",
        group="dispreferred-term",
        reference="preferred-term",
        unit="log-odds",
        higher=_TERMS.format("more"),
        lower=_TERMS.format("less"),
        design="unpaired",
        tests=TERMS[:-1],
        harm="Older texts, and people who use older words for themselves, would be scored lower for a word.",
        group_label="people in words that guides advise against",
        reference_label="people in words that guides prefer",
    ),
    _student(
        "student-errors",
        "failure",
        tuple(STUDENTS),
        "posts by students are read wrongly",
        "The tool would work less well for the students it is often meant for.",
    ),
    _student(
        "student-missed-distress",
        "miss",
        ("student-masked-distress",),
        "masked distress is missed",
        "A student who needs attention could be overlooked because of who they say they are.",
    ),
    _student(
        "student-false-alarms",
        "false_alarm",
        ("student-doing-well",),
        "posts of students who are well are called negative",
        "Students could be flagged for who they are.",
    ),
    _student(
        "student-negation",
        "failure",
        ("student-negated-praise", "student-negated-complaint"),
        "negated sentences are read wrongly",
        "Complaints and approval of some students would be mixed up more often.",
    ),
    _student(
        "student-slang",
        "failure",
        ("student-slang-praise", "student-slang-complaint"),
        "slang is read wrongly",
        "Informal posts of some students would be misread more often.",
    ),
    _students_over_floor("flip_excess", "label-changes", "points", "labels change"),
    _students_over_floor("gap_excess", "score-changes", "valence", "scores move"),
)
