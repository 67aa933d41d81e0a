"""Papers for the class hour: `python -m audit.lessons.handouts --out DIR`.

A handout for each lesson, the teacher's guide on one page and the take-home sheet, made from the same values as the
lessons on the page. Each is one HTML file that opens offline and prints on A4 and Letter.
"""

from __future__ import annotations

import argparse
import hashlib
import sys
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

from audit.exits import check_out, finish
from audit.lessons.content import CARDS, LESSONS, SURE
from audit.lessons.guide import ANSWERS, NOTES, SAYINGS, plan
from audit.lessons.lesson import Lesson
from audit.schema import FILL_MASK, MASK, Contrast, Example, Suite

PAIRS = 6
OWN_TEXTS = 20
BLANK = "_______"
_TERMS = (
    "Interval",
    "Confidence",
    "Control",
    "Smallest effect of interest",
    "Smallest gap that could have been seen",
    "Twins",
)
_ALSO = {FILL_MASK: ("Association", "Log-odds", "LPBS")}
"""Terms of the report's glossary that go on a handout, and those of lessons with blanks."""


@dataclass(frozen=True, slots=True)
class Judged:
    """Two sentences that a student judges before seeing what a model answered."""

    first: str
    second: str
    first_arm: str
    second_arm: str


def pairs(lesson: Lesson, suite: Suite) -> tuple[Judged, ...]:
    """Draw pairs of the lesson's comparison by lot, one a frame; no model has a say in it.

    Args:
        lesson: whose comparison it is.
        suite: with its examples.
    """
    contrast = next(one for one in suite.contrasts if one.name == lesson.contrast)
    arms = (contrast.group, contrast.reference)
    labels = (
        contrast.group_label or contrast.group.replace("-", " "),
        contrast.reference_label or contrast.reference.replace("-", " "),
    )
    found = []
    for first, second in _drawn(suite, contrast, arms):
        texts = [example.text.replace(MASK, BLANK) for example in (first, second)]
        found.append(Judged(texts[0], texts[1], *labels))
        if len(found) == PAIRS:
            break
    return tuple(found)


def _drawn(suite: Suite, contrast: Contrast, arms: tuple[str, str]) -> Iterator[tuple[Example, Example]]:
    tests = contrast.tests or tuple(test.name for test in suite.tests)
    frames: dict[str, dict[str, list[Example]]] = {}
    for example in suite.examples:
        if example.test in tests and example.group in arms and example.role in ("item", "control"):
            frames.setdefault(example.template, {}).setdefault(example.group, []).append(example)
    for frame in sorted(frames, key=_lot):
        first, second = (sorted(frames[frame].get(arm, ()), key=lambda e: _lot(e.id)) for arm in arms)
        if first and second:
            twins = [example for example in second if example.pair == first[0].pair]
            yield first[0], (twins or second)[0]


def _lot(key: str) -> str:
    return hashlib.sha256(f"handout {key}".encode()).hexdigest()


def _terms(lesson: Lesson, suite: Suite) -> list[tuple[str, str]]:
    from audit.report.terms import TERMS

    wanted = (*_TERMS, *(_ALSO.get(suite.tasks[0], ())))
    return [(term, meaning) for term, meaning in TERMS if term.partition(" (")[0] in wanted]


@cache
def _environment() -> Any:
    from jinja2 import Environment, PackageLoader, StrictUndefined

    from audit.report.words import prose

    made = Environment(
        loader=PackageLoader("audit.lessons", "papers"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
    )
    made.filters["prose"] = prose
    return made


def _render(name: str, **values: Any) -> str:
    return str(_environment().get_template(f"{name}.html.j2").render(**values))


def handout(lesson: Lesson) -> str:
    """Give the handout of a lesson: questions, space for guesses and answers, evidence without the model's answers."""
    from audit import load_suites

    (suite,) = load_suites([lesson.suite], "quick")
    cards = {card.name: card for card in CARDS}
    return _render(
        "handout",
        title=lesson.title,
        lesson=lesson,
        suite=suite,
        sure=[text for _, text in SURE],
        pairs=pairs(lesson, suite),
        blank=suite.tasks[0] == FILL_MASK,
        cards=[cards[name] for name in lesson.cards],
        terms=_terms(lesson, suite),
    )


def guide() -> str:
    """Give the teacher's guide on one page: time plan, content notes, what may be said, answers."""
    return _render("guide", title="Teacher's guide", plan=plan(), notes=NOTES, sayings=SAYINGS, answers=ANSWERS)


def take_home() -> str:
    """Give the take-home sheet: twenty own texts, judged, and the cases for a second reader."""
    from audit.stats import wilson

    right = OWN_TEXTS * 3 // 4
    low, high = (round(100 * end) for end in wilson(right / OWN_TEXTS, OWN_TEXTS))
    rows = list(range(1, OWN_TEXTS + 1))
    return _render("take-home", title="Take-home sheet", rows=rows, right=right, low=low, high=high)


@cache
def papers() -> Mapping[str, str]:
    """Give all papers by file name."""
    found = {f"handout-{number}-{one.suite}.html": handout(one) for number, one in enumerate(LESSONS, start=1)}
    return {"teacher-guide.html": guide(), **found, "take-home.html": take_home()}


def write(folder: Path) -> list[Path]:
    """Write all papers into a folder, which is made where it is missing."""
    check_out(folder)
    folder.mkdir(parents=True, exist_ok=True)
    made = []
    for name, text in papers().items():
        path = folder / name
        path.write_text(text, encoding="utf-8")
        made.append(path)
    return made


def main() -> None:
    """Write the papers that the command line asks for."""
    about = "Papers to print for a class hour."
    parser = argparse.ArgumentParser(prog="python -m audit.lessons.handouts", description=about)
    parser.add_argument("--out", type=Path, default=Path("handouts"), help="folder to write to; made where missing")
    out = parser.parse_args().out
    sys.stdout.write("".join(f"{path}\n" for path in write(out)))


if __name__ == "__main__":
    finish(main)
