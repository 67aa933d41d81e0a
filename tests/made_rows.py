"""Rows of answers with known effects in them, and suites to read them with."""

from __future__ import annotations

import json
import math

import numpy as np
import pandas as pd
from scipy.special import expit

from audit.analysis import analyse
from audit.schema import FILL_MASK, TEXT_CLASSIFICATION, Contrast, ModelInfo, Suite, Test

CLASSIFIER = ModelInfo("planted", "function", "1", (TEXT_CLASSIFICATION,))
MASKED = ModelInfo("planted", "function", "1", (FILL_MASK,))


def suite(name, contrasts, tests=("x",), task=TEXT_CLASSIFICATION, **more):
    texts = dict.fromkeys(("title", "phenomenon", "rationale", "expected", "harm"), "words")
    return Suite(
        name=name,
        title=name,
        question="?",
        tasks=(task,),
        construct="",
        method="",
        tests=tuple(Test(name=t, type="MFT", task=task, **texts) for t in tests),
        contrasts=tuple(contrasts),
        build=lambda depth: (),
        reference_group="",
        limitations=(),
        discussion=(),
        version="1",
        **more,
    )


def contrast(measure, group, reference, unit="points", name="main", **more):
    more = {"higher": "a is {gap} higher", "lower": "a is {gap} lower", "primary": True} | more
    return Contrast(name, measure, group, reference, unit, **more)


def row(template, filler, group, x=0.0, allowed=("positive",), suite="s", test="x", role="item", **more):
    """A two-class answer whose log-odds are 2x."""
    p = float(expit(2 * x))
    label = "positive" if p >= 0.5 else "negative"
    example = f"{test}/{template}/{filler}/{group}/{role}"
    features = json.dumps(more.pop("features", {}))
    return {
        "suite": suite,
        "test": test,
        "example": more.pop("example", example),
        "operation": "score",
        "group": group,
        "template": template,
        "filler": filler,
        "fillers": [filler],
        "pair": f"{template}/{filler}",
        "role": role,
        "allowed": list(allowed) if allowed else None,
        "features": features,
        "labels": ["negative", "positive"],
        "probabilities": [1 - p, p],
        "mass": 1.0,
        "label": label,
        "confidence": max(p, 1 - p),
        "correct": label in allowed if allowed else None,
        "p_positive": p,
        "p_negative": 1 - p,
        "valence": 2 * p - 1,
        "log_odds": math.log((p + 1e-6) / (1 - p + 1e-6)),
        "value": math.nan,
        "tokens": 9,
        "unknown": 0,
        "top": [],
        "readable": True,
    } | more


def twins(shift=0.0, templates=12, fillers=10, seed=0, arms=("a", "b"), noise=0.3):
    """Arms of the same cells; the first is moved by `shift` on the log-odds scale (two classes)."""
    rng = np.random.default_rng(seed)
    rows = []
    for t in range(templates):
        for f in range(fillers):
            level = rng.normal(0, 2)
            for arm in arms:
                x = level + rng.normal(0, noise) + (shift if arm == arms[0] else 0.0)
                rows.append(row(f"t{t:02}", f"f{f:02}", arm, x / 2))
    return rows


def run(rows, suites, model=CLASSIFIER, **more):
    return analyse(pd.DataFrame(rows), suites, model, **more)


def only(found, **wanted):
    kept = [e for e in found if all(getattr(e, key) == value for key, value in wanted.items())]
    assert len(kept) == 1, kept
    return kept[0]
