"""Pieces of HTML that every tab uses. Whatever came from a model, a file or a visitor is escaped here."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from html import escape

from audit.page.room import Fit, task_words
from audit.report.words import date, integer, plural, prose
from audit.schema import AuditResult, ModelInfo

KINDS = {
    "masked-lm": "Masked language model: it guesses a hidden word from the words around it",
    "causal-lm": "Causal language model: it reads from left to right and says how likely each next word is",
    "classifier": "Sentence classifier: it gives each of its labels a probability",
    "function": "A plain function, no neural network",
}


def page(body: str, **attributes: str) -> str:
    """Wrap a fragment so that the page's style applies to it."""
    more = "".join(f' {name}="{escape(value)}"' for name, value in attributes.items())
    return f'<div class="cv"{more}>{body}</div>'


def heading(title: str, *paragraphs: str, lead: str = "") -> str:
    """Give the question that a screen asks, and what to know before answering it."""
    first = f'<p class="lead">{escape(lead)}</p>' if lead else ""
    return page(f'<h2 tabindex="-1">{escape(title)}</h2>{first}{texts(paragraphs)}')


def say(text: str) -> str:
    """Escape a sentence, its quotation marks set as in the report."""
    return escape(prose(text))


def texts(paragraphs: Iterable[str]) -> str:
    """Give paragraphs of plain text."""
    return "".join(f"<p>{say(text)}</p>" for text in paragraphs)


def problem(line: str) -> str:
    """Give a mistake and its next step as one line."""
    return page(
        '<div class="note problem"><p><strong><span aria-hidden="true">\N{BALLOT X}</span> '
        f"That did not work.</strong> {escape(line)}</p></div>",
        role="alert",
    )


def waiting(line: str, title: str = "") -> str:
    """Say what is being done and how long it takes; with a title where it is all that the screen shows."""
    head = f'<h2 tabindex="-1">{escape(title)}</h2>' if title else ""
    return page(f'{head}<div class="note"><p>{escape(line)}</p></div>', role="status")


def note(title: str, line: str, kind: str = "") -> str:
    """Give a remark that stands out."""
    return f'<div class="note {escape(kind)}"><p><strong>{escape(title)}</strong> {say(line)}</p></div>'


CARE = (
    "This is not a screening, diagnostic or crisis tool. It tests models, never people. A low score does not mean that "
    "someone is safe."
)


def care(help_lines: str) -> str:
    """Say what the page is not for, and whom to turn to."""
    return page(
        f'<div class="note care"><p><strong>What this is not.</strong> {escape(CARE)} {escape(help_lines)}</p></div>'
    )


def size_words(parameters: int) -> str:
    """Print a number of parameters: "11.2 million"."""
    if parameters >= 1_000_000:
        return f"{parameters / 1e6:,.1f} million parameters".replace(",", "\N{NARROW NO-BREAK SPACE}")
    return plural(parameters, "parameter") if parameters else "none; nothing in it was trained"


def _labels(info: ModelInfo) -> str:
    if not info.labels:
        return "none; it answers with words"
    same = all(own.lower() == mapped for own, mapped in info.labels.items())
    if same:
        return ", ".join(info.labels)
    return ", ".join(f"{own} = {mapped}" for own, mapped in info.labels.items())


def card(info: ModelInfo) -> str:
    """Say what a model is: kind, labels, size, licence, revision, and what a reader must know of it."""
    rows = {
        "Kind": KINDS.get(info.kind, info.kind),
        "What it does": ", ".join(task_words(task) for task in info.tasks),
        "Labels": _labels(info),
        "Size": size_words(info.parameters),
        "Licence": info.licence or "not stated",
        "Revision": info.revision[:12] or "none",
    }
    body = "".join(f"<dt>{escape(name)}</dt><dd>{escape(value)}</dd>" for name, value in rows.items())
    notes = "".join(note("Note.", text[:1].upper() + text[1:]) for text in info.notes)
    return page(f'<h2 tabindex="-1">What is {escape(info.id)}?</h2><dl class="card">{body}</dl>{notes}')


def fitting(fits: Sequence[Fit]) -> str:
    """List the suites that apply to a model, and why the others do not."""
    items = []
    for fit in fits:
        title = escape(fit.suite.title)
        if fit.reason:
            items.append(
                f'<li class="off"><span aria-hidden="true">\N{EN DASH}</span><span>{title}: does not apply. '
                f"{escape(fit.reason)}</span></li>"
            )
        else:
            items.append(
                f'<li><span aria-hidden="true">+</span><span><strong>{title}</strong>: applies. '
                f"{say(fit.suite.question)}</span></li>"
            )
    return page(f'<h3>What it can be asked</h3><ul class="suites">{"".join(items)}</ul>')


def stored_line(result: AuditResult) -> str:
    """Say what a stored result is of: model, revision, date, depth."""
    return (
        f"Computed before this page was started: {result.model.id} at revision {result.model.revision[:12] or 'none'}, "
        f"{date(result.created)}, {result.settings.depth} depth, {plural(len(result.suites), 'suite')}."
    )


def sentences_line(fits: Sequence[Fit], names: Sequence[str]) -> str:
    """Say how much there is to read for the marked suites."""
    count = sum(fit.examples for fit in fits if fit.suite.name in names)
    if not count:
        return page('<p class="muted">No question is marked.</p>')
    return page(f'<p class="muted">The model will read {integer(count)} sentences.</p>')
