"""Sampling: which examples to take, as indices into the data.

Change the balance of classes after splitting, and of the training part only: copies of one
example on both sides of a split let a model be tested on what it has seen.
"""

from typing import Any

import numpy as np

from dlcourse import validation
from dlcourse.data.dataset import Dataset
from dlcourse.data.preprocessing.cleaning import table


def _classes(y: Any) -> tuple[np.ndarray, np.ndarray, np.ndarray]:
    array = np.asarray(y)
    if array.size == 0:
        raise ValueError("y holds no labels: expected at least one")
    array = validation.labels("y", array, array.size)
    classes, counts = np.unique(array, return_counts=True)
    return array, classes, counts


def _size(name: str, size: int, n: int) -> int:
    size = validation.count(name, size)
    if size > n:
        raise ValueError(f"{name} is {size}: expected at most {n}, the number of examples")
    return size


def random_sample(n: int, size: int, rng: np.random.Generator | int) -> np.ndarray:
    """Return ``size`` different indices out of n, each set of them equally likely."""
    n = validation.count("n", n)
    return validation.generator("rng", rng).choice(n, _size("size", size, n), replace=False)


def bootstrap(n: int, rng: np.random.Generator | int) -> np.ndarray:
    """Return n indices out of n, drawn with replacement (Efron 1979).

    About 63.2 % of the examples occur, 1 - 1/e; the others can serve to test on.
    """
    return validation.generator("rng", rng).integers(validation.count("n", n), size=n)


def stratified_sample(y: Any, size: int, rng: np.random.Generator | int) -> np.ndarray:
    """Return ``size`` different indices with the classes in the proportions of ``y``.

    Each class gets the whole part of its share; what is left goes to the largest remainders.
    """
    array, classes, counts = _classes(y)
    size = _size("size", size, len(array))
    rng = validation.generator("rng", rng)
    share = counts * size / len(array)
    take = share.astype(int)
    largest = np.argsort(take - share, kind="stable")  # the most negative first
    take[largest[: size - take.sum()]] += 1
    chosen = [
        rng.choice(np.flatnonzero(array == label), count, replace=False)
        for label, count in zip(classes, take, strict=True)
    ]
    return rng.permutation(np.concatenate(chosen))


def oversample(y: Any, rng: np.random.Generator | int) -> np.ndarray:
    """Return indices in which each class is as frequent as the largest.

    Every example occurs once; random ones of the smaller classes occur again.
    """
    array, classes, counts = _classes(y)
    rng = validation.generator("rng", rng)
    copies = [
        rng.choice(np.flatnonzero(array == label), counts.max() - count)
        for label, count in zip(classes, counts, strict=True)
    ]
    return rng.permutation(np.concatenate([np.arange(len(array)), *copies]))


def undersample(y: Any, rng: np.random.Generator | int) -> np.ndarray:
    """Return different indices in which each class is as frequent as the smallest."""
    array, classes, counts = _classes(y)
    rng = validation.generator("rng", rng)
    chosen = [
        rng.choice(np.flatnonzero(array == label), counts.min(), replace=False) for label in classes
    ]
    return rng.permutation(np.concatenate(chosen))


def thinned(y: Any, label: int, share: float, rng: np.random.Generator | int) -> np.ndarray:
    """Return sorted indices of all examples but those of one class, of which a share is kept.

    So imbalance is made where there is none; at least one example of the class stays.
    """
    array, classes, _ = _classes(y)
    if label not in classes:
        raise ValueError(f"label is {label}: expected one of {', '.join(map(str, classes))}")
    share = validation.number("share", share, above=0, most=1)
    own = np.flatnonzero(array == label)
    kept = validation.generator("rng", rng).choice(own, max(1, round(share * len(own))), False)
    return np.sort(np.concatenate([np.flatnonzero(array != label), kept]))


def smote(x: Any, y: Any, rng: np.random.Generator | int, neighbours: int = 5) -> Dataset:
    """Return the data and synthetic examples, each class as frequent as the largest.

    A synthetic example lies at a random place on the line from a random example of its class to
    a random one of that one's nearest neighbours of the same class: x + u (x' - x), with u from 0
    to 1 (Chawla, Bowyer, Hall and Kegelmeyer 2002). The original examples come first.
    """
    features = table("x", x)
    array, classes, counts = _classes(y)
    array = validation.labels("y", array, len(features))
    neighbours = validation.count("neighbours", neighbours)
    rng = validation.generator("rng", rng)
    made_x, made_y = [features], [array]
    for label, count in zip(classes, counts, strict=True):
        missing = counts.max() - count
        if missing == 0:
            continue
        if count <= neighbours:
            raise ValueError(
                f"neighbours is {neighbours}, and class {label} has {count} examples: expected "
                "more examples than neighbours"
            )
        own = features[array == label]
        squares = np.square(own).sum(axis=1)
        distance = squares[:, None] + squares - 2 * own @ own.T
        np.fill_diagonal(distance, np.inf)  # nobody is their own neighbour
        nearest = np.argsort(distance, axis=1, kind="stable")[:, :neighbours]
        start = rng.integers(count, size=missing)
        end = nearest[start, rng.integers(neighbours, size=missing)]
        way = rng.random((missing, 1))
        made_x.append(own[start] + way * (own[end] - own[start]))
        made_y.append(np.full(missing, label, np.int64))
    return Dataset(np.concatenate(made_x), np.concatenate(made_y))
