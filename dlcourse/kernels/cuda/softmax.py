"""Softmax over the rows of a matrix: a warp a row."""

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import blocks_for, device, kernel
from dlcourse.kernels.cuda.reductions import warp_max, warp_sum

real = np.float32
ZERO = real(0)

#: Rows of a block: each is worked on by the 32 threads of a warp.
ROWS = 4
LANES = 32


@device
def exponentials_of_row(y, n, lane, e):
    """Write e = exp(y - largest) of row n; return the largest and the sum of the exponentials."""
    largest = y[n, 0]
    for c in range(lane, y.shape[1], LANES):
        largest = y[n, c] if y[n, c] > largest else largest
    largest = warp_max(largest)
    exponentials = ZERO
    for c in range(lane, y.shape[1], LANES):
        exponential = formulas.exp(y[n, c] - largest)
        e[n, c] = exponential
        exponentials += exponential
    return largest, warp_sum(exponentials)


@kernel("f4[:, ::1], f4[:, ::1]", "softmax_forward")
def _softmax_forward(x, y):
    lane = cuda.threadIdx.x
    n = cuda.blockIdx.x * ROWS + cuda.threadIdx.y
    if n >= x.shape[0]:
        return
    _, exponentials = exponentials_of_row(x, n, lane, y)
    factor = real(1) / exponentials
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
