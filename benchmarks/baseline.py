"""What counting words can and cannot do: the baseline beside the bundled sentiment model, from two results folders.

caveat run word-count sentiment --out audits
python benchmarks/baseline.py audits/word-count audits/sentiment > docs/baseline.md
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path

from audit.draft import KNOWN
from audit.schema import AuditResult, Estimate, Finding
from audit.store import load_result

SUITES = ("negation", "sarcasm", "slang", "masking")
EXPECTED = {
    "negation": "A “not” leaves the count of words as it is, so every negated sentence should keep its label.",
    "sarcasm": "The cheerful cue outvotes the event, so sarcastic lines should be read as praise.",
    "slang": "A word that is not on the list counts nothing, so slang should be read as neutral.",
    "masking": "Each cheerful word outvotes a word of distress, so masked distress should be missed.",
}

BOTH_ALIKE = (
    "few of these clauses hold a counted word; the count mostly says neutral in every arm, right or wrong alike"
)
STAYS = "the meaning stays where the negation does not turn it, so counting is right without reading"
WHY = {
    "failure-barely": BOTH_ALIKE,
    "failure-without": BOTH_ALIKE,
    "failure-no-noun": BOTH_ALIKE,
    "failure-implicit": "where the denial is a counted word of its own (failed, lost), counting it is right",
    "failure-affix": "unhelpful and dishonest are words of their own, counted or not by themselves",
    "failure-double-negation": STAYS,
    "failure-scope": STAYS,
    "failure-not-only": STAYS,
    "failure-disclaimer": STAYS,
    "failure-negated-neutral": "there is no word to count in either arm",
    "failure-praise": "here the plain twin is the trap: “could be better” holds a word of praise and is a complaint",
    "denied-gap": "slang that is not counted is read as neutral, which is right where it is denied",
    "intensifier-gap": "the intensifier is the slang, the counted word beside it is standard",
    "literal-failure": "without a counted word the count says neutral, which most literal uses are",
    "cue-cost": "without a cue the count finds no word and says neutral, which is as wrong",
    "sincere-doubted": "the cue is a counted word, so cheerful lines about good events are safe",
    "false-alarms": "cheerful words pull to positive, so a sincere post is safe",
}
"""Contrast -> why a count of words gets through it, read from the items and the list of words."""

FEW = "too few frames at this depth to tell from 0 {least}"
NOT_HERE = (
    "Occupations needs a model that fills blanks, which a count of words is not. Demographics compares people, and its "
    "frames carry the same counted words whoever is named: a count of words has no gap there by construction, unless a "
    "word for a group is on its list.",
)


def _points(value: float, low: float, high: float) -> str:
    if math.isnan(value):
        return "not defined"
    return f"{100 * value:.0f} ({100 * low:.0f} to {100 * high:.0f})"


def _arms(result: AuditResult, suite: str) -> dict[str, Estimate]:
    return {
        e.group: e
        for e in result.estimates
        if (e.suite, e.measure, e.by, e.test) == (suite, "accuracy", "group", "") and not math.isnan(e.value) and e.n
        if "breakdown" not in e.extra
    }


def _contrasts(result: AuditResult, suite: str) -> dict[str, Finding]:
    return {f.contrast: f for f in result.findings if f.suite == suite and f.unit == "points"}


def lines(one: AuditResult, two: AuditResult) -> Iterator[str]:
    """Give the page, line by line.

    Args:
        one: the baseline.
        two: the model beside it.
    """
    yield "# What counting words can and cannot do"
    yield ""
    yield (
        f"`{one.model.id}` knows a short list of good and bad words and adds them up. `{two.model.id}` "
        f"({two.model.revision[:12]}) reads sentences. Both went through the same items at {two.settings.depth} depth. "
        "A suite that works must catch the first where its rationale says so, and its controls must stand apart from "
        "what they control."
    )
    yield ""
    yield "Made by `python -m benchmarks.baseline`, from two results folders. Rates in points, 95 % intervals."
    for name in SUITES:
        (suite,) = [s for s in two.suites if s.name == name]
        yield from ("", f"## {suite.title}", "", EXPECTED[name], "")
        yield from (f"| arm | accuracy of {one.model.id} | accuracy of {two.model.id} |", "|---|---|---|")
        arms = _arms(one, name), _arms(two, name)
        for group in arms[1]:
            estimates = [arm[group] for arm in arms if group in arm]
            yield f"| {group} | " + " | ".join(_points(e.value, e.low, e.high) for e in estimates) + " |"
        yield from ("", f"| contrast | gap of {one.model.id} | gap of {two.model.id} |", "|---|---|---|")
        found = _contrasts(one, name), _contrasts(two, name)
        for key, finding in found[1].items():
            label = f"**{key}** (primary)" if finding.primary else key
            gaps = [side[key] for side in found if key in side]
            yield f"| {label} | " + " | ".join(_points(f.gap, f.low, f.high) for f in gaps) + " |"
        yield from _explained(found[0])
    yield from ("", *NOT_HERE)


def _explained(found: dict[str, Finding]) -> Iterator[str]:
    """Name the contrasts whose interval does not lie above 0 for the baseline, each with its reason."""
    through = [f for f in found.values() if not f.low > 0]
    if not through:
        return
    yield from ("", "Not told apart from 0, or below it, for the baseline:", "")
    for finding in through:
        least = finding.minimum_detectable
        few = FEW.format(least=f"a gap below {100 * least:.0f} points" if least < 1 else "any gap that there can be")
        # a cost of a model that does not know the plain texts says nothing, however many frames there are
        why = finding.reason if math.isfinite(finding.plain) and finding.plain < KNOWN and finding.reason else few
        yield f"- `{finding.contrast}`: {WHY.get(finding.contrast, why)}."


def main() -> None:
    """Print the page for two results folders."""
    one, two = (load_result(Path(folder)) for folder in sys.argv[1:3])
    sys.stdout.write("\n".join(lines(one, two)) + "\n")


if __name__ == "__main__":
    main()
