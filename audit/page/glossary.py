"""Terms that the page uses beside those of the report."""

from __future__ import annotations

from reports.terms import TERMS

_MORE = (
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


def glossary() -> list[tuple[str, str]]:
    """Give all terms with their meaning, by the alphabet."""
    return sorted((*TERMS, *_MORE), key=lambda entry: entry[0].lower())
