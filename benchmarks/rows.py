"""Own data of 10,000, 100,000 and 1,000,000 rows: peak memory and time of `caveat data` with a fast model.

python -m benchmarks.rows [ROWS ...]      time and peak memory
python -m benchmarks.rows --kill [ROWS]   killed three times, is the result that of an undisturbed run?

Memory should stay flat from 10,000 rows on, and time should grow with the rows. Each size runs in a process of its own.
"""

from __future__ import annotations

import argparse
import csv
import json
import random
import resource
import shutil
import signal
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


def command(file: Path, out: Path) -> list[str]:
    """Give the command that audits a file of `write_posts`."""
    words = [str(file), "word-count", "--text", "post", "--label", "sentiment", "--cluster", "author"]
    return [
        *[sys.executable, "-m", "audit", "data", *words, "--group", "gender", "--group", "year"],
        *["--offline", "--out", str(out)],
    ]


def kill_at(words: Sequence[str], parts: Path, chunks: int) -> int:
    """Start a run and end it with SIGKILL as soon as so many chunks are on disk.

    Returns:
        How many were there when it was dead.

    Raises:
        RuntimeError: when the run ends before.
    """
    quiet = {"stdout": subprocess.DEVNULL, "stderr": subprocess.DEVNULL}
    with subprocess.Popen(words, cwd=Path(__file__).parent.parent, **quiet) as running:  # type: ignore[call-overload]
        while len(list(parts.rglob("part-*.parquet"))) < chunks:
            if running.poll() is not None:
                raise RuntimeError(f"the run ended with code {running.returncode} before {chunks} chunks were done")
            time.sleep(0.005)
        running.send_signal(signal.SIGKILL)
    return len(list(parts.rglob("part-*.parquet")))


def killed(rows: int) -> list[str]:
    """Audit rows undisturbed, and again with a kill at a third, at two thirds and right after the last chunk.

    Returns:
        Sentences on what was done, and whether the files are equal: rows byte by byte, figures but for their date.
    """
    from audit.owndata.reading import SIZE

    chunks = -(-rows // SIZE)
    with tempfile.TemporaryDirectory() as name:
        file, whole, cut = Path(name) / "posts.csv", Path(name) / "whole", Path(name) / "cut"
        write_posts(file, rows)
        root = Path(__file__).parent.parent
        started = time.monotonic()
        subprocess.run(command(file, whole), cwd=root, capture_output=True, check=True)
        told = [f"{rows:,} rows, {chunks} chunks; undisturbed: {time.monotonic() - started:.0f} s."]
        folder, other = whole / "word-count", cut / "word-count"
        other.mkdir(parents=True)
        # Keys of texts are made with a secret of the folder; with another one no two runs have the same bytes.
        shutil.copy(folder / ".secret", other / ".secret")
        for wanted in (chunks // 3, 2 * chunks // 3, chunks):
            at = kill_at(command(file, cut), other, wanted)
            told.append(f"SIGKILL with {at} of {chunks} chunks on disk.")
        started = time.monotonic()
        subprocess.run(command(file, cut), cwd=root, capture_output=True, check=True)
        told.append(f"The last start, with no text left to ask about: {time.monotonic() - started:.0f} s.")
        for part in ("rows.parquet", "review.csv"):
            same = (folder / part).read_bytes() == (other / part).read_bytes()
            told.append(f"{part}: {'equal, byte by byte' if same else 'DIFFERS'}.")
        one, two = (json.loads((at / "data.json").read_text(encoding="utf-8")) for at in (folder, other))
        differing = sorted(key for key in one.keys() | two.keys() if one.get(key) != two.get(key))
        told.append(f"data.json: {'equal' if set(differing) <= {'created'} else 'DIFFERS'} but for {differing}.")
    return told


def main() -> None:
    """Print the table, or what became of the kills."""
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("rows", nargs="*", type=int, default=SIZES)
    parser.add_argument("--once", type=int, help=argparse.SUPPRESS)
    parser.add_argument("--kill", action="store_true", help="kill a run three times and compare (100,000 rows)")
    asked = parser.parse_args()
    if asked.kill:
        for rows in [100_000] if tuple(asked.rows) == SIZES else asked.rows:
            sys.stdout.write("\n".join(killed(rows)) + "\n")
        return
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
