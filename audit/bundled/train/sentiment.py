"""The sentiment classifier: what it is taught with, and the training task."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import torch
from torch.nn import functional
from transformers import BertForSequenceClassification

from audit.bundled.train.base import LABELS
from audit.bundled.train.batches import Sampler, buckets, encode, tensors
from audit.bundled.train.sources import Labelled, clean, shuffled

SHARES = {
    "tweeteval-sentiment": 0.50,
    "sentence_polarity": 0.20,
    "pros_cons": 0.17,
    "tweeteval-emotion": 0.08,
    "plain": 0.12,
    "sampled": 0.12,
}
"""Weights of the sources in the training batches; a source not named here gets their mean."""

WEAK, SURE = 0.90, 0.95
"""Below the first the classifier's praise or blame counts as doubtful, from the second on as certain."""

WIDTHS = (16, 32, 48, 64)


@dataclass(frozen=True)
class Mixture:
    """Texts, labels (0 negative, 1 neutral, 2 positive) and weights."""

    texts: list[str]
    labels: np.ndarray
    weights: np.ndarray


def plain(
    model: BertForSequenceClassification,
    tokenizer: Any,
    wikipedia: Sequence[str],
    sampled: Sequence[str],
    seed: int,
    most: int = 6000,
) -> list[Labelled]:
    """Label plain sentences *weakly*, with the help of the classifier as trained so far.

    Tweets are the only labelled neutral texts, so a plain statement counts as praise or blame. Encyclopaedic sentences
    state and do not judge: those that the classifier does not take for strong praise or blame become neutral. Were they
    alone, plain style itself would become neutral; so sampled sentences about people that the classifier is sure of
    become positive and negative. Sentences that quote somebody are left out, and nobody has read the rest.
    """
    rows: list[Labelled] = []
    for source, lines in (("plain", wikipedia), ("sampled", sampled)):
        fit = [line for line in lines if '"' not in line and 4 <= len(line.split()) <= 25]
        chosen = shuffled(fit, seed)[: most if source == "plain" else 2 * most]
        scores = predict(model, tokenizer, chosen)
        for line, score in zip(chosen, scores, strict=True):
            label = LABELS[int(score.argmax())]
            if source == "plain" and (label == "neutral" or score.max() < WEAK):
                rows.append(Labelled(source, "neutral", line))
            elif source == "sampled" and label != "neutral" and score.max() >= SURE:
                rows.append(Labelled(source, label, line))
    return rows


def mixture(rows: Sequence[Labelled]) -> Mixture:
    """Weight rows: sources by `SHARES`, and the labels of a source alike. Each text stands as found and cleaned."""
    counts = Counter((row.source, row.label) for row in rows)
    kinds = Counter(source for source, _ in counts)
    texts: list[str] = []
    labels: list[int] = []
    weights: list[float] = []
    for row in rows:
        share = SHARES.get(row.source, sum(SHARES.values()) / len(SHARES))
        weight = share / kinds[row.source] / counts[row.source, row.label]
        forms = {row.text, clean(row.text)}
        for form in sorted(forms):
            texts.append(form)
            labels.append(LABELS.index(row.label))
            weights.append(weight / len(forms))
    return Mixture(texts, np.array(labels), np.array(weights))


def detokenize(text: str) -> str:
    """Undo the spaces that the film reviews have before punctuation: "bad , not good ." -> "bad, not good."."""
    text = re.sub(r" ([,.;:!?)])", r"\1", text)
    return re.sub(r" n't\b", "n't", re.sub(r"\( ", "(", text))


def respaced(rows: Sequence[Labelled]) -> list[Labelled]:
    """Write film-review sentences as people write: no space before punctuation, a capital at the start."""
    made = []
    for row in rows:
        text = row.text
        if row.source == "sentence_polarity":
            text = detokenize(text)
            text = text[:1].upper() + text[1:]
        made.append(Labelled(row.source, row.label, text))
    return made


def recalls(truth: np.ndarray, guess: np.ndarray) -> list[float]:
    """Return the recall of each label, in the order of `LABELS`."""
    hits = [guess[truth == label] == label for label in range(len(LABELS))]
    return [float(hit.mean()) if len(hit) else float("nan") for hit in hits]


def predict(model: BertForSequenceClassification, tokenizer: Any, texts: Sequence[str], size: int = 64) -> np.ndarray:
    """Return class probabilities, shape (texts, 3)."""
    order = sorted(range(len(texts)), key=lambda index: len(texts[index]))
    result = np.zeros((len(texts), len(LABELS)))
    model.eval()
    with torch.inference_mode():
        for start in range(0, len(order), size):
            index = order[start : start + size]
            batch = tokenizer(
                [texts[i] for i in index], padding=True, truncation=True, max_length=128, return_tensors="pt"
            )
            logits = model(input_ids=batch["input_ids"], attention_mask=batch["attention_mask"]).logits
            result[index] = logits.float().softmax(-1).numpy()
    return result


class SentimentTask:
    """Fine-tune the whole encoder and the head; a little label smoothing, for the labels are noisy."""

    def __init__(
        self,
        model: BertForSequenceClassification,
        tokenizer: Any,
        data: Mixture,
        development: Sequence[Labelled],
        seed: int,
        name: str = "sentiment",
        tokens: int = 2048,
    ) -> None:
        self.model = model
        model.set_attn_implementation("eager")  # on short texts faster to train than the fused kernel
        self.tokenizer = tokenizer
        self.labels = data.labels
        self.development = list(development)
        encoded = encode(tokenizer, data.texts, WIDTHS[-1])
        self.name = name
        self.sampler = Sampler(buckets(encoded, data.weights, WIDTHS), tokens, seed)

    def batch(self, step: int) -> tuple[torch.Tensor, ...]:
        """Return ids, attention mask and labels of a step."""
        bucket, places, _ = self.sampler.draw(step)
        ids = bucket.ids[places]
        return tensors(ids, ids != 0, self.labels[bucket.rows[places]])

    def loss(self, *batch: torch.Tensor) -> torch.Tensor:
        """Return cross-entropy with 5 % smoothing."""
        ids, mask, labels = batch
        logits = self.model(input_ids=ids, attention_mask=mask).logits
        return functional.cross_entropy(logits.float(), labels, label_smoothing=0.05)

    def measure(self) -> dict[str, float]:
        """Return macro recall on tweets kept from training (not the validation tweets)."""
        if not self.development:
            return {}
        truth = np.array([LABELS.index(row.label) for row in self.development])
        guess = predict(self.model, self.tokenizer, [row.text for row in self.development]).argmax(1)
        each = recalls(truth, guess)
        return {"macro recall": float(np.mean(each)), **dict(zip(LABELS, each, strict=True))}
