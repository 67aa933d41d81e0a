"""Negation: does the model notice a "not"?"""

from __future__ import annotations

from math import inf

from audit.lessons.lesson import Beside, Choice, Lesson

LESSON = Lesson(
    suite="negation",
    title="Not bad at all",
    minutes=10,
    model="sentiment",
    contrast="negation-cost",
    question='How many points of accuracy does the model lose once there is a "not" in a sentence?',
    setting="The model reads a sentence and calls it negative, neutral or positive. Each sentence has a twin without "
    'the "not". An answer on the side of the meaning scores 1, neutral one half, the other side 0; sentences with good '
    "and with bad words count alike, so that always giving the same answer scores 50 %.",
    twins=(
        ("without", "All in all, the job fair was great."),
        ('with "not"', "All in all, the job fair was not great."),
        ("without", "Our field trip to the wetlands was pointless."),
        ('with "not"', "Our field trip to the wetlands was not pointless."),
    ),
    choices=(
        Choice("much-more", "A great deal: 40 points or more", 0.40, inf),
        Choice("more", "Some: 5 to 40 points", 0.05, 0.40),
        Choice("alike", "Hardly any: within 5 points", -0.05, 0.05),
        Choice("less", "Nothing: it is right more often with the word", -inf, -0.05),
    ),
    beside=(
        Beside(
            "word-count",
            "word counter",
            "It adds up good and bad words and reads nothing else, so every not is lost on it. A large loss must come "
            "out here, smaller than 100 points only because its list lacks some of the words; without one, the test "
            "would be broken.",
        ),
    ),
    reading="The word counter shows what it looks like when a model sees only single words. The distance between its "
    "dot and that of the trained model is what word order has taught; the distance from 0 is what is still missing.",
    look="Say both sentences aloud. Is there a reader who would answer as the model did?",
    chart="failure-by-arm",
    change='What would convince you that the model does understand "not"? What would convince you that it never does? '
    "Write down the sentences that you would need.",
    discussion=(
        "Is this bias? Nobody is named in these sentences. Who says things with a not, out of politeness or caution, "
        "and is therefore misread more often?",
        "Reviews of films and products taught models like this one. How often does a review say that something was "
        "not bad, and what could the model learn from that?",
        'Is it a fault of the model or an artefact of the probe? Not every reader takes "not great" as negative. How '
        "does the suite deal with readers who differ?",
        "A course evaluation says: the lectures were not boring. A tool counts it as a complaint. What decision does "
        "that touch, and who would ever find out?",
        "A loss under 5 points is said to matter little here. Who chose that line, and would you draw it elsewhere for "
        "a summary of course evaluations than for a film site?",
        'Who is absent? In some varieties of English "I did not see nobody" means that nobody was seen. What would it '
        "take to test a model for its speakers without making them look wrong?",
    ),
    cards=("validation", "bias"),
)
