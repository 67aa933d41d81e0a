"""How far two blind label passes agree with each other and with the labels of the items.

`probes/data/label_passes.tsv` keeps what each annotator said of each text, with a digest of the text: a judgement
counts only while the text is as it was judged. `caveat suites labels` makes `label_check.tsv` from it.
"""

from __future__ import annotations

import hashlib
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from audit.places import folder
from audit.schema import Example, Suite

PASSES, CHECK = "label_passes.tsv", "label_check.tsv"
COLUMNS = ("suite", "test", "items", "alpha", "disagreements", "resolution")
_POLARITY = {"n": "negative", "u": "neutral", "p": "positive"}


@dataclass(frozen=True, slots=True)
class Judgement:
    """What two annotators said of one text, most likely label first."""

    suite: str
    example: str
    digest: str
    first: str
    second: str


def text_digest(text: str) -> str:
    """Give the first twelve hex digits of the SHA-256 of a text."""
    return hashlib.sha256(text.encode()).hexdigest()[:12]


def judgements() -> list[Judgement]:
    """Read the label passes."""
    lines = (folder("probes") / "data" / PASSES).read_text(encoding="utf-8").splitlines()
    return [Judgement(*line.split("\t")) for line in lines[1:] if line and not line.startswith("#")]


def krippendorff_alpha(pairs: Sequence[tuple[str, str]]) -> float:
    """Agreement of two annotators on nominal labels, corrected for chance (Krippendorff 2011).

    Args:
        pairs: one label of each annotator for each item.

    Returns:
        1 for full agreement, 0 for that of chance; NaN when only one label was ever used.
    """
    together: Counter[tuple[str, str]] = Counter()
    for one, two in pairs:
        together[one, two] += 1
        together[two, one] += 1
    totals: Counter[str] = Counter()
    for (one, _), count in together.items():
        totals[one] += count
    n = sum(totals.values())
    expected = n * n - sum(count * count for count in totals.values())
    if not expected:
        return float("nan")
    observed = sum(count for (one, two), count in together.items() if one != two)
    return 1 - (n - 1) * observed / expected


def _names(codes: str) -> list[str]:
    return [_POLARITY[code] for code in codes]


def check(suite: Suite, judged: Iterable[Judgement]) -> list[dict[str, str]]:
    """Compare judgements with a suite as it is now.

    Args:
        suite: at full depth.
        judged: of any suite.

    Returns:
        One row a test with the values of `COLUMNS`. A disagreement is an item where either annotator's first
        label is not among the allowed ones.
    """
    examples = {example.id: example for example in suite.examples}
    pairs: dict[str, list[tuple[str, str]]] = defaultdict(list)
    outside: Counter[str] = Counter()
    accepted: Counter[str] = Counter()
    for found in judged:
        example = examples.get(found.example)
        if found.suite != suite.name or example is None or text_digest(example.text) != found.digest:
            continue
        one, two = _names(found.first), _names(found.second)
        pairs[example.test].append((one[0], two[0]))
        allowed = example.allowed or frozenset()
        if one[0] not in allowed or two[0] not in allowed:
            outside[example.test] += 1
            accepted[example.test] += bool(allowed & set(one)) and bool(allowed & set(two))
    rows = []
    for test in (test.name for test in suite.tests if test.name in pairs):
        alpha = krippendorff_alpha(pairs[test])
        rows.append(
            dict(
                zip(
                    COLUMNS,
                    (
                        suite.name,
                        test,
                        str(len(pairs[test])),
                        "one label only" if alpha != alpha else f"{alpha:.2f}",
                        str(outside[test]),
                        _resolution(outside[test], accepted[test]),
                    ),
                    strict=True,
                )
            )
        )
    return rows


def _resolution(outside: int, accepted: int) -> str:
    if not outside:
        return "none needed"
    if outside == accepted:
        return "kept: both annotators named an allowed label as possible"
    return "open"


def table(rows: Iterable[dict[str, str]]) -> str:
    """Give `label_check.tsv`."""
    lines = ["\t".join(COLUMNS), *("\t".join(row[column] for column in COLUMNS) for row in rows)]
    return "\n".join(lines) + "\n"


def overall(rows: Iterable[dict[str, str]]) -> tuple[int, int]:
    """Give how many items were judged, and how many judgements fell outside the allowed labels."""
    listed = list(rows)
    return sum(int(row["items"]) for row in listed), sum(int(row["disagreements"]) for row in listed)


def wording(example: Example) -> tuple[str, str]:
    """Give the frame of an example, and which of its wordings it is: its form, or else its arm."""
    return example.template, example.features.get("form", example.group)


def unjudged(suite: Suite, judged: Iterable[Judgement]) -> list[str]:
    """List the wordings of frames that nobody has judged as they are now, in the order of the suite.

    Args:
        suite: at full depth.
        judged: of any suite.

    Returns:
        One example id for each wording without a judgement; texts without a right answer, and blanks, need none.
    """
    known = {(found.example, found.digest) for found in judged if found.suite == suite.name}
    first: dict[tuple[str, str], str] = {}
    seen: set[tuple[str, str]] = set()
    for example in suite.examples:
        if example.allowed is None or example.choices:
            continue
        first.setdefault(wording(example), example.id)
        if (example.id, text_digest(example.text)) in known:
            seen.add(wording(example))
    return [example for key, example in first.items() if key not in seen]
