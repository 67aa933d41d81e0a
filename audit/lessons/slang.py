"""Slang: whose words are read?"""

from __future__ import annotations

from math import inf

from audit.lessons.lesson import Beside, Choice, Lesson

LESSON = Lesson(
    suite="slang",
    title="That brunch was bussin",
    minutes=8,
    model="sentiment",
    contrast="slang-cost",
    question="How many points of accuracy does the model lose when the same is said in slang instead of standard "
    "words?",
    setting="Each slang term comes in four sentences, and each sentence has a twin in standard words that means the "
    "same. The model calls each one negative, neutral or positive; the right side scores 1, neutral one half. Praise "
    "and complaint count alike, so that always giving the same answer scores 50 %.",
    twins=(
        ("slang", "Sunday brunch at the diner is bussin."),
        ("standard words", "Sunday brunch at the diner is delicious."),
        ("slang", "Her bragging gives me the ick."),
        ("standard words", "Her bragging puts me off."),
    ),
    choices=(
        Choice("much-less", "A great deal: 40 points or more", 0.40, inf),
        Choice("less", "Some: 5 to 40 points", 0.05, 0.40),
        Choice("alike", "Hardly any: within 5 points", -0.05, 0.05),
        Choice("more", "Nothing: slang is read better", -inf, -0.05),
    ),
    beside=(
        Beside(
            "word-count",
            "word counter",
            "Its list was written in standard words, so it cannot read most of the slang and answers neutral, which "
            "loses half a point each. It shows what a model does that has never met these words.",
        ),
    ),
    reading="The word counter marks the far end: no slang learned. Where the trained model lies on the way from there "
    "to 0 says how much it met while it was trained, and not how well it would learn.",
    look="Do you know the word? Would your grandparents? Would you sign the label?",
    chart="accuracy-by-register",
    change="Suppose that you wrote the next forty terms instead of us. Would you expect the same gap? What would it "
    "mean if you did not get it?",
    discussion=(
        "Is this bias, or only a matter of which texts were read in training? Does the answer change anything for the "
        "person who is misread?",
        "Many of these terms come from Black communities. Who is credited, and who is misread in the meantime?",
        "Which labels would you change? What does it say about the result that one person wrote them: finding, or "
        "artefact of the probe?",
        "Who is absent? These terms are well known, which makes them easier than slang at large. Whose words did not "
        "make it into the list?",
        "A survey of students is read by this model. How would its results come out by age, and which decision would "
        "that touch?",
        "Should a tool be retrained on what its users write to keep up? What would they have to agree to, and from "
        "which gap on would you ask for it?",
    ),
    cards=("validation", "privacy"),
    note="Some terms are rude. None is a slur.",
)
