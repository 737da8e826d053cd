"""``python -m tests.benchmarks``: a table of microseconds for one training step.

A contestant whose package is missing is left out.
"""

import argparse
import sys
from importlib.util import find_spec

from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.measure import measure
from tests.benchmarks.workloads import WORKLOADS


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="make bench", description="Time one training step of each workload."
    )
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


if __name__ == "__main__":
    sys.exit(main())
