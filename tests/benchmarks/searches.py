"""``python -m tests.benchmarks.searches``: which search finds good settings soonest?

First ``--table``: a small network on a thousand images of Fashion-MNIST, trained with every
combination of four settings and a few seeds, into ``results/search_table.json``. From then on a
trial is a look into that table, so every strategy of ``dlcourse.tuning`` can search it a hundred
times; its regret after each trial goes into ``results/searches.json``.
"""

import argparse
import json
import math
from itertools import product
from typing import Any

import numpy as np

from dlcourse.data import load_fashion_mnist
from dlcourse.layers import Dense, Flatten, ReLU
from dlcourse.losses import SoftmaxCrossEntropy
from dlcourse.model import Sequential
from dlcourse.optimizers import SGD
from dlcourse.regularizers import L2
from dlcourse.training import TrainingDiverged, evaluate, fit
from dlcourse.tuning import Space, Trial, Whole, search
from tests.benchmarks.results import RESULTS

TABLE, SEARCHES = RESULTS / "search_table.json", RESULTS / "searches.json"
STRATEGIES = ("grid", "random", "tpe", "gp", "cma-es")
#: What a training that diverges counts, in natural logarithms of the loss: guessing is log log 10.
DIVERGED = math.log(10.0)
#: Trials of a search: the points of a grid of three levels a setting, two of the last.
BUDGET = 54

AXES: dict[str, list[float]] = {
    "learning_rate": [float(f"{v:.3g}") for v in np.geomspace(1e-3, 3.0, 14)],
    "penalty": [float(f"{v:.3g}") for v in np.geomspace(1e-5, 1e-1, 6)],
    "units": [4, 8, 16, 32, 64],
    "batch_size": [8, 16, 32, 64],
}


def main(argv: list[str] | None = None) -> int:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--table", action="store_true", help="train the table anew as well")
    parser.add_argument("--repeats", type=int, default=3, help="trainings of each setting (3)")
    parser.add_argument("--searches", type=int, default=100, help="searches a strategy (100)")
    arguments = parser.parse_args(argv)
    if arguments.table:
        table = {"axes": AXES, "log_loss": train_table(arguments.repeats).round(3).tolist()}
        TABLE.write_text(json.dumps(table) + "\n", encoding="utf-8")
    rows = [compete(name, read_table(), arguments.searches) for name in STRATEGIES]
    for row in rows:
        print(
            f"{row['strategy']}: {row['mean'][15]:.3f} after 16, {row['mean'][-1]:.3f} at the end"
        )
    lines = ",\n".join(map(json.dumps, rows))
    SEARCHES.write_text(f"[\n{lines}\n]\n", encoding="utf-8")
    return 0


def train_table(repeats: int) -> np.ndarray:
    """Return log validation losses, (*the axes' lengths, repeats)."""
    clothes = load_fashion_mnist()
    few = clothes.train.x[:600], clothes.train.y[:600]
    judged = clothes.validation.x[:1000], clothes.validation.y[:1000]
    lengths = [len(values) for values in AXES.values()]
    table = np.empty((*lengths, repeats))
    for place in product(*map(range, lengths)):
        values = [axis[i] for axis, i in zip(AXES.values(), place, strict=True)]
        for seed in range(repeats):
            table[(*place, seed)] = train(*values, seed, few, judged)
    return table


def train(
    rate: float, penalty: float, units: float, size: float, seed: int, few: tuple, judged: tuple
) -> float:
    """Return the log validation loss of one training, at most that of one that diverged."""
    model = Sequential(
        Flatten(), Dense(int(units)), ReLU(), Dense(10), input_shape=(28, 28, 1), rng=seed
    )
    loss, optimizer = SoftmaxCrossEntropy(), SGD(model.parameters, rate, momentum=0.9)
    try:
        fit(
            model, loss, optimizer, few, epochs=3, batch_size=int(size), rng=seed,
            penalty=L2(penalty), progress=False,
        )  # fmt: skip
        return min(math.log(evaluate(model, loss, judged)["loss"]), DIVERGED)
    except TrainingDiverged:
        return DIVERGED


def read_table() -> np.ndarray:
    """Return the log losses that are stored, (*the axes' lengths, repeats)."""
    return np.array(json.loads(TABLE.read_text(encoding="utf-8"))["log_loss"])


def space() -> Space:
    """Return the table's places as a space: each setting is a number of a row, evenly spaced."""
    whole = {name: Whole(0, len(values) - 1) for name, values in AXES.items()}
    return Space(
        optimization={name: whole[name] for name in ("learning_rate", "batch_size")},
        architecture={"units": whole["units"]},
        regularization={"penalty": whole["penalty"]},
    )


def compete(strategy: str, table: np.ndarray, searches: int) -> dict[str, Any]:
    """Return the mean regret after each trial of so many searches, and its standard error.

    A trial sees the loss of one training, by the seed that it draws. It is judged by what the
    search would hand over: the regret of its best setting is that setting's mean over all seeds
    less the least such mean of the table.
    """
    means = table.mean(axis=-1)
    curves = [_regret(strategy, table, means - means.min(), seed) for seed in range(searches)]
    mean = np.mean(curves, axis=0)
    error = np.std(curves, axis=0, ddof=1) / math.sqrt(searches)
    return {
        "strategy": strategy,
        "searches": searches,
        "mean": mean.round(4).tolist(),
        "error": error.round(4).tolist(),
    }


def _regret(strategy: str, table: np.ndarray, regret: np.ndarray, seed: int) -> np.ndarray:
    places: list[tuple[int, ...]] = []
    seen: list[float] = []

    def look(trial: Trial) -> float:
        place = tuple(trial[name] for name in AXES)
        places.append(place)
        seen.append(float(table[(*place, trial.seed % table.shape[-1])]))
        return seen[-1]

    if strategy == "grid":
        _grid(look, np.random.default_rng(seed))
    else:
        search(
            look, space(), trials=BUDGET, strategy=strategy, seed=seed, storage=":memory:",
            progress=False,
        )  # fmt: skip
    best = [int(np.argmin(seen[: n + 1])) for n in range(BUDGET)]
    return np.array([regret[places[i]] for i in best])


def _grid(look: Any, rng: np.random.Generator) -> None:
    """Try a grid of 3·3·3·2 points, moved at random.

    Where a grid's points lie is luck, so each search moves it within its strips; and it is gone
    through in random order, since in the order of its axes it would try one rate for a long time.
    """
    levels = {"learning_rate": 3, "penalty": 3, "units": 3, "batch_size": 2}
    chosen = []
    for name, values in AXES.items():
        width = len(values) / levels[name]
        offset = rng.random() * width
        chosen.append([int(offset + k * width) for k in range(levels[name])])
    points = list(product(*chosen))
    for number in rng.permutation(len(points)):
        settings = dict(zip(AXES, points[number], strict=True))
        look(Trial(settings, int(number), int(rng.integers(2**31))))


if __name__ == "__main__":
    raise SystemExit(main())
