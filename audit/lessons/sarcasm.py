"""Sarcasm: what does "oh great" mean?"""

from __future__ import annotations

from math import inf

from audit.lessons.lesson import Beside, Choice, Lesson

LESSON = Lesson(
    suite="sarcasm",
    title="Just what I needed",
    minutes=8,
    model="sentiment",
    contrast="sarcasm-cost",
    question="How many points of accuracy does the model lose when cheerful words stand around good and bad news?",
    setting="A cue such as just what I needed today stands before a good event or before a bad one. The event alone "
    "decides what is meant, so every sentence has an answer without a tone of voice. Good and bad news count alike, so "
    "that always giving the same answer scores 50 %, with the cue and without it.",
    twins=(
        ("sincere", "Just what I needed today: our neighbor saw me in the rain and drove me home."),
        ("sarcastic", "Just what I needed today: the last bus drove right past me in the rain."),
        ("sincere", "Best day of my entire life: my group finished all of the work a week early."),
        ("sarcastic", "Best day of my entire life: my group dropped all of the work on me."),
    ),
    choices=(
        Choice("much-more", "A great deal: 40 points or more", 0.40, inf),
        Choice("more", "Some: 5 to 40 points", 0.05, 0.40),
        Choice("alike", "Hardly any: within 5 points", -0.05, 0.05),
        Choice("less", "Nothing: the cue makes it right more often", -inf, -0.05),
    ),
    beside=(
        Beside(
            "word-count",
            "word counter",
            "It adds up good and bad words. A cheerful cue counts as good whatever follows: that fails the sarcastic "
            "sentences, and helps the sincere ones by as much. It hardly knows the plain news, so that it has little "
            "to lose.",
        ),
    ),
    reading="A model that takes every cue for praise is right on all sincere sentences and wrong on all sarcastic "
    "ones; one that takes every cue for sarcasm, the other way round. Both lose the same. Look at good and bad news "
    "apart, and at how well the plain news is read: a model under 85 % there does not know these sentences, and gets "
    "no verdict.",
    look="Read the words aloud, first flatly, then as meant. What did your ears use that a model does not have?",
    chart="accuracy-by-arm",
    change="What would you have to see to say that the model understands sarcasm, rather than weighing a good word "
    "against a bad event?",
    discussion=(
        "Is this bias? Who is sarcastic toward whom, and whose complaints would be misread more often than those of "
        "others?",
        "A university counts the mood of posts about its housing office. What happens to its numbers in the week in "
        "which the heating fails, and what decision follows?",
        "How much of this could be an artefact of the probe? The suite decides by the event alone. Does sarcasm exist "
        "without a bad event?",
        "Who is absent? How sarcasm is marked differs between regions, ages and ways of thinking. Some people find it "
        "hard to read: is it right to call a machine deficient for the same?",
        "Which of your own messages from last week would a stranger have read the wrong way round? From whose "
        "texts could a model learn to read them?",
        "How sure should a model be about best day of my entire life, with nothing else to go by? From which "
        "confidence would you let it count, and who should choose that threshold?",
    ),
    cards=("validation", "bias"),
)
