"""Convolution: images become the rows of a matrix, and BLAS multiplies it by the filters.

The matrix ("columns"; Chellapilla, Puri and Simard 2006, section 3) holds each pixel nine times
for a 3×3 filter. It is made a few lines of the images at a time, in a buffer that stays in the
cache: the whole matrix at once takes 7 MB instead of half of one for a small CNN's second layer,
and 1.3 times as long.

The batch is the first axis of every array, so that threads can share it: each takes a slice of
x, y, dy and dx, and has its own ``buffers``, ``dw`` and ``db``.
"""

import numpy as np

from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.dense import add_bias, sum_rows

#: Room for the columns, half of a second-level cache of 1 MB; 128 kB to 1 MB hardly differ.
COLUMN_BYTES = 512 * 1024


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
    x = _padded(x, w, y, stride, padding, buffers)
    filters = w.reshape(-1, w.shape[3])
    for columns, first, y_rows in _parts(w, y, buffers):
        im2col(*_by_rows(x, columns, w), first, y.shape[1], stride[0], stride[1] * x.shape[3])
        np.dot(columns, filters, out=y_rows)
        add_bias(y_rows, b)


def conv_backward(x, w, dy, dw, db, dx, stride, padding, buffers):
    """Write dw = columnsᵀ dy, db = Σ dy and, unless ``dx`` is None, dx.

    dy wᵀ has the shape of the columns and says what each number in them contributes; adding that
    up where the numbers came from (col2im) gives dx. The columns themselves are made anew: kept,
    they would take nine times the memory of x.
    """
    inputs = _padded(x, w, dy, stride, padding, buffers)
    filters = w.reshape(-1, w.shape[3])
    dw = dw.reshape(filters.shape)
    dw_part = buffers.get("part of dw", filters.shape, dw.dtype)
    db_part = buffers.get("part of db", db.shape, db.dtype)
    if dx is not None:
        unpadded = inputs is x
        padded_dx = dx if unpadded else buffers.get("padded dx", inputs.shape, x.dtype)
        padded_dx.fill(0)
    for columns, first, dy_rows in _parts(w, dy, buffers):
        geometry = first, dy.shape[1], stride[0], stride[1] * x.shape[3]
        im2col(*_by_rows(inputs, columns, w), *geometry)
        np.dot(columns.T, dy_rows, out=dw_part if first else dw)
        sum_rows(dy_rows, db_part if first else db)
        if first:
            dw += dw_part
            db += db_part
        if dx is not None:
            np.dot(dy_rows, filters.T, out=columns)
            col2im(*_by_rows(padded_dx, columns, w), *geometry)
    if dx is not None and not unpadded:
        crop(padded_dx, dx, *padding)


def _padded(x, w, y, stride, padding, buffers):
    """Return x with zeros around it, as far as the windows of y reach; x itself if none do."""
    height, width = (
        max((outputs - 1) * step + size, before + inputs)
        for outputs, step, size, before, inputs in zip(
            y.shape[1:3], stride, w.shape[:2], padding, x.shape[1:3], strict=True
        )
    )
    if (height, width) == x.shape[1:3]:
        return x
    padded = buffers.get("padded x", (x.shape[0], height, width, x.shape[3]), x.dtype)
    pad(x, padded, *padding)
    return padded


def _parts(w, y, buffers):
    """Yield columns to fill, the first line of y that they stand for, and the rows of y there.

    A line is one line of one output image; they are counted through the whole batch.
    """
    images, height, width, filters = y.shape
    inputs = w.size // filters
    lines = images * height
    most = min(lines, max(1, COLUMN_BYTES // (width * inputs * y.itemsize)))
    columns = buffers.get("columns", (most * width, inputs), y.dtype)
    rows = y.reshape(-1, filters)
    for first in range(0, lines, most):
        part = rows[first * width : (first + most) * width]
        yield columns[: len(part)], first, part


def _by_rows(x, columns, w):
    """Return views in which one row of a filter's window is a run of numbers that lie together."""
    images, height, width, inputs = x.shape
    return (
        x.reshape(images, height, width * inputs),
        columns.reshape(-1, w.shape[0], w.shape[1] * inputs),
    )


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
