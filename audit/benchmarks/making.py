"""What all third-party suites share: items -> a suite that is marked as a compatibility result."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from zlib import crc32

from audit.benchmarks.about import COMPATIBILITY, FEWER, About
from audit.benchmarks.reading import digest_of
from audit.schema import Breakdown, Contrast, Depth, Example, Suite, Test
from audit.schema.errors import mistake

QUICK_UNITS = 150
"""Pairs, blanks or questions of a quick look."""
VERSION = "1.0.0"


@dataclass(frozen=True, slots=True)
class Parts:
    """What a loader reads from the user's files."""

    about: About
    files: tuple[Path, ...]
    examples: tuple[Example, ...]
    tests: Mapping[str, str]
    """Name -> title."""
    contrasts: tuple[Contrast, ...]
    breakdowns: tuple[Breakdown, ...]
    operations: tuple[str, ...] = ()
    fillers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    templates: Mapping[str, str] = field(default_factory=dict)
    interval: str = ""
    """What the intervals are made from."""
    notes: tuple[str, ...] = ()
    """What was left out, and why."""
    top_k: int = 0
    reference: str = ""
    read: int = 0
    """Rows, pairs, sentences or questions that the files hold."""
    whole: int = 0
    """How many they have as their authors give them; 0 where that is not known."""


def make(parts: Parts) -> Suite:
    """Make the suite."""
    about = parts.about
    if not parts.examples:
        raise mistake(
            parts.files[0], "", f"no item of {about.title} could be read. Take the file as its authors give it"
        )
    digest = digest_of(parts.files)
    names = ", ".join(path.name for path in parts.files[:4]) + (" ..." if len(parts.files) > 4 else "")
    return Suite(
        name=about.name,
        title=f"{about.title} (compatibility)",
        question=about.question,
        tasks=(about.task,),
        construct=about.construct,
        method=about.method,
        tests=tuple(_test(parts, name, title) for name, title in parts.tests.items()),
        contrasts=parts.contrasts,
        build=built(parts.examples),
        reference_group=parts.reference,
        limitations=(
            COMPATIBILITY,
            *cut_off(parts.read, parts.whole),
            *about.warnings,
            f"Licence of the items: {about.licence}. They are read from {names} and are no part of this program.",
            *((parts.interval,) if parts.interval else ()),
            *parts.notes,
        ),
        discussion=(f"What would a score of {about.title} have to show before you would act on it?",),
        version=f"{VERSION}+{digest[:12]}",
        templates=dict(parts.templates),
        fillers={name: dict(known) for name, known in parts.fillers.items()},
        breakdowns=parts.breakdowns,
        sources=(*about.sources, f"{names}, SHA-256 {digest}"),
        compatibility=True,
    )


def _test(parts: Parts, name: str, title: str) -> Test:
    about = parts.about
    return Test(
        name=name,
        title=title,
        phenomenon=about.construct,
        type="association",
        rationale=f"Part of {about.title}; its authors' reasons are in {about.sources[0]}.",
        expected=about.expected,
        harm=about.harm,
        task=about.task,
        source=about.sources[0],
        licence=about.licence,
        limits=about.warnings[0],
        content_note=about.content_note,
        top_k=parts.top_k,
        operations=parts.operations,
    )


def built(examples: Sequence[Example]) -> Callable[[Depth], Iterable[Example]]:
    """Give the examples of a depth: a quick look takes pairs, blanks or questions drawn by a hash; else all."""

    def build(depth: Depth) -> Iterable[Example]:
        if depth != "quick":
            return examples
        units = sorted({e.pair or e.id for e in examples}, key=lambda name: (crc32(name.encode()), name))
        kept = set(units[:QUICK_UNITS])
        return tuple(e for e in examples if (e.pair or e.id) in kept)

    return build


def slug(text: str) -> str:
    """Make a name of letters, digits and hyphens."""
    return re.sub(r"[^\w]+|_+", "-", text.strip().lower()).strip("-") or "other"


def cut_off(read: int, whole: int) -> tuple[str, ...]:
    """Say that a file is shorter than its authors'; nothing where it is not.

    A file that was cut off at the end of a line cannot be told from a whole one in any other way.
    """
    if read >= whole:
        return ()
    return (f"{FEWER}: {read:,} of {whole:,}. They were cut off or chosen; do not set them beside published figures.",)


def left_out(number: int, what: str) -> tuple[str, ...]:
    """Say how many items were left out; nothing where there are none."""
    return (f"{number:,} {'item was' if number == 1 else 'items were'} left out: {what}.",) if number else ()
