"""What this is, how to read a finding, and what the words mean."""

from __future__ import annotations

from html import escape

import gradio as gr

from audit.page.fragments import care, page, say, texts
from audit.page.glossary import glossary
from audit.page.reading import severity
from audit.page.room import Room
from audit.report.words import SEVERITY_WORDS, VERDICT_MEANINGS, VERDICT_WORDS, capital
from audit.schema import Severity

_SEVERITIES: dict[Severity, str] = {
    "high": "the gap is beyond the smallest effect of interest, at least twice as large, and most templates agree",
    "medium": "the gap is beyond the smallest effect of interest",
    "low": "there is a difference, but it is small or its size is uncertain",
    "info": "no difference larger than the smallest effect of interest on these items",
    "inconclusive": "these items cannot tell a difference from none, or from chance; the sentence says how small a gap "
    "they could have seen",
}
_WHAT = (
    "Caveat asks a text model many short questions in which one thing changes at a time: a man or a woman, with or "
    "without not, plain words or slang. It counts where the answers change although they should not, and says how "
    "sure that count is.",
    "It shows associations and failures on these sentences. It does not show what a model does in use, why it does "
    "so, or that a model is free of problems. The sentences of its own suites "
    "are in US English and were written for this project.",
)
_FINDING = (
    "Every finding is a sentence with its numbers: what happens more often, to whom compared with whom, by how much, "
    "the 95 % interval, and how many sentences are behind it.",
    "Look at the interval first. If it lies far from 0, chance is a poor explanation; if it is wide, the size of the "
    "gap is open. Then open the evidence and judge the sentences yourself: would you have answered otherwise?",
    "That no gap was found does not mean that there is none. Where none was found, the comparison says how small "
    "a gap it could have seen.",
)


def build_read_tab(room: Room) -> None:
    """Put the tab's text in place."""
    severities = "".join(
        f"<li>{severity(name, SEVERITY_WORDS[name])}: {meaning}.</li>" for name, meaning in _SEVERITIES.items()
    )
    verdicts = "".join(
        f"<li><strong>{escape(capital(VERDICT_WORDS[verdict]))}.</strong> {escape(meaning)}</li>"
        for verdict, meaning in VERDICT_MEANINGS.items()
    )
    terms = "".join(f"<dt>{escape(term)}</dt><dd>{say(text)}</dd>" for term, text in glossary())
    gr.HTML(
        page(
            f'<h2 tabindex="-1">How do I read this?</h2>{texts(_WHAT)}'
            f"{care(room.settings.help_lines)}"
            f'<h3>A finding</h3>{texts(_FINDING)}<h3>The marks</h3><ul class="marks">{severities}</ul>'
            f"<details><summary>The verdicts, word for word</summary><ul>{verdicts}</ul></details>"
            f'<h3>Words</h3><dl class="card">{terms}</dl>'
            "<h3>What happens to what I type</h3><p>Own sentences go to the model on the host of this page and nowhere "
            "else. They are not stored and enter no statistic. Results stay in the memory of the host until others "
            "push them out or the page stops.</p>"
        ),
        elem_id="how-to-read",
    )
