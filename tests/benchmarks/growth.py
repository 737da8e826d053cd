"""``python -m tests.benchmarks.growth``: how a training step grows with each size.

Time and memory of the library against the batch, width and depth of an MLP, the length of a
sequence and the side of an image, with one thread and with as many as there are cores; everything
else is held fixed. Writes ``results/growth.json``; ``dlcourse.figures.growth`` draws it and says
why what grows faster than its axis does so.
"""

import argparse
import json
import math
import os
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import numpy as np

from tests.benchmarks.machine import cores, machine
from tests.benchmarks.measure import measure
from tests.benchmarks.networks import LSTM, Dense, Network, cnn, mlp
from tests.benchmarks.results import RESULTS
from tests.benchmarks.workloads import Training

#: For each axis the network at a value of it, and the values.
AXES: dict[str, tuple[Callable[[int], Network], tuple[int, ...]]] = {
    "batch": (lambda n: mlp(256, 256, 10, batch=n), (32, 128, 512, 2048)),
    "width": (lambda n: mlp(n, n, n, 10, batch=128), (128, 256, 512, 1024)),
    "depth": (lambda n: mlp(256, *[256] * n, 10, batch=128), (2, 4, 8, 16)),
    "sequence length": (
        lambda n: Network("LSTM", (n, 16), (LSTM(64), Dense(10)), 32), (16, 32, 64, 128),
    ),
    "image side": (lambda n: cnn("CNN", (n, n, 1), 16, 32, batch=32), (8, 16, 32, 64)),
}  # fmt: skip
#: Each pool of threads reads its own, when it is made.
SETTINGS = ("NUMBA_NUM_THREADS", "OPENBLAS_NUM_THREADS", "OMP_NUM_THREADS", "MKL_NUM_THREADS")


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("only", nargs="*", help="axes: " + ", ".join(AXES))
    parser.add_argument("--seconds", type=float, default=0.5, help="for each point (0.5)")
    parser.add_argument("--results", type=Path, default=RESULTS / "growth.json")
    arguments = parser.parse_args(argv)
    unknown = set(arguments.only) - set(AXES)
    if unknown:
        print(f"no axis is called {', '.join(unknown)}: expected some of {', '.join(AXES)}")
        return 2
    kept = []
    if arguments.only and arguments.results.exists():
        kept = [row for row in json.loads(arguments.results.read_text())
                if row["axis"] not in arguments.only]  # fmt: skip
    rows = kept + grown(arguments.only or list(AXES), arguments.seconds)
    rows.sort(key=lambda row: list(AXES).index(row["axis"]))
    arguments.results.write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n")
    for axis in arguments.only or AXES:
        for threads in sorted({1, cores()}):
            mine = [row for row in rows if row["axis"] == axis and row["threads"] == threads]
            print(f"{axis}, {threads} threads: time grows with power {exponent(mine, 'us'):.2f}")
    return 0


def grown(axes: list[str], seconds: float) -> list[dict[str, Any]]:
    """Return a row for each axis, value and number of threads."""
    rows = []
    for axis in axes:
        network_at, values = AXES[axis]
        for threads in sorted({1, cores()}):
            for value in values:
                with only(threads):
                    timings, failures = measure(Training(network_at(value)), ["dlcourse"], seconds)
                if failures:
                    raise RuntimeError(f"{axis} {value}: {failures['dlcourse']}")
                timing = timings["dlcourse"]
                row = {
                    "axis": axis, "value": value, "threads": threads,
                    "us": float(f"{1e6 * timing.seconds:.4g}"), "memory_bytes": timing.memory,
                    "machine": machine(),
                }  # fmt: skip
                rows.append(row)
                print(f"{axis:<16} {value:5}  {threads} threads {row['us']:12,.0f} µs", flush=True)
    return rows


@contextmanager
def only(threads: int) -> Iterator[None]:
    """Let processes that start meanwhile use so many threads."""
    before = {name: os.environ.get(name) for name in SETTINGS}
    os.environ.update(dict.fromkeys(SETTINGS, str(threads)))
    try:
        yield
    finally:
        for name, value in before.items():
            if value is None:
                del os.environ[name]
            else:
                os.environ[name] = value


def exponent(rows: list[dict[str, Any]], what: str) -> float:
    """Return p of "what ∝ value**p", a straight line through the logarithms, by least squares.

    Through the three largest values: below them fixed costs hide the growth.
    """
    points = [(math.log(row["value"]), math.log(max(row[what], 1))) for row in rows][-3:]
    return float(np.polyfit(*zip(*points, strict=True), 1)[0])


if __name__ == "__main__":
    sys.exit(main())
