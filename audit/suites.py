"""Finds suites and gives them at a depth."""

from __future__ import annotations

import hashlib
import importlib
import json
import pkgutil
from collections.abc import Sequence
from dataclasses import fields

from audit.schema import DEPTHS, CaveatError, Depth, Example, ModelInfo, Suite, SuiteInfo

ORDER = ("occupations", "negation", "sarcasm", "slang", "masking", "demographics")
"""Order in reports; suites that are not named here follow, by name."""


def suite_names() -> tuple[str, ...]:
    """Give the names of all suites in the `probes` package: its modules that hold a value SUITE."""
    import probes

    found = [
        module.name
        for module in pkgutil.iter_modules(probes.__path__)
        if hasattr(importlib.import_module(f"probes.{module.name}"), "SUITE")
    ]
    return tuple(sorted(found, key=lambda name: (ORDER.index(name) if name in ORDER else len(ORDER), name)))


def load_suites(names: Sequence[str] | None = None, depth: Depth = "standard", offline: bool = False) -> list[Suite]:
    """Give suites with the examples of a depth.

    Args:
        names: which, or paths of CSV, TSV or TOML files that hold a suite, or third-party benchmarks such as
            "crows-pairs:PATH"; None for all of the project, in the order of reports.
        depth: "quick", "standard" or "full".
        offline: take files of the Hub from the cache only.

    Returns:
        One suite a name.

    Raises:
        CaveatError: for a name or a depth that there is not, a mistake in a file, and two suites of one name.
    """
    if depth not in DEPTHS:
        raise CaveatError(f"No depth {depth!r}. Choose one of: {', '.join(DEPTHS)}.")
    known = suite_names()
    found: dict[str, Suite] = {}
    for name in dict.fromkeys(names or known):
        suite = importlib.import_module(f"probes.{name}").SUITE if name in known else _from_file(name, known, offline)
        if suite.name in found:
            raise CaveatError(f"Two suites are named {suite.name!r}; {name} is the second. Rename it or run it apart.")
        found[suite.name] = suite
    return [suite.at(depth) for suite in found.values()]


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
