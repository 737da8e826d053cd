"""``python -m tests.benchmarks.cold_start``: how long a learner waits before anything happens.

Each is a process of its own, timed from its start to its end, so that starting Python counts too:
importing the library, and all of it that a first ``fit`` needs; that ``fit`` with an empty cache of
compiled kernels, then with the cache that it left; ``dlcourse warmup`` from an empty cache. Writes
``results/cold_start.json``.
"""

import json
import os
import subprocess
import sys
import tempfile
from collections.abc import Sequence
from dataclasses import dataclass
from statistics import median
from time import perf_counter

from tests.benchmarks.machine import cores, machine
from tests.benchmarks.results import RESULTS

IMPORT = "import dlcourse"
IMPORTS = """
import numpy as np
from dlcourse.layers import Dense, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import Adam
from dlcourse.training import fit
"""
#: The first thing that the course does with the library, on one epoch of its smallest data.
FIT = f"""{IMPORTS}
rng = np.random.default_rng(0)
x, y = rng.random((1797, 64), dtype=np.float32), rng.integers(10, size=1797)
model = Sequential(Dense(64), ReLU(), Dense(10), input_shape=(64,), rng=0)
fit(model, SoftmaxCrossEntropy(), Adam(model.parameters), (x, y), epochs=1, rng=0, progress=False)
"""
#: What the issue of speed asks for, in seconds.
TARGETS = {
    "import dlcourse": 0.6,
    "import what a fit needs": 0.6,
    "first fit": 10.0,
    "fit, kernels cached": 1.0,
    "warm-up": 60.0,
}


@dataclass(frozen=True)
class Wait:
    """How long a process took: by the clock, and of the processors' time."""

    seconds: float
    processor_seconds: float


def wait_for(arguments: Sequence[str], cache: str) -> Wait:
    """Run Python with these arguments and this folder of compiled kernels."""
    environment = os.environ | {"NUMBA_CACHE_DIR": cache}
    # Python keeps the bytecode of what it imports, unless it is told not to, as in some containers:
    # without it the imports of a fit take twice as long.
    environment.pop("PYTHONDONTWRITEBYTECODE", None)
    before, start = _children(), perf_counter()
    subprocess.run([sys.executable, *arguments], check=True, env=environment,
                   stdout=subprocess.DEVNULL)  # fmt: skip
    return Wait(perf_counter() - start, _children() - before)


def _children() -> float:
    """Return the processors' seconds of all processes that we started and that have ended."""
    times = os.times()
    return times.children_user + times.children_system


def main() -> int:
    waits: dict[str, list[Wait]] = {name: [] for name in TARGETS}
    with tempfile.TemporaryDirectory() as cache:
        waits["first fit"].append(wait_for(["-c", FIT], cache))
        for _ in range(7):
            waits["import dlcourse"].append(wait_for(["-c", IMPORT], cache))
            waits["import what a fit needs"].append(wait_for(["-c", IMPORTS], cache))
            waits["fit, kernels cached"].append(wait_for(["-c", FIT], cache))
    with tempfile.TemporaryDirectory() as cache:
        waits["warm-up"].append(wait_for(["-m", "dlcourse", "warmup"], cache))
    rows = [
        {
            "what": name,
            "seconds": round(median(wait.seconds for wait in each), 3),
            "processor_seconds": round(median(wait.processor_seconds for wait in each), 3),
            "target_seconds": TARGETS[name],
            "threads": cores(),
            "machine": machine(),
        }
        for name, each in waits.items()
    ]
    for row in rows:
        print(
            f"{row['what']:<24} {row['seconds']:6.2f} s, {row['processor_seconds']:6.2f} s of "
            f"the processors, target {row['target_seconds']} s"
        )
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "cold_start.json").write_text(
        "[\n" + ",\n".join(map(json.dumps, rows)) + "\n]" + "\n"
    )
    return 0


if __name__ == "__main__":
    sys.exit(main())
