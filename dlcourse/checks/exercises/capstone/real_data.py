"""Real data that ships with scikit-learn, drawn anew for every seed."""

from __future__ import annotations

from functools import cache

import numpy as np

from dlcourse.checks.exercise import Case


@cache
def load(name: str) -> tuple[np.ndarray, np.ndarray]:
    """
    Give rows and labels of "digits" (1,797 scans of 8 by 8 pixels) or "wine" (178 analyses).

    Digits: Alpaydin and Kaynak, UCI Machine Learning Repository, 1998. Wine: Aeberhard and Forina,
    the same, 1992.

    Raises
    ------
    ModuleNotFoundError
        scikit-learn, which brings the data along, is not installed.
    """
    try:
        from sklearn import datasets
    except ModuleNotFoundError as error:
        raise ModuleNotFoundError(
            "This check draws from data that come with scikit-learn, which is not installed: "
            'install the course with pip install -e ".[course]".',
            name="sklearn",
        ) from error
    loader = {"digits": datasets.load_digits, "wine": datasets.load_wine}[name]
    x, y = loader(return_X_y=True)
    return np.asarray(x, dtype=np.float64), np.asarray(y, dtype=np.int64)


def nearest_mean(x: np.ndarray, y: np.ndarray, x_test: np.ndarray, classes: int) -> np.ndarray:
    """
    Predict the class whose mean is nearest, in standardized columns: the baseline.

    It is what a page of NumPy without any training can do.
    """
    mean, spread = x.mean(axis=0), x.std(axis=0)
    spread = np.where(spread == 0, 1.0, spread)
    standard, asked = (x - mean) / spread, (x_test - mean) / spread
    centres = np.array([standard[y == k].mean(axis=0) for k in range(classes)])
    distances = ((asked[:, np.newaxis] - centres) ** 2).sum(axis=2)
    return distances.argmin(axis=1)


def drawn(
    rng: np.random.Generator,
    name: str,
    about: str,
    train: int,
    test: int,
    width: int,
    part: str = "",
    in_order: bool = False,
) -> Case:
    """
    Draw a training part, and a test part whose labels stay hidden.

    The classes get new numbers, so that nobody knows one by heart. The budget holds a network with
    one hidden layer of ``width`` units, and a few parameters more; where rows lie in order, as many
    more as do not suffice for another unit.
    """
    x, y = load(name)
    classes = int(y.max()) + 1
    y = rng.permutation(classes)[y]
    order = rng.permutation(len(x))
    learnt, asked = order[:train], order[train : train + test]
    if in_order:
        learnt = learnt[np.argsort(y[learnt], kind="stable")]
    each = x.shape[1] + 1 + classes
    spare = each - 1 if in_order else int(rng.integers(0, each))
    most = each * width + classes + spare
    arguments = {
        "x_train": x[learnt],
        "y_train": y[learnt],
        "x_test": x[asked],
        "classes": classes,
        "most_parameters": most,
        "seed": int(rng.integers(1, 10_000)),
    }
    baseline = nearest_mean(x[learnt], y[learnt], x[asked], classes)
    hidden = {
        "y_test": y[asked],
        "baseline": float(np.mean(baseline == y[asked])),
        "most_frequent": float(np.mean(np.bincount(y[learnt]).argmax() == y[asked])),
    }
    facts = {"classes": classes, "most": most, "n": train, "m": test, "inputs": x.shape[1]}
    return Case(arguments, about, part, facts=facts, hidden=hidden)
