"""Pooling: the largest number, or the mean, of each window of an image.

Images are (n, height, width, channels). ``size``, ``stride`` and ``padding`` are pairs, (down,
across). In each kernel the place within the window is an outer loop and the channels are the
innermost one, so that a vector instruction serves many channels: twice as fast as window by
window.
"""

import numpy as np

from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.threads import shared


@shared(0, 1, 2, grain=40_000)
@kernel(
    "T[:, :, :, ::1], T[:, :, :, ::1], i4[:, :, :, ::1], "
    "UniTuple(i8, 2), UniTuple(i8, 2), UniTuple(i8, 2)"
)
def max_pool_forward(x, y, place, size, stride, padding):
    """Write each window's largest number to y, and to ``place`` where in the window it is.

    Places are counted row by row from 0. The first of equal numbers is taken; a NaN counts as
    larger than any number, as in PyTorch. Padding is never the largest.
    """
    for n in range(y.shape[0]):
        for i in range(y.shape[1]):
            top = i * stride[0] - padding[0]
            k_first = max(0, -top)
            for j in range(y.shape[2]):
                l_first = max(0, padding[1] - j * stride[1])
                for c in range(y.shape[3]):
                    y[n, i, j, c] = -np.inf
                    place[n, i, j, c] = k_first * size[1] + l_first
            for k in range(k_first, min(size[0], x.shape[1] - top)):
                for l in range(size[1]):  # noqa: E741
                    here = np.int32(k * size[1] + l)
                    for j in range(y.shape[2]):
                        column = j * stride[1] - padding[1] + l
                        if 0 <= column < x.shape[2]:
                            for c in range(y.shape[3]):
                                new, old = x[n, top + k, column, c], y[n, i, j, c]
                                larger = (new > old) | (new != new)
                                y[n, i, j, c] = new if larger else old
                                place[n, i, j, c] = here if larger else place[n, i, j, c]


@shared(0, 1, 2, grain=20_000)
@kernel(
    "T[:, :, :, ::1], i4[:, :, :, ::1], T[:, :, :, ::1], "
    "UniTuple(i8, 2), UniTuple(i8, 2), UniTuple(i8, 2)"
)
def max_pool_backward(dy, place, dx, size, stride, padding):
    """Write dx: each dy goes to the place that was the largest of its window, the rest get 0."""
    zero = dy.dtype.type(0)
    dx[:] = 0
    for n in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            top = i * stride[0] - padding[0]
            for k in range(max(0, -top), min(size[0], dx.shape[1] - top)):
                for l in range(size[1]):  # noqa: E741
                    here = np.int32(k * size[1] + l)
                    for j in range(dy.shape[2]):
                        column = j * stride[1] - padding[1] + l
                        if 0 <= column < dx.shape[2]:
                            for c in range(dy.shape[3]):
                                part = dy[n, i, j, c] if place[n, i, j, c] == here else zero
                                dx[n, top + k, column, c] += part


@shared(0, 1, grain=40_000)
@kernel(
    "T[:, :, :, ::1], T[:, :, :, ::1], UniTuple(i8, 2), UniTuple(i8, 2), UniTuple(i8, 2), boolean"
)
def average_pool_forward(x, y, size, stride, padding, count_padding):
    """Write each window's mean to y; padding counts as zeros, or does not count at all."""
    real = y.dtype.type
    y[:] = 0
    for n in range(y.shape[0]):
        for i in range(y.shape[1]):
            top = i * stride[0] - padding[0]
            k_first, k_end = max(0, -top), min(size[0], x.shape[1] - top)
            rows = size[0] if count_padding else k_end - k_first
            for k in range(k_first, k_end):
                for j in range(y.shape[2]):
                    left = j * stride[1] - padding[1]
                    l_first, l_end = max(0, -left), min(size[1], x.shape[2] - left)
                    columns = size[1] if count_padding else l_end - l_first
                    share = real(1 / (rows * columns))
                    for l in range(l_first, l_end):  # noqa: E741
                        for c in range(y.shape[3]):
                            y[n, i, j, c] += share * x[n, top + k, left + l, c]


@shared(0, 1, grain=20_000)
@kernel(
    "T[:, :, :, ::1], T[:, :, :, ::1], UniTuple(i8, 2), UniTuple(i8, 2), UniTuple(i8, 2), boolean"
)
def average_pool_backward(dy, dx, size, stride, padding, count_padding):
    """Write dx: each dy is shared out equally over its window."""
    real = dy.dtype.type
    dx[:] = 0
    for n in range(dy.shape[0]):
        for i in range(dy.shape[1]):
            top = i * stride[0] - padding[0]
            k_first, k_end = max(0, -top), min(size[0], dx.shape[1] - top)
            rows = size[0] if count_padding else k_end - k_first
            for k in range(k_first, k_end):
                for j in range(dy.shape[2]):
                    left = j * stride[1] - padding[1]
                    l_first, l_end = max(0, -left), min(size[1], dx.shape[2] - left)
                    columns = size[1] if count_padding else l_end - l_first
                    share = real(1 / (rows * columns))
                    for l in range(l_first, l_end):  # noqa: E741
                        for c in range(dy.shape[3]):
                            dx[n, top + k, left + l, c] += share * dy[n, i, j, c]
