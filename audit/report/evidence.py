"""What stands behind a finding: the texts, what the model answered, and how sure it was."""

from __future__ import annotations

import math
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace
from typing import Any

from markupsafe import Markup, escape

from audit.report import borrowed, words
from audit.schema import MASK, AuditResult, Finding

TWINS = 6
"""Twins shown under one finding."""


@dataclass(frozen=True, slots=True)
class Line:
    """One text and the answer to it."""

    text: Markup
    group: str
    answer: str
    confidence: str
    verdict: str
    """"allowed", "not allowed" or "" where no answer is right or wrong."""
    pair: str


@dataclass(frozen=True, slots=True)
class TwinFills:
    """The model's own best words for two texts that differ in the person only."""

    first_text: str
    second_text: str
    first_group: str
    second_group: str
    first: Mapping[str, float]
    """Word -> probability, best first."""
    second: Mapping[str, float]

    def differing(self) -> tuple[str, str]:
        """Give the words in which the texts differ; the groups where they differ in nothing."""
        first, second = self.first_text.split(), self.second_text.split()
        if len(first) != len(second) or first == second:
            return self.first_group, self.second_group
        apart = [pair for pair in zip(first, second, strict=True) if pair[0] != pair[1]]
        return " ".join(a.strip(",.") for a, _ in apart), " ".join(b.strip(",.") for _, b in apart)


def _rows(result: AuditResult, suite: str, columns: Iterable[str]) -> list[dict[str, Any]]:
    """Rows of one suite out of a table or a data set; empty where the predictions were not kept."""
    import pyarrow.compute as pc
    import pyarrow.dataset as ds

    data = result.predictions
    if data is None:
        return []
    dataset = data if isinstance(data, ds.Dataset) else ds.dataset(data)
    wanted = [name for name in columns if name in dataset.schema.names]
    return dataset.to_table(columns=wanted, filter=pc.field("suite") == suite).to_pylist()


_COLUMNS = (
    *("test", "example", "operation", "text", "group", "pair", "role", "spans", "allowed", "labels", "probabilities"),
    *("mass", "label", "confidence", "correct", "value", "tokens", "readable", "truncated"),
)


class Evidence:
    """The predictions of one suite, by example."""

    def __init__(self, result: AuditResult, suite: str):
        """Read the rows of a suite once."""
        self.rows = _rows(result, suite, _COLUMNS)
        self.by_example: dict[tuple[str, str], dict[str, Any]] = {
            (row["example"], row["operation"]): row for row in self.rows
        }

    def lines(self, finding: Finding, labels: Mapping[str, str]) -> list[Line]:
        """Give the twins of a finding, the most telling first, at most `TWINS` of them."""
        operation = _operation(finding.measure)
        kept = []
        for index, example in enumerate(finding.evidence[: 2 * TWINS]):
            row = self.by_example.get((example, operation)) or self.by_example.get((example, "score"))
            if row is not None:
                # evidence comes two by two, also where the two are not twins of one pair
                kept.append(replace(line(row, labels), pair=str(index // 2)))
        return kept

    def examples(self, test: str, labels: Mapping[str, str], count: int = 2) -> list[Line]:
        """Give the first pairs of a test, as an impression of its items."""
        kept: dict[str, list[dict[str, Any]]] = {}
        for row in self.rows:
            if row["test"] == test and row["role"] != "prior":
                key = row["pair"] or row["example"]
                if key not in kept and len(kept) == count:
                    break
                twins = kept.setdefault(key, [])
                if all(row["text"] != other["text"] for other in twins):
                    twins.append(row)
        return [line(row, labels) for twins in kept.values() for row in twins[:4]]

    def counts(self) -> dict[str, int]:
        """Count what a reader must know of: rows, rows with unknown tokens, rows with hardly any mass."""
        scored = [row for row in self.rows if row["operation"] == "score"]
        return {
            "rows": len(self.rows),
            "unreadable": sum(not row.get("readable", True) for row in self.rows),
            "truncated": sum(bool(row.get("truncated")) for row in self.rows),
            "blanks": sum(MASK in row["text"] for row in scored),
            "thin": sum(MASK in row["text"] and row["mass"] < 0.01 for row in scored),
        }

    def tests(self) -> dict[str, int]:
        """Count the different examples of each test."""
        seen: dict[str, set[str]] = {}
        for row in self.rows:
            seen.setdefault(row["test"], set()).add(row["example"])
        return {test: len(examples) for test, examples in seen.items()}


def _operation(measure: str) -> str:
    if measure in borrowed.OPERATIONS:
        return borrowed.OPERATIONS[measure]
    if measure.startswith("pll"):
        return "pseudo_log_likelihood"
    return "log_likelihood" if measure in ("log_likelihood", "form_preference") else "score"


def line(row: Mapping[str, Any], labels: Mapping[str, str]) -> Line:
    """Put one row of the predictions into words."""
    if row["operation"] not in ("score", "mean_piece_probability"):
        mean = row["value"] / row["tokens"] if row["tokens"] else math.nan
        answer, confidence = f"{words.number(mean, 'log-odds')} per token", ""
    elif MASK in row["text"]:
        best = sorted(zip(row["probabilities"], row["labels"], strict=True), reverse=True)[:3]
        answer = ", ".join(f"{word} {words.probability(p * row['mass'])}" for p, word in best)
        confidence = ""
    else:
        answer, confidence = row["label"], words.probability(row["confidence"])
    verdict = "" if row["correct"] is None else "allowed" if row["correct"] else "not allowed"
    text = marked(row["text"], row.get("spans") or [])
    return Line(
        text, labels.get(row["group"], words.group_name(row["group"])), answer, confidence, verdict, row["pair"]
    )


def marked(text: str, spans: Iterable[Iterable[int]]) -> Markup:
    """Escape a text, underline its varied words and draw its blank."""
    out = Markup("")
    position = 0
    for start, end in sorted(tuple(span) for span in spans):
        if position <= start < end <= len(text):
            out += _blank(text[position:start]) + Markup("<u>") + _blank(text[start:end]) + Markup("</u>")
            position = end
    return out + _blank(text[position:])


def _blank(text: str) -> Markup:
    return Markup('<span class="blank">[blank]</span>').join(escape(part) for part in text.split(MASK))


def twin_fills(result: AuditResult, suite: str) -> list[TwinFills]:
    """Give the model's own words for twins about a man and a woman, in the order of the suite.

    Only twins of groups "male" and "female" with a top list count; texts with the plain nouns come first.
    """
    columns = ("text", "group", "pair", "role", "top", "operation")
    pairs: dict[str, dict[str, dict[str, Any]]] = {}
    for row in _rows(result, suite, columns):
        if row.get("top") and row["group"] in ("male", "female") and row["operation"] == "score":
            pairs.setdefault(row["pair"], {}).setdefault(row["group"], row)
    twins = [pair for pair in pairs.values() if len(pair) == 2]
    twins.sort(key=lambda pair: "the man " not in pair["male"]["text"].lower())
    return [
        TwinFills(
            first_text=pair["male"]["text"].replace(MASK, "____"),
            second_text=pair["female"]["text"].replace(MASK, "____"),
            first_group="male",
            second_group="female",
            first={entry["word"]: entry["p"] for entry in pair["male"]["top"][:10]},
            second={entry["word"]: entry["p"] for entry in pair["female"]["top"][:10]},
        )
        for pair in twins
    ]
