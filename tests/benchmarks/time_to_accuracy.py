"""``python -m tests.benchmarks.time_to_accuracy``: how long until a network knows its clothes.

The full Fashion-MNIST, 60,000 images, to 90 % of its 10,000 test images right: the same network,
first weights, batches in the same order and learning rate for the library and for PyTorch. They
take turns, an epoch each, in a process of their own. Prints the curve of both and writes
``results/time_to_accuracy.json``.
"""

import argparse
import json
import sys
from contextlib import ExitStack
from multiprocessing.connection import Connection
from pathlib import Path
from typing import Any

from tests.benchmarks.contestants import CONTESTANTS
from tests.benchmarks.machine import cores, machine
from tests.benchmarks.measure import Racer
from tests.benchmarks.networks import cnn
from tests.benchmarks.results import RESULTS
from tests.benchmarks.workloads import LearningClothes

NETWORK = cnn("CNN 28×28", (28, 28, 1), 16, 32, batch=64)


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--goal", type=float, default=0.9, help="the accuracy to reach (0.9)")
    parser.add_argument("--epochs", type=int, default=15, help="at most so many (15)")
    parser.add_argument("--images", type=int, help="train on so many only, of the small set")
    parser.add_argument(
        "--results", type=Path, default=RESULTS / "time_to_accuracy.json", help="another file"
    )
    arguments = parser.parse_args(argv)
    workload = LearningClothes(NETWORK, arguments.images)
    try:
        workload.data()
    except FileNotFoundError as error:
        print(error)
        return 1

    names = []
    for name in ("dlcourse", "pytorch"):
        missing = CONTESTANTS[name].missing
        if missing:
            print(f"{name} is left out: {missing}.")
        else:
            names.append(name)
    curves = race(workload, names, arguments.goal, arguments.epochs)
    rows = [
        {
            "contestant": name,
            "goal": arguments.goal,
            "seconds": reached(curve, arguments.goal),
            "curve": curve,
            "threads": cores(),
            "machine": machine(),
        }
        for name, curve in curves.items()
    ]
    for row in rows:
        took = "not reached" if row["seconds"] is None else f"after {row['seconds']:.1f} s"
        print(f"{row['contestant']}: {arguments.goal:.0%} {took}")
    arguments.results.parent.mkdir(exist_ok=True)
    lines = ",\n".join(map(json.dumps, rows))
    arguments.results.write_text(f"[\n{lines}\n]\n")
    return 0


def race(
    workload: LearningClothes, names: list[str], goal: float, epochs: int
) -> dict[str, list[dict[str, float]]]:
    """Let each train, an epoch a turn, until it reaches the goal; return their curves."""
    curves: dict[str, list[dict[str, float]]] = {name: [] for name in names}
    with ExitStack() as stack:
        racers = {name: stack.enter_context(Racer(name, _serve, name, workload)) for name in names}
        for racer in racers.values():
            racer.ready()
        for number in range(1, epochs + 1):
            for name, racer in racers.items():
                curve = curves[name]
                if reached(curve, goal) is not None:
                    continue
                seconds, loss, accuracy = racer.turn()
                total = seconds + (curve[-1]["seconds"] if curve else 0.0)
                curve.append(
                    {"epoch": number, "seconds": round(total, 3), "loss": round(loss, 5),
                     "accuracy": round(accuracy, 5)}
                )  # fmt: skip
                print(f"{name:<10} epoch {number:2} {total:7.1f} s  loss {loss:.4f}  "
                      f"accuracy {accuracy:.4f}", flush=True)  # fmt: skip
    return curves


def reached(curve: list[dict[str, float]], goal: float) -> float | None:
    """Return the seconds of training until the goal was reached, None where it was not."""
    return next((point["seconds"] for point in curve if point["accuracy"] >= goal), None)


def _serve(connection: Connection, name: str, workload: LearningClothes) -> None:
    """Train an epoch each time one is asked to, after one of a copy that compiles the kernels."""
    contestant = CONTESTANTS[name]
    contestant.prepare(LearningClothes(workload.network, images=workload.network.batch))()
    run: Any = contestant.prepare(workload)
    connection.send("ready")
    while connection.recv():
        connection.send(run())


if __name__ == "__main__":
    sys.exit(main())
