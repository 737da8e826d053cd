"""Sums down the columns of a matrix: of a bias's gradient, of moments over a batch.

A batch of images has tens of thousands of rows, a pixel each, and few columns, which one block
would walk down alone. So the rows are shared among many blocks; what each has found is added up
in the order of the blocks, so that the last digit is the same in every run.
"""

import numpy as np
from numba import cuda

from dlcourse.kernels.cuda.compile import BUSY, blocks_for, kernel
from dlcourse.kernels.cuda.memory import workspace

ZERO = np.float32(0)

#: A block works on 32 columns (neighbours in memory, fetched at once), eight rows at a time.
COLUMNS, ROWS = 32, 8
#: The fewest rows that are worth a block.
FEWEST_ROWS = 256


def rows_of_a_share(rows: int, columns: int) -> tuple[int, int]:
    """Return how many rows a block takes, and among how many blocks they are shared so."""
    shares = max(1, min(2 * BUSY // blocks_for(columns, COLUMNS), rows // FEWEST_ROWS))
    share = blocks_for(rows, shares)
    return share, blocks_for(rows, share)


@kernel("f4[:, ::1], i8, i8, i8, f4[::1]", "sum_rows")
def _sum_rows(dy, first, columns, share, sums):
    tile = cuda.shared.array((ROWS, COLUMNS), np.float32)
    across, down = cuda.threadIdx.x, cuda.threadIdx.y
    o = cuda.blockIdx.x * COLUMNS + across
    begin = cuda.blockIdx.y * share
    end = min(dy.shape[0], begin + share)
    total = ZERO
    if o < columns:
        for n in range(begin + down, end, ROWS):
            total += dy[n, first + o]
    tile[down, across] = total
    cuda.syncthreads()
    if down == 0 and o < columns:
        for k in range(1, ROWS):
            total += tile[k, across]
        sums[cuda.blockIdx.y * columns + o] = total


@kernel("f4[::1], i8, f4[::1]", "add_up")
def _add_up(parts, count, sums):
    o = cuda.grid(1)
    if o < sums.size:
        total = ZERO
        for k in range(count):
            total += parts[k * sums.size + o]
        sums[o] = total


def add_up(parts, count, sums):
    """Write the sums of ``count`` vectors that lie one behind the other in ``parts``."""
    _add_up[blocks_for(sums.size, 64), 64](parts, count, sums)


def sum_rows(dy, db):
    """Write db = Σₙ dy[n]."""
    sum_columns_from(dy, 0, db)


def sum_columns_from(dy, first, db):
    """Write db = Σₙ dy[n] of as many columns as db has, the first of them ``first``."""
    columns = db.size
    share, shares = rows_of_a_share(dy.shape[0], columns)
    parts = db if shares == 1 else workspace(db, "sums of rows", shares * columns)
    grid = (blocks_for(columns, COLUMNS), shares), (COLUMNS, ROWS)
    _sum_rows[grid](dy, first, columns, share, parts)
    if shares > 1:
        add_up(parts, shares, db)
