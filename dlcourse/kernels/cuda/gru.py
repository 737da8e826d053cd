"""GRU, a launch a step: see steps.py.

All arrays are time-major. ``gates`` (t, n, 3 units) holds r, z, n of each step side by side, n
being the candidate; ``h`` (t + 1, n, units) begins with the initial state. ``b`` (3 units,) is the
bias of all three; ``b_h`` (units,) belongs to the state's share of the candidate, which the reset
gate multiplies, so that the two cannot be made one.
"""

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.columns import sum_columns_from
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

GATES = 3
_products = forward_products(GATES)


@kernel(
    f"{SEQUENCE}, {MATRIX}, f4[::1], f4[::1], u1[:, ::1], {SEQUENCE}, {SEQUENCE}, i8", "gru_step"
)
def _step(h, w_h, b, b_h, kept, gates, recalled, t):
    products = cuda.local.array((ROWS, GATES), np.float32)
    _products(h, w_h, t, products)
    units, j = h.shape[2], unit_of_thread()
    for m in range(ROWS):
        n = row_of_thread(m)
        if n < h.shape[1] and j < units:
            if kept[t, n]:
                r = formulas.sigmoid(gates[t, n, j] + products[m, 0] + b[j])
                z = formulas.sigmoid(gates[t, n, units + j] + products[m, 1] + b[units + j])
                share = products[m, 2] + b_h[j]
                own = gates[t, n, 2 * units + j] + b[2 * units + j]
                candidate = formulas.tanh(own + r * share)
                gates[t, n, j] = r
                gates[t, n, units + j] = z
                gates[t, n, 2 * units + j] = candidate
                recalled[t, n, j] = share
                h[t + 1, n, j] = candidate * (formulas.ONE - z) + h[t, n, j] * z
            else:
                h[t + 1, n, j] = h[t, n, j]


def gru_forward(x, w_x, w_h, b, b_h, kept, gates, product, h, recalled):
    """Write gates, h[1:] and ``recalled`` for the inputs x (t, n, d), from h[0].

    ``recalled`` (t, n, units) is the state's share of the candidate before it meets the reset
    gate; ``product`` is not needed.
    """
    multiply_inputs(x, w_x, b, gates)
    grid = blocks_of(*h.shape[1:])
    for t in range(x.shape[0]):
        _step[grid, BLOCK](h, w_h, b, b_h, kept, gates, recalled, t)


@kernel(
    f"{SEQUENCE}, {MATRIX}, u1[:, ::1], {SEQUENCE}, {SEQUENCE}, {SEQUENCE}, {SEQUENCE}, "
    f"{SEQUENCE}, {MATRIX}, i8",
    "gru_step_backward",
)
def _step_backward(h, w_h, kept, gates, recalled, dy, dgates, dproducts, dh, t):
    products = cuda.local.array(ROWS, np.float32)
    is_last = t == dy.shape[0] - 1
    for m in range(ROWS):
        products[m] = ZERO
    if not is_last:
        backward_products(dproducts, w_h, t + 1, products)
    units, j = h.shape[2], unit_of_thread()
    for m in range(ROWS):
        n = row_of_thread(m)
        if n < h.shape[1] and j < units:
            around = ZERO if is_last else dh[n, j]
            dh_j = around + dy[t, n, j] + products[m]
            if kept[t, n]:
                r, z = gates[t, n, j], gates[t, n, units + j]
                candidate = gates[t, n, 2 * units + j]
                dcandidate = dh_j * (formulas.ONE - z) * formulas.tanh_derivative(candidate)
                dr = dcandidate * recalled[t, n, j] * formulas.sigmoid_derivative(r)
                dz = dh_j * (h[t, n, j] - candidate) * formulas.sigmoid_derivative(z)
                dgates[t, n, j] = dr
                dproducts[t, n, j] = dr
                dgates[t, n, units + j] = dz
                dproducts[t, n, units + j] = dz
                dgates[t, n, 2 * units + j] = dcandidate
                dproducts[t, n, 2 * units + j] = dcandidate * r
                dh[n, j] = dh_j * z
            else:
                for gate in range(GATES):
                    dgates[t, n, gate * units + j] = ZERO
                    dproducts[t, n, gate * units + j] = ZERO
                dh[n, j] = dh_j


def gru_backward(
    x, w_x, w_h, kept, gates, h, recalled, dy, dgates, dproducts, dh, product,
    dw_x, dw_h, db, db_h, dx,
):  # fmt: skip
    """Write the gradients of the parameters and, unless ``dx`` is None, of x.

    ``dy`` (t, n, units) is the gradient of every h but the first. ``dgates`` and ``dproducts``
    are like ``gates``: the gradients of the inputs' share and of the state's, which differ in the
    candidate. ``dh`` (n, units) is scratch; ``product`` is not needed.
    """
    steps, rows, units = dy.shape
    grid = blocks_of(rows, units)
    for t in range(steps - 1, -1, -1):
        _step_backward[grid, BLOCK](h, w_h, kept, gates, recalled, dy, dgates, dproducts, dh, t)
    sequence_gradients(x, w_x, h, dgates, dproducts, dw_x, dw_h, db, dx)
    sum_columns_from(dproducts.reshape(steps * rows, GATES * units), 2 * units, db_h)
