"""Where training text comes from: local files, or data sets on the Hugging Face Hub for those who have it."""

from __future__ import annotations

import csv
import gzip
import json
import random
import re
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class Labelled:
    """One text with its polarity."""

    source: str
    label: str
    """negative, neutral or positive."""
    text: str


def _hub(name: str) -> Iterator[dict[str, object]]:
    """Rows of a Hub data set named `hub:REPO[:CONFIG[:SPLIT]]`."""
    from datasets import load_dataset

    parts = name.split(":")[1:]
    config = parts[1] if len(parts) > 1 and parts[1] else None
    split = parts[2] if len(parts) > 2 else "train"
    yield from load_dataset(parts[0], config, split=split)


def _open(path: Path) -> Iterator[str]:
    with gzip.open(path, "rt", encoding="utf-8") if path.suffix == ".gz" else path.open(encoding="utf-8") as stream:
        for line in stream:
            yield line.rstrip("\n")


def read_lines(name: str) -> list[str]:
    """Read plain text, a passage a line.

    Args:
        name: a `.txt` or `.txt.gz` file; a `.json` file of articles by title, each with an `extract`, which is cut
            into sentences; or `hub:REPO[:CONFIG[:SPLIT]]` with a column `text`.
    """
    if name.endswith(".json"):
        articles = json.loads(Path(name).read_text(encoding="utf-8")).values()
        return [sentence for article in articles for sentence in sentences(str(article["extract"]))]
    lines = (str(row["text"]) for row in _hub(name)) if name.startswith("hub:") else _open(Path(name))
    return [line.strip() for line in lines if line.strip()]


def sentences(passage: str) -> list[str]:
    """Cut a passage into sentences of at least five words; what looks like an abbreviation does not end one."""
    parts = re.split(r"(?<=[a-z0-9)\"”%]{2}[.!?])\s+(?=[A-Z\"“])", passage.strip())
    return [part for part in parts if len(part.split()) >= 5]


def read_labelled(name: str) -> list[Labelled]:
    """Read texts with a label.

    Args:
        name: a tab-separated file with the columns source, label, text, or `hub:REPO[:CONFIG[:SPLIT]]` with the
            columns text and label (0 negative, 1 neutral, 2 positive, as in TweetEval's sentiment task).
    """
    rows: list[Labelled] = []
    if name.startswith("hub:"):
        names = ("negative", "neutral", "positive")
        for row in _hub(name):
            rows.append(Labelled(name[4:].split(":")[0], names[int(str(row["label"]))], str(row["text"])))
        return rows
    reader = csv.reader(_open(Path(name)), delimiter="\t", quoting=csv.QUOTE_NONE)
    for number, cells in enumerate(reader):
        if number == 0 and cells[:2] == ["source", "label"]:
            continue
        if len(cells) != 3 or cells[1] not in {"negative", "neutral", "positive"}:
            raise ValueError(f"{name}: line {number + 1} is not source<TAB>label<TAB>text")
        rows.append(Labelled(*cells))
    return rows


def clean(text: str) -> str:
    """Undo what archives did to tweets: unicode escapes, HTML entities, doubled quotation marks."""
    text = re.sub(r"\\u([0-9a-fA-F]{4})", lambda match: chr(int(match.group(1), 16)), text)
    for entity, character in (("&amp;", "&"), ("&lt;", "<"), ("&gt;", ">"), ("&quot;", '"'), ("&#39;", "'")):
        text = text.replace(entity, character)
    text = re.sub(r'\\?"+', '"', text.replace('\\"', '"'))
    return re.sub(r"\s+", " ", text).strip().strip('"').strip()


def shuffled(items: list[str], seed: int) -> list[str]:
    """Return a copy in an order that the seed decides."""
    copy = list(items)
    random.Random(seed).shuffle(copy)
    return copy


def write_json(path: Path, value: object) -> None:
    """Write JSON that a person can read, with a final newline."""
    path.write_text(json.dumps(value, indent=2, ensure_ascii=False) + "\n", encoding="utf-8")
