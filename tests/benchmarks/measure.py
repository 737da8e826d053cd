"""Time the contestants of a workload: each in a process of its own, taking turns.

In one process their pools of threads would fight over the cores (a waiting pool spins), and what
is timed would be the fight. Taking turns, whatever else the machine does meets them all.
"""

from collections.abc import Iterable
from contextlib import ExitStack
from multiprocessing import get_context
from multiprocessing.connection import Connection
from statistics import median
from time import perf_counter

from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.workloads import Mlp

# A turn is at least this long, so that reading the clock costs nothing beside it.
TURN_SECONDS = 2e-3


def measure(workload: Mlp, names: Iterable[str], rounds: int) -> dict[str, float]:
    """Return the median time of one training step in microseconds, for each contestant."""
    times: dict[str, list[float]] = {name: [] for name in names}
    with ExitStack() as stack:
        turns = {name: stack.enter_context(_Contestant(name, workload)) for name in times}
        for _ in range(rounds):
            for name, contestant in turns.items():
                times[name].append(contestant.turn())
    return {name: 1e6 * median(each) for name, each in times.items()}


class _Contestant:
    """A process that does training steps when it is its turn."""

    def __init__(self, name: str, workload: Mlp) -> None:
        context = get_context("spawn")
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=_serve, args=(theirs, name, workload), daemon=True)

    def __enter__(self) -> "_Contestant":
        self._process.start()
        # The others begin when this one has compiled what it compiles.
        self.turn()
        return self

    def __exit__(self, *exception: object) -> None:
        self._ours.send(False)
        self._process.join()
        self._ours.close()

    def turn(self) -> float:
        """Let it do some steps; return the seconds of one."""
        self._ours.send(True)
        while not self._ours.poll(0.1):
            if not self._process.is_alive():
                raise RuntimeError(f"a contestant ended with status {self._process.exitcode}")
        return self._ours.recv()


def _serve(connection: Connection, name: str, workload: Mlp) -> None:
    step = CONTESTANTS[name](workload)
    for _ in range(3):
        step()
    start = perf_counter()
    step()
    repeats = max(1, int(TURN_SECONDS / (perf_counter() - start)))
    while connection.recv():
        start = perf_counter()
        for _ in range(repeats):
            step()
        connection.send((perf_counter() - start) / repeats)
