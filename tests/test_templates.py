from __future__ import annotations

import pytest

from audit.templates import article, render

AN = "hour MRI umbrella honest uninteresting unimportant engineer FBI undergraduate usher upset heir uncle only elder"
A = "university European one-eyed unicorn user useful utility US hospital nurse PhD once U-turn unit union uniform"


@pytest.mark.parametrize("word", AN.split())
def test_an_before_vowel_sounds(word):
    assert article(word) == "an"


@pytest.mark.parametrize("word", A.split())
def test_a_before_consonant_sounds(word):
    assert article(word) == "a"


def test_render_puts_articles_capitals_and_spans():
    made = render("{who} is {a:job}. {who} likes it.", who="my aunt", job="architect")
    assert made.text == "My aunt is an architect. My aunt likes it."
    assert [made.text[start:end] for start, end in made.of("who", "job")] == ["My aunt", "architect", "My aunt"]


def test_an_article_at_the_start_is_a_capital():
    assert render("{a:job} called.", job="engineer").text == "An engineer called."


@pytest.mark.parametrize("values", [{}, {"who": "I", "what": "tea"}])
def test_slots_and_values_must_match(values):
    with pytest.raises(KeyError, match="differ"):
        render("{who} left.", **values)
