"""Computes the results that the lessons show: `python -m audit.lessons.make`.

It runs every bundled model through the suites of its lessons and writes `lessons/results/<model>/`. Run it again
when a model or a suite has changed; `tests/lessons` fails until that was done. Where only the statistics or their words
have changed, `--stored` works them out again from the stored answers, which asks no model.
"""

from __future__ import annotations

import argparse
import multiprocessing
import os
import shutil
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import replace
from pathlib import Path

from audit.lessons.content import LESSONS
from audit.schema import DEPTHS, Depth, Suite

RESULTS = Path(__file__).parent / "results"
COMMAND = "python -m audit.lessons.make"
VARIANTS = ("-planted", "-even-handed")


def plan() -> dict[str, tuple[str, ...]]:
    """Give the models of all lessons, each with the suites that it is shown on."""
    found: dict[str, list[str]] = {}
    for lesson in LESSONS:
        for model in lesson.models:
            found.setdefault(model, []).append(lesson.suite)
    return {model: tuple(suites) for model, suites in found.items()}


def suites_of(model: str, depth: Depth) -> list[Suite]:
    """Give the suites that a model is run on.

    Where a lesson has a model with a known truth, the models beside the one in question answer the lesson's
    comparison only; that keeps what is stored small.
    """
    from audit import load_suites

    lessons = {lesson.suite: lesson for lesson in LESSONS}
    found = []
    for suite in load_suites(plan()[model], depth):
        lesson = lessons[suite.name]
        known = any(other.endswith(VARIANTS) for other in lesson.models)
        found.append(_part(suite, lesson.contrast) if known and model != lesson.model else suite)
    return found


def _part(suite: Suite, name: str) -> Suite:
    """Keep one comparison of a suite and what it needs."""
    (contrast,) = (contrast for contrast in suite.contrasts if contrast.name == name)
    tests = contrast.tests or tuple(test.name for test in suite.tests)
    return replace(
        suite,
        contrasts=(contrast,),
        breakdowns=(),
        ratios=(),
        tests=tuple(test for test in suite.tests if test.name in tests),
        examples=tuple(example for example in suite.examples if example.test in tests),
    )


def compute(model: str, depth: Depth, out: Path) -> float:
    """Run one model through its suites and replace what is stored of it.

    Args:
        model: a bundled name.
        depth: of the suites.
        out: folder that holds one folder a model.

    Returns:
        How long it took, in seconds.
    """
    from audit import load_model, run_audit

    began = time.monotonic()
    folder = out / model
    draft = out / f".{model}"
    # Bundled models are shown whatever the gate says; its value stands in the result.
    run_audit(load_model(model), suites_of(model, depth), out=draft, check=False, command=COMMAND, formats=())
    shutil.rmtree(folder, ignore_errors=True)
    draft.replace(folder)
    return time.monotonic() - began


def work_out(model: str, depth: Depth, out: Path) -> float:
    """Work out figures and findings of one model again, from the answers that are stored.

    Args:
        model: a bundled name.
        depth: not looked at; the stored result knows its own.
        out: folder that holds one folder a model.

    Returns:
        How long it took, in seconds.
    """
    from audit import load_result
    from audit.analysis import analyse
    from audit.scoring import write_atomically
    from audit.store import RESULT, predictions_table, to_json

    began = time.monotonic()
    stored = load_result(out / model)
    answers, settings = predictions_table(stored), stored.settings
    estimates, findings, left_out = analyse(answers, stored.suites, stored.model, settings.seed, settings.depth)
    skipped = (*(entry for entry in stored.skipped if "/" not in entry.what), *left_out)
    made = replace(stored, estimates=tuple(estimates), findings=tuple(findings), skipped=skipped)
    write_atomically(out / model / RESULT, lambda path: path.write_text(to_json(made), encoding="utf-8"))
    return time.monotonic() - began


def main(arguments: Sequence[str] | None = None) -> None:
    """Compute all results, as many models at a time as there are processors."""
    parser = argparse.ArgumentParser(prog=COMMAND, description="Compute the results that the lessons show.")
    parser.add_argument("--depth", choices=DEPTHS, default="standard")
    parser.add_argument("--model", choices=list(plan()), action="append", help="only this one; repeat for more")
    parser.add_argument("--out", type=Path, default=RESULTS)
    parser.add_argument("--stored", action="store_true", help="work out figures again from the stored answers")
    given = parser.parse_args(arguments)
    wanted = {model: suites for model, suites in plan().items() if given.model is None or model in given.model}
    # One thread a process: two models side by side are done sooner than one after the other on two threads.
    os.environ["OMP_NUM_THREADS"] = "1"
    workers = max(1, min(len(wanted), os.cpu_count() or 1))
    with ProcessPoolExecutor(workers, mp_context=multiprocessing.get_context("spawn")) as pool:
        running = {
            model: pool.submit(work_out if given.stored else compute, model, given.depth, given.out)
            for model, suites in sorted(wanted.items(), key=lambda item: -len(item[1]))
        }
        for model, future in running.items():
            sys.stderr.write(f"{model}: {', '.join(wanted[model])}, {future.result():.0f} seconds\n")


if __name__ == "__main__":
    main()
