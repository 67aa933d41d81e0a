"""Every data type of the project. Standard library only, so that anything may import it.

An audit is one value, `AuditResult`; the report, the page and the command line are views of it.
Shapes and units stand under each field. "Rate" means a share between 0 and 1; "log-odds" are natural.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal

Depth = Literal["quick", "standard", "full"]
DEPTHS: tuple[Depth, ...] = ("quick", "standard", "full")
LABELS = ("negative", "neutral", "positive")
"""Polarity labels that every classifier is mapped to."""

MASK = "[MASK]"
"""How a blank is written in every suite; a model kind puts its own mask token there."""

FILL_MASK = "fill-mask"
TEXT_CLASSIFICATION = "text-classification"

TestType = Literal["MFT", "INV", "DIR", "association"]
"""CheckList's vocabulary (Ribeiro et al. 2020): minimum functionality, invariance, directional; and
association, where no answer is right and only a contrast is measured."""

Role = Literal["item", "control", "prior", "positive-control", "confidence-only"]
"""What an example is for. `item` and `control` enter contrasts; `prior` is the same text with the
varied words hidden; `positive-control` must show an effect and stays out of the estimates;
`confidence-only` has no right answer."""

Unit = Literal["points", "log-odds", "valence", "bits", "share", "slope"]
Operation = Literal["score", "log_likelihood", "pseudo_log_likelihood"]
Verdict = Literal["finding", "uncertain", "below", "equivalent", "inconclusive", "undefined"]
Severity = Literal["high", "medium", "low", "info", "inconclusive"]

Span = tuple[int, int]
"""Start and end of some characters in a text, end excluded."""


@dataclass(frozen=True, slots=True)
class Example:
    """One text that a model is shown."""

    id: str
    """Unique in its suite, stable over versions, "test/template/filler/arm"."""
    test: str
    """Name of the `Test` it belongs to."""
    text: str
    """What the model reads. A blank is written [MASK]; at most one."""
    group: str
    """What is compared: "negated", "sarcastic", "muslim", ...; the arm of the contrast."""
    template: str
    """Id of the frame; a random factor in every interval."""
    fillers: tuple[str, ...]
    """Ids of what fills the frame; the first is the second random factor."""
    pair: str = ""
    """Examples that differ only in `group` share it."""
    choices: tuple[str, ...] = ()
    """Fill-mask: the words whose probability is asked for. Empty for classifiers."""
    allowed: frozenset[str] | None = None
    """Labels (or choices) that count as right; None where no answer is right or wrong."""
    role: Role = "item"
    spans: tuple[Span, ...] = ()
    """Where the varied words stand in `text`. Log-likelihoods leave them out; a `prior` hides them."""
    features: Mapping[str, str] = field(default_factory=dict)
    """Anything else an analysis needs: "women": "87.9", "context": "explicit", "form": "positive"."""


@dataclass(frozen=True, slots=True)
class Test:
    """A named group of examples with one construct."""

    __test__ = False

    name: str
    """Unique in its suite, kebab-case."""
    title: str
    """For people: "Not + positive adjective"."""
    phenomenon: str
    type: TestType
    rationale: str
    """Why a right-minded reader would accept this as a test of the phenomenon. One or two sentences."""
    expected: str
    """What a model without the fault does."""
    harm: str
    """Who could be hurt, and how, if a model in use failed here."""
    task: str = TEXT_CLASSIFICATION
    allowed: tuple[str, ...] = ()
    """All labels that count as right somewhere in this test; empty for association tests."""
    source: str = "Written for this project"
    licence: str = "Apache-2.0"
    locale: str = "US English"
    limits: str = ""
    """What this test cannot show."""
    content_note: str = ""
    """Shown before the examples, where they could hurt a reader."""
    top_k: int = 0
    """Fill-mask: how many of the model's own best words are kept with each prediction."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A comparison fixed before any model is run; each becomes one `Finding`.

    The estimate is mean(measure | group) - mean(measure | reference) over template x filler cells, minus
    the same difference of `control` where one is given. A positive value is a shortfall.
    """

    name: str
    """Unique in its suite, kebab-case."""
    measure: str
    """A name in `audit.measures.MEASURES`."""
    group: str
    reference: str
    """Empty for a one-sample contrast (the measure is a difference already, 0 means none)."""
    unit: Unit
    higher: str
    """Sentence part for a positive gap: "negated statements fail {gap} more often than ...". """
    lower: str
    """The same for a negative gap."""
    design: Literal["paired", "unpaired", "mean"] = "paired"
    tests: tuple[str, ...] = ()
    """Tests whose examples are used; empty means all of the suite with this task."""
    control: tuple[str, str] | None = None
    """(group, reference) of an inert control whose difference is subtracted."""
    task: str = TEXT_CLASSIFICATION
    primary: bool = False
    axis: str = ""
    """Demographics: the axis of which this is the one named contrast."""
    threshold: float | None = None
    """Smallest effect of interest in the unit's scale; None takes the default of the unit."""
    harm: str = ""
    """One sentence: what a gap here could do, and to whom. Shown under the finding."""
    group_label: str = ""
    reference_label: str = ""


@dataclass(frozen=True, slots=True)
class Breakdown:
    """A measure shown by some grouping, each value with its interval; draws a chart, makes no finding."""

    name: str
    """Unique in its suite, kebab-case."""
    measure: str
    by: str
    """"group", "test", "filler", "template", "test+group", or "feature:NAME" for a key of `Example.features`."""
    title: str
    """The question that the chart answers."""
    tests: tuple[str, ...] = ()
    groups: tuple[str, ...] = ()
    """Arms to keep; empty means all."""
    task: str = TEXT_CLASSIFICATION
    order: tuple[str, ...] = ()
    """Order of the values on the chart; empty keeps the order of first appearance."""


@dataclass(frozen=True, slots=True)
class Ratio:
    """A ratio of two mean differences, (A - B) / (C - D), with a bootstrap interval over both margins."""

    name: str
    title: str
    measure: str
    numerator: tuple[str, str]
    denominator: tuple[str, str]
    tests: tuple[str, ...] = ()
    task: str = TEXT_CLASSIFICATION
    reading: str = ""
    """What 1 and what 0 would mean."""


@dataclass(frozen=True, slots=True)
class Suite:
    """A library of tests about one question."""

    name: str
    title: str
    question: str
    """What the suite asks, as a teacher would ask it."""
    tasks: tuple[str, ...]
    """Kinds of model it can run on, in the Hub's words."""
    construct: str
    method: str
    """How it is measured, in plain words, two to four sentences."""
    tests: tuple[Test, ...]
    contrasts: tuple[Contrast, ...]
    build: Callable[[Depth], Iterable[Example]]
    """Makes the examples of a depth; same depth, same examples, in the same order."""
    reference_group: str
    limitations: tuple[str, ...]
    discussion: tuple[str, ...]
    """Questions for a class."""
    version: str
    templates: Mapping[str, str] = field(default_factory=dict)
    """Template id -> its wording with slots, for the report."""
    fillers: Mapping[str, Mapping[str, str]] = field(default_factory=dict)
    """Filler id -> what is known of it: "women" (percent), "band", "group", "source", "year", ..."""
    breakdowns: tuple[Breakdown, ...] = ()
    ratios: tuple[Ratio, ...] = ()
    sources: tuple[str, ...] = ()
    examples: tuple[Example, ...] = ()
    depth: Depth = "standard"

    def at(self, depth: Depth) -> Suite:
        """Give the suite with the examples of a depth."""
        return replace(self, depth=depth, examples=tuple(self.build(depth)))


@dataclass(frozen=True, slots=True)
class SuiteInfo:
    """A suite as a result remembers it: everything but its examples, which stand with the predictions."""

    name: str
    title: str
    question: str
    construct: str
    method: str
    tests: tuple[Test, ...]
    contrasts: tuple[Contrast, ...]
    reference_group: str
    limitations: tuple[str, ...]
    discussion: tuple[str, ...]
    version: str
    templates: Mapping[str, str]
    fillers: Mapping[str, Mapping[str, str]]
    breakdowns: tuple[Breakdown, ...]
    ratios: tuple[Ratio, ...]
    sources: tuple[str, ...]
    depth: Depth
    examples: int
    """How many were run with this model."""
    digest: str
    """SHA-256 of all examples, so that two results can be compared item by item."""
    seconds: float = 0.0


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What was audited."""

    id: str
    kind: str
    """"masked-lm", "causal-lm", "classifier", "function"."""
    revision: str
    """Commit SHA on the Hub; for a folder, the SHA-256 of its weights."""
    tasks: tuple[str, ...]
    labels: Mapping[str, str] = field(default_factory=dict)
    """The model's own label -> negative, neutral or positive."""
    dtype: str = "float32"
    device: str = "cpu"
    parameters: int = 0
    architecture: str = ""
    label_source: str = ""
    """"user", "names" or "table"."""
    notes: tuple[str, ...] = ()
    """What a reader must know: "a teaching model", "planted effect: ..."."""
    licence: str = ""
    truth: Mapping[str, Any] = field(default_factory=dict)
    """Planted models: what was planted, and how much."""


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a model answered to one example."""

    suite: str
    example: str
    operation: Operation
    labels: tuple[str, ...]
    """Polarity labels, or the choices of a blank."""
    probabilities: tuple[float, ...]
    """One per label, adding to 1 after renormalising over `labels`."""
    mass: float
    """Probability that the labels held before renormalising; 1 for a classifier."""
    value: float = float("nan")
    """Log-likelihoods: sum of natural logs over the words outside `Example.spans`."""
    tokens: int = 0
    """Log-likelihoods: how many pieces the sum has. Otherwise the pieces of the text."""
    unknown: int = 0
    """Unknown tokens in the text."""
    top: tuple[tuple[str, float], ...] = ()
    """Fill-mask: the model's own best words with their probability."""

    @property
    def label(self) -> str:
        """The most probable label; the first of equals."""
        return self.labels[max(range(len(self.labels)), key=self.probabilities.__getitem__)]

    @property
    def confidence(self) -> float:
        """Probability of `label`."""
        return max(self.probabilities)


@dataclass(frozen=True, slots=True)
class Estimate:
    """One number with its interval."""

    suite: str
    measure: str
    by: str
    """What `group` is a value of: "group", "test", "filler", "template", "context", "overall", ..."""
    group: str
    value: float
    """NaN where undefined; `reason` says why."""
    low: float
    high: float
    n: int
    """Examples behind it."""
    clusters: int
    """Independent units behind it: min(templates, fillers)."""
    test: str = ""
    reason: str = ""
    extra: Mapping[str, str] = field(default_factory=dict)
    """Anything a chart shows beside it: "women": "87.9"."""


@dataclass(frozen=True, slots=True)
class Finding:
    """One contrast, in numbers and in a sentence."""

    suite: str
    contrast: str
    measure: str
    unit: Unit
    group: str
    reference: str
    gap: float
    """In `unit`; "points" are kept as a difference of rates (0.31), printed as 31 points."""
    low: float
    high: float
    """95 % interval."""
    p: float
    p_adjusted: float
    """Weighted Holm over primary endpoints; Benjamini-Hochberg over secondary ones."""
    minimum_detectable: float
    threshold: float
    """Smallest effect of interest."""
    verdict: Verdict
    severity: Severity
    sentence: str
    primary: bool
    n: int
    """Examples in the two arms (and the control)."""
    templates: int
    fillers: int
    se: float = float("nan")
    df: float = float("nan")
    template_sd: float = float("nan")
    """Between-template standard deviation of the gap."""
    same_sign: float = float("nan")
    """Share of templates whose gap has the sign of the whole."""
    leave_one_out: tuple[float, float] = (float("nan"), float("nan"))
    """Smallest and largest gap when one template is left out."""
    p_sign_flip: float = float("nan")
    """Diagnostic: the larger p of flipping signs over templates and over fillers."""
    bootstrap: tuple[float, float] = (float("nan"), float("nan"))
    """Diagnostic: 95 % interval from resampling both margins."""
    harm: str = ""
    axis: str = ""
    evidence: tuple[str, ...] = ()
    """Example ids, in twins, the most telling first."""
    reason: str = ""
    """Why there is no verdict."""


@dataclass(frozen=True, slots=True)
class Skipped:
    """Something that was not run, or not counted, and why."""

    what: str
    """A suite, a test or "suite/test"."""
    reason: str
    n: int = 0


@dataclass(frozen=True, slots=True)
class Gate:
    """How a model did on the plain items that every competent model gets right."""

    name: str
    """"sentiment anchors" or "cloze"."""
    measure: str
    value: float
    required: float
    n: int
    checked: bool
    """False when the audit was told not to insist (`check=False`)."""
    detail: str = ""

    @property
    def ok(self) -> bool:
        """Whether the bar was reached."""
        return self.value >= self.required


@dataclass(frozen=True, slots=True)
class Settings:
    """What a run can be repeated from."""

    depth: Depth
    seed: int
    suites: tuple[str, ...]
    command: str
    check: bool = True


@dataclass(frozen=True)
class AuditResult:
    """A model, the suites it went through, and what came of it."""

    model: ModelInfo
    suites: tuple[SuiteInfo, ...]
    estimates: tuple[Estimate, ...]
    findings: tuple[Finding, ...]
    skipped: tuple[Skipped, ...]
    gate: Gate
    settings: Settings
    versions: Mapping[str, str]
    """Package -> version."""
    created: str
    """ISO 8601, UTC."""
    seconds: float = 0.0
    partial: bool = False
    """True when the run was cancelled; the numbers cover what was done."""
    schema_version: int = 1
    predictions: Any = field(default=None, compare=False, repr=False)
    """A pyarrow Table or Dataset with the columns of `audit.store.COLUMNS`, one row per prediction."""


class CaveatError(Exception):
    """A mistake that a person can mend: one line that says what, where, what is valid and what to do next."""

    exit_code = 2


class ModelUnavailable(CaveatError):
    """The model cannot be had: missing, private, gated, offline, corrupt."""

    exit_code = 3


class ModelUnsupported(CaveatError):
    """The model is there but cannot be audited: no head, wrong task, unknown labels, too large."""

    exit_code = 4
