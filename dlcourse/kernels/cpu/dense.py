"""Dense layer: matrix products, and the sum of a matrix's rows."""

from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.products import GRAIN, multiply_alone, product, room_for_panels
from dlcourse.kernels.cpu.threads import pieces_of, share


def dense_forward(x, w, b, y):
    """Write y = x w + b: x (n, inputs), w (inputs, outputs), b (outputs,), y (n, outputs)."""
    product(x, w, y, b)


def dense_backward(x, w, dy, dw, db, dx):
    """Write dw = xᵀ dy, db = Σₙ dy and, unless ``dx`` is None, dx = dy wᵀ.

    The two products are of the same size: two threads take one each, with a single wake-up and
    nothing cut. MLP 784-512-512-10, batch 128: 1.1 times faster than cutting both.
    """
    multiplications = x.size * dy.shape[1]
    if dx is None or pieces_of(2 * multiplications, GRAIN) != 2:
        product(x.T, dy, dw)
        sum_rows(dy, db)
        if dx is not None:
            product(dy, w.T, dx)
        return

    room = room_for_panels(w.T), room_for_panels(dy, 1)

    def work(k, start, stop):
        if k == 0:
            multiply_alone(dy, w.T, dx, room=room[0])
        else:
            multiply_alone(x.T, dy, dw, room=room[1])
            sum_rows(dy, db)

    share(2, 2, work)


@kernel("T[:, ::1], T[::1]")
def sum_rows(dy, db):
    """Write db = Σₙ dy[n]: row after row, so that memory is read in order.

    Four rows at a time: each number of db is fetched and stored a quarter as often, which made
    this 2.8 times faster for rows of 16.
    """
    db[:] = 0
    fours = dy.shape[0] // 4 * 4
    for n in range(0, fours, 4):
        for o in range(dy.shape[1]):
            db[o] += (dy[n, o] + dy[n + 1, o]) + (dy[n + 2, o] + dy[n + 3, o])
    for n in range(fours, dy.shape[0]):
        for o in range(dy.shape[1]):
            db[o] += dy[n, o]
