"""Sheets to print: one for each lesson, a take-home sheet, and a teacher's guide of one page.

`python -m lessons.handouts --out handouts` writes them as HTML files that print on A4 and Letter paper and need nothing
but themselves. Everything in them comes from the lessons and their stored results.
"""

from __future__ import annotations

import argparse
import sys
from collections.abc import Callable, Iterable, Sequence
from html import escape
from pathlib import Path

from audit.schema import AuditResult, CaveatError
from lessons.content import CARDS, LESSONS, SURE
from lessons.content import lesson as lesson_of
from lessons.guide import BEFORE, CARE, PLAN, SAYINGS, TERMS
from lessons.lesson import Lesson
from lessons.make import RESULTS
from lessons.shown import Shown, shown_with
from reports import words
from reports.terms import TERMS as REPORT_TERMS

HOME, GUIDE = "take-home.html", "teacher-guide.html"
OWN = 20
"""Texts of their own that students bring."""
REVIEWED = 3
"""Cases that they pick for an expert."""
STYLE = Path(__file__).with_name("handouts.css")
Writer = Callable[[], str]
_BOX = '<span class="box" aria-hidden="true"></span>'
_NOT = "This tests models, never people. It is not a screening, diagnostic or crisis tool."


def name_of(lesson: Lesson) -> str:
    """Give the file name of a lesson's handout."""
    return f"handout-{lesson.suite}.html"


def handout(shown: Shown) -> str:
    """Give the sheet of a lesson: the question, space for a guess, pairs without answers, questions, terms.

    Args:
        shown: the lesson with its stored results, from which the pairs are taken.

    Returns:
        A whole HTML document.
    """
    one = shown.lesson
    note = f'<p class="note"><strong>Content note.</strong> {_say(one.note)}</p>' if one.note else ""
    twins = "".join(f"<li><small>{escape(name)}</small>{_say(text)}</li>" for name, text in one.twins)
    result = shown.seen[0].result
    return _document(
        one.title,
        f'<p class="over">{_title(shown)}, {one.minutes} minutes. No name is needed on this sheet.</p>'
        f"<h1>{escape(one.title)}</h1>{note}"
        f'<p class="asked">{_say(one.question)}</p><p>{_say(one.setting)}</p><ul class="said">{twins}</ul>'
        f"<section><h2>1 My guess</h2>{_boxes(choice.label for choice in one.choices)}"
        f"<p>How sure am I?</p>{_boxes((text for _, text in SURE), row=True)}{_lines('Because', 2)}</section>"
        f"<section><h2>2 What the model did</h2>"
        f"{_lines('The measured gap, and the ends of its interval', 1)}"
        f"{_lines('Which of the answers above does the interval reach into?', 1)}"
        f"{_lines('The models beside it: what do they tell me?', 2)}</section>"
        f'<section class="pairs"><h2>3 The sentences behind it</h2><p>{_say(one.look)} Write down your own answer '
        f"before you look at the model's.</p>{_pairs(shown)}</section>"
        f"<section><h2>4 What would change my mind?</h2><p>{_say(one.change)}</p>{_lines('', 4)}</section>"
        f'<section class="new"><h2>5 Argue about it</h2><ol>{_items(one.discussion)}</ol></section>'
        f'<section class="terms"><h2>Terms</h2>{_terms(shown)}</section>',
        f"Sentences of suite {one.suite}; pairs from {result.model.id} at revision "
        f"{result.model.revision[:12] or 'none'}, {words.date(result.created)}. {_NOT}",
    )


def take_home() -> str:
    """Give the sheet for home: twenty texts of one's own, judged, and cases picked for an expert."""
    rows = "".join(
        f"<tr><td>{number}</td><td></td><td>{_marks()}</td><td>{_marks()}</td><td>{_BOX}</td></tr>"
        for number in range(1, OWN + 1)
    )
    review = "".join(
        f"<section><h3>Case {place}: text number ____</h3>{_lines('How could a careful reader differ from me?', 2)}"
        f"{_lines('What would an expert have to know, about the writer or the words?', 1)}</section>"
        for place in range(1, REVIEWED + 1)
    )
    return _document(
        "Twenty texts of my own",
        '<p class="over">Take-home sheet. No name is needed.</p><h1>Twenty texts of my own</h1>'
        f"<p>Write {OWN} short texts that you make up yourself, about everyday things. Do not copy anybody's messages "
        "and name nobody. Make some hard: a not, a joke, slang, a cheerful way to say something sad. Judge each one "
        "first (\N{MINUS SIGN} negative, 0 neutral, + positive); then ask a classmate, or type it on the tab Try it, "
        "and write down that answer as well. Tick the ones on which you differ.</p>"
        f'<table class="own"><thead><tr><th>No.</th><th>My text</th><th>I say</th><th>The other</th><th>Differs</th>'
        f"</tr></thead><tbody>{rows}</tbody></table>"
        f'<section class="new"><h2>Cases for expert review</h2><p>Pick the {REVIEWED} texts whose label you would not '
        f"decide alone.</p>{review}</section>"
        f"<section><h2>And now</h2>{_lines('On how many of the twenty did we differ?', 1)}"
        f"{_lines('If two readers differ that often, how sure can a failure rate be?', 2)}"
        f"{_lines('Who should have the last word on a label, and why?', 2)}</section>",
        "Twenty texts are an exercise in judging, too few for a statement about a model. " + _NOT,
    )


def guide(all_shown: Sequence[Shown]) -> str:
    """Give the teacher's guide on one page: time plan, content notes, what students say, and the answers.

    Args:
        all_shown: every lesson with its stored results.

    Returns:
        A whole HTML document.
    """
    plan = "".join(f"<tr><td>{minutes}</td><td>{_planned(what)}</td></tr>" for minutes, what in PLAN)
    notes = _items(f"{one.title}: {one.note}" for one in LESSONS if one.note)
    answers = "".join(f"<tr><td>{escape(shown.lesson.title)}</td>{_answer(shown)}</tr>" for shown in all_shown)
    said = "".join(f"<tr><td>{_say(what)}</td><td>{_say(back)}</td></tr>" for what, back in SAYINGS)
    cards = words.listing([card.title.partition(":")[0].lower() for card in CARDS])
    results = [shown.seen[0].result for shown in all_shown]
    dates = " to ".join(sorted({words.date(result.created).partition(",")[0] for result in results}))
    return _document(
        "The class hour: teacher's guide",
        "<h1>The class hour: teacher's guide</h1>"
        f'<div class="columns"><section><h2>Fifty minutes</h2><table>{plan}</table></section>'
        f"<section><h2>Before and during</h2><ol>{_items(BEFORE)}</ol></section>"
        f"<section><h2>Content notes</h2><ul>{notes}</ul><p>{_say(CARE)}</p></section>"
        f"<section><h2>Answers: what the model did</h2><table>{answers}</table></section>"
        f"<section><h2>What a class may say, and what to ask back</h2><table>{said}</table></section></div>",
        f"Answers are of the bundled models, {dates}; 95 percent intervals in brackets. Cards: {cards}. {_NOT}",
        kind="guide",
    )


def _answer(shown: Shown) -> str:
    found = shown.finding
    unit = "points" if found.unit == "share" else found.unit
    measured = shown.answer.label if shown.answer else "No verdict"
    gap = f"{words.amount(found.gap, unit, found.low, found.high)} ({words.interval(found.low, found.high, unit)})"
    return f"<td>{_say(measured)}. <small>{escape(gap)}</small></td>"


def _planned(what: str) -> str:
    one = lesson_of(what)
    return f"<em>{escape(one.title)}</em> (?lesson={one.suite})" if one else _say(what)


def _pairs(shown: Shown) -> str:
    """Give the pairs that the page shows as well, without what the model answered."""
    rows = [
        f"<tr><th>{number}</th><td><small>{escape(pair.first.group)}</small>{pair.first.text}"
        f'<span class="write"></span></td><td><small>{escape(pair.second.group)}</small>{pair.second.text}'
        '<span class="write"></span></td></tr>'
        for number, pair in enumerate(shown.pairs, 1)
    ]
    return f"<table>{''.join(rows)}</table>"


def _terms(shown: Shown) -> str:
    """Give the terms that a lesson uses: those of its unit, of its kind of model, and of every lesson."""
    wanted = {"Association", "Confidence", "Frame and filler", "Smallest effect of interest", "Twins"}
    wanted |= {"Log-odds"} if shown.contrast.unit == "log-odds" else {"Allowed labels"}
    chosen = [term for term in REPORT_TERMS if term[0] in wanted or term[0].startswith("Interval")]
    own = [term for term in TERMS if term[0] != "Point" or shown.contrast.unit != "log-odds"]
    entries = sorted((*chosen, *own), key=lambda term: term[0].lower())
    return f"<dl>{''.join(f'<div><dt>{escape(term)}</dt><dd>{_say(text)}</dd></div>' for term, text in entries)}</dl>"


def _title(shown: Shown) -> str:
    return escape(shown.suite.title)


def _say(text: str) -> str:
    return escape(words.prose(text))


def _items(texts: Iterable[str]) -> str:
    return "".join(f"<li>{_say(text)}</li>" for text in texts)


def _boxes(labels: Iterable[str], row: bool = False) -> str:
    items = "".join(f"<li>{_BOX}{_say(label)}</li>" for label in labels)
    return f'<ul class="boxes{" row" if row else ""}">{items}</ul>'


def _marks() -> str:
    return "".join(f'<span class="mark">{mark}</span>' for mark in ("\N{MINUS SIGN}", "0", "+"))


def _lines(label: str, count: int) -> str:
    head = f"<p>{_say(label)}</p>" if label else ""
    return f'<div class="lines">{head}{"<span></span>" * count}</div>'


def _document(title: str, body: str, foot: str, kind: str = "sheet") -> str:
    return (
        f'<!doctype html>\n<html lang="en"><head><meta charset="utf-8"><title>{escape(title)}</title>'
        '<meta name="viewport" content="width=device-width, initial-scale=1">'
        f"<style>{STYLE.read_text(encoding='utf-8')}</style></head>"
        f'<body class="{kind}"><main>{body}</main><footer>{escape(foot)}</footer></body></html>\n'
    )


def write(out: Path, load: Callable[[str], AuditResult | None]) -> list[Path]:
    """Write all sheets.

    Args:
        out: folder; made when it is not there.
        load: gives the stored result of a bundled model.

    Returns:
        The files, in the order of the class hour.

    Raises:
        CaveatError: when a result is not stored, or the folder cannot be written to.
    """
    shown = [shown_with(lesson, load) for lesson in LESSONS]
    files = {name_of(one.lesson): handout(one) for one in shown} | {HOME: take_home(), GUIDE: guide(shown)}
    try:
        out.mkdir(parents=True, exist_ok=True)
        for name, text in files.items():
            (out / name).write_text(text, encoding="utf-8")
    except OSError as error:
        raise CaveatError(
            f"The handouts cannot be written to {out} ({error.strerror}). Choose another --out."
        ) from error
    return [out / name for name in files]


def main(arguments: Sequence[str] | None = None) -> int:
    """Write the sheets from the results that ship with the project."""
    from functools import cache

    from audit.store import load_result

    parser = argparse.ArgumentParser(prog="python -m lessons.handouts", description="Write the sheets to print.")
    parser.add_argument("--out", type=Path, default=Path("handouts"), help="folder (default: handouts)")
    given = parser.parse_args(arguments)
    try:
        paths = write(given.out, cache(lambda model: load_result(RESULTS / model)))
    except CaveatError as error:
        sys.stderr.write(f"{error}\n")
        return 1
    sys.stdout.write("".join(f"{path}\n" for path in paths))
    return 0


if __name__ == "__main__":
    sys.exit(main())
