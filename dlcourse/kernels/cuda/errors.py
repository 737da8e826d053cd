"""Losses of one output against one target: value and gradient in one pass over the batch.

As on the CPU, each returns Σₙ weight[n] Σₒ loss[n, o] / mass (as a ``Scalar``, which nobody waits
for) and writes its gradient. A thread takes every grid-th number of the whole matrix.
"""

from typing import Any

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import THREADS, Kernel, divided, kernel
from dlcourse.kernels.cuda.memory import workspace
from dlcourse.kernels.cuda.reductions import MOST_PARTS, block_sum, parts_for, summed

real = np.float32


def _terms(name: str, formula: Any) -> Kernel:
    """Make the kernel of a loss of the error y - target or of y and target."""

    @kernel("f4[:, ::1], f4[:, ::1], f4[::1], f4, f4[:, ::1], f4[::1]", name)
    def run(y, target, weight, mass, dy, parts):
        total = real(0)
        i = cuda.grid(1)
        while i < y.size:
            n, o = divided(i, y.shape[1])
            value, slope = formula(y[n, o], target[n, o])
            dy[n, o] = weight[n] / mass * slope
            total += weight[n] * value
            i += cuda.gridsize(1)
        total = block_sum(total)
        if cuda.threadIdx.x == 0:
            parts[cuda.blockIdx.x] = total

    return run


def _terms_with_option(name: str, formula: Any) -> Kernel:
    """Make the kernel of a loss with one number more."""

    @kernel("f4[:, ::1], f4[:, ::1], f4[::1], f4, f4[:, ::1], f4, f4[::1]", name)
    def run(y, target, weight, mass, dy, option, parts):
        total = real(0)
        i = cuda.grid(1)
        while i < y.size:
            n, o = divided(i, y.shape[1])
            value, slope = formula(y[n, o], target[n, o], option)
            dy[n, o] = weight[n] / mass * slope
            total += weight[n] * value
            i += cuda.gridsize(1)
        total = block_sum(total)
        if cuda.threadIdx.x == 0:
            parts[cuda.blockIdx.x] = total

    return run


@formulas.formula
def _squared_error(y, target):
    return formulas.squared_error(y - target)


@formulas.formula
def _absolute_error(y, target):
    return formulas.absolute_error(y - target)


@formulas.formula
def _huber_of_error(y, target, delta):
    return formulas.huber(y - target, delta)


_mean_squared_error = _terms("mean_squared_error", _squared_error)
_mean_absolute_error = _terms("mean_absolute_error", _absolute_error)
_huber = _terms_with_option("huber", _huber_of_error)
_binary_cross_entropy = _terms_with_option("binary_cross_entropy", formulas.binary_cross_entropy)
_hinge = _terms("hinge", formulas.hinge)
_squared_hinge = _terms("squared_hinge", formulas.squared_hinge)


def _mean(terms, y, target, weight, mass, dy, *option):
    blocks = parts_for(y.size)
    parts = workspace(y, "parts of a loss", MOST_PARTS)
    terms[blocks, THREADS](y, target, weight, real(mass), dy, *map(real, option), parts)
    return summed(parts, blocks, 1 / mass)


def mean_squared_error(y, target, weight, mass, dy):
    """Return the mean of (y - target)²; write dy = 2 (y - target) · weight / mass."""
    return _mean(_mean_squared_error, y, target, weight, mass, dy)


def mean_absolute_error(y, target, weight, mass, dy):
    """Return the mean of |y - target|; write dy = sign(y - target) · weight / mass."""
    return _mean(_mean_absolute_error, y, target, weight, mass, dy)


def huber(y, target, weight, mass, delta, dy):
    """Return the mean Huber loss; write dy = (y - target held within ±delta) · weight / mass."""
    return _mean(_huber, y, target, weight, mass, dy, delta)


def binary_cross_entropy(y, target, weight, mass, positive_weight, dy):
    """Return the mean binary cross-entropy of logits y; write its gradient."""
    return _mean(_binary_cross_entropy, y, target, weight, mass, dy, positive_weight)


def hinge(y, target, weight, mass, dy):
    """Return the mean of max(0, 1 - t y), t = ±1; write its gradient."""
    return _mean(_hinge, y, target, weight, mass, dy)


def squared_hinge(y, target, weight, mass, dy):
    """Return the mean of max(0, 1 - t y)², t = ±1; write its gradient."""
    return _mean(_squared_hinge, y, target, weight, mass, dy)
