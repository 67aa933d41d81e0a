"""The audit of the auditor: null models and planted effects of known size through every suite (docs/validation.md).

`python -m audit validate` runs it; `make validate` writes docs/validation.md.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path

from audit.validate.designs import Endpoint, endpoints, excess_endpoints
from audit.validate.keep import FOLDER, Kept
from audit.validate.page import Outcome, page
from audit.validate.simulate import Desk, check, workers
from audit.validate.trials import trials
from audit.validate.worlds import CEILING, EXCHANGEABLE, REALISTIC, ROUGH

SEED = 0
PROCESSES = 2


@dataclass(frozen=True, slots=True)
class Size:
    """How many runs of each kind."""

    nulls: int
    planted: int
    stress: int
    excess: int
    quick: bool = False

    @property
    def words(self) -> str:
        """Say it."""
        said = f"{self.nulls:,} null models and {self.planted:,} planted models of each of two sizes per endpoint"
        more = f", {self.stress:,} null models of each other world" if self.stress else ""
        more += f", {self.excess:,} of each contrast over a floor, which takes longest" if self.excess else ""
        some = " (the quick version: some endpoints and some planted models only)" if self.quick else ""
        return said + more + some


FULL = Size(5000, 400, 1000, 100)
QUICK = Size(280, 70, 0, 0, quick=True)


def quick_endpoints() -> list[Endpoint]:
    """Give one endpoint of each suite and kind of model, for the quick version."""
    chosen: dict[tuple[str, str], Endpoint] = {}
    for endpoint in endpoints():
        if endpoint.primary:
            kind = "blanks" if endpoint.contrast.endswith("-wording") or "mask-" in endpoint.contrast else "texts"
            chosen.setdefault((endpoint.suite, kind), endpoint)
    return list(chosen.values())


def validate(
    size: Size = FULL, processes: int = PROCESSES, say: Callable[[str], None] | None = None, folder: Path | None = None
) -> Outcome:
    """Run the self-audit.

    Args:
        size: how many runs.
        processes: side by side; the figures do not depend on it.
        say: told what is being done, and of a full run how long the rest takes.
        folder: where finished stages are kept, so that a killed run goes on; None keeps nothing.
    """
    began = time.monotonic()
    say = say or (lambda text: None)
    stress = (("at the ceiling", CEILING, size.stress), ("rough", ROUGH, size.stress))
    wanted = quick_endpoints() if size.quick else endpoints()
    with workers(processes) as do:
        desk = Desk(do, Kept(folder), None if size.quick else say)
        say(f"{len(wanted)} endpoints: null models, then planted effects")
        checked = check(wanted, REALISTIC, size.nulls, size.planted, stress, SEED, desk)
        say("contrasts over a floor")
        excess = check(excess_endpoints(), EXCHANGEABLE, size.excess, 0, (), SEED, desk) if size.excess else []
        say("whole audits of planted and null models")
        planted, nulls = trials(size.quick, desk)
    command = "python -m audit validate" + (" --quick" if size.quick else "") + " --out docs/validation.md"
    took = time.monotonic() - began
    return Outcome(tuple(checked), tuple(excess), tuple(planted), tuple(nulls), size.words, command, took)


__all__ = ["FOLDER", "FULL", "QUICK", "Outcome", "Size", "page", "validate"]
