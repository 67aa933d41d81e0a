"""The sections of a report, in their order. A new section is a function and its place in `SECTIONS`."""

from __future__ import annotations

from collections.abc import Callable, Iterable

from audit.report.sections.closing import discussion, exclusions, glossary, limits, method, pointers, reproduce
from audit.report.sections.opening import coverage, findings, identity, read_first, subgroups
from audit.report.sections.suites import suites
from audit.report.view import Section, View

SECTIONS: tuple[Callable[[View], Iterable[Section]], ...] = (
    identity,
    read_first,
    findings,
    coverage,
    subgroups,
    suites,
    exclusions,
    method,
    limits,
    discussion,
    glossary,
    pointers,
    reproduce,
)
