"""Finished stages of a long validation, so that a killed run goes on where it was."""

from __future__ import annotations

import hashlib
import json
import time
from collections.abc import Callable, Sequence
from dataclasses import asdict, dataclass, field
from functools import lru_cache
from pathlib import Path

import numpy as np

from audit.schema import Example, Suite

FOLDER = ".validate"
"""Where `make validate` keeps what is finished; git does not see it, and it may be deleted at any time."""
EVERY = 15.0
"""Seconds between two lines of progress."""
RUNS = (
    "stats/design.py",
    "stats/twoway.py",
    "measures",
    "analysis/frame.py",
    *(f"validate/{name}.py" for name in ("designs", "simulate", "truth", "worlds")),
)
"""Source that the figures of a single contrast depend on, in the package."""
AUDITS = (*RUNS, "stats", "analysis", "findings.py", "models/labels.py", "models/classifier.py", "models/function.py")
AUDITS += tuple(f"validate/{name}.py" for name in ("catalogue", "expected", "oracle", "trials"))
"""Source that whole audits of planted models depend on."""
_CODE = {"runs": RUNS, "audits": AUDITS}


@lru_cache
def code_digest(kind: str) -> str:
    """Give a SHA-256 of the code that figures of a kind depend on: "runs" or "audits"."""
    root = Path(__file__).parents[1]
    files = {f for name in _CODE[kind] for f in ([root / name] if name.endswith(".py") else (root / name).glob("*.py"))}
    return hashlib.sha256(b"\0".join(f.read_bytes() for f in sorted(files))).hexdigest()


@lru_cache
def suite_digest(name: str) -> str:
    """Give a SHA-256 of a suite at standard depth: its items, contrasts and what is known of their fillers."""
    from audit.validate.designs import suite_named

    suite = suite_named(name)
    return _digest(suite, suite.examples, suite.contrasts)


@lru_cache
def contrast_digest(name: str, contrast: str) -> str:
    """Give a SHA-256 of what a contrast of a suite reads, so that a change beside it costs no new runs."""
    from audit.validate.designs import Endpoint, bench, suite_named

    suite = suite_named(name)
    ready = bench(Endpoint(name, contrast))
    tests = ready.contrast.tests or tuple(test.name for test in suite.tests)
    examples = tuple(example for example in suite.examples if example.test in tests)
    return _digest(suite, examples, (ready.contrast, ready.alpha))


def _digest(suite: Suite, examples: Sequence[Example], more: Sequence[object]) -> str:
    from audit.suites import digest

    used = {word for example in examples for word in (*example.fillers, *example.choices)}
    fillers = json.dumps({k: dict(v) for k, v in suite.fillers.items() if k in used}, sort_keys=True)
    return hashlib.sha256("\n".join([digest(examples), *map(repr, more), fillers]).encode()).hexdigest()


@dataclass(frozen=True, slots=True)
class Kept:
    """Results on disk, found again as long as settings, items and code are the same."""

    folder: Path | None = None
    """None keeps nothing."""

    def path(self, kind: str, suite: str, *what: object) -> Path | None:
        """Name the file of one result; see `code_digest` for its kind. For runs, `what` begins with the contrast."""
        if self.folder is None:
            return None
        items = contrast_digest(suite, str(what[0])) if kind == "runs" else suite_digest(suite)
        told = "\n".join([code_digest(kind), items, *map(repr, what)])
        return self.folder / f"{hashlib.sha256(told.encode()).hexdigest()[:24]}.json"

    def load(self, kind: str, suite: str, *what: object) -> object | None:
        """Give a result, or None when it is not there or was cut off while it was written."""
        path = self.path(kind, suite, *what)
        if path is None or not path.is_file():
            return None
        try:
            return json.loads(path.read_text(encoding="utf-8"))
        except ValueError:
            return None

    def save(self, value: object, kind: str, suite: str, *what: object) -> None:
        """Keep a result; arrays become lists, dataclasses mappings."""
        path = self.path(kind, suite, *what)
        if path is None:
            return
        path.parent.mkdir(parents=True, exist_ok=True)
        plain = value.tolist() if isinstance(value, np.ndarray) else asdict(value)  # type: ignore[call-overload]
        part = path.with_suffix(".part")
        part.write_text(json.dumps(plain), encoding="utf-8")
        part.replace(path)


@dataclass(slots=True)
class Clock:
    """Says how far a stage is and how long the rest will take."""

    name: str
    whole: float
    """Amount of work, in any unit."""
    say: Callable[[str], None]
    done: float = 0.0
    began: float = field(default_factory=time.monotonic)
    said: float = field(default_factory=time.monotonic)

    def step(self, amount: float) -> None:
        """Count finished work, and say so from time to time."""
        self.done += amount
        now = time.monotonic()
        if now - self.said < EVERY:
            return
        self.said = now
        left = (now - self.began) * (self.whole - self.done) / self.done
        self.say(f"  {self.name}: {100 * self.done / self.whole:.0f} %, about {_minutes(left)} left")


def _minutes(seconds: float) -> str:
    return f"{seconds / 60:.0f} min" if seconds >= 90 else f"{seconds:.0f} s"
