"""`python -m audit.bundled.train`: one command from public data to the shipped files."""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path
from typing import Annotated, Any

import torch
import typer
from transformers import BertForMaskedLM, BertForSequenceClassification

from audit.bundled.train import base, mlm, sentiment, sources, wiki
from audit.bundled.train.loop import Plan, average, fit, out
from audit.bundled.train.sample import sample
from audit.bundled.train.ship import ship, write_manifest

app = typer.Typer(add_completion=False, pretty_exceptions_enable=False)

DEVELOPMENT = 800
"""How many training texts, of sources that have all three labels (tweets), are measured on and not trained on."""


def gather(text: Sequence[str], encyclopaedia: Sequence[str], work: Path, seed: int) -> dict[str, list[str]]:
    """Read the unlabelled text, hold out WikiText sentences, and write them to `heldout-wikipedia.txt`.

    Returns:
        Lines by kind: encyclopaedia, general, heldout.
    """
    lines = [line for name in text for line in sources.read_lines(name)]
    wikipedia, general, kept = wiki.split(lines, seed)
    articles = wiki.without(kept, [line for name in encyclopaedia for line in sources.read_lines(name)])
    (work / "heldout-wikipedia.txt").write_text("\n".join(kept) + "\n", encoding="utf-8")
    out(
        f"{len(wikipedia):,} WikiText sentences, {len(articles):,} other encyclopaedic ones, "
        f"{len(general):,} other passages; {len(kept):,} WikiText sentences held out"
    )
    return {"encyclopaedia": wikipedia + articles, "general": general, "heldout": kept}


def train_fill_mask(
    folder: Path, tokenizer: Any, texts: dict[str, list[str]], plan: Plan, work: Path, seed: int
) -> BertForMaskedLM:
    """Grow the fill-mask head and train it with the encoder."""
    kinds = {kind: texts[kind] for kind in mlm.SHARES if texts.get(kind)}
    made, counts = mlm.prepare(tokenizer, kinds)
    model = base.masked_lm(folder, counts)
    task = mlm.MaskedTask(model, tokenizer, made, texts["heldout"], seed)
    fit(task, plan, work)
    return model


def train_sentiment(
    folder: Path,
    tokenizer: Any,
    labelled: Sequence[str],
    texts: dict[str, list[str]],
    plan: Plan,
    work: Path,
    seed: int,
) -> BertForSequenceClassification:
    """Fine-tune the classifier on labelled texts, then for a while on plain sentences too that it helped to label."""
    rows = sentiment.respaced([row for name in labelled for row in sources.read_labelled(name)])
    with_neutral = {row.source for row in rows if row.label == "neutral"}
    development = [row for row in rows if row.source in with_neutral][:DEVELOPMENT]
    kept = {row.text for row in development}
    rows = [row for row in rows if row.text not in kept]
    model = base.classifier(folder)
    fit(sentiment.SentimentTask(model, tokenizer, sentiment.mixture(rows), development, seed), plan, work)
    weak = sentiment.plain(model, tokenizer, texts["encyclopaedia"], texts["sampled"], seed)
    out(f"plain sentences: {Counter((row.source, row.label) for row in weak)}")
    data = sentiment.mixture(rows + weak)
    again = replace(plan, steps=plan.steps // 2, rate=plan.rate * 0.5, decay=1.0)
    fit(sentiment.SentimentTask(model, tokenizer, data, development, seed + 1, name="sentiment-plain"), again, work)
    return model


@app.command()
def main(
    text: Annotated[list[str], typer.Option(help="English, a passage a line: file or hub:REPO[:CONFIG[:SPLIT]]")],
    labelled: Annotated[list[str], typer.Option(help="source<TAB>label<TAB>text: file or hub:REPO[:CONFIG[:SPLIT]]")],
    work: Annotated[Path, typer.Option(help="checkpoints, sampled text, held-out sentences; a second run goes on")],
    destination: Annotated[Path, typer.Option("--out", help="where the shipped folders go")],
    encyclopaedia: Annotated[list[str] | None, typer.Option(help="more encyclopaedic text")] = None,
    sampled: Annotated[list[str] | None, typer.Option(help="text sampled before; none: sample it now")] = None,
    sampler: Annotated[str | None, typer.Option(help="SmolLM2: .gguf, folder or Hub id; none: the wheel's")] = None,
    sample_passages: Annotated[int, typer.Option(help="how many passages to sample if none are given")] = 12_000,
    base_model: Annotated[str | None, typer.Option("--base", help="folder of all-MiniLM-L6-v2; none: wheel's")] = None,
    fill_mask_steps: Annotated[int, typer.Option(help="steps of 2,048 tokens; 0 leaves the model out")] = 5400,
    sentiment_steps: Annotated[int, typer.Option(help="steps of 2,048 tokens, and half as many more; 0: none")] = 450,
    average_with: Annotated[Path | None, typer.Option(help="earlier fill-mask checkpoint: ship the mean")] = None,
    seed: Annotated[int, typer.Option()] = 0,
    bf16: Annotated[bool, typer.Option(help="bfloat16 arithmetic, weights in float32")] = True,
) -> None:
    """Train both bundled models and write the folders that ship: float16 weights, tokenizer, manifest."""
    work.mkdir(parents=True, exist_ok=True)
    (work / "pid").write_text(str(os.getpid()), encoding="utf-8")
    torch.manual_seed(seed)
    folder = base.find_base(base_model)
    tokenizer = base.load_tokenizer(folder)
    texts = gather(text, encyclopaedia or [], work, seed)
    texts["sampled"] = [line for name in sampled or [] for line in sources.read_lines(name)] or sample(
        sampler, work / "sampled.txt", sample_passages, seed
    )
    if sentiment_steps:
        plan = Plan(sentiment_steps, rate=1e-4, warmup=60, head_factor=3.0, decay=0.6, measure_every=100, bf16=bf16)
        classifier = train_sentiment(folder, tokenizer, labelled, texts, plan, work, seed)
        ship(classifier, tokenizer, destination / "sentiment")
    if fill_mask_steps:
        plan = Plan(fill_mask_steps, rate=mlm.RATE, decay=0.5, bf16=bf16)
        masked = train_fill_mask(folder, tokenizer, texts, plan, work, seed)
        if average_with is not None:
            average(masked, average_with)
        ship(masked, tokenizer, destination / "fill-mask")
    write_manifest(destination)
    out(f"written to {destination}; measure with: python -m audit.bundled.figures --help")
