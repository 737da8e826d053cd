"""The plain recurrent layer, h' = tanh(x w_x + h w_h + b), a launch a step: see steps.py.

All arrays are time-major; ``h`` (t + 1, n, units) begins with the initial state.
"""

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import kernel
from dlcourse.kernels.cuda.dense import multiply_inputs, sequence_gradients
from dlcourse.kernels.cuda.steps import (
    BLOCK,
    MATRIX,
    ROWS,
    SEQUENCE,
    ZERO,
    backward_products,
    blocks_of,
    forward_products,
    row_of_thread,
    unit_of_thread,
)

_products = forward_products(1)


@kernel(f"{SEQUENCE}, {MATRIX}, f4[::1], u1[:, ::1], {SEQUENCE}, i8", "rnn_step")
def _step(h, w_h, b, kept, sums, t):
    products = cuda.local.array((ROWS, 1), np.float32)
    _products(h, w_h, t, products)
    j = unit_of_thread()
    for i in range(ROWS):
        n = row_of_thread(i)
        if n < h.shape[1] and j < h.shape[2]:
            if kept[t, n]:
                h[t + 1, n, j] = formulas.tanh(sums[t, n, j] + products[i, 0] + b[j])
            else:
                h[t + 1, n, j] = h[t, n, j]


def rnn_forward(x, w_x, w_h, b, kept, sums, product, h):
    """Write h[1:] for the inputs x (t, n, d), from h[0].

    ``sums`` (t, n, units) receives x w_x, for all steps at once; ``product`` is not needed.
    """
    multiply_inputs(x, w_x, b, sums)
    grid = blocks_of(*h.shape[1:])
    for t in range(x.shape[0]):
        _step[grid, BLOCK](h, w_h, b, kept, sums, t)


@kernel(
    f"{SEQUENCE}, {MATRIX}, u1[:, ::1], {SEQUENCE}, {SEQUENCE}, {MATRIX}, i8", "rnn_step_backward"
)
def _step_backward(h, w_h, kept, dy, dsums, dh, t):
    products = cuda.local.array(ROWS, np.float32)
    is_last = t == dy.shape[0] - 1
    for i in range(ROWS):
        products[i] = ZERO
    if not is_last:
        backward_products(dsums, w_h, t + 1, products)
    j = unit_of_thread()
    for i in range(ROWS):
        n = row_of_thread(i)
        if n < h.shape[1] and j < h.shape[2]:
            around = ZERO if is_last else dh[n, j]
            dh_j = around + dy[t, n, j] + products[i]
            if kept[t, n]:
                dsums[t, n, j] = dh_j * formulas.tanh_derivative(h[t + 1, n, j])
                dh[n, j] = ZERO
            else:
                dsums[t, n, j] = ZERO
                dh[n, j] = dh_j


def rnn_backward(x, w_x, w_h, kept, h, dy, dsums, dh, product, dw_x, dw_h, db, dx):
    """Write the gradients of the parameters and, unless ``dx`` is None, of x.

    ``dy`` (t, n, units) is the gradient of every h but the first. ``dsums`` (t, n, units) and
    ``dh`` (n, units) are scratch; ``product`` is not needed.
    """
    grid = blocks_of(*h.shape[1:])
    for t in range(x.shape[0] - 1, -1, -1):
        _step_backward[grid, BLOCK](h, w_h, kept, dy, dsums, dh, t)
    sequence_gradients(x, w_x, h, dsums, dsums, dw_x, dw_h, db, dx)
