"""What a suite is made of: examples, tests, contrasts. Standard library only."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Literal

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
    operations: tuple[str, ...] = ()
    """What a model is asked about each text, where it can be asked; empty: a blank is scored, a sentence gets its
    likelihood."""


StratumKind = Literal["polarity", "level", "form", "gender"]
"""What may be a stratum. Everything else that could have been worded otherwise is a draw: template, filler, family."""


@dataclass(frozen=True, slots=True)
class Stratum:
    """One of a few fixed parts of a contrast, which are averaged; the variance is taken within them.

    Nobody drew "praise" and "blame" from many polarities, so that a difference between the two is no uncertainty of
    their mean. It is told instead: every stratum is printed with its own interval.
    """

    name: str
    """Unique in its contrast: "good-word"."""
    label: str
    """In the sentence of a finding, before the size: 'after "not" with a good word'."""
    kind: StratumKind
    group: str
    reference: str
    """Arms of this part; the estimate of the part is mean(group) - mean(reference)."""
    tests: tuple[str, ...] = ()
    """Tests that belong to the part; empty means all of the contrast."""
    where: tuple[str, str] = ("", "")
    """Key and value of `Example.features` that the examples of the part have; empty means all."""


@dataclass(frozen=True, slots=True)
class Contrast:
    """A comparison fixed before any model is run; each becomes one `Finding`.

    The estimate is mean(measure | group) - mean(measure | reference) over template x filler cells, minus
    the same difference of `control` where one is given. A positive value is a shortfall. With `strata` it is the
    plain mean of the estimates of the strata. Design "groups" compares all groups of an axis at once: matched people
    (fillers of one "rank") in one template, every group with the mean of the others; `group` and `reference` are then
    the two that are named first.
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
    design: Literal["paired", "unpaired", "mean", "groups"] = "paired"
    tests: tuple[str, ...] = ()
    """Tests whose examples are used; empty means all of the suite with this task."""
    strata: tuple[Stratum, ...] = ()
    """Fixed parts that are averaged (designs "paired" and "groups")."""
    groups: tuple[tuple[str, str], ...] = ()
    """Design "groups": (group, its words) of every group of the axis."""
    control: tuple[str, str] | None = None
    """(group, reference) of an inert control whose difference is subtracted."""
    task: str = TEXT_CLASSIFICATION
    primary: bool = False
    axis: str = ""
    """Demographics: the axis of groups that this is about."""
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
    compatibility: bool = False
    """Whether this is somebody else's benchmark: its contrasts get numbers and no verdict."""
    families: Mapping[str, str] = field(default_factory=dict)
    """Template id -> family, for templates that word one idea; a family is one cluster in every interval."""
    place: float = 100.0
    """Where it stands in lists and reports, the smallest first; suites of one place stand by name."""

    def at(self, depth: Depth) -> Suite:
        """Give the suite with the examples of a depth."""
        return replace(self, depth=depth, examples=tuple(self.build(depth)))
