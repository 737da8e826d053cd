"""``python -m tests.benchmarks.parallel``: one rank against two, each with one core.

Starts ``mpiexec -n 2``, binds a rank to each core, and lets them take turns within the one run: a
rank alone with the whole batch while the other one sleeps, then both with half of it each. So
whatever else the machine does meets both. Writes ``results/parallel.json``:

- "step": seconds of a step of the large MLP by one rank and, in each way of summing, by two;
  "apart" are two that do not communicate at all, which is what the machine's memory leaves of
  twice one rank's speed;
- "batch": seconds of a lone rank's forward and backward pass against the rows of its batch;
- "allreduce": seconds of an Allreduce against its bytes;
- "memory": what the optimizer's state takes in each rank, whole and in shards.

``dlcourse.parallel.Costs`` is fitted to these; chapter 17 shows them.
"""

import argparse
import json
import os
import sys
import time
from collections.abc import Callable, Sequence
from functools import partial
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import numpy as np

from dlcourse.layers import Dense, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam
from dlcourse.parallel import Ranks, launch
from dlcourse.team import ALONE
from dlcourse.training.step import Recipe
from tests.benchmarks.machine import machine
from tests.benchmarks.results import RESULTS

WIDTHS = (784, 2048, 2048, 10)
BATCH = 512
#: Options of ``Ranks`` for each way to sum gradients.
WAYS: dict[str, dict[str, Any]] = {
    "one sum": {},
    "buckets": {"bucket_bytes": 4 * 2**20},
    "shards": {"shard_optimizer": True},
}
BATCHES = (32, 64, 128, 256, 512)
#: Bytes of an Allreduce.
SIZES = tuple(4 * 4**k for k in range(2, 12))
#: Steps of a turn, after one that is not timed.
STEPS = 2
RECIPE = Recipe(BATCH, 1, None, None, None, None, None, None)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=25, help="of taking turns (25)")
    parser.add_argument("--results", type=Path, default=RESULTS / "parallel.json")
    parser.add_argument("--rank", action="store_true", help=argparse.SUPPRESS)
    parser.add_argument("--widths", type=int, nargs="+", default=WIDTHS, metavar="UNITS",
                        help="the network's units, from its inputs to its outputs")  # fmt: skip
    arguments = parser.parse_args(argv)
    if arguments.rank:
        return rank_main(arguments.seconds, arguments.results, arguments.widths)
    program = ("-m", "tests.benchmarks.parallel", "--rank")
    done = launch(
        2, *program, "--seconds", str(arguments.seconds), "--results", str(arguments.results),
        "--widths", *map(str, arguments.widths),
        timeout=60 + 4 * arguments.seconds, environment={"NUMBA_NUM_THREADS": "1"},
    )  # fmt: skip
    print(done.stdout, end="")
    print(done.stderr, end="", file=sys.stderr)
    return done.returncode


def rank_main(seconds: float, results: Path, widths: Sequence[int]) -> int:
    """Do one rank's part of the measurements; the first writes the results."""
    team = Ranks()
    bind(team)
    began, busy = perf_counter(), processor_seconds()
    make = partial(Worker, widths)
    rows = [*allreduces(team), *batches(team, make), *memory(team, make),
            *steps(team, make, seconds)]  # fmt: skip
    own = team.sum(np.array(time.process_time()))
    # What is not ours of what the processors did. Near nothing, or the numbers are of no use.
    others = 1 - float(own) / (processor_seconds() - busy)
    if team.leads:
        about = {
            "what": "about", "machine": machine_of(team), "others_share": round(others, 3),
            "seconds": round(perf_counter() - began, 1),
        }  # fmt: skip
        lines = ",\n".join(map(json.dumps, [about, *rows]))
        results.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
        report(rows, about)
    return 0


def bind(team: Ranks) -> None:
    """Give each rank a core of its own, where there are as many and MPI has not."""
    if hasattr(os, "sched_setaffinity"):
        free = sorted(set().union(*everyones(os.sched_getaffinity(0))))
        if len(free) >= team.size:
            os.sched_setaffinity(0, {free[team.rank]})


def machine_of(team: Ranks) -> str:
    """Return the processor's name and how many cores were used."""
    return f"{machine().rpartition(',')[0]}, {team.size} ranks of one core"


def processor_seconds() -> float:
    """Return for how many seconds all processors together have worked, for whomever."""
    with open("/proc/stat") as file:
        ticks = [int(word) for word in file.readline().split()[1:9]]
    idle = ticks[3] + ticks[4]
    return (sum(ticks) - idle) / os.sysconf("SC_CLK_TCK")


class Worker:
    """The large MLP, its optimizer, and steps of one team's member."""

    def __init__(self, widths: Sequence[int], team: Any, rows: int) -> None:
        rng = np.random.default_rng(0)
        first, *hidden = widths
        layers: list[Any] = []
        for units in hidden[:-1]:
            layers += [Dense(units), ReLU()]
        self.model = Sequential(*layers, Dense(hidden[-1]), input_shape=(first,), rng=0)
        self.loss, self.team = SoftmaxCrossEntropy(), team
        self.optimizer = Adam(self.model.parameters, 1e-4)
        team.begin(self.model, self.optimizer, rng)
        x = rng.normal(size=(rows, first)).astype(np.float32)
        own = team.share(rows)
        self.x, self.y = x[own], rng.integers(hidden[-1], size=rows)[own]

    def pass_through(self, rows: int | None = None) -> None:
        """Forward, loss, backward."""
        self.loss.forward(self.model.forward(self.x[:rows]), self.y[:rows])
        self.model.backward(self.team.weigh(self.loss.backward()), ready=self.team.ready)

    def step(self) -> None:
        self.pass_through()
        RECIPE.step(self.optimizer, self.team)


def alone(team: Ranks, rank: int, work: Callable[[], Any]) -> Any:
    """Let one rank work while the others sleep; return to all what it returns."""
    result = work() if team.rank == rank else None
    arrived = world().Ibarrier()
    while not arrived.Test():  # one that waits in MPI takes its core
        time.sleep(1e-3)
    return everyones(result)[rank]


def world() -> Any:
    """Return the communicator of all ranks."""
    from mpi4py import MPI

    return MPI.COMM_WORLD


def everyones(value: Any) -> list[Any]:
    """Return what each rank has."""
    return world().allgather(value)


def timed(work: Callable[[], Any], times: int = STEPS) -> float:
    """Return the seconds that ``work`` takes, once it has been done."""
    work()
    began = perf_counter()
    for _ in range(times):
        work()
    return (perf_counter() - began) / times


def allreduces(team: Ranks) -> list[dict[str, Any]]:
    rows = []
    for size in SIZES:
        array = np.zeros(size // 4, np.float32)
        turns = []
        for _ in range(15):
            world().Barrier()
            turns.append(timed(lambda array=array: team.sum(array), 3))
        rows.append({"what": "allreduce", "bytes": size, "ranks": team.size,
                     "seconds": rounded(median(turns))})  # fmt: skip
    return rows


def batches(team: Ranks, make: Callable[..., Worker]) -> list[dict[str, Any]]:
    worker = make(ALONE, BATCH)
    turns: dict[int, list[float]] = {rows: [] for rows in (*BATCHES, 0)}
    for number in range(9):
        for rows in turns:

            def work(rows: int = rows) -> None:
                if rows:
                    worker.pass_through(rows)
                else:
                    worker.optimizer.step()

            turns[rows].append(alone(team, number % team.size, lambda: timed(work)))
    found = [{"what": "batch", "rows": rows, "seconds": rounded(median(turns[rows]))}
             for rows in BATCHES]  # fmt: skip
    parameters = worker.model.parameters.values.size
    return [*found, {"what": "update", "parameters": parameters, "optimizer": "Adam",
                     "seconds": rounded(median(turns[0]))}]  # fmt: skip


def memory(team: Ranks, make: Callable[..., Worker]) -> list[dict[str, Any]]:
    rows = []
    for way in ("one sum", "shards"):
        worker = make(Ranks(**WAYS[way]), BATCH)
        kept = sum(array.nbytes for array in worker.optimizer.state.values())
        worker.team.end()
        rows.append({"what": "memory", "way": way, "ranks": team.size, "state_bytes": kept,
                     "parameter_bytes": worker.model.parameters.values.nbytes})  # fmt: skip
    return rows


def steps(team: Ranks, make: Callable[..., Worker], seconds: float) -> list[dict[str, Any]]:
    single, apart = make(ALONE, BATCH), make(ALONE, BATCH // team.size)
    workers = {way: make(Ranks(**options), BATCH) for way, options in WAYS.items()}
    turns: dict[str, list[float]] = {way: [] for way in ("alone", "apart", *WAYS)}
    shares: dict[str, list[float]] = {way: [] for way in WAYS}
    end, number = perf_counter() + seconds, 0
    while team.first(perf_counter() < end or number < 5):
        for way, worker in (("apart", apart), *workers.items()):
            turn = alone(team, number % team.size, lambda: timed(single.step))
            turns["alone"].append(turn)
            worker.step()
            before = getattr(worker.team, "communication", 0.0)
            world().Barrier()
            began = perf_counter()
            for _ in range(STEPS):
                worker.step()
            taken = perf_counter() - began
            # A step is done when all ranks are; the least that any of them spent in communication
            # is what messages took, the rest is waiting for the slower one.
            spent = min(everyones(getattr(worker.team, "communication", 0.0) - before))
            turns[way].append(max(everyones(taken)) / STEPS)
            if way in shares:
                shares[way].append(spent / taken)
            number += 1
    for worker in workers.values():
        worker.team.end()
    rows = [row("alone", 1, turns["alone"])]
    together = [way for way in turns if way != "alone"]
    for position, way in enumerate(together):
        # Each turn together is held against the turn alone just before it.
        single_turns = turns["alone"][position :: len(together)]
        gains = [one / both for one, both in zip(single_turns, turns[way], strict=True)]
        share = median(shares[way]) if way in shares else 0.0
        found = {"gain": rounded(median(gains)), "communication": rounded(share)}
        rows.append(row(way, team.size, turns[way]) | found)
    return rows


def row(way: str, ranks: int, turns: list[float]) -> dict[str, Any]:
    low, middle, high = quantiles(turns, n=4)
    return {"what": "step", "way": way, "ranks": ranks, "batch": BATCH,
            "seconds": rounded(middle), "quartiles": [rounded(low), rounded(high)],
            "turns": len(turns)}  # fmt: skip


def rounded(value: float) -> float:
    return float(f"{value:.4g}")


def report(rows: list[dict[str, Any]], about: dict[str, Any]) -> None:
    """Print what was found."""
    print(f"{about['machine']}, {about['others_share']:.1%} of the work was others'")
    for one in rows:
        if one["what"] == "step":
            low, high = one["quartiles"]
            print(f"{one['ranks']} rank(s), {one['way']:<9} {1e3 * one['seconds']:7.1f} ms a step "
                  f"({1e3 * low:.1f} to {1e3 * high:.1f}), {BATCH / one['seconds']:7,.0f} rows a "
                  "second" + (f", {one['gain']:.2f} × one rank's, {one['communication']:.1%} in "
                  "communication" if "gain" in one else ""))  # fmt: skip


if __name__ == "__main__":
    sys.exit(main())
