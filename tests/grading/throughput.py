"""``python -m tests.grading.throughput``: how many submissions a second, beside stock nbgrader.

Three hundred submissions of the backprop lab, made of right, wrong and alternative answers, are
graded with one worker a core and, some of them, with one worker alone. A sample of the same files
is graded by stock ``nbgrader autograde`` in the same run, half of it before and half of it after.
Ours is timed with everything from the first process to the last result; of stock's, only what it
takes from one notebook to the next, without its start. Points have to agree, submission by
submission.

Ends with one line, and with status 1 where a target is missed.
"""

from __future__ import annotations

import argparse
import itertools
import os
import shutil
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from dlcourse.grading import grade
from dlcourse.grading.results import Result
from tests.grading import classes
from tests.labs.nbgrader_course import NbgraderCourse

LAB = "backprop"
MOST_SECONDS, LEAST_TIMES_FASTER, MOST_MEMORY, LEAST_SCALING = 120.0, 8.0, 2 << 30, 1.5
SUBMISSIONS_OF_TARGET = 300


@dataclass
class Stock:
    """What stock autograde took for each file, and what it gave."""

    seconds: list[float] = field(default_factory=list)
    points: dict[str, float] = field(default_factory=dict)


class Memory(threading.Thread):
    """Watches the memory of this process and all that it starts, shared pages counted once."""

    def __init__(self, every: float = 0.5) -> None:
        super().__init__(daemon=True)
        self.most = 0
        self._every = every
        self._over = threading.Event()

    def run(self) -> None:
        while not self._over.wait(self._every):
            self.most = max(self.most, sum(map(_share, descendants(os.getpid()))))

    def __enter__(self) -> Memory:
        self.start()
        return self

    def __exit__(self, *exception: object) -> None:
        self._over.set()
        self.join()


def descendants(process: int) -> list[int]:
    """Give the numbers of a process and of all that it has started, and these, and so on."""
    children: dict[int, list[int]] = {}
    for entry in os.listdir("/proc"):
        if entry.isdigit():
            try:
                told = Path(f"/proc/{entry}/stat").read_text()
            except OSError:  # it has ended
                continue
            children.setdefault(int(told.rsplit(")", 1)[1].split()[1]), []).append(int(entry))
    found = [process]
    for one in found:
        found += children.get(one, [])
    return found


def _share(process: int) -> int:
    """Give a process's proportional share of memory (PSS) in bytes."""
    try:
        told = Path(f"/proc/{process}/smaps_rollup").read_text()
    except OSError:
        return 0
    return 1024 * sum(int(line.split()[1]) for line in told.split("\n") if line[:4] == "Pss:")


def timed(work: Callable[[], Any]) -> tuple[float, Any]:
    """Give what some work takes and returns."""
    start = time.perf_counter()
    result = work()
    return time.perf_counter() - start, result


def grade_all(submissions: Path, workers: int) -> list[Result]:
    """Grade everything, also what was graded before."""
    return grade(LAB, submissions=submissions, workers=workers, again=True)


def stock(folder: Path, names: list[str]) -> Stock:
    """Grade some learners' files by stock autograde; time it from one notebook to the next."""
    course = NbgraderCourse(folder / f"stock{names[0]}", LAB, stock=True)
    course.run("generate_assignment", LAB, "--create")
    for name in names:
        shutil.copytree(folder / "submitted" / name, course.folder / "submitted" / name)
    times = []
    with subprocess.Popen(
        course.command("autograde", LAB, "--create"),
        cwd=course.folder,
        env=course.environment,
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    ) as process:
        assert process.stderr is not None
        for line in process.stderr:
            # Each file is converted twice, first cleaned up, then run: this is the first of them.
            if "Converting notebook" in line and "submitted" in line:
                times.append(time.perf_counter())
    times.append(time.perf_counter())
    if process.returncode or len(times) != len(names) + 1:
        raise RuntimeError(f"autograde returned {process.returncode} after {len(times) - 1} files")
    graded = Stock(seconds=[after - before for before, after in itertools.pairwise(times)])
    for name in names:
        graded.points[name] = sum(points or 0.0 for points in course.points(name).values())
    return graded


def differences(results: list[Result], graded: Stock) -> list[str]:
    """Say whose points are not those that stock gives."""
    ours = {result.student: result.points for result in results}
    return [
        f"{name}: {ours[name]:g} points, {points:g} by stock autograde"
        for name, points in graded.points.items()
        if ours[name] != points
    ]


def main(argv: list[str] | None = None) -> int:
    """Measure, print, and say whether the targets are met."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("--submissions", type=int, default=SUBMISSIONS_OF_TARGET)
    parser.add_argument("--stock", type=int, default=20, help="files in stock's sample (20)")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    parser.add_argument("--rounds", type=int, default=3, help="of ours (3)")
    arguments = parser.parse_args(argv)
    with tempfile.TemporaryDirectory(prefix="throughput_") as place:
        folder = Path(place)
        names = classes.make(LAB, arguments.submissions, folder / "submitted")
        sample = names[:: max(1, len(names) // arguments.stock)][: arguments.stock]
        half = (len(sample) + 1) // 2
        graded = stock(folder, sample[:half])
        ours, alone, results, memory = measure(
            folder / "submitted", arguments.workers, arguments.rounds
        )
        if sample[half:]:
            other = stock(folder, sample[half:])
            graded.seconds += other.seconds
            graded.points |= other.points
    return tell(len(names), arguments.workers, ours, alone, graded, memory, results)


def measure(
    submissions: Path, workers: int, rounds: int
) -> tuple[list[float], float, list[Result], int]:
    """Grade everything, some times; then a third of it with one worker.

    Returns
    -------
    ours : list of float
        Seconds of each round.
    alone : float
        Seconds that one worker would take for everything.
    results : list of Result
    memory : int
        The most bytes that all processes together took in the first round.
    """
    ours = []
    for number in range(rounds):
        if number:
            seconds, results = timed(lambda: grade_all(submissions, workers))
        else:
            with Memory() as memory:
                seconds, results = timed(lambda: grade_all(submissions, workers))
        ours.append(seconds)
        print(f"round {number + 1}: {len(results)} in {seconds:.1f} s", flush=True)
    some = sorted(submissions.iterdir())[::3]
    with tempfile.TemporaryDirectory(prefix="some_") as place:
        for learner in some:
            shutil.copytree(learner, Path(place) / learner.name)
        seconds, _ = timed(lambda: grade_all(Path(place), 1))
    print(f"one worker: {len(some)} in {seconds:.1f} s", flush=True)
    return ours, seconds / len(some) * len(results), results, memory.most


def tell(
    count: int,
    workers: int,
    ours: list[float],
    alone: float,
    graded: Stock,
    memory: int,
    results: list[Result],
) -> int:
    """Print what was measured; return 0 where every target is met."""
    stock_seconds = statistics.median(graded.seconds)
    low, _, high = statistics.quantiles(graded.seconds, n=4)
    seconds = statistics.median(ours)
    ratios = [stock_seconds * count / one for one in (max(ours), seconds, min(ours))]
    scaling = alone / seconds
    print(
        f"stock: {len(graded.seconds)} files, {stock_seconds:.2f} s a file (quartiles {low:.2f} "
        f"and {high:.2f})"
    )
    different = differences(results, graded)
    for line in different:
        print(f"different: {line}")
    missed = [
        what
        for what, bad in {
            f"over {MOST_SECONDS:g} s for {SUBMISSIONS_OF_TARGET}": seconds
            > MOST_SECONDS * count / SUBMISSIONS_OF_TARGET,
            f"less than {LEAST_TIMES_FASTER:g} times stock": ratios[1] < LEAST_TIMES_FASTER,
            "over 2 GB": memory > MOST_MEMORY,
            "workers do not add up": workers == 2 and scaling < LEAST_SCALING,
            "points differ": bool(different),
        }.items()
        if bad
    ]
    print(
        f"throughput: {count} in {seconds:.1f} s with {workers} workers ({count / seconds:.1f} a "
        f"second); {ratios[1]:.0f} times stock ({ratios[0]:.0f} to {ratios[2]:.0f}); "
        f"{memory / 2**30:.2f} GB; {scaling:.2f} times one worker; {len(graded.points)} of "
        f"{len(graded.points)} points as stock gives them"
        if not different
        else f"throughput: points of {len(different)} differ from stock's"
    )
    if missed:
        print(f"missed: {'; '.join(missed)}")
    return int(bool(missed))


if __name__ == "__main__":
    sys.exit(main())
