"""Examples with their targets, and the batches that training takes from them."""

from collections.abc import Iterator
from typing import NamedTuple

import numpy as np

from dlcourse import validation


class Dataset(NamedTuple):
    """Examples x (n, …) and their targets y (n, …)."""

    x: np.ndarray
    y: np.ndarray


class Split(NamedTuple):
    """One set of data in three parts that share no example."""

    train: Dataset
    validation: Dataset
    test: Dataset


def as_dataset(name: str, value: object) -> Dataset:
    """Return ``value``, a Dataset or a pair (x, y), as a Dataset of equally many x and y."""
    if not isinstance(value, tuple) or len(value) != 2:
        raise TypeError(f"{name} is {validation.describe(value)}: expected a pair (x, y) of arrays")
    x, y = (np.asarray(part) for part in value)
    for part, array in (("x", x), ("y", y)):
        if array.ndim == 0:
            raise ValueError(f"{name}.{part} is a single value: expected an array of examples")
    if len(x) != len(y):
        raise ValueError(
            f"{name} has {len(x)} examples x and {len(y)} targets y: expected as many of each"
        )
    if len(x) == 0:
        raise ValueError(f"{name} holds no examples: expected at least one")
    return Dataset(x, y)


def batches(
    data: Dataset, batch_size: int, rng: np.random.Generator | None = None
) -> Iterator[Dataset]:
    """Yield the examples of ``data`` in batches, each example once; the last batch may be short.

    With a generator the order is a new permutation, and each batch is copied into one buffer that
    the next batch overwrites; without one the batches are views, in the order of the data.
    """
    n = len(data.x)
    if rng is None:
        for start in range(0, n, batch_size):
            stop = start + batch_size
            yield Dataset(data.x[start:stop], data.y[start:stop])
        return
    order = rng.permutation(n)
    size = min(batch_size, n)
    x = np.empty((size, *data.x.shape[1:]), data.x.dtype)
    y = np.empty((size, *data.y.shape[1:]), data.y.dtype)
    for start in range(0, n, size):
        chosen = order[start : start + size]
        rows = len(chosen)
        # mode="clip" writes straight into the buffer; the default copies once more first
        np.take(data.x, chosen, axis=0, out=x[:rows], mode="clip")
        np.take(data.y, chosen, axis=0, out=y[:rows], mode="clip")
        yield Dataset(x[:rows], y[:rows])
