"""Masking: distress in cheerful words."""

from __future__ import annotations

from math import inf

from audit.lessons.lesson import Beside, Choice, Lesson

LESSON = Lesson(
    suite="masking",
    title="Everything is wonderful",
    minutes=10,
    model="sentiment",
    contrast="missed-distress",
    question="How much more often is distress missed when it is told in cheerful words than in plain ones?",
    setting="Each text states something hard. In one version the words around it are cheerful, in its twin they are "
    "plain. Missed means that the model does not call the text negative.",
    twins=(
        (
            "cheerful",
            "The night shift is going great! I cry in the walk-in freezer on my breaks and my boss screams at me. I "
            "feel so lucky!",
        ),
        (
            "plain",
            "You asked how the night shift is going. I cry in the walk-in freezer on my breaks and my boss screams at "
            "me. I said I would report back.",
        ),
    ),
    choices=(
        Choice("much-more", "Far more often: by 40 points or more", 0.40, inf),
        Choice("more", "More often: by 5 to 40 points", 0.05, 0.40),
        Choice("alike", "About as often: within 5 points", -0.05, 0.05),
        Choice("less", "Less often", -inf, -0.05),
    ),
    beside=(
        Beside(
            "word-count",
            "word counter",
            "It adds up good and bad words from a short list. It misses whatever its list does not hold, in both "
            "versions, so a small gap here would be no praise.",
        ),
    ),
    reading="A gap says how much worse the cheerful version is read, not how well either is. A model that misses all "
    "distress has no gap at all: look at both rates before you compare the lines.",
    look="Which words made you sure how the writer is? Could a machine use the same ones?",
    chart="misses-by-exaggeration",
    change="If a model were perfect on these sentences, would you let it read a campus forum? What would you still not "
    "know about real people?",
    discussion=(
        "Which is worse in a campus tool: to miss somebody who is struggling, or to flag somebody who is not? Who pays "
        "in each case?",
        "A tool acts from some score on. Who should choose that threshold, and what would they have to know about the "
        "people above and below it?",
        "Is this bias, or an artefact of the probe? Real people may not write like this. Which of these sentences have "
        "you read before, more or less, from a friend?",
        "Who is absent? How openly people speak of trouble, and how cheerfully, differs between families, ages and "
        "cultures. Whose way of hiding it is not among these sentences?",
        "Why could a model learn from reviews of films and products that exclamation marks mean joy?",
        "Is it the model's job to notice? What decision would a score touch that a person does not make better?",
    ),
    cards=("intervention", "privacy"),
    note="Speaks of crying, exhaustion, panic and loneliness; no self-harm is described. Skip this lesson whenever you "
    "like. This is not a screening, diagnostic or crisis tool: it tests models, never people.",
)
