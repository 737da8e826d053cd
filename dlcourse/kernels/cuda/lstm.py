"""LSTM, a launch a step: see steps.py.

All arrays are time-major. ``gates`` (t, n, 4 units) holds i, f, g, o of each step side by side, and
zeros where a step is skipped;
``h`` and ``c`` (t + 1, n, units) begin with the initial state.
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

GATES = 4
_products = forward_products(GATES)


@kernel(
    f"{SEQUENCE}, {MATRIX}, f4[::1], u1[:, ::1], {SEQUENCE}, {SEQUENCE}, {SEQUENCE}, i8",
    "lstm_step",
)
def _step(h, w_h, b, kept, gates, c, tanh_c, t):
    products = cuda.local.array((ROWS, GATES), np.float32)
    _products(h, w_h, t, products)
    units, j = h.shape[2], unit_of_thread()
    for m in range(ROWS):
        n = row_of_thread(m)
        if n < h.shape[1] and j < units:
            if kept[t, n]:
                i = formulas.sigmoid(gates[t, n, j] + products[m, 0] + b[j])
                f = formulas.sigmoid(gates[t, n, units + j] + products[m, 1] + b[units + j])
                g = formulas.tanh(gates[t, n, 2 * units + j] + products[m, 2] + b[2 * units + j])
                o = formulas.sigmoid(gates[t, n, 3 * units + j] + products[m, 3] + b[3 * units + j])
                gates[t, n, j] = i
                gates[t, n, units + j] = f
                gates[t, n, 2 * units + j] = g
                gates[t, n, 3 * units + j] = o
                new = f * c[t, n, j] + i * g
                c[t + 1, n, j] = new
                tanh_new = formulas.tanh(new)
                tanh_c[t, n, j] = tanh_new
                h[t + 1, n, j] = o * tanh_new
            else:
                h[t + 1, n, j] = h[t, n, j]
                c[t + 1, n, j] = c[t, n, j]
                for gate in range(GATES):
                    gates[t, n, gate * units + j] = ZERO


def lstm_forward(x, w_x, w_h, b, kept, gates, product, h, c, tanh_c):
    """Write gates, h[1:], c[1:] and tanh_c for the inputs x (t, n, d), from h[0] and c[0].

    The inputs' share of all steps is one matrix product; ``product`` is not needed.
    """
    multiply_inputs(x, w_x, b, gates)
    grid = blocks_of(*h.shape[1:])
    for t in range(x.shape[0]):
        _step[grid, BLOCK](h, w_h, b, kept, gates, c, tanh_c, t)


@kernel(
    f"{MATRIX}, u1[:, ::1], {SEQUENCE}, {SEQUENCE}, {SEQUENCE}, {SEQUENCE}, {SEQUENCE}, "
    f"{MATRIX}, {MATRIX}, i8",
    "lstm_step_backward",
)
def _step_backward(w_h, kept, gates, c, tanh_c, dy, dgates, dh, dc, t):
    products = cuda.local.array(ROWS, np.float32)
    is_last = t == dy.shape[0] - 1
    for m in range(ROWS):
        products[m] = ZERO
    if not is_last:
        backward_products(dgates, w_h, t + 1, products)
    units, j = c.shape[2], unit_of_thread()
    for m in range(ROWS):
        n = row_of_thread(m)
        if n < c.shape[1] and j < units:
            dh_j, dc_j = dy[t, n, j] + products[m], ZERO
            if not is_last:
                dh_j += dh[n, j]
                dc_j += dc[n, j]
            if kept[t, n]:
                i, f = gates[t, n, j], gates[t, n, units + j]
                g, o = gates[t, n, 2 * units + j], gates[t, n, 3 * units + j]
                dc_j += dh_j * o * formulas.tanh_derivative(tanh_c[t, n, j])
                dgates[t, n, j] = dc_j * g * formulas.sigmoid_derivative(i)
                df = dc_j * c[t, n, j] * formulas.sigmoid_derivative(f)
                dgates[t, n, units + j] = df
                dgates[t, n, 2 * units + j] = dc_j * i * formulas.tanh_derivative(g)
                do = dh_j * tanh_c[t, n, j] * formulas.sigmoid_derivative(o)
                dgates[t, n, 3 * units + j] = do
                dc[n, j] = dc_j * f
                dh[n, j] = ZERO
            else:
                for gate in range(GATES):
                    dgates[t, n, gate * units + j] = ZERO
                dc[n, j] = dc_j
                dh[n, j] = dh_j


def lstm_backward(
    x, w_x, w_h, kept, gates, h, c, tanh_c, dy, dgates, dh, dc, product, dw_x, dw_h, db, dx
):
    """Write the gradients of the parameters and, unless ``dx`` is None, of x.

    ``dy`` (t, n, units) is the gradient of every h but the first. ``dgates`` is like ``gates``;
    ``dh`` and ``dc`` (n, units) are scratch for what each step hands to the one before, around
    its gates; ``product`` is not needed.
    """
    grid = blocks_of(*h.shape[1:])
    for t in range(x.shape[0] - 1, -1, -1):
        _step_backward[grid, BLOCK](w_h, kept, gates, c, tanh_c, dy, dgates, dh, dc, t)
    sequence_gradients(x, w_x, h, dgates, dgates, dw_x, dw_h, db, dx)
