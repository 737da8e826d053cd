"""Sums over many numbers: each block adds up a part, one last block the parts.

No atomic additions: their order, and with it the last digit, would change from run to run.
Additions go in pairs like a tournament's, so that float32 is enough: the error grows with the
logarithm of the count.
"""

from typing import Any

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import THREADS, blocks_for, device, empty_like, kernel

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


@device
def block_max(value):
    """Return the largest over a block of ``THREADS`` threads, in its first warp."""
    largest = cuda.shared.array(WARPS, np.float32)
    value = warp_max(value)
    if cuda.laneid == 0:
        largest[cuda.threadIdx.x // 32] = value
    cuda.syncthreads()
    value = largest[cuda.laneid] if cuda.laneid < WARPS else largest[0]
    return warp_max(value)


@kernel("f4[::1], f4[::1]")
def sum_parts(values, parts):
    """Write the sum of each block's share of ``values``, all of them strided over the grid."""
    total = ZERO
    i = cuda.grid(1)
    while i < values.size:
        total += values[i]
        i += cuda.gridsize(1)
    total = block_sum(total)
    if cuda.threadIdx.x == 0:
        parts[cuda.blockIdx.x] = total


@kernel("f4[::1], f4, f4[::1]")
def sum_square_parts(values, scale, parts):
    """Write the sum of each block's (scale · values)²."""
    total = ZERO
    i = cuda.grid(1)
    while i < values.size:
        scaled = scale * values[i]
        total += scaled * scaled
        i += cuda.gridsize(1)
    total = block_sum(total)
    if cuda.threadIdx.x == 0:
        parts[cuda.blockIdx.x] = total


@kernel("f4[::1], f4[::1]")
def largest_parts(values, parts):
    """Write the largest |value| of each block's share."""
    largest = ZERO
    i = cuda.grid(1)
    while i < values.size:
        size = abs(values[i])
        largest = size if size > largest else largest
        i += cuda.gridsize(1)
    largest = block_max(largest)
    if cuda.threadIdx.x == 0:
        parts[cuda.blockIdx.x] = largest


#: Blocks of a first pass: one block can add up what they leave.
MOST_PARTS = 1024


def parts_for(count: int) -> int:
    """Return how many blocks share the first pass over ``count`` numbers."""
    return min(MOST_PARTS, blocks_for(count, 4 * THREADS))


def finish(launch_parts: Any, values: Any, parts: Any) -> float:
    """Reduce the parts by one block and bring the result to the host, which waits for it."""
    result = empty_like(values, 1, np.float32)
    launch_parts[1, THREADS](parts, result)
    return float(result.copy_to_host()[0])


def total(values: Any) -> float:
    """Return the sum of a flat array on the device."""
    blocks = parts_for(values.size)
    parts = empty_like(values, blocks, np.float32)
    sum_parts[blocks, THREADS](values, parts)
    return finish(sum_parts, values, parts)


def largest(values: Any) -> float:
    """Return the largest |value| of a flat array on the device."""
    blocks = parts_for(values.size)
    parts = empty_like(values, blocks, np.float32)
    largest_parts[blocks, THREADS](values, parts)
    return finish(largest_parts, values, parts)
