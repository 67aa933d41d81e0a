"""Find the encyclopaedic sentences in mixed text, and hold some of them out.

The general text is a shuffle of novels, addresses, reviews, product notes, tweets and WikiText sentences, with no word
about which line is which. WikiText shows by its form: one or two whole sentences, cased, with straight quotation marks
set off by spaces, years. A bag-of-words classifier, taught by lines whose form leaves no doubt, finds the
others. Nothing depends on it but the mixture and what is held out.
"""

from __future__ import annotations

import hashlib
import re

import numpy as np

_SURE = re.compile(r" \" |\b1[5-9]\d\d\b|\b20\d\d\b")
_NOT = re.compile(r"[“”‘’—…#]|@|\s[.,?!](\s|$)|&\w+;|[Aa]pplause|Laughter|--|!|\?")
HELD_OUT_PERCENT = 20
NGRAM = 8


def _candidate(line: str) -> bool:
    """Whether a line has the form of WikiText sentences: begins and ends as a sentence, none of the others' marks."""
    words = line.split()
    return 6 <= len(words) <= 70 and line[0].isupper() and line.endswith((".", '. "')) and not _NOT.search(line)


def find(lines: list[str], seed: int = 0) -> np.ndarray:
    """Return a boolean array: which lines are taken to be WikiText sentences."""
    from sklearn.feature_extraction.text import CountVectorizer
    from sklearn.linear_model import LogisticRegression

    form = np.array([_candidate(line) for line in lines])
    sure = np.array([bool(ok and _SURE.search(line)) for line, ok in zip(lines, form, strict=True)])
    other = np.array([not ok and line[:1].isalpha() for line, ok in zip(lines, form, strict=True)])
    rng = np.random.default_rng(seed)
    negatives = rng.permutation(np.flatnonzero(other))[:20_000]
    positives = np.flatnonzero(sure)
    vectorizer = CountVectorizer(ngram_range=(1, 2), min_df=3, binary=True, token_pattern=r"[A-Za-z']+")
    features = vectorizer.fit_transform([_plain(lines[i]) for i in (*positives, *negatives)])
    target = np.r_[np.ones(len(positives)), np.zeros(len(negatives))]
    model = LogisticRegression(C=0.3, max_iter=300, class_weight="balanced").fit(features, target)
    index = np.flatnonzero(form)
    score = model.predict_proba(vectorizer.transform([_plain(lines[i]) for i in index]))[:, 1]
    found = np.zeros(len(lines), dtype=bool)
    found[index] = score >= 0.5
    return found


def _plain(line: str) -> str:
    """Keep words only, lower-cased, so that the teacher's own marks are not what is learned."""
    return re.sub(r"\d+", " ", line.lower())


def held_out(line: str) -> bool:
    """Whether a WikiText sentence is held out: by its SHA-256, so the same on every machine and in every order."""
    return int(hashlib.sha256(line.encode()).hexdigest()[:8], 16) % 100 < HELD_OUT_PERCENT


def _grams(line: str) -> set[tuple[str, ...]]:
    words = re.findall(r"[a-z0-9]+", line.lower())
    return {tuple(words[i : i + NGRAM]) for i in range(len(words) - NGRAM + 1)}


def without(kept: list[str], lines: list[str]) -> list[str]:
    """Return the lines that share no eight words in a row with a sentence held out."""
    banned: set[tuple[str, ...]] = set()
    for line in kept:
        banned |= _grams(line)
    return [line for line in lines if banned.isdisjoint(_grams(line))]


def split(lines: list[str], seed: int = 0) -> tuple[list[str], list[str], list[str]]:
    """Split mixed text.

    Returns:
        WikiText sentences to train on, other text to train on, WikiText sentences held out. No line to train on
        shares eight words in a row with a sentence held out.
    """
    wikipedia = {line for line, wiki in zip(lines, find(lines, seed), strict=True) if wiki}
    kept = sorted(line for line in wikipedia if held_out(line))
    rest = without(kept, [line for line in lines if not (line in wikipedia and held_out(line))])
    return [line for line in rest if line in wikipedia], [line for line in rest if line not in wikipedia], kept
