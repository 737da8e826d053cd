"""The plain recurrent layer, h' = tanh(x w_x + h w_h + b): see lstm.py for how steps are computed.

All arrays are time-major; ``h`` (t + 1, n, units) begins with the initial state.
"""

from dlcourse import formulas
from dlcourse.kernels.cpu import products
from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.dense import sum_rows


def rnn_forward(x, w_x, w_h, b, kept, sums, product, h):
    """Write h[1:] for the inputs x (t, n, d), from h[0].

    ``sums`` (t, n, units) receives x w_x, for all steps at once; ``product`` (n, units) is
    scratch for h w_h.
    """
    steps, rows, features = x.shape
    products.product(x.reshape(-1, features), w_x, sums.reshape(steps * rows, -1))
    for t in range(steps):
        products.product(h[t], w_h, product)
        rnn_step(sums, product, b, kept, h, t)


def rnn_backward(x, w_x, w_h, kept, h, dy, dsums, dh, product, dw_x, dw_h, db, dx):
    """Write the gradients of the parameters and, unless ``dx`` is None, of x.

    ``dy`` (t, n, units) is the gradient of every h but the first. ``dsums`` (t, n, units), ``dh``
    and ``product`` (n, units) are scratch.
    """
    steps, rows, features = x.shape
    for scratch in (dh, product):
        scratch.fill(0)
    for t in range(steps - 1, -1, -1):
        rnn_step_backward(kept, h, dy, dsums, dh, product, t)
        if t:
            products.product(dsums[t], w_h.T, product)
    flat = dsums.reshape(steps * rows, -1)
    products.product(x.reshape(-1, features).T, flat, dw_x)
    products.product(h[:-1].reshape(steps * rows, -1).T, flat, dw_h)
    sum_rows(flat, db)
    if dx is not None:
        products.product(flat, w_x.T, dx.reshape(-1, features))


@kernel("T[:, :, ::1], T[:, ::1], T[::1], u1[:, ::1], T[:, :, ::1], i8")
def rnn_step(sums, product, b, kept, h, t):
    """Write h[t + 1]; a step that is skipped carries h[t] on."""
    for n in range(h.shape[1]):
        if kept[t, n]:
            for j in range(h.shape[2]):
                h[t + 1, n, j] = formulas.tanh(sums[t, n, j] + product[n, j] + b[j])
        else:
            for j in range(h.shape[2]):
                h[t + 1, n, j] = h[t, n, j]


@kernel("u1[:, ::1], T[:, :, ::1], T[:, :, ::1], T[:, :, ::1], T[:, ::1], T[:, ::1], i8")
def rnn_step_backward(kept, h, dy, dsums, dh, product, t):
    """Write dsums[t]; leave in dh what goes around the step, which is all if it is skipped.

    The gradient of h[t + 1] is the sum of three: dy[t], ``product`` (what went through step
    t + 1) and ``dh`` (what went around it).
    """
    for n in range(h.shape[1]):
        if kept[t, n]:
            for j in range(h.shape[2]):
                dh_j = dh[n, j] + dy[t, n, j] + product[n, j]
                dsums[t, n, j] = dh_j * formulas.tanh_derivative(h[t + 1, n, j])
                dh[n, j] = 0
        else:
            for j in range(h.shape[2]):
                dh[n, j] += dy[t, n, j] + product[n, j]
                dsums[t, n, j] = 0
