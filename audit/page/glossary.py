"""The glossary within reach: a window that opens over any screen, and links to it from what a finding says."""

from __future__ import annotations

import re
from html import escape

from audit.page.fragments import say
from audit.report.terms import MORE, TERMS, term_id

_WRITTEN = {
    "Adjusted p": r"adjusted p",
    "Association": r"associations?",
    "Calibration": r"calibration|calibrated",
    "Confidence": r"confiden(?:ce|t)",
    "Construct": r"constructs?",
    "Control": r"controls",
    "Counterfactual": r"counterfactuals?",
    "Effect size": r"effect sizes?",
    "False discovery": r"false discover(?:y|ies)",
    "Floor": r"floor",
    "Frame and filler": r"frames?|fillers?",
    "Interval (95": r"intervals?",
    "Log-odds": r"log-odds",
    "LPBS": r"LPBS",
    "Planted model": r"planted models?",
    "Primary comparison": r"primary comparisons?",
    "Smallest effect of interest": r"smallest effects? of interest",
    "Smallest gap that could have been seen": r"could have seen",
    "Subgroup": r"subgroups?",
    "Twins": r"twins?",
    "Valence": r"valence",
}
"""Beginning of a term -> how it is written in a sentence."""
_ANY = re.compile(
    "|".join(f"(?P<t{place}>\\b(?:{written})\\b)" for place, written in enumerate(_WRITTEN.values())), re.IGNORECASE
)


def glossary() -> list[tuple[str, str]]:
    """Give all terms with their meaning, by the alphabet."""
    return sorted((*TERMS, *MORE), key=lambda entry: entry[0].lower())


def button() -> str:
    """Give what opens the glossary from anywhere."""
    return '<button type="button" class="cv-words" aria-haspopup="dialog">Glossary</button>'


def window() -> str:
    """Give the glossary as a window; the page's script opens it over whatever is on the screen."""
    terms = "".join(
        f'<dt id="{term_id(term)}" tabindex="-1">{escape(term)}</dt><dd>{say(text)}</dd>' for term, text in glossary()
    )
    return (
        '<dialog id="glossary" class="cv" aria-labelledby="glossary-title"><form method="dialog">'
        '<h2 id="glossary-title">What the words mean</h2><button class="cv-close">Close</button></form>'
        f'<dl class="card">{terms}</dl></dialog>'
    )


def linked(text: str, seen: set[str] | None = None) -> str:
    """Escape a sentence and link its terms to the glossary, each where it stands first.

    Args:
        text: plain text.
        seen: terms that were linked on this screen already; added to.
    """
    seen = set() if seen is None else seen
    names = list(_WRITTEN)

    def link(found: re.Match[str]) -> str:
        term = names[int(str(found.lastgroup)[1:])]
        if term in seen:
            return found.group(0)
        seen.add(term)
        return f'<a class="term" href="#{term_id(term)}">{found.group(0)}</a>'

    return _ANY.sub(link, say(text))
