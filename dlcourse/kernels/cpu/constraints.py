"""What is done to gradients and weights beside the optimizer's step: clipping, penalties, norms."""

import math

import numpy as np

from dlcourse import formulas
from dlcourse.kernels.cpu.compile import kernel


@kernel("T[::1]")
def sum_of_squares(values):
    """Return Σ values², summed in float64: squares of large float32 values would overflow."""
    total = 0.0
    for i in range(values.size):
        wide = np.float64(values[i])
        total += wide * wide
    return total


@kernel("T[::1], f8")
def scale_in_place(values, factor):
    """Multiply every value by the factor."""
    by = values.dtype.type(factor)
    for i in range(values.size):
        values[i] *= by


def clip_norm(parts, limit):
    """Scale arrays to a common Euclidean norm of at most ``limit``; return the norm before.

    Where the norm is not finite, the arrays are left as they are.
    """
    norm = math.sqrt(sum(sum_of_squares(part) for part in parts))
    if limit < norm < math.inf:
        for part in parts:
            scale_in_place(part, limit / norm)
    return norm


@kernel("T[::1], f8")
def clip_values(values, limit):
    """Hold every value within ±limit; NaN stays NaN."""
    bound = values.dtype.type(limit)
    for i in range(values.size):
        values[i] = formulas.clip(values[i], bound)


@kernel("T[::1], f8, f8")
def penalty_value(p, l1, l2):
    """Return Σ (l1 |p| + l2/2 p²), summed in float64."""
    first, second = p.dtype.type(l1), p.dtype.type(l2)
    total = 0.0
    for i in range(p.size):
        total += formulas.penalty(p[i], first, second)
    return total


@kernel("T[::1], T[::1], f8, f8")
def add_penalty_gradient(p, g, l1, l2):
    """Update g ← g + l1 sign(p) + l2 p."""
    first, second = p.dtype.type(l1), p.dtype.type(l2)
    for i in range(p.size):
        g[i] += formulas.penalty_derivative(p[i], first, second)


@kernel("T[:, ::1], f8, T[::1]")
def limit_column_norms(w, limit, factor):
    """Scale each column of w with a Euclidean norm above ``limit`` down to it.

    ``factor``, one number a column, is work space: row after row is read, in memory's order.
    """
    rows, columns = w.shape
    bound = w.dtype.type(limit)
    factor[:] = 0
    for i in range(rows):
        for o in range(columns):
            factor[o] += w[i, o] * w[i, o]
    for o in range(columns):
        norm = math.sqrt(factor[o])
        factor[o] = bound / norm if norm > bound else w.dtype.type(1)
    for i in range(rows):
        for o in range(columns):
            w[i, o] *= factor[o]
