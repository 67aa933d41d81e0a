"""Entries of a file -> a suite, once they hold together."""

from __future__ import annotations

import re
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence

from audit.filesuite.contrasts import make_contrasts
from audit.filesuite.reading import UNSTATED, About, Entry, slug
from audit.schema import FILL_MASK, LABELS, TEXT_CLASSIFICATION, Breakdown, Depth, Example, Role, Suite, Test
from audit.schema.errors import listed, mistake

_SPACES = re.compile(r"[\s_-]+")


def make_suite(about: About, entries: Sequence[Entry]) -> Suite:
    """Make a suite of entries that were checked one by one.

    Raises:
        CaveatError: for texts that stand twice, pairs that are not complete, and tests that mix kinds of item.
    """
    _check_texts(about, entries)
    _check_pairs(about, entries)
    _check_names(about, entries)
    judged = any(entry.allowed for entry in entries)
    examples = tuple(_examples(entries, judged))
    tests = tuple(_tests(about, examples, entries))
    tasks = tuple(dict.fromkeys(test.task for test in tests))
    groups = tuple(dict.fromkeys(entry.group for entry in entries))
    if about.reference and about.reference not in groups:
        raise mistake(
            about.path, "", f"no group {about.reference!r} for reference. Valid: {listed(groups)}. Correct it"
        )
    contrasts = make_contrasts(about, tests, examples)
    return Suite(
        name=about.name,
        title=about.title,
        question=about.question or UNSTATED,
        tasks=tasks,
        construct=about.construct or UNSTATED,
        method=about.method or _method([contrast.design for contrast in contrasts]),
        tests=tests,
        contrasts=contrasts,
        build=_Build(examples),
        reference_group=about.reference or groups[0],
        limitations=about.limitations or (f"Limits: {UNSTATED.lower()}", *_size(examples)),
        discussion=about.discussion,
        version=about.version,
        templates=_wordings(about, examples),
        fillers={e.fillers[0]: {"source": about.path.name} for e in examples},
        breakdowns=tuple(_breakdowns(tests, groups)),
        sources=(*about.sources, f"{about.path.name}, SHA-256 {about.digest}"),
    )


def _wordings(about: About, examples: Sequence[Example]) -> dict[str, str]:
    """The wording of each template, or its first text where the file has none."""
    found: dict[str, str] = {}
    for example in examples:
        found.setdefault(example.template, about.wordings.get(example.template, example.text))
    return found


class _Build:
    """The examples of a file, which are the same at every depth."""

    def __init__(self, examples: tuple[Example, ...]):
        self.examples = examples

    def __call__(self, depth: Depth) -> Iterable[Example]:
        return self.examples


def _check_texts(about: About, entries: Sequence[Entry]) -> None:
    seen: dict[tuple[str, tuple[str, ...]], str] = {}
    for entry in entries:
        other = seen.setdefault((entry.text, entry.choices), entry.place)
        if other != entry.place:
            raise mistake(
                about.path,
                entry.place,
                f"the text of {other} stands here again: {entry.text!r}. Each text stands once; change or delete one",
            )


def _check_pairs(about: About, entries: Sequence[Entry]) -> None:
    tests: dict[str, set[str]] = defaultdict(set)
    arms: dict[tuple[str, str], dict[str, str]] = defaultdict(dict)
    for entry in entries:
        if not entry.pair:
            continue
        tests[entry.pair].add(entry.test)
        other = arms[entry.test, entry.pair].setdefault(entry.group, entry.place)
        if other != entry.place:
            raise mistake(
                about.path,
                entry.place,
                f"pair {entry.pair!r} has group {entry.group!r} already, in {other}. A pair has one text of each "
                "group; give one of the two another pair",
            )
    for (test, pair), found in arms.items():
        if len(found) < 2:
            apart = len(tests[pair]) > 1
            why = f"; its other member belongs to another test than {test!r}" if apart else ""
            raise mistake(
                about.path,
                next(iter(found.values())),
                f"pair {pair!r} has one member{why}. A pair has texts of two groups or more; add the twin, correct the "
                "spelling, or leave pair empty",
            )


def _check_names(about: About, entries: Sequence[Entry]) -> None:
    """Two spellings of one name would make two groups or tests of what is meant as one."""
    if not about.name:
        raise mistake(about.path, "", "the name of the suite has no letter or digit. Rename the file or give a name")
    for kind in ("group", "test"):
        seen: dict[str, Entry] = {}
        for entry in entries:
            value = getattr(entry, kind)
            first = seen.setdefault(slug(value) if kind == "test" else _SPACES.sub(" ", value).casefold(), entry)
            if getattr(first, kind) != value:
                raise mistake(
                    about.path,
                    entry.place,
                    f"{kind} {value!r} and {kind} {getattr(first, kind)!r} of {first.place} are written almost alike. "
                    "Spell them the same, or name them more clearly",
                )


def _examples(entries: Sequence[Entry], judged: bool) -> Iterable[Example]:
    ids: Counter[str] = Counter()
    for number, entry in enumerate(entries, start=1):
        test = slug(entry.test) or "test"
        own = f"{test}/{entry.pair}" if entry.pair else f"{test}/{number}"
        template, filler = entry.template or own, entry.filler or own
        name = f"{test}/{template}/{filler}/{entry.group}" if entry.template or entry.filler else f"{own}/{entry.group}"
        ids[name] += 1
        role: Role = entry.role or ("item" if entry.allowed or not judged else "confidence-only")
        yield Example(
            id=name if ids[name] == 1 else f"{name}/{ids[name]}",
            test=test,
            text=entry.text,
            group=entry.group,
            template=template,
            fillers=(filler,),
            pair=f"{test}/{entry.pair}" if entry.pair else "",
            choices=entry.choices,
            allowed=frozenset(entry.allowed) or None,
            role=role,
            spans=entry.spans,
            features=dict(entry.features),
        )


def _tests(about: About, examples: Sequence[Example], entries: Sequence[Entry]) -> Iterable[Test]:
    titles = {slug(entry.test) or "test": entry.test for entry in entries}
    for name, title in titles.items():
        places = [i for i, example in enumerate(examples) if example.test == name]
        tasks = {FILL_MASK if examples[i].choices else TEXT_CLASSIFICATION: entries[i].place for i in reversed(places)}
        if len(tasks) > 1:
            raise mistake(
                about.path,
                tasks[FILL_MASK],
                f"test {title!r} mixes texts with a blank and texts without ({tasks[TEXT_CLASSIFICATION]}). They need "
                "different kinds of model; give them different values of test",
            )
        mine = [examples[i] for i in places]
        allowed = {label for e in mine for label in e.allowed or ()}
        known = LABELS if TEXT_CLASSIFICATION in tasks else tuple(dict.fromkeys(c for e in mine for c in e.choices))
        yield Test(
            name=name,
            title=title if title != about.path.stem else about.title,
            phenomenon=about.construct or UNSTATED,
            type="MFT" if allowed else "association",
            rationale=about.rationale or UNSTATED,
            expected=about.expected or UNSTATED,
            harm=about.harm or UNSTATED,
            task=next(iter(tasks)),
            allowed=tuple(label for label in known if label in allowed),
            source=about.path.name,
            licence=about.licence,
            locale=about.locale,
            limits=UNSTATED,
        )


def _method(designs: Sequence[str]) -> str:
    told = "Read from a file; how it was made is not stated by the file's author."
    if "paired" in designs:
        told += " Twins that differ in the group are compared with each other."
    if "unpaired" in designs:
        told += (
            " Where twins are missing, whole groups are compared, and differences between their texts enter the gap."
        )
    return told if designs else f"{told} There is one group, so nothing is compared."


def _size(examples: Sequence[Example]) -> tuple[str, ...]:
    frames = len({e.template for e in examples})
    return (
        f"The file holds {len(examples):,} texts from {frames:,} {'frame' if frames == 1 else 'frames'}; "
        "its labels are its author's.",
    )


def _breakdowns(tests: Sequence[Test], groups: tuple[str, ...]) -> Iterable[Breakdown]:
    """Accuracy where there are right answers, and confidence, by group; for each kind of model."""
    for task in dict.fromkeys(test.task for test in tests):
        mine = [test for test in tests if test.task == task]
        more = "" if task == tests[0].task else f"-{task}"
        if any(test.allowed for test in mine):
            yield Breakdown(
                f"accuracy-by-group{more}",
                "accuracy",
                "group",
                "How often is the model right about each group?",
                task=task,
                order=groups,
            )
        yield Breakdown(
            f"confidence-by-group{more}",
            "confidence",
            "group",
            "How sure is the model about each group?",
            task=task,
            order=groups,
        )
