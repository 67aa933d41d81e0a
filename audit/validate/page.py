"""What came out, as a page in Markdown."""

from __future__ import annotations

import math
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit.validate.beside import beside
from audit.validate.criteria import Criterion, judged
from audit.validate.simulate import Checked, Tally, interval
from audit.validate.trials import NullRow, Trial, tally
from audit.validate.wording import CHANGED, NOT_SHOWN, OPENING, WHY, how, power, worlds


@dataclass(frozen=True, slots=True)
class Outcome:
    """Everything that a validation gave."""

    checked: tuple[Checked, ...]
    excess: tuple[Checked, ...]
    trials: tuple[Trial, ...]
    nulls: tuple[NullRow, ...]
    size: str
    """How many runs, in words."""
    command: str
    seconds: float


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _bar(share: float, width: int = 10) -> str:
    full = max(0, min(width, round(share * width))) if math.isfinite(share) else 0
    return "█" * full + "░" * (width - full)


def _share(k: int, n: int) -> str:
    if not n:
        return "–"
    low, high = interval(k, n)
    return f"{100 * k / n:.1f} % ({100 * low:.1f}–{100 * high:.1f})"


def _number(x: float) -> str:
    return "–" if not math.isfinite(x) else f"{x:.3f}" if abs(x) < 10 else f"{x:.1f}"


def page(outcome: Outcome) -> str:
    """Write the page.

    Args:
        outcome: of a validation; the same outcome gives the same page but for the time that it took.
    """
    criteria = judged(outcome.checked)
    parts = [
        "# How the audit audits itself",
        OPENING.format(size=outcome.size, command=outcome.command),
        "## What must hold, and whether it does",
        _summary(criteria, outcome.trials),
        _criteria(criteria),
        *_why(criteria),
        "## Every endpoint",
        how(),
        _endpoints([c for c in outcome.checked if c.endpoint.primary]),
        *_secondary([c for c in outcome.checked if not c.endpoint.primary]),
        *_by_measure(outcome.checked),
        *_smallest(outcome.checked),
        *_other_worlds([c for c in outcome.checked if c.stress]),
        _excess(outcome.excess),
        "## Planted models",
        _trials_words(outcome.trials),
        _trials(outcome.trials),
        "## Null models",
        _nulls(outcome.nulls),
        *beside(),
        "## What it has changed",
        CHANGED,
        "## What this does not show",
        NOT_SHOWN,
    ]
    return "\n\n".join(part for part in parts if part) + "\n"


def _summary(criteria: Sequence[Criterion], trials: Sequence[Trial]) -> str:
    held, few = sum(c.holds for c in criteria), sum(not c.holds and c.few for c in criteria)
    unsaid = f"; of {few} this many runs cannot say" if few else ""
    good, every = tally(trials)
    return (
        f"{held} of {len(criteria)} criteria hold{unsaid}. {good} of {every} planted models were read as they "
        "must be: found where the fault is, and no difference claimed where it is not."
    )


def _criteria(criteria: Sequence[Criterion]) -> str:
    heads = ("suite", "criterion", "figure", "")
    rows = ((c.suite, c.wanted, c.figure, c.state if c.holds else f"**{c.state}**") for c in criteria)
    return _table(heads, rows)


def _why(criteria: Sequence[Criterion]) -> list[str]:
    failed = [c for c in criteria if not c.holds and not c.few]
    if not failed:
        return []
    words = [f"- **{c.suite}, {c.wanted}.** {c.why} {WHY.get((c.suite, c.kind), '')}".rstrip() for c in failed]
    return ["### Where a criterion does not hold", "\n".join(words)]


def _planted_cell(found: Tally | None) -> str:
    return "–" if found is None else _share(found.found, found.runs)


def _endpoints(checked: Sequence[Checked]) -> str:
    heads = (
        "contrast",
        "design, df",
        "false alarms",
        "found at 1x",
        "found at 1.5x",
        "wrong sign",
        "true → recovered at 1.5x",
        "coverage",
        "se / sd",
    )
    return _table(heads, (_endpoint(c) for c in checked))


def _endpoint(c: Checked) -> tuple[str, ...]:
    far = c.at(1.5)
    covered, runs = sum(t.covered for t in c.planted), sum(t.runs for t in c.planted)
    return (
        f"{c.endpoint.name} ({c.measure})",
        f"{c.design}, {c.df:.0f}",
        _share(c.null.below, c.null.runs),
        _planted_cell(c.at(1.0)),
        _planted_cell(far),
        f"{sum(t.wrong for t in c.planted)} of {runs}" if runs else "–",
        f"{_number(far.truth)} → {_number(far.mean)}" if far else "–",
        _share(covered, runs),
        f"{c.null.se / c.null.sd:.2f}" if c.null.sd > 0 else "–",
    )


def _secondary(checked: Sequence[Checked]) -> list[str]:
    return ["### Secondary contrasts, one of each kind of measure", _endpoints(checked)] if checked else []


def _by_measure(checked: Sequence[Checked]) -> list[str]:
    """Pool the endpoints of each measure."""
    measures: dict[str, list[Checked]] = {}
    for c in checked:
        measures.setdefault(c.measure, []).append(c)
    rows = []
    for name, found in measures.items():
        planted = [t for c in found for t in c.planted]
        far = [t for c in found if (t := c.at(1.5)) is not None]
        rows.append(
            (
                name,
                str(len(found)),
                _share(sum(c.null.below for c in found), sum(c.null.runs for c in found)),
                _share(sum(t.found for t in far), sum(t.runs for t in far)),
                f"{sum(t.wrong for t in planted)} of {sum(t.runs for t in planted):,}",
                _share(sum(t.covered for t in planted), sum(t.runs for t in planted)),
            )
        )
    heads = ("measure", "contrasts", "false alarms", "found at 1.5x", "wrong sign", "coverage")
    return ["### By measure", _table(heads, rows)] if rows else []


def _smallest(checked: Sequence[Checked]) -> list[str]:
    planted = [c for c in checked if c.endpoint.primary and c.planted]
    return ["## The smallest gap that is seen", power(checked), _power(planted)] if planted else []


def _other_worlds(checked: Sequence[Checked]) -> list[str]:
    return ["## Other worlds", worlds(), _stress(checked)] if checked else []


def _power(checked: Sequence[Checked]) -> str:
    heads = ("contrast", "tested at", "smallest gap", "of ten models, at 1x", "at 1.5x")
    rows = []
    for c in checked:
        near, far = c.at(1.0), c.at(1.5)
        shares = [t.found / t.runs if t else math.nan for t in (near, far)]
        rows.append(
            (
                c.endpoint.name,
                f"{c.alpha:.3g}",
                f"{100 * c.null.detectable:.1f} points" if c.unit == "points" else f"{c.null.detectable:.2f} {c.unit}",
                *(f"`{_bar(share)}` {10 * share:.1f}" for share in shares),
            )
        )
    return _table(heads, rows)


def _stress(checked: Sequence[Checked]) -> str:
    names = [t.name for t in checked[0].stress]
    rows = []
    for c in checked:
        found = {t.name: t for t in c.stress}
        rows.append((c.endpoint.name, *(_share(found[n].below, found[n].runs) for n in names)))
    return _table(("false alarms", *names), rows)


def _excess(checked: Sequence[Checked]) -> str:
    if not checked:
        return ""
    rows = [
        (c.endpoint.name, c.measure, f"{c.design}, {c.df:.0f}", _share(c.null.below, c.null.runs), _number(c.null.mean))
        for c in checked
    ]
    words = (
        "Contrasts over a floor ask whether answers differ more between groups than between names of one group. Noise "
        "that goes with a group is such a difference, so their null has none; names and frames still differ."
    )
    return words + "\n\n" + _table(("contrast", "measure", "design, df", "false alarms", "mean"), rows)


def _trials_words(trials: Sequence[Trial]) -> str:
    good, every = tally(trials)
    untouched, claimed = sum(t.untouched for t in trials), sum(len(t.claimed) for t in trials)
    where = "; ".join(f"{t.name}: {', '.join(t.claimed)}" for t in trials if t.claimed)
    return (
        f"{every} models with one fault each went through whole audits; {good} were read as they must be. The truth "
        "is what the fault amounts to on the items of the suite when chance is averaged out, worked out from the fault "
        'and the items and not by the audit. "must show" is met by a finding, or by a difference whose size is '
        'uncertain, on the right side of 0; "must not" is met where no difference is claimed, of whatever size. What '
        "one name, one word or one frame does is real but no property of the group, and a primary endpoint must not "
        "claim it; where the truth is below what the audit says it could have seen, the suite is blind to that "
        "fault.\n\n"
        f"Elsewhere: of all contrasts of these audits whose true gap is 0, {claimed} of {untouched:,} "
        f"({_share(claimed, untouched)}) were claimed as a difference" + (f": {where}." if where else ".")
    )


def _trials(trials: Sequence[Trial]) -> str:
    heads = (
        "planted",
        "suite",
        "contrast",
        "it",
        "truth",
        "measured (95 % interval)",
        "could have seen",
        "verdict",
        "",
    )
    rows = []
    for trial in trials:
        for at, line in enumerate(trial.lines):
            rows.append(
                (
                    trial.name if at == 0 else "",
                    trial.suite if at == 0 else "",
                    line.contrast,
                    "must show" if line.wanted else "must not",
                    _number(line.truth),
                    f"{_number(line.gap)} ({_number(line.low)} to {_number(line.high)})",
                    _number(line.detectable),
                    line.verdict,
                    "as it must" if line.good else "**not as it must**",
                )
            )
    return _table(heads, rows)


def _nulls(rows: Sequence[NullRow]) -> str:
    words = (
        f"{len({row.model for row in rows})} models without a planted effect, each through whole audits. *exact*: "
        "twins get the same score, and in every blank he is as likely as she. *realistic*: chance differences as "
        "above. *constant*: one answer to everything. *random weights*: probabilities drawn at random for each text. "
        "The competence gate refuses the last two in an ordinary audit; here it is told not to. A constant or random "
        "model does have gaps: it is right more often where more labels, or the one label that it gives, are allowed, "
        "and the audit says so. burnout-separated is no fault: it compares posts about coping with posts about "
        "burnout, and a model that reads them shows a gap."
    )
    heads = ("model", "suite", "primary p < .05", "largest primary gap", "differences claimed", "findings among them")
    body = []
    for row in rows:
        named = ", ".join(row.claimed[:4]) + (f" and {len(row.claimed) - 4} more" if len(row.claimed) > 4 else "")
        listed = f"{len(row.claimed)} of {row.contrasts}" + (f": {named}" if named else "")
        body.append(
            (
                row.model,
                row.suite,
                f"{row.below} of {row.primaries}",
                _number(row.largest),
                listed,
                str(row.findings),
            )
        )
    return words + "\n\n" + _table(heads, body)
