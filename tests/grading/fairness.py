"""``python -m tests.grading.fairness``: the same work gets the same grade.

Two proofs. *Any order, any number of workers*: a class of the backprop lab, every kind of answer in
it, is graded as it comes, in reverse, shuffled, with one, two and three workers, and taken up again
after it was cut off; what is written of it is the same, byte for byte. *Any seed*: right, mistaken,
broken and unwritten work, and the same work in another's hands, is graded at a thousand private
seeds; each gets the same points and the same mistake's name at every one of them.

Ends with one line, ``fairness: N runs alike, byte for byte; S seeds, P submissions, 0 graded
otherwise``, and with status 1 where it is not so.
"""

from __future__ import annotations

import argparse
import os
import random
import sys
import tempfile
from collections import Counter, defaultdict
from collections.abc import Iterable, Sequence
from concurrent.futures import ProcessPoolExecutor
from contextlib import closing
from dataclasses import dataclass, replace
from multiprocessing import get_context
from pathlib import Path

from tqdm import tqdm

from dlcourse.checks.exercises import load
from dlcourse.grading import release, sample, sandbox, sandbox_missing, table, write_csv, write_json
from dlcourse.grading.grade import run
from dlcourse.grading.marking import Task
from dlcourse.grading.pool import each
from dlcourse.grading.record import Record
from dlcourse.grading.results import Result
from tests.grading import classes

LAB = "backprop"
SEEDS = 1000
# The learner whose loop never ends takes as long as the limit says.
LIMITS = sandbox.Limits(exercise_seconds=2.0)


@dataclass(frozen=True)
class Grade:
    """What a submission got for each exercise: points, and the mistake's name."""

    marks: tuple[tuple[float, str | None], ...]

    @classmethod
    def of(cls, result: Result) -> Grade:
        """Take the grade out of a result, without what quotes the seed's numbers."""
        return cls(tuple((mark.points, mark.mistake) for mark in result.marks))


def some_class(folder: Path) -> list[str]:
    """Hand in the sample class and a score of mixed submissions; return the names."""
    handed_out = release.load(classes.ROOT, LAB)
    names = sample.make_class(classes.ROOT / "labs" / "sample_class", handed_out, folder)
    return sorted(names + classes.make(LAB, 20, folder))


def written(results: Sequence[Result], folder: Path) -> bytes:
    """Give all that is written of a class, as bytes."""
    write_json(results, folder / "results.json")
    write_csv(results, folder / "results.csv")
    files = [(folder / name).read_bytes() for name in ("results.json", "results.csv")]
    return b"".join([*files, table(results).encode()])


def any_order(task: Task, names: list[str], folder: Path) -> list[bytes]:
    """Grade a class in many ways; give what is written of it each time."""
    shuffled = random.Random(7).sample(names, len(names))
    ways = [(names, 1), (names, 2), (names[::-1], 2), (shuffled, 3), (shuffled, 1)]
    found = [written(run(task, order, workers), folder) for order, workers in ways]
    # Cut off after three, then taken up again.
    with Record(folder / "record.jsonl") as record:
        with closing(each(task, shuffled, 2)) as graded:
            for _, (key, result) in zip(range(3), graded, strict=False):
                record.add(key, result)
        found.append(written(run(task, shuffled, 2, written_down=record), folder))
    return found


def works() -> dict[str, dict[str, str]]:
    """Give the submissions that are graded at every seed, some of them twice."""
    bank = classes.bank(LAB)
    kinds = ("right", "right", "mistake", "mistake", "unwritten", "broken")
    draw = random.Random(11)
    made = {
        f"work{number}": {name: draw.choice(cells[kind]) for name, cells in bank.items()}
        for number, kind in enumerate(kinds)
    }
    return made | {f"{name}-again": answers for name, answers in list(made.items())[1:3]}


def at_seed(task: Task, names: Sequence[str], seed: int) -> dict[str, Grade]:
    """Grade everybody at one seed."""
    at = replace(task, seed=seed)
    return {name: Grade.of(at.grade(name)) for name in names}


def any_seed(
    task: Task, names: Sequence[str], seeds: Iterable[int], workers: int
) -> dict[str, Counter[Grade]]:
    """Grade everybody at every seed; count for each who got what how often."""
    found: dict[str, Counter[Grade]] = defaultdict(Counter)
    seeds = list(seeds)
    context = get_context("forkserver")
    with (
        tqdm(total=len(seeds), unit="seed", disable=None, leave=False) as bar,
        ProcessPoolExecutor(workers, mp_context=context) as pool,
    ):
        waiting = [pool.submit(at_seed, task, names, seed) for seed in seeds]
        try:
            for future in waiting:
                for name, grade in future.result().items():
                    found[name][grade] += 1
                bar.update()
        finally:  # who stops it does not wait for the seeds that have not begun
            pool.shutdown(wait=False, cancel_futures=True)
    return found


def unfair(found: dict[str, Counter[Grade]]) -> list[str]:
    """Say whose grade depends on the seed, and who has another one than the same work again."""
    faults = [
        f"{name}: {len(grades)} different grades: {dict(grades.most_common(3))}"
        for name, grades in found.items()
        if len(grades) != 1
    ]
    for name in found:
        if name.endswith("-again") and found[name] != found[name.removesuffix("-again")]:
            faults.append(f"{name}: another grade than the same work")
    return faults


def main(argv: list[str] | None = None) -> int:
    """Prove it, and say so."""
    parser = argparse.ArgumentParser(prog="fairness", description=__doc__.split("\n")[0])
    parser.add_argument("--seeds", type=int, default=SEEDS, help=f"how many ({SEEDS})")
    parser.add_argument("--workers", type=int, default=len(os.sched_getaffinity(0)))
    arguments = parser.parse_args(argv)
    if reason := sandbox_missing():
        print(f"nothing is graded without a sandbox: {reason}", file=sys.stderr)
        return 2
    handed_out = release.load(classes.ROOT, LAB)
    with tempfile.TemporaryDirectory(prefix="fairness_") as place:
        folder = Path(place)
        (folder / "class").mkdir()
        task = Task(handed_out, folder / "class", 7, LIMITS)
        ways = any_order(task, some_class(folder / "class"), folder)
        made = works()
        for name, answers in made.items():
            classes.hand_in(handed_out, folder / "works", name, answers)
        task = Task(handed_out, folder / "works", 0, LIMITS)
        found = any_seed(task, list(made), range(1, arguments.seeds + 1), arguments.workers)
    faults = unfair(found)
    for fault in faults:
        print(f"unfair: {fault}")
    alike = sum(way == ways[0] for way in ways)
    points = sum(exercise.points for exercise in load(LAB))
    for name, grades in found.items():
        (grade, _), *_ = grades.most_common(1)
        print(f"{name}: {sum(earned for earned, _ in grade.marks):g} of {points:g} points")
    print(
        f"fairness: {alike} of {len(ways)} runs alike, byte for byte; {arguments.seeds:,} seeds, "
        f"{len(found)} submissions, {len(faults)} graded otherwise"
    )
    return int(alike != len(ways) or bool(faults))


if __name__ == "__main__":
    sys.exit(main())
