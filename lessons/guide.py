"""What the teacher's guide says beside the lessons themselves: the plan, notes, what a class says, and terms."""

from __future__ import annotations

PLAN: tuple[tuple[str, str], ...] = (
    ("0-5", "What is a model? It never felt or met anybody; it learned from texts which words go together."),
    ("5-15", "negation"),
    ("15-27", "occupations"),
    ("27-39", "masking"),
    ("39-47", "In pairs: one card (bias, privacy, intervention or validation), then one sentence to the class."),
    ("47-50", "Everybody writes: what would change my mind?"),
)
"""Minutes, and what happens in them: words, or the name of a lesson."""

BEFORE: tuple[str, ...] = (
    "Start the page with a PIN, open it on the projector, and enter the PIN on the tab Teacher.",
    "Mark the lesson and take it with the class. Windows that open later land on it; the others are offered it.",
    "Close the guessing when all are done: only then the class sees its tally, and only from five guesses on. Reveal.",
    "Read the content notes, and decide whether you offer the lesson on distress or leave it out.",
)

SAYINGS: tuple[tuple[str, str], ...] = (
    (
        "It only mirrors the world.",
        "The bands of occupations come from labour figures, the model from texts. Are those the same? And does a tool "
        "have to mirror?",
    ),
    (
        "So the model is sexist.",
        "The number is an association in these sentences. Which use would turn it into a harm, and for whom?",
    ),
    (
        "No gap: then we can use it.",
        "Look at the smallest gap that could have been seen, and at who is not in the sentences.",
    ),
    (
        "The interval is so wide that it says nothing.",
        "Which answers does it rule out? How would you make it narrower? More frames do, more fillers in the same "
        "frame hardly.",
    ),
    (
        "I read that sentence differently.",
        "Good: that is the validation card. Several labels may count as right; find a pair where they should and do "
        "not.",
    ),
    (
        "The word counter is stupid, why is it here?",
        "Its answers are known beforehand. A test that could not see its gap would be of no use.",
    ),
    (
        "They built the gap in, so of course it is there.",
        "Yes. It shows that the audit finds a gap of known size, and what a chart looks like when one is there.",
    ),
    (
        "Then let it flag everybody who sounds sad.",
        "Who reads the flags, who is flagged although well, and who agreed to being read?",
    ),
)
"""What may be said in a class, and what to ask back; the same as in docs/teacher-guide.md."""

CARE = (
    "No result may be used to judge a person, and no student's own messages belong into the exercise. Anybody may "
    "leave a lesson out without giving a reason; name somebody at your school whom one can talk to."
)

TERMS: tuple[tuple[str, str], ...] = (
    (
        "Bias",
        "Here: a gap between groups, or between two wordings that mean the same, that the task does not ask for. "
        "Whether it is wrong depends on the use.",
    ),
    ("Artefact", "A result that the test has made, and not the model: such as a gap that comes from one odd sentence."),
    ("Construct", "What a test is meant to measure. A test can have a good name and measure something else."),
    ("Point", "The difference of two percentages: 31 percent against 20 percent are 11 points."),
    (
        "Threshold",
        "The value from which on somebody acts, or from which on a gap is taken to matter. People choose it.",
    ),
)
"""Terms of a class that the report's glossary does not hold."""
