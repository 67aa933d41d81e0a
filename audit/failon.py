"""`--fail-on`: a threshold for a pipeline, crossed only when the near end of an interval is beyond it.

A point estimate alone never fails a pipeline: with few items it moves from run to run, and a pipeline that fails by
chance is soon switched off. Own rows are judged by their owner's figures, those of groups that the report hides
included; of these nothing is told but whether the threshold was crossed.
"""

from __future__ import annotations

import math
import re
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, replace
from difflib import get_close_matches
from itertools import combinations, product
from typing import Literal

from audit.schema import (
    FILL_MASK,
    AuditResult,
    CaveatError,
    Change,
    CompareResult,
    DataResult,
    Estimate,
    Finding,
    Suite,
)

_RULE = re.compile(
    r"\s*(?P<suite>[\w.-]+?)\.(?P<name>[^\[\]<>]+?)\s*(?:\[(?P<group>.+)\])?\s*(?P<sign><|>)\s*(?P<limit>[-+]?[\d.]+)\s*"
)
_ALIASES = {
    "failure_rate": "failure",
    "miss_rate": "miss",
    "false_alarm_rate": "false_alarm",
    "confident_error_rate": "confident_error",
}
_RENAMED = {
    "negation-failure": "negation-cost",
    "sarcasm-shortfall": "sarcasm-cost",
    **{f"shortfall-{kind}": f"cost-{kind}" for kind in ("praise", "address", "marks", "emoticon", "emoji")},
    **{
        f"{test}-score": f"{axis}-groups"
        for test, axis in (
            ("ethnicity-hispanic", "ethnicity"),
            ("ethnicity-asian", "ethnicity"),
            ("nonbinary", "gender-identity"),
            ("nationality-africa", "nationality"),
            ("nationality-middle-east", "nationality"),
            ("nationality-east-asia", "nationality"),
            ("religion-jewish", "religion"),
            ("religion-hindu", "religion"),
            ("religion-none", "religion"),
            ("neurodivergence", "disability"),
            ("mental-health", "disability"),
            ("international-students", "student-status"),
        )
    },
}
"""Contrasts that are no more -> those that answer their question now."""
HELP = "such as 'negation.failure_rate > 0.2', 'negation.negation-cost > 0.1' or 'data.accuracy[gender=women] < 0.7'"
MOST = 12
"""Names that a message lists."""

Result = AuditResult | DataResult | CompareResult
Names = Mapping[tuple[str, str], Collection[str] | None]
"""(suite, name) -> the groups that go with it, "" for the whole; None where they are known only afterwards."""


@dataclass(frozen=True, slots=True)
class Rule:
    """One threshold."""

    text: str
    suite: str
    name: str
    """A measure (its mean over the suite, or over a group) or a contrast (its gap)."""
    group: str
    above: bool
    limit: float

    @property
    def key(self) -> tuple[str, str, str]:
        """What it names."""
        return self.suite, self.name, self.group


@dataclass(frozen=True, slots=True)
class Figure:
    """A number that a rule may name."""

    suite: str
    name: str
    group: str
    value: float
    low: float
    high: float
    reason: str
    shown: bool = True
    """Whether the report shows it; of one that it hides no number is told."""

    @property
    def key(self) -> tuple[str, str, str]:
        """What a rule calls it."""
        return self.suite, self.name, self.group

    @property
    def numbers(self) -> str:
        """Its numbers, so that two figures can be held against each other."""
        return repr((self.value, self.low, self.high))


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rule."""

    rule: Rule
    state: Literal["crossed", "not crossed", "not judged"]
    figure: Figure | None
    reason: str = ""
    """Why it was not judged."""

    @property
    def crossed(self) -> bool:
        """Whether the whole interval is beyond the threshold."""
        return self.state == "crossed"

    @property
    def sentence(self) -> str:
        """Say it in a line."""
        found, told = self.figure, f"{self.rule.text}: {self.state}"
        if self.state == "not judged" or found is None:
            return f"{told}, {self.reason.rstrip('.')}."
        if not found.shown:
            return f"{told}. {HIDDEN}"
        side = "above" if self.rule.above else "below"
        shown = f"{found.value:.3f} (95 % interval {found.low:.3f} to {found.high:.3f})"
        if self.crossed:
            return f"{told}. {shown} lies wholly {side} {self.rule.limit:g}."
        beyond = found.value > self.rule.limit if self.rule.above else found.value < self.rule.limit
        if beyond:
            return f"{told}. {shown} is {side} {self.rule.limit:g}, but its interval is not."
        return f"{told}. {shown}."


HIDDEN = "The report does not show this figure, so its size is not told here either."
NO_INTERVAL = "it has no interval"


def parse(texts: Iterable[str]) -> tuple[Rule, ...]:
    """Read rules.

    Args:
        texts: "suite.name > number", "suite.name[group] < number".

    Raises:
        CaveatError: when one is not of that form.
    """
    return tuple(_parse(text) for text in texts)


def _parse(text: str) -> Rule:
    found = _RULE.fullmatch(text)
    try:
        limit = float(found["limit"]) if found else math.nan
    except ValueError:
        limit = math.nan
    if found is None or math.isnan(limit):
        raise CaveatError(f"--fail-on {text!r} is not a rule. Write SUITE.NAME > NUMBER or < NUMBER, {HELP}.")
    name = _ALIASES.get(found["name"], found["name"])
    return Rule(text.strip(), found["suite"], name, (found["group"] or "").strip(), found["sign"] == ">", limit)


def figures(result: Result) -> Iterator[Figure]:
    """Give every number of a result that a rule may name.

    Overall means are `suite.measure`, those of a group `suite.measure[group]` (own data: `[column=group]`, extremes
    over a column `[column]`), gaps `suite.contrast`, changes of a comparison `suite.contrast` with the other audit's
    name in brackets.
    """
    if isinstance(result, CompareResult):
        for other in result.others:
            for change in other.changes:
                yield from _of_change(change, other.side.name, len(result.others) == 1)
    elif isinstance(result, DataResult):
        yield from _of_rows(result.estimates, result.findings, result.source.groups)
    else:
        for e in result.estimates:
            if not e.test or e.by == "test":
                group = "" if e.by == "overall" else e.group
                yield Figure(e.suite, e.measure, group, e.value, e.low, e.high, e.reason)
        for f in result.findings:
            yield Figure(f.suite, f.contrast, "", f.gap, f.low, f.high, f.reason)


def _of_change(change: Change, side: str, alone: bool) -> Iterator[Figure]:
    name = f"{change.contrast}:{change.test}" if change.test else change.contrast
    for group in (side, *([""] if alone else [])):
        yield Figure(change.suite, name, group, change.change, change.low, change.high, change.reason)


def _of_rows(estimates: Iterable[Estimate], findings: Iterable[Finding], columns: Sequence[str]) -> Iterator[Figure]:
    for e in estimates:
        group = "" if e.by == "overall" else f"{e.by}={e.group}" if e.group else e.by
        yield Figure(e.suite, e.measure, group, e.value, e.low, e.high, e.reason)
        if len(columns) == 1 and group == e.by:
            yield Figure(e.suite, e.measure, "", e.value, e.low, e.high, e.reason)
    for f in findings:
        yield Figure(f.suite, f.contrast, f"{f.axis}={f.group}", f.gap, f.low, f.high, f.reason)
        # Of two groups one is compared with the other; the other way round it is the same gap with the other sign.
        if f.axis in columns:
            yield Figure(f.suite, f.contrast, f"{f.axis}={f.reference}", 0 - f.gap, 0 - f.high, 0 - f.low, f.reason)


def owner_figures(result: DataResult) -> Iterator[Figure]:
    """Give every number of somebody's own rows, those that the report hides included.

    Args:
        result: with its rows.
    """
    from audit.owndata.analysis import unsuppressed

    estimates, findings = unsuppressed(result.rows, result.source, result.settings.seed)
    yield from _of_rows(estimates, findings, result.source.groups)


def judge(rules: Sequence[Rule], result: Result, owner: Iterable[Figure] | None = None) -> list[Outcome]:
    """Hold rules against a result.

    Args:
        rules: from `parse`.
        result: what the report shows.
        owner: the figures to judge by where the report hides some; own rows bring theirs along.

    Raises:
        CaveatError: when a rule names a number that the result does not have; the names it has are listed.
    """
    shown = _by_key(figures(result))
    known = shown
    if owner is None and isinstance(result, DataResult) and result.rows is not None and rules:
        owner = owner_figures(result)
    if owner is not None:
        known = {
            key: replace(figure, shown=key in shown and shown[key].numbers == figure.numbers)
            for key, figure in _by_key(owner).items()
        }
    return [_judge(rule, known) for rule in rules]


def _by_key(found: Iterable[Figure]) -> dict[tuple[str, str, str], Figure]:
    known: dict[tuple[str, str, str], Figure] = {}
    for figure in found:
        known.setdefault(figure.key, figure)
    return known


def _judge(rule: Rule, known: Mapping[tuple[str, str, str], Figure]) -> Outcome:
    figure = known.get(rule.key)
    if figure is None:
        groups: dict[tuple[str, str], list[str]] = {}
        for suite, name, group in sorted(known):
            groups.setdefault((suite, name), []).append(group)
        raise CaveatError(f"--fail-on {rule.text!r}: {_unknown(rule, groups, 'was not run')}")
    if not (math.isfinite(figure.low) and math.isfinite(figure.high)):
        hidden = f"{NO_INTERVAL}. {HIDDEN}"
        return Outcome(rule, "not judged", figure, (figure.reason or NO_INTERVAL) if figure.shown else hidden)
    beyond = figure.low > rule.limit if rule.above else figure.high < rule.limit
    return Outcome(rule, "crossed" if beyond else "not crossed", figure)


def judge_each(rules: Sequence[Rule], result: Result, owner: Iterable[Figure] | None = None) -> list[Outcome]:
    """Hold rules against one of several results: a number that this one does not have is not judged.

    Args:
        rules: from `parse`, names checked.
        result: of one model.
        owner: as for `judge`.
    """
    found, every = [], list(owner) if owner is not None else None
    if every is None and isinstance(result, DataResult) and result.rows is not None and rules:
        every = list(owner_figures(result))
    for rule in rules:
        try:
            found += judge([rule], result, every)
        except CaveatError as error:
            reason = str(error).removeprefix(f"--fail-on {rule.text!r}: ")
            found.append(Outcome(rule, "not judged", None, f"this audit has no such figure: {reason}"))
    return found


def names_of_suites(suites: Iterable[Suite]) -> Names:
    """Give what rules may name of audits of suites, whatever kind of model they run on."""
    from audit.analysis.estimates import HEADLINES
    from audit.analysis.special import SKEWS, SPECIAL

    found: dict[tuple[str, str], Collection[str] | None] = {}
    for suite in suites:
        # In the order in which a message lists them.
        groups = dict.fromkeys(["", *(example.group for example in suite.examples), *(t.name for t in suite.tests)])
        for breakdown in suite.breakdowns:
            groups |= dict.fromkeys([*breakdown.order, *breakdown.groups])
        groups |= dict.fromkeys([*(ratio.name for ratio in suite.ratios), *suite.fillers, *suite.templates])
        for example in suite.examples:
            groups |= dict.fromkeys(example.features.values())
        measures = {*HEADLINES, *(b.measure for b in suite.breakdowns), *(r.measure for r in suite.ratios)}
        found |= {(suite.name, measure): groups for measure in measures}
        # What is worked out by coverage, by confidence or over occupations has groups of its own.
        special = (*SPECIAL, *(SKEWS if FILL_MASK in suite.tasks else ()))
        found |= {(suite.name, name): None for name in special}
        found |= {(suite.name, contrast.name): ("",) for contrast in suite.contrasts}
    return found


def names_of_rows(columns: Mapping[str, Collection[str]] | Sequence[str]) -> Names:
    """Give what rules may name of an audit of own rows.

    Args:
        columns: group column -> its groups, or the columns alone before the file is read.
    """
    from audit.owndata.analysis.figures import SUITE, shares
    from audit.owndata.analysis.gaps import COMPARED, PRIMARY, contrast_of
    from audit.owndata.analysis.parity import MEASURES
    from audit.owndata.analysis.sums import CROSS
    from audit.owndata.classes import JOINED, Classes

    single: dict[str, Collection[str]] = {}
    groups: dict[str, None] | None = None
    if isinstance(columns, Mapping):
        single = {name: [f"{name}={value}" for value in values] for name, values in columns.items()}
        for (one, values), (two, others) in combinations(columns.items(), 2):
            by = CROSS.join((one, two))
            single[by] = [f"{by}={CROSS.join(cell)}" for cell in product(values, others)]
        groups = dict.fromkeys(["", *(group for some in single.values() for group in some)])
    every = {share.name: None for joined in ("", *JOINED) for share in shares(Classes(joined).names)}
    found: dict[tuple[str, str], Collection[str] | None] = {(SUITE, name): groups for name in (*every, "macro_f1")}
    for column in columns:
        found |= {(SUITE, contrast_of(measure, column)): single.get(column) for measure in COMPARED}
        found |= {(SUITE, measure): [*([""] if len(columns) == 1 else []), *columns] for measure in MEASURES}
    for pair in map(CROSS.join, combinations(columns, 2)):
        found[SUITE, contrast_of(PRIMARY, pair)] = single.get(pair)
    return found


def names_of_comparison(suites: Mapping[str, Iterable[str]], sides: Sequence[str]) -> Names:
    """Give what rules may name of a comparison.

    Args:
        suites: suite -> the names of its changes.
        sides: the audits that stand beside the first.
    """
    groups = [*([""] if len(sides) == 1 else []), *sides]
    return {(suite, name): groups for suite, names in suites.items() for name in names}


def check_names(rules: Iterable[Rule], names: Names) -> None:
    """Insist, before anything is run, that rules name figures that a result can have.

    Raises:
        CaveatError: for the first one that does not.
    """
    for rule in rules:
        why = _unknown(rule, names)
        if why:
            raise CaveatError(f"--fail-on {rule.text!r}: {why}")


_ONLY_POINTS = ("ece", "worst_gap")
"""Measures without an interval; of own rows, extremes over a column have one."""


def _unknown(rule: Rule, names: Names, lacking: str = "is not run here") -> str:
    """Say which of a rule's names there is not; "" when there are all."""
    suites = sorted({suite for suite, _ in names})
    if rule.suite not in suites:
        return f"{rule.suite!r} {lacking}. There is: {listed(suites)}."
    mine = sorted(name for suite, name in names if suite == rule.suite)
    if rule.name not in mine:
        now = _RENAMED.get(rule.name, "")
        if now in mine:
            return (
                f"{rule.name!r} is no more, because it measured something else. Write {rule.suite}.{now}, and choose "
                f"its limit anew (caveat suites show {rule.suite})."
            )
        close = get_close_matches(rule.name, mine, 1)
        hint = f" Did you mean {close[0]!r}?" if close else ""
        if rule.name in _ONLY_POINTS:
            return f"{rule.name!r} has no interval, and a rule is judged by its interval. There is: {listed(mine, 40)}."
        return f"{rule.suite} has no {rule.name!r}.{hint} There is: {listed(mine, 40)}."
    groups = names[rule.suite, rule.name]
    if groups is None or rule.group in groups:
        return ""
    close = get_close_matches(rule.group, [group for group in groups if group], 1)
    hint = f" Did you mean [{close[0]}]?" if close else ""
    shown = [f"[{group}]" if group else "none (overall)" for group in groups]
    return f"no such group. {rule.suite}.{rule.name} takes: {listed(shown)}.{hint}"


def listed(names: Sequence[str], most: int = MOST) -> str:
    """Join names, the first of many."""
    more = len(names) - most
    return ", ".join(names[:most]) + (f" and {more:,} more" if more > 0 else "")
