"""Losses over classes: value and gradient in one pass over the batch, and what is counted beside.

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


@kernel("T[:, ::1], i8[::1], T[::1], T[::1], f8, T[:, ::1]")
def weighted_softmax_cross_entropy(y, labels, class_weight, weight, smoothing, dy):
    """Return the weighted mean of Σ_c q_c (-log softmax(y)_c) and write its gradient.

    q_c = class_weight[c] · ((1 - smoothing) · onehot_c + smoothing / classes), and the mean is over
    weight[n] · class_weight[label of n]. The gradient of one row is p Σ q - q, p = softmax(y).
    """
    rows, classes = y.shape
    real = y.dtype.type
    keep, spread = real(1 - smoothing), real(smoothing / classes)
    spread_in_all = real(0)
    for c in range(classes):
        spread_in_all += spread * class_weight[c]
    mass = 0.0
    for n in range(rows):
        mass += weight[n] * class_weight[labels[n]]
    total = 0.0
    for n in range(rows):
        label = labels[n]
        at_label = keep * class_weight[label]
        largest = y[n, 0]
        for c in range(1, classes):
            largest = max(largest, y[n, c])
        sum_of_exponentials = real(0)
        for c in range(classes):
            exponential = formulas.exp(y[n, c] - largest)
            dy[n, c] = exponential
            sum_of_exponentials += exponential
        log_sum = math.log(sum_of_exponentials)
        scale = real(weight[n] / mass)
        factor = scale * (at_label + spread_in_all) / sum_of_exponentials
        scaled_spread = scale * spread
        row = real(0)
        for c in range(classes):
            dy[n, c] = factor * dy[n, c] - scaled_spread * class_weight[c]
            row += class_weight[c] * (log_sum - (y[n, c] - largest))
        dy[n, label] -= scale * at_label
        total += weight[n] * (spread * row + at_label * (log_sum - (y[n, label] - largest)))
    return total / mass


@kernel("T[:, ::1], T[:, ::1], T[::1], T[::1], f8, f8, T[:, ::1]")
def softmax_cross_entropy_of_probabilities(y, target, class_weight, weight, mass, smoothing, dy):
    """Return Σₙ weight[n] Σ_c q_c (-log softmax(y)_c) / mass and write its gradient.

    q_c = class_weight[c] · ((1 - smoothing) · target[n, c] + smoothing / classes).
    """
    rows, classes = y.shape
    real = y.dtype.type
    keep, spread = real(1 - smoothing), real(smoothing / classes)
    total = 0.0
    for n in range(rows):
        largest = y[n, 0]
        for c in range(1, classes):
            largest = max(largest, y[n, c])
        sum_of_exponentials = real(0)
        pull = real(0)
        for c in range(classes):
            exponential = formulas.exp(y[n, c] - largest)
            dy[n, c] = exponential
            sum_of_exponentials += exponential
            pull += class_weight[c] * (keep * target[n, c] + spread)
        log_sum = math.log(sum_of_exponentials)
        scale = real(weight[n] / mass)
        factor = scale * pull / sum_of_exponentials
        row = real(0)
        for c in range(classes):
            q = class_weight[c] * (keep * target[n, c] + spread)
            dy[n, c] = factor * dy[n, c] - scale * q
            row += q * (log_sum - (y[n, c] - largest))
        total += weight[n] * row
    return total / mass


@kernel("T[:, ::1], i8[::1], T[::1], f8, f8, T[:, ::1]")
def multi_class_hinge(y, labels, weight, mass, margin, dy):
    """Return the weighted mean of Σ_{c ≠ label} max(0, margin - y[label] + y[c]) / classes.

    Its gradient is 1 / classes for each class within the margin, and minus their sum at the label.
    """
    rows, classes = y.shape
    real = y.dtype.type
    total = 0.0
    for n in range(rows):
        label = labels[n]
        level = real(margin) - y[n, label]
        scale = real(weight[n] / (mass * classes))
        row = real(0)
        within = real(0)
        for c in range(classes):
            missing = formulas.relu(level + y[n, c])
            slope = formulas.relu_derivative(missing)
            dy[n, c] = scale * slope
            row += missing
            within += slope
        # The label's own term is in the sums as well: the margin itself, which is above 0.
        dy[n, label] = -scale * (within - real(1))
        total += weight[n] * (row - real(margin))
    return total / (mass * classes)


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


@kernel("T[:, ::1], T[:, ::1]")
def count_same_largest(y, target):
    """Return how many rows of both have their (first) largest value at the same place."""
    same = 0
    for n in range(y.shape[0]):
        best, right = 0, 0
        for c in range(1, y.shape[1]):
            if y[n, c] > y[n, best]:
                best = c
            if target[n, c] > target[n, right]:
                right = c
        same += best == right
    return same


@kernel("i8[::1], i8")
def first_label_outside(labels, classes):
    """Return the index of the first label outside 0 … classes - 1, or -1."""
    for n in range(labels.size):
        if labels[n] < 0 or labels[n] >= classes:
            return n
    return -1


@kernel("T[:, ::1], f8")
def first_row_not_probabilities(target, tolerance):
    """Return the first row with a value below 0 or a sum off 1 by over ``tolerance``, or -1."""
    for n in range(target.shape[0]):
        total = 0.0
        smallest = 0.0
        for c in range(target.shape[1]):
            total += target[n, c]
            smallest = min(smallest, target[n, c])
        if smallest < 0 or not (abs(total - 1) <= tolerance):
            return n
    return -1
