"""``python -m tests.benchmarks.cuda`` times everything on this machine's GPU; writes cuda.json.

Without a GPU it says so and measures nothing: times of the simulator mean nothing.
"""

import argparse
import json
import sys
from collections.abc import Iterable
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

from dlcourse import devices
from tests.benchmarks.cuda import bandwidths, launches, products, steps
from tests.benchmarks.cuda.clock import Clock, facts
from tests.benchmarks.machine import machine
from tests.benchmarks.networks import Network
from tests.benchmarks.results import RESULTS


def measure(
    clock: Clock, sizes: Iterable[int], numbers: int, networks: Iterable[Network]
) -> dict[str, Any]:
    """Return all that is written: facts, products, kernels, steps, launches."""
    about = facts(clock)
    return {
        "date": datetime.now(UTC).date().isoformat(),
        "host": machine(),
        **about,
        "launches": launches.costs(clock),
        "products": products.rows(clock, sizes, about["peak_flops"]),
        "kernels": bandwidths.rows(clock, numbers, about["bytes_per_second"]),
        "steps": steps.rows(clock, networks),
    }


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(
        prog="python -m tests.benchmarks.cuda", description="Time the library on a GPU."
    )
    parser.add_argument("--output", type=Path, default=RESULTS / "cuda.json")
    arguments = parser.parse_args(argv)
    try:
        clock = Clock(devices.device("cuda"))
    except RuntimeError as error:
        print(f"Nothing was measured: {error}")
        return 1
    if clock.simulated:
        print(f"Nothing was measured: expected a GPU, not the simulator ({devices.SWITCH}).")
        return 1
    found = measure(clock, products.SIZES, bandwidths.NUMBERS, steps.EVERY)
    arguments.output.parent.mkdir(parents=True, exist_ok=True)
    arguments.output.write_text(json.dumps(found, indent=1, ensure_ascii=False) + "\n")
    print(f"{found['device']}: written to {arguments.output}")
    return 0


if __name__ == "__main__":
    sys.exit(main())
