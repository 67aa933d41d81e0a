"""What an audit leaves: a model, its predictions, estimates and findings. Standard library only."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any, Literal

from audit.schema.display import renderer
from audit.schema.suite import Breakdown, Contrast, Depth, Ratio, Test, Unit

Operation = Literal[
    "score",
    "log_likelihood",
    "pseudo_log_likelihood",
    "plain_pseudo_log_likelihood",
    "shared_pseudo_log_likelihood",
    "mean_piece_probability",
]
"""Closed choice of a blank; AUL; pseudo-log-likelihood within words from left to right; the same masking one piece at
a time; that over the pieces that a text shares with its twin (CrowS-Pairs); mean probability of the pieces of each
choice (StereoSet). The last three are for benchmarks of others."""
Verdict = Literal["finding", "uncertain", "below", "equivalent", "alike", "chance", "inconclusive", "undefined"]
FOUND: tuple[Verdict, ...] = ("finding", "uncertain", "below")
"""Verdicts that claim a difference; a possible harm, or a place among key findings, goes with these alone."""
OPEN: tuple[Verdict, ...] = ("chance", "inconclusive")
"""Verdicts that leave open whether there is a difference; what could have been seen stands with these."""
Severity = Literal["high", "medium", "low", "info", "inconclusive"]


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
    compatibility: bool = False
    """Whether it is somebody else's benchmark, run for comparison with published figures."""
    own: bool = False
    """Whether its items are those of whoever ran the audit: neither of this project nor a published benchmark."""
    families: Mapping[str, str] = field(default_factory=dict)
    """Template id -> family, for templates that word one idea."""
    record: str = ""
    """SHA-256 of items, endpoints, families, strata and rule as they were before the model was run (docs/record.md)."""


RULE = "rule"
"""Kind of a model that gives a label and a valence and no probabilities."""


@dataclass(frozen=True, slots=True)
class ModelInfo:
    """What was audited."""

    id: str
    kind: str
    """"masked-lm", "causal-lm", "classifier", "function", or "rule", which gives no probabilities."""
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
class Part:
    """A stratum of a contrast, or a group of an axis, with its own number."""

    name: str
    label: str
    value: float
    """In the unit of the finding."""
    low: float
    high: float
    """95 % interval; for the groups of an axis at once (Bonferroni)."""
    n: int = 0
    """Clusters behind it."""
    valence: float = float("nan")
    """The same on valence, where the finding is in log-odds of a classifier."""


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
    """Share of the templates whose gap is not 0 that have the sign of the whole."""
    templates_apart: int = 0
    """Templates whose gap is not 0."""
    templates_alike: int = 0
    """Templates whose gap is 0."""
    leave_one_out: tuple[float, float] = (float("nan"), float("nan"))
    """Smallest and largest gap when one template is left out."""
    p_sign_flip: float = float("nan")
    """Diagnostic: the larger p of flipping signs over templates and over fillers."""
    bootstrap: tuple[float, float] = (float("nan"), float("nan"))
    """Diagnostic: 95 % interval from resampling both margins."""
    comparisons: int = 0
    """How many were corrected together, this one among them; 0 where it was not tested."""
    harm: str = ""
    """What the gap could do; empty unless a difference was found."""
    axis: str = ""
    evidence: tuple[str, ...] = ()
    """Example ids, in twins, the most telling first."""
    reason: str = ""
    """Why there is no verdict."""
    strata: tuple[Part, ...] = ()
    """The fixed parts that `gap` is the mean of."""
    groups: tuple[Part, ...] = ()
    """All groups of an axis, the furthest first: shrunken effects against the mean of the others."""
    plain: float = float("nan")
    """Costs: balanced accuracy on the plain texts, neutral counted 1/2."""
    neutral: float = float("nan")
    """Costs: the share of the cost that neutral answers make."""
    new_template: tuple[float, float] = (float("nan"), float("nan"))
    """95 % prediction interval of the gap in somebody else's template (or term, where these have templates)."""
    minimum_finding: float = float("nan")
    """The gap that is called "finding" in 8 of 10 runs; `minimum_detectable` is the one told from chance."""
    alpha: float = float("nan")
    """Level at which this contrast is tested."""
    least_p: float = 0.0
    """Smallest p that flipping the signs of so few clusters can give."""
    certainty: str = ""
    """How sure one can be, in words; `severity` is about size and harm alone."""
    notes: tuple[str, ...] = ()
    """Sentences that stand beside the finding."""
    raw_gap: float = float("nan")
    """Own rows, accuracy: the gap as it is; `gap` is what is left with the same labels on both sides."""
    mix: float = float("nan")
    """`raw_gap` - `gap`: what other labels on the two sides make of it."""
    shrunken: float = float("nan")
    """Own rows, crossings: the gap as far as chance does not explain it (empirical Bayes)."""


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
    """A pyarrow Table or Dataset with the columns of `audit.store.columns`, one row per prediction."""

    def frame(self, what: str = "findings") -> Any:
        """Give a pandas frame: "findings", "estimates" or "rows"."""
        return renderer().to_frame(self, what)

    def _repr_html_(self) -> str:
        return renderer().to_html(self)
