"""Whole arrays at once: filled, copied, gathered from, added up."""

import numpy as np

from dlcourse.kernels.cpu.compile import kernel


def fill(values, value):
    """Write one number everywhere; ``values`` is flat."""
    values.fill(value)


def copy(source, target):
    """Write target = source, both flat."""
    np.copyto(target, source)


def gather_rows(x, indices, y):
    """Write y[k] = x[indices[k]]: a batch out of a data set; x and y are matrices."""
    # mode="clip" writes straight into the buffer; the default copies once more first
    np.take(x, indices, axis=0, out=y, mode="clip")


@kernel("T[::1], T[::1], f8")
def add_scaled(total, values, factor):
    """Update total ← total + factor · values: what gathers the gradients of several batches."""
    by = values.dtype.type(factor)
    for i in range(total.size):
        total[i] += by * values[i]
