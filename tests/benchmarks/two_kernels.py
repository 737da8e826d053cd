"""``python -m tests.benchmarks.two_kernels``: two notebooks that train at the same time.

Two processes, as two kernels of JupyterLab are, share the cores. If each gets its half, a step
takes each about twice as long as one that is alone on two cores takes, or no longer at all if one
thread was enough for it. The trap that this looks for is two pools of threads that spin while
they wait: then each takes ten times as long or more. Prints the ratios and writes
``results/two_kernels.json``.
"""

import argparse
import json
import sys
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from statistics import median
from time import perf_counter

from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.machine import cores, machine
from tests.benchmarks.measure import Racer
from tests.benchmarks.networks import Network
from tests.benchmarks.results import RESULTS
from tests.benchmarks.workloads import NETWORKS, Training

#: A small dense network, a large one, convolutions, a recurrent one.
CHOSEN = tuple(NETWORKS[index] for index in (0, 2, 4, 8))


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--seconds", type=float, default=2, help="of training each time (2)")
    parser.add_argument("--contestant", default="dlcourse", choices=("dlcourse", "pytorch"))
    parser.add_argument("--results", type=Path, default=RESULTS / "two_kernels.json")
    arguments = parser.parse_args(argv)
    rows = []
    for network in CHOSEN:
        alone, together = slowdown(network, arguments.contestant, arguments.seconds)
        row = {
            "workload": Training(network).name,
            "contestant": arguments.contestant,
            "alone_us": float(f"{1e6 * alone:.4g}"),
            "together_us": float(f"{1e6 * together:.4g}"),
            "ratio": round(together / alone, 2),
            "threads": cores(),
            "machine": machine(),
        }
        rows.append(row)
        print(f"{row['workload']:<44} alone {row['alone_us']:10,.0f} µs, two at once "
              f"{row['together_us']:10,.0f} µs: {row['ratio']:.2f} ×", flush=True)  # fmt: skip
    arguments.results.write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")
    return 0


def slowdown(network: Network, name: str, seconds: float) -> tuple[float, float]:
    """Return the seconds of a step alone, and the slower of two processes' at the same time."""
    with ExitStack() as stack:
        pair = [stack.enter_context(Racer(name, _serve, name, network, seconds)) for _ in range(2)]
        for racer in pair:
            racer.ready()
        alone = min(racer.turn() for racer in pair)
        for racer in pair:
            racer.start_turn()
        return alone, max(racer.end_turn() for racer in pair)


def _serve(connection: Connection, name: str, network: Network, seconds: float) -> None:
    run = CONTESTANTS[name].prepare(Training(network))
    for _ in range(3):
        run()
    connection.send("ready")
    while connection.recv():
        times = []
        end = perf_counter() + seconds
        while len(times) < 3 or perf_counter() < end:
            start = perf_counter()
            run()
            times.append(perf_counter() - start)
        connection.send(median(times))


if __name__ == "__main__":
    sys.exit(main())
