"""Memory of the device: new, kept for the next step, filled, copied, gathered from."""

import threading
from typing import Any

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import THREADS, blocks_for, divided, kernel
from dlcourse.kernels.cuda.simulated_memory import DeviceArray
from dlcourse.kernels.cuda.streams import current_stream


def empty_like(array: Any, shape: int | tuple[int, ...], dtype: Any) -> Any:
    """Return new memory on the device (or simulated device) that ``array`` is on."""
    if isinstance(array, DeviceArray):
        return DeviceArray(np.empty(shape, dtype))
    return cuda.device_array(shape, dtype)


def read(array: Any) -> np.ndarray:
    """Wait for what the current stream has to do, and return a copy in the host's memory."""
    stream = current_stream()
    if isinstance(array, DeviceArray) or not stream:
        return array.copy_to_host()
    host = array.copy_to_host(stream=stream)
    stream.synchronize()
    return host


class _Kept(threading.local):
    """Each thread's own memory by name: two threads' launches may lie between one another."""

    def __init__(self) -> None:
        self.arrays: dict[tuple, Any] = {}


_kept = _Kept()


def workspace(array: Any, name: str, shape: int | tuple[int, ...], dtype: Any = np.float32) -> Any:
    """Return room to work in, on the device of ``array``; its next user is the next of that name.

    New memory would make a step wait: to give it out, a driver lets the device finish first.
    Launches in one stream keep their order, so that each may leave there what the next one reads.
    A simulated device gives new memory each time, full of NaN (integers: the smallest), so that
    nobody counts on what was left there.
    """
    if isinstance(array, DeviceArray):
        dtype = np.dtype(dtype)
        poison = np.nan if dtype.kind == "f" else np.iinfo(dtype).min
        return DeviceArray(np.full(shape, poison, dtype))
    key = current_stream(), name, shape, np.dtype(dtype)
    if key not in _kept.arrays:
        _kept.arrays[key] = cuda.device_array(shape, dtype)
    return _kept.arrays[key]


@kernel("f4[::1], f4", "fill")
def _fill(values, value):
    i = cuda.grid(1)
    if i < values.size:
        values[i] = value


def fill(values, value):
    """Write one number everywhere; ``values`` is flat."""
    _fill[blocks_for(values.size), THREADS](values, np.float32(value))


@kernel("f4[::1], f4[::1]", "copy_values")
def _copy(source, target):
    i = cuda.grid(1)
    if i < target.size:
        target[i] = source[i]


def copy(source, target):
    """Write target = source, both flat and on the device."""
    _copy[blocks_for(target.size), THREADS](source, target)


@kernel("f4[::1], f4[::1], f4", "add_scaled")
def _add_scaled(total, values, factor):
    i = cuda.grid(1)
    if i < total.size:
        total[i] += factor * values[i]


def add_scaled(total, values, factor):
    """Update total ← total + factor · values: what gathers the gradients of several batches."""
    _add_scaled[blocks_for(total.size), THREADS](total, values, np.float32(factor))


@kernel("f4[:, ::1], i8[::1], f4[:, ::1]", "gather_rows")
def _gather_rows(x, indices, y):
    number = cuda.grid(1)
    if number < y.size:
        k, j = divided(number, y.shape[1])
        y[k, j] = x[indices[k], j]


@kernel("i8[:, ::1], i8[::1], i8[:, ::1]", "gather_labels")
def _gather_labels(x, indices, y):
    number = cuda.grid(1)
    if number < y.size:
        k, j = divided(number, y.shape[1])
        y[k, j] = x[indices[k], j]


def gather_rows(x, indices, y):
    """Write y[k] = x[indices[k]]: a batch out of a data set that lies on the device.

    x and y are matrices of float32 or of int64 (labels, words).
    """
    run = _gather_rows if x.dtype == np.float32 else _gather_labels
    run[blocks_for(y.size), THREADS](x, indices, y)
