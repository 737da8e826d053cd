"""``python -m tests.benchmarks``: a table of microseconds for one training step.

The contestants take turns, round after round, so that what else the machine does meets them all;
the table shows the median of the rounds. A contestant whose package is missing is left out.
"""

import argparse
import sys
from collections.abc import Iterable
from importlib.util import find_spec
from statistics import median
from time import perf_counter

from tests.benchmarks.contestants import CONTESTANTS, Step
from tests.benchmarks.workloads import WORKLOADS, Mlp


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__.splitlines()[2])
    parser.add_argument("--rounds", type=int, default=50, help="how many turns each one gets")
    arguments = parser.parse_args(argv)
    names = [name for name in CONTESTANTS if find_spec(name)]
    for name in CONTESTANTS.keys() - set(names):
        print(f"{name} is not installed and is left out.")
    print("Microseconds for one training step, median of the rounds:")
    print(f"{'':<34}" + "".join(f"{name:>12}" for name in names))
    for workload in WORKLOADS:
        times = measure(workload, names, arguments.rounds)
        row = "".join(f"{times[name]:>12,.0f}" for name in names)
        print(f"{workload.name:<34}{row}", flush=True)
    return 0


def measure(workload: Mlp, names: Iterable[str], rounds: int) -> dict[str, float]:
    """Return the median time of one step in microseconds, for each contestant."""
    steps: dict[str, Step] = {name: CONTESTANTS[name](workload) for name in names}
    repeats = {}
    for name, step in steps.items():
        # What is compiled at first use is compiled here; then as many steps as fill a millisecond.
        for _ in range(3):
            step()
        start = perf_counter()
        step()
        repeats[name] = max(1, int(1e-3 / (perf_counter() - start)))
    times: dict[str, list[float]] = {name: [] for name in names}
    for _ in range(rounds):
        for name, step in steps.items():
            start = perf_counter()
            for _ in range(repeats[name]):
                step()
            times[name].append((perf_counter() - start) / repeats[name])
    return {name: 1e6 * median(each) for name, each in times.items()}


if __name__ == "__main__":
    sys.exit(main())
