"""The other side of `benchmarks.published`: scores of published implementations.

python published_theirs.py JOB ANSWER

`benchmarks.published` runs this file with the python of the other environment, so it imports nothing of the project.
"""

from __future__ import annotations

import contextlib
import io
import json
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path
from typing import Any


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


if __name__ == "__main__":
    task, answer = map(Path, sys.argv[1:])
    answer.write_text(json.dumps(theirs(json.loads(task.read_text(encoding="utf-8")))), encoding="utf-8")
