"""``python -m tests.benchmarks.ladder``: Python, NumPy, Numba, all cores, the library.

Writes ``results/ladder.json``. The rungs themselves are ``dlcourse.ladder``.
"""

import json
import sys
from dataclasses import asdict

from dlcourse.ladder import LADDERS, climb
from tests.benchmarks.machine import cores, machine
from tests.benchmarks.results import RESULTS


def main() -> int:
    rows = []
    for kind in LADDERS:
        for step in climb(kind(), seconds=1):
            numbers = {
                name: value if isinstance(value, str) else float(f"{value:.4g}")
                for name, value in asdict(step).items()
            }
            rows.append(numbers | {"threads": cores(), "machine": machine()})
            print(f"{step.operation:<22} {step.rung:<18} {step.microseconds:10,.0f} µs "
                  f"{step.faster:8,.1f} ×", flush=True)  # fmt: skip
    RESULTS.mkdir(exist_ok=True)
    (RESULTS / "ladder.json").write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]" + "\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
