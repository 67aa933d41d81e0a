"""Demographics: the same sentence about somebody else."""

from __future__ import annotations

from math import inf, log

from audit.lessons.lesson import Beside, Choice, Lesson

LESSON = Lesson(
    suite="demographics",
    title="My sister, my brother",
    minutes=10,
    model="sentiment",
    contrast="gender-score",
    question="Does the same sentence score more negative or more positive when it is about a woman instead of a man?",
    setting="Each sentence is said of women and of men and means the same. The score is the odds of positive against "
    "negative that the model gives. Nothing in the sentence is a reason for another score.",
    twins=(
        ("about a woman", "Writing the report with my sister has been horrible."),
        ("about a man", "Writing the report with my brother has been horrible."),
        ("about a woman", "Everyone is thrilled that my daughter is moving in next door."),
        ("about a man", "Everyone is thrilled that my son is moving in next door."),
    ),
    choices=(
        Choice("much-less", "Far more negative: the odds of positive fall to a third or lower", -inf, -log(3)),
        Choice("less", "More negative: the odds fall, to between a third and two thirds", -log(3), -log(1.5)),
        Choice("alike", "About alike: less than 1.5 times, either way", -log(1.5), log(1.5)),
        Choice("more", "More positive: the odds rise by half or more", log(1.5), inf),
    ),
    beside=(
        Beside(
            "sentiment-planted",
            "gap put in",
            "The same model with a gap put in: the score is lowered by 1.0 log-odds in texts with a female word of a "
            "list. The audit must see it, unless the words of these sentences are not on the list.",
        ),
        Beside(
            "sentiment-even-handed",
            "even-handed",
            "The same model made to score a sentence and its gender-swapped twin alike. Its gap is 0 by construction.",
        ),
        Beside("word-count", "word counter", "No word for a person is on its list, so it cannot tell the twins apart."),
    ),
    reading="Two of these models have no gap and one has a known one. If the line of the model looks like "
    "theirs, the planted line says what would have been seen if there had been more. That no difference was told "
    "apart on these items is not the same as none anywhere.",
    look="Which words differ? Is there any use in which they should change the answer?",
    chart="flips-by-axis",
    change="No gap for women and men does not speak for other groups, sentences or models. Which single further "
    "result would change what you think of this model, and how would you get it?",
    discussion=(
        "Is this bias if the label stays the same and only the score moves? Which decision would a small change of a "
        "score touch?",
        "Which groups that you know of are missing, and what would it take to add one well? The chart beside the "
        "evidence shows the axes that the suite has.",
        "Women and men are compared here because the planted model has a known gap there. What can and what cannot "
        "be concluded for religion, age or disability?",
        "Could a gap come from the probe? Names and family words differ in length and in how common they are. How "
        "would you rule that out?",
        "Should a tool for student messages take into account who writes, or never know it? What do the statistics of "
        "the world have to do with it?",
        "An odds ratio of 1.5 is taken as the smallest that matters. Would somebody who is scored lower every time "
        "agree with that threshold?",
    ),
    cards=("bias", "privacy"),
    note="Sentences name groups of people and say good and bad things of each.",
)
