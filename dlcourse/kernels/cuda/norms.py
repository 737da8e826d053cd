"""Euclidean norms of float32 numbers of any size, in one pass, without float64.

The square of a gradient of 10²⁰ is infinite in float32, and that of 10⁻²³ is 0. So each number goes
into one of three sums by its size: large ones are scaled down before they are squared, small ones
up (Blue 1978). What is left is m · 4ᵉ with an m that float32 holds.
"""

import math
from collections.abc import Sequence
from typing import Any

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import THREADS, blocks_for, device, kernel
from dlcourse.kernels.cuda.memory import workspace
from dlcourse.kernels.cuda.reductions import MOST_PARTS, block_sum, parts_for, strided_sum
from dlcourse.kernels.cuda.scalars import new_scalar

real = np.float32
ZERO, ONE = real(0), real(1)

#: From here on a number counts as large (below the other one as small), and the power of two that
#: it is multiplied by: squares of both, and sums of 2³⁰ of them, then stay within float32.
LARGE, SMALL = real(2.0**50), real(2.0**-50)
SHIFT = 80
DOWN, UP = real(2.0**-SHIFT), real(2.0**SHIFT)
SHIFTED = real(SHIFT)


@kernel("f4[::1], f4[::1], f4[::1], f4[::1], i8")
def sum_square_parts(values, large, middle, small, start):
    """Write each block's three sums of squares, from place ``start`` on."""
    sum_large, sum_middle, sum_small = ZERO, ZERO, ZERO
    i = cuda.grid(1)
    while i < values.size:
        size = abs(values[i])
        if size >= LARGE:
            size *= DOWN
            sum_large += size * size
        elif size < SMALL:
            size *= UP
            sum_small += size * size
        else:  # NaN comes here as well, and stays
            sum_middle += size * size
        i += cuda.gridsize(1)
    sum_large = block_sum(sum_large)
    cuda.syncthreads()  # the next sum uses the same shared memory
    sum_middle = block_sum(sum_middle)
    cuda.syncthreads()
    sum_small = block_sum(sum_small)
    if cuda.threadIdx.x == 0:
        place = start + cuda.blockIdx.x
        large[place] = sum_large
        middle[place] = sum_middle
        small[place] = sum_small


@device
def squares_in_all(large, middle, small, count):
    """Return m and e: the sum of squares of all parts is m · 4ᵉ."""
    sum_large = block_sum(strided_sum(large, count))
    cuda.syncthreads()
    sum_middle = block_sum(strided_sum(middle, count))
    cuda.syncthreads()
    sum_small = block_sum(strided_sum(small, count))
    # Twice 2⁻⁸⁰, since 4⁻⁸⁰ is no float32.
    if sum_large > ZERO or sum_large != sum_large:
        return sum_large + sum_middle * DOWN * DOWN, SHIFTED
    if sum_middle != ZERO:
        return sum_middle + sum_small * DOWN * DOWN, ZERO
    return sum_small, -SHIFTED


@kernel("f4[::1], f4[::1], f4[::1], i8, f4[::1]")
def finish_squares(large, middle, small, count, result):
    """Write m and e; one block does it."""
    squares, exponent = squares_in_all(large, middle, small, count)
    if cuda.threadIdx.x == 0:
        result[0] = squares
        result[1] = exponent


@kernel("f4[::1], f4[::1], f4[::1], i8, f4, f4[::1], f4[::1]")
def finish_norm(large, middle, small, count, limit, result, factor):
    """Write the norm, and by what to scale it down to ``limit``: 1 if it is below or not finite."""
    squares, exponent = squares_in_all(large, middle, small, count)
    if cuda.threadIdx.x == 0:
        root = math.sqrt(squares)
        back, forth = ONE, ONE
        if exponent > ZERO:
            back, forth = UP, DOWN
        elif exponent < ZERO:
            back, forth = DOWN, UP
        result[0] = root * back
        bound = limit * forth
        is_finite = root - root == ZERO
        factor[0] = bound / root if root > bound and is_finite else ONE


@kernel("f4[::1], f4[::1]")
def scale_by(values, factor):
    """Multiply every value by a factor that is on the device; by 1 nothing is done."""
    i = cuda.grid(1)
    if i < values.size and factor[0] != ONE:
        values[i] *= factor[0]


def _sums_of_parts(parts: Sequence[Any]) -> tuple[Any, Any, Any, int]:
    """Launch the first pass over each array; return where its sums are, and how many."""
    blocks = [parts_for(part.size) for part in parts]
    room = MOST_PARTS * len(parts)
    sums = [workspace(parts[0], f"{size} squares", room) for size in ("large", "middle", "small")]
    start = 0
    for part, count in zip(parts, blocks, strict=True):
        sum_square_parts[count, THREADS](part, *sums, start)
        start += count
    return *sums, start


def sum_of_squares(values):
    """Return Σ values² as a ``Scalar``, which may be beyond float32 either way."""
    result = new_scalar(values, lambda numbers: float(numbers[0]) * 4.0 ** float(numbers[1]))
    finish_squares[1, THREADS](*_sums_of_parts([values]), result.array)
    return result


def clip_norm(parts, limit):
    """Scale arrays to a common Euclidean norm of at most ``limit``; return the norm before.

    The norm is a ``Scalar``: infinite beyond float32's range. Where it is not finite, the arrays
    are left as they are.
    """
    result = new_scalar(parts[0])
    factor = workspace(parts[0], "factor of a norm", 1)
    finish_norm[1, THREADS](*_sums_of_parts(parts), real(limit), result.array, factor)
    for part in parts:
        scale_by[blocks_for(part.size), THREADS](part, factor)
    return result
