"""What is shown while an audit runs: each suite, how far it is, and the time left."""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import dataclass, field
from html import escape

from audit.page.fragments import page
from audit.report.words import duration, integer
from audit.schema import Suite
from audit.scoring import Progress


@dataclass
class Board:
    """How far each suite of one run is."""

    model: str
    suites: Sequence[Suite]
    done: dict[str, tuple[int, int]] = field(default_factory=dict)
    seconds_left: float = math.nan
    stopping: bool = False

    def take(self, told: Progress) -> None:
        """Note a piece of progress."""
        self.done[told.suite] = (told.done, told.total)
        self.seconds_left = told.seconds_left

    def html(self) -> str:
        """Draw the board."""
        rows = "".join(self._row(suite) for suite in self.suites)
        return page(
            f'<h2 tabindex="-1">Running {escape(self.model)}</h2><p class="lead">{escape(self._line())}</p>'
            f'<ol class="runs">{rows}</ol>'
        )

    def _line(self) -> str:
        if self.stopping:
            return "Stopping after the batch that is under way. Suites that are done will be kept."
        if not self.done:
            return "Checking the model on plain sentences and cutting all sentences into pieces."
        if self._counting():
            return "All sentences are read. Working out intervals and findings."
        if math.isnan(self.seconds_left):
            return "Working out how long this takes."
        return f"About {duration(max(1.0, self.seconds_left))} left."

    def _counting(self) -> bool:
        return all(
            self.done.get(suite.name, (0, 1))[0] >= self.done.get(suite.name, (0, 1))[1] for suite in self.suites
        )

    def _row(self, suite: Suite) -> str:
        title = escape(suite.title)
        if suite.name not in self.done:
            return f'<li><span>{title}</span><span></span><span class="state">waiting</span></li>'
        done, total = self.done[suite.name]
        share = 100 * done / max(1, total)
        state = "done" if done >= total else f"{integer(done)} of {integer(total)}"
        return (
            f'<li><span>{title}</span><span class="track" role="progressbar" aria-label="{title}" aria-valuemin="0" '
            f'aria-valuemax="{total}" aria-valuenow="{done}"><span style="width:{share:.1f}%"></span></span>'
            f'<span class="state">{state}</span></li>'
        )
