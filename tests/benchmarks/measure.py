"""Time the contestants of a workload: each in a process of its own, taking turns.

In one process their pools of threads would fight over the cores (a waiting pool spins), and what
is timed would be the fight. Taking turns, whatever else the machine does meets them all. A turn
begins when the threads of the one before are asleep (OpenBLAS's spin for about 25 ms after a
product), and with work that is not timed, which wakes one's own.
"""

from __future__ import annotations

import math
import time
import warnings
from collections.abc import Callable, Iterable
from contextlib import ExitStack
from dataclasses import dataclass
from multiprocessing import get_context
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median, quantiles
from time import perf_counter
from typing import Any

import numpy as np

from tests.benchmarks import memory
from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.workloads import Workload

#: What is timed in a turn takes at least so long, so that reading the clock costs nothing.
TURN_SECONDS = 8e-3
#: And the work before it, which is not timed. A thread that has slept is often woken on the core of
#: its caller, and Linux takes some milliseconds to move it. (Step of 784-512-512-10 on two threads:
#: 4.7 ms after 2 ms of other steps, 2.6 ms after 30.)
WARM_SECONDS = 30e-3
#: Quartiles want some turns, however slow the workload is.
FEWEST_ROUNDS = 7
MOST_ROUNDS = 300
#: Compiling takes its time; who says nothing for longer than this hangs.
PATIENCE_SECONDS = 300


@dataclass(frozen=True)
class Timing:
    """What one contestant took for one workload.

    Attributes
    ----------
    seconds
        Median of the turns.
    quartiles
        A quarter of the turns were faster than the first, a quarter slower than the second.
    memory
        By how many bytes the process grew at its peak, or None where it was not measured.
    result
        The first numbers of its first result.
    """

    seconds: float
    quartiles: tuple[float, float]
    memory: int | None
    result: np.ndarray


def measure(
    workload: Workload, names: Iterable[str], seconds: float
) -> tuple[dict[str, Timing], dict[str, str]]:
    """Let the contestants take turns for about so many seconds.

    Returns
    -------
    dict, dict
        The timing of each that has such a thing, and of each that failed what it said.
    """
    timings: dict[str, Timing] = {}
    failures: dict[str, str] = {}
    with ExitStack() as stack:
        racers: dict[str, Racer] = {}
        # Getting ready is mostly compiling, and not timed: all at once.
        started = {name: stack.enter_context(Racer(name, _serve, name, workload)) for name in names}
        for name, racer in started.items():
            answer = racer.ready()
            if isinstance(answer, str):
                failures[name] = answer
            elif answer is not None:
                racers[name] = racer
        turns: dict[str, list[float]] = {name: [] for name in racers}
        for racer in racers.values():
            racer.turn()  # in which it finds out how many runs make a turn
        end = perf_counter() + seconds
        for number in range(MOST_ROUNDS):
            if number >= FEWEST_ROUNDS and perf_counter() > end:
                break
            for name, racer in racers.items():
                turns[name].append(racer.turn())
        for name, racer in racers.items():
            low, _, high = quantiles(turns[name], n=4)
            timings[name] = Timing(median(turns[name]), (low, high), *racer.said)
    return timings, failures


class Racer:
    """A process that works when it is its turn, and sleeps on a pipe else.

    ``serve(connection, *arguments)`` runs in the process: it sends what it has to say when it is
    ready, then receives True for each turn, and answers, until it receives False.
    """

    said: Any

    def __init__(self, name: str, serve: Callable[..., None], *arguments: Any) -> None:
        context = get_context("spawn")
        self._name = name
        self._ours, theirs = context.Pipe()
        self._process = context.Process(target=serve, args=(theirs, *arguments), daemon=True)

    def __enter__(self) -> Racer:
        self._process.start()
        return self

    def __exit__(self, *exception: object) -> None:
        if self._process.is_alive():
            self._ours.send(False)
            self._process.join(10)
            if self._process.is_alive():
                self._process.terminate()
                self._process.join()
        self._ours.close()

    def ready(self) -> Any:
        """Wait until everything is compiled; return what was said, None for "not mine"."""
        answer = self._receive()
        if isinstance(answer, tuple):
            self.said = answer
        self._wait_until_asleep()
        return answer

    def turn(self) -> Any:
        """Let it work; return its answer."""
        self.start_turn()
        return self.end_turn()

    def start_turn(self) -> None:
        """Let it work, and do not wait for it."""
        self._ours.send(True)

    def end_turn(self) -> Any:
        """Wait for its answer and return it."""
        answer = self._receive()
        self._wait_until_asleep()
        return answer

    def _receive(self) -> Any:
        patience = perf_counter() + PATIENCE_SECONDS
        while not self._ours.poll(0.1):
            if not self._process.is_alive():
                raise RuntimeError(f"{self._name} ended with status {self._process.exitcode}")
            if perf_counter() > patience:
                raise RuntimeError(f"{self._name} says nothing for {PATIENCE_SECONDS} seconds")
        return self._ours.recv()

    def _wait_until_asleep(self) -> None:
        """Return when no thread of the process runs; after 50 ms where that cannot be seen."""
        threads = Path(f"/proc/{self._process.pid}/task")
        if not threads.exists():
            time.sleep(0.05)
            return
        end = perf_counter() + 1.0
        while perf_counter() < end and any(map(_runs, threads.glob("*/stat"))):
            time.sleep(1e-3)


def _runs(stat: Path) -> bool:
    try:
        # The state follows the name, which stands in parentheses and may hold anything.
        return stat.read_text().rpartition(") ")[2].startswith("R")
    except (FileNotFoundError, ProcessLookupError):  # the thread has ended meanwhile
        return False


def _serve(connection: Connection, name: str, workload: Workload) -> None:
    """Prepare, say so, and do some runs each time one is asked to."""
    warnings.simplefilter("ignore")  # of the peers; the library is silent in the tests
    contestant = CONTESTANTS[name]
    try:
        if name in memory.MEASURED:
            run, grown, result = memory.prepare_and_measure(contestant, workload)
        else:
            run, grown = contestant.prepare(workload), None
            result = None if run is None else run()
        if run is None:
            connection.send(None)
            return
        result = np.array(result, np.float64).ravel()[:100]  # of this moment: it is overwritten
    except Exception as error:  # what a peer cannot do is to be reported, whatever it says
        connection.send(f"{type(error).__name__}: {str(error).strip().splitlines()[0]}")
        return
    connection.send((grown, result))
    warm = timed = 0
    while connection.recv():
        if not timed:
            warm, timed = _repeats(run, WARM_SECONDS), _repeats(run, TURN_SECONDS)
        for _ in range(warm):
            run()
        start = perf_counter()
        for _ in range(timed):
            run()
        connection.send((perf_counter() - start) / timed)


def _repeats(run: Any, seconds: float) -> int:
    """Return how many runs take so many seconds, once they are warm."""
    times = []
    for _ in range(3):
        start = perf_counter()
        run()
        times.append(perf_counter() - start)
    return max(1, math.ceil(seconds / min(times)))
