"""What the product says on the bundled models, kept to compare before and after a change that should change nothing.

`python -m tools.golden make DIR` runs the audits; `python -m tools.golden compare BEFORE AFTER` names every difference
but times and dates, and ends with 1 where there is one.
"""

from __future__ import annotations

import argparse
import json
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
POSTS = "examples/student_posts/posts.csv"
MODELS = ("sentiment", "fill-mask")
COLUMNS = (
    "--text",
    "post",
    "--label",
    "sentiment",
    "--group",
    "gender",
    "--group",
    "background",
    "--cluster",
    "writer",
)
RUNS = (
    *(("run", *MODELS, "--depth", depth, "--offline", "--out", depth) for depth in ("quick", "standard")),
    ("data", str(ROOT / POSTS), "sentiment", "word-count", *COLUMNS, "--out", "data"),
    ("compare", "data/sentiment", "data/word-count", "--out", "comparison"),
)
KEPT = ("result.json", "data.json", "compare.json", "report.html", "compare.html")
LATER = {"created", "seconds"}
"""Fields that differ from run to run."""
DATED = re.compile(
    r"took [^<]*|\d+ (?:s|min)</td>|\d{1,2} [A-Z][a-z]+ 20\d\d(?:, \d\d:\d\d(?: UTC)?)?|20\d\d-\d\d-\d\dT[\d:+]+"
)


def make(out: Path) -> None:
    """Run everything into a folder."""
    out.mkdir(parents=True, exist_ok=True)
    there = {**os.environ, "PYTHONPATH": str(ROOT)}
    for words in RUNS:
        subprocess.run(
            [sys.executable, "-m", "audit", *words], cwd=out, env=there, check=True, stdout=subprocess.DEVNULL
        )


def without_dates(value: Any) -> Any:
    """Leave out of a result what differs from run to run."""
    if isinstance(value, dict):
        return {key: without_dates(inner) for key, inner in value.items() if key not in LATER}
    if isinstance(value, list):
        return [without_dates(inner) for inner in value]
    return value


def paths_of(before: Any, after: Any, where: str = "") -> Iterator[str]:
    """Name where two results differ."""
    if isinstance(before, dict) and isinstance(after, dict):
        for key in sorted({*before, *after}):
            yield from paths_of(before.get(key), after.get(key), f"{where}.{key}")
    elif isinstance(before, list) and isinstance(after, list) and len(before) == len(after):
        for place, (one, two) in enumerate(zip(before, after, strict=True)):
            yield from paths_of(one, two, f"{where}[{place}]")
    elif before != after:
        yield f"{where}: {str(before)[:80]} -> {str(after)[:80]}"


def differences(before: Path, after: Path) -> Iterator[str]:
    """Name the differences between two folders that `make` filled."""
    files = sorted({path.relative_to(home) for home in (before, after) for name in KEPT for path in home.rglob(name)})
    for file in files:
        texts = [
            (home / file).read_text(encoding="utf-8") if (home / file).exists() else "" for home in (before, after)
        ]
        if not all(texts):
            yield f"{file}: only {'after' if texts[1] else 'before'}"
        elif file.suffix == ".json":
            one, two = (without_dates(json.loads(text)) for text in texts)
            yield from (f"{file}{where}" for where in paths_of(one, two))
        else:
            lines = [DATED.sub("", text).splitlines() for text in texts]
            if lines[0] != lines[1]:
                at = next((i for i, (a, b) in enumerate(zip(*lines, strict=False)) if a != b), min(map(len, lines)))
                yield f"{file}:{at + 1}: {' -> '.join(''.join(side[at : at + 1])[:100] for side in lines)}"


def main() -> int:
    """Make or compare, as the command line asks."""
    parser = argparse.ArgumentParser(prog="python -m tools.golden", description=__doc__)
    parser.add_argument("what", choices=("make", "compare"))
    parser.add_argument("folders", type=Path, nargs="+")
    given = parser.parse_args()
    if given.what == "make":
        make(given.folders[0])
        return 0
    found = list(differences(*given.folders))
    sys.stdout.write("\n".join([*found, f"{len(found)} differences"]) + "\n")
    return bool(found)


if __name__ == "__main__":
    sys.exit(main())
