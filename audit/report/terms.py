"""The glossary: terms of report and page in plain words; the one place where they are explained."""

from __future__ import annotations


def term_id(term: str) -> str:
    """Id of a term's place in the glossary, from its first words: "term-interval"."""
    return "term-" + "-".join(word for word in term.partition("(")[0].lower().split())


TERMS: tuple[tuple[str, str], ...] = (
    ("Adjusted p", "A p-value raised to allow for the number of comparisons made, so that many looks do not turn "
     "chance into findings."),
    ("Allowed labels", "The answers that count as right for an item; some items have more than one."),
    ("Association", "A model's tendency to give two things more probability together. It says nothing by itself about "
     "what happens where the model is used."),
    ("Confidence", "The probability that the model gives to the label it predicts. A confident model can be wrong."),
    ("Control", "Items that share everything with the test items but the thing under test. What happens on them is "
     "taken off."),
    ("Floor", "The difference that two interchangeable fillers of the same group already make, such as man and guy. "
     "What counts is the excess over it."),
    ("Frame and filler", "A frame is a sentence with a slot; a filler is what goes into it. Both are drawn from many "
     "possible ones, and the intervals allow for that."),
    ("Interval (95\N{NARROW NO-BREAK SPACE}%)", "The range of values that fit the data. If the study were repeated "
     "with other frames and fillers of the same kind, about 95 of 100 such ranges would hold the true value."),
    ("Log-odds", "The natural logarithm of a ratio of probabilities. 0 means even; 0.41 is a ratio of 1.5, 1.1 of 3, "
     "2.3 of 10."),
    ("LPBS", "Log-probability bias score: how much more a sentence that names the occupation raises she than he, "
     "compared with the same sentence in which the occupation is hidden (Kurita et al. 2019)."),
    ("Primary comparison", "The one comparison of a suite that was named before any model was run. All others are "
     "secondary."),
    ("Smallest effect of interest", "The size below which a gap is taken to matter little here. It is a provisional "
     "convention, printed beside each finding, not a law."),
    ("Smallest gap that could have been seen", "The size of gap that this study would have detected in 80 of 100 "
     "repetitions. Smaller gaps may exist and stay unseen."),
    ("Twins", "Two texts that differ only in what is compared."),
    ("Valence", "The probability of positive minus the probability of negative, from \N{MINUS SIGN}1 (surely "
     "negative) over 0 to +1 (surely positive). One valence unit is the way from 0 to +1, so two texts can lie at most "
     "2 units apart."),
)  # fmt: skip

MORE: tuple[tuple[str, str], ...] = (
    (
        "Bias",
        "Here: a gap between groups, or between two wordings that mean the same, that the task does not ask for. "
        "Whether it is wrong depends on the use; that is what a class can argue about.",
    ),
    (
        "Calibration",
        "How well confidence matches being right. Of all answers given with confidence .8, a calibrated model has "
        "8 in 10 right.",
    ),
    (
        "Construct",
        "What a test is meant to measure, such as how a model reads sarcasm. A test can have a good name and measure "
        "something else.",
    ),
    (
        "Counterfactual",
        "The same sentence with one thing changed: another person, a not. Twins are counterfactuals of each other.",
    ),
    (
        "Effect size",
        "How large a gap is, in points, log-odds or another unit. It says more than whether there is a gap at all.",
    ),
    (
        "False discovery",
        "A gap that is reported although chance made it. The more comparisons, the more of these, so an audit corrects "
        "for how many it makes.",
    ),
    ("Fill-mask", "The task of guessing a hidden word: The nurse said [MASK] was late."),
    ("Pieces", "What a model really reads: whole words or parts of words from a fixed list; also called tokens."),
    (
        "Planted model",
        "A model into which a gap of known size was put on purpose. An audit should find it at that size.",
    ),
    ("Subgroup", "The part of the items that is about one group, such as a religion or an age."),
)
"""Terms that a class needs beside those of a report."""

OWN_TERMS: tuple[tuple[str, str], ...] = (
    ("Accuracy", "The share of posts to which the model gives the label of the file."),
    *(entry for entry in TERMS if entry[0] == "Adjusted p"),
    (
        "Brier score",
        "Here: the mean of the squared distance between the confidence and 1 (answer right) or 0 (answer wrong). 0 is "
        "best (Brier 1950).",
    ),
    *(entry for entry in TERMS if entry[0] == "Confidence"),
    (
        "Floor",
        "How often the class changes when a text is changed in a way that should not matter, such as another name of "
        "the same group. What counts is the excess over it.",
    ),
    (
        "Interval (95\N{NARROW NO-BREAK SPACE}%)",
        "The range of values that fit the posts. If other writers and posts of the same kind were drawn again, "
        "about 95 of 100 such ranges would hold the true value.",
    ),
    (
        "Krippendorff\N{RIGHT SINGLE QUOTATION MARK}s alpha",
        "How far annotators agree beyond chance: 1 is full agreement, 0 that of chance (Krippendorff 2011).",
    ),
    ("Macro-F1", "The mean of F1, which is high only when precision and recall both are, over the labels that occur."),
    (
        "Precision and recall",
        "Of the posts that the model gives a label, the share that have it; of the posts that have a label, the share "
        "that the model gives it.",
    ),
    (
        "Primary comparison",
        "The accuracy of a group beside the rest: named before the model was run. All other gaps are secondary.",
    ),
    *(entry for entry in TERMS if entry[0].startswith("Smallest")),
)
"""Terms of a report on somebody's own posts."""
