"""The screens of a lesson as HTML; whatever comes from a result is escaped."""

from __future__ import annotations

import math
from collections.abc import Mapping, Sequence
from html import escape

from audit.lessons.content import CARDS, HOUR, LESSONS, SURE
from audit.lessons.lesson import Choice, Lesson
from audit.page.classroom import Led, Phase
from audit.page.fragments import note as remark
from audit.page.fragments import page, say, stored_line, texts
from audit.page.lesson_shown import Pair, Shown
from audit.page.reading import severity
from audit.report import words
from audit.report.evidence import Line
from audit.report.view import severity_word

_LINE = '<p><a href="#tab-threshold">Draw the line yourself: who is missed when you move it?</a></p>'


def welcome() -> str:
    """Say what a lesson is, before one is chosen."""
    hour = words.listing([one.title for name in HOUR for one in LESSONS if one.suite == name])
    return page(
        '<h2 tabindex="-1">Which question do we take?</h2>'
        '<p class="lead">First you commit to a guess. Then you see what a model did, judge the sentences behind it, '
        "and argue.</p>"
        f'<p class="muted">A class of fifty minutes takes three: {escape(hour)}.</p>'
    )


def label(lesson: Lesson, title: str) -> str:
    """Name a lesson on the list."""
    return f"{title}: {lesson.title} ({lesson.minutes} minutes)"


def _twins(lesson: Lesson) -> str:
    pairs = "".join(
        f'<li><span class="arm">{say(name)}</span><span class="said">{say(text)}</span></li>'
        for name, text in lesson.twins
    )
    return f'<ul class="lesson-twins">{pairs}</ul>'


def _note(lesson: Lesson) -> str:
    return remark("Content note.", lesson.note, "partial") if lesson.note else ""


def question(lesson: Lesson) -> str:
    """Ask what is to be guessed, with a few of the sentences."""
    return page(
        f'<p class="meta">{escape(lesson.title)}</p><h2 tabindex="-1">{say(lesson.question)}</h2>{_note(lesson)}'
        f"{texts([lesson.setting])}{_twins(lesson)}"
        f'<p class="muted">We ask the model {escape(lesson.model)}. Take a guess before you see what it does.</p>'
    )


def locked(lesson: Lesson, choice: Choice, sure: str, led: Led | None = None) -> str:
    """Repeat a guess that can no longer be changed."""
    wait = "Wait for your class, then see what the model did."
    if led is not None:
        wait = "The result is open." if led.phase == "revealed" else "Your teacher opens the result for everybody."
    return page(
        remark("Locked in.", f"Your guess stays as it is. {wait}")
        + f'<p class="said">{escape(choice.label)}</p><p class="muted">{escape(dict(SURE)[sure])}.</p>',
        role="status",
    )


def without_a_guess(led: Led | None) -> str:
    """Tell somebody without a guess how the class goes on."""
    rest = "The result is open." if led and led.phase == "revealed" else "Your teacher opens the result for everybody."
    return page(remark("Guessing is closed.", f"You made no guess here. {rest}"), role="status")


PHASES = {"guess": "Guessing is open.", "closed": "Guessing is closed.", "revealed": "The result is open."}


def class_line(lesson: Lesson, phase: Phase) -> str:
    """Say where the class is, above whatever a window shows."""
    where = f"Your class is at “{lesson.title}”."
    return page(f'<p class="meta">{escape(where)} {PHASES[phase]}</p>', role="status")


def board(lesson: Lesson, phase: Phase, total: int, counts: Mapping[str, int], answer: str) -> str:
    """Give what a teacher shows to the room: the question, how far the class is, the sentences or what it guessed."""
    guessing = phase == "guess"
    shown = _note(lesson) + _twins(lesson) if guessing else tally(lesson, counts, answer if phase == "revealed" else "")
    return page(
        f'<p class="meta">{escape(lesson.title)}</p><h2 tabindex="-1">{say(lesson.question)}</h2>'
        f'<p class="lead" role="status">{PHASES[phase]} {words.plural(total, "guess", "guesses")} so far.</p>{shown}'
    )


def tally(lesson: Lesson, counts: Mapping[str, int], answer: str = "") -> str:
    """Show the guesses of the class, from five on."""
    if not counts:
        return page('<p class="muted">The guesses of the class are shown, without names, from five on.</p>')
    total = sum(counts.values())
    rows = []
    for choice in lesson.choices:
        count = counts.get(choice.key, 0)
        mark = " (here the measured gap lies)" if choice.key == answer else ""
        rows.append(
            f'<li><span>{escape(choice.label)}{mark}</span><span class="track" aria-hidden="true">'
            f'<span style="width:{100 * count / total:.0f}%"></span></span><span class="num">{count}</span></li>'
        )
    return page(
        f'<h3>What the class guessed</h3><ul class="lesson-tally">{"".join(rows)}</ul>'
        f'<p class="muted">{words.plural(total, "guess", "guesses")}, without names, kept in memory only.</p>'
    )


def reveal(shown: Shown, choice: Choice | None, sure: str) -> str:
    """Set the guess, if one was made, and the result side by side, then say how they go together."""
    found = shown.finding
    unit = "points" if found.unit == "share" else found.unit
    answer = shown.answer
    measured = escape(answer.label) if answer else "No verdict"
    gap = f"{words.amount(found.gap, unit, found.low, found.high)} ({words.interval(found.low, found.high, unit)})"
    level = severity(found.severity, severity_word(found))
    guess, rest = '<p class="said">None</p>', ""
    if choice is not None:
        guess = f'<p class="said">{escape(choice.label)}</p><p class="muted">{escape(dict(SURE)[sure])}.</p>'
        rest = f"<p>{say(together(shown, choice, sure))}</p>"
    return page(
        f'<h2 tabindex="-1">{escape(shown.view.headline(found))}</h2>'
        f'<div class="twins"><section><h3>Your guess</h3>{guess}</section>'
        f'<section><h3>The model</h3><p class="said">{measured}</p>'
        f'<p class="muted">{gap}, 95\N{NARROW NO-BREAK SPACE}% interval in brackets.</p></section></div>'
        f'{rest}<p class="meta">{level}</p><p>{say(found.sentence)}</p>'
    )


def together(shown: Shown, choice: Choice, sure: str) -> str:
    """Say how a guess and an interval go together."""
    found = shown.finding
    if not math.isfinite(found.gap):
        return "This result has no verdict, so nobody guessed right or wrong."
    reached = [other for other in shown.lesson.choices if other.touches(found.low, found.high)]
    if choice.holds(found.gap):
        if len(reached) <= 1:
            return "Your guess holds the measured gap and its whole interval."
        return (
            f"Your guess holds the measured gap. The interval reaches into {len(reached)} of the "
            f"{len(shown.lesson.choices)} answers, so these sentences alone do not settle the size."
        )
    if choice in reached:
        return (
            "The measured gap lies elsewhere, but the interval reaches into your answer: these sentences do not rule "
            "it out."
        )
    surprised = " You were very sure: what did you expect the model to have learned?" if sure == "sure" else ""
    return f"The whole interval lies outside your answer.{surprised}"


def beside(shown: Shown) -> str:
    """Say what is known of each model, under the chart, and where the numbers come from."""
    known = "".join(
        f"<dt>{escape(words.capital(seen.label))}</dt><dd>{say(seen.line or 'The one that you guessed about:')} "
        f"<code>{escape(seen.result.model.id)}</code></dd>"
        for seen in shown.seen
    )
    chart = shown.chart
    table = shown.view.environment.get_template("macros.html.j2").module
    return page(
        f'<p class="muted">{say(chart.sentence)}</p><dl class="card">{known}</dl>{texts([shown.lesson.reading])}'
        f"<details><summary>The numbers of this figure</summary>{table.chart_table(chart)}</details>"  # type: ignore[attr-defined]
        f'<p class="muted">{escape(stored_line(shown.seen[0].result))}</p>'
    )


def pair(shown: Shown, place: int) -> str:
    """Show two sentences of the evidence; the answers open on demand."""
    pairs = shown.pairs
    if not pairs:
        return page('<h2 tabindex="-1">Evidence</h2><p class="muted">No sentences were kept for this lesson.</p>')
    one = pairs[place % len(pairs)]
    why = (
        "Chosen by the program because the gap shows clearly in it."
        if one.telling
        else "Taken by lot, whatever the model answered."
    )
    return page(
        f'<p class="meta">Pair {place % len(pairs) + 1} of {len(pairs)}</p>'
        f'<h2 tabindex="-1">{say(shown.lesson.look)}</h2>'
        f'<div class="twins">{_side(one.first)}{_side(one.second)}</div>'
        f"<details><summary>What the model answered</summary>{_answers(one)}</details>"
        f'<p class="muted">{why}</p>'
    )


def _side(line: Line) -> str:
    return f'<section><p class="arm">{escape(line.group)}</p><p class="said">{line.text}</p></section>'


def _answers(one: Pair) -> str:
    return f'<div class="twins">{"".join(_answer(line) for line in (one.first, one.second))}</div>'


def _answer(line: Line) -> str:
    sure = f", confidence {escape(line.confidence)}" if line.confidence else ""
    counts = {"allowed": "counts as right", "not allowed": "counts as a failure"}.get(line.verdict, "")
    judged = f'<span class="mark">{counts}</span>' if counts else ""
    return f'<section><p class="arm">{escape(line.group)}</p><p>{escape(line.answer)}{sure} {judged}</p></section>'


def argue(lesson: Lesson, care: str) -> str:
    """Give the questions to argue about, and the cards."""
    asked = "".join(f"<li>{say(text)}</li>" for text in lesson.discussion)
    cards = {one.name: one for one in CARDS}
    more = "".join(_card(cards[name].title, cards[name].text, cards[name].questions) for name in lesson.cards)
    rest = "".join(_card(one.title, one.text, one.questions) for one in CARDS if one.name not in lesson.cards)
    help_lines = f'<div class="note"><p><strong>If it is about you or a friend.</strong> {escape(care)}</p></div>'
    return page(
        f'<h2 tabindex="-1">What would change your mind?</h2><p class="lead">{say(lesson.change)}</p>'
        f'<h3>Argue about it</h3><ol class="lesson-questions">{asked}</ol>'
        f"{_LINE if lesson.suite == 'masking' else ''}"
        f"<h3>Cards for this lesson</h3>{more}<h3>More cards</h3>{rest}"
        f"{help_lines if lesson.suite == 'masking' else ''}"
    )


def _card(title: str, text: str, questions: Sequence[str]) -> str:
    items = "".join(f"<li>{say(line)}</li>" for line in questions)
    return f"<details><summary>{escape(title)}</summary><p>{say(text)}</p><ul>{items}</ul></details>"
