"""Own data of 10,000, 100,000 and 1,000,000 rows: peak memory and time of `caveat data` with a fast model.

python -m benchmarks.rows [ROWS ...]

Memory should stay flat from 10,000 rows on, and time should grow with the rows. Each size runs in a process of its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

SIZES = (10_000, 100_000, 1_000_000)
WRITERS = 20
"""Rows per writer."""
OPENINGS = ("Honestly,", "Today", "After class", "In the library", "Before the exam", "On my way home", "At work")
MIDDLES = {
    "negative": ("I felt tired and hopeless", "the group was rude to me", "I failed the worst test", "I cried again"),
    "neutral": ("I took the bus", "we met at nine", "the lecture was about rivers", "I changed my timetable"),
    "positive": ("I felt happy and calm", "my friends were kind", "I passed the best course", "we laughed a lot"),
}
ENDINGS = ("as planned.", "and went home.", "with the others.", "until late.", "for an hour.", "again.")


def posts(rows: int, seed: int = 0) -> Iterator[tuple[str, str, str, str, str]]:
    """Make synthetic rows: text, label, gender, year, author; one label in ten is wrong."""
    draw = random.Random(seed)
    labels = tuple(MIDDLES)
    for at in range(rows):
        true = draw.choice(labels)
        text = f"{draw.choice(OPENINGS)} {draw.choice(MIDDLES[true])} {draw.choice(ENDINGS)} ({at})"
        label = draw.choice(labels) if draw.random() < 0.1 else true
        writer = draw.randrange(max(rows // WRITERS, 1))
        yield text, label, ("woman", "man", "other")[writer % 3], str(writer % 4 + 1), f"w{writer}"


def write_posts(path: Path, rows: int) -> None:
    """Write them as CSV."""
    with path.open("w", newline="", encoding="utf-8") as file:
        out = csv.writer(file)
        out.writerow(("post", "sentiment", "gender", "year", "author"))
        out.writerows(posts(rows))


def once(rows: int) -> dict[str, float]:
    """Audit so many rows in this process.

    Returns:
        rows, seconds, and the peak of resident memory in MB.
    """
    from audit.models import load_model
    from audit.owndata.run import audit_data

    with tempfile.TemporaryDirectory() as name:
        path = Path(name) / "posts.csv"
        write_posts(path, rows)
        started = time.monotonic()
        result = audit_data(
            load_model("word-count"),
            path,
            text="post",
            label="sentiment",
            groups=("gender", "year"),
            cluster="author",
            out=Path(name) / "out",
        )
        seconds = time.monotonic() - started
    assert result.source.used == rows
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
    return {"rows": rows, "seconds": seconds, "mb": peak / (1 << 20 if sys.platform == "darwin" else 1 << 10)}


def measure(sizes: Sequence[int]) -> list[dict[str, float]]:
    """Audit each size in a process of its own."""
    found = []
    for rows in sizes:
        done = subprocess.run(
            [sys.executable, "-m", "benchmarks.rows", "--once", str(rows)],
            cwd=Path(__file__).parent.parent,
            capture_output=True,
            text=True,
            check=True,
        )
        found.append(json.loads(done.stdout))
    return found


def main() -> None:
    """Print the table."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", type=int, default=SIZES)
    parser.add_argument("--once", type=int, help=argparse.SUPPRESS)
    asked = parser.parse_args()
    if asked.once:
        sys.stdout.write(json.dumps(once(asked.once)))
        return
    sys.stdout.write("| rows | seconds | rows a second | peak memory, MB |\n| ---: | ---: | ---: | ---: |\n")
    for rows in asked.rows:
        (row,) = measure([rows])
        sys.stdout.write(
            f"| {rows:,} | {row['seconds']:.1f} | {rows / row['seconds']:,.0f} | {row['mb']:.0f} |\n",
        )
        sys.stdout.flush()


if __name__ == "__main__":
    main()
