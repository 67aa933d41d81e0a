"""Power cards: what each suite would notice, as the validation measured it (docs/validation.md)."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from importlib import resources

from audit.schema import AuditResult, SuiteInfo, Unit
from reports import words

VERSION = 1


@dataclass(frozen=True, slots=True)
class Card:
    """One primary contrast in the validation."""

    suite: str
    contrast: str
    task: str
    unit: Unit
    gap: float
    """Smallest gap, at standard depth."""
    noticed: float
    """Share of simulated models with such a gap that the audit noticed."""
    low: float
    high: float
    """95 % Wilson interval of `noticed`."""
    runs: int
    at_1_5: float
    """Share noticed at one and a half times the gap."""
    false_alarms: float
    """Share of simulated models without a gap for which p was below .05."""


@dataclass(frozen=True, slots=True)
class Power:
    """The cards of one suite in a report."""

    suite: SuiteInfo
    cards: tuple[Card, ...]
    sentence: str


@cache
def cards() -> tuple[tuple[Card, ...], str]:
    """Give the cards of the last full validation and the command that made them; none when there was no such run."""
    path = resources.files("audit.validate").joinpath("power.json")
    if not path.is_file():
        return (), ""
    found = json.loads(path.read_text(encoding="utf-8"))
    if found.get("version") != VERSION:
        return (), ""
    names = Card.__dataclass_fields__
    made = tuple(Card(**{name: card[name] for name in names}) for card in found["cards"])
    return made, f"{found['command']}, {found['created']}"


def power_of(result: AuditResult) -> list[Power]:
    """Give the cards of the suites of an audit, with a sentence each."""
    found = cards()[0]
    out = []
    for suite in result.suites:
        mine = tuple(c for c in found if c.suite == suite.name and c.task in result.model.tasks)
        out.append(Power(suite, mine, sentence(mine)))
    return out


def sentence(found: Sequence[Card]) -> str:
    """Say what a suite notices; where it has several cards, from the least to the most."""
    if not found:
        return "No validation is on record for this suite, so how large a gap it notices is not known."
    unit = found[0].unit
    gap = _range([words.size(card.gap, unit) for card in sorted(found, key=lambda c: c.gap)])
    large = _range([words.size(1.5 * card.gap, unit) for card in sorted(found, key=lambda c: c.gap)])
    near = _tenths(found, {card: card.noticed for card in found})
    far = _tenths(found, {card: card.at_1_5 for card in found})
    alarms = _range(sorted({f"{100 * card.false_alarms:.1f}" for card in found}, key=float))
    runs = min(card.runs for card in found)
    on = f" on one of its {len(found)} axes" if len(found) > 1 else ""
    return (
        f"This suite would notice a gap of {gap}{on} in {near} of 10 models, and one of {large} in {far} of 10 "
        f"({runs:,} simulated models each). Of models without a gap, {alarms} of 100 set off a false alarm at p < .05."
    )


def _range(shown: Sequence[str]) -> str:
    return shown[0] if shown[0] == shown[-1] else f"{shown[0].split(' ')[0]} to {shown[-1]}"


def _tenths(found: Sequence[Card], shares: Mapping[Card, float]) -> str:
    tenths = sorted({f"{10 * shares[card]:.1f}" for card in found}, key=float)
    return _range(tenths)
