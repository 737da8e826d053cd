"""Judge every mistake and every right answer of every lab, over many seeds.

``python -m tests.labs.proof.graders`` ends with one line,
``mistakes: C of N caught, S of N named; alternatives: A of M accepted``, and a status of 1 unless
every mistake is caught on every seed, 95 % of them are named, and every right answer is accepted.
A mistake counts as caught, and as named, when it is on every seed.
"""

from __future__ import annotations

import argparse
import sys
import time
from collections.abc import Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass, field
from multiprocessing import get_context

from threadpoolctl import threadpool_limits

from dlcourse.checks.exercises import LABS, load
from tests.labs.proof import banks
from tests.labs.proof.judging import faults_of_right, faults_of_wrong

SEEDS = 25
NAMED_AT_LEAST = 0.95


@dataclass
class Tally:
    """What was found in one exercise, or in all of them."""

    mistakes: int = 0
    caught: int = 0
    named: int = 0
    alternatives: int = 0
    accepted: int = 0
    solutions: int = 0
    solved: int = 0
    verdicts: int = 0
    seconds: float = 0.0
    faults: list[str] = field(default_factory=list)

    def add(self, other: Tally) -> None:
        """Count another tally in."""
        for name in vars(self):
            setattr(self, name, getattr(self, name) + getattr(other, name))

    @property
    def proved(self) -> bool:
        """Whether the graders are what they claim to be."""
        return (
            self.caught == self.mistakes > 0
            and self.named >= NAMED_AT_LEAST * self.mistakes
            and self.accepted == self.alternatives > 0
            and self.solved == self.solutions
        )

    @property
    def closing_line(self) -> str:
        """The result in one line."""
        return (
            f"mistakes: {self.caught} of {self.mistakes} caught, "
            f"{self.named} of {self.mistakes} named; "
            f"alternatives: {self.accepted} of {self.alternatives} accepted"
        )


def prove(labs: tuple[str, ...], exercise: str, seeds: range, only_right: bool = False) -> Tally:
    """Judge everything that is known about one exercise, which may belong to several labs."""
    tally = Tally()
    began = time.perf_counter()
    rights = [one for one in banks.right_answers(labs) if one.exercise.name == exercise]
    wrongs = [one for one in banks.mistakes(labs) if one.exercise.name == exercise]
    if only_right:
        wrongs = []
    unfair: list[list[str]] = [[] for _ in rights]
    missed: list[list[str]] = [[] for _ in wrongs]
    unnamed: list[list[str]] = [[] for _ in wrongs]
    # Seed by seed, as a class is graded: what a seed asks is drawn once, and so is what each known
    # mistake makes of it.
    for seed in seeds:
        for i, right in enumerate(rights):
            unfair[i] += faults_of_right(right, (seed,))
        for i, wrong in enumerate(wrongs):
            lenient, vague = faults_of_wrong(wrong, (seed,))
            missed[i] += lenient
            unnamed[i] += vague
    for right, faults in zip(rights, unfair, strict=True):
        if right.name == "the solution":
            tally.solutions += 1
            tally.solved += not faults
        else:
            tally.alternatives += 1
            tally.accepted += not faults
        tally.faults += [f"{right.label} (right): {fault}" for fault in faults[:1]]
    for wrong, *faults_of_both in zip(wrongs, missed, unnamed, strict=True):
        tally.caught += not faults_of_both[0]
        tally.named += not faults_of_both[1]
        tally.faults += [f"{wrong.label}: {fault[0]}" for fault in faults_of_both if fault]
    tally.mistakes = len(wrongs)
    tally.verdicts = (len(rights) + len(wrongs)) * len(seeds)
    tally.seconds = time.perf_counter() - began
    return tally


def main(words: Sequence[str] | None = None) -> int:
    """Prove the graders of the named labs, or of all; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("labs", nargs="*", metavar="LAB", help="the labs (default: all)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="seeds (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument(
        "--right", action="store_true", help="judge the right answers only: many seeds, less time"
    )
    arguments = parser.parse_args(words)
    if unknown := set(arguments.labs) - set(LABS):
        parser.error(f"no lab {', '.join(sorted(unknown))}; there are {', '.join(LABS)}")
    if arguments.seeds < 1 or arguments.workers < 1:
        parser.error("--seeds and --workers are expected to be 1 or more")
    labs_with: dict[str, list[str]] = {}
    for lab in LABS:
        if lab in (arguments.labs or LABS):
            for exercise in load(lab):
                labs_with.setdefault(exercise.name, []).append(lab)
    began = time.perf_counter()
    total = Tally()
    print(f"{'exercise':34} {'mistakes':>8} {'named':>6} {'right':>6} {'verdicts':>9} {'s':>6}")
    with ProcessPoolExecutor(
        arguments.workers, get_context("spawn"), threadpool_limits, (1,)
    ) as pool:
        # The last labs take longest; begun first, they leave no process without work at the end.
        futures = {
            name: pool.submit(prove, tuple(labs), name, range(arguments.seeds), arguments.right)
            for name, labs in reversed(labs_with.items())
        }
        for name in labs_with:
            tally = futures[name].result()
            total.add(tally)
            print(
                f"{name:34} {tally.mistakes:8} {tally.named:6} "
                f"{tally.alternatives + tally.solutions:6} {tally.verdicts:9} {tally.seconds:6.1f}",
                flush=True,
            )
    for fault in total.faults:
        print(fault)
    print(
        f"{total.verdicts} verdicts over {arguments.seeds} seeds in "
        f"{time.perf_counter() - began:.0f} s; the labs' own solutions: "
        f"{total.solved} of {total.solutions} accepted"
    )
    if arguments.right:
        print(f"alternatives: {total.accepted} of {total.alternatives} accepted")
        return int(total.accepted != total.alternatives or total.solved != total.solutions)
    print(total.closing_line)
    return int(not total.proved)


if __name__ == "__main__":
    sys.exit(main())
