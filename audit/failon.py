"""`--fail-on`: a threshold for a pipeline, crossed only when the near end of an interval is beyond it.

A point estimate alone never fails a pipeline: with few items it moves from run to run, and a pipeline that fails by
chance is soon switched off.
"""

from __future__ import annotations

import math
import re
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from difflib import get_close_matches

from audit.schema import AuditResult, CaveatError, CompareResult, DataResult

CROSSED = 1
"""Exit code when a threshold was crossed."""
_RULE = re.compile(
    r"\s*(?P<suite>[\w.-]+?)\.(?P<name>[\w:-]+)(?:\[(?P<group>[^\]]+)\])?\s*(?P<sign><|>)\s*(?P<limit>-?[\d.]+)\s*"
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


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a rule."""

    rule: Rule
    figure: Figure
    crossed: bool

    @property
    def sentence(self) -> str:
        """Say it in a line."""
        side = "above" if self.rule.above else "below"
        if not (math.isfinite(self.figure.low) and math.isfinite(self.figure.high)):
            why = self.figure.reason or "it has no interval"
            return f"{self.rule.text}: not judged, {why}."
        shown = f"{self.figure.value:.3f} (95 % interval {self.figure.low:.3f} to {self.figure.high:.3f})"
        if self.crossed:
            return f"{self.rule.text}: crossed. {shown} lies wholly {side} {self.rule.limit:g}."
        beyond = self.figure.value > self.rule.limit if self.rule.above else self.figure.value < self.rule.limit
        if beyond:
            return f"{self.rule.text}: not crossed. {shown} is {side} {self.rule.limit:g}, but its interval is not."
        return f"{self.rule.text}: not crossed. {shown}."


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


def figures(result: AuditResult | DataResult | CompareResult) -> Iterator[Figure]:
    """Give every number of a result that a rule may name.

    Overall means are `suite.measure`, those of a group `suite.measure[group]` (own data: `[column=group]`), gaps
    `suite.contrast`, changes of a comparison `suite.contrast` with the other audit's name in brackets.
    """
    if isinstance(result, CompareResult):
        for other in result.others:
            for change in other.changes:
                name = f"{change.contrast}:{change.test}" if change.test else change.contrast
                for group in (other.side.name, *([""] if len(result.others) == 1 else [])):
                    yield Figure(change.suite, name, group, change.change, change.low, change.high, change.reason)
        return
    for estimate in result.estimates:
        if estimate.test and estimate.by != "test":
            continue
        group = "" if estimate.by == "overall" else estimate.group
        if isinstance(result, DataResult) and group:
            group = f"{estimate.by}={estimate.group}"
        yield Figure(
            estimate.suite, estimate.measure, group, estimate.value, estimate.low, estimate.high, estimate.reason
        )
    for finding in result.findings:
        group = f"{finding.axis}={finding.group}" if isinstance(result, DataResult) else ""
        yield Figure(finding.suite, finding.contrast, group, finding.gap, finding.low, finding.high, finding.reason)


def judge(rules: Sequence[Rule], result: AuditResult | DataResult | CompareResult) -> list[Outcome]:
    """Hold rules against a result.

    Raises:
        CaveatError: when a rule names a number that the result does not have; the names it has are listed.
    """
    known: dict[tuple[str, str, str], Figure] = {}
    for figure in figures(result):
        known.setdefault((figure.suite, figure.name, figure.group), figure)
    return [_judge(rule, known) for rule in rules]


def _judge(rule: Rule, known: dict[tuple[str, str, str], Figure]) -> Outcome:
    figure = known.get((rule.suite, rule.name, rule.group))
    if figure is None:
        raise CaveatError(_unknown(rule, known))
    beyond = figure.low > rule.limit if rule.above else figure.high < rule.limit
    return Outcome(rule, figure, beyond)


def check_names(rules: Iterable[Rule], suite: str, names: Iterable[str]) -> None:
    """Insist, before anything is run, that rules name figures that a result will have.

    Raises:
        CaveatError: for the first one that does not.
    """
    known = sorted(names)
    for rule in rules:
        if rule.suite != suite:
            raise CaveatError(f"--fail-on {rule.text!r}: {rule.suite!r} is not run here. Write {suite}.NAME > NUMBER.")
        if rule.name not in known:
            raise CaveatError(_no_name(rule, known))


def _no_name(rule: Rule, names: Sequence[str]) -> str:
    if rule.name in _RENAMED and _RENAMED[rule.name] in names:
        now = _RENAMED[rule.name]
        return (
            f"--fail-on {rule.text!r}: {rule.name!r} is no more, because it measured something else. "
            f"Write {rule.suite}.{now}, and choose its limit anew (caveat suites show {rule.suite})."
        )
    close = get_close_matches(rule.name, names, 1)
    hint = f" Did you mean {close[0]!r}?" if close else ""
    return f"--fail-on {rule.text!r}: {rule.suite} has no {rule.name!r}.{hint} There is: {', '.join(names)}."


def _unknown(rule: Rule, known: dict[tuple[str, str, str], Figure]) -> str:
    suites = sorted({suite for suite, _, _ in known})
    if rule.suite not in suites:
        return f"--fail-on {rule.text!r}: {rule.suite!r} was not run. There is: {', '.join(suites)}."
    names = sorted({name for suite, name, _ in known if suite == rule.suite})
    if rule.name not in names:
        return _no_name(rule, names)
    groups = sorted({group for suite, name, group in known if (suite, name) == (rule.suite, rule.name)})
    listed = ", ".join(f"[{group}]" if group else "none (overall)" for group in groups)
    return f"--fail-on {rule.text!r}: no such group. {rule.suite}.{rule.name} takes: {listed}."
