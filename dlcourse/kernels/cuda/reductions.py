"""Sums over many numbers: each block adds up a part, one last block the parts.

The result stays on the device, as a ``Scalar``: nobody waits for it.

No atomic additions: their order, and with it the last digit, would change from run to run.
Additions go in pairs like a tournament's, so that float32 is enough: the error grows with the
logarithm of the count.
"""

from typing import Any

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import THREADS, blocks_for, device, kernel
from dlcourse.kernels.cuda.memory import workspace
from dlcourse.kernels.cuda.scalars import Scalar, new_scalar

WARPS = THREADS // 32
ALL_LANES = 0xFFFFFFFF
ZERO = np.float32(0)


@device
def warp_sum(value):
    """Return the sum over the warp, in each of its lanes."""
    lanes = 16
    while lanes > 0:
        value += cuda.shfl_xor_sync(ALL_LANES, value, lanes)
        lanes >>= 1
    return value


@device
def strided_sum(values, count):
    """Return the sum of this thread's share of the first ``count`` numbers."""
    total = ZERO
    i = cuda.grid(1)
    while i < count:
        total += values[i]
        i += cuda.gridsize(1)
    return total


@device
def warp_max(value):
    """Return the largest of the warp, in each of its lanes; a NaN may be passed over."""
    lanes = 16
    while lanes > 0:
        other = cuda.shfl_xor_sync(ALL_LANES, value, lanes)
        value = other if other > value else value
        lanes >>= 1
    return value


@device
def block_sum(value):
    """Return the sum over a block of ``THREADS`` threads, in its first warp."""
    sums = cuda.shared.array(WARPS, np.float32)
    value = warp_sum(value)
    if cuda.laneid == 0:
        sums[cuda.threadIdx.x // 32] = value
    cuda.syncthreads()
    value = sums[cuda.laneid] if cuda.laneid < WARPS else ZERO
    return warp_sum(value)


@kernel("f4[::1], f4[::1]")
def sum_parts(values, parts):
    """Write the sum of each block's share of ``values``, all of them strided over the grid."""
    total = block_sum(strided_sum(values, values.size))
    if cuda.threadIdx.x == 0:
        parts[cuda.blockIdx.x] = total


@kernel("f4[::1], i8, f4, f4[::1]")
def finish_sum(parts, count, factor, result):
    """Write factor times the sum of the first ``count`` parts; one block does it."""
    total = block_sum(strided_sum(parts, count))
    if cuda.threadIdx.x == 0:
        result[0] = factor * total


@kernel("f4[::1], i8, f4[::1], f4[::1]")
def finish_mean(parts, count, mass, result):
    """Write the sum of the first ``count`` parts over a mass that is on the device too."""
    total = block_sum(strided_sum(parts, count))
    if cuda.threadIdx.x == 0:
        result[0] = total / mass[0]


#: Blocks of a first pass: one block can add up what they leave.
MOST_PARTS = 1024


def parts_for(count: int) -> int:
    """Return how many blocks share the first pass over ``count`` numbers."""
    return min(MOST_PARTS, blocks_for(count, 4 * THREADS))


def summed(parts: Any, count: int, factor: float = 1.0) -> Scalar:
    """Return factor times the sum of what the blocks of a first pass left."""
    result = new_scalar(parts)
    finish_sum[1, THREADS](parts, count, np.float32(factor), result.array)
    return result


def total(values: Any, factor: float = 1.0) -> Scalar:
    """Return factor times the sum of a flat array on the device."""
    return summed(*partly_summed(values), factor)


def partly_summed(values: Any) -> tuple[Any, int]:
    """Return numbers few enough for one block, with the same sum, and how many they are."""
    if values.size <= MOST_PARTS:
        return values, values.size
    blocks = parts_for(values.size)
    parts = workspace(values, "parts of a sum", MOST_PARTS)
    sum_parts[blocks, THREADS](values, parts)
    return parts, blocks
