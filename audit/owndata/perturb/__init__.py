"""Rewrite a researcher's own texts and see whether the model's answer moves.

Names, gender words and identity terms are swapped, negations spelled out or contracted, slang said in standard words:
the label should stay. A "not" is added or taken away: the valence should move. Typography is changed: the floor.
Every rule would rather leave a text alone than make a sentence that nobody would write.

    sample = Sample(seed=0)
    for chunk in chunks:
        sample.add(chunk.rows, chunk.texts, chunk.clusters)
    outcome = sample.measure(score)      # score(texts) -> predicted codes, valence
    outcome.estimates, outcome.changed, outcome.skipped
"""

from __future__ import annotations

from audit.owndata.perturb.core import FLOOR, KEPT, KINDS, LONGEST, Found, Variant
from audit.owndata.perturb.making import PER_TEXT, Rewrite, rewrites
from audit.owndata.perturb.rates import Answer, Outcome, estimates
from audit.owndata.perturb.sample import ROWS, Sample, Score

__all__ = [
    "FLOOR",
    "KEPT",
    "KINDS",
    "LONGEST",
    "PER_TEXT",
    "ROWS",
    "Answer",
    "Found",
    "Outcome",
    "Rewrite",
    "Sample",
    "Score",
    "Variant",
    "estimates",
    "rewrites",
]
