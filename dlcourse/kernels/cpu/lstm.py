"""LSTM: a thread takes some of the sequences through all their steps, in one kernel.

All arrays are time-major. ``gates`` (t, n, 4 units) holds i, f, g, o of each step side by side, and
zeros where a step is skipped;
``h`` and ``c`` (t + 1, n, units) begin with the initial state. Forward, each of them may have fewer
places for steps, one for ``gates`` and ``tanh_c`` and two for ``h`` and ``c`` or more: step t then
takes place t modulo their number, and who predicts keeps what the next step needs and no more.

A step has to wait for the one before, a sequence for no other: so threads share the sequences, and
meet once at the end, not after each step. The kernel calls BLAS itself, and nothing of Python is
done between two steps.

Each row of a step is worked through in several short loops, not in one: a row fits the nearest
cache, and a loop over few arrays is one that the compiler turns into vector instructions. So is
a loop over a slice, from 0 on, where ``for j in range(2 * units, 3 * units)`` is not: Numba has to
allow for j below 0, which counts from the end. Step of 32 × 64 units: 22 µs with such ranges, 3.6
with slices; most of what is left of a whole step are the matrix products.
"""

import numpy as np

from dlcourse import formulas
from dlcourse.kernels.cpu import products
from dlcourse.kernels.cpu.blas import GEMM, one_thread
from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.dense import sum_rows
from dlcourse.kernels.cpu.products import multiply
from dlcourse.kernels.cpu.scratch import scratch
from dlcourse.kernels.cpu.threads import pieces_of, share

#: How many multiplications make a thread's part of all steps.
GRAIN = 500_000


def lstm_forward(x, w_x, w_h, b, kept, gates, product, h, c, tanh_c):
    """Write gates, h[1:], c[1:] and tanh_c for the inputs x (t, n, d), from h[0] and c[0].

    In fewer places than steps lies what the last steps have left. ``product``, (n, 4 units), is
    scratch that other devices need.
    """

    def work(k, start, stop):
        forward_rows(GEMM, x, w_x, w_h, b, kept, gates, h, c, tanh_c, start, stop)

    with one_thread:
        share(x.shape[1], _pieces(x, w_x, w_h), work)


def lstm_backward(
    x, w_x, w_h, kept, gates, h, c, tanh_c, dy, dgates, dh, dc, product, dw_x, dw_h, db, dx
):
    """Write the gradients of the parameters and, unless ``dx`` is None, of x.

    ``dy`` (t, n, units) is the gradient of every h but the first. ``dgates`` is like ``gates``;
    ``dh``, ``dc`` and ``product`` (n, units) are scratch for what each step hands to the one
    before. The parameters' gradients are one product each over all steps at the end.
    """
    steps, rows, features = x.shape
    turned = scratch("w_h turned", w_h.shape[::-1], w_h.dtype)
    np.copyto(turned, w_h.T)

    def work(k, start, stop):
        backward_rows(
            GEMM, turned, kept, gates, c, tanh_c, dy, dgates, dh, dc, product, start, stop
        )

    with one_thread:
        share(rows, _pieces(x, w_x, w_h), work)
    flat = dgates.reshape(steps * rows, -1)
    products.product(x.reshape(-1, features).T, flat, dw_x)
    products.product(h[:-1].reshape(steps * rows, -1).T, flat, dw_h)
    sum_rows(flat, db)
    if dx is not None:
        products.product(flat, w_x.T, dx.reshape(-1, features))


def _pieces(x, w_x, w_h):
    steps, rows, _ = x.shape
    return min(rows, pieces_of(steps * rows * (w_x.size + w_h.size), GRAIN))


@kernel(
    "UniTuple(i8, 2), T[:, :, ::1], T[:, ::1], T[:, ::1], T[::1], u1[:, ::1], T[:, :, ::1], "
    "T[:, :, ::1], T[:, :, ::1], T[:, :, ::1], i8, i8"
)
def forward_rows(gemm, x, w_x, w_h, b, kept, gates, h, c, tanh_c, start, stop):
    """Take the sequences from ``start`` to ``stop`` through all steps."""
    for t in range(x.shape[0]):
        part = gates[t % len(gates), start:stop]
        multiply(gemm, x[t, start:stop], w_x, part, False)
        multiply(gemm, h[t % len(h), start:stop], w_h, part, True)
        lstm_step(gates, b, kept, h, c, tanh_c, t, start, stop)


@kernel(
    "UniTuple(i8, 2), T[:, ::1], u1[:, ::1], T[:, :, ::1], T[:, :, ::1], T[:, :, ::1], "
    "T[:, :, ::1], T[:, :, ::1], T[:, ::1], T[:, ::1], T[:, ::1], i8, i8"
)
def backward_rows(gemm, turned, kept, gates, c, tanh_c, dy, dgates, dh, dc, product_h, start, stop):
    """Take the gradients of some sequences back through all steps: dgates."""
    dh[start:stop] = 0
    dc[start:stop] = 0
    product_h[start:stop] = 0
    for t in range(len(dy) - 1, -1, -1):
        lstm_step_backward(gates, kept, c, tanh_c, dy, dgates, dh, dc, product_h, t, start, stop)
        if t > 0:
            multiply(gemm, dgates[t, start:stop], turned, product_h[start:stop], False)


@kernel("T[:, :, ::1], T[::1], u1[:, ::1], T[:, :, ::1], T[:, :, ::1], T[:, :, ::1], i8, i8, i8")
def lstm_step(gates, b, kept, h, c, tanh_c, t, start, stop):
    """Finish step t of some rows: the place of step t in ``gates`` holds x w_x + h w_h."""
    units = h.shape[2]
    gates_t, tanh_c_t = gates[t % len(gates)], tanh_c[t % len(tanh_c)]
    h_t, h_next = h[t % len(h)], h[(t + 1) % len(h)]
    c_t, c_next = c[t % len(c)], c[(t + 1) % len(c)]
    for n in range(start, stop):
        if not kept[t, n]:
            for j in range(units):
                h_next[n, j] = h_t[n, j]
                c_next[n, j] = c_t[n, j]
            gates_t[n, :] = 0
            continue
        row = gates_t[n]
        for j in range(row.size):
            row[j] += b[j]
        i_f, g, o = row[: 2 * units], row[2 * units : 3 * units], row[3 * units :]
        for j in range(i_f.size):
            i_f[j] = formulas.sigmoid(i_f[j])
        for j in range(g.size):
            g[j] = formulas.tanh(g[j])
        for j in range(o.size):
            o[j] = formulas.sigmoid(o[j])
        for j in range(units):
            c_next[n, j] = row[units + j] * c_t[n, j] + row[j] * row[2 * units + j]
        for j in range(units):
            tanh_c_t[n, j] = formulas.tanh(c_next[n, j])
        for j in range(units):
            h_next[n, j] = row[3 * units + j] * tanh_c_t[n, j]


@kernel(
    "T[:, :, ::1], u1[:, ::1], T[:, :, ::1], T[:, :, ::1], T[:, :, ::1], T[:, :, ::1], "
    "T[:, ::1], T[:, ::1], T[:, ::1], i8, i8, i8"
)
def lstm_step_backward(gates, kept, c, tanh_c, dy, dgates, dh, dc, product, t, start, stop):
    """Write dgates[t]; in dc, and in dh where the step is skipped, what is left for step t - 1.

    The gradient of h[t + 1] is the sum of three: dy[t], ``product`` (what went through the gates
    of step t + 1) and ``dh`` (what went around them, where step t + 1 was skipped).
    """
    units = c.shape[2]
    for n in range(start, stop):
        for j in range(units):
            dh[n, j] += dy[t, n, j] + product[n, j]
        if not kept[t, n]:
            for j in range(4 * units):
                dgates[t, n, j] = 0
            continue
        for j in range(units):
            i, f = gates[t, n, j], gates[t, n, units + j]
            g, o = gates[t, n, 2 * units + j], gates[t, n, 3 * units + j]
            dc_j = dc[n, j] + dh[n, j] * o * formulas.tanh_derivative(tanh_c[t, n, j])
            dgates[t, n, j] = dc_j * g * formulas.sigmoid_derivative(i)
            dgates[t, n, units + j] = dc_j * c[t, n, j] * formulas.sigmoid_derivative(f)
            dgates[t, n, 2 * units + j] = dc_j * i * formulas.tanh_derivative(g)
            do = dh[n, j] * tanh_c[t, n, j]
            dgates[t, n, 3 * units + j] = do * formulas.sigmoid_derivative(o)
            dc[n, j] = dc_j * f
            dh[n, j] = 0
