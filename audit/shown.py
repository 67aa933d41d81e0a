"""Prints suites in a way that a teacher can read."""

from __future__ import annotations

from collections.abc import Sequence

from audit.places import folder
from audit.schema import MASK, Depth, Example
from audit.terminal import consoles


def list_suites(depth: Depth) -> None:
    """Print the suites with frames, clusters and cases."""
    from rich.table import Table

    from audit.suites import added_suites, load_suites

    out, _ = consoles()
    table = Table(box=None, padding=(0, 2, 0, 0))
    for name in ("suite", "tests", "frames", "clusters", "cases"):
        table.add_column(name, justify="left" if name == "suite" else "right")
    table.add_column("runs on")
    suites = load_suites(None, depth)
    for suite in suites:
        frames = {(e.template) for e in suite.examples}
        fillers = {e.fillers[0] for e in suite.examples if e.fillers}
        table.add_row(
            suite.name, str(len(suite.tests)), f"{len(frames):,}", f"{min(len(frames), len(fillers)):,}",
            f"{len(suite.examples):,}", ", ".join(suite.tasks),
        )  # fmt: skip
    out.print(table)
    total = sum(len(suite.examples) for suite in suites)
    out.print(
        f"\n{sum(len(s.tests) for s in suites)} tests, {total:,} cases at {depth} depth. "
        "Frames are evidence, cases are cheap."
    )
    for name, point in added_suites().items():
        out.print(f"Added by {point.dist.name if point.dist else point.value}: --suite {name}")


def list_third_party() -> None:
    """Print the third-party benchmarks: how to run each, its licence, where it is, and what speaks against it."""
    from rich.padding import Padding
    from rich.text import Text

    from audit.benchmarks import BENCHMARKS, COMPATIBILITY

    out, _ = consoles()
    for about in BENCHMARKS.values():
        out.print(Text(about.title, style="bold"), Text(f"--suite {about.name}:PATH", style="dim"))
        lines = [f"Path of: {about.file}", f"From: {about.get}", f"Licence: {about.licence}", f"Models: {about.kinds}"]
        for line in (*lines, *(f"- {warning}" for warning in about.warnings)):
            out.print(Padding(Text(line), (0, 0, 0, 2)))
        out.print()
    out.print(Text(f"None is part of this program. {COMPATIBILITY}"))
    out.print(Text("How each is scored, and where that differs from its authors' scripts: docs/third-party.md"))


def show_suite(name: str, depth: Depth) -> None:
    """Print a suite in a way that a teacher can read."""
    from rich.padding import Padding
    from rich.text import Text

    from audit.datasheet import TYPES
    from audit.suites import load_suites

    out, _ = consoles()
    (suite,) = load_suites([name], depth)
    out.print(Text(suite.title, style="bold"))
    out.print(*(Text(part) for part in (suite.question, suite.construct, suite.method)), sep="\n\n")
    for test in suite.tests:
        examples = [e for e in suite.examples if e.test == test.name]
        out.print()
        out.print(Text(test.title, style="bold"))
        out.print(Padding(Text(f"{test.name}, {len(examples):,} texts; {TYPES[test.type]}", style="dim"), (0, 0, 0, 2)))
        lines = [test.rationale, f"Expected: {test.expected}", f"Harm: {test.harm}"]
        lines += [f"Limits: {test.limits}"] if test.limits else []
        lines += [f"Content note: {test.content_note}"] if test.content_note else []
        for line in lines:
            out.print(Padding(Text(line), (0, 0, 0, 2)))
        for example in one_of_each_group(examples):
            right = " or ".join(sorted(example.allowed)) if example.allowed else "no answer is right or wrong"
            blank = example.text.replace(MASK, "____")
            out.print(Padding(Text(f"{example.group}: “{blank}” ({right})", style="italic"), (0, 0, 0, 4)))
    out.print()
    for line in suite.limitations:
        out.print(Text(f"- {line}"))


def one_of_each_group(examples: Sequence[Example], most: int = 4) -> list[Example]:
    """Give the first example of each group, `most` at most."""
    seen: dict[str, Example] = {}
    for example in examples:
        seen.setdefault(example.group, example)
    return list(seen.values())[:most]


def show_label_check() -> None:
    """Write the table of the label check beside the passes, and print it."""
    from audit.labelcheck import CHECK, check, judgements, overall, table, unjudged
    from audit.suites import load_suites

    out, _ = consoles()
    judged, suites = judgements(), load_suites(None, "full")
    rows = [row for suite in suites for row in check(suite, judged)]
    path = folder("probes") / "data" / CHECK
    path.write_text(table(rows), encoding="utf-8")
    for row in rows:
        out.print(
            f"{row['suite']:<13} {row['test']:<30} {row['items']:>5} {row['alpha']:>15} {row['disagreements']:>4}"
        )
    items, outside = overall(rows)
    out.print(f"{items:,} judged by two automated annotators; {outside} with a first label that is not allowed.")
    missing = [(suite.name, example) for suite in suites for example in unjudged(suite, judged)]
    out.print(f"{len(missing):,} wordings of frames without a judgement{':' if missing else '.'}")
    for name, example in missing:
        out.print(f"  {name} {example}")
