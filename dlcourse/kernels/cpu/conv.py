"""Convolution: images become the rows of a matrix, which is multiplied by the filters.

The matrix ("columns"; Chellapilla, Puri and Simard 2006, section 3) holds each pixel nine times
for a 3×3 filter. It is made a few lines of the images at a time, in a buffer that stays in the
cache: the whole matrix at once takes 7 MB instead of half of one for a small CNN's second layer,
and 1.3 times as long.

Threads share the batch. Each has its own columns, and its own sums for dw and db, which are added
up in the order of the threads. All that one does is in one kernel (``forward_part``), without
Python's lock from end to end.
"""

import numpy as np

from dlcourse.kernels.cpu.blas import GEMM, one_thread
from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.dense import sum_rows
from dlcourse.kernels.cpu.products import multiply
from dlcourse.kernels.cpu.threads import pieces_of, share

#: Room for the columns, half of a second-level cache of 1 MB; 128 kB to 1 MB hardly differ.
COLUMN_BYTES = 512 * 1024
#: How many multiplications make a thread's part.
GRAIN = 500_000


def conv_forward(x, w, b, y, stride, padding, buffers):
    """Write y[n, i, j] = b + Σ x[n, i·stride + k, j·stride + l] w[k, l], over k and l.

    Parameters
    ----------
    x, y
        Images, (n, height, width, inputs) and (n, output height, output width, filters).
    w, b
        Filters (filter height, filter width, inputs, filters) and bias (filters,).
    stride, padding
        Pairs: (down, across), and rows of zeros above and columns of zeros on the left of x.
        What is needed below and on the right follows from the shape of y.
    buffers
        Where this kernel keeps its work arrays from step to step.
    """
    filters = w.reshape(-1, w.shape[3])
    padded = _padded(x, w, y, stride, padding, buffers)
    pieces = _pieces(w, y)
    columns = [_columns(w, y, buffers, k) for k in range(pieces)]

    def work(k, start, stop):
        if padded is not x:
            pad(x[start:stop], padded[start:stop], *padding)
        rows = y[start:stop].reshape(-1, y.shape[3])
        geometry = y.shape[1], stride[0], stride[1] * x.shape[3]
        forward_part(GEMM, _lines(padded[start:stop]), columns[k], filters, b, rows, *geometry)

    with one_thread:
        share(len(x), pieces, work)


def conv_backward(x, w, dy, dw, db, dx, stride, padding, buffers):
    """Write dw = columnsᵀ dy, db = Σ dy and, unless ``dx`` is None, dx.

    dy wᵀ has the shape of the columns and says what each number in them contributes; adding that
    up where the numbers came from (col2im) gives dx. The columns themselves are made anew: kept,
    they would take nine times the memory of x.
    """
    filters = w.reshape(-1, w.shape[3])
    padded = _padded(x, w, dy, stride, padding, buffers)  # filled by conv_forward
    padded_dx = dx
    if dx is None:
        padded_dx = buffers.get("no dx", (0, 0, 0, 0), x.dtype)
    elif padded is not x:
        padded_dx = buffers.get("padded dx", padded.shape, x.dtype)
    pieces = _pieces(w, dy)
    columns = [_columns(w, dy, buffers, k) for k in range(pieces)]
    sums = [
        (dw.reshape(filters.shape), db) if k == 0 else
        (buffers.get(f"dw {k}", filters.shape, x.dtype), buffers.get(f"db {k}", db.shape, x.dtype))
        for k in range(pieces)
    ]  # fmt: skip

    turned = buffers.get("filters turned", filters.shape[::-1], w.dtype)
    np.copyto(turned, filters.T)

    def work(k, start, stop):
        rows = dy[start:stop].reshape(-1, dy.shape[3])
        geometry = dy.shape[1], stride[0], stride[1] * x.shape[3]
        backward_part(
            GEMM, _lines(padded[start:stop]), columns[k], turned, rows, *sums[k],
            _lines(padded_dx[start:stop]), *geometry,
        )  # fmt: skip
        if padded_dx is not dx and dx is not None:
            crop(padded_dx[start:stop], dx[start:stop], *padding)

    with one_thread:
        share(len(x), pieces, work)
    for part_of_dw, part_of_db in sums[1:]:
        np.add(sums[0][0], part_of_dw, out=sums[0][0])
        np.add(db, part_of_db, out=db)


def _pieces(w, y):
    return min(len(y), pieces_of(w.size * y.size // y.shape[3], GRAIN))


def _padded(x, w, y, stride, padding, buffers):
    """Return room for x with zeros around it, as far as the windows of y reach; x if none do."""
    height, width = (
        max((outputs - 1) * step + size, before + inputs)
        for outputs, step, size, before, inputs in zip(
            y.shape[1:3], stride, w.shape[:2], padding, x.shape[1:3], strict=True
        )
    )
    if (height, width) == x.shape[1:3]:
        return x
    return buffers.get("padded x", (x.shape[0], height, width, x.shape[3]), x.dtype)


def _columns(w, y, buffers, k):
    """Return thread k's room for columns: a whole number of lines of y, at least one.

    (windows, filter height, filter width · inputs): a row of a filter's window is a run of
    numbers that lie together in the image.
    """
    images, height, width, filters = y.shape
    line = width * (w.size // filters)
    lines = min(images * height, max(1, COLUMN_BYTES // (line * y.itemsize)))
    return buffers.get(
        f"columns {k}", (lines * width, w.shape[0], w.shape[1] * w.shape[2]), y.dtype
    )


def _lines(x):
    """Return a view of images (n, height, width · inputs)."""
    return x.reshape(x.shape[0], x.shape[1], x.shape[2] * x.shape[3])


@kernel("UniTuple(i8, 2), T[:, :, ::1], T[:, :, ::1], T[:, ::1], T[::1], T[:, ::1], i8, i8, i8")
def forward_part(gemm, x, columns, filters, b, y, height, stride, step):
    """Write the rows of y, a window each, for some images: as many at once as columns hold.

    The other arguments are those of ``im2col``.
    """
    width = (x.shape[2] - columns.shape[2]) // step + 1
    matrix = columns.reshape(columns.shape[0], filters.shape[0])
    for start in range(0, y.shape[0], len(columns)):
        part = y[start : start + len(columns)]
        im2col(x, columns[: len(part)], start // width, height, stride, step)
        multiply(gemm, matrix[: len(part)], filters, part, False)
        for n in range(part.shape[0]):
            for o in range(part.shape[1]):
                part[n, o] += b[o]


@kernel(
    "UniTuple(i8, 2), T[:, :, ::1], T[:, :, ::1], T[:, ::1], T[:, ::1], T[:, ::1], T[::1], "
    "T[:, :, ::1], i8, i8, i8"
)
def backward_part(gemm, x, columns, turned, dy, dw, db, dx, height, stride, step):
    """Write dw and db of some images and, unless it is empty, dx."""
    width = (x.shape[2] - columns.shape[2]) // step + 1
    matrix = columns.reshape(columns.shape[0], turned.shape[1])
    dx[:] = 0
    sum_rows(dy, db)
    for start in range(0, dy.shape[0], len(columns)):
        part = dy[start : start + len(columns)]
        im2col(x, columns[: len(part)], start // width, height, stride, step)
        multiply(gemm, matrix[: len(part)].T, part, dw, start > 0)
        if dx.size > 0:
            multiply(gemm, part, turned, matrix[: len(part)], False)
            col2im(dx, columns[: len(part)], start // width, height, stride, step)


@kernel("T[:, :, ::1], T[:, :, ::1], i8, i8, i8, i8")
def im2col(x, columns, first, height, stride, step):
    """Copy the windows of some output lines into the rows of ``columns``.

    Parameters
    ----------
    x
        Padded images (n, height, width · inputs).
    columns
        (windows, filter height, filter width · inputs), a whole number of lines.
    first, height
        The first line, and how many lines an output image has.
    stride, step
        Distance between windows: downwards in rows of x, across in numbers.
    """
    run = np.uint64(columns.shape[2])
    width = (x.shape[2] - columns.shape[2]) // step + 1
    for line in range(columns.shape[0] // width):
        image, row = divmod(first + line, height)
        for j in range(width):
            # Unsigned, so that Numba leaves out its test for negative indices: the copy becomes
            # vector instructions, and the whole function up to eight times faster.
            left = np.uint64(j * step)
            for k in range(columns.shape[1]):
                for i in range(run):
                    columns[line * width + j, k, i] = x[image, row * stride + k, left + i]


@kernel("T[:, :, ::1], T[:, :, ::1], i8, i8, i8, i8")
def col2im(x, columns, first, height, stride, step):
    """Add the rows of ``columns`` to x, each number to where ``im2col`` took it from."""
    run = np.uint64(columns.shape[2])
    width = (x.shape[2] - columns.shape[2]) // step + 1
    for line in range(columns.shape[0] // width):
        image, row = divmod(first + line, height)
        for j in range(width):
            left = np.uint64(j * step)
            for k in range(columns.shape[1]):
                for i in range(run):
                    x[image, row * stride + k, left + i] += columns[line * width + j, k, i]


@kernel("T[:, :, :, ::1], T[:, :, :, ::1], i8, i8")
def pad(x, padded, above, left):
    """Write x into the middle of ``padded`` and zeros around it."""
    padded[:] = 0
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            for j in range(x.shape[2]):
                for c in range(x.shape[3]):
                    padded[n, above + i, left + j, c] = x[n, i, j, c]


@kernel("T[:, :, :, ::1], T[:, :, :, ::1], i8, i8")
def crop(padded, x, above, left):
    """Write the middle of ``padded`` into x."""
    for n in range(x.shape[0]):
        for i in range(x.shape[1]):
            for j in range(x.shape[2]):
                for c in range(x.shape[3]):
                    x[n, i, j, c] = padded[n, above + i, left + j, c]
