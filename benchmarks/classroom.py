"""A class of thirty on one page: does everybody finish, how long does a step take, who waits for whom.

`python -m benchmarks.classroom` serves the page on loopback in a process of its own, lets thirty students go through a
lesson at once as their browsers would, and prints what was measured. Each of them also looks where the class is, as a
window does in a class with a teacher, and sends sentences of its own to the model. It ends by itself.
"""

from __future__ import annotations

import argparse
import json
import os
import socket
import statistics
import subprocess
import sys
import threading
import time
import uuid
from collections.abc import Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import httpx

from audit.lessons.content import LESSONS

STUDENTS, SENTENCES, LIMIT = 30, 2, 600
"""Students at once, own sentences of each, and seconds after which a request is given up."""
LOOKS = 3.0
"""Seconds between two looks of a window; that of the page."""
GOAL = 2.0
"""Seconds in which 95 of 100 steps that show precomputed results should be there."""


@dataclass
class Measured:
    """What a class took, over all students."""

    students: int
    finished: int = 0
    first: float = 0.0
    """Seconds of the slowest step of the one who went through the lesson before the class, as a teacher does."""
    opened: list[float] = field(default_factory=list)
    """Seconds until the page is there and has its session, all students at the same moment."""
    steps: list[float] = field(default_factory=list)
    """Seconds of each step that shows precomputed results."""
    looks: list[float] = field(default_factory=list)
    """Seconds of each look where the class is."""
    live: list[float] = field(default_factory=list)
    """Seconds from sending an own sentence to its answer."""
    overtaken: list[int] = field(default_factory=list)
    """For each own sentence, how many of other students were answered while it waited."""
    leaks: int = 0
    """Answers that held another student's sentence."""
    troubles: list[str] = field(default_factory=list)

    @property
    def slow(self) -> float:
        """The 95th percentile of the steps, in seconds."""
        return statistics.quantiles(self.steps, n=20)[-1]


class Student:
    """One browser window without the browser."""

    def __init__(self, url: str) -> None:
        self.http = httpx.Client(base_url=url, timeout=LIMIT)
        self.session = uuid.uuid4().hex[:12]
        self.config = self.http.get("/config").json()

    def close(self) -> None:
        """Close the window."""
        self.http.close()

    def event(self, label: str) -> int:
        """Give the number of the event of a control, by its id in the page."""
        ids = {part["props"].get("elem_id"): part["id"] for part in self.config["components"]}
        return next(
            event["id"]
            for event in self.config["dependencies"]
            if event["backend_fn"] and any(target[0] == ids[label] for target in event["targets"])
        )

    def clock(self) -> tuple[int, int] | None:
        """Give the event that looks where the class is and its count of inputs; None where no teacher can lead."""
        ticks = (e for e in self.config["dependencies"] if any(target[1] == "tick" for target in e["targets"]))
        return next(((event["id"], len(event["inputs"])) for event in ticks if len(event["outputs"]) > 1), None)

    def arrive(self) -> None:
        """Do what a browser does once the page is there: ask for what comes with its opening."""
        for event in self.config["dependencies"]:
            if event["backend_fn"] and any(target[1] == "load" for target in event["targets"]):
                self._ask(event["id"], [None] * len(event["inputs"]), "the opening of the page")

    def press(self, label: str, *data: Any) -> str:
        """Press a control and give all that came back, as text; states are filled in by the page.

        Raises:
            RuntimeError: when the page reports an error.
        """
        return self._ask(self.event(label), data, label)

    def _ask(self, event: int, data: Sequence[Any], label: str) -> str:
        sent = {"data": list(data), "fn_index": event, "session_hash": self.session, "trigger_id": None}
        self.http.post("/gradio_api/queue/join", json=sent).raise_for_status()
        told, ended = [], 0
        with self.http.stream("GET", "/gradio_api/queue/data", params={"session_hash": self.session}) as stream:
            for line in stream.iter_lines():
                message = json.loads(line[5:]) if line.startswith("data:") else {"msg": ""}
                told.append(line)
                if message["msg"] == "process_completed":
                    ended += bool(message["success"])
                if message["msg"] == "close_stream":
                    break
        if not ended:
            raise RuntimeError(f"{label}: {told[-2:]}")
        return "\n".join(told)

    def look(self, event: int, inputs: int) -> None:
        """Look where the class is."""
        sent = {"data": [None] * inputs, "fn_index": event, "session_hash": self.session, "trigger_id": None}
        self.http.post("/gradio_api/run/predict", json=sent).raise_for_status()


class Classroom:
    """Students who go through one lesson at once."""

    def __init__(self, url: str, students: int, lesson: str = "negation", sentences: int = SENTENCES) -> None:
        self.url = url
        self.lesson = next(one for one in LESSONS if one.suite == lesson)
        self.sentences = sentences
        self.measured = Measured(students)
        self._lock = threading.Lock()
        self._answered = 0
        self._together = threading.Barrier(students)

    def run(self) -> Measured:
        """Go through the lesson once, then let all open the page, and start, at the same moment; wait for the last."""
        rehearsing = Student(self.url)
        rehearsing.arrive()
        self.measured.first = max(self._steps(rehearsing, 0))
        rehearsing.close()
        with ThreadPoolExecutor(self.measured.students) as pool:
            list(pool.map(self._student, range(self.measured.students)))
        return self.measured

    def _student(self, number: int) -> None:
        done = threading.Event()
        try:
            self._together.wait(LIMIT)
            began = time.monotonic()
            student = Student(self.url)
            student.arrive()
            self.measured.opened.append(time.monotonic() - began)
            self._together.wait(LIMIT)
            looking = threading.Thread(target=self._looks, args=(student, done), daemon=True)
            looking.start()
            self.measured.steps += self._steps(student, number)
            self._sentences(student, number)
            done.set()
            looking.join(LIMIT)
            student.close()
        except (httpx.HTTPError, RuntimeError, KeyError, threading.BrokenBarrierError, StopIteration) as problem:
            done.set()
            self.measured.troubles.append(f"student {number}: {problem!r}")
        else:
            with self._lock:
                self.measured.finished += 1

    def _looks(self, student: Student, done: threading.Event) -> None:
        event = student.clock()
        while event is not None and not done.wait(LOOKS):
            began = time.monotonic()
            student.look(*event)
            self.measured.looks.append(time.monotonic() - began)

    def _steps(self, student: Student, number: int) -> list[float]:
        """Go through a lesson and give the seconds of each step."""
        took = []
        choice = self.lesson.choices[number % len(self.lesson.choices)].key
        steps: Sequence[tuple[str, tuple[Any, ...], str]] = (
            ("lesson-open", (self.lesson.suite, None), self.lesson.twins[0][1][:20]),
            ("lesson-lock", (None, choice, "fairly", None), "Locked in"),
            ("lesson-show", (None, None, None), "Your guess"),
            ("lesson-next", (None, None), "Pair 2 of"),
        )
        for label, data, expected in steps:
            began = time.monotonic()
            told = student.press(label, *data)
            took.append(time.monotonic() - began)
            if expected not in told:
                raise RuntimeError(f"{label} did not show {expected!r}")
        return took

    def _sentences(self, student: Student, number: int) -> None:
        if self.sentences:
            student.press("explore-take", "text-classification", ["word-count"], "", None)
        for place in range(self.sentences):
            self._own(student, number, place)

    def _own(self, student: Student, number: int, place: int) -> None:
        """Send a sentence that only this student has, and look for anybody else's in the answer."""
        own = f"marker{number}x{place}y"
        began, before = time.monotonic(), self._answered
        told = student.press("explore-compare", None, f"The {own} was great.", f"The {own} was not great.")
        with self._lock:
            self.measured.overtaken.append(self._answered - before)
            self._answered += 1
            self.measured.live.append(time.monotonic() - began)
            if own not in told:
                raise RuntimeError(f"the answer does not hold the student's own sentence {own}")
            self.measured.leaks += any(
                f"marker{other}x" in told for other in range(self.measured.students) if other != number
            )


@contextmanager
def served(pin: str = "471142") -> Iterator[str]:
    """Serve the page on a free port of loopback in a process of its own, and stop it at the end."""
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    command = [sys.executable, "-m", "audit", "app", "--port", str(port), "--pin", pin]
    process = subprocess.Popen(command, stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    url = f"http://127.0.0.1:{port}"
    try:
        for _ in range(LIMIT):
            try:
                httpx.get(f"{url}/config", timeout=5)
                break
            except httpx.HTTPError:
                if process.poll() is not None:
                    raise
                time.sleep(0.5)
        yield url
    finally:
        process.terminate()
        process.wait(20)


def described(found: Measured, seconds: float) -> str:
    """Say what was measured, a line each."""
    load = os.getloadavg()[0]
    lines = [
        f"{found.finished} of {found.students} students finished, in {seconds:.0f} seconds, on {os.cpu_count()} "
        f"processors (load of the machine at the end: {load:.1f}).",
        f"The first to go through the lesson, alone: slowest step {found.first:.2f} s.",
        f"Opening the page, all at the same moment: median {statistics.median(found.opened):.2f} s, longest "
        f"{max(found.opened):.2f} s.",
        f"Steps with precomputed results: {len(found.steps)}, median {statistics.median(found.steps):.2f} s, "
        f"95th percentile {found.slow:.2f} s, longest {max(found.steps):.2f} s.",
    ]
    if len(found.looks) > 1:
        lines.append(
            f"Looks where the class is: {len(found.looks)}, median {statistics.median(found.looks):.2f} s, "
            f"longest {max(found.looks):.2f} s."
        )
    if found.live:
        lines.append(
            f"Own sentences: {len(found.live)} pairs, median {statistics.median(found.live):.2f} s, longest "
            f"{max(found.live):.2f} s; while one waited, at most {max(found.overtaken)} of others were answered."
        )
    lines.append(f"Answers that held somebody else's sentence: {found.leaks}.")
    return "\n".join([*lines, *found.troubles]) + "\n"


def main(arguments: Sequence[str] | None = None) -> int:
    """Measure a class; 1 when not everybody finished, somebody saw another's input, or steps were slow."""
    parser = argparse.ArgumentParser(prog="python -m benchmarks.classroom", description=__doc__.split("\n")[0])
    parser.add_argument("--students", type=int, default=STUDENTS)
    parser.add_argument("--lesson", choices=[one.suite for one in LESSONS], default="negation")
    given = parser.parse_args(arguments)
    with served() as url:
        began = time.monotonic()
        found = Classroom(url, max(2, min(given.students, 100)), given.lesson).run()
        sys.stdout.write(described(found, time.monotonic() - began))
    return int(found.finished < found.students or found.leaks > 0 or found.slow > GOAL)


if __name__ == "__main__":
    sys.exit(main())
