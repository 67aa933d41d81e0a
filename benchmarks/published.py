"""The project's likelihood scores beside published implementations, on the same checkpoints, sentence by sentence.

python -m benchmarks.published --python OTHER/bin/python --crows-pairs metric.py --aul evaluate.py

OTHER is an environment of its own with minicons, mlm-bias, transformers, torch and pandas: their pins differ from the
project's. The two scripts are those of the authors' repositories (docs/third-party.md). Nothing of theirs is part of
the project; what is kept is the table of differences, in audit/validate/published.json, which docs/validation.md shows.
Their side is published_theirs.py, which runs in the other environment. Checkpoints: the bundled fill-mask model and
random models of the tests, one per family of tokenizers.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
THEIRS = Path(__file__).resolve().with_name("published_theirs.py")
OUT = ROOT / "audit" / "validate" / "published.json"
TINY = ("roberta", "albert", "deberta-v2", "mpnet")
PAIRS = (
    ("The woman said that she is a nurse.", "The man said that he is a nurse."),
    ("The paralegal worked, and the librarian is not a man.", "The teacher worked, and the librarian is not a woman."),
    ("They love the book.", "They love the book, the book and the car."),
    ("He hates the film and the carpenters.", "She loves the film and the carpenters."),
    ("A mechanic drove home, he said.", "A librarian drove home, she said."),
    ("The children read a book at school!", "The paralegals read a book at school!"),
    ("She said he is a nurse and she left.", "He said she left and she is a nurse."),
    ("Is the nurse a woman?", "Is the hygienist a man?"),
)
"""Sentences of this project. One pair repeats its words in another order, so that it matters which text comes first."""
WITHIN, PLAIN, AUL, SHARED = (
    "pseudo_log_likelihood",
    "plain_pseudo_log_likelihood",
    "log_likelihood",
    "shared_pseudo_log_likelihood",
)
Scores = list[tuple[float, int]]
"""(sum of log-probabilities, pieces counted) of each text; of pairs, the first text and then the second."""


class Ours:
    """The project's scores of one checkpoint."""

    def __init__(self, folder: Path, words_of_tokenizer: bool = False) -> None:
        """Load it; on request, words are what its tokenizer takes for words, as in minicons."""
        from dataclasses import replace

        from audit.models import load_model

        model: Any = load_model(str(folder), offline=True)
        self.model = model
        if words_of_tokenizer:
            plain = model.tokenizer._pieces

            def grouped(text: str, encoding: Any) -> Any:
                words = tuple(-1 if word is None else word for word in encoding.word_ids)
                return replace(plain(text, encoding), words=words)

            model.tokenizer._pieces = grouped

    def texts(self, operation: Any) -> Scores:
        """Score all texts."""
        from audit.models.base import Request
        from audit.scoring import score

        asked = [Request(text, operation) for pair in PAIRS for text in pair]
        return [(r.value, r.tokens) for r in score(self.model, asked)]

    def pairs(self, lower: bool = False, turned: bool = False) -> Scores:
        """Score all pairs over the pieces that they share, matched from the first text, or from the second."""
        from audit.models.base import Request
        from audit.scoring import score

        asked = []
        for pair in PAIRS:
            one, two = (text.lower() if lower else text for text in pair)
            asked += [
                Request(one, SHARED, against=two, second=turned),  # type: ignore[arg-type]
                Request(two, SHARED, against=one, second=not turned),  # type: ignore[arg-type]
            ]
        return [(r.value, r.tokens) for r in score(self.model, asked)]


def largest(ours: Scores, their: Sequence[float], mean: bool = False, digits: int | None = None) -> float:
    """Give the largest difference per counted piece.

    Args:
        ours: sums and numbers of pieces.
        their: one number a text, a sum, or a mean over pieces where `mean` says so.
        mean: see `their`.
        digits: round ours to so many decimals first.
    """
    worst = 0.0
    for (value, pieces), other in zip(ours, their, strict=True):
        own = value if digits is None else round(value, digits)
        apart = abs(own / pieces - other) if mean else abs(own - other) / pieces
        worst = max(worst, apart)
    return worst if math.isfinite(worst) else math.nan


def _rows(name: str, folder: Path, theirs_: dict[str, list[float]]) -> Iterator[dict[str, Any]]:
    ours, grouped = Ours(folder), Ours(folder, words_of_tokenizer=True)
    within, plain, aul, shared = ours.texts(WITHIN), ours.texts(PLAIN), ours.texts(AUL), ours.pairs()

    def row(package: str, method: str, ours_is: str, quirk: str, before: float, after: float | None) -> dict[str, Any]:
        n = sum(pieces for _, pieces in within)
        told = {"package": package, "method": method, "ours": ours_is, "quirk": quirk, "model": name}
        return {**told, "texts": 2 * len(PAIRS), "pieces": n, "largest": before, "with_quirk": after}

    def compared(key: str, ours_: Scores, mean: bool = False) -> float:
        return largest(ours_, theirs_[key], mean)

    yield row("minicons", "original", "plain PLL", "", compared("minicons original", plain), None)
    yield row(
        "minicons",
        "within_word_l2r",
        "PLL",
        "words",
        compared("minicons within_word_l2r", within),
        compared("minicons within_word_l2r", grouped.texts(WITHIN)),
    )
    before = compared("minicons default", within, True)
    yield row("minicons", "sequence_score", "PLL", "default", before, compared("minicons default", plain, True))
    shared_name, aul_name = "CrowS-Pairs score", "AUL / pieces"
    lower, turned = ours.pairs(lower=True), ours.pairs(turned=True)
    for package, method, own, key, mean in (
        ("CrowS-Pairs", "mask_unigram", shared, "crows-pairs", False),
        ("AUL script", "aul", aul, "aul script", True),
    ):
        before, after = compared(key, own, mean), compared(f"{key}, double", own, mean)
        yield row(package, method, aul_name if mean else shared_name, "softmax", before, after)
    rounded = theirs_["crows-pairs rounded"]
    before, after = largest(shared, rounded), largest(shared, theirs_["crows-pairs rounded, double"], digits=3)
    yield row("CrowS-Pairs", "as compared", shared_name, "rounding", before, after)
    for package, method, key, quirk, own in (
        ("CrowS-Pairs", "uncased=True", "crows-pairs uncased", "lower", lower),
        ("AUL script", "cps", "aul script cps", "order", turned),
    ):
        yield row(package, method, shared_name, quirk, compared(key, shared), compared(f"{key}, double", own))
    for key, own, mean in (("aul", aul, True), ("csps", shared, False)):
        before = compared(f"mlm-bias {key}, once", own, mean)
        after = compared(f"mlm-bias {key}, double", own, mean)
        yield row("mlm-bias", key, aul_name if mean else shared_name, "weights", before, after)


def _checkpoints(folder: Path) -> dict[str, Path]:
    sys.path.insert(0, str(ROOT / "tests" / "models"))
    import tiny_models

    found = {"fill-mask": ROOT / "audit" / "bundled" / "fill-mask"}
    for name in TINY:
        tiny_models.save(folder / name, *tiny_models.make(name))
        # The name that both this and the last version of transformers know for any fast tokenizer.
        settings = folder / name / "tokenizer_config.json"
        told = json.loads(settings.read_text(encoding="utf-8"))
        settings.write_text(json.dumps({**told, "tokenizer_class": "PreTrainedTokenizerFast"}), encoding="utf-8")
        found[name] = folder / name
    return found


def _sha(path: Path) -> str:
    return hashlib.sha256(path.read_bytes()).hexdigest()


def compare(python: str, crows: Path, aul: Path) -> dict[str, Any]:
    """Run both sides.

    Args:
        python: of the other environment.
        crows: the CrowS-Pairs script.
        aul: the AUL script.

    Returns:
        What is kept.
    """
    import numpy as np
    import torch
    import transformers

    with tempfile.TemporaryDirectory() as scratch:
        checkpoints = _checkpoints(Path(scratch))
        job = {
            "checkpoints": {name: str(path) for name, path in checkpoints.items()},
            "pairs": PAIRS,
            "crows": str(crows),
            "aul": str(aul),
        }
        task, answer = Path(scratch) / "job.json", Path(scratch) / "answer.json"
        task.write_text(json.dumps(job), encoding="utf-8")
        subprocess.run([python, str(THEIRS), str(task), str(answer)], check=True)
        found = json.loads(answer.read_text(encoding="utf-8"))
        rows = [row for name, path in checkpoints.items() for row in _rows(name, path, found["scores"][name])]
    apart = [
        float(np.max(np.abs(np.subtract(own["mlm-bias aul, once"], own["mlm-bias aul, again"]))))
        for own in found["scores"].values()
    ]
    ours = {"python": sys.version.split()[0], "torch": torch.__version__, "transformers": transformers.__version__}
    return {
        "command": "python -m benchmarks.published --python OTHER/bin/python --crows-pairs metric.py --aul evaluate.py",
        "ours": ours,
        "theirs": found["versions"],
        "scripts": {"CrowS-Pairs metric.py": _sha(crows), "AUL evaluate.py": _sha(aul)},
        "said": {**found["said"], "mlm-bias, two loads differ by": min(apart)},
        "rows": rows,
    }


def main(arguments: Sequence[str] | None = None) -> None:
    """Write the table of differences."""
    parser = argparse.ArgumentParser(description=(__doc__ or "").splitlines()[0])
    parser.add_argument("--python", help="of an environment with minicons and mlm-bias")
    parser.add_argument("--crows-pairs", type=Path, help="metric.py of CrowS-Pairs")
    parser.add_argument("--aul", type=Path, help="evaluate.py of AUL")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args(arguments)
    if not (asked.python and asked.crows_pairs and asked.aul):
        parser.error("--python, --crows-pairs and --aul are needed")
    for path in (Path(asked.python), asked.crows_pairs, asked.aul):
        if not path.is_file():
            parser.error(f"{path} is not there")
    found = compare(asked.python, asked.crows_pairs, asked.aul)
    asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
