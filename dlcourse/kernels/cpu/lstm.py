"""LSTM: a step is one matrix product by BLAS and one fused loop by Numba.

All arrays are time-major. ``gates`` (t, n, 4 units) holds i, f, g, o of each step side by side;
``h`` and ``c`` (t + 1, n, units) begin with the initial state.

Each row of a step is worked through in several short loops, not in one: a row fits the nearest
cache, and a loop over few arrays is one that the compiler turns into vector instructions. So is
a loop over a slice, from 0 on, where ``for j in range(2 * units, 3 * units)`` is not: Numba has to
allow for j below 0, which counts from the end. Step of 32 × 64 units: 22 µs with such ranges, 3.6
with slices; most of what is left of a whole step are the matrix products.
"""

import numpy as np

from dlcourse import formulas
from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.dense import sum_rows


def lstm_forward(x, w_x, w_h, b, kept, gates, product, h, c, tanh_c):
    """Write gates, h[1:], c[1:] and tanh_c for the inputs x (t, n, d), from h[0] and c[0].

    The inputs' share of all steps is one matrix product; ``product`` (n, 4 units) is scratch for
    the state's share, which has to wait for the step before.
    """
    steps, rows, features = x.shape
    np.dot(x.reshape(-1, features), w_x, out=gates.reshape(steps * rows, -1))
    for t in range(steps):
        np.dot(h[t], w_h, out=product)
        lstm_step(gates, product, b, kept, h, c, tanh_c, t)


def lstm_backward(
    x, w_x, w_h, kept, gates, h, c, tanh_c, dy, dgates, dh, dc, product, dw_x, dw_h, db, dx
):
    """Write the gradients of the parameters and, unless ``dx`` is None, of x.

    ``dy`` (t, n, units) is the gradient of every h but the first. ``dgates`` is like ``gates``;
    ``dh``, ``dc`` and ``product`` (n, units) are scratch for what each step hands to the one
    before. The parameters' gradients are one product each over all steps at the end.
    """
    steps, rows, features = x.shape
    for scratch in (dh, dc, product):
        scratch.fill(0)
    for t in range(steps - 1, -1, -1):
        lstm_step_backward(gates, kept, c, tanh_c, dy, dgates, dh, dc, product, t)
        if t:
            np.dot(dgates[t], w_h.T, out=product)
    flat = dgates.reshape(steps * rows, -1)
    np.dot(x.reshape(-1, features).T, flat, out=dw_x)
    np.dot(h[:-1].reshape(steps * rows, -1).T, flat, out=dw_h)
    sum_rows(flat, db)
    if dx is not None:
        np.dot(flat, w_x.T, out=dx.reshape(-1, features))


@kernel("T[:, :, ::1], T[:, ::1], T[::1], u1[:, ::1], T[:, :, ::1], T[:, :, ::1], T[:, :, ::1], i8")
def lstm_step(gates, product, b, kept, h, c, tanh_c, t):
    """Finish step t: gates[t] holds the inputs' share, ``product`` the state's."""
    units = h.shape[2]
    for n in range(h.shape[1]):
        if not kept[t, n]:
            for j in range(units):
                h[t + 1, n, j] = h[t, n, j]
                c[t + 1, n, j] = c[t, n, j]
            continue
        row = gates[t, n]
        for j in range(row.size):
            row[j] += product[n, j] + b[j]
        i_f, g, o = row[: 2 * units], row[2 * units : 3 * units], row[3 * units :]
        for j in range(i_f.size):
            i_f[j] = formulas.sigmoid(i_f[j])
        for j in range(g.size):
            g[j] = formulas.tanh(g[j])
        for j in range(o.size):
            o[j] = formulas.sigmoid(o[j])
        for j in range(units):
            c[t + 1, n, j] = row[units + j] * c[t, n, j] + row[j] * row[2 * units + j]
        for j in range(units):
            tanh_c[t, n, j] = formulas.tanh(c[t + 1, n, j])
        for j in range(units):
            h[t + 1, n, j] = row[3 * units + j] * tanh_c[t, n, j]


@kernel(
    "T[:, :, ::1], u1[:, ::1], T[:, :, ::1], T[:, :, ::1], T[:, :, ::1], T[:, :, ::1], "
    "T[:, ::1], T[:, ::1], T[:, ::1], i8"
)
def lstm_step_backward(gates, kept, c, tanh_c, dy, dgates, dh, dc, product, t):
    """Write dgates[t]; in dc, and in dh where the step is skipped, what is left for step t - 1.

    The gradient of h[t + 1] is the sum of three: dy[t], ``product`` (what went through the gates
    of step t + 1) and ``dh`` (what went around them, where step t + 1 was skipped).
    """
    units = c.shape[2]
    for n in range(c.shape[1]):
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
