"""The first rungs of the ladder to a fast matrix product: what ``products`` is better than.

The library does not call these; the book and the benchmarks do, to show what each rung brings.

1. ``naive``: a thread a result. Each number of A and of B comes from memory once for every result
   that needs it: two reads for one multiplication and addition.
2. ``tiled``: a block a tile. The block fetches a piece of A and of B into shared memory once, for
   all its threads; each number is fetched once for 16 results, but still read from shared memory
   for each.
3. ``products.product``: a thread a square of results. What was read from shared memory serves
   eight results; the next pieces are fetched meanwhile, and read 16 bytes at a time.
"""

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import blocks_for, kernel

#: Side of the tile, in threads and in results.
SIDE = 16
WIDTH = SIDE + 1  # a column of a tile then lies in different banks of shared memory
ZERO = np.float32(0)

MATRICES = "f4[:, ::1], f4[:, ::1], f4[:, ::1]"


@kernel(MATRICES, "ladder_naive")
def _naive(a, b, c):
    column, row = cuda.grid(2)
    if row < c.shape[0] and column < c.shape[1]:
        total = ZERO
        for k in range(a.shape[1]):
            total += a[row, k] * b[k, column]
        c[row, column] = total


@kernel(MATRICES, "ladder_tiled")
def _tiled(a, b, c):
    a_tile = cuda.shared.array((SIDE, WIDTH), np.float32)
    b_tile = cuda.shared.array((SIDE, WIDTH), np.float32)
    column, row = cuda.grid(2)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    total = ZERO
    for start in range(0, a.shape[1], SIDE):
        k = start + across
        a_tile[down, across] = a[row, k] if row < a.shape[0] and k < a.shape[1] else ZERO
        k = start + down
        b_tile[down, across] = b[k, column] if k < b.shape[0] and column < b.shape[1] else ZERO
        cuda.syncthreads()
        for k in range(SIDE):
            total += a_tile[down, k] * b_tile[k, across]
        cuda.syncthreads()  # nobody fetches the next pieces before all have used these
    if row < c.shape[0] and column < c.shape[1]:
        c[row, column] = total


def _grid(c):
    return (blocks_for(c.shape[1], SIDE), blocks_for(c.shape[0], SIDE)), (SIDE, SIDE)


def naive(a, b, c):
    """Write c = a b, a thread a result."""
    _naive[_grid(c)](a, b, c)


def tiled(a, b, c):
    """Write c = a b by tiles in shared memory."""
    _tiled[_grid(c)](a, b, c)
