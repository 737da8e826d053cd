"""The door: arguments are checked here, once, and a wrong one is answered in one sentence.

Each sentence says which argument it is about, what came and what was expected.
"""

from collections.abc import Callable
from numbers import Integral, Real
from typing import Any

import numpy as np


class NotFiniteError(ArithmeticError):
    """Something that was computed is NaN or infinite: training has diverged."""


def on_gpu(value: Any) -> bool:
    """Whether ``value`` is an array in the memory of a GPU, real or simulated."""
    return hasattr(value, "copy_to_host")


def describe(value: Any) -> str:
    """Say briefly what ``value`` is: an array by shape and dtype, anything else by type."""
    if isinstance(value, np.ndarray) or on_gpu(value):
        where = "" if isinstance(value, np.ndarray) else " on a GPU"
        return f"an array{where} of shape {value.shape} and dtype {value.dtype}"
    text = repr(value)
    return f"{text if len(text) <= 40 else text[:37] + '...'} ({type(value).__name__})"


def number(name: str, value: Any, *, above: float | None = None, least: float | None = None,
           below: float | None = None, most: float | None = None) -> float:  # fmt: skip
    """Return ``value`` as a float after checking that it is finite and within its bounds."""
    bounds = [("above", above), ("at least", least), ("below", below), ("at most", most)]
    expected = " and ".join(f"{word} {bound:g}" for word, bound in bounds if bound is not None)
    expected = f"a finite number {expected}".strip()
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Real):
        raise TypeError(f"{name} is {describe(value)}: expected {expected}")
    value = float(value)
    inside = (
        np.isfinite(value)
        and (above is None or value > above)
        and (least is None or value >= least)
        and (below is None or value < below)
        and (most is None or value <= most)
    )
    if not inside:
        raise ValueError(f"{name} is {value:g}: expected {expected}")
    return value


def count(name: str, value: Any, *, least: int = 1) -> int:
    """Return ``value`` as an int after checking that it is a whole number of at least ``least``."""
    if isinstance(value, (bool, np.bool_)) or not isinstance(value, Integral):
        raise TypeError(f"{name} is {describe(value)}: expected a whole number of at least {least}")
    if value < least:
        raise ValueError(f"{name} is {value}: expected a whole number of at least {least}")
    return int(value)


def flag(name: str, value: Any) -> bool:
    """Return ``value`` as a bool after checking that it is one."""
    if not isinstance(value, (bool, np.bool_)):
        raise TypeError(f"{name} is {describe(value)}: expected True or False")
    return bool(value)


def pair(name: str, value: Any, *, least: int = 1) -> tuple[int, int]:
    """Return (down, across) from one whole number for both or from two."""
    if isinstance(value, (tuple, list)):
        if len(value) != 2:
            raise ValueError(f"{name} is {describe(value)}: expected one whole number or two")
        return count(f"{name}[0]", value[0], least=least), count(
            f"{name}[1]", value[1], least=least
        )
    both = count(name, value, least=least)
    return both, both


def floating_dtype(dtype: Any) -> np.dtype:
    """Return float32 or float64 as a NumPy dtype; nothing else is computed with."""
    try:
        found = None if dtype is None else np.dtype(dtype)
    except TypeError:
        found = None
    # None must be asked for first: NumPy holds that None == np.dtype(np.float64)
    if found is None or found not in (np.float32, np.float64):
        raise ValueError(f"dtype is {describe(dtype)}: expected float32 or float64")
    return found


def real_array(name: str, value: Any, dtype: np.dtype) -> np.ndarray:
    """Return ``value`` as a C-contiguous array of ``dtype``, copying only where it must.

    Whole numbers serve as real ones, but not the other way round. Read-only memory is copied too:
    to Numba it is another type, for which every kernel would be compiled once more. An array on a
    GPU is of the right type or refused.
    """
    if type(value) is np.ndarray and value.dtype == dtype and value.flags.carray:
        return value
    if on_gpu(value):
        if value.dtype != dtype:
            raise TypeError(f"{name} is {describe(value)}: expected {dtype} there")
        return value
    try:
        array = np.asarray(value)
    except ValueError:
        raise ValueError(f"{name} has rows of unequal length: expected an array") from None
    if array.dtype.kind not in "fiub":
        raise TypeError(f"{name} is {describe(value)}: expected an array of real numbers")
    if dtype.kind == "i" and array.dtype.kind not in "iu":
        raise TypeError(f"{name} is {describe(value)}: expected an array of whole numbers")
    return np.require(array, dtype, ["C", "W"])


def batch(name: str, value: Any, shape: tuple[int, ...], dtype: np.dtype) -> np.ndarray:
    """Return ``value`` as a batch: (n, *shape), at least one example, of ``dtype``."""
    array = real_array(name, value, dtype)
    if array.shape[1:] != shape or array.ndim != len(shape) + 1:
        expected = ", ".join(["n", *map(str, shape)]) + ("," if not shape else "")
        raise ValueError(f"{name} has shape {array.shape}: expected ({expected})")
    if len(array) == 0:
        raise ValueError(f"{name} holds no examples: expected at least one")
    return array


def finite(name: str, array: np.ndarray) -> np.ndarray:
    """Return ``array`` after checking that it holds neither NaN nor infinity."""
    bad = ~np.isfinite(array)
    if bad.any():
        first = tuple(int(i) for i in np.argwhere(bad)[0])
        where = ", ".join(map(str, first))
        raise ValueError(
            f"{name} holds {int(bad.sum())} values that are not finite, the first is "
            f"{name}[{where}] = {array[first]}: expected finite numbers"
        )
    return array


def outputs(name: str, value: Any) -> np.ndarray:
    """Return a model's outputs (n, …), C-contiguous, after checking that they are floats."""
    if not (isinstance(value, np.ndarray) or on_gpu(value)) or value.dtype.char not in "fd":
        raise TypeError(f"{name} is {describe(value)}: expected an array of float32 or float64")
    if value.size == 0 or value.ndim == 0:
        raise ValueError(f"{name} has shape {value.shape}: expected (n, …), at least one example")
    if on_gpu(value) or value.flags.carray:
        return value
    return np.require(value, None, ["C", "W"])


def sample_weights(
    name: str, value: Any, shape: tuple[int, ...], dtype: np.dtype
) -> tuple[np.ndarray, float]:
    """Return weights with their sum, after checking that none is negative and not all are 0.

    One weight goes with one example, or with one place of it (a step of a sequence): the weights'
    shape is where ``shape`` begins.
    """
    if on_gpu(value):
        raise TypeError(f"{name} is {describe(value)}: expected an array of NumPy's")
    array = real_array(name, value, dtype)
    if array.ndim == 0 or array.shape != shape[: array.ndim]:
        options = " or ".join(
            f"({', '.join(map(str, shape[:i]))}{',' if i == 1 else ''})"
            for i in range(1, len(shape) + 1)
        )
        raise ValueError(f"{name} has shape {array.shape}: expected {options}")
    mass = float(array.sum(dtype=np.float64))
    smallest = float(array.min())
    if not (smallest >= 0 and 0 < mass < np.inf):
        raise ValueError(
            f"{name} has smallest value {smallest:g} and sum {mass:g}: expected finite weights of "
            "at least 0, not all of them 0"
        )
    return array, mass


def labels(
    name: str, value: Any, shape: int | tuple[int, ...], classes: int | None = None
) -> np.ndarray:
    """Return ``value`` as int64 labels, each within 0 … classes - 1 where that is given.

    ``shape`` is theirs, or the number of rows for one label a row. What lies on a GPU was looked
    at, number by number, before it was copied there.
    """
    shape = (shape,) if isinstance(shape, int) else shape
    array = value if on_gpu(value) else np.asarray(value)
    if array.dtype.kind not in "iu":
        raise TypeError(
            f"{name} is {describe(value)}: expected whole-number labels of shape {shape}"
        )
    if array.shape != shape:
        one = "one label a row" if len(shape) == 1 else "one label each"
        raise ValueError(f"{name} has shape {array.shape}: expected {shape}, {one}")
    if on_gpu(array):
        return real_array(name, array, np.dtype(np.int64))
    if classes is not None:
        outside = (array < 0) | (array >= classes)
        if outside.any():
            first = np.argwhere(outside)[0].tolist()
            where = ", ".join(map(str, first))
            raise ValueError(
                f"{name}[{where}] is {array[tuple(first)]}: expected labels from 0 to {classes - 1}"
            )
    return np.require(array, np.int64, ["C", "W"])


def generator(name: str, value: Any) -> np.random.Generator:
    """Return a NumPy Generator: ``value`` itself, or one made from a whole number as its seed."""
    if isinstance(value, np.random.Generator):
        return value
    if isinstance(value, Integral) and not isinstance(value, bool) and int(value) >= 0:
        return np.random.default_rng(int(value))
    raise TypeError(
        f"{name} is {describe(value)}: expected a numpy.random.Generator or a seed "
        "(a whole number of at least 0)"
    )


def initializer(name: str, value: Any) -> Callable:
    """Return ``value`` after checking that it can be called, to fill an array from a generator."""
    if not callable(value):
        raise TypeError(
            f"{name} is {describe(value)}: expected a function such as "
            "dlcourse.initializers.he_normal"
        )
    return value
