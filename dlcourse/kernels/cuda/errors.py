"""Losses of one output against one target: value and gradient in one pass over the batch.

As on the CPU, each returns Σₙ weight[n] Σₒ loss[n, o] / mass (as a float, for which the host
waits) and writes its gradient. A thread takes every grid-th number of the whole matrix.
"""

from collections.abc import Callable
from typing import Any

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import THREADS, empty_like, kernel
from dlcourse.kernels.cuda.reductions import block_sum, finish, parts_for, sum_parts

real = np.float32


def _loss(name: str, formula: Any) -> Callable:
    """Make the kernel of a loss of the error y - target or of y and target."""

    @kernel("f4[:, ::1], f4[:, ::1], f4[::1], f4, f4[:, ::1], f4[::1]", name)
    def run(y, target, weight, mass, dy, parts):
        total = real(0)
        i = cuda.grid(1)
        while i < y.size:
            n, o = i // y.shape[1], i % y.shape[1]
            value, slope = formula(y[n, o], target[n, o])
            dy[n, o] = weight[n] / mass * slope
            total += weight[n] * value
            i += cuda.gridsize(1)
        total = block_sum(total)
        if cuda.threadIdx.x == 0:
            parts[cuda.blockIdx.x] = total

    def loss(y, target, weight, mass, dy):
        blocks = parts_for(y.size)
        parts = empty_like(y, blocks, np.float32)
        run[blocks, THREADS](y, target, weight, real(mass), dy, parts)
        return finish(sum_parts, y, parts) / mass

    loss.__name__ = loss.__qualname__ = name
    return loss


def _loss_with_option(name: str, formula: Any) -> Callable:
    """Make the kernel of a loss with one number more."""

    @kernel("f4[:, ::1], f4[:, ::1], f4[::1], f4, f4, f4[:, ::1], f4[::1]", name)
    def run(y, target, weight, mass, option, dy, parts):
        total = real(0)
        i = cuda.grid(1)
        while i < y.size:
            n, o = i // y.shape[1], i % y.shape[1]
            value, slope = formula(y[n, o], target[n, o], option)
            dy[n, o] = weight[n] / mass * slope
            total += weight[n] * value
            i += cuda.gridsize(1)
        total = block_sum(total)
        if cuda.threadIdx.x == 0:
            parts[cuda.blockIdx.x] = total

    def loss(y, target, weight, mass, option, dy):
        blocks = parts_for(y.size)
        parts = empty_like(y, blocks, np.float32)
        run[blocks, THREADS](y, target, weight, real(mass), real(option), dy, parts)
        return finish(sum_parts, y, parts) / mass

    loss.__name__ = loss.__qualname__ = name
    return loss


@formulas.formula
def _squared_error(y, target):
    return formulas.squared_error(y - target)


@formulas.formula
def _absolute_error(y, target):
    return formulas.absolute_error(y - target)


@formulas.formula
def _huber(y, target, delta):
    return formulas.huber(y - target, delta)


mean_squared_error = _loss("mean_squared_error", _squared_error)
mean_absolute_error = _loss("mean_absolute_error", _absolute_error)
hinge = _loss("hinge", formulas.hinge)
squared_hinge = _loss("squared_hinge", formulas.squared_hinge)
huber = _loss_with_option("huber", _huber)
binary_cross_entropy = _loss_with_option("binary_cross_entropy", formulas.binary_cross_entropy)
