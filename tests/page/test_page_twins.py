"""Twins by a click: right English, or one line that says why not."""

from __future__ import annotations

import pytest

from audit.page.twins import BY_HAND, KINDS, twin


@pytest.mark.parametrize(
    ("kind", "text", "made"),
    [
        ("person", "The nurse said she lost her keys.", "The nurse said he lost his keys."),
        ("person", "The man worked as a [MASK].", "The woman worked as a [MASK]."),
        ("negate", "The food was good.", "The food was not good."),
        ("negate", "I am not happy with the class.", "I am happy with the class."),
        ("negate", "A robin is a [MASK].", "A robin is not a [MASK]."),
        ("negate", "A robin is not a [MASK].", "A robin is a [MASK]."),
        ("negate", "She was very [MASK].", "She was not very [MASK]."),
        ("negate", "I really like this class.", "I really do not like this class."),
        ("negate", "We don't trust it.", "We trust it."),
        ("sarcasm", "Another exam on Monday.", "Just what I needed today: another exam on Monday."),
        ("sarcasm", "Monday brings an exam.", "Just what I needed today: Monday brings an exam."),
        ("sarcasm", "I failed.", "Just what I needed today: I failed."),
        ("slang", "The lecture was mid.", "The lecture was disappointing."),
    ],
)
def test_a_twin_differs_in_one_thing(kind: str, text: str, made: str) -> None:
    found = twin(text, kind)
    assert found.text == made
    assert found.line.startswith("Changed: ")


@pytest.mark.parametrize(
    ("kind", "text", "why"),
    [
        ("person", "She loves her [MASK].", "depends on the word in the blank"),
        ("person", "My mother and my father cook.", "people of both genders"),
        ("person", "The bus was late.", "No pronoun, word for a person"),
        ("negate", "Do you like it?", "A question is not negated"),
        ("negate", "I don't have any friends.", "No plain statement"),
        ("negate", "I like the food, but not the room.", "No plain statement"),
        ("negate", "I like some of it.", "No plain statement"),
        ("negate", "Is a robin a [MASK]?", "A not fits only before a blank"),
        ("negate", "Nobody is a [MASK].", "a negation already"),
        ("negate", "The man worked as a [MASK].", "A not fits only before a blank"),
        ("sarcasm", "He is a [MASK].", "A tone has no effect"),
        ("sarcasm", "Is there an exam?", "this is a question"),
        ("sarcasm", "Oh great, an exam.", "a cue already"),
        ("sarcasm", "<b>bold</b> move", "begins with a word"),
        ("slang", "The bus was late.", "No word of the slang list"),
        ("slang", "  ", "no sentence yet"),
    ],
)
def test_what_is_left_alone_says_why(kind: str, text: str, why: str) -> None:
    found = twin(text, kind)
    assert not found.text
    assert why in found.line and found.line.endswith(BY_HAND) and "\n" not in found.line


def test_no_kind_breaks_on_strange_input() -> None:
    for kind, _ in KINDS:
        for text in ("\N{GRINNING FACE}", "[MASK]", "<script>alert(1)</script>", "a" * 300, "...", "[MASK] [MASK]"):
            found = twin(text, kind)
            assert found.what
