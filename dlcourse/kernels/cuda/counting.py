"""What is counted or looked for in a batch: right answers, and targets that are none."""

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import THREADS, blocks_for, device, kernel
from dlcourse.kernels.cuda.memory import read, workspace
from dlcourse.kernels.cuda.reductions import (
    MOST_PARTS,
    block_sum,
    parts_for,
    summed,
    total,
)

real = np.float32
ZERO, ONE = real(0), real(1)


@kernel("f4[:, ::1], i8[::1], f4[::1]", "count_correct")
def _count_correct(y, labels, correct):
    n = cuda.grid(1)
    if n < y.shape[0]:
        best = 0
        for c in range(1, y.shape[1]):
            if y[n, c] > y[n, best]:
                best = c
        correct[n] = ONE if best == labels[n] else ZERO


def count_correct(y, labels):
    """Return how many rows of y have their (first) largest value at the label, as a ``Scalar``.

    Exact up to 2²⁴ rows.
    """
    rows = y.shape[0]
    correct = workspace(y, "correct", rows)
    _count_correct[blocks_for(rows, 128), 128](y, labels, correct)
    return total(correct)


@kernel("f4[:, ::1], f4[:, ::1], f4[::1]", "count_same_largest")
def _count_same_largest(y, target, same):
    n = cuda.grid(1)
    if n < y.shape[0]:
        best, right = 0, 0
        for c in range(1, y.shape[1]):
            if y[n, c] > y[n, best]:
                best = c
            if target[n, c] > target[n, right]:
                right = c
        same[n] = ONE if best == right else ZERO


def count_same_largest(y, target):
    """Return how many rows of both have their (first) largest value at the same place."""
    rows = y.shape[0]
    same = workspace(y, "correct", rows)
    _count_same_largest[blocks_for(rows, 128), 128](y, target, same)
    return total(same)


@kernel("f4[::1], f4[::1], f4, f4[::1]", "same_side_parts")
def _same_side(y, target, boundary, parts):
    same = ZERO
    i = cuda.grid(1)
    while i < y.size:
        if (y[i] > ZERO) == (target[i] > boundary):
            same += ONE
        i += cuda.gridsize(1)
    same = block_sum(same)
    if cuda.threadIdx.x == 0:
        parts[cuda.blockIdx.x] = same


def count_same_side(y, target, boundary):
    """Return how often y > 0 agrees with target > boundary, as a ``Scalar``; exact up to 2²⁴."""
    blocks = parts_for(y.size)
    parts = workspace(y, "same side", MOST_PARTS)
    _same_side[blocks, THREADS](y, target, real(boundary), parts)
    return summed(parts, blocks)


@kernel("i8[::1], i8", "set_index")
def _set_index(found, value):
    if cuda.grid(1) == 0:
        found[0] = value


def _search(run, array, count, *options):
    """Return the smallest index that the kernel reports, or -1: for this the host waits.

    Checks of targets come once, before training, not in a step.
    """
    found = workspace(array, "found", 1, np.int64)
    _set_index[1, 32](found, count)
    run[blocks_for(count), THREADS](array, *options, found)
    index = int(read(found)[0])
    return index if index < count else -1


@kernel("f4[::1], f4, f4, i8[::1]", "first_outside")
def _first_outside(values, low, high, found):
    i = cuda.grid(1)
    if i < values.size and not (values[i] >= low and values[i] <= high):
        cuda.atomic.min(found, 0, i)


def first_outside(values, low, high):
    """Return the index of the first value that is not from low to high (NaN is not), or -1."""
    return _search(_first_outside, values, values.size, real(low), real(high))


@kernel("f4[::1], i8[::1]", "first_not_sign")
def _first_not_sign(values, found):
    i = cuda.grid(1)
    if i < values.size and abs(values[i]) != ONE:
        cuda.atomic.min(found, 0, i)


def first_not_sign(values):
    """Return the index of the first value that is neither -1 nor 1, or -1."""
    return _search(_first_not_sign, values, values.size)


@kernel("i8[::1], i8, i8[::1]", "first_label_outside")
def _first_label_outside(labels, classes, found):
    n = cuda.grid(1)
    if n < labels.size and (labels[n] < 0 or labels[n] >= classes):
        cuda.atomic.min(found, 0, n)


def first_label_outside(labels, classes):
    """Return the index of the first label outside 0 … classes - 1, or -1."""
    return _search(_first_label_outside, labels, labels.size, classes)


@device
def _are_probabilities(target, n, tolerance):
    total = ZERO
    smallest = ZERO
    for c in range(target.shape[1]):
        total += target[n, c]
        smallest = target[n, c] if target[n, c] < smallest else smallest
    return smallest >= ZERO and abs(total - ONE) <= tolerance


@kernel("f4[:, ::1], f4, i8[::1]", "first_row_not_probabilities")
def _first_row_not_probabilities(target, tolerance, found):
    n = cuda.grid(1)
    if n < target.shape[0] and not _are_probabilities(target, n, tolerance):
        cuda.atomic.min(found, 0, n)


def first_row_not_probabilities(target, tolerance):
    """Return the first row with a value below 0 or a sum off 1 by over ``tolerance``, or -1."""
    return _search(_first_row_not_probabilities, target, target.shape[0], real(tolerance))
