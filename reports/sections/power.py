"""How large a gap each suite would notice."""

from __future__ import annotations

from collections.abc import Iterator

from reports.power import cards, power_of
from reports.view import Section, View


def power(view: View) -> Iterator[Section]:
    """Power cards: what the audit of the audit measured for the suites that were run."""
    values = {"powers": power_of(view.result), "made": cards()[1]}
    yield Section("power", "What these suites would notice", view.render("power.html.j2", **values))
