"""The guards hold, and each of them fails when the code that it guards is broken: the guards are tested themselves."""

from __future__ import annotations
import __future__

import importlib
import inspect
import textwrap
from dataclasses import dataclass
from types import CodeType

import pytest
from guards import GUARDS


@dataclass(frozen=True)
class Mutant:
    """One line of the audit, written wrongly."""

    guard: str
    module: str
    function: str
    right: str
    wrong: str
    design: str = ""
    """Clustering: the one design that the line is for."""

    @property
    def name(self) -> str:
        return f"{self.guard} - {self.function}: {self.wrong}"


SIGN, CLUSTERING, CORRECTION, PAIRING = list(GUARDS)[:4]
LABELS, HEAD, PRIOR, FLOOR = list(GUARDS)[4:]
DESIGN, TWOWAY, FINDINGS = "audit.stats.design", "audit.stats.twoway", "audit.findings"
BLANKS, TWINS = "audit.measures.blanks", "audit.measures.twins"
NAMES, CLASSES = "audit.models.labels", "audit.models.classifier"

MUTANTS = [
    Mutant(SIGN, TWOWAY, "solve", "sum(p.sign * p.mean", "sum(-p.sign * p.mean"),
    Mutant(SIGN, TWOWAY, "solve", "sum(p.sign * p.mean", "sum(abs(p.sign) * p.mean"),
    Mutant(
        SIGN,
        DESIGN,
        "_unpaired",
        "[(group, 1.0, False), (reference, -1.0, True)]",
        "[(group, -1.0, False), (reference, 1.0, True)]",
    ),
    Mutant(SIGN, DESIGN, "_match", "(means[0] - means[1])", "(means[1] - means[0])"),
    Mutant(SIGN, DESIGN, "_paired", "differences(cells, group, reference)", "differences(cells, reference, group)"),
    Mutant(SIGN, BLANKS, "_lpbs", "log_ratio(she, he) -", "log_ratio(he, she) -"),
    Mutant(SIGN, BLANKS, "_choice_log_ratio", '"female", "male"', '"male", "female"'),
    Mutant(SIGN, "audit.sentences", "_claim", "if found.gap >= 0", "if found.gap < 0"),
    Mutant(CLUSTERING, TWOWAY, "_shared", "widest(v_t, v_f, v_tf)", "v_tf", "clusters"),
    Mutant(CLUSTERING, TWOWAY, "_shared", "widest(v_t, v_f, v_tf)", "v_t", "clusters"),
    Mutant(
        CLUSTERING,
        TWOWAY,
        "_shared",
        "widest(v.template, v.filler, v.error)",
        "v.error",
        "balanced",
    ),
    Mutant(CLUSTERING, TWOWAY, "_shared", 'cluster(parts, "filler")', 'cluster(parts, "both")', "nested in filler"),
    Mutant(CLUSTERING, TWOWAY, "_groups", "_largest(v_t + v_f - error, v_t, v_f, error)", "error", "groups"),
    Mutant(CLUSTERING, TWOWAY, "_groups", "_largest(v_t + v_f - error, v_t, v_f, error)", "v_t", "groups"),
    Mutant(CLUSTERING, TWOWAY, "balanced", "rows.var(ddof=1) / n_t", "rows.var(ddof=1) / n_t**2"),
    Mutant(
        CORRECTION,
        FINDINGS,
        "settle",
        "holm(ps, weights)",
        "ps",
    ),
    Mutant(
        CORRECTION,
        FINDINGS,
        "settle",
        "benjamini_hochberg([drafts[i].p for i in rest])",
        "[drafts[i].p for i in rest]",
    ),
    Mutant(
        CORRECTION,
        FINDINGS,
        "settle",
        "holm(ps, weights)",
        "holm(ps)",
    ),
    Mutant(CORRECTION, FINDINGS, "verdict_of", "p_adjusted < ALPHA", "gap.p < ALPHA"),
    Mutant(CORRECTION, "audit.stats.multiplicity", "holm", "highest = max(highest, ", "highest = max(0.0, "),
    Mutant(CORRECTION, "audit.stats.multiplicity", "holm", "left -= float(w[i])", "left -= 0.0"),
    Mutant(CORRECTION, "audit.stats.multiplicity", "benjamini_hochberg", '"fdr_bh"', '"bonferroni"'),
    Mutant(
        PAIRING, DESIGN, "differences", '_pair_keys(one, "a"), _pair_keys(two, "b")', "_cell_keys(one), _cell_keys(two)"
    ),
    Mutant(PAIRING, DESIGN, "_match", "(counts[0] > 0) & (counts[1] > 0)", "counts[0] > 0"),
    Mutant(PAIRING, DESIGN, "_match", "(means[0] - means[1])", "(means[0] - means[1][::-1])"),
    Mutant(PAIRING, DESIGN, "_cell_keys", r'f"{t}\x1f{f}"', r'f"{t}"'),
    Mutant(PAIRING, DESIGN, "_cell_keys", r'f"{t}\x1f{f}"', r'f"{f}"'),
    Mutant(LABELS, NAMES, "resolve", "tuple(found[label] for label in own)", "tuple(sorted(found.values()))"),
    Mutant(LABELS, NAMES, "resolve", "if len(found) < len(own):", "if not own:"),
    Mutant(LABELS, NAMES, "_values", "(k - 3) / 2", "(3 - k) / 2"),
    Mutant(LABELS, NAMES, "_values", '"negative": -1.0', '"negative": 1.0'),
    Mutant(LABELS, CLASSES, "polarity", "if name == label", "if name != label"),
    Mutant(LABELS, "audit.models.gate", "anchors", "AUC_REQUIRED", "-1.0"),
    Mutant(HEAD, "audit.models.loading", "_check_head", "if not missing:", "if missing is not None:"),
    Mutant(HEAD, "audit.models.loading", "_check_head", 'report["missing_keys"]', "()"),
    Mutant(PRIOR, BLANKS, "_lpbs", ' - kept["pair"].map(prior).to_numpy(dtype="float64")', ""),
    Mutant(PRIOR, BLANKS, "_lpbs", "log_ratio(she_prior, he_prior)", "log_ratio(he_prior, she_prior)"),
    Mutant(
        PRIOR,
        BLANKS,
        "_lpbs",
        '.groupby(priors["pair"].to_numpy()).mean()',
        '.groupby(priors["pair"].to_numpy()).mean() * 0.5',
    ),
    Mutant(PRIOR, "audit.run", "_request", 'example.spans if example.role == "prior" else ()', "()"),
    Mutant(FLOOR, TWINS, "statistic", " - distance[within].mean()", ""),
    Mutant(FLOOR, TWINS, "statistic", " - distance[within].mean()", " - 0.5 * distance[within].mean()"),
    Mutant(FLOOR, BLANKS, "_two_sample_pseudo", "means[0] - means[1] +", "means[0] +"),
]


def mutated(mutant: Mutant) -> CodeType:
    """Compile a function of the audit with one line changed."""
    function = getattr(importlib.import_module(mutant.module), mutant.function)
    source = textwrap.dedent(inspect.getsource(function))
    assert source.count(mutant.right) == 1, f"{mutant.function} has changed: write this mutant anew"
    changed = source.replace(mutant.right, mutant.wrong)
    flags = __future__.annotations.compiler_flag
    module = compile(changed, f"<mutant of {mutant.function}>", "exec", flags=flags, dont_inherit=True)
    (code,) = [c for c in module.co_consts if isinstance(c, CodeType) and c.co_name == mutant.function]
    return code


def run(guard: str, folder, design: str = "") -> None:
    check = GUARDS[guard]
    if guard == HEAD:
        check(folder)
    elif design:
        check(design)
    else:
        check()


@pytest.fixture(scope="module")
def folder(tmp_path_factory):
    return tmp_path_factory.mktemp("headless")


@pytest.mark.parametrize("guard", GUARDS)
def test_the_guard_holds(guard, folder):
    run(guard, folder)


@pytest.mark.parametrize("mutant", MUTANTS, ids=lambda mutant: mutant.name)
def test_breaking_it_is_noticed(mutant, folder, monkeypatch):
    function = getattr(importlib.import_module(mutant.module), mutant.function)
    monkeypatch.setattr(function, "__code__", mutated(mutant))
    with pytest.raises((AssertionError, pytest.fail.Exception)):
        run(mutant.guard, folder, mutant.design)


def test_each_promise_has_mutants():
    assert len(GUARDS) == 8
    assert {mutant.guard for mutant in MUTANTS} == set(GUARDS)
