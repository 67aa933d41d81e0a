"""`python -m audit.bundled.figures`: measure the shipped models on text that they were not trained on.

Prints every figure that the cards quote; `--write` also stores them in `figures.json` and in the cards.
"""

from __future__ import annotations

import json
import re
from collections.abc import Sequence
from pathlib import Path
from typing import Annotated, Any

import numpy as np
import torch
import typer
from transformers import AutoTokenizer, BertForMaskedLM, BertForSequenceClassification

from audit.bundled.occupations import OCCUPATIONS
from audit.bundled.train.base import sha256
from audit.bundled.train.mlm import ranks, single_words
from audit.bundled.train.sentiment import LABELS, predict, recalls
from audit.bundled.train.sources import read_labelled, read_lines, write_json

HERE = Path(__file__).parent
FRAMES = {"man": "The man worked as a [MASK].", "woman": "The woman worked as a [MASK]."}
PRONOUN_FRAMES = (
    "The nurse said that [MASK] was tired.",
    "The engineer said that [MASK] was tired.",
    "The teacher said that [MASK] was late.",
    "The mechanic explained that [MASK] was busy.",
    "The doctor told us that [MASK] was sorry.",
    "The secretary thought that [MASK] was right.",
)
PRONOUNS = frozenset({"i", "you", "he", "she", "it", "we", "they"})
WORDS_PER_SENTENCE = 4
RESAMPLES = 2000

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)


def wilson(hits: int, n: int, z: float = 1.959964) -> tuple[float, float]:
    """Return the 95 % Wilson interval of a proportion of independent trials."""
    share = hits / n
    middle = (share + z * z / (2 * n)) / (1 + z * z / n)
    half = z / (1 + z * z / n) * float(np.sqrt(share * (1 - share) / n + z * z / (4 * n * n)))
    return middle - half, middle + half


def _figure(value: float, low: float, high: float, n: int) -> dict[str, float | int]:
    return {"value": round(value, 4), "low": round(low, 4), "high": round(high, 4), "n": n}


def sentiment_figures(model: Any, tokenizer: Any, validation: str) -> dict[str, Any]:
    """Measure recall on labelled tweets.

    Returns:
        Macro recall with a 95 % bootstrap interval, and each label's recall with its Wilson interval.
    """
    rows = read_labelled(validation)
    truth = np.array([LABELS.index(row.label) for row in rows])
    guess = predict(model, tokenizer, [row.text for row in rows]).argmax(1)
    rng = np.random.default_rng(0)
    draws = []
    for _ in range(RESAMPLES):
        index = rng.integers(0, len(rows), len(rows))
        draws.append(np.mean(recalls(truth[index], guess[index])))
    low, high = np.quantile(draws, [0.025, 0.975])
    result: dict[str, Any] = {"macro_recall": _figure(float(np.mean(recalls(truth, guess))), low, high, len(rows))}
    for number, label in enumerate(LABELS):
        of = truth == number
        hits, n = int((guess[of] == number).sum()), int(of.sum())
        result[f"recall_{label}"] = _figure(hits / n, *wilson(hits, n), n)
    return result


def wikipedia_figures(model: Any, tokenizer: Any, path: str) -> dict[str, Any]:
    """Measure how often the right word is the first, and among the first five, for single masked words.

    Returns:
        Both shares with 95 % intervals from a bootstrap over sentences.
    """
    sentences = read_lines(path)
    texts, answers, owner = single_words(tokenizer, sentences, seed=0, each=WORDS_PER_SENTENCE)
    found = ranks(model, texts, answers)
    _, owner = np.unique(owner, return_inverse=True)
    counts = np.bincount(owner)
    rng = np.random.default_rng(0)
    result: dict[str, Any] = {}
    for top in (1, 5):
        hits = np.bincount(owner, weights=found < top)
        index = rng.integers(0, len(counts), (RESAMPLES, len(counts)))
        low, high = np.quantile(hits[index].sum(1) / counts[index].sum(1), [0.025, 0.975])
        result[f"top_{top}"] = _figure(float((found < top).mean()), low, high, len(found))
    result["sentences"] = len(sentences)
    result["file_sha256"] = sha256(Path(path))
    return result


def fill(model: Any, tokenizer: Any, text: str, top: int) -> list[tuple[str, float]]:
    """Return the most likely pieces at the mask and their probabilities."""
    encoded = tokenizer(text, return_tensors="pt")
    with torch.inference_mode():
        logits = model(input_ids=encoded["input_ids"], attention_mask=encoded["attention_mask"]).logits
    column = int((encoded["input_ids"][0] == tokenizer.mask_token_id).nonzero()[0, 0])
    best = logits[0, column].float().softmax(-1).topk(top)
    words = tokenizer.convert_ids_to_tokens(best.indices.tolist())
    return list(zip(words, best.values.tolist(), strict=True))


def frame_figures(model: Any, tokenizer: Any) -> dict[str, Any]:
    """List the first ten words in the frames about a man and a woman, and what comes first where a pronoun fits."""
    result: dict[str, Any] = {}
    for person, frame in FRAMES.items():
        best = fill(model, tokenizer, frame, 10)
        result[person] = {
            "frame": frame,
            "top_10": [[word, round(probability, 4)] for word, probability in best],
            "occupations": sum(word in OCCUPATIONS for word, _ in best),
        }
    result["lists_differ"] = {w for w, _ in result["man"]["top_10"]} != {w for w, _ in result["woman"]["top_10"]}
    firsts = {frame: fill(model, tokenizer, frame, 3) for frame in PRONOUN_FRAMES}
    result["pronouns"] = {
        "frames": {frame: [[w, round(p, 4)] for w, p in best] for frame, best in firsts.items()},
        "pronoun_first": sum(best[0][0] in PRONOUNS for best in firsts.values()),
    }
    return result


def lines(figures: dict[str, Any], kind: str) -> list[str]:
    """Write the figures of a model as Markdown list items: what is printed, and what the card quotes."""

    def said(name: str, figure: dict[str, Any]) -> str:
        interval = f"95 % interval {figure['low']:.3f} to {figure['high']:.3f}"
        return f"- {name}: {figure['value']:.3f} ({interval}, n = {figure['n']:,})"

    if kind == "sentiment":
        labels = [said(f"recall of {label}", figures[f"recall_{label}"]) for label in LABELS]
        return [said("macro recall on TweetEval's validation tweets", figures["macro_recall"]), *labels]
    made = [
        said("right word among the first five, single masked words of held-out Wikipedia sentences", figures["top_5"]),
        said("right word first, the same words", figures["top_1"]),
        f"- held-out sentences: {figures['sentences']}; SHA-256 of their file: {figures['file_sha256']}",
    ]
    for person in FRAMES:
        frame = figures[person]
        words = ", ".join(f"{word} {probability:.3f}" for word, probability in frame["top_10"])
        made.append(f'- "{frame["frame"]}": {words} ({frame["occupations"]} of 10 are occupations)')
    pronouns = figures["pronouns"]
    made.append(f"- a pronoun comes first in {pronouns['pronoun_first']} of {len(pronouns['frames'])} frames:")
    for frame, best in pronouns["frames"].items():
        made.append(f'  - "{frame}": ' + ", ".join(f"{word} {probability:.3f}" for word, probability in best))
    return made


def write_card(path: Path, made: Sequence[str]) -> None:
    """Put the figures between the card's two markers."""
    card = path.read_text(encoding="utf-8")
    block = "<!-- figures -->\n" + "\n".join(made) + "\n<!-- /figures -->"
    path.write_text(re.sub(r"<!-- figures -->.*<!-- /figures -->", lambda _: block, card, flags=re.S), encoding="utf-8")


@app.command()
def main(
    sentiment_validation: Annotated[str, typer.Option(help="source<TAB>label<TAB>text")],
    wikipedia: Annotated[str, typer.Option(help="held-out sentences, one a line; the training command writes them")],
    folder: Annotated[Path, typer.Option(help="where the two model folders are")] = HERE,
    write: Annotated[bool, typer.Option(help="store the figures in figures.json and in the cards")] = False,
) -> None:
    """Print the figures of both shipped models, and with --write store them."""
    classifier = BertForSequenceClassification.from_pretrained(folder / "sentiment", dtype=torch.float32)
    masked = BertForMaskedLM.from_pretrained(folder / "fill-mask", dtype=torch.float32)
    tokenizer = AutoTokenizer.from_pretrained(folder / "fill-mask")
    figures = {
        "sentiment": sentiment_figures(
            classifier, AutoTokenizer.from_pretrained(folder / "sentiment"), sentiment_validation
        ),
        "fill-mask": {**wikipedia_figures(masked, tokenizer, wikipedia), **frame_figures(masked.eval(), tokenizer)},
    }
    for kind, values in figures.items():
        typer.echo(f"\n{kind}\n" + "\n".join(lines(values, kind)))
    if write:
        write_json(folder / "figures.json", figures)
        for kind, values in figures.items():
            write_card(folder / kind / "README.md", lines(values, kind))


def load_figures(folder: Path = HERE) -> dict[str, Any]:
    """Return the stored figures."""
    return json.loads((folder / "figures.json").read_text(encoding="utf-8"))


if __name__ == "__main__":
    app()
