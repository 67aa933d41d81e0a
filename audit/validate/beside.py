"""The section of docs/validation.md on published implementations, from the stored figures of `benchmarks.published`."""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from typing import Any

PUBLISHED_FILE = Path(__file__).with_name("published.json")
"""Figures of the last comparison, part of the package: the other implementations cannot run beside this one."""
TARGET = 1e-5
"""Largest difference per piece that counts as the same, in single precision."""
LAST_DIGIT = 1e-3
"""Of a score rounded to three decimals: one that lies on a border may go either way."""

QUIRKS: Mapping[str, tuple[str, str]] = {
    "softmax": (
        "the sum over the vocabulary",
        "The scripts and mlm-bias take torch's LogSoftmax in single precision, whose sum over a vocabulary of 30,000 "
        "is off by 1e-5 and more. Here the logits are in single precision as well, but the sum is not lost: with "
        "their LogSoftmax adding up in double precision, they agree. (All rows below that compare the scripts or "
        "mlm-bias with a quirk have that too.)",
    ),
    "words": (
        "what is one word",
        "minicons masks the rest of what the tokenizer's pre-tokenizer calls a word. In vocabularies that split at "
        "spaces only, the full stop belongs to the word before it, and that word is then scored without its full "
        "stop. Here punctuation is a word of its own in every vocabulary.",
    ),
    "default": (
        "its defaults",
        "minicons scores `original` unless told otherwise: one piece masked at a time, and the mean over pieces. Here "
        "the default is within-word left to right, and sum and number of pieces are both kept. A word of several "
        "pieces is inflated by the first (Kauf & Ivanova 2023).",
    ),
    "rounding": (
        "rounding",
        "The CrowS-Pairs script rounds the two scores of a pair to three decimals before it compares them, and counts "
        "equal ones as no preference. With the same rounding the scores are the same, but for a last digit where one "
        "lies on the border. Here scores are kept whole, and only the third-party suite rounds, as it does.",
    ),
    "lower": (
        "lower case",
        "The CrowS-Pairs script writes texts in lower case for the models that it lists as uncased, ALBERT among them, "
        "whatever the tokenizer does. Here the tokenizer decides.",
    ),
    "order": (
        "which text comes first",
        "difflib's matching blocks depend on which text is first. The CrowS-Pairs script takes the stereotyping text "
        "first in pairs of direction stereo and second in the others, the AUL script always first. The third-party "
        "suite takes them as the CrowS-Pairs script does.",
    ),
    "weights": (
        "weights",
        "mlm-bias builds the model with `from_config`, which draws random weights, and never loads the checkpoint. "
        "Its figures are those of a random model, and change from one start to the next. With the checkpoint loaded "
        "into it they agree.",
    ),
}
"""Quirk -> (in short, what it does)."""


def _table(heads: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    lines = ["| " + " | ".join(heads) + " |", "|" + " --- |" * len(heads)]
    return "\n".join([*lines, *("| " + " | ".join(row) + " |" for row in rows)])


def _size(found: Sequence[float]) -> str:
    worst = max(found)
    return "0" if worst == 0 else f"{worst:.0e}" if worst < 1e-3 else f"{worst:.3f}"


def beside(path: Path = PUBLISHED_FILE) -> list[str]:
    """Write the section; nothing where no comparison is stored.

    Args:
        path: of the stored figures.

    Returns:
        Parts of a page in Markdown.
    """
    if not path.is_file():
        return []
    found = json.loads(path.read_text(encoding="utf-8"))
    rows: dict[tuple[str, str, str, str], list[dict[str, Any]]] = {}
    for row in found["rows"]:
        rows.setdefault((row["package"], row["method"], row["ours"], row["quirk"]), []).append(row)
    models = list(dict.fromkeys(row["model"] for row in found["rows"]))
    return [
        "## Beside published implementations",
        _opening(found, models),
        _table(
            ("theirs", "ours", "models", "largest difference", "quirk", "with it", ""),
            (_line(key, own) for key, own in rows.items()),
        ),
        "\n".join(f"- **{short[:1].upper()}{short[1:]}.** {words}" for short, words in QUIRKS.values()),
        _ran(found),
    ]


def _opening(found: Mapping[str, Any], models: Sequence[str]) -> str:
    texts = found["rows"][0]["texts"]
    return (
        "The same checkpoints were scored by what others have published: minicons, the scripts of CrowS-Pairs and of "
        f"AUL, and mlm-bias. {texts} sentences of this project, in pairs; {len(models)} checkpoints: the bundled "
        f"{models[0]} model, and random ones with other tokenizers ({', '.join(models[1:])}). Differences are the "
        f"largest of any sentence, per counted piece, in nats; both sides compute in single precision, so up to "
        f"{TARGET:.0e} is the same. Where theirs differs for a reason, the reason was put into ours, and the "
        "difference with it stands beside."
    )


def _line(key: tuple[str, str, str, str], rows: Sequence[Mapping[str, Any]]) -> tuple[str, ...]:
    package, method, ours, quirk = key
    before = [row["largest"] for row in rows]
    after = [row["with_quirk"] for row in rows if row["with_quirk"] is not None]
    tie = quirk == "rounding" and max(after) > TARGET
    same = max(after or before) <= (LAST_DIGIT if tie else TARGET)
    short = QUIRKS[quirk][0] if quirk else ""
    said = (
        ("the same" if not after else "explained, but for a tie" if tie else "explained")
        if same
        else "**not explained**"
    )
    shown = _size(after) if after else "–"
    return f"{package}: {method}", ours, str(len(rows)), _size(before), short or "–", shown, said


def _ran(found: Mapping[str, Any]) -> str:
    def versions(named: Mapping[str, str]) -> str:
        return ", ".join(f"{name} {version}" for name, version in named.items())

    scripts = ", ".join(f"{name} (SHA-256 {sha[:12]})" for name, sha in found["scripts"].items())
    apart = found["said"]["mlm-bias, two loads differ by"]
    errors = [f"{name} ends with {error}" for name, error in found["said"].items() if isinstance(error, str)]
    also = f" {'; '.join(errors)}." if errors else ""
    return (
        f"Two starts of mlm-bias on one checkpoint, as it is, differ by {apart:.2f} or more in the mean "
        f"log-probability of some sentence.{also}\n\nMade by `{found['command']}`; theirs: "
        f"{versions(found['theirs'])}, {scripts}; ours: {versions(found['ours'])}. Slow, plain versions of all "
        "scores, written a second time, are compared in `tests/equivalence`: 1e-9 in double and 1e-5 in single "
        "precision, for ten architectures."
    )
