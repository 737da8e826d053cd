"""Examples with their targets, and the batches that training takes from them."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import numpy as np

from dlcourse import validation
from dlcourse.devices import Device, device_of
from dlcourse.kernels import kernels_for


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
    for part, array in zip(("x", "y"), value, strict=True):
        if validation.on_gpu(array):
            raise TypeError(
                f"{name}.{part} is {validation.describe(array)}: expected an array of NumPy's, "
                "which goes where it is needed by itself"
            )
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


def _all_rows(rows: int) -> slice:
    return slice(0, rows)


def batches(
    data: Dataset,
    batch_size: int,
    rng: np.random.Generator | None = None,
    share: Callable[[int], slice] = _all_rows,
) -> Iterator[Dataset]:
    """Yield the examples of ``data`` in batches, each example once; the last batch may be short.

    With a generator the order is a new permutation, and each batch is copied into one buffer that
    the next batch overwrites; without one the batches are views, in the order of the data. Of data
    on a GPU the batches are there, and it is the order that is copied to it.

    ``share`` says which of a batch's rows are wanted, given how many it has: one process among
    several that share each batch takes some of them.
    """
    n = len(data.x)
    if rng is None:
        for start in range(0, n, batch_size):
            stop = min(start + batch_size, n)
            own = share(stop - start)
            yield Dataset(data.x[start:stop][own], data.y[start:stop][own])
        return
    device = device_of(data.x)
    order = device.put(rng.permutation(n))
    size = min(batch_size, n)
    take_x, take_y = (_taker(array, size, device) for array in data)
    for start in range(0, n, size):
        chosen = order[start : start + size]
        chosen = chosen[share(len(chosen))]
        yield Dataset(take_x(chosen), take_y(chosen))


def _taker(array: np.ndarray, size: int, device: Device) -> Callable[[np.ndarray], np.ndarray]:
    """Return a function that copies up to ``size`` rows into a buffer, which it returns."""
    buffer = device.empty((size, *array.shape[1:]), array.dtype)
    rows = array.reshape(len(array), -1)
    kernels = kernels_for(array)

    def take(chosen: np.ndarray) -> np.ndarray:
        taken = buffer if len(chosen) == size else buffer[: len(chosen)]
        kernels.gather_rows(rows, chosen, taken.reshape(len(chosen), -1))
        return taken

    return take
