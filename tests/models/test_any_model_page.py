"""The examples of docs/any-model.md run as they stand there."""

from __future__ import annotations

import re
from pathlib import Path

from tiny_models import score

from audit.models import Request
from benchmarks.anymodel import BEGIN, END

PAGE = Path(__file__).parent.parent.parent / "docs" / "any-model.md"


def test_each_example_loads_a_model():
    blocks = re.findall(r"```python\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)
    assert len(blocks) == 3
    names = {}
    for block in blocks:
        exec(block, names)
        love, hate = score(names["model"], [Request("I love this."), Request("I hate this.")])
        assert love.value > hate.value


def test_the_table_has_a_place():
    text = PAGE.read_text(encoding="utf-8")
    assert text.count(BEGIN) == text.count(END) == 1 and text.index(BEGIN) < text.index(END)
