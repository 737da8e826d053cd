"""GRU: see lstm.py for how steps are computed.

All arrays are time-major. ``gates`` (t, n, 3 units) holds r, z, n of each step side by side, n
being the candidate; ``h`` (t + 1, n, units) begins with the initial state. ``b`` (3 units,) is the
bias of all three; ``b_h`` (units,) belongs to the state's share of the candidate, which the reset
gate multiplies, so that the two cannot be made one.
"""

from dlcourse import formulas
from dlcourse.kernels.cpu import products
from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.dense import sum_rows


def gru_forward(x, w_x, w_h, b, b_h, kept, gates, product, h, recalled):
    """Write gates, h[1:] and ``recalled`` for the inputs x (t, n, d), from h[0].

    ``recalled`` (t, n, units) is the state's share of the candidate before it meets the reset
    gate; ``product`` (n, 3 units) is scratch.
    """
    steps, rows, features = x.shape
    products.product(x.reshape(-1, features), w_x, gates.reshape(steps * rows, -1))
    for t in range(steps):
        products.product(h[t], w_h, product)
        gru_step(gates, product, b, b_h, kept, h, recalled, t)


def gru_backward(
    x, w_x, w_h, kept, gates, h, recalled, dy, dgates, dproducts, dh, product,
    dw_x, dw_h, db, db_h, dx,
):  # fmt: skip
    """Write the gradients of the parameters and, unless ``dx`` is None, of x.

    ``dy`` (t, n, units) is the gradient of every h but the first. ``dgates`` and ``dproducts``
    are like ``gates``: the gradients of the inputs' share and of the state's, which differ in the
    candidate. ``dh`` and ``product`` (n, units) are scratch.
    """
    steps, rows, features = x.shape
    units = h.shape[2]
    for scratch in (dh, product):
        scratch.fill(0)
    for t in range(steps - 1, -1, -1):
        gru_step_backward(gates, kept, h, recalled, dy, dgates, dproducts, dh, product, t)
        if t:
            products.product(dproducts[t], w_h.T, product)
    flat, flat_h = dgates.reshape(steps * rows, -1), dproducts.reshape(steps * rows, -1)
    products.product(x.reshape(-1, features).T, flat, dw_x)
    products.product(h[:-1].reshape(steps * rows, units).T, flat_h, dw_h)
    sum_rows(flat, db)
    sum_candidates(flat_h, db_h)
    if dx is not None:
        products.product(flat, w_x.T, dx.reshape(-1, features))


@kernel("T[:, :, ::1], T[:, ::1], T[::1], T[::1], u1[:, ::1], T[:, :, ::1], T[:, :, ::1], i8")
def gru_step(gates, product, b, b_h, kept, h, recalled, t):
    """Finish step t: gates[t] holds the inputs' share, ``product`` the state's."""
    units = h.shape[2]
    for n in range(h.shape[1]):
        if not kept[t, n]:
            for j in range(units):
                h[t + 1, n, j] = h[t, n, j]
            continue
        row = gates[t, n]
        r_z, candidate = row[: 2 * units], row[2 * units :]
        for j in range(r_z.size):
            r_z[j] = formulas.sigmoid(r_z[j] + product[n, j] + b[j])
        for j in range(units):
            recalled[t, n, j] = product[n, 2 * units + j] + b_h[j]
        for j in range(units):
            candidate[j] += r_z[j] * recalled[t, n, j] + b[2 * units + j]
        for j in range(units):
            candidate[j] = formulas.tanh(candidate[j])
        for j in range(units):
            z = row[units + j]
            h[t + 1, n, j] = row[2 * units + j] * (formulas.ONE - z) + h[t, n, j] * z


@kernel(
    "T[:, :, ::1], u1[:, ::1], T[:, :, ::1], T[:, :, ::1], T[:, :, ::1], T[:, :, ::1], "
    "T[:, :, ::1], T[:, ::1], T[:, ::1], i8"
)
def gru_step_backward(gates, kept, h, recalled, dy, dgates, dproducts, dh, product, t):
    """Write dgates[t] and dproducts[t]; leave in dh what went around the gates.

    The gradient of h[t + 1] is the sum of three: dy[t], ``product`` (what went through the gates
    of step t + 1) and ``dh`` (what went around them: z of it, or all where it was skipped).
    """
    units = h.shape[2]
    for n in range(h.shape[1]):
        for j in range(units):
            dh[n, j] += dy[t, n, j] + product[n, j]
        if not kept[t, n]:
            for j in range(3 * units):
                dgates[t, n, j] = 0
                dproducts[t, n, j] = 0
            continue
        for j in range(units):
            r, z = gates[t, n, j], gates[t, n, units + j]
            candidate = gates[t, n, 2 * units + j]
            dcandidate = dh[n, j] * (formulas.ONE - z) * formulas.tanh_derivative(candidate)
            dr = dcandidate * recalled[t, n, j] * formulas.sigmoid_derivative(r)
            dz = dh[n, j] * (h[t, n, j] - candidate) * formulas.sigmoid_derivative(z)
            dgates[t, n, j] = dproducts[t, n, j] = dr
            dgates[t, n, units + j] = dproducts[t, n, units + j] = dz
            dgates[t, n, 2 * units + j] = dcandidate
            dproducts[t, n, 2 * units + j] = dcandidate * r
            dh[n, j] *= z


@kernel("T[:, ::1], T[::1]")
def sum_candidates(dproducts, db_h):
    """Write db_h = Σₙ of the last third of dproducts (n, 3 units)."""
    first = 2 * db_h.size
    db_h[:] = 0
    for n in range(dproducts.shape[0]):
        for j in range(db_h.size):
            db_h[j] += dproducts[n, first + j]
