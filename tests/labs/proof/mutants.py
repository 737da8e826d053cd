"""Judge every mutant of every solution: what survives is equivalent, or a check is missing.

``python -m tests.labs.proof.mutants`` ends with one line,
``mutants: K of N killed, E equivalent, S unexplained``, and a status of 1 unless S is 0. Survivors
that were looked at, and that are right answers after all, stand in ``equivalent.toml`` with the
reason. ``--write`` puts the table into the book.
"""

from __future__ import annotations

import argparse
import os
import re
import resource
import signal
import sys
import time
import tomllib
import warnings
from collections import Counter
from collections.abc import Mapping, Sequence
from concurrent.futures import ProcessPoolExecutor
from dataclasses import dataclass
from functools import cache
from multiprocessing import get_context
from pathlib import Path
from typing import Any

from dlcourse.checks import judge
from dlcourse.checks.exercises import LABS, load
from tests.labs.proof import banks
from tests.labs.proof.mutation import Mutant, mutants

SEEDS = 15
EQUIVALENT = Path(__file__).with_name("equivalent.toml")
PAGE = Path(__file__).parents[3] / "book" / "graders.md"
# A mutant may loop for ever or ask for all the memory there is: either one is no right answer.
# It may take so long, or so many times as long as the solution where that trains a network.
SECONDS = 3.0
TIMES = 4.0
BYTES = 6 << 30


class TooSlowError(Exception):
    """A mutant ran longer than any right answer."""


@dataclass(frozen=True)
class Survivor:
    """A mutant that got full marks on every seed."""

    exercise: str
    mutant: Mutant
    reason: str | None


@dataclass(frozen=True)
class Row:
    """What became of the mutants of one exercise."""

    lab: str
    exercise: str
    mutants: int
    killed: int
    equivalent: int
    seconds: float = 0.0
    unexplained: tuple[Survivor, ...] = ()


@cache
def equivalents() -> Mapping[str, Mapping[str, str]]:
    """Give the survivors that were looked at: by exercise, each change with its reason."""
    return tomllib.loads(EQUIVALENT.read_text(encoding="utf-8"))


def survives(lab: str, exercise: Any, mutant: Mutant, seeds: range) -> bool:
    """Say whether a mutant gets full marks on every seed."""
    namespace = dict(banks.solved(lab))
    with warnings.catch_warnings():
        # The checks of the labs judge values; what NumPy says about a mutant's is no verdict.
        warnings.simplefilter("ignore")
        try:
            exec(compile(mutant.source, f"<{exercise.name}>", "exec"), namespace)
        except Exception:
            return False
        return all(judge(exercise, namespace[exercise.name], seed).passed for seed in seeds)


def _stop(number: int, frame: object) -> None:
    raise TooSlowError("longer than any right answer")


def examine(lab: str, name: str, seeds: range) -> Row:
    """Judge all mutants of one exercise's solution."""
    resource.setrlimit(resource.RLIMIT_AS, (BYTES, resource.getrlimit(resource.RLIMIT_AS)[1]))
    signal.signal(signal.SIGALRM, _stop)
    exercise = next(one for one in load(lab) if one.name == name)
    known = equivalents().get(name, {})
    found = list(mutants(banks.answer_cells(lab)[name]))
    began = time.perf_counter()
    if not all(judge(exercise, banks.solved(lab)[name], seed).passed for seed in seeds):
        raise ValueError(f"the solution of {name} does not pass: there is nothing to change")
    longest = max(SECONDS, TIMES * (time.perf_counter() - began))
    survivors = []
    for mutant in found:
        # Again and again: the engine takes an exception for the learner's and goes on.
        signal.setitimer(signal.ITIMER_REAL, longest, longest)
        try:
            alive = survives(lab, exercise, mutant, seeds)
        except TooSlowError:
            alive = False
        finally:
            signal.setitimer(signal.ITIMER_REAL, 0)
        if alive:
            survivors.append(Survivor(name, mutant, known.get(mutant.change)))
    unexplained = tuple(one for one in survivors if one.reason is None)
    return Row(
        lab,
        name,
        len(found),
        len(found) - len(survivors),
        len(survivors) - len(unexplained),
        time.perf_counter() - began,
        unexplained,
    )


def table(rows: Sequence[Row]) -> str:
    """Write the table of the book: a row an exercise."""
    lines = ["| Lab | Exercise | Mutants | Caught | Equivalent |", "|---|---|--:|--:|--:|"]
    lines += [
        f"| {row.lab} | `{row.exercise}` | {row.mutants} | {row.killed} | {row.equivalent} |"
        for row in rows
    ]
    total = [sum(getattr(row, name) for row in rows) for name in ("mutants", "killed")]
    equal = sum(row.equivalent for row in rows)
    lines.append(f"| all | | {total[0]} | {total[1]} | {equal} |")
    return "\n".join(lines)


def write_table(rows: Sequence[Row], page: Path = PAGE) -> None:
    """Put the table between its marks on the book's page."""
    text = page.read_text(encoding="utf-8")
    begin, end = "<!-- the table of mutants -->", "<!-- end of the table -->"
    pattern = re.compile(f"{re.escape(begin)}.*?{re.escape(end)}", re.DOTALL)
    if not pattern.search(text):
        raise ValueError(f"{page} has no place for the table: {begin} … {end}")
    page.write_text(
        pattern.sub(lambda _: f"{begin}\n\n{table(rows)}\n\n{end}", text), encoding="utf-8"
    )


def main(words: Sequence[str] | None = None) -> int:
    """Examine the mutants of the named labs, or of all; return the exit status."""
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0])
    parser.add_argument("labs", nargs="*", metavar="LAB", help="the labs (default: all)")
    parser.add_argument("--seeds", type=int, default=SEEDS, help="seeds (default: %(default)s)")
    parser.add_argument("--workers", type=int, default=2, help="processes (default: %(default)s)")
    parser.add_argument("--write", action="store_true", help="put the table into the book")
    arguments = parser.parse_args(words)
    if unknown := set(arguments.labs) - set(LABS):
        parser.error(f"no lab {', '.join(sorted(unknown))}; there are {', '.join(LABS)}")
    if arguments.write and arguments.labs:
        parser.error("--write needs the table of all labs: name none")
    if arguments.seeds < 1 or arguments.workers < 1:
        parser.error("--seeds and --workers are expected to be 1 or more")
    # Compiling takes longer than judging, and changes no value. Speed is not asked for then.
    os.environ["NUMBA_DISABLE_JIT"] = "1"
    labs = [lab for lab in LABS if lab in (arguments.labs or LABS)]
    work = [(lab, exercise.name) for lab in labs for exercise in load(lab)]
    rows = []
    with ProcessPoolExecutor(arguments.workers, mp_context=get_context("spawn")) as pool:
        # The capstone trains networks, for minutes: begun last, it would keep one process alone.
        begun = sorted(work, key=lambda one: one[0] != "capstone")
        futures = {one: pool.submit(examine, *one, range(arguments.seeds)) for one in begun}
        for one in work:
            row = futures[one].result()
            rows.append(row)
            print(
                f"{row.exercise:34} {row.mutants:4} mutants, {row.killed:4} killed, "
                f"{row.equivalent:3} equivalent, {row.seconds:6.1f} s",
                flush=True,
            )
            for survivor in row.unexplained:
                mutant = survivor.mutant
                print(f"    line {mutant.line}, {mutant.kind}: {mutant.change}")
    if arguments.write:
        write_table(rows)
    counts = Counter()
    for row in rows:
        counts.update(n=row.mutants, k=row.killed, e=row.equivalent, s=len(row.unexplained))
    print(
        f"mutants: {counts['k']} of {counts['n']} killed, {counts['e']} equivalent, "
        f"{counts['s']} unexplained"
    )
    return int(counts["s"] > 0)


if __name__ == "__main__":
    sys.exit(main())
