"""Dense layer: the three matrix products, the bias added where the first one stores its results."""

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import blocks_for, kernel
from dlcourse.kernels.cuda.products import (
    MATRICES,
    in_two_sizes,
    multiply,
    plain,
    store_plain,
    store_with_bias,
    transposed,
)

_forward = in_two_sizes(
    "product_with_bias", plain, plain, store_with_bias, MATRICES,
    a_along_depth=True, b_along_depth=False,
)  # fmt: skip
_for_weights = in_two_sizes(
    "product_transposed_plain", transposed, plain, store_plain, MATRICES,
    a_along_depth=False, b_along_depth=False,
)  # fmt: skip
_for_inputs = in_two_sizes(
    "product_plain_transposed", plain, transposed, store_plain, MATRICES,
    a_along_depth=True, b_along_depth=True,
)  # fmt: skip


def dense_forward(x, w, b, y):
    """Write y = x w + b: x (n, inputs), w (inputs, outputs), b (outputs,), y (n, outputs)."""
    multiply(_forward, x, w, b, y, (x.shape[0], x.shape[1], w.shape[1]))


def dense_backward(x, w, dy, dw, db, dx):
    """Write dw = xᵀ dy, db = Σₙ dy and, unless ``dx`` is None, dx = dy wᵀ."""
    rows, inputs, outputs = x.shape[0], x.shape[1], w.shape[1]
    multiply(_for_weights, x, dy, db, dw, (inputs, rows, outputs))
    sum_rows(dy, db)
    if dx is not None:
        multiply(_for_inputs, dy, w, db, dx, (rows, outputs, inputs))


#: A block sums 32 columns (neighbours in memory, fetched at once), eight rows at a time.
COLUMNS, ROWS = 32, 8


@kernel("f4[:, ::1], f4[::1]", "sum_rows")
def _sum_rows(dy, db):
    sums = cuda.shared.array((ROWS, COLUMNS), np.float32)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    o = cuda.blockIdx.x * COLUMNS + across
    total = np.float32(0)
    if o < dy.shape[1]:
        n = down
        while n < dy.shape[0]:
            total += dy[n, o]
            n += ROWS
    sums[down, across] = total
    cuda.syncthreads()
    if down == 0 and o < dy.shape[1]:
        for k in range(1, ROWS):
            total += sums[k, across]
        db[o] = total


def sum_rows(dy, db):
    """Write db = Σₙ dy[n]."""
    _sum_rows[blocks_for(dy.shape[1], COLUMNS), (COLUMNS, ROWS)](dy, db)


@kernel("f4[:, ::1], f4[::1]", "add_bias")
def _add_bias(y, b):
    i = cuda.grid(1)
    if i < y.size:
        n, o = i // y.shape[1], i % y.shape[1]
        y[n, o] += b[o]


def add_bias(y, b):
    """Add b to each row of y, in place."""
    _add_bias[blocks_for(y.size), 256](y, b)
