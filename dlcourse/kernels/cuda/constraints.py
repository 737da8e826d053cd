"""What is done to gradients and weights beside the optimizer's step: clipping and penalties."""

import math

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import THREADS, blocks_for, kernel
from dlcourse.kernels.cuda.memory import workspace
from dlcourse.kernels.cuda.reductions import MOST_PARTS, block_sum, parts_for, summed

real = np.float32


@kernel("f4[::1], f4", "scale_in_place")
def _scale(values, factor):
    i = cuda.grid(1)
    if i < values.size:
        values[i] *= factor


def scale_in_place(values, factor):
    """Multiply every value by the factor."""
    _scale[blocks_for(values.size), THREADS](values, real(factor))


@kernel("f4[::1], f4", "clip_values")
def _clip(values, limit):
    i = cuda.grid(1)
    if i < values.size:
        values[i] = formulas.clip(values[i], limit)


def clip_values(values, limit):
    """Hold every value within ±limit; NaN stays NaN."""
    _clip[blocks_for(values.size), THREADS](values, real(limit))


@kernel("f4[::1], f4, f4, f4[::1]", "penalty_parts")
def _penalty(p, l1, l2, parts):
    total = real(0)
    i = cuda.grid(1)
    while i < p.size:
        total += formulas.penalty(p[i], l1, l2)
        i += cuda.gridsize(1)
    total = block_sum(total)
    if cuda.threadIdx.x == 0:
        parts[cuda.blockIdx.x] = total


def penalty_value(p, l1, l2):
    """Return Σ (l1 |p| + l2/2 p²), as a ``Scalar``."""
    blocks = parts_for(p.size)
    parts = workspace(p, "parts of a penalty", MOST_PARTS)
    _penalty[blocks, THREADS](p, real(l1), real(l2), parts)
    return summed(parts, blocks)


@kernel("f4[::1], f4[::1], f4, f4", "add_penalty_gradient")
def _add_penalty_gradient(p, g, l1, l2):
    i = cuda.grid(1)
    if i < p.size:
        g[i] += formulas.penalty_derivative(p[i], l1, l2)


def add_penalty_gradient(p, g, l1, l2):
    """Update g ← g + l1 sign(p) + l2 p."""
    _add_penalty_gradient[blocks_for(p.size), THREADS](p, g, real(l1), real(l2))


@kernel("f4[:, ::1], f4, f4[::1]", "limit_column_norms")
def _limit_column_norms(w, limit, factor):
    o = cuda.grid(1)
    if o < w.shape[1]:
        total = real(0)
        for i in range(w.shape[0]):
            total += w[i, o] * w[i, o]
        norm = math.sqrt(total)
        share = limit / norm if norm > limit else real(1)
        factor[o] = share
        for i in range(w.shape[0]):
            w[i, o] *= share


def limit_column_norms(w, limit, factor):
    """Scale each column of w with a Euclidean norm above ``limit`` down to it.

    A thread a column: neighbours read neighbouring numbers. ``factor`` is what each was scaled by.
    """
    _limit_column_norms[blocks_for(w.shape[1], 64), 64](w, real(limit), factor)
