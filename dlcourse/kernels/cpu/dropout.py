"""Dropout: which numbers are dropped is computed from their index, not drawn one after another."""

import numpy as np

from dlcourse import formulas
from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.threads import pieces_of, share

#: How many numbers make a thread's part.
GRAIN = 16_384


def dropout(x, y, key, step, rate):
    """Write y = x / (1 - rate) or 0, the latter with probability ``rate`` for each number.

    Element i is dropped where its 32 random bits, word i mod 4 of the Philox block i div 4 under
    this key and step, are below rate · 2³². The same call with dy and dx is the backward pass.
    """

    def work(k, start, stop):  # threads begin at multiples of 16
        drop(x[start:stop], y[start:stop], start // 4, key, step, rate)

    share(x.size, pieces_of(x.size, GRAIN), work)


@kernel("T[::1], T[::1], i8, i8, i8, f8")
def drop(x, y, first, key, step, rate):
    """Do that for a part of the numbers, which begins with the Philox block ``first``."""
    scale = x.dtype.type(1 / (1 - rate))
    zero = x.dtype.type(0)
    limit = np.uint64(rate * 2**32)
    whole = x.size // 4
    for block in range(whole):
        a, b, c, d = formulas.random_words(first + block, step, key)
        y[4 * block] = x[4 * block] * scale if a >= limit else zero
        y[4 * block + 1] = x[4 * block + 1] * scale if b >= limit else zero
        y[4 * block + 2] = x[4 * block + 2] * scale if c >= limit else zero
        y[4 * block + 3] = x[4 * block + 3] * scale if d >= limit else zero
    words = formulas.random_words(first + whole, step, key)
    for i in range(4 * whole, x.size):
        y[i] = x[i] * scale if words[i - 4 * whole] >= limit else zero
