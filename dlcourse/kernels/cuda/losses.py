"""Losses over classes: a warp a row; each returns its mean as a float, for which the host waits."""

import math

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import blocks_for, empty_like, kernel
from dlcourse.kernels.cuda.reductions import total, warp_max, warp_sum

real = np.float32
ZERO = real(0)

#: Rows of a block: each is worked on by the 32 threads of a warp.
ROWS = 4
LANES = 32


@kernel("f4[:, ::1], i8[::1], f4[:, ::1], f4[::1], f4", "softmax_cross_entropy")
def _softmax_cross_entropy(y, labels, dy, losses, scale):
    lane = cuda.threadIdx.x
    n = cuda.blockIdx.x * ROWS + cuda.threadIdx.y
    if n >= y.shape[0]:  # a whole warp has no row
        return
    classes = y.shape[1]
    largest = y[n, 0]
    for c in range(lane, classes, LANES):
        largest = y[n, c] if y[n, c] > largest else largest
    largest = warp_max(largest)
    exponentials = ZERO
    for c in range(lane, classes, LANES):
        exponential = formulas.exp(y[n, c] - largest)
        dy[n, c] = exponential
        exponentials += exponential
    exponentials = warp_sum(exponentials)
    factor = scale / exponentials
    label = labels[n]
    for c in range(lane, classes, LANES):
        dy[n, c] = dy[n, c] * factor - (scale if c == label else ZERO)
    if lane == 0:
        losses[n] = math.log(exponentials) - (y[n, label] - largest)


def softmax_cross_entropy(y, labels, dy):
    """Return the mean of -log softmax(y)[label]; write dy = (softmax(y) - onehot) / n.

    The largest logit of a row is subtracted first, so that no exponential overflows.
    """
    rows = y.shape[0]
    losses = empty_like(y, rows, np.float32)
    scale = real(1 / rows)
    _softmax_cross_entropy[blocks_for(rows, ROWS), (LANES, ROWS)](y, labels, dy, losses, scale)
    return total(losses) / rows


@kernel("f4[:, ::1], f4[:, ::1]", "softmax_forward")
def _softmax_forward(x, y):
    lane = cuda.threadIdx.x
    n = cuda.blockIdx.x * ROWS + cuda.threadIdx.y
    if n >= x.shape[0]:
        return
    largest = x[n, 0]
    for c in range(lane, x.shape[1], LANES):
        largest = x[n, c] if x[n, c] > largest else largest
    largest = warp_max(largest)
    exponentials = ZERO
    for c in range(lane, x.shape[1], LANES):
        exponential = formulas.exp(x[n, c] - largest)
        y[n, c] = exponential
        exponentials += exponential
    factor = real(1) / warp_sum(exponentials)
    for c in range(lane, x.shape[1], LANES):
        y[n, c] *= factor


def softmax_forward(x, y):
    """Write y = exp(x - largest) / Σ exp(x - largest), row by row."""
    _softmax_forward[blocks_for(x.shape[0], ROWS), (LANES, ROWS)](x, y)


@kernel("f4[:, ::1], f4[:, ::1], f4[:, ::1]", "softmax_backward")
def _softmax_backward(y, dy, dx):
    lane = cuda.threadIdx.x
    n = cuda.blockIdx.x * ROWS + cuda.threadIdx.y
    if n >= y.shape[0]:
        return
    mean = ZERO
    for c in range(lane, y.shape[1], LANES):
        mean += y[n, c] * dy[n, c]
    mean = warp_sum(mean)
    for c in range(lane, y.shape[1], LANES):
        dx[n, c] = y[n, c] * (dy[n, c] - mean)


def softmax_backward(y, dy, dx):
    """Write dx = y (dy - Σ y dy), row by row: the Jacobian diag(y) - y yᵀ times dy."""
    _softmax_backward[blocks_for(y.shape[0], ROWS), (LANES, ROWS)](y, dy, dx)


@kernel("f4[:, ::1], i8[::1], f4[::1]", "count_correct")
def _count_correct(y, labels, correct):
    n = cuda.grid(1)
    if n < y.shape[0]:
        best = 0
        for c in range(1, y.shape[1]):
            if y[n, c] > y[n, best]:
                best = c
        correct[n] = real(1) if best == labels[n] else ZERO


def count_correct(y, labels):
    """Return how many rows of y have their (first) largest value at the label."""
    rows = y.shape[0]
    correct = empty_like(y, rows, np.float32)
    _count_correct[blocks_for(rows, 128), 128](y, labels, correct)
    return int(total(correct))  # exact up to 2²⁴ rows
