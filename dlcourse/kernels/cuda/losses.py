"""Losses over classes: a warp a row, value and gradient in one pass; nobody waits for them."""

import math

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import THREADS, blocks_for, kernel
from dlcourse.kernels.cuda.memory import workspace
from dlcourse.kernels.cuda.reductions import finish_mean, finish_sum, partly_summed, total, warp_sum
from dlcourse.kernels.cuda.scalars import new_scalar
from dlcourse.kernels.cuda.softmax import LANES, ROWS, exponentials_of_row

real = np.float32
ZERO, ONE = real(0), real(1)


@kernel("f4[:, ::1], i8[::1], f4[:, ::1], f4[::1], f4", "softmax_cross_entropy")
def _softmax_cross_entropy(y, labels, dy, losses, scale):
    lane = cuda.threadIdx.x
    n = cuda.blockIdx.x * ROWS + cuda.threadIdx.y
    if n >= y.shape[0]:  # a whole warp has no row
        return
    largest, exponentials = exponentials_of_row(y, n, lane, dy)
    factor = scale / exponentials
    label = labels[n]
    for c in range(lane, y.shape[1], LANES):
        dy[n, c] = dy[n, c] * factor - (scale if c == label else ZERO)
    if lane == 0:
        losses[n] = math.log(exponentials) - (y[n, label] - largest)


def softmax_cross_entropy(y, labels, dy):
    """Return the mean of -log softmax(y)[label]; write dy = (softmax(y) - onehot) / n.

    The largest logit of a row is subtracted first, so that no exponential overflows.
    """
    rows = y.shape[0]
    losses = workspace(y, "losses", rows)
    arguments = y, labels, dy, losses, real(1 / rows)
    _softmax_cross_entropy[blocks_for(rows, ROWS), (LANES, ROWS)](*arguments)
    return total(losses, 1 / rows)


@kernel("i8[::1], f4[::1], f4[::1], f4[::1]", "masses")
def _masses(labels, class_weight, weight, masses):
    n = cuda.grid(1)
    if n < labels.size:
        masses[n] = weight[n] * class_weight[labels[n]]


@kernel(
    "f4[:, ::1], i8[::1], f4[::1], f4[::1], f4, f4, f4[::1], f4[:, ::1], f4[::1]",
    "weighted_softmax_cross_entropy",
)
def _weighted(y, labels, class_weight, weight, keep, spread, mass, dy, losses):
    lane = cuda.threadIdx.x
    n = cuda.blockIdx.x * ROWS + cuda.threadIdx.y
    if n >= y.shape[0]:
        return
    largest, exponentials = exponentials_of_row(y, n, lane, dy)
    class_weights, row = ZERO, ZERO
    log_sum = math.log(exponentials)
    for c in range(lane, y.shape[1], LANES):
        class_weights += class_weight[c]
        row += class_weight[c] * (log_sum - (y[n, c] - largest))
    class_weights, row = warp_sum(class_weights), warp_sum(row)
    label = labels[n]
    at_label = keep * class_weight[label]
    scale = weight[n] / mass[0]
    factor = scale * (at_label + spread * class_weights) / exponentials
    scaled_spread = scale * spread
    for c in range(lane, y.shape[1], LANES):
        pull = scaled_spread * class_weight[c] + (scale * at_label if c == label else ZERO)
        dy[n, c] = factor * dy[n, c] - pull
    if lane == 0:
        losses[n] = weight[n] * (spread * row + at_label * (log_sum - (y[n, label] - largest)))


def weighted_softmax_cross_entropy(y, labels, class_weight, weight, smoothing, dy):
    """Return the weighted mean of Σ_c q_c (-log softmax(y)_c) and write its gradient.

    q_c = class_weight[c] · ((1 - smoothing) · onehot_c + smoothing / classes), and the mean is over
    weight[n] · class_weight[label of n], which is added up on the device before.
    """
    rows, classes = y.shape
    masses, mass = workspace(y, "masses", rows), workspace(y, "mass", 1)
    _masses[blocks_for(rows), THREADS](labels, class_weight, weight, masses)
    finish_sum[1, THREADS](*partly_summed(masses), ONE, mass)
    losses = workspace(y, "losses", rows)
    shares = real(1 - smoothing), real(smoothing / classes)
    arguments = y, labels, class_weight, weight, *shares, mass, dy, losses
    _weighted[blocks_for(rows, ROWS), (LANES, ROWS)](*arguments)
    result = new_scalar(y)
    finish_mean[1, THREADS](*partly_summed(losses), mass, result.array)
    return result


@kernel(
    "f4[:, ::1], f4[:, ::1], f4[::1], f4[::1], f4, f4, f4, f4[:, ::1], f4[::1]",
    "softmax_cross_entropy_of_probabilities",
)
def _of_probabilities(y, target, class_weight, weight, mass, keep, spread, dy, losses):
    lane = cuda.threadIdx.x
    n = cuda.blockIdx.x * ROWS + cuda.threadIdx.y
    if n >= y.shape[0]:
        return
    largest, exponentials = exponentials_of_row(y, n, lane, dy)
    pull, row = ZERO, ZERO
    log_sum = math.log(exponentials)
    for c in range(lane, y.shape[1], LANES):
        q = class_weight[c] * (keep * target[n, c] + spread)
        pull += q
        row += q * (log_sum - (y[n, c] - largest))
    pull, row = warp_sum(pull), warp_sum(row)
    scale = weight[n] / mass
    factor = scale * pull / exponentials
    for c in range(lane, y.shape[1], LANES):
        q = class_weight[c] * (keep * target[n, c] + spread)
        dy[n, c] = factor * dy[n, c] - scale * q
    if lane == 0:
        losses[n] = weight[n] * row


def softmax_cross_entropy_of_probabilities(y, target, class_weight, weight, mass, smoothing, dy):
    """Return Σₙ weight[n] Σ_c q_c (-log softmax(y)_c) / mass and write its gradient.

    q_c = class_weight[c] · ((1 - smoothing) · target[n, c] + smoothing / classes).
    """
    rows, classes = y.shape
    losses = workspace(y, "losses", rows)
    options = real(mass), real(1 - smoothing), real(smoothing / classes)
    arguments = y, target, class_weight, weight, *options, dy, losses
    _of_probabilities[blocks_for(rows, ROWS), (LANES, ROWS)](*arguments)
    return total(losses, 1 / mass)


@kernel("f4[:, ::1], i8[::1], f4[::1], f4, f4, f4[:, ::1], f4[::1]", "multi_class_hinge")
def _multi_class_hinge(y, labels, weight, mass, margin, dy, losses):
    lane = cuda.threadIdx.x
    n = cuda.blockIdx.x * ROWS + cuda.threadIdx.y
    if n >= y.shape[0]:
        return
    label = labels[n]
    level = margin - y[n, label]
    scale = weight[n] / mass
    row, within = ZERO, ZERO
    for c in range(lane, y.shape[1], LANES):
        if c != label:
            missing = formulas.relu(level + y[n, c])
            slope = formulas.relu_derivative(missing)
            dy[n, c] = scale * slope
            row += missing
            within += slope
    row, within = warp_sum(row), warp_sum(within)
    if lane == 0:
        dy[n, label] = -scale * within
        losses[n] = weight[n] * row


def multi_class_hinge(y, labels, weight, mass, margin, dy):
    """Return the weighted mean of Σ_{c ≠ label} max(0, margin - y[label] + y[c]) / classes.

    Its gradient is 1 / classes for each class within the margin, and minus their sum at the label.
    """
    rows, classes = y.shape
    losses = workspace(y, "losses", rows)
    arguments = y, labels, weight, real(mass * classes), real(margin), dy, losses
    _multi_class_hinge[blocks_for(rows, ROWS), (LANES, ROWS)](*arguments)
    return total(losses, 1 / (mass * classes))
