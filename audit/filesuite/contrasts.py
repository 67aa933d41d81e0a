"""The contrasts of a suite from a file: those it asks for, or each group against the reference."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, replace

from audit.filesuite.reading import About, Comparison, guess, slug
from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, Contrast, Example, Test, Unit
from audit.schema.errors import listed, mistake


@dataclass(frozen=True, slots=True)
class _Wording:
    """How a gap of a measure is said; {g} and {r} stand for the groups."""

    unit: Unit
    higher: str
    lower: str
    task: str = ""
    """Empty where any kind of model has the measure."""


def _often(what: str, task: str = "") -> _Wording:
    said = 'texts of group "{g}" are ' + what + ' {gap} MORE often than those of group "{r}"'
    return _Wording("points", said.replace("MORE", "more"), said.replace("MORE", "less"), task)


_BY = ('texts of group "{g}" are read {gap} ', ' than those of group "{r}"')

MEASURES: Mapping[str, _Wording] = {
    "failure": _often("answered wrongly"),
    "accuracy": _often("answered rightly"),
    "miss": _often("not called negative", TEXT_CLASSIFICATION),
    "false_alarm": _often("called negative", TEXT_CLASSIFICATION),
    "confident_error": _often("answered wrongly at 90 % confidence"),
    "confidence": _Wording(
        "share",
        'the mean confidence is {gap} higher on texts of group "{g}" than on those of group "{r}"',
        'the mean confidence is {gap} lower on texts of group "{g}" than on those of group "{r}"',
    ),
    "valence": _Wording("valence", "more positively".join(_BY), "more negatively".join(_BY), TEXT_CLASSIFICATION),
    "log_odds": _Wording("log-odds", "more positively".join(_BY), "more negatively".join(_BY), TEXT_CLASSIFICATION),
    "pronoun_log_ratio": _Wording(
        "log-odds",
        'the balance of she and he is {gap} further toward she in texts of group "{g}" than in those of group "{r}"',
        'the balance of she and he is {gap} further toward he in texts of group "{g}" than in those of group "{r}"',
        FILL_MASK,
    ),
}
"""What a file may compare: measures that need one text each."""

_JUDGED = ("failure", "accuracy", "confident_error")
_PRONOUNS = {"she", "he"}


def make_contrasts(about: About, tests: Sequence[Test], examples: Sequence[Example]) -> tuple[Contrast, ...]:
    """Make the contrasts of each kind of model; the first of each is the primary one.

    Args:
        about: what the file says; without contrasts of its own, every group is compared with the reference.
        tests: of the suite.
        examples: of the suite.

    Raises:
        CaveatError: for a group or a measure that there is not.
    """
    every = tuple(dict.fromkeys(e.group for e in examples))
    wanted = about.contrasts or _against_reference(about, every)
    for asked in about.contrasts:
        _check(about, asked, every)
    found: list[Contrast] = []
    met: set[str] = set()
    for task in dict.fromkeys(test.task for test in tests):
        names = {test.name for test in tests if test.task == task}
        mine = [e for e in examples if e.test in names and e.role != "positive-control"]
        more = "" if task == tests[0].task else f"-{task}"
        made = []
        for asked in wanted:
            arms = [[e for e in mine if e.group == group] for group in (asked.group, asked.reference)]
            if all(arms) and (not asked.measure or MEASURES[asked.measure].task in ("", task)):
                made.append(_contrast(asked, task, arms[0], arms[1], more))
                met.add(asked.place)
        found += [replace(contrast, primary=i == 0) for i, contrast in enumerate(made)]
    for asked in about.contrasts:
        if asked.place not in met:
            raise mistake(
                about.path,
                asked.place,
                f"no kind of model can compare {asked.group!r} with {asked.reference!r} on "
                f"{asked.measure or 'any measure'}. Choose other groups or another measure",
            )
    return tuple(_named_apart(about, found))


def _named_apart(about: About, found: Sequence[Contrast]) -> Iterator[Contrast]:
    """Number names that were made from groups such as "+1" and "-1"; a name that the file gives twice is a mistake."""
    given = {slug(asked.name) for asked in about.contrasts}
    seen: Counter[str] = Counter()
    for contrast in found:
        seen[contrast.name] += 1
        if seen[contrast.name] > 1 and contrast.name in given:
            raise mistake(about.path, "contrasts", f"two are named {contrast.name!r}. Give each a name of its own")
        number = f"-{seen[contrast.name]}" if seen[contrast.name] > 1 else ""
        yield replace(contrast, name=contrast.name + number)


def _against_reference(about: About, groups: Sequence[str]) -> tuple[Comparison, ...]:
    reference = about.reference or groups[0]
    return tuple(Comparison(group, group, reference) for group in groups if group != reference)


def _check(about: About, asked: Comparison, groups: Sequence[str]) -> None:
    for role in ("group", "reference"):
        value = getattr(asked, role)
        if value not in groups:
            raise mistake(
                about.path,
                asked.place,
                f"no group {value!r} for {role}. Valid: {listed(groups)}.{guess(value, groups)} Correct it",
            )
    if asked.group == asked.reference:
        raise mistake(about.path, asked.place, f"{asked.group!r} is compared with itself. Name another reference")
    if asked.measure and asked.measure not in MEASURES:
        raise mistake(
            about.path,
            asked.place,
            f"no measure {asked.measure!r}. Valid: {listed(MEASURES)}.{guess(asked.measure, MEASURES)} Correct it, "
            "or leave it out",
        )
    for key in ("higher", "lower"):
        said = getattr(asked, key)
        if said and said.count("{gap}") != 1:
            raise mistake(about.path, asked.place, f"{key} has no place for the size. Write {{gap}} in it once")


def _contrast(
    asked: Comparison, task: str, arm: Sequence[Example], reference: Sequence[Example], more: str
) -> Contrast:
    measure = asked.measure or _default_measure(task, arm, reference)
    words = MEASURES[measure]
    names = {"{g}": asked.group, "{r}": asked.reference}
    return Contrast(
        name=(slug(asked.name) or slug(f"{asked.group} against {asked.reference}")) + more,
        measure=measure,
        group=asked.group,
        reference=asked.reference,
        unit=words.unit,
        higher=asked.higher or _filled(words.higher, names),
        lower=asked.lower or _filled(words.lower, names),
        design="paired" if _paired(arm, reference) else "unpaired",
        tests=tuple(dict.fromkeys(e.test for e in (*arm, *reference))),
        task=task,
        harm=asked.harm,
        group_label=asked.group,
        reference_label=asked.reference,
    )


def _filled(pattern: str, names: Mapping[str, str]) -> str:
    for slot, name in names.items():
        pattern = pattern.replace(slot, name)
    return pattern


def _default_measure(task: str, arm: Sequence[Example], reference: Sequence[Example]) -> str:
    """Choose errors where both groups have right answers; else what the texts allow."""
    judged = [any(e.allowed for e in group) for group in (arm, reference)]
    if all(judged):
        return "failure"
    if task == FILL_MASK and all({"she", "he"} <= {c.lower() for c in e.choices} for e in (*arm, *reference)):
        return "pronoun_log_ratio"
    return "valence" if task == TEXT_CLASSIFICATION and not any(judged) else "confidence"


def _paired(arm: Sequence[Example], reference: Sequence[Example]) -> bool:
    """Whether every text of the group has a twin in the reference; a reference without one is then left out."""
    twins = {e.pair for e in reference if e.pair}
    return all(e.pair in twins for e in arm)
