"""Losses: value and gradient in one pass over the batch, and what is counted beside them.

Each returns the mean over the batch, summed in float64 whatever the arrays hold: a batch of ten
thousand float32 losses would otherwise lose three digits.
"""

import math

from dlcourse import formulas
from dlcourse.kernels.cpu.compile import kernel


@kernel("T[:, ::1], i8[::1], T[:, ::1]")
def softmax_cross_entropy(y, labels, dy):
    """Return the mean of -log softmax(y)[label]; write dy = (softmax(y) - onehot) / n.

    The largest logit of a row is subtracted first, so that no exponential overflows.
    """
    rows, classes = y.shape
    scale = y.dtype.type(1 / rows)
    total = 0.0
    for n in range(rows):
        largest = y[n, 0]
        for c in range(1, classes):
            largest = max(largest, y[n, c])
        sum_of_exponentials = y.dtype.type(0)
        for c in range(classes):
            exponential = formulas.exp(y[n, c] - largest)
            dy[n, c] = exponential
            sum_of_exponentials += exponential
        factor = scale / sum_of_exponentials
        for c in range(classes):
            dy[n, c] *= factor
        label = labels[n]
        dy[n, label] -= scale
        total += math.log(sum_of_exponentials) - (y[n, label] - largest)
    return total / rows


@kernel("T[::1], T[::1], T[::1]")
def mean_squared_error(y, target, dy):
    """Return the mean of (y - target)² over all elements; write dy = 2 (y - target) / size."""
    scale = y.dtype.type(2 / y.size)
    total = 0.0
    for i in range(y.size):
        difference = y[i] - target[i]
        dy[i] = scale * difference
        total += difference * difference
    return total / y.size


@kernel("T[:, ::1], i8[::1]")
def count_correct(y, labels):
    """Return how many rows of y have their (first) largest value at the label."""
    correct = 0
    for n in range(y.shape[0]):
        best = 0
        for c in range(1, y.shape[1]):
            if y[n, c] > y[n, best]:
                best = c
        correct += best == labels[n]
    return correct


@kernel("i8[::1], i8")
def first_label_outside(labels, classes):
    """Return the index of the first label outside 0 … classes - 1, or -1."""
    for n in range(labels.size):
        if labels[n] < 0 or labels[n] >= classes:
            return n
    return -1
