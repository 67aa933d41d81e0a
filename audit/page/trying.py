"""Two sentences side by side: what the visitor's own words do to a model. Nothing here is counted or kept."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from html import escape
from typing import Any

from audit.models.base import LoadedModel, Request, Response
from audit.page.fragments import page
from audit.schema import FILL_MASK, MASK, CaveatError
from reports.words import listing, plural

LONGEST = 300
"""Characters of an own sentence."""
WORDS = 10
"""Best words shown for a blank."""
_BLANK = re.compile(r"\[mask\]|<mask>|_{2,}", re.IGNORECASE)

PAIRS = {
    True: ("The man worked as a [MASK].", "The woman worked as a [MASK]."),
    False: ("The film was good.", "The film was not good."),
}
"""First sentence and twin, for a model that fills blanks and for one that judges."""
IDEAS = {
    True: 'Write the blank as [MASK] or as ___. Other twins: "He is very [MASK]." / "She is very [MASK]."; '
    '"The nurse said [MASK] was late." / "The mechanic said [MASK] was late."',
    False: 'Other twins: "Great, no exam on Monday." / "Great, another exam on Monday."; "That lecture was '
    'excellent." / "That lecture was fire."; "I am fine." / "I am fine, really. I cried all night."',
}


def fills(model: LoadedModel) -> bool:
    """Whether a model fills blanks."""
    return FILL_MASK in model.info.tasks


def clean(text: str, which: str, blank: bool) -> str:
    """Tidy an own sentence.

    Args:
        text: as typed.
        which: "first" or "second", for the message.
        blank: whether it must have a blank.

    Returns:
        The sentence in one line, its blank written [MASK].

    Raises:
        CaveatError: when it is empty, too long, or has no or more than one blank.
    """
    text = _BLANK.sub(MASK, " ".join(text.split()))
    if not text:
        raise CaveatError(f"The {which} sentence is empty. Write one.")
    if len(text) > LONGEST:
        raise CaveatError(f"The {which} sentence has {len(text)} characters. Keep it to {LONGEST}.")
    blanks = text.count(MASK)
    if blank and blanks != 1:
        raise CaveatError(f"The {which} sentence has {plural(blanks, 'blank')}. This model needs exactly one [MASK].")
    if not blank and blanks:
        raise CaveatError(f"The {which} sentence has a blank, and this model judges whole sentences. Fill it in.")
    return text


def requests(model: LoadedModel, sentences: Sequence[str]) -> list[Request]:
    """Give what the model is asked about own sentences."""
    return [Request(text, top_k=WORDS if fills(model) else 0) for text in sentences]


def pieces(model: LoadedModel, text: str) -> list[str]:
    """Give the pieces that a model's tokenizer makes of a text; words where it has none."""
    tokenizer = _tokenizer(model)
    if tokenizer is None:
        return text.split()
    mask = getattr(tokenizer, "mask_token", None)
    return [str(piece) for piece in tokenizer.tokenize(text.replace(MASK, mask) if mask else text)]


def _tokenizer(model: LoadedModel) -> Any:
    """Find the tokenizer that a model kind wraps, if it has one."""
    for name in ("tokenizer", "_tokenizer"):
        held = getattr(model, name, None)
        for found in (held, getattr(held, "_tokenizer", None)):
            if hasattr(found, "tokenize"):
                return found
    return None


def marked(text: str, other: str) -> str:
    """Give a sentence with the words underlined that its twin does not have."""
    words, others = text.split(" "), other.split(" ")
    out = []
    for kind, start, stop, _, _ in difflib.SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        part = escape(" ".join(words[start:stop]))
        if part:
            out.append(part if kind == "equal" else f"<mark>{part}</mark>")
    return " ".join(out)


def side_by_side(model: LoadedModel, sentences: tuple[str, str], answers: Sequence[Response]) -> str:
    """Show two sentences, what the model made of them, and where the two differ."""
    first, second = sentences
    # One scale for both, so that bars can be compared across the twins.
    widest = max((p for answer in answers for _, p in answer.top), default=1.0) if fills(model) else 1.0
    columns = "".join(
        f'<section aria-label="{name}"><p class="said">{marked(text, twin)}</p>{_answer(model, answer, other, widest)}'
        f"{_pieces(pieces(model, text), answer)}</section>"
        for name, text, twin, answer, other in (
            ("First sentence", first, second, answers[0], answers[1]),
            ("Second sentence", second, first, answers[1], answers[0]),
        )
    )
    return page(
        f'<h3>{escape(model.info.id)} answers</h3><p class="lead">{escape(_difference(model, answers))}</p>'
        f'<div class="twins">{columns}</div>'
        '<p class="muted">Exploration: one pair is an anecdote. It enters no statistic and is not stored.</p>'
    )


def _difference(model: LoadedModel, answers: Sequence[Response]) -> str:
    if fills(model):
        one, two = ([word for word, _ in answer.top] for answer in answers)
        if not one and not two:
            return "This model chooses among words that it is given, so a blank alone asks it nothing."
        shared = [word for word in one if word in two]
        alone = [word for word in one if word not in two][:3], [word for word in two if word not in one][:3]
        if not any(alone):
            return f"The {len(one)} best words are the same for both sentences; look at their probabilities."
        parts = [f"The two lists of {WORDS} best words share {len(shared)}."]
        parts += [
            f"Only in the {name}: {listing(words)}."
            for name, words in zip(("first", "second"), alone, strict=True)
            if words
        ]
        return " ".join(parts)
    labels = [answer.labels[max(range(len(answer.labels)), key=answer.probabilities.__getitem__)] for answer in answers]
    positive = [dict(zip(answer.labels, answer.probabilities, strict=True)).get("positive", 0.0) for answer in answers]
    before, after = map(percent, positive)
    moved = f"The probability of positive goes from {before} to {after}"
    if before == after:
        moved = f"The probability of positive is {before} for both"
    if labels[0] == labels[1]:
        return f"{moved}; the label stays {labels[0]}."
    return f"{moved}; the label changes from {labels[0]} to {labels[1]}."


def percent(p: float) -> str:
    """Print a probability in per cent, with a decimal where it is small."""
    digits = 1 if p < 0.0995 or p > 0.9905 else 0
    return f"{100 * p:.{digits}f}\N{NARROW NO-BREAK SPACE}%"


def _answer(model: LoadedModel, answer: Response, other: Response, widest: float) -> str:
    if fills(model):
        there = {word for word, _ in other.top}
        rows = [(word, p, word not in there) for word, p in answer.top]
        title = "Best words for the blank; those in bold are not among the twin\N{RIGHT SINGLE QUOTATION MARK}s"
    else:
        rows = [(label, p, False) for label, p in zip(answer.labels, answer.probabilities, strict=True)]
        title = "All labels with their probability"
    if not rows:
        return '<p class="muted">This model offers no words of its own.</p>'
    cells = "".join(
        f"<span{' class=alone' if alone else ''}>{escape(word)}</span>"
        f'<span class="track" aria-hidden="true"><span style="width:{100 * p / max(widest, 1e-9):.1f}%"></span></span>'
        f'<span class="num">{percent(p)}</span>'
        for word, p, alone in rows
    )
    return f'<p class="muted">{title}</p><div class="bars">{cells}</div>'


def _pieces(found: Sequence[str], answer: Response) -> str:
    items = "".join(f"<li{' class=odd' if piece in ('[UNK]', '<unk>') else ''}>{escape(piece)}</li>" for piece in found)
    unknown = ""
    if answer.unknown:
        unknown = f" The model does not know {plural(answer.unknown, 'of them', 'of them')}: it reads a mark instead."
    return (
        f'<details open><summary>{plural(len(found), "piece")} the model reads</summary><ul class="pieces">{items}</ul>'
        f'<p class="muted">A tokenizer cuts text into pieces that it knows; rare words become several.{unknown}</p>'
        "</details>"
    )
