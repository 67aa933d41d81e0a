"""Third-party benchmarks as suites, read from the user's own copy of their files; none is part of the project.

A suite is named `crows-pairs:PATH`, where PATH is a file, a folder, or hub:owner/name/file for a data set on the Hub.
What comes out is marked as a compatibility result: numbers with intervals that respect templates, and no verdict.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from audit.benchmarks.about import ALL, COMPATIBILITY, About
from audit.schema import CaveatError, Suite

if TYPE_CHECKING:
    from audit.benchmarks.making import Parts

BENCHMARKS: Mapping[str, About] = {about.name: about for about in ALL}


def is_benchmark(name: str) -> bool:
    """Tell whether a name of a suite is that of a third-party benchmark, with or without its path."""
    return name.partition(":")[0] in BENCHMARKS


def load_benchmark(name: str, offline: bool = False) -> Suite:
    """Make the suite of a benchmark from the user's files.

    Args:
        name: such as "crows-pairs:data/crows_pairs_anonymized.csv"; "honest" takes two paths with a comma.
        offline: take files of the Hub from the cache only.

    Raises:
        CaveatError: when no path is given, a file is not there, or it is not in its authors' format.
        ModelUnavailable: when a file on the Hub cannot be fetched.
    """
    from audit.benchmarks.making import make
    from audit.benchmarks.reading import located

    short, _, where = name.partition(":")
    about = BENCHMARKS[short]
    if not where.strip():
        raise CaveatError(
            f"{about.title} is not part of this program. Get {about.file} from {about.get} (licence: {about.licence}) "
            f"and write --suite {short}:PATH"
        )
    first, _, second = where.partition(",") if short == "honest" else (where, "", "")
    path = located(first.strip(), about, offline)
    if short == "honest":
        from audit.benchmarks.people import honest

        return make(honest(path, located(second.strip(), about, offline) if second.strip() else None))
    return make(_loaders()[short](path))


def _loaders() -> Mapping[str, Callable[[Path], Parts]]:
    from audit.benchmarks import people, pronouns, questions, sentences

    return {
        "crows-pairs": sentences.crows_pairs,
        "stereoset": sentences.stereoset,
        "winobias": pronouns.winobias,
        "winogender": pronouns.winogender,
        "bec-pro": people.bec_pro,
        "eec": people.eec,
        "bbq": questions.bbq,
    }


__all__ = ["BENCHMARKS", "COMPATIBILITY", "About", "is_benchmark", "load_benchmark"]
