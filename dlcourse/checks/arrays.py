"""Exact copies of what goes into a learner's function and of what comes out of it."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np

NUMERIC_KINDS = "fiub"  # real floats, integers, unsigned integers, booleans


def plain_view(value: object) -> np.ndarray | None:
    """
    Look at ``value`` as an exact ``numpy.ndarray`` of real numbers, running no code of its class.

    A learner's object may lie about its class, its shape or its equality, so only the type that
    the interpreter knows and the slots of the base classes are asked. Nothing is copied yet: a view
    may claim more elements than memory holds, so the shape has to be checked before copying.

    Parameters
    ----------
    value
        Whatever a function returned.

    Returns
    -------
    numpy.ndarray or None
        None when ``value`` is neither an array nor a number, or holds anything but real numbers.
    """
    kind = type(value)
    if issubclass(kind, np.ndarray):
        view = np.ndarray.view(value, np.ndarray)  # type: ignore[arg-type, call-overload]
    elif issubclass(kind, np.generic):
        view = np.generic.__array__(value)  # type: ignore[attr-defined]
    elif kind in (bool, int, float):
        try:
            view = np.array(value)
        except OverflowError:  # a whole number of more than 64 bits
            return None
    else:
        return None
    return view if view.dtype.kind in NUMERIC_KINDS else None


def plain_copy(view: np.ndarray) -> np.ndarray:
    """Copy a view into memory that only the engine holds, keeping dtype and shape."""
    return np.array(view, dtype=view.dtype.newbyteorder("="), copy=True, order="C")


def duplicate(value: Any) -> Any:
    """
    Copy an argument, arrays with their memory layout and writability, containers all the way down.

    The layout matters: a check of a solution on a Fortran-ordered, strided or read-only array must
    hand exactly such an array to every call. Functions and immutable values are passed on as is.
    """
    if isinstance(value, np.ndarray):
        if value.flags.c_contiguous or value.flags.f_contiguous:
            copy = value.copy(order="K")
        else:
            pairs = zip(value.shape, value.strides, strict=True)
            span = sum((n - 1) * stride for n, stride in pairs) + value.itemsize
            buffer = np.zeros(span, dtype=np.uint8)
            copy = np.ndarray(value.shape, value.dtype, buffer=buffer, strides=value.strides)
            copy[...] = value
        copy.flags.writeable = value.flags.writeable
        return copy
    if isinstance(value, Mapping):
        return {key: duplicate(item) for key, item in value.items()}
    if isinstance(value, (list, tuple)):
        return type(value)(duplicate(item) for item in value)
    return value


def unchanged(before: Any, after: Any) -> bool:
    """Whether an argument still is, bit for bit, what it was (so that NaN equals NaN)."""
    if isinstance(before, np.ndarray):
        return (
            type(after) is np.ndarray
            and before.shape == after.shape
            and before.dtype == after.dtype
            and before.tobytes() == after.tobytes()
        )
    if isinstance(before, Mapping):
        return before.keys() == after.keys() and all(
            unchanged(item, after[key]) for key, item in before.items()
        )
    if isinstance(before, (list, tuple)):
        return len(before) == len(after) and all(map(unchanged, before, after))
    return callable(before) or (type(before) is type(after) and before == after)


def only_by_rounding(before: Any, after: Any) -> bool:
    """Whether an array has changed by no more than adding and subtracting a number does."""
    if not isinstance(before, np.ndarray) or before.dtype.kind != "f":
        return False
    if type(after) is not np.ndarray or before.shape != after.shape or not before.size:
        return False
    largest = float(np.max(np.abs(before)))
    return bool(np.max(np.abs(after - before)) <= 100 * np.finfo(before.dtype).eps * largest)


def strided(array: np.ndarray) -> np.ndarray:
    """Give the same values as every second element of a larger block of memory."""
    block = np.zeros([2 * n for n in array.shape], dtype=array.dtype)
    view = block[tuple(slice(None, None, 2) for _ in array.shape)]
    view[...] = array
    return view


def read_only(array: np.ndarray) -> np.ndarray:
    """Give the same values in memory that cannot be written to."""
    copy = array.copy(order="K")
    copy.flags.writeable = False
    return copy
