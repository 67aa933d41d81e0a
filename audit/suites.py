"""Finds suites and gives them at a depth."""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
from collections.abc import Sequence
from dataclasses import fields
from importlib.metadata import EntryPoint, entry_points

from audit.schema import DEPTHS, CaveatError, Depth, Example, ModelInfo, Suite, SuiteInfo

GROUP = "audit.suites"
"""Entry points by which an installed package adds suites."""


def suite_names() -> tuple[str, ...]:
    """Give the names of the project's suites, in the order of lists and reports.

    They are the modules of the folder `probes` that hold a value SUITE.
    """
    return tuple(suite.name for suite in _own())


def _own() -> list[Suite]:
    from audit import probes

    names = sorted(module.name for module in pkgutil.iter_modules(probes.__path__))
    found = [getattr(importlib.import_module(f"audit.probes.{name}"), "SUITE", None) for name in names]
    return sorted((suite for suite in found if suite), key=lambda suite: (suite.place, suite.name))


def added_suites() -> dict[str, EntryPoint]:
    """Give the suites that other installed packages bring, by name: entry points of the group "audit.suites".

    They are run when they are named, and not by default: what is installed must not change what an audit of the
    project's suites says, since its comparisons are corrected for their number.
    """
    found = {point.name: point for point in entry_points(group=GROUP)}
    return {name: found[name] for name in sorted(found)}


def load_suites(names: Sequence[str] | None = None, depth: Depth = "standard", offline: bool = False) -> list[Suite]:
    """Give suites with the examples of a depth.

    Args:
        names: which, or paths of CSV, TSV or TOML files that hold a suite, or third-party benchmarks such as
            "crows-pairs:PATH", or suites of other installed packages; None for all of the project, in the order of
            reports.
        depth: "quick", "standard" or "full".
        offline: take files of the Hub from the cache only.

    Returns:
        One suite a name.

    Raises:
        CaveatError: for a name or a depth that there is not, a mistake in a file, a package's suite that cannot be
            loaded, and two suites of one name.

    Examples:
        >>> from audit import load_suites
        >>> [suite.name for suite in load_suites(depth="quick")]
        ['occupations', 'negation', 'sarcasm', 'slang', 'masking', 'demographics']
        >>> load_suites(["irony"])
        Traceback (most recent call last):
        audit.schema.errors.CaveatError: No suite 'irony'. There are: ...
    """
    if depth not in DEPTHS:
        raise CaveatError(f"No depth {depth!r}. Choose one of: {', '.join(DEPTHS)}.")
    own = {suite.name: suite for suite in _own()}
    found: dict[str, Suite] = {}
    for name in dict.fromkeys(names or own):
        suite = own[name] if name in own else _from_outside(name, tuple(own), offline)
        if suite.name in found:
            raise CaveatError(f"Two suites are named {suite.name!r}; {name} is the second. Rename it or run it apart.")
        found[suite.name] = suite
    return [suite.at(depth) for suite in found.values()]


def _from_outside(name: str, own: Sequence[str], offline: bool) -> Suite:
    added = added_suites()
    return _added(added[name]) if name in added else _from_file(name, (*own, *added), offline)


def _added(point: EntryPoint) -> Suite:
    """Load the suite of another package; whatever goes wrong in it is one line that names the package."""
    where = f"the suite {point.name!r} of the package {point.dist.name if point.dist else point.value}"
    try:
        suite = point.load()
    except Exception as error:
        said = " ".join(f"{type(error).__name__}: {error}".split())
        raise CaveatError(f"{where} cannot be loaded ({said}). Update or remove that package.") from error
    if not isinstance(suite, Suite) or suite.name != point.name:
        what = f"a suite named {suite.name!r}" if isinstance(suite, Suite) else f"a {type(suite).__name__}"
        raise CaveatError(f"{where} is {what}. Its entry point must name an audit.schema.Suite of that name.")
    return suite


def _from_file(name: str, known: Sequence[str], offline: bool) -> Suite:
    from audit.benchmarks import is_benchmark, load_benchmark
    from audit.filesuite import is_file_name, suite_from_file

    if is_benchmark(name):
        return load_benchmark(name, offline)
    if not is_file_name(name):
        raise CaveatError(
            f"No suite {name!r}. There are: {', '.join(known)}. See them with: caveat suites list. "
            "A suite of your own is given by the path of its .csv, .tsv or .toml file."
        )
    return suite_from_file(name)


def examples_for(suite: Suite, model: ModelInfo) -> tuple[Example, ...]:
    """Give the examples of the tests that fit a kind of model.

    A test names the tasks it can be run as, joined by "+" where there are several.
    """
    fitting = {test.name for test in suite.tests if set(test.task.split("+")) & set(model.tasks)}
    return tuple(example for example in suite.examples if example.test in fitting)


def digest(examples: Sequence[Example]) -> str:
    """Give the SHA-256 of examples, so that two results can be compared item by item."""
    sha = hashlib.sha256()
    # `asdict` would copy every value of every example first, which takes longer than all the rest
    names = [field.name for field in fields(Example)]
    for example in examples:
        data = {name: getattr(example, name) for name in names}
        data["allowed"] = None if example.allowed is None else sorted(example.allowed)
        data["features"] = dict(example.features)
        sha.update(json.dumps(data, sort_keys=True, ensure_ascii=False).encode())
    return sha.hexdigest()


def suite_info(suite: Suite, examples: Sequence[Example]) -> SuiteInfo:
    """Give what a result remembers of a suite of which `examples` were run."""
    shared = {f.name for f in fields(SuiteInfo)} & {f.name for f in fields(Suite)} - {"examples"}
    run = {example.test for example in examples}
    values = {name: getattr(suite, name) for name in shared}
    values["tests"] = tuple(test for test in suite.tests if test.name in run)
    own = not suite.compatibility and suite.name not in suite_names()
    return SuiteInfo(**values, examples=len(examples), digest=digest(examples), own=own)
