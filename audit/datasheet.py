"""A datasheet per suite, from the same values as the suite, so that it cannot drift (after Gebru et al. 2021)."""

from __future__ import annotations

import csv
import re
from collections import Counter
from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from itertools import chain
from pathlib import Path

from audit.exits import check_out
from audit.places import folder
from audit.schema import DEPTHS, MASK, CaveatError, Example, Suite, Test
from audit.suites import digest, load_suites, suite_names
from audit.wording import axis_words

CHECK = "label_check.tsv"
"""Agreement of label checks in `probes/data`; the section is left out where there is no such file."""
CHECK_COLUMNS = ("suite", "test", "items", "alpha", "disagreements", "resolution")
MANY_ARMS = 14
"""From this many arms on they are listed in a paragraph, not in a table."""

TYPES = {
    "MFT": "minimum functionality: right answers are known",
    "INV": "invariance: the answer should stay",
    "DIR": "direction: the answer should move one way",
    "association": "association: no answer is right, a difference is measured",
}
_ROLES = {
    "item": "items",
    "control": "controls",
    "prior": "priors (the varied words hidden)",
    "positive-control": "positive controls (must show an effect)",
    "confidence-only": "without a right answer, for confidence only",
}
_SHARED = ("expected", "limits", "source", "licence", "locale")
_TITLES = {"rationale": "Why", "expected": "Expected", "harm": "Harm", "limits": "Limits", "source": "Source",
           "licence": "Licence", "locale": "Locale", "content_note": "Content note"}  # fmt: skip
_SPECIAL = re.compile(r"([\\`*_\[\]<>|#~$])")


def write_datasheets(names: Sequence[str] | None, out: Path) -> list[Path]:
    """Write one Markdown file a suite.

    Args:
        names: suites, or None for all.
        out: folder, made where it is missing.

    Returns:
        The files.
    """
    check_out(out)
    out.mkdir(parents=True, exist_ok=True)
    written = []
    for name in names or suite_names():
        suites = [load_suites([name], depth)[0] for depth in DEPTHS]
        path = out / f"{suites[0].name}.md"
        path.write_text(datasheet(suites, ours=name in suite_names()), encoding="utf-8")
        written.append(path)
    return written


def datasheet(suites: Sequence[Suite], ours: bool = True) -> str:
    """Give the datasheet of a suite.

    Args:
        suites: the suite at each depth, in the order of `DEPTHS`.
        ours: False for a suite from a file, of which less is known.

    Returns:
        Markdown.
    """
    suite = suites[-1]
    name = suite.name if ours else "FILE"
    lines = chain(
        [
            f"# Datasheet: {_escaped(suite.title)}",
            "",
            f"*{_escaped(suite.question)}*",
            "",
            f"Suite `{suite.name}`, version {suite.version}. Written by `caveat suites datasheet {name}` from "
            "the suite itself: change the suite, not this file.",
            "",
        ],
        _motivation(suite),
        _composition(suites),
        _families(suite),
        _collection(suite),
        _labelling(suite, ours),
        _uses(suite, name),
        _list("Limits", suite.limitations),
        _maintenance(suites, ours),
        _tests(suites),
    )
    return "\n".join(lines).rstrip() + "\n"


def _escaped(text: str) -> str:
    return _SPECIAL.sub(r"\\\1", " ".join(text.split()))


def _table(heading: Sequence[str], rows: Iterable[Sequence[str]], numbers: int = 0) -> list[str]:
    """A table whose last columns are numbers; cells are Markdown."""
    words = len(heading) - numbers
    marks = ["---"] * words + ["---:"] * numbers
    return [f"| {' | '.join(cells)} |" for cells in (heading, marks, *rows)] + [""]


def _list(title: str, sentences: Iterable[str]) -> list[str]:
    return [f"## {title}", "", *(f"- {_escaped(sentence)}" for sentence in sentences), ""]


def _motivation(suite: Suite) -> Iterator[str]:
    yield from ("## Motivation", "", _escaped(suite.construct), "", _escaped(suite.method), "")
    primary = [contrast for contrast in suite.contrasts if contrast.primary]
    if not primary:
        return
    yield from (f"Compared first ({len(suite.contrasts) - len(primary)} further comparisons are secondary):", "")
    rows = []
    for contrast in primary:
        said = contrast.higher.replace("{gap}", "…").replace("{group_label}", contrast.group_label or contrast.group)
        said = axis_words(said.replace("{reference_label}", contrast.reference_label or contrast.reference), ())
        parts = [f"{stratum.kind} ({stratum.label})" for stratum in contrast.strata]
        design = {"groups": f"all {len(contrast.groups)} groups"}.get(contrast.design, contrast.design)
        rows.append((f"`{contrast.name}`", contrast.task, _escaped(said), "; ".join([design, *map(_escaped, parts)])))
    yield from _table(("Comparison", "For models of", "A positive gap means", "Design"), rows)


def _families(suite: Suite) -> Iterator[str]:
    if not suite.families:
        return
    used = {example.template for example in suite.examples}
    members: dict[str, list[str]] = {}
    for template, family in suite.families.items():
        if template in used:
            members.setdefault(family, []).append(template)
    yield from (
        f"**Families.** Frames that word one idea count as one in every interval; the other "
        f"{len(used) - sum(map(len, members.values()))} are ideas of their own.", "",
    )  # fmt: skip
    yield from (f"- *{_escaped(family)}*: {', '.join(f'`{t}`' for t in found)}" for family, found in members.items())
    yield ""


def _composition(suites: Sequence[Suite]) -> Iterator[str]:
    yield from (
        "## Composition", "",
        "A frame is a sentence with a place to fill; a filler fills it. Frames and fillers are the evidence, texts are "
        "cheap: intervals rest on clusters, the smaller of the two numbers.", "",
    )  # fmt: skip
    counts: dict[str, Callable[[Sequence[Example]], int]] = {
        "Frames": lambda found: len({e.template for e in found}),
        "Fillers": lambda found: len({e.fillers[0] for e in found if e.fillers}),
        "Clusters": lambda found: min(
            len({suites[-1].families.get(e.template, e.template) for e in found}), len({e.fillers[0] for e in found})
        ),
        "Tests with texts": lambda found: len({e.test for e in found}),
        "Pairs of twins": lambda found: len({(e.test, e.pair) for e in found if e.pair}),
        "Texts": len,
    }
    rows = [(name, *(f"{count(suite.examples):,}" for suite in suites)) for name, count in counts.items()]
    for role, said in _ROLES.items():
        having = [sum(e.role == role for e in suite.examples) for suite in suites]
        if any(having) and having != [len(suite.examples) for suite in suites]:
            rows.append((f"of them {said}", *(f"{n:,}" for n in having)))
    yield from _table(("", *DEPTHS), rows, len(DEPTHS))
    arms = [Counter(e.group for e in suite.examples) for suite in suites]
    names = list(dict.fromkeys(e.group for suite in reversed(suites) for e in suite.examples))
    if len(names) < MANY_ARMS:
        rows = [(_escaped(name), *(f"{found[name]:,}" for found in arms)) for name in names]
        yield from _table(("Texts by arm", *DEPTHS), rows, len(DEPTHS))
        return
    yield from (f"Texts by arm ({len(names)} arms):", "")
    for depth, found in zip(DEPTHS, arms, strict=True):
        yield f"- {depth}: {', '.join(f'{_escaped(name)} {found[name]:,}' for name in names if found[name])}."
    yield ""


def _collection(suite: Suite) -> Iterator[str]:
    yield from _list("Collection", suite.sources)
    known = list(dict.fromkeys(key for about in suite.fillers.values() for key in about))
    if known:
        yield from (f"Kept with each filler, where it applies: {', '.join(f'`{key}`' for key in known)}.", "")


def _labelling(suite: Suite, ours: bool) -> Iterator[str]:
    yield from ("## Labelling", "")
    yield (
        "Author-labelled and unpiloted: no people have rated the items. A label is the set of answers that count as "
        "right; a text on which careful readers could differ allows several."
        if ours
        else "Labels are those of the file's author; how they were made is not stated."
    )
    yield ""
    sets = Counter(_right(e) for e in suite.examples if e.role != "prior" and not e.choices)
    blanks = Counter("one of the choices" if e.allowed else _right(e) for e in suite.examples if e.choices)
    rows = [(said, f"{n:,}") for said, n in (sets + blanks).most_common()]
    yield from _table(("Right answer", "Texts at full depth"), rows, 1)
    checked = label_check(suite.name) if ours else []
    if checked:
        yield from (
            "Checked by automated annotators, not people; agreement among them overstates human agreement. Alpha is "
            "Krippendorff's: 1 is full agreement, 0 what chance gives. It counts first answers: where several are "
            "right, two annotators who give different ones lower alpha, though neither is wrong.", "",
        )  # fmt: skip
        found = [
            (f"`{row['test']}`", row["items"], row["alpha"], row["disagreements"], _escaped(row["resolution"]))
            for row in checked
        ]
        yield from _table(("Test", "Items", "Alpha", "Disagreements", "What was done"), found)


def label_check(suite: str) -> list[Mapping[str, str]]:
    """Give the rows of the label check of a suite; none where it was not made.

    Raises:
        CaveatError: when the file lacks a column.
    """
    path = folder("probes").joinpath("data", CHECK)
    if not path.is_file():
        return []
    lines = [line for line in path.read_text(encoding="utf-8").splitlines() if line and not line.startswith("#")]
    reader = csv.DictReader(lines, delimiter="\t")
    missing = [name for name in CHECK_COLUMNS if name not in (reader.fieldnames or ())]
    if missing:
        raise CaveatError(f"probes/data/{CHECK} has no column {', '.join(missing)}. Add it, separated by tabs.")
    return [row for row in reader if row["suite"] == suite]


def _right(example: Example) -> str:
    return " or ".join(sorted(example.allowed)) if example.allowed else "no answer is right or wrong"


def _uses(suite: Suite, name: str) -> Iterator[str]:
    yield from (
        "## Uses", "",
        f"For models of {' and '.join(suite.tasks)}, by `caveat run MODEL --suite {name}`; for teaching, and for "
        "finding where to look closer. Not for ranking people or groups, not as training data, and not as a "
        "certificate: no result here shows that a model may be used.", "",
    )  # fmt: skip
    if suite.discussion:
        yield from ("Questions for a class:", "", *(f"- {_escaped(q)}" for q in suite.discussion), "")


def _maintenance(suites: Sequence[Suite], ours: bool) -> Iterator[str]:
    yield from ("## Maintenance", "")
    if ours:
        yield from (
            "Items are frozen before a model is run, and none is changed because of what one model answered. A changed "
            "item changes the digest below, which stands in every result; results with different digests are not "
            "compared item by item. Please report errors as an issue.", "",
        )  # fmt: skip
    rows = [(suite.depth, f"`{digest(suite.examples)}`") for suite in suites]
    yield from _table(("Depth", "SHA-256 of all items"), rows)


def _tests(suites: Sequence[Suite]) -> Iterator[str]:
    tests = suites[-1].tests
    yield from ("## Tests", "")
    shared = {}
    for name in _SHARED:
        value, n = Counter(getattr(test, name) for test in tests).most_common(1)[0]
        if value and n > len(tests) / 2 and len(tests) > 1:
            shared[name] = value
    if shared:
        yield from ("For every test that does not say otherwise:", "")
        yield from (f"- **{_TITLES[name]}**: {_escaped(value)}" for name, value in shared.items())
        yield ""
    by_test: dict[str, list[Example]] = {}
    for example in suites[-1].examples:
        by_test.setdefault(example.test, []).append(example)
    counts = [Counter(example.test for example in suite.examples) for suite in suites]
    for test in tests:
        yield from _test(test, by_test.get(test.name, []), [found[test.name] for found in counts], shared)


def _test(test: Test, examples: Sequence[Example], counts: Sequence[int], shared: Mapping[str, str]) -> Iterator[str]:
    frames = len({e.template for e in examples})
    texts = ", ".join(f"{n:,} {depth}" for n, depth in zip(counts, DEPTHS, strict=True))
    yield from (f"### {_escaped(test.title)}", "")
    yield f"- `{test.name}`, {TYPES[test.type]}. {test.task}; {frames} frames; texts: {texts}."
    for name, title in _TITLES.items():
        value = getattr(test, name)
        if value and shared.get(name) != value:
            yield f"- **{title}**: {_escaped(value)}"
    shown = [f"“{_escaped(e.text.replace(MASK, '____'))}” ({_escaped(e.group)}: {_right(e)})" for e in two(examples)]
    if shown:
        yield f"- **Examples**: {' · '.join(shown)}"
    yield ""


def two(examples: Sequence[Example]) -> list[Example]:
    """Give two examples of a test: the first and its twin, or else one of another group, or the next."""
    found = [e for e in examples if e.role != "prior"]
    if len(found) < 2:
        return found
    first, rest = found[0], found[1:]
    twin = next((e for e in rest if first.pair and e.pair == first.pair and e.group != first.group), None)
    return [first, twin or next((e for e in rest if e.group != first.group), rest[0])]
