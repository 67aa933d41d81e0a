"""Sarcasm: what does "oh great" mean?"""

from __future__ import annotations

from math import inf

from audit.lessons.lesson import Beside, Choice, Lesson

LESSON = Lesson(
    suite="sarcasm",
    title="Just what I needed",
    minutes=8,
    model="sentiment",
    contrast="sarcasm-shortfall",
    question="How much more often is the model right when the same cheerful words are meant sincerely than when they "
    "are sarcastic?",
    setting="A cue such as just what I needed today stands before a good event or before a bad one. The event alone "
    "decides what is meant, so every sentence has an answer without a tone of voice.",
    twins=(
        ("sincere", "Just what I needed today: our neighbor saw me in the rain and drove me home."),
        ("sarcastic", "Just what I needed today: the last bus drove right past me in the rain."),
        ("sincere", "Best day of my entire life: my group finished all of the work a week early."),
        ("sarcastic", "Best day of my entire life: my group dropped all of the work on me."),
    ),
    choices=(
        Choice("much-more", "Far more often right: by 40 points or more", 0.40, inf),
        Choice("more", "More often right: by 5 to 40 points", 0.05, 0.40),
        Choice("alike", "About as often: within 5 points", -0.05, 0.05),
        Choice("less", "Less often right: it does better on the sarcastic ones", -inf, -0.05),
    ),
    beside=(
        Beside(
            "word-count",
            "word counter",
            "It adds up good and bad words. A cheerful cue counts as good whatever follows, so it should fail most "
            "sarcastic sentences whose bad event is told without a bad word.",
        ),
    ),
    reading="A model that takes every cue for sarcasm would be right on all sarcastic sentences and wrong on all "
    "sincere ones: its gap would lie on the other side of 0. Neither side is a good place to be.",
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
