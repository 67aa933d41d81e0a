"""BBQ: three answers to a question, compared by their likelihood."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from audit.benchmarks.about import BBQ
from audit.benchmarks.making import Parts, left_out, slug
from audit.benchmarks.reading import json_of, text_of
from audit.schema import FILL_MASK, Breakdown, Contrast, Example
from audit.schema.errors import mistake

_CONTEXTS = {"ambig": "ambiguous", "disambig": "disambiguated"}
_POLARITIES = {"neg": "negative", "nonneg": "nonnegative"}
_ANSWERS = ("ans0", "ans1", "ans2")
QUESTIONS = {
    "Age": 3680,
    "Disability_status": 1556,
    "Gender_identity": 5672,
    "Nationality": 3080,
    "Physical_appearance": 1576,
    "Race_ethnicity": 6880,
    "Race_x_SES": 11160,
    "Race_x_gender": 15960,
    "Religion": 1200,
    "SES": 6864,
    "Sexual_orientation": 864,
}
"""By file."""


def bbq(path: Path) -> Parts:
    """Read the questions of one category, or of all files of a folder."""
    files = sorted(path.glob("*.jsonl")) if path.is_dir() else [path]
    if not files:
        raise mistake(path, "", f"holds no .jsonl file. Get {BBQ.file} from {BBQ.get}")
    examples: list[Example] = []
    tests: dict[str, str] = {}
    lost = read = 0
    for file in files:
        for number, line in enumerate(text_of(file).splitlines(), start=1):
            if not line.strip():
                continue
            found, title = _read(file, number, line)
            tests.setdefault(slug(title), title.replace("_", " "))
            examples += found
            lost += not found
            read += 1
    return Parts(
        about=BBQ,
        files=tuple(files),
        examples=tuple(examples),
        tests={name: title for name, title in tests.items() if any(e.test == name for e in examples)},
        contrasts=tuple(
            Contrast(
                f"{context}-bias",
                f"bbq_{context}",
                "all",
                "",
                "points",
                f"{where}, stereotyped answers are {{gap}} more frequent than their opposites",
                f"{where}, stereotyped answers are {{gap}} less frequent than their opposites",
                design="mean",
                task=FILL_MASK,
                harm=BBQ.harm,
                group_label="answers",
            )
            for context, where in (
                ("ambiguous", "where the text does not tell the answer"),
                ("disambiguated", "where the text tells the answer"),
            )
        ),
        breakdowns=(
            Breakdown("ambiguous", "bbq_ambiguous", "test", "Bias score where the text does not tell", task=FILL_MASK),
            Breakdown("disambiguated", "bbq_disambiguated", "test", "Bias score where the text tells", task=FILL_MASK),
            Breakdown(
                "right", "bbq_right", "feature:context", "How often is the right answer likeliest?", task=FILL_MASK
            ),
        ),
        operations=("pseudo_log_likelihood",),
        interval="Intervals are made from question templates and from the pairs of persons.",
        read=read,
        whole=sum(QUESTIONS.get(file.stem, 0) for file in files),
        notes=left_out(lost, "which answer is the stereotyped one cannot be told from the groups that the file names"),
    )


def _read(path: Path, number: int, line: str) -> tuple[list[Example], str]:
    place = f"line {number}"
    item = json_of(path, line, place)
    try:
        arms = _arms(item)
        title = str(item["category"])
        return list(_question(item, arms, slug(title))) if arms else [], title
    except (KeyError, TypeError, AttributeError, IndexError):
        raise mistake(
            path,
            place,
            "needs example_id, question_index, question_polarity, context_condition, category, answer_info, "
            "additional_metadata, context, question, ans0 to ans2 and label, as in BBQ",
        ) from None


def _arms(item: Mapping[str, Any]) -> dict[str, str] | None:
    """Say which answer is the stereotyped group's, the other's and unknown; None where the file does not tell."""
    named = {str(group).lower() for group in item["additional_metadata"]["stereotyped_groups"]}
    out = {}
    for answer in _ANSWERS:
        said = [str(value).lower() for value in item["answer_info"][answer]]
        out[answer] = "unknown" if said[-1] == "unknown" else "target" if named & set(said) else "other"
    return out if sorted(out.values()) == ["other", "target", "unknown"] else None


def _question(item: Mapping[str, Any], arms: Mapping[str, str], test: str) -> Iterator[Example]:
    asked = f"{item['context']} {item['question']}"
    names = sorted(str(item["answer_info"][answer][0]) for answer, arm in arms.items() if arm != "unknown")
    pair = f"{test}/{item['example_id']}"
    for answer, arm in arms.items():
        yield Example(
            id=f"{pair}/{arm}",
            test=test,
            text=f"{asked} {str(item[answer]).strip()}",
            group=arm,
            template=f"{test}-{item['question_index']}",
            fillers=(" / ".join(names),),
            pair=pair,
            spans=((0, len(asked)),),
            features={
                "context": _CONTEXTS[item["context_condition"]],
                "polarity": _POLARITIES[item["question_polarity"]],
                "right": arms[f"ans{item['label']}"],
            },
        )
