"""Dropout: which numbers are dropped is computed from their index, not drawn one after another."""

import numpy as np

from dlcourse import formulas
from dlcourse.kernels.cpu.compile import kernel
from dlcourse.kernels.cpu.threads import pieces_of, share

#: How many numbers make a thread's part.
GRAIN = 32_768


def dropout(x, y, key, step, rate, first=0):
    """Write y = x / (1 - rate) or 0, the latter with probability ``rate`` for each number.

    Element i is dropped where its 32 random bits, word i mod 4 of the Philox block i div 4 under
    this key and step, are below rate · 2³². The same call with dy and dx is the backward pass.
    Elements are counted from ``first``, so that a part of a batch is treated as in the whole.
    """

    def work(k, start, stop):
        drop(x[start:stop], y[start:stop], first + start, key, step, rate)

    share(x.size, pieces_of(x.size, GRAIN), work)


@kernel("T[::1], T[::1], i8, i8, i8, f8")
def drop(x, y, first, key, step, rate):
    """Do that for a part of the numbers, which begins with number ``first``."""
    scale = x.dtype.type(1 / (1 - rate))
    zero = x.dtype.type(0)
    limit = np.uint64(rate * 2**32)
    block = first // 4
    head = 0  # how many numbers come before the first whole block: 3, 2, 1 or none
    if first % 4 != 0:
        head = min(4 - first % 4, x.size)
        words = formulas.random_words(block, step, key)
        for i in range(head):
            y[i] = x[i] * scale if words[first % 4 + i] >= limit else zero
        block += 1
    whole = (x.size - head) // 4
    tail = head + 4 * whole
    # Slices, whose places count from 0 on, and blocks without a sign: only then does the compiler
    # work on eight blocks at once. 16,384 numbers: 110 µs without, 10 with.
    x_whole, y_whole = x[head:tail], y[head:tail]
    for k in range(whole):
        a, b, c, d = formulas.random_words(np.uint64(block) + np.uint64(k), step, key)
        i = 4 * k
        y_whole[i] = x_whole[i] * scale if a >= limit else zero
        y_whole[i + 1] = x_whole[i + 1] * scale if b >= limit else zero
        y_whole[i + 2] = x_whole[i + 2] * scale if c >= limit else zero
        y_whole[i + 3] = x_whole[i + 3] * scale if d >= limit else zero
    words = formulas.random_words(block + whole, step, key)
    for i in range(tail, x.size):
        y[i] = x[i] * scale if words[i - tail] >= limit else zero
