"""Dropout: which numbers are dropped is computed from their index, with the CPU's bits."""

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import THREADS, blocks_for, kernel


@kernel("f4[::1], f4[::1], i8, i8, u8, f4", "dropout")
def _dropout(x, y, key, step, limit, scale):
    block = cuda.grid(1)
    i = 4 * block
    if i < x.size:
        a, b, c, d = formulas.random_words(block, step, key)
        zero = np.float32(0)
        y[i] = x[i] * scale if a >= limit else zero
        if i + 1 < x.size:
            y[i + 1] = x[i + 1] * scale if b >= limit else zero
        if i + 2 < x.size:
            y[i + 2] = x[i + 2] * scale if c >= limit else zero
        if i + 3 < x.size:
            y[i + 3] = x[i + 3] * scale if d >= limit else zero


def dropout(x, y, key, step, rate):
    """Write y = x / (1 - rate) or 0, the latter with probability ``rate`` for each number.

    A thread draws one Philox block of four words and serves four numbers.
    """
    options = np.uint64(rate * 2**32), np.float32(1 / (1 - rate))
    _dropout[blocks_for(blocks_for(x.size, 4)), THREADS](x, y, key, step, *options)
