"""Every architecture that transformers knows for the audited heads, as a tiny random checkpoint: is it asked rightly?

`python -m benchmarks.anymodel` prints a table; with the path of a page it writes the table there again, between its two
marks. A checkpoint is right when its answers, asked through Caveat together with longer and shorter texts, are those of
a plain pass of transformers over each text alone, without padding.
"""

from __future__ import annotations

import sys
import tempfile
import warnings
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from benchmarks.zoo import HEADS, Outcome, cases, outcome

BEGIN, END = "<!-- table: python -m benchmarks.anymodel docs/any-model.md -->", "<!-- end of table -->"
LIST = {"fill-mask": "blanks", "text-generation": "left to right", "text-classification": "classes"}


def walk(wanted: Iterable[tuple[str, str]] | None = None) -> list[Outcome]:
    """Make and ask each checkpoint, one after another."""
    import transformers

    transformers.logging.set_verbosity_error()
    transformers.logging.disable_progress_bar()
    found = []
    for task, name in wanted or cases():
        with tempfile.TemporaryDirectory() as folder, warnings.catch_warnings():
            warnings.simplefilter("ignore")
            found.append(outcome(task, name, Path(folder) / "model"))
    return found


def cell(found: Outcome | None) -> str:
    """Say in a word or two what became of a checkpoint."""
    if found is None:
        return ""
    if found.verdict != "right":
        return found.verdict
    if "equal length" in found.detail:
        return "right, equal lengths"
    return "right, alone" if "asked alone" in found.detail else "right"


def page(found: Iterable[Outcome]) -> str:
    """Write the table, and below it the lines of what is refused or was not built."""
    found = list(found)
    by_name: dict[str, dict[str, Outcome]] = {}
    for one in found:
        by_name.setdefault(one.name, {})[one.task] = one
    counts = Counter(one.verdict for one in found)
    total = ", ".join(
        f"{counts[verdict]} {verdict}" for verdict in sorted(counts, key=counts.__getitem__, reverse=True)
    )
    lines = [f"{len(found)} names: {total}.", "", "| model type | " + " | ".join(LIST.values()) + " |"]
    lines += ["|---|" + "---|" * len(HEADS)]
    for name in sorted(by_name):
        lines.append(f"| {name} | " + " | ".join(cell(by_name[name].get(task)) for task in HEADS) + " |")
    for verdict, title in (("refused", "Refused"), ("not built", "Not built")):
        lines += ["", f"{title}:", ""]
        lines += [f"- {one.name} ({LIST[one.task]}): {_line(one)}" for one in found if one.verdict == verdict]
    return "\n".join(lines) + "\n"


def _line(one: Outcome) -> str:
    words = [f"it{':' * word.endswith(':')}" if word.startswith("/") else word for word in one.detail.split(" ")]
    return " ".join(words)


def main(path: str = "") -> None:
    """Print the table, or write it into a page."""
    made = page(walk())
    if not path:
        sys.stdout.write(made)
        return
    text = Path(path).read_text(encoding="utf-8")
    before, after = text.partition(BEGIN)[0], text.partition(END)[2]
    Path(path).write_text(f"{before}{BEGIN}\n{made}{END}{after}", encoding="utf-8")


if __name__ == "__main__":
    main(*sys.argv[1:])
