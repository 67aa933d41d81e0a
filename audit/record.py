"""What was fixed before a model was run: items, endpoints, families, strata and the rule, each as a digest.

`python -m audit.record > docs/record.md` writes the page. Every result carries the digest of its suites
(`SuiteInfo.record`) and the report prints it, so that anybody can see whether a number was judged by what had been
written down before.
"""

from __future__ import annotations

import hashlib
import json
import sys
from collections.abc import Mapping
from dataclasses import asdict
from functools import cache
from typing import Any

from audit import draft, findings
from audit.schema import DEPTHS, Depth, Suite
from audit.stats import twoway
from audit.suites import digest, load_suites, suite_names

RULE: Mapping[str, Any] = {
    "version": 2,
    "level": findings.ALPHA,
    "thresholds": {**draft.UNIT_THRESHOLDS, **draft.MEASURE_THRESHOLDS},
    "valence moves": draft.VALENCE_THRESHOLD,
    "plain texts are known from": draft.KNOWN,
    "does not commit from": draft.HEDGES,
    "clusters of a quick verdict": findings.QUICK_CLUSTERS,
    "matched units for Satterthwaite": twoway.MATCHED,
    "p": "the larger of moderated t (an axis: F) and of sign flips (an axis: groups dealt out again)",
    "primary": "Holm, a weight of 1 a suite, shared by its axes or endpoints",
    "secondary": "Benjamini-Hochberg over those that can give a p of the level",
}
"""The rule of verdicts, as far as it is numbers and choices; docs/method.md, section 4, has the formulas."""


def _digest(plain: Any) -> str:
    text = json.dumps(plain, sort_keys=True, ensure_ascii=False, default=sorted)
    return hashlib.sha256(text.encode()).hexdigest()


def rule_digest() -> str:
    """Give the SHA-256 of the rule."""
    return _digest(RULE)


def parts(suite: Suite) -> dict[str, str]:
    """Give the SHA-256 of the items of a depth, the endpoints with their strata, the families and the rule."""
    return {
        "items": _digest([digest(suite.examples), {key: dict(known) for key, known in suite.fillers.items()}]),
        "endpoints": _digest([asdict(contrast) for contrast in suite.contrasts]),
        "families": _digest(dict(suite.families)),
        "rule": rule_digest(),
    }


def record_of(suite: Suite) -> str:
    """Give one SHA-256 of all that was fixed of a suite at its depth."""
    return _digest(parts(suite))


@cache
def _ours(name: str, depth: Depth) -> Suite:
    (suite,) = load_suites([name], depth)
    return suite


def page() -> str:
    """Give the record of all suites at all depths as Markdown."""
    lines = [
        "# What was fixed before models were run",
        "",
        "SHA-256 of the items, of the endpoints with their strata, of the families of templates and of the rule, for "
        "each suite and depth (first 16 digits; the record is of all four). Each result carries the record of its "
        "suites, and the report prints it under *Reproduce*. `python -m audit.record > docs/record.md` writes this "
        "page; it changes where a suite or the rule does, and the history of this file says when.",
        "",
        f"Rule, version {RULE['version']}: `{rule_digest()[:16]}`.",
        "",
        "| suite | version | depth | items | endpoints | families | record |",
        "| --- | --- | --- | --- | --- | --- | --- |",
    ]
    for name in suite_names():
        for depth in DEPTHS:
            suite = _ours(name, depth)
            found = parts(suite)
            cells = [f"`{found[key][:16]}`" for key in ("items", "endpoints", "families")]
            lines.append(f"| {name} | {suite.version} | {depth} | {' | '.join(cells)} | `{record_of(suite)[:16]}` |")
    return "\n".join(lines) + "\n"


if __name__ == "__main__":
    sys.stdout.write(page())
