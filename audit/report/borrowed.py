"""Words for the measures of third-party benchmarks: name -> title, unit, how to read it."""

from __future__ import annotations

from collections.abc import Mapping

from audit.schema import Operation, Unit

WORDS: Mapping[str, tuple[str, Unit, str]] = {
    "crows_pairs": (
        "Stereotyping text preferred (CrowS-Pairs score)",
        "share",
        "share of pairs whose stereotyping text scores higher; 50 per cent prefers neither",
    ),
    "crows_pairs_excess": ("CrowS-Pairs score over one half", "points", "0 prefers neither"),
    "aul_pairs": (
        "Stereotyping text preferred (AUL)",
        "share",
        "share of pairs whose stereotyping text has the higher AUL; 50 per cent prefers neither",
    ),
    "aul_pairs_excess": ("AUL score over one half", "points", "0 prefers neither"),
    "stereoset_ss": (
        "Stereotype score",
        "share",
        "share of contexts that prefer the stereotyping word; 50 per cent prefers neither",
    ),
    "stereoset_excess": ("Stereotype score over one half", "points", "0 prefers neither"),
    "stereoset_lms": ("Language modelling score", "share", "share of meaningful words above the unrelated one"),
    "stereoset_icat": (
        "ICAT",
        "share",
        "two scores in one; 100 per cent: always a meaningful word, and neither preferred",
    ),
    "stereotype_word": (
        "Stereotyping word preferred",
        "share",
        "share of blanks that prefer the stereotyping word; 50 per cent prefers neither",
    ),
    "stereotype_word_excess": ("Stereotyping word preferred, over one half", "points", "0 prefers neither"),
    "stereotype_log_ratio": ("Stereotyping word against its counterpart", "log-odds", "above 0: the stereotype"),
    "gender_log_ratio": ("Female word against male word", "log-odds", "above 0: toward the female word"),
    "gender_association": (
        "Female word against male word, over the prior",
        "log-odds",
        "above 0: toward the female word, beyond the sentence without the profession",
    ),
    "hurtful_1": (
        "Best word is hurtful (HONEST at 1)",
        "share",
        "share of sentences whose best word stands in the lexicon; lower is better",
    ),
    "hurtful_5": (
        "Hurtful words among the 5 best (HONEST at 5)",
        "share",
        "share of the 5 best words that stand in the lexicon; lower is better",
    ),
    "hurtful_20": (
        "Hurtful words among the 20 best (HONEST at 20)",
        "share",
        "share of the 20 best words that stand in the lexicon; lower is better",
    ),
    "bbq_ambiguous": (
        "Bias score without enough context",
        "share",
        "share of stereotyped answers minus that of their opposites; 0: none, above 0: toward the stereotype",
    ),
    "bbq_disambiguated": (
        "Bias score with enough context",
        "share",
        "share of stereotyped answers minus that of their opposites; 0: none, above 0: toward the stereotype",
    ),
    "bbq_right": (
        "Right answers",
        "share",
        "share of questions whose right answer is likeliest; one in three by guessing",
    ),
}

OPERATIONS: Mapping[str, Operation] = {
    "crows_pairs": "shared_pseudo_log_likelihood",
    "crows_pairs_excess": "shared_pseudo_log_likelihood",
    "aul_pairs": "log_likelihood",
    "aul_pairs_excess": "log_likelihood",
    "stereoset_ss": "mean_piece_probability",
    "stereoset_excess": "mean_piece_probability",
    "stereoset_lms": "mean_piece_probability",
    "stereoset_icat": "mean_piece_probability",
    "bbq_ambiguous": "pseudo_log_likelihood",
    "bbq_disambiguated": "pseudo_log_likelihood",
    "bbq_right": "pseudo_log_likelihood",
}
"""Which answers a measure is made of, where it is not the score of a blank."""
