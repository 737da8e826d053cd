"""Dropout: which numbers are dropped is computed from their index, with the CPU's bits."""

import numpy as np
from numba import cuda

from dlcourse import formulas
from dlcourse.kernels.cuda.compile import THREADS, blocks_for, device, kernel
from dlcourse.kernels.cuda.replays import replay_counter


@device
def drop_four(x, y, block, first, key, step, limit, scale):
    """Serve four numbers with the words of one Philox block."""
    i = 4 * block - first % 4
    if i < x.size:
        a, b, c, d = formulas.random_words(first // 4 + block, step, key)
        zero = np.float32(0)
        if i >= 0:
            y[i] = x[i] * scale if a >= limit else zero
        if 0 <= i + 1 < x.size:
            y[i + 1] = x[i + 1] * scale if b >= limit else zero
        if 0 <= i + 2 < x.size:
            y[i + 2] = x[i + 2] * scale if c >= limit else zero
        if i + 3 < x.size:
            y[i + 3] = x[i + 3] * scale if d >= limit else zero


@kernel("f4[::1], f4[::1], i8, i8, i8, u8, f4", "dropout")
def _dropout(x, y, first, key, step, limit, scale):
    drop_four(x, y, cuda.grid(1), first, key, step, limit, scale)


@kernel("f4[::1], f4[::1], i8, i8, i8, i8[::1], u8, f4", "dropout_recorded")
def _dropout_recorded(x, y, first, key, step, replays, limit, scale):
    drop_four(x, y, cuda.grid(1), first, key, step + replays[0], limit, scale)


def dropout(x, y, key, step, rate, first=0):
    """Write y = x / (1 - rate) or 0, the latter with probability ``rate`` for each number.

    Elements are counted from ``first``.
    """
    options = np.uint64(rate * 2**32), np.float32(1 / (1 - rate))
    blocks = blocks_for(blocks_for(x.size + first % 4, 4))
    counter = replay_counter()
    if counter is None:
        _dropout[blocks, THREADS](x, y, first, key, step, *options)
    else:
        _dropout_recorded[blocks, THREADS](x, y, first, key, step, counter, *options)
