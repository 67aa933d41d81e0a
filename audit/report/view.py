"""What the sections of a report share: the result, its charts, its evidence, and the templates."""

from __future__ import annotations

import math
from dataclasses import dataclass, field
from functools import cached_property
from typing import Any

from jinja2 import Environment, FileSystemLoader, StrictUndefined
from markupsafe import Markup

from audit.findings import SEVERITIES
from audit.places import folder
from audit.report import headings, words
from audit.report.breakdowns import blanked
from audit.report.charts import charts_for, subgroup_chart
from audit.report.evidence import Evidence, TwinFills, twin_fills
from audit.report.spec import ChartSpec, palette
from audit.report.svg import to_svg
from audit.report.terms import term_id
from audit.schema import AuditResult, Contrast, Finding, SuiteInfo


@dataclass(frozen=True, slots=True)
class Section:
    """A part of the report."""

    id: str
    title: str
    body: Markup
    kicker: str = ""


@dataclass(frozen=True)
class View:
    """A result with everything that is worked out once for several sections."""

    result: AuditResult
    interactive: bool = False
    drawn: list[ChartSpec] = field(default_factory=list)
    """Charts in the order of the report, for the script of the interactive kind."""

    @cached_property
    def environment(self) -> Environment:
        """The templates; every value is escaped."""
        environment = Environment(
            loader=FileSystemLoader(folder("reports") / "templates"),
            autoescape=True,
            undefined=StrictUndefined,
            trim_blocks=True,
            lstrip_blocks=True,
        )
        environment.globals.update(
            words=words,
            figure=self.figure,
            table_of=table_of,
            headline=self.headline,
            contrast_of=self.contrast,
            difference_of=lambda finding: headings.difference_name(self.contrast(finding), finding),
            anchor=anchor,
            severity_word=severity_word,
            finite=math.isfinite,
            term_id=term_id,
        )
        environment.filters["prose"] = words.prose
        environment.filters["frame"] = words.frame
        return environment

    @cached_property
    def suites(self) -> dict[str, SuiteInfo]:
        """Suites by name."""
        return {suite.name: suite for suite in self.result.suites}

    @cached_property
    def evidence(self) -> dict[str, Evidence]:
        """Predictions by suite, read once."""
        return {name: Evidence(self.result, name) for name in self.suites}

    @cached_property
    def charts(self) -> dict[str, list[ChartSpec]]:
        """Charts by suite."""
        return {name: charts_for(self.result, name) for name in self.suites}

    @cached_property
    def subgroup_charts(self) -> list[ChartSpec]:
        """Accuracy and confidence, for each suite that has right answers."""
        return [chart for suite in self.result.suites if (chart := subgroup_chart(self.result, suite))]

    @cached_property
    def fills(self) -> dict[str, list[TwinFills]]:
        """The model's own words for twins, by suite."""
        return {name: found for name in self.suites if (found := twin_fills(self.result, name))}

    @cached_property
    def classifies(self) -> bool:
        """Whether the model is a classifier rather than one that fills blanks."""
        return "fill-mask" not in self.result.model.tasks

    def findings(self, suite: str) -> list[Finding]:
        """Findings of a suite: the one named in advance first, then by severity."""
        found = [finding for finding in self.result.findings if finding.suite == suite]
        return sorted(found, key=lambda f: (not f.primary, SEVERITIES.index(f.severity)))

    def contrast(self, finding: Finding) -> Contrast | None:
        """The contrast that a finding answers."""
        suite = self.suites.get(finding.suite)
        found = (c for c in suite.contrasts if c.name == finding.contrast) if suite else iter(())
        return next(found, None)

    def headline(self, finding: Finding) -> str:
        """Title of a finding."""
        return headings.headline(self.contrast(finding), finding, self.names.get((finding.suite, finding.contrast), ""))

    @cached_property
    def names(self) -> dict[tuple[str, str], str]:
        """How each comparison is called, by suite and contrast."""
        return {
            (name, contrast): called
            for name, suite in self.suites.items()
            for contrast, called in headings.comparison_names(
                {contrast.name: contrast for contrast in suite.contrasts},
                self.findings(name),
                {test.name: blanked(test.title) for test in suite.tests},
            ).items()
        }

    def labels(self, suite: str) -> dict[str, str]:
        """Names of a suite's groups."""
        return palette(self.suites[suite]).labels

    def figure(self, spec: ChartSpec) -> Markup:
        """Draw a chart: two widths of SVG, or the place where the script puts the plotly figure."""
        self.drawn.append(spec)
        if self.interactive:
            return Markup('<div class="plot" id="plot-{}" role="img" aria-label="{}"></div>').format(
                spec.name, f"{spec.title}. {spec.sentence}"
            )
        wide, narrow = Markup(to_svg(spec)), Markup(to_svg(spec, narrow=True))
        return Markup('<div class="wide">{}</div><div class="narrow">{}</div>').format(wide, narrow)

    def render(self, template: str, **values: Any) -> Markup:
        """Fill a template."""
        return Markup(self.environment.get_template(template).render(view=self, result=self.result, **values))


def table_of(spec: ChartSpec) -> list[tuple[str, str, str, str]]:
    """Numbers of a chart as rows: what, which series, value with interval, n."""
    names = {series.key: series.label for series in spec.series}
    return [
        (row.label, names[mark.series], mark.label or words.DASH, words.integer(mark.n) if mark.n else row.note)
        for row in spec.rows
        for mark in row.marks
    ]


def anchor(finding: Finding) -> str:
    """Id of a finding in the report."""
    return f"finding-{finding.suite}-{finding.contrast}"


def severity_word(finding: Finding) -> str:
    """Word beside the icon of a finding."""
    if headings.compatibility(finding):
        return "Compatibility result"
    if finding.verdict == "undefined":
        return "Illustration" if headings.illustration(finding) else "No verdict"
    return words.SEVERITY_WORDS[finding.severity]
