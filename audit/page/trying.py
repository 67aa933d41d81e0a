"""Two sentences side by side: what the visitor's own words do to a model. Nothing here is counted or kept."""

from __future__ import annotations

import difflib
import re
from collections.abc import Sequence
from html import escape

from audit.models.base import LoadedModel, Request, Response
from audit.page.fragments import page
from audit.report.words import listing, plural
from audit.schema import FILL_MASK, MASK, CaveatError

LONGEST = 300
"""Characters of an own sentence."""
WORDS = 10
"""Best words shown for a blank."""
FEWER_WORDS = 6
"""The same where several models stand side by side."""
MOST = 4
"""Models in one view."""
_HOW_LABELS = "Every label with its probability; together they add to 100 %."
_HOW_LISTS = "The best words for the blank, with their probability. Those in bold are not in the other list."
EXPLORATION = "Exploration: one pair is an anecdote. It enters no statistic and is not stored."
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


def clean(text: str, which: str, blank: bool | None) -> str:
    """Tidy an own sentence.

    Args:
        text: as typed.
        which: "first" or "second", for the message.
        blank: whether it must have a blank; None where both will do.

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
    if blank and blanks != 1 or blanks > 1:
        raise CaveatError(f"The {which} sentence has {plural(blanks, 'blank')}. This model needs exactly one [MASK].")
    if blank is False and blanks:
        raise CaveatError(f"The {which} sentence has a blank, and this model judges whole sentences. Fill it in.")
    return text


def requests(model: LoadedModel, sentences: Sequence[str]) -> list[Request]:
    """Give what the model is asked about own sentences."""
    return [Request(text, top_k=WORDS if fills(model) else 0) for text in sentences]


def pieces(model: LoadedModel, text: str) -> list[str]:
    """Give the pieces that a model's tokenizer makes of a text; words where it has none."""
    tokenizer = getattr(model, "raw_tokenizer", None)
    if tokenizer is None:
        return text.split()
    mask = getattr(tokenizer, "mask_token", None)
    return [str(piece) for piece in tokenizer.tokenize(text.replace(MASK, mask) if mask else text)]


def marked(text: str, other: str) -> str:
    """Give a sentence with the words underlined that its twin does not have."""
    words, others = text.split(" "), other.split(" ")
    out = []
    for kind, start, stop, _, _ in difflib.SequenceMatcher(None, words, others, autojunk=False).get_opcodes():
        part = escape(" ".join(words[start:stop]))
        if part:
            out.append(part if kind == "equal" else f"<mark>{part}</mark>")
    return " ".join(out)


def answered(models: Sequence[LoadedModel], sentences: tuple[str, str], answers: Sequence[Sequence[Response]]) -> str:
    """Show two sentences and what every model made of them, side by side.

    Args:
        models: one to four, all of one kind.
        sentences: first and twin.
        answers: of each model, to the first and to the twin.
    """
    first, second = sentences
    blank = fills(models[0])
    shown = WORDS if len(models) == 1 else FEWER_WORDS
    # One scale for all, so that bars can be compared across twins and models.
    tops = [p for pair in answers for answer in pair for _, p in answer.top[:shown]]
    widest = max(tops, default=1.0) if blank else 1.0
    parts = "".join(
        f'<section class="model"><h3>{escape(model.info.id)}</h3><p>{escape(_difference(model, pair))}</p>'
        f"{_lists(pair, widest, shown) if blank else _labels(pair)}{_pieces(model, sentences, pair)}</section>"
        for model, pair in zip(models, answers, strict=True)
    )
    many = " several" if len(models) > 1 else ""
    how = _HOW_LISTS if blank else _HOW_LABELS
    return page(
        '<h2 tabindex="-1">What do they answer?</h2>'
        f'<ul class="lesson-twins"><li><span class="arm">First</span><span class="said">{marked(first, second)}</span>'
        f'</li><li><span class="arm">Second</span><span class="said">{marked(second, first)}</span></li></ul>'
        f'<p class="muted">{how}</p><div class="models{many}">{parts}</div><p class="muted">{EXPLORATION}</p>'
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


def _bar(p: float, widest: float, second: bool = False) -> str:
    kind = " second" if second else ""
    return (
        f'<span class="track{kind}" aria-hidden="true"><span style="width:{100 * p / max(widest, 1e-9):.1f}%"></span>'
        f'</span><span class="num">{percent(p)}</span>'
    )


def _labels(pair: Sequence[Response]) -> str:
    """Give every label with its probability: a bar for the first sentence over one for its twin."""
    one, other = (dict(zip(answer.labels, answer.probabilities, strict=True)) for answer in pair)
    cells = "".join(
        f'<span class="which">{escape(label)}</span><span class="arm">First</span>{_bar(p, 1.0)}'
        f'<span class="arm">Second</span>{_bar(other.get(label, 0.0), 1.0, True)}'
        for label, p in one.items()
    )
    return f'<div class="bars pairs">{cells}</div>'


def _lists(pair: Sequence[Response], widest: float, shown: int) -> str:
    """Give the best words for the blank of each sentence; those that the other list has not are set in bold."""
    one, two = (answer.top[:shown] for answer in pair)
    if not one and not two:
        return '<p class="muted">This model offers no words of its own.</p>'
    halves = []
    for name, own, other in (("First", one, two), ("Second", two, one)):
        there = {word for word, _ in other}
        cells = "".join(
            f"<span{'' if word in there else ' class=alone'}>{escape(word)}</span>{_bar(p, widest, name == 'Second')}"
            for word, p in own
        )
        halves.append(
            f'<section aria-label="{name} sentence"><p class="arm">{name}</p><div class="bars">{cells}</div></section>'
        )
    return f'<div class="twins">{"".join(halves)}</div>'


def _pieces(model: LoadedModel, sentences: Sequence[str], pair: Sequence[Response]) -> str:
    """Give what the tokenizer makes of both sentences."""
    found = [pieces(model, text) for text in sentences]
    lists = "".join(
        f'<ul class="pieces" aria-label="{name} sentence">'
        + "".join(f"<li{' class=odd' if piece in ('[UNK]', '<unk>') else ''}>{escape(piece)}</li>" for piece in own)
        + "</ul>"
        for name, own in zip(("First", "Second"), found, strict=True)
    )
    unknown = sum(answer.unknown for answer in pair)
    strange = (
        f" The model does not know {plural(unknown, 'of them', 'of them')}: it reads a mark instead." if unknown else ""
    )
    cut = " It did not read to the end: the text is longer than it can take." if any(a.truncated for a in pair) else ""
    return (
        f"<details><summary>{len(found[0])} and {plural(len(found[1]), 'piece')} that it reads</summary>{lists}"
        f'<p class="muted">A tokenizer cuts text into pieces that it knows; rare words become several.{strange}{cut}'
        "</p></details>"
    )
