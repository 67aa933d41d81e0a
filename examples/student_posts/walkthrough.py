"""Make docs/example-study.md from a run of the audit on posts.csv.

    python examples/student_posts/walkthrough.py run      runs the audit, stores its aggregates, writes the page
    python examples/student_posts/walkthrough.py write    writes the page from the stored aggregates

No number of the page is typed by hand. Sentences that say which way a number points are checked: where the numbers no
longer say so, `must` stops the page from being written.
"""

from __future__ import annotations

import csv
import json
import math
import subprocess
import sys
import tempfile
from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).resolve().parent
ROOT = FOLDER.parents[1]
STORED = FOLDER / "result.json"
REVIEW = FOLDER / "review.txt"
CALLED = FOLDER / "called.tsv"
PAGE = ROOT / "docs" / "example-study.md"
TEMPLATE = "example-study.md.j2"
GROUPS = ("gender", "year", "background", "language", "device")
OTHER, FIRST = "additional language", "English first"
ARGUMENTS = (
    *["examples/student_posts/posts.csv", "sentiment", "--text", "post", "--label", "sentiment", "--cluster", "writer"],
    *(word for name in GROUPS for word in ("--group", name)),
    *(word for name in "abc" for word in ("--annotator", f"annotator_{name}")),
)
KINDS = {
    "name": "first name, of another group",
    "gender": "he and she",
    "identity": "identity term",
    "contraction": "negation spelled out or contracted",
    "slang": "slang and standard words",
}


def run() -> None:
    """Run the audit and keep its aggregates beside the posts; no text and no row is kept."""
    with tempfile.TemporaryDirectory() as out:
        command = [sys.executable, "-m", "audit", "data", *ARGUMENTS, "--out", out, "--offline"]
        subprocess.run(command, cwd=ROOT, check=True)
        folder = Path(out) / "sentiment"
        STORED.write_text(slim((folder / "data.json").read_text(encoding="utf-8")), encoding="utf-8")
        with (folder / "review.csv").open(encoding="utf-8-sig", newline="") as file:
            reasons = [row["reasons"] for row in csv.DictReader(file)]
        changed = sum("class changes" in reason for reason in reasons)
        CALLED.write_text(called(folder / "rows.parquet"), encoding="utf-8")
        REVIEW.write_text(f"{len(reasons)}\t{changed}\n", encoding="utf-8")


def called(rows: Path) -> str:
    """Work out how the labels of each language group are answered, from the rows, which the owner of posts keeps.

    Returns:
        Lines of: group; share labelled negative; share called negative; share called negative of those labelled
        negative, neutral and positive.
    """
    import pandas as pd

    frame = pd.read_parquet(rows, columns=["group:language", "label", "predicted"])
    lines = []
    for group, part in frame.groupby("group:language", observed=True):
        negative = part["predicted"] == 0
        shares = [
            (part["label"] == 0).mean(),
            negative.mean(),
            *(negative[part["label"] == k].mean() for k in range(3)),
        ]
        lines.append("\t".join([str(group), *(repr(float(share)) for share in shares)]))
    return "\n".join(lines) + "\n"


def slim(text: str) -> str:
    """Leave curves and crossings of groups out of a data.json; the page needs neither."""
    kept = json.loads(text)
    for name in ("estimates", "confusions"):
        kept[name] = [entry for entry in kept[name] if " x " not in entry["by"]]
    return json.dumps(kept | {"curves": []}, indent=0, sort_keys=True) + "\n"


def page() -> str:
    """Render the page from the stored aggregates."""
    from jinja2 import Environment, FileSystemLoader, StrictUndefined

    from audit.owndata.store import from_json

    result = from_json(STORED.read_text(encoding="utf-8"))
    shelf = FileSystemLoader(FOLDER)
    environment = Environment(loader=shelf, undefined=StrictUndefined, keep_trailing_newline=True, autoescape=False)
    return environment.get_template(TEMPLATE).render(**Figures(result).context())


def percent(value: float) -> str:
    """Give a share as whole percent."""
    return "not known" if math.isnan(value) else f"{100 * value:.0f} %"


def points(value: float) -> str:
    """Give a difference of shares in points."""
    return f"{100 * abs(value):.0f} points"


def interval(e: Any) -> str:
    """Give an estimate of a share as percent with its interval."""
    if e is None or math.isnan(e.value):
        return "too few" if e is None or e.by in KINDS else "not shown"
    if math.isnan(e.low):
        return f"{percent(e.value)} (no interval)"
    return f"{percent(e.value)} ({100 * e.low:.0f} to {100 * e.high:.0f})"


def must(holds: bool, claim: str) -> str:
    """Stop when the numbers do not say what the sentence after it says.

    Raises:
        AssertionError: with the claim.
    """
    if not holds:
        raise AssertionError(f"the numbers no longer say: {claim}")
    return ""


class Figures:
    """What the page says, from a result."""

    def __init__(self, result: Any) -> None:
        """Take a `DataResult`."""
        self.result = result
        self.found = {(e.measure, e.by, e.group): e for e in result.estimates}
        self.tables = {(c.by, c.group): c for c in result.confusions}

    def estimate(self, measure: str, by: str = "overall", group: str = "") -> Any:
        """Give one estimate."""
        return self.found[measure, by, group or "all"]

    def v(self, measure: str, by: str = "overall", group: str = "") -> float:
        """Give the value of an estimate."""
        return float(self.estimate(measure, by, group).value)

    def value(self, measure: str, by: str = "overall", group: str = "") -> str:
        """Give an estimate as percent with its interval."""
        return interval(self.estimate(measure, by, group))

    def rate(self, measure: str, by: str = "overall", group: str = "") -> str:
        """Give an estimate as percent, with interval and counts in words."""
        e = self.estimate(measure, by, group)
        return (
            f"{percent(e.value)} (95 % interval {100 * e.low:.0f} to {100 * e.high:.0f} %, {e.n:,} posts by "
            f"{e.clusters:,} writers)"
        )

    def groups_of(self, by: str) -> list[str]:
        """Give the groups of a column that are shown, the largest first."""
        groups = [g for m, b, g in self.found if (m, b) == ("accuracy", by) and not math.isnan(self.v(m, b, g))]
        return sorted(groups, key=lambda group: -self.size(by, group))

    def size(self, by: str, group: str) -> int:
        """Give the posts of a group."""
        return int(self.estimate("accuracy", by, group).n)

    def context(self) -> Mapping[str, Any]:
        """Give the names that the template uses."""
        whole = self.tables["overall", "all"]
        labelled = [sum(row) for row in whole.counts]
        agreement = self.result.agreement
        rows, changed = (int(n) for n in REVIEW.read_text(encoding="utf-8").split())
        return {
            "must": must,
            "percent": percent,
            "points": points,
            "isnan": math.isnan,
            "v": self.v,
            "estimate": self.estimate,
            "value": self.value,
            "rate": self.rate,
            "told_apart": self.told_apart,
            "moved": {(e.by, e.measure, e.group): e for e in self.result.perturbations},
            "interval": interval,
            "kinds": KINDS,
            "source": self.result.source,
            "selection": next(iter(self.result.selections), None),
            "comparisons": [c for c in self.result.comparisons if c.measure == "accuracy"],
            "needed": [row for row in self.result.needed if row[0] == "language"],
            "agreement": agreement,
            "against": {name: model for name, _, _, model in agreement.annotators},
            "writers": self.estimate("accuracy").clusters,
            "whole": whole,
            "labelled": dict(zip(whole.labels, labelled, strict=True)),
            "command": "python -m audit data " + " ".join(ARGUMENTS),
            "columns": {by: self.groups_of(by) for by in GROUPS},
            "shares": {group: self.called(group) for group in (OTHER, FIRST)},
            "gaps": {(f.axis, f.group, f.measure): f for f in self.result.findings},
            "devices": self.devices(),
            "other": OTHER,
            "first": FIRST,
            "review": rows,
            "changed": changed,
        }

    def called(self, group: str) -> list[float]:
        """Give shares of a language group's posts.

        Returns:
            Labelled negative; called negative by the model; called negative of those labelled negative, neutral and
            positive.
        """
        lines = (line.split("\t") for line in CALLED.read_text(encoding="utf-8").splitlines())
        return next([float(share) for share in shares] for name, *shares in lines if name == group)

    def devices(self) -> Mapping[str, int]:
        """Give how many posts of each language group are said with negations, and how many posts it has."""
        with (FOLDER / "posts.csv").open(encoding="utf-8", newline="") as file:
            posts = [(post["language"], post["device"]) for post in csv.DictReader(file)]
        return {group: posts.count((group, "negated")) for group in (OTHER, FIRST)}

    def told_apart(self, axis: str) -> list[Any]:
        """Give the findings on a group column whose interval leaves 0 out."""
        return [f for f in self.result.findings if f.axis == axis and (f.low > 0 or f.high < 0)]


def main(arguments: Sequence[str]) -> int:
    """Run or write, as asked."""
    jobs: Mapping[str, Callable[[], None]] = {"run": run, "write": lambda: None}
    if len(arguments) != 1 or arguments[0] not in jobs:
        sys.stderr.write("usage: walkthrough.py run | write\n")
        return 2
    sys.path.insert(0, str(ROOT))
    jobs[arguments[0]]()
    PAGE.write_text(page(), encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
