"""The project's likelihood scores beside published implementations, on the same checkpoints, sentence by sentence.

python -m benchmarks.published --python OTHER/bin/python --crows-pairs metric.py --aul evaluate.py

OTHER is an environment of its own with minicons, mlm-bias, transformers, torch and pandas: their pins differ from the
project's. The two scripts are those of the authors' repositories (docs/third-party.md). Nothing of theirs is part of
the project; what is kept is the table of differences, in audit/validate/published.json, which docs/validation.md shows.
This file runs twice: in the project's environment, and with --theirs in the other one, where it imports nothing of the
project. Checkpoints: the bundled fill-mask model and random models of the tests, one per family of tokenizers.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import io
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
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


# -- theirs: no import of the project from here on ---------------------------------------------------------------------


def theirs(job: dict[str, Any]) -> dict[str, Any]:
    """Score every checkpoint with what others published.

    Args:
        job: "checkpoints" (name -> folder), "pairs", and the paths "crows" and "aul".

    Returns:
        "scores": name -> method -> one number a text; "versions"; "said": what went wrong with an option of theirs.
    """
    import torch

    torch.set_num_threads(1)
    said: dict[str, str] = {}
    scores = {name: _of_one(folder, job, said) for name, folder in job["checkpoints"].items()}
    return {"scores": scores, "versions": _versions(), "said": said}


def _versions() -> dict[str, str]:
    from importlib.metadata import version

    found = {name: version(name) for name in ("minicons", "mlm-bias", "transformers", "torch", "numpy", "pandas")}
    return {"python": sys.version.split()[0], **found}


def _script(path: str, until: str) -> dict[str, Any]:
    """Run the definitions of a script, and not what it does when it is started."""
    space: dict[str, Any] = {"__name__": "published"}
    exec(compile(Path(path).read_text(encoding="utf-8").split(until)[0], path, "exec"), space)
    return space


def _of_one(folder: str, job: dict[str, Any], said: dict[str, str]) -> dict[str, list[float]]:
    import torch
    from transformers import AutoModelForMaskedLM, AutoTokenizer

    tokenizer = AutoTokenizer.from_pretrained(folder)
    model = AutoModelForMaskedLM.from_pretrained(folder, torch_dtype=torch.float32).eval()
    pairs = [tuple(pair) for pair in job["pairs"]]
    texts = [text for pair in pairs for text in pair]
    found = _minicons(model, tokenizer, texts)
    crows, aul = _script(job["crows"], "\nparser = "), _script(job["aul"], "\nif __name__")
    for double in (False, True):
        with _softmax(double):
            these = _crows_pairs(crows, model, tokenizer, pairs)
            these |= _aul(aul, model, tokenizer, pairs)
            these |= _mlm_bias(folder, pairs)
        found |= {f"{name}, double" if double else name: values for name, values in these.items()}
    found |= _unloaded(folder, pairs, said)
    return found


@contextlib.contextmanager
def _softmax(double: bool) -> Iterator[None]:
    """Let torch's LogSoftmax add up in double precision: in single, a large vocabulary costs it 1e-5 and more."""
    import torch

    plain = torch.nn.LogSoftmax

    class Double(plain):  # type: ignore[misc, valid-type]
        def forward(self, values: Any) -> Any:
            return super().forward(values.double())

    torch.nn.LogSoftmax = Double if double else plain  # type: ignore[misc]
    try:
        yield
    finally:
        torch.nn.LogSoftmax = plain  # type: ignore[misc]


def _minicons(model: Any, tokenizer: Any, texts: Sequence[str]) -> dict[str, list[float]]:
    from minicons import scorer

    asked = scorer.MaskedLMScorer(model, "cpu", tokenizer=tokenizer)

    def total(scores: Any) -> float:
        return float(scores.double().sum())

    found = {"default": [float(asked.sequence_score([text])[0]) for text in texts]}
    for metric in ("original", "within_word_l2r"):
        found[metric] = [float(asked.sequence_score([t], reduction=total, PLL_metric=metric)[0]) for t in texts]
    return {f"minicons {name}": values for name, values in found.items()}


def _crows_pairs(script: dict[str, Any], model: Any, tokenizer: Any, pairs: Any) -> dict[str, list[float]]:
    import torch

    found: dict[str, list[float]] = {}
    for uncased in (False, True):
        kept: list[float] = []
        given = {
            "model": model,
            "tokenizer": tokenizer,
            "mask_token": tokenizer.mask_token,
            "log_softmax": torch.nn.LogSoftmax(dim=0),
            "uncased": uncased,
        }
        with torch.no_grad():
            for one, two in pairs:
                answer = script["mask_unigram"]({"sent1": one, "sent2": two}, given)
                kept += [answer["sent1_score"], answer["sent2_score"]]
        found["crows-pairs uncased" if uncased else "crows-pairs"] = kept
    # What its `evaluate` does with the scores before it compares them.
    found["crows-pairs rounded"] = [round(value, 3) for value in found["crows-pairs"]]
    return found


def _aul(script: dict[str, Any], model: Any, tokenizer: Any, pairs: Any) -> dict[str, list[float]]:
    import torch

    softmax = torch.nn.LogSoftmax(dim=1)
    found: dict[str, list[float]] = {"aul script": [], "aul script cps": []}
    with torch.no_grad():
        for one, two in pairs:
            ids = [tokenizer.encode(text, return_tensors="pt") for text in (one, two)]
            found["aul script"] += [script["calculate_aul"](model, own, softmax, False)[0] for own in ids]
            # The stereotype always comes first here: for half of the pairs that is the second text.
            spans = script["get_span"](ids[1][0], ids[0][0], "equal")[::-1]
            for own, span in zip(ids, spans, strict=True):
                value, _ = script["calculate_cps"](model, own, span, tokenizer.mask_token_id, softmax)
                found["aul script cps"].append(value)
    return found


def _mlm_bias(folder: str, pairs: Any, loaded: bool = True) -> dict[str, list[float]]:
    """Score with mlm-bias; on request, with the checkpoint put into the model that it builds."""
    import mlm_bias
    from transformers import AutoModelForMaskedLM

    data = mlm_bias.BiasDataset(["all"] * len(pairs), [one for one, _ in pairs], [two for _, two in pairs])
    with contextlib.redirect_stdout(io.StringIO()):
        asked = mlm_bias.BiasMLM(folder, data)
        if loaded:
            asked.model = AutoModelForMaskedLM.from_pretrained(folder, config=asked.model_config).float().eval()
        results = asked.evaluate(measures=["aul", "csps"], attention=True).eval_results
    both = {name: zip(results["S1"][name], results["S2"][name], strict=True) for name in ("aul", "csps")}
    return {f"mlm-bias {name}": [value for pair in values for value in pair] for name, values in both.items()}


def _unloaded(folder: str, pairs: Any, said: dict[str, str]) -> dict[str, list[float]]:
    """Score with mlm-bias as it is, twice, and once with its option that ends in an error."""
    import mlm_bias

    found: dict[str, list[float]] = {}
    for start in ("once", "again"):
        found |= {f"{name}, {start}": values for name, values in _mlm_bias(folder, pairs, loaded=False).items()}
    try:
        with contextlib.redirect_stdout(io.StringIO()):
            mlm_bias.BiasMLM(folder, mlm_bias.BiasDataset(["all"], ["He left."], ["She left."])).evaluate(
                measures=["aul"], attention=False
            )
    except Exception as error:
        said["mlm-bias with attention=False"] = type(error).__name__
    return found


# -- ours, and the two side by side ------------------------------------------------------------------------------------


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
        subprocess.run([python, str(Path(__file__).resolve()), "--theirs", str(task), str(answer)], check=True)
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
    parser.add_argument("--theirs", nargs=2, metavar=("JOB", "ANSWER"), help=argparse.SUPPRESS)
    parser.add_argument("--python", help="of an environment with minicons and mlm-bias")
    parser.add_argument("--crows-pairs", type=Path, help="metric.py of CrowS-Pairs")
    parser.add_argument("--aul", type=Path, help="evaluate.py of AUL")
    parser.add_argument("--out", type=Path, default=OUT)
    asked = parser.parse_args(arguments)
    if asked.theirs:
        task, answer = map(Path, asked.theirs)
        answer.write_text(json.dumps(theirs(json.loads(task.read_text(encoding="utf-8")))), encoding="utf-8")
        return
    if not (asked.python and asked.crows_pairs and asked.aul):
        parser.error("--python, --crows-pairs and --aul are needed")
    for path in (Path(asked.python), asked.crows_pairs, asked.aul):
        if not path.is_file():
            parser.error(f"{path} is not there")
    found = compare(asked.python, asked.crows_pairs, asked.aul)
    asked.out.write_text(json.dumps(found, indent=1) + "\n", encoding="utf-8")


if __name__ == "__main__":
    main()
