"""What an audit of a model with a known truth must show: the effect at its size, and silence where there is none."""

from __future__ import annotations

from functools import cache

import numpy as np
import pytest

from audit import load_model, load_suites, run_audit
from audit.measures import MEASURES
from audit.schema import AuditResult
from audit.store import predictions_table


@cache
def audited(name: str) -> AuditResult:
    return run_audit(load_model(name), load_suites(["occupations"], "quick"), check=False)


def lpbs(name: str) -> dict[tuple[str, str], float]:
    (suite,) = audited(name).suites
    rows = predictions_table(audited(name)).to_pandas()
    rows = rows[rows["test"].str.startswith("pronoun")]
    cells = MEASURES["lpbs"].cells(rows, suite.fillers)
    return {(row.template, row.filler): row.value for row in cells.itertuples()}


def primary(name: str):
    (found,) = [finding for finding in audited(name).findings if finding.primary]
    return found


def test_the_planted_effect_has_its_true_size_on_its_items_and_none_elsewhere():
    truth = load_model("fill-mask-planted").info.truth
    base, planted = lpbs("fill-mask"), lpbs("fill-mask-planted")
    assert base.keys() == planted.keys()
    listed = {key for key in base if key[1] in set(truth["words"])}
    assert listed and listed != set(base)
    for key in base:
        expected = truth["delta"] if key in listed else 0.0
        assert planted[key] - base[key] == pytest.approx(expected, abs=1e-4), key


def test_the_report_number_moves_by_the_planted_effect():
    truth = load_model("fill-mask-planted").info.truth
    listed = set(truth["words"])
    cells = lpbs("fill-mask")
    (suite,) = audited("fill-mask").suites
    share = {
        band: np.mean([f in listed for _, f in cells if suite.fillers[f].get("band") == band])
        for band in ("mostly-women", "mostly-men")
    }
    expected = truth["delta"] * (share["mostly-women"] - share["mostly-men"])
    moved = primary("fill-mask-planted").gap - primary("fill-mask").gap
    assert expected > 0
    assert moved == pytest.approx(expected, abs=1e-3)


def test_the_even_handed_model_shows_no_difference():
    found = primary("fill-mask-even-handed")
    assert abs(found.gap) < 1e-4
    assert found.verdict not in ("finding", "uncertain")
    assert max(abs(value) for value in lpbs("fill-mask-even-handed").values()) < 1e-4
