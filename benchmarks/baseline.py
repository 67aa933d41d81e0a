"""What counting words can and cannot do: the baseline beside the bundled sentiment model, from two results folders.

caveat run word-count sentiment --out audits
python benchmarks/baseline.py audits/word-count audits/sentiment > docs/baseline.md
"""

from __future__ import annotations

import math
import sys
from collections.abc import Iterator
from pathlib import Path

from audit.schema import AuditResult, Estimate, Finding
from audit.store import load_result

SUITES = ("negation", "sarcasm", "slang", "masking")
EXPECTED = {
    "negation": "A “not” leaves the count of words as it is, so every negated sentence should keep its label.",
    "sarcasm": "The cheerful cue outvotes the event, so sarcastic lines should be read as praise.",
    "slang": "A word that is not on the list counts nothing, so slang should be read as neutral.",
    "masking": "Each cheerful word outvotes a word of distress, so masked distress should be missed.",
}


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


def main() -> None:
    """Print the page for two results folders."""
    one, two = (load_result(Path(folder)) for folder in sys.argv[1:3])
    sys.stdout.write("\n".join(lines(one, two)) + "\n")


if __name__ == "__main__":
    main()
