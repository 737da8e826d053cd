"""Pooling: a thread an output, and backward a thread an input, which collects what it is owed.

Collecting needs no atomic additions, whose order changes from run to run. Images are
(n, height, width, channels); neighbouring threads work on neighbouring channels.
"""

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import THREADS, blocks_for, device, divided, kernel

real = np.float32
LEAST = real(-np.inf)
WINDOWS = "i8, i8, i8, i8, i8, i8"


@device
def position(number, shape):
    """Return (n, i, j, c) of a number of an image array by its place in memory."""
    pixel, c = divided(number, shape[3])
    line, j = divided(pixel, shape[2])
    n, i = divided(line, shape[1])
    # With a sign: what is left of an image's border counts below 0.
    return np.int64(n), np.int64(i), np.int64(j), np.int64(c)


@device
def first_window(place, padding, size, stride):
    """Return the first of the windows along an axis that reach this place."""
    beyond = place + padding - size + 1
    return np.int64(divided(beyond + stride - 1, stride)[0]) if beyond > 0 else 0


@device
def end_of_windows(place, padding, stride, windows):
    """Return one more than the last window along an axis that reaches this place."""
    return min(windows, np.int64(divided(place + padding, stride)[0]) + 1)


@device
def share_of(first, size, length, count_padding):
    """Return by how many numbers along an axis a window's sum is divided."""
    end = min(size, length - first)
    begin = max(0, -first)
    return size if count_padding else end - begin


@kernel(f"f4[:, :, :, ::1], f4[:, :, :, ::1], i4[:, :, :, ::1], {WINDOWS}", "max_pool_forward")
def _max_pool_forward(x, y, place, high, wide, down, across, above, beside):
    number = cuda.grid(1)
    if number >= y.size:
        return
    n, i, j, c = position(number, y.shape)
    top, left = i * down - above, j * across - beside
    largest = LEAST
    where = max(0, -top) * wide + max(0, -left)
    for k in range(max(0, -top), min(high, x.shape[1] - top)):
        for m in range(max(0, -left), min(wide, x.shape[2] - left)):
            new = x[n, top + k, left + m, c]
            if new > largest or new != new:
                largest, where = new, k * wide + m
    y[n, i, j, c] = largest
    place[n, i, j, c] = where


@kernel(f"f4[:, :, :, ::1], i4[:, :, :, ::1], f4[:, :, :, ::1], {WINDOWS}", "max_pool_backward")
def _max_pool_backward(dy, place, dx, high, wide, down, across, above, beside):
    number = cuda.grid(1)
    if number >= dx.size:
        return
    n, h, w, c = position(number, dx.shape)
    total = real(0)
    for i in range(first_window(h, above, high, down), end_of_windows(h, above, down, dy.shape[1])):
        for j in range(
            first_window(w, beside, wide, across), end_of_windows(w, beside, across, dy.shape[2])
        ):
            here = (h + above - i * down) * wide + w + beside - j * across
            if place[n, i, j, c] == here:
                total += dy[n, i, j, c]
    dx[n, h, w, c] = total


@kernel(f"f4[:, :, :, ::1], f4[:, :, :, ::1], {WINDOWS}, b1", "average_pool_forward")
def _average_pool_forward(x, y, high, wide, down, across, above, beside, count_padding):
    number = cuda.grid(1)
    if number >= y.size:
        return
    n, i, j, c = position(number, y.shape)
    top, left = i * down - above, j * across - beside
    rows = share_of(top, high, x.shape[1], count_padding)
    columns = share_of(left, wide, x.shape[2], count_padding)
    total = real(0)
    for k in range(max(0, -top), min(high, x.shape[1] - top)):
        for m in range(max(0, -left), min(wide, x.shape[2] - left)):
            total += x[n, top + k, left + m, c]
    y[n, i, j, c] = total / real(rows * columns)


@kernel(f"f4[:, :, :, ::1], f4[:, :, :, ::1], {WINDOWS}, b1", "average_pool_backward")
def _average_pool_backward(dy, dx, high, wide, down, across, above, beside, count_padding):
    number = cuda.grid(1)
    if number >= dx.size:
        return
    n, h, w, c = position(number, dx.shape)
    total = real(0)
    for i in range(first_window(h, above, high, down), end_of_windows(h, above, down, dy.shape[1])):
        rows = share_of(i * down - above, high, dx.shape[1], count_padding)
        for j in range(
            first_window(w, beside, wide, across), end_of_windows(w, beside, across, dy.shape[2])
        ):
            columns = share_of(j * across - beside, wide, dx.shape[2], count_padding)
            total += dy[n, i, j, c] / real(rows * columns)
    dx[n, h, w, c] = total


def max_pool_forward(x, y, place, size, stride, padding):
    """Write each window's largest number to y, and to ``place`` where in the window it is.

    Places are counted row by row from 0. The first of equal numbers is taken; a NaN counts as
    larger than any number. Padding is never the largest.
    """
    _max_pool_forward[blocks_for(y.size), THREADS](x, y, place, *size, *stride, *padding)


def max_pool_backward(dy, place, dx, size, stride, padding):
    """Write dx: each dy goes to the place that was the largest of its window, the rest get 0."""
    _max_pool_backward[blocks_for(dx.size), THREADS](dy, place, dx, *size, *stride, *padding)


def average_pool_forward(x, y, size, stride, padding, count_padding):
    """Write each window's mean to y; padding counts as zeros, or does not count at all."""
    windows = *size, *stride, *padding, bool(count_padding)
    _average_pool_forward[blocks_for(y.size), THREADS](x, y, *windows)


def average_pool_backward(dy, dx, size, stride, padding, count_padding):
    """Write dx: each dy is shared out equally over its window."""
    windows = *size, *stride, *padding, bool(count_padding)
    _average_pool_backward[blocks_for(dx.size), THREADS](dy, dx, *windows)
