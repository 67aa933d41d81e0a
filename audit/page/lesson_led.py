"""What a student's window says about the class: where it is, what is waited for, and what may be pressed."""

from __future__ import annotations

from html import escape
from typing import Any

import gradio as gr

from audit.page import lesson_words
from audit.page.fragments import note as remark
from audit.page.fragments import page
from audit.page.lesson_class import ClassHour, Led
from lessons.content import lesson
from lessons.lesson import Lesson

SECONDS = 3.0
"""Between two looks of a student's window at where the class is."""
Guesses = dict[str, tuple[str, str]]
"""Of one window: lesson -> choice and how sure."""
Seen = tuple[int, int] | None
"""What a window knows of the class: number and round; None before its first look."""
HELD = 7
"""How many updates `held` gives."""


def mark(led: Led) -> Seen:
    """Note what has been seen."""
    return led.number, led.round


def notice(led: Led, name: str) -> tuple[Any, Any]:
    """Offer the lesson of the class to a window that is elsewhere: a line and a button."""
    found = lesson(led.lesson)
    if found is None or found.suite == name:
        return "", gr.Button(visible=False)
    line = f"Your teacher has opened <strong>{escape(found.title)}</strong>."
    return page(f'<p class="class-now">{line}</p>', role="status"), gr.Button(visible=True)


def held(hour: ClassHour, found: Lesson, guesses: Guesses) -> tuple[Any, ...]:
    """Say how the screen of the guess looks now.

    Returns:
        Updates for: the open guess, the locked guess, its words, the tally, the line about the class, the button
        that shows the result, the button that looks again.
    """
    led = hour.led
    guess = guesses.get(found.suite)
    may_see = led.may_see(found.suite, guess is not None)
    with_class = led.lesson == found.suite
    return (
        gr.Column(visible=guess is None and led.may_guess(found.suite)),
        gr.Column(visible=guess is not None),
        lesson_words.locked(found, found.choice(guess[0]), guess[1], with_class) if guess else "",
        counted(hour, found) if guess else "",
        page(_wait(led, guess is not None), role="status") if with_class else "",
        gr.Button(visible=may_see),
        gr.Button(
            "Look again" if with_class else "Count the class again",
            visible=guess is not None and not (with_class and led.revealed),
        ),
    )


def counted(hour: ClassHour, found: Lesson, answer: str = "") -> str:
    """Give the tally, where students may see it by now."""
    if not hour.led.counts_shown(found.suite):
        return page('<p class="muted">What the class guessed is shown when your teacher closes the guessing.</p>')
    return lesson_words.tally(found, hour.tally.counts(found.suite), answer)


def _wait(led: Led, guessed: bool) -> str:
    if led.revealed:
        return remark("The result is out.", "Your teacher has revealed it.")
    if not led.guessing:
        more = "" if guessed else " You can follow without a guess."
        return remark("The guessing is closed.", f"Wait for your teacher to reveal the result.{more}")
    if guessed:
        return remark(
            "Wait for your teacher.",
            "The result comes when your teacher reveals it. This page asks every three seconds.",
        )
    return remark("Your teacher takes guesses now.", "Nobody sees whose guess is whose.")
