"""What an audit of somebody's own labelled texts leaves. Standard library only.

The rows themselves stay in a table on disk (`DataResult.rows`), which holds no text unless it was asked for: a row is
known by its number in the source and by a keyed hash. Everything that is shown is an aggregate.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

from audit.schema.display import renderer
from audit.schema.result import Estimate, Finding, Gate, ModelInfo, Skipped

OVERALL = "overall"
"""`Estimate.by` of the whole; a group column's name for its groups; "a x b" for crossings."""
SMALL = 10
"""Cells with fewer rows are suppressed: the field's usual floor for published tables."""


@dataclass(frozen=True, slots=True)
class Count:
    """A kind of row that was treated differently, so that nothing is dropped silently."""

    what: str
    """"empty text", "no label", "unknown label 'mixed'", "longer than the model reads"."""
    n: int
    treatment: str
    """"left out", "kept", "cut at its end"."""


@dataclass(frozen=True, slots=True)
class DataSource:
    """Where the rows came from."""

    name: str
    """File name without its folder, or "hub:name/config:split"."""
    format: str
    digest: str
    """SHA-256 of the file; of the dataset's revision for a Hub dataset."""
    read: int
    used: int
    """Rows with a text that was scored; those with a label are `labelled`."""
    labelled: int
    text: str
    label: str
    """Column names; "" when the label is the majority of `annotators`."""
    groups: tuple[str, ...] = ()
    cluster: str = ""
    id: str = ""
    """Column that names a row; "" where none was given."""
    annotators: tuple[str, ...] = ()
    labels: Mapping[str, str] = field(default_factory=dict)
    """The file's label -> negative, neutral, positive, or two of them: "neutral+positive"."""
    counts: tuple[Count, ...] = ()
    encoding: str = ""


@dataclass(frozen=True, slots=True)
class Confusion:
    """How labels (rows) and predictions (columns) fall together, for one cell."""

    by: str
    group: str
    labels: tuple[str, ...]
    counts: tuple[tuple[int, ...], ...]
    """counts[i][j]: labelled labels[i], predicted labels[j]. Empty when suppressed: the cell is small, or, of a group,
    an entry is."""


@dataclass(frozen=True, slots=True)
class CurvePoint:
    """One point of a curve."""

    x: float
    y: float
    low: float = float("nan")
    high: float = float("nan")
    n: int = 0


@dataclass(frozen=True, slots=True)
class Curve:
    """Points to draw a line through.

    "reliability": x mean confidence, y accuracy, of equal-mass bins. "coverage": x share kept, y accuracy among them.
    "threshold": x the score from which one would act, y the share missed, beside "alarms" with the false alarms.
    """

    kind: str
    by: str
    group: str
    points: tuple[CurvePoint, ...]
    reason: str = ""
    """Why there are no points."""


@dataclass(frozen=True, slots=True)
class Agreement:
    """How far several annotators agree, and what that means for the model."""

    alpha: float
    low: float
    high: float
    """Krippendorff's alpha, nominal; interval from resampling units."""
    units: int
    annotators: tuple[tuple[str, int, float, float], ...]
    """(name, labels given, agreement with the majority of the others, accuracy of the model against this annotator)."""
    ceiling: float
    """Mean agreement of an annotator with the majority of the others: what a model can be expected to reach."""
    model: float
    """Accuracy of the model against the same majorities."""


@dataclass(frozen=True, slots=True)
class Selection:
    """A confidence threshold chosen on one half and checked on the other."""

    target: float
    """Error rate that was aimed at among the rows kept."""
    threshold: float
    coverage: float
    """Share of the checked half kept at the threshold."""
    error: float
    bound: float
    """Upper 95 % bound of the error rate among rows kept, from the checked half."""
    n: int
    clusters: int
    assumption: str
    reason: str = ""
    """Why there is no threshold, or no error rate."""
    no_bound: str = ""
    """Why there is no bound where there is an error rate."""


@dataclass(frozen=True, slots=True)
class Comparison:
    """Two classifiers on the same rows: the model beside a baseline, a revision, a second model."""

    name: str
    other: str
    measure: str
    value: float
    other_value: float
    gap: float
    low: float
    high: float
    p: float
    n: int
    method: str
    """The paired test that gave `p`."""
    df: float = float("nan")
    """Degrees of freedom of the interval: effective clusters less one."""
    classes: str = ""
    """The classes that both were held to, where the model also has others: "negative, positive"."""


@dataclass(frozen=True, slots=True)
class DataSettings:
    """What a run can be repeated from."""

    command: str
    seed: int
    include_texts: bool = False
    target_error: float = 0.1
    perturbed: tuple[str, ...] = ()


@dataclass(frozen=True)
class DataResult:
    """A model on somebody's own rows."""

    model: ModelInfo
    source: DataSource
    estimates: tuple[Estimate, ...]
    """`suite` is "data"; `measure` one of accuracy, macro_f1, precision:<label>, recall:<label>, confidence,
    overconfidence, brier, ece."""
    findings: tuple[Finding, ...]
    """Gaps between groups; `suite` is "data", `axis` the group column, `group` against `reference` (the rest)."""
    confusions: tuple[Confusion, ...]
    curves: tuple[Curve, ...]
    comparisons: tuple[Comparison, ...]
    """The baselines on the same rows."""
    gate: Gate
    settings: DataSettings
    versions: Mapping[str, str]
    created: str
    agreement: Agreement | None = None
    selections: tuple[Selection, ...] = ()
    perturbations: tuple[Estimate, ...] = ()
    """Flip rates on rewritten rows and their floor; `measure` is "flip_rate", `by` the kind of rewriting."""
    needed: tuple[tuple[str, str, int, int], ...] = ()
    """(group column, group, labels it has, labels it would take to see the smallest gap of interest)."""
    skipped: tuple[Skipped, ...] = ()
    partial: bool = False
    seconds: float = 0.0
    schema_version: int = 1
    rows: Any = field(default=None, compare=False, repr=False)
    """A pyarrow Dataset, one row per scored text: `audit.owndata.table.columns`."""

    def frame(self, what: str = "findings") -> Any:
        """Give a pandas frame: "findings", "estimates" or "rows"."""
        return renderer().to_frame(self, what)

    def _repr_html_(self) -> str:
        return renderer().to_html(self)
