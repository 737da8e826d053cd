"""Losses of one output against one target: value and gradient in one pass over the batch.

Each returns the weighted mean over all elements, Σₙ weight[n] Σₒ loss[n, o] / mass, and writes its
gradient; ``mass`` is Σₙ weight[n] times the number of columns. A row of y goes with one weight: a
batch in which all weigh the same comes as a single long row of weight 1, which one inner loop runs
through. Sums are in float64 whatever the arrays hold.
"""

from dlcourse import formulas
from dlcourse.kernels.cpu.compile import kernel


@kernel("T[:, ::1], T[:, ::1], T[::1], f8, T[:, ::1]")
def mean_squared_error(y, target, weight, mass, dy):
    """Return the mean of (y - target)²; write dy = 2 (y - target) · weight / mass."""
    total = 0.0
    for n in range(y.shape[0]):
        scale = y.dtype.type(weight[n] / mass)
        row = 0.0
        for o in range(y.shape[1]):
            value, slope = formulas.squared_error(y[n, o] - target[n, o])
            dy[n, o] = scale * slope
            row += value
        total += weight[n] * row
    return total / mass


@kernel("T[:, ::1], T[:, ::1], T[::1], f8, T[:, ::1]")
def mean_absolute_error(y, target, weight, mass, dy):
    """Return the mean of |y - target|; write dy = sign(y - target) · weight / mass."""
    total = 0.0
    for n in range(y.shape[0]):
        scale = y.dtype.type(weight[n] / mass)
        row = 0.0
        for o in range(y.shape[1]):
            value, slope = formulas.absolute_error(y[n, o] - target[n, o])
            dy[n, o] = scale * slope
            row += value
        total += weight[n] * row
    return total / mass


@kernel("T[:, ::1], T[:, ::1], T[::1], f8, f8, T[:, ::1]")
def huber(y, target, weight, mass, delta, dy):
    """Return the mean Huber loss; write dy = (y - target held within ±delta) · weight / mass."""
    limit = y.dtype.type(delta)
    total = 0.0
    for n in range(y.shape[0]):
        scale = y.dtype.type(weight[n] / mass)
        row = 0.0
        for o in range(y.shape[1]):
            value, slope = formulas.huber(y[n, o] - target[n, o], limit)
            dy[n, o] = scale * slope
            row += value
        total += weight[n] * row
    return total / mass


@kernel("T[:, ::1], T[:, ::1], T[::1], f8, f8, T[:, ::1]")
def binary_cross_entropy(y, target, weight, mass, positive_weight, dy):
    """Return the mean binary cross-entropy of logits y; write its gradient."""
    positive = y.dtype.type(positive_weight)
    total = 0.0
    for n in range(y.shape[0]):
        scale = y.dtype.type(weight[n] / mass)
        row = 0.0
        for o in range(y.shape[1]):
            value, slope = formulas.binary_cross_entropy(y[n, o], target[n, o], positive)
            dy[n, o] = scale * slope
            row += value
        total += weight[n] * row
    return total / mass


@kernel("T[:, ::1], T[:, ::1], T[::1], f8, T[:, ::1]")
def hinge(y, target, weight, mass, dy):
    """Return the mean of max(0, 1 - t y), t = ±1; write its gradient."""
    total = 0.0
    for n in range(y.shape[0]):
        scale = y.dtype.type(weight[n] / mass)
        row = 0.0
        for o in range(y.shape[1]):
            value, slope = formulas.hinge(y[n, o], target[n, o])
            dy[n, o] = scale * slope
            row += value
        total += weight[n] * row
    return total / mass


@kernel("T[:, ::1], T[:, ::1], T[::1], f8, T[:, ::1]")
def squared_hinge(y, target, weight, mass, dy):
    """Return the mean of max(0, 1 - t y)², t = ±1; write its gradient."""
    total = 0.0
    for n in range(y.shape[0]):
        scale = y.dtype.type(weight[n] / mass)
        row = 0.0
        for o in range(y.shape[1]):
            value, slope = formulas.squared_hinge(y[n, o], target[n, o])
            dy[n, o] = scale * slope
            row += value
        total += weight[n] * row
    return total / mass


@kernel("T[::1], T[::1], f8")
def count_same_side(y, target, boundary):
    """Return how often y > 0 agrees with target > boundary."""
    same = 0
    for i in range(y.size):
        same += (y[i] > 0) == (target[i] > boundary)
    return same


@kernel("T[::1], f8, f8")
def first_outside(values, low, high):
    """Return the index of the first value that is not from low to high (NaN is not), or -1."""
    for i in range(values.size):
        if not (low <= values[i] <= high):
            return i
    return -1


@kernel("T[::1]")
def first_not_sign(values):
    """Return the index of the first value that is neither -1 nor 1, or -1."""
    for i in range(values.size):
        if abs(values[i]) != 1:
            return i
    return -1
