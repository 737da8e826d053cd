"""``make bench``: the library beside its peers, workload by workload.

Prints a table and writes ``results/cpu.json``. A peer that is missing is reported and left out.
"""

import argparse
import sys
from importlib.metadata import version
from pathlib import Path

import numpy as np

from tests.benchmarks import results
from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.machine import cores, machine
from tests.benchmarks.measure import Timing, measure
from tests.benchmarks.networks import Dropout
from tests.benchmarks.workloads import WORKLOADS, Prediction, Training, Workload


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(prog="make bench", description=__doc__)
    parser.add_argument("only", nargs="*", help="words: workloads whose name has one of them")
    parser.add_argument("--seconds", type=float, default=10, help="for each workload (10)")
    parser.add_argument("--without", nargs="*", default=[], help="contestants to leave out")
    parser.add_argument("--list", action="store_true", help="name the workloads and end")
    parser.add_argument("--report", action="store_true", help="measure nothing, show what was")
    parser.add_argument("--keep", action="store_true", help="leave the file of results as it is")
    parser.add_argument("--results", type=Path, default=results.CPU, help="another file")
    arguments = parser.parse_args(argv)

    chosen = [w for w in WORKLOADS if not arguments.only or _has_one_of(arguments.only, w.name)]
    if not chosen:
        print(f"no workload has {' or '.join(arguments.only)} in its name; --list names them all")
        return 2
    if arguments.list:
        print("\n".join(workload.name for workload in chosen))
        return 0
    names = []
    for name, contestant in CONTESTANTS.items():
        if name in arguments.without:
            continue
        if contestant.missing:
            print(f"{name} is left out: {contestant.missing}.")
        else:
            names.append(name)
    print(results.head(), flush=True)
    rows = []
    if arguments.report:
        wanted = {workload.name for workload in chosen}
        rows = [row for row in results.read(arguments.results) if row["workload"] in wanted]
        for row in rows:
            print(results.line(row))
    else:
        for workload in chosen:
            rows.append(_one_row(workload, names, arguments.seconds))
            if not arguments.keep:
                results.merge(rows[-1:], arguments.results)
    print()
    print("\n".join(results.verdicts(rows)))
    if unsteady := results.noisy(rows):
        print("unsteady, to be measured again on a quiet machine: " + "; ".join(unsteady))
    return 0


def _one_row(workload: Workload, names: list[str], seconds: float) -> results.Row:
    """Measure a workload, print its line and return its row."""
    timings, failures = measure(workload, names, seconds)
    row: results.Row = {"workload": workload.name}
    for name in CONTESTANTS:
        timing = timings.get(name)
        if name != "skimage" or timing:
            row[f"{name}_us"] = None if timing is None else _rounded(1e6 * timing.seconds)
    row["threads"] = cores()
    row["quartiles_us"] = {
        name: [_rounded(1e6 * each) for each in timing.quartiles]
        for name, timing in timings.items()
    }
    row["memory_bytes"] = {
        name: timing.memory for name, timing in timings.items() if timing.memory is not None
    }
    if bytes_moved := getattr(workload, "bytes_moved", None):
        row["bytes_moved"] = bytes_moved
    row["machine"] = machine()
    row["versions"] = versions(timings)
    print(results.line(row), flush=True)
    for name, sentence in failures.items():
        print(f"    {name} failed: {sentence}")
    for name in disagreeing(workload, timings):
        print(f"    {name} did not compute the same as dlcourse")
    return row


def disagreeing(workload: Workload, timings: dict[str, Timing]) -> list[str]:
    """Return the names of those whose first result was not the library's, up to rounding."""
    if isinstance(workload, Training) and any(
        isinstance(layer, Dropout) and layer.rate for layer in workload.network.layers
    ):
        return []  # everyone drops other units
    ours = timings["dlcourse"].result
    return [
        name
        for name, timing in timings.items()
        # The floor computes nothing, and scikit-learn hands out probabilities, not logits.
        if name not in ("dlcourse", "floor")
        and not (name == "sklearn" and isinstance(workload, Prediction))
        and not np.allclose(timing.result, ours, rtol=1e-3, atol=1e-4)
    ]


def versions(timings: dict[str, Timing]) -> dict[str, str]:
    """Return the version of each package that took part."""
    packages = {"numpy": "numpy", "numba": "numba", "pytorch": "torch", "jax": "jax",
                "sklearn": "scikit-learn", "skimage": "scikit-image"}  # fmt: skip
    return {
        package: version(package)
        for name, package in packages.items()
        if name in timings or name in ("numpy", "numba")
    }


def _has_one_of(words: list[str], name: str) -> bool:
    return any(word in name for word in words)


def _rounded(microseconds: float) -> float:
    """Return four significant digits: the fifth is noise."""
    return float(f"{microseconds:.4g}")


if __name__ == "__main__":
    sys.exit(main())
